//! What everybody reads of goods that were given: 物资折款, accepted and handed over, beside money and never in it.
//!
//! Givers stand there as they chose. Both sums hold what is shown; a hidden value is in neither, so that no difference
//! tells it. Deliberately absent: what is only offered.

mod sql;

use crate::app::App;
use crate::campaigns;
use crate::error::{Error, Result};
use domain::api::goods::PublicGoods;
use domain::{CampaignId, NeedId};
use sqlx::PgConnection;

/// Gifts that one answer holds.
const ITEMS_MAX: i64 = 200;

/// Of a public need.
pub async fn of_need(app: &App, need: NeedId) -> Result<PublicGoods> {
    let mut tx = app.snapshot().await?;
    read(app, &mut tx, (Some(need), None)).await
}

/// Of a campaign that everybody may see, by its code or its id.
pub async fn of_campaign(app: &App, name: &str) -> Result<PublicGoods> {
    let mut tx = app.snapshot().await?;
    let campaign = campaigns::public_id(&mut tx, name).await?;
    read(app, &mut tx, (None, Some(campaign))).await
}

async fn read(app: &App, tx: &mut PgConnection, of: (Option<NeedId>, Option<CampaignId>)) -> Result<PublicGoods> {
    let (items, sums) = sql::read(tx, of, ITEMS_MAX).await?.ok_or(Error::NotFound)?;
    Ok(sums.with(items, app.clock.now()))
}
