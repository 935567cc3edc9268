//! The campaign office's calls: setting a campaign up, its charities and partners, its stages, its needs, its rehearsal.

use super::{Charity, PageQuery, name};
use crate::api::needs::NeedRow;
use crate::api::{Call, Count, List};
use crate::campaign::CampaignStage;
use crate::campaign::setup::{CampaignCharity, CampaignPartner, CampaignSetup};
use crate::{BankAccountId, CampaignId, Fen, NeedId, OrganisationId, PartnerId, RehearsalPledgeId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

pub const SETUPS: &str = "/campaign-setups";
pub const RECEIVERS: &str = "/campaign-setups/receivers";
pub const SETUP: &str = "/campaigns/{code}/setup";
pub const OWN_LISTED: &str = "/campaigns/{code}/setup/needs";
pub const STAGE: &str = "/campaigns/{code}/stage";
pub const CHARITIES: &str = "/campaigns/{code}/charities";
pub const REMOVE_CHARITY: &str = "/campaigns/{code}/charities/remove";
pub const PARTNERS: &str = "/campaigns/{code}/partners";
pub const REMOVE_PARTNER: &str = "/campaigns/{code}/partners/remove";
pub const REMOVE_NEED: &str = "/campaigns/{code}/needs/remove";
pub const MOVE_NEED: &str = "/campaigns/{code}/needs/move";
pub const REHEARSAL: &str = "/campaigns/{code}/rehearsal";
pub const CLEAR_REHEARSAL: &str = "/campaigns/{code}/rehearsal/clear";

/// All campaigns, drafts too, newest first.
#[must_use]
pub fn list() -> Call<List<CampaignSetupRow>> {
    Call::get(SETUPS)
}

/// Charities that can receive, with their accounts.
#[must_use]
pub fn receivers() -> Call<List<Receiver>> {
    Call::get(RECEIVERS)
}

/// Sets up the campaign of a year, as a draft. The id is the client's.
#[must_use]
pub fn create(new: &NewCampaignSetup) -> Call<CampaignDossier> {
    Call::post(super::CAMPAIGNS, new)
}

/// Everything that its office sees of a campaign.
#[must_use]
pub fn get(code: impl fmt::Display) -> Call<CampaignDossier> {
    Call::get(format!("/campaigns/{}/setup", name(code)))
}

/// The needs that it lists, also while it is a draft.
#[must_use]
pub fn listed(code: impl fmt::Display, query: &PageQuery) -> Call<List<NeedRow>> {
    Call::get(format!("/campaigns/{}/setup/needs", name(code))).query(query)
}

/// Says otherwise what the campaign is, if it is still at `version`.
#[must_use]
pub fn change(code: impl fmt::Display, change: &CampaignSetupChange) -> Call<CampaignDossier> {
    Call::post(format!("/campaigns/{}/setup", name(code)), change)
}

/// Takes it to another stage.
#[must_use]
pub fn set_stage(code: impl fmt::Display, step: &StageStep) -> Call<CampaignDossier> {
    Call::post(format!("/campaigns/{}/stage", name(code)), step)
}

/// Adds a charity, or says otherwise by which right it receives.
#[must_use]
pub fn set_charity(code: impl fmt::Display, change: &CharityChange) -> Call<CampaignDossier> {
    Call::post(format!("/campaigns/{}/charities", name(code)), change)
}

#[must_use]
pub fn remove_charity(code: impl fmt::Display, which: &WhichCharity) -> Call<CampaignDossier> {
    Call::post(format!("/campaigns/{}/charities/remove", name(code)), which)
}

/// Adds a partner, or says otherwise what was agreed. The id is the client's.
#[must_use]
pub fn set_partner(code: impl fmt::Display, change: &PartnerChange) -> Call<CampaignDossier> {
    Call::post(format!("/campaigns/{}/partners", name(code)), change)
}

#[must_use]
pub fn remove_partner(code: impl fmt::Display, which: &WhichPartner) -> Call<CampaignDossier> {
    Call::post(format!("/campaigns/{}/partners/remove", name(code)), which)
}

/// Lists needs behind those that are listed; those that are listed already stay where they are.
#[must_use]
pub fn list_needs(code: impl fmt::Display, needs: &ListNeeds) -> Call<Listing> {
    Call::post(format!("/campaigns/{}/needs", name(code)), needs)
}

/// Takes needs off the list. Twice is as good as once.
#[must_use]
pub fn remove_needs(code: impl fmt::Display, needs: &ListNeeds) -> Call<Listing> {
    Call::post(format!("/campaigns/{}/needs/remove", name(code)), needs)
}

/// Puts a listed need at a place of the list, counted from 1.
#[must_use]
pub fn move_need(code: impl fmt::Display, step: MoveNeed) -> Call<Listing> {
    Call::post(format!("/campaigns/{}/needs/move", name(code)), &step)
}

/// The test pledges of the rehearsal, latest first.
#[must_use]
pub fn rehearsal(code: impl fmt::Display) -> Call<Rehearsal> {
    Call::get(format!("/campaigns/{}/rehearsal", name(code)))
}

/// Enters a test pledge. The id is the client's.
#[must_use]
pub fn rehearse(code: impl fmt::Display, new: &NewRehearsalPledge) -> Call<Rehearsal> {
    Call::post(format!("/campaigns/{}/rehearsal", name(code)), new)
}

/// Deletes all test pledges.
#[must_use]
pub fn clear_rehearsal(code: impl fmt::Display) -> Call<Rehearsal> {
    Call::post(format!("/campaigns/{}/rehearsal/clear", name(code)), &serde_json::json!({}))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignSetupRow {
    pub id: CampaignId,
    pub code: String,
    pub name: String,
    pub year: i32,
    pub stage: CampaignStage,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCampaignSetup {
    pub id: CampaignId,
    pub setup: CampaignSetup,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignSetupChange {
    /// Of the campaign that was read.
    pub version: i32,
    pub setup: CampaignSetup,
}

/// From the stage that was read to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageStep {
    pub from: CampaignStage,
    pub to: CampaignStage,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CharityChange {
    pub version: i32,
    pub charity: CampaignCharity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhichCharity {
    pub version: i32,
    pub charity: OrganisationId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerChange {
    pub version: i32,
    pub id: PartnerId,
    pub partner: CampaignPartner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhichPartner {
    pub version: i32,
    pub id: PartnerId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListNeeds {
    pub needs: Vec<NeedId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveNeed {
    pub need: NeedId,
    /// Counted from 1; behind the last is the last.
    pub position: u32,
}

/// What came of listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listing {
    /// Rows that were changed.
    pub changed: i64,
    /// Needs that are listed now.
    pub listed: i64,
}

/// A charity that can receive, with its accounts, numbers masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receiver {
    pub id: OrganisationId,
    pub name: String,
    pub accounts: Vec<ReceivingAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivingAccount {
    pub id: BankAccountId,
    pub bank: String,
    pub number_masked: String,
}

/// Everything that its office sees of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignDossier {
    pub id: CampaignId,
    pub version: i32,
    pub stage: CampaignStage,
    pub setup: CampaignSetup,
    pub charities: Vec<DossierCharity>,
    pub partners: Vec<DossierPartner>,
    pub listed: i64,
    /// Test pledges that are there.
    pub rehearsed: i64,
    /// Where it can go from here, with what is lacking.
    pub next: Vec<NextStage>,
    pub may: DossierRights,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DossierCharity {
    pub charity: Charity,
    pub bank_account: BankAccountId,
    pub bank: String,
    pub number_masked: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DossierPartner {
    pub id: PartnerId,
    #[serde(flatten)]
    pub partner: CampaignPartner,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextStage {
    pub stage: CampaignStage,
    /// Sentences; none where it can go on at once.
    pub lacking: Vec<String>,
}

/// What this caller may do now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "a right each, which do not exclude one another")]
pub struct DossierRights {
    pub edit: bool,
    pub keep_records: bool,
    pub list_needs: bool,
    pub rehearse: bool,
    pub set_stage: bool,
}

/// The test pledges of a rehearsal. They are in no total, because nothing else reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rehearsal {
    pub campaign: CampaignId,
    pub name: String,
    pub stage: CampaignStage,
    pub items: Vec<RehearsalPledge>,
    pub count: Count,
    pub total_fen: Fen,
    /// Whether one more can be entered now.
    pub open: bool,
    /// Whether this caller may delete them.
    pub may_clear: bool,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RehearsalPledge {
    pub id: RehearsalPledgeId,
    pub name: String,
    pub amount_fen: Fen,
    pub entered_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRehearsalPledge {
    pub id: RehearsalPledgeId,
    pub name: String,
    pub amount_fen: Fen,
}
