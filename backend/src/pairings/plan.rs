//! The joint plan: milestones with a day that both sides agreed on, reported by the side that owns them and verified by
//! the other.
//!
//! Every step is taken under the lock of the pairing and names the version of the milestone that was read. Deliberately
//! absent: reminders (turn), and a milestone's owner changing.

mod sql;

use super::agreement::at_pictures;
use super::notice;
use super::sql::{self as pairings, Side, Stored};
use super::tell::{Whom, record, tell_others};
use super::{Held, one, side_name};
use crate::app::App;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Origin, PairingParty};
use crate::mail::letter::pairing::News;
use crate::{consents, files};
use domain::api::pairings::{
    Milestone, MilestoneReason, MilestoneReport, MilestoneRights, MoveMilestone, NewMilestone, Pairing, SeenMilestone,
};
use domain::organisation::Acting;
use domain::pairing::milestone::{MILESTONES_MAX, NOTE_MAX, check_day};
use domain::pairing::{MILESTONE_PICTURES_MAX, MilestoneStatus, PairingSeat, PairingSide, StepNotNow, check_reason};
use domain::{MilestoneId, PairingId, Problems};
use serde_json::json;
use sql::Known;
use sqlx::PgConnection;

/// The plan of a pairing, by day.
pub(super) async fn of(
    app: &App,
    tx: &mut PgConnection,
    stored: &Stored,
    held: Option<&Held>,
) -> Result<Vec<Milestone>> {
    let today = app.clock.today();
    let known = sql::of(tx, stored.id).await?;
    Ok(known
        .into_iter()
        .filter(|one| one.status != MilestoneStatus::Dropped)
        .map(|one| Milestone {
            may: held.map(|held| rights(held, &one)).unwrap_or_default(),
            owner_name: match &one.owner {
                PairingSide::Enterprise => stored.enterprise_name.clone(),
                PairingSide::Place(place) => side_name(app, place),
            },
            late: stored.status.takes_plan() && one.status.is_late(one.due_on, today),
            id: one.id,
            version: one.version,
            title: one.title,
            owner: one.owner,
            due_on: one.due_on,
            proposed_day: one.proposed.as_ref().map(|(day, _)| *day),
            status: one.status,
            note: one.note,
            pictures: one.pictures,
            submitted_at: one.reported_at,
            decided_at: one.decided_at,
            reason: one.reason,
        })
        .collect())
}

/// Whether somebody speaks for a side that sits across the table from this seat.
fn across(held: &Held, seat: PairingSeat) -> bool {
    let enterprise = seat == PairingSeat::Enterprise;
    held.own.iter().any(|side| (*side == PairingSide::Enterprise) != enterprise)
}

/// The seat from which somebody speaks for his sides, whatever office he has.
fn speaking_seat(held: &Held) -> PairingSeat {
    if held.own.contains(&PairingSide::Enterprise) { PairingSeat::Enterprise } else { PairingSeat::Place }
}

fn rights(held: &Held, one: &Known) -> MilestoneRights {
    let stored = &held.stored;
    if !stored.status.takes_plan() || !stored.enterprise_stands || held.own.is_empty() {
        return MilestoneRights::default();
    }
    let agreed = one.due_on.is_some();
    let faces_owner = held.own.iter().any(|side| side.faces(&one.owner));
    let proposal = one.proposed.as_ref();
    MilestoneRights {
        submit: agreed && one.status.is_open() && held.own.contains(&one.owner),
        decide: one.status == MilestoneStatus::Submitted && faces_owner,
        move_day: agreed && one.status.is_open() && proposal.is_none(),
        accept_day: proposal.is_some_and(|(_, seat)| across(held, *seat)),
        drop_day: proposal.is_some(),
    }
}

/// Puts a milestone into the plan. The same id and content again changes nothing.
pub async fn plan(app: &App, party: &PairingParty, id: PairingId, new: &NewMilestone) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = open(&mut tx, acting, id).await?;
    let other = || Error::Conflict("这个节点已经填过别的内容，请重新打开页面填写".into());
    let known = sql::of(&mut tx, id).await?;
    if let Some(known) = known.iter().find(|known| known.id == new.id) {
        let day = known.proposed.as_ref().map(|(day, _)| *day).or(known.due_on);
        let same = (known.title.as_str(), &known.owner, day)
            == (new.input.title.trim(), &new.input.owner, Some(new.input.due_on));
        tx.rollback().await?;
        return if same { one(app, acting, id).await } else { Err(other()) };
    }
    let sides: Vec<PairingSide> = held.sides.iter().map(|side| side.side.clone()).collect();
    let stored = &held.stored;
    new.input.check(&sides, (stored.first_day, notice::until(stored)), app.clock.today())?;
    consents::no_numbers(("title", &new.input.title))?;
    if known.len() >= MILESTONES_MAX {
        return Err(Error::invalid("title", "一份结对最多 60 个节点"));
    }
    let by = (speaking_seat(&held), acting);
    sql::insert(&mut tx, id, new, by, app.clock.now()).await.on_constraint("pairing_milestone_pkey", other)?;
    let after = json!({ "due_on": new.input.due_on });
    record(app, &mut tx, (acting, &party.origin), ("milestone_planned", id), after, None).await?;
    let news = News::DayProposed { title: new.input.title.trim().to_owned(), day: new.input.due_on };
    tell_others(app, &mut tx, (&held, acting), facing(speaking_seat(&held)), news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Whom it concerns across the table.
const fn facing(seat: PairingSeat) -> &'static [Whom] {
    match seat {
        PairingSeat::Enterprise => &[Whom::Places],
        PairingSeat::Place | PairingSeat::Federation => &[Whom::Enterprise],
    }
}

/// A pairing whose plan is written, for somebody who speaks for a side of it.
async fn open(tx: &mut PgConnection, acting: &Acting, id: PairingId) -> Result<Held> {
    let held = Held::lock_as_party(tx, acting, id).await?;
    if held.own.is_empty() {
        return Err(Error::Forbidden("共建计划由结对的各方写，工商联查看"));
    }
    if !held.stored.status.takes_plan() {
        return Err(Error::Conflict(StepNotNow::State(held.stored.status).to_string()));
    }
    if !held.stored.enterprise_stands {
        return Err(Error::Conflict(StepNotNow::EnterpriseSuspended.to_string()));
    }
    Ok(held)
}

/// A milestone, as it was read, with its pairing locked.
async fn lock(
    tx: &mut PgConnection,
    acting: &Acting,
    (id, version): (MilestoneId, i32),
) -> Result<(Held, Known, MilestoneRights)> {
    let pairing = sql::pairing_of(tx, id).await?.ok_or(Error::NotFound)?;
    let held = open(tx, acting, pairing).await?;
    let known = sql::of(tx, pairing).await?.into_iter().find(|known| known.id == id).ok_or(Error::NotFound)?;
    if known.version != version {
        return Err(Error::changed_meanwhile());
    }
    let may = rights(&held, &known);
    Ok((held, known, may))
}

fn not_now(known: &Known) -> Error {
    Error::Conflict(format!("这个节点现在是“{}”，您这一方不能这样操作", known.status.label()))
}

/// Notes what was done, tells the other side, and gives the pairing.
async fn done(
    app: &App,
    mut tx: sqlx::Transaction<'static, sqlx::Postgres>,
    (held, known): (&Held, &Known),
    (acting, origin): (&Acting, &Origin),
    (verb, reason, news): (&'static str, Option<&str>, News),
) -> Result<Pairing> {
    let id = held.stored.id;
    let after = json!({ "milestone": known.title });
    record(app, &mut tx, (acting, origin), (verb, id), after, reason).await?;
    tell_others(app, &mut tx, (held, acting), facing(speaking_seat(held)), news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Proposes another day; the one that was agreed on stays until the other side accepts.
pub async fn move_day(app: &App, party: &PairingParty, id: MilestoneId, to: &MoveMilestone) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let (held, known, may) = lock(&mut tx, acting, (id, to.version)).await?;
    may.move_day.then_some(()).ok_or_else(|| not_now(&known))?;
    let mut problems = Problems::new();
    let term = (held.stored.first_day, notice::until(&held.stored));
    check_day(&mut problems, to.due_on, term, app.clock.today());
    problems.require(known.due_on != Some(to.due_on), "due_on", "和现在的日期一样");
    problems.none_or_err()?;
    let proposal = (to.due_on, speaking_seat(&held));
    sql::propose_day(&mut tx, (id, to.version), proposal, app.clock.now()).await?.one_row_or_conflict()?;
    let news = News::DayProposed { title: known.title.clone(), day: to.due_on };
    let by = (acting, &party.origin);
    done(app, tx, (&held, &known), by, ("milestone_day_proposed", None, news)).await
}

/// The other side accepts the day.
pub async fn accept_day(app: &App, party: &PairingParty, id: MilestoneId, seen: SeenMilestone) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let (held, known, may) = lock(&mut tx, acting, (id, seen.version)).await?;
    let (true, Some((day, _))) = (may.accept_day, known.proposed) else { return Err(not_now(&known)) };
    sql::set_day(&mut tx, (id, seen.version), day, app.clock.now()).await?.one_row_or_conflict()?;
    let news = News::DayAccepted { title: known.title.clone(), day };
    let by = (acting, &party.origin);
    done(app, tx, (&held, &known), by, ("milestone_day_accepted", None, news)).await
}

/// The proposed day is not taken: what was agreed on stays; a milestone without a day leaves the plan.
pub async fn drop_day(app: &App, party: &PairingParty, id: MilestoneId, seen: SeenMilestone) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let (held, known, may) = lock(&mut tx, acting, (id, seen.version)).await?;
    may.drop_day.then_some(()).ok_or_else(|| not_now(&known))?;
    sql::drop_day(&mut tx, (id, seen.version), app.clock.now()).await?.one_row_or_conflict()?;
    let news = News::DayDropped { title: known.title.clone(), stays: known.due_on };
    let by = (acting, &party.origin);
    done(app, tx, (&held, &known), by, ("milestone_day_dropped", None, news)).await
}

/// The owner says that it is done.
pub async fn submit(app: &App, party: &PairingParty, id: MilestoneId, report: &MilestoneReport) -> Result<Pairing> {
    let acting = &party.acting;
    let mut problems = Problems::new();
    let length = report.note.trim().chars().count();
    problems.require((5..=NOTE_MAX).contains(&length), "note", "请写明做成了什么（5 至 500 个字）");
    let few = report.pictures.len() <= MILESTONE_PICTURES_MAX;
    problems.require(few, "pictures", "最多 5 张照片");
    problems.none_or_err()?;
    consents::no_numbers(("note", &report.note))?;
    let mut tx = app.begin().await?;
    let (held, known, may) = lock(&mut tx, acting, (id, report.version)).await?;
    may.submit.then_some(()).ok_or_else(|| not_now(&known))?;
    sql::submit(&mut tx, (id, report.version), app.clock.now()).await?.one_row_or_conflict()?;
    let number = known.reports + 1;
    sql::insert_report(&mut tx, (id, number), report, acting, app.clock.now()).await?;
    files::keep(&mut tx, acting.person, &report.pictures, &[]).await.map_err(at_pictures)?;
    sql::insert_files(&mut tx, (id, number), &report.pictures).await?;
    let news = News::MilestoneSubmitted { title: known.title.clone() };
    let by = (acting, &party.origin);
    done(app, tx, (&held, &known), by, ("milestone_submitted", None, news)).await
}

/// The other side has seen that it is done.
pub async fn verify(app: &App, party: &PairingParty, id: MilestoneId, seen: SeenMilestone) -> Result<Pairing> {
    let news = |title: String| News::MilestoneVerified { title };
    decide(app, party, (id, seen.version), (MilestoneStatus::Verified, None), ("milestone_verified", news)).await
}

/// It is not done so.
pub async fn send_back(app: &App, party: &PairingParty, id: MilestoneId, seen: &MilestoneReason) -> Result<Pairing> {
    check_reason(&seen.reason)?;
    consents::no_numbers(("reason", &seen.reason))?;
    let reason = seen.reason.trim();
    let news = |title: String| News::MilestoneReturned { title, reason: reason.to_owned() };
    let after = (MilestoneStatus::Returned, Some(reason));
    decide(app, party, (id, seen.version), after, ("milestone_returned", news)).await
}

async fn decide(
    app: &App,
    party: &PairingParty,
    (id, version): (MilestoneId, i32),
    (after, reason): (MilestoneStatus, Option<&str>),
    (verb, news): (&'static str, impl FnOnce(String) -> News),
) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let (held, known, may) = lock(&mut tx, acting, (id, version)).await?;
    may.decide.then_some(()).ok_or_else(|| not_now(&known))?;
    sql::decide(&mut tx, (id, version), (after, reason), acting, app.clock.now()).await?.one_row_or_conflict()?;
    let news = news(known.title.clone());
    done(app, tx, (&held, &known), (acting, &party.origin), (verb, reason, news)).await
}

/// What a reminder has to know: a milestone of a pairing that is under way.
pub(super) async fn to_remind(tx: &mut PgConnection, id: MilestoneId) -> Result<Option<(Stored, Vec<Side>, Known)>> {
    let Some(pairing) = sql::pairing_of(tx, id).await? else { return Ok(None) };
    let Some(stored) = pairings::lock(tx, pairing).await? else { return Ok(None) };
    let sides = pairings::sides(tx, pairing).await?;
    let known = sql::of(tx, pairing).await?.into_iter().find(|known| known.id == id);
    Ok(known.map(|known| (stored, sides, known)))
}
