//! Arrived money of givers: their directed balance with needs that fit, and the charity's desk of what they ask for.

use crate::parts::designations;
use crate::parts::field::{Field, problem, summary_of_row, tick_of_row};
use crate::parts::money;
use crate::parts::reasons::{Reader, words as reason_words};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::allocation::AllocationStatus;
use domain::api::allocations::{self, AllocationRow, DirectedBalance};
use domain::api::campaigns::PageQuery;
use domain::api::matching::Recommendation;
use domain::api::pledges::PledgeDesignation;
use domain::api::{ApiError, List};
use domain::organisation::Role;
use domain::pledge::DesignationTarget;
use leptos::prelude::*;
use uuid::Uuid;

/// What each gift of the visitor's enterprise has left, and where it can go.
pub async fn balance(visit: &Visit) -> Result<Page, ApiError> {
    let balances = visit.call(allocations::balances()).await?.items;
    let history = visit.call(allocations::list(&PageQuery::default())).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = match visit.query("done") {
        Some("requested") => Some(t!("申请已提交，等慈善组织受理。")),
        Some("released") => Some(t!("已撤回。")),
        _ => None,
    };
    let signs = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let mut shown = Vec::new();
    for (n, item) in balances.iter().enumerate() {
        let first = n == 0 || balances[n - 1].pledge != item.pledge;
        shown.push(gift(visit, form, (item, n, first), signs));
    }
    let list = if shown.is_empty() {
        view! { <p class="card empty">{t!("还没有到账的定向捐赠。")}</p> }.into_any()
    } else {
        shown.collect_view().into_any()
    };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, form.value("row"))}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/my-gifts")>{t!("我的捐赠")}</a></nav>
        <div class="head">
            <h1>{t!("定向额度")}</h1>
            <a class="button quiet" href=href("/purpose-changes")>{t!("调整用途")}</a>
        </div>
        <p class="soft">{t!("到账的定向捐款，由您指定用于哪条需求，慈善组织受理后分配。指定的需求要在认捐写明的范围里；用到别处要申请调整用途。")}</p>
        {list}
        <h2>{t!("分配记录")}</h2>
        {own_rows(form, &history, signs)}
    };
    Ok(Page::new(t!("定向额度"), body.into_any()))
}

/// The row as the pledge names it.
fn row_of(item: &DirectedBalance) -> PledgeDesignation {
    PledgeDesignation {
        position: item.position,
        target: item.target.clone(),
        name: item.name.clone(),
        code: item.code.clone(),
        amount_fen: item.arrived_fen,
        arrived_fen: item.arrived_fen,
        designated_at: None,
        made_for: None,
    }
}

fn gift(visit: &Visit, form: &FormState, (item, n, first): (&DirectedBalance, usize, bool), signs: bool) -> AnyView {
    let key = format!("{}-{}", item.pledge, item.position);
    let id = if first { item.pledge.to_string() } else { key.clone() };
    let idle =
        item.idle_since.map(|since| view! { <p class="soft">{t!("从 {time} 起没有变动", time = instant(since))}</p> });
    let point = (signs && item.free_fen.is_positive()).then(|| point(visit, form, (item, n), &key));
    view! {
        <section class="card facts" id=id>
            <h2>{designations::target(&row_of(item))}</h2>
            <p class="soft">
                <a href=href(&format!("/pledges/{}", item.pledge))>{item.reference.to_string()}</a>" · "{item.charity_name.clone()}
            </p>
            <dl>
                <dt>{t!("已到账")}</dt><dd>{money::exact(item.arrived_fen)}</dd>
                <dt>{t!("已分配")}</dt><dd>{money::exact(item.set_aside_fen)}</dd>
                <dt>{t!("申请中")}</dt><dd>{money::exact(item.asked_fen)}</dd>
                <dt>{t!("可以指定")}</dt><dd class="big">{money::exact(item.free_fen)}</dd>
            </dl>
            {idle}
            {fitting(&item.fitting)}
            {point}
        </section>
    }
    .into_any()
}

/// Needs within what the row is for, with the reasons.
fn fitting(needs: &[Recommendation]) -> Option<AnyView> {
    if needs.is_empty() {
        return None;
    }
    let rows = needs.iter().map(|one| {
        let code = one.need.code.clone().unwrap_or_default();
        let missing = one.missing_fen.map(|missing| t!("还缺 {amount}", amount = missing));
        let reasons: Vec<String> =
            one.reasons.iter().take(2).map(|reason| reason_words(reason, Reader::Enterprise)).collect();
        view! {
            <li>
                <a href=href(&format!("/needs/{code}"))>{one.need.title.clone()}</a>
                " "<code>{code}</code>" "{missing}
                <span class="soft">{reasons.join("；")}</span>
            </li>
        }
    });
    Some(
        view! {
            <p class="label">{t!("适合的需求")}</p>
            <ul class="fitting">{rows.collect_view()}</ul>
        }
        .into_any(),
    )
}

/// The form by which a need is named for what is free.
fn point(visit: &Visit, form: &FormState, (item, n): (&DirectedBalance, usize), key: &str) -> AnyView {
    let empty = FormState::default();
    let own = if form.value("row") == key { form } else { &empty };
    // Each form of the page is a request of its own.
    let fresh = Uuid::from_u128(visit.fresh_id.as_u128() ^ (n as u128));
    let id = if own.value("id").is_empty() { fresh.to_string() } else { own.value("id").to_owned() };
    let mut filled = own.clone();
    if let (DesignationTarget::Need { .. }, Some(code), true) =
        (&item.target, &item.code, own.value("need_code").is_empty())
    {
        filled.set("need_code", code.clone());
    }
    let change = href(&format!("/purpose-changes/new?pledge={}&position={}", item.pledge, item.position));
    view! {
        <details open=own.value("row") == key>
            <summary>{t!("指定用于一条需求")}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="row" value=key.to_owned() />
                <input type="hidden" name="pledge" value=item.pledge.to_string() />
                <input type="hidden" name="position" value=item.position />
                {Field::new(&filled, "need_code", t!("需求编号")).hint(t!("如 XQ-441424-2026-1")).of_row(key).text()}
                {Field::new(&filled, "amount", t!("金额（元）")).of_row(key).input("text", "decimal", "off")}
                {tick_of_row(own, "beyond", key, t!("多于缺口也要给"))}
                <button class="button" name="action" value="request">{t!("提交申请")}</button>
            </form>
            <p class="hint"><a href=change>{t!("要用到范围以外的需求？申请调整用途")}</a></p>
        </details>
    }
    .into_any()
}

fn own_rows(form: &FormState, list: &List<AllocationRow>, signs: bool) -> AnyView {
    if list.items.is_empty() {
        return view! { <p class="card empty">{t!("还没有分配。")}</p> }.into_any();
    }
    let rows = list.items.iter().map(|row| {
        let key = row.id.to_string();
        let act = match row.status {
            AllocationStatus::Requested if signs => Some(reason_form(form, &key, "release", t!("撤回申请"))),
            _ if signs && row.is_movable() => {
                let link = href(&format!("/purpose-changes/new?allocation={key}"));
                Some(view! { <p class="hint"><a href=link>{t!("申请调整用途")}</a></p> }.into_any())
            }
            _ => None,
        };
        view! { <li id=format!("allocation-{key}")>{about(row)}{act}</li> }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

fn about(row: &AllocationRow) -> AnyView {
    let code = row.need_code.clone().unwrap_or_default();
    let from = match (&row.reference, &row.campaign_name) {
        (Some(reference), _) => reference.to_string(),
        (None, Some(campaign)) => campaign.clone(),
        (None, None) => String::new(),
    };
    let who = row.enterprise_name.clone();
    let reason = row
        .ended_reason
        .clone()
        .map(|reason| view! { <p class="soft">{t!("原因：{reason}", reason = text(&reason))}</p> });
    let arranged = row.arranged.then(|| view! { <span class="tag">{t!("统筹安排")}</span> });
    let beyond = row.beyond.then(|| view! { <span class="tag">{t!("多于缺口也要给")}</span> });
    let surplus = row.surplus.then(|| view! { <span class="tag">{t!("余款已转为结余")}</span> });
    view! {
        <div class="need">
            <span class="what">
                <b><a href=href(&format!("/needs/{code}"))>{row.need_title.clone()}</a></b>
                <span class="soft">{code}" · "{from}" · "{who}" · "{instant(row.made_at)}</span>
                {reason}
            </span>
            <span class="what">
                <span class="amount">{money::exact(row.amount_fen)}</span>
                <span class="tags"><span class="tag status">{text(row.status.label())}</span>{arranged}{beyond}{surplus}</span>
            </span>
        </div>
    }
    .into_any()
}

/// A step that wants a reason, in the row of what it is about.
fn reason_form(form: &FormState, key: &str, action: &'static str, label: &'static str) -> AnyView {
    let empty = FormState::default();
    let own = if form.value("row") == key && form.value("action") == action { form } else { &empty };
    let row = format!("{action}-{key}");
    view! {
        <details open=own.problem("reason").is_some()>
            <summary>{label}</summary>
            <form method="post">
                <input type="hidden" name="row" value=key.to_owned() />
                {Field::new(own, "reason", t!("原因（双方都会看到）")).of_row(&row).area(2)}
                <button class="button quiet" name="action" value=action>{label}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The charity's desk: what givers ask for, and all that is set aside.
pub async fn desk(visit: &Visit) -> Result<Page, ApiError> {
    let query = PageQuery { after: visit.query("after").map(str::to_owned) };
    let list = visit.call(allocations::list(&query)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = match visit.query("done") {
        Some("accepted") => Some(t!("已受理，款已分配到需求。")),
        Some("refused") => Some(t!("没有受理，原因已告诉捐赠方。")),
        Some("released") => Some(t!("已释放，款回到原来的地方。")),
        _ => None,
    };
    let decides = visit.has(&[Role::CharityMaker, Role::CharityChecker]);
    let (waiting, others): (Vec<_>, Vec<_>) =
        list.items.iter().partition(|row| row.status == AllocationStatus::Requested);
    let asked = waiting.iter().map(|row| {
        let key = row.id.to_string();
        let wrong = (form.value("row") == key).then(|| problem(form, "allocation")).flatten();
        let act = decides.then(|| {
            view! {
                {wrong}
                <form method="post">
                    <input type="hidden" name="row" value=key.clone() />
                    <button class="button" name="action" value="accept">{t!("受理并分配")}</button>
                </form>
                {reason_form(form, &key, "refuse", t!("不受理"))}
            }
        });
        view! { <li id=format!("allocation-{key}")>{about(row)}{act}</li> }
    });
    let asked = if waiting.is_empty() {
        view! { <p class="card empty">{t!("没有等待受理的申请。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{asked.collect_view()}</ul> }.into_any()
    };
    let all = others.iter().map(|row| {
        let key = row.id.to_string();
        let act = (decides && row.is_movable()).then(|| {
            let link = href(&format!("/purpose-changes/new?allocation={key}"));
            view! {
                {reason_form(form, &key, "release", t!("释放"))}
                <p class="hint"><a href=link>{t!("申请调整用途")}</a></p>
            }
        });
        view! { <li id=format!("allocation-{key}")>{about(row)}{act}</li> }
    });
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("/work/allocations?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, &format!("{}-{}", form.value("action"), form.value("row")))}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("分配")}</h1>
            <a class="button quiet" href=href("/purpose-changes")>{t!("调整用途")}</a>
        </div>
        <h2>{t!("捐赠方的申请（{n}）", n = waiting.len())}</h2>
        {asked}
        <h2>{t!("已经办的")}</h2>
        <ul class="rows card">{all.collect_view()}</ul>
        {next}
    };
    Ok(Page::new(t!("分配"), body.into_any()))
}
