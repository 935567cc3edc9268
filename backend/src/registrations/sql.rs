//! The only SQL on registrations, their contacts and their documents.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::registrations::{RegistrationContact, RegistrationDocument};
use domain::email::EmailAddress;
use domain::organisation::OrganisationStatus;
use domain::place::PlaceCode;
use domain::registration::{CONFIRM_WITHIN, Contact, Enterprise, Industry, Phone};
use domain::uscc::Uscc;
use domain::{FileId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

pub async fn insert(
    connection: &mut PgConnection,
    id: OrganisationId,
    enterprise: &Enterprise,
    former_cores: &[String],
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into registration
             (organisation, former_names, former_cores, industry, created_at, submitted_at, confirm_until)
         values ($1, $2, $3, $4, $5, $5, $6)",
        id.0,
        &enterprise.former_names,
        former_cores,
        enterprise.industry.as_str(),
        now,
        now + CONFIRM_WITHIN
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into registration_contact (organisation, name, phone, email) values ($1, $2, $3, $4)",
        id.0,
        enterprise.contact_name,
        enterprise.contact_phone.as_str(),
        email.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces what was handed in, of the version that was read; a contact that was erased comes back with it.
pub async fn update(
    connection: &mut PgConnection,
    id: OrganisationId,
    version: i32,
    enterprise: &Enterprise,
    former_cores: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    set_contact(connection, id, &enterprise.contact_name, &enterprise.contact_phone).await?;
    sqlx::query!(
        "update registration
         set former_names = $3, former_cores = $4, industry = $5, submitted_at = $6, version = version + 1
         where organisation = $1 and version = $2",
        id.0,
        version,
        &enterprise.former_names,
        former_cores,
        enterprise.industry.as_str(),
        now
    )
    .execute(connection)
    .await
}

/// Changes whom to call, and the industry, of the version that was read.
pub async fn amend(
    connection: &mut PgConnection,
    id: OrganisationId,
    version: i32,
    contact: &Contact,
) -> sqlx::Result<PgQueryResult> {
    set_contact(connection, id, &contact.contact_name, &contact.contact_phone).await?;
    sqlx::query!(
        "update registration set industry = $3, version = version + 1 where organisation = $1 and version = $2",
        id.0,
        version,
        contact.industry.as_str()
    )
    .execute(connection)
    .await
}

/// Whom to call; one that was erased comes back.
async fn set_contact(connection: &mut PgConnection, id: OrganisationId, name: &str, phone: &Phone) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into registration_contact as c (organisation, name, phone, email) values ($1, $2, $3, '')
         on conflict (organisation) do update set name = excluded.name, phone = excluded.phone",
        id.0,
        name,
        phone.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether what was recorded under an id is what is sent again.
pub async fn says_the_same(
    connection: &mut PgConnection,
    id: OrganisationId,
    enterprise: &Enterprise,
    email: &EmailAddress,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select
               from registration_read r
               join registration_contact c on c.organisation = r.organisation
               where r.organisation = $1 and r.uscc = $2 and r.name = $3 and r.former_names = $4 and r.industry = $5
                 and r.place = $6 and c.name = $7 and c.phone = $8 and c.email = $9
           ) as "exists!""#,
        id.0,
        enterprise.uscc.as_str(),
        enterprise.name,
        &enterprise.former_names,
        enterprise.industry.as_str(),
        enterprise.county.as_str(),
        enterprise.contact_name,
        enterprise.contact_phone.as_str(),
        email.as_str()
    )
    .fetch_one(connection)
    .await
}

/// What a decision or a change has to know of a record.
pub struct Locked {
    pub status: OrganisationStatus,
    pub version: i32,
    pub name: String,
    pub county: PlaceCode,
}

/// The record and its organisation, locked until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        r#"select r.version, o.status, o.name, o.place as "place!"
           from registration r
           join organisation o on o.id = r.organisation
           where r.organisation = $1
           for update"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let (status, county) = (word("registration", &row.status)?, word("registration", &row.place)?);
        Ok(Locked { status, version: row.version, name: row.name, county })
    })
    .transpose()
}

/// Registrations that nobody stands behind and that waited until before `now`, longest first.
pub async fn unconfirmed(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<OrganisationId>> {
    let ids = sqlx::query_scalar!(
        r#"select organisation as "id!"
           from registration_read
           where status in ('pending', 'returned') and confirm_until < $1 and not stood_behind
           order by confirm_until, organisation
           limit $2"#,
        now,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

pub async fn is_unconfirmed(
    connection: &mut PgConnection,
    id: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from registration_read where organisation = $1 and confirm_until < $2 and not stood_behind
           ) as "exists!""#,
        id.0,
        now
    )
    .fetch_one(connection)
    .await
}

/// Empties what a lapsed registration said: whom to call, the names by which look-alikes are found, the pictures, which
/// are given back.
pub async fn forget(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Vec<FileId>> {
    sqlx::query!("delete from registration_contact where organisation = $1", id.0).execute(&mut *connection).await?;
    sqlx::query!("update registration set former_names = '{}', former_cores = '{}' where organisation = $1", id.0)
        .execute(&mut *connection)
        .await?;
    let files = sqlx::query_scalar!("delete from registration_document where organisation = $1 returning file", id.0)
        .fetch_all(connection)
        .await?;
    Ok(files.into_iter().map(FileId).collect())
}

pub async fn count_version(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!("update registration set version = version + 1 where organisation = $1", id.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub struct RegistrationRow {
    pub status: OrganisationStatus,
    pub version: i32,
    pub uscc: String,
    pub name: String,
    pub former_names: Vec<String>,
    pub industry: Industry,
    pub county: PlaceCode,
    pub contact: Option<RegistrationContact>,
    pub email_confirmed: bool,
    pub submitted_at: DateTime<Utc>,
    pub confirm_until: Option<DateTime<Utc>>,
}

pub async fn by_organisation(
    connection: &mut PgConnection,
    id: OrganisationId,
) -> sqlx::Result<Option<RegistrationRow>> {
    let row = sqlx::query!(
        r#"select r.status as "status!", r.version as "version!", r.uscc as "uscc!", r.name as "name!",
                  r.former_names as "former_names!", r.industry as "industry!", r.place as "place!",
                  r.email_confirmed as "email_confirmed!", r.submitted_at as "submitted_at!",
                  case when r.status in ('pending', 'returned') and not r.stood_behind then r.confirm_until end
                      as confirm_until,
                  c.name as "contact_name?", c.phone as "contact_phone?", c.email as "contact_email?"
           from registration_read r
           left join registration_contact c on c.organisation = r.organisation
           where r.organisation = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let contact = row.contact_name.zip(row.contact_phone).zip(row.contact_email);
        Ok(RegistrationRow {
            status: word("registration", &row.status)?,
            version: row.version,
            uscc: row.uscc,
            name: row.name,
            former_names: row.former_names,
            industry: word("registration", &row.industry)?,
            county: word("registration", &row.place)?,
            contact: contact.map(|((name, phone), email)| RegistrationContact { name, phone, email }),
            email_confirmed: row.email_confirmed,
            submitted_at: row.submitted_at,
            confirm_until: row.confirm_until,
        })
    })
    .transpose()
}

/// The pictures that stand on a record now, in the order of their adding.
pub async fn documents(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Vec<RegistrationDocument>> {
    let rows = sqlx::query!(
        r#"select file as "file!", width as "width!", height as "height!", added_at as "added_at!"
           from registration_document_now
           where organisation = $1
           order by added_at, file"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    let document = |file, width, height, added_at| RegistrationDocument { file: FileId(file), width, height, added_at };
    Ok(rows.into_iter().map(|row| document(row.file, row.width, row.height, row.added_at)).collect())
}

pub async fn insert_document(
    connection: &mut PgConnection,
    id: OrganisationId,
    file: FileId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into registration_document (organisation, file, added_at) values ($1, $2, $3)",
        id.0,
        file.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn remove_document(
    connection: &mut PgConnection,
    id: OrganisationId,
    file: FileId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update registration_document
         set removed_at = $3
         where organisation = $1 and file = $2 and removed_at is null",
        id.0,
        file.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn empty_email(connection: &mut PgConnection, email: &EmailAddress) -> sqlx::Result<()> {
    sqlx::query!("update registration_contact set email = '' where email = $1", email.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Nothing where the code is another kind of organisation's.
pub async fn insert_attempt(
    connection: &mut PgConnection,
    id: Uuid,
    uscc: &Uscc,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into registration_attempt (id, organisation, at)
         select $1, id, $3 from organisation where uscc = $2",
        id,
        uscc.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
