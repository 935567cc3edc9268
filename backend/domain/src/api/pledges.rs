//! Pledges: making one, reading one's own, and the sheet by which it is paid.

use super::{Call, List};
use crate::allocation::FundingChoice;
use crate::ledger::TransferCode;
use crate::pledge::{
    DesignationTarget, DisplayChoice, Instalment, InstalmentStanding, PledgeInput, PledgeReference, PledgeStatus,
    PublicDisplay, Restriction,
};
use crate::{CampaignId, Fen, FileId, LotId, NeedId, OrganisationId, PledgeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const PLEDGES: &str = "/pledges";
pub const PLEDGE: &str = "/pledges/{id}";
pub const OWN: &str = "/pledges/own";
pub const INSTALMENTS: &str = "/pledges/{id}/instalments";
pub const TRAIL: &str = "/pledges/{id}/trail";
pub const DISPLAY: &str = "/pledges/{id}/display";
pub const DISPLAYS: &str = "/pledges/{id}/displays";
pub const DESIGNATE: &str = "/pledges/{id}/need";
pub const CANCEL: &str = "/pledges/{id}/cancel";

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

/// The parts of a pledge by day, as they stand today; none where it is paid at once.
#[must_use]
pub fn instalments(id: PledgeId) -> Call<List<PledgeInstalment>> {
    Call::get(format!("/pledges/{id}/instalments"))
}

/// What became of the money of a pledge.
#[must_use]
pub fn trail(id: PledgeId) -> Call<Trail> {
    Call::get(format!("/pledges/{id}/trail"))
}

/// Shows a pledge otherwise from now on, everywhere and at once.
#[must_use]
pub fn change_display(id: PledgeId, choice: &DisplayChoice) -> Call<Pledge> {
    change_display_as_read(id, &ChangeDisplay { choice: *choice, text_version: None })
}

/// The same by somebody who has read a text about it.
#[must_use]
pub fn change_display_as_read(id: PledgeId, asked: &ChangeDisplay) -> Call<Pledge> {
    Call::post(DISPLAY.replace("{id}", &id.to_string()), asked)
}

/// All that was chosen for a pledge, latest first; for its giver.
#[must_use]
pub fn displays(id: PledgeId) -> Call<List<DisplayChosen>> {
    Call::get(DISPLAYS.replace("{id}", &id.to_string()))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeDisplay {
    #[serde(flatten)]
    pub choice: DisplayChoice,
    /// The version of the text that was read; that in force where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_version: Option<String>,
}

/// What was chosen at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisplayChosen {
    /// Counted from the first.
    pub number: i32,
    #[serde(flatten)]
    pub choice: DisplayChoice,
    /// The version of the text that was read.
    pub text_version: String,
    pub chosen_at: DateTime<Utc>,
}

/// The enterprise points a row of its directed pledge, made without a need, at one; the same again changes nothing.
#[must_use]
pub fn designate(id: PledgeId, to: &Designate) -> Call<Pledge> {
    Call::post(format!("/pledges/{id}/need"), to)
}

/// The enterprise takes its pledge back, before any agreement and before any money.
#[must_use]
pub fn cancel(id: PledgeId, why: &CancelPledge) -> Call<Pledge> {
    Call::post(format!("/pledges/{id}/cancel"), why)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelPledge {
    /// 5 to 200 characters.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Designate {
    pub need: NeedId,
    /// Which of the pledge's rows, counted from 1; the only one where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
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
    /// The need, where all of the pledge is for one.
    pub need: Option<PledgedNeed>,
    /// What it is for, row by row; they add up to the pledge, and what has arrived of them to what has arrived.
    pub designations: Vec<PledgeDesignation>,
    pub restriction: Restriction,
    /// What is to become of money that its need does not use.
    pub funding_choice: FundingChoice,
    pub amount_fen: Fen,
    pub arrived_fen: Fen,
    pub public_display: PublicDisplay,
    pub show_amount: bool,
    pub share_with_recipient: bool,
    pub terms_version: String,
    pub pledged_at: DateTime<Utc>,
    /// When its giver pointed it at its need, where that was later and all of it is for one need.
    pub designated_at: Option<DateTime<Utc>>,
    /// Where to pay; only for the giver and the charity.
    pub pay_to: Option<PayTo>,
    /// What has arrived for it, oldest first.
    pub arrivals: Vec<Arrival>,
    /// Why its maker took it back.
    pub cancelled_reason: Option<String>,
    /// Its parts by day; empty where it has none.
    pub instalments: Vec<PledgeInstalment>,
}

/// A part of a pledge as it stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PledgeInstalment {
    #[serde(flatten)]
    pub part: Instalment,
    /// What has arrived of it.
    pub covered_fen: Fen,
    pub standing: InstalmentStanding,
}

/// A row of a pledge: what of it is for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PledgeDesignation {
    /// Counted from 1. Arrived money fills the rows in this order.
    pub position: i32,
    #[serde(flatten)]
    pub target: DesignationTarget,
    /// The title of the need, the place with its town and county, the parties of the pairing, the field.
    pub name: String,
    /// Of the need or the pairing.
    pub code: Option<String>,
    pub amount_fen: Fen,
    pub arrived_fen: Fen,
    /// When its giver pointed it at its need, where that was later …
    pub designated_at: Option<DateTime<Utc>>,
    /// … and what it was for until then.
    pub made_for: Option<DesignationTarget>,
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
    /// Whom to ask at the charity: an office, its telephone; empty where it says nobody.
    pub contact: String,
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

/// The way of a pledge's money: each movement of its lots, and where its fen are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trail {
    /// In the order in which they were booked.
    pub steps: Vec<TrailStep>,
    pub now: Whereabouts,
}

/// One movement of this pledge's money; fen of other givers that moved with it are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailStep {
    pub code: TransferCode,
    pub amount_fen: Fen,
    /// The bank's or the invoice's day where there is one, not the day of booking.
    pub on: NaiveDate,
    pub recorded_at: DateTime<Utc>,
    /// Whom it was paid to, for 拨付 and 退汇.
    pub payee: Option<String>,
    /// What it was spent on, for 支出.
    pub item: Option<TrailItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailItem {
    pub description: String,
    /// 个人 where it is a person.
    pub seller: String,
    /// Of the invoice or receipt; every reader of a trail may see them.
    pub pictures: Vec<FileId>,
}

/// Where the fen of a pledge are; adds up to what arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Whereabouts {
    /// With the charity, not set aside for a need yet.
    pub unallocated_fen: Fen,
    /// With the charity, set aside.
    pub allocated_fen: Fen,
    /// Paid out, spending not accepted yet.
    pub advanced_fen: Fen,
    pub spent_fen: Fen,
    /// Returned to the giver, fees, surplus.
    pub elsewhere_fen: Fen,
}
