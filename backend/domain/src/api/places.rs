//! Counties, towns and villages: their list, and everything that is known of one.

use super::commitments::CommitmentTotal;
use super::needs::{NeedRow, Where};
use super::{Call, Count};
use crate::four::FourNumbers;
use crate::need::NeedStatus;
use crate::place::{PlaceCode, PlaceIndicator, PlaceLevel, TownClass, TownLead, VillageType};
use crate::{Fen, NeedId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const PLACES: &str = "/places";
pub const PLACE: &str = "/places/{code}";

/// The places below one (all counties, the towns of a county, the villages of a town).
#[must_use]
pub fn list(query: &PlacesQuery) -> Call<Places> {
    Call::get(PLACES).query(query)
}

/// One county, town or village with what is said of it and what became of its public needs.
#[must_use]
pub fn get(code: &PlaceCode) -> Call<PlaceInFull> {
    Call::get(format!("/places/{code}"))
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PlacesQuery {
    /// The place whose children are asked for; without it the eight counties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Places {
    pub items: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    pub code: PlaceCode,
    pub name: String,
    pub level: PlaceLevel,
}

/// A place with everything that everybody may read of it, from one moment. Its needs are found by `GET /needs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceInFull {
    pub place: Where,
    pub level: PlaceLevel,
    /// Of the town, or of the town that a village lies in; none while nobody has imported it.
    pub town: Option<TownStanding>,
    /// Of a village.
    pub village: Option<VillageStanding>,
    /// Latest year first.
    pub facts: Vec<PlaceFact>,
    /// The towns of a county, the villages of a town, in the order of their codes.
    pub below: Vec<PlaceBelow>,
    /// Of its public needs, all together.
    pub money: FourNumbers,
    /// Gifts of today that hide their amount and are not in the sums yet.
    pub later: i64,
    /// What was promised besides money for its public needs, each unit for itself.
    pub commitments: Vec<CommitmentTotal>,
    /// How many of its needs stand in lists, and the newest of them; at most ten.
    pub needs: Count,
    pub newest: Vec<NeedRow>,
    /// Public needs whose money is in these sums and that no list shows any more: paused, withdrawn or expired; at most
    /// twenty.
    pub unlisted: Vec<UnlistedNeed>,
    pub unlisted_count: Count,
    /// Its public needs of which something was reported, latest report first; at most ten.
    pub delivered: Vec<Delivered>,
    pub delivered_count: Count,
    pub as_of: DateTime<Utc>,
}

/// Who says it, as of when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Said {
    pub source: String,
    pub as_of: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TownStanding {
    pub class: TownClass,
    pub lead: Option<TownLead>,
    pub said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VillageStanding {
    #[serde(rename = "type")]
    pub village_type: VillageType,
    pub said: Said,
}

/// A whole number of the indicator's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceFact {
    pub indicator: PlaceIndicator,
    pub year: i32,
    pub value: i64,
    pub said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceBelow {
    pub code: PlaceCode,
    pub name: String,
    pub class: Option<TownClass>,
    #[serde(rename = "type")]
    pub village_type: Option<VillageType>,
    /// As lists count them: without those that are paused, withdrawn or expired.
    pub needs: i64,
}

/// A need that was set aside after something was promised for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnlistedNeed {
    pub need: NeedId,
    pub code: String,
    pub title: String,
    pub place: Where,
    pub status: NeedStatus,
}

/// A need of which its village reported: how far it came, in the need's own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivered {
    pub need: NeedId,
    pub code: Option<String>,
    pub title: String,
    pub place: Where,
    /// The latest quantity that was reported; none while only words were.
    pub quantity_so_far: Option<i64>,
    pub goal: Option<i64>,
    pub unit: String,
    /// 支出 of the need.
    pub spent_fen: Fen,
    pub reported_at: DateTime<Utc>,
}
