//! The active pairings of a place, as everybody reads them.

use super::place::path;
use crate::words::{date, href, text};
use domain::api::needs::Where;
use domain::api::pairings::{PlacePairings, PublicPairing};
use domain::need::PairingForm;
use leptos::prelude::*;

/// Villages that a line names; of more it says how many.
const NAMED: usize = 3;

/// Nothing where there is none.
pub fn of_place(read: &PlacePairings) -> Option<AnyView> {
    if read.items.is_empty() {
        return None;
    }
    let rows = read.items.iter().map(row).collect_view();
    Some(
        view! {
            <section id="pairings">
                <h2>{t!("村企结对（{n}）", n = read.count)}</h2>
                <ul class="card rows">{rows}</ul>
                <p class="soft">{t!("只列生效中的。企业的名称按企业自己的意愿公开。")}</p>
            </section>
        }
        .into_any(),
    )
}

fn row(one: &PublicPairing) -> AnyView {
    let places = match &one.town {
        Some(town) => {
            let name = format!("{} · {}", town.county, town.town);
            let count = t!("，覆盖 {n} 个村（社区）", n = one.villages.len());
            view! { <a href=href(&path(&town.code))>{name}</a>{count} }.into_any()
        }
        None => villages(&one.villages),
    };
    let term = t!("{from} 至 {until}", from = date(one.first_day), until = date(one.last_day));
    view! {
        <li>
            <span class="what">
                <span class="tags"><span class="tag">{form(one.form)}</span></span>
                <b>{text(&one.enterprise)}</b>
                <span>{places}</span>
                <span class="soft">{term}</span>
            </span>
        </li>
    }
    .into_any()
}

fn form(form: PairingForm) -> String {
    text(form.label())
}

/// Villages, each with its county and town, some of them by name.
pub fn villages(villages: &[Where]) -> AnyView {
    let named = villages.iter().take(NAMED).enumerate().map(|(n, village)| {
        let name = format!("{} · {} · {}", village.county, village.town, village.village);
        view! { {(n > 0).then_some("、")}<a href=href(&path(&village.code))>{name}</a> }
    });
    let more = (villages.len() > NAMED).then(|| t!("等 {n} 个村（社区）", n = villages.len()));
    view! { {named.collect_view()}{more} }.into_any()
}
