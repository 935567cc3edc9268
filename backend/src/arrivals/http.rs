//! The routes of bank lines.

use super::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{CharityChecker, CharityMaker, CharityStaff, SignedIn};
use crate::http::{Body, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::BankLineId;
use domain::api::List;
use domain::api::arrivals::{
    BANK_ACCOUNTS, BANK_LINE, BANK_LINES, BankAccount, BankLine, CONFIRM, ConfirmLine, LineQuery, MATCH, MatchLine,
    NewBankLine, UNMATCH, Unmatch,
};

pub fn routes() -> Router<App> {
    Router::new()
        .route(BANK_ACCOUNTS, get(accounts))
        .route(BANK_LINES, get(list).post(enter))
        .route(BANK_LINE, get(read))
        .route(MATCH, post(match_))
        .route(UNMATCH, post(unmatch))
        .route(CONFIRM, post(confirm))
}

async fn accounts(State(app): State<App>, staff: CharityStaff) -> Result<Json<List<BankAccount>>> {
    Ok(Json(super::accounts(&app, &staff).await?))
}

async fn list(
    State(app): State<App>,
    staff: CharityStaff,
    person: SignedIn,
    Query(query): Query<LineQuery>,
) -> Result<Json<List<BankLine>>> {
    Ok(Json(super::list(&app, &Viewer::of(&staff, &person.me), &query).await?))
}

async fn read(
    State(app): State<App>,
    staff: CharityStaff,
    person: SignedIn,
    Path(id): Path<BankLineId>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::get(&app, &Viewer::of(&staff, &person.me), id).await?))
}

async fn enter(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewBankLine>,
) -> Result<(StatusCode, Json<BankLine>)> {
    Ok((StatusCode::CREATED, Json(super::enter(&app, &maker, &new).await?)))
}

async fn match_(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(parts): Body<MatchLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::match_(&app, &maker, id, &parts).await?))
}

async fn unmatch(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(Unmatch {}): Body<Unmatch>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::unmatch(&app, &maker, id).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<BankLineId>,
    Body(seen): Body<ConfirmLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::confirm(&app, &checker, id, &seen).await?))
}
