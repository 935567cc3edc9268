//! Verifying: the federation reads what the enterprises of its place said of themselves, is shown what looks odd, and
//! decides. Sent back is no dead end; suspended is no end either.
//!
//! All that was decided and said stays, in order. Deliberately absent: what the enterprise does (registrations), and
//! deciding by a machine: a flag is a reason to look, never a refusal.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::{Enterprise, Federation, Sure, VerificationReader};
use crate::mail::letter::VerificationDecided;
use crate::mail::{self, Letter};
use crate::{consents, organisations, registrations};
use domain::api::registrations::VerificationEntry;
use domain::api::verifications::{
    ReturnRegistration, SeenRegistration, Verification, VerificationQuery, VerificationRow, WaitingVerifications,
    WhyOfDecision,
};
use domain::api::{Count, List};
use domain::likeness::{RegistrationFlag, name_flags};
use domain::organisation::{Acting, OrganisationStatus, Role};
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::verification::{ReturnReason, VerificationStep, decisions};
use domain::{OrganisationId, PersonId, Problems, VerificationStepId, sensitive};
use serde_json::json;
use sqlx::PgConnection;

/// Rows of one list.
const LIST_MAX: i64 = 200;

/// One entry of a record's history, to be written.
pub struct Entry<'a> {
    pub organisation: OrganisationId,
    pub step: VerificationStep,
    pub version: i32,
    pub person: Option<PersonId>,
    pub acting_for: OrganisationId,
    pub reasons: &'a [ReturnReason],
    pub said: &'a str,
    /// Whose consent covers numbers of identity or bank cards in what is said.
    pub consented_by: Option<PersonId>,
}

impl<'a> Entry<'a> {
    /// Without words; `acting_for` is the enterprise itself or the federation.
    #[must_use]
    pub fn new(
        organisation: OrganisationId,
        step: VerificationStep,
        version: i32,
        (person, acting_for): (Option<PersonId>, OrganisationId),
    ) -> Self {
        Entry { organisation, step, version, person, acting_for, reasons: &[], said: "", consented_by: None }
    }

    #[must_use]
    pub fn saying(mut self, said: &'a str) -> Self {
        self.said = said.trim();
        self
    }

    #[must_use]
    pub fn by_consent_of(mut self, person: Option<PersonId>) -> Self {
        self.consented_by = person;
        self
    }
}

/// Writes an entry as part of the caller's transaction.
pub async fn write(app: &App, tx: &mut PgConnection, entry: &Entry<'_>) -> Result<VerificationStepId> {
    let id: VerificationStepId = app.clock.id();
    sql::insert_step(tx, id, entry, app.clock.now()).await?;
    if !entry.said.is_empty() {
        sql::insert_text(tx, id, entry.said, entry.consented_by).await?;
    }
    Ok(id)
}

/// A consent is withdrawn: the numbers that were taken by it go, the rest of each text stays.
pub async fn forget_numbers(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    for (step, said) in sql::with_numbers_of(tx, person).await? {
        sql::replace_text(tx, step, &sensitive::without_numbers(&said)).await?;
    }
    Ok(())
}

/// A registration ends: what was said about it goes, the steps stay.
pub async fn forget_said(tx: &mut PgConnection, organisation: OrganisationId) -> Result<()> {
    Ok(sql::delete_texts(tx, organisation).await?)
}

/// Everything that happened to a record and was said about it, oldest first.
pub async fn thread(tx: &mut PgConnection, organisation: OrganisationId) -> Result<Vec<VerificationEntry>> {
    Ok(sql::thread(tx, organisation).await?)
}

/// What was said with one entry, if it is still there.
pub async fn said(app: &App, step: VerificationStepId) -> Result<Option<String>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::said(&mut connection, step).await?)
}

/// How many registrations of a place wait, and since when.
pub async fn waiting(tx: &mut PgConnection, place: &PlaceCode) -> Result<WaitingVerifications> {
    let (number, oldest) = sql::waiting(tx, place).await?;
    Ok(WaitingVerifications { number, oldest })
}

/// What waits for the federation that acts.
pub async fn waiting_to_be_decided(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    let WaitingVerifications { number, oldest } = waiting(tx, &place_of(acting)?).await?;
    Ok(Waiting { count: number, oldest })
}

/// The place of which somebody reads the registrations; the auditor reads the whole city's.
fn place_of(acting: &Acting) -> Result<PlaceCode> {
    if acting.role == Role::Auditor {
        return "4414".parse().map_err(|_| Error::NotFound);
    }
    acting.place.clone().ok_or(Error::NotFound)
}

/// What waits for the caller.
pub async fn waiting_for(app: &App, reader: &VerificationReader) -> Result<WaitingVerifications> {
    let mut connection = app.pool.acquire().await?;
    waiting(&mut connection, &place_of(&reader.acting)?).await
}

/// The registrations of the caller's place in one state, longest waiting first.
pub async fn list(app: &App, reader: &VerificationReader, query: &VerificationQuery) -> Result<List<VerificationRow>> {
    let status = query.status.unwrap_or(OrganisationStatus::Pending);
    let place = place_of(&reader.acting)?;
    let mut tx = app.snapshot().await?;
    let count = Count::capped(sql::count(&mut tx, &place, status).await?);
    let rows = sql::list(&mut tx, &place, status, LIST_MAX).await?;
    let named = |mut row: VerificationRow| {
        let county = row.county_name.parse::<PlaceCode>().ok();
        let name = county.and_then(|county| app.places.get(&county)).unwrap_or_default();
        name.clone_into(&mut row.county_name);
        row
    };
    Ok(List { items: rows.into_iter().map(named).collect(), next: None, count })
}

/// One record with its flags, for whoever reads its place.
pub async fn get(app: &App, reader: &VerificationReader, id: OrganisationId) -> Result<Verification> {
    read(app, &reader.acting, id).await
}

async fn read(app: &App, acting: &Acting, id: OrganisationId) -> Result<Verification> {
    let place = place_of(acting)?;
    let mut tx = app.snapshot().await?;
    let registration = registrations::read(app, &mut tx, id).await?;
    if !place.contains(&registration.county) {
        return Err(Error::NotFound);
    }
    let flags = flags(&mut tx, id).await?;
    let may = Federation::ROLES.contains(&acting.role);
    let decisions = decisions(registration.status).filter(|_| may).collect();
    Ok(Verification { registration, flags, decisions })
}

/// What speaks for looking twice: by names, phone, pictures, and by who else came with the code.
async fn flags(tx: &mut PgConnection, id: OrganisationId) -> Result<Vec<RegistrationFlag>> {
    // What has lapsed has no names any more that another's could resemble.
    let Some(own) = sql::names(tx, id).await? else { return Ok(Vec::new()) };
    let mut flags = name_flags(&own, &sql::with_near_names(tx, id, &own).await?);
    flags.extend(sql::with_same_phone(tx, id).await?);
    flags.extend(sql::with_same_document(tx, id).await?);
    flags.extend(sql::attempts(tx, id).await?);
    Ok(flags)
}

/// The federation found everything in order.
pub async fn verify(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: OrganisationId,
    seen: SeenRegistration,
) -> Result<Verification> {
    decide(app, federation, id, &Decision::of(VerificationStep::Verified, "").seen(seen.version)).await
}

/// Sends it back with reasons; the enterprise mends the same record.
pub async fn return_(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: OrganisationId,
    why: &ReturnRegistration,
) -> Result<Verification> {
    let decision = Decision { reasons: &why.reasons, ..Decision::of(VerificationStep::Returned, &why.said) };
    decide(app, federation, id, &decision.seen(why.version)).await
}

/// From now on nobody acts for it.
pub async fn suspend(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: OrganisationId,
    why: &WhyOfDecision,
) -> Result<Verification> {
    decide(app, federation, id, &Decision::of(VerificationStep::Suspended, &why.said)).await
}

/// It may act again.
pub async fn restore(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: OrganisationId,
    why: &WhyOfDecision,
) -> Result<Verification> {
    decide(app, federation, id, &Decision::of(VerificationStep::Restored, &why.said)).await
}

struct Decision<'a> {
    step: VerificationStep,
    /// The version that was read, where the decision is about the text.
    version: Option<i32>,
    reasons: &'a [ReturnReason],
    said: &'a str,
}

impl<'a> Decision<'a> {
    fn of(step: VerificationStep, said: &'a str) -> Self {
        Decision { step, version: None, reasons: &[], said }
    }

    fn seen(mut self, version: i32) -> Self {
        self.version = Some(version);
        self
    }
}

async fn decide(
    app: &App,
    federation: &Federation,
    id: OrganisationId,
    decision: &Decision<'_>,
) -> Result<Verification> {
    let mut problems = Problems::new();
    decision.step.check(&mut problems, decision.reasons, decision.said);
    problems.none_or_err()?;
    consents::no_numbers(("said", decision.said))?;
    let place = place_of(&federation.acting)?;
    let mut tx = app.begin().await?;
    let locked = registrations::lock(&mut tx, id).await?.filter(|locked| place.contains(&locked.county));
    let locked = locked.ok_or(Error::NotFound)?;
    if decision.version.is_some_and(|version| version != locked.version) {
        return Err(Error::changed_meanwhile());
    }
    let next = decision
        .step
        .leads(locked.status)
        .ok_or_else(|| Error::Conflict(format!("这家企业现在是“{}”，不能这样操作", locked.status.label())))?;
    organisations::set_status(&mut tx, id, locked.status, next).await?;
    let by = (Some(federation.acting.person), federation.acting.organisation);
    let entry = Entry { reasons: decision.reasons, ..Entry::new(id, decision.step, locked.version, by) };
    let step = write(app, &mut tx, &entry.saying(decision.said)).await?;
    let record = Record {
        verb: verb(decision.step),
        subject_kind: "organisation",
        subject: id.0,
        before: Some(json!({ "status": locked.status })),
        after: Some(json!({ "status": next, "version": locked.version, "reasons": decision.reasons })),
        reason: None,
    };
    audit::record(app, &mut tx, &federation.acting, &federation.origin, record).await?;
    let letter = VerificationDecided {
        step,
        decision: decision.step,
        enterprise: locked.name,
        federation: organisations::name_of(&mut tx, federation.acting.organisation).await?,
        reasons: decision.reasons.to_vec(),
    };
    mail::write_to(&mut tx, app, (id, Enterprise::ROLES), &Letter::VerificationDecided(letter)).await?;
    tx.commit().await?;
    read(app, &federation.acting, id).await
}

const fn verb(step: VerificationStep) -> &'static str {
    match step {
        VerificationStep::Verified => "organisation_verified",
        VerificationStep::Returned => "organisation_returned",
        VerificationStep::Suspended => "organisation_suspended",
        _ => "organisation_restored",
    }
}
