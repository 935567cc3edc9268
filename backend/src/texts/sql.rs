//! The only SQL on texts that staff pass on.

use chrono::{DateTime, Utc};
use domain::{OrganisationId, PersonId, TextId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn insert(
    connection: &mut PgConnection,
    id: TextId,
    organisation: OrganisationId,
    sealed: &[u8],
    (written_at, useful_until): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into text_to_pass_on (id, organisation, sealed, written_at, useful_until) values ($1, $2, $3, $4, $5)",
        id.0,
        organisation.0,
        sealed,
        written_at,
        useful_until
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What nobody passed on in time is forgotten too.
pub async fn forget_useless(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update text_to_pass_on
         set sealed = null
         where organisation = $1 and sealed is not null and useful_until <= $2",
        organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub struct Waiting {
    pub id: TextId,
    pub sealed: Vec<u8>,
    pub written_at: DateTime<Utc>,
}

pub async fn waiting(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Waiting>> {
    let rows = sqlx::query!(
        r#"select id, sealed as "sealed!", written_at
           from text_to_pass_on
           where organisation = $1 and sealed is not null and useful_until > $2
           order by written_at, id
           limit $3"#,
        organisation.0,
        now,
        limit
    )
    .fetch_all(connection)
    .await?;
    let waiting = |id, sealed, written_at| Waiting { id: TextId(id), sealed, written_at };
    Ok(rows.into_iter().map(|row| waiting(row.id, row.sealed, row.written_at)).collect())
}

pub async fn exists(connection: &mut PgConnection, id: TextId, organisation: OrganisationId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from text_to_pass_on where id = $1 and organisation = $2) as "exists!""#,
        id.0,
        organisation.0
    )
    .fetch_one(connection)
    .await
}

pub async fn set_passed_on(
    connection: &mut PgConnection,
    id: TextId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update text_to_pass_on
         set sealed = null, passed_on_by = $2, passed_on_at = $3
         where id = $1 and sealed is not null",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}
