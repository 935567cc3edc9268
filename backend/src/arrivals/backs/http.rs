//! The routes of payments that come back.

use crate::app::App;
use crate::arrivals::Viewer;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityChecker, CharityDesk, CharityMaker, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use domain::BankLineId;
use domain::api::returns::{BACK, CONFIRM_BACK, DROP_BACK, DropBack, LineBack, SayBack};

pub fn routes() -> Endpoints {
    Endpoints::new("退汇和交回")
        .get(BACK, "一笔收入是不是退回来的拨付", read)
        .post(BACK, "说明一笔收入是哪笔拨付退回来的", say)
        .post(CONFIRM_BACK, "第二个人确认退汇或交回", confirm)
        .post(DROP_BACK, "一笔收入不是退回来的拨付", drop_it)
}

async fn read(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Path(id): Path<BankLineId>,
) -> Result<Json<LineBack>> {
    Ok(Json(super::read(&app, &Viewer::of(&reader, &person.me), id).await?))
}

async fn say(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(back): Body<SayBack>,
) -> Result<Json<LineBack>> {
    Ok(Json(super::say(&app, &maker, id, back).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<BankLineId>,
    Body(seen): Body<SayBack>,
) -> Result<Json<LineBack>> {
    Ok(Json(super::confirm(&app, &checker, id, seen).await?))
}

async fn drop_it(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<BankLineId>,
    Body(DropBack {}): Body<DropBack>,
) -> Result<Json<LineBack>> {
    Ok(Json(super::drop_it(&app, &desk, id).await?))
}
