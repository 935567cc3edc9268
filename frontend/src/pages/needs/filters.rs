//! The form beside the list, and what of it is chosen. A phone shows the words first and the rest on demand.

use super::{address, parameters};
use crate::islands::{AmountEcho, SearchBox};
use crate::parts::field;
use crate::visit::FormState;
use crate::words::{href, text};
use domain::Fen;
use domain::api::needs::{FacetCount, NeedList, NeedQuery, NeedSort};
use domain::finding::Facet;
use leptos::prelude::*;

/// Choices of a facet that are shown at once; of the towns of a county the others are folded away.
const SHOWN: usize = 12;

pub fn form(query: &NeedQuery, form: &FormState, list: &NeedList) -> AnyView {
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
                {field::problem(form, name)}
                <AmountEcho name=name.to_owned() value=form.value(name).to_owned() unit=t!("元").to_owned()
                    described_by=wrong.then(|| format!("{name}-problem")) />
            </div>
        }
    };
    let chosen = chosen(query) > 0 || !form.problems.is_empty();
    let facets = Facet::ALL.iter().map(|facet| boxes(*facet, query, list.facets.of(*facet)));
    view! {
        <form class="filters card" role="search" action=href("/needs")>
            <div class="field">
                <label for="q">{t!("关键词")}</label>
                <SearchBox id="q".to_owned() value=query.q.clone().unwrap_or_default() label=None
                    placeholder=t!("如“大埔 饮水”，也可用拼音").to_owned() list_label=t!("搜索提示").to_owned()
                    action=href("/needs") />
            </div>
            <button class="button">{t!("查找")}</button>
            <details class="more" open=chosen>
                <summary>{t!("更多条件")}</summary>
                {facets.collect_view()}
                {amount("min", t!("金额从（元）"))}
                {amount("max", t!("到（元）"))}
                <div class="field">
                    <label for="sort">{t!("排序")}</label>
                    <select id="sort" name="sort">{sorts.collect_view()}</select>
                </div>
                <button class="button quiet">{t!("按这些条件查找")}</button>
            </details>
            <a class="clear" href=href("/needs")>{t!("清除条件")}</a>
        </form>
    }
    .into_any()
}

/// How many conditions there are beside the words.
fn chosen(query: &NeedQuery) -> usize {
    let choices: usize = Facet::ALL.iter().map(|facet| query.chosen(*facet).count()).sum();
    choices + usize::from(query.amount_min_fen.is_some()) + usize::from(query.amount_max_fen.is_some())
}

/// The choices of a facet as boxes with how many needs each would show. What is chosen is shown although it has none.
fn boxes(facet: Facet, query: &NeedQuery, counts: &[FacetCount]) -> AnyView {
    let ticked: Vec<&str> = query.chosen(facet).collect();
    let choice = |count: &FacetCount| {
        let id = format!("{facet}-{}", count.value);
        let on = ticked.contains(&count.value.as_str());
        view! {
            <p class="choice">
                <input type="checkbox" id=id.clone() name=facet.as_str() value=count.value.clone() checked=on />
                <label for=id>{text(&count.label)}" "<span class="soft">{count.count}</span></label>
            </p>
        }
        .into_any()
    };
    if counts.is_empty() {
        return ticked
            .iter()
            .map(|value| {
                view! { <input type="hidden" name=facet.as_str() value=(*value).to_owned() /> }
            })
            .collect_view()
            .into_any();
    }
    let (mut first, mut others): (Vec<&FacetCount>, Vec<&FacetCount>) = (Vec::new(), Vec::new());
    for (at, count) in counts.iter().enumerate() {
        let shown = at < SHOWN || ticked.contains(&count.value.as_str());
        if shown { first.push(count) } else { others.push(count) }
    }
    let missing = ticked.iter().filter(|value| !counts.iter().any(|count| count.value == **value)).map(|value| {
        view! { <input type="hidden" name=facet.as_str() value=(*value).to_owned() /> }
    });
    let others = (!others.is_empty()).then(|| {
        view! {
            <details class="others">
                <summary>{t!("其余 {n} 个", n = others.len())}</summary>
                {others.into_iter().map(choice).collect_view()}
            </details>
        }
    });
    view! {
        <fieldset class="facet">
            <legend>{text(facet.label())}</legend>
            {first.into_iter().map(choice).collect_view()}{others}{missing.collect_view()}
        </fieldset>
    }
    .into_any()
}

/// What is chosen, each with a way to take it away.
pub fn chips(query: &NeedQuery, list: &NeedList) -> Option<AnyView> {
    let mut chips: Vec<(String, NeedQuery)> = Vec::new();
    for facet in Facet::ALL {
        for value in query.chosen(*facet) {
            let label =
                list.facets.of(*facet).iter().find(|count| count.value == value).map(|count| text(&count.label));
            let rest: Vec<&str> = query.chosen(*facet).filter(|other| *other != value).collect();
            let mut without = query.clone().with(*facet, &rest);
            if *facet == Facet::County {
                // Towns are chosen within counties.
                let towns: Vec<&str> = query.chosen(Facet::Town).filter(|town| !town.starts_with(value)).collect();
                without = without.with(Facet::Town, &towns);
            }
            chips.push((label.unwrap_or_else(|| text(facet.label())), without));
        }
    }
    let yuan = |fen: i64| Fen::new(fen).map(Fen::to_yuan).unwrap_or_default();
    if let Some(least) = query.amount_min_fen {
        let without = NeedQuery { amount_min_fen: None, ..query.clone() };
        chips.push((t!("{amount} 元以上", amount = yuan(least)), without));
    }
    if let Some(most) = query.amount_max_fen {
        let without = NeedQuery { amount_max_fen: None, ..query.clone() };
        chips.push((t!("{amount} 元以内", amount = yuan(most)), without));
    }
    if chips.is_empty() {
        return None;
    }
    let chips = chips.into_iter().map(|(label, without)| {
        let link = address(&parameters(&without));
        let says = t!("去掉条件：{label}", label = label);
        view! { <li><a class="chip" rel="nofollow" href=link aria-label=says>{label}" "<span aria-hidden="true">"×"</span></a></li> }
    });
    Some(view! { <ul class="chips" aria-label=t!("已选的条件")>{chips.collect_view()}</ul> }.into_any())
}
