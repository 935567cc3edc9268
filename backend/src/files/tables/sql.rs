//! The only SQL on uploaded tables.

use chrono::{DateTime, Utc};
use domain::api::files::StoredTable;
use domain::{PersonId, TableFileId};
use sqlx::PgConnection;

pub async fn insert(
    connection: &mut PgConnection,
    uploader: PersonId,
    table: &StoredTable,
    sha256: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into table_file (id, uploader, name, bytes, sha256, created_at) values ($1, $2, $3, $4, $5, $6)",
        table.id.0,
        uploader.0,
        table.name,
        table.bytes,
        sha256,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Name and hash of a table, if it is this person's.
pub async fn of(
    connection: &mut PgConnection,
    uploader: PersonId,
    id: TableFileId,
) -> sqlx::Result<Option<(String, Vec<u8>)>> {
    let row = sqlx::query!("select name, sha256 from table_file where id = $1 and uploader = $2", id.0, uploader.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.name, row.sha256)))
}

pub async fn older_than(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<TableFileId>> {
    let ids = sqlx::query_scalar!(
        "select id from table_file where created_at < $1 order by created_at limit $2",
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(TableFileId).collect())
}

pub async fn delete(connection: &mut PgConnection, id: TableFileId) -> sqlx::Result<()> {
    sqlx::query!("delete from table_file where id = $1", id.0).execute(connection).await?;
    Ok(())
}
