//! The platform's rooms, its API and its pages' server.
//!
//! A folder is a room: `mod.rs` says what can be done there, `http.rs` how the network asks, `sql.rs` holds the
//! only SQL. To learn a subject, open one folder.

/// Tells whoever started the program how far it is. A reader that went away is no reason to stop serving.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

pub mod accounting;
pub mod agreements;
pub mod allocations;
pub mod app;
pub mod areas;
pub mod arrivals;
pub mod audit;
pub mod bank_accounts;
pub mod campaigns;
pub mod charity_books;
pub mod check;
pub mod clock;
pub mod commitments;
pub mod config;
pub mod consents;
pub mod coverage;
pub mod db;
pub mod deductions;
pub mod deliveries;
pub mod demo;
pub mod digest;
pub mod disbursements;
pub mod dues;
pub mod earlier_pairings;
pub mod enquiries;
pub mod error;
pub mod figures;
pub mod files;
pub mod fundraising;
pub mod gift_claims;
pub mod gift_papers;
pub mod gift_requests;
pub mod gifts;
pub mod goods_gifts;
pub mod http;
pub mod jobs;
pub mod ledger;
pub mod links;
pub mod mail;
pub mod matching;
pub mod metrics;
pub mod month_ends;
pub mod needs;
pub mod notices;
pub mod offers;
pub mod on_behalf;
pub mod organisations;
pub mod outgoings;
pub mod page_cache;
pub mod pairings;
pub mod payees;
pub mod people;
pub mod places;
pub mod pledges;
pub mod purpose_changes;
pub mod qr;
pub mod receipts;
pub mod registrations;
pub mod resets;
pub mod returns;
pub mod reversals;
pub mod rounds;
pub mod saved_searches;
pub mod search;
pub mod serve;
pub mod site;
pub mod stop;
pub mod surpluses;
pub mod tables;
pub mod texts;
pub mod todo;
pub mod together;
pub mod verifications;

pub use app::App;
pub use error::{Error, Result};
