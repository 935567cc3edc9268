//! Points that stand for towns and counties: the town's own where `GeoNames` has one (103 of 117), else the county's centre.
//!
//! The points of `GeoNames` are licensed CC BY 4.0; every page that tells a distance names them. Deliberately absent: points of
//! villages, which nobody has published, and any distance (`domain::matching`).

use domain::matching::Spot;
use domain::matching::distance::Point;
use domain::place::PlaceCode;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::Names;

const TOWNS: &str = include_str!("../../data/places/meizhou_town_points_geonames.csv");
const COUNTIES: &str = include_str!("../../data/places/meizhou_counties.geojson");

static POINTS: LazyLock<HashMap<&'static str, Point>> = LazyLock::new(|| towns().collect());
static CENTRES: LazyLock<HashMap<String, Point>> = LazyLock::new(centres);

/// The rows of the shipped list: code and point.
fn towns() -> impl Iterator<Item = (&'static str, Point)> {
    TOWNS.lines().skip(1).filter_map(|line| {
        let mut columns = line.split(',');
        let (code, _, lon, lat) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        Some((code, Point::parse(lon, lat)?))
    })
}

/// The counties' seats, by code.
fn centres() -> HashMap<String, Point> {
    let outlines: serde_json::Value = serde_json::from_str(COUNTIES).unwrap_or_default();
    let centre = |county: &serde_json::Value| {
        let properties = &county["properties"];
        let number = |n: usize| properties["center"][n].to_string();
        Some((properties["code"].as_str()?.to_owned(), Point::parse(&number(0), &number(1))?))
    };
    outlines["features"].as_array().into_iter().flatten().filter_map(centre).collect()
}

/// A county, town or village with its names and the point that stands for it.
#[must_use]
pub fn spot(names: &Names, code: &PlaceCode) -> Spot {
    let town = code.as_str().get(..9).and_then(|town| POINTS.get(town)).copied();
    let point = town.or_else(|| CENTRES.get(code.county()).copied());
    Spot { place: names.place(code), point, exact: town.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::{COUNTIES, TOWNS, shipped};
    use domain::place::PlaceLevel;

    #[test]
    fn most_towns_and_all_counties_have_a_point() {
        let known: Vec<_> =
            shipped().filter(|(_, level, ..)| *level == PlaceLevel::Town).map(|(code, ..)| code).collect();
        assert!(towns().all(|(code, _)| known.contains(&code)), "of towns of the list");
        assert_eq!((towns().count(), POINTS.len(), known.len()), (103, 103, TOWNS));
        assert_eq!(centres().len(), COUNTIES);
        let inside = |point: &Point| {
            (11_530_000..11_694_000).contains(&point.lon) && (2_337_000..2_494_000).contains(&point.lat)
        };
        assert!(POINTS.values().chain(CENTRES.values()).all(inside), "all of them in Meizhou");
    }
}
