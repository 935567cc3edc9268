//! One-time links by mail: confirming an address, setting a new password, opening a donor's account, becoming the owner
//! of an enterprise.
//!
//! A link is good once and for some hours; asking for another ends it. Its secret is in the letter only: the database
//! keeps a hash, the job keeps the link's id. Nothing here tells whether an address has an account. Deliberately absent:
//! signing in by a link.

mod http;
mod letter;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Origin, SignedIn};
use crate::jobs::{Done, Failure, Job, enqueue};
use crate::mail::letter::AccountKnown;
use crate::mail::{self, Letter, Mail};
use crate::people::email::{self, count_letter};
use crate::{organisations, people};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use domain::api::links::{LinkShown, ResetPassword};
use domain::email::EmailAddress;
use domain::link::{LinkPurpose, LinkState};
use domain::organisation::Role;
use domain::person::check_password;
use domain::{JobId, LinkId, OrganisationId, PersonId, Problems};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// How long an ended link is kept, so that its page can still say what became of it.
const KEPT: Duration = Duration::days(30);

/// A link to be sent.
pub struct NewLink<'a> {
    pub purpose: LinkPurpose,
    /// None for a donor's account, which is opened by the link.
    pub person: Option<PersonId>,
    pub organisation: Option<OrganisationId>,
    pub email: &'a EmailAddress,
}

/// Writes a link and its letter as part of the caller's transaction; earlier ones for the same end.
pub async fn write(app: &App, tx: &mut PgConnection, new: &NewLink<'_>) -> Result<()> {
    let (id, now) = (app.clock.id::<LinkId>(), app.clock.now());
    sql::replace(tx, new, now).await?;
    sql::insert(tx, id, &Sha256::digest(app.keys.link(id)), new, now, now + new.purpose.life()).await?;
    enqueue(tx, app, &Job::LinkLetter { link: id }).await
}

/// What the database knows a link's text by; none for a text that is no link.
fn hash(text: &str) -> Option<Vec<u8>> {
    let secret = BASE64_URL_SAFE_NO_PAD.decode(text.trim()).ok().filter(|secret| secret.len() == 32)?;
    Some(Sha256::digest(secret).to_vec())
}

/// How a link stands. Looking changes nothing, so whatever opens the links of a letter uses none up.
pub async fn shown(app: &App, text: &str) -> Result<LinkShown> {
    let unknown = LinkShown { state: LinkState::Unknown, purpose: None, enterprise: None };
    let Some(hash) = hash(text) else { return Ok(unknown) };
    let mut connection = app.pool.acquire().await?;
    let Some(row) = sql::by_hash(&mut connection, &hash).await? else { return Ok(unknown) };
    let state = row.state(app.clock.now());
    Ok(LinkShown { state, purpose: Some(row.purpose), enterprise: row.enterprise })
}

/// A link that was good and is used now.
pub struct Taken {
    pub purpose: LinkPurpose,
    pub person: Option<PersonId>,
    pub organisation: Option<OrganisationId>,
    pub email: EmailAddress,
}

/// Uses a link that is for one of the purposes, as part of the caller's transaction.
pub async fn take(app: &App, tx: &mut PgConnection, text: &str, purposes: &[LinkPurpose]) -> Result<Taken> {
    let refused = |state: LinkState| Error::invalid("link", state.refusal());
    let hash = hash(text).ok_or_else(|| refused(LinkState::Unknown))?;
    let row = sql::lock(tx, &hash).await?.filter(|row| purposes.contains(&row.purpose));
    let row = row.ok_or_else(|| refused(LinkState::Unknown))?;
    let state = row.state(app.clock.now());
    if state != LinkState::Good {
        return Err(refused(state));
    }
    let email = row.email.as_deref().and_then(|email| email.parse().ok());
    let email = email.ok_or_else(|| refused(LinkState::Unknown))?;
    sql::set_used(tx, row.id, app.clock.now()).await?.one_row_or_conflict()?;
    Ok(Taken { purpose: row.purpose, person: row.person, organisation: row.organisation, email })
}

/// Confirms an address, or makes the reader the owner of an enterprise that was registered with his address.
pub async fn confirm(app: &App, origin: &Origin, text: &str) -> Result<LinkPurpose> {
    let mut tx = app.begin().await?;
    let taken = take(app, &mut tx, text, &[LinkPurpose::ConfirmEmail, LinkPurpose::OwnEnterprise]).await?;
    let person = taken.person.ok_or(Error::NotFound)?;
    if let Some(organisation) = taken.organisation {
        organisations::lock_to_join(&mut tx, organisation).await?;
    }
    if !email::confirm(app, &mut tx, person, &taken.email).await? {
        return Err(Error::Conflict("账号的邮箱已经换过，请用新的邮箱确认".into()));
    }
    record(app, &mut tx, origin, person, "email_confirmed").await?;
    if let Some(organisation) = taken.organisation {
        organisations::join(app, &mut tx, person, organisation, Role::EnterpriseOwner).await?;
        let what = Record {
            verb: "enterprise_owner_accepted",
            subject_kind: "organisation",
            subject: organisation.0,
            before: None,
            after: None,
            reason: None,
        };
        audit::record_as(app, &mut tx, Some(person), Some(organisation), origin, what).await?;
    }
    tx.commit().await?;
    Ok(taken.purpose)
}

async fn record(app: &App, tx: &mut PgConnection, origin: &Origin, person: PersonId, verb: &'static str) -> Result<()> {
    let subject = person.0;
    let record = Record { verb, subject_kind: "person", subject, before: None, after: None, reason: None };
    Ok(audit::record_as(app, tx, Some(person), None, origin, record).await?)
}

/// Another letter that confirms the caller's own address.
pub async fn confirm_mine(app: &App, signed_in: &SignedIn) -> Result<()> {
    let person = signed_in.me.id;
    let mut connection = app.pool.acquire().await?;
    let address = email::of(&mut connection, person).await?;
    drop(connection);
    let address = address.ok_or_else(|| Error::Conflict("您的账号没有登记邮箱，请联系本单位的负责人".into()))?;
    if signed_in.me.email_confirmed {
        return Err(Error::Conflict("您的邮箱已经确认过了".into()));
    }
    count_letter(app, &address, &signed_in.origin).await?;
    let mut tx = app.begin().await?;
    let (purpose, person) = (LinkPurpose::ConfirmEmail, Some(person));
    write(app, &mut tx, &NewLink { purpose, person, organisation: None, email: &address }).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes down that somebody asks for a link by an address. Whose it is, a job finds out, so that the answer and the time
/// that it takes tell nothing.
pub async fn ask(app: &App, origin: &Origin, purpose: LinkPurpose, typed: &str) -> Result<()> {
    let address: EmailAddress =
        typed.parse().map_err(|error: domain::email::EmailError| Error::invalid("email", error.to_string()))?;
    count_letter(app, &address, origin).await?;
    let mut tx = app.begin().await?;
    request(app, &mut tx, purpose, &address).await?;
    tx.commit().await?;
    Ok(())
}

async fn request(app: &App, tx: &mut PgConnection, purpose: LinkPurpose, address: &EmailAddress) -> Result<()> {
    let id: LinkId = app.clock.id();
    sql::insert_request(tx, id, purpose, address.as_str(), app.clock.now()).await?;
    enqueue(tx, app, &Job::LinkRequest { request: id }).await
}

/// The job of such a request. Done twice it finds nothing the second time.
pub async fn answer(app: &App, id: LinkId) -> std::result::Result<Done, Failure> {
    let mut tx = app.begin().await?;
    let Some((purpose, typed)) = sql::take_request(&mut tx, id).await? else { return Ok(Some("answered already")) };
    let Ok(address) = typed.parse::<EmailAddress>() else { return Ok(Some("no address")) };
    let people = email::people_of(&mut tx, &address).await?;
    let new = |person| NewLink { purpose, person, organisation: None, email: &address };
    if people.is_empty() && purpose == LinkPurpose::DonorAccount {
        write(app, &mut tx, &new(None)).await?;
    }
    for person in people {
        if purpose == LinkPurpose::DonorAccount {
            let letter = Letter::AccountKnown(AccountKnown {});
            enqueue(&mut tx, app, &Job::Mail(Box::new(Mail { to: person, letter }))).await?;
        } else {
            write(app, &mut tx, &new(Some(person))).await?;
        }
    }
    tx.commit().await?;
    Ok(None)
}

/// Another letter to where this link went, whatever became of the link. Its text shows that the caller read that mailbox.
pub async fn renew(app: &App, origin: &Origin, text: &str) -> Result<()> {
    let hash = hash(text).ok_or(Error::NotFound)?;
    let mut connection = app.pool.acquire().await?;
    let row = sql::by_hash(&mut connection, &hash).await?.ok_or(Error::NotFound)?;
    drop(connection);
    let address = row.email.as_deref().and_then(|email| email.parse::<EmailAddress>().ok()).ok_or(Error::NotFound)?;
    count_letter(app, &address, origin).await?;
    let mut tx = app.begin().await?;
    if let Some(organisation) = row.organisation {
        organisations::lock_to_join(&mut tx, organisation).await?;
    }
    match row.person {
        None => request(app, &mut tx, row.purpose, &address).await?,
        Some(person) => {
            let (purpose, organisation) = (row.purpose, row.organisation);
            write(app, &mut tx, &NewLink { purpose, person: Some(person), organisation, email: &address }).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Sets a new password by the link from the letter; every session of the account ends.
pub async fn reset(app: &App, origin: &Origin, reset: &ResetPassword) -> Result<()> {
    let mut problems = Problems::new();
    check_password(&mut problems, "password", &reset.password);
    problems.none_or_err()?;
    // A link that is not good is not worth the work of a hash.
    let shown = shown(app, &reset.link).await?;
    if shown.state != LinkState::Good {
        return Err(Error::invalid("link", shown.state.refusal()));
    }
    let hash = people::password::hash(app, &reset.password).await?;
    let mut tx = app.begin().await?;
    let taken = take(app, &mut tx, &reset.link, &[LinkPurpose::ResetPassword]).await?;
    let person = taken.person.ok_or(Error::NotFound)?;
    email::set_password(app, &mut tx, person, &hash).await?;
    email::confirm(app, &mut tx, person, &taken.email).await?;
    record(app, &mut tx, origin, person, "password_reset").await?;
    tx.commit().await?;
    Ok(())
}

/// Sends the letter of a link, if it is still good and the address still belongs to whom it is for.
pub async fn send(app: &App, id: JobId, at: DateTime<Utc>, link: LinkId) -> std::result::Result<Done, Failure> {
    let mut connection = app.pool.acquire().await?;
    let Some(row) = sql::by_id(&mut connection, link).await? else { return Ok(Some("no such link")) };
    if row.state(app.clock.now()) != LinkState::Good {
        return Ok(Some("the link has ended"));
    }
    let address = row.email.as_deref().and_then(|email| email.parse::<EmailAddress>().ok());
    let Some(address) = address else { return Ok(Some("no address")) };
    if let Some(person) = row.person
        && !email::people_of(&mut connection, &address).await?.contains(&person)
    {
        return Ok(Some("no address"));
    }
    drop(connection);
    let text = BASE64_URL_SAFE_NO_PAD.encode(app.keys.link(link));
    let other_name = row.account.as_deref().filter(|account| *account != address.as_str());
    let content = letter::content(row.purpose, &text, row.enterprise.as_deref(), other_name);
    mail::deliver(app, (id, at), address.to_string(), &content, Vec::new()).await?;
    Ok(None)
}

/// Forgets where a person's links went: none of them works any more.
pub async fn forget(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    Ok(sql::delete_addresses(tx, person).await?)
}

/// Ends the links that would make somebody the owner of an organisation.
pub async fn end_into(tx: &mut PgConnection, organisation: OrganisationId, now: DateTime<Utc>) -> Result<()> {
    Ok(sql::end_into(tx, organisation, now).await?)
}

/// Drops links that ended a month ago, with their addresses. Returns how many.
pub async fn forget_old(app: &App) -> Result<u64> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::delete_expired(&mut connection, app.clock.now() - KEPT).await?)
}
