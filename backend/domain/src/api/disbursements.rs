//! Paying out what is set aside over three desks.

pub use super::allocations::{Allocation, NewAllocation, allocate};
use super::arrivals::BankAccount;
use super::campaigns::PageQuery;
use super::{Call, List};
use crate::disbursement::{Desk, DisbursementStatus, PayeeSnapshot};
use crate::{BankAccountId, DisbursementId, Fen, NeedId, OrganisationId, PayeeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const DISBURSEMENTS: &str = "/disbursements";
pub const DISBURSEMENT: &str = "/disbursements/{id}";
pub const OF_NEED: &str = "/needs/{id}/disbursements";
pub const AVAILABLE: &str = "/needs/{id}/available";
pub const CHECK: &str = "/disbursements/{id}/check";
pub const APPROVE: &str = "/disbursements/{id}/approve";
pub const REJECT: &str = "/disbursements/{id}/reject";
pub const APPROVAL_RULE: &str = "/approval-rule";
pub const PAY: &str = "/disbursements/{id}/pay";

/// The payments of the caller's charity, latest first.
#[must_use]
pub fn list(query: &PageQuery) -> Call<List<Disbursement>> {
    Call::get(DISBURSEMENTS).query(query)
}

#[must_use]
pub fn get(id: DisbursementId) -> Call<Disbursement> {
    Call::get(format!("/disbursements/{id}"))
}

/// What was paid for a public need, as everybody may read it, latest first.
#[must_use]
pub fn of_need(need: NeedId) -> Call<List<PublicPayment>> {
    Call::get(format!("/needs/{need}/disbursements"))
}

/// What the caller's charity has set aside for a need, and what of it payments on their way count on.
#[must_use]
pub fn available(need: NeedId) -> Call<Available> {
    Call::get(format!("/needs/{need}/available"))
}

/// The maker prepares a payment. The id is the client's.
#[must_use]
pub fn prepare(new: &NewDisbursement) -> Call<Disbursement> {
    Call::post(DISBURSEMENTS, new)
}

/// A checker has compared it with allocation, agreement and payee.
#[must_use]
pub fn check(id: DisbursementId) -> Call<Disbursement> {
    Call::post(format!("/disbursements/{id}/check"), &Step {})
}

/// A checker releases it for payment.
#[must_use]
pub fn approve(id: DisbursementId) -> Call<Disbursement> {
    Call::post(format!("/disbursements/{id}/approve"), &Step {})
}

/// A checker sends it back with the reason.
#[must_use]
pub fn reject(id: DisbursementId, why: &Reject) -> Call<Disbursement> {
    Call::post(format!("/disbursements/{id}/reject"), why)
}

/// The payer has paid it: counts as 拨付 from here on.
#[must_use]
pub fn pay(id: DisbursementId, paid: &Paid) -> Call<Disbursement> {
    Call::post(format!("/disbursements/{id}/pay"), paid)
}

/// The charity's own rule: from which amount on checker and approver are two people.
#[must_use]
pub fn approval_rule() -> Call<ApprovalRule> {
    Call::get(APPROVAL_RULE)
}

/// Sets the rule for payments that are prepared from now on; none switches it off.
#[must_use]
pub fn set_approval_rule(rule: ApprovalRule) -> Call<ApprovalRule> {
    Call::post(APPROVAL_RULE, &rule)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalRule {
    /// None: the rule of three people alone, which nothing lifts.
    pub from_fen: Option<Fen>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDisbursement {
    pub id: DisbursementId,
    pub need: NeedId,
    pub payee: PayeeId,
    pub amount_fen: Fen,
    /// What is to be paid with it, 2 to 200 characters.
    pub purpose: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reject {
    pub reason: String,
    /// "The bank has not paid it": to be said of an approved payment.
    #[serde(default)]
    pub not_paid: bool,
}

/// What a charity can still pay for a need: what is set aside, less what is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Available {
    /// Set aside and not paid yet.
    pub allocated_fen: Fen,
    /// Of payments that are requested, checked or approved.
    pub reserved_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Paid {
    /// The bank's day.
    pub paid_on: NaiveDate,
    /// The bank's number of the payment.
    pub bank_reference: String,
    /// From which account; where the charity has one only, it is that.
    #[serde(default)]
    pub bank_account: Option<BankAccountId>,
}

/// A payment as everybody may read it: no account, no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicPayment {
    pub id: DisbursementId,
    pub amount_fen: Fen,
    pub paid_on: NaiveDate,
    pub payee_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Disbursement {
    pub id: DisbursementId,
    pub charity: OrganisationId,
    pub need: NeedId,
    pub need_title: String,
    pub payee: PayeeId,
    pub paid_to: PayeeSnapshot,
    pub amount_fen: Fen,
    pub purpose: String,
    pub status: DisbursementStatus,
    /// Checked and approved by two people, as the charity's own rule wants it of this amount.
    pub two_approvers: bool,
    /// The desk whose step is next and at which nobody sits who may take it. Of one payment, not in lists.
    pub nobody_at: Option<Desk>,
    pub prepared_by: String,
    pub checked_by: Option<String>,
    pub approved_by: Option<String>,
    pub paid_by: Option<String>,
    pub prepared_at: DateTime<Utc>,
    pub paid_on: Option<NaiveDate>,
    pub bank_reference: Option<String>,
    /// From which account of the charity it was paid, where that is known. Of one payment, not in lists.
    pub paid_from: Option<BankAccount>,
    /// Why it was sent back.
    pub reason: Option<String>,
}
