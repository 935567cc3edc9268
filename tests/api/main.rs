//! The API and the pages, in process.

mod accounts;
mod bank_lines;
mod check;
mod deliveries;
mod disbursements;
mod endpoints;
mod files;
mod forms;
mod invitations;
mod limits;
mod mail;
mod members;
mod money;
mod money_forms;
mod needs;
mod page_cache;
mod places;
mod rights;
mod search;
mod sessions;
mod stages;
mod statements;
mod story;
mod towns;
