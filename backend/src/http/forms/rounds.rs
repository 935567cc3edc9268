//! The forms of matching rounds: setting one out, its rules, computing, and sending a plan.

use super::pairings::named;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::api::rounds::{self, MatchingRoundChange, NewMatchingRound, NewRoundRule, SeenRound, SendRound};
use domain::api::{ApiError, ErrorCode};
use domain::place::{PlaceCode, PlaceLevel, short_village_name};
use domain::round::rule::{RoundRuleInput, RoundRuleKind};
use domain::round::setup::{RoundEnterprises, RoundGroup, RoundSetup, RoundTerms, RoundVillages};
use domain::{MatchingRoundId, RoundRuleId};
use std::str::FromStr;

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

fn text(form: &Form, name: &str) -> String {
    form.value(name).trim().replace("\r\n", "\n")
}

fn ticked<T: FromStr>(form: &Form, name: &str) -> Vec<T> {
    form.state.all(name).into_iter().filter_map(|value| value.parse().ok()).collect()
}

fn seen(form: &Form) -> SeenRound {
    SeenRound { version: form.value("version").parse().unwrap_or_default() }
}

/// A whole number; an empty field is 0.
fn number(form: &mut Form, name: &'static str) -> u32 {
    let typed = form.value(name).trim();
    if typed.is_empty() {
        return 0;
    }
    typed.parse().unwrap_or_else(|_| {
        form.problem(name, "请填整数");
        0
    })
}

fn choice<T: FromStr>(form: &mut Form, name: &'static str, usual: T) -> T {
    form.value(name).parse().unwrap_or_else(|_| {
        form.problem(name, "请选择一项");
        usual
    })
}

fn setup(form: &mut Form) -> RoundSetup {
    RoundSetup {
        name: text(form, "name"),
        places: ticked(form, "places"),
        fields: ticked(form, "fields"),
        villages: choice(form, "villages", RoundVillages::OpenNeed),
        enterprises: choice(form, "enterprises", RoundEnterprises::All),
        counties: ticked(form, "counties"),
        industries: ticked(form, "industries"),
        enterprise_capacity: number(form, "enterprise_capacity"),
        enterprise_minimum: number(form, "enterprise_minimum"),
        village_capacity: number(form, "village_capacity"),
        group: choice(form, "group", RoundGroup::Town),
        floor: number(form, "floor"),
    }
}

pub async fn start(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let setup = setup(&mut form);
    let Ok(id) = form.value("id").parse::<MatchingRoundId>() else {
        return form.refused(&site, use_the_buttons()).await;
    };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    match form.page.in_process(&site).call(rounds::start(&NewMatchingRound { id, setup })).await {
        Ok(made) => site.see_other(form.lang(), &format!("/rounds/{}?done=started", made.row.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

pub async fn change(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<MatchingRoundId>() else { return site.page(&form.page, None).await };
    let setup = setup(&mut form);
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let change = MatchingRoundChange { version: seen(&form).version, setup };
    match form.page.in_process(&site).call(rounds::change(id, &change)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/rounds/{id}?done=changed")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// What is done to a round on its own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<MatchingRoundId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let action = form.value("action").to_owned();
    let (result, done) = match action.as_str() {
        "compute" => (inner.call(rounds::compute(id, seen(&form))).await, ""),
        "cancel" => (inner.call(rounds::cancel(id)).await, "?done=cancelled"),
        "close" => (inner.call(rounds::close(id, seen(&form))).await, "?done=closed"),
        "drop" => match form.value("rule").parse::<RoundRuleId>() {
            Ok(rule) => (inner.call(rounds::drop_rule(rule)).await, "?done=dropped"),
            Err(_) => (Err(use_the_buttons()), ""),
        },
        "add" => match rule(&site, &mut form).await {
            Ok(new) => (inner.call(rounds::add_rule(id, &new)).await, "?done=added"),
            Err(error) => (Err(error), ""),
        },
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/rounds/{id}{done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// A rule as it was typed: an enterprise by its full name, a village by its town and name.
async fn rule(site: &Site, form: &mut Form) -> Result<NewRoundRule, ApiError> {
    let kind: RoundRuleKind = form.value("kind").parse().map_err(|_| use_the_buttons())?;
    let id: RoundRuleId = form.value("id").parse().map_err(|_| use_the_buttons())?;
    let inner = form.page.in_process(site);
    let enterprise = if kind.names_enterprise() { named(form, &inner, "enterprise").await } else { None };
    let place = match kind {
        RoundRuleKind::Enterprise => None,
        RoundRuleKind::Floor | RoundRuleKind::Wish => form.value("place").parse::<PlaceCode>().ok(),
        RoundRuleKind::Village | RoundRuleKind::Fixed | RoundRuleKind::Forbidden => village(site, form),
    };
    if kind.names_place() && place.is_none() && form.state.problem("place").is_none() {
        form.problem("place", "请选择地方");
    }
    let capacity = kind.has_capacity().then(|| number(form, "capacity"));
    let minimum = kind.has_minimum().then(|| number(form, "minimum"));
    if !form.state.problems.is_empty() {
        return Err(invalid(Vec::new()));
    }
    let why = text(form, "why");
    Ok(NewRoundRule { id, input: RoundRuleInput { kind, enterprise, place, capacity, minimum, why } })
}

/// The village of a town that is called so.
fn village(site: &Site, form: &mut Form) -> Option<PlaceCode> {
    let name = form.value("place").trim().to_owned();
    let Ok(town) = form.value("town").parse::<PlaceCode>() else {
        form.problem("town", "请选择镇（街道）");
        return None;
    };
    let places = site.app.places.iter();
    let inside: Vec<_> =
        places.filter(|(code, _)| code.level() == PlaceLevel::Village && town.contains(code)).collect();
    let called = |full: &str| full == name || short_village_name(full) == short_village_name(&name);
    let found = inside.iter().find(|(_, full)| called(full)).map(|(code, _)| (*code).clone());
    if found.is_none() {
        let names: Vec<_> = inside.iter().take(8).map(|(_, full)| short_village_name(full)).collect();
        form.problem("place", format!("这个镇（街道）没有“{name}”。有：{}等", names.join("、")));
    }
    found
}

/// A pair of a plan is fixed or forbidden, on the page of the list where it stands.
pub async fn of_plan(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<MatchingRoundId>() else { return site.page(&form.page, None).await };
    let kind = form.value("kind").parse::<RoundRuleKind>().ok();
    let kind = kind.filter(|kind| matches!(kind, RoundRuleKind::Fixed | RoundRuleKind::Forbidden));
    let (enterprise, place) = (form.value("enterprise").parse().ok(), form.value("place").parse().ok());
    let (Some(kind), Some(enterprise), Some(place)) = (kind, enterprise, place) else {
        return form.refused(&site, use_the_buttons()).await;
    };
    let input = RoundRuleInput {
        kind,
        enterprise: Some(enterprise),
        place: Some(place),
        capacity: None,
        minimum: None,
        why: text(&form, "why"),
    };
    let new = NewRoundRule { id: site.app.clock.id(), input };
    match form.page.in_process(&site).call(rounds::add_rule(id, &new)).await {
        Ok(_) => {
            let number = |name| form.value(name).parse::<i32>().unwrap_or_default();
            let (run, after) = (number("run"), number("after"));
            site.see_other(form.lang(), &format!("/rounds/{id}/plan?run={run}&after={after}&done={kind}"))
        }
        Err(error) => form.refused(&site, error).await,
    }
}

fn day(form: &mut Form, name: &'static str) -> NaiveDate {
    form.value(name).trim().parse().unwrap_or_else(|_| {
        form.problem(name, "请填写日期，如 2026-12-31");
        NaiveDate::default()
    })
}

/// A plan goes out.
pub async fn send(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<MatchingRoundId>() else { return site.page(&form.page, None).await };
    let (Ok(run), Ok(proposals)) = (form.value("run").parse(), form.value("proposals").parse()) else {
        return form.refused(&site, use_the_buttons()).await;
    };
    let terms = RoundTerms {
        first_day: day(&mut form, "first_day"),
        last_day: day(&mut form, "last_day"),
        purpose: text(&form, "purpose"),
        enterprise_does: text(&form, "enterprise_does"),
        places_do: text(&form, "places_do"),
        fields: ticked(&form, "fields"),
        message: text(&form, "message"),
    };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    match form.page.in_process(&site).call(rounds::send(id, &SendRound { run, proposals, terms })).await {
        Ok(_) => site.see_other(form.lang(), &format!("/rounds/{id}?done=sent")),
        Err(error) => form.refused(&site, error).await,
    }
}
