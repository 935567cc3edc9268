//! The only SQL by which a pledge is waived.

use super::super::Locked;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn set_waived(
    connection: &mut PgConnection,
    before: &Locked,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge
         set status = 'waived', changed_at = $3
         where id = $1 and status = $2 and arrived_fen = $4",
        before.id.0,
        before.status.as_str(),
        now,
        before.arrived.get()
    )
    .execute(connection)
    .await
}
