//! The routes of payees.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, CharityChecker, Village};
use crate::http::{Body, Path};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::PayeeId;
use domain::api::List;
use domain::api::payees::{CLOSE, ClosePayee, NewPayee, PAYEES, Payee, VERIFY, VerifyPayee};

pub fn routes() -> Router<App> {
    Router::new().route(PAYEES, get(list).post(propose)).route(VERIFY, post(verify)).route(CLOSE, post(close))
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<List<Payee>>> {
    Ok(Json(super::list(&app, &caller).await?))
}

async fn propose(
    State(app): State<App>,
    village: Village,
    Body(new): Body<NewPayee>,
) -> Result<(StatusCode, Json<Payee>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &village, &new).await?)))
}

async fn verify(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<PayeeId>,
    Body(how): Body<VerifyPayee>,
) -> Result<Json<Payee>> {
    Ok(Json(super::verify(&app, &checker, id, &how).await?))
}

async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PayeeId>,
    Body(ClosePayee {}): Body<ClosePayee>,
) -> Result<Json<Payee>> {
    if caller.me.is_none() {
        return Err(Error::SignInRequired);
    }
    let acting = caller.acting_as(Village::ROLES).or(caller.acting_as(CharityChecker::ROLES));
    let acting = acting.ok_or(Error::Forbidden("只有村（社区）和慈善组织的复核可以停用收款账户"))?;
    Ok(Json(super::close(&app, &acting, &caller.origin, id).await?))
}
