//! For the platform's administrator: organisations by name, kind and place, and opening one.

use crate::parts::field::{Field, summary};
use crate::parts::need_row::place;
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::api::organisations::{self, OrganisationQuery, OrganisationRow};
use domain::api::places::{self, PlacesQuery};
use domain::api::{ApiError, ErrorCode};
use domain::membership::FOUNDED;
use domain::organisation::OrganisationKind;
use domain::place::PlaceLevel;
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let asked = |name: &str| visit.query(name).map(str::to_owned);
    let query = OrganisationQuery { q: asked("q"), kind: asked("kind"), place: asked("place"), after: asked("after") };
    let list = visit.call(organisations::list(&query)).await?;
    let finder = finder(visit).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let next = list.next.as_ref().map(|next| {
        let filters = [("q", &query.q), ("kind", &query.kind), ("place", &query.place)];
        let mut parameters: Vec<(&str, String)> =
            filters.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        parameters.push(("after", next.clone()));
        let link = href(&format!("/work/organisations?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("单位（{n}）", n = list.count)}</h1>
        {filters(&query)}
        {rows(&list.items)}
        {next}
        {open(visit, form)}
        {finder}
    };
    Ok(Page::new(t!("开通和查找单位"), body.into_any()))
}

fn filters(query: &OrganisationQuery) -> AnyView {
    let mut typed = FormState::default();
    for (name, value) in [("q", &query.q), ("kind", &query.kind), ("place", &query.place)] {
        typed.set(name, value.clone().unwrap_or_default());
    }
    let kinds = OrganisationKind::ALL.iter().map(|kind| (kind.to_string(), text(kind.label()))).collect();
    view! {
        <form class="card" method="get" action=href("/work/organisations")>
            {Field::new(&typed, "q", t!("名称里有")).text()}
            {Field::new(&typed, "kind", t!("类别")).select(t!("全部"), kinds)}
            {Field::new(&typed, "place", t!("所在地的区划代码")).hint(t!("县 6 位、镇 9 位、村 12 位；包括它下面的")).input("text", "numeric", "off")}
            <div class="buttons">
                <button class="button">{t!("查找")}</button>
                <a class="button quiet" href=href("/work/organisations")>{t!("看全部")}</a>
            </div>
        </form>
    }
    .into_any()
}

fn rows(list: &[OrganisationRow]) -> AnyView {
    if list.is_empty() {
        return view! { <p class="card empty">{t!("没有符合条件的单位。")}</p> }.into_any();
    }
    let rows = list.iter().map(|row| {
        let at = row.place.as_ref().map(|at| place(at).trim_end_matches([' ', '·']).to_owned());
        let owner = (!row.has_owner).then(|| view! { <span class="tag status">{t!("还没有负责人")}</span> });
        view! {
            <li>
                <a class="need" href=href(&format!("/work/members?organisation={}", row.id))>
                    <span class="what">
                        <b>{row.name.clone()}</b>
                        <span class="soft">{text(row.kind.label())}" "{at}</span>
                        <span class="soft">{t!("{n} 人，{day} 开通", n = row.people, day = date(row.created_at.date_naive()))}</span>
                    </span>
                    <span class="what">{owner}<span class="tag">{text(row.status.label())}</span></span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

fn open(visit: &Visit, form: &FormState) -> AnyView {
    let mut own = form.clone();
    if own.value("new_place").is_empty() {
        own.set("new_place", visit.query("in").unwrap_or_default());
    }
    let id = if own.value("id").is_empty() { visit.fresh_id.to_string() } else { own.value("id").to_owned() };
    let kinds = FOUNDED.iter().map(|kind| (kind.to_string(), text(kind.label()))).collect();
    view! {
        <form class="long" id="open" method="post" action=href("/work/organisations")>
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("开通一个单位")}</legend>
                <p class="soft">{t!("开通后邀请第一位负责人，其他人由他邀请。企业自己注册，不在这里开通。")}</p>
                {Field::new(&own, "new_kind", t!("单位类别")).select(t!("请选择"), kinds)}
                {Field::new(&own, "name", t!("单位全称")).text()}
                {Field::new(&own, "new_place", t!("区划代码")).hint(t!("村 12 位、镇 9 位，工商联和农业农村部门填县 6 位或 4414；其他单位不填。可以在下面找。")).input("text", "numeric", "off")}
                <button class="button">{t!("开通")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

/// Codes by name, going down from county to village; each can be taken over into the form.
async fn finder(visit: &Visit) -> Result<AnyView, ApiError> {
    let parent = visit.query("in").map(str::to_owned);
    let below = visit.call(places::list(&PlacesQuery { parent: parent.clone() })).await.unwrap_or_else(|_| none());
    let rows = below.items.into_iter().map(|below| {
        let (code, name) = (below.code.to_string(), below.name);
        let further = (below.level != PlaceLevel::Village).then(|| t!("（点开看下一级）"));
        let link = href(&format!("/work/organisations?in={code}#open"));
        view! { <li><a href=link>{name}</a>" "<code>{code}</code>" "<span class="soft">{further}</span></li> }
    });
    Ok(view! {
        <section class="card">
            <h2>{t!("找区划代码")}</h2>
            <p class="soft">{t!("点一个地方，它的代码就填进上面的表。")}" "<a href=href("/work/organisations#open")>{t!("从县（市、区）找起")}</a></p>
            <ul>{rows.collect_view()}</ul>
        </section>
    }
    .into_any())
}

/// A code that names no place has nothing below it.
fn none() -> places::Places {
    places::Places { items: Vec::new() }
}
