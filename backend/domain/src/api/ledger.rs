//! Reading the ledger: one account, its balance and the transfers that add up to it; its statement row by row; the
//! accounts of a charity.

use super::Call;
use crate::ledger::{Account, AccountKind, Asset, CauseKind, Posted, TransferCode};
use crate::{BankLineId, CampaignId, Fen, LotId, OrganisationId, PledgeId, TransferId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

pub const ACCOUNTS: &str = "/ledger/accounts";
pub const ACCOUNT: &str = "/ledger/accounts/{id}";
pub const ENTRIES: &str = "/ledger/accounts/{id}/entries";
pub const ENTRIES_TABLE: &str = "/ledger/accounts/{id}/entries/table";

/// An account by its text, such as `directed:<pledge>`.
#[must_use]
pub fn account(account: &Account) -> Call<AccountBook> {
    Call::get(format!("/ledger/accounts/{account}"))
}

/// A page of an account's statement, newest first.
#[must_use]
pub fn entries(account: &Account, query: &EntryQuery) -> Call<AccountStatement> {
    Call::get(format!("/ledger/accounts/{account}/entries")).query(query)
}

/// Where the same rows come as a table for a spreadsheet, all pages of them.
#[must_use]
pub fn entries_table_path(account: &Account, query: &EntryQuery) -> String {
    let whole = EntryQuery { after: None, before: None, at: None, ..query.clone() };
    let text = serde_urlencoded::to_string(whole).unwrap_or_default();
    let mark = if text.is_empty() { "" } else { "?" };
    format!("/ledger/accounts/{account}/entries/table{mark}{text}")
}

/// The accounts of a charity with what is in them, one kind at a time.
#[must_use]
pub fn accounts(query: &AccountQuery) -> Call<AccountList> {
    Call::get(ACCOUNTS).query(query)
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

/// Which rows of a statement: of one campaign year or one month, or all; and where the page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct EntryQuery {
    /// The campaign year that begins on 1 June of this calendar year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// A month such as `2026-06`, by the day of booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub asset: Option<Asset>,
    /// `next` of the page before: the rows that were booked earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub after: Option<EntryPlace>,
    /// `previous` of the page after: the rows that were booked later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub before: Option<EntryPlace>,
    /// The page that begins with this row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub at: Option<EntryPlace>,
}

/// Where a row stands in the order of booking: its day and its number in the ledger, `2026-06-30.17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryPlace {
    pub day: NaiveDate,
    pub seq: i64,
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for EntryPlace {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for EntryPlace {}

impl fmt::Display for EntryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.day, self.seq)
    }
}

impl FromStr for EntryPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (day, seq) = text.split_once('.')?;
            Some(EntryPlace { day: day.parse().ok()?, seq: seq.parse().ok()? })
        };
        read().ok_or_else(|| "翻页的位置不对，请从第一页看起".to_owned())
    }
}

impl TryFrom<String> for EntryPlace {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<EntryPlace> for String {
    fn from(place: EntryPlace) -> String {
        place.to_string()
    }
}

/// An account as a reader calls it. Givers are named as the reader may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedAccount {
    /// None: this reader may not open its statement.
    pub account: Option<Account>,
    pub kind: AccountKind,
    /// Whose it is, or what it is for; empty for the world and for what was returned.
    pub of: String,
    pub need_code: Option<String>,
    pub campaign: Option<CampaignId>,
    pub pledge: Option<PledgeId>,
}

/// One page of a statement as of one moment. Opening balance, what came in, what went out and closing balance are of the
/// whole period, whatever page it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountStatement {
    pub account: NamedAccount,
    pub asset: Asset,
    /// First and last day of the period by booking; none: from the beginning, until now.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// None where somebody reads who could infer a hidden amount from it.
    pub opening_fen: Option<Fen>,
    pub came_in_fen: Fen,
    pub went_out_fen: Fen,
    pub closing_fen: Option<Fen>,
    /// Rows of the whole period.
    pub rows: i64,
    /// What everybody reads: rows until yesterday, and amounts as their givers show them.
    pub public: bool,
    /// Newest first.
    pub entries: Vec<AccountEntry>,
    /// For `after` of the page with earlier rows.
    pub next: Option<EntryPlace>,
    /// For `before` of the page with later rows.
    pub previous: Option<EntryPlace>,
    pub as_of: DateTime<Utc>,
}

/// One transfer as this account sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEntry {
    pub id: TransferId,
    pub place: EntryPlace,
    /// The day on which it happened: the bank's where a bank was in it.
    pub effective_on: NaiveDate,
    pub recorded_at: DateTime<Utc>,
    pub code: TransferCode,
    /// Where it came from, or went to.
    pub other: NamedAccount,
    pub incoming: bool,
    /// None: its giver hides it.
    pub amount_fen: Option<Fen>,
    /// The account's balance after this row; none where amounts may be hidden.
    pub balance_fen: Option<Fen>,
    pub cause: EntryCause,
    pub lot: EntryLot,
    /// The row that this one takes back.
    pub corrects: Option<EntryLink>,
    /// The row that takes this one back.
    pub corrected_by: Option<EntryLink>,
}

/// What moved the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryCause {
    pub kind: CauseKind,
    /// For whoever may open it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub id: Option<Uuid>,
    /// Payer, payee or what was bought, as far as the reader may know it.
    pub says: String,
    pub need_code: Option<String>,
}

/// What the fen came in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryLot {
    /// For whoever may follow it.
    pub lot: Option<LotId>,
    pub line: Option<BankLineId>,
    pub booked_on: Option<NaiveDate>,
    /// The giver as the reader may know it: 其他捐赠 where nobody is to be named.
    pub giver: String,
}

/// Another row of the same statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryLink {
    pub id: TransferId,
    pub place: EntryPlace,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct AccountQuery {
    /// The kind to list; `unmatched`, `general` and `fee` together where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub kind: Option<AccountKind>,
    /// Whose accounts the auditor reads; a charity reads its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub charity: Option<OrganisationId>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Accounts of one charity, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountList {
    pub items: Vec<AccountBalance>,
    pub next: Option<String>,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountBalance {
    pub account: NamedAccount,
    /// Money.
    pub balance_fen: Fen,
    /// Goods at their accepted value, never added to money.
    pub in_kind_fen: Fen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rows_place_reads_back_and_nothing_else_is_one() {
        let place = EntryPlace { day: "2026-06-30".parse().unwrap(), seq: 17 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", "2026-06-30", "17", "2026-06-31.1", "2026-06-30.x", ".1"] {
            assert!(text.parse::<EntryPlace>().is_err(), "{text}");
        }
    }
}
