//! The route of what waits.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, SignedIn};
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::todo::{TODO, Todo};

pub fn routes() -> Endpoints {
    Endpoints::new("待办").get(TODO, "等着我办的事：几件、等了多久、建议时限", get)
}

async fn get(State(app): State<App>, _: SignedIn, caller: Caller) -> Result<Json<Todo>> {
    Ok(Json(super::get(&app, &caller).await?))
}
