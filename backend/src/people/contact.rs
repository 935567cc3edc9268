//! What somebody signs in with and is reached by. Whole for himself; others see a number without its middle.
//!
//! Deliberately absent: proving that a number is his, which takes a text that this installation cannot send by itself.

mod sql;

pub use sql::find_account;

use super::record;
use crate::app::App;
use crate::error::{Error, OnConstraint, Result, broken};
use crate::http::caller::{SignedIn, Sure};
use crate::resets;
use domain::PersonId;
use domain::api::contact::OwnContact;
use domain::person::normalise_phone;
use sqlx::PgConnection;

/// The private row of a new account. One number, one account; one address, one account.
pub async fn insert(
    tx: &mut PgConnection,
    person: PersonId,
    name: &str,
    email: Option<&str>,
    phone: Option<&str>,
) -> Result<()> {
    let inserted = sql::insert(tx, person, name, email, phone).await;
    taken(inserted)
}

/// What somebody else signs in with already.
fn taken(inserted: sqlx::Result<()>) -> Result<()> {
    if broken(&inserted) == Some("person_email_unique") {
        return Err(Error::invalid("email", "这个邮箱已经有账号了。如果是您的，请先登录再接受邀请"));
    }
    inserted.on_constraint("person_phone_unique", || {
        Error::invalid("phone", "这个手机号已经有账号了。如果是您的，请先登录再接受邀请")
    })
}

/// One's own account name, address and number, and who had one's password set anew.
pub async fn own(app: &App, signed_in: &SignedIn) -> Result<OwnContact> {
    let mut connection = app.pool.acquire().await?;
    let person = signed_in.me.id;
    let row = sql::of(&mut connection, person).await?.ok_or(Error::SignInRequired)?;
    let resets = resets::notices(&mut connection, person).await?;
    Ok(OwnContact { account: row.account, email: row.email, phone: row.phone, resets })
}

/// Sets one's phone number, or removes it.
pub async fn set_phone(app: &App, sure: &Sure<SignedIn>, typed: &str) -> Result<OwnContact> {
    let Sure(signed_in) = sure;
    let phone = match typed.trim() {
        "" => None,
        typed => Some(normalise_phone(typed).ok_or_else(|| Error::invalid("phone", "请填写 11 位手机号"))?),
    };
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    sql::set_phone(&mut tx, person, phone.as_deref())
        .await
        .on_constraint("person_phone_unique", || Error::invalid("phone", "这个手机号已经用在别的账号上了"))?;
    record(app, &mut tx, &signed_in.origin, person, ("phone_changed", "person", person.0)).await?;
    tx.commit().await?;
    own(app, signed_in).await
}

/// Somebody's phone number, for a text to him.
pub async fn phone_of(tx: &mut PgConnection, person: PersonId) -> Result<Option<String>> {
    Ok(sql::of(tx, person).await?.and_then(|row| row.phone))
}
