//! Whose books a caller reads. A charity's people read their own; an auditor chooses one charity after the other and
//! reads everything that its people read, as himself: nothing that he does is recorded as the charity's.
//!
//! The choice is the session's and comes with `Me`. Deliberately absent: changing anything, and the whole numbers of
//! payees' accounts.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::{Audit, BooksReader, Caller, CharityStaff, SignedIn};
use crate::people;
use domain::OrganisationId;
use domain::api::charity_books::BookKeeper;
use domain::api::sessions::Me;
use domain::api::{Count, List};
use serde_json::json;

/// The charity whose books the caller reads; none for whoever is neither of a charity nor an auditor.
///
/// # Errors
/// Refused while an auditor has not chosen.
pub fn read_by(caller: &Caller) -> Result<Option<OrganisationId>> {
    if let Some(acting) = caller.acting_as(CharityStaff::ROLES) {
        return Ok(Some(acting.organisation));
    }
    let Some(me) = caller.me.as_ref().filter(|_| caller.acting_as(Audit::ROLES).is_some()) else { return Ok(None) };
    Ok(Some(me.books().ok_or(Error::ChooseCharity)?.id))
}

/// The right to read a charity's books.
///
/// # Errors
/// For visitors, for other roles, and while an auditor has not chosen.
pub fn reader(caller: Caller) -> Result<BooksReader> {
    if caller.me.is_none() {
        return Err(Error::SignInRequired);
    }
    let reader = caller.acting_as(CharityStaff::ROLES).or(caller.acting_as(Audit::ROLES));
    let reader = reader.zip(read_by(&caller)?);
    let (acting, charity) = reader.ok_or(Error::Forbidden("只有慈善组织和审计的账号可以看"))?;
    Ok(BooksReader { acting, charity, origin: caller.origin })
}

/// The charities whose books an auditor may read.
pub async fn list(app: &App) -> Result<List<BookKeeper>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::charities(&mut connection).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Reads the books of one charity from now on.
pub async fn choose(app: &App, auditor: &Audit, person: &SignedIn, charity: OrganisationId) -> Result<Me> {
    let mut tx = app.begin().await?;
    if sql::choose(&mut tx, person.session, charity).await?.rows_affected() == 0 {
        return Err(Error::invalid("charity", "没有找到这个慈善组织，请从名单里选"));
    }
    let record = Record {
        verb: "charity_books_chosen",
        subject_kind: "organisation",
        subject: charity.0,
        before: person.me.books().map(|before| json!({ "charity": before.id })),
        after: Some(json!({ "charity": charity })),
        reason: None,
    };
    audit::record(app, &mut tx, &auditor.acting, &auditor.origin, record).await?;
    let me = people::who_now(&mut tx, person.session).await?;
    tx.commit().await?;
    Ok(me)
}
