//! The routes of changes of purpose.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{AllocationDesk, Caller, Consenter, FundParty, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::PurposeChangeId;
use domain::api::List;
use domain::api::campaigns::PageQuery;
use domain::api::purpose_changes::{
    COMPLETE, CONSENT, CompleteChange, ConsentToChange, FILE, NewPurposeChange, PURPOSE_CHANGE, PURPOSE_CHANGES,
    PurposeChange, REFUSE, RecordFiling, RefuseChange,
};

pub fn routes() -> Endpoints {
    Endpoints::new("调整用途")
        .post(PURPOSE_CHANGES, "申请把款改用于别的需求", request)
        .get(PURPOSE_CHANGES, "本企业或本慈善组织的用途变更", list)
        .get(PURPOSE_CHANGE, "一个用途变更", get)
        .post(CONSENT, "捐赠方同意变更用途", consent)
        .post(FILE, "登记募捐方案变更的备案", file)
        .post(COMPLETE, "慈善组织办理用途变更", complete)
        .post(REFUSE, "不同意变更用途", refuse)
}

async fn request(
    State(app): State<App>,
    party: FundParty,
    Body(new): Body<NewPurposeChange>,
) -> Result<(StatusCode, Json<PurposeChange>)> {
    Ok((StatusCode::CREATED, Json(super::request(&app, &party, &new).await?)))
}

async fn list(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<PurposeChange>>> {
    Ok(Json(super::list(&app, &caller, &query).await?))
}

async fn get(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<PurposeChangeId>,
) -> Result<Json<PurposeChange>> {
    Ok(Json(super::get(&app, &caller, id).await?))
}

async fn consent(
    State(app): State<App>,
    owner: Sure<Consenter>,
    Path(id): Path<PurposeChangeId>,
    Body(to): Body<ConsentToChange>,
) -> Result<Json<PurposeChange>> {
    Ok(Json(super::consent(&app, &owner, id, to).await?))
}

async fn file(
    State(app): State<App>,
    desk: AllocationDesk,
    Path(id): Path<PurposeChangeId>,
    Body(filing): Body<RecordFiling>,
) -> Result<Json<PurposeChange>> {
    Ok(Json(super::file(&app, &desk, id, &filing).await?))
}

async fn complete(
    State(app): State<App>,
    desk: AllocationDesk,
    Path(id): Path<PurposeChangeId>,
    Body(to): Body<CompleteChange>,
) -> Result<Json<PurposeChange>> {
    Ok(Json(super::complete(&app, &desk, id, to).await?))
}

async fn refuse(
    State(app): State<App>,
    party: FundParty,
    Path(id): Path<PurposeChangeId>,
    Body(why): Body<RefuseChange>,
) -> Result<Json<PurposeChange>> {
    Ok(Json(super::refuse(&app, &party, id, &why).await?))
}
