//! The search room: both engines to one contract, the golden queries, and what happens when an engine is damaged or gone.

mod any_text;
mod contract;
mod double;
mod embedded;
mod golden;
mod judged;
mod meili;
mod reading;
mod support;
