//! The way of a gift's money, from the bank line to the invoice.

use super::money;
use super::reports::pictures;
use crate::words::{date, href, text};
use domain::api::pledges::{Trail, TrailStep, Whereabouts};
use domain::{Fen, PledgeId};
use leptos::prelude::*;

/// The steps, and where the fen are now; nothing before money has arrived.
pub fn trail(trail: &Trail, pledge: PledgeId) -> AnyView {
    if trail.steps.is_empty() {
        return ().into_any();
    }
    let steps = trail.steps.iter().map(step).collect_view();
    view! {
        <section class="card" id="trail">
            <h2>{t!("这笔钱的去向")}</h2>
            {whereabouts(&trail.now)}
            <p><a class="button quiet" href=href(&format!("/gifts/{pledge}"))>{t!("逐分看去向，到每张发票")}</a></p>
            <ol class="trail">{steps}</ol>
            <p class="soft">{t!("多笔捐款一起使用时，这里只列出属于这笔捐款的部分。")}</p>
        </section>
    }
    .into_any()
}

fn step(step: &TrailStep) -> AnyView {
    let payee = step.payee.clone().map(|payee| view! { <span>{t!("付给 {name}", name = payee)}</span> });
    let item = step.item.as_ref().map(|item| {
        view! { <span>{item.description.clone()}" · "{text(&item.seller)}" "{pictures(&item.pictures)}</span> }
    });
    view! {
        <li>
            <b><a href=href(&format!("/about/ledger#{}", step.code))>{text(step.code.label())}</a>" "{money::exact(step.amount_fen)}</b>
            <span class="soft">{date(step.on)}</span>
            {payee}{item}
        </li>
    }
    .into_any()
}

/// Only what is not nothing: the lines add up to what arrived.
fn whereabouts(now: &Whereabouts) -> AnyView {
    let places = [
        (t!("在慈善组织，还没有分配"), now.unallocated_fen),
        (t!("已分配到需求，还没有拨付"), now.allocated_fen),
        (t!("已拨付，支出待核"), now.advanced_fen),
        (t!("已支出并有凭证"), now.spent_fen),
        (t!("退回、费用或结余"), now.elsewhere_fen),
    ];
    let lines = places.into_iter().filter(|(_, fen)| *fen != Fen::ZERO);
    let lines = lines.map(|(name, fen)| view! { <dt>{name}</dt><dd>{money::exact(fen)}</dd> }).collect_view();
    view! { <dl class="whereabouts">{lines}</dl> }.into_any()
}
