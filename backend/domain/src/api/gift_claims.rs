//! Gifts that came without an account, and the claims of those who gave them.

use super::{Call, Count, List};
use crate::gift_claim::{GiftClaimStatus, GiftClaimStep, GiftCode};
use crate::pledge::{PublicDisplay, Restriction};
use crate::{BankLineId, CampaignId, Fen, FileId, GiftClaimId, PledgeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const CLAIMS: &str = "/gift-claims";
pub const CODES: &str = "/gift-claims/codes";
pub const CLAIM: &str = "/gift-claims/{id}";
pub const NAME: &str = "/gift-claims/{id}/name";
pub const CONFIRM: &str = "/gift-claims/{id}/confirm";
pub const REFUSE: &str = "/gift-claims/{id}/refuse";
pub const WITHDRAW: &str = "/gift-claims/{id}/withdraw";

/// Claims. The id is the client's: the same twice makes one.
#[must_use]
pub fn ask(new: &NewGiftClaim) -> Call<GiftClaim> {
    Call::post(CLAIMS, new)
}

/// The claims of the caller's enterprise, or to its charity; latest first.
#[must_use]
pub fn list(query: &GiftClaimQuery) -> Call<GiftClaimList> {
    Call::get(CLAIMS).query(query)
}

/// The gifts of the caller's charity whose giver is not known, with their codes.
#[must_use]
pub fn codes() -> Call<List<UnclaimedGift>> {
    Call::get(CODES)
}

#[must_use]
pub fn get(id: GiftClaimId) -> Call<GiftClaim> {
    Call::get(format!("/gift-claims/{id}"))
}

/// The charity's maker says that it is theirs.
#[must_use]
pub fn name(id: GiftClaimId, seen: SeenGiftClaim) -> Call<GiftClaim> {
    Call::post(format!("/gift-claims/{id}/name"), &seen)
}

/// A second person agrees: it is a pledge of the claimant from now on.
#[must_use]
pub fn confirm(id: GiftClaimId, seen: SeenGiftClaim) -> Call<GiftClaim> {
    Call::post(format!("/gift-claims/{id}/confirm"), &seen)
}

#[must_use]
pub fn refuse(id: GiftClaimId, why: &RefuseGiftClaim) -> Call<GiftClaim> {
    Call::post(format!("/gift-claims/{id}/refuse"), why)
}

#[must_use]
pub fn withdraw(id: GiftClaimId, seen: SeenGiftClaim) -> Call<GiftClaim> {
    Call::post(format!("/gift-claims/{id}/withdraw"), &seen)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGiftClaim {
    pub id: GiftClaimId,
    /// As it was typed.
    pub code: String,
    pub amount_fen: Fen,
    pub booked_on: NaiveDate,
    /// In which campaign of the charity it is to count.
    pub campaign: CampaignId,
    pub restriction: Restriction,
    pub public_display: Option<PublicDisplay>,
    pub show_amount: bool,
    pub share_with_recipient: bool,
    pub voluntary: bool,
    pub terms_version: String,
    /// Of the bank's slip; 1 to 6 own drafts.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenGiftClaim {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefuseGiftClaim {
    pub version: i32,
    /// 5 to 500 characters.
    pub reason: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct GiftClaimQuery {
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftClaimList {
    pub items: Vec<GiftClaim>,
    pub next: Option<String>,
    pub count: Count,
}

/// A gift whose giver is not known, as its charity reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnclaimedGift {
    pub code: GiftCode,
    pub line: BankLineId,
    pub payer: String,
    pub amount_fen: Fen,
    pub booked_on: NaiveDate,
}

/// A claim as its claimant, its charity and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftClaim {
    pub id: GiftClaimId,
    pub code: GiftCode,
    pub amount_fen: Fen,
    pub booked_on: NaiveDate,
    /// As the bank names it; for the charity and the auditor only.
    pub payer: Option<String>,
    /// For the charity only.
    pub line: Option<BankLineId>,
    pub enterprise_name: String,
    pub charity_name: String,
    pub campaign_name: String,
    pub restriction: Restriction,
    pub status: GiftClaimStatus,
    pub version: i32,
    pub asked_at: DateTime<Utc>,
    pub pictures: Vec<FileId>,
    pub decision: Option<String>,
    pub pledge: Option<PledgeId>,
    /// What the caller may do now.
    pub may: Vec<GiftClaimStep>,
}
