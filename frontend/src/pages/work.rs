//! The page of one's work: first what waits, counted, longest waiting first; then the lists that one works with.

use super::bank_line_list::{enter, line_rows};
use super::disbursements::rows;
use super::pledge::own_rows;
use super::{offers, organisation, parent_unit, recommendations, revision, verifications, work_ways};
use crate::parts::need_row::need_list;
use crate::visit::{Page, Visit};
use crate::words::{as_of, date, href, instant, text};
use domain::api::arrivals::{self, LineQuery};
use domain::api::campaigns::PageQuery;
use domain::api::disbursements;
use domain::api::needs;
use domain::api::todo::{self, Todo, TodoItem};
use domain::api::{ApiError, ErrorCode};
use domain::organisation::Role;
use leptos::prelude::*;

/// Of the latest payments, as many as the page of one's work shows.
const PAYMENTS: usize = 10;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let mut sections: Vec<AnyView> = vec![waiting(&visit.call(todo::get()).await?)];
    sections.extend(parent_unit::asked(visit).await?);
    if visit.has(&[Role::TownReviewer, Role::FederationCounty, Role::FederationCity]) {
        sections.push(review(visit).await?);
        sections.extend(revision::waiting(visit).await?);
    }
    if visit.has(&[Role::FederationCounty, Role::FederationCity]) {
        sections.push(verifications::waiting(visit).await?);
    }
    if visit.has(&[Role::VillageReporter, Role::VillageHead]) {
        sections.push(own(visit).await?);
        sections.extend(revision::waiting(visit).await?);
    }
    if visit.has(&[Role::CharityOwner, Role::CharityMaker, Role::CharityChecker, Role::CharityPayer]) {
        sections.push(work_ways::charity());
        sections.push(bank_lines(visit).await?);
        sections.push(payments(visit).await?);
    }
    if visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor]) {
        sections.push(gifts(visit).await?);
    }
    if visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]) {
        sections.push(recommendations::best(visit).await?);
        sections.push(offers::own(visit).await?);
    }
    if visit.has(&[Role::CampaignOffice]) {
        sections.push(noted());
    }
    sections.extend(organisation::standing(visit));
    sections.extend(super::members::offices(visit));
    sections.extend(oversight(visit));
    Ok(Page::new(t!("我的工作"), view! { <h1>{t!("我的工作")}</h1>{sections} }.into_any()))
}

/// What waits for the visitor.
fn waiting(todo: &Todo) -> AnyView {
    let list = if todo.items.is_empty() {
        view! { <p class="card empty">{t!("现在没有要您办的事。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{todo.items.iter().map(item).collect_view()}</ul> }.into_any()
    };
    view! {
        <section id="todo">
            <h2>{t!("等您办的事")}</h2>
            {list}
            <p class="soft as-of">{t!("截至 {at}。建议时限按工作日算，是平台的设置，不是法定期限。", at = as_of(todo.as_of))}</p>
        </section>
    }
    .into_any()
}

fn item(item: &TodoItem) -> AnyView {
    let late = item.overdue.then(|| view! { <span class="tag status">{t!("已过建议时限")}</span> });
    view! {
        <li>
            <a class="need" href=href(&item.path)>
                <span class="what">
                    <b>{text(&item.label)}</b>
                    <span class="soft">{t!("最早的从 {since} 起等着，建议 {due} 前办", since = instant(item.since), due = date(item.due))}</span>
                    {late.map(|late| view! { <span class="tags">{late}</span> })}
                </span>
                <span class="amount">{t!("{n} 件", n = item.count)}</span>
            </a>
        </li>
    }
    .into_any()
}

async fn review(visit: &Visit) -> Result<AnyView, ApiError> {
    let waiting = visit.call(needs::review()).await?;
    let town = visit.has(&[Role::TownReviewer]);
    let ways = if town { town_ways() } else { work_ways::federation() };
    let heading = if town {
        t!("待镇审的需求（{n}）", n = waiting.count)
    } else {
        t!("待审核和验收的需求（{n}）", n = waiting.count)
    };
    Ok(view! {
        <section id="review">
            <h2>{heading}</h2>
            {need_list(&waiting.items, true, t!("没有等待审核的需求。"))}
            {ways}
        </section>
    }
    .into_any())
}

/// What a town's reviewer works with beside the needs that wait.
fn town_ways() -> AnyView {
    view! {
        <p class="buttons">
            <a class="button quiet" href=href("/needs/import")>{t!("导入需求")}</a>
            <a class="button quiet" href=href("/pairings")>{t!("结对")}</a>
        </p>
    }
    .into_any()
}

async fn gifts(visit: &Visit) -> Result<AnyView, ApiError> {
    let gifts = visit.call(domain::api::pledges::own()).await?;
    Ok(view! {
        <section>
            <div class="head">
                <h2>{t!("我们的认捐（{n}）", n = gifts.count)}</h2>
                <a class="button" href=href("/needs")>{t!("找需求认捐")}</a>
            </div>
            {own_rows(&gifts.items)}
            {work_ways::giver(visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]))}
        </section>
    }
    .into_any())
}

async fn payments(visit: &Visit) -> Result<AnyView, ApiError> {
    let payments = visit.call(disbursements::list(&PageQuery::default())).await?;
    let shown = &payments.items[..payments.items.len().min(PAYMENTS)];
    Ok(view! {
        <section>
            <h2>{t!("拨付（{n}）", n = payments.count)}</h2>
            {rows(shown)}
            <p><a href=href("/work/disbursements")>{t!("全部拨付")}</a></p>
        </section>
    }
    .into_any())
}

async fn bank_lines(visit: &Visit) -> Result<AnyView, ApiError> {
    let waiting = visit.call(arrivals::list(&LineQuery::default())).await?;
    Ok(view! {
        <section>
            <div class="head">
                <h2>{t!("等待办理的银行流水（{n}）", n = waiting.count)}</h2>
                {visit.has(&[Role::CharityMaker]).then(enter)}
            </div>
            {line_rows(&waiting.items)}
        </section>
    }
    .into_any())
}

async fn own(visit: &Visit) -> Result<AnyView, ApiError> {
    let needs = visit.call(needs::own()).await?;
    Ok(view! {
        <section id="needs">
            <div class="head">
                <h2>{t!("我们村的需求（{n}）", n = needs.count)}</h2>
                <span class="buttons">
                    <a class="button" href=href("/work/needs/new")>{t!("写一条需求")}</a>
                    <a class="button quiet" href=href("/needs/import")>{t!("从表格导入")}</a>
                </span>
            </div>
            <p class="buttons">
                <a class="button quiet" href=href("/work/payees")>{t!("我们村的收款账户")}</a>
                <a class="button quiet" href=href("/commitments")>{t!("企业对我们村的承诺")}</a>
                <a class="button quiet" href=href("/goods-gifts")>{t!("给我们村的物资")}</a>
                <a class="button quiet" href=href("/pairings")>{t!("结对")}</a>
            </p>
            {need_list(&needs.items, true, t!("还没有写过需求。点“写一条需求”开始，随时可以存草稿。"))}
        </section>
    }
    .into_any())
}

/// What the campaign office notes.
fn noted() -> AnyView {
    view! {
        <section>
            <h2>{t!("代为记录的认捐")}</h2>
            <p class="buttons"><a class="button quiet" href=href("/on-behalf")>{t!("代为记录的认捐")}</a></p>
        </section>
    }
    .into_any()
}

/// What auditors and whoever runs the platform look into.
fn oversight(visit: &Visit) -> Option<AnyView> {
    let admin = visit.has(&[Role::PlatformAdmin]);
    if !admin && !visit.has(&[Role::Auditor]) {
        return None;
    }
    Some(
        view! {
            <section>
                <h2>{t!("监督")}</h2>
                {visit.has(&[Role::Auditor]).then(work_ways::auditor)}
                {admin.then(|| view! {
                    <p class="buttons">
                        <a class="button quiet" href=href("/work/audit")>{t!("操作记录")}</a>
                        <a class="button quiet" href=href("/work/jobs")>{t!("后台任务")}</a>
                    </p>
                })}
            </section>
        }
        .into_any(),
    )
}
