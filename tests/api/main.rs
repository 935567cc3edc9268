//! The API and the pages, in process.

mod files;
mod forms;
mod needs;
mod places;
mod search;
mod sessions;
