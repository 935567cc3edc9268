//! The routes of one's consents.

use crate::app::App;
use crate::error::Result;
use crate::http::Body;
use crate::http::caller::SignedIn;
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::consents::{ConsentDecisions, Consents, MY_CONSENTS};

pub fn routes() -> Endpoints {
    Endpoints::new("同意").get(MY_CONSENTS, "我同意过什么", mine).post(MY_CONSENTS, "同意或撤回", decide)
}

async fn mine(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Consents>> {
    Ok(Json(super::mine(&app, &signed_in).await?))
}

async fn decide(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(asked): Body<ConsentDecisions>,
) -> Result<Json<Consents>> {
    Ok(Json(super::decide(&app, &signed_in, &asked).await?))
}
