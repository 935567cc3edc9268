//! The append-only record of what happened: who, for whom, what, before and after, and why.
//!
//! Written in the transaction of the change that it tells. Holds ids and states, never personal data.
//! Deliberately absent: changing or deleting a row (a trigger refuses), and any decision.

mod sql;

use crate::app::App;
use crate::http::caller::Origin;
use domain::organisation::Acting;
use domain::{EventId, OrganisationId, PersonId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

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
