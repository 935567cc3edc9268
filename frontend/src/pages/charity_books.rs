//! Whose books an auditor reads: one charity is chosen, then its lists are open as its people read them.

use super::work_ways;
use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::href;
use domain::api::{ApiError, charity_books};
use leptos::prelude::*;

/// The choice, then the lists; also in place of a page that cannot be shown before there is a choice.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let title = t!("慈善组织的账");
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let charities = visit.call(charity_books::list()).await?.items;
    let books = visit.me.as_ref().and_then(|me| me.books());
    let next = visit.address();
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
