//! Leaving an agreement before its last day: a side gives notice and takes it back, the side across the table agrees to an
//! end at once, and when the notice period is over the house ends it. Where no notice was settled, and for the federation,
//! it ends at once.
//!
//! Until that day the agreement is what it was: its plan, its coverage, its reminders go on. Deliberately absent: how long a
//! period is (domain), and handing over.

mod sql;

use super::sql::{self as pairings, Notice};
use super::steps::{self, allowed, who};
use super::tell::{ALL, record, record_by_house, tell, tell_others};
use super::{Held, one};
use crate::app::App;
use crate::consents;
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{PairingSigner, Sure};
use crate::mail::letter::pairing::News;
use chrono::NaiveDate;
use domain::api::pairings::{Pairing, PairingNotice, PairingReason};
use domain::organisation::Acting;
use domain::pairing::{NoticeStand, PairingSeat, PairingSide, PairingStatus, PairingStep, StepOn, notice};
use domain::{OrganisationId, PairingId};
use serde_json::json;
use sqlx::PgConnection;

/// Agreements that end in one round; the next round takes the others.
const ROUND: i64 = 500;

/// As it is read, today.
pub(super) async fn shown(
    tx: &mut PgConnection,
    notice: Option<&Notice>,
    today: NaiveDate,
) -> Result<Option<PairingNotice>> {
    let Some(notice) = notice else { return Ok(None) };
    Ok(Some(PairingNotice {
        by: crate::organisations::name_of(tx, notice.organisation).await?,
        seat: notice.seat,
        at: notice.given_at,
        reason: notice.reason.clone(),
        ends_on: notice.ends_on,
        days_left: (notice.ends_on - today).num_days().max(0),
    }))
}

/// The last day that counts: of the term, or of the notice period.
pub(super) fn until(stored: &pairings::Stored) -> NaiveDate {
    stored.notice.as_ref().map_or(stored.last_day, |notice| notice.ends_on.min(stored.last_day))
}

/// Whether somebody may take one of the steps of leaving, of those that his seat has and the state allows.
pub(super) fn is_open(held: &Held, organisation: OrganisationId, step: PairingStep, today: NaiveDate) -> bool {
    let stored = &held.stored;
    let notice = stored.notice.as_ref();
    match step {
        PairingStep::Terminate => notice::way_out(held.seat, stored.notice_days) == step,
        PairingStep::GiveNotice => {
            notice::way_out(held.seat, stored.notice_days) == step
                && notice::ends_on(today, stored.notice_days) <= stored.last_day
        }
        PairingStep::WithdrawNotice => notice.is_some_and(|notice| notice.organisation == organisation),
        PairingStep::AgreeToEnd => notice.is_some_and(|notice| speaks_for_all_across(held, notice)),
        _ => true,
    }
}

/// Nobody agrees to an early end for a side that is not his.
fn speaks_for_all_across(held: &Held, notice: &Notice) -> bool {
    let given_by_enterprise = notice.seat == PairingSeat::Enterprise;
    let across = |side: &PairingSide| (*side == PairingSide::Enterprise) != given_by_enterprise;
    held.sides.iter().filter(|side| across(&side.side)).all(|side| held.own.contains(&side.side))
}

/// Leaves: at once where that is how it was settled, or for the federation; else by notice.
pub async fn terminate(
    app: &App,
    signer: &Sure<PairingSigner>,
    id: PairingId,
    seen: &PairingReason,
) -> Result<Pairing> {
    let (acting, origin) = (&signer.0.acting, &signer.0.origin);
    // Terms that an agreement was made of do not change.
    let mut connection = app.pool.acquire().await?;
    let stored = pairings::by_id(&mut connection, id).await?.ok_or(Error::NotFound)?;
    drop(connection);
    let step = notice::way_out(super::seat(acting)?, stored.notice_days);
    if step == PairingStep::GiveNotice {
        give(app, &signer.0, id, seen).await
    } else {
        steps::step(app, (acting, origin), (id, step), seen).await
    }
}

/// A side says that it leaves, and why.
async fn give(app: &App, signer: &PairingSigner, id: PairingId, seen: &PairingReason) -> Result<Pairing> {
    let acting = &signer.acting;
    PairingStep::GiveNotice.check_reason(&seen.reason)?;
    consents::no_numbers(("reason", &seen.reason))?;
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let stored = &held.stored;
    let next = allowed(&held, acting, PairingStep::GiveNotice, held.on(today, false))?;
    if stored.version != seen.version {
        return Err(Error::changed_meanwhile());
    }
    let ends_on = notice::ends_on(today, stored.notice_days);
    if ends_on > stored.last_day {
        return Err(Error::Conflict(format!(
            "协议 {} 到期，比提前 {} 天通知还早，到期自动结束，不用终止",
            stored.last_day, stored.notice_days
        )));
    }
    let reason = seen.reason.trim();
    sql::insert(&mut tx, id, (held.seat, acting), (reason, ends_on), now).await?;
    sql::touch(&mut tx, stored, now).await?.one_row_or_conflict()?;
    let after = json!({ "status": next, "ends_on": ends_on });
    record(app, &mut tx, (acting, &signer.origin), ("pairing_notice_given", id), after, Some(reason)).await?;
    let news = News::NoticeGiven { by: who(&mut tx, acting).await?, ends_on, reason: reason.to_owned() };
    tell_others(app, &mut tx, (&held, acting), ALL, news).await?;
    tx.commit().await?;
    // Who leaves soon stands on pages that everybody reads.
    app.pages.forget_all();
    one(app, acting, id).await
}

/// The notice that a step is about, as it was read, and what the step makes of the pairing.
fn running<'a>(
    held: &'a Held,
    acting: &Acting,
    step: PairingStep,
    on: StepOn,
    version: i32,
) -> Result<(&'a Notice, PairingStatus)> {
    let next = allowed(held, acting, step, on)?;
    if held.stored.version != version {
        return Err(Error::changed_meanwhile());
    }
    Ok((held.stored.notice.as_ref().ok_or_else(Error::changed_meanwhile)?, next))
}

/// The side that gave notice stays after all.
pub async fn withdraw(
    app: &App,
    Sure(signer): &Sure<PairingSigner>,
    id: PairingId,
    seen: &PairingReason,
) -> Result<Pairing> {
    let acting = &signer.acting;
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let (notice, next) = running(&held, acting, PairingStep::WithdrawNotice, held.on(today, false), seen.version)?;
    if notice.organisation != acting.organisation {
        return Err(Error::Forbidden("终止通知由提出的一方撤回"));
    }
    sql::close(&mut tx, (id, notice.number), ("withdrawn", Some(acting.person)), now).await?.one_row_or_conflict()?;
    sql::touch(&mut tx, &held.stored, now).await?.one_row_or_conflict()?;
    let after = json!({ "status": next });
    record(app, &mut tx, (acting, &signer.origin), ("pairing_notice_withdrawn", id), after, None).await?;
    let news = News::NoticeWithdrawn { by: who(&mut tx, acting).await? };
    tell_others(app, &mut tx, (&held, acting), ALL, news).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}

/// The side across the table does not want to wait for the day: it ends now.
pub async fn agree(
    app: &App,
    Sure(signer): &Sure<PairingSigner>,
    id: PairingId,
    seen: &PairingReason,
) -> Result<Pairing> {
    let acting = &signer.acting;
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let (notice, next) = running(&held, acting, PairingStep::AgreeToEnd, held.on(today, false), seen.version)?;
    if !speaks_for_all_across(&held, notice) {
        return Err(Error::Forbidden("提前终止要对方同意；对方有几个村的，由工商联办理"));
    }
    sql::close(&mut tx, (id, notice.number), ("agreed", Some(acting.person)), now).await?.one_row_or_conflict()?;
    steps::end(&mut tx, &held.stored, next, (acting.person, &notice.reason), now).await?;
    let after = json!({ "status": next });
    record(app, &mut tx, (acting, &signer.origin), ("pairing_left_early", id), after, Some(&notice.reason)).await?;
    let news = News::EndAgreed { by: who(&mut tx, acting).await?, reason: notice.reason.clone() };
    tell_others(app, &mut tx, (&held, acting), ALL, news).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}

/// Agreements of which the notice period is over.
pub(super) async fn due(connection: &mut PgConnection, today: NaiveDate) -> Result<Vec<PairingId>> {
    Ok(sql::due(connection, today, ROUND).await?)
}

/// The day of a notice has come. Done twice it does nothing the second time.
pub(super) async fn end(app: &App, id: PairingId) -> Result<bool> {
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.begin().await?;
    let stored = pairings::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let Some(notice) = stored.notice.clone() else { return Ok(false) };
    let on = StepOn { notice: NoticeStand::of(Some(notice.ends_on), today), ..StepOn::default() };
    let Ok(next) = stored.status.after(PairingStep::EndByNotice, &on) else { return Ok(false) };
    sql::close(&mut tx, (id, notice.number), ("over", None), now).await?.one_row_or_conflict()?;
    steps::end(&mut tx, &stored, next, (notice.person, &notice.reason), now).await?;
    let verb = "pairing_left";
    record_by_house(app, &mut tx, (verb, id), json!({ "status": next, "ends_on": notice.ends_on })).await?;
    let sides = pairings::sides(&mut tx, id).await?;
    let by = crate::organisations::name_of(&mut tx, notice.organisation).await?;
    tell(app, &mut tx, (&stored, &sides), (ALL, None), News::NoticeOver { by, reason: notice.reason }).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(true)
}
