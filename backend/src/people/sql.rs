//! The only SQL on people and their sessions.

use super::Known;
use super::session::Refresh;
use crate::http::caller::Origin;
use chrono::{DateTime, Utc};
use domain::api::Count;
use domain::api::charity_books::BookKeeper;
use domain::api::sessions::{Device, Me};
use domain::consent::{PRIVACY_NOTICE_VERSION, TERMS_VERSION};
use domain::organisation::{Membership, Role};
use domain::person::Proof;
use domain::{OrganisationId, PersonId, SessionId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::HashMap;
use std::sync::Arc;

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

pub async fn any_person(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from person) as "exists!""#).fetch_one(connection).await
}

#[expect(clippy::struct_excessive_bools, reason = "a row of a statement")]
struct MeRow {
    session: uuid::Uuid,
    id: uuid::Uuid,
    name: String,
    acting: Option<uuid::Uuid>,
    reads: Option<uuid::Uuid>,
    reads_name: Option<String>,
    authenticated_at: DateTime<Utc>,
    by_second_factor: bool,
    enrolled: bool,
    email_confirmed: bool,
    consented: bool,
    organisation: Option<uuid::Uuid>,
    organisation_name: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    place: Option<String>,
    role: Option<String>,
}

impl MeRow {
    /// A row with an unknown identifier gives no right.
    fn membership(&self) -> Option<Membership> {
        Some(Membership {
            organisation: OrganisationId(self.organisation?),
            organisation_name: self.organisation_name.clone()?,
            kind: self.kind.as_ref()?.parse().ok()?,
            status: self.status.as_ref()?.parse().ok()?,
            place: self.place.as_ref().and_then(|place| place.parse().ok()),
            role: self.role.as_ref()?.parse().ok()?,
        })
    }
}

/// One row per membership becomes one person. Whoever has not chosen acts for the organisation that he joined first.
fn known_from(rows: &[MeRow]) -> Option<(SessionId, Known)> {
    let first = rows.first()?;
    let session = SessionId(first.session);
    let proof = Proof {
        authenticated_at: first.authenticated_at,
        second_factor: first.by_second_factor,
        enrolled: first.enrolled,
    };
    let chosen = first.acting.map(OrganisationId);
    let mut me = Me {
        id: PersonId(first.id),
        name: first.name.clone(),
        memberships: Vec::new(),
        acting: None,
        reads: first.reads.map(OrganisationId).zip(first.reads_name.clone()).map(|(id, name)| BookKeeper { id, name }),
        second_factor: first.enrolled,
        email_confirmed: first.email_confirmed,
        consent_needed: !first.consented,
        // Every request asks who it is from; what he has not read is counted for those that show it.
        unread: Count::capped(0),
    };
    me.memberships = rows.iter().filter_map(MeRow::membership).collect();
    let still_his = chosen.filter(|chosen| me.memberships.iter().any(|own| own.organisation == *chosen));
    me.acting = still_his.or(me.memberships.first().map(|own| own.organisation));
    Some((session, Known { me: Arc::new(me), proof }))
}

/// The people of the sessions that have not been revoked, and how sure each is of him.
pub async fn known(
    connection: &mut PgConnection,
    mut sessions: Vec<SessionId>,
) -> sqlx::Result<HashMap<SessionId, Known>> {
    // A statement is planned once for arrays of about ten; for shorter ones PostgreSQL would rather plan each time,
    // which costs more than the answer. No session has this id.
    sessions.resize(sessions.len().max(10), SessionId(uuid::Uuid::nil()));
    let ids: Vec<_> = sessions.into_iter().map(|session| session.0).collect();
    let rows = sqlx::query_as!(
        MeRow,
        r#"select s.id as session, p.id, pp.name, s.organisation as acting, r.id as "reads?",
                  r.name as "reads_name?", s.authenticated_at, s.second_factor as by_second_factor,
                  exists (select from second_factor f where f.person = p.id and f.confirmed_at is not null)
                      as "enrolled!",
                  pp.email is not null and pp.email_confirmed_at is not null as "email_confirmed!",
                  (select count(*) from consent_now c
                   where c.person = p.id and c.given
                     and ((c.kind = 'privacy_notice' and c.version = $2) or (c.kind = 'terms' and c.version = $3))) = 2
                      as "consented!",
                  o.id as "organisation?", o.name as "organisation_name?", o.kind as "kind?", o.status as "status?",
                  o.place, m.role as "role?"
           from session s
           join person p on p.id = s.person and p.disabled_at is null
           join person_private pp on pp.person = p.id
           left join organisation r on r.id = s.reads
           left join membership m on m.person = p.id and m.status = 'active'
           left join organisation o on o.id = m.organisation
           where s.id = any($1) and s.revoked_at is null
           order by s.id, m.created_at, m.role"#,
        &ids,
        PRIVACY_NOTICE_VERSION,
        TERMS_VERSION
    )
    .fetch_all(connection)
    .await?;
    let of_one = rows.chunk_by(|one, next| one.session == next.session);
    Ok(of_one.filter_map(known_from).collect())
}

/// The accounts of a demo, with what each may do where.
pub async fn demo_people(connection: &mut PgConnection) -> sqlx::Result<Vec<DemoPerson>> {
    let rows = sqlx::query!(
        r#"select p.id, p.account, pp.name,
                  (array_agg(o.id order by m.created_at, m.role) filter (where o.id is not null))[1] as organisation,
                  array_agg(o.name order by m.created_at, m.role) filter (where o.id is not null) as "organisations?",
                  array_agg(m.role order by m.created_at, m.role) filter (where o.id is not null) as "roles?"
           from person p
           join person_private pp on pp.person = p.id
           left join membership m on m.person = p.id
           left join organisation o on o.id = m.organisation
           group by p.id, pp.person
           order by p.created_at, p.id
           limit 50"#
    )
    .fetch_all(connection)
    .await?;
    let roles = |names: Option<Vec<String>>, roles: Option<Vec<String>>| {
        let pairs = names.unwrap_or_default().into_iter().zip(roles.unwrap_or_default());
        pairs.filter_map(|(name, role)| Some((name, role.parse().ok()?))).collect()
    };
    let people = rows.into_iter().map(|row| DemoPerson {
        id: PersonId(row.id),
        organisation: row.organisation.map(OrganisationId),
        account: row.account,
        name: row.name,
        roles: roles(row.organisations, row.roles),
    });
    Ok(people.collect())
}

/// An account of a demo, with the organisation that it joined first.
pub struct DemoPerson {
    pub id: PersonId,
    pub organisation: Option<OrganisationId>,
    pub account: String,
    pub name: String,
    /// Name of the organisation and role, in the order of joining.
    pub roles: Vec<(String, Role)>,
}

pub async fn insert_session(
    connection: &mut PgConnection,
    id: SessionId,
    person: PersonId,
    second_factor: bool,
    origin: &Origin,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into session (id, person, second_factor, device, address, created_at, seen_at, authenticated_at)
         values ($1, $2, $3, $4, $5, $6, $6, $6)",
        id.0,
        person.0,
        second_factor,
        origin.device,
        origin.address.map(|address| address.to_string()),
        now
    )
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

pub async fn revoke_own(
    connection: &mut PgConnection,
    person: PersonId,
    session: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update session set revoked_at = $3 where id = $2 and person = $1 and revoked_at is null",
        person.0,
        session.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn revoke_others(
    connection: &mut PgConnection,
    person: PersonId,
    but: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update session set revoked_at = $3 where person = $1 and id <> $2 and revoked_at is null",
        person.0,
        but.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_seen(
    connection: &mut PgConnection,
    session: SessionId,
    origin: &Origin,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update session set seen_at = $2, device = $3, address = $4 where id = $1",
        session.0,
        now,
        origin.device,
        origin.address.map(|address| address.to_string())
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_proved(
    connection: &mut PgConnection,
    session: SessionId,
    second_factor: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update session set authenticated_at = $3, second_factor = $2 where id = $1 and revoked_at is null",
        session.0,
        second_factor,
        now
    )
    .execute(connection)
    .await
}

/// No row where the session's person does not belong there.
pub async fn set_acting(
    connection: &mut PgConnection,
    session: SessionId,
    organisation: OrganisationId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update session s
         set organisation = $2
         where s.id = $1 and s.revoked_at is null
           and exists (
               select from membership m
               where m.person = s.person and m.organisation = $2 and m.status = 'active'
           )",
        session.0,
        organisation.0
    )
    .execute(connection)
    .await
}

/// Live sessions of which a token may still be good.
pub async fn devices(
    connection: &mut PgConnection,
    person: PersonId,
    this: SessionId,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<Device>> {
    let rows = sqlx::query!(
        "select id, device, address, created_at, seen_at
         from session
         where person = $1 and revoked_at is null and seen_at > $2
         order by seen_at desc, id desc
         limit 200",
        person.0,
        since
    )
    .fetch_all(connection)
    .await?;
    let device = |id, name, address, signed_in_at, seen_at| Device {
        id: SessionId(id),
        name,
        address,
        signed_in_at,
        seen_at,
        this_one: SessionId(id) == this,
    };
    Ok(rows.into_iter().map(|row| device(row.id, row.device, row.address, row.created_at, row.seen_at)).collect())
}

/// Account name and hash of a person who may sign in.
pub async fn password_of(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!("select account, password_hash from person where id = $1 and disabled_at is null", person.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.account, row.password_hash)))
}

pub async fn set_password(connection: &mut PgConnection, person: PersonId, hash: &str) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update person set password_hash = $2 where id = $1 and disabled_at is null", person.0, hash)
        .execute(connection)
        .await
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
    sqlx::query!("delete from sign_in_failure where subject = any($1)", subjects).execute(connection).await?;
    Ok(())
}

/// One failure less of each.
pub async fn give_try_back(connection: &mut PgConnection, subjects: &[String]) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_failure where subject = any($1) and failures = 1", subjects)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "update sign_in_failure set failures = failures - 1 where subject = any($1) and failures > 1",
        subjects
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One try at a time of the same account or address, until the transaction ends.
pub async fn lock_subjects(connection: &mut PgConnection, subjects: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(subject, 0))
         from (select subject from unnest($1::text[]) as subject order by subject) as ordered",
        subjects
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Drops failures that count no longer.
pub async fn forget_old_failures(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from sign_in_failure where last_at < $1", before).execute(connection).await?;
    Ok(done.rows_affected())
}

pub async fn name(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select name from person_private where person = $1", person.0).fetch_optional(connection).await
}

pub async fn addresses(
    connection: &mut PgConnection,
    people: Vec<PersonId>,
) -> sqlx::Result<HashMap<PersonId, String>> {
    let ids: Vec<_> = people.into_iter().map(|person| person.0).collect();
    let rows = sqlx::query!(
        r#"select pp.person, pp.email as "email!"
           from person_private pp
           join person p on p.id = pp.person and p.disabled_at is null
           where pp.person = any($1) and pp.email is not null"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    let written = rows.into_iter().filter(|row| !row.email.trim().is_empty());
    Ok(written.map(|row| (PersonId(row.person), row.email)).collect())
}
