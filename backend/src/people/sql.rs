//! The only SQL on people, organisations, memberships and sessions.

use super::NewOrganisation;
use super::session::Refresh;
use chrono::{DateTime, Utc};
use domain::api::sessions::Me;
use domain::organisation::{Membership, OrganisationStatus, Role};
use domain::{OrganisationId, PersonId, SessionId};
use sqlx::PgConnection;

pub async fn insert_person(
    connection: &mut PgConnection,
    id: PersonId,
    account: &str,
    hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into person (id, account, password_hash, created_at) values ($1, $2, $3, $4)",
        id.0,
        account,
        hash,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_private(
    connection: &mut PgConnection,
    id: PersonId,
    name: &str,
    email: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!("insert into person_private (person, name, email) values ($1, $2, $3)", id.0, name, email)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn insert_organisation(
    connection: &mut PgConnection,
    id: OrganisationId,
    organisation: &NewOrganisation<'_>,
    status: OrganisationStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organisation (id, kind, name, place, status, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        organisation.kind.as_str(),
        organisation.name,
        organisation.place.map(domain::place::PlaceCode::as_str),
        status.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn village_of(
    connection: &mut PgConnection,
    village: &domain::place::PlaceCode,
) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!("select id from organisation where kind = 'village' and place = $1", village.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(id.map(OrganisationId))
}

pub async fn insert_membership(
    connection: &mut PgConnection,
    person: PersonId,
    organisation: OrganisationId,
    role: Role,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into membership (person, organisation, role, created_at) values ($1, $2, $3, $4)",
        person.0,
        organisation.0,
        role.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find_account(connection: &mut PgConnection, account: &str) -> sqlx::Result<Option<(PersonId, String)>> {
    let row = sqlx::query!("select id, password_hash from person where account = $1 and disabled_at is null", account)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (PersonId(row.id), row.password_hash)))
}

pub async fn accounts(connection: &mut PgConnection) -> sqlx::Result<Vec<(String, PersonId)>> {
    let rows =
        sqlx::query!("select id, account from person order by created_at, id limit 50").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.account, PersonId(row.id))).collect())
}

pub async fn any_person(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from person) as "exists!""#).fetch_one(connection).await
}

struct MeRow {
    id: uuid::Uuid,
    name: String,
    organisation: Option<uuid::Uuid>,
    organisation_name: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    place: Option<String>,
    role: Option<String>,
}

/// One row per membership becomes one person. A row with an unknown identifier gives no right.
fn me_from(rows: Vec<MeRow>) -> Option<Me> {
    let mut me: Option<Me> = None;
    for row in rows {
        let me = me.get_or_insert_with(|| Me { id: PersonId(row.id), name: row.name, memberships: Vec::new() });
        let membership = (|| {
            Some(Membership {
                organisation: OrganisationId(row.organisation?),
                organisation_name: row.organisation_name?,
                kind: row.kind?.parse().ok()?,
                status: row.status?.parse().ok()?,
                place: row.place.and_then(|place| place.parse().ok()),
                role: row.role?.parse().ok()?,
            })
        })();
        me.memberships.extend(membership);
    }
    me
}

pub async fn me(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<Me>> {
    let rows = sqlx::query_as!(
        MeRow,
        r#"select p.id, pp.name, o.id as "organisation?", o.name as "organisation_name?", o.kind as "kind?",
                  o.status as "status?", o.place, m.role as "role?"
           from person p
           join person_private pp on pp.person = p.id
           left join membership m on m.person = p.id
           left join organisation o on o.id = m.organisation
           where p.id = $1 and p.disabled_at is null
           order by m.created_at, m.role"#,
        person.0
    )
    .fetch_all(connection)
    .await?;
    Ok(me_from(rows))
}

/// The person of a session that has not been revoked.
pub async fn me_of_session(connection: &mut PgConnection, session: SessionId) -> sqlx::Result<Option<Me>> {
    let rows = sqlx::query_as!(
        MeRow,
        r#"select p.id, pp.name, o.id as "organisation?", o.name as "organisation_name?", o.kind as "kind?",
                  o.status as "status?", o.place, m.role as "role?"
           from session s
           join person p on p.id = s.person and p.disabled_at is null
           join person_private pp on pp.person = p.id
           left join membership m on m.person = p.id
           left join organisation o on o.id = m.organisation
           where s.id = $1 and s.revoked_at is null
           order by m.created_at, m.role"#,
        session.0
    )
    .fetch_all(connection)
    .await?;
    Ok(me_from(rows))
}

pub async fn insert_session(
    connection: &mut PgConnection,
    id: SessionId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("insert into session (id, person, created_at) values ($1, $2, $3)", id.0, person.0, now)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn revoke(connection: &mut PgConnection, session: SessionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update session set revoked_at = $2 where id = $1 and revoked_at is null", session.0, now)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn insert_refresh(
    connection: &mut PgConnection,
    refresh: &Refresh,
    session: SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into refresh_token (hash, session, issued_at, expires_at) values ($1, $2, $3, $4)",
        refresh.hash(),
        session.0,
        now,
        expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub struct RefreshRow {
    pub session: SessionId,
    pub person: PersonId,
    pub expires_at: DateTime<Utc>,
    pub rotated_at: Option<DateTime<Utc>>,
    pub revoked: bool,
}

/// The token's row, locked: of two requests that present it, one rotates and the other sees that it was rotated.
pub async fn lock_refresh(connection: &mut PgConnection, refresh: &Refresh) -> sqlx::Result<Option<RefreshRow>> {
    let row = sqlx::query!(
        r#"select r.session, s.person, r.expires_at, r.rotated_at, s.revoked_at is not null as "revoked!"
           from refresh_token r
           join session s on s.id = r.session
           where r.hash = $1
           for update of r"#,
        refresh.hash()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| RefreshRow {
        session: SessionId(row.session),
        person: PersonId(row.person),
        expires_at: row.expires_at,
        rotated_at: row.rotated_at,
        revoked: row.revoked,
    }))
}

pub async fn mark_rotated(connection: &mut PgConnection, refresh: &Refresh, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update refresh_token set rotated_at = $2 where hash = $1 and rotated_at is null",
        refresh.hash(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn failures(
    connection: &mut PgConnection,
    subjects: &[String],
) -> sqlx::Result<Vec<(String, i32, DateTime<Utc>)>> {
    let rows = sqlx::query!("select subject, failures, last_at from sign_in_failure where subject = any($1)", subjects)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.subject, row.failures, row.last_at)).collect())
}

/// Counts a failure; after a quiet day the count begins anew.
pub async fn count_failure(connection: &mut PgConnection, subjects: &[String], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sign_in_failure as f (subject, failures, last_at)
         select subject, 1, $2 from unnest($1::text[]) as subject order by subject
         on conflict (subject) do update
         set failures = case when f.last_at < $2 - interval '1 day' then 1 else least(f.failures, 1000) + 1 end,
             last_at = $2",
        subjects,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn forget_failures(connection: &mut PgConnection, subjects: &[String]) -> sqlx::Result<()> {
    // The address keeps its count: one good account must not clear the way for guessing others.
    sqlx::query!("delete from sign_in_failure where subject = any($1) and subject not like 'address:%'", subjects)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn members(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    roles: &[Role],
) -> sqlx::Result<Vec<PersonId>> {
    let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
    let people = sqlx::query_scalar!(
        "select distinct m.person
         from membership m
         join person p on p.id = m.person and p.disabled_at is null
         where m.organisation = $1 and m.role = any($2)
         order by m.person",
        organisation.0,
        &roles
    )
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

pub async fn address(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<String>> {
    let email = sqlx::query_scalar!(
        "select pp.email
         from person_private pp
         join person p on p.id = pp.person and p.disabled_at is null
         where pp.person = $1",
        person.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(email.flatten().filter(|email| !email.trim().is_empty()))
}

pub async fn name_of(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select name from organisation where id = $1", organisation.0).fetch_one(connection).await
}
