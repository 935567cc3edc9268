//! `GET /area`.

use crate::app::App;
use crate::error::Result;
use crate::http::Query;
use crate::http::caller::AreaKeeper;
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::areas::{AREA, Area, AreaQuery};

pub fn routes() -> Endpoints {
    Endpoints::new("辖区").get(AREA, "辖区里的镇或村：有没有人、在办什么、等着什么", area)
}

async fn area(State(app): State<App>, keeper: AreaKeeper, Query(query): Query<AreaQuery>) -> Result<Json<Area>> {
    Ok(Json(super::area(&app, &keeper, &query).await?))
}
