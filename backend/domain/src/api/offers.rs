//! Offers: writing, opening and closing one, and finding those of others.

use super::{Call, List};
use crate::need::{ContributionKind, Field};
use crate::offer::{OfferContent, OfferStatus};
use crate::place::PlaceCode;
use crate::registration::Industry;
use crate::{Fen, OfferId, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const OFFERS: &str = "/offers";
pub const OWN: &str = "/offers/own";
pub const OFFER: &str = "/offers/{id}";
pub const OPEN: &str = "/offers/{id}/open";
pub const CLOSE: &str = "/offers/{id}/close";

/// Open offers that fit the query, newest first: for villages, towns, federations, rural offices and auditors.
#[must_use]
pub fn list(query: &OfferQuery) -> Call<List<OfferRow>> {
    Call::get(OFFERS).query(query)
}

/// The caller's enterprise's offers in any state, latest change first.
#[must_use]
pub fn own() -> Call<List<OfferRow>> {
    Call::get(OWN)
}

/// One offer: its own enterprise's, or one that is or was open.
#[must_use]
pub fn get(id: OfferId) -> Call<Offer> {
    Call::get(format!("/offers/{id}"))
}

/// Saves a new draft. The id is the client's, so that sending twice saves once.
#[must_use]
pub fn create(new: &NewOffer) -> Call<Offer> {
    Call::post(OFFERS, new)
}

/// Replaces the content, if the offer is still at `version`; an open one has to stay complete.
#[must_use]
pub fn update(id: OfferId, change: &OfferChange) -> Call<Offer> {
    Call::post(format!("/offers/{id}"), change)
}

/// Shows a complete draft to those who may read offers.
#[must_use]
pub fn open(id: OfferId, seen: SeenOffer) -> Call<Offer> {
    Call::post(format!("/offers/{id}/open"), &seen)
}

/// Ends an open offer.
#[must_use]
pub fn close(id: OfferId, seen: SeenOffer) -> Call<Offer> {
    Call::post(format!("/offers/{id}/close"), &seen)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOffer {
    pub id: OfferId,
    pub content: OfferContent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferChange {
    pub version: i32,
    pub content: OfferContent,
}

/// The version that the caller had before the eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenOffer {
    pub version: i32,
}

/// A county or a town with its name; a town's begins with its county's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedPlace {
    pub code: PlaceCode,
    pub name: String,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferRow {
    pub id: OfferId,
    pub status: OfferStatus,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    /// As it registered; none where it was entered by the installation.
    pub industry: Option<Industry>,
    pub kind: Option<ContributionKind>,
    pub fields: Vec<Field>,
    /// None means all of Meizhou.
    pub places: Vec<NamedPlace>,
    pub amount_from_fen: Option<Fen>,
    pub amount_to_fen: Option<Fen>,
    pub quantity: Option<i64>,
    pub unit: String,
    pub title: String,
    pub until: Option<NaiveDate>,
    pub changed_at: DateTime<Utc>,
}

/// An offer, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    pub id: OfferId,
    pub status: OfferStatus,
    pub version: i32,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub industry: Option<Industry>,
    /// Where it registered, whose federation knows it; none where it was entered by the installation.
    pub county: Option<NamedPlace>,
    pub content: OfferContent,
    /// The content's places with their names.
    pub places: Vec<NamedPlace>,
    pub created_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What this caller may do now.
    pub may: OfferRights,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferRights {
    pub edit: bool,
    pub open: bool,
    pub close: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct OfferQuery {
    /// Words; an offer has to have all of them in its title, its description or its enterprise's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Six digits: offers for this county, for a town of it, or for all of Meizhou.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
