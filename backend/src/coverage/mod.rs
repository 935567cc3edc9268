//! The coverage: which towns and villages are paired, with none, one or several enterprises; what leaves soon, what is
//! coming, what a town's coverage leaves out, and of what lists of earlier years tell. Everybody reads it.
//!
//! A page is one statement in one moment; a place's numbers are the sums of its rows (`domain::coverage`). An enterprise is
//! named as it wants to be shown. Deliberately absent: changing anything, and any score or rank.

mod http;
mod sql;
mod table;

pub use http::routes;
pub use table::table;

use crate::app::App;
use crate::error::{Error, Result};
use chrono::{Days, NaiveDate};
use domain::api::coverage::{CoveragePart, CoverageQuery, EndingPairing, GroupedTowns, PlaceCoverage};
use domain::api::places::Said;
use domain::coverage::{CoverageCounts, CoverageShow, LEAVING_WITHIN_DAYS, PermilleShare};
use domain::need::Field;
use domain::place::{PlaceCode, PlaceLevel};
use sql::{Ending, Town, Village};
use std::collections::BTreeMap;

/// The code of the whole city.
const CITY: &str = "4414";
/// Agreements that end soon, in one answer.
const ENDING_MAX: usize = 100;

/// What is asked for, understood.
#[derive(Debug, Clone, Copy)]
struct Asked {
    field: Option<Field>,
    show: Option<CoverageShow>,
}

impl Asked {
    fn of(query: &CoverageQuery) -> Result<Self> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let field = given(&query.field).map(|text| text.parse::<Field>()).transpose();
        let show = given(&query.show).map(|text| text.parse::<CoverageShow>()).transpose();
        Ok(Asked {
            field: field.map_err(|_| Error::invalid("field", "没有这个领域，请从页面上选"))?,
            show: show.map_err(|_| Error::invalid("show", "没有这一种，请从页面上选"))?,
        })
    }
}

pub async fn of_city(app: &App, query: &CoverageQuery) -> Result<PlaceCoverage> {
    of_place(app, CITY, query).await
}

/// A county town by town, a town village by village, or the city.
pub async fn of_place(app: &App, code: &str, query: &CoverageQuery) -> Result<PlaceCoverage> {
    let code: PlaceCode = code.parse().map_err(|_| Error::NotFound)?;
    if code.level() == PlaceLevel::Village || app.places.get(&code).is_none() {
        return Err(Error::NotFound);
    }
    let asked = Asked::of(query)?;
    let soon = app.clock.today().checked_add_days(Days::new(LEAVING_WITHIN_DAYS)).unwrap_or(NaiveDate::MAX);
    let mut tx = app.snapshot().await?;
    if code.level() == PlaceLevel::Town {
        let villages = sql::villages(&mut tx, &code, asked.field, soon).await?;
        Ok(of_town(app, &code, asked, &villages))
    } else {
        let towns = sql::towns(&mut tx, &code, asked.field, soon).await?;
        Ok(of_towns(app, &code, asked, towns))
    }
}

fn of_town(app: &App, code: &PlaceCode, asked: Asked, villages: &[Village]) -> PlaceCoverage {
    let whole = town_counts(villages);
    let shown: Vec<Village> =
        villages.iter().filter(|one| asked.show.is_none_or(|show| one.counts().has(show))).cloned().collect();
    let ending = ending_of_villages(villages);
    PlaceCoverage {
        ending: endings(app, ending.into_iter().map(|ending| (code.clone(), ending))),
        level: code.level(),
        place: app.places.place(code),
        field: asked.field,
        show: asked.show,
        whole,
        listed: if asked.show.is_some() { shown.iter().map(Village::counts).sum() } else { whole },
        parts: Vec::new(),
        towns: Vec::new(),
        villages: shown.into_iter().map(Village::into_api).collect(),
        grouped: None,
        as_of: app.clock.now(),
    }
}

/// The counts of a town of these villages.
fn town_counts(villages: &[Village]) -> CoverageCounts {
    let sum: CoverageCounts = villages.iter().map(Village::counts).sum();
    as_town(sum, villages.iter().any(|village| village.with_town))
}

/// A town's counts from those of its villages.
fn as_town(sum: CoverageCounts, covered_whole: bool) -> CoverageCounts {
    CoverageCounts {
        towns: 1,
        towns_without_village: i64::from(sum.villages == 0),
        towns_all: i64::from(sum.villages > 0 && sum.none == 0),
        towns_part: i64::from(sum.covered() > 0 && sum.none > 0),
        town_coverages: i64::from(covered_whole),
        ..sum
    }
}

fn of_towns(app: &App, code: &PlaceCode, asked: Asked, towns: Vec<Town>) -> PlaceCoverage {
    let ending: Vec<(PlaceCode, Ending)> =
        towns.iter().flat_map(|town| town.ending.iter().map(|ending| (town.code.clone(), ending.clone()))).collect();
    let grouped = grouped(&towns);
    let parts: Vec<CoveragePart> = towns.into_iter().map(Town::into_api).collect();
    let whole = parts.iter().map(|part| part.counts).sum();
    let city = code.level() == PlaceLevel::City;
    let mut shown = if city { by_county(app, &parts) } else { parts.clone() };
    shown.retain(|part| asked.show.is_none_or(|show| part.counts.has(show)));
    PlaceCoverage {
        ending: endings(app, ending),
        level: code.level(),
        place: app.places.place(code),
        field: asked.field,
        show: asked.show,
        whole,
        listed: shown.iter().map(|part| part.counts).sum(),
        parts: shown,
        towns: if city { parts } else { Vec::new() },
        villages: Vec::new(),
        grouped,
        as_of: app.clock.now(),
    }
}

fn by_county(app: &App, towns: &[CoveragePart]) -> Vec<CoveragePart> {
    let county = |code: PlaceCode| CoveragePart {
        name: app.places.get(&code).unwrap_or_default().to_owned(),
        class: None,
        counts: towns.iter().filter(|town| code.contains(&town.code)).map(|town| town.counts).sum(),
        code,
    };
    app.places.counties().into_iter().map(county).collect()
}

/// What the imported list of towns says; none where nothing of it is imported.
fn grouped(towns: &[Town]) -> Option<GroupedTowns> {
    let listed: Vec<&Town> = towns.iter().filter(|town| town.class.is_some()).collect();
    if listed.is_empty() {
        return None;
    }
    let counts: CoverageCounts = listed.iter().map(|town| town.counts).sum();
    let mut said: Vec<Said> = Vec::new();
    for one in listed.iter().filter_map(|town| town.said.as_ref()) {
        if !said.contains(one) {
            said.push(one.clone());
        }
    }
    let with_villages = counts.towns - counts.towns_without_village;
    let with_any = PermilleShare::of(counts.towns_all + counts.towns_part, with_villages);
    Some(GroupedTowns { villages: counts.share(), with_any, counts, said })
}

/// What ends soon in a town, each agreement once.
fn ending_of_villages(villages: &[Village]) -> Vec<Ending> {
    let mut by_pairing: BTreeMap<uuid::Uuid, Ending> = BTreeMap::new();
    for pair in villages.iter().flat_map(|village| village.pairs.iter()).filter(|pair| pair.leaving) {
        by_pairing.entry(pair.pairing).or_insert_with(|| pair.ending()).villages += 1;
    }
    by_pairing.into_values().collect()
}

/// The first to end first.
fn endings(app: &App, ending: impl IntoIterator<Item = (PlaceCode, Ending)>) -> Vec<EndingPairing> {
    let mut ending: Vec<_> = ending.into_iter().collect();
    ending.sort_by(|(town, one), (other, next)| (one.last_day, town).cmp(&(next.last_day, other)));
    let shown = ending.into_iter().take(ENDING_MAX);
    shown.map(|(town, ending)| ending.into_api(app.places.place(&town))).collect()
}
