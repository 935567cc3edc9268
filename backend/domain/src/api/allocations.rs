//! Money set aside for needs: by the charity, and by a giver that points at a need what has arrived of its own pledge.

use super::campaigns::PageQuery;
use super::matching::Recommendation;
use super::{Call, List};
use crate::allocation::{AllocationStatus, FundingChoice};
use crate::pledge::{DesignationTarget, PledgeReference};
use crate::{AllocationId, CampaignId, Fen, NeedId, OrganisationId, PledgeId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const ALLOCATIONS: &str = "/allocations";
pub const ALLOCATION: &str = "/allocations/{id}";
pub const REQUESTS: &str = "/allocations/requests";
pub const BALANCES: &str = "/allocations/balances";
pub const ACCEPT: &str = "/allocations/{id}/accept";
pub const REFUSE: &str = "/allocations/{id}/refuse";
pub const RELEASE: &str = "/allocations/{id}/release";

/// The charity's maker sets arrived money aside for a need. The id is the client's.
#[must_use]
pub fn allocate(new: &NewAllocation) -> Call<Allocation> {
    Call::post(ALLOCATIONS, new)
}

/// The enterprise points what has arrived of a row of its pledge at a need. The id is the client's.
#[must_use]
pub fn request(new: &NewAllocationRequest) -> Call<AllocationRow> {
    Call::post(REQUESTS, new)
}

/// Those of the caller's enterprise, or of its charity, latest first.
#[must_use]
pub fn list(query: &PageQuery) -> Call<List<AllocationRow>> {
    Call::get(ALLOCATIONS).query(query)
}

#[must_use]
pub fn get(id: AllocationId) -> Call<AllocationRow> {
    Call::get(format!("/allocations/{id}"))
}

/// The balances of the caller's enterprise's gifts, row by row, with needs that fit.
#[must_use]
pub fn balances() -> Call<DirectedBalances> {
    Call::get(BALANCES)
}

/// The charity sets aside what the giver asks for.
#[must_use]
pub fn accept(id: AllocationId) -> Call<AllocationRow> {
    Call::post(format!("/allocations/{id}/accept"), &AllocationStep {})
}

/// The charity does not, with the reason.
#[must_use]
pub fn refuse(id: AllocationId, why: &AllocationReason) -> Call<AllocationRow> {
    Call::post(format!("/allocations/{id}/refuse"), why)
}

/// The giver takes its request back, or the charity releases what is set aside while nothing of it is paid.
#[must_use]
pub fn release(id: AllocationId, why: &AllocationReason) -> Call<AllocationRow> {
    Call::post(format!("/allocations/{id}/release"), why)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAllocation {
    pub id: AllocationId,
    pub need: NeedId,
    /// A directed pledge, of which a row is for this need …
    pub pledge: Option<PledgeId>,
    /// … or the undirected money of a campaign.
    pub campaign: Option<CampaignId>,
    pub amount_fen: Fen,
}

/// Arrived money that stands aside for a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Allocation {
    pub id: AllocationId,
    pub need: NeedId,
    pub pledge: Option<PledgeId>,
    pub campaign: Option<CampaignId>,
    pub amount_fen: Fen,
    pub made_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAllocationRequest {
    pub id: AllocationId,
    pub pledge: PledgeId,
    /// The row, counted from 1.
    pub position: i32,
    pub need: NeedId,
    pub amount_fen: Fen,
    /// Also where the need misses less than that.
    #[serde(default)]
    pub beyond: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllocationStep {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllocationReason {
    /// 5 to 200 characters.
    pub reason: String,
}

/// Money set aside, or asked for, as its giver and its charity read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllocationRow {
    pub id: AllocationId,
    pub status: AllocationStatus,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub need: NeedId,
    pub need_code: Option<String>,
    pub need_title: String,
    pub pledge: Option<PledgeId>,
    pub reference: Option<PledgeReference>,
    /// The row of the pledge, counted from 1.
    pub position: Option<i32>,
    pub enterprise: Option<OrganisationId>,
    pub enterprise_name: Option<String>,
    pub campaign: Option<CampaignId>,
    pub campaign_name: Option<String>,
    pub amount_fen: Fen,
    /// The need was not what the money was pledged for (统筹安排).
    pub arranged: bool,
    pub beyond: bool,
    pub made_at: DateTime<Utc>,
    /// Who asked for it; for the charity, the name of its own people only.
    pub made_by: Option<String>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub accepted_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_reason: Option<String>,
    /// What was left of the need became surplus (结余) later: nothing of this can be released or used otherwise.
    pub surplus: bool,
}

impl AllocationRow {
    /// It stands and may still be released, or its purpose changed.
    #[must_use]
    pub const fn is_movable(&self) -> bool {
        matches!(self.status, AllocationStatus::Accepted | AllocationStatus::Locked) && !self.surplus
    }
}

/// What of an enterprise's gifts has arrived, and where it can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DirectedBalances {
    /// Latest gift first.
    pub items: Vec<DirectedBalance>,
    pub as_of: DateTime<Utc>,
}

/// The balance of one row of a pledge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DirectedBalance {
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub charity_name: String,
    pub position: i32,
    #[serde(flatten)]
    pub target: DesignationTarget,
    pub name: String,
    pub code: Option<String>,
    pub funding_choice: FundingChoice,
    pub arrived_fen: Fen,
    pub set_aside_fen: Fen,
    /// By requests that nobody has decided on yet, and by changes of purpose.
    pub asked_fen: Fen,
    /// What can still be pointed at a need.
    pub free_fen: Fen,
    /// Since when nothing has come and nothing was set aside.
    pub idle_since: Option<DateTime<Utc>>,
    /// Open needs within what the row is for, those that fit the enterprise best first; at most five.
    pub fitting: Vec<Recommendation>,
}
