//! The API and the pages, in process.

mod audit;
mod check;
mod deliveries;
mod digest;
mod disbursements;
mod endpoints;
mod enquiries;
mod files;
mod forms;
mod mail;
mod money;
mod money_forms;
mod needs;
mod notices;
mod page_cache;
mod places;
mod search;
mod sessions;
mod statements;
mod story;
mod todo;
