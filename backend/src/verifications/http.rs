//! The routes of verifying enterprises.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Federation, Sure, VerificationReader};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use domain::OrganisationId;
use domain::api::List;
use domain::api::verifications::{
    RESTORE, RETURN, ReturnRegistration, SUSPEND, SeenRegistration, VERIFICATION, VERIFICATIONS, VERIFY, Verification,
    VerificationQuery, VerificationRow, WAITING, WaitingVerifications, WhyOfDecision,
};

pub fn routes() -> Endpoints {
    Endpoints::new("企业认证")
        .get(VERIFICATIONS, "辖区内注册的企业", list)
        .get(WAITING, "等待认证的企业有几家", waiting)
        .get(VERIFICATION, "一家企业的认证资料", get)
        .post(VERIFY, "通过认证", verify)
        .post(RETURN, "退回修改", return_)
        .post(SUSPEND, "停用", suspend)
        .post(RESTORE, "恢复", restore)
}

async fn list(
    State(app): State<App>,
    reader: VerificationReader,
    Query(query): Query<VerificationQuery>,
) -> Result<Json<List<VerificationRow>>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn waiting(State(app): State<App>, reader: VerificationReader) -> Result<Json<WaitingVerifications>> {
    Ok(Json(super::waiting_for(&app, &reader).await?))
}

async fn get(
    State(app): State<App>,
    reader: VerificationReader,
    Path(id): Path<OrganisationId>,
) -> Result<Json<Verification>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn verify(
    State(app): State<App>,
    federation: Sure<Federation>,
    Path(id): Path<OrganisationId>,
    Body(seen): Body<SeenRegistration>,
) -> Result<Json<Verification>> {
    Ok(Json(super::verify(&app, &federation, id, seen).await?))
}

async fn return_(
    State(app): State<App>,
    federation: Sure<Federation>,
    Path(id): Path<OrganisationId>,
    Body(why): Body<ReturnRegistration>,
) -> Result<Json<Verification>> {
    Ok(Json(super::return_(&app, &federation, id, &why).await?))
}

async fn suspend(
    State(app): State<App>,
    federation: Sure<Federation>,
    Path(id): Path<OrganisationId>,
    Body(why): Body<WhyOfDecision>,
) -> Result<Json<Verification>> {
    Ok(Json(super::suspend(&app, &federation, id, &why).await?))
}

async fn restore(
    State(app): State<App>,
    federation: Sure<Federation>,
    Path(id): Path<OrganisationId>,
    Body(why): Body<WhyOfDecision>,
) -> Result<Json<Verification>> {
    Ok(Json(super::restore(&app, &federation, id, &why).await?))
}
