//! Places: the eight counties, their towns and villages, from the bureau of statistics.
//!
//! The list ships with the program (`backend/data/places`) and is brought into the database by `migrate`. What the
//! province and the bureaus say of places beside their names is imported by the federation (`imports`).
//! Deliberately absent: editing a place, and codes of any other source.

mod about;
pub mod gazetteer;
mod http;
pub mod imports;
pub mod points;
mod sql;

pub use about::{about, public_money};
pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use domain::api::needs::Where;
use domain::api::places::{Place, Places};
use domain::place::{PlaceCode, PlaceLevel, short_village_name};
use sqlx::PgPool;
use std::collections::BTreeMap;

const DIVISIONS: &str = include_str!("../../data/places/meizhou_divisions.csv");

/// Areas that exist in statistics only; nobody lives in them under that name.
const DUMMIES: [&str; 2] = ["441422401598", "441422402598"];

/// How many of each the source has, dummies left out. A test holds the file to it.
pub const COUNTIES: usize = 8;
pub const TOWNS: usize = 117;
pub const VILLAGES: usize = 2_267;

/// Names of all places in the order of their codes, in memory: 2,393 rows that only a new version changes.
pub struct Names(BTreeMap<PlaceCode, String>);

impl Names {
    pub async fn load(pool: &PgPool) -> sqlx::Result<Self> {
        let mut connection = pool.acquire().await?;
        Ok(Names(sql::names(&mut connection).await?.into_iter().collect()))
    }

    #[must_use]
    pub fn get(&self, code: &PlaceCode) -> Option<&str> {
        self.0.get(code).map(String::as_str)
    }

    /// All places with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&PlaceCode, &str)> {
        self.0.iter().map(|(code, name)| (code, name.as_str()))
    }

    /// All names.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// The names of one level.
    #[must_use]
    pub fn of_level(&self, level: PlaceLevel) -> Vec<&str> {
        let places = self.0.iter().filter(|(code, _)| code.level() == level);
        places.map(|(_, name)| name.as_str()).collect()
    }

    /// The counties, in the order of their codes.
    #[must_use]
    pub fn counties(&self) -> Vec<PlaceCode> {
        self.0.keys().filter(|code| code.level() == PlaceLevel::County).cloned().collect()
    }

    /// The places directly below one. Their codes follow its own.
    fn children<'a>(&'a self, parent: &'a PlaceCode) -> impl Iterator<Item = (&'a PlaceCode, &'a str)> {
        let inside = self.0.range(parent..).take_while(|(code, _)| parent.contains(code));
        let children = inside.filter(|(code, _)| code.parent().as_ref() == Some(parent));
        children.map(|(code, name)| (code, name.as_str()))
    }

    /// The codes of a county and of its towns.
    #[must_use]
    pub fn with_towns(&self, county: &PlaceCode) -> Vec<String> {
        let levels = [PlaceLevel::County, PlaceLevel::Town];
        let within = self.0.keys().filter(|code| levels.contains(&code.level()) && county.contains(code));
        within.map(ToString::to_string).collect()
    }

    /// The places of a level that a person can mean: by code, by name, or by name with the county and the town before it;
    /// of a village also without 村委会 or 居委会 behind its name. Spaces and dots between names do not count.
    #[must_use]
    pub fn named(&self, level: PlaceLevel, typed: &str) -> Vec<PlaceCode> {
        let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '·').collect();
        if let Ok(code) = typed.parse::<PlaceCode>() {
            return if code.level() == level && self.0.contains_key(&code) { vec![code] } else { Vec::new() };
        }
        let meant = |(code, name): &(&PlaceCode, &String)| {
            code.level() == level && {
                let lies = self.place(code);
                let before =
                    if level == PlaceLevel::Village { vec![lies.county, lies.town] } else { vec![lies.county] };
                let ends = [name.as_str(), lies.village.as_str()];
                ends.iter()
                    .filter(|end| !end.is_empty())
                    .any(|end| (0..=before.len()).any(|from| format!("{}{end}", before[from..].concat()) == typed))
            }
        };
        self.0.iter().filter(meant).map(|(code, _)| code.clone()).collect()
    }

    /// County, town and village of a village's code; shorter codes leave the rest empty.
    #[must_use]
    pub fn place(&self, code: &PlaceCode) -> Where {
        let name = |length: usize| {
            let part = code.as_str().get(..length).and_then(|part| part.parse().ok());
            part.and_then(|part| self.get(&part)).unwrap_or_default().to_owned()
        };
        Where { code: code.clone(), county: name(6), town: name(9), village: short_village_name(&name(12)) }
    }
}

/// The rows of the shipped list: code, level, name, parent.
fn shipped() -> impl Iterator<Item = (&'static str, PlaceLevel, &'static str, Option<&'static str>)> {
    DIVISIONS.lines().skip(1).filter_map(|line| {
        let mut columns = line.split(',');
        let (code, name, level, parent) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        let level = match level {
            "city" => PlaceLevel::City,
            "county" => PlaceLevel::County,
            "town" => PlaceLevel::Town,
            "village" => PlaceLevel::Village,
            _ => return None,
        };
        let parent = (level != PlaceLevel::City).then_some(parent);
        (!DUMMIES.contains(&code)).then_some((code, level, name, parent))
    })
}

/// Brings the shipped list into the database; running it again changes nothing.
pub async fn import(pool: &PgPool) -> sqlx::Result<()> {
    let rows: Vec<_> = shipped().collect();
    let mut connection = pool.acquire().await?;
    sql::upsert(&mut connection, &rows).await
}

/// The places directly below `parent`, or the counties.
pub fn children(app: &App, parent: Option<&str>) -> Result<Places> {
    let parent: PlaceCode = match parent {
        None | Some("") => "4414".parse(),
        Some(code) => code.parse(),
    }
    .map_err(|error| Error::invalid("parent", format!("{error}")))?;
    if app.places.get(&parent).is_none() {
        return Err(Error::NotFound);
    }
    let place = |(code, name): (&PlaceCode, &str)| Place { level: code.level(), code: code.clone(), name: name.into() };
    Ok(Places { items: app.places.children(&parent).map(place).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_list_has_all_places_and_no_dummies() {
        let count = |wanted| shipped().filter(|(_, level, ..)| *level == wanted).count();
        assert_eq!(count(PlaceLevel::County), COUNTIES);
        assert_eq!(count(PlaceLevel::Town), TOWNS);
        assert_eq!(count(PlaceLevel::Village), VILLAGES);
        assert!(shipped().any(|(code, _, name, _)| (code, name) == ("441424103203", "輋𣒍村委会")));
        assert!(shipped().all(|(code, _, _, parent)| parent.is_none_or(|parent| code.starts_with(parent))));
    }
}
