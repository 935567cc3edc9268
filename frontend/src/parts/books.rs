//! The ways to the accounts that everybody may read.

use crate::words::{href, text};
use domain::NeedId;
use domain::api::campaigns::Campaign;
use domain::api::money::SetAsideBy;
use domain::ledger::Account;
use leptos::prelude::*;

fn link(account: &Account, of: &str) -> AnyView {
    let kind = text(account.kind_word().label());
    let says = if of.is_empty() { kind } else { format!("{kind} · {of}") };
    view! { <li><a href=href(&format!("/ledger/{account}"))>{says}</a></li> }.into_any()
}

/// What a campaign's charities hold undirected, and the fees that they kept.
pub fn of_campaign(campaign: &Campaign) -> AnyView {
    let links = campaign.charities.iter().map(|charity| {
        let general = Account::General { campaign: campaign.id, charity: charity.id };
        view! { {link(&general, &charity.name)}{link(&Account::Fee { charity: charity.id }, &charity.name)} }
    });
    view! {
        <section class="card">
            <h2>{t!("公开的账")}</h2>
            <ul>{links.collect_view()}</ul>
            <p><a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
        </section>
    }
    .into_any()
}

/// What was set aside for a need and what was spent on it, row by row.
pub fn of_need(need: NeedId, set_aside_by: &[SetAsideBy]) -> AnyView {
    let allocated = |by: &SetAsideBy| link(&Account::Allocated { need, charity: by.charity }, &by.name);
    view! {
        <h3>{t!("公开的账")}</h3>
        <ul>{set_aside_by.iter().map(allocated).collect_view()}{link(&Account::Spent { need }, "")}</ul>
    }
    .into_any()
}
