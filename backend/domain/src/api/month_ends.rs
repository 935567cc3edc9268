//! The end of a month of a bank account: prepared by one, signed by a second, opened again by two.

use super::arrivals::BankAccount;
use super::{Call, List};
use crate::month_end::{DifferenceKind, MonthNumbers};
use crate::{BankAccountId, Fen, MonthEndId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const MONTH_ENDS: &str = "/month-ends";
pub const MONTH: &str = "/month-ends/month";
pub const SIGN: &str = "/month-ends/{id}/sign";
pub const DROP: &str = "/month-ends/{id}/drop";
pub const REOPEN: &str = "/month-ends/{id}/reopen";
pub const CONFIRM_REOPENING: &str = "/month-ends/{id}/reopen/confirm";

/// Every month that was prepared, of all accounts of the caller's charity, latest first.
#[must_use]
pub fn list() -> Call<List<MonthEnd>> {
    Call::get(MONTH_ENDS)
}

/// One month of one account as the books and the bank have it now.
#[must_use]
pub fn month(query: &MonthQuery) -> Call<AccountMonth> {
    Call::get(MONTH).query(query)
}

/// The maker says what the bank's closing balance is. The id is the client's.
#[must_use]
pub fn prepare(new: &NewMonthEnd) -> Call<MonthEnd> {
    Call::post(MONTH_ENDS, new)
}

/// A second person signs: the month is sealed.
#[must_use]
pub fn sign(id: MonthEndId) -> Call<MonthEnd> {
    Call::post(format!("/month-ends/{id}/sign"), &DecideMonth {})
}

/// It is prepared anew; while nobody has signed.
#[must_use]
pub fn drop(id: MonthEndId) -> Call<MonthEnd> {
    Call::post(format!("/month-ends/{id}/drop"), &DecideMonth {})
}

/// Asks to open a signed month again, the latest of its account.
#[must_use]
pub fn reopen(id: MonthEndId, why: &ReopenMonth) -> Call<MonthEnd> {
    Call::post(format!("/month-ends/{id}/reopen"), why)
}

/// A second person agrees: it is open again.
#[must_use]
pub fn confirm_reopening(id: MonthEndId) -> Call<MonthEnd> {
    Call::post(format!("/month-ends/{id}/reopen/confirm"), &DecideMonth {})
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct MonthQuery {
    pub bank_account: BankAccountId,
    /// Any day of the month.
    pub month: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMonthEnd {
    pub id: MonthEndId,
    pub bank_account: BankAccountId,
    /// Any day of the month.
    pub month: NaiveDate,
    /// What the bank's statement says at the end of the month.
    pub bank_closing_fen: Fen,
    /// Of what no row explains; 5 to 200 characters where there is something.
    #[serde(default)]
    pub explanation: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideMonth {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReopenMonth {
    /// 5 to 200 characters.
    pub reason: String,
}

/// A month as books and bank have it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountMonth {
    pub bank_account: BankAccount,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// None while the account has no opening balance.
    pub numbers: Option<MonthNumbers>,
    /// What only one side has, up to the last day, oldest first.
    pub differences: Vec<MonthDifference>,
    /// What the last statement of the month says, where its balances go on from row to row.
    pub bank_closing_fen: Option<Fen>,
    /// What was prepared or signed, if anything stands.
    pub month_end: Option<MonthEnd>,
    /// Why it cannot be prepared now.
    pub not_now: Option<String>,
    pub may_prepare: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthDifference {
    pub kind: DifferenceKind,
    pub day: NaiveDate,
    /// By how much the bank has more; below zero, less.
    pub fen: Fen,
    /// The line, the row of money out, the payment or the return.
    pub subject: Uuid,
    pub other_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one button that the page shows or leaves out")]
pub struct MonthEnd {
    pub id: MonthEndId,
    pub bank_account: BankAccount,
    /// Its first day.
    pub month: NaiveDate,
    /// As they were prepared and signed; never changed.
    pub numbers: MonthNumbers,
    pub bank_closing_fen: Fen,
    pub differences: Vec<MonthDifference>,
    /// What neither the books nor a row explains.
    pub unnamed_fen: Fen,
    pub explanation: String,
    pub prepared_by: String,
    pub prepared_at: DateTime<Utc>,
    pub signed_by: Option<String>,
    pub signed_at: Option<DateTime<Utc>>,
    /// Prepared anew instead of signed.
    pub dropped: bool,
    pub reopen_reason: Option<String>,
    pub reopen_asked_by: Option<String>,
    pub reopened_at: Option<DateTime<Utc>>,
    /// By how much the books of this month's end have changed since; zero while nothing came later.
    pub later_fen: Fen,
    pub may_sign: bool,
    pub may_drop: bool,
    pub may_reopen: bool,
    pub may_confirm_reopening: bool,
}
