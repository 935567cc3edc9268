//! The forms of a revision: proposing another text for a public need, and the steps that are taken on its own page.
//!
//! Deliberately absent: what may be changed (domain), and who may take which step (API).

use super::needs::{chosen, content, more_rows};
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::NeedId;
use domain::api::need_versions::{self, NeedRevision, RevisionChange, RevisionStep};
use domain::api::{ApiError, ErrorCode, needs};
use domain::need::RevisionAction;

/// Saves what was typed, and sends it in where that was asked.
pub async fn save(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(content) = content(&mut form) else { return form.not_from_a_village(&site).await };
    let Ok(need) = id.parse::<NeedId>() else { return site.page(&form.page, None).await };
    if form.value("action") == "more" {
        return more_rows(&site, form, content.kind).await;
    }
    let submits = form.value("action") == "submit";
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let version = form.value("version").parse().unwrap_or_default();
    let why = form.value("why").trim().replace("\r\n", "\n");
    let change = RevisionChange { version, why, content };
    let saved: Result<NeedRevision, _> = form.page.in_process(&site).call(need_versions::save(need, &change)).await;
    let saved = match saved {
        Ok(saved) => saved,
        Err(error) => return form.refused(&site, error).await,
    };
    if !submits {
        return site.see_other(form.lang(), &format!("/needs/{need}/revision?done=saved"));
    }
    let step = RevisionStep { version: saved.version, reason: String::new(), publicize: false };
    match form.page.in_process(&site).call(need_versions::step(RevisionAction::Submit, need, &step)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/needs/{need}/revision?done=submit")),
        // The draft is saved; the next try changes that draft.
        Err(error) => {
            form.state.replace("version", saved.version.to_string());
            form.refused(&site, error).await
        }
    }
}

/// A step, on the revision's own page; the button is named for it.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(action) = chosen::<RevisionAction>(&form, "action") else {
        return form.refused(&site, ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")).await;
    };
    let inner = form.page.in_process(&site);
    // The page may be open by the need's code; decisions go by its id.
    let need = match inner.call(needs::get(&id)).await {
        Ok(need) => need.id,
        Err(error) => return form.refused(&site, error).await,
    };
    let step = RevisionStep {
        version: form.value("version").parse().unwrap_or_default(),
        reason: form.value("reason").trim().replace("\r\n", "\n"),
        publicize: form.value("publicize") == "1",
    };
    match inner.call(need_versions::step(action, need, &step)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/needs/{need}/revision?done={action}")),
        Err(error) => form.refused(&site, error).await,
    }
}
