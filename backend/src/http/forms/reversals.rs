//! The form by which something confirmed is taken back.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::reversals::{self, NewReversal};
use domain::api::{ApiError, ErrorCode};
use domain::reversal::ReversalKind;
use uuid::Uuid;

pub async fn step(State(site): State<Site>, Path((kind, id)): Path<(String, String)>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(kind), Ok(subject)) = (kind.parse::<ReversalKind>(), id.parse::<Uuid>()) else {
        return site.page(&form.page, None).await;
    };
    let inner = form.page.in_process(&site);
    let said = form.value("reversal").parse();
    let (result, done) = match (form.value("action"), said) {
        ("propose", _) => match form.value("id").parse() {
            Ok(id) => {
                let new = NewReversal { id, reason: form.value("reason").to_owned() };
                (inner.call(reversals::propose(kind, subject, &new)).await, "proposed")
            }
            Err(_) => (Err(invalid(Vec::new())), ""),
        },
        ("confirm", Ok(id)) => (inner.call(reversals::confirm(id)).await, "confirmed"),
        ("drop", Ok(id)) => (inner.call(reversals::drop(id)).await, "dropped"),
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/reversals/{kind}/{subject}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
