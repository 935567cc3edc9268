//! The routes of the rows behind numbers.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Caller;
use crate::http::endpoints::Endpoints;
use crate::http::{Path, Query};
use axum::Json;
use axum::extract::State;
use domain::OrganisationId;
use domain::api::figures::{
    CAMPAIGN_ROWS, ENTERPRISE_ROWS, FIELD_ROWS, FigureQuery, FigureRows, MoneyOf, NEED_ROWS, PLACE_ROWS,
};

pub fn routes() -> Endpoints {
    Endpoints::new("四个数和明细")
        .get(NEED_ROWS, "一条需求的一个数，和加起来等于它的各行", of_need)
        .get(PLACE_ROWS, "一个县、镇或村的一个数和各行", of_place)
        .get(FIELD_ROWS, "一个领域的一个数和各行", of_field)
        .get(CAMPAIGN_ROWS, "一个活动的一个数和各行", of_campaign)
        .get(ENTERPRISE_ROWS, "一家企业的一个数和各行：人人看得到它公开名称和金额的部分", of_enterprise)
}

type Answer = Result<Json<FigureRows>>;

async fn read(app: &App, caller: &Caller, of: MoneyOf, number: &str, query: &FigureQuery) -> Answer {
    let number = number.parse().map_err(|_| Error::NotFound)?;
    Ok(Json(super::rows(app, caller, of, number, query).await?))
}

async fn of_need(
    State(app): State<App>,
    caller: Caller,
    Path((name, number)): Path<(String, String)>,
    Query(query): Query<FigureQuery>,
) -> Answer {
    let of = super::need(&app, &name).await?;
    read(&app, &caller, of, &number, &query).await
}

async fn of_place(
    State(app): State<App>,
    caller: Caller,
    Path((code, number)): Path<(String, String)>,
    Query(query): Query<FigureQuery>,
) -> Answer {
    let code = code.parse().map_err(|_| Error::NotFound)?;
    read(&app, &caller, MoneyOf::Place(code), &number, &query).await
}

async fn of_field(
    State(app): State<App>,
    caller: Caller,
    Path((field, number)): Path<(String, String)>,
    Query(query): Query<FigureQuery>,
) -> Answer {
    let field = field.parse().map_err(|_| Error::NotFound)?;
    read(&app, &caller, MoneyOf::Field(field), &number, &query).await
}

async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path((name, number)): Path<(String, String)>,
    Query(query): Query<FigureQuery>,
) -> Answer {
    let of = super::campaign(&app, &name).await?;
    read(&app, &caller, of, &number, &query).await
}

async fn of_enterprise(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Path<(OrganisationId, String)>,
    Query(query): Query<FigureQuery>,
) -> Answer {
    read(&app, &caller, MoneyOf::Enterprise(id), &number, &query).await
}
