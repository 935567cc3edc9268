//! The only SQL on one-time links.

use super::NewLink;
use chrono::{DateTime, Utc};
use domain::link::{LinkPurpose, LinkState};
use domain::{LinkId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

fn purpose(text: &str) -> sqlx::Result<LinkPurpose> {
    text.parse().map_err(|error| sqlx::Error::Decode(format!("link: {error}").into()))
}

/// Ends the links that a new one takes the place of.
pub async fn replace(connection: &mut PgConnection, new: &NewLink<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update one_time_link l
         set replaced_at = $5
         from one_time_link_address a
         where a.link = l.id and l.purpose = $1 and l.person is not distinct from $2
           and l.organisation is not distinct from $3 and ($2::uuid is not null or a.email = $4)
           and l.used_at is null and l.replaced_at is null",
        new.purpose.as_str(),
        new.person.map(|id| id.0),
        new.organisation.map(|id| id.0),
        new.email.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert(
    connection: &mut PgConnection,
    id: LinkId,
    hash: &[u8],
    new: &NewLink<'_>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into one_time_link (id, hash, purpose, person, organisation, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        hash,
        new.purpose.as_str(),
        new.person.map(|id| id.0),
        new.organisation.map(|id| id.0),
        now,
        expires_at
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("insert into one_time_link_address (link, email) values ($1, $2)", id.0, new.email.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub struct LinkRow {
    pub id: LinkId,
    pub purpose: LinkPurpose,
    pub person: Option<PersonId>,
    pub organisation: Option<OrganisationId>,
    pub expires_at: DateTime<Utc>,
    pub used: bool,
    pub replaced: bool,
    pub email: Option<String>,
    pub enterprise: Option<String>,
    pub account: Option<String>,
}

impl LinkRow {
    pub fn state(&self, now: DateTime<Utc>) -> LinkState {
        LinkState::of(now, self.expires_at, self.used, self.replaced)
    }
}

struct Raw {
    id: uuid::Uuid,
    purpose: String,
    person: Option<uuid::Uuid>,
    organisation: Option<uuid::Uuid>,
    expires_at: DateTime<Utc>,
    used: bool,
    replaced: bool,
    email: Option<String>,
    enterprise: Option<String>,
    account: Option<String>,
}

impl Raw {
    fn read(self) -> sqlx::Result<LinkRow> {
        Ok(LinkRow {
            id: LinkId(self.id),
            purpose: purpose(&self.purpose)?,
            person: self.person.map(PersonId),
            organisation: self.organisation.map(OrganisationId),
            expires_at: self.expires_at,
            used: self.used,
            replaced: self.replaced,
            email: self.email,
            enterprise: self.enterprise,
            account: self.account,
        })
    }
}

async fn one(connection: &mut PgConnection, hash: Option<&[u8]>, id: Option<LinkId>) -> sqlx::Result<Option<LinkRow>> {
    let row = sqlx::query_as!(
        Raw,
        r#"select l.id, l.purpose, l.person, l.organisation, l.expires_at, l.used_at is not null as "used!",
                  l.replaced_at is not null as "replaced!", a.email as "email?", o.name as "enterprise?",
                  p.account as "account?"
           from one_time_link l
           left join one_time_link_address a on a.link = l.id
           left join organisation o on o.id = l.organisation
           left join person p on p.id = l.person
           where l.hash = $1 or l.id = $2"#,
        hash,
        id.map(|id| id.0)
    )
    .fetch_optional(connection)
    .await?;
    row.map(Raw::read).transpose()
}

pub async fn by_hash(connection: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<LinkRow>> {
    one(connection, Some(hash), None).await
}

pub async fn by_id(connection: &mut PgConnection, id: LinkId) -> sqlx::Result<Option<LinkRow>> {
    one(connection, None, Some(id)).await
}

/// The link, locked: of two who use it at once, the second sees that it was used.
pub async fn lock(connection: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<LinkRow>> {
    let id = sqlx::query_scalar!("select id from one_time_link where hash = $1 for update", hash)
        .fetch_optional(&mut *connection)
        .await?;
    match id {
        Some(id) => by_id(connection, LinkId(id)).await,
        None => Ok(None),
    }
}

pub async fn set_used(connection: &mut PgConnection, id: LinkId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update one_time_link set used_at = $2 where id = $1 and used_at is null and replaced_at is null",
        id.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn insert_request(
    connection: &mut PgConnection,
    id: LinkId,
    purpose: LinkPurpose,
    email: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into link_request (id, purpose, email, at) values ($1, $2, $3, $4)",
        id.0,
        purpose.as_str(),
        email,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was asked for and by which address; it is forgotten with the transaction.
pub async fn take_request(connection: &mut PgConnection, id: LinkId) -> sqlx::Result<Option<(LinkPurpose, String)>> {
    let row = sqlx::query!("delete from link_request where id = $1 returning purpose, email", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((purpose(&row.purpose)?, row.email))).transpose()
}

pub async fn end_into(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update one_time_link
         set replaced_at = $2
         where organisation = $1 and used_at is null and replaced_at is null",
        organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn delete_addresses(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from one_time_link_address a
         using one_time_link l
         where l.id = a.link and l.person = $1",
        person.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn delete_expired(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from one_time_link where expires_at < $1", before).execute(connection).await?;
    Ok(done.rows_affected())
}
