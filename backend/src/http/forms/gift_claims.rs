//! The forms of claims of gifts that came without an account.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::GiftClaimId;
use domain::api::gift_claims::{self, NewGiftClaim, RefuseGiftClaim, SeenGiftClaim};
use domain::api::{ApiError, ErrorCode};
use domain::pledge::Restriction;

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

pub async fn ask(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let amount_fen = amount(&mut form, "amount");
    let booked_on = form.value("booked_on").trim().parse();
    if booked_on.is_err() {
        form.problem("booked_on", "请填写入账日期，如 2026-06-30");
    }
    let campaign = form.value("campaign").parse();
    if campaign.is_err() {
        form.problem("campaign", "请选择活动");
    }
    let restriction = form.value("restriction").parse::<Restriction>();
    if restriction.is_err() {
        form.problem("restriction", "请选择怎样使用：定向或非定向");
    }
    let (Ok(booked_on), Ok(campaign), Ok(restriction), Ok(id), true) =
        (booked_on, campaign, restriction, form.value("id").parse(), form.state.problems.is_empty())
    else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let ticked = |name: &str| form.value(name) == "1";
    let new = NewGiftClaim {
        id,
        code: form.value("code").trim().to_owned(),
        amount_fen,
        booked_on,
        campaign,
        restriction,
        public_display: form.value("public_display").parse().ok(),
        show_amount: ticked("show_amount"),
        share_with_recipient: ticked("share_with_recipient"),
        voluntary: ticked("voluntary"),
        terms_version: form.value("terms_version").to_owned(),
        pictures: form.state.all("kept_pictures").into_iter().filter_map(|file| file.parse().ok()).collect(),
    };
    match form.page.in_process(&site).call(gift_claims::ask(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/gift-claims/{}?done=asked", made.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<GiftClaimId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let version = form.value("version").parse().unwrap_or_default();
    let seen = SeenGiftClaim { version };
    let (result, done) = match form.value("action") {
        "name" => (inner.call(gift_claims::name(id, seen)).await, "named"),
        "confirm" => (inner.call(gift_claims::confirm(id, seen)).await, "confirmed"),
        "refuse" => {
            let why = RefuseGiftClaim { version, reason: form.value("reason").to_owned() };
            (inner.call(gift_claims::refuse(id, &why)).await, "refused")
        }
        "withdraw" => (inner.call(gift_claims::withdraw(id, seen)).await, "withdrawn"),
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/gift-claims/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
