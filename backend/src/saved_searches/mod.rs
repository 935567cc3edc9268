//! Searches of needs that people save, and the letters that tell them of new needs that fit.
//!
//! A person's searches are that person's, whatever he is here. Deliberately absent: how needs are searched (needs), and
//! telling of a need that has only changed.

mod http;
mod sql;
mod telling;

pub use http::routes;
pub use telling::{follow, keep_up, tell};

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Origin, SignedIn};
use crate::needs;
use domain::api::needs::NeedQuery;
use domain::api::saved_searches::{NewSavedSearch, SavedSearch, SavedSearchChange, StopSearches, StoppedSearches};
use domain::api::{Count, List};
use domain::saved_search::{SEARCHES_MAX, check_name};
use domain::{PersonId, SavedSearchId};
use sqlx::PgConnection;
use uuid::Uuid;

/// What the link in a letter is for.
const LINK: &str = "saved_searches";

/// Somebody's searches, latest first.
pub async fn list(app: &App, person: PersonId) -> Result<List<SavedSearch>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::of_person(&mut connection, person).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Saves a search. The same id and content again gives the same answer; other content is a conflict.
pub async fn save(app: &App, signed_in: &SignedIn, new: &NewSavedSearch) -> Result<SavedSearch> {
    check_name(&new.name)?;
    let (person, query) = (signed_in.me.id, canonical(&new.query));
    // What cannot be searched cannot be saved.
    needs::ids(app, &query).await?;
    let mut tx = app.begin().await?;
    if let Some(stored) = sql::of_id(&mut tx, person, new.id).await? {
        let same = (stored.name.as_str(), &stored.query, stored.pace) == (new.name.trim(), &query, new.pace);
        return if same { Ok(stored) } else { Err(other()) };
    }
    let saved = sql::insert(&mut tx, person, new, &query, app.clock.now()).await;
    let saved = saved.on_constraint("saved_search_pkey", other)?;
    if saved.rows_affected() == 0 {
        let says = format!("最多保存 {SEARCHES_MAX} 个搜索，请先删去不用的");
        return Err(Error::invalid("name", says));
    }
    record(app, &mut tx, (Some(person), &signed_in.origin), "search_saved", ("saved_search", new.id.0)).await?;
    let stored = sql::of_id(&mut tx, person, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored)
}

fn other() -> Error {
    Error::Conflict("这个编号已经保存过别的搜索，请重新打开页面再保存".into())
}

/// What is looked for, whatever the order and the page in which it was looked at.
fn canonical(query: &NeedQuery) -> NeedQuery {
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    NeedQuery { q: words.map(str::to_owned), sort: None, after: None, ..query.clone() }
}

/// Renames, pauses or quickens a search of one's own. What opened while it paused is not told later.
pub async fn change(
    app: &App,
    signed_in: &SignedIn,
    id: SavedSearchId,
    change: &SavedSearchChange,
) -> Result<SavedSearch> {
    check_name(&change.name)?;
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    let changed = sql::update(&mut tx, person, id, change, app.clock.now()).await?;
    if changed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    record(app, &mut tx, (Some(person), &signed_in.origin), "search_changed", ("saved_search", id.0)).await?;
    let stored = sql::of_id(&mut tx, person, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored)
}

/// Drops a search of one's own; answers what it was.
pub async fn drop(app: &App, signed_in: &SignedIn, id: SavedSearchId) -> Result<SavedSearch> {
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    let stored = sql::of_id(&mut tx, person, id).await?.ok_or(Error::NotFound)?;
    sql::delete(&mut tx, person, id).await?.one_row_or_conflict()?;
    record(app, &mut tx, (Some(person), &signed_in.origin), "search_dropped", ("saved_search", id.0)).await?;
    tx.commit().await?;
    Ok(stored)
}

/// Pauses all searches of whoever was sent the letter with this link.
pub async fn stop(app: &App, origin: &Origin, stop: &StopSearches) -> Result<StoppedSearches> {
    if !app.keys.is_letter_link(LINK, stop.person.0, &stop.key) {
        return Err(Error::NotFound);
    }
    let mut tx = app.begin().await?;
    let paused = sql::pause_all(&mut tx, stop.person, app.clock.now()).await?.rows_affected();
    if paused > 0 {
        record(app, &mut tx, (None, origin), "searches_stopped", ("person", stop.person.0)).await?;
    }
    tx.commit().await?;
    Ok(StoppedSearches { paused: i64::try_from(paused).unwrap_or(i64::MAX) })
}

/// Where a reader of letters stops them, within the site.
#[must_use]
pub fn stop_path(app: &App, person: PersonId) -> String {
    format!("/saved-searches/stop?person={person}&key={}", app.keys.letter_link(LINK, person.0))
}

/// Somebody's searches in a transaction of the caller's, latest first.
pub async fn of_person(tx: &mut PgConnection, person: PersonId) -> Result<Vec<SavedSearch>> {
    Ok(sql::of_person(tx, person).await?)
}

/// Drops the searches of somebody whose account closes.
pub async fn forget(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    Ok(sql::forget(tx, person).await?)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (person, origin): (Option<PersonId>, &Origin),
    verb: &'static str,
    (subject_kind, subject): (&'static str, Uuid),
) -> Result<()> {
    let record = Record { verb, subject_kind, subject, before: None, after: None, reason: None };
    Ok(audit::record_as(app, tx, person, None, origin, record).await?)
}
