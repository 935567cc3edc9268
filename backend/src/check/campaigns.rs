//! What is kept of campaigns is compared as a whole and giver by giver.

mod sql;

pub use sql::campaign_totals;
