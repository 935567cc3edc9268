//! Reading the ledger: one account, its balance and the transfers that add up to it.

use super::Call;
use crate::Fen;
use crate::ledger::{Account, Posted};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const ACCOUNT: &str = "/ledger/accounts/{id}";

/// An account by its text, such as `directed:<pledge>`.
#[must_use]
pub fn account(account: &Account) -> Call<AccountBook> {
    Call::get(format!("/ledger/accounts/{account}"))
}

/// An account as of one moment: the balance is what the transfers add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountBook {
    pub account: Account,
    /// In CNY; below zero only for an account without limit.
    pub balance_fen: Fen,
    /// Oldest first; the latest 500 of more.
    pub transfers: Vec<Posted>,
    pub more: bool,
    pub as_of: DateTime<Utc>,
}
