//! The only SQL on second factors and recovery codes.

use chrono::{DateTime, Utc};
use domain::PersonId;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// A secret that is not confirmed yet is replaced; a confirmed one is not.
pub async fn set(
    connection: &mut PgConnection,
    person: PersonId,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into second_factor as f (person, sealed_secret, created_at) values ($1, $2, $3)
         on conflict (person) do update set sealed_secret = $2, created_at = $3 where f.confirmed_at is null",
        person.0,
        sealed,
        now
    )
    .execute(connection)
    .await
}

pub struct SecondFactor {
    pub sealed: Vec<u8>,
    pub confirmed: bool,
}

pub async fn lock(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<SecondFactor>> {
    let row = sqlx::query!(
        r#"select sealed_secret, confirmed_at is not null as "confirmed!" from second_factor where person = $1 for update"#,
        person.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| SecondFactor { sealed: row.sealed_secret, confirmed: row.confirmed }))
}

pub async fn confirm(
    connection: &mut PgConnection,
    person: PersonId,
    step: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update second_factor set confirmed_at = $3, last_step = $2 where person = $1 and confirmed_at is null",
        person.0,
        step,
        now
    )
    .execute(connection)
    .await
}

/// Takes the password of a step, once: no row where this step or a later one was taken.
pub async fn take_step(connection: &mut PgConnection, person: PersonId, step: i64) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update second_factor set last_step = $2 where person = $1 and last_step < $2", person.0, step)
        .execute(connection)
        .await
}

pub async fn delete(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from second_factor where person = $1", person.0).execute(connection).await
}

pub async fn replace_recovery_codes(
    connection: &mut PgConnection,
    person: PersonId,
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    sqlx::query!("delete from recovery_code where person = $1", person.0).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into recovery_code (person, hash) select $1, hash from unnest($2::bytea[]) as hash",
        person.0,
        hashes
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn take_recovery_code(
    connection: &mut PgConnection,
    person: PersonId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update recovery_code set used_at = $3 where person = $1 and hash = $2 and used_at is null",
        person.0,
        hash,
        now
    )
    .execute(connection)
    .await
}
