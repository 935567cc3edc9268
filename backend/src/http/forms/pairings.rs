//! The forms of pairings: proposing one, writing other terms, renewing, and what is done to one on its own page.

use super::needs::joint;
use super::{Form, invalid};
use crate::http::caller::Enterprise;
use crate::http::in_process::InProcess;
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::api::pairings::{
    self, AcceptPaper, AgreeToTerms, ConfirmAgreement, HandOver, MilestoneReason, MilestoneReport, MoveMilestone,
    NewMilestone, NewPairing, NewPairingContact, NewPairingMessage, NewPairingPaper, NewTerms, Pairing, PairingReason,
    Renewal, SeenMilestone,
};
use domain::api::places::{self, PlacesQuery};
use domain::api::{ApiError, ErrorCode};
use domain::money::to_half_width;
use domain::need::PairingForm;
use domain::pairing::notice::NOTICE_DAYS;
use domain::pairing::{MilestoneInput, PairingPerson, PairingSide, PairingStep, PairingTerms};
use domain::place::PlaceCode;
use domain::{FileId, MilestoneId, OrganisationId, PairingId};
use std::str::FromStr;

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// A text as it was typed, with the line ends that everybody has.
fn text(form: &Form, name: &str) -> String {
    form.value(name).trim().replace("\r\n", "\n")
}

fn number(form: &Form, name: &str) -> i32 {
    form.value(name).parse().unwrap_or_default()
}

fn ticked<T: FromStr>(form: &Form, name: &str) -> Vec<T> {
    form.state.all(name).into_iter().filter_map(|value| value.parse().ok()).collect()
}

fn day(form: &mut Form, name: &str) -> NaiveDate {
    form.value(name).trim().parse().unwrap_or_else(|_| {
        form.problem(name, "请填写日期，如 2026-12-31");
        NaiveDate::default()
    })
}

/// Where nothing is typed, as it is where nobody says otherwise.
fn notice_days(form: &mut Form) -> u16 {
    let typed: String = form.value("notice_days").chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
    if typed.is_empty() {
        return NOTICE_DAYS;
    }
    typed.parse().unwrap_or_else(|_| {
        form.problem("notice_days", "请写天数，0 至 365，如 30");
        NOTICE_DAYS
    })
}

/// What was typed as terms. A town's coverage without any village ticked covers them all.
async fn terms(form: &mut Form, inner: &InProcess) -> PairingTerms {
    let chosen = form.value("form").parse::<PairingForm>();
    if chosen.is_err() {
        form.problem("form", "请选择结对的形式");
    }
    let kind = chosen.unwrap_or(PairingForm::VillagePairing);
    let town = form.value("town").parse::<PlaceCode>().ok().filter(|_| kind == PairingForm::TownCoverage);
    let mut villages: Vec<PlaceCode> = ticked(form, "villages");
    if let (Some(town), true) = (&town, villages.is_empty()) {
        let all = inner.call(places::list(&PlacesQuery { parent: Some(town.to_string()) })).await;
        villages = all.map(|all| all.items.into_iter().map(|place| place.code).collect()).unwrap_or_default();
        for village in &villages {
            form.state.set("villages", village.to_string());
        }
    }
    PairingTerms {
        form: kind,
        town,
        villages,
        first_day: day(form, "first_day"),
        last_day: day(form, "last_day"),
        purpose: text(form, "purpose"),
        enterprise_does: text(form, "enterprise_does"),
        places_do: text(form, "places_do"),
        fields: ticked(form, "fields"),
        notice_days: notice_days(form),
        joint: (kind == PairingForm::JointBuilding).then(|| joint(form)),
    }
}

/// What is wrong with terms besides what could not be read; none where the call may be tried.
fn unreadable(form: &Form, site: &Site, terms: &PairingTerms) -> Option<ApiError> {
    let wrong = !form.state.problems.is_empty();
    wrong.then(|| invalid(terms.check(site.app.clock.today(), |_| true).err().unwrap_or_default()))
}

/// The enterprise that somebody else than an enterprise named in full.
pub(super) async fn named(form: &mut Form, inner: &InProcess, field: &'static str) -> Option<OrganisationId> {
    let name = form.value(field).trim().to_owned();
    let found = match inner.call(pairings::enterprises(&name)).await {
        Ok(found) => found.items,
        Err(error) => {
            let says = error.fields.first().map_or(error.message, |problem| problem.message.clone());
            form.problem(field, says);
            return None;
        }
    };
    if let Some(exact) = found.iter().find(|one| one.name == name) {
        return Some(exact.id);
    }
    let names: Vec<_> = found.iter().take(5).map(|one| one.name.as_str()).collect();
    let says = if names.is_empty() {
        "没有找到这家已认证的企业，请核对全称".to_owned()
    } else {
        format!("请写企业的全称。找到：{}", names.join("、"))
    };
    form.problem(field, says);
    None
}

pub async fn propose(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let terms = terms(&mut form, &inner).await;
    let own = form.page.caller.acting_as(Enterprise::ROLES).map(|acting| acting.organisation);
    let enterprise = match own {
        Some(own) => Some(own),
        None => named(&mut form, &inner, "enterprise_name").await,
    };
    let Ok(id) = form.value("id").parse::<PairingId>() else {
        return form.refused(&site, ApiError::new(ErrorCode::BadRequest, "请重新打开这个页面再填写")).await;
    };
    if let Some(error) = unreadable(&form, &site, &terms) {
        return form.refused(&site, error).await;
    }
    let Some(enterprise) = enterprise else { return form.refused(&site, invalid(Vec::new())).await };
    let new = NewPairing {
        id,
        enterprise,
        origin: None,
        round: None,
        terms,
        voluntary: form.value("voluntary") == "1",
        message: text(&form, "message"),
    };
    match inner.call(pairings::propose(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/pairings/{}?done=proposed", made.row.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

/// Other terms of a pairing.
pub async fn counter(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<PairingId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let terms = terms(&mut form, &inner).await;
    if let Some(error) = unreadable(&form, &site, &terms) {
        return form.refused(&site, error).await;
    }
    let new = NewTerms {
        version: number(&form, "version"),
        terms,
        voluntary: form.value("voluntary") == "1",
        message: text(&form, "message"),
    };
    match inner.call(pairings::counter(id, &new)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/pairings/{id}?done=countered")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Terms that follow those of a pairing.
pub async fn renew(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(before) = id.parse::<PairingId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let terms = terms(&mut form, &inner).await;
    if let Some(error) = unreadable(&form, &site, &terms) {
        return form.refused(&site, error).await;
    }
    let Ok(id) = form.value("id").parse() else { return form.refused(&site, use_the_buttons()).await };
    let voluntary = form.value("voluntary") == "1";
    let new = Renewal { id, terms, voluntary, message: text(&form, "message") };
    match inner.call(pairings::renew(before, &new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/pairings/{}?done=proposed", made.row.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

/// What is done to one pairing, on its own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<PairingId>() else { return site.page(&form.page, None).await };
    let action = form.value("action").to_owned();
    let inner = form.page.in_process(&site);
    let milestone = form.value("milestone").parse::<MilestoneId>();
    let (result, done) = match (milestone, action.as_str()) {
        (Ok(milestone), action) => of_milestone(&mut form, &inner, milestone, action).await,
        (Err(_), action) => of_pairing(&mut form, &inner, id, action).await,
    };
    match result {
        Ok(now) => site.see_other(form.lang(), &format!("/pairings/{}?done={done}", now.row.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

type Outcome = (Result<Pairing, ApiError>, &'static str);

async fn of_pairing(form: &mut Form, inner: &InProcess, id: PairingId, action: &str) -> Outcome {
    let seen = PairingReason { version: number(form, "version"), reason: text(form, "reason") };
    let (step, done) = match action {
        "decline" => (PairingStep::Decline, "declined"),
        "withdraw" => (PairingStep::Withdraw, "withdrawn"),
        "take-up" => (PairingStep::TakeUp, "taken-up"),
        "return" => (PairingStep::Return, "returned"),
        "approve" => (PairingStep::Approve, "approved"),
        "terminate" => (PairingStep::Terminate, "terminated"),
        "give-notice" => (PairingStep::GiveNotice, "notice-given"),
        "withdraw-notice" => (PairingStep::WithdrawNotice, "notice-withdrawn"),
        "agree-to-end" => (PairingStep::AgreeToEnd, "left"),
        other => return with_body(form, inner, id, other).await,
    };
    (inner.call(pairings::step(step, id, &seen)).await, done)
}

async fn with_body(form: &mut Form, inner: &InProcess, id: PairingId, action: &str) -> Outcome {
    let note = text(form, "note");
    match action {
        "agree" => {
            let to = AgreeToTerms {
                number: number(form, "number"),
                voluntary: form.value("voluntary") == "1",
                public_display: form.value("public_display").parse().ok(),
                note,
            };
            (inner.call(pairings::agree(id, &to)).await, "agreed")
        }
        "confirm" => {
            let confirm = ConfirmAgreement { hash: form.value("hash").to_owned(), note };
            (inner.call(pairings::confirm(id, &confirm)).await, "confirmed")
        }
        "paper" => match form.value("id").parse() {
            Ok(paper) => {
                let new = NewPairingPaper { id: paper, pictures: ticked::<FileId>(form, "kept_pictures") };
                (inner.call(pairings::send_paper(id, &new)).await, "paper-sent")
            }
            Err(_) => (Err(use_the_buttons()), ""),
        },
        "accept-paper" => match form.value("paper").parse() {
            Ok(paper) => (inner.call(pairings::accept_paper(id, &AcceptPaper { paper })).await, "signed"),
            Err(_) => (Err(use_the_buttons()), ""),
        },
        "message" => match form.value("id").parse() {
            Ok(message) => {
                let new = NewPairingMessage { id: message, text: text(form, "text") };
                (inner.call(pairings::write(id, &new)).await, "message")
            }
            Err(_) => (Err(use_the_buttons()), ""),
        },
        "display" => match form.value("public_display").parse() {
            Ok(name) => (inner.call(pairings::change_display(id, name)).await, "display"),
            Err(_) => (Err(use_the_buttons()), ""),
        },
        "contact" | "empty-contact" => contact(form, inner, id, action == "contact").await,
        "plan" => plan(form, inner, id).await,
        "hand-over" => hand_over(form, inner, id).await,
        _ => (Err(use_the_buttons()), ""),
    }
}

async fn contact(form: &Form, inner: &InProcess, id: PairingId, named: bool) -> Outcome {
    let Ok(side) = form.value("side").parse::<PairingSide>() else { return (Err(use_the_buttons()), "") };
    let person = named.then(|| PairingPerson {
        name: text(form, "name"),
        position: text(form, "position"),
        phone: text(form, "phone"),
    });
    let done = if named { "contact-named" } else { "contact-emptied" };
    (inner.call(pairings::name_contact(id, &NewPairingContact { side, person })).await, done)
}

async fn plan(form: &mut Form, inner: &InProcess, id: PairingId) -> Outcome {
    let due_on = day(form, "due_on");
    let owner = form.value("owner").parse::<PairingSide>();
    if owner.is_err() {
        form.problem("owner", "请选择由哪一方负责");
    }
    let (Ok(owner), Ok(milestone), true) = (owner, form.value("id").parse(), form.state.problems.is_empty()) else {
        return (Err(invalid(Vec::new())), "");
    };
    let input = MilestoneInput { title: text(form, "title"), owner, due_on };
    (inner.call(pairings::plan(id, &NewMilestone { id: milestone, input })).await, "planned")
}

async fn hand_over(form: &mut Form, inner: &InProcess, id: PairingId) -> Outcome {
    let cause = form.value("cause").parse();
    if cause.is_err() {
        form.problem("cause", "请选择为什么移交");
    }
    let enterprise = named(form, inner, "enterprise_name").await;
    let (Ok(cause), Some(enterprise), Ok(next)) = (cause, enterprise, form.value("id").parse()) else {
        return (Err(invalid(Vec::new())), "");
    };
    let version = number(form, "version");
    let to = HandOver { version, id: next, enterprise, cause, reason: text(form, "reason") };
    (inner.call(pairings::hand_over(id, &to)).await, "handed-over")
}

async fn of_milestone(form: &mut Form, inner: &InProcess, id: MilestoneId, action: &str) -> Outcome {
    let seen = SeenMilestone { version: number(form, "version") };
    match action {
        "submit" => {
            let report = MilestoneReport {
                version: seen.version,
                note: text(form, "note"),
                pictures: ticked::<FileId>(form, "kept_pictures"),
            };
            (inner.call(pairings::submit(id, &report)).await, "submitted")
        }
        "verify" => (inner.call(pairings::verify(id, seen)).await, "verified"),
        "send-back" => {
            let why = MilestoneReason { version: seen.version, reason: text(form, "reason") };
            (inner.call(pairings::send_back(id, &why)).await, "sent-back")
        }
        "move" => {
            let due_on = day(form, "due_on");
            if !form.state.problems.is_empty() {
                return (Err(invalid(Vec::new())), "");
            }
            let to = MoveMilestone { version: seen.version, due_on };
            (inner.call(pairings::move_milestone(id, &to)).await, "day-proposed")
        }
        "accept-day" => (inner.call(pairings::accept_day(id, seen)).await, "day-accepted"),
        "drop-day" => (inner.call(pairings::drop_day(id, seen)).await, "day-dropped"),
        _ => (Err(use_the_buttons()), ""),
    }
}
