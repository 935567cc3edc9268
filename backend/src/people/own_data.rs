//! What is kept about a person, for that person; and the end of an account.
//!
//! Closing empties what can be emptied: name, address, password, second factor, memberships, sessions, notices, saved
//! searches, and where he is whom to call about a pairing. Events, pledges and transfers stay and name an id that leads to nobody. Deliberately absent: closing
//! somebody else's account.

mod sql;

use super::{email, record};
use crate::app::App;
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{SignedIn, Sure};
use crate::{consents, links, notices, organisations, pairings, registrations, saved_searches};
use domain::PersonId;
use domain::api::own_data::{CONFIRMATION, OwnData, kept};
use sqlx::PgConnection;

/// Acts in one answer.
const ACTS: i64 = 10_000;

/// Everything kept about the caller.
pub async fn read(app: &App, signed_in: &SignedIn) -> Result<OwnData> {
    let me = &signed_in.me;
    let mut tx = app.snapshot().await?;
    let own = sql::private(&mut tx, me.id).await?.ok_or(Error::SignInRequired)?;
    let consents = consents::history(&mut tx, me.id).await?;
    let saved_searches = saved_searches::of_person(&mut tx, me.id).await?;
    let since = app.clock.now() - super::session::REFRESH_LIFE;
    let devices = super::sql::devices(&mut tx, me.id, signed_in.session, since).await?;
    let mut acts = sql::acts(&mut tx, me.id, ACTS + 1).await?;
    let most = usize::try_from(ACTS).unwrap_or(usize::MAX);
    let more_acts = acts.len() > most;
    acts.truncate(most);
    Ok(OwnData {
        id: me.id,
        account: own.account,
        name: own.name,
        email: own.email,
        phone: own.phone,
        created_at: own.created_at,
        memberships: me.memberships.clone(),
        devices,
        consents,
        saved_searches,
        acts,
        more_acts,
        kept: kept(),
    })
}

/// Closes the caller's account for good.
pub async fn close(app: &App, sure: &Sure<SignedIn>, confirm: &str) -> Result<()> {
    let Sure(signed_in) = sure;
    if confirm.trim() != CONFIRMATION {
        return Err(Error::invalid("confirm", "请输入“注销”两个字"));
    }
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    organisations::leave_all(&mut tx, person).await?;
    record(app, &mut tx, &signed_in.origin, person, ("account_closed", "person", person.0)).await?;
    forget(app, &mut tx, person).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(())
}

/// Closes the account of somebody whose registration lapses, in that transaction: the address may not even be his.
pub async fn close_unconfirmed(app: &App, tx: &mut PgConnection, person: PersonId) -> Result<()> {
    organisations::forget_memberships(tx, person).await?;
    forget(app, tx, person).await
}

/// Empties everything that tells who a person is.
async fn forget(app: &App, tx: &mut PgConnection, person: PersonId) -> Result<()> {
    consents::end(app, tx, person).await?;
    links::forget(tx, person).await?;
    if let Some(address) = email::of(tx, person).await? {
        registrations::forget_address(tx, &address).await?;
    }
    if let Some(own) = sql::private(tx, person).await? {
        pairings::contacts::forget(tx, person, (&own.name, own.phone.as_deref())).await?;
    }
    notices::forget(tx, person).await?;
    saved_searches::forget(tx, person).await?;
    sql::erase(tx, person, app.clock.now()).await?.one_row_or_conflict()
}
