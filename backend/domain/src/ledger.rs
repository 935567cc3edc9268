//! The ledger: a flow of funds in which every fen is in exactly one place, and the whole accounting policy.
//!
//! **Which side is which.** Money moves *from* the `debit` account *to* the `credit` account: the debit account gives,
//! the credit account receives, and a balance is what was credited less what was debited. These are accounts of
//! funds (what the money is bound to), which a charity keeps on the right-hand side of its books.
//!
//! | event | from (`debit`) | to (`credit`) | code | cause |
//! |---|---|---|---|---|
//! | `ArrivalConfirmed` by part | `world` | `directed`, `general`; if unknown `unmatched` | `arrival` | bank line |
//! | `OwnerFound` | `unmatched` | `directed` or `general` | `match` | bank line |
//! | `GoodsAccepted` (in kind) | `world` | `general` | `goods` | gift of goods |
//! | `Allocated` | `directed` or `general` | `allocated` | `allocate` | allocation, or gift of goods |
//! | `Released` | `allocated` | `directed` or `general` | `release` | allocation, or what is left of a gift of goods |
//! | `Paid` | `allocated` | `advance` | `advance` | disbursement |
//! | `Bounced` | `advance` | `allocated` | `bounce` | disbursement |
//! | `SpendingAccepted` | `advance` | `spent` | `spend` | spending item |
//! | `MoneyPaidBack` | `advance` | `allocated` | `pay_back` | bank line |
//! | `GoodsHandedOver` (in kind) | `allocated` | `spent` | `hand_over` | hand-over |
//! | `GoodsWrittenOff` (in kind) | `allocated` or `general` | `lost` | `write_off` | what is left of a gift of goods |
//! | `SurplusFound` | `allocated` | `surplus` | `surplus` | event |
//! | `SurplusPlaced` | `surplus` | `allocated` of another need | `place_surplus` | event |
//! | `Returned` | `unmatched`, `directed`, `general` or `surplus` | `returned` | `return` | event |
//! | `FeeCharged` | `general` | `fee` | `fee` | event |
//! | `Reversed`, each transfer | its `credit` | its `debit` | `reverse` | event |
//!
//! A gift of goods is one lot of the asset in kind and passes through `general`, apart from all money by its asset. One
//! that its giver bound to a need is set aside for it in the transaction that accepts it, so it never rests there. Goods
//! that will never be handed over end in `lost`, which is neither spent on a need nor given back.
//!
//! A fee is never taken from money that a giver has directed or that is set aside for a need. A change of purpose is
//! a release and a new allocation. A wrong booking is reversed and booked anew; nothing is ever changed.
//! Deliberately absent: storing, locking, the clock, and any account but these.

pub mod account;
pub mod balances;
pub mod event;
pub mod gift;
pub mod glossary;
pub mod lots;
mod policy;
mod reversal;
#[cfg(test)]
mod tests;

use crate::arrival::PartsError;
use crate::money::AmountError;
use crate::{Fen, LotId, TransferId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use account::{Account, NotAnAccount};
pub use balances::Balances;
pub use event::{ArrivalPart, Event, Fund, GoodsHeld, Landing, ReturnedFrom};
pub use glossary::{AccountKind, CauseKind, FEES_HELD_BACK, MONEY_WORDS};
pub use lots::{LotBalance, NotEnough, take_lots};
pub use policy::transfers_for;

words! {
    /// What is moved. Amounts of different assets are never added.
    pub enum Asset {
        Cny = "cny" / "人民币",
        /// Goods at the value that was put on them when they were accepted.
        InKind = "in_kind" / "物资折款",
    }
}

words! {
    /// Why money moves: one code for each kind of event.
    pub enum TransferCode {
        Arrival = "arrival" / "到账",
        Match = "match" / "认领入户",
        Goods = "goods" / "物资入账",
        Allocate = "allocate" / "分配",
        Release = "release" / "释放",
        Advance = "advance" / "拨付",
        Bounce = "bounce" / "退汇",
        Spend = "spend" / "支出",
        PayBack = "pay_back" / "交回",
        HandOver = "hand_over" / "物资移交",
        WriteOff = "write_off" / "物资报损",
        Surplus = "surplus" / "结余",
        PlaceSurplus = "place_surplus" / "结余再用",
        Return = "return" / "退回捐赠方",
        Fee = "fee" / "费用",
        Reverse = "reverse" / "冲正",
    }
}

/// One row of the ledger: it cannot be unbalanced, because what one account gives the other receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transfer {
    /// The account that gives.
    pub debit: Account,
    /// The account that receives.
    pub credit: Account,
    /// Above zero, always.
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub asset: Asset,
    pub code: TransferCode,
    /// What the money came in with; it never changes on its way.
    pub lot: LotId,
    /// The bank line, allocation, disbursement, spending item or event that moved it.
    pub cause: Uuid,
    /// The transfer that this one takes back, if it is a reversal.
    pub corrects: Option<TransferId>,
    /// The legal day on which it happened (the bank's date where a bank was in it), not the day of booking.
    pub effective_on: NaiveDate,
}

/// A transfer that stands in the ledger under its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posted {
    pub id: TransferId,
    pub transfer: Transfer,
}

/// Why an event cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error(transparent)]
    Parts(#[from] PartsError),
    #[error(transparent)]
    Amount(#[from] AmountError),
    #[error("没有可记账的金额")]
    NothingToMove,
    #[error("批次 {0} 的金额须大于 0")]
    NotPositive(LotId),
    #[error("批次 {0} 在同一笔业务中出现两次")]
    LotTwice(LotId),
    #[error("捐款在另一家慈善组织，不能由这家安排，请先由对方办理")]
    AnotherCharity,
    #[error("结余应安排给另一个需求")]
    SameNeed,
    #[error("账上没有转账 {0}")]
    Unknown(TransferId),
    #[error("转账 {0} 已冲正，不能再冲")]
    AlreadyReversed(TransferId),
    #[error("转账 {0} 本身是冲正，请改为重新记账")]
    IsReversal(TransferId),
    /// The transfers, oldest first, that took money out of the same account and lot and stand in the way.
    #[error("这笔款已继续使用，请先冲正其后的 {} 笔转账", .0.len())]
    MovedOn(Vec<Posted>),
}
