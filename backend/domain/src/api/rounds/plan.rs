//! A plan as it is read: whole towns, single villages with their reasons, who is left, what is out of date.

use super::super::coverage::CoveragePart;
use super::super::needs::Where;
use super::{MatchingRoundRow, RoundRights, RoundRun, RoundSending};
use crate::matching::reason::FitReason;
use crate::round::rule::{PairChange, RoundExclusionKind, RoundRuleKind, WishLeft};
use crate::round::setup::RoundSetup;
use crate::{NeedId, OrganisationId, PairingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PlanQuery {
    /// The number of the computation; without it the latest plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<i32>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPlan {
    pub round: MatchingRoundRow,
    /// Of the round, as it is now.
    pub version: i32,
    /// As it was when the plan was asked for.
    pub setup: RoundSetup,
    pub run: RoundRun,
    /// The latest plan of its round.
    pub latest: bool,
    pub wishes: Vec<PlannedWish>,
    /// By village, a page of them.
    pub pairs: Vec<PlannedPair>,
    pub next: Option<i32>,
    /// What has changed since; none for a plan that may be sent, or was.
    pub stale: Option<PlanStale>,
    /// Whether anything has changed is still being looked at; until then it is not sent.
    pub comparing: bool,
    /// Pairs that were left out by themselves; at most a hundred.
    pub excluded: Vec<RoundExclusion>,
    pub excluded_count: i64,
    /// Enterprises that take part and got nothing; villages that got nobody.
    pub enterprises_left: i64,
    pub villages_left: i64,
    /// Villages that take part and got somebody, by county and by town.
    pub counties: Vec<CoveragePart>,
    pub towns: Vec<CoveragePart>,
    pub sent: Option<RoundSending>,
    pub may: RoundRights,
    pub as_of: DateTime<Utc>,
}

/// An enterprise for a whole town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedWish {
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub town: Where,
    pub villages: i64,
    /// The sum over its villages.
    pub score: u64,
    /// None for one that is taken.
    pub left: Option<WishLeft>,
    pub proposal: Option<RoundProposal>,
}

/// An enterprise for a village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedPair {
    pub position: i32,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub village: Where,
    pub score: u32,
    /// Those that this reader may read.
    pub reasons: Vec<FitReason>,
    /// Reasons by what the enterprise said of itself, which its own federation reads.
    pub hidden: u32,
    /// The need by which the two fit best.
    pub need: Option<RoundNeed>,
    /// The federation wanted it so.
    pub fixed: bool,
    /// What counts for the pair when a plan is computed anew.
    pub rule: Option<RoundPairRule>,
    pub changes: Vec<PairChange>,
    pub proposal: Option<RoundProposal>,
}

/// That a pair is fixed or forbidden, and why; the reason may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPairRule {
    pub kind: RoundRuleKind,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundNeed {
    pub id: NeedId,
    pub title: String,
}

/// What became of a pair when the plan was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundProposal {
    /// The pairing that was proposed.
    pub pairing: Option<PairingId>,
    /// Why it could not be.
    pub says: String,
}

/// What is not as it was when a plan was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanStale {
    /// The federation has set something out otherwise.
    pub rules: bool,
    /// Needs, enterprises, villages or scores are others.
    pub facts: bool,
    /// Pairs of the plan that are concerned.
    pub pairs: i64,
}

/// A pair that is left out by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundExclusion {
    pub enterprise_name: String,
    pub village: Where,
    pub kind: RoundExclusionKind,
}
