//! The routes of payees.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, CharityChecker, CharityMaker, PayeeKeeper, SignedIn, Sure, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::PayeeId;
use domain::api::List;
use domain::api::payees::{
    CLOSE, ClosePayee, ENTER, EnterPayee, NewPayee, PAYEES, Payee, PayeeQuery, VERIFY, VerifyPayee,
};

pub fn routes() -> Endpoints {
    Endpoints::new("收款账户")
        .get(PAYEES, "看得到的收款账户", list)
        .post(PAYEES, "村登记收款账户", propose)
        .post(ENTER, "慈善组织录入收款账户", enter)
        .post(VERIFY, "慈善组织核实收款账户", verify)
        .post(CLOSE, "停用收款账户", close)
}

async fn list(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Query(query): Query<PayeeQuery>,
) -> Result<Json<List<Payee>>> {
    Ok(Json(super::list(&app, &caller, &query).await?))
}

async fn propose(
    State(app): State<App>,
    village: Village,
    Body(new): Body<NewPayee>,
) -> Result<(StatusCode, Json<Payee>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &village, &new).await?)))
}

async fn enter(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<PayeeId>,
    Body(entry): Body<EnterPayee>,
) -> Result<Json<Payee>> {
    Ok(Json(super::enter(&app, &maker, id, &entry).await?))
}

async fn verify(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<PayeeId>,
    Body(how): Body<VerifyPayee>,
) -> Result<Json<Payee>> {
    Ok(Json(super::verify(&app, &checker, id, &how).await?))
}

async fn close(
    State(app): State<App>,
    keeper: PayeeKeeper,
    Path(id): Path<PayeeId>,
    Body(ClosePayee {}): Body<ClosePayee>,
) -> Result<Json<Payee>> {
    Ok(Json(super::close(&app, &keeper, id).await?))
}
