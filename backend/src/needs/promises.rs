//! What follows for a need from what is promised for it: open, partly met, met.
//!
//! It follows the record of events a moment behind, so that the many who pledge to one need at the same time do not wait
//! for each other. Done twice it does nothing the second time. Of money all of it has to be
//! promised, of anything else all of every line. Deliberately absent: what is promised (pledges, commitments).

mod sql;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::Result;
use crate::http::caller::Origin;
use crate::needs::{life, revisions};
use anyhow::ensure;
use domain::NeedId;
use domain::need::NeedStatus;
use domain::need::status::Promises;
use serde_json::json;
use sqlx::PgConnection;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often it looks for news.
const POLL: Duration = Duration::from_secs(1);

/// How long catching up waits for transactions of others.
const PATIENCE: Duration = Duration::from_secs(30);

/// Follows until told to stop; opens what has been shown long enough on the way.
pub async fn keep_following(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = follow(&app).await {
            tracing::error!(%error, "needs do not follow what is promised");
        }
        if let Err(error) = life::open_publicized(&app).await {
            tracing::error!(%error, "needs that were shown long enough are not opened");
        }
        if let Err(error) = revisions::steps::take_effect(&app).await {
            tracing::error!(%error, "revisions that were shown long enough do not take effect");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Moves needs whose promises have changed. Returns how many moved; one process does it at a time.
pub async fn follow(app: &App) -> Result<usize> {
    if !sql::has_news(&mut *app.pool.acquire().await?).await? {
        return Ok(0);
    }
    let mut tx = app.begin().await?;
    let Some(cursor) = sql::take_turn(&mut tx).await? else { return Ok(0) };
    let horizon = sql::horizon(&mut tx).await?;
    if horizon <= cursor {
        return Ok(0);
    }
    let touched = sql::touched(&mut tx, cursor, horizon).await?;
    let mut moved = 0;
    for standing in sql::standing(&mut tx, &touched).await? {
        moved += usize::from(move_one(app, &mut tx, &standing).await?);
    }
    sql::set_horizon(&mut tx, horizon).await?;
    tx.commit().await?;
    Ok(moved)
}

/// Follows until whatever was promised before this call is followed. Transactions that began earlier, in any database of
/// the server, hold that up; where one does so for longer than half a minute, it is an error.
pub async fn catch_up(app: &App) -> anyhow::Result<usize> {
    let mut connection = app.pool.acquire().await?;
    let now = sql::newest(&mut connection).await?;
    let begun = Instant::now();
    let mut moved = 0;
    loop {
        let settled = sql::horizon(&mut connection).await? >= now;
        moved += follow(app).await?;
        if settled && !sql::has_news(&mut connection).await? {
            return Ok(moved);
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "a transaction of this server that does not end holds up what follows promises"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What of a need's asking is met.
pub struct Standing {
    id: NeedId,
    status: NeedStatus,
    version: i32,
    promises: Promises,
}

async fn move_one(app: &App, tx: &mut PgConnection, standing: &Standing) -> Result<bool> {
    let (before, after) = (standing.status, standing.status.with_promises(standing.promises));
    // A step that somebody takes at this moment counts; its own event brings the need here again.
    if before == after || !sql::move_to(tx, standing.id, (before, after), app.clock.now()).await? {
        return Ok(false);
    }
    let record = Record {
        verb: "need_promised",
        subject_kind: "need",
        subject: standing.id.0,
        before: Some(json!({ "status": before, "version": standing.version })),
        after: Some(json!({ "status": after, "version": standing.version })),
        reason: None,
    };
    audit::record_as(app, tx, None, None, &Origin::default(), record).await?;
    Ok(true)
}
