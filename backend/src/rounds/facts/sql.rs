//! The SQL on what has changed of that on which plans rest. Triggers write it.

use chrono::{DateTime, Utc};
use domain::place::PlaceCode;
use sqlx::PgConnection;

/// What this transaction sees, in the words of the database.
pub async fn snapshot(connection: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar!(r#"select pg_current_snapshot()::text as "snapshot!""#).fetch_one(connection).await
}

/// Lets this transaction stand idle while what it read is reckoned with, longer than others may.
pub async fn be_patient(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select set_config('idle_in_transaction_session_timeout', '10min', true)")
        .fetch_one(connection)
        .await?;
    Ok(())
}

/// Whether this transaction sees a change, in a place or around it, that was not seen in an earlier snapshot.
pub async fn changed_since(connection: &mut PgConnection, snapshot: &str, place: &PlaceCode) -> sqlx::Result<bool> {
    // In this order the index is read, and of it what came since; another plan might look through all of it.
    sqlx::query_scalar!(
        r#"select exists (
               select c.transaction
               from round_fact_change c
               where c.transaction >= pg_snapshot_xmin($1::text::pg_snapshot)
                 and not pg_visible_in_snapshot(c.transaction, $1::text::pg_snapshot)
                 and (lies_in(c.place, $2) or lies_in($2, c.place))
               order by c.transaction desc
               limit 1) as "changed!""#,
        snapshot,
        place.as_str()
    )
    .fetch_one(connection)
    .await
}

pub async fn forget_old(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from round_fact_change where at < $1", before).execute(connection).await?;
    Ok(())
}
