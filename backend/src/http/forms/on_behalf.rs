//! The forms of notes on behalf of enterprises: making one, declining it, taking it back. Claiming is the form of pledges.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::OnBehalfId;
use domain::api::on_behalf::{self, DeclineOnBehalf, NewOnBehalf};
use domain::api::{ApiError, ErrorCode};
use domain::uscc::Uscc;

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

pub async fn note(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let amount_fen = amount(&mut form, "amount");
    let receiver =
        form.value("receiver").split_once(':').map(|(campaign, charity)| (campaign.parse(), charity.parse()));
    let receiver = match receiver {
        Some((Ok(campaign), Ok(charity))) => Some((campaign, charity)),
        _ => None,
    };
    if receiver.is_none() {
        form.problem("receiver", "请选择活动和接收捐款的慈善组织");
    }
    let typed = form.value("uscc").trim().to_owned();
    let uscc = match typed.parse::<Uscc>() {
        Ok(uscc) => Some(uscc),
        Err(error) => {
            form.problem("uscc", error.to_string());
            None
        }
    };
    let (Some((campaign, charity)), Ok(id), true) =
        (receiver, form.value("id").parse(), form.state.problems.is_empty())
    else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewOnBehalf {
        id,
        campaign,
        charity,
        enterprise: None,
        name: form.value("name").trim().to_owned(),
        uscc,
        email: Some(form.value("email").trim().to_owned()).filter(|email| !email.is_empty()),
        amount_fen,
        note: form.value("note").trim().replace("\r\n", "\n"),
        pictures: form.state.all("kept_pictures").into_iter().filter_map(|file| file.parse().ok()).collect(),
    };
    match form.page.in_process(&site).call(on_behalf::note(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/on-behalf/{}?done=noted", made.id)),
        Err(mut error) => {
            for problem in &mut error.fields {
                match problem.field.as_str() {
                    "amount_fen" => problem.field = "amount".into(),
                    "campaign" | "charity" => problem.field = "receiver".into(),
                    _ => {}
                }
            }
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
    let Ok(id) = id.parse::<OnBehalfId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let (result, done) = match form.value("action") {
        "decline" => {
            let why = DeclineOnBehalf { reason: form.value("reason").to_owned() };
            (inner.call(on_behalf::decline(id, &why)).await, "declined")
        }
        "withdraw" => (inner.call(on_behalf::withdraw(id)).await, "withdrawn"),
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/on-behalf/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
