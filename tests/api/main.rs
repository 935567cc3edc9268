//! The API and the pages, in process.

mod check;
mod deliveries;
mod disbursements;
mod files;
mod forms;
mod mail;
mod money;
mod money_forms;
mod needs;
mod places;
mod search;
mod sessions;
