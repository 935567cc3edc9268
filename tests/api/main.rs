//! The API and the pages, in process.

mod accounts;
mod bank_lines;
mod check;
mod consents;
mod deliveries;
mod disbursements;
mod endpoints;
mod files;
mod forms;
mod limits;
mod links;
mod mail;
mod money;
mod money_forms;
mod needs;
mod page_cache;
mod places;
mod registration;
mod rights;
mod search;
mod sessions;
mod stages;
mod statements;
mod story;
mod verifications;
