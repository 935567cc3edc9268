//! Pairings of the time before this platform, as history: who, where, when, what, and from which list.

use crate::words::{date, href, text};
use domain::api::earlier_pairings::{EarlierOfPlace, EarlierShown};
use domain::api::needs::Where;
use domain::earlier::YearOrDay;
use leptos::prelude::*;

/// The section of a place's page; nothing where no list tells anything. `path`: of the page.
pub fn history(of: &EarlierOfPlace, path: &str) -> Option<AnyView> {
    if of.items.is_empty() {
        return None;
    }
    let next = of.next.as_ref().map(|next| {
        let link = format!("{}?after={next}#earlier", href(path));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    Some(
        view! {
            <section id="earlier">
                <h2>{t!("以往的结对（千企帮千村）（{n}）", n = of.count)}</h2>
                <p class="soft">{t!("平台以前的事，由工商联从名单导入，没有在平台上核对，不计入现在的结对。")}</p>
                {rows(&of.items)}
                {next}
            </section>
        }
        .into_any(),
    )
}

pub fn rows(items: &[EarlierShown]) -> AnyView {
    view! { <ul class="card rows record">{items.iter().map(row).collect_view()}</ul> }.into_any()
}

fn row(one: &EarlierShown) -> AnyView {
    let said = t!("来源：{source} · 截至 {day}", source = one.said.source, day = date(one.said.as_of));
    let link = one.published_at.clone().map(|address| {
        view! { " · "<a href=address rel="noreferrer nofollow">{t!("公开的名单")}</a> }
    });
    let done = (!one.done.is_empty()).then(|| view! { <span>{one.done.clone()}</span> });
    view! {
        <li>
            <span class="what">
                <span class="tags"><span class="tag">{text(one.form.label())}</span></span>
                <b>{text(&one.enterprise)}</b>
                <span>{named(&one.place)}" · "{term(one.begun, one.until)}</span>
                {done}
                <span class="soft">{said}{link}</span>
            </span>
        </li>
    }
    .into_any()
}

/// County and town, and the village where one is meant.
pub fn named(place: &Where) -> String {
    let parts = [place.county.as_str(), &place.town, &place.village];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// From when until when, as exactly as the list says.
pub fn term(begun: Option<YearOrDay>, until: Option<YearOrDay>) -> String {
    let moment = |of: YearOrDay| match of {
        YearOrDay::Year(year) => t!("{year} 年", year = year),
        YearOrDay::Day(day) => date(day),
    };
    match (begun.map(moment), until.map(moment)) {
        (Some(begun), Some(until)) => t!("{begun}至{until}", begun = begun, until = until),
        (Some(begun), None) => t!("{begun}起，名单没有写结束", begun = begun),
        (None, Some(until)) => t!("至{until}", until = until),
        (None, None) => t!("名单没有写时间").to_owned(),
    }
}
