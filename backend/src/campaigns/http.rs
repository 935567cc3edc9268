//! The routes of campaigns: reading.

use crate::app::App;
use crate::error::Result;
use crate::http::{Path, Query};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use domain::CampaignId;
use domain::api::List;
use domain::api::campaigns::{CAMPAIGN, CAMPAIGNS, Campaign, CampaignMoney, PLEDGES, PageQuery, PublicPledge};

pub fn routes() -> Router<App> {
    Router::new().route(CAMPAIGNS, get(list)).route(CAMPAIGN, get(read)).route(PLEDGES, get(pledges))
}

async fn list(State(app): State<App>) -> Result<Json<List<Campaign>>> {
    Ok(Json(super::list(&app).await?))
}

async fn read(State(app): State<App>, Path(id): Path<CampaignId>) -> Result<Json<CampaignMoney>> {
    Ok(Json(super::get(&app, id).await?))
}

async fn pledges(
    State(app): State<App>,
    Path(id): Path<CampaignId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<PublicPledge>>> {
    Ok(Json(super::pledges(&app, id, &query).await?))
}
