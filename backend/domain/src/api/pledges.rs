//! Pledges: making one, reading one's own, and the sheet by which it is paid.

use super::{Call, List};
use crate::pledge::{PledgeInput, PledgeReference, PledgeStatus, PublicDisplay, Restriction};
use crate::{CampaignId, Fen, LotId, NeedId, OrganisationId, PledgeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const PLEDGES: &str = "/pledges";
pub const PLEDGE: &str = "/pledges/{id}";
pub const OWN: &str = "/pledges/own";

/// Pledges. The id is the client's: sending the same twice makes one pledge, other content is a conflict.
#[must_use]
pub fn create(new: &NewPledge) -> Call<Pledge> {
    Call::post(PLEDGES, new)
}

#[must_use]
pub fn get(id: PledgeId) -> Call<Pledge> {
    Call::get(format!("/pledges/{id}"))
}

/// The pledge with this bank reference.
#[must_use]
pub fn by_reference(reference: PledgeReference) -> Call<Pledge> {
    Call::get(format!("/pledges/{reference}"))
}

/// The caller's enterprise's pledges, latest first.
#[must_use]
pub fn own() -> Call<List<Pledge>> {
    Call::get(OWN)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPledge {
    pub id: PledgeId,
    pub campaign: CampaignId,
    pub charity: OrganisationId,
    #[serde(flatten)]
    pub input: PledgeInput,
}

/// A pledge as its giver, its charity, its federation and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pledge {
    pub id: PledgeId,
    pub reference: PledgeReference,
    pub status: PledgeStatus,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub need: Option<PledgedNeed>,
    pub restriction: Restriction,
    pub amount_fen: Fen,
    pub arrived_fen: Fen,
    pub public_display: PublicDisplay,
    pub show_amount: bool,
    pub share_with_recipient: bool,
    pub terms_version: String,
    pub pledged_at: DateTime<Utc>,
    /// Where to pay; only for the giver and the charity.
    pub pay_to: Option<PayTo>,
    /// What has arrived for it, oldest first.
    pub arrivals: Vec<Arrival>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PledgedNeed {
    pub id: NeedId,
    pub code: String,
    pub title: String,
}

/// The charity's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayTo {
    pub holder: String,
    pub bank: String,
    pub account_no: String,
}

/// A confirmed part of a bank line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arrival {
    pub lot: LotId,
    pub amount_fen: Fen,
    pub booked_on: NaiveDate,
    pub confirmed_at: DateTime<Utc>,
}
