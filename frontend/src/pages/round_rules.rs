//! The rules of a matching round: those that count, each with its button, and the forms that add one.

use super::round::whole;
use crate::parts::choice::{self, County};
use crate::parts::field::Field;
use crate::visit::{FormState, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::rounds::{MatchingRound, RoundRuleRow};
use domain::place::PlaceCode;
use domain::round::rule::RoundRuleKind;
use domain::round::setup::RoundGroup;
use leptos::prelude::*;

/// The counties that a federation chooses from, with their towns.
pub async fn own_counties(visit: &Visit, place: &PlaceCode) -> Result<Vec<County>, ApiError> {
    let mut counties = choice::counties(visit).await?;
    counties.retain(|(county, _)| place.contains(&county.code) || county.code.contains(place));
    Ok(counties)
}

pub async fn section(visit: &Visit, round: &MatchingRound, form: &FormState) -> Result<AnyView, ApiError> {
    let rules = if round.rules.is_empty() {
        view! { <p class="card empty">{t!("还没有另外的条件。")}</p> }.into_any()
    } else {
        let rules = round.rules.iter().map(|rule| row(visit, rule, round.may.change)).collect_view();
        view! { <ul class="rows card undo">{rules}</ul> }.into_any()
    };
    let forms = if round.may.change {
        let counties = own_counties(visit, &round.row.place.code).await?;
        Some(forms(visit, round, form, &counties))
    } else {
        None
    };
    Ok(view! {
        <section id="rules">
            <h2>{t!("条件（{n}）", n = round.rules.len())}</h2>
            {rules}
            {forms}
        </section>
    }
    .into_any())
}

/// What a rule says.
fn in_words(rule: &RoundRuleRow) -> String {
    let enterprise = rule.enterprise_name.clone().unwrap_or_default();
    let place = rule.place.as_ref().map(whole).unwrap_or_default();
    let (most, least) = (rule.capacity.unwrap_or_default(), rule.minimum.unwrap_or_default());
    match rule.kind {
        RoundRuleKind::Enterprise if most == 0 => t!("{enterprise} 不参加", enterprise = enterprise),
        RoundRuleKind::Enterprise => {
            t!("{enterprise} 最少 {least} 个村，最多 {most} 个村", enterprise = enterprise, least = least, most = most)
        }
        RoundRuleKind::Village if most == 0 => t!("{place} 不参加", place = place),
        RoundRuleKind::Village => {
            t!("{place} 最少 {least} 家企业，最多 {most} 家企业", place = place, least = least, most = most)
        }
        RoundRuleKind::Floor => t!("{place} 至少 {n} 对", place = place, n = least),
        RoundRuleKind::Wish => {
            t!("{enterprise} 愿意包下 {place} 全镇", enterprise = enterprise, place = place)
        }
        RoundRuleKind::Fixed => t!("指定 {enterprise} 和 {place} 结对", enterprise = enterprise, place = place),
        RoundRuleKind::Forbidden => t!("排除 {enterprise} 和 {place}", enterprise = enterprise, place = place),
    }
}

fn row(visit: &Visit, rule: &RoundRuleRow, may: bool) -> AnyView {
    let why = (!rule.why.is_empty()).then(|| view! { <span class="soft">{rule.why.clone()}</span> });
    let says = in_words(rule);
    let drop = may.then(|| {
        view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="action" value="drop" />
                <input type="hidden" name="rule" value=rule.id.to_string() />
                <button class="button quiet" aria-label=t!("取消：{rule}", rule = says)>{t!("取消")}</button>
            </form>
        }
    });
    view! {
        <li>
            <span class="what">
                <b>{says.clone()}</b>
                {why}
                <span class="soft">{text(rule.kind.label())}" · "{rule.by.clone()}</span>
            </span>
            {drop}
        </li>
    }
    .into_any()
}

/// One form for each kind of rule, the two of pairs in one.
fn forms(visit: &Visit, round: &MatchingRound, form: &FormState, counties: &[County]) -> AnyView {
    let empty = FormState::default();
    let open = form.value("kind").to_owned();
    let of = |kind: RoundRuleKind| if open == kind.as_str() { form } else { &empty };
    let one = |kind: RoundRuleKind, title: &'static str, says: &'static str, fields: AnyView| {
        let id = form.value("id");
        let id = if open == kind.as_str() && !id.is_empty() { id.to_owned() } else { visit.fresh_id.to_string() };
        view! {
            <details class="card" open=open == kind.as_str()>
                <summary>{title}</summary>
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="action" value="add" />
                    <input type="hidden" name="kind" value=kind.as_str() />
                    <input type="hidden" name="id" value=id />
                    <p class="soft">{says}</p>
                    {fields}
                    <button class="button">{t!("加上这个条件")}</button>
                </form>
            </details>
        }
        .into_any()
    };
    let group_places = match round.setup.group {
        RoundGroup::Town => towns(counties),
        RoundGroup::County => {
            counties.iter().map(|(county, _)| (county.code.to_string(), county.name.clone())).collect()
        }
    };
    view! {
        {one(
            RoundRuleKind::Enterprise,
            t!("加入一家企业，或改它的上限"),
            t!("范围之外的企业也可以按名称加入。最多填 0，就是不参加。"),
            view! { {enterprise(of(RoundRuleKind::Enterprise), "enterprise")}{numbers(of(RoundRuleKind::Enterprise), "enterprise", t!("最多几个村"), t!("最少几个村"))} }.into_any(),
        )}
        {one(
            RoundRuleKind::Village,
            t!("加入一个村（社区），或改它的上限"),
            t!("范围之外的村也可以加入。最多填 0，就是不参加。"),
            view! { {village(of(RoundRuleKind::Village), "village", counties)}{numbers(of(RoundRuleKind::Village), "village", t!("最多几家企业"), t!("最少几家企业"))} }.into_any(),
        )}
        {one(
            RoundRuleKind::Floor,
            t!("一个镇（街道）或县（市、区）的保底数"),
            t!("这里至少要有几对，不让它落空。"),
            view! {
                {Field::new(of(RoundRuleKind::Floor), "place", t!("哪里")).of_row("floor").select(t!("请选择"), group_places)}
                {number(of(RoundRuleKind::Floor), "minimum", "floor", t!("至少几对"))}
            }
            .into_any(),
        )}
        {one(
            RoundRuleKind::Wish,
            t!("企业包镇的意向"),
            t!("愿意包下一个镇（街道）的企业：方案里要么得到全镇所有的村，要么一个也不算。包镇先算，其余再算。"),
            view! {
                {enterprise(of(RoundRuleKind::Wish), "wish")}
                {Field::new(of(RoundRuleKind::Wish), "place", t!("镇（街道）")).of_row("wish").select(t!("请选择"), towns(counties))}
            }
            .into_any(),
        )}
        {one(
            RoundRuleKind::Fixed,
            t!("指定一个组合"),
            t!("不管得分多少，方案里一定有这一对。"),
            view! { {enterprise(of(RoundRuleKind::Fixed), "fixed")}{village(of(RoundRuleKind::Fixed), "fixed", counties)}{why(of(RoundRuleKind::Fixed), "fixed")} }.into_any(),
        )}
        {one(
            RoundRuleKind::Forbidden,
            t!("排除一个组合"),
            t!("方案里一定没有这一对。"),
            view! { {enterprise(of(RoundRuleKind::Forbidden), "forbidden")}{village(of(RoundRuleKind::Forbidden), "forbidden", counties)}{why(of(RoundRuleKind::Forbidden), "forbidden")} }.into_any(),
        )}
    }
    .into_any()
}

/// Towns by their county, as a list to choose from.
fn towns(counties: &[County]) -> Vec<(String, String)> {
    let of = |(county, towns): &County| {
        let county = county.name.clone();
        let town =
            move |town: &domain::api::places::Place| (town.code.to_string(), format!("{county} · {}", town.name));
        towns.iter().map(town).collect::<Vec<_>>()
    };
    counties.iter().flat_map(of).collect()
}

fn enterprise(form: &FormState, row: &str) -> AnyView {
    Field::new(form, "enterprise", t!("企业的全称")).hint(t!("已在平台认证的企业")).of_row(row).text()
}

fn village(form: &FormState, row: &str, counties: &[County]) -> AnyView {
    view! {
        {Field::new(form, "town", t!("镇（街道）")).of_row(row).select(t!("请选择"), towns(counties))}
        {Field::new(form, "place", t!("村（社区）的名称")).hint(t!("如“黄沙村”")).of_row(row).text()}
    }
    .into_any()
}

fn number(form: &FormState, name: &'static str, row: &str, label: &'static str) -> AnyView {
    Field::new(form, name, label).of_row(row).input("text", "numeric", "off")
}

fn numbers(form: &FormState, row: &str, most: &'static str, least: &'static str) -> AnyView {
    view! { <div class="pair">{number(form, "capacity", row, most)}{number(form, "minimum", row, least)}</div> }
        .into_any()
}

fn why(form: &FormState, row: &str) -> AnyView {
    Field::new(form, "why", t!("为什么（可以不填）")).of_row(row).text()
}
