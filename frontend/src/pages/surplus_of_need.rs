//! On a need's page: what it left and what became of that, what came to it of others, and the charity's way to declare it.

use crate::parts::money;
use crate::visit::Visit;
use crate::words::{date, href, text};
use domain::api::ApiError;
use domain::api::needs::Need;
use domain::api::surpluses::{self, NeedSurplus, PublicPlacement, PublicSurplus, SurplusNeed};
use domain::ledger::Account;
use domain::organisation::Role;
use domain::surplus::is_over;
use leptos::prelude::*;

const STAFF: [Role; 4] = [Role::CharityOwner, Role::CharityMaker, Role::CharityChecker, Role::CharityPayer];

pub async fn section(visit: &Visit, need: &Need, has_surplus: bool) -> Result<Option<AnyView>, ApiError> {
    // Of most needs there is nothing to ask for.
    let read = if has_surplus {
        visit.call(surpluses::of_need(need.id)).await?
    } else {
        NeedSurplus { found: Vec::new(), came: Vec::new() }
    };
    let desk = if is_over(need.status) && visit.has(&STAFF) {
        visit.call(surpluses::remains_of(need.id)).await.ok().map(|known| {
            let link = href(&format!("/work/surpluses/new?need={}", need.id));
            let says = t!("本单位还有余款 {amount}。", amount = money::exact(known.held_fen));
            view! { <p>{says}" "<a href=link>{t!("申报结余")}</a></p> }
        })
    } else {
        None
    };
    if read.found.is_empty() && read.came.is_empty() && desk.is_none() {
        return Ok(None);
    }
    let found = read.found.iter().map(|one| surplus(need, one)).collect_view();
    let came = (!read.came.is_empty()).then(|| {
        let rows = read.came.iter().map(|one| placement(one, true));
        view! { <h3>{t!("别的需求结束后转来的结余")}</h3><ul class="tree">{rows.collect_view()}</ul> }
    });
    Ok(Some(
        view! {
            <section class="card" id="surplus">
                <h2>{t!("结余")}</h2>
                {found}{came}{desk}
            </section>
        }
        .into_any(),
    ))
}

fn surplus(need: &Need, one: &PublicSurplus) -> AnyView {
    let account = href(&format!("/ledger/{}", Account::Surplus { need: need.id }));
    let placed = one.placements.iter().map(|use_| placement(use_, false)).collect_view();
    let back = (!one.returned_fen.is_zero()).then(|| {
        view! { <li><span>{t!("退回捐赠人")}</span>" "<b>{money::exact(one.returned_fen)}</b></li> }
    });
    let left = one.left_fen.is_positive().then(|| {
        let until = if one.late {
            t!("应在 {day} 前处理，已经过了", day = date(one.due_on))
        } else {
            t!("应在 {day} 前处理", day = date(one.due_on))
        };
        view! { <li><span>{t!("还没有处理")}</span>" "<b>{money::exact(one.left_fen)}</b><span class="way">{until}</span></li> }
    });
    let says = t!(
        "{charity}在 {day} 确认，这条需求结束后还剩 {amount}。",
        charity = one.charity_name,
        day = date(one.found_on),
        amount = money::exact(one.amount_fen)
    );
    view! {
        <p>{says}" "{t!("原因：{reason}", reason = one.reason)}</p>
        <ul class="tree">{placed}{back}{left}</ul>
        <p class="soft"><a href=account>{t!("结余的每一笔")}</a></p>
    }
    .into_any()
}

fn named(need: Option<&SurplusNeed>) -> AnyView {
    let Some(need) = need else { return t!("另一条需求").into_any() };
    match &need.code {
        Some(code) => view! { <a href=href(&format!("/needs/{code}"))>{need.title.clone()}</a> }.into_any(),
        None => need.title.clone().into_any(),
    }
}

fn placement(one: &PublicPlacement, came: bool) -> AnyView {
    let says = if came { t!("转自") } else { t!("转用于") };
    view! {
        <li>
            <span>{says}" "{named(one.need.as_ref())}</span>" "<b>{money::exact(one.amount_fen)}</b>
            <span class="way">{date(one.placed_on)}" · "{text(one.basis.label())}" · "{one.why_similar.clone()}</span>
        </li>
    }
    .into_any()
}
