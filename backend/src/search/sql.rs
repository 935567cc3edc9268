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

/// What happened after `cursor` up to `horizon` that an index has to know of.
pub struct News {
    /// Needs of which something was said.
    pub needs: Vec<Uuid>,
    /// Lists that said something anew of places.
    pub place_imports: Vec<Uuid>,
}

pub async fn news(connection: &mut PgConnection, cursor: i64, horizon: i64) -> sqlx::Result<News> {
    let rows = sqlx::query!(
        r#"select distinct subject_kind as "kind!", subject as "subject!"
           from event
           where subject_kind in ('need', 'place_import')
             and xid > $1::bigint::text::xid8 and xid <= $2::bigint::text::xid8"#,
        cursor,
        horizon
    )
    .fetch_all(connection)
    .await?;
    let mut news = News { needs: Vec::new(), place_imports: Vec::new() };
    for row in rows {
        if row.kind == "need" { news.needs.push(row.subject) } else { news.place_imports.push(row.subject) }
    }
    Ok(news)
}

/// The needs that lists show of the places of which one of these lists said something.
pub async fn needs_of_places(connection: &mut PgConnection, imports: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select n.id as "id!"
           from town_class c
           join needs_listed n on left(n.village, 9) = c.town
           where c.import = any($1)
           union
           select n.id
           from village_type t
           join needs_listed n on n.village = t.village
           where t.import = any($1)"#,
        imports
    )
    .fetch_all(connection)
    .await
}

/// Whether somebody asked after `cursor` up to `horizon` that everything be written anew.
pub async fn anew_was_asked(connection: &mut PgConnection, cursor: i64, horizon: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists(
               select
               from event
               where subject_kind = 'search' and xid > $1::bigint::text::xid8 and xid <= $2::bigint::text::xid8
           ) as "asked!""#,
        cursor,
        horizon
    )
    .fetch_one(connection)
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
                  n.outcome as "outcome!", n.field as "field!", n.kind as "kind!", n.form, n.village as "village!",
                  n.amount_fen, n.wanted_by as "wanted_by!", n.published_at as "published_at!", n.status as "status!",
                  c.class as "town_class?", t.type as "village_type?",
                  coalesce(
                      (select string_agg(i.name, '、' order by i.position) from need_item i where i.need = n.id),
                      (select string_agg(line ->> 'name', '、') from jsonb_array_elements(n.asked) line), '')
                      as "budget!"
           from needs_listed n
           left join town_class c on c.town = left(n.village, 9)
           left join village_type t on t.village = n.village
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
            kind: row.kind,
            form: row.form,
            county_code,
            county,
            town_code,
            town,
            town_class: row.town_class,
            village_code,
            village,
            village_type: row.village_type,
            amount_fen: row.amount_fen,
            wanted_by: row.wanted_by,
            published_at: row.published_at,
            status: row.status,
        })
    });
    Ok(documents.collect())
}
