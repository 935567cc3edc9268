//! The only SQL by which a pledge becomes an agreed one.

use super::super::Locked;
use chrono::{DateTime, Utc};
use domain::pledge::PledgeStatus;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn set_agreed(
    connection: &mut PgConnection,
    before: &Locked,
    status: PledgeStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge
         set agreed_at = $3, status = $4, changed_at = $3
         where id = $1 and status = $2 and agreed_at is null",
        before.id.0,
        before.status.as_str(),
        now,
        status.as_str()
    )
    .execute(connection)
    .await
}
