//! What an enterprise's own people do with their record: read it, mend it and hand it in again, add pictures, answer,
//! and say whom to call.
//!
//! Deliberately absent: changing what the federation has verified.

use super::{former_cores, in_a_county, read, refused, registering, sql};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::Applicant;
use crate::verifications::{self, Entry};
use crate::{consents, files, organisations};
use domain::api::registrations::{
    ContactChange, NewRegistrationDocument, Registration, RegistrationAnswer, RegistrationChange,
};
use domain::organisation::OrganisationStatus;
use domain::registration::DOCUMENTS_MAX;
use domain::verification::VerificationStep;
use domain::{FileId, Problems};
use serde_json::json;
use sqlx::PgConnection;

/// The record of the applicant's enterprise.
pub async fn own(app: &App, applicant: &Applicant) -> Result<Registration> {
    let mut tx = app.snapshot().await?;
    read(app, &mut tx, applicant.acting.organisation).await
}

/// A locked record whose next step its state allows.
struct Open {
    locked: sql::Locked,
    next: OrganisationStatus,
}

async fn lock_for(tx: &mut PgConnection, applicant: &Applicant, step: VerificationStep) -> Result<Open> {
    let locked = sql::lock(tx, applicant.acting.organisation).await?.ok_or(Error::NotFound)?;
    let next = step.leads(locked.status).ok_or_else(|| {
        Error::Conflict(format!("现在是“{}”，不能这样操作。要更正资料，请联系工商联", locked.status.label()))
    })?;
    Ok(Open { locked, next })
}

/// Changes the record and hands it in again. Names the version that was read, so that nothing is overwritten unseen.
pub async fn resubmit(app: &App, applicant: &Applicant, change: &RegistrationChange) -> Result<Registration> {
    let id = applicant.acting.organisation;
    let step = VerificationStep::Resubmitted;
    let enterprise = change.enterprise.check().and_then(|enterprise| in_a_county(app, enterprise))?;
    let mut problems = Problems::new();
    step.check(&mut problems, &[], &change.said);
    problems.none_or_err()?;
    let mut tx = app.begin().await?;
    let Open { locked, next } = lock_for(&mut tx, applicant, step).await?;
    if locked.version != change.version {
        return Err(Error::changed_meanwhile());
    }
    let core = organisations::core(app, &enterprise.name);
    let changed = organisations::change_registering(&mut tx, &registering(id, &enterprise, &core)).await;
    refused(changed)?.one_row_or_conflict()?;
    let now = app.clock.now();
    sql::update(&mut tx, id, change.version, &enterprise, &former_cores(app, &enterprise), now)
        .await?
        .one_row_or_conflict()?;
    organisations::set_status(&mut tx, id, locked.status, next).await?;
    let version = change.version + 1;
    let entry = said(&mut tx, applicant, (step, version), &change.said).await?;
    verifications::write(app, &mut tx, &entry).await?;
    let changed = (json!({ "status": locked.status }), json!({ "status": next, "version": version }));
    record(app, &mut tx, applicant, "registration_resubmitted", changed).await?;
    tx.commit().await?;
    own(app, applicant).await
}

/// Says something to the federation and changes nothing.
pub async fn answer(app: &App, applicant: &Applicant, answer: &RegistrationAnswer) -> Result<Registration> {
    let step = VerificationStep::Answered;
    let mut problems = Problems::new();
    step.check(&mut problems, &[], &answer.said);
    problems.none_or_err()?;
    let mut tx = app.begin().await?;
    let Open { locked, .. } = lock_for(&mut tx, applicant, step).await?;
    let entry = said(&mut tx, applicant, (step, locked.version), &answer.said).await?;
    verifications::write(app, &mut tx, &entry).await?;
    let unchanged = json!({ "status": locked.status });
    record(app, &mut tx, applicant, "registration_answered", (unchanged.clone(), unchanged)).await?;
    tx.commit().await?;
    own(app, applicant).await
}

/// Changes whom to call, and the industry; the enterprise stays verified, and its federation sees that it changed.
pub async fn amend(app: &App, applicant: &Applicant, change: &ContactChange) -> Result<Registration> {
    let (person, id) = (applicant.acting.person, applicant.acting.organisation);
    let contact = change.contact.check()?;
    let step = VerificationStep::Amended;
    let mut tx = app.begin().await?;
    let Open { locked, .. } = lock_for(&mut tx, applicant, step).await?;
    sql::amend(&mut tx, id, change.version, &contact).await?.one_row_or_conflict()?;
    let version = change.version + 1;
    verifications::write(app, &mut tx, &Entry::new(id, step, version, (Some(person), id))).await?;
    let changed = (json!({ "version": locked.version }), json!({ "version": version, "industry": contact.industry }));
    record(app, &mut tx, applicant, "registration_amended", changed).await?;
    tx.commit().await?;
    own(app, applicant).await
}

/// The entry with what the applicant says; numbers of identity or bank cards in it need his consent.
async fn said<'a>(
    tx: &mut PgConnection,
    applicant: &Applicant,
    (step, version): (VerificationStep, i32),
    text: &'a str,
) -> Result<Entry<'a>> {
    let (person, id) = (applicant.acting.person, applicant.acting.organisation);
    let consented_by = consents::numbers_of(tx, Some(person), ("said", text)).await?;
    Ok(Entry::new(id, step, version, (Some(person), id)).saying(text).by_consent_of(consented_by))
}

/// Adds one of the applicant's uploads. What a reviewer has open is another version then.
pub async fn add_document(app: &App, applicant: &Applicant, new: &NewRegistrationDocument) -> Result<Registration> {
    let id = applicant.acting.organisation;
    let mut tx = app.begin().await?;
    let locked = sql::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let here = sql::documents(&mut tx, id).await?;
    if here.iter().any(|document| document.file == new.file) {
        return own(app, applicant).await;
    }
    if here.len() >= DOCUMENTS_MAX {
        return Err(Error::invalid("photos", "最多 9 张，请先去掉不用的"));
    }
    files::keep(&mut tx, applicant.acting.person, &[new.file], &[]).await?;
    sql::insert_document(&mut tx, id, new.file, app.clock.now()).await?;
    sql::count_version(&mut tx, id).await?;
    let changed = (json!({ "version": locked.version }), json!({ "version": locked.version + 1, "file": new.file }));
    record(app, &mut tx, applicant, "registration_document_added", changed).await?;
    tx.commit().await?;
    own(app, applicant).await
}

/// Takes a picture off the record, as long as the record may be changed at all.
pub async fn remove_document(app: &App, applicant: &Applicant, file: FileId) -> Result<Registration> {
    let id = applicant.acting.organisation;
    let mut tx = app.begin().await?;
    let Open { locked, .. } = lock_for(&mut tx, applicant, VerificationStep::Resubmitted).await?;
    if sql::remove_document(&mut tx, id, file, app.clock.now()).await?.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    sql::count_version(&mut tx, id).await?;
    let changed = (json!({ "version": locked.version, "file": file }), json!({ "version": locked.version + 1 }));
    record(app, &mut tx, applicant, "registration_document_removed", changed).await?;
    tx.commit().await?;
    own(app, applicant).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    applicant: &Applicant,
    verb: &'static str,
    (before, after): (serde_json::Value, serde_json::Value),
) -> Result<()> {
    let subject = applicant.acting.organisation.0;
    let (before, after) = (Some(before), Some(after));
    let record = Record { verb, subject_kind: "organisation", subject, before, after, reason: None };
    Ok(audit::record(app, tx, &applicant.acting, &applicant.origin, record).await?)
}
