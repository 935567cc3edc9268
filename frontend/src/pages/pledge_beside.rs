//! What stands beside a pledge between its giver and its charity: the agreement on it, and what its giver may ask.
//!
//! Deliberately absent: what everybody who reads the pledge reads.

use super::agreements::{SIDES, WRITERS};
use crate::visit::Visit;
use crate::words::{href, text};
use domain::agreement::AgreementFacts;
use domain::api::ApiError;
use domain::api::agreements::{self, AgreementQuery};
use domain::api::pledges::Pledge;
use domain::gift_request::{GiftRequestKind, RequestFacts};
use domain::organisation::Role;
use leptos::prelude::*;

/// For whoever is one of its sides; nothing for others.
pub async fn section(visit: &Visit, pledge: &Pledge) -> Result<Option<AnyView>, ApiError> {
    if !visit.has(&SIDES) {
        return Ok(None);
    }
    let query = AgreementQuery { pledge: Some(pledge.id.to_string()), ..AgreementQuery::default() };
    let known = visit.call(agreements::list(&query)).await?.items.into_iter().next();
    let made = known.as_ref().is_some_and(|row| row.agreed_at.is_some());
    let open = AgreementFacts { pledge: pledge.status, made }.check().is_ok();
    let says = match known {
        Some(row) => {
            let link = href(&format!("/agreements/{}", row.id));
            let state = if let Some(way) = row.agreed_way {
                t!("已签订（{way}）", way = text(way.label()))
            } else {
                t!("协商中（第 {n} 稿）", n = row.number)
            };
            view! { <p><a href=link>{t!("打开捐赠协议")}</a>" "<span class="tag status">{state}</span></p> }.into_any()
        }
        None if open && visit.has(&WRITERS) => {
            let link = href(&format!("/agreements/new?pledge={}", pledge.id));
            view! {
                <p class="soft">{t!("需要书面协议的，可以在这里起草，双方确认或盖章。")}</p>
                <p><a class="button quiet" href=link>{t!("起草捐赠协议")}</a></p>
            }
            .into_any()
        }
        None => return Ok(requests(visit, pledge)),
    };
    let requests = requests(visit, pledge);
    Ok(Some(view! { <section class="card"><h2>{t!("捐赠协议")}</h2>{says}</section>{requests} }.into_any()))
}

/// The way to ask for a waiver, a correction or money back.
fn requests(visit: &Visit, pledge: &Pledge) -> Option<AnyView> {
    if !visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]) {
        let link = href(&format!("/gift-requests?pledge={}", pledge.id));
        return Some(view! { <p><a href=link>{t!("企业对这笔认捐的申请")}</a></p> }.into_any());
    }
    let facts = RequestFacts { pledge: pledge.status, amount: pledge.amount_fen, arrived: pledge.arrived_fen };
    GiftRequestKind::ALL.iter().any(|kind| facts.check(*kind).is_ok()).then(|| {
        let link = href(&format!("/pledges/{}/requests", pledge.id));
        view! { <p><a href=link>{t!("申请豁免、更正或退回")}</a></p> }.into_any()
    })
}
