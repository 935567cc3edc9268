//! Finding needs: words, filters with their counts, the map, the list.

use super::home::county_count;
use super::saved_searches::save_path;
use crate::parts::map::county_map;
use crate::parts::need_row::found_list;
use crate::parts::place::path;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::needs::{self, NeedList, NeedQuery, Widened};
use domain::finding::Facet;
use domain::place::PlaceCode;
use domain::{Fen, Problem};
use leptos::prelude::*;

mod filters;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let (mut query, form) = read(visit);
    let mut found = visit.call(needs::list(&query)).await;
    let astray = found.as_ref().is_err_and(|error| error.fields.iter().any(|problem| problem.field == "after"));
    if astray {
        query.after = None;
        found = visit.call(needs::list(&query)).await;
    }
    let list = found?;
    let counties: Vec<_> = list.facets.counties.iter().map(county_count).collect();
    let body = view! {
        <h1>{t!("找需求")}</h1>
        <div class="finder">
            <aside>{filters::form(&query, &form, &list)}</aside>
            <div>
                {filters::chips(&query, &list)}
                {astray.then(|| view! { <p class="note">{t!("这一页的位置已经不对了，下面从第一页看起。")}</p> })}
                {summary(&query, &list)}
                <p><a href=href(&save_path(&query))>{t!("保存这个搜索，有新需求时告诉我")}</a></p>
                {found_list(&list, t!("没有符合条件的需求。可以少选一个条件，或换一个说法。"))}
                {paging(&query, &list)}
            </div>
            <aside>{county_map(visit, &counties, t!("符合条件的需求分布"))}</aside>
        </div>
    };
    let page = Page::new(t!("找需求"), body.into_any()).public();
    Ok(if is_plain(&query) && !astray { page } else { page.unlisted() })
}

/// Whether search engines may list the page: all needs, or those of one choice. There are more combinations of choices
/// than anybody should walk through.
fn is_plain(query: &NeedQuery) -> bool {
    let parameters = parameters(query);
    let one_choice = Facet::ALL.iter().map(|facet| query.chosen(*facet).count()).sum::<usize>() <= 1;
    parameters.iter().all(|(name, _)| *name == "after" || Facet::ALL.iter().any(|facet| facet.as_str() == *name))
        && one_choice
}

/// The query of the address bar; an amount that is none is named at its field and left out.
pub(super) fn read(visit: &Visit) -> (NeedQuery, FormState) {
    let mut form = FormState::default();
    let text = |name: &str| visit.query(name).map(str::to_owned);
    let mut amount = |name: &str| {
        let typed = visit.query(name)?;
        form.set(name, typed);
        match Fen::parse_yuan(typed) {
            Ok(amount) => Some(amount.get()),
            Err(error) => {
                form.problems.push(Problem { field: name.to_owned(), message: error.to_string() });
                None
            }
        }
    };
    let query = NeedQuery {
        amount_min_fen: amount("min"),
        amount_max_fen: amount("max"),
        q: text("q"),
        village: text("village"),
        sort: visit.query("sort").and_then(|sort| sort.parse().ok()),
        after: text("after"),
        exact: visit.query("exact").map(|_| true),
        ..NeedQuery::default()
    };
    // A ticked box stands once for each choice; a link may name several at once.
    let chosen = |query: NeedQuery, facet: &Facet| {
        let all = visit.query.iter().filter(|(name, _)| name == facet.as_str()).map(|(_, value)| value.trim());
        let values: Vec<&str> = all.flat_map(|value| value.split(',')).filter(|value| !value.is_empty()).collect();
        query.with(*facet, &values)
    };
    (Facet::ALL.iter().fold(query, chosen), form)
}

/// What the address of this query says, without the place in the list.
fn parameters(query: &NeedQuery) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    let mut add = |name, value: Option<String>| all.extend(value.map(|value| (name, value)));
    add("q", query.q.clone());
    for facet in Facet::ALL {
        add(facet.as_str(), query.choice(*facet).cloned());
    }
    add("village", query.village.clone());
    let yuan = |fen: Option<i64>| fen.and_then(|fen| Fen::new(fen).ok()).map(Fen::to_input);
    add("min", yuan(query.amount_min_fen));
    add("max", yuan(query.amount_max_fen));
    add("sort", query.sort.map(|sort| sort.to_string()));
    add("exact", query.exact.filter(|exact| *exact).map(|_| "1".to_owned()));
    all
}

fn address(parameters: &[(&str, String)]) -> String {
    let query = crate::parts::query_string(parameters);
    href(&if query.is_empty() { "/needs".to_owned() } else { format!("/needs?{query}") })
}

fn summary(query: &NeedQuery, list: &NeedList) -> AnyView {
    let exactly = address(&parameters(&NeedQuery { exact: Some(true), ..query.clone() }));
    let exactly = move || view! { <a rel="nofollow" href=exactly.clone()>{t!("只按原来的条件查")}</a> };
    let note = |says: String| view! { <p class="note">{says}</p> };
    let cut = list.cut.then(|| note(t!("搜索的文字太长，只按前 100 个字查找。").to_owned()));
    let amount = list.amount_said.as_ref().map(|said| note(t!("金额按“{said}”查找。", said = said)));
    let meant = list.meant.as_ref().map(|meant| {
        let says = t!("没有这样写的需求，显示的是“{meant}”的结果。", meant = meant);
        view! { <p class="note">{says}" "{exactly()}</p> }
    });
    let perhaps = list.perhaps.as_ref().map(|perhaps| {
        let other = NeedQuery { q: Some(perhaps.clone()), after: None, ..query.clone() };
        let link = view! { <a rel="nofollow" href=address(&parameters(&other))>{perhaps.clone()}</a> };
        view! { <p class="note">{t!("您是不是要找：")}{link}</p> }
    });
    let widened = list.widened.as_ref().map(|widened| {
        view! { <p class="note">{was_widened(widened)}" "{exactly()}</p> }
    });
    let stands_in =
        list.stands_in.then(|| note(t!("搜索服务暂时没有响应，由备用的搜索代答，排序可能略有不同。").to_owned()));
    let words =
        query.q.as_deref().map(|q| t!("“{q}”：", q = q.chars().take(100).collect::<String>())).unwrap_or_default();
    view! {
        <p role="status">{words}{t!("共 {n} 条需求", n = list.count)}</p>
        {one_village(query)}{cut}{amount}{meant}{perhaps}{widened}{stands_in}
    }
    .into_any()
}

/// What was let go so that something is found, in words.
fn was_widened(widened: &Widened) -> String {
    let mut says = vec![t!("没有需求符合全部条件。").to_owned()];
    if let Some(place) = &widened.place {
        says.push(match widened.words.join(t!("、")) {
            words if words.is_empty() => t!("下面是{place}范围内的。", place = text(place)),
            words => t!("“{words}”没有，下面是{place}范围内的。", words = words, place = text(place)),
        });
    } else if !widened.words.is_empty() {
        says.push(t!("“{words}”太笼统，下面是全部需求。", words = widened.words.join(t!("、"))));
    }
    if widened.fewer_words {
        says.push(t!("下面的需求只符合一部分关键词，符合得多的在前。").to_owned());
    }
    if !widened.conditions.is_empty() {
        let conditions: Vec<String> = widened.conditions.iter().map(|facet| text(facet.label())).collect();
        says.push(t!("没有按这些条件筛选：{conditions}。", conditions = conditions.join(t!("、"))));
    }
    says.concat()
}

/// The list is of one village only, to which the conditions beside it do not hold.
fn one_village(query: &NeedQuery) -> Option<AnyView> {
    let village: PlaceCode = query.village.as_deref()?.parse().ok()?;
    let town = village.parent().map(String::from).unwrap_or_default();
    let wider = href(&format!("/needs?county={}&town={town}", village.county()));
    Some(
        view! {
            <p class="note">
                <a href=href(&path(&village))>{t!("只看这一个村（社区）的需求。")}</a>" "
                <a href=wider>{t!("看全镇的需求")}</a>
            </p>
        }
        .into_any(),
    )
}

fn paging(query: &NeedQuery, list: &NeedList) -> AnyView {
    let Some(next) = &list.next else { return ().into_any() };
    let mut parameters = parameters(query);
    parameters.push(("after", next.clone()));
    let rel = if is_plain(query) { "next" } else { "next nofollow" };
    let link = address(&parameters);
    view! { <p class="paging"><a class="button quiet" rel=rel href=link>{t!("下一页")}</a></p> }.into_any()
}
