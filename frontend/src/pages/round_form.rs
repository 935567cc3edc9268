//! Setting out a matching round: a new one, or one otherwise.

use super::round::{FEDERATION, crumbs, not_found};
use super::round_rules::own_counties;
use crate::parts::choice::{self, County};
use crate::parts::field::{Field, radios, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::rounds::{self, MatchingRound};
use domain::api::{ApiError, ErrorCode};
use domain::place::PlaceLevel;
use domain::registration::Industry;
use domain::round::setup::{RoundEnterprises, RoundGroup, RoundSetup, RoundVillages};
use leptos::prelude::*;

pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let own = me.acting_as(&FEDERATION).and_then(|membership| membership.place.clone());
    let Some(own) = own else {
        return Err(ApiError::new(ErrorCode::Forbidden, "只有工商联的账号可以做这件事"));
    };
    let counties = own_counties(visit, &own).await?;
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        let county = own.level() == PlaceLevel::County;
        for (name, value) in [
            ("places", if county { own.as_str() } else { "" }),
            ("villages", RoundVillages::OpenNeed.as_str()),
            ("enterprises", RoundEnterprises::All.as_str()),
            ("enterprise_capacity", "1"),
            ("enterprise_minimum", "0"),
            ("village_capacity", "1"),
            ("group", if county { RoundGroup::Town.as_str() } else { RoundGroup::County.as_str() }),
            ("floor", "0"),
        ] {
            form.set(name, value);
        }
    }
    if form.value("id").is_empty() {
        form.replace("id", visit.fresh_id.to_string());
    }
    let hidden = view! { <input type="hidden" name="id" value=form.value("id").to_owned() /> };
    let title = t!("新建一轮对接");
    let body = view! {
        {summary(&form)}
        {crumbs(None)}
        <h1>{title}</h1>
        <form class="long" method="post" action=href("/rounds/new")>
            {hidden}
            {fields(&form, &counties, own.level() == PlaceLevel::City)}
            <div class="buttons">
                <button class="button">{t!("新建")}</button>
                <a class="button quiet" href=href("/rounds")>{t!("不建了")}</a>
            </div>
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| not_found())?;
    let round = visit.call(rounds::get(id)).await?;
    if !round.may.change {
        return Err(ApiError::new(ErrorCode::Forbidden, "这一轮不能再改"));
    }
    let place = &round.row.place.code;
    let counties = own_counties(visit, place).await?;
    let form = visit.form.clone().unwrap_or_else(|| filled(&round));
    let title = t!("修改范围");
    let back = href(&format!("/rounds/{id}"));
    let body = view! {
        {summary(&form)}
        {crumbs(Some(&round.row))}
        <h1>{title}</h1>
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            {fields(&form, &counties, place.level() == PlaceLevel::City)}
            <p class="hint">{t!("改了以后，已有的方案留着，但要重新计算才能送出。")}</p>
            <div class="buttons">
                <button class="button">{t!("保存")}</button>
                <a class="button quiet" href=back>{t!("不改了")}</a>
            </div>
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}

/// What is set out, as form values.
fn filled(round: &MatchingRound) -> FormState {
    let RoundSetup { name, places, fields, villages, enterprises, counties, industries, .. } = &round.setup;
    let mut form = FormState::default();
    form.set("version", round.version.to_string());
    form.set("name", name.clone());
    for place in places {
        form.set("places", place.as_str());
    }
    for field in fields {
        form.set("fields", field.as_str());
    }
    form.set("villages", villages.as_str());
    form.set("enterprises", enterprises.as_str());
    for county in counties {
        form.set("counties", county.as_str());
    }
    for industry in industries {
        form.set("industries", industry.as_str());
    }
    form.set("enterprise_capacity", round.setup.enterprise_capacity.to_string());
    form.set("enterprise_minimum", round.setup.enterprise_minimum.to_string());
    form.set("village_capacity", round.setup.village_capacity.to_string());
    form.set("group", round.setup.group.as_str());
    form.set("floor", round.setup.floor.to_string());
    form
}

fn words<T: Copy>(all: &[T], id: fn(T) -> &'static str, label: fn(T) -> &'static str) -> Vec<(&'static str, String)> {
    all.iter().map(|word| (id(*word), text(label(*word)))).collect()
}

fn fields(form: &FormState, counties: &[County], city: bool) -> AnyView {
    let number =
        |name: &'static str, label: &'static str| Field::new(form, name, label).input("text", "numeric", "off");
    let bases = city.then(|| {
        let choices = counties.iter().map(|(county, _)| (county.code.to_string(), county.name.clone())).collect();
        choice::ticks(form, "counties", (t!("企业的基地在"), t!("都不选则不限")), choices)
    });
    let industries =
        Industry::ALL.iter().map(|industry| (industry.to_string(), text(industry.label()))).collect::<Vec<_>>();
    let everybody = Some(view! { <span>{t!("按名称加入的企业，在下一页加。")}</span> }.into_any());
    view! {
        <fieldset class="card">
            <legend>{t!("这一轮")}</legend>
            {Field::new(form, "name", t!("名称")).hint(t!("如“2026 年秋季千企对接”")).text()}
        </fieldset>
        <fieldset class="card">
            <legend>{t!("村（社区）")}</legend>
            {choice::places(form, "places", (t!("地方"), t!("选县（市、区），或展开选镇")), counties)}
            {choice::ticks(form, "fields", (t!("需求的领域"), t!("只看这些领域的需求；都不选则不限")), choice::fields())}
            {radios(
                form,
                "villages",
                (t!("哪些村（社区）参加"), None),
                words(RoundVillages::ALL, RoundVillages::as_str, RoundVillages::label),
            )}
            {number("village_capacity", t!("每个村（社区）最多几家企业"))}
        </fieldset>
        <fieldset class="card">
            <legend>{t!("企业")}</legend>
            {radios(
                form,
                "enterprises",
                (t!("哪些企业参加"), everybody),
                words(RoundEnterprises::ALL, RoundEnterprises::as_str, RoundEnterprises::label),
            )}
            {bases}
            <details open=!form.all("industries").is_empty()>
                <summary>{t!("只要某些行业")}</summary>
                {choice::ticks(form, "industries", (t!("企业的行业"), t!("都不选则不限")), industries)}
            </details>
            <div class="pair">
                {number("enterprise_capacity", t!("每家企业最多几个村"))}
                {number("enterprise_minimum", t!("最少几个村"))}
            </div>
        </fieldset>
        <fieldset class="card">
            <legend>{t!("公平保底")}</legend>
            <p class="hint">{t!("让每个地方至少有几对，不都集中到几个村。0 是不设。没有村参加的地方不算。")}</p>
            <div class="pair">
                {radios(form, "group", (t!("按哪一级"), None), words(RoundGroup::ALL, RoundGroup::as_str, RoundGroup::label))}
                {number("floor", t!("至少几对"))}
            </div>
        </fieldset>
    }
    .into_any()
}
