//! The routes of allocations and payments.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, CharityChecker, CharityMaker, CharityPayer, CharityStaff, SignedIn};
use crate::http::{Body, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::api::List;
use domain::api::campaigns::PageQuery;
use domain::api::disbursements::{
    ALLOCATIONS, APPROVE, Allocation, CHECK, DISBURSEMENT, DISBURSEMENTS, Disbursement, NewAllocation, NewDisbursement,
    OF_NEED, PAY, Paid, PublicPayment, REJECT, Reject, Step,
};
use domain::{DisbursementId, NeedId};

pub fn routes() -> Router<App> {
    Router::new()
        .route(ALLOCATIONS, post(allocate))
        .route(DISBURSEMENTS, get(list).post(prepare))
        .route(DISBURSEMENT, get(read))
        .route(OF_NEED, get(of_need))
        .route(CHECK, post(check))
        .route(APPROVE, post(approve))
        .route(REJECT, post(reject))
        .route(PAY, post(pay))
}

async fn allocate(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewAllocation>,
) -> Result<(StatusCode, Json<Allocation>)> {
    Ok((StatusCode::CREATED, Json(super::allocate(&app, &maker, &new).await?)))
}

async fn list(
    State(app): State<App>,
    staff: CharityStaff,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<Disbursement>>> {
    Ok(Json(super::list(&app, &staff, &query).await?))
}

async fn prepare(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewDisbursement>,
) -> Result<(StatusCode, Json<Disbursement>)> {
    Ok((StatusCode::CREATED, Json(super::prepare(&app, &maker, &new).await?)))
}

async fn read(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<DisbursementId>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::get(&app, &caller, id).await?))
}

async fn of_need(State(app): State<App>, Path(need): Path<NeedId>) -> Result<Json<List<PublicPayment>>> {
    Ok(Json(super::of_need(&app, need).await?))
}

async fn check(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<DisbursementId>,
    Body(Step {}): Body<Step>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::check(&app, &checker, id).await?))
}

async fn approve(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<DisbursementId>,
    Body(Step {}): Body<Step>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::approve(&app, &checker, id).await?))
}

async fn reject(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<DisbursementId>,
    Body(why): Body<Reject>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::reject(&app, &checker, id, &why).await?))
}

async fn pay(
    State(app): State<App>,
    payer: CharityPayer,
    Path(id): Path<DisbursementId>,
    Body(paid): Body<Paid>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::pay(&app, &payer, id, &paid).await?))
}
