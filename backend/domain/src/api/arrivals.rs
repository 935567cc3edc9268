//! Bank lines: entering, matching, confirming by a second person.

use super::{Call, List, PREFIX};
use crate::arrival::{BankLineInput, BankLineStatus, Suggestion};
use crate::gift_claim::GiftCode;
use crate::pledge::PledgeReference;
use crate::{BankAccountId, BankLineId, CampaignId, Fen, LotId, OutgoingId, PledgeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const BANK_LINES: &str = "/bank-lines";
pub const BANK_LINE: &str = "/bank-lines/{id}";
pub const MATCH: &str = "/bank-lines/{id}/match";
pub const UNMATCH: &str = "/bank-lines/{id}/unmatch";
pub const CONFIRM: &str = "/bank-lines/{id}/confirm";
pub const VOID: &str = "/bank-lines/{id}/void";
pub const NOT_DONATION: &str = "/bank-lines/{id}/not-donation";
pub const DONATION: &str = "/bank-lines/{id}/donation";
pub const UNMATCHED: &str = "/bank-lines/unmatched";
/// Every row of the same, as a table.
pub const UNMATCHED_TABLE: &str = "/bank-lines/unmatched/table";
pub const OWNER: &str = "/bank-lines/{id}/owner";
pub const CONFIRM_OWNER: &str = "/bank-lines/{id}/owner/confirm";

/// Lines of the caller's charity: what waits, oldest first, or what is done, latest first.
#[must_use]
pub fn list(query: &LineQuery) -> Call<List<BankLine>> {
    Call::get(BANK_LINES).query(query)
}

#[must_use]
pub fn get(id: BankLineId) -> Call<BankLine> {
    Call::get(format!("/bank-lines/{id}"))
}

/// Enters a line as the bank's statement has it. The id is the client's.
#[must_use]
pub fn enter(new: &NewBankLine) -> Call<BankLine> {
    Call::post(BANK_LINES, new)
}

/// Says whose a line is.
#[must_use]
pub fn match_(id: BankLineId, parts: &MatchLine) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/match"), parts)
}

/// Takes a match back, before it is confirmed.
#[must_use]
pub fn unmatch(id: BankLineId) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/unmatch"), &Unmatch {})
}

/// A second person agrees: the money is booked.
#[must_use]
pub fn confirm(id: BankLineId, seen: &ConfirmLine) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/confirm"), seen)
}

/// Voids a mistyped line that is not matched; its serial number is free again.
#[must_use]
pub fn void(id: BankLineId, why: &VoidLine) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/void"), why)
}

/// Puts money in aside that is no gift.
#[must_use]
pub fn not_donation(id: BankLineId, why: &VoidLine) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/not-donation"), why)
}

/// What was put aside is a gift after all.
#[must_use]
pub fn donation(id: BankLineId, why: &VoidLine) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/donation"), why)
}

/// What of lines and of pledges finds no other side, in one moment.
#[must_use]
pub fn unmatched() -> Call<Unmatched> {
    Call::get(UNMATCHED)
}

/// Where every row of it is downloaded.
#[must_use]
pub fn unmatched_path() -> String {
    format!("{PREFIX}{UNMATCHED_TABLE}")
}

/// Says whose a confirmed part of an unknown giver is; another pledge takes the place of one that is not confirmed.
#[must_use]
pub fn name_owner(id: BankLineId, owner: &PartOwner) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/owner"), owner)
}

/// A second person agrees: the money goes to its owner's account.
#[must_use]
pub fn confirm_owner(id: BankLineId, seen: &PartOwner) -> Call<BankLine> {
    Call::post(format!("/bank-lines/{id}/owner/confirm"), seen)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankAccount {
    pub id: BankAccountId,
    pub holder: String,
    pub bank: String,
    /// Masked but for its last four digits.
    pub account_masked: String,
}

words! {
    /// At whose desk a waiting line is.
    pub enum LineDesk {
        Match = "match" / "等待匹配",
        Confirm = "confirm" / "等待复核",
    }
}

words! {
    /// What one person has said and a second one has to agree to.
    pub enum SecondStep {
        Arrival = "arrival" / "待复核到账",
        /// Whose money of an unknown giver is.
        Owner = "owner" / "待确认归属",
        /// That it is a payment coming back.
        Back = "back" / "待确认退回",
        /// What a row of money out was.
        Out = "out" / "待确认支出说明",
    }
}

words! {
    /// A kind of what finds no other side.
    pub enum UnmatchedSide {
        Lines = "lines" / "流水还没有人匹配",
        Matched = "matched" / "已说明，等待复核",
        Unknown = "unknown" / "已到账，来源未明",
        Out = "out" / "银行支出，还没有说明",
        Outstanding = "outstanding" / "已认捐，尚未到账",
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct LineQuery {
    /// Finished lines instead of waiting ones.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// Of the waiting ones, those at one desk.
    #[cfg_attr(feature = "openapi", param(inline))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<LineDesk>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewBankLine {
    pub id: BankLineId,
    pub bank_account: BankAccountId,
    #[serde(flatten)]
    pub line: BankLineInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchLine {
    /// Add up to the line, to the fen.
    pub parts: Vec<MatchPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchPart {
    pub amount_fen: Fen,
    /// For this pledge …
    pub pledge: Option<PledgeId>,
    /// … or, undirected, for this campaign; neither while the giver is not known.
    pub campaign: Option<CampaignId>,
}

/// What the second person had before the eyes: other parts meanwhile are a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmLine {
    pub lots: Vec<LotId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unmatch {}

/// A part of a line and the pledge that it was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartOwner {
    pub lot: LotId,
    pub pledge: PledgeId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoidLine {
    /// 5 to 200 characters.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankLine {
    pub id: BankLineId,
    pub bank_account: BankAccount,
    pub line: BankLineInput,
    pub status: BankLineStatus,
    pub entered_by: String,
    pub matched_by: Option<String>,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Why it was voided, or put aside as no gift.
    pub reason: Option<String>,
    pub parts: Vec<LinePart>,
    /// What of it waits for a second person.
    pub waits: Vec<SecondStep>,
    /// Whose it may be, best first; while it is not matched.
    pub suggestions: Vec<SuggestedPledge>,
    pub may: LineRights,
}

/// What this caller may do with the line now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one button that the page shows or leaves out")]
pub struct LineRights {
    pub match_: bool,
    pub unmatch: bool,
    pub confirm: bool,
    pub void: bool,
    pub not_donation: bool,
    pub donation: bool,
}

/// The two sides of a charity's reconciliation: money without a pledge, pledges without money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unmatched {
    pub as_of: DateTime<Utc>,
    /// Lines of which nobody has said whose they are.
    pub lines: UnmatchedSum,
    /// Lines that wait for the second person: matched, or said to be a payment coming back.
    pub matched: UnmatchedSum,
    /// What was not paid back of confirmed parts whose giver is not known.
    pub unknown: UnmatchedSum,
    /// Rows of money out that nobody has explained.
    pub out: UnmatchedSum,
    /// What is still to come of pledges.
    pub outstanding: UnmatchedSum,
    /// The oldest of each, at most fifty.
    pub oldest_lines: Vec<UnmatchedLine>,
    pub oldest_unknown: Vec<UnmatchedLine>,
    pub oldest_out: Vec<UnmatchedOut>,
    pub oldest_pledges: Vec<UnmatchedPledge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmatchedOut {
    pub out: OutgoingId,
    pub booked_on: NaiveDate,
    pub payee: String,
    pub amount_fen: Fen,
    pub waits: Option<SecondStep>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmatchedSum {
    pub number: i64,
    pub amount_fen: Fen,
    /// The day of the oldest.
    pub since: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmatchedLine {
    pub line: BankLineId,
    /// The bank's day.
    pub booked_on: NaiveDate,
    /// The day on which it was confirmed, where it was.
    pub recorded_on: Option<NaiveDate>,
    pub payer: String,
    pub amount_fen: Fen,
    pub waits: Option<SecondStep>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmatchedPledge {
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub enterprise_name: String,
    pub pledged_on: NaiveDate,
    pub outstanding_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinePart {
    pub lot: LotId,
    pub amount_fen: Fen,
    pub pledge: Option<PartPledge>,
    pub campaign: Option<CampaignId>,
    /// Of a giver not known yet: whose it is said to be, until a second person has agreed.
    pub owner: Option<NamedOwner>,
    /// Of a confirmed part that no pledge has: what its giver has to name to claim it, beside amount, day and slip.
    pub claim_code: Option<GiftCode>,
    /// Whether this caller may say whose it is, and whether he may agree.
    pub may_name_owner: bool,
    pub may_confirm_owner: bool,
    /// Whether this caller may ask for it to go back to whoever paid it.
    pub may_return: bool,
}

/// Whose money of an unknown giver is said to be, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedOwner {
    pub pledge: PartPledge,
    pub named_by: String,
}

/// The pledge that a part was matched to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartPledge {
    pub id: PledgeId,
    pub reference: PledgeReference,
    pub enterprise_name: String,
}

/// A guess with what a person needs to judge it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestedPledge {
    #[serde(flatten)]
    pub suggestion: Suggestion,
    pub reference: PledgeReference,
    pub enterprise_name: String,
    pub outstanding_fen: Fen,
    pub need_title: Option<String>,
}
