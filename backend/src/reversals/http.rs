//! The routes of reversals.

use crate::app::App;
use crate::arrivals::Viewer;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityChecker, CharityDesk, CharityMaker, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::reversals::{
    CONFIRM, DROP, DecideReversal, NewReversal, OF_BACK, OF_FEE, OF_RETURN, REVERSALS, Reversals, WaitingReversal,
};
use domain::reversal::ReversalKind::{Back, Fee, Return};
use domain::{BankLineId, OutgoingId, ReturnId, ReversalId};

pub fn routes() -> Endpoints {
    Endpoints::new("冲正")
        .get(REVERSALS, "等第二个人确认的冲正和冲正重记", waiting)
        .get(OF_BACK, "一笔退汇或交回的冲正，和挡在前面的业务", of_back)
        .post(OF_BACK, "提出冲正记错的退汇或交回", propose_back)
        .get(OF_FEE, "一笔手续费的冲正", of_fee)
        .post(OF_FEE, "提出冲正记错的手续费", propose_fee)
        .get(OF_RETURN, "一笔退回捐赠方的冲正", of_return)
        .post(OF_RETURN, "提出冲正误登记为已付款的退回", propose_return)
        .post(CONFIRM, "第二个人确认冲正", confirm)
        .post(DROP, "不采用冲正", drop_it)
}

async fn waiting(State(app): State<App>, reader: BooksReader) -> Result<Json<List<WaitingReversal>>> {
    Ok(Json(super::waiting_list(&app, &reader).await?))
}

async fn of_back(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Path(id): Path<BankLineId>,
) -> Result<Json<Reversals>> {
    Ok(Json(super::read(&app, &Viewer::of(&reader, &person.me), (Back, id.0)).await?))
}

async fn of_fee(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Path(id): Path<OutgoingId>,
) -> Result<Json<Reversals>> {
    Ok(Json(super::read(&app, &Viewer::of(&reader, &person.me), (Fee, id.0)).await?))
}

async fn of_return(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Path(id): Path<ReturnId>,
) -> Result<Json<Reversals>> {
    Ok(Json(super::read(&app, &Viewer::of(&reader, &person.me), (Return, id.0)).await?))
}

async fn propose_back(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(new): Body<NewReversal>,
) -> Result<(StatusCode, Json<Reversals>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &maker, (Back, id.0), &new).await?)))
}

async fn propose_fee(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<OutgoingId>,
    Body(new): Body<NewReversal>,
) -> Result<(StatusCode, Json<Reversals>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &maker, (Fee, id.0), &new).await?)))
}

async fn propose_return(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<ReturnId>,
    Body(new): Body<NewReversal>,
) -> Result<(StatusCode, Json<Reversals>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &maker, (Return, id.0), &new).await?)))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<ReversalId>,
    Body(DecideReversal {}): Body<DecideReversal>,
) -> Result<Json<Reversals>> {
    Ok(Json(super::confirm(&app, &checker, id).await?))
}

async fn drop_it(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<ReversalId>,
    Body(DecideReversal {}): Body<DecideReversal>,
) -> Result<Json<Reversals>> {
    Ok(Json(super::drop_it(&app, &desk, id).await?))
}
