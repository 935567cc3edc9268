//! Which towns and villages are paired, with how many enterprises, and which agreements end soon. Everybody reads it.

use super::Call;
use super::needs::Where;
use super::places::Said;
use crate::coverage::{CoverageCounts, CoverageShow, PermilleShare};
use crate::need::{Field, PairingForm};
use crate::place::{PlaceCode, PlaceLevel, TownClass};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const COVERAGE: &str = "/coverage";
pub const OF_PLACE: &str = "/coverage/{code}";
pub const TABLE: &str = "/coverage/{code}/table";

/// The whole city, county by county.
#[must_use]
pub fn of_city(query: &CoverageQuery) -> Call<PlaceCoverage> {
    Call::get(COVERAGE).query(query)
}

/// A county town by town, or a town village by village.
#[must_use]
pub fn of_place(code: &PlaceCode, query: &CoverageQuery) -> Call<PlaceCoverage> {
    Call::get(format!("/coverage/{code}")).query(query)
}

/// Where the rows of a place come from as a table; `4414` is the whole city.
#[must_use]
pub fn table_path(code: &PlaceCode) -> String {
    format!("/coverage/{code}/table")
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct CoverageQuery {
    /// Only agreements of this field of participation count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `none`, `one`, `many` or `leaving`: only villages of that kind, or places that have such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
}

/// The coverage of one place, from one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceCoverage {
    pub place: Where,
    pub level: PlaceLevel,
    pub field: Option<Field>,
    pub show: Option<CoverageShow>,
    /// Of all its parts, whichever of them are shown.
    pub whole: CoverageCounts,
    /// Of the parts that are shown: their sum.
    pub listed: CoverageCounts,
    /// Counties of the city, or towns of a county, in the order of their codes; none of a town.
    pub parts: Vec<CoveragePart>,
    /// Of the city: all its towns, for the map.
    pub towns: Vec<CoveragePart>,
    /// Of a town, in the order of their codes.
    pub villages: Vec<VillageCoverage>,
    /// Towns of the list of those that are helped as a group (组团式帮扶), as far as it is imported.
    pub grouped: Option<GroupedTowns>,
    /// Agreements that end within ninety days with no signed one to follow, the first to end first; at most a hundred.
    pub ending: Vec<EndingPairing>,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoveragePart {
    pub code: PlaceCode,
    pub name: String,
    /// Of a town of the imported list.
    pub class: Option<TownClass>,
    pub counts: CoverageCounts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VillageCoverage {
    pub code: PlaceCode,
    pub name: String,
    /// With how many enterprises it is paired now.
    pub enterprises: i64,
    /// Its town is covered, and the agreement does not list it.
    pub gap: bool,
    /// It is covered with its town and paired with somebody else too.
    pub overlap: bool,
    pub leaving: bool,
    /// Those that count, then those that are signed and begin later.
    pub pairings: Vec<VillagePairingShown>,
    /// Rows of lists of earlier pairings that name it or its town.
    pub earlier: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VillagePairingShown {
    /// As it wants to be shown.
    pub enterprise: String,
    pub form: PairingForm,
    pub fields: Vec<Field>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// Signed, and not begun yet.
    pub coming: bool,
    /// Ends within ninety days, and no signed one follows.
    pub leaving: bool,
}

/// What of the imported list is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupedTowns {
    pub counts: CoverageCounts,
    /// Towns of the list with at least one paired village, of those that have villages.
    pub with_any: Option<PermilleShare>,
    /// Villages of these towns that are paired.
    pub villages: Option<PermilleShare>,
    /// The lists that say which towns these are.
    pub said: Vec<Said>,
}

/// What ends soon in one town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndingPairing {
    pub town: Where,
    /// As it wants to be shown.
    pub enterprise: String,
    pub form: PairingForm,
    /// How many villages of this town.
    pub villages: i64,
    pub last_day: NaiveDate,
}
