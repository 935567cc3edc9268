//! Saved searches: saving one, changing it, dropping it, and stopping all by the link of a letter.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::api::saved_searches::{self, NewSavedSearch, SavedSearchChange, StopSearches};
use domain::api::{ApiError, ErrorCode};
use domain::saved_search::Pace;

/// One of the steps that the page offers.
pub async fn searches(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(id), pace) = (form.value("id").parse(), form.value("pace").parse::<Pace>()) else {
        return site.page(&form.page, None).await;
    };
    let name = form.value("name").to_owned();
    let api = form.page.in_process(&site);
    let done = match (form.value("step"), pace) {
        ("drop", _) => api.call(saved_searches::drop(id)).await.map(|_| "dropped"),
        (_, Err(_)) => {
            form.problem("pace", "请选择多久告诉您一次");
            Err(invalid(Vec::new()))
        }
        ("save", Ok(pace)) => match serde_json::from_str(form.value("query")) {
            Ok(query) => {
                api.call(saved_searches::save(&NewSavedSearch { id, name, query, pace })).await.map(|_| "saved")
            }
            Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "搜索条件没有收全，请回到“找需求”再保存一次")),
        },
        (step, Ok(pace)) => {
            let paused = match step {
                "pause" => true,
                "resume" => false,
                _ => form.value("paused") == "1",
            };
            api.call(saved_searches::change(id, &SavedSearchChange { name, pace, paused })).await.map(|_| "changed")
        }
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &format!("/saved-searches?done={done}")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

/// Whoever has the link of a letter wants no more of them.
pub async fn stop(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(person) = form.value("person").parse() else { return site.page(&form.page, None).await };
    let stop = StopSearches { person, key: form.value("key").to_owned() };
    match form.page.in_process(&site).call(saved_searches::stop(&stop)).await {
        Ok(_) => site.see_other(form.lang(), "/saved-searches/stop?done=1"),
        Err(error) => form.refused(&site, error).await,
    }
}
