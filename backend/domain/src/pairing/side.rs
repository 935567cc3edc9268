//! The sides of a pairing: its enterprise, and each village, or for a town's coverage the town.
//!
//! A village that nobody works for here is spoken for by its town; where the town has nobody either, by the federation,
//! which says how it knows what they want. Deliberately absent: people.

use crate::place::{NotAPlaceCode, PlaceCode};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Who agrees, confirms and owns a milestone: `enterprise`, or the code of a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PairingSide {
    Enterprise,
    Place(PlaceCode),
}

/// A text on the wire.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for PairingSide {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for PairingSide {}

const ENTERPRISE: &str = "enterprise";

impl PairingSide {
    /// Whether the other one is across the table.
    #[must_use]
    pub const fn faces(&self, other: &PairingSide) -> bool {
        matches!(self, PairingSide::Enterprise) != matches!(other, PairingSide::Enterprise)
    }
}

impl fmt::Display for PairingSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PairingSide::Enterprise => f.write_str(ENTERPRISE),
            PairingSide::Place(place) => place.fmt(f),
        }
    }
}

impl FromStr for PairingSide {
    type Err = NotAPlaceCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == ENTERPRISE { Ok(PairingSide::Enterprise) } else { text.parse().map(PairingSide::Place) }
    }
}

impl TryFrom<String> for PairingSide {
    type Error = NotAPlaceCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PairingSide> for String {
    fn from(side: PairingSide) -> String {
        side.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_the_enterprise_or_a_place() {
        let village: PairingSide = "441424125207".parse().unwrap();
        for side in [PairingSide::Enterprise, village.clone()] {
            assert_eq!(side.to_string().parse(), Ok(side));
        }
        assert!("factory".parse::<PairingSide>().is_err());
        let other: PairingSide = "441424125208".parse().unwrap();
        assert!(village.faces(&PairingSide::Enterprise) && PairingSide::Enterprise.faces(&village));
        assert!(!village.faces(&other) && !PairingSide::Enterprise.faces(&PairingSide::Enterprise));
    }
}
