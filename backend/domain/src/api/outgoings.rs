//! Money out of a charity's accounts, row by row as the bank says it, and what each row was.

use super::arrivals::BankAccount;
use super::{Call, List};
use crate::outgoing::OutMeaning;
use crate::{DisbursementId, Fen, OutgoingId, ReturnId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub const OUTGOINGS: &str = "/outgoings";
pub const EXPLAIN: &str = "/outgoings/{id}/explain";
pub const CONFIRM: &str = "/outgoings/{id}/confirm";
pub const DROP: &str = "/outgoings/{id}/drop";

/// Rows of the caller's charity: those that nobody has explained, oldest first, or all, latest first.
#[must_use]
pub fn list(query: &OutQuery) -> Call<List<Outgoing>> {
    Call::get(OUTGOINGS).query(query)
}

/// The maker says what a row was. A payment that three people made is recognised at once.
#[must_use]
pub fn explain(id: OutgoingId, meaning: &OutMeaning) -> Call<Outgoing> {
    Call::post(format!("/outgoings/{id}/explain"), meaning)
}

/// A second person agrees; a fee is booked.
#[must_use]
pub fn confirm(id: OutgoingId, seen: &OutMeaning) -> Call<Outgoing> {
    Call::post(format!("/outgoings/{id}/confirm"), seen)
}

/// It was something else; of a fee only while it is not booked.
#[must_use]
pub fn drop(id: OutgoingId) -> Call<Outgoing> {
    Call::post(format!("/outgoings/{id}/drop"), &DropMeaning {})
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct OutQuery {
    /// All rows instead of those that nobody has explained.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DropMeaning {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one button that the page shows or leaves out")]
pub struct Outgoing {
    pub id: OutgoingId,
    pub bank_account: BankAccount,
    pub booked_on: NaiveDate,
    pub payee: String,
    pub amount_fen: Fen,
    pub remark: String,
    pub serial_no: String,
    pub meaning: Option<OutMeaning>,
    pub said_by: Option<String>,
    pub confirmed_by: Option<String>,
    /// Whether what it was is known and, where it has to be, agreed.
    pub explained: bool,
    /// Payments of the same amount that no row is yet, those of the nearest day first; while nothing is said.
    pub suggestions: Vec<OutSuggestion>,
    pub may_explain: bool,
    pub may_confirm: bool,
    pub may_drop: bool,
}

/// A payment that a row may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutSuggestion {
    pub disbursement: Option<DisbursementId>,
    pub gift_return: Option<ReturnId>,
    pub to_name: String,
    pub paid_on: NaiveDate,
    pub bank_reference: String,
}
