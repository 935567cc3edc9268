//! The API and the pages, in process.

mod check;
mod deliveries;
mod disbursements;
mod endpoints;
mod files;
mod forms;
mod invitations;
mod mail;
mod members;
mod money;
mod money_forms;
mod needs;
mod page_cache;
mod places;
mod search;
mod sessions;
mod statements;
mod story;
mod towns;
