//! Commitments besides money: making one, delivering it part by part, and what became of them, counted by unit.

use super::needs::Where;
use super::{Call, Count};
use crate::commitment::{CommitmentInput, CommitmentStatus, Paper, PartInput, PartStatus};
use crate::need::ContributionKind;
use crate::pledge::PublicDisplay;
use crate::{CommitmentId, CommitmentPartId, FileId, NeedId, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const COMMITMENTS: &str = "/commitments";
pub const COMMITMENT: &str = "/commitments/{id}";
pub const DISPLAY: &str = "/commitments/{id}/display";
pub const WITHDRAW: &str = "/commitments/{id}/withdraw";
pub const WAIVE: &str = "/commitments/{id}/waive";
pub const PARTS: &str = "/commitments/{id}/parts";
pub const RECEIVED: &str = "/commitments/{id}/received";
pub const CONFIRM: &str = "/commitment-parts/{id}/confirm";
pub const DISPUTE: &str = "/commitment-parts/{id}/dispute";
pub const TAKE_BACK: &str = "/commitment-parts/{id}/take-back";
pub const OF_NEED: &str = "/needs/{id}/commitments";

/// Promises. The id is the client's: sending the same twice makes one commitment, other content is a conflict.
#[must_use]
pub fn create(new: &NewCommitment) -> Call<Commitment> {
    Call::post(COMMITMENTS, new)
}

/// The commitments of the caller's enterprise, to the caller's village, or in the caller's place; what is due first
/// comes first, what is settled last.
#[must_use]
pub fn list(query: &CommitmentQuery) -> Call<CommitmentList> {
    Call::get(COMMITMENTS).query(query)
}

#[must_use]
pub fn get(id: CommitmentId) -> Call<Commitment> {
    Call::get(format!("/commitments/{id}"))
}

/// Shows the enterprise otherwise from now on, everywhere and at once.
#[must_use]
pub fn change_display(id: CommitmentId, name: PublicDisplay) -> Call<Commitment> {
    Call::post(format!("/commitments/{id}/display"), &CommitmentDisplay { name })
}

/// The enterprise takes it back, before anything of it is confirmed.
#[must_use]
pub fn withdraw(id: CommitmentId, reason: &str) -> Call<Commitment> {
    Call::post(format!("/commitments/{id}/withdraw"), &CommitmentReason { reason: reason.to_owned() })
}

/// The village or the federation forgives what is missing.
#[must_use]
pub fn waive(id: CommitmentId, reason: &str) -> Call<Commitment> {
    Call::post(format!("/commitments/{id}/waive"), &CommitmentReason { reason: reason.to_owned() })
}

/// The enterprise reports a delivery; it counts when the village has confirmed it. The id is the client's.
#[must_use]
pub fn report(id: CommitmentId, new: &NewCommitmentPart) -> Call<Commitment> {
    Call::post(format!("/commitments/{id}/parts"), new)
}

/// The village enters what it received; it counts at once. The id is the client's.
#[must_use]
pub fn receive(id: CommitmentId, new: &NewCommitmentPart) -> Call<Commitment> {
    Call::post(format!("/commitments/{id}/received"), new)
}

/// The village confirms a part that the enterprise reported.
#[must_use]
pub fn confirm(part: CommitmentPartId) -> Call<Commitment> {
    Call::post(format!("/commitment-parts/{part}/confirm"), &Nothing {})
}

/// The village did not receive it so.
#[must_use]
pub fn dispute(part: CommitmentPartId, reason: &str) -> Call<Commitment> {
    Call::post(format!("/commitment-parts/{part}/dispute"), &CommitmentReason { reason: reason.to_owned() })
}

/// The village takes a confirmed part back, whole, by one that says why. The id is the client's.
#[must_use]
pub fn take_back(part: CommitmentPartId, by: &TakeBack) -> Call<Commitment> {
    Call::post(format!("/commitment-parts/{part}/take-back"), by)
}

/// What is promised and delivered for a public need besides money, line by line, and by whom.
#[must_use]
pub fn of_need(need: NeedId) -> Call<NeedCommitments> {
    Call::get(format!("/needs/{need}/commitments"))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCommitment {
    pub id: CommitmentId,
    pub need: NeedId,
    #[serde(flatten)]
    pub input: CommitmentInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCommitmentPart {
    pub id: CommitmentPartId,
    #[serde(flatten)]
    pub part: PartInput,
    /// Of its paper, one to five; not public.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentDisplay {
    pub name: PublicDisplay,
}

/// Why, for whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentReason {
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeBack {
    /// Of the part that takes the other one back.
    pub id: CommitmentPartId,
    pub reason: String,
}

#[derive(Serialize)]
struct Nothing {}

words! {
    /// What of a list of commitments is wanted.
    pub enum CommitmentsShown {
        Open = "open" / "还没兑现完的",
        Late = "late" / "已过约定日期的",
        ToConfirm = "to_confirm" / "等村里确认的",
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct CommitmentQuery {
    /// `open`, `late` or `to_confirm`; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A page of a list, and what all commitments of the list come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentList {
    pub items: Vec<CommitmentRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub count: Count,
    /// Whatever is shown of the list; without what a public body pays for.
    pub totals: Vec<CommitmentTotal>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentRow {
    pub id: CommitmentId,
    pub status: CommitmentStatus,
    /// Its day has passed with something missing.
    pub late: bool,
    pub need: NeedId,
    pub need_code: String,
    pub need_title: String,
    pub place: Where,
    pub kind: ContributionKind,
    /// A public body pays for it (政府购买服务): no gift, and in no total.
    pub procured: bool,
    /// The line's name and unit, as they were when it was promised.
    pub name: String,
    pub unit: String,
    pub quantity: i64,
    /// Confirmed by the village; can be more than was promised.
    pub delivered: i64,
    pub due_on: NaiveDate,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    /// Parts that wait for the village.
    pub waiting: i64,
}

/// A commitment as its enterprise, its village, the federation and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Commitment {
    #[serde(flatten)]
    pub row: CommitmentRow,
    /// Which of the need's lines, counted from 0.
    pub line: i32,
    pub note: String,
    pub public_display: PublicDisplay,
    pub terms_version: String,
    pub promised_at: DateTime<Utc>,
    /// When and why it was withdrawn, or what was missing waived.
    pub ended: Option<CommitmentEnd>,
    /// Oldest first.
    pub parts: Vec<CommitmentPart>,
    /// What this caller may do now.
    pub may: CommitmentRights,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentEnd {
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentPart {
    pub id: CommitmentPartId,
    pub quantity: i64,
    pub happened_on: NaiveDate,
    pub paper: Paper,
    pub note: String,
    pub pictures: Vec<FileId>,
    pub status: PartStatus,
    /// Entered by the village that received it.
    pub received: bool,
    pub reported_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it is disputed, or takes another one back.
    pub reason: Option<String>,
    /// The part that this one takes back.
    pub corrects: Option<CommitmentPartId>,
    /// Another part takes this one back: it counts no more.
    pub taken_back: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that may be done or not")]
pub struct CommitmentRights {
    pub report: bool,
    pub receive: bool,
    /// Confirms, disputes and takes parts back.
    pub decide: bool,
    pub withdraw: bool,
    pub waive: bool,
    pub change_display: bool,
}

/// What everybody reads of a need's commitments, from one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedCommitments {
    pub need: NeedId,
    pub kind: ContributionKind,
    pub procured: bool,
    /// In the order of the need's lines.
    pub lines: Vec<LineProgress>,
    /// As their enterprises want to be shown, oldest first.
    pub items: Vec<PublicCommitment>,
    pub count: Count,
    pub as_of: DateTime<Utc>,
}

/// How far one line of a need is met, in its own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineProgress {
    pub name: String,
    pub unit: String,
    pub asked: i64,
    pub promised: i64,
    pub delivered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicCommitment {
    pub enterprise: String,
    pub promised_on: NaiveDate,
    /// The line's name and unit.
    pub name: String,
    pub unit: String,
    pub promised: i64,
    pub delivered: i64,
}

/// What commitments of one kind and one unit come to; other kinds and units stand beside it and are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentTotal {
    pub kind: ContributionKind,
    pub unit: String,
    pub commitments: i64,
    pub promised: i64,
    pub delivered: i64,
}
