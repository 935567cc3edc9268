//! The only SQL on consents.

use chrono::{DateTime, Utc};
use domain::PersonId;
use domain::api::consents::ConsentEntry;
use domain::consent::ConsentKind;
use sqlx::PgConnection;

fn kind(text: &str) -> sqlx::Result<ConsentKind> {
    text.parse().map_err(|error| sqlx::Error::Decode(format!("consent: {error}").into()))
}

pub async fn insert(
    connection: &mut PgConnection,
    person: PersonId,
    kind: ConsentKind,
    version: &str,
    given: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into consent (person, kind, version, given, at) values ($1, $2, $3, $4, $5)",
        person.0,
        kind.as_str(),
        version,
        given,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The latest of each kind.
pub async fn now(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<(ConsentKind, String, bool)>> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", version as "version!", given as "given!" from consent_now where person = $1"#,
        person.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((kind(&row.kind)?, row.version, row.given))).collect()
}

/// Whether the present text of one kind is agreed to.
pub async fn in_force(connection: &mut PgConnection, person: PersonId, kind: ConsentKind) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select consent_in_force($1, $2, $3) as "in_force!""#,
        person.0,
        kind.as_str(),
        kind.version()
    )
    .fetch_one(connection)
    .await
}

/// Until the transaction ends, nobody else gives or withdraws for this person.
pub async fn lock(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!("select id from person where id = $1 for no key update", person.0).fetch_optional(connection).await?;
    Ok(())
}

pub async fn history(connection: &mut PgConnection, person: PersonId, limit: i64) -> sqlx::Result<Vec<ConsentEntry>> {
    let rows = sqlx::query!(
        "select kind, version, given, at
         from consent
         where person = $1
         order by seq desc
         limit $2",
        person.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    let entry = |text: String, version, given, at| Ok(ConsentEntry { kind: kind(&text)?, version, given, at });
    rows.into_iter().map(|row| entry(row.kind, row.version, row.given, row.at)).collect()
}
