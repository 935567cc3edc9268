//! The routes of campaigns: reading.

use crate::app::App;
use crate::error::Result;
use crate::http::endpoints::Endpoints;
use crate::http::{Path, Query};
use axum::Json;
use axum::extract::State;
use domain::CampaignId;
use domain::api::List;
use domain::api::campaigns::{CAMPAIGN, CAMPAIGNS, Campaign, CampaignMoney, PLEDGES, PageQuery, PublicPledge};

pub fn routes() -> Endpoints {
    Endpoints::new("活动").get(CAMPAIGNS, "全部活动", list).get(CAMPAIGN, "一个活动和它的四个数", read).get(
        PLEDGES,
        "一个活动公开的认捐",
        pledges,
    )
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
