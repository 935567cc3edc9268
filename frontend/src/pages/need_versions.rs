//! What of a need was approved, version by version, any two beside each other; and what is shown for objections now.

use crate::parts::comparison::comparison;
use crate::visit::{Page, Visit};
use crate::words::{date, href, instant};
use domain::api::ApiError;
use domain::api::need_versions::{NeedVersion, NeedVersions, ProposedVersion, versions};
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let read = visit.call(versions(id)).await?;
    let link = href(&format!("/needs/{}", read.code.clone().unwrap_or_else(|| read.id.to_string())));
    let title = read.items.last().map(|version| version.content.title.clone()).unwrap_or_default();
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/needs")>{t!("找需求")}</a>
            <a href=link>{read.code.clone().unwrap_or_default()}</a>
        </nav>
        <h1>{t!("公开内容的更新")}</h1>
        <p class="soft">{title}</p>
        {read.proposed.as_ref().and_then(|proposed| announced(&read, proposed))}
        {compared(visit, &read)}
        {list(&read.items)}
    };
    let page = Page::new(t!("公开内容的更新"), body.into_any());
    Ok(if visit.me.is_none() { page.public() } else { page })
}

/// What is shown for objections, beside what is public until it takes effect.
fn announced(read: &NeedVersions, proposed: &ProposedVersion) -> Option<AnyView> {
    let shown = read.items.last()?;
    let object = href(&format!("/contact?need={}", read.code.clone().unwrap_or_default()));
    Some(
        view! {
            <section class="card" id="proposed">
                <h2>{t!("正在公示的修改，到 {until} 为止", until = date(proposed.publicized_until))}</h2>
                <p>{t!("期满没有待答复的异议就生效；在那以前，公开的内容不变。")}" "<a href=object>{t!("提出异议")}</a></p>
                {why(&proposed.why)}
                {comparison((&shown.content, &shown.photos), (&proposed.content, &proposed.photos))}
            </section>
        }
        .into_any(),
    )
}

fn why(words: &str) -> Option<AnyView> {
    (!words.is_empty()).then(|| view! { <p class="note">{t!("修改的原因：")}{words.to_owned()}</p> }.into_any())
}

/// Two versions beside each other: those of the address bar, else the last two.
fn compared(visit: &Visit, read: &NeedVersions) -> AnyView {
    let [first, .., last] = read.items.as_slice() else {
        return view! { <p class="card empty">{t!("通过审核以后没有改过。")}</p> }.into_any();
    };
    let chosen = |name: &str| {
        let number: i32 = visit.query(name)?.parse().ok()?;
        read.items.iter().find(|version| version.number == number)
    };
    let to = chosen("to").unwrap_or(last);
    let before = read.items.iter().rfind(|version| version.number < to.number);
    let from = chosen("from").or(before).unwrap_or(first);
    view! {
        <section class="card">
            <h2>{t!("第 {from} 版和第 {to} 版对照", from = from.number, to = to.number)}</h2>
            <form method="get">
                {choice("from", t!("原来"), &read.items, from.number)}
                {choice("to", t!("改为"), &read.items, to.number)}
                <p><button class="button quiet">{t!("对照")}</button></p>
            </form>
            {comparison((&from.content, &from.photos), (&to.content, &to.photos))}
        </section>
    }
    .into_any()
}

fn choice(name: &'static str, label: &'static str, versions: &[NeedVersion], chosen: i32) -> AnyView {
    let options = versions.iter().rev().map(|version| {
        let said = t!("第 {n} 版，{at}", n = version.number, at = instant(version.shown_from));
        view! { <option value=version.number selected=version.number == chosen>{said}</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

fn list(versions: &[NeedVersion]) -> AnyView {
    let rows = versions.iter().rev().map(|version| {
        let approved = t!("{at} 审核通过", at = instant(version.approved_at));
        view! {
            <li>
                <b>{t!("第 {n} 版，{at}", n = version.number, at = instant(version.shown_from))}</b>
                <span class="soft">{approved}</span>
                {why(&version.why)}
            </li>
        }
    });
    view! {
        <section class="card"><h2>{t!("历次公开的内容")}</h2><ol class="history" reversed=true>{rows.collect_view()}</ol></section>
    }
    .into_any()
}
