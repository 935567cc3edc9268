//! Parts of a page that come alive in the browser. Each works as plain HTML before that, and without script.
//!
//! An island gets its words from the page that shows it. Deliberately absent: state that only the browser has and
//! that the server would have to believe.

mod search_box;

pub use search_box::SearchBox;

use domain::Fen;
use leptos::prelude::*;

/// A field for an amount in yuan that shows, while one types, how the amount will be read: `5万` → `= 50,000 元`.
#[island]
pub fn AmountEcho(name: String, value: String, unit: String, described_by: Option<String>) -> impl IntoView {
    let (typed, set_typed) = signal(value.clone());
    let reading = move || match Fen::parse_yuan(&typed.get()) {
        Ok(amount) => format!("= {} {unit}", amount.to_yuan()),
        Err(_) => String::new(),
    };
    let echo_id = format!("{name}-echo");
    view! {
        <input id=name.clone() name=name value=value inputmode="decimal" autocomplete="off"
            aria-describedby=described_by on:input=move |event| set_typed.set(event_target_value(&event)) />
        <output class="echo" id=echo_id>{reading}</output>
    }
}
