//! The routes of texts that staff pass on.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::Inviter;
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use domain::TextId;
use domain::api::List;
use domain::api::texts::{PASSED_ON, PassedOn, TEXTS, TextToPassOn};

pub fn routes() -> Endpoints {
    Endpoints::new("请转告").get(TEXTS, "等着转告的话", list).post(PASSED_ON, "已经转告", passed_on)
}

async fn list(State(app): State<App>, staff: Inviter) -> Result<Json<List<TextToPassOn>>> {
    Ok(Json(super::list(&app, &staff).await?))
}

async fn passed_on(
    State(app): State<App>,
    staff: Inviter,
    Path(id): Path<TextId>,
    Body(PassedOn {}): Body<PassedOn>,
) -> Result<Json<PassedOn>> {
    super::passed_on(&app, &staff, id).await?;
    Ok(Json(PassedOn {}))
}
