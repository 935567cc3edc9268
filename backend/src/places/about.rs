//! One county, town or village: what is said of it, what lies in it, and what became of its public needs.
//!
//! Seven statements in one moment, however many needs there are: what is added up is kept village by village
//! (`totals`). Its sums are those of its needs' own pages, so that they tell no more of a hidden amount than those do.
//! Deliberately absent: needs that are not public, and finding needs.

mod sql;

use crate::app::App;
use crate::commitments::totals;
use crate::error::{Error, Result};
use crate::needs;
use chrono::NaiveDate;
use domain::api::Count;
use domain::api::places::PlaceInFull;
use domain::four::FourNumbers;
use domain::place::{PlaceCode, PlaceLevel};
use sqlx::PgConnection;

/// Of the needs that stand in lists, as many as a place's page shows.
const NEWEST: i64 = 10;
/// Needs with reports that a place's page shows.
const DELIVERED: i64 = 10;
/// Needs with money that no list shows any more.
const UNLISTED: i64 = 20;

pub async fn about(app: &App, code: &str) -> Result<PlaceInFull> {
    let code: PlaceCode = code.parse().map_err(|_| Error::NotFound)?;
    if app.places.get(&code).is_none() || code.level() == PlaceLevel::City {
        return Err(Error::NotFound);
    }
    let mut tx = app.snapshot().await?;
    let standing = sql::standing(&mut tx, &code).await?;
    let below = match code.level() {
        PlaceLevel::Village => Vec::new(),
        _ => sql::below(&mut tx, &code).await?,
    };
    let sums = sql::sums(&mut tx, &code, app.clock.today()).await?;
    let commitments = totals::of_place(&mut tx, &code).await?;
    let newest = needs::newest(app, &mut tx, &code, NEWEST).await?;
    let (unlisted, unlisted_count) = sql::unlisted(&mut tx, &code, UNLISTED, &app.places).await?;
    let delivered = sql::delivered(&mut tx, &code, DELIVERED, &app.places).await?;
    Ok(PlaceInFull {
        place: app.places.place(&code),
        level: code.level(),
        town: standing.town,
        village: standing.village,
        facts: standing.facts,
        below,
        money: sums.money,
        later: sums.later,
        commitments,
        needs: Count::capped(sums.listed),
        newest,
        unlisted,
        unlisted_count: Count::capped(unlisted_count),
        delivered,
        delivered_count: Count::capped(sums.reported),
        as_of: app.clock.now(),
    })
}

/// The four numbers of a place as everybody reads them on this day, and how many hidden gifts are not in them yet.
pub async fn public_money(tx: &mut PgConnection, code: &PlaceCode, today: NaiveDate) -> Result<(FourNumbers, i64)> {
    let sums = sql::sums(tx, code, today).await?;
    Ok((sums.money, sums.later))
}
