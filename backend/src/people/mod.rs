//! People and their sessions: signing in and out, renewing, and who somebody is.
//!
//! A session is a row; the short-lived access token names person and session only, so that a right taken away is
//! gone with the next request. What is serious asks for a fresh proof (`Sure`). Deliberately absent: organisations and
//! who may do what in them, and any way to sign in as another.

pub mod contact;
pub mod email;
pub mod guesses;
mod http;
pub mod newcomer;
pub mod own_data;
pub mod password;
pub mod second_factor;
pub mod session;
mod sql;

pub use http::routes;
pub use sql::DemoPerson;

use crate::app::App;
use crate::audit;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Origin, SignedIn, Sure};
use crate::together::Together;
use domain::api::sessions::{Credentials, Device, Me, NewPassword, Prove, Session};
use domain::api::{Count, List};
use domain::person::{ACCOUNT_LENGTH_MAX, Proof, check_password, normalise_account, normalise_phone};
use domain::{OrganisationId, PersonId, Problems, SessionId};
pub use guesses::Guesses;
use serde_json::json;
use session::Tokens;
use sqlx::{PgConnection, PgPool};
use std::sync::Arc;

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
    sql::insert_private(&mut tx, id, person.name, person.email)
        .await
        .on_constraint("person_email_unique", || Error::invalid("email", "这个邮箱已经有账号了"))?;
    tx.commit().await?;
    Ok(id)
}

/// The person behind a live session, and how sure the session is of him.
#[derive(Clone)]
pub struct Known {
    pub me: Arc<Me>,
    pub proof: Proof,
}

/// What every request and every letter asks, so that it is asked for several at once.
pub struct Questions {
    sessions: Together<SessionId, Known>,
    addresses: Together<PersonId, String>,
}

impl Questions {
    #[must_use]
    pub fn new(pool: &PgPool) -> Self {
        Questions {
            sessions: Together::new(pool.clone(), |connection, sessions| Box::pin(sql::known(connection, sessions))),
            addresses: Together::new(pool.clone(), |connection, people| Box::pin(sql::addresses(connection, people))),
        }
    }
}

/// Whose a live session is, with rights as they are now.
pub async fn who(app: &App, session: SessionId) -> Result<Option<Known>> {
    app.people.sessions.ask(session).await
}

/// The same within a transaction that has changed it.
pub async fn who_now(tx: &mut PgConnection, session: SessionId) -> Result<Me> {
    let known = sql::known(tx, vec![session]).await?.remove(&session).ok_or(Error::SignInRequired)?;
    Ok(Arc::unwrap_or_clone(known.me))
}

/// Where to write to a person, if anywhere.
pub async fn address(app: &App, person: PersonId) -> Result<Option<String>> {
    app.people.addresses.ask(person).await
}

/// How a person is called; whoever has closed his account is 已注销.
pub async fn name(app: &App, person: PersonId) -> Result<Option<String>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::name(&mut connection, person).await?)
}

/// Signs in. The same refusal for an unknown account and a wrong password, after the same time.
pub async fn sign_in(app: &App, origin: &Origin, credentials: &Credentials) -> Result<(Session, Tokens)> {
    let account = normalise_account(&credentials.account);
    let mut problems = Problems::new();
    problems.require(!account.is_empty(), "account", "请填写账号");
    problems.require(account.chars().count() <= ACCOUNT_LENGTH_MAX, "account", "账号最多 100 个字");
    problems.require(!credentials.password.is_empty(), "password", "请填写密码");
    problems.none_or_err()?;
    let mut connection = app.pool.acquire().await?;
    let found = contact::find_account(&mut connection, &account, normalise_phone(&account).as_deref()).await?;
    drop(connection);
    // Tries by name, by e-mail address and by phone number are tries at the same account.
    let guesses = Guesses::of(found.as_ref().map_or(&account, |found| &found.account), origin);
    guesses.take(app).await?;
    let (person, hash) = found.map_or((None, None), |found| (Some(found.person), Some(found.hash)));
    let fits = password::fits(app, &credentials.password, hash).await?;
    let Some(person) = person.filter(|_| fits) else {
        return Err(Error::invalid("password", "账号或密码不对"));
    };
    let second = second_factor::asked(app, person, credentials.code.as_deref(), &guesses).await?;
    open_session(app, origin, person, second, &guesses).await
}

async fn open_session(
    app: &App,
    origin: &Origin,
    person: PersonId,
    second_factor: bool,
    guesses: &Guesses,
) -> Result<(Session, Tokens)> {
    let id: SessionId = app.clock.id();
    let now = app.clock.now();
    let tokens = app.keys.first_tokens(&app.clock, person, id)?;
    let mut tx = app.begin().await?;
    guesses.forget(&mut tx).await?;
    sql::insert_session(&mut tx, id, person, second_factor, origin, now).await?;
    sql::insert_refresh(&mut tx, &tokens.refresh, id, now, now + session::REFRESH_LIFE).await?;
    record(app, &mut tx, origin, person, ("sign_in", "session", id.0)).await?;
    let me = who_now(&mut tx, id).await?;
    tx.commit().await?;
    let session = Session {
        access: tokens.access.clone(),
        expires_in: session::ACCESS_LIFE.num_seconds(),
        refresh: tokens.refresh.text(),
        me,
    };
    Ok((session, tokens))
}

/// Records what a person did for himself.
async fn record(
    app: &App,
    tx: &mut PgConnection,
    origin: &Origin,
    person: PersonId,
    (verb, subject_kind, subject): (&'static str, &'static str, uuid::Uuid),
) -> Result<()> {
    let record = audit::Record { verb, subject_kind, subject, before: None, after: None, reason: None };
    Ok(audit::record_as(app, tx, Some(person), None, origin, record).await?)
}

/// Ends one session of this person; that it was another's, or none, is not told.
pub async fn sign_out(app: &App, origin: &Origin, person: PersonId, session: SessionId) -> Result<()> {
    let mut tx = app.begin().await?;
    if sql::revoke_own(&mut tx, person, session, app.clock.now()).await?.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    record(app, &mut tx, origin, person, ("sign_out", "session", session.0)).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all sessions of this person but the one that asks.
pub async fn sign_out_elsewhere(app: &App, signed_in: &SignedIn) -> Result<()> {
    let mut tx = app.begin().await?;
    sql::revoke_others(&mut tx, signed_in.me.id, signed_in.session, app.clock.now()).await?;
    let what = ("sign_out_elsewhere", "person", signed_in.me.id.0);
    record(app, &mut tx, &signed_in.origin, signed_in.me.id, what).await?;
    tx.commit().await?;
    Ok(())
}

/// The devices on which somebody is signed in, latest used first.
pub async fn devices(app: &App, signed_in: &SignedIn) -> Result<List<Device>> {
    let mut connection = app.pool.acquire().await?;
    let since = app.clock.now() - session::REFRESH_LIFE;
    let items = sql::devices(&mut connection, signed_in.me.id, signed_in.session, since).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Proves again who somebody is. Wrong tries wait longer, as those of signing in do.
pub async fn prove(app: &App, signed_in: &SignedIn, proof: &Prove) -> Result<()> {
    let person = signed_in.me.id;
    let mut connection = app.pool.acquire().await?;
    let (account, hash) = sql::password_of(&mut connection, person).await?.ok_or(Error::SignInRequired)?;
    drop(connection);
    let guesses = Guesses::of(&account, &signed_in.origin);
    guesses.take(app).await?;
    if !password::fits(app, &proof.password, Some(hash)).await? {
        return Err(Error::invalid("password", "密码不对"));
    }
    let second = second_factor::asked(app, person, proof.code.as_deref(), &guesses).await?;
    let mut tx = app.begin().await?;
    guesses.forget(&mut tx).await?;
    sql::set_proved(&mut tx, signed_in.session, second, app.clock.now()).await?.one_row_or_conflict()?;
    record(app, &mut tx, &signed_in.origin, person, ("proved", "session", signed_in.session.0)).await?;
    tx.commit().await?;
    Ok(())
}

/// Acts for another of one's organisations from now on.
pub async fn act_for(app: &App, signed_in: &SignedIn, organisation: OrganisationId) -> Result<Me> {
    let mut tx = app.begin().await?;
    // Not what the request began with: whoever has just accepted an invitation goes on as who he is now.
    if sql::set_acting(&mut tx, signed_in.session, organisation).await?.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let chosen = audit::Record {
        verb: "acting_chosen",
        subject_kind: "session",
        subject: signed_in.session.0,
        before: signed_in.me.acting.map(|before| json!({ "organisation": before })),
        after: Some(json!({ "organisation": organisation })),
        reason: None,
    };
    audit::record_as(app, &mut tx, Some(signed_in.me.id), Some(organisation), &signed_in.origin, chosen).await?;
    let me = who_now(&mut tx, signed_in.session).await?;
    tx.commit().await?;
    Ok(me)
}

/// Changes a password; all other sessions of the person end.
pub async fn change_password(app: &App, sure: &Sure<SignedIn>, change: &NewPassword) -> Result<()> {
    let Sure(signed_in) = sure;
    let mut problems = Problems::new();
    check_password(&mut problems, "new", &change.new);
    problems.none_or_err()?;
    let hash = password::hash(app, &change.new).await?;
    let mut tx = app.begin().await?;
    sql::set_password(&mut tx, signed_in.me.id, &hash).await?.one_row_or_conflict()?;
    sql::revoke_others(&mut tx, signed_in.me.id, signed_in.session, app.clock.now()).await?;
    let what = ("password_changed", "person", signed_in.me.id.0);
    record(app, &mut tx, &signed_in.origin, signed_in.me.id, what).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets somebody's password and ends all his sessions, in the transaction of what that follows from.
pub async fn set_password_of(tx: &mut PgConnection, app: &App, person: PersonId, hash: &str) -> Result<()> {
    sql::set_password(tx, person, hash).await?.one_row_or_conflict()?;
    // No session has this id: all of them end.
    sql::revoke_others(tx, person, SessionId(uuid::Uuid::nil()), app.clock.now()).await?;
    Ok(())
}

/// What a presented refresh token led to.
pub enum Renewal {
    /// The next pair; the same for every request that presents the same token within the grace.
    Renewed(Tokens, SessionId),
    /// Unknown, expired, revoked, or used again too late (then the whole session is revoked).
    Refused,
}

/// Exchanges a refresh token.
pub async fn renew(app: &App, origin: &Origin, refresh: &session::Refresh) -> Result<Renewal> {
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
        record(app, &mut tx, origin, row.person, ("session_ended_by_copy", "session", row.session.0)).await?;
        tx.commit().await?;
        return Ok(Renewal::Refused);
    }
    let tokens = app.keys.next_tokens(&app.clock, row.person, row.session, refresh)?;
    if row.rotated_at.is_none() {
        sql::mark_rotated(&mut tx, refresh, now).await?;
        sql::insert_refresh(&mut tx, &tokens.refresh, row.session, now, now + session::REFRESH_LIFE).await?;
        sql::set_seen(&mut tx, row.session, origin, now).await?;
    }
    tx.commit().await?;
    Ok(Renewal::Renewed(tokens, row.session))
}

/// The accounts shown on the sign-in page of a demo.
pub async fn demo_people(app: &App) -> Result<Vec<DemoPerson>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::demo_people(&mut connection).await?)
}

/// Drops failed tries of more than a day ago.
pub async fn forget_old_failures(app: &App) -> Result<u64> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::forget_old_failures(&mut connection, app.clock.now() - chrono::Duration::days(1)).await?)
}

/// Whether any account exists.
pub async fn any(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sql::any_person(connection).await
}
