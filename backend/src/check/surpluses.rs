//! What of surpluses is compared lot by lot.

mod sql;

pub use sql::placements_against_lots;
