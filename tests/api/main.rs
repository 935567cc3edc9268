//! The API and the pages, in process.

mod accounts;
mod check;
mod deliveries;
mod disbursements;
mod endpoints;
mod files;
mod forms;
mod mail;
mod money;
mod money_forms;
mod needs;
mod page_cache;
mod places;
mod rights;
mod search;
mod sessions;
mod statements;
mod story;
