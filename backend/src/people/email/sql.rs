//! The only SQL on addresses, and on accounts that are opened by one.

use chrono::{DateTime, Utc};
use domain::PersonId;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn people_of(connection: &mut PgConnection, email: &str) -> sqlx::Result<Vec<PersonId>> {
    let people = sqlx::query_scalar!(
        r#"select p.id as "id!"
           from person p
           where p.account = $1 and p.disabled_at is null
           union
           select p.id
           from person_private pp
           join person p on p.id = pp.person
           where lower(pp.email) = $1 and pp.email is not null and p.disabled_at is null
           order by 1"#,
        email
    )
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

pub async fn email_of(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<String>> {
    let email = sqlx::query_scalar!("select email from person_private where person = $1", person.0)
        .fetch_optional(connection)
        .await?;
    Ok(email.flatten())
}

pub async fn is_confirmed(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from person_private
               where person = $1 and email is not null and email_confirmed_at is not null
           ) as "exists!""#,
        person.0
    )
    .fetch_one(connection)
    .await
}

/// The first confirmation stays.
pub async fn set_confirmed(
    connection: &mut PgConnection,
    person: PersonId,
    email: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update person_private
         set email_confirmed_at = coalesce(email_confirmed_at, $3)
         where person = $1 and lower(email) = $2",
        person.0,
        email,
        now
    )
    .execute(connection)
    .await
}

/// No row where the account exists.
pub async fn insert_person(
    connection: &mut PgConnection,
    id: PersonId,
    account: &str,
    hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into person (id, account, password_hash, created_at) values ($1, $2, $3, $4)
         on conflict (account) do nothing",
        id.0,
        account,
        hash,
        now
    )
    .execute(connection)
    .await
}

pub async fn insert_private(
    connection: &mut PgConnection,
    id: PersonId,
    name: &str,
    email: &str,
    confirmed_at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into person_private (person, name, email, email_confirmed_at) values ($1, $2, $3, $4)",
        id.0,
        name,
        email,
        confirmed_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_password(connection: &mut PgConnection, person: PersonId, hash: &str) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update person set password_hash = $2 where id = $1 and disabled_at is null", person.0, hash)
        .execute(connection)
        .await
}

pub async fn end_sessions(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update session set revoked_at = $2 where person = $1 and revoked_at is null", person.0, now)
        .execute(connection)
        .await?;
    Ok(())
}
