//! Organisations, as the platform's administrator opens and finds them.

use super::needs::Where;
use super::{Call, List};
use crate::OrganisationId;
use crate::organisation::{OrganisationKind, OrganisationStatus};
use crate::place::PlaceCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const ORGANISATIONS: &str = "/organisations";

/// Organisations by name, kind and place, latest first.
#[must_use]
pub fn list(query: &OrganisationQuery) -> Call<List<OrganisationRow>> {
    Call::get(ORGANISATIONS).query(query)
}

/// Opens an organisation. The id is the client's.
#[must_use]
pub fn found(new: &FoundOrganisation) -> Call<OrganisationRow> {
    Call::post(ORGANISATIONS, new)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct OrganisationQuery {
    /// A part of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A county, town or village: what stands there and within.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundOrganisation {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    /// The village, the town, or the county (the city) of an office; none for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganisationRow {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    pub place: Option<Where>,
    pub status: OrganisationStatus,
    /// People with a role that works.
    pub people: i64,
    pub has_owner: bool,
    pub created_at: DateTime<Utc>,
}
