//! The rows behind each of the four numbers: whoever reads a number can open what adds up to it.
//!
//! Number and rows are read in one moment. What givers hide is in the sum and not in its row; of an enterprise everybody
//! reads what it shows whole. Deliberately absent: the rows of 在途, which are nobody's yet and only its charity's to read.

mod http;
mod sql;
pub mod totals;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Audit, Caller, Giver};
use crate::ledger::shown_name;
use crate::{campaigns, places, pledges};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::figures::{FigureQuery, FigureRow, FigureRows, MoneyOf};
use domain::four::{FourNumbers, MoneyNumber};
use domain::place::PlaceLevel;
use domain::pledge::PublicDisplay;
use domain::{Fen, OrganisationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Rows of one page.
const PAGE: usize = 50;
/// Stands for whoever is not to be named.
const OTHERS: &str = "其他捐赠";
/// Of what the charity arranges, where no giver is behind it alone.
const ARRANGED: &str = "慈善组织统筹安排";

/// Whose numbers they are, and how much of them this reader may see.
struct Head {
    name: String,
    money: FourNumbers,
    later: i64,
    shown_only: bool,
    /// Of a need, its village.
    village: Option<String>,
}

/// A row as it was found, with where it stands.
struct Found {
    key: Key,
    on: NaiveDate,
    what: String,
    fen: i64,
    hidden: bool,
    need: Option<(String, String)>,
}

/// Where a row stands: those of the place, field or campaign itself first, then need by need or pledge by pledge.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    own: bool,
    group: String,
    of: Uuid,
    at: DateTime<Utc>,
    id: Uuid,
    n: i64,
}

impl Key {
    fn text(&self) -> String {
        let Key { own, group, of, at, id, n } = self;
        let part = if *own { "o" } else { "n" };
        format!("{part}_{group}_{of}_{}_{id}_{n}", at.timestamp_micros())
    }

    fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('_').collect();
        let [part, group, of, at, id, n] = parts.as_slice() else { return None };
        Some(Key {
            own: match *part {
                "o" => true,
                "n" => false,
                _ => return None,
            },
            group: Some((*group).to_owned()).filter(|group| group.chars().all(|c| c.is_ascii_alphanumeric()))?,
            of: of.parse().ok()?,
            at: DateTime::from_timestamp_micros(at.parse().ok()?)?,
            id: id.parse().ok()?,
            n: n.parse().ok()?,
        })
    }
}

/// The public need that is called so, by its code or its id.
pub async fn need(app: &App, name: &str) -> Result<MoneyOf> {
    let mut connection = app.pool.acquire().await?;
    let id = sql::need_called(&mut connection, name).await?;
    id.map(MoneyOf::Need).ok_or(Error::NotFound)
}

/// The campaign that is called so, by its code or its id.
pub async fn campaign(app: &App, name: &str) -> Result<MoneyOf> {
    let mut connection = app.pool.acquire().await?;
    Ok(MoneyOf::Campaign(campaigns::public_id(&mut connection, name).await?))
}

/// One number with a page of its rows.
pub async fn rows(
    app: &App,
    caller: &Caller,
    of: MoneyOf,
    number: MoneyNumber,
    query: &FigureQuery,
) -> Result<FigureRows> {
    let wrong = || Error::invalid("after", "翻页的位置不对，请从第一页看起");
    let after = query.after.as_deref().map(|text| Key::read(text).ok_or_else(wrong)).transpose()?;
    let mut tx = app.snapshot().await?;
    let head = head(app, &mut tx, caller, &of).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    if after.as_ref().is_none_or(|after| after.own) {
        found = own(&mut tx, &of, number, after.as_ref(), limit).await?;
    }
    if found.len() <= PAGE {
        let rest = limit - i64::try_from(found.len()).unwrap_or(limit);
        let after = after.as_ref().filter(|after| !after.own);
        found.extend(others(&mut tx, &of, &head, number, after, rest).await?);
    }
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|last| last.key.text());
    let rows = found.into_iter().map(|found| {
        let (need_code, need_title) = found.need.unzip();
        let amount_fen = Some(found.fen).filter(|_| !found.hidden).map(Fen::new).transpose();
        let amount_fen = amount_fen.map_err(anyhow::Error::new)?;
        Ok(FigureRow { on: found.on, what: found.what, amount_fen, need_code, need_title })
    });
    Ok(FigureRows {
        number,
        name: head.name,
        money: head.money,
        later: head.later,
        shown_only: head.shown_only,
        rows: rows.collect::<Result<_>>()?,
        next,
        as_of: app.clock.now(),
        of,
    })
}

/// The numbers as everybody reads them; not found where there is nothing to be read.
async fn head(app: &App, tx: &mut PgConnection, caller: &Caller, of: &MoneyOf) -> Result<Head> {
    let today = app.clock.today();
    let plain = |name: String, (money, later): (FourNumbers, i64)| Head {
        name,
        money,
        later,
        shown_only: false,
        village: None,
    };
    Ok(match of {
        MoneyOf::Need(id) => {
            let (title, village) = sql::need(tx, *id).await?.ok_or(Error::NotFound)?;
            Head { village: Some(village), ..plain(title, pledges::public_money(tx, *id, today).await?) }
        }
        MoneyOf::Place(code) => {
            if app.places.get(code).is_none() || code.level() == PlaceLevel::City {
                return Err(Error::NotFound);
            }
            let place = app.places.place(code);
            let name = [place.county, place.town, place.village].concat();
            plain(name, places::public_money(tx, code, today).await?)
        }
        MoneyOf::Field(field) => plain(field.label().to_owned(), sql::money_of_field(tx, *field, today).await?),
        MoneyOf::Campaign(id) => {
            let (name, money, later) = campaigns::public_money(tx, *id, today).await?;
            plain(name, (money, later))
        }
        MoneyOf::Enterprise(id) => {
            let name = sql::enterprise(tx, *id).await?.ok_or(Error::NotFound)?;
            let shown_only = !reads_whole(caller, *id);
            let money = sql::money_of_enterprise(tx, *id, shown_only).await?;
            Head { shown_only, ..plain(name, (money, 0)) }
        }
    })
}

/// Whether somebody reads all numbers of an enterprise: itself, and the auditor.
fn reads_whole(caller: &Caller, enterprise: OrganisationId) -> bool {
    let own = caller.acting_as(Giver::ROLES).is_some_and(|acting| acting.organisation == enterprise);
    own || caller.acting_as(Audit::ROLES).is_some()
}

/// Rows that are of the place, the field or the campaign itself.
async fn own(
    tx: &mut PgConnection,
    of: &MoneyOf,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> Result<Vec<Found>> {
    Ok(match of {
        MoneyOf::Need(_) | MoneyOf::Enterprise(_) => Vec::new(),
        MoneyOf::Place(code) => sql::own(tx, Some(code), None, number, after, limit).await?,
        MoneyOf::Field(field) => sql::own(tx, None, Some(*field), number, after, limit).await?,
        MoneyOf::Campaign(id) => sql::own_of_campaign(tx, *id, number, after, limit).await?,
    })
}

/// Rows need by need, or pledge by pledge.
async fn others(
    tx: &mut PgConnection,
    of: &MoneyOf,
    head: &Head,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> Result<Vec<Found>> {
    let everywhere = ("", ":");
    Ok(match of {
        MoneyOf::Need(id) => {
            let village = head.village.clone().unwrap_or_default();
            let range = (village.as_str(), &*format!("{village}:"));
            sql::of_needs(tx, sql::Needs { range, need: Some(*id), field: None, place: None }, number, after, limit)
                .await?
        }
        MoneyOf::Place(code) => {
            let range = (code.as_str(), &*format!("{code}:"));
            sql::of_needs(tx, sql::Needs { range, need: None, field: None, place: Some(code) }, number, after, limit)
                .await?
        }
        MoneyOf::Field(field) => {
            let needs = sql::Needs { range: everywhere, need: None, field: Some(*field), place: None };
            sql::of_needs(tx, needs, number, after, limit).await?
        }
        // What is arranged is arranged for a need; of a campaign and of an enterprise it is a part of what was given.
        MoneyOf::Campaign(_) | MoneyOf::Enterprise(_) if number == MoneyNumber::Arranged => Vec::new(),
        MoneyOf::Campaign(id) => sql::of_campaign(tx, *id, number, after, limit).await?,
        MoneyOf::Enterprise(id) => sql::of_enterprise(tx, *id, head.shown_only, number, after, limit).await?,
    })
}

/// What a row says: who gave, as it is shown; or whom it was paid to, or what was bought.
fn what(number: MoneyNumber, says: String, giver: Option<String>, display: Option<PublicDisplay>) -> String {
    if !says.is_empty() {
        return says;
    }
    match (giver, display) {
        (Some(name), Some(display)) => shown_name(&name, display),
        _ if number == MoneyNumber::Arranged => ARRANGED.to_owned(),
        _ => OTHERS.to_owned(),
    }
}
