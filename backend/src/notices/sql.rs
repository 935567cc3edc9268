//! The only SQL on notices and preferences.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::notices::{ChosenChannel, Notice};
use domain::notice::{Channel, NoticeKind};
use domain::{NoticeId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::HashMap;
use uuid::Uuid;

/// A notice of one reader.
pub struct New {
    pub id: NoticeId,
    pub person: PersonId,
    pub for_digest: bool,
}

pub async fn insert(
    connection: &mut PgConnection,
    notices: &[New],
    kind: NoticeKind,
    text: &str,
    path: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = notices.iter().map(|notice| notice.id.0).collect();
    let people: Vec<Uuid> = notices.iter().map(|notice| notice.person.0).collect();
    let for_digest: Vec<bool> = notices.iter().map(|notice| notice.for_digest).collect();
    sqlx::query!(
        "insert into notice (id, person, kind, text, path, at, for_digest)
         select n.id, n.person, $4, $5, $6, $7, n.for_digest
         from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as n (id, person, for_digest)",
        &ids,
        &people,
        &for_digest,
        kind.as_str(),
        text,
        path,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What these people chose for one kind of letter.
pub async fn channels_of_kind(
    connection: &mut PgConnection,
    people: &[PersonId],
    kind: NoticeKind,
) -> sqlx::Result<HashMap<PersonId, Channel>> {
    let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let rows = sqlx::query!(
        "select person, channel from notice_preference where person = any($1) and kind = $2",
        &people,
        kind.as_str()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((PersonId(row.person), word("notice", &row.channel)?))).collect()
}

/// What one person chose.
pub async fn channels_of_person(
    connection: &mut PgConnection,
    person: PersonId,
) -> sqlx::Result<HashMap<NoticeKind, Channel>> {
    let rows = sqlx::query!("select kind, channel from notice_preference where person = $1", person.0)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|row| Ok((word("notice", &row.kind)?, word("notice", &row.channel)?))).collect()
}

pub async fn set_channel(
    connection: &mut PgConnection,
    person: PersonId,
    chosen: &ChosenChannel,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into notice_preference (person, kind, channel, changed_at) values ($1, $2, $3, $4)
         on conflict (person, kind) do update set channel = $3, changed_at = $4",
        person.0,
        chosen.kind.as_str(),
        chosen.channel.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    kind: String,
    text: String,
    path: String,
    at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> sqlx::Result<Notice> {
        Ok(Notice {
            id: NoticeId(self.id),
            kind: word("notice", &self.kind)?,
            text: self.text,
            path: self.path,
            at: self.at,
            read_at: self.read_at,
        })
    }
}

pub async fn of_person(
    connection: &mut PgConnection,
    person: PersonId,
    unread: bool,
    after: Option<NoticeId>,
    limit: i64,
) -> sqlx::Result<Vec<Notice>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, kind, text, path, at, read_at
         from notice
         where person = $1 and (read_at is null or not $2)
           and ($3::uuid is null or (at, id) < (select n.at, n.id from notice n where n.id = $3 and n.person = $1))
         order by at desc, id desc
         limit $4",
        person.0,
        unread,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, person: PersonId, unread: bool) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from notice where person = $1 and (read_at is null or not $2) limit 1001) as counted"#,
        person.0,
        unread
    )
    .fetch_one(connection)
    .await
}

pub async fn set_read(
    connection: &mut PgConnection,
    person: PersonId,
    id: NoticeId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Notice>> {
    let row = sqlx::query_as!(
        Row,
        "update notice set read_at = coalesce(read_at, $3)
         where id = $2 and person = $1
         returning id, kind, text, path, at, read_at",
        person.0,
        id.0,
        now
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

pub async fn set_all_read(
    connection: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update notice set read_at = $2 where person = $1 and read_at is null", person.0, now)
        .execute(connection)
        .await
}

/// The texts, oldest first; what was read in the app meanwhile is left out.
pub async fn take_for_digest(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<String>> {
    let rows = sqlx::query!(
        "update notice set for_digest = false where person = $1 and for_digest returning text, at, read_at",
        person.0
    )
    .fetch_all(connection)
    .await?;
    let mut unread: Vec<_> = rows.into_iter().filter(|row| row.read_at.is_none()).collect();
    unread.sort_by_key(|row| row.at);
    Ok(unread.into_iter().map(|row| row.text).collect())
}

pub async fn forget(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!("delete from notice where person = $1", person.0).execute(&mut *connection).await?;
    sqlx::query!("delete from notice_preference where person = $1", person.0).execute(connection).await?;
    Ok(())
}
