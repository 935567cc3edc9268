//! Pledges of which money is still to come, as those read them who look for whose money it is.
//!
//! Deliberately absent: what makes a guess (`domain::arrival::suggest`).

mod sql;

pub use sql::{need_titles, outstanding};
