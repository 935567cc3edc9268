//! Giving by everybody: which links stand today, and how the office opens and closes them; the sites that are listed.

use super::campaigns::name;
use super::{Call, List};
use crate::campaign::setup::{FundraisingCertificate, FundraisingFiling, Validity};
use crate::fundraising::{GivingClosed, GivingKind, GivingSiteInput};
use crate::{GivingSiteId, OrganisationId, PublicGivingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

pub const GIVING: &str = "/campaigns/{code}/giving";
pub const OWN_GIVING: &str = "/campaigns/{code}/setup/giving";
pub const LINK: &str = "/public-giving/{id}";
pub const CLOSE: &str = "/public-giving/{id}/close";
pub const SITES: &str = "/giving-sites";
pub const SITE: &str = "/giving-sites/{id}";

/// The links by which everybody may give to a campaign's charities today.
#[must_use]
pub fn list(code: impl fmt::Display) -> Call<List<GivingLink>> {
    Call::get(format!("/campaigns/{}/giving", name(code)))
}

/// One link, if it stands at this moment.
#[must_use]
pub fn link(id: PublicGivingId) -> Call<GivingLink> {
    Call::get(format!("/public-giving/{id}"))
}

/// Everything that was ever opened for a campaign, latest first.
#[must_use]
pub fn own(code: impl fmt::Display) -> Call<List<PublicGiving>> {
    Call::get(format!("/campaigns/{}/setup/giving", name(code)))
}

/// Opens a way of giving. The id is the client's.
#[must_use]
pub fn open(code: impl fmt::Display, new: &NewPublicGiving) -> Call<PublicGiving> {
    Call::post(format!("/campaigns/{}/giving", name(code)), new)
}

/// Closes one. Twice is as good as once.
#[must_use]
pub fn close(id: PublicGivingId) -> Call<PublicGiving> {
    Call::post(format!("/public-giving/{id}/close"), &serde_json::json!({}))
}

/// The sites that are listed.
#[must_use]
pub fn sites() -> Call<List<GivingSite>> {
    Call::get(SITES)
}

/// Lists a site. The id is the client's.
#[must_use]
pub fn list_site(new: &NewGivingSite) -> Call<GivingSite> {
    Call::post(SITES, new)
}

/// Says otherwise how a listed site is called, and whether gifts may be sent there. Its host stays.
#[must_use]
pub fn change_site(id: GivingSiteId, change: &GivingSiteChange) -> Call<GivingSite> {
    Call::post(format!("/giving-sites/{id}"), change)
}

/// A link by which everybody may give today, with what the law wants to stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivingLink {
    pub id: PublicGivingId,
    pub campaign_code: String,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub kind: GivingKind,
    pub site_name: String,
    pub host: String,
    pub url: String,
    pub certificate: FundraisingCertificate,
    pub filing: FundraisingFiling,
    pub contact: String,
    /// In which the public is asked.
    pub period: Validity,
}

/// The same as its office sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGiving {
    #[serde(flatten)]
    pub link: GivingLink,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_because: Option<GivingClosed>,
    /// Why nobody is sent there today, in a sentence; none where everybody is.
    pub says: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPublicGiving {
    pub id: PublicGivingId,
    pub charity: OrganisationId,
    pub site: GivingSiteId,
    pub url: String,
    pub period: Validity,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivingSite {
    pub id: GivingSiteId,
    pub version: i32,
    pub active: bool,
    pub charity_name: Option<String>,
    #[serde(flatten)]
    pub site: GivingSiteInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGivingSite {
    pub id: GivingSiteId,
    #[serde(flatten)]
    pub site: GivingSiteInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivingSiteChange {
    pub version: i32,
    pub name: String,
    pub source: String,
    pub active: bool,
}
