//! The routes of requests about pledges.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{CharityApprover, CharityMaker, CharityPayer, Enterprise, RequestReader, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::gift_requests::{
    DECIDE, GiftRequest, GiftRequestAdvice, GiftRequestDecision, GiftRequestList, GiftRequestQuery, NewGiftRequest,
    OF_PLEDGE, RECOMMEND, REQUEST, REQUESTS, SETTLE, SeenGiftRequest, SettledGiftRequest, WITHDRAW,
};
use domain::{GiftRequestId, PledgeId};

pub fn routes() -> Endpoints {
    Endpoints::new("豁免、更正和退回的申请")
        .post(OF_PLEDGE, "企业为一笔认捐申请豁免、更正或退回", ask)
        .get(REQUESTS, "申请：企业看自己的，慈善组织看自己的", list)
        .get(REQUEST, "一件申请", read)
        .post(RECOMMEND, "慈善组织经办写核实意见", recommend)
        .post(DECIDE, "慈善组织的另一人决定", decide)
        .post(WITHDRAW, "企业撤回申请", withdraw)
        .post(SETTLE, "出纳登记已办理", settle)
}

async fn ask(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<PledgeId>,
    Body(new): Body<NewGiftRequest>,
) -> Result<(StatusCode, Json<GiftRequest>)> {
    Ok((StatusCode::CREATED, Json(super::ask(&app, &enterprise, id, &new).await?)))
}

async fn list(
    State(app): State<App>,
    reader: RequestReader,
    Query(query): Query<GiftRequestQuery>,
) -> Result<Json<GiftRequestList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn read(
    State(app): State<App>,
    reader: RequestReader,
    Path(id): Path<GiftRequestId>,
) -> Result<Json<GiftRequest>> {
    Ok(Json(super::get(&app, &reader.acting, id).await?))
}

async fn recommend(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GiftRequestId>,
    Body(said): Body<GiftRequestAdvice>,
) -> Result<Json<GiftRequest>> {
    Ok(Json(super::recommend(&app, &maker, id, &said).await?))
}

async fn decide(
    State(app): State<App>,
    approver: Sure<CharityApprover>,
    Path(id): Path<GiftRequestId>,
    Body(said): Body<GiftRequestDecision>,
) -> Result<Json<GiftRequest>> {
    Ok(Json(super::decide(&app, &approver, id, &said).await?))
}

async fn withdraw(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<GiftRequestId>,
    Body(seen): Body<SeenGiftRequest>,
) -> Result<Json<GiftRequest>> {
    Ok(Json(super::withdraw(&app, &enterprise, id, seen).await?))
}

async fn settle(
    State(app): State<App>,
    payer: Sure<CharityPayer>,
    Path(id): Path<GiftRequestId>,
    Body(done): Body<SettledGiftRequest>,
) -> Result<Json<GiftRequest>> {
    Ok(Json(super::settle(&app, &payer, id, &done).await?))
}
