//! The only SQL on notices that sides leave.

use crate::pairings::sql::Stored;
use chrono::{DateTime, NaiveDate, Utc};
use domain::organisation::Acting;
use domain::pairing::PairingSeat;
use domain::{PairingId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn insert(
    connection: &mut PgConnection,
    id: PairingId,
    (seat, acting): (PairingSeat, &Acting),
    (reason, ends_on): (&str, NaiveDate),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_notice (pairing, number, seat, organisation, person, reason, ends_on, given_at)
         select $1, 1 + count(*)::integer, $2, $3, $4, $5, $6, $7
         from pairing_notice
         where pairing = $1",
        id.0,
        seat.as_str(),
        acting.organisation.0,
        acting.person.0,
        reason,
        ends_on,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What became of a notice that runs.
pub async fn close(
    connection: &mut PgConnection,
    (id, number): (PairingId, i32),
    (outcome, by): (&str, Option<PersonId>),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_notice
         set outcome = $3, closed_by = $4, closed_at = $5
         where pairing = $1 and number = $2 and outcome is null",
        id.0,
        number,
        outcome,
        by.map(|by| by.0),
        now
    )
    .execute(connection)
    .await
}

/// Something happened to a pairing that stays in its state.
pub async fn touch(connection: &mut PgConnection, before: &Stored, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing set version = version + 1, changed_at = $4 where id = $1 and status = $2 and version = $3",
        before.id.0,
        before.status.as_str(),
        before.version,
        now
    )
    .execute(connection)
    .await
}

/// Earliest day first.
pub async fn due(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> sqlx::Result<Vec<PairingId>> {
    let ids = sqlx::query_scalar!(
        "select pairing from pairing_notice where outcome is null and ends_on <= $1 order by ends_on, pairing limit $2",
        today,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(PairingId).collect())
}
