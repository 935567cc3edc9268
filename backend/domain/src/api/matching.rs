//! Recommendations: an enterprise's profile, the needs that fit it, what it has set aside; and the offers that fit a need.

use super::needs::NeedRow;
use super::offers::{NamedPlace, OfferRow};
use super::{Call, List};
use crate::matching::dismissal::DismissalReason;
use crate::matching::profile::Profile;
use crate::matching::reason::{FitReason, Score};
use crate::registration::Industry;
use crate::{Fen, NeedId, OrganisationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const PROFILE: &str = "/profile";
pub const PROFILE_OF: &str = "/profiles/{id}";
pub const RECOMMENDATIONS: &str = "/recommendations";
pub const DISMISSALS: &str = "/dismissals";
pub const UNDO: &str = "/dismissals/{need}/undo";
pub const OFFERS_FOR_NEED: &str = "/needs/{id}/offers";
pub const DISMISSALS_OF_NEED: &str = "/needs/{id}/dismissals";

/// The caller's enterprise's profile; version 0 where it has said nothing yet.
#[must_use]
pub fn profile() -> Call<OwnProfile> {
    Call::get(PROFILE)
}

/// Replaces it, if it is still at `version`.
#[must_use]
pub fn set_profile(change: &ProfileChange) -> Call<OwnProfile> {
    Call::post(PROFILE, change)
}

/// An enterprise's profile, for the federation of its county and the city's.
#[must_use]
pub fn profile_of(enterprise: OrganisationId) -> Call<OwnProfile> {
    Call::get(format!("/profiles/{enterprise}"))
}

/// Open needs that fit the caller's enterprise, best first, with the reasons.
#[must_use]
pub fn recommendations() -> Call<Recommendations> {
    Call::get(RECOMMENDATIONS)
}

/// Sets a need aside: it is not recommended again until that is undone.
#[must_use]
pub fn dismiss(new: &NewDismissal) -> Call<Dismissal> {
    Call::post(DISMISSALS, new)
}

/// The needs that the caller's enterprise has set aside, latest first.
#[must_use]
pub fn dismissals() -> Call<List<Dismissal>> {
    Call::get(DISMISSALS)
}

/// Takes a need back among those that are recommended.
#[must_use]
pub fn undo(need: NeedId) -> Call<Undone> {
    Call::post(format!("/dismissals/{need}/undo"), &serde_json::json!({}))
}

/// Why enterprises set a need aside, for the federation of its place.
#[must_use]
pub fn dismissals_of(need: NeedId) -> Call<List<WhyDismissed>> {
    Call::get(format!("/needs/{need}/dismissals"))
}

/// Open offers that fit a public need, best first: for its own village and the federation of its place.
#[must_use]
pub fn offers_for(need: NeedId) -> Call<List<FittingOffer>> {
    Call::get(format!("/needs/{need}/offers"))
}

/// A profile with its version and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnProfile {
    pub version: i32,
    pub profile: Profile,
    pub base: Option<NamedPlace>,
    pub places: Vec<NamedPlace>,
    /// As it registered.
    pub industry: Option<Industry>,
    pub changed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileChange {
    pub version: i32,
    pub profile: Profile,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendations {
    pub items: Vec<Recommendation>,
    /// The enterprise has written something in its profile.
    pub has_profile: bool,
    pub as_of: DateTime<Utc>,
}

/// A need that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendation {
    pub need: NeedRow,
    /// What is missing of its amount by the public numbers; none of what is no money.
    pub missing_fen: Option<Fen>,
    pub score: Score,
    pub reasons: Vec<FitReason>,
}

/// An offer that fits a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FittingOffer {
    pub offer: OfferRow,
    pub score: Score,
    pub reasons: Vec<FitReason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDismissal {
    pub need: NeedId,
    pub why: DismissalReason,
    #[serde(default)]
    pub note: String,
}

/// A need that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dismissal {
    pub need: NeedRow,
    pub why: DismissalReason,
    pub note: String,
    pub at: DateTime<Utc>,
}

/// A need that may be recommended again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undone {
    pub need: NeedId,
    pub undone_at: DateTime<Utc>,
}

/// Why one enterprise set a need aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhyDismissed {
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub why: DismissalReason,
    pub note: String,
    pub at: DateTime<Utc>,
}
