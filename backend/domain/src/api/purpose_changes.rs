//! Changes of purpose: a giver's by its consent, a campaign plan's by a filing.

use super::campaigns::PageQuery;
use super::{Call, List};
use crate::allocation::{PurposeBasis, PurposeChangeStatus, PurposeOrigin};
use crate::pledge::PledgeReference;
use crate::{AllocationId, CampaignId, Fen, NeedId, OrganisationId, PledgeId, PurposeChangeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const PURPOSE_CHANGES: &str = "/purpose-changes";
pub const PURPOSE_CHANGE: &str = "/purpose-changes/{id}";
pub const CONSENT: &str = "/purpose-changes/{id}/consent";
pub const FILE: &str = "/purpose-changes/{id}/filing";
pub const COMPLETE: &str = "/purpose-changes/{id}/complete";
pub const REFUSE: &str = "/purpose-changes/{id}/refuse";

/// Asks for another purpose. The id is the client's.
#[must_use]
pub fn request(new: &NewPurposeChange) -> Call<PurposeChange> {
    Call::post(PURPOSE_CHANGES, new)
}

/// Those of the caller's enterprise or charity, latest first.
#[must_use]
pub fn list(query: &PageQuery) -> Call<List<PurposeChange>> {
    Call::get(PURPOSE_CHANGES).query(query)
}

#[must_use]
pub fn get(id: PurposeChangeId) -> Call<PurposeChange> {
    Call::get(format!("/purpose-changes/{id}"))
}

/// Whoever answers for the giver agrees, and chooses the need where none is named.
#[must_use]
pub fn consent(id: PurposeChangeId, to: &ConsentToChange) -> Call<PurposeChange> {
    Call::post(format!("/purpose-changes/{id}/consent"), to)
}

/// The charity records that the change of the campaign's plan is filed.
#[must_use]
pub fn file(id: PurposeChangeId, filing: &RecordFiling) -> Call<PurposeChange> {
    Call::post(format!("/purpose-changes/{id}/filing"), filing)
}

/// The charity carries it out: what was set aside goes back and is set aside for the other need, at once.
#[must_use]
pub fn complete(id: PurposeChangeId, to: &CompleteChange) -> Call<PurposeChange> {
    Call::post(format!("/purpose-changes/{id}/complete"), to)
}

/// Giver or charity does not agree: all stays as it is.
#[must_use]
pub fn refuse(id: PurposeChangeId, why: &RefuseChange) -> Call<PurposeChange> {
    Call::post(format!("/purpose-changes/{id}/refuse"), why)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPurposeChange {
    pub id: PurposeChangeId,
    /// What is set aside …
    pub allocation: Option<AllocationId>,
    /// … or a row of a pledge, of which something has arrived that is not set aside.
    pub pledge: Option<PledgeId>,
    pub position: Option<i32>,
    /// Of a row; what is set aside changes as a whole.
    pub amount_fen: Option<Fen>,
    pub to_need: NeedId,
    /// 5 to 200 characters, read by both sides.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentToChange {
    /// Where the change names none.
    #[serde(default)]
    pub to_need: Option<NeedId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordFiling {
    pub filing_no: String,
    pub filed_on: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompleteChange {
    /// Where the giver left the choice to the charity.
    #[serde(default)]
    pub to_need: Option<NeedId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefuseChange {
    /// 5 to 200 characters.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedNeed {
    pub id: NeedId,
    pub code: Option<String>,
    pub title: String,
}

/// A change of purpose as giver and charity read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PurposeChange {
    pub id: PurposeChangeId,
    pub status: PurposeChangeStatus,
    pub basis: PurposeBasis,
    pub origin: PurposeOrigin,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub enterprise: Option<OrganisationId>,
    pub enterprise_name: Option<String>,
    pub pledge: Option<PledgeId>,
    pub reference: Option<PledgeReference>,
    pub campaign: Option<CampaignId>,
    pub campaign_name: Option<String>,
    pub allocation: Option<AllocationId>,
    pub from: Option<ChangedNeed>,
    /// None until it is chosen.
    pub to: Option<ChangedNeed>,
    pub amount_fen: Fen,
    pub reason: String,
    pub requested_at: DateTime<Utc>,
    pub consented_at: Option<DateTime<Utc>>,
    /// The giver had chosen so before pledging.
    pub by_choice: bool,
    pub filing_no: Option<String>,
    pub filed_on: Option<NaiveDate>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_reason: Option<String>,
}
