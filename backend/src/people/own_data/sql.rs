//! The only SQL on what is kept about a person, and on emptying it.

use chrono::{DateTime, Utc};
use domain::api::own_data::OwnAct;
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// What of a person can be erased, and since when the account exists.
pub struct Private {
    pub account: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub created_at: DateTime<Utc>,
}

pub async fn private(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<Private>> {
    sqlx::query_as!(
        Private,
        "select p.account, pp.name, pp.email, pp.phone, p.created_at
         from person p
         join person_private pp on pp.person = p.id
         where p.id = $1",
        person.0
    )
    .fetch_optional(connection)
    .await
}

/// What a person did, latest first.
pub async fn acts(connection: &mut PgConnection, person: PersonId, limit: i64) -> sqlx::Result<Vec<OwnAct>> {
    let rows = sqlx::query!(
        "select at, verb, subject_kind, subject, organisation, address
         from event
         where actor = $1
         order by seq desc
         limit $2",
        person.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    let act = rows.into_iter().map(|row| OwnAct {
        at: row.at,
        verb: row.verb,
        subject_kind: row.subject_kind,
        subject: row.subject.to_string(),
        organisation: row.organisation.map(OrganisationId),
        address: row.address,
    });
    Ok(act.collect())
}

/// Empties everything that tells who a person is; ids stay. One row, if the account was open.
pub async fn erase(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update session set revoked_at = $2, device = '', address = null where person = $1", person.0, now)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from second_factor where person = $1", person.0).execute(&mut *connection).await?;
    sqlx::query!("update person_private set name = '已注销', email = null, phone = null where person = $1", person.0)
        .execute(&mut *connection)
        .await?;
    // The account name is free again; the old one may have been an address.
    sqlx::query!(
        "update person set account = 'closed:' || id, password_hash = '', disabled_at = $2
         where id = $1 and disabled_at is null",
        person.0,
        now
    )
    .execute(connection)
    .await
}
