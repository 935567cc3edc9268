//! The routes of returns.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{BooksReader, Caller, CharityChecker, CharityMaker, CharityPayer, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::campaigns::PageQuery;
use domain::api::returns::{
    APPROVE, ApproveReturn, GiftReturn, NewReturn, OF_PLEDGE, PAY, REJECT, RETURN, RETURNS, RejectReturn, ReturnPaid,
    ReturnedToGiver,
};
use domain::{PledgeId, ReturnId};

pub fn routes() -> Endpoints {
    Endpoints::new("退回捐赠方")
        .get(RETURNS, "本慈善组织的退回，新的在前", list)
        .get(RETURN, "一笔退回", get)
        .post(RETURNS, "申请把款退回捐赠方", prepare)
        .post(APPROVE, "第二个人同意退回", approve)
        .post(REJECT, "驳回退回", reject)
        .post(PAY, "第三个人登记退回已付款", pay)
        .get(OF_PLEDGE, "一笔认捐退回了多少", of_pledge)
}

async fn list(
    State(app): State<App>,
    reader: BooksReader,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<GiftReturn>>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn get(State(app): State<App>, reader: BooksReader, Path(id): Path<ReturnId>) -> Result<Json<GiftReturn>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn prepare(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewReturn>,
) -> Result<(StatusCode, Json<GiftReturn>)> {
    Ok((StatusCode::CREATED, Json(super::prepare(&app, &maker, &new).await?)))
}

async fn approve(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<ReturnId>,
    Body(ApproveReturn {}): Body<ApproveReturn>,
) -> Result<Json<GiftReturn>> {
    Ok(Json(super::approve(&app, &checker, id).await?))
}

async fn reject(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<ReturnId>,
    Body(why): Body<RejectReturn>,
) -> Result<Json<GiftReturn>> {
    Ok(Json(super::reject(&app, &checker, id, &why).await?))
}

async fn pay(
    State(app): State<App>,
    payer: Sure<CharityPayer>,
    Path(id): Path<ReturnId>,
    Body(paid): Body<ReturnPaid>,
) -> Result<Json<GiftReturn>> {
    Ok(Json(super::pay(&app, &payer, id, &paid).await?))
}

async fn of_pledge(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<PledgeId>,
) -> Result<Json<List<ReturnedToGiver>>> {
    Ok(Json(super::of_pledge(&app, &caller, id).await?))
}
