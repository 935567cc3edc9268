//! An area in one table: a town's villages, a county's towns, with who is there and what waits.

use super::Call;
use super::needs::Where;
use crate::OrganisationId;
use crate::place::{PlaceCode, PlaceLevel};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const AREA: &str = "/area";

/// The places directly below one of the caller's area; without one, below the area itself.
#[must_use]
pub fn area(query: &AreaQuery) -> Call<Area> {
    Call::get(AREA).query(query)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct AreaQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Area {
    pub place: Where,
    pub level: PlaceLevel,
    /// In the order of their codes.
    pub rows: Vec<AreaRow>,
    pub as_of: DateTime<Utc>,
}

/// One village, or one town or county with all its villages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AreaRow {
    pub code: PlaceCode,
    pub name: String,
    /// The village's or town's own organisation, if it has one.
    pub organisation: Option<OrganisationId>,
    pub villages: i64,
    /// Villages that have an organisation.
    pub opened: i64,
    /// People of the villages, with a role that works.
    pub people: i64,
    /// Invitations into the villages that nobody has accepted yet.
    pub invitations: i64,
    /// New passwords that wait for a second person.
    pub resets: i64,
    pub needs: NeedCounts,
}

/// Needs by what has become of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedCounts {
    pub draft: i64,
    pub returned: i64,
    /// With the town or the federation.
    pub in_review: i64,
    /// Everybody can read them, and they are not finished.
    pub public: i64,
    pub closed: i64,
    /// Paused, withdrawn, expired.
    pub aside: i64,
}

impl NeedCounts {
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.draft + self.returned + self.in_review + self.public + self.closed + self.aside
    }
}
