//! The routes of needs.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, Federation, Village};
use crate::http::{Body, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::NeedId;
use domain::api::List;
use domain::api::needs::{
    APPROVE, NEED, NEEDS, Need, NeedChange, NeedList, NeedQuery, NeedRow, NewNeed, OWN, RETURN, REVIEW, ReturnNeed,
    SUBMIT, Seen,
};

pub fn routes() -> Router<App> {
    Router::new()
        .route(NEEDS, get(list).post(create))
        .route(OWN, get(own))
        .route(REVIEW, get(review))
        .route(NEED, get(read).post(update))
        .route(SUBMIT, post(submit))
        .route(RETURN, post(return_))
        .route(APPROVE, post(approve))
}

async fn list(State(app): State<App>, Query(query): Query<NeedQuery>) -> Result<Json<NeedList>> {
    Ok(Json(super::find(&app, &query).await?))
}

async fn create(
    State(app): State<App>,
    village: Village,
    Body(new): Body<NewNeed>,
) -> Result<(StatusCode, Json<Need>)> {
    Ok((StatusCode::CREATED, Json(super::create(&app, &village, &new).await?)))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Need>> {
    Ok(Json(super::get(&app, &(&caller).into(), &id).await?))
}

async fn update(
    State(app): State<App>,
    village: Village,
    Path(id): Path<String>,
    Body(change): Body<NeedChange>,
) -> Result<Json<Need>> {
    Ok(Json(super::update(&app, &village, need_id(&id)?, &change).await?))
}

async fn submit(
    State(app): State<App>,
    village: Village,
    Path(id): Path<String>,
    Body(seen): Body<Seen>,
) -> Result<Json<Need>> {
    Ok(Json(super::submit(&app, &village, need_id(&id)?, seen).await?))
}

async fn return_(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<String>,
    Body(decision): Body<ReturnNeed>,
) -> Result<Json<Need>> {
    Ok(Json(super::return_(&app, &federation, need_id(&id)?, &decision).await?))
}

async fn approve(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<String>,
    Body(seen): Body<Seen>,
) -> Result<Json<Need>> {
    Ok(Json(super::approve(&app, &federation, need_id(&id)?, seen).await?))
}

async fn own(State(app): State<App>, village: Village) -> Result<Json<List<NeedRow>>> {
    Ok(Json(super::own(&app, &village).await?))
}

async fn review(State(app): State<App>, federation: Federation) -> Result<Json<List<NeedRow>>> {
    Ok(Json(super::review(&app, &federation).await?))
}

/// `/needs/{id}` takes a code as well when it is read; whatever else is no id is not found.
fn need_id(text: &str) -> Result<NeedId> {
    text.parse().map_err(|_| Error::NotFound)
}
