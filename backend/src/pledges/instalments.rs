//! Pledges that are paid in parts: how each part stands, when one is late, and who is reminded of it.
//!
//! A reminder is sent once each, in the transaction that says that it was sent, in words that nobody chooses. Deliberately
//! absent: a state of a part, which follows from what arrived.

mod sql;

use super::{purpose, sql as pledges, stored};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Enterprise, Origin};
use crate::mail::letter::pledge::InstalmentDue;
use crate::mail::{self, Letter};
use domain::api::pledges::{Pledge, PledgeInstalment};
use domain::pledge::{InstalmentReminder, PledgeInput, PledgeStatus, instalment};
use domain::{Fen, PledgeId};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Pledges and reminders of one round; the next round takes the others.
const ROUND: i64 = 500;

/// Writes down the parts of a pledge that has just been made.
pub(super) async fn plan(app: &App, tx: &mut PgConnection, id: PledgeId, input: &PledgeInput) -> Result<()> {
    let Some(schedule) = input.schedule else { return Ok(()) };
    let parts: Vec<_> = schedule.instalments(input.amount).into_iter().map(|part| (app.clock.id(), part)).collect();
    Ok(sql::insert(tx, id, &parts).await?)
}

/// What of pledges is due by now, where they have days.
pub(super) async fn due(
    app: &App,
    tx: &mut PgConnection,
    pledges: impl Iterator<Item = PledgeId>,
) -> Result<BTreeMap<PledgeId, Fen>> {
    let ids: Vec<PledgeId> = pledges.collect();
    Ok(sql::due_before(tx, &ids, app.clock.today()).await?.into_iter().collect())
}

/// The parts of a pledge as they stand today.
pub(super) async fn of(app: &App, tx: &mut PgConnection, pledge: &Pledge) -> Result<Vec<PledgeInstalment>> {
    let parts = sql::of(tx, pledge.id).await?;
    let today = app.clock.today();
    let covered = instalment::covered(&parts, pledge.arrived_fen);
    let stands = parts.into_iter().zip(covered).map(|(part, covered_fen)| PledgeInstalment {
        part,
        covered_fen,
        standing: instalment::standing_in(pledge.status, &part, covered_fen, today),
    });
    Ok(stands.collect())
}

/// Says of pledges that a part of them is late, and reminds their givers. Done twice it does nothing the second time.
pub async fn keep_up(app: &App) -> Result<()> {
    let today = app.clock.today();
    let mut connection = app.pool.acquire().await?;
    let late = sql::grown_late(&mut connection, today, ROUND).await?;
    drop(connection);
    for id in late {
        if let Err(error) = grow_late(app, id).await {
            tracing::error!(pledge = %id, %error, "a pledge does not grow late");
        }
    }
    for reminder in InstalmentReminder::ALL.iter().copied() {
        let mut connection = app.pool.acquire().await?;
        let due = sql::to_remind(&mut connection, reminder, reminder.due_between(today), ROUND).await?;
        drop(connection);
        for one in due {
            let pledge = one.pledge;
            if let Err(error) = remind(app, one, reminder).await {
                tracing::error!(%pledge, %error, "an enterprise is not reminded");
            }
        }
    }
    Ok(())
}

async fn grow_late(app: &App, id: PledgeId) -> Result<()> {
    let mut tx = app.begin().await?;
    let pledge = pledges::lock(&mut tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let due = sql::due_before(&mut tx, &[id], app.clock.today()).await?;
    // Money may have come since it was looked for.
    let is_late = due.first().is_some_and(|(_, due)| *due > pledge.arrived);
    if !is_late || !pledge.status.may_become(PledgeStatus::Overdue) {
        return Ok(());
    }
    sql::set_overdue(&mut tx, &pledge, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "pledge_overdue",
        subject_kind: "pledge",
        subject: id.0,
        before: Some(json!({ "status": pledge.status })),
        after: Some(json!({ "status": PledgeStatus::Overdue })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    tx.commit().await?;
    Ok(())
}

async fn remind(app: &App, due: sql::ToRemind, reminder: InstalmentReminder) -> Result<()> {
    let mut tx = app.begin().await?;
    if !sql::set_reminded(&mut tx, due.instalment, reminder, app.clock.now()).await? {
        return Ok(());
    }
    let pledge = stored(app, &mut tx, due.pledge).await?.pledge;
    let letter = InstalmentDue {
        contact: pledges::pay_to(&mut tx, pledge.campaign, pledge.charity).await?.contact,
        need: purpose(&pledge),
        reference: pledge.reference.to_string(),
        enterprise: pledge.enterprise_name,
        campaign: pledge.campaign_name,
        charity: pledge.charity_name,
        due_on: due.part.due_on,
        amount: due.part.amount,
        missing: due.missing,
        reminder,
        path: format!("/pledges/{}", due.pledge),
    };
    let readers = (pledge.enterprise, Enterprise::ROLES);
    mail::write_to(&mut tx, app, readers, &Letter::InstalmentDue(letter)).await?;
    let record = Record {
        verb: "pledge_reminded",
        subject_kind: "pledge",
        subject: due.pledge.0,
        before: None,
        after: Some(json!({ "due_on": due.part.due_on, "reminder": reminder })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    tx.commit().await?;
    Ok(())
}
