//! The routes of months' ends.

use crate::app::App;
use crate::arrivals::Viewer;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityChecker, CharityDesk, CharityMaker, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::MonthEndId;
use domain::api::List;
use domain::api::month_ends::{
    AccountMonth, CONFIRM_REOPENING, DROP, DecideMonth, MONTH, MONTH_ENDS, MonthEnd, MonthQuery, NewMonthEnd, REOPEN,
    ReopenMonth, SIGN,
};

pub fn routes() -> Endpoints {
    Endpoints::new("月结")
        .get(MONTH_ENDS, "做过的月结，新的在前", list)
        .get(MONTH, "一个账户一个月的账面、银行和差异", month)
        .post(MONTH_ENDS, "编制月结", prepare)
        .post(SIGN, "第二个人签字，月份封账", sign)
        .post(DROP, "撤下没有签字的月结", drop_it)
        .post(REOPEN, "申请重开已签字的月份", reopen)
        .post(CONFIRM_REOPENING, "第二个人同意重开月份", confirm_reopening)
}

async fn list(State(app): State<App>, reader: BooksReader, person: SignedIn) -> Result<Json<List<MonthEnd>>> {
    Ok(Json(super::list(&app, &Viewer::of(&reader, &person.me)).await?))
}

async fn month(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Query(query): Query<MonthQuery>,
) -> Result<Json<AccountMonth>> {
    Ok(Json(super::month(&app, &Viewer::of(&reader, &person.me), query).await?))
}

async fn prepare(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewMonthEnd>,
) -> Result<(StatusCode, Json<MonthEnd>)> {
    Ok((StatusCode::CREATED, Json(super::prepare(&app, &maker, &new).await?)))
}

async fn sign(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<MonthEndId>,
    Body(DecideMonth {}): Body<DecideMonth>,
) -> Result<Json<MonthEnd>> {
    Ok(Json(super::sign(&app, &checker, id).await?))
}

async fn drop_it(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<MonthEndId>,
    Body(DecideMonth {}): Body<DecideMonth>,
) -> Result<Json<MonthEnd>> {
    Ok(Json(super::drop_it(&app, &desk, id).await?))
}

async fn reopen(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<MonthEndId>,
    Body(why): Body<ReopenMonth>,
) -> Result<Json<MonthEnd>> {
    Ok(Json(super::reopen(&app, &maker, id, &why).await?))
}

async fn confirm_reopening(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<MonthEndId>,
    Body(DecideMonth {}): Body<DecideMonth>,
) -> Result<Json<MonthEnd>> {
    Ok(Json(super::confirm_reopening(&app, &checker, id).await?))
}
