//! The routes of new passwords that two people of a town agree to.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, Sure, Town};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ResetId;
use domain::api::List;
use domain::api::resets::{
    APPROVE, CodeUsed, DecideReset, NewReset, REFUSE, RESETS, Reset, ResetApproved, USE, UseCode,
};

pub fn routes() -> Endpoints {
    Endpoints::new("两人同意的密码重设")
        .get(RESETS, "本镇的密码重设申请", list)
        .post(RESETS, "为本镇一个村的人申请重设密码", ask)
        .post(APPROVE, "另一人同意，得到一次性代码", approve)
        .post(REFUSE, "不同意或撤回", refuse)
        .post(USE, "本人用代码设新密码", use_code)
}

async fn list(State(app): State<App>, town: Town) -> Result<Json<List<Reset>>> {
    Ok(Json(super::list(&app, &town).await?))
}

async fn ask(State(app): State<App>, town: Sure<Town>, Body(new): Body<NewReset>) -> Result<(StatusCode, Json<Reset>)> {
    Ok((StatusCode::CREATED, Json(super::ask(&app, &town, &new).await?)))
}

async fn approve(
    State(app): State<App>,
    town: Sure<Town>,
    Path(id): Path<ResetId>,
    Body(DecideReset {}): Body<DecideReset>,
) -> Result<Json<ResetApproved>> {
    Ok(Json(super::approve(&app, &town, id).await?))
}

async fn refuse(
    State(app): State<App>,
    town: Town,
    Path(id): Path<ResetId>,
    Body(DecideReset {}): Body<DecideReset>,
) -> Result<Json<Reset>> {
    Ok(Json(super::refuse(&app, &town, id).await?))
}

async fn use_code(State(app): State<App>, caller: Caller, Body(typed): Body<UseCode>) -> Result<Json<CodeUsed>> {
    super::use_code(&app, &caller.origin, &typed).await?;
    Ok(Json(CodeUsed {}))
}
