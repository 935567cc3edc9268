//! The routes of background work that was given up.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{PlatformAdmin, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use domain::JobId;
use domain::api::List;
use domain::api::jobs::{DEAD_JOBS, DeadJob, HandleJob, JobHandled, PERHAPS_TWICE, RETRY, RepeatedLetter, SET_ASIDE};

pub fn routes() -> Endpoints {
    Endpoints::new("后台任务")
        .get(DEAD_JOBS, "没有办成的后台任务", dead)
        .get(PERHAPS_TWICE, "可能寄了两次的信", perhaps_twice)
        .post(RETRY, "重办一个后台任务", retry)
        .post(SET_ASIDE, "标明已另行处理", set_aside)
}

async fn dead(State(app): State<App>, _: PlatformAdmin) -> Result<Json<List<DeadJob>>> {
    Ok(Json(super::dead(&app).await?))
}

async fn perhaps_twice(State(app): State<App>, _: PlatformAdmin) -> Result<Json<List<RepeatedLetter>>> {
    Ok(Json(super::perhaps_twice(&app).await?))
}

async fn retry(
    State(app): State<App>,
    admin: Sure<PlatformAdmin>,
    Path(id): Path<JobId>,
    Body(HandleJob {}): Body<HandleJob>,
) -> Result<Json<JobHandled>> {
    super::retry(&app, &admin, id).await?;
    Ok(Json(JobHandled {}))
}

async fn set_aside(
    State(app): State<App>,
    admin: Sure<PlatformAdmin>,
    Path(id): Path<JobId>,
    Body(HandleJob {}): Body<HandleJob>,
) -> Result<Json<JobHandled>> {
    super::set_aside(&app, &admin, id).await?;
    Ok(Json(JobHandled {}))
}
