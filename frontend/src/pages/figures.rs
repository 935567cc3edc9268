//! One of the four numbers with the rows that add up to it: of a need, a place, a field, a campaign, an enterprise.
//!
//! Deliberately absent: adding anything up; number and rows come from one answer.

use crate::parts::four::{four, later, meaning, rows_of};
use crate::parts::{goods as given, money};
use crate::visit::{Page, Visit};
use crate::words::{as_of, date, href, text};
use domain::api::figures::{self, FigureQuery, FigureRow, FigureRows, MoneyOf};
use domain::api::{ApiError, ErrorCode, goods};
use domain::four::MoneyNumber;
use leptos::prelude::*;

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

pub async fn page(visit: &Visit, kind: &str, id: &str, number: &str) -> Result<Page, ApiError> {
    let number: MoneyNumber = number.parse().map_err(|_| not_found())?;
    let query = FigureQuery { after: visit.query("after").map(str::to_owned) };
    let read = visit.call(figures::rows_called(kind, id, number, &query).ok_or_else(not_found)?).await?;
    let of = &read.of;
    let goods = match of {
        MoneyOf::Enterprise(id) => given::section(&visit.call(goods::of_enterprise(*id)).await?, true),
        _ => None,
    };
    let title = t!("{name}：{number}", name = text(&read.name), number = text(number.label()));
    let tabs = MoneyNumber::ALL.iter().filter(|one| **one != MoneyNumber::Arranged || !read.money.arranged.is_zero());
    let tabs = tabs.map(|one| {
        let path = href(&format!("{}/money/{one}", of.path()));
        view! { <a class="button quiet" href=path aria-current=(*one == number).then_some("page")>{text(one.label())}</a> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>{home(id, &read)}</nav>
        <h1>{title.clone()}</h1>
        <section class="card">
            {four(&read.money, read.as_of, rows_of(of))}{later(read.later)}
            {read.shown_only.then(|| view! { <p class="note">{t!("这里只有这家企业选择公开全称和金额的捐赠，合计也只含这些。")}</p> })}
            {meaning()}
        </section>
        <p class="buttons">{tabs.collect_view()}</p>
        {rows(&read)}
        {goods}
    };
    let page = Page::new(title, body.into_any());
    Ok(if visit.me.is_none() { page.public() } else { page })
}

/// The page of what the number is of.
fn home(id: &str, read: &FigureRows) -> AnyView {
    let name = text(&read.name);
    let path = match &read.of {
        MoneyOf::Need(_) => format!("/needs/{id}"),
        MoneyOf::Place(code) => crate::parts::place::path(code),
        MoneyOf::Campaign(id) => format!("/campaigns/{id}"),
        MoneyOf::Field(field) => format!("/needs?field={field}"),
        MoneyOf::Enterprise(_) => return name.into_any(),
    };
    view! { <a href=href(&path)>{name}</a> }.into_any()
}

fn rows(read: &FigureRows) -> AnyView {
    let all = money::exact(read.money.of(read.number));
    if read.rows.is_empty() {
        return view! { <p class="card empty">{t!("还没有明细，合计 {all}。", all = all)}</p> }.into_any();
    }
    let rows = read.rows.iter().map(row).collect_view();
    let hidden = read.rows.iter().any(|row| row.amount_fen.is_none());
    let next = read.next.as_ref().map(|next| {
        let link = href(&format!("{}/money/{}?after={next}", read.of.path(), read.number));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    view! {
        <div class="card scroll" role="region" tabindex="0" aria-label=t!("明细")>
            <table class="gifts">
                <thead><tr><th scope="col">{t!("明细")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr><th scope="row">{t!("全部明细的合计")}</th><td>{all}</td></tr></tfoot>
            </table>
        </div>
        {hidden.then(|| view! { <p class="soft">{t!("捐赠方不公开的金额不写在这里，合计里包含。")}</p> })}
        {next}
        <p class="soft as-of">{t!("截至 {time}", time = as_of(read.as_of))}</p>
    }
    .into_any()
}

fn row(row: &FigureRow) -> AnyView {
    let need = row.need_code.as_ref().zip(row.need_title.as_ref()).map(|(code, title)| {
        view! { " "<a href=href(&format!("/needs/{code}"))>{title.clone()}</a> }
    });
    let amount = row.amount_fen.map_or_else(|| t!("金额不公开").to_owned(), money::exact);
    view! {
        <tr>
            <th scope="row">{text(&row.what)}<span class="soft">{date(row.on)}{need}</span></th>
            <td>{amount}</td>
        </tr>
    }
    .into_any()
}
