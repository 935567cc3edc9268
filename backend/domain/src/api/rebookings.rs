//! Rebooking a confirmed bank line: reversed and booked anew in one act, by two people, with the reason.

use super::Call;
use super::arrivals::{MatchPart, PartPledge};
use crate::ledger::TransferCode;
use crate::{BankLineId, CampaignId, Fen, RebookingId, TransferId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const REBOOKINGS: &str = "/bank-lines/{id}/rebookings";
pub const CONFIRM: &str = "/rebookings/{id}/confirm";
pub const DROP: &str = "/rebookings/{id}/drop";

/// How a line was booked anew so far, what is proposed, and what stands in the way.
#[must_use]
pub fn of_line(line: BankLineId) -> Call<Rebookings> {
    Call::get(format!("/bank-lines/{line}/rebookings"))
}

/// The maker says what the line really is. The id is the client's.
#[must_use]
pub fn propose(line: BankLineId, new: &NewRebooking) -> Call<Rebookings> {
    Call::post(format!("/bank-lines/{line}/rebookings"), new)
}

/// A second person agrees: the wrong parts are reversed and the right ones booked.
#[must_use]
pub fn confirm(id: RebookingId) -> Call<Rebookings> {
    Call::post(format!("/rebookings/{id}/confirm"), &DecideRebooking {})
}

/// It is taken back, or a second person does not agree.
#[must_use]
pub fn drop(id: RebookingId) -> Call<Rebookings> {
    Call::post(format!("/rebookings/{id}/drop"), &DecideRebooking {})
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRebooking {
    pub id: RebookingId,
    /// 5 to 200 characters.
    pub reason: String,
    /// It is no gift at all; then there are no parts.
    #[serde(default)]
    pub not_donation: bool,
    /// Add up to the line, to the fen.
    #[serde(default)]
    pub parts: Vec<MatchPart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideRebooking {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rebookings {
    pub line: BankLineId,
    /// Whether this caller may propose one now.
    pub may_propose: bool,
    /// What became of the line's money, if it has moved on; while one of these stands, its part cannot be reversed.
    pub moved_on: Vec<MovedOn>,
    /// Latest first; the first may still wait.
    pub items: Vec<Rebooking>,
}

/// A transfer that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedOn {
    pub transfer: TransferId,
    pub code: TransferCode,
    pub amount_fen: Fen,
    pub effective_on: NaiveDate,
    /// The need, where it is for one.
    pub need_title: Option<String>,
    /// Where it is looked after, within the site.
    pub path: Option<String>,
}

words! {
    /// What became of a proposal.
    pub enum RebookingOutcome {
        Confirmed = "confirmed" / "已冲正并重记",
        Dropped = "dropped" / "未采用",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rebooking {
    pub id: RebookingId,
    pub reason: String,
    pub not_donation: bool,
    pub before: Vec<RebookedPart>,
    pub after: Vec<RebookedPart>,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    /// None while it waits.
    pub outcome: Option<RebookingOutcome>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub may_confirm: bool,
    pub may_drop: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RebookedPart {
    pub amount_fen: Fen,
    pub pledge: Option<PartPledge>,
    pub campaign: Option<CampaignId>,
}
