//! The API and the pages, in process.

mod accounts;
mod bank_lines;
mod check;
mod deliveries;
mod designation;
mod disbursements;
mod endpoints;
mod files;
mod forms;
mod limits;
mod mail;
mod money;
mod money_forms;
mod needs;
mod page_cache;
mod payees;
mod places;
mod rights;
mod search;
mod sessions;
mod stages;
mod statements;
mod story;
