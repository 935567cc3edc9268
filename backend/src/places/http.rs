//! `GET /places`.

use crate::app::App;
use crate::error::Result;
use crate::http::Query;
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::places::{PLACES, Places, PlacesQuery};

pub fn routes() -> Endpoints {
    Endpoints::new("地方").get(PLACES, "县、镇、村", list)
}

async fn list(State(app): State<App>, Query(query): Query<PlacesQuery>) -> Result<Json<Places>> {
    Ok(Json(super::children(&app, query.parent.as_deref()).await?))
}
