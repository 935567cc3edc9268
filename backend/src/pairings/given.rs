//! What an enterprise gave to the villages of a pairing from its first day on: the sums of its own pledges and
//! commitments there, read from the same rows as everybody's.
//!
//! Whoever is not the enterprise reads of a gift what it shows to its recipient. Deliberately absent: money of the
//! pairing itself, which has none, and any value in yuan of what is no money.

mod sql;

use super::sql::Stored;
use crate::app::App;
use crate::error::{Error, Result};
use domain::api::pairings::GivenUnderPairing;
use domain::four::FourNumbers;
use domain::organisation::{Acting, Role};
use sqlx::PgConnection;

pub async fn under(app: &App, tx: &mut PgConnection, acting: &Acting, stored: &Stored) -> Result<GivenUnderPairing> {
    let all = acting.organisation == stored.enterprise || acting.role == Role::Auditor;
    let (gifts, hidden) = sql::gifts(tx, stored.id, all).await?;
    let money = FourNumbers::sum(gifts.iter().map(|gift| gift.money));
    Ok(GivenUnderPairing {
        money: money.map_err(|error| Error::Internal(anyhow::anyhow!("a sum of gifts: {error}")))?,
        without_hidden: hidden,
        gifts,
        commitments: sql::commitments(tx, stored.id).await?,
        as_of: app.clock.now(),
    })
}
