//! `GET /places`.

use crate::app::App;
use crate::error::Result;
use crate::http::Query;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use domain::api::places::{PLACES, Places, PlacesQuery};

pub fn routes() -> Router<App> {
    Router::new().route(PLACES, get(list))
}

async fn list(State(app): State<App>, Query(query): Query<PlacesQuery>) -> Result<Json<Places>> {
    Ok(Json(super::children(&app, query.parent.as_deref()).await?))
}
