//! An enterprise's own earlier pairings, as everybody reads them, and how it is named there.

use crate::parts::earlier::rows;
use crate::parts::field::{radios, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::earlier_pairings;
use domain::pledge::PublicDisplay;
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let own = visit.call(earlier_pairings::own()).await?;
    let form = visit.form.clone().unwrap_or_else(|| {
        let mut form = FormState::default();
        form.set("public_display", own.display.map(PublicDisplay::as_str).unwrap_or_default());
        form
    });
    let choices = PublicDisplay::ALL.iter().map(|choice| (choice.as_str(), text(choice.label()))).collect();
    let hint = view! {
        {t!("没有选择时，公开过的名单照名单显示企业名称，其他的写“一家企业”。改了立即生效。")}
    };
    let list = if own.items.is_empty() {
        view! { <p class="card empty">{t!("导入的名单里没有您的统一社会信用代码。")}</p> }.into_any()
    } else {
        rows(&own.items)
    };
    let done = visit
        .query("done")
        .map(|_| view! { <p class="done" role="status">{t!("已保存，各页面已按新的方式显示。")}</p> });
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("我们以往的结对")}</h1>
        {done}
        <p>{t!("工商联从以前的名单导入、按统一社会信用代码连到本企业的结对。内容有误的，请联系导入的工商联更正。")}</p>
        <form class="card long" method="post" action=href(&visit.path)>
            {radios(&form, "public_display", (t!("怎样公开本企业的名称"), Some(hint.into_any())), choices)}
            <button class="button">{t!("保存")}</button>
        </form>
        <section>
            <h2>{t!("现在公开的样子（{n}）", n = own.count)}</h2>
            {list}
        </section>
    };
    Ok(Page::new(t!("我们以往的结对"), body.into_any()))
}
