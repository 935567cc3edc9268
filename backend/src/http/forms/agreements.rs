//! The forms of donation agreements: asking for one, and what is done to one on its own page.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::AgreementId;
use domain::api::agreements::{
    self, AcceptAgreementPaper, ConfirmDonation, NewAgreement, NewAgreementPaper, WriteAgreement,
};
use domain::api::{ApiError, ErrorCode};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

fn text(form: &Form, name: &str) -> String {
    form.value(name).trim().replace("\r\n", "\n")
}

pub async fn ask(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(id), Ok(pledge)) = (form.value("id").parse(), form.value("pledge").parse()) else {
        return form.refused(&site, use_the_buttons()).await;
    };
    let new = NewAgreement { id, pledge, extra: text(&form, "extra") };
    match form.page.in_process(&site).call(agreements::ask(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/agreements/{}?done=asked", made.row.id)),
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
    let Ok(id) = id.parse::<AgreementId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let hash = form.value("hash").to_owned();
    let (result, done) = match form.value("action") {
        "confirm" => (inner.call(agreements::confirm(id, &ConfirmDonation { hash })).await, "confirmed"),
        "write" => {
            let number = form.value("number").parse().unwrap_or_default();
            let new = WriteAgreement { number, extra: text(&form, "extra") };
            (inner.call(agreements::write(id, &new)).await, "written")
        }
        "paper" => match form.value("id").parse() {
            Ok(paper) => {
                let named = form.state.all("kept_pictures");
                let pictures = named.into_iter().filter_map(|file| file.parse().ok()).collect();
                let new = NewAgreementPaper { id: paper, hash, pictures };
                (inner.call(agreements::send_paper(id, &new)).await, "paper-sent")
            }
            Err(_) => (Err(invalid(Vec::new())), ""),
        },
        "accept-paper" => match form.value("paper").parse() {
            Ok(paper) => (inner.call(agreements::accept_paper(id, &AcceptAgreementPaper { paper })).await, "made"),
            Err(_) => (Err(use_the_buttons()), ""),
        },
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(now) => {
            let done = if now.row.agreed_at.is_some() { "made" } else { done };
            site.see_other(form.lang(), &format!("/agreements/{id}?done={done}"))
        }
        Err(error) => form.refused(&site, error).await,
    }
}
