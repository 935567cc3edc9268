//! Following a gift fen by fen, from the bank line to the invoice; and whose gifts paid an item, for everybody.

use super::Call;
use super::ledger::NamedAccount;
use crate::ledger::{AccountKind, TransferCode};
use crate::pledge::PledgeReference;
use crate::{DisbursementId, Fen, FileId, LotId, NeedId, PledgeId, SpendingItemId, TransferId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const TRAIL: &str = "/gifts/{id}/trail";
pub const SOURCES: &str = "/spending/{id}/sources";

/// What became of the money of a pledge, for its giver, its charity, its federation and the auditor.
#[must_use]
pub fn trail(id: PledgeId) -> Call<GiftTrail> {
    Call::get(format!("/gifts/{id}/trail"))
}

/// Whose gifts paid an accepted spending item, as the givers want everybody to read it.
#[must_use]
pub fn sources(id: SpendingItemId) -> Call<SpendingSources> {
    Call::get(format!("/spending/{id}/sources"))
}

/// The way of a gift, read in one moment. At every level the parts add up to the fen: `arrived` is what lies in `places`;
/// a need's `set_aside` is `waiting`, `surplus` and what its payments hold; a payment's `own` is `came_back`, `waiting`
/// and its items; and `own` with `others` is the whole of a payment or an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftTrail {
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub enterprise_name: String,
    pub pledged_fen: Fen,
    pub arrived_fen: Fen,
    /// What has arrived, oldest first.
    pub lots: Vec<GiftLot>,
    /// Where the fen are now.
    pub places: Vec<GiftPlace>,
    pub needs: Vec<GiftNeed>,
    pub as_of: DateTime<Utc>,
}

/// A confirmed part of a bank line, with each movement of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftLot {
    /// From 1, within the gift.
    pub number: usize,
    pub lot: LotId,
    pub amount_fen: Fen,
    pub booked_on: NaiveDate,
    pub confirmed_at: DateTime<Utc>,
    pub moves: Vec<GiftMove>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftMove {
    pub id: TransferId,
    pub code: TransferCode,
    pub amount_fen: Fen,
    pub on: NaiveDate,
    pub from: NamedAccount,
    pub to: NamedAccount,
    /// The movement that this one takes back.
    pub corrects: Option<TransferId>,
    pub taken_back: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftPlace {
    pub kind: AccountKind,
    pub amount_fen: Fen,
}

/// Of an amount, what one lot gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LotShare {
    pub number: usize,
    pub amount_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftNeed {
    pub need: NeedId,
    pub code: Option<String>,
    pub title: String,
    /// Less what was released again.
    pub set_aside_fen: Fen,
    pub lots: Vec<LotShare>,
    pub waiting_fen: Fen,
    pub surplus_fen: Fen,
    pub payments: Vec<GiftPayment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftPayment {
    pub disbursement: DisbursementId,
    pub payee: String,
    pub paid_on: Option<NaiveDate>,
    pub own_fen: Fen,
    /// 其他捐赠: the rest of the payment, whosever it is.
    pub others_fen: Fen,
    pub lots: Vec<LotShare>,
    /// Of the gift's own fen, what bounced or was paid back.
    pub came_back_fen: Fen,
    /// Of the gift's own fen, what is paid and not accounted for yet.
    pub waiting_fen: Fen,
    pub items: Vec<GiftItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftItem {
    pub item: SpendingItemId,
    pub description: String,
    /// 个人 where it is a person.
    pub seller: String,
    pub invoice_on: NaiveDate,
    pub invoice_no: Option<String>,
    /// Of the invoice or receipt.
    pub pictures: Vec<FileId>,
    pub own_fen: Fen,
    pub others_fen: Fen,
    pub lots: Vec<LotShare>,
}

/// An accepted item with the shares of those who show name and amount as they chose; the rest is one sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendingSources {
    pub item: SpendingItemId,
    pub description: String,
    pub need_code: String,
    pub need_title: String,
    pub amount_fen: Fen,
    pub shares: Vec<SourceShare>,
    /// 其他捐赠: of givers who hide their amount, and what the charity arranged.
    pub others_fen: Fen,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceShare {
    /// As the giver wants to be shown.
    pub name: String,
    pub amount_fen: Fen,
}
