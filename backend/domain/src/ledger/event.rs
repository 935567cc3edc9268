//! The events that move money. Each carries all that its transfers need, the chosen lots included.
//!
//! The lots (`takes`) are chosen by [`super::take_lots`] under the lock. Deliberately absent: events that move no
//! money (a pledge, an approval), and who did it: that is in the audit record.

use super::{Account, Asset, Posted};
use crate::{
    AllocationId, BankAccountId, BankLineId, CampaignId, DisbursementId, EventId, Fen, GoodsGiftId, GoodsHandOverId,
    GoodsRestId, LotId, NeedId, OrganisationId, PledgeId, SpendingItemId, TransferId,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where arrived money waits until it is set aside for a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "fund", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Fund {
    Directed { pledge: PledgeId },
    General { campaign: CampaignId, charity: OrganisationId },
}

/// Where a part of a bank line goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "landing", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Landing {
    Directed {
        pledge: PledgeId,
    },
    General {
        campaign: CampaignId,
        charity: OrganisationId,
    },
    /// The giver is not known yet.
    Unmatched {
        bank_account: BankAccountId,
    },
}

/// From where money may be given back. What is set aside for a need has to be released first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "returned_from", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReturnedFrom {
    Directed { pledge: PledgeId },
    General { campaign: CampaignId, charity: OrganisationId },
    Unmatched { bank_account: BankAccountId },
    Surplus { need: NeedId },
}

/// Where a charity holds goods: set aside for a need, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "held", rename_all = "snake_case")]
pub enum GoodsHeld {
    General { campaign: CampaignId },
    Allocated { need: NeedId },
}

impl GoodsHeld {
    /// The account of a charity that holds them.
    #[must_use]
    pub const fn of(self, charity: OrganisationId) -> Account {
        match self {
            GoodsHeld::General { campaign } => Account::General { campaign, charity },
            GoodsHeld::Allocated { need } => Account::Allocated { need, charity },
        }
    }
}

impl From<Fund> for Account {
    fn from(fund: Fund) -> Account {
        match fund {
            Fund::Directed { pledge } => Account::Directed { pledge },
            Fund::General { campaign, charity } => Account::General { campaign, charity },
        }
    }
}

impl From<Landing> for Account {
    fn from(landing: Landing) -> Account {
        match landing {
            Landing::Directed { pledge } => Account::Directed { pledge },
            Landing::General { campaign, charity } => Account::General { campaign, charity },
            Landing::Unmatched { bank_account } => Account::Unmatched { bank_account },
        }
    }
}

impl From<ReturnedFrom> for Account {
    fn from(source: ReturnedFrom) -> Account {
        match source {
            ReturnedFrom::Directed { pledge } => Account::Directed { pledge },
            ReturnedFrom::General { campaign, charity } => Account::General { campaign, charity },
            ReturnedFrom::Unmatched { bank_account } => Account::Unmatched { bank_account },
            ReturnedFrom::Surplus { need } => Account::Surplus { need },
        }
    }
}

/// One part of a confirmed bank line: a new lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArrivalPart {
    pub lot: LotId,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub to: Landing,
}

/// How much of which lot an event takes.
pub type Takes = Vec<(LotId, Fen)>;

/// Something that moves money, or goods at their value. It has no place in the API's schema: no route posts one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A second person confirmed a bank line of `amount`; its parts add up to it.
    ArrivalConfirmed {
        line: BankLineId,
        #[serde(rename = "amount_fen")]
        amount: Fen,
        parts: Vec<ArrivalPart>,
        booked_on: NaiveDate,
    },
    /// Money of an unknown giver found its owner. The lot stays the one that it came in with.
    OwnerFound { line: BankLineId, bank_account: BankAccountId, to: Fund, takes: Takes, on: NaiveDate },
    /// Goods were accepted at a value: a lot of their own, never added to money.
    GoodsAccepted {
        gift: GoodsGiftId,
        lot: LotId,
        #[serde(rename = "value_fen")]
        value: Fen,
        campaign: CampaignId,
        charity: OrganisationId,
        on: NaiveDate,
    },
    /// A giver's directed money, or the charity's general money, was set aside for a need.
    Allocated {
        allocation: AllocationId,
        from: Fund,
        need: NeedId,
        charity: OrganisationId,
        asset: Asset,
        takes: Takes,
        on: NaiveDate,
    },
    /// What an allocation set aside went back to where it came from.
    Released {
        allocation: AllocationId,
        need: NeedId,
        charity: OrganisationId,
        to: Fund,
        asset: Asset,
        takes: Takes,
        on: NaiveDate,
    },
    /// The bank paid a disbursement to the executing unit.
    Paid { disbursement: DisbursementId, need: NeedId, charity: OrganisationId, takes: Takes, paid_on: NaiveDate },
    /// The payee's bank sent it back.
    Bounced { disbursement: DisbursementId, need: NeedId, charity: OrganisationId, takes: Takes, booked_on: NaiveDate },
    /// The charity accepted the evidence of one spending item.
    SpendingAccepted { item: SpendingItemId, disbursement: DisbursementId, need: NeedId, takes: Takes, on: NaiveDate },
    /// The executing unit paid back what it did not spend, by a bank line.
    MoneyPaidBack {
        line: BankLineId,
        disbursement: DisbursementId,
        need: NeedId,
        charity: OrganisationId,
        takes: Takes,
        booked_on: NaiveDate,
    },
    /// Goods that were set aside for a need were handed over, receipt accepted.
    GoodsHandedOver { hand_over: GoodsHandOverId, need: NeedId, charity: OrganisationId, takes: Takes, on: NaiveDate },
    /// Goods that will never be handed over were written off, two people having said so.
    GoodsWrittenOff { rest: GoodsRestId, from: GoodsHeld, charity: OrganisationId, takes: Takes, on: NaiveDate },
    /// A need is done and money is left.
    SurplusFound { record: EventId, need: NeedId, charity: OrganisationId, takes: Takes, on: NaiveDate },
    /// What was left of one need goes to another of similar purpose, by agreement or after disclosure.
    SurplusPlaced {
        record: EventId,
        from_need: NeedId,
        to_need: NeedId,
        charity: OrganisationId,
        takes: Takes,
        on: NaiveDate,
    },
    /// Money, or goods, went back to the giver.
    Returned { record: EventId, from: ReturnedFrom, asset: Asset, takes: Takes, paid_on: NaiveDate },
    /// The charity kept a fee from money that nobody has directed.
    FeeCharged { record: EventId, campaign: CampaignId, charity: OrganisationId, takes: Takes, on: NaiveDate },
    /// Transfers are taken back, in full, because they were wrong.
    Reversed {
        record: EventId,
        transfers: Vec<TransferId>,
        /// Every transfer of the lots concerned, in the order in which they were posted.
        history: Vec<Posted>,
        on: NaiveDate,
    },
}

impl Event {
    /// What the event moves in all, which is what its transfers add up to.
    ///
    /// # Errors
    /// [`crate::money::AmountError::TooLarge`] where the sum leaves the range of amounts.
    pub fn amount(&self) -> Result<Fen, crate::money::AmountError> {
        match self {
            Self::ArrivalConfirmed { amount, .. } => Ok(*amount),
            Self::GoodsAccepted { value, .. } => Ok(*value),
            Self::OwnerFound { takes, .. }
            | Self::Allocated { takes, .. }
            | Self::Released { takes, .. }
            | Self::Paid { takes, .. }
            | Self::Bounced { takes, .. }
            | Self::SpendingAccepted { takes, .. }
            | Self::MoneyPaidBack { takes, .. }
            | Self::GoodsHandedOver { takes, .. }
            | Self::GoodsWrittenOff { takes, .. }
            | Self::SurplusFound { takes, .. }
            | Self::SurplusPlaced { takes, .. }
            | Self::Returned { takes, .. }
            | Self::FeeCharged { takes, .. } => Fen::sum(takes.iter().map(|(_, amount)| *amount)),
            Self::Reversed { transfers, history, .. } => {
                let reversed = history.iter().filter(|posted| transfers.contains(&posted.id));
                Fen::sum(reversed.map(|posted| posted.transfer.amount))
            }
        }
    }
}
