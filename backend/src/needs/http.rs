//! The routes of needs.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, Federation, Sure, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::NeedId;
use domain::api::List;
use domain::api::needs::{
    APPROVE, NEED, NEEDS, Need, NeedChange, NeedList, NeedQuery, NeedRow, NewNeed, OWN, RETURN, REVIEW, ReturnNeed,
    SUBMIT, Seen,
};

pub fn routes() -> Endpoints {
    Endpoints::new("需求")
        .get(NEEDS, "公开的需求：搜索、筛选、翻页", list)
        .post(NEEDS, "写一条需求的草稿", create)
        .get(OWN, "本村的需求", own)
        .get(REVIEW, "等待审核的需求", review)
        .get(NEED, "一条需求，按编号或 id", read)
        .post(NEED, "改一条需求的草稿", update)
        .post(SUBMIT, "提交审核", submit)
        .post(RETURN, "退回，写明原因", return_)
        .post(APPROVE, "审核通过，公开", approve)
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
    federation: Sure<Federation>,
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
