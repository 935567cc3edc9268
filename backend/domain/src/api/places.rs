//! Counties, towns and villages.

use super::Call;
use crate::place::{PlaceCode, PlaceLevel};
use serde::{Deserialize, Serialize};

pub const PLACES: &str = "/places";

/// The places below one (all counties, the towns of a county, the villages of a town).
#[must_use]
pub fn list(query: &PlacesQuery) -> Call<Places> {
    Call::get(PLACES).query(query)
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
