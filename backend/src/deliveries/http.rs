//! The routes of reports and spending.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{BooksReader, Caller, CharityChecker, Sure, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::deliveries::{
    ACCEPT, AcceptItem, CorrectItem, ITEM, ItemToCorrect, ItemToDecide, NewReport, REPORTS, RETURN, Report, ReturnItem,
    SPENDING, Spent,
};
use domain::{NeedId, SpendingItemId};

pub fn routes() -> Endpoints {
    Endpoints::new("进展与支出")
        .get(REPORTS, "一条需求的进展报告和支出", of_need)
        .post(REPORTS, "村报告进展、登记支出", report)
        .get(SPENDING, "等待审核的支出", waiting)
        .get(ITEM, "本村的一笔支出，用来补正", to_correct)
        .post(ITEM, "村补正被退回的支出", correct)
        .post(ACCEPT, "接受一笔支出", accept)
        .post(RETURN, "退回一笔支出", return_)
}

async fn of_need(State(app): State<App>, caller: Caller, Path(need): Path<NeedId>) -> Result<Json<List<Report>>> {
    Ok(Json(super::of_need(&app, &(&caller).into(), need).await?))
}

async fn report(
    State(app): State<App>,
    village: Village,
    Path(need): Path<NeedId>,
    Body(new): Body<NewReport>,
) -> Result<(StatusCode, Json<Report>)> {
    Ok((StatusCode::CREATED, Json(super::report(&app, &village, need, &new).await?)))
}

async fn waiting(State(app): State<App>, reader: BooksReader) -> Result<Json<List<ItemToDecide>>> {
    Ok(Json(super::waiting(&app, &reader).await?))
}

async fn to_correct(
    State(app): State<App>,
    village: Village,
    Path(id): Path<SpendingItemId>,
) -> Result<Json<ItemToCorrect>> {
    Ok(Json(super::to_correct(&app, &village, id).await?))
}

async fn correct(
    State(app): State<App>,
    village: Village,
    Path(id): Path<SpendingItemId>,
    Body(item): Body<CorrectItem>,
) -> Result<Json<Spent>> {
    Ok(Json(super::correct(&app, &village, id, &item).await?))
}

async fn accept(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<SpendingItemId>,
    Body(seen): Body<AcceptItem>,
) -> Result<Json<Spent>> {
    Ok(Json(super::accept(&app, &checker, id, seen).await?))
}

async fn return_(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<SpendingItemId>,
    Body(why): Body<ReturnItem>,
) -> Result<Json<Spent>> {
    Ok(Json(super::return_(&app, &checker, id, &why).await?))
}
