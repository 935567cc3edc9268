//! A plan goes out: one proposal of a pairing for each village and each whole town, made one by one by a job.
//!
//! What goes out is written down in one transaction, under the lock of the round, before any of it is proposed: whoever
//! comes second finds it sent, and whoever goes on after a crash proposes the same. A plan that is out of date does not go
//! out. Deliberately absent: agreeing for anybody.

mod sql;

use super::runs::Run;
use super::sql::Stored;
use super::{facts, lock, one, record, runs, seen};
use crate::app::App;
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Federation, Origin, PairingParty, Sure};
use crate::jobs::{self, Job};
use crate::{consents, pairings};
use domain::MatchingRoundId;
use domain::api::pairings::NewPairing;
use domain::api::rounds::{MatchingRound, RoundSending, SendRound};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pairing::PairingOrigin;
use domain::place::{PlaceCode, PlaceLevel};
use domain::round::setup::{RoundStatus, RoundTerms};
use serde_json::json;
use sqlx::PgConnection;

const STALE: &str = "方案算出以后有了变化，不能送出。请重新计算，看过新的方案再送";

/// Sends a plan. The same again changes nothing; another one, or by somebody else, is a conflict.
pub async fn send(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: MatchingRoundId,
    asked: &SendRound,
) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let terms = asked.terms.trimmed();
    let mut tx = app.snapshot().await?;
    let stored = seen(&mut tx, acting, id).await?;
    if stored.sent.is_some() {
        drop(tx);
        return sent_before(app, acting, &stored, (asked.run, &terms)).await;
    }
    check(app, &stored, &terms)?;
    let runs = runs::stored(&mut tx, id).await?;
    let run = latest_plan(&runs, asked.run)?;
    let changed = facts::compare(app, &mut tx, &stored, run).await?.changes.is_some();
    drop(tx);
    if changed || run.version != stored.version {
        return Err(Error::Conflict(STALE.into()));
    }
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, id).await?;
    if stored.sent.is_some() {
        tx.rollback().await?;
        return sent_before(app, acting, &stored, (asked.run, &terms)).await;
    }
    super::open(&stored)?;
    let runs = runs::stored(&mut tx, id).await?;
    let run = latest_plan(&runs, asked.run)?;
    if run.version != stored.version || runs.first().is_some_and(|run| !run.status.is_over()) {
        return Err(Error::Conflict(STALE.into()));
    }
    let going = sql::going(&mut tx, id, run.number).await?;
    let proposals = i64::try_from(going.len()).unwrap_or(i64::MAX);
    if going.is_empty() {
        return Err(Error::Conflict("方案里没有组合，没有可以送出的".into()));
    }
    if proposals != asked.proposals {
        return Err(Error::Conflict(format!("这个方案有 {proposals} 件结对意向，请看过再送出")));
    }
    sql::mark_sent(&mut tx, (id, run.number), &terms, acting, app.clock.now()).await?.one_row_or_conflict()?;
    for (going, position) in going.iter().zip(1..) {
        sql::insert_proposal(&mut tx, id, (position, app.clock.id()), going).await?;
    }
    jobs::enqueue(&mut tx, app, &Job::SendRound { round: id }).await?;
    let after = json!({ "status": RoundStatus::Sending, "run": run.number, "proposals": proposals });
    record(app, &mut tx, federation, ("matching_round_sent", id), after).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// The answer to whoever comes second.
async fn sent_before(
    app: &App,
    acting: &Acting,
    stored: &Stored,
    (run, terms): (i32, &RoundTerms),
) -> Result<MatchingRound> {
    let Some(sent) = &stored.sent else { return Err(Error::changed_meanwhile()) };
    if sent.run == run && sent.terms == *terms {
        return one(app, acting, stored.id).await;
    }
    Err(Error::Conflict(format!("{}已经送出了第 {} 次计算的方案，一轮只送一次", sent.by_name, sent.run)))
}

fn latest_plan(runs: &[Run], number: i32) -> Result<&Run> {
    let planned = runs.iter().find(|run| run.plan.is_some()).ok_or(Error::NotFound)?;
    let other = || Error::Conflict("已经有更新的方案，请看过最新的再送出".into());
    (planned.number == number).then_some(planned).ok_or_else(other)
}

fn check(app: &App, stored: &Stored, terms: &RoundTerms) -> Result<()> {
    let mut villages = app.places.iter().map(|(code, _)| code);
    let village = villages.find(|code| code.level() == PlaceLevel::Village && stored.place.contains(code));
    terms.check(app.clock.today(), village.ok_or(Error::NotFound)?)?;
    for field in [
        ("purpose", &terms.purpose),
        ("enterprise_does", &terms.enterprise_does),
        ("places_do", &terms.places_do),
        ("message", &terms.message),
    ] {
        consents::no_numbers((field.0, field.1))?;
    }
    Ok(())
}

/// How far a round's sending is; none of one that was not sent.
pub async fn of(tx: &mut PgConnection, stored: &Stored) -> Result<Option<RoundSending>> {
    let Some(sent) = &stored.sent else { return Ok(None) };
    let (proposals, made, refused) = sql::counts(tx, stored.id).await?;
    Ok(Some(RoundSending {
        run: sent.run,
        by: sent.by_name.clone(),
        at: sent.at,
        terms: sent.terms.clone(),
        proposals,
        made,
        refused,
        done_at: sent.done_at,
    }))
}

/// Proposes what is not proposed yet. What cannot be is noted with the reason, and the others go on.
pub async fn run(app: &App, id: MatchingRoundId) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    let Some(stored) = super::sql::by_id(&mut connection, id).await? else { return Ok(()) };
    let Some(sent) = stored.sent.clone().filter(|sent| sent.done_at.is_none()) else { return Ok(()) };
    let party = sender(&mut connection, &stored).await?;
    while let Some(next) = sql::next(&mut connection, id).await? {
        let town = Some(next.place.clone()).filter(|place| place.level() == PlaceLevel::Town);
        let new = NewPairing {
            id: next.pairing,
            enterprise: next.enterprise,
            origin: Some(PairingOrigin::Round),
            round: Some(id.0),
            terms: sent.terms.of(town, next.villages, next.field),
            voluntary: false,
            message: sent.terms.message.clone(),
        };
        let says = match pairings::propose(app, &party, &new).await {
            Ok(_) => None,
            Err(error @ (Error::Internal(_) | Error::Busy { .. } | Error::TooMany { .. })) => return Err(error),
            Err(error) => Some(error.to_string()),
        };
        sql::note(&mut connection, next.pairing, says.as_deref(), app.clock.now()).await?;
    }
    sql::finish(&mut connection, id, app.clock.now()).await?;
    Ok(())
}

/// Whoever sent it, as he acted then.
async fn sender(connection: &mut PgConnection, stored: &Stored) -> Result<PairingParty> {
    let sent = stored.sent.as_ref().ok_or(Error::NotFound)?;
    let organisation = crate::organisations::get(connection, sent.acting_for).await?.ok_or(Error::NotFound)?;
    let place: PlaceCode = organisation.place.ok_or(Error::NotFound)?;
    let role = if place.level() == PlaceLevel::City { Role::FederationCity } else { Role::FederationCounty };
    let acting = Acting {
        person: domain::PersonId(sent.by),
        organisation: sent.acting_for,
        kind: OrganisationKind::Federation,
        role,
        place: Some(place),
    };
    Ok(PairingParty { acting, origin: Origin::default() })
}
