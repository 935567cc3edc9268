//! The only SQL on needs that may be the same.

use super::Reader;
use crate::needs::sql::Row;
use chrono::{DateTime, Utc};
use domain::NeedId;
use domain::need::AskedLine;
use domain::place::PlaceCode;
use sqlx::PgConnection;
use sqlx::types::Json;

/// The needs of a town that `reader` may read, newest first; without those that were withdrawn, and without those that
/// ended longer ago.
pub async fn of_town(
    connection: &mut PgConnection,
    town: &PlaceCode,
    itself: Option<NeedId>,
    reader: &Reader<'_>,
    ended_since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id, n.code, n.village, n.status, n.title, n.kind, n.field,
                  n.asked as "asked: Json<Vec<AskedLine>>", n.amount_fen, n.wanted_by, n.outcome,
                  null::uuid as photo, n.changed_at
           from need n
           where n.village like $1 || '%' and n.id is distinct from $2
             and n.status <> 'withdrawn'
             and (n.status not in ('closed', 'expired') or n.changed_at >= $5)
             and (n.organisation = $3
                  or (n.status <> 'draft' and n.village like $4 || '%')
                  or n.status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed'))
           order by n.changed_at desc
           limit $6"#,
        town.as_str(),
        itself.map(|id| id.0),
        reader.village.map(|id| id.0),
        reader.desk.map(PlaceCode::as_str),
        ended_since,
        limit
    )
    .fetch_all(connection)
    .await
}
