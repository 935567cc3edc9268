//! A confirmed line that was booked wrongly: what was said of it, what stands in the way, and the form for saying what it
//! really is.

use super::bank_lines::{more_parts, part_row, part_rows};
use crate::parts::field::{Field, problem, sent_by_enter, summary, tick};
use crate::parts::money;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::BankLineId;
use domain::api::rebookings::{self, MovedOn, RebookedPart, Rebooking, Rebookings};
use domain::api::{ApiError, ErrorCode, arrivals, campaigns};
use leptos::prelude::*;

/// On the line's own page: what was booked anew, what waits, and the way to propose it.
pub fn section(visit: &Visit, known: &Rebookings) -> Option<AnyView> {
    if known.items.is_empty() && !known.may_propose {
        return None;
    }
    let items = known.items.iter().map(|item| one(visit, item)).collect_view();
    let propose = known.may_propose.then(|| {
        let to = href(&format!("/work/bank-lines/{}/rebook", known.line));
        view! { <p><a class="button quiet" href=to>{t!("记错了，冲正并重记")}</a></p> }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("冲正并重记")}</h2>
                {items}{propose}
            </section>
        }
        .into_any(),
    )
}

fn one(visit: &Visit, item: &Rebooking) -> AnyView {
    let path = href(&visit.path);
    let outcome = match (item.outcome, &item.decided_by, item.decided_at) {
        (Some(outcome), Some(by), Some(at)) => format!("{} {by} {}", text(outcome.label()), instant(at)),
        (Some(outcome), ..) => text(outcome.label()),
        (None, ..) => t!("等待另一位同事确认").to_owned(),
    };
    let after = if item.not_donation {
        view! { <p>{t!("不是捐款，放到一边")}</p> }.into_any()
    } else {
        shares(&item.after)
    };
    let button = |action: &'static str, label: &'static str, class: &'static str| {
        view! {
            <form method="post" action=path.clone()>
                <input type="hidden" name="rebooking" value=item.id.to_string() />
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    };
    let says = item.may_confirm.then(|| {
        view! { <p>{t!("请对照银行流水和依据。确认后原来的记账冲正、按新的归属重记，捐赠方会收到更正通知。")}</p> }
    });
    let confirm = item.may_confirm.then(|| button("confirm_rebooking", t!("核对无误，冲正并重记"), "button"));
    let drop = item.may_drop.then(|| button("drop_rebooking", t!("不采用"), "button quiet"));
    view! {
        <div class="guess">
            <p class="soft">{item.proposed_by.clone()}" "{instant(item.proposed_at)}" · "{outcome}</p>
            <p>{item.reason.clone()}</p>
            <div class="two">
                <div><h3>{t!("原来")}</h3>{shares(&item.before)}</div>
                <div><h3>{t!("改为")}</h3>{after}</div>
            </div>
            {says}<div class="buttons">{confirm}{drop}</div>
        </div>
    }
    .into_any()
}

fn shares(parts: &[RebookedPart]) -> AnyView {
    let rows = parts.iter().map(|part| {
        let owner = match (&part.pledge, part.campaign) {
            (Some(pledge), _) => {
                let to = href(&format!("/pledges/{}", pledge.id));
                view! { <a href=to>{pledge.enterprise_name.clone()}" "{pledge.reference.to_string()}</a> }.into_any()
            }
            (None, Some(_)) => t!("活动的非定向捐款").into_any(),
            (None, None) => t!("来源未明").into_any(),
        };
        view! { <li>{owner}" "<b>{money::exact(part.amount_fen)}</b></li> }
    });
    view! { <ul>{rows.collect_view()}</ul> }.into_any()
}

/// Saying what a confirmed line really is.
pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: BankLineId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let line = visit.call(arrivals::get(id)).await?;
    let known = visit.call(rebookings::of_line(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let fields = if known.may_propose { Some(fields(visit, form, &line).await?) } else { None };
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
            <a href=href(&format!("/work/bank-lines/{id}"))>{line.line.payer.clone()}</a>
        </nav>
        <h1>{t!("冲正并重记")}</h1>
        <p>{t!("{payer} {day} 到账 {amount}。说明这笔款实际是谁的；另一位同事确认后，记错的部分冲正，按新的归属重新记账。没有改动的部分不受影响。", payer = line.line.payer, day = date(line.line.booked_on), amount = money::exact(line.line.amount))}</p>
        {moved_on(&known.moved_on)}
        {section(visit, &Rebookings { may_propose: false, ..known.clone() })}
        {fields}
    };
    Ok(Page::new(t!("冲正并重记"), body.into_any()))
}

/// What became of the money: it has to come back before its part can be reversed.
fn moved_on(rows: &[MovedOn]) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="card">
                <h2>{t!("这笔款已经继续使用")}</h2>
                <p>{t!("下面的业务用了这笔流水里的款。用了款的部分不能冲正，要先把后面的收回：没有拨付的先释放分配，已拨付的等退汇或交回。没有用到款的部分可以照常冲正。")}</p>
                {followed(rows)}
            </section>
        }
        .into_any(),
    )
}

/// What became of money, each with where it is looked after.
pub fn followed(rows: &[MovedOn]) -> AnyView {
    let stays = rows.iter().any(|row| row.code.is_final()).then(|| {
        view! { <p>{t!("其中转为结余和使用结余的，确认后不能收回；还在结余里的款，可以从那笔结余退回捐赠方。")}</p> }
    });
    let rows = rows.iter().map(|row| {
        let what = format!("{} {}", text(row.code.label()), date(row.effective_on));
        let what = match &row.path {
            Some(path) => view! { <a href=href(path)>{what}</a> }.into_any(),
            None => what.into_any(),
        };
        view! {
            <tr><th scope="row">{what}" "{row.need_title.clone()}</th><td>{money::exact(row.amount_fen)}</td></tr>
        }
    });
    view! { <table class="sums"><tbody>{rows.collect_view()}</tbody></table>{stays} }.into_any()
}

async fn fields(visit: &Visit, form: &FormState, line: &arrivals::BankLine) -> Result<AnyView, ApiError> {
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    let mut unnamed = vec![("unknown".to_owned(), t!("来源未明").to_owned())];
    for campaign in visit.call(campaigns::list()).await?.items {
        unnamed.push((campaign.id.to_string(), t!("{campaign}的非定向捐款", campaign = campaign.name)));
    }
    let mut chosen = form.clone();
    if chosen.value("unnamed").is_empty() {
        chosen.set("unnamed", "unknown".to_owned());
    }
    let (references, amounts) = (form.all("reference"), form.all("part_amount"));
    let number = part_rows(form, line.parts.len());
    let rows = (0..number).map(|n| {
        let stands = line.parts.get(n).filter(|_| form.values.is_empty());
        let said = stands.and_then(|part| part.pledge.as_ref()).map(|pledge| pledge.reference.to_string());
        let reference = references.get(n).map(|typed| (*typed).to_owned()).or(said).unwrap_or_default();
        let booked = stands.map(|part| part.amount_fen.to_input());
        let amount = amounts.get(n).map(|typed| (*typed).to_owned()).or(booked).unwrap_or_default();
        part_row(form, n, reference, amount)
    });
    Ok(view! {
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="id" value=id />
            {sent_by_enter("")}
            <fieldset class="card">
                <legend>{t!("这笔款实际是谁的")}</legend>
                {problem(form, "parts")}
                <p class="hint">{t!("各份合计须等于流水金额。改错的那一份，其余照旧。")}</p>
                <ol class="items" id="parts">{rows.collect_view()}</ol>
                {more_parts(number)}
                {Field::new(&chosen, "unnamed", t!("编号留空的归入")).select(t!("请选择"), unnamed)}
                {tick(form, "not_donation", t!("整笔都不是捐款（如付错的款），放到一边"))}
                {Field::new(form, "reason", t!("哪里错了，依据是什么")).area(3)}
            </fieldset>
            <div class="buttons"><button class="button">{t!("提出，等同事确认")}</button></div>
        </form>
    }
    .into_any())
}
