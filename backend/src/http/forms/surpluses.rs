//! The forms of what needs left.

use super::allocations::need;
use super::money::amount;
use super::{Form, invalid};
use crate::http::in_process::InProcess;
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::surpluses::{self, NewSurplus, NewSurplusPlacement, SendSurplusBack, SurplusDossier};
use domain::api::{ApiError, ErrorCode};
use domain::{Fen, SurplusId};
use std::str::FromStr;

/// The API's field names as the forms spell them.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        match problem.field.as_str() {
            "amount_fen" => problem.field = "amount".into(),
            "to_need" => problem.field = "need_code".into(),
            _ => {}
        }
    }
    error
}

pub async fn declare(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let seen = form.value("amount_fen").parse().ok().and_then(|fen| Fen::new(fen).ok());
    let ids = (form.value("id").parse(), form.value("need").parse());
    let (Some(amount_fen), (Ok(id), Ok(need))) = (seen, ids) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewSurplus { id, need, amount_fen, reason: form.value("reason").to_owned() };
    match form.page.in_process(&site).call(surpluses::declare(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/work/surpluses/{}?done=declared", made.surplus.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

/// The steps of a surplus and of its placements, on its own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<SurplusId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let why = SendSurplusBack { reason: form.value("reason").to_owned() };
    let row = form.value("row").parse();
    let action = form.value("action").to_owned();
    let (result, done) = match (action.as_str(), row) {
        ("confirm", _) => (inner.call(surpluses::confirm(id)).await, "confirmed"),
        ("send_back", _) => (inner.call(surpluses::send_back(id, &why)).await, "sent_back"),
        ("place", _) => (place(&mut form, &inner, id).await, "proposed"),
        ("confirm_placement", Ok(row)) => (inner.call(surpluses::confirm_placement(row)).await, "placed"),
        ("send_placement_back", Ok(row)) => {
            (inner.call(surpluses::send_placement_back(row, &why)).await, "placement_sent_back")
        }
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/surpluses/{id}?done={done}")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

/// What was ticked of a kind.
fn read_all<T: FromStr>(form: &mut Form, name: &'static str) -> Vec<T> {
    let read: Result<Vec<T>, _> = form.state.all(name).into_iter().map(str::parse).collect();
    read.unwrap_or_else(|_| {
        form.problem("pledges", "请重新勾选用谁的款");
        Vec::new()
    })
}

async fn place(form: &mut Form, inner: &InProcess, id: SurplusId) -> Result<SurplusDossier, ApiError> {
    let amount_fen = amount(form, "amount");
    let to = need(form, inner).await;
    if to.is_none() && form.state.problems.iter().all(|problem| problem.field != "need_code") {
        form.problem("need_code", "请填写需求编号");
    }
    let basis = form.value("basis").parse();
    if basis.is_err() {
        form.problem("basis", "请选择依据");
    }
    let why_similar = form.value("why_similar").to_owned();
    let basis_reference = form.value("basis_reference").to_owned();
    let new_id = form.value("id").parse();
    let pledges = read_all(form, "pledges");
    let lots = read_all(form, "lots");
    let (true, Some(to_need), (Ok(basis), Ok(new_id))) = (form.state.problems.is_empty(), to, (basis, new_id)) else {
        // What is wrong with the texts is told at once with the rest.
        let fields = domain::surplus::check_placement(Fen::yuan(1), &why_similar, &basis_reference);
        return Err(invalid(fields.err().unwrap_or_default()));
    };
    let new =
        NewSurplusPlacement { id: new_id, to_need, amount_fen, why_similar, basis, basis_reference, pledges, lots };
    inner.call(surpluses::place(id, &new)).await
}
