//! Finding needs: words, filters with their counts, the map, the list.

use super::home::county_count;
use super::saved_searches::save_path;
use crate::islands::AmountEcho;
use crate::parts::map::county_map;
use crate::parts::need_row::need_list;
use crate::parts::place::path;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::needs::{self, FacetCount, NeedList, NeedQuery, NeedSort};
use domain::place::PlaceCode;
use domain::{Fen, Problem};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let (query, form) = read(visit);
    let list = visit.call(needs::list(&query)).await?;
    let counties: Vec<_> = list.facets.counties.iter().map(county_count).collect();
    let body = view! {
        <h1>{t!("找需求")}</h1>
        <div class="finder">
            <aside>{filters(&query, &form, &list)}</aside>
            <div>
                {summary(&query, &list)}
                <p><a href=href(&save_path(&query))>{t!("保存这个搜索，有新需求时告诉我")}</a></p>
                {need_list(&list.items, false, t!("没有符合条件的需求。可以少选一个条件，或换一个说法。"))}
                {paging(&query, &list)}
            </div>
            <aside>{county_map(visit, &counties, t!("符合条件的需求分布"))}</aside>
        </div>
    };
    Ok(Page::new(t!("找需求"), body.into_any()).public())
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
        field: text("field"),
        county: text("county"),
        town: text("town"),
        village: text("village"),
        sort: visit.query("sort").and_then(|sort| sort.parse().ok()),
        after: text("after"),
    };
    (query, form)
}

fn select(
    name: &'static str,
    label: &'static str,
    every: &'static str,
    facets: &[FacetCount],
    chosen: Option<&str>,
) -> AnyView {
    let options = facets.iter().map(|facet| {
        let selected = chosen == Some(facet.value.as_str());
        view! { <option value=facet.value.clone() selected=selected>{text(&facet.label)}" ("{facet.count}")"</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name><option value="">{every}</option>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

fn filters(query: &NeedQuery, form: &FormState, list: &NeedList) -> AnyView {
    // Without words there is nothing to be relevant to.
    let order = query.sort.unwrap_or(if query.q.is_some() { NeedSort::Relevance } else { NeedSort::Newest });
    let sorts = NeedSort::ALL.iter().map(|sort| {
        let selected = order == *sort;
        view! { <option value=sort.as_str() selected=selected>{text(sort.label())}</option> }
    });
    let amount = |name: &'static str, label: &'static str| {
        let wrong = form.problem(name).is_some();
        view! {
            <div class="field" class:wrong=wrong>
                <label for=name>{label}</label>
                {crate::parts::field::problem(form, name)}
                <AmountEcho name=name.to_owned() value=form.value(name).to_owned() unit=t!("元").to_owned()
                    described_by=wrong.then(|| format!("{name}-problem")) />
            </div>
        }
    };
    let towns = query
        .county
        .is_some()
        .then(|| select("town", t!("镇（街道）"), t!("全部镇（街道）"), &list.facets.towns, query.town.as_deref()));
    let chosen = [&query.field, &query.county, &query.town].into_iter().any(Option::is_some)
        || query.amount_min_fen.is_some()
        || query.amount_max_fen.is_some()
        || !form.problems.is_empty();
    view! {
        <form class="filters card" role="search" action=href("/needs")>
            <div class="field">
                <label for="q">{t!("关键词")}</label>
                <input id="q" type="search" name="q" value=query.q.clone().unwrap_or_default()
                    placeholder=t!("如“大埔 饮水”，也可用拼音") />
            </div>
            <details class="more" open=chosen>
                <summary>{t!("更多条件")}</summary>
                {select("field", t!("领域"), t!("全部领域"), &list.facets.fields, query.field.as_deref())}
                {select("county", t!("县（市、区）"), t!("全部县（市、区）"), &list.facets.counties, query.county.as_deref())}
                {towns}
                {amount("min", t!("金额从（元）"))}
                {amount("max", t!("到（元）"))}
                <div class="field">
                    <label for="sort">{t!("排序")}</label>
                    <select id="sort" name="sort">{sorts.collect_view()}</select>
                </div>
            </details>
            <button class="button">{t!("查找")}</button>
            <a class="clear" href=href("/needs")>{t!("清除条件")}</a>
        </form>
    }
    .into_any()
}

fn summary(query: &NeedQuery, list: &NeedList) -> AnyView {
    let relaxed = list.relaxed.then(|| {
        view! { <p class="note">{t!("没有需求同时符合全部关键词，下面是最接近的。")}</p> }
    });
    let stands_in = list.stands_in.then(|| {
        view! { <p class="note">{t!("搜索服务暂时没有响应，由备用的搜索代答，排序可能略有不同。")}</p> }
    });
    let words = query.q.as_deref().map(|q| t!("“{q}”：", q = q)).unwrap_or_default();
    view! {
        <p role="status">{words}{t!("共 {n} 条需求", n = list.count)}</p>
        {one_village(query)}{relaxed}{stands_in}
    }
    .into_any()
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
    let mut parameters: Vec<(&str, String)> = Vec::new();
    let mut add = |name, value: Option<String>| parameters.extend(value.map(|value| (name, value)));
    add("q", query.q.clone());
    add("field", query.field.clone());
    add("county", query.county.clone());
    add("town", query.town.clone());
    add("village", query.village.clone());
    let yuan = |fen: Option<i64>| fen.and_then(|fen| Fen::new(fen).ok()).map(Fen::to_input);
    add("min", yuan(query.amount_min_fen));
    add("max", yuan(query.amount_max_fen));
    add("sort", query.sort.map(|sort| sort.to_string()));
    add("after", Some(next.clone()));
    let link = href(&format!("/needs?{}", crate::parts::query_string(&parameters)));
    view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }.into_any()
}
