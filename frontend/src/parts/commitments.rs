//! What is promised and delivered besides money: line by line of a need, and what commitments come to, unit by unit.
//!
//! It stands beside the four numbers and never in them. Deliberately absent: a sum over several units.

use crate::words::{as_of, date, href, text};
use domain::api::commitments::{CommitmentRow, CommitmentTotal, LineProgress, NeedCommitments, PublicCommitment};
use domain::commitment::CommitmentStatus;
use domain::money::group_thousands;
use leptos::prelude::*;

/// So many of a unit.
pub fn amount(quantity: i64, unit: &str) -> String {
    format!("{} {unit}", group_thousands(quantity.unsigned_abs()))
}

/// The commitments to one need.
pub fn of_need(read: &NeedCommitments) -> AnyView {
    let rows = read.lines.iter().map(line).collect_view();
    let procured = read.procured.then(|| {
        view! { <p class="note">{t!("这项服务由政府付费购买，不是捐赠，不计入任何合计。")}</p> }
    });
    view! {
        <section class="card" id="commitments">
            <h2>{t!("除资金外的承诺")}</h2>
            {procured}
            <div class="scroll" role="region" tabindex="0" aria-label=t!("除资金外的承诺")>
                <table class="sums gifts">
                    <thead><tr>
                        <th scope="col">{t!("要什么")}</th><th scope="col">{t!("需要")}</th>
                        <th scope="col">{t!("已承诺")}</th><th scope="col">{t!("已兑现")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="soft">{t!("已承诺是企业答应给的；已兑现是村里确认收到的。按数量和单位记，不折成金额，不计入认捐、到账、拨付、支出。")}</p>
            <p class="soft as-of">{t!("截至 {time}", time = as_of(read.as_of))}</p>
        </section>
        <details class="opens" id="commitment-rows" open=!read.items.is_empty()>
            <summary>{t!("承诺的明细（{n}）", n = read.count)}</summary>
            {public_rows(&read.items)}
        </details>
    }
    .into_any()
}

fn line(line: &LineProgress) -> AnyView {
    view! {
        <tr>
            <th scope="row">{line.name.clone()}</th>
            <td>{amount(line.asked, &line.unit)}</td>
            <td>{amount(line.promised, &line.unit)}</td>
            <td>{amount(line.delivered, &line.unit)}</td>
        </tr>
    }
    .into_any()
}

fn public_rows(items: &[PublicCommitment]) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{t!("还没有企业承诺。")}</p> }.into_any();
    }
    let rows = items.iter().map(|one| {
        view! {
            <tr>
                <th scope="row">{text(&one.enterprise)}<span class="soft">{date(one.promised_on)}" · "{one.name.clone()}</span></th>
                <td>{amount(one.promised, &one.unit)}</td>
                <td>{amount(one.delivered, &one.unit)}</td>
            </tr>
        }
    });
    view! {
        <div class="card scroll" role="region" tabindex="0" aria-label=t!("承诺的明细")>
            <table class="sums gifts">
                <thead><tr>
                    <th scope="col">{t!("企业")}</th><th scope="col">{t!("已承诺")}</th><th scope="col">{t!("已兑现")}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What commitments come to; nothing where there are none.
pub fn totals(totals: &[CommitmentTotal], scope: String) -> Option<AnyView> {
    if totals.is_empty() {
        return None;
    }
    let rows = totals.iter().map(|total| {
        let kind = format!("{}（{}）", text(total.kind.label()), text(&total.unit));
        view! {
            <tr>
                <th scope="row">{kind}<span class="soft">{t!("{n} 项承诺", n = total.commitments)}</span></th>
                <td>{amount(total.promised, "")}</td>
                <td>{amount(total.delivered, "")}</td>
            </tr>
        }
    });
    Some(
        view! {
            <section class="card" id="commitments">
                <h2>{t!("除资金外的承诺")}</h2>
                <div class="scroll" role="region" tabindex="0" aria-label=t!("除资金外的承诺")>
                    <table class="sums gifts">
                        <thead><tr>
                            <th scope="col">{t!("种类（单位）")}</th><th scope="col">{t!("已承诺")}</th><th scope="col">{t!("已兑现")}</th>
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
                <p class="soft">{scope}</p>
                <p class="soft">{t!("各种单位分开记，不相加，不折成金额。政府购买服务不计入。")}</p>
            </section>
        }
        .into_any(),
    )
}

/// What was promised, in a few words.
pub fn what(row: &CommitmentRow) -> String {
    format!("{} {}", row.name, amount(row.quantity, &row.unit))
}

/// Kind, state and what has to be known of it.
pub fn tags(row: &CommitmentRow) -> AnyView {
    let late = row.late.then(|| view! { <span class="tag status">{t!("已过约定日期")}</span> });
    let procured = row.procured.then(|| view! { <span class="tag">{t!("政府购买服务，不计入合计")}</span> });
    let waiting = (row.waiting > 0).then(|| {
        view! { <span class="tag status">{t!("{n} 笔兑现等村里确认", n = row.waiting)}</span> }
    });
    view! {
        <span class="tags">
            <span class="tag">{text(row.kind.label())}</span>
            <span class="tag status">{text(row.status.label())}</span>
            {late}{waiting}{procured}
        </span>
    }
    .into_any()
}

/// How much of it came, and what came beyond what was promised.
pub fn delivered(row: &CommitmentRow) -> String {
    let over = row.delivered - row.quantity;
    let came = t!("已兑现 {amount}", amount = amount(row.delivered, &row.unit));
    if over > 0 { t!("{came}，比承诺的多 {over}", came = came, over = amount(over, &row.unit)) } else { came }
}

/// Commitments in a list; the enterprise is named for whoever reads those of several.
pub fn rows(items: &[CommitmentRow], names_enterprise: bool, empty: &'static str) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let rows = items.iter().map(|row| {
        let link = href(&format!("/commitments/{}", row.id));
        let enterprise = names_enterprise.then(|| view! { <span class="soft">{row.enterprise_name.clone()}</span> });
        let due = row.status.is_live().then(|| t!("约定 {day} 前", day = date(row.due_on)));
        let came = (row.status != CommitmentStatus::Withdrawn).then(|| delivered(row));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        {tags(row)}
                        <b>{row.need_title.clone()}</b>
                        {enterprise}
                        <span class="soft">{super::need_row::place(&row.place)}</span>
                        <span class="soft">{due}</span>
                    </span>
                    <span class="what">
                        <span class="amount">{what(row)}</span>
                        <span class="soft">{came}</span>
                    </span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}
