//! The only SQL on digests.

use super::{Desk, Reader};
use chrono::{DateTime, NaiveDate, Utc};
use domain::organisation::Acting;
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn is_done(connection: &mut PgConnection, day: NaiveDate) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from digest_day where day = $1) as "exists!""#, day)
        .fetch_one(connection)
        .await
}

/// Another worker may have been as fast.
pub async fn set_done(connection: &mut PgConnection, day: NaiveDate, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("insert into digest_day (day, done_at) values ($1, $2) on conflict (day) do nothing", day, now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The row of somebody's digest: none, where it is written already.
pub async fn take(
    connection: &mut PgConnection,
    person: PersonId,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into digest (person, day, written_at) values ($1, $2, $3) on conflict (person, day) do nothing",
        person.0,
        day,
        now
    )
    .execute(connection)
    .await
}

/// Everybody with an address whose digest of the day is not written, with all that he is.
pub async fn readers(connection: &mut PgConnection, day: NaiveDate) -> sqlx::Result<Vec<Reader>> {
    let rows = sqlx::query!(
        r#"select d.person as "person!", d.organisation as "organisation!", d.organisation_name as "organisation_name!",
                  d.kind as "kind!", d.role as "role!", d.place, t.channel as "channel?",
                  exists (select from notice n where n.person = d.person and n.for_digest) as "has_news!"
           from desk d
           left join notice_preference t on t.person = d.person and t.kind = 'todo'
           where d.has_address and not exists (select from digest w where w.person = d.person and w.day = $1)
           order by d.person, d.organisation, d.joined_at, d.role"#,
        day
    )
    .fetch_all(connection)
    .await?;
    let mut readers: Vec<Reader> = Vec::new();
    for row in rows {
        let person = PersonId(row.person);
        // A word that this version does not know gives no right.
        let (Ok(kind), Ok(role)) = (row.kind.parse(), row.role.parse()) else { continue };
        let place = row.place.and_then(|place| place.parse().ok());
        let acting = Acting { person, organisation: OrganisationId(row.organisation), kind, role, place };
        let desk = Desk { acting, organisation_name: row.organisation_name };
        match readers.last_mut().filter(|reader| reader.person == person) {
            Some(reader) => reader.desks.push(desk),
            None => readers.push(Reader {
                person,
                desks: vec![desk],
                chosen: row.channel.and_then(|channel| channel.parse().ok()),
                has_news: row.has_news,
            }),
        }
    }
    Ok(readers)
}
