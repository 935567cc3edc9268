//! The forms of directed balances, of the charity's desk for what givers ask for, and of changes of purpose.

use super::money::amount;
use super::{Form, invalid};
use crate::http::in_process::InProcess;
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::allocations::{self, AllocationReason, NewAllocationRequest};
use domain::api::purpose_changes::{
    self, CompleteChange, ConsentToChange, NewPurposeChange, RecordFiling, RefuseChange,
};
use domain::api::{ApiError, ErrorCode, needs};
use domain::{AllocationId, NeedId, PurposeChangeId};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// The API's field names as the forms spell them.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        match problem.field.as_str() {
            "amount_fen" => problem.field = "amount".into(),
            "need" | "to_need" => problem.field = "need_code".into(),
            _ => {}
        }
    }
    error
}

/// The need whose code was typed; none where nothing was.
pub async fn need(form: &mut Form, inner: &InProcess) -> Option<NeedId> {
    let code = form.value("need_code").trim().to_uppercase();
    if code.is_empty() {
        return None;
    }
    let written = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let found = if written { inner.call(needs::get(&code)).await.ok() } else { None };
    if found.is_none() {
        form.problem("need_code", "没有找到这条公开的需求，请照需求页上的编号填写，如 XQ-441424-2026-1");
    }
    found.map(|need| need.id)
}

fn no_need(form: &mut Form) {
    if form.state.problems.iter().all(|problem| problem.field != "need_code") {
        form.problem("need_code", "请填写需求编号");
    }
}

/// The enterprise points money at a need, or takes a request back.
pub async fn balance(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let (result, done) = match (form.value("action"), form.value("row").parse::<AllocationId>()) {
        ("release", Ok(id)) => {
            let why = AllocationReason { reason: form.value("reason").to_owned() };
            (inner.call(allocations::release(id, &why)).await, "released")
        }
        ("request", _) => (request_of(&mut form, &inner).await, "requested"),
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/directed-balance?done={done}")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

async fn request_of(form: &mut Form, inner: &InProcess) -> Result<allocations::AllocationRow, ApiError> {
    let amount_fen = amount(form, "amount");
    let need = need(form, inner).await;
    if need.is_none() {
        no_need(form);
    }
    let ids = (form.value("id").parse(), form.value("pledge").parse(), form.value("position").parse());
    let (true, Some(need), (Ok(id), Ok(pledge), Ok(position))) = (form.state.problems.is_empty(), need, ids) else {
        return Err(invalid(Vec::new()));
    };
    let beyond = form.value("beyond") == "1";
    inner.call(allocations::request(&NewAllocationRequest { id, pledge, position, need, amount_fen, beyond })).await
}

/// The charity decides on a request, or releases what it has set aside.
pub async fn desk(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let why = AllocationReason { reason: form.value("reason").to_owned() };
    let (result, done) = match (form.value("action"), form.value("row").parse::<AllocationId>()) {
        ("accept", Ok(id)) => (inner.call(allocations::accept(id)).await, "accepted"),
        ("refuse", Ok(id)) => (inner.call(allocations::refuse(id, &why)).await, "refused"),
        ("release", Ok(id)) => (inner.call(allocations::release(id, &why)).await, "released"),
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/allocations?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Asking for another purpose.
pub async fn new_change(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let amount_fen = if form.value("amount").trim().is_empty() { None } else { Some(amount(&mut form, "amount")) };
    let to = need(&mut form, &inner).await;
    if to.is_none() {
        no_need(&mut form);
    }
    let (true, Some(to_need), Ok(id)) = (form.state.problems.is_empty(), to, form.value("id").parse()) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewPurposeChange {
        id,
        allocation: form.value("allocation").parse().ok(),
        pledge: form.value("pledge").parse().ok(),
        position: form.value("position").parse().ok(),
        amount_fen,
        to_need,
        reason: form.value("reason").to_owned(),
    };
    match inner.call(purpose_changes::request(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/purpose-changes/{}?done=requested", made.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

/// The steps of a change, on its own page.
pub async fn change_step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<PurposeChangeId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let to_need = need(&mut form, &inner).await;
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let (result, done) = match form.value("action") {
        "consent" => (inner.call(purpose_changes::consent(id, &ConsentToChange { to_need })).await, "consented"),
        "complete" => (inner.call(purpose_changes::complete(id, &CompleteChange { to_need })).await, "done"),
        "refuse" => {
            let why = RefuseChange { reason: form.value("reason").to_owned() };
            (inner.call(purpose_changes::refuse(id, &why)).await, "refused")
        }
        "file" => {
            if let Ok(filed_on) = form.value("filed_on").trim().parse() {
                let filing = RecordFiling { filing_no: form.value("filing_no").to_owned(), filed_on };
                (inner.call(purpose_changes::file(id, &filing)).await, "filed")
            } else {
                form.problem("filed_on", "请填写备案日期，如 2026-06-30");
                (Err(invalid(Vec::new())), "")
            }
        }
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/purpose-changes/{id}?done={done}")),
        Err(error) => form.refused(&site, as_in_the_form(error)).await,
    }
}
