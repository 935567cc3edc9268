//! How far two points of Meizhou lie from each other, in whole metres and without floats.
//!
//! Points are in hundred-thousandths of a degree (about a metre). Over the 170 km of the city the earth is taken for
//! flat, with the width of a degree of longitude at the middle of the two: the error stays below ten metres.
//! Deliberately absent: roads. What is told is the straight line.

use serde::{Deserialize, Serialize};

/// Hundred-thousandths of a degree in one.
const PER_DEGREE: i64 = 100_000;
/// Metres in a degree of latitude, on a sphere of 6,371,009 m (mean earth radius, IUGG).
const DEGREE_METRES: i64 = 111_195;
/// Millionths by which a degree of longitude is narrower at 24° north (cos 24°), and by how much more for each degree
/// further north (sin 24° × π / 180).
const NARROW_AT_24: i64 = 913_545;
const NARROWER_PER_DEGREE: i64 = 7_099;
const MILLION: i64 = 1_000_000;

/// A point in WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// East, in hundred-thousandths of a degree.
    pub lon: i32,
    /// North.
    pub lat: i32,
}

impl Point {
    /// Reads two decimal numbers such as `116.10098` and `24.31488`; digits beyond the fifth are dropped.
    #[must_use]
    pub fn parse(lon: &str, lat: &str) -> Option<Self> {
        Some(Point { lon: hundred_thousandths(lon)?, lat: hundred_thousandths(lat)? })
    }

    /// The straight way to `other`, in metres.
    #[must_use]
    pub fn metres_to(self, other: Point) -> i64 {
        let north = i64::from(other.lat - self.lat) * DEGREE_METRES / PER_DEGREE;
        let middle = i64::midpoint(self.lat.into(), other.lat.into());
        let narrow = NARROW_AT_24 - NARROWER_PER_DEGREE * (middle - 24 * PER_DEGREE) / PER_DEGREE;
        let east = i64::from(other.lon - self.lon) * DEGREE_METRES / PER_DEGREE * narrow / MILLION;
        (north * north + east * east).isqrt()
    }
}

fn hundred_thousandths(decimal: &str) -> Option<i32> {
    let (whole, part) = decimal.trim().split_once('.').unwrap_or((decimal.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain("00000".chars()).take(5).collect();
    format!("{whole}{part}").parse().ok()
}

/// Metres in whole kilometres, rounded, and at least one.
#[must_use]
pub fn kilometres(metres: i64) -> u32 {
    u32::try_from((metres + 500) / 1_000).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_without_floats() {
        for (text, expected) in [
            ("116.10098", Some(11_610_098)),
            ("24.3276", Some(2_432_760)),
            ("24", Some(2_400_000)),
            ("24.313119", Some(2_431_311)),
            ("0.00001", Some(1)),
            ("", None),
            (".5", None),
            ("-24.1", None),
            ("24.1.2", None),
            ("24e1", None),
            ("9999", None),
        ] {
            assert_eq!(hundred_thousandths(text), expected, "{text}");
        }
    }

    /// Great-circle distances of real town points, computed apart from this by the haversine formula.
    #[test]
    fn distances_are_those_of_the_great_circle() {
        for (one, other, metres) in [
            (("115.61284", "23.63937"), ("115.76499", "23.92961"), 35_794),
            (("116.19841", "24.27884"), ("116.40753", "24.5022"), 32_640),
            (("115.82578", "24.28627"), ("115.61284", "23.63937"), 75_116),
        ] {
            let (one, other) = (Point::parse(one.0, one.1).unwrap(), Point::parse(other.0, other.1).unwrap());
            assert!((one.metres_to(other) - metres).abs() < 10, "{} and not {metres}", one.metres_to(other));
            assert_eq!(one.metres_to(other), other.metres_to(one));
            assert_eq!(one.metres_to(one), 0);
        }
    }

    #[test]
    fn kilometres_are_rounded_and_never_none() {
        for (metres, km) in [(0, 1), (499, 1), (1_499, 1), (1_500, 2), (12_400, 12), (12_500, 13)] {
            assert_eq!(kilometres(metres), km, "{metres}");
        }
    }
}
