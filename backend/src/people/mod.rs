//! People and their sessions: signing in and out, renewing, and who somebody is.
//!
//! A session is a row; the short-lived access token names person and session only, so that a right taken away is
//! gone with the next request. Deliberately absent: registration and invitations, and any way to sign in as another.

mod http;
pub mod password;
pub mod session;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit;
use crate::error::{Error, OnConstraint, Result};
use crate::http::caller::Origin;
use chrono::Duration;
use domain::api::sessions::{Credentials, Me, Session};
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::person::{check_password, normalise_account};
use domain::place::PlaceCode;
use domain::{OrganisationId, PersonId, Problems, SessionId};
use session::Tokens;
use sqlx::PgConnection;

/// A person to be created by the installation itself (`admin`, demo).
pub struct NewPerson<'a> {
    pub account: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub password: &'a str,
}

/// Creates a person who can sign in.
pub async fn create(app: &App, person: &NewPerson<'_>) -> Result<PersonId> {
    let mut problems = Problems::new();
    check_password(&mut problems, "password", person.password);
    problems.require(!person.account.trim().is_empty(), "account", "请填写账号");
    problems.require(!person.name.trim().is_empty(), "name", "请填写姓名");
    problems.none_or_err()?;
    let hash = password::hash(app, person.password).await?;
    let id: PersonId = app.clock.id();
    let mut tx = app.begin().await?;
    sql::insert_person(&mut tx, id, &normalise_account(person.account), &hash, app.clock.now())
        .await
        .on_constraint("person_account_unique", || Error::invalid("account", "这个账号已经有人用了"))?;
    sql::insert_private(&mut tx, id, person.name, person.email).await?;
    tx.commit().await?;
    Ok(id)
}

/// An organisation to be created by the installation itself.
pub struct NewOrganisation<'a> {
    pub kind: OrganisationKind,
    pub name: &'a str,
    pub place: Option<&'a PlaceCode>,
}

/// Creates a verified organisation.
pub async fn create_organisation(app: &App, organisation: &NewOrganisation<'_>) -> Result<OrganisationId> {
    let id: OrganisationId = app.clock.id();
    let mut connection = app.pool.acquire().await?;
    sql::insert_organisation(&mut connection, id, organisation, OrganisationStatus::Verified, app.clock.now()).await?;
    Ok(id)
}

/// The organisation of a village, if it has one.
pub async fn village_of(app: &App, village: &PlaceCode) -> Result<Option<OrganisationId>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::village_of(&mut connection, village).await?)
}

/// The people who act for an organisation in one of the roles.
pub async fn members(tx: &mut PgConnection, organisation: OrganisationId, roles: &[Role]) -> Result<Vec<PersonId>> {
    Ok(sql::members(tx, organisation, roles).await?)
}

/// The name of an organisation.
pub async fn name_of(tx: &mut PgConnection, organisation: OrganisationId) -> Result<String> {
    Ok(sql::name_of(tx, organisation).await?)
}

/// Where to write to a person, if anywhere.
pub async fn address(app: &App, person: PersonId) -> Result<Option<String>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::address(&mut connection, person).await?)
}

/// Gives a person a role in an organisation.
pub async fn add_member(app: &App, person: PersonId, organisation: OrganisationId, role: Role) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    sql::insert_membership(&mut connection, person, organisation, role, app.clock.now()).await?;
    Ok(())
}

/// Signs in. The same refusal for an unknown account and a wrong password, after the same time.
pub async fn sign_in(app: &App, origin: &Origin, credentials: &Credentials) -> Result<(Session, Tokens)> {
    let account = normalise_account(&credentials.account);
    let mut problems = Problems::new();
    problems.require(!account.is_empty(), "account", "请填写账号");
    problems.require(!credentials.password.is_empty(), "password", "请填写密码");
    problems.none_or_err()?;
    let subjects = delayed_subjects(&account, origin);
    wait_is_over(app, &subjects).await?;

    let mut connection = app.pool.acquire().await?;
    let found = sql::find_account(&mut connection, &account).await?;
    drop(connection);
    let (person, hash) = found.map_or((None, None), |(person, hash)| (Some(person), Some(hash)));
    let fits = password::fits(app, &credentials.password, hash).await?;
    let Some(person) = person.filter(|_| fits) else {
        let mut connection = app.pool.acquire().await?;
        sql::count_failure(&mut connection, &subjects, app.clock.now()).await?;
        return Err(Error::invalid("password", "账号或密码不对"));
    };
    open_session(app, origin, person, &subjects).await
}

async fn open_session(app: &App, origin: &Origin, person: PersonId, subjects: &[String]) -> Result<(Session, Tokens)> {
    let id: SessionId = app.clock.id();
    let now = app.clock.now();
    let tokens = app.keys.first_tokens(&app.clock, person, id)?;
    let mut tx = app.begin().await?;
    sql::forget_failures(&mut tx, subjects).await?;
    sql::insert_session(&mut tx, id, person, now).await?;
    sql::insert_refresh(&mut tx, &tokens.refresh, id, now, now + session::REFRESH_LIFE).await?;
    let record = audit::Record {
        verb: "sign_in",
        subject_kind: "session",
        subject: id.0,
        before: None,
        after: None,
        reason: None,
    };
    audit::record_as(app, &mut tx, Some(person), None, origin, record).await?;
    let me = sql::me(&mut tx, person).await?.ok_or(Error::SignInRequired)?;
    tx.commit().await?;
    let session = Session {
        access: tokens.access.clone(),
        expires_in: session::ACCESS_LIFE.num_seconds(),
        refresh: tokens.refresh.text(),
        me,
    };
    Ok((session, tokens))
}

/// Ends one session.
pub async fn sign_out(app: &App, origin: &Origin, person: PersonId, session: SessionId) -> Result<()> {
    let mut tx = app.begin().await?;
    sql::revoke(&mut tx, session, app.clock.now()).await?;
    let record = audit::Record {
        verb: "sign_out",
        subject_kind: "session",
        subject: session.0,
        before: None,
        after: None,
        reason: None,
    };
    audit::record_as(app, &mut tx, Some(person), None, origin, record).await?;
    tx.commit().await?;
    Ok(())
}

/// The person behind a live session, with rights as they are now.
pub async fn who(app: &App, session: SessionId) -> Result<Option<Me>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::me_of_session(&mut connection, session).await?)
}

/// What a presented refresh token led to.
pub enum Renewal {
    /// The next pair; the same for every request that presents the same token within the grace.
    Renewed(Tokens, SessionId),
    /// Unknown, expired, revoked, or used again too late (then the whole session is revoked).
    Refused,
}

/// Exchanges a refresh token.
pub async fn renew(app: &App, refresh: &session::Refresh) -> Result<Renewal> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let Some(row) = sql::lock_refresh(&mut tx, refresh).await? else { return Ok(Renewal::Refused) };
    if row.revoked || row.expires_at <= now {
        return Ok(Renewal::Refused);
    }
    let reused_late = row.rotated_at.is_some_and(|rotated| now - rotated > session::REUSE_GRACE);
    if reused_late {
        // Somebody holds a copy: nobody can tell who is the thief, so the session ends for both.
        sql::revoke(&mut tx, row.session, now).await?;
        tx.commit().await?;
        return Ok(Renewal::Refused);
    }
    let tokens = app.keys.next_tokens(&app.clock, row.person, row.session, refresh)?;
    if row.rotated_at.is_none() {
        sql::mark_rotated(&mut tx, refresh, now).await?;
        sql::insert_refresh(&mut tx, &tokens.refresh, row.session, now, now + session::REFRESH_LIFE).await?;
    }
    tx.commit().await?;
    Ok(Renewal::Renewed(tokens, row.session))
}

/// What a failure is counted against, with the longest wait it may cause in seconds. A stranger's failures on an
/// account from elsewhere cost its owner two seconds at most.
fn delayed_subjects(account: &str, origin: &Origin) -> Vec<String> {
    let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
    vec![format!("pair:{account}|{address}"), format!("account:{account}"), format!("address:{address}")]
}

fn longest_wait(subject: &str) -> i64 {
    match subject.split(':').next() {
        Some("pair") => 900,
        Some("account") => 2,
        _ => 60,
    }
}

/// Free tries before the delay begins: of one person three, of an address (an office behind one) thirty.
fn free_tries(subject: &str) -> i32 {
    if subject.starts_with("address:") { 30 } else { 3 }
}

async fn wait_is_over(app: &App, subjects: &[String]) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    let now = app.clock.now();
    let rows = sql::failures(&mut connection, subjects).await?;
    let wait = rows.iter().map(|(subject, failures, last_at)| {
        let exponent = u32::try_from(failures - free_tries(subject)).unwrap_or(0).min(20);
        let seconds = if exponent == 0 { 0 } else { 2_i64.pow(exponent).min(longest_wait(subject)) };
        (*last_at + Duration::seconds(seconds) - now).num_seconds()
    });
    match wait.max() {
        Some(seconds) if seconds > 0 => {
            Err(Error::TooMany { retry_after_seconds: u64::try_from(seconds).unwrap_or(1) })
        }
        _ => Ok(()),
    }
}

/// The accounts shown on the sign-in page of a demo.
pub async fn demo_people(app: &App) -> Result<Vec<(String, Me)>> {
    let mut connection = app.pool.acquire().await?;
    let mut people = Vec::new();
    for (account, person) in sql::accounts(&mut connection).await? {
        if let Some(me) = sql::me(&mut connection, person).await? {
            people.push((account, me));
        }
    }
    Ok(people)
}

/// Whether any account exists.
pub async fn any(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sql::any_person(connection).await
}
