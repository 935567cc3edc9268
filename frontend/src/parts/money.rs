//! Amounts on a page: a short headline with the exact sum in reach.

use domain::Fen;
use leptos::prelude::*;

/// `4.8 万元`, exact on hover and for screen readers where the short form leaves something out.
pub fn headline(amount: Fen) -> AnyView {
    let (number, unit) = amount.to_headline();
    let exact = amount.to_string();
    let unit = match unit {
        "万元" => t!("万元"),
        _ => t!("元"),
    };
    view! { <span class="money" title=exact>{number}" "<small>{unit}</small></span> }.into_any()
}

/// `48,000 元`.
pub fn exact(amount: Fen) -> String {
    t!("{amount} 元", amount = amount.to_yuan())
}
