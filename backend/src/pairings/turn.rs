//! What the days bring: pairings begin and end, with their term or with a notice period, the one
//! that is followed is renewed, both sides and the federation are
//! told before the end, and the owner of a milestone before and after its day.
//!
//! Each is done once, in the transaction that says so; done twice it does nothing the second time. Deliberately absent:
//! what people do.

mod sql;

use super::sql::{self as pairings, Stored};
use super::tell::{ALL, SIDES, Whom, record_by_house as record, tell};
use super::{notice, plan};
use crate::app::App;
use crate::error::{Error, OneRow, Result};
use crate::mail::letter::pairing::News;
use domain::pairing::{EndReminder, MilestoneReminder, PairingSide, PairingStatus, PairingStep, StepOn};
use domain::{MilestoneId, PairingId};
use serde_json::json;
use sqlx::PgConnection;

/// Pairings and milestones of one round; the next round takes the others.
const ROUND: i64 = 500;

/// Does what is due. Returns how much that was; one that fails keeps no other from its turn.
pub async fn take(app: &App) -> Result<usize> {
    let today = app.clock.today();
    let mut done = 0;
    // What was left before its first day does not begin.
    let mut connection = app.pool.acquire().await?;
    let left = notice::due(&mut connection, today).await?;
    drop(connection);
    for id in left {
        done += counted(notice::end(app, id).await, id);
    }
    // Whoever begins relieves whom it follows, before that one's term is over.
    let mut connection = app.pool.acquire().await?;
    let to_begin = sql::to_begin(&mut connection, today, ROUND).await?;
    drop(connection);
    for id in to_begin {
        done += counted(begin(app, id).await, id);
    }
    let mut connection = app.pool.acquire().await?;
    let to_end = sql::to_end(&mut connection, today, ROUND).await?;
    drop(connection);
    for id in to_end {
        done += counted(end(app, id).await, id);
    }
    for reminder in EndReminder::ALL.iter().copied() {
        let mut connection = app.pool.acquire().await?;
        let due = sql::ending(&mut connection, reminder, today, ROUND).await?;
        drop(connection);
        for id in due {
            done += counted(remind(app, id, reminder).await, id);
        }
    }
    for reminder in MilestoneReminder::ALL.iter().copied() {
        let mut connection = app.pool.acquire().await?;
        let due = sql::milestones(&mut connection, reminder, today, ROUND).await?;
        drop(connection);
        for id in due {
            done += counted(remind_owner(app, id, reminder).await, id);
        }
    }
    Ok(done)
}

fn counted(was_done: Result<bool>, id: impl std::fmt::Display) -> usize {
    match was_done {
        Ok(done) => usize::from(done),
        Err(error) => {
            tracing::error!(subject = %id, %error, "the day of a pairing is missed");
            0
        }
    }
}

/// The first day of what was signed. With a suspended enterprise it waits.
async fn begin(app: &App, id: PairingId) -> Result<bool> {
    let mut tx = app.begin().await?;
    let stored = pairings::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let on = StepOn {
        enterprise_stands: stored.enterprise_stands,
        begun: stored.first_day <= app.clock.today(),
        ..StepOn::default()
    };
    let Ok(next) = stored.status.after(PairingStep::Begin, &on) else { return Ok(false) };
    sql::move_to(&mut tx, &stored, next, app.clock.now()).await?.one_row_or_conflict()?;
    let verb = "pairing_began";
    record(app, &mut tx, (verb, id), json!({ "status": next })).await?;
    let sides = pairings::sides(&mut tx, id).await?;
    tell(app, &mut tx, (&stored, &sides), (ALL, None), News::Began).await?;
    renewed_by(app, &mut tx, &stored).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(true)
}

/// What an active pairing follows is over: it was renewed.
pub(super) async fn renewed_by(app: &App, tx: &mut PgConnection, stored: &Stored) -> Result<()> {
    let Some(before) = stored.follows else { return Ok(()) };
    let Some(before) = pairings::lock(tx, before).await? else { return Ok(()) };
    if before.status.after(PairingStep::Renew, &StepOn::default()).is_err() {
        return Ok(());
    }
    let now = app.clock.now();
    sql::end(tx, &before, PairingStatus::Renewed, now).await?.one_row_or_conflict()?;
    let verb = "pairing_renewed";
    record(app, tx, (verb, before.id), json!({ "status": PairingStatus::Renewed })).await
}

async fn end(app: &App, id: PairingId) -> Result<bool> {
    let mut tx = app.begin().await?;
    let stored = pairings::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let over = stored.last_day < app.clock.today();
    let next = stored.status.after(PairingStep::End, &StepOn::default());
    let (true, Ok(next)) = (over, next) else { return Ok(false) };
    sql::end(&mut tx, &stored, next, app.clock.now()).await?.one_row_or_conflict()?;
    let verb = "pairing_ended";
    record(app, &mut tx, (verb, id), json!({ "status": next })).await?;
    let sides = pairings::sides(&mut tx, id).await?;
    tell(app, &mut tx, (&stored, &sides), (ALL, None), News::Ended).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(true)
}

async fn remind(app: &App, id: PairingId, reminder: EndReminder) -> Result<bool> {
    let mut tx = app.begin().await?;
    let stored = pairings::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if stored.status != PairingStatus::Active || !sql::set_sent(&mut tx, id, reminder, app.clock.now()).await? {
        return Ok(false);
    }
    let verb = "pairing_end_reminded";
    record(app, &mut tx, (verb, id), json!({ "as_of": app.clock.today() })).await?;
    let sides = pairings::sides(&mut tx, id).await?;
    tell(app, &mut tx, (&stored, &sides), (ALL, None), News::EndsSoon { reminder }).await?;
    tx.commit().await?;
    Ok(true)
}

/// The owner of a milestone; when it is late the other side and the federation read of it, too.
async fn remind_owner(app: &App, id: MilestoneId, reminder: MilestoneReminder) -> Result<bool> {
    let mut tx = app.begin().await?;
    let Some((stored, sides, known)) = plan::to_remind(&mut tx, id).await? else { return Ok(false) };
    let Some(due) = known.due_on.filter(|_| known.status.is_open() && stored.status.takes_plan()) else {
        return Ok(false);
    };
    if !sql::set_milestone_sent(&mut tx, (id, due), reminder, app.clock.now()).await? {
        return Ok(false);
    }
    let verb = "milestone_reminded";
    record(app, &mut tx, (verb, stored.id), json!({ "milestone": known.title, "due_on": due })).await?;
    let owners: &[Whom] = match (reminder, &known.owner) {
        (MilestoneReminder::VeryLate, _) => ALL,
        (MilestoneReminder::Late, _) => SIDES,
        (MilestoneReminder::DueSoon, PairingSide::Enterprise) => &[Whom::Enterprise],
        (MilestoneReminder::DueSoon, PairingSide::Place(_)) => &[Whom::Places],
    };
    let news = News::MilestoneDue { title: known.title.clone(), day: due, reminder };
    tell(app, &mut tx, (&stored, &sides), (owners, None), news).await?;
    tx.commit().await?;
    Ok(true)
}
