//! E-mail addresses of people: whose one is, whether its owner has shown that it is his, and what he may do then: have an
//! account, and set a new password.
//!
//! Deliberately absent: the letters and their links (links), and telling anybody whether an address is known.

mod sql;

use super::guesses::Guesses;
use crate::app::App;
use crate::error::{OneRow, Result};
use crate::http::caller::Origin;
use domain::PersonId;
use domain::email::EmailAddress;
use sqlx::PgConnection;

/// Counts one more letter that was asked for; refuses while the wait after the earlier ones lasts.
pub async fn count_letter(app: &App, email: &EmailAddress, origin: &Origin) -> Result<()> {
    Guesses::of_letters(email.as_str(), origin).take(app).await
}

/// The people who sign in with an address or are written to at it.
pub async fn people_of(tx: &mut PgConnection, email: &EmailAddress) -> Result<Vec<PersonId>> {
    Ok(sql::people_of(tx, email.as_str()).await?)
}

/// The address of a person as it is compared, if it is one.
pub async fn of(tx: &mut PgConnection, person: PersonId) -> Result<Option<EmailAddress>> {
    let email = sql::email_of(tx, person).await?;
    Ok(email.and_then(|email| email.parse().ok()))
}

/// Whether a person has an address and has confirmed it.
pub async fn is_confirmed(tx: &mut PgConnection, person: PersonId) -> Result<bool> {
    Ok(sql::is_confirmed(tx, person).await?)
}

/// The person has shown that this address is his. Whether it still is the one that we write to him at.
pub async fn confirm(app: &App, tx: &mut PgConnection, person: PersonId, email: &EmailAddress) -> Result<bool> {
    Ok(sql::set_confirmed(tx, person, email.as_str(), app.clock.now()).await?.rows_affected() == 1)
}

/// An account that is opened by its owner.
pub struct NewAccount<'a> {
    pub email: &'a EmailAddress,
    pub name: &'a str,
    /// Of the password, made before the transaction began.
    pub hash: &'a str,
    /// He came by a link that was sent there.
    pub confirmed: bool,
}

/// Opens an account under an address; none where there is one already.
pub async fn open_account(app: &App, tx: &mut PgConnection, new: &NewAccount<'_>) -> Result<Option<PersonId>> {
    let id: PersonId = app.clock.id();
    let now = app.clock.now();
    if sql::insert_person(tx, id, new.email.as_str(), new.hash, now).await?.rows_affected() == 0 {
        return Ok(None);
    }
    sql::insert_private(tx, id, new.name, new.email.as_str(), new.confirmed.then_some(now)).await?;
    Ok(Some(id))
}

/// Sets a new password and ends every session.
pub async fn set_password(app: &App, tx: &mut PgConnection, person: PersonId, hash: &str) -> Result<()> {
    sql::set_password(tx, person, hash).await?.one_row_or_conflict()?;
    Ok(sql::end_sessions(tx, person, app.clock.now()).await?)
}
