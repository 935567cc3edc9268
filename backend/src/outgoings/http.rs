//! The routes of money out.

use crate::app::App;
use crate::arrivals::Viewer;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityChecker, CharityDesk, CharityMaker, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use domain::OutgoingId;
use domain::api::List;
use domain::api::outgoings::{CONFIRM, DROP, DropMeaning, EXPLAIN, OUTGOINGS, OutQuery, Outgoing};
use domain::outgoing::OutMeaning;

pub fn routes() -> Endpoints {
    Endpoints::new("银行支出")
        .get(OUTGOINGS, "对账单上的支出：还没有说明的，或全部", list)
        .post(EXPLAIN, "说明一笔支出是什么", explain)
        .post(CONFIRM, "第二个人确认一笔支出是什么", confirm)
        .post(DROP, "撤回一笔支出的说明", drop_it)
}

async fn list(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Query(query): Query<OutQuery>,
) -> Result<Json<List<Outgoing>>> {
    Ok(Json(super::list(&app, &Viewer::of(&reader, &person.me), &query).await?))
}

async fn explain(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<OutgoingId>,
    Body(meaning): Body<OutMeaning>,
) -> Result<Json<Outgoing>> {
    Ok(Json(super::explain(&app, &maker, id, &meaning).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<OutgoingId>,
    Body(seen): Body<OutMeaning>,
) -> Result<Json<Outgoing>> {
    Ok(Json(super::confirm(&app, &checker, id, &seen).await?))
}

async fn drop_it(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<OutgoingId>,
    Body(DropMeaning {}): Body<DropMeaning>,
) -> Result<Json<Outgoing>> {
    Ok(Json(super::drop_it(&app, &desk, id).await?))
}
