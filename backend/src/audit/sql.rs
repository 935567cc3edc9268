//! The only SQL that writes events.

use super::Record;
use crate::http::caller::Origin;
use chrono::{DateTime, Utc};
use domain::{EventId, OrganisationId, PersonId};
use sqlx::PgConnection;

pub async fn insert(
    connection: &mut PgConnection,
    id: EventId,
    at: DateTime<Utc>,
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
    origin: &Origin,
    record: &Record<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into event (id, at, actor, organisation, verb, subject_kind, subject, before, after, reason, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.0,
        at,
        person.map(|id| id.0),
        organisation.map(|id| id.0),
        record.verb,
        record.subject_kind,
        record.subject,
        record.before,
        record.after,
        record.reason,
        origin.address.map(|address| address.to_string()),
    )
    .execute(connection)
    .await?;
    Ok(())
}
