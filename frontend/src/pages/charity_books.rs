//! Whose books an auditor reads: one charity is chosen, then its lists are open as its people read them.

use super::work_ways;
use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::href;
use domain::api::{ApiError, charity_books};
use domain::organisation::Role;
use leptos::prelude::*;

/// Lists that are of one charity, below `/work`.
const BOOKS: [&str; 13] = [
    "accounting",
    "allocations",
    "bank-accounts",
    "bank-lines",
    "bank-statements",
    "disbursements",
    "month-ends",
    "outgoings",
    "payees",
    "returns",
    "reversals",
    "spending",
    "unmatched",
];

/// Whether an auditor has to choose a charity before he can read this page.
pub fn asks_first(visit: &Visit, segments: &[&str]) -> bool {
    let books = match segments {
        ["work", list, ..] => BOOKS.contains(list),
        ["purpose-changes"] => true,
        _ => false,
    };
    books && visit.has(&[Role::Auditor]) && visit.me.as_ref().is_some_and(|me| me.books().is_none())
}

/// The choice, then the lists.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let title = t!("慈善组织的账");
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let charities = visit.call(charity_books::list()).await?.items;
    let books = visit.me.as_ref().and_then(|me| me.books());
    let query = serde_urlencoded::to_string(&visit.query).unwrap_or_default();
    let next = if query.is_empty() { visit.path.clone() } else { format!("{}?{query}", visit.path) };
    let rows = charities.iter().map(|one| {
        let here = books.is_some_and(|books| books.id == one.id);
        let choose = if here {
            view! { <span class="tag status">{t!("正在看")}</span> }.into_any()
        } else {
            view! {
                <form method="post" action=href("/work/charity-books")>
                    <input type="hidden" name="charity" value=one.id.to_string() />
                    <input type="hidden" name="next" value=next.clone() />
                    <button class="button quiet">{t!("看它的账")}</button>
                </form>
            }
            .into_any()
        };
        view! { <li><b>{one.name.clone()}</b>" "{choose}</li> }
    });
    let rows = rows.collect_view();
    let none = charities.is_empty().then(|| view! { <p class="empty">{t!("还没有慈善组织。")}</p> });
    let lists = books.map(|books| {
        view! { <section><h2>{t!("{charity}的账", charity = books.name)}</h2>{work_ways::charity_books()}</section> }
    });
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{title}</h1>
        <p class="soft">{t!("选一个慈善组织，就能看它的人看到的流水、匹配、用款、月结和冲正，也能导出。只看不改；收款账户只显示末几位。选了谁、导出了什么，都记在操作记录里。")}</p>
        <section class="card"><h2>{t!("看哪个慈善组织")}</h2>{none}<ul class="accounts">{rows}</ul></section>
        {lists}
    };
    Ok(Page::new(title, body.into_any()))
}
