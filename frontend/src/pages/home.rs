//! The way in for everybody: search, map, the newest needs, and where each kind of visitor begins.

use crate::islands::SearchBox;
use crate::parts::map::{CountyCount, county_map};
use crate::parts::need_row::need_list;
use crate::visit::{Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::needs::{self, FacetCount, NeedQuery, NeedSort};
use domain::need::Field;
use leptos::prelude::*;

/// How many of the newest needs the home page shows.
const NEWEST: usize = 5;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let query = NeedQuery { sort: Some(NeedSort::Newest), ..NeedQuery::default() };
    let newest = visit.call(needs::list(&query)).await?;
    let counties: Vec<_> = newest.facets.counties.iter().map(county_count).collect();
    let rows = &newest.items[..newest.items.len().min(NEWEST)];
    let chips = Field::ALL.iter().take(6).map(|field| {
        let link = href(&format!("/needs?field={field}"));
        view! { <a class="chip" href=link>{text(field.label())}</a> }
    });
    let body = view! {
        <section class="hero">
            <div>
                <h1><span>{t!("让每一份心意，")}</span><span>{t!("看得见办成了哪件事")}</span></h1>
                <p class="lead">
                    {t!("梅州 2,267 个村（社区）说出需要，企业来对接。认捐、到账、拨付、支出，每一分钱都能点开看。")}
                </p>
                <form class="search" role="search" action=href("/needs")>
                    <SearchBox id="q".to_owned() value=String::new() label=Some(t!("搜索村庄、需求或领域").to_owned())
                        placeholder=t!("搜村名、需求、领域，如“大埔 饮水”").to_owned()
                        list_label=t!("搜索提示").to_owned() action=href("/needs") />
                    <button class="button">{t!("搜索")}</button>
                </form>
                <div class="chips">{chips.collect_view()}<a class="chip" href=href("/needs")>{t!("全部九个领域")}</a></div>
            </div>
            {county_map(visit, &counties, t!("各县（市、区）公开的需求"))}
        </section>
        <section class="three">
            {way_in(t!("我是企业"), t!("按领域、地点、金额找到合适的村。每条需求都经工商联审核。"), t!("找需求"), "/needs", true)}
            {way_in(t!("我是村（社区）"), t!("写清要做什么、要多少钱、会带来什么变化。手机上就能填，随时存草稿。"), t!("发布需求"), "/work/needs/new", false)}
            {way_in(t!("我捐过款"), t!("看我的每一笔：到了哪里、付给了谁、买了什么、办成了什么，发票也在。"), t!("查我的捐赠"), "/my-gifts", false)}
        </section>
        <section>
            <h2>{t!("最新需求")}</h2>
            {need_list(rows, false, t!("还没有公开的需求。"))}
            <p><a href=href("/needs")>{t!("全部需求（{n}）", n = newest.count)}</a></p>
        </section>
    };
    Ok(Page::new("", body.into_any()).public())
}

pub fn county_count(facet: &FacetCount) -> CountyCount {
    CountyCount { code: facet.value.clone(), name: facet.label.clone(), count: facet.count }
}

fn way_in(title: &'static str, says: &'static str, action: &'static str, path: &'static str, main: bool) -> AnyView {
    view! {
        <div class="card">
            <h2>{title}</h2>
            <p>{says}</p>
            <a class="button" class:quiet=!main href=href(path)>{action}</a>
        </div>
    }
    .into_any()
}
