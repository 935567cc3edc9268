//! The form by which rows of money out are explained.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::OutgoingId;
use domain::api::outgoings;
use domain::api::{ApiError, ErrorCode};
use domain::outgoing::{OutKind, OutMeaning};

/// What a row is said to be; what is not of its kind is left out.
fn meaning(form: &mut Form) -> Option<OutMeaning> {
    let kind: Option<OutKind> = form.value("kind").parse().ok();
    if kind.is_none() {
        form.problem("kind", "请选择这笔支出是什么");
    }
    let kind = kind?;
    Some(OutMeaning {
        kind,
        disbursement: form.value("disbursement").parse().ok().filter(|_| kind == OutKind::Disbursement),
        gift_return: form.value("gift_return").parse().ok().filter(|_| kind == OutKind::Return),
        campaign: form.value("campaign").parse().ok().filter(|_| kind == OutKind::Fee),
        other_account: form.value("other_account").parse().ok().filter(|_| kind == OutKind::OwnTransfer),
        reason: form.value("reason").trim().to_owned(),
    })
}

pub async fn step(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let row = form.value("row").parse::<OutgoingId>();
    let action = form.value("action").to_owned();
    let (result, done) = match (action.as_str(), row) {
        ("explain", Ok(id)) => match meaning(&mut form) {
            Some(said) => (inner.call(outgoings::explain(id, &said)).await, "explained"),
            None => (Err(invalid(Vec::new())), ""),
        },
        ("confirm", Ok(id)) => match meaning(&mut form) {
            Some(said) => (inner.call(outgoings::confirm(id, &said)).await, "confirmed"),
            None => (Err(invalid(Vec::new())), ""),
        },
        ("drop", Ok(id)) => (inner.call(outgoings::drop(id)).await, "dropped"),
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/outgoings?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
