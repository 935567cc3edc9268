//! The forms of requests about pledges: asking, and what is done to one on its own page.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::gift_requests::{
    self, GiftRequestAdvice, GiftRequestDecision, NewGiftRequest, SeenGiftRequest, SettledGiftRequest,
};
use domain::api::{ApiError, ErrorCode};
use domain::gift_request::GiftRequestKind;
use domain::{GiftRequestId, PledgeId};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

fn text(form: &Form, name: &str) -> String {
    form.value(name).trim().replace("\r\n", "\n")
}

/// Yes or no, where one of both was chosen.
fn chosen(form: &mut Form, name: &str) -> Option<bool> {
    match form.value(name) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            form.problem(name, "请选择同意或不同意");
            None
        }
    }
}

pub async fn ask(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(pledge) = id.parse::<PledgeId>() else { return site.page(&form.page, None).await };
    let kind = form.value("kind").parse::<GiftRequestKind>();
    if kind.is_err() {
        form.problem("kind", "请选择申请什么");
    }
    let returns = kind == Ok(GiftRequestKind::Return);
    // What only a return asks for is passed over with the others: it stands on the same form.
    let back = returns.then(|| amount(&mut form, "amount"));
    let pictures = form.state.all("kept_pictures").into_iter().filter_map(|file| file.parse().ok()).collect();
    let (Ok(kind), Ok(id), true) = (kind, form.value("id").parse(), form.state.problems.is_empty()) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewGiftRequest {
        id,
        kind,
        ground: form.value("ground").parse().ok().filter(|_| returns),
        amount_fen: back,
        lot: form.value("lot").parse().ok(),
        reason: text(&form, "reason"),
        pictures,
        understood: form.value("understood") == "1",
    };
    match form.page.in_process(&site).call(gift_requests::ask(pledge, &new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/gift-requests/{}?done=asked", made.id)),
        Err(mut error) => {
            for problem in error.fields.iter_mut().filter(|problem| problem.field == "amount_fen") {
                problem.field = "amount".into();
            }
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<GiftRequestId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let version = form.value("version").parse().unwrap_or_default();
    let action = form.value("action").to_owned();
    let (result, done) = match action.as_str() {
        "recommend" => match chosen(&mut form, "recommends") {
            Some(recommends) => {
                let said = GiftRequestAdvice { version, recommends, opinion: text(&form, "opinion") };
                (inner.call(gift_requests::recommend(id, &said)).await, "recommended")
            }
            None => (Err(invalid(Vec::new())), ""),
        },
        "decide" => match chosen(&mut form, "grants") {
            Some(grants) => {
                let said = GiftRequestDecision { version, grants, decision: text(&form, "decision") };
                (inner.call(gift_requests::decide(id, &said)).await, "decided")
            }
            None => (Err(invalid(Vec::new())), ""),
        },
        "withdraw" => (inner.call(gift_requests::withdraw(id, SeenGiftRequest { version })).await, "withdrawn"),
        "settle" => {
            let done =
                SettledGiftRequest { version, booking: form.value("booking").parse().ok(), note: text(&form, "note") };
            (inner.call(gift_requests::settle(id, &done)).await, "settled")
        }
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/gift-requests/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
