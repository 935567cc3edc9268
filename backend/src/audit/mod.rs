//! The append-only record of what happened: who, for whom, what, before and after, and why.
//!
//! Written in the transaction of the change that it tells. Holds ids and states, never personal data; names are looked
//! up when it is read, and shown masked. Reading somebody's data in full is an event itself.
//! Deliberately absent: changing or deleting a row (a trigger refuses), and any decision.

mod export;
mod http;
mod sql;

pub use export::export;
pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Audit, Origin, Sure};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::api::audit::{AuditQuery, AuditRow, PrivatePerson, ReadPrivate};
use domain::api::{Count, List};
use domain::audit::{check_days, check_reading_reason};
use domain::organisation::Acting;
use domain::{EventId, OrganisationId, PersonId, mask};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Events on one page of the list.
const PAGE: usize = 50;

/// What is to be recorded.
pub struct Record<'a> {
    pub verb: &'static str,
    pub subject_kind: &'static str,
    pub subject: Uuid,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub reason: Option<&'a str>,
}

/// Records what `acting` did.
pub async fn record(
    app: &App,
    connection: &mut PgConnection,
    acting: &Acting,
    origin: &Origin,
    record: Record<'_>,
) -> sqlx::Result<()> {
    record_as(app, connection, Some(acting.person), Some(acting.organisation), origin, record).await
}

/// Records what a person did for nobody but himself, or what the system did.
pub async fn record_as(
    app: &App,
    connection: &mut PgConnection,
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
    origin: &Origin,
    record: Record<'_>,
) -> sqlx::Result<()> {
    let id: EventId = app.clock.id();
    sql::insert(connection, id, app.clock.now(), person, organisation, origin, &record).await
}

/// Records what a person did for an organisation to many things at once.
pub async fn record_all(
    app: &App,
    connection: &mut PgConnection,
    (person, organisation): (PersonId, OrganisationId),
    origin: &Origin,
    records: &[Record<'_>],
) -> sqlx::Result<()> {
    let ids: Vec<EventId> = records.iter().map(|_| app.clock.id()).collect();
    sql::insert_all(connection, &ids, app.clock.now(), (person, organisation), origin, records).await
}

/// What events are looked for: the query, its days as instants.
#[derive(Clone)]
pub struct Filter {
    query: AuditQuery,
    from: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
}

impl Filter {
    fn new(query: &AuditQuery) -> Result<Self> {
        check_days(query.from, query.to)?;
        Ok(Filter {
            from: query.from.and_then(first_instant),
            before: query.to.and_then(|day| day.succ_opt()).and_then(first_instant),
            query: query.clone(),
        })
    }
}

/// When a day begins in Shanghai.
fn first_instant(day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    Some(midnight.checked_sub_signed(TimeDelta::hours(8))?.and_utc())
}

/// What happened, newest first, names masked.
pub async fn list(app: &App, query: &AuditQuery) -> Result<List<AuditRow>> {
    let filter = Filter::new(query)?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut items = sql::list(&mut tx, &filter, query.after, limit).await?;
    let counted = sql::count(&mut tx, &filter).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(List { items: items.into_iter().map(masked).collect(), next, count: Count::capped(counted) })
}

fn masked(mut row: AuditRow) -> AuditRow {
    row.person_name = row.person_name.as_deref().map(mask::name);
    row
}

/// How the database goes about a list, for a test of its indexes.
pub async fn plan(app: &App, query: &AuditQuery) -> Result<String> {
    let filter = Filter::new(query)?;
    let mut connection = app.pool.acquire().await?;
    Ok(sql::plan(&mut connection, &filter, query.after, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?)
}

/// What is kept about a person, in full: the event of it is committed before anything is answered.
pub async fn read_private(
    app: &App,
    Sure(auditor): &Sure<Audit>,
    person: PersonId,
    why: &ReadPrivate,
) -> Result<PrivatePerson> {
    check_reading_reason(&why.reason)?;
    let mut tx = app.begin().await?;
    let found = sql::person(&mut tx, person).await?.ok_or(Error::NotFound)?;
    let reading = Record {
        verb: "private_data_read",
        subject_kind: "person",
        subject: person.0,
        before: None,
        after: None,
        reason: Some(why.reason.trim()),
    };
    record(app, &mut tx, &auditor.acting, &auditor.origin, reading).await?;
    tx.commit().await?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let day: NaiveDate = "2026-06-30".parse().unwrap();
        assert_eq!(first_instant(day).unwrap().to_rfc3339(), "2026-06-29T16:00:00+00:00");
    }
}
