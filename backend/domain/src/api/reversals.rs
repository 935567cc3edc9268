//! Taking back what was confirmed wrongly besides arrivals: one act, two people, with the reason.

use super::rebookings::MovedOn;
use super::{Call, List};
use crate::disbursement::DisbursementStatus;
use crate::reversal::ReversalKind;
use crate::{BankLineId, DisbursementId, Fen, OutgoingId, ReturnId, ReversalId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const REVERSALS: &str = "/reversals";
pub const OF_BACK: &str = "/bank-lines/{id}/back/reversals";
pub const OF_FEE: &str = "/outgoings/{id}/reversals";
pub const OF_RETURN: &str = "/returns/{id}/reversals";
pub const CONFIRM: &str = "/reversals/{id}/confirm";
pub const DROP: &str = "/reversals/{id}/drop";

/// What is to be reversed, or reversed and booked anew, and waits for a second person of the caller's charity: oldest
/// first, one hundred at most.
#[must_use]
pub fn waiting() -> Call<List<WaitingReversal>> {
    Call::get(REVERSALS)
}

fn path(kind: ReversalKind, subject: Uuid) -> String {
    match kind {
        ReversalKind::Back => format!("/bank-lines/{subject}/back/reversals"),
        ReversalKind::Fee => format!("/outgoings/{subject}/reversals"),
        ReversalKind::Return => format!("/returns/{subject}/reversals"),
    }
}

/// How something was taken back so far, what waits, and what stands in the way.
#[must_use]
pub fn of(kind: ReversalKind, subject: Uuid) -> Call<Reversals> {
    Call::get(path(kind, subject))
}

/// The maker says that it was wrong. The id is the client's.
#[must_use]
pub fn propose(kind: ReversalKind, subject: Uuid, new: &NewReversal) -> Call<Reversals> {
    Call::post(path(kind, subject), new)
}

#[must_use]
pub fn of_back(line: BankLineId) -> Call<Reversals> {
    of(ReversalKind::Back, line.0)
}

#[must_use]
pub fn of_fee(row: OutgoingId) -> Call<Reversals> {
    of(ReversalKind::Fee, row.0)
}

#[must_use]
pub fn of_return(id: ReturnId) -> Call<Reversals> {
    of(ReversalKind::Return, id.0)
}

/// A second person agrees: it is reversed in the books, and the record is what it was before.
#[must_use]
pub fn confirm(id: ReversalId) -> Call<Reversals> {
    Call::post(format!("/reversals/{id}/confirm"), &DecideReversal {})
}

/// It is taken back, or a second person does not agree.
#[must_use]
pub fn drop(id: ReversalId) -> Call<Reversals> {
    Call::post(format!("/reversals/{id}/drop"), &DecideReversal {})
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReversal {
    pub id: ReversalId,
    /// 5 to 200 characters.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideReversal {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reversals {
    pub kind: ReversalKind,
    /// The bank line, the row out or the return.
    pub subject: Uuid,
    /// What stands now; none where nothing is booked, or not any more.
    pub stands: Option<Reversible>,
    pub may_propose: bool,
    /// What became of the money since; while one of these stands, nothing is reversed.
    pub moved_on: Vec<MovedOn>,
    /// Payments on their way that count on the money.
    pub counted_on: Vec<CountedOn>,
    /// The bank's row that was recognised as this payment; that is taken back first.
    pub recognised_as: Option<OutgoingId>,
    /// Latest first; the first may still wait.
    pub items: Vec<Reversal>,
}

/// What was confirmed and can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reversible {
    pub amount_fen: Fen,
    /// The bank's day.
    pub on_day: NaiveDate,
    /// Who paid, or was paid.
    pub other_name: String,
    pub bank_reference: String,
    /// Of a payment that came back.
    pub disbursement: Option<DisbursementId>,
}

/// A payment that is not made yet, and counts on money that is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountedOn {
    pub disbursement: DisbursementId,
    pub payee_name: String,
    pub amount_fen: Fen,
    pub status: DisbursementStatus,
}

words! {
    /// What became of a proposal.
    pub enum ReversalOutcome {
        Confirmed = "confirmed" / "已冲正",
        Dropped = "dropped" / "未采用",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reversal {
    pub id: ReversalId,
    pub reason: String,
    /// What stood, and who had said and confirmed it.
    pub amount_fen: Fen,
    pub on_day: NaiveDate,
    pub other_name: String,
    pub said_by: String,
    pub confirmed_by: String,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    /// None while it waits.
    pub outcome: Option<ReversalOutcome>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub may_confirm: bool,
    pub may_drop: bool,
}

/// One that waits, as the list says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingReversal {
    /// None for an arrival, which is reversed and booked anew.
    pub kind: Option<ReversalKind>,
    /// The bank line, the row out or the return.
    pub subject: Uuid,
    pub amount_fen: Fen,
    pub on_day: NaiveDate,
    pub other_name: String,
    pub reason: String,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
}
