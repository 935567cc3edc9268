//! The routes of payments.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{
    BooksReader, Caller, CharityApprover, CharityChecker, CharityMaker, CharityOwner, CharityPayer, SignedIn, Sure,
};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::campaigns::PageQuery;
use domain::api::disbursements::{
    APPROVAL_RULE, APPROVE, AVAILABLE, ApprovalRule, Available, CHECK, DISBURSEMENT, DISBURSEMENTS, Disbursement,
    NewDisbursement, OF_NEED, PAY, Paid, PublicPayment, REJECT, Reject, Step,
};
use domain::{DisbursementId, NeedId};

pub fn routes() -> Endpoints {
    Endpoints::new("拨付")
        .get(DISBURSEMENTS, "本慈善组织的拨付", list)
        .post(DISBURSEMENTS, "准备一笔拨付", prepare)
        .get(DISBURSEMENT, "一笔拨付", read)
        .get(OF_NEED, "一条需求收到的拨付", of_need)
        .get(AVAILABLE, "一条需求还能拨付多少", available)
        .post(CHECK, "复核一笔拨付", check)
        .post(APPROVE, "批准一笔拨付", approve)
        .post(REJECT, "退回一笔拨付", reject)
        .post(PAY, "登记银行已付", pay)
        .get(APPROVAL_RULE, "本单位的双人批准起点", approval_rule)
        .post(APPROVAL_RULE, "设定双人批准起点：只会多一个人，不会少", set_approval_rule)
}

async fn list(
    State(app): State<App>,
    reader: BooksReader,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<Disbursement>>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
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

async fn available(State(app): State<App>, reader: BooksReader, Path(need): Path<NeedId>) -> Result<Json<Available>> {
    Ok(Json(super::available(&app, &reader, need).await?))
}

async fn check(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<DisbursementId>,
    Body(Step {}): Body<Step>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::check(&app, &checker, id).await?))
}

async fn approve(
    State(app): State<App>,
    checker: Sure<CharityApprover>,
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
    payer: Sure<CharityPayer>,
    Path(id): Path<DisbursementId>,
    Body(paid): Body<Paid>,
) -> Result<Json<Disbursement>> {
    Ok(Json(super::pay(&app, &payer, id, &paid).await?))
}

async fn approval_rule(State(app): State<App>, reader: BooksReader) -> Result<Json<ApprovalRule>> {
    Ok(Json(super::approval_rule(&app, &reader).await?))
}

async fn set_approval_rule(
    State(app): State<App>,
    owner: Sure<CharityOwner>,
    Body(rule): Body<ApprovalRule>,
) -> Result<Json<ApprovalRule>> {
    Ok(Json(super::set_approval_rule(&app, &owner, rule).await?))
}
