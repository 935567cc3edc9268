//! The routes of rebookings.

use crate::app::App;
use crate::arrivals::Viewer;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityChecker, CharityDesk, CharityMaker, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::rebookings::{CONFIRM, DROP, DecideRebooking, NewRebooking, REBOOKINGS, Rebookings};
use domain::{BankLineId, RebookingId};

pub fn routes() -> Endpoints {
    Endpoints::new("冲正并重记")
        .get(REBOOKINGS, "一笔流水的冲正重记，和挡在前面的业务", read)
        .post(REBOOKINGS, "提出把已到账的流水冲正并重记", propose)
        .post(CONFIRM, "第二个人确认冲正并重记", confirm)
        .post(DROP, "不采用冲正并重记", drop_it)
}

async fn read(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Path(id): Path<BankLineId>,
) -> Result<Json<Rebookings>> {
    Ok(Json(super::read(&app, &Viewer::of(&reader, &person.me), id).await?))
}

async fn propose(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(new): Body<NewRebooking>,
) -> Result<(StatusCode, Json<Rebookings>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &maker, id, &new).await?)))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<RebookingId>,
    Body(DecideRebooking {}): Body<DecideRebooking>,
) -> Result<Json<Rebookings>> {
    Ok(Json(super::confirm(&app, &checker, id).await?))
}

async fn drop_it(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<RebookingId>,
    Body(DecideRebooking {}): Body<DecideRebooking>,
) -> Result<Json<Rebookings>> {
    Ok(Json(super::drop_it(&app, &desk, id).await?))
}
