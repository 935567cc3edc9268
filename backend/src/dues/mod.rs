//! What an enterprise has promised, by day: commitments besides money, its milestones, the ends of its pairings, its
//! pledges; as a list, as a table and as a calendar, which say the same.
//!
//! All of one enterprise is read at once, in one statement, and judged by `domain::due`, so that the rule stands in one
//! place. Contacts are on the page and in no file. Deliberately absent: changing anything, and days that nobody agreed on.

mod http;
mod sql;
mod written;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Enterprise;
use crate::pairings;
use chrono::{Datelike, NaiveDate};
use domain::api::dues::{Due, DueCounts, DueList, DueQuery};
use domain::due::{self, DueStanding, DuesShown};
use domain::{OrganisationId, PairingId};
use sqlx::PgConnection;

/// Of one enterprise; what is left out was settled longest ago.
const DUES_MAX: usize = 2_000;
/// On one page of the list.
const PAGE: usize = 50;

/// The list of whoever acts for an enterprise, page by page.
pub async fn list(app: &App, enterprise: &Enterprise, query: &DueQuery) -> Result<DueList> {
    let (organisation, today) = (enterprise.acting.organisation, app.clock.today());
    let show = shown(query)?;
    let mut tx = app.snapshot().await?;
    let (all, more) = all(app, &mut tx, organisation).await?;
    let count = |show| all.iter().filter(|due| is_shown(due, Some(show), today)).count();
    let counts = DueCounts {
        all: all.len(),
        late: count(DuesShown::Late),
        soon: count(DuesShown::Soon),
        done: count(DuesShown::Done),
        more,
    };
    let mut items: Vec<Due> = all.into_iter().filter(|due| is_shown(due, show, today)).collect();
    if let Some(after) = query.after.as_deref().filter(|after| !after.is_empty()) {
        let at = items.iter().position(|due| due.key == after);
        let at = at.ok_or_else(|| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
        items.drain(..=at);
    }
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.key.clone());
    let contacts = pairings::contacts::of_enterprise(app, &mut tx, organisation).await?;
    Ok(DueList { items, next, counts, contacts, as_of: app.clock.now() })
}

/// What of the list is wanted, whole, as a table for a spreadsheet.
pub async fn table(app: &App, enterprise: &Enterprise, query: &DueQuery) -> Result<Vec<u8>> {
    written::table(app, &wanted(app, enterprise, query).await?)
}

/// The same for a calendar: what has a day.
pub async fn calendar(app: &App, enterprise: &Enterprise, query: &DueQuery) -> Result<Vec<u8>> {
    Ok(written::calendar(app, &wanted(app, enterprise, query).await?).into_bytes())
}

async fn wanted(app: &App, enterprise: &Enterprise, query: &DueQuery) -> Result<Vec<Due>> {
    let show = shown(query)?;
    let mut tx = app.snapshot().await?;
    let (mut dues, _) = all(app, &mut tx, enterprise.acting.organisation).await?;
    dues.retain(|due| is_shown(due, show, app.clock.today()));
    Ok(dues)
}

fn shown(query: &DueQuery) -> Result<Option<DuesShown>> {
    let show = query.show.as_deref().filter(|show| !show.is_empty()).map(str::parse).transpose();
    show.map_err(|_| Error::invalid("show", "没有这一种，请从页面上选"))
}

/// What is late first, then by day; what has no day behind that, and what is settled last, the latest first. Also whether
/// there is more than that.
async fn all(app: &App, tx: &mut PgConnection, enterprise: OrganisationId) -> Result<(Vec<Due>, bool)> {
    let limit = i64::try_from(DUES_MAX + 1).unwrap_or(i64::MAX);
    let mut rows = sql::of_enterprise(tx, enterprise, limit).await?;
    let more = rows.len() > DUES_MAX;
    rows.truncate(DUES_MAX);
    let mut dues: Vec<Due> = rows.into_iter().map(|row| due_of(app, row)).collect();
    dues.sort_by_cached_key(order);
    Ok((dues, more))
}

fn order(due: &Due) -> (u8, i64, String) {
    let rank = match due.standing {
        DueStanding::Late => 0,
        DueStanding::Open | DueStanding::Waiting => 1,
        DueStanding::Done | DueStanding::Dropped => 2,
    };
    let day = due.day.map(|day| i64::from(day.num_days_from_ce()));
    let day = if rank == 2 { day.map(|day| -day) } else { day };
    (rank, day.unwrap_or(i64::MAX), due.key.clone())
}

fn is_shown(due: &Due, show: Option<DuesShown>, today: NaiveDate) -> bool {
    let settled = matches!(due.standing, DueStanding::Done | DueStanding::Dropped);
    match show {
        None => true,
        Some(DuesShown::Late) => due.standing == DueStanding::Late,
        Some(DuesShown::Soon) => !settled && due.day.is_some_and(|day| (today..=due::soon(today)).contains(&day)),
        Some(DuesShown::Done) => settled,
    }
}

fn due_of(app: &App, row: sql::Row) -> Due {
    let standing = due::standing(row.kind, row.day, (row.settled, row.kept, row.waiting), app.clock.today());
    Due {
        key: format!("{}-{}", row.kind, row.subject),
        kind: row.kind,
        day: row.day,
        standing,
        state: row.state.to_owned(),
        what: row.what,
        quantity: row.quantity,
        delivered: row.delivered,
        unit: row.unit,
        amount_fen: row.amount_fen,
        arrived_fen: row.arrived_fen,
        town: row.town.map(|town| app.places.place(&town)),
        villages: row.villages.iter().map(|village| app.places.place(village)).collect(),
        reference: row.reference,
        path: row.path,
        pairing: row.under_way.map(PairingId),
        charity: row.charity,
        charity_contact: row.charity_contact,
    }
}
