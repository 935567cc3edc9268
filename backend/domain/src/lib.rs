//! The vocabulary of the programme: what exists, which states it passes, which rules hold.
//!
//! Pure values and functions, shared by the server and the browser. Deliberately absent: I/O, a clock,
//! randomness, SQL, HTTP, and floating point anywhere near money.

#[macro_use]
mod word;

pub mod agreement;
pub mod allocation;
pub mod api;
pub mod appeal;
pub mod arrival;
pub mod audit;
pub mod bank_account;
pub mod calendar;
pub mod campaign;
pub mod code;
pub mod commitment;
pub mod consent;
pub mod coverage;
pub mod day;
pub mod deduction;
pub mod delivery;
pub mod disbursement;
pub mod due;
pub mod earlier;
pub mod email;
pub mod enquiry;
pub mod finding;
pub mod four;
pub mod fundraising;
pub mod gift_claim;
pub mod gift_request;
pub mod giving_back;
pub mod goods;
pub mod ids;
pub mod ledger;
pub mod likeness;
pub mod link;
pub mod mask;
pub mod matching;
pub mod membership;
pub mod money;
pub mod month_end;
pub mod need;
pub mod notice;
pub mod offer;
pub mod on_behalf;
pub mod organisation;
pub mod outgoing;
pub mod pairing;
pub mod person;
pub mod place;
pub mod pledge;
pub mod problem;
pub mod registration;
pub mod reversal;
pub mod round;
pub mod saved_search;
pub mod sensitive;
pub mod surplus;
pub mod todo;
pub mod uscc;
pub mod verification;

pub use ids::*;
pub use money::Fen;
pub use problem::{Problem, Problems};
pub use word::UnknownWord;
