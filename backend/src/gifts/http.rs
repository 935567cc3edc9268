//! The routes of following a gift.

use crate::app::App;
use crate::error::Result;
use crate::http::Path;
use crate::http::caller::{Caller, SignedIn};
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::gifts::{GiftTrail, SOURCES, SpendingSources, TRAIL};
use domain::{PledgeId, SpendingItemId};

pub fn routes() -> Endpoints {
    Endpoints::new("捐赠的去向").get(TRAIL, "一笔捐赠从到账到发票的去向，逐级合计，精确到分", trail).get(
        SOURCES,
        "一项支出用的是谁的捐赠，按各人公开的方式",
        sources,
    )
}

async fn trail(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<PledgeId>,
) -> Result<Json<GiftTrail>> {
    Ok(Json(super::trail(&app, &caller, id).await?))
}

async fn sources(State(app): State<App>, Path(id): Path<SpendingItemId>) -> Result<Json<SpendingSources>> {
    Ok(Json(super::sources(&app, id).await?))
}
