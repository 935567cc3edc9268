//! Money given back to its giver, by three people; payments that come back by a bank line.

use super::campaigns::PageQuery;
use super::{Call, List};
use crate::giving_back::{BackKind, ReturnGround, ReturnInput, ReturnStatus};
use crate::pledge::PledgeReference;
use crate::{BankAccountId, BankLineId, DisbursementId, Fen, LotId, PledgeId, ReturnId, SurplusId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const RETURNS: &str = "/returns";
pub const RETURN: &str = "/returns/{id}";
pub const APPROVE: &str = "/returns/{id}/approve";
pub const REJECT: &str = "/returns/{id}/reject";
pub const PAY: &str = "/returns/{id}/pay";
pub const OF_PLEDGE: &str = "/pledges/{id}/returns";
pub const BACK: &str = "/bank-lines/{id}/back";
pub const CONFIRM_BACK: &str = "/bank-lines/{id}/back/confirm";
pub const DROP_BACK: &str = "/bank-lines/{id}/back/drop";

/// The returns of the caller's charity, latest first.
#[must_use]
pub fn list(query: &PageQuery) -> Call<List<GiftReturn>> {
    Call::get(RETURNS).query(query)
}

#[must_use]
pub fn get(id: ReturnId) -> Call<GiftReturn> {
    Call::get(format!("/returns/{id}"))
}

/// The maker prepares a return; from then on its money is reserved. The id is the client's.
#[must_use]
pub fn prepare(new: &NewReturn) -> Call<GiftReturn> {
    Call::post(RETURNS, new)
}

/// A second person agrees.
#[must_use]
pub fn approve(id: ReturnId) -> Call<GiftReturn> {
    Call::post(format!("/returns/{id}/approve"), &ApproveReturn {})
}

/// It does not go back; its money is free again.
#[must_use]
pub fn reject(id: ReturnId, why: &RejectReturn) -> Call<GiftReturn> {
    Call::post(format!("/returns/{id}/reject"), why)
}

/// A third person has paid it: it has not arrived any more.
#[must_use]
pub fn pay(id: ReturnId, paid: &ReturnPaid) -> Call<GiftReturn> {
    Call::post(format!("/returns/{id}/pay"), paid)
}

/// What of a pledge went back, for those who may read the pledge.
#[must_use]
pub fn of_pledge(id: PledgeId) -> Call<List<ReturnedToGiver>> {
    Call::get(format!("/pledges/{id}/returns"))
}

/// Whether a line is a payment coming back, and which payments it may be.
#[must_use]
pub fn back(line: BankLineId) -> Call<LineBack> {
    Call::get(format!("/bank-lines/{line}/back"))
}

/// The maker says which payment a line is.
#[must_use]
pub fn say_back(line: BankLineId, back: &SayBack) -> Call<LineBack> {
    Call::post(format!("/bank-lines/{line}/back"), back)
}

/// A second person agrees: the money is set aside for its need again.
#[must_use]
pub fn confirm_back(line: BankLineId, seen: &SayBack) -> Call<LineBack> {
    Call::post(format!("/bank-lines/{line}/back/confirm"), seen)
}

/// It is another line; while nobody has agreed.
#[must_use]
pub fn drop_back(line: BankLineId) -> Call<LineBack> {
    Call::post(format!("/bank-lines/{line}/back/drop"), &DropBack {})
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReturn {
    pub id: ReturnId,
    /// What came for this pledge …
    #[serde(default)]
    pub pledge: Option<PledgeId>,
    /// … or a confirmed part of a line that no pledge has.
    #[serde(default)]
    pub lot: Option<LotId>,
    /// Of what a need left, where it goes back from there.
    #[serde(default)]
    pub surplus: Option<SurplusId>,
    #[serde(flatten)]
    pub input: ReturnInput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApproveReturn {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectReturn {
    /// 5 to 200 characters.
    pub reason: String,
    /// Of an approved one: the payer was asked, and the bank has not paid.
    #[serde(default)]
    pub not_paid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReturnPaid {
    /// The bank's day.
    pub paid_on: NaiveDate,
    /// The bank's number of the payment.
    pub bank_reference: String,
    /// From which account; where the charity has one only, it is that.
    #[serde(default)]
    pub bank_account: Option<BankAccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftReturn {
    pub id: ReturnId,
    pub pledge: Option<PledgeId>,
    pub reference: Option<PledgeReference>,
    pub enterprise_name: Option<String>,
    pub lot: Option<LotId>,
    /// The line that the part is of, where no pledge has it.
    pub line: Option<BankLineId>,
    /// What a need left, where it goes back from there.
    pub surplus: Option<SurplusId>,
    #[serde(flatten)]
    pub input: ReturnInput,
    pub status: ReturnStatus,
    pub prepared_by: String,
    pub prepared_at: DateTime<Utc>,
    pub approved_by: Option<String>,
    pub paid_by: Option<String>,
    pub paid_on: Option<NaiveDate>,
    pub bank_reference: Option<String>,
    pub rejected_why: Option<String>,
}

/// What went back of a pledge, as its giver reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReturnedToGiver {
    pub amount_fen: Fen,
    pub paid_on: NaiveDate,
    pub ground: ReturnGround,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SayBack {
    pub disbursement: DisbursementId,
    pub kind: BackKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DropBack {}

/// A line as a payment coming back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineBack {
    pub line: BankLineId,
    /// What was said of it.
    pub said: Option<SaidBack>,
    /// Payments that have not been accounted for in full, latest first, at most fifty; for whoever may say which it is.
    pub candidates: Vec<PaidOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaidBack {
    #[serde(flatten)]
    pub back: SayBack,
    pub payment: PaidOut,
    pub said_by: String,
    pub confirmed_by: Option<String>,
    pub may_confirm: bool,
    pub may_drop: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaidOut {
    pub disbursement: DisbursementId,
    pub payee_name: String,
    pub need_title: String,
    pub amount_fen: Fen,
    pub paid_on: Option<NaiveDate>,
    /// What of it is neither accounted for nor back.
    pub left_fen: Fen,
}
