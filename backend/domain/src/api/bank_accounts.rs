//! A charity's bank accounts: entered by its owner, confirmed by a second person; their opening balances, their end.

use super::arrivals::BankAccount;
use super::{Call, List};
use crate::bank_account::{AccountStepKind, BankAccountInput, BankAccountStatus};
use crate::{AccountStepId, BankAccountId, Fen};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const BANK_ACCOUNTS: &str = "/bank-accounts";
pub const STEPS: &str = "/bank-accounts/{id}/steps";
pub const CONFIRM_STEP: &str = "/bank-account-steps/{id}/confirm";
pub const DROP_STEP: &str = "/bank-account-steps/{id}/drop";

/// The accounts of the caller's charity, the one place that they are chosen from.
#[must_use]
pub fn list() -> Call<List<BankAccountRecord>> {
    Call::get(BANK_ACCOUNTS)
}

/// The owner enters an account. The id is the client's.
#[must_use]
pub fn enter(new: &NewBankAccount) -> Call<BankAccountRecord> {
    Call::post(BANK_ACCOUNTS, new)
}

/// The owner proposes an opening balance, its correction, or the account's end.
#[must_use]
pub fn propose(account: BankAccountId, step: &NewAccountStep) -> Call<BankAccountRecord> {
    Call::post(format!("/bank-accounts/{account}/steps"), step)
}

/// A second person agrees: from now on it counts.
#[must_use]
pub fn confirm(step: AccountStepId) -> Call<BankAccountRecord> {
    Call::post(format!("/bank-account-steps/{step}/confirm"), &DecideStep {})
}

/// Whoever proposed it takes it back, or a second person does not agree.
#[must_use]
pub fn drop(step: AccountStepId) -> Call<BankAccountRecord> {
    Call::post(format!("/bank-account-steps/{step}/drop"), &DecideStep {})
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewBankAccount {
    pub id: BankAccountId,
    #[serde(flatten)]
    pub input: BankAccountInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAccountStep {
    pub id: AccountStepId,
    /// The opening balance or the end.
    pub kind: AccountStepKind,
    /// At whose beginning the balance lay there, or on which the account was closed.
    pub on_day: NaiveDate,
    /// Of a balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<Fen>,
    /// 5 to 200 characters where something is changed.
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideStep {}

/// An account as its charity reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankAccountRecord {
    #[serde(flatten)]
    pub account: BankAccount,
    /// In full, for the charity's own people.
    pub account_no: String,
    pub status: BankAccountStatus,
    pub opened_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// What lay on it at the beginning of a day.
    pub opening: Option<OpeningBalance>,
    /// Everything that was proposed of it, latest first.
    pub steps: Vec<AccountStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningBalance {
    pub on_day: NaiveDate,
    pub amount_fen: Fen,
}

words! {
    /// What became of a step.
    pub enum AccountStepOutcome {
        Confirmed = "confirmed" / "已确认",
        Dropped = "dropped" / "未采用",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountStep {
    pub id: AccountStepId,
    pub kind: AccountStepKind,
    pub on_day: NaiveDate,
    pub amount_fen: Option<Fen>,
    pub reason: String,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    /// None while it waits.
    pub outcome: Option<AccountStepOutcome>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Whether this caller may confirm it, and whether he may drop it.
    pub may_confirm: bool,
    pub may_drop: bool,
}
