//! The two sides of a charity's reconciliation on one page: money without a pledge, pledges without money.

use crate::parts::money;
use crate::visit::{Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::ApiError;
use domain::api::arrivals::{self, SecondStep, UnmatchedLine, UnmatchedOut, UnmatchedPledge, UnmatchedSum};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let unmatched = visit.call(arrivals::unmatched()).await?;
    let sums = [
        (t!("流水还没有人匹配"), unmatched.lines, Some("/work/bank-lines?desk=match")),
        (t!("已说明，等待复核"), unmatched.matched, Some("/work/bank-lines?desk=confirm")),
        (t!("已到账，来源未明"), unmatched.unknown, None),
        (t!("银行支出，还没有说明"), unmatched.out, Some("/work/outgoings")),
        (t!("已认捐，尚未到账"), unmatched.outstanding, None),
    ];
    let rows = sums.into_iter().map(|(label, sum, to)| total(label, sum, to));
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{t!("两边都没对上的")}</h1>
        <p class="soft">{t!("截至 {at}", at = instant(unmatched.as_of))}</p>
        <section class="card">
            <table class="sums">
                <thead>
                    <tr>
                        <th scope="col">{t!("哪一边")}</th>
                        <th scope="col">{t!("笔数")}</th>
                        <th scope="col">{t!("金额")}</th>
                        <th scope="col">{t!("最早的一天")}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
            <p><a class="button quiet" href=arrivals::unmatched_path() download="unmatched.csv">{t!("下载全部（CSV 表格）")}</a></p>
            <p class="hint">{t!("下面每一边只列最早的 50 笔，其余都在表格里：哪一边、日期、对方、编号、金额、还缺什么。")}</p>
        </section>
        <div class="two">
            <div>
                <h2>{t!("有流水，没有认捐（{n}）", n = unmatched.lines.number)}</h2>
                {lines(&unmatched.oldest_lines, t!("每一笔流水都有人匹配了。"))}
                <h2>{t!("已到账，来源未明（{n}）", n = unmatched.unknown.number)}</h2>
                {lines(&unmatched.oldest_unknown, t!("没有来源未明的款。"))}
                <h2>{t!("银行支出，还没有说明（{n}）", n = unmatched.out.number)}</h2>
                {out(&unmatched.oldest_out)}
            </div>
            <div>
                <h2>{t!("有认捐，没有到账（{n}）", n = unmatched.outstanding.number)}</h2>
                {pledges(&unmatched.oldest_pledges)}
            </div>
        </div>
    };
    Ok(Page::new(t!("两边都没对上的"), body.into_any()))
}

fn total(label: &'static str, sum: UnmatchedSum, to: Option<&'static str>) -> AnyView {
    let label = match to.filter(|_| sum.number > 0) {
        Some(to) => view! { <a href=href(to)>{label}</a> }.into_any(),
        None => label.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{label}</th>
            <td>{sum.number}</td>
            <td>{money::exact(sum.amount_fen)}</td>
            <td>{sum.since.map_or_else(|| "—".to_owned(), date)}</td>
        </tr>
    }
    .into_any()
}

/// The bank's day, and the one on which it was booked.
fn days(line: &UnmatchedLine) -> String {
    match line.recorded_on {
        None => date(line.booked_on),
        Some(recorded) => {
            t!("银行入账 {day}，确认到账 {recorded}", day = date(line.booked_on), recorded = date(recorded))
        }
    }
}

/// What somebody has said and a second person has not agreed to yet.
fn waits(step: Option<SecondStep>) -> Option<AnyView> {
    step.map(|step| view! { <span class="tag status">{text(step.label())}</span> }.into_any())
}

fn lines(lines: &[UnmatchedLine], none: &'static str) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="card empty">{none}</p> }.into_any();
    }
    let rows = lines.iter().map(|line| {
        view! {
            <li>
                <a class="need" href=href(&format!("/work/bank-lines/{}", line.line))>
                    <span class="what"><b>{line.payer.clone()}</b><span class="soft">{days(line)}</span></span>
                    <span class="what"><span class="amount">{money::exact(line.amount_fen)}</span>{waits(line.waits)}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

fn out(rows: &[UnmatchedOut]) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="card empty">{t!("每一笔支出都有说明了。")}</p> }.into_any();
    }
    let rows = rows.iter().map(|row| {
        view! {
            <li>
                <a class="need" href=href("/work/outgoings")>
                    <span class="what"><b>{row.payee.clone()}</b><span class="soft">{date(row.booked_on)}</span></span>
                    <span class="what"><span class="amount">"−"{money::exact(row.amount_fen)}</span>{waits(row.waits)}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

fn pledges(pledges: &[UnmatchedPledge]) -> AnyView {
    if pledges.is_empty() {
        return view! { <p class="card empty">{t!("每一笔认捐都到账了。")}</p> }.into_any();
    }
    let rows = pledges.iter().map(|pledge| {
        view! {
            <li>
                <a class="need" href=href(&format!("/pledges/{}", pledge.pledge))>
                    <span class="what">
                        <b>{pledge.enterprise_name.clone()}</b>
                        <span class="soft">{date(pledge.pledged_on)}" · "{pledge.reference.to_string()}</span>
                    </span>
                    <span class="amount">{money::exact(pledge.outstanding_fen)}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}
