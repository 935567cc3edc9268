//! One's saved searches: saving what was just looked for, renaming, pausing, dropping; and the page behind the link by
//! which a letter is stopped.

use super::needs::read;
use crate::parts::field::{Field, radios, summary, summary_of_row};
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::Fen;
use domain::api::needs::NeedQuery;
use domain::api::saved_searches::{self, SavedSearch};
use domain::api::{ApiError, ErrorCode};
use domain::campaign::legal_day;
use domain::need::Field as NeedField;
use domain::saved_search::Pace;
use leptos::prelude::*;

const PATH: &str = "/saved-searches";

/// Where a search of this query is saved.
#[must_use]
pub fn save_path(query: &NeedQuery) -> String {
    let parameters = parameters(query);
    format!("{PATH}?new=1{}{}", if parameters.is_empty() { "" } else { "&" }, query_string_of(&parameters))
}

/// The list of needs for a query, as its address.
fn list_path(query: &NeedQuery) -> String {
    format!("/needs?{}", query_string_of(&parameters(query)))
}

fn query_string_of(parameters: &[(String, String)]) -> String {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    query_string(&parameters)
}

/// A query as the page of needs writes it: what the API counts in fen stands there in yuan.
fn parameters(query: &NeedQuery) -> Vec<(String, String)> {
    let query = NeedQuery { sort: None, after: None, ..query.clone() };
    let text = serde_urlencoded::to_string(&query).unwrap_or_default();
    let all: Vec<(String, String)> = serde_urlencoded::from_str(&text).unwrap_or_default();
    let yuan = |fen: &str| fen.parse().ok().and_then(|fen| Fen::new(fen).ok()).map(Fen::to_input).unwrap_or_default();
    let named = |(name, value): (String, String)| match name.as_str() {
        "amount_min_fen" => ("min".to_owned(), yuan(&value)),
        "amount_max_fen" => ("max".to_owned(), yuan(&value)),
        _ => (name, value),
    };
    all.into_iter().map(named).collect()
}

/// All of one's searches; with `new` in the address the form that saves another.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let searches = visit.call(saved_searches::list()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let saves = form.value("step") == "save" || (visit.form.is_none() && visit.query("new").is_some());
    let rows = if searches.items.is_empty() {
        view! { <p class="card empty">{t!("还没有保存过搜索。在“找需求”里选好条件，点“保存这个搜索”。")}</p> }
            .into_any()
    } else {
        searches.items.iter().map(|search| row(form, search)).collect_view().into_any()
    };
    let body = view! {
        {done(visit)}
        {if saves { summary(form) } else { summary_of_row(form, form.value("id")) }}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/needs")>{t!("找需求")}</a></nav>
        <h1>{t!("保存的搜索（{n}）", n = searches.count)}</h1>
        <p>{t!("有新需求可以对接、又符合这里的条件时，我们发通知给您。每条需求每个搜索只通知一次。")}</p>
        {saves.then(|| save(visit, form))}
        <section>{rows}</section>
    };
    Ok(Page::new(t!("保存的搜索"), body.into_any()))
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")? {
        "saved" => t!("已保存。有新需求时会告诉您。"),
        "changed" => t!("已修改。"),
        "dropped" => t!("已删除。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

fn paces() -> Vec<(&'static str, String)> {
    Pace::ALL.iter().map(|pace| (pace.as_str(), text(pace.label()))).collect()
}

/// The form that saves what was looked for.
fn save(visit: &Visit, refused: &FormState) -> AnyView {
    let mut form = refused.clone();
    if refused.value("query").is_empty() {
        let (query, _) = read(visit);
        let field = query.field.as_deref().and_then(|field| field.parse().ok()).map(|field: NeedField| field.label());
        let name: Vec<&str> = query.q.as_deref().into_iter().chain(field).collect();
        form.set("name", name.join(" ").chars().take(domain::saved_search::NAME_MAX).collect::<String>());
        form.set("pace", Pace::Daily.as_str());
        let query = NeedQuery { sort: None, after: None, ..query };
        form.set("query", serde_json::to_string(&query).unwrap_or_default());
    }
    let id = match form.value("id") {
        "" | "recorded" => visit.fresh_id.to_string(),
        id => id.to_owned(),
    };
    view! {
        <form class="card" method="post" action=href(PATH)>
            <h2>{t!("保存这个搜索")}</h2>
            <input type="hidden" name="step" value="save" />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="query" value=form.value("query").to_owned() />
            {Field::new(&form, "name", t!("名字")).hint(t!("例如“五华的饮水需求”")).text()}
            {radios(&form, "pace", (t!("多久告诉您一次"), None), paces())}
            <button class="button">{t!("保存")}</button>
        </form>
    }
    .into_any()
}

fn row(refused: &FormState, search: &SavedSearch) -> AnyView {
    let id = search.id.to_string();
    let own = refused.value("id") == id && refused.value("step") != "save";
    let form = if own {
        refused.clone()
    } else {
        let mut form = FormState::default();
        form.set("name", search.name.clone());
        form.set("pace", search.pace.as_str());
        form
    };
    let status = search.paused.then(|| view! { <span class="tag status">{t!("已暂停")}</span> });
    let (step, label) = if search.paused { ("resume", t!("恢复通知")) } else { ("pause", t!("暂停通知")) };
    let choices = paces().into_iter().map(|(value, label)| (value.to_owned(), label)).collect();
    view! {
        <article class="card">
            <h2>{search.name.clone()}" "{status}</h2>
            <p class="soft">
                {text(search.pace.label())}" · "
                {t!("保存于 {day}，已找到 {n} 条新需求", day = date(legal_day(search.created_at)), n = search.found)}
            </p>
            <p><a href=href(&list_path(&search.query))>{t!("看现在符合的需求")}</a></p>
            <details open=own>
                <summary>{t!("修改")}</summary>
                <form method="post" action=href(PATH)>
                    <input type="hidden" name="id" value=id.clone() />
                    <input type="hidden" name="paused" value=if search.paused { "1" } else { "0" } />
                    {Field::new(&form, "name", t!("名字")).of_row(&id).text()}
                    {Field::new(&form, "pace", t!("多久告诉您一次")).of_row(&id).select(t!("请选择"), choices)}
                    <p class="buttons">
                        <button class="button" name="step" value="change">{t!("保存")}</button>
                        <button class="button quiet" name="step" value=step>{label}</button>
                        <button class="button quiet" name="step" value="drop">{t!("删除")}</button>
                    </p>
                </form>
            </details>
        </article>
    }
    .into_any()
}

/// Behind the link of a letter: opening it changes nothing, the button does.
pub fn stop(visit: &Visit) -> Page {
    let form = visit.form.as_ref();
    let value = |name: &str| {
        let typed = form.map(|form| form.value(name).to_owned()).filter(|typed| !typed.is_empty());
        typed.or_else(|| visit.query(name).map(str::to_owned)).unwrap_or_default()
    };
    let body = if visit.query("done").is_some() {
        view! {
            <p class="done" role="status">{t!("已暂停您保存的全部搜索，不会再发这类通知。")}</p>
            <p><a href=href(PATH)>{t!("登录后可以逐个恢复。")}</a></p>
        }
        .into_any()
    } else {
        view! {
            <p>{t!("点下面的按钮，暂停您保存的全部搜索。其他通知不受影响。")}</p>
            <form method="post" action=href("/saved-searches/stop")>
                <input type="hidden" name="person" value=value("person") />
                <input type="hidden" name="key" value=value("key") />
                <button class="button">{t!("不再收新需求的通知")}</button>
            </form>
        }
        .into_any()
    };
    let body = view! { {form.and_then(summary)}<h1>{t!("停发新需求的通知")}</h1>{body} };
    Page::new(t!("停发新需求的通知"), body.into_any())
}
