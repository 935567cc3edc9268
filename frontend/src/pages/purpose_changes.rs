//! Changes of purpose: all of one's own, one with its steps, and asking for one.

use crate::parts::field::{Field, problem, summary};
use crate::parts::money;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::allocation::{PurposeBasis, PurposeChangeStatus as Status};
use domain::api::allocations;
use domain::api::campaigns::PageQuery;
use domain::api::pledges;
use domain::api::purpose_changes::{self, ChangedNeed, PurposeChange};
use domain::api::{ApiError, ErrorCode};
use domain::organisation::Role;
use domain::{AllocationId, PledgeId, PurposeChangeId};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let query = PageQuery { after: visit.query("after").map(str::to_owned) };
    let list = visit.call(purpose_changes::list(&query)).await?;
    let rows = list.items.iter().map(|change| {
        view! {
            <li>
                <a class="need" href=href(&format!("/purpose-changes/{}", change.id))>
                    <span class="what">
                        <b>{title(change.from.as_ref())}" → "{title(change.to.as_ref())}</b>
                        <span class="soft">
                            {change.enterprise_name.clone().or(change.campaign_name.clone())}" · "{instant(change.requested_at)}
                        </span>
                    </span>
                    <span class="what">
                        <span class="amount">{money::exact(change.amount_fen)}</span>
                        <span class="tag status">{text(change.status.label())}</span>
                    </span>
                </a>
            </li>
        }
    });
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("还没有用途变更。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
    };
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("/purpose-changes?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>{back(visit)}</nav>
        <h1>{t!("调整用途")}</h1>
        <p class="soft">{t!("捐赠协议写明的用途，只有捐赠方同意才能变更；募捐方案写明的用途，要先备案。已经付出的款不能变更。")}</p>
        {rows}{next}
    };
    Ok(Page::new(t!("调整用途"), body.into_any()))
}

fn back(visit: &Visit) -> AnyView {
    if visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor]) {
        view! { <a href=href("/directed-balance")>{t!("定向额度")}</a> }.into_any()
    } else {
        view! { <a href=href("/work/allocations")>{t!("分配")}</a> }.into_any()
    }
}

fn title(need: Option<&ChangedNeed>) -> String {
    need.map_or_else(|| t!("没有指定需求").to_owned(), |need| need.title.clone())
}

fn linked(need: Option<&ChangedNeed>) -> AnyView {
    match need.and_then(|need| Some((need.code.clone()?, need.title.clone()))) {
        Some((code, title)) => {
            view! { <a href=href(&format!("/needs/{code}"))>{title}</a>" "<code>{code}</code> }.into_any()
        }
        None => t!("没有指定需求").into_any(),
    }
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PurposeChangeId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let change = visit.call(purpose_changes::get(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = match visit.query("done") {
        Some("requested") => Some(t!("申请已提交。")),
        Some("consented") => Some(t!("已同意，等慈善组织办理。")),
        Some("filed") => Some(t!("备案已登记，等另一人办理。")),
        Some("done") => Some(t!("用途已变更，款已重新分配。")),
        Some("refused") => Some(t!("用途没有变更。")),
        _ => None,
    };
    let by = if change.by_choice { t!("按认捐时的选择").to_owned() } else { String::new() };
    let filing = change.filing_no.clone().zip(change.filed_on).map(|(number, day)| {
        view! { <dt>{t!("备案")}</dt><dd>{number}" · "{date(day)}</dd> }
    });
    let consented = change.consented_at.map(|at| {
        view! { <dt>{t!("捐赠方同意")}</dt><dd>{instant(at)}" "{by}</dd> }
    });
    let ended = change.ended_reason.clone().map(|reason| view! { <dt>{t!("没有变更的原因")}</dt><dd>{reason}</dd> });
    let pledge = change.pledge.zip(change.reference).map(|(id, reference)| {
        view! { <dt>{t!("认捐编号")}</dt><dd><a href=href(&format!("/pledges/{id}"))>{reference.to_string()}</a></dd> }
    });
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>{back(visit)}" "<a href=href("/purpose-changes")>{t!("调整用途")}</a></nav>
        <h1>{t!("调整用途：{amount}", amount = change.amount_fen)}</h1>
        <p class="tags">
            <span class="tag status">{text(change.status.label())}</span>
            <span class="soft">{t!("由{who}提出", who = text(change.origin.label()))}</span>
        </p>
        <section class="card facts">
            <dl>
                <dt>{t!("原来用于")}</dt><dd>{linked(change.from.as_ref())}</dd>
                <dt>{t!("改用于")}</dt><dd>{linked(change.to.as_ref())}</dd>
                <dt>{t!("金额")}</dt><dd class="big">{money::exact(change.amount_fen)}</dd>
                <dt>{t!("捐赠方")}</dt>
                <dd>{change.enterprise_name.clone().or(change.campaign_name.clone())}</dd>
                <dt>{t!("慈善组织")}</dt><dd>{change.charity_name.clone()}</dd>
                {pledge}
                <dt>{t!("原因")}</dt><dd>{text(&change.reason)}</dd>
                <dt>{t!("提出时间")}</dt><dd>{instant(change.requested_at)}</dd>
                {consented}{filing}{ended}
            </dl>
        </section>
        {steps(visit, form, &change)}
    };
    Ok(Page::new(t!("调整用途"), body.into_any()))
}

/// What the visitor may do with it now.
fn steps(visit: &Visit, form: &FormState, change: &PurposeChange) -> AnyView {
    if !change.status.is_open() {
        return ().into_any();
    }
    let owner = visit.has(&[Role::EnterpriseOwner]);
    let giver = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let desk = visit.has(&[Role::CharityMaker, Role::CharityChecker]);
    let choose = change.to.is_none().then(|| {
        Field::new(form, "need_code", t!("改用于哪条需求（需求编号）")).hint(t!("如 XQ-441424-2026-1")).text()
    });
    let act = match (change.status, change.basis) {
        (Status::Requested, PurposeBasis::Consent) if owner => view! {
            <form class="card" method="post">
                <h2>{t!("同意变更用途")}</h2>
                <p>{t!("同意后，慈善组织把这笔款改用于新的需求。同意不能收回。")}</p>
                {choose}{problem(form, "to_need")}
                <button class="button" name="action" value="consent">{t!("同意变更")}</button>
            </form>
        }
        .into_any(),
        (Status::Requested, PurposeBasis::Consent) => {
            view! { <p class="note">{t!("等捐赠企业的负责人同意。")}</p> }.into_any()
        }
        (Status::Requested, PurposeBasis::Filing) if desk => view! {
            <form class="card" method="post">
                <h2>{t!("登记备案")}</h2>
                {Field::new(form, "filing_no", t!("备案编号")).text()}
                {Field::new(form, "filed_on", t!("备案日期")).input("date", "none", "off")}
                <button class="button" name="action" value="file">{t!("登记备案")}</button>
            </form>
        }
        .into_any(),
        (Status::Consented | Status::Filed, _) if desk => view! {
            <form class="card" method="post">
                <h2>{t!("办理变更")}</h2>
                <p>{t!("原来的分配释放，款同时分配到新的需求。须由申请人以外的人办理。")}</p>
                {choose}{problem(form, "to_need")}
                <button class="button" name="action" value="complete">{t!("办理变更")}</button>
            </form>
        }
        .into_any(),
        _ => view! { <p class="note">{t!("等慈善组织办理。")}</p> }.into_any(),
    };
    let refuse = (giver || desk).then(|| {
        view! {
            <details class="card" open=form.problem("reason").is_some()>
                <summary>{t!("不变更")}</summary>
                <form method="post">
                    {Field::new(form, "reason", t!("原因（双方都会看到）")).area(2)}
                    <button class="button danger" name="action" value="refuse">{t!("不变更")}</button>
                </form>
            </details>
        }
    });
    view! { {act}{refuse} }.into_any()
}

/// Asking for another purpose of what is set aside, or of a row of a pledge.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let mut form = visit.form.clone().unwrap_or_default();
    for name in ["allocation", "pledge", "position"] {
        if form.value(name).is_empty() {
            form.replace(name, visit.query(name).unwrap_or_default().to_owned());
        }
    }
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let about = if let Ok(id) = form.value("allocation").parse::<AllocationId>() {
        let row = visit.call(allocations::get(id)).await?;
        t!("把分配给“{title}”的 {amount} 改用于别的需求", title = row.need_title, amount = row.amount_fen)
    } else {
        let id = form.value("pledge").parse::<PledgeId>();
        let id = id.map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
        let pledge = visit.call(pledges::get(id)).await?;
        let row = pledge.designations.iter().find(|row| row.position.to_string() == form.value("position"));
        let row = row.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
        t!(
            "把认捐 {reference} 里为“{name}”到账、还没有分配的款改用于别的需求",
            reference = pledge.reference,
            name = text(&row.name)
        )
    };
    let of_row = form.value("allocation").is_empty();
    let amount = of_row.then(|| Field::new(&form, "amount", t!("金额（元）")).input("text", "decimal", "off"));
    let hidden = ["id", "allocation", "pledge", "position"]
        .map(|name| view! { <input type="hidden" name=name value=form.value(name).to_owned() /> });
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")>{back(visit)}</nav>
        <h1>{t!("申请调整用途")}</h1>
        <p>{about}</p>
        <form class="long card" method="post" action=href("/purpose-changes/new")>
            {hidden}
            {problem(&form, "allocation")}{problem(&form, "pledge")}{problem(&form, "position")}
            {Field::new(&form, "need_code", t!("改用于哪条需求（需求编号）")).hint(t!("如 XQ-441424-2026-1")).text()}
            {amount}
            {Field::new(&form, "reason", t!("原因（双方都会看到）")).area(2)}
            <button class="button" name="action" value="request">{t!("提交申请")}</button>
        </form>
    };
    Ok(Page::new(t!("申请调整用途"), body.into_any()))
}
