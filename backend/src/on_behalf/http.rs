//! The routes of notes on behalf of enterprises.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Enterprise, OnBehalfReader, OnBehalfRecorder};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::OnBehalfId;
use domain::api::on_behalf::{
    ALL, CLAIM, DECLINE, DeclineOnBehalf, NewOnBehalf, ONE, OnBehalf, OnBehalfList, OnBehalfQuery, WITHDRAW,
};
use domain::api::pledges::{NewPledge, Pledge};

pub fn routes() -> Endpoints {
    Endpoints::new("代为记录的认捐")
        .get(ALL, "代为记录的认捐：只有记录方、所写的慈善组织、企业自己和审计看得到", list)
        .post(ALL, "工商联或 6·30 办代为记录；不约束任何人，不计入合计", note)
        .get(ONE, "一条记录", read)
        .post(CLAIM, "企业认领：作出自己的认捐", claim)
        .post(DECLINE, "企业说明不认领", decline)
        .post(WITHDRAW, "记录方撤回", withdraw)
}

async fn list(
    State(app): State<App>,
    reader: OnBehalfReader,
    Query(query): Query<OnBehalfQuery>,
) -> Result<Json<OnBehalfList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn note(
    State(app): State<App>,
    recorder: OnBehalfRecorder,
    Body(new): Body<NewOnBehalf>,
) -> Result<(StatusCode, Json<OnBehalf>)> {
    Ok((StatusCode::CREATED, Json(super::note(&app, &recorder, &new).await?)))
}

async fn read(State(app): State<App>, reader: OnBehalfReader, Path(id): Path<OnBehalfId>) -> Result<Json<OnBehalf>> {
    Ok(Json(super::get(&app, &reader.acting, id).await?))
}

async fn claim(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<OnBehalfId>,
    Body(new): Body<NewPledge>,
) -> Result<(StatusCode, Json<Pledge>)> {
    Ok((StatusCode::CREATED, Json(super::claim(&app, &enterprise, id, &new).await?)))
}

async fn decline(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<OnBehalfId>,
    Body(why): Body<DeclineOnBehalf>,
) -> Result<Json<OnBehalf>> {
    Ok(Json(super::decline(&app, &enterprise, id, &why).await?))
}

async fn withdraw(
    State(app): State<App>,
    recorder: OnBehalfRecorder,
    Path(id): Path<OnBehalfId>,
) -> Result<Json<OnBehalf>> {
    Ok(Json(super::withdraw(&app, &recorder, id).await?))
}
