//! What a need's money was paid out for and spent on, and what the village reports.

use super::money;
use super::photos::photos;
use crate::words::{date, href, instant, text};
use domain::FileId;
use domain::api::deliveries::{Report, Spent};
use domain::api::disbursements::PublicPayment;
use domain::delivery::SpendingStatus;
use leptos::prelude::*;

pub fn payment_rows(payments: &[PublicPayment]) -> AnyView {
    if payments.is_empty() {
        return view! { <p class="card empty">{t!("还没有拨付。")}</p> }.into_any();
    }
    let rows = payments.iter().map(|payment| {
        view! {
            <tr>
                <th scope="row">{payment.payee_name.clone()}<span class="soft">{date(payment.paid_on)}</span></th>
                <td>{money::exact(payment.amount_fen)}</td>
            </tr>
        }
    });
    view! {
        <div class="card scroll">
            <table class="sums gifts">
                <thead><tr><th scope="col">{t!("收款单位")}</th><th scope="col">{t!("拨付")}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// With what the need set out to reach: how many, of which unit. The village itself is led on to what it has to correct.
pub fn reports(reports: &[Report], goal: (Option<i64>, &str), own: bool) -> AnyView {
    if reports.is_empty() {
        return view! { <p class="card empty">{t!("村（社区）还没有报告进展。")}</p> }.into_any();
    }
    reports.iter().map(|one| report(one, goal, own)).collect_view().into_any()
}

fn report(report: &Report, (goal, unit): (Option<i64>, &str), own: bool) -> AnyView {
    let lines = report.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
    let photos = photos(&report.photos, 0, |_| t!("进展照片").to_owned());
    let role = report.author.role.map(|role| text(role.label()));
    let author: Vec<_> = role.into_iter().chain(report.author.name.clone()).collect();
    let author = (!author.is_empty()).then(|| view! { " · "{t!("填报：{who}", who = author.join(" "))} });
    let quantity = report.quantity_so_far.map(|n| {
        let reached = t!("累计成效：{n} {unit}", n = n, unit = unit);
        let of = goal.map(|goal| t!("，目标 {goal} {unit}", goal = goal, unit = unit));
        view! { <p>{reached}{of}</p> }
    });
    let items = (!report.items.is_empty()).then(|| {
        let rows = report.items.iter().map(|item| item_row(item, own)).collect_view();
        view! {
            <table class="sums gifts">
                <thead><tr><th scope="col">{t!("支出")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! {
        <section class="card">
            <p class="soft">{instant(report.submitted_at)}{author}</p>
            {lines}{quantity}{photos}{items}
        </section>
    }
    .into_any()
}

fn item_row(item: &Spent, own: bool) -> AnyView {
    let status = (item.status != SpendingStatus::Accepted)
        .then(|| view! { <span class="tag status">{text(item.status.label())}</span> });
    let reason = item.reason.clone().map(|reason| view! { <span class="soft">{reason}</span> });
    let correct = (own && item.status == SpendingStatus::Returned).then(|| {
        view! { <span class="soft"><a href=href(&format!("/work/spending/{}", item.id))>{t!("补正这笔支出")}</a></span> }
    });
    let sources = (item.status == SpendingStatus::Accepted).then(|| {
        view! { <span class="soft"><a href=href(&format!("/spending/{}", item.id))>{t!("用的是谁的捐赠")}</a></span> }
    });
    view! {
        <tr>
            <th scope="row">
                {item.description.clone()}" "{status}
                <span class="soft">{text(item.kind.label())}" · "{text(&item.seller)}" · "{date(item.invoice_on)}{vouchers(item)}</span>
                {reason}{correct}{sources}
            </th>
            <td>{money::exact(item.amount_fen)}</td>
        </tr>
    }
    .into_any()
}

/// The pictures of an item's invoice, for those who may see them.
pub fn vouchers(item: &Spent) -> AnyView {
    pictures(&item.pictures)
}

pub fn pictures(pictures: &[FileId]) -> AnyView {
    let links = pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("票据 {n}", n = n + 1)}</a> }
    });
    links.collect_view().into_any()
}
