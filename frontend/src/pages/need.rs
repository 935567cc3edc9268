//! One need: for everybody when it is public; with its state, history and buttons for those who work on it.

use super::recommendations;
use crate::parts::field::{Field, summary};
use crate::parts::four::{Rows, four, later, meaning};
use crate::parts::money;
use crate::parts::photos::photos;
use crate::parts::place::{links, path};
use crate::parts::pledge_rows::pledge_rows;
use crate::parts::reports::{payment_rows, reports};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::ApiError;
use domain::api::money::{NeedMoney, of_need};
use domain::api::needs::{self, Need};
use domain::api::{deliveries, disbursements};
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let need = visit.call(needs::get(id)).await?;
    let content = &need.content;
    let done = visit.query("done").and_then(done_message);
    let title = if content.title.is_empty() { t!("（还没有标题）").to_owned() } else { content.title.clone() };
    let code = need.code.clone().map(|code| view! { <span class="soft code">{code}</span> });
    let field = content.field.map(|field| view! { <span class="tag">{text(field.label())}</span> });
    let funds = if need.status.is_public() { Some(funds(visit, &need).await?) } else { None };
    let fitting = recommendations::of_need(visit, &need).await?;
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(summary)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/needs")>{t!("找需求")}</a>
            {links(&need.place, true)}
        </nav>
        <h1>{title.clone()}</h1>
        <p class="tags">
            {field}<span class="tag status">{text(need.status.label())}</span>
            <span class="soft">{need.place.county.clone()}" · "{need.place.town.clone()}" · "{need.place.village.clone()}</span>
            {code}
        </p>
        {returned(&need)}
        <div class="two reading">
            <aside class="ahead">
                {facts(&need)}
                {pledge_link(&need)}
            </aside>
            <div class="middle">
                {pictures(&need)}
                <section class="card prose">
                    <h2>{t!("现状和要做的事")}</h2>
                    {paragraphs(&content.description)}
                    <h2>{t!("预期成效")}</h2>
                    {paragraphs(&content.outcome)}
                </section>
                {budget(&need)}
                {funds}
                {fitting}
            </div>
            <aside class="behind">
                {report_link(visit, &need)}
                {actions(visit, &need)}
                {history(&need)}
            </aside>
        </div>
    };
    let public = need.status.is_public() && visit.me.is_none();
    let page = Page::new(title, body.into_any());
    Ok(if public { page.public() } else { page })
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "saved" => Some(t!("草稿已保存。")),
        "submitted" => Some(t!("已提交工商联审核。结果会显示在这里和“我的工作”里。")),
        "returned" => Some(t!("已退回，村里会看到原因。")),
        "reported" => Some(t!("报告已提交。支出经慈善组织核销后公开。")),
        "approved" => Some(t!("已通过，现在所有人都能看到。")),
        _ => None,
    }
}

/// Text as it was typed, in paragraphs; markup in it stays text.
fn paragraphs(text: &str) -> AnyView {
    if text.trim().is_empty() {
        return view! { <p class="soft">{t!("（还没有写）")}</p> }.into_any();
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| view! { <p>{line.to_owned()}</p> }).collect_view().into_any()
}

fn returned(need: &Need) -> Option<AnyView> {
    let entry = need.history.last().filter(|entry| entry.status == domain::need::NeedStatus::Returned)?;
    let reason = entry.reason.clone()?;
    let title = t!("{by}退回补正", by = entry.by);
    Some(view! { <section class="summary"><h2>{title}</h2><p>{reason}</p></section> }.into_any())
}

fn pictures(need: &Need) -> Option<AnyView> {
    let count = need.photos.len();
    photos(&need.photos, 2, |n| t!("现场照片 {n}（共 {count} 张），打开大图", n = n + 1, count = count))
}

fn budget(need: &Need) -> AnyView {
    let content = &need.content;
    let rows = content.items.iter().map(|item| {
        view! { <tr><th scope="row">{item.name.clone()}</th><td>{money::exact(item.amount_fen)}</td></tr> }
    });
    let total = content.budget().map(money::exact).unwrap_or_default();
    view! {
        <section class="card">
            <h2>{t!("预算")}</h2>
            <table class="sums">
                <thead><tr><th scope="col">{t!("项目")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot><tr><th scope="row">{t!("合计")}</th><td>{total}</td></tr></tfoot>
            </table>
        </section>
    }
    .into_any()
}

/// Where the rows of the four numbers are on this page.
const ROWS: Rows = [Some("#pledges"), Some("#pledges"), Some("#payments"), Some("#reports")];

/// The four numbers, the rows that are in them, and what the village reports.
async fn funds(visit: &Visit, need: &Need) -> Result<AnyView, ApiError> {
    let read: NeedMoney = visit.call(of_need(need.id)).await?;
    let payments = visit.call(disbursements::of_need(need.id)).await?;
    let reported = visit.call(deliveries::of_need(need.id)).await?;
    Ok(view! {
        <section class="card" id="funds">
            <h2>{t!("资金")}</h2>
            {four(&read.money, read.as_of, ROWS)}{later(read.later)}
            {meaning()}
        </section>
        <details class="opens" id="pledges" open=!read.pledges.is_empty()>
            <summary>{t!("认捐和到账的明细（{n}）", n = read.pledges.len())}</summary>
            {pledge_rows(&read.pledges, t!("还没有认捐。"))}
        </details>
        <details class="opens" id="payments" open=!payments.items.is_empty()>
            <summary>{t!("拨付的明细（{n}）", n = payments.count)}</summary>
            {payment_rows(&payments.items)}
        </details>
        <section id="reports">
            <h2>{t!("进展和支出（{n}）", n = reported.count)}</h2>
            {reports(&reported.items, (need.content.outcome_quantity, &need.content.outcome_unit), is_own(visit, need))}
        </section>
    }
    .into_any())
}

/// Whether the visitor works for the village whose need it is.
fn is_own(visit: &Visit, need: &Need) -> bool {
    let mut memberships = visit.me.iter().flat_map(|me| &me.memberships);
    memberships.any(|membership| membership.organisation == need.organisation)
}

fn report_link(visit: &Visit, need: &Need) -> Option<AnyView> {
    let own = need.status.is_public() && is_own(visit, need);
    let link = href(&format!("/work/needs/{}/report", need.id));
    own.then(|| {
        view! { <section class="card"><a class="button" href=link>{t!("报告进展和支出")}</a></section> }.into_any()
    })
}

fn pledge_link(need: &Need) -> Option<AnyView> {
    let code = need.code.as_ref().filter(|_| need.status.takes_pledges())?;
    let link = href(&format!("/pledge?need={code}"));
    Some(
        view! {
            <section class="card">
                <p><a class="button" href=link>{t!("企业认捐这条需求")}</a></p>
                <p class="soft">{t!("由已认证的企业按捐赠协议、经慈善组织捐赠。")}</p>
            </section>
        }
        .into_any(),
    )
}

fn facts(need: &Need) -> AnyView {
    let content = &need.content;
    let own_share = content.budget().zip(content.amount_fen).map(|(budget, amount)| budget.saturating_gap(amount));
    let own_share = own_share.filter(|share| share.is_positive()).map(|share| {
        view! { <dt>{t!("村集体和其他来源")}</dt><dd>{money::exact(share)}</dd> }
    });
    let outcome = content.outcome_quantity.map(|quantity| {
        view! { <dt>{t!("成效目标")}</dt><dd>{quantity}" "{content.outcome_unit.clone()}</dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("需要资金")}</dt>
                <dd class="big">{content.amount_fen.map(money::headline)}</dd>
                {own_share}
                {outcome}
                {content.wanted_by.map(|day| view! { <dt>{t!("希望完成")}</dt><dd>{date(day)}</dd> })}
                <dt>{t!("村（社区）")}</dt>
                <dd><a href=href(&path(&need.place.code))>{need.place.village.clone()}</a></dd>
                {need.published_at.map(|at| view! { <dt>{t!("公开时间")}</dt><dd>{instant(at)}</dd> })}
            </dl>
        </section>
    }
    .into_any()
}

/// What this visitor may do with the need now.
fn actions(visit: &Visit, need: &Need) -> Option<AnyView> {
    let path = href(&visit.path);
    let version = need.version;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    if need.may.edit {
        let edit = href(&format!("/work/needs/{}", need.id));
        return Some(
            view! {
                <section class="card">
                    <h2>{t!("下一步")}</h2>
                    <p><a class="button quiet" href=edit>{t!("修改内容")}</a></p>
                    <form method="post" action=path>
                        <input type="hidden" name="version" value=version />
                        <p class="soft">{t!("提交后由工商联审核，审核期间不能修改。")}</p>
                        <button class="button" name="action" value="submit">{t!("提交审核")}</button>
                    </form>
                </section>
            }
            .into_any(),
        );
    }
    if !need.may.decide {
        return None;
    }
    Some(
        view! {
            <section class="card">
                <h2>{t!("审核")}</h2>
                <form method="post" action=path.clone()>
                    <input type="hidden" name="version" value=version />
                    <p>{t!("通过后，这条需求和照片向所有人公开，并得到编号。")}</p>
                    <button class="button" name="action" value="approve">{t!("通过并公开")}</button>
                </form>
                <hr />
                <form method="post" action=path>
                    <input type="hidden" name="version" value=version />
                    {Field::new(form, "reason", t!("退回原因")).hint(t!("村里会看到。写清要补正什么。")).area(3)}
                    <button class="button danger" name="action" value="return">{t!("退回补正")}</button>
                </form>
            </section>
        }
        .into_any(),
    )
}

fn history(need: &Need) -> Option<AnyView> {
    if need.history.is_empty() {
        return None;
    }
    let entries = need.history.iter().map(|entry| {
        view! {
            <li>
                <b>{text(entry.status.label())}</b>
                <span class="soft">{instant(entry.at)}" · "{entry.by.clone()}</span>
                {entry.reason.clone().map(|reason| view! { <p>{reason}</p> })}
            </li>
        }
    });
    Some(
        view! {
            <section class="card"><h2>{t!("经过")}</h2><ol class="history">{entries.collect_view()}</ol></section>
        }
        .into_any(),
    )
}
