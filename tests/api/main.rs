//! The API and the pages, in process.

mod accounts;
mod audit;
mod bank_lines;
mod check;
mod deliveries;
mod digest;
mod disbursements;
mod endpoints;
mod enquiries;
mod files;
mod forms;
mod limits;
mod mail;
mod money;
mod money_forms;
mod needs;
mod notices;
mod page_cache;
mod places;
mod rights;
mod search;
mod sessions;
mod stages;
mod statements;
mod story;
mod todo;
