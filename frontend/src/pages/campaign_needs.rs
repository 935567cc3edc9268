//! The office picks the needs that a campaign lists, many at once, and puts them in order.

use super::campaign_office::crumbs;
use crate::parts::choice;
use crate::parts::field::{Field, summary};
use crate::parts::need_row::need_link;
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::href;
use domain::api::campaigns::PageQuery;
use domain::api::campaigns::setup::{self, CampaignDossier};
use domain::api::needs::{self, NeedQuery, NeedRow, NeedSort};
use domain::api::places::{self, PlacesQuery};
use domain::api::{ApiError, List};
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    let listed_after = PageQuery { after: visit.query("listed_after").map(str::to_owned) };
    let listed = visit.call(setup::listed(campaign.id, &listed_after)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let picker = if campaign.may.list_needs { Some(picker(visit).await?) } else { None };
    let title = t!("活动列出的需求");
    let body = view! {
        {summary(form)}
        {crumbs(Some(&campaign))}
        <h1>{t!("活动列出的需求（{n}）", n = campaign.listed)}</h1>
        {done(visit)}
        <p class="soft">{t!("列出的需求显示在活动的页面上，按这里的先后。没有列出的需求，企业照样可以认捐。")}</p>
        {rows(visit, &campaign, &listed, listed_after.after.is_none())}
        {picker}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done(visit: &Visit) -> Option<AnyView> {
    let n = visit.query("n").unwrap_or("0");
    let says = match visit.query("done")? {
        "listed" => t!("已列入 {n} 条。", n = n),
        "removed" => t!("已移出 {n} 条。", n = n),
        "moved" => t!("已改变位置。").to_owned(),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

fn rows(visit: &Visit, campaign: &CampaignDossier, listed: &List<NeedRow>, first: bool) -> AnyView {
    if listed.items.is_empty() && first {
        return view! { <p class="card empty">{t!("还没有列出需求。在下面挑选。")}</p> }.into_any();
    }
    let row = |need: &NeedRow| {
        let tools = campaign.may.list_needs.then(|| {
            let id = need.id.to_string();
            let label = format!("position-{id}");
            view! {
                <form class="placed" method="post" action=href(&visit.path)>
                    <input type="hidden" name="need" value=id />
                    <label for=label.clone()>{t!("移到第几位")}</label>
                    <input id=label name="position" type="text" inputmode="numeric" size="4" autocomplete="off" />
                    <button class="button quiet" name="action" value="move">{t!("移动")}</button>
                    <button class="button quiet" name="action" value="remove">{t!("移出")}</button>
                </form>
            }
        });
        view! { <li>{need_link(need, true)}{tools}</li> }
    };
    let next = listed.next.as_ref().map(|next| {
        let link = href(&format!("{}?listed_after={next}", visit.path));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    view! { <ul class="rows card">{listed.items.iter().map(row).collect_view()}</ul>{next} }.into_any()
}

/// Public needs by words, county and field, with boxes.
async fn picker(visit: &Visit) -> Result<AnyView, ApiError> {
    let asked = |name: &str| visit.query(name).map(str::to_owned);
    let query = NeedQuery {
        q: asked("q"),
        county: asked("county"),
        field: asked("field"),
        sort: Some(NeedSort::Newest),
        after: asked("after"),
        ..NeedQuery::default()
    };
    let found = visit.call(needs::list(&query)).await?;
    let counties = visit.call(places::list(&PlacesQuery::default())).await?.items;
    let counties = counties.into_iter().map(|county| (county.code.to_string(), county.name)).collect();
    let mut typed = FormState::default();
    for (name, value) in [("q", &query.q), ("county", &query.county), ("field", &query.field)] {
        typed.set(name, value.clone().unwrap_or_default());
    }
    let filters = [("q", &query.q), ("county", &query.county), ("field", &query.field)];
    let filters: Vec<(&str, String)> =
        filters.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
    let next = found.next.as_ref().map(|next| {
        let mut onwards = filters.clone();
        onwards.push(("after", next.clone()));
        let link = href(&format!("{}?{}#pick", visit.path, query_string(&onwards)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let boxes = found.items.iter().map(|need| {
        let id = format!("pick-{}", need.id);
        let title = t!("列入“{title}”", title = need.title);
        view! {
            <li class="ticked">
                <span class="tick"><input type="checkbox" id=id name="needs" value=need.id.to_string() aria-label=title /></span>
                {need_link(need, true)}
            </li>
        }
    });
    let list = if found.items.is_empty() {
        view! { <p class="card empty">{t!("没有符合条件的公开需求。")}</p> }.into_any()
    } else {
        view! {
            <form method="post" action=href(&visit.path)>
                <ul class="rows card">{boxes.collect_view()}</ul>
                <div class="buttons">
                    <button class="button" name="action" value="list">{t!("把勾选的列入活动")}</button>
                </div>
            </form>
        }
        .into_any()
    };
    Ok(view! {
        <section id="pick">
            <h2>{t!("挑选公开的需求")}</h2>
            <form class="card" method="get" action=href(&visit.path)>
                {Field::new(&typed, "q", t!("关键词")).text()}
                <div class="pair">
                    {Field::new(&typed, "county", t!("县（市、区）")).select(t!("全部"), counties)}
                    {Field::new(&typed, "field", t!("领域")).select(t!("全部"), choice::fields())}
                </div>
                <div class="buttons"><button class="button quiet">{t!("查找")}</button></div>
            </form>
            {list}{next}
        </section>
    }
    .into_any())
}
