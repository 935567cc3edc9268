//! The only SQL on saved searches.

use chrono::{DateTime, Utc};
use domain::api::needs::NeedQuery;
use domain::api::saved_searches::{NewSavedSearch, SavedSearch, SavedSearchChange};
use domain::{NeedId, PersonId, SavedSearchId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

struct Row {
    id: Uuid,
    name: String,
    query: Value,
    pace: String,
    paused: bool,
    found: i64,
    created_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> sqlx::Result<SavedSearch> {
        Ok(SavedSearch {
            id: SavedSearchId(self.id),
            name: self.name,
            // What this version does not know restricts nothing; a query that it cannot read at all is an empty one.
            query: serde_json::from_value(self.query).unwrap_or_default(),
            pace: self.pace.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            paused: self.paused,
            found: self.found,
            created_at: self.created_at,
        })
    }
}

pub async fn of_person(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<SavedSearch>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id, s.name, s.query, s.pace, s.paused_at is not null as "paused!",
                  (select count(*) from saved_search_need n where n.search = s.id) as "found!", s.created_at
           from saved_search s
           where s.person = $1
           order by s.created_at desc, s.id desc"#,
        person.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn of_id(
    connection: &mut PgConnection,
    person: PersonId,
    id: SavedSearchId,
) -> sqlx::Result<Option<SavedSearch>> {
    let row = sqlx::query_as!(
        Row,
        r#"select s.id, s.name, s.query, s.pace, s.paused_at is not null as "paused!",
                  (select count(*) from saved_search_need n where n.search = s.id) as "found!", s.created_at
           from saved_search s
           where s.person = $1 and s.id = $2"#,
        person.0,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Saves a search in a place that the person has left; nothing where none is left.
pub async fn insert(
    connection: &mut PgConnection,
    person: PersonId,
    new: &NewSavedSearch,
    query: &NeedQuery,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    let query = serde_json::to_value(query).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // One at a time for a person, so that two at once do not take the same place.
    sqlx::query!("select id from person where id = $1 for update", person.0).fetch_one(&mut *connection).await?;
    sqlx::query!(
        "insert into saved_search (id, person, slot, name, query, pace, created_at)
         select $1, $2, free.slot, $3, $4, $5, $6
         from generate_series(1, 20) as free (slot)
         where not exists (select from saved_search s where s.person = $2 and s.slot = free.slot)
         order by free.slot
         limit 1",
        new.id.0,
        person.0,
        new.name.trim(),
        query,
        new.pace.as_str(),
        now
    )
    .execute(connection)
    .await
}

pub async fn update(
    connection: &mut PgConnection,
    person: PersonId,
    id: SavedSearchId,
    change: &SavedSearchChange,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update saved_search
         set name = $3, pace = $4, paused_at = case when $5 then coalesce(paused_at, $6) end
         where id = $1 and person = $2",
        id.0,
        person.0,
        change.name.trim(),
        change.pace.as_str(),
        change.paused,
        now
    )
    .execute(connection)
    .await
}

pub async fn delete(connection: &mut PgConnection, person: PersonId, id: SavedSearchId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from saved_search where id = $1 and person = $2", id.0, person.0).execute(connection).await
}

pub async fn pause_all(
    connection: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update saved_search set paused_at = $2 where person = $1 and paused_at is null", person.0, now)
        .execute(connection)
        .await
}

pub async fn forget(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!("delete from saved_search where person = $1", person.0).execute(connection).await?;
    Ok(())
}

/// How far events have been followed, from now on where nobody followed them yet; and how far they are settled.
pub async fn cursor(connection: &mut PgConnection) -> sqlx::Result<(i64, i64)> {
    sqlx::query!(
        "insert into follower (name, horizon)
         values ('saved_searches', pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)
         on conflict do nothing"
    )
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query!(
        r#"select horizon, pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as "settled!"
           from follower
           where name = 'saved_searches'"#
    )
    .fetch_one(connection)
    .await?;
    Ok((row.horizon, row.settled))
}

/// Whether events were followed to `cursor` until now, and are followed to `horizon` from now on.
pub async fn advance(connection: &mut PgConnection, cursor: i64, horizon: i64) -> sqlx::Result<bool> {
    let moved = sqlx::query!(
        "update follower set horizon = $2 where name = 'saved_searches' and horizon = $1",
        cursor,
        horizon
    )
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// The needs that opened after `cursor` up to `horizon`, with when.
pub async fn opened(
    connection: &mut PgConnection,
    cursor: i64,
    horizon: i64,
) -> sqlx::Result<Vec<(NeedId, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"select subject, max(at) as "at!"
           from event
           where subject_kind = 'need' and verb = 'need_opened'
             and xid > $1::bigint::text::xid8 and xid <= $2::bigint::text::xid8
           group by subject"#,
        cursor,
        horizon
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (NeedId(row.subject), row.at)).collect())
}

/// A search that is not paused.
pub struct Running {
    pub id: SavedSearchId,
    pub query: Value,
    pub created_at: DateTime<Utc>,
}

pub async fn running(connection: &mut PgConnection) -> sqlx::Result<Vec<Running>> {
    let rows = sqlx::query!("select id, query, created_at from saved_search where paused_at is null")
        .fetch_all(connection)
        .await?;
    let read = |id, query, created_at| Running { id: SavedSearchId(id), query, created_at };
    Ok(rows.into_iter().map(|row| read(row.id, row.query, row.created_at)).collect())
}

/// Notes what was found; what was found before, or for a search that is gone, is not noted.
pub async fn insert_hits(
    connection: &mut PgConnection,
    hits: &[(SavedSearchId, NeedId)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (searches, needs): (Vec<Uuid>, Vec<Uuid>) = hits.iter().map(|(search, need)| (search.0, need.0)).unzip();
    sqlx::query!(
        "insert into saved_search_need (search, need, found_at)
         select s.id, hit.need, $3
         from unnest($1::uuid[], $2::uuid[]) as hit (search, need)
         join saved_search s on s.id = hit.search
         on conflict do nothing",
        &searches,
        &needs,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose searches have found something that is to be told: at once, or what was found before the morning.
pub async fn people_to_tell(connection: &mut PgConnection, morning: DateTime<Utc>) -> sqlx::Result<Vec<PersonId>> {
    let people = sqlx::query_scalar!(
        "select distinct s.person
         from saved_search s
         join saved_search_need n on n.search = s.id and n.told_at is null
         where s.paused_at is null and (s.pace = 'at_once' or n.found_at < $1)
         order by s.person",
        morning
    )
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

/// Takes what is to be told to somebody, with the name of the search; it is told from then on.
pub async fn take(
    connection: &mut PgConnection,
    person: PersonId,
    morning: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(NeedId, String)>> {
    let rows = sqlx::query!(
        "update saved_search_need n
         set told_at = $3
         from saved_search s
         where s.id = n.search and s.person = $1 and s.paused_at is null and n.told_at is null
           and (s.pace = 'at_once' or n.found_at < $2)
         returning n.need, s.name",
        person.0,
        morning,
        now
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (NeedId(row.need), row.name)).collect())
}
