//! Pairings: proposing one, agreeing on its terms, its agreement on paper, its joint plan, and what was given under it.

mod contact;
mod plan;

pub use contact::*;
pub use plan::*;

use super::commitments::CommitmentTotal;
use super::needs::Where;
use super::{Call, Count};
use crate::four::FourNumbers;
use crate::need::PairingForm;
use crate::pairing::{
    HandOverCause, PairingOrigin, PairingSeat, PairingSide, PairingStatus, PairingStep, PairingTerms, TermsChange,
};
use crate::place::PlaceCode;
use crate::pledge::PublicDisplay;
use crate::{FileId, OrganisationId, PairingId, PairingMessageId, PairingPaperId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const PAIRINGS: &str = "/pairings";
pub const ENTERPRISES: &str = "/pairings/enterprises";
pub const PAIRING: &str = "/pairings/{id}";
pub const TERMS: &str = "/pairings/{id}/terms";
pub const AGREE: &str = "/pairings/{id}/agree";
pub const DECLINE: &str = "/pairings/{id}/decline";
pub const WITHDRAW: &str = "/pairings/{id}/withdraw";
pub const MESSAGES: &str = "/pairings/{id}/messages";
pub const TAKE_UP: &str = "/pairings/{id}/take-up";
pub const APPROVE: &str = "/pairings/{id}/approve";
pub const RETURN: &str = "/pairings/{id}/return";
pub const CONFIRM: &str = "/pairings/{id}/confirm";
pub const PAPER: &str = "/pairings/{id}/paper";
pub const ACCEPT_PAPER: &str = "/pairings/{id}/accept-paper";
pub const TERMINATE: &str = "/pairings/{id}/terminate";
pub const WITHDRAW_NOTICE: &str = "/pairings/{id}/notice/withdraw";
pub const AGREE_TO_END: &str = "/pairings/{id}/notice/agree";
pub const RENEW: &str = "/pairings/{id}/renew";
pub const HAND_OVER: &str = "/pairings/{id}/hand-over";
pub const DISPLAY: &str = "/pairings/{id}/display";
pub const AGREEMENT: &str = "/pairings/{id}/agreement.pdf";
pub const MILESTONES: &str = "/pairings/{id}/milestones";
pub const MOVE: &str = "/pairings/milestones/{id}/move";
pub const ACCEPT_DAY: &str = "/pairings/milestones/{id}/accept-day";
pub const DROP_DAY: &str = "/pairings/milestones/{id}/drop-day";
pub const SUBMIT: &str = "/pairings/milestones/{id}/submit";
pub const VERIFY: &str = "/pairings/milestones/{id}/verify";
pub const SEND_BACK: &str = "/pairings/milestones/{id}/return";
pub const OF_PLACE: &str = "/places/{code}/pairings";

/// Proposes. The id is the client's: sending the same twice makes one pairing, other content is a conflict.
#[must_use]
pub fn propose(new: &NewPairing) -> Call<Pairing> {
    Call::post(PAIRINGS, new)
}

/// The pairings of the caller's enterprise or place; what waits for the caller comes first.
#[must_use]
pub fn list(query: &PairingQuery) -> Call<PairingList> {
    Call::get(PAIRINGS).query(query)
}

#[must_use]
pub fn get(id: PairingId) -> Call<Pairing> {
    Call::get(format!("/pairings/{id}"))
}

/// Verified enterprises of a name, for whoever proposes to one.
#[must_use]
pub fn enterprises(name: &str) -> Call<PairingEnterprises> {
    Call::get(ENTERPRISES).query(&PairingEnterpriseQuery { name: name.to_owned() })
}

/// Writes other terms; what was agreed to before counts no more.
#[must_use]
pub fn counter(id: PairingId, new: &NewTerms) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/terms"), new)
}

/// Agrees to the terms of this number.
#[must_use]
pub fn agree(id: PairingId, to: &AgreeToTerms) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/agree"), to)
}

/// Takes a step that asks for nothing but a reason, perhaps.
///
/// # Panics
/// Never; a step with a body of its own is sent by its own call.
#[must_use]
pub fn step(step: PairingStep, id: PairingId, seen: &PairingReason) -> Call<Pairing> {
    let path = match step {
        PairingStep::Decline => "decline",
        PairingStep::Withdraw => "withdraw",
        PairingStep::TakeUp => "take-up",
        PairingStep::Return => "return",
        PairingStep::Approve => "approve",
        // One way for whoever leaves; whether it ends at once follows from who he is and what was settled.
        PairingStep::Terminate | PairingStep::GiveNotice => "terminate",
        PairingStep::WithdrawNotice => "notice/withdraw",
        PairingStep::AgreeToEnd => "notice/agree",
        _ => "unknown",
    };
    Call::post(format!("/pairings/{id}/{path}"), seen)
}

/// Confirms the text of the agreement (确认, no signature).
#[must_use]
pub fn confirm(id: PairingId, text: &ConfirmAgreement) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/confirm"), text)
}

/// Hands in the pictures of the stamped paper. The id is the client's.
#[must_use]
pub fn send_paper(id: PairingId, new: &NewPairingPaper) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/paper"), new)
}

/// The other side, or the federation, has looked at the paper: it is the agreement.
#[must_use]
pub fn accept_paper(id: PairingId, paper: &AcceptPaper) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/accept-paper"), paper)
}

/// Proposes terms that follow; answers the pairing that follows.
#[must_use]
pub fn renew(id: PairingId, new: &Renewal) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/renew"), new)
}

/// Another enterprise takes it over; answers the pairing that follows.
#[must_use]
pub fn hand_over(id: PairingId, to: &HandOver) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/hand-over"), to)
}

/// Writes into the thread. The id is the client's.
#[must_use]
pub fn write(id: PairingId, new: &NewPairingMessage) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/messages"), new)
}

/// Shows the enterprise otherwise from now on, everywhere and at once.
#[must_use]
pub fn change_display(id: PairingId, name: PublicDisplay) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/display"), &PairingDisplay { name })
}

/// The pairings of a place that are active, as everybody reads them.
#[must_use]
pub fn of_place(place: &PlaceCode) -> Call<PlacePairings> {
    Call::get(format!("/places/{place}/pairings"))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairing {
    pub id: PairingId,
    /// Of an enterprise's own proposal the enterprise itself.
    pub enterprise: OrganisationId,
    /// Of the federation: `federation`, or `round` with the round it comes from. Of the others it is known.
    #[serde(default)]
    pub origin: Option<PairingOrigin>,
    /// The matching round.
    #[serde(default)]
    pub round: Option<Uuid>,
    pub terms: PairingTerms,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// For the other side; opens the thread.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTerms {
    /// Of the pairing that was read.
    pub version: i32,
    pub terms: PairingTerms,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// For the other side: why.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreeToTerms {
    /// Which terms were read.
    pub number: i32,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// Of an enterprise: how it is named in public; anonymous while it has not chosen.
    #[serde(default)]
    pub public_display: Option<PublicDisplay>,
    /// Of whoever speaks for a place where nobody works here: how he knows that they agree.
    #[serde(default)]
    pub note: String,
}

/// The version that was read, and why, for whom it concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingReason {
    pub version: i32,
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmAgreement {
    /// Of the text that was read.
    pub hash: String,
    /// Of whoever speaks for a place where nobody works here: how he knows that they agree.
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairingPaper {
    pub id: PairingPaperId,
    /// Page by page, one to twelve; not public.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptPaper {
    pub paper: PairingPaperId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Renewal {
    /// Of the pairing that follows.
    pub id: PairingId,
    pub terms: PairingTerms,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// For the other side; opens the thread.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// Of the pairing that was read.
    pub version: i32,
    /// Of the pairing that follows.
    pub id: PairingId,
    /// Who takes it over.
    pub enterprise: OrganisationId,
    pub cause: HandOverCause,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairingMessage {
    pub id: PairingMessageId,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingDisplay {
    pub name: PublicDisplay,
}

words! {
    /// What of a list of pairings is wanted.
    pub enum PairingsShown {
        Waiting = "waiting" / "等我们办的",
        Talking = "talking" / "商谈和审核中的",
        Active = "active" / "已签约和生效的",
        Past = "past" / "已结束的",
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PairingQuery {
    /// `waiting`, `talking`, `active` or `past`; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PairingEnterpriseQuery {
    /// At least two characters of it.
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingEnterprises {
    pub items: Vec<PairingEnterprise>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingEnterprise {
    pub id: OrganisationId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingList {
    pub items: Vec<PairingRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub count: Count,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingRow {
    pub id: PairingId,
    /// As it stands on paper: `JD-2026-7`.
    pub reference: String,
    pub status: PairingStatus,
    pub form: PairingForm,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    /// Of a town's coverage.
    pub town: Option<Where>,
    pub villages: Vec<Where>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// The day on which it ends because a side has given notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<NaiveDate>,
    /// Something of it waits for the reader.
    pub waits: bool,
    /// Milestones whose day has passed.
    pub late: i64,
    pub changed_at: DateTime<Utc>,
}

/// A pairing as its sides, the federation and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pairing {
    #[serde(flatten)]
    pub row: PairingRow,
    /// Counts what happened to it; a decision names the version that was read.
    pub version: i32,
    pub origin: PairingOrigin,
    /// Who proposed it.
    pub proposer: String,
    /// The matching round that it comes from.
    pub round: Option<Uuid>,
    pub proposed_at: DateTime<Utc>,
    pub public_display: PublicDisplay,
    /// The enterprise is verified and not suspended.
    pub enterprise_stands: bool,
    pub sides: Vec<SideStanding>,
    /// Whom to call, side by side; for the sides and the federation only.
    pub contacts: Vec<PairingContact>,
    /// Latest first.
    pub terms: Vec<TermsVersion>,
    /// What the latest terms say otherwise than those before.
    pub changes: Vec<TermsChange>,
    /// Why the federation gave it back to the sides, when it did so last.
    pub returned: Option<PairingEnd>,
    /// That a side has given notice, while it runs.
    pub notice: Option<PairingNotice>,
    /// When and why it ended before its last day.
    pub ended: Option<PairingEnd>,
    /// What it follows, and what follows it, oldest first.
    pub history: Vec<PairingLink>,
    pub agreement: Option<PairingText>,
    /// Latest first.
    pub papers: Vec<PairingPaper>,
    /// Oldest first.
    pub messages: Vec<PairingMessage>,
    /// By day.
    pub plan: Vec<Milestone>,
    pub given: GivenUnderPairing,
    /// Of a town's coverage; of the others, which villages are paired with somebody else too.
    pub coverage: PairingCoverage,
    /// What this caller may do now.
    pub may: PairingRights,
}

/// Villages that a town's coverage leaves out, and those that are paired with somebody else too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingCoverage {
    pub gaps: Vec<Where>,
    pub overlaps: Vec<Where>,
}

/// How one side stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SideStanding {
    pub side: PairingSide,
    pub name: String,
    /// Who speaks for it: its organisation, or its town's; none where the federation does.
    pub speaker: Option<String>,
    /// Of a side that others speak for.
    pub spoken_for: bool,
    /// To the latest terms.
    pub agreed_at: Option<DateTime<Utc>>,
    /// The text of the agreement.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How whoever speaks for it knows.
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TermsVersion {
    pub number: i32,
    /// The organisation that wrote them.
    pub by: String,
    pub at: DateTime<Utc>,
    pub terms: PairingTerms,
}

/// A side leaves: the pairing ends on that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingNotice {
    /// The organisation that gave notice.
    pub by: String,
    pub seat: PairingSeat,
    pub at: DateTime<Utc>,
    pub reason: String,
    pub ends_on: NaiveDate,
    /// Until then, from today; 0 on the day itself.
    pub days_left: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingEnd {
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// Another pairing of the same history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingLink {
    pub id: PairingId,
    pub reference: String,
    pub status: PairingStatus,
    pub enterprise_name: String,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// This one.
    pub here: bool,
}

/// The text that was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingText {
    /// SHA-256 of the text, in hexadecimal digits.
    pub hash: String,
    /// Of which terms.
    pub number: i32,
    /// The enterprise's name then.
    pub enterprise_name: String,
    pub approved_at: DateTime<Utc>,
    pub all_confirmed: bool,
    pub signed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingPaper {
    pub id: PairingPaperId,
    /// Who handed it in.
    pub by: String,
    pub at: DateTime<Utc>,
    pub pictures: Vec<FileId>,
    pub accepted_at: Option<DateTime<Utc>>,
    /// Of the text that counts now.
    pub current: bool,
    /// This caller may say that it is the agreement.
    pub may_accept: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingMessage {
    pub id: PairingMessageId,
    pub by: String,
    pub seat: PairingSeat,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// What the enterprise gave to the villages from the first day on; the sums of its pledges and commitments there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenUnderPairing {
    pub money: FourNumbers,
    /// Gifts whose amount the enterprise does not show to this reader are left out.
    pub without_hidden: bool,
    pub gifts: Vec<GiftUnderPairing>,
    /// Besides money, each unit of each kind for itself.
    pub commitments: Vec<CommitmentTotal>,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftUnderPairing {
    pub need_code: String,
    pub need_title: String,
    pub money: FourNumbers,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that may be done or not")]
pub struct PairingRights {
    pub steps: Vec<PairingStep>,
    /// The sides that the caller speaks for.
    pub sides: Vec<PairingSide>,
    /// He speaks for somebody who does not work here and has to say how he knows.
    pub says_how: bool,
    pub write: bool,
    pub plan: bool,
    pub renew: bool,
    pub change_display: bool,
}

/// The pairings of a place as everybody reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacePairings {
    /// Active ones only, oldest first.
    pub items: Vec<PublicPairing>,
    pub count: Count,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicPairing {
    pub form: PairingForm,
    /// As it wants to be shown.
    pub enterprise: String,
    pub town: Option<Where>,
    pub villages: Vec<Where>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
}
