//! What needs left: declared, confirmed, and used for another need; and what everybody reads of it.

use super::campaigns::PageQuery;
use super::{Call, List};
use crate::allocation::FundingChoice;
use crate::pledge::{PledgeReference, Restriction};
use crate::surplus::{LikePurpose, PlacementBasis, PlacementStatus, SurplusSource, SurplusStatus, UnderWay};
use crate::{BankLineId, Fen, LotId, NeedId, OrganisationId, PledgeId, ReturnId, SurplusId, SurplusPlacementId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const SURPLUSES: &str = "/surpluses";
pub const SURPLUS: &str = "/surpluses/{id}";
pub const CONFIRM: &str = "/surpluses/{id}/confirm";
pub const SEND_BACK: &str = "/surpluses/{id}/send-back";
pub const PLACEMENTS: &str = "/surpluses/{id}/placements";
pub const CONFIRM_PLACEMENT: &str = "/surplus-placements/{id}/confirm";
pub const SEND_PLACEMENT_BACK: &str = "/surplus-placements/{id}/send-back";
pub const REMAINS: &str = "/remains";
pub const REMAINS_OF_NEED: &str = "/needs/{id}/remains";
pub const OF_NEED: &str = "/needs/{id}/surplus";

/// Those of the caller's charity, or of the federation's place, or all: latest first.
#[must_use]
pub fn list(query: &PageQuery) -> Call<List<Surplus>> {
    Call::get(SURPLUSES).query(query)
}

#[must_use]
pub fn get(id: SurplusId) -> Call<SurplusDossier> {
    Call::get(format!("/surpluses/{id}"))
}

/// The maker says that all that is left for a need is surplus. The id is the client's.
#[must_use]
pub fn declare(new: &NewSurplus) -> Call<SurplusDossier> {
    Call::post(SURPLUSES, new)
}

/// A second person agrees: it is booked.
#[must_use]
pub fn confirm(id: SurplusId) -> Call<SurplusDossier> {
    Call::post(format!("/surpluses/{id}/confirm"), &ConfirmSurplus {})
}

/// It is not so, or was taken back; nothing is booked.
#[must_use]
pub fn send_back(id: SurplusId, why: &SendSurplusBack) -> Call<SurplusDossier> {
    Call::post(format!("/surpluses/{id}/send-back"), why)
}

/// The maker asks for its use for another need. The id is the client's.
#[must_use]
pub fn place(id: SurplusId, new: &NewSurplusPlacement) -> Call<SurplusDossier> {
    Call::post(format!("/surpluses/{id}/placements"), new)
}

/// A second person agrees: it is set aside for the other need.
#[must_use]
pub fn confirm_placement(id: SurplusPlacementId) -> Call<SurplusDossier> {
    Call::post(format!("/surplus-placements/{id}/confirm"), &ConfirmSurplus {})
}

#[must_use]
pub fn send_placement_back(id: SurplusPlacementId, why: &SendSurplusBack) -> Call<SurplusDossier> {
    Call::post(format!("/surplus-placements/{id}/send-back"), why)
}

/// The needs that are over and for which the caller's charity still holds money.
#[must_use]
pub fn remains() -> Call<List<Remains>> {
    Call::get(REMAINS)
}

/// What the caller's charity holds for a need, and what is still under way.
#[must_use]
pub fn remains_of(need: NeedId) -> Call<Remains> {
    Call::get(format!("/needs/{need}/remains"))
}

/// What a public need left and what became of it, and what came to it of others.
#[must_use]
pub fn of_need(need: NeedId) -> Call<NeedSurplus> {
    Call::get(format!("/needs/{need}/surplus"))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSurplus {
    pub id: SurplusId,
    pub need: NeedId,
    /// All that is left, as it was seen.
    pub amount_fen: Fen,
    /// 5 to 200 characters; everybody reads it.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmSurplus {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendSurplusBack {
    /// 5 to 200 characters.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSurplusPlacement {
    pub id: SurplusPlacementId,
    pub to_need: NeedId,
    pub amount_fen: Fen,
    /// 5 to 200 characters; everybody reads it.
    pub why_similar: String,
    pub basis: PlacementBasis,
    /// 5 to 200 characters: where the basis can be looked up. It may name givers.
    pub basis_reference: String,
    /// Whose gifts it is of; with a consent, those whose givers gave it. None for the oldest that the basis carries.
    #[serde(default)]
    pub pledges: Vec<PledgeId>,
    /// The same, of lots that no pledge has.
    #[serde(default)]
    pub lots: Vec<LotId>,
}

impl NewSurplusPlacement {
    /// Whose money it is said to be of, in one list.
    #[must_use]
    pub fn chosen(&self) -> Vec<SurplusSource> {
        let gifts = self.pledges.iter().copied().map(SurplusSource::Gift);
        gifts.chain(self.lots.iter().copied().map(SurplusSource::Part)).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurplusNeed {
    pub id: NeedId,
    pub code: Option<String>,
    pub title: String,
}

/// What a charity still holds for a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remains {
    pub need: SurplusNeed,
    pub held_fen: Fen,
    /// What has to be done before; empty where it may be declared.
    pub under_way: Vec<UnderWay>,
    /// One that waits for a second person.
    pub declared: Option<SurplusId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Surplus {
    pub id: SurplusId,
    pub status: SurplusStatus,
    /// The charity's own running number.
    pub number: Option<i32>,
    pub need: SurplusNeed,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub amount_fen: Fen,
    pub reason: String,
    pub declared_by: String,
    pub declared_at: DateTime<Utc>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was sent back.
    pub decided_why: Option<String>,
    pub found_on: Option<NaiveDate>,
    /// The last day for handling it.
    pub due_on: Option<NaiveDate>,
    pub placed_fen: Fen,
    pub proposed_fen: Fen,
    pub returned_fen: Fen,
    pub returning_fen: Fen,
    /// Neither placed nor returned.
    pub left_fen: Fen,
    /// The day has passed and something is left.
    pub late: bool,
}

impl Surplus {
    /// What nobody has asked for yet.
    #[must_use]
    pub fn free(&self) -> Fen {
        self.left_fen.saturating_gap(self.proposed_fen).saturating_gap(self.returning_fen)
    }
}

/// A surplus with whose money it is and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurplusDossier {
    pub surplus: Surplus,
    /// Whose money is left of it, for its charity and the auditor.
    pub parts: Vec<SurplusPart>,
    pub placements: Vec<SurplusPlacement>,
    pub returns: Vec<SurplusReturn>,
    pub may_confirm: bool,
    pub may_send_back: bool,
    pub may_place: bool,
}

/// What is left of one gift, or of a part of a line that no pledge has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurplusPart {
    pub pledge: Option<PledgeId>,
    pub reference: Option<PledgeReference>,
    pub giver: Option<String>,
    pub restriction: Option<Restriction>,
    /// What the giver chose before for whatever would be left.
    pub choice: Option<FundingChoice>,
    pub lot: Option<LotId>,
    pub line: Option<BankLineId>,
    pub left_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurplusPlacement {
    pub id: SurplusPlacementId,
    pub status: PlacementStatus,
    pub number: Option<i32>,
    pub to: SurplusNeed,
    pub similarity: Option<LikePurpose>,
    pub amount_fen: Fen,
    pub why_similar: String,
    pub basis: PlacementBasis,
    /// It may name givers: for the surplus's charity and the auditor, otherwise empty.
    pub basis_reference: String,
    /// Whose money it is of, for the same.
    pub parts: Vec<PlacedPart>,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_why: Option<String>,
    pub placed_on: Option<NaiveDate>,
    pub may_confirm: bool,
    pub may_send_back: bool,
}

/// What of a placement is of one gift, or of lots that no pledge has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacedPart {
    pub pledge: Option<PledgeId>,
    pub reference: Option<PledgeReference>,
    pub giver: Option<String>,
    pub amount_fen: Fen,
}

/// What goes back of a surplus to its giver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurplusReturn {
    pub id: ReturnId,
    pub status: crate::giving_back::ReturnStatus,
    pub amount_fen: Fen,
    pub paid_on: Option<NaiveDate>,
}

/// What everybody reads of a need's surplus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedSurplus {
    pub found: Vec<PublicSurplus>,
    /// What came to this need of others that were over.
    pub came: Vec<PublicPlacement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicSurplus {
    pub charity_name: String,
    pub number: i32,
    pub found_on: NaiveDate,
    pub due_on: NaiveDate,
    pub amount_fen: Fen,
    pub reason: String,
    pub returned_fen: Fen,
    pub left_fen: Fen,
    pub late: bool,
    pub placements: Vec<PublicPlacement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicPlacement {
    /// The other need, where everybody may read it.
    pub need: Option<SurplusNeed>,
    pub amount_fen: Fen,
    pub placed_on: NaiveDate,
    pub basis: PlacementBasis,
    pub why_similar: String,
}
