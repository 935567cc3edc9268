//! Reads what the index needs: which needs changed, and what is public of them.
//!
//! The cursor is a transaction number: everything below the oldest running transaction is settled, so no event that
//! commits late is passed over.

use super::engine::NeedDocument;
use crate::places::Names;
use domain::place::PlaceCode;
use sqlx::PgConnection;
use uuid::Uuid;

/// The newest transaction number at and below which nothing can change any more.
pub async fn horizon(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as "horizon!""#)
        .fetch_one(connection)
        .await
}

/// The needs with events after `cursor` up to `horizon`.
pub async fn changed(connection: &mut PgConnection, cursor: i64, horizon: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select distinct subject
         from event
         where subject_kind = 'need' and xid > $1::bigint::text::xid8 and xid <= $2::bigint::text::xid8",
        cursor,
        horizon
    )
    .fetch_all(connection)
    .await
}

/// Ids of public needs in order, after one of them.
pub async fn public_after(connection: &mut PgConnection, after: Uuid, limit: usize) -> sqlx::Result<Vec<Uuid>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    sqlx::query_scalar!(r#"select id as "id!" from needs_listed where id > $1 order by id limit $2"#, after, limit)
        .fetch_all(connection)
        .await
}

/// The public ones among `ids`, as they are searched.
pub async fn documents(connection: &mut PgConnection, ids: &[Uuid], places: &Names) -> sqlx::Result<Vec<NeedDocument>> {
    let rows = sqlx::query!(
        r#"select n.id as "id!", n.code as "code!", n.title as "title!", n.description as "description!",
                  n.outcome as "outcome!", n.field as "field!", n.village as "village!", coalesce(n.amount_fen, 0) as "amount_fen!",
                  n.wanted_by as "wanted_by!", n.published_at as "published_at!", n.status as "status!",
                  coalesce(
                      (select string_agg(i.name, '、' order by i.position) from need_item i where i.need = n.id),
                      (select string_agg(line ->> 'name', '、') from jsonb_array_elements(n.asked) line), '')
                      as "budget!"
           from needs_listed n
           where n.id = any($1)"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    let documents = rows.into_iter().filter_map(|row| {
        let village: PlaceCode = row.village.parse().ok()?;
        let name = |length: usize| {
            let code: PlaceCode = village.as_str().get(..length)?.parse().ok()?;
            let name = places.get(&code)?.to_owned();
            Some((String::from(code), name))
        };
        let ((county_code, county), (town_code, town), (village_code, village)) = (name(6)?, name(9)?, name(12)?);
        Some(NeedDocument {
            id: row.id,
            code: row.code,
            title: row.title,
            description: row.description,
            budget: row.budget,
            outcome: row.outcome,
            field: row.field,
            county_code,
            county,
            town_code,
            town,
            village_code,
            village,
            amount_fen: row.amount_fen,
            gap_fen: row.amount_fen,
            wanted_by: row.wanted_by,
            published_at: row.published_at,
            status: row.status,
        })
    });
    Ok(documents.collect())
}
