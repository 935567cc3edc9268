//! What is added up before anybody asks, so that a page adds some hundred rows however many gifts there are: by village and
//! field for pages of places and fields, by campaign and enterprise for pages of these.
//!
//! Whatever changes the sums writes its change beside them in its own transaction (triggers of the database), so that
//! nobody waits for another, and total and changes together are right at every moment (`public_total_now`,
//! `campaign_total_now`). Here the changes that have gathered are added to the totals, which changes no sum. `check`
//! recomputes all of it. Deliberately absent: hidden amounts, which each page leaves out by itself.

mod sql;

use crate::app::App;
use crate::error::Result;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often changes are added.
const POLL: Duration = Duration::from_secs(1);
/// Changes that are added at once.
const BATCH: i64 = 5_000;

/// Adds up until told to stop.
pub async fn keep_adding_up(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = add_up(&app).await {
            tracing::error!(%error, "changes are not added to the totals");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Adds what has changed to the totals. Several may do it at the same time: each takes changes of its own.
pub async fn add_up(app: &App) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    while sql::add_public(&mut connection, BATCH).await? > 0 {}
    while sql::add_campaigns(&mut connection, BATCH).await? > 0 {}
    Ok(())
}
