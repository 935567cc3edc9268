//! Somebody who makes an account for himself, by an invitation: with a name of his choice or a phone number.
//!
//! Deliberately absent: what he is invited to (organisations), and accounts without an invitation.

use super::{contact, sql};
use crate::app::App;
use crate::error::{Error, OnConstraint, Result};
use domain::api::invitations::Newcomer;
use domain::person::{check_account_name, check_password, looks_like_email, normalise_account, normalise_phone};
use domain::{PersonId, Problems};
use sqlx::PgConnection;

/// Characters of a person's name.
const NAME_MAX: usize = 40;

/// A newcomer whose input is fine, with the hash of his password: made before a transaction begins, because it takes
/// its time.
pub struct Checked {
    name: String,
    account: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    hash: String,
}

/// Checks what a newcomer typed. `email` is the address by which the invitation came, which needs no typing.
pub async fn check(app: &App, typed: &Newcomer, email: Option<String>) -> Result<Checked> {
    let name = typed.name.trim().to_owned();
    let mut problems = Problems::new();
    problems.require((1..=NAME_MAX).contains(&name.chars().count()), "name", "请填写姓名，最多 40 个字");
    let (account, phone) = (typed.account.trim(), typed.phone.trim());
    if account.is_empty() && phone.is_empty() {
        problems.add("account", "请填写账号名或手机号，以后用它登录");
    }
    if !account.is_empty() {
        check_account_name(&mut problems, "account", account);
    }
    let number = normalise_phone(phone);
    problems.require(phone.is_empty() || number.is_some(), "phone", "请填写 11 位手机号");
    let address = Some(typed.email.trim().to_lowercase()).filter(|email| !email.is_empty());
    problems.require(address.as_deref().is_none_or(looks_like_email), "email", "请核对邮箱，如 name@example.com");
    check_password(&mut problems, "password", &typed.password);
    problems.none_or_err()?;
    let account = (!account.is_empty()).then(|| normalise_account(account));
    let hash = super::password::hash(app, &typed.password).await?;
    Ok(Checked { name, account, phone: number, email: address.or(email), hash })
}

/// Makes the account, in the transaction of the invitation that it belongs to; returns also what to sign in with.
pub async fn insert(app: &App, tx: &mut PgConnection, checked: &Checked) -> Result<(PersonId, String)> {
    let id: PersonId = app.clock.id();
    // Whoever signs in by phone number has an account name all the same; the number itself can be erased.
    let made_up = || format!("user-{}", app.keys.one_time_code("account", id.0).to_lowercase());
    let account = checked.account.clone().unwrap_or_else(made_up);
    sql::insert_person(tx, id, &account, &checked.hash, app.clock.now())
        .await
        .on_constraint("person_account_unique", || Error::invalid("account", "这个账号名已经有人用了，请换一个"))?;
    contact::insert(tx, id, &checked.name, checked.email.as_deref(), checked.phone.as_deref()).await?;
    let signs_in_with = checked.account.clone().or_else(|| checked.phone.clone()).unwrap_or(account);
    Ok((id, signs_in_with))
}
