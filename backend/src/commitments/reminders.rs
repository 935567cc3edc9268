//! Reminders: an enterprise of what it promised, before and after the day; a village of a part that waits for it.
//!
//! Sent once each, in the transaction that says that it was sent. Done twice it sends nothing the second time.
//! Deliberately absent: who is written to by mail and who reads notices only (notices).

mod sql;

use super::{Side, sql as commitments, tell};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::Origin;
use crate::mail::letter::commitment::News;
use chrono::{Days, NaiveDate};
use domain::commitment::Reminder;
use domain::commitment::part::WAITING_DAYS;
use domain::{CommitmentId, CommitmentPartId};
use serde_json::json;
use sqlx::PgConnection;

/// Reminders of one round; the next round takes the others.
const ROUND: i64 = 500;

/// Sends what is due. Returns how many that were; one that fails keeps no other from its turn.
pub async fn send(app: &App) -> Result<usize> {
    let today = app.clock.today();
    let mut sent = 0;
    for reminder in Reminder::ALL.iter().copied() {
        let mut connection = app.pool.acquire().await?;
        let due = sql::due(&mut connection, reminder, today, ROUND).await?;
        drop(connection);
        for id in due {
            match remind(app, id, reminder).await {
                Ok(was_sent) => sent += usize::from(was_sent),
                Err(error) => tracing::error!(commitment = %id, %error, "an enterprise is not reminded"),
            }
        }
    }
    let since = app.clock.now() - Days::new(WAITING_DAYS);
    let mut connection = app.pool.acquire().await?;
    let waiting = sql::parts_waiting(&mut connection, since, ROUND).await?;
    drop(connection);
    for (part, commitment, quantity, reported_on) in waiting {
        match remind_village(app, (part, commitment), (quantity, reported_on)).await {
            Ok(was_sent) => sent += usize::from(was_sent),
            Err(error) => tracing::error!(part = %part, %error, "a village is not reminded"),
        }
    }
    Ok(sent)
}

async fn remind(app: &App, id: CommitmentId, reminder: Reminder) -> Result<bool> {
    let mut tx = app.begin().await?;
    let row = commitments::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !row.status.is_live() || !sql::set_sent(&mut tx, id, reminder, app.clock.now()).await? {
        return Ok(false);
    }
    let missing = row.amount(row.quantity - row.delivered);
    tell(app, &mut tx, &row, &[Side::Enterprise], News::Reminder { reminder, missing }).await?;
    note(app, &mut tx, "commitment_reminded", id).await?;
    tx.commit().await?;
    Ok(true)
}

async fn remind_village(
    app: &App,
    (part, id): (CommitmentPartId, CommitmentId),
    (quantity, since): (i64, NaiveDate),
) -> Result<bool> {
    let mut tx = app.begin().await?;
    let row = commitments::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !sql::set_part_sent(&mut tx, part, app.clock.now()).await? {
        return Ok(false);
    }
    let news = News::Waits { quantity: row.amount(quantity), since };
    tell(app, &mut tx, &row, &[Side::Recipient], news).await?;
    note(app, &mut tx, "commitment_part_reminded", id).await?;
    tx.commit().await?;
    Ok(true)
}

async fn note(app: &App, tx: &mut PgConnection, verb: &'static str, id: CommitmentId) -> Result<()> {
    let after = Some(json!({ "as_of": app.clock.today() }));
    let record = Record { verb, subject_kind: "commitment", subject: id.0, before: None, after, reason: None };
    Ok(audit::record_as(app, tx, None, None, &Origin::default(), record).await?)
}
