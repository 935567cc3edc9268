//! The API and the pages, in process.

mod again;
mod check;
mod deliveries;
mod disbursements;
mod endpoints;
mod files;
mod forms;
mod installation;
mod logs;
mod mail;
mod money;
mod money_forms;
mod needs;
mod page_cache;
mod places;
mod search;
mod sessions;
mod statements;
mod story;
mod uploads;
