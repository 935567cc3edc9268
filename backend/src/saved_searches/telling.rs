//! Which new needs fit which saved search, and the letters about them.
//!
//! The record of events says which needs have opened; each different query is asked once for all who saved it, and what
//! it found is written down beside the search, so that nothing is told twice. Letters are written from that: one for a
//! person, however many of his searches have found something. Deliberately absent: sending (jobs).

use super::sql;
use crate::app::App;
use crate::clock::shanghai;
use crate::error::{Error, Result};
use crate::mail::letter::{FoundNeed, SavedSearchFound};
use crate::mail::{self, Letter};
use crate::{needs, search};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use domain::api::needs::{NeedQuery, NeedRow, NeedSort};
use domain::{NeedId, PersonId, SavedSearchId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Of the day in Shanghai: when whoever wants to be told once a day is told.
const HOUR: u32 = 8;
/// Pages of an answer that are looked through for new needs.
const PAGES: usize = 50;
/// Needs that one letter names.
const NAMED_MAX: usize = 20;

/// Finds what is new and writes the letters that are due; a failure is logged and tried again by the next call.
pub async fn keep_up(app: &App) {
    if let Err(error) = follow(app).await {
        tracing::error!(%error, "saved searches do not follow what opens");
    }
    if let Err(error) = tell(app).await {
        tracing::error!(%error, "letters about new needs are not written");
    }
}

/// Looks which searches the needs fit that have opened since the last time. Returns how many pairs were found.
pub async fn follow(app: &App) -> Result<usize> {
    let mut connection = app.pool.acquire().await?;
    let (cursor, horizon) = sql::cursor(&mut connection).await?;
    if horizon <= cursor {
        return Ok(0);
    }
    let opened: HashMap<NeedId, DateTime<Utc>> =
        sql::opened(&mut connection, cursor, horizon).await?.into_iter().collect();
    let searches = if opened.is_empty() { Vec::new() } else { sql::running(&mut connection).await? };
    // A search server may be asked, and no transaction waits for it.
    drop(connection);
    if !searches.is_empty() {
        // The index is a moment behind the events.
        search::catch_up(app).await?;
    }
    let mut hits: Vec<(SavedSearchId, NeedId)> = Vec::new();
    for Asked { query, by } in by_query(searches) {
        for need in found_among(app, &query, &opened).await? {
            let before = by.iter().filter(|(_, saved_at)| opened.get(&need).is_some_and(|at| saved_at <= at));
            hits.extend(before.map(|(search, _)| (*search, need)));
        }
    }
    let mut tx = app.begin().await?;
    if !sql::advance(&mut tx, cursor, horizon).await? {
        // Another process was faster.
        return Ok(0);
    }
    sql::insert_hits(&mut tx, &hits, app.clock.now()).await?;
    tx.commit().await?;
    Ok(hits.len())
}

/// A query with the searches that ask it, and since when each does.
struct Asked {
    query: NeedQuery,
    by: Vec<(SavedSearchId, DateTime<Utc>)>,
}

/// Each different query once.
fn by_query(searches: Vec<sql::Running>) -> Vec<Asked> {
    let mut savers: BTreeMap<String, Vec<(SavedSearchId, DateTime<Utc>)>> = BTreeMap::new();
    for search in searches {
        savers.entry(search.query.to_string()).or_default().push((search.id, search.created_at));
    }
    let read = |(query, by): (String, Vec<_>)| match serde_json::from_str(&query) {
        Ok(query) => Some(Asked { query, by }),
        Err(error) => {
            tracing::warn!(%error, "a saved search cannot be read by this version");
            None
        }
    };
    savers.into_iter().filter_map(read).collect()
}

/// Those of the needs that fit a query.
async fn found_among(
    app: &App,
    query: &NeedQuery,
    opened: &HashMap<NeedId, DateTime<Utc>>,
) -> Result<BTreeSet<NeedId>> {
    let mut found = BTreeSet::new();
    let mut query = NeedQuery { exact: Some(true), sort: Some(NeedSort::Newest), after: None, ..query.clone() };
    for _ in 0..PAGES {
        let page = match needs::ids(app, &query).await {
            Ok(page) => page,
            // What an earlier version could search and this one cannot.
            Err(Error::Invalid(_)) => break,
            Err(error) => return Err(error),
        };
        // What is only spelt alike is not what was asked for.
        if !page.as_asked {
            break;
        }
        found.extend(page.ids.into_iter().filter(|id| opened.contains_key(id)));
        query.after = page.next;
        if query.after.is_none() || found.len() == opened.len() {
            break;
        }
    }
    Ok(found)
}

/// Writes to everybody whose searches have found something that he was not told. Returns how many letters those are.
pub async fn tell(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let morning = last_morning(now);
    let mut connection = app.pool.acquire().await?;
    let people = sql::people_to_tell(&mut connection, morning).await?;
    drop(connection);
    let mut written = 0;
    for person in people {
        written += usize::from(tell_one(app, person, morning).await?);
    }
    Ok(written)
}

/// When it was last eight o'clock in Shanghai.
fn last_morning(now: DateTime<Utc>) -> DateTime<Utc> {
    let local = shanghai(now);
    let into_the_day = TimeDelta::seconds(i64::from(local.num_seconds_from_midnight()));
    let today = now - into_the_day + TimeDelta::hours(i64::from(HOUR));
    let today = today - TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos()));
    if today <= now { today } else { today - TimeDelta::days(1) }
}

/// One letter, in one transaction with the note that it was written.
async fn tell_one(app: &App, person: PersonId, morning: DateTime<Utc>) -> Result<bool> {
    let mut tx = app.begin().await?;
    let told = sql::take(&mut tx, person, morning, app.clock.now()).await?;
    let mut searches: BTreeMap<NeedId, Vec<String>> = BTreeMap::new();
    for (need, search) in told {
        searches.entry(need).or_default().push(search);
    }
    let ids: Vec<NeedId> = searches.keys().copied().collect();
    // What was set aside meanwhile is not worth a letter.
    let rows = needs::public_rows(app, &mut tx, &ids).await?;
    let needs: Vec<FoundNeed> =
        rows.iter().take(NAMED_MAX).map(|row| named(row, searches.remove(&row.id).unwrap_or_default())).collect();
    let some = !needs.is_empty();
    if some {
        let letter = Letter::SavedSearchFound(SavedSearchFound { count: rows.len(), needs });
        mail::write_to_people(&mut tx, app, &[person], &letter).await?;
    }
    tx.commit().await?;
    Ok(some)
}

fn named(row: &NeedRow, searches: Vec<String>) -> FoundNeed {
    let asked = row.amount_fen.map_or_else(|| row.asked.clone(), |amount| amount.to_string());
    FoundNeed {
        code: row.code.clone().unwrap_or_default(),
        title: row.title.clone(),
        place: [row.place.county.as_str(), &row.place.town, &row.place.village].concat(),
        asked,
        searches,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_morning_is_eight_o_clock_in_shanghai() {
        for (now, morning) in [
            ("2026-06-30T02:00:00Z", "2026-06-30T00:00:00Z"),
            ("2026-06-30T00:00:00Z", "2026-06-30T00:00:00Z"),
            ("2026-06-29T23:59:59.5Z", "2026-06-29T00:00:00Z"),
            ("2026-06-29T17:00:00Z", "2026-06-29T00:00:00Z"),
        ] {
            assert_eq!(last_morning(now.parse().unwrap()), morning.parse::<DateTime<Utc>>().unwrap(), "{now}");
        }
    }
}
