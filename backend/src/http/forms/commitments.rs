//! The forms of commitments besides money: promising, delivering, confirming, and what else is done to one.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::api::commitments::{self, NeedCommitments, NewCommitment, NewCommitmentPart, TakeBack};
use domain::api::{ApiError, ErrorCode};
use domain::commitment::{CommitmentFacts, CommitmentInput, LineFacts, Paper, PartInput};
use domain::money::to_half_width;
use domain::need::ContributionKind;
use domain::{CommitmentId, CommitmentPartId, NeedId};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// A whole number as it was typed; what is none is a problem at its field.
fn quantity(form: &mut Form) -> i64 {
    let typed: String = form.value("quantity").trim().chars().map(to_half_width).filter(|c| *c != ',').collect();
    typed.parse().unwrap_or_else(|_| {
        form.problem("quantity", "数量应是大于 0 的整数，最多 1 亿，不带单位");
        0
    })
}

fn day(form: &mut Form, name: &str) -> NaiveDate {
    form.value(name).trim().parse().unwrap_or_else(|_| {
        form.problem(name, "请填写日期，如 2026-12-31");
        NaiveDate::default()
    })
}

/// Fill in, read back, confirm: three steps of one form.
pub async fn new(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    form.state.values.retain(|(name, _)| name != "step");
    let action = form.value("action").to_owned();
    let (Ok(id), Ok(need)) = (form.value("id").parse(), form.value("need").parse::<NeedId>()) else {
        return form.refused(&site, ApiError::new(ErrorCode::BadRequest, "请从需求页重新打开这个页面")).await;
    };
    if action == "back" {
        return form.next_step(&site).await;
    }
    let input = input(&mut form);
    if action != "confirm" {
        let inner = form.page.in_process(&site);
        let read = match inner.call(commitments::of_need(need)).await {
            Ok(read) => read,
            Err(error) => return form.refused(&site, error).await,
        };
        let fields = input.check(&facts(&site, &input, &read)).err().unwrap_or_default();
        if !fields.is_empty() || !form.state.problems.is_empty() {
            return form.refused(&site, invalid(fields)).await;
        }
        form.state.set("step", "review");
        return form.next_step(&site).await;
    }
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    match form.page.in_process(&site).call(commitments::create(&NewCommitment { id, need, input })).await {
        Ok(made) => site.see_other(form.lang(), &format!("/commitments/{}?done=promised", made.row.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

fn input(form: &mut Form) -> CommitmentInput {
    CommitmentInput {
        quantity: quantity(form),
        due_on: day(form, "due_on"),
        // None of the lines has this number.
        line: form.value("line").parse().unwrap_or(-1),
        note: form.value("note").trim().replace("\r\n", "\n"),
        public_display: form.value("public_display").parse().ok(),
        more_than_needed: form.value("more_than_needed") == "1",
        notice_acknowledged: form.value("notice_acknowledged") == "1",
        voluntary: form.value("voluntary") == "1",
        terms_version: form.value("terms_version").to_owned(),
    }
}

/// As everybody reads the need; whether it takes promises is the call's matter.
fn facts<'a>(site: &Site, input: &CommitmentInput, read: &'a NeedCommitments) -> CommitmentFacts<'a> {
    let line = usize::try_from(input.line).ok().and_then(|n| read.lines.get(n));
    let line = line.map(|line| LineFacts { asked: line.asked, promised: line.promised, unit: &line.unit });
    CommitmentFacts { today: site.app.clock.today(), need_open: true, line }
}

/// What is done to one commitment, on its own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<CommitmentId>() else { return site.page(&form.page, None).await };
    let action = form.value("action").to_owned();
    let reason = form.value("reason").trim().replace("\r\n", "\n");
    let part = form.value("part").parse::<CommitmentPartId>();
    let inner = form.page.in_process(&site);
    let (result, done) = match (action.as_str(), part) {
        ("report" | "receive", _) => match new_part(&mut form, &site, id).await {
            Ok(new) if action == "report" => (inner.call(commitments::report(id, &new)).await, "reported"),
            Ok(new) => (inner.call(commitments::receive(id, &new)).await, "received"),
            Err(error) => (Err(error), ""),
        },
        ("confirm", Ok(part)) => (inner.call(commitments::confirm(part)).await, "confirmed"),
        ("dispute", Ok(part)) => (inner.call(commitments::dispute(part, &reason)).await, "disputed"),
        ("take-back", Ok(part)) => match form.value("id").parse() {
            Ok(id) => (inner.call(commitments::take_back(part, &TakeBack { id, reason })).await, "taken-back"),
            Err(_) => (Err(use_the_buttons()), ""),
        },
        ("withdraw", _) => (inner.call(commitments::withdraw(id, &reason)).await, "withdrawn"),
        ("waive", _) => (inner.call(commitments::waive(id, &reason)).await, "waived"),
        ("display", _) => match form.value("public_display").parse() {
            Ok(name) => (inner.call(commitments::change_display(id, name)).await, "display"),
            Err(_) => (Err(use_the_buttons()), ""),
        },
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/commitments/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// What was typed as a delivery, checked as far as its kind is known.
async fn new_part(form: &mut Form, site: &Site, commitment: CommitmentId) -> Result<NewCommitmentPart, ApiError> {
    let kind = form.page.in_process(site).call(commitments::get(commitment)).await?.row.kind;
    let usual = Paper::of(kind).first().copied().unwrap_or(Paper::Photo);
    let part = PartInput {
        quantity: quantity(form),
        happened_on: day(form, "happened_on"),
        paper: paper(form, kind).unwrap_or(usual),
        note: form.value("note").trim().replace("\r\n", "\n"),
    };
    let pictures: Vec<_> = form.state.all("kept_pictures").into_iter().filter_map(|id| id.parse().ok()).collect();
    let id = form.value("id").parse().map_err(|_| use_the_buttons())?;
    let fields = part.check(kind, pictures.len(), site.app.clock.today()).err().unwrap_or_default();
    if !fields.is_empty() || !form.state.problems.is_empty() {
        return Err(invalid(fields));
    }
    Ok(NewCommitmentPart { id, part, pictures })
}

fn paper(form: &mut Form, kind: ContributionKind) -> Option<Paper> {
    let chosen = form.value("paper").parse::<Paper>().ok();
    match (chosen, Paper::of(kind)) {
        (Some(paper), _) => Some(paper),
        (None, [only]) => Some(*only),
        (None, _) => {
            form.problem("paper", "请选择附的是什么凭证");
            None
        }
    }
}
