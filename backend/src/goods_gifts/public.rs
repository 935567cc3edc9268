//! What everybody reads of goods that were given: 物资折款, accepted, handed over and written off, beside money and never in
//! it.
//!
//! Givers stand there as they chose. All sums hold what is shown; a hidden value is in none, so that no difference tells
//! it. Of a need it is what came for it, whatever the rest of a gift is set aside for; of an enterprise what it gave under
//! its full name. Deliberately absent: what is only offered.

mod sql;

use crate::app::App;
use crate::campaigns;
use crate::error::{Error, Result};
use domain::api::goods::PublicGoods;
use domain::{CampaignId, NeedId, OrganisationId};
use sqlx::PgConnection;

/// Gifts that one answer holds.
const ITEMS_MAX: i64 = 200;

/// Whose goods are asked for.
#[derive(Debug, Clone, Copy)]
enum Of {
    Need(NeedId),
    Campaign(CampaignId),
    Enterprise(OrganisationId),
}

/// Of a public need.
pub async fn of_need(app: &App, need: NeedId) -> Result<PublicGoods> {
    let mut tx = app.snapshot().await?;
    read(app, &mut tx, Of::Need(need)).await
}

/// Of a campaign that everybody may see, by its code or its id.
pub async fn of_campaign(app: &App, name: &str) -> Result<PublicGoods> {
    let mut tx = app.snapshot().await?;
    let campaign = campaigns::public_id(&mut tx, name).await?;
    read(app, &mut tx, Of::Campaign(campaign)).await
}

/// Of a verified enterprise.
pub async fn of_enterprise(app: &App, enterprise: OrganisationId) -> Result<PublicGoods> {
    let mut tx = app.snapshot().await?;
    read(app, &mut tx, Of::Enterprise(enterprise)).await
}

async fn read(app: &App, tx: &mut PgConnection, of: Of) -> Result<PublicGoods> {
    let (items, sums) = sql::read(tx, of, ITEMS_MAX).await?.ok_or(Error::NotFound)?;
    Ok(sums.with(items, app.clock.now()))
}
