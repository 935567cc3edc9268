//! The accounting policy: which transfers an event posts. One match, one line of thought for each event.
//!
//! The table at the head of the ledger is this match in words. Deliberately absent: whether an account holds enough;
//! the lots were chosen under the lock, and the database refuses a limited account below zero.

use super::event::{ArrivalPart, Event};
use super::reversal::reversing;
use super::{Account, Asset, LedgerError, Transfer, TransferCode};
use crate::arrival::check_parts;
use crate::{Fen, LotId, NeedId, OrganisationId};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The transfers that `event` posts, one for each lot that it takes. Money moves from `debit` to `credit`.
///
/// # Errors
/// [`LedgerError`] where the event contradicts itself, or reverses money that has moved on.
pub fn transfers_for(event: &Event) -> Result<Vec<Transfer>, LedgerError> {
    match event {
        Event::ArrivalConfirmed { line, amount, parts, booked_on } => {
            check_parts(*amount, parts.iter().map(|part| part.amount))?;
            each_lot_once(parts.iter().map(|part| part.lot))?;
            let arrival = |part: &ArrivalPart| {
                flow(TransferCode::Arrival, Account::World, part.to).by(line.0, *booked_on).lot(part.lot, part.amount)
            };
            Ok(parts.iter().map(arrival).collect())
        }
        Event::OwnerFound { line, bank_account, to, takes, on } => {
            let unmatched = Account::Unmatched { bank_account: *bank_account };
            flow(TransferCode::Match, unmatched, *to).by(line.0, *on).lots(takes)
        }
        Event::GoodsAccepted { gift, lot, value, campaign, charity, on } => {
            let general = Account::General { campaign: *campaign, charity: *charity };
            let goods = flow(TransferCode::Goods, Account::World, general).by(gift.0, *on);
            goods.of(Asset::InKind).lots(&[(*lot, *value)])
        }
        Event::Allocated { allocation, from, need, charity, asset, takes, on } => {
            of_one_charity((*from).into(), *charity)?;
            let set_aside = flow(TransferCode::Allocate, *from, allocated(*need, *charity));
            set_aside.by(allocation.0, *on).of(*asset).lots(takes)
        }
        Event::Released { allocation, need, charity, to, asset, takes, on } => {
            of_one_charity((*to).into(), *charity)?;
            let set_free = flow(TransferCode::Release, allocated(*need, *charity), *to);
            set_free.by(allocation.0, *on).of(*asset).lots(takes)
        }
        Event::Paid { disbursement, need, charity, takes, paid_on } => {
            let advance = Account::Advance { disbursement: *disbursement };
            let paid = flow(TransferCode::Advance, allocated(*need, *charity), advance);
            paid.by(disbursement.0, *paid_on).lots(takes)
        }
        Event::Bounced { disbursement, need, charity, takes, booked_on } => {
            let advance = Account::Advance { disbursement: *disbursement };
            let back = flow(TransferCode::Bounce, advance, allocated(*need, *charity));
            back.by(disbursement.0, *booked_on).lots(takes)
        }
        Event::SpendingAccepted { item, disbursement, need, takes, on } => {
            let advance = Account::Advance { disbursement: *disbursement };
            flow(TransferCode::Spend, advance, Account::Spent { need: *need }).by(item.0, *on).lots(takes)
        }
        Event::MoneyPaidBack { line, disbursement, need, charity, takes, booked_on } => {
            let advance = Account::Advance { disbursement: *disbursement };
            let back = flow(TransferCode::PayBack, advance, allocated(*need, *charity));
            back.by(line.0, *booked_on).lots(takes)
        }
        Event::GoodsHandedOver { hand_over, need, charity, takes, on } => {
            let handed = flow(TransferCode::HandOver, allocated(*need, *charity), Account::Spent { need: *need });
            handed.by(hand_over.0, *on).of(Asset::InKind).lots(takes)
        }
        Event::GoodsWrittenOff { rest, from, charity, takes, on } => {
            let lost = flow(TransferCode::WriteOff, from.of(*charity), Account::Lost { charity: *charity });
            lost.by(rest.0, *on).of(Asset::InKind).lots(takes)
        }
        Event::SurplusFound { record, need, charity, takes, on } => {
            let left = flow(TransferCode::Surplus, allocated(*need, *charity), Account::Surplus { need: *need });
            left.by(record.0, *on).lots(takes)
        }
        Event::SurplusPlaced { record, from_need, to_need, charity, takes, on } => {
            if from_need == to_need {
                return Err(LedgerError::SameNeed);
            }
            let surplus = Account::Surplus { need: *from_need };
            let placed = flow(TransferCode::PlaceSurplus, surplus, allocated(*to_need, *charity));
            placed.by(record.0, *on).lots(takes)
        }
        Event::Returned { record, from, asset, takes, paid_on } => {
            let back = flow(TransferCode::Return, *from, Account::Returned);
            back.by(record.0, *paid_on).of(*asset).lots(takes)
        }
        Event::FeeCharged { record, campaign, charity, takes, on } => {
            let general = Account::General { campaign: *campaign, charity: *charity };
            flow(TransferCode::Fee, general, Account::Fee { charity: *charity }).by(record.0, *on).lots(takes)
        }
        Event::Reversed { record, transfers, history, on } => reversing(*record, transfers, history, *on),
    }
}

fn allocated(need: NeedId, charity: OrganisationId) -> Account {
    Account::Allocated { need, charity }
}

/// General money lies with one charity, and booking alone cannot carry it to another: that takes a bank.
fn of_one_charity(fund: Account, charity: OrganisationId) -> Result<(), LedgerError> {
    match fund {
        Account::General { charity: holder, .. } if holder != charity => Err(LedgerError::AnotherCharity),
        _ => Ok(()),
    }
}

/// From where to where money goes, and why.
struct Way {
    code: TransferCode,
    from: Account,
    to: Account,
}

fn flow(code: TransferCode, from: impl Into<Account>, to: impl Into<Account>) -> Way {
    Way { code, from: from.into(), to: to.into() }
}

impl Way {
    /// What caused it and on which day; of money, unless said otherwise.
    fn by(self, cause: Uuid, on: NaiveDate) -> Flow {
        Flow { way: self, asset: Asset::Cny, cause, on }
    }
}

/// What the transfers of one event have in common.
struct Flow {
    way: Way,
    asset: Asset,
    cause: Uuid,
    on: NaiveDate,
}

impl Flow {
    fn of(self, asset: Asset) -> Self {
        Flow { asset, ..self }
    }

    fn lot(&self, lot: LotId, amount: Fen) -> Transfer {
        Transfer {
            debit: self.way.from,
            credit: self.way.to,
            amount,
            asset: self.asset,
            code: self.way.code,
            lot,
            cause: self.cause,
            corrects: None,
            effective_on: self.on,
        }
    }

    fn lots(&self, takes: &[(LotId, Fen)]) -> Result<Vec<Transfer>, LedgerError> {
        if takes.is_empty() {
            return Err(LedgerError::NothingToMove);
        }
        if let Some((lot, _)) = takes.iter().find(|(_, amount)| !amount.is_positive()) {
            return Err(LedgerError::NotPositive(*lot));
        }
        each_lot_once(takes.iter().map(|(lot, _)| *lot))?;
        Fen::sum(takes.iter().map(|(_, amount)| *amount))?;
        Ok(takes.iter().map(|(lot, amount)| self.lot(*lot, *amount)).collect())
    }
}

fn each_lot_once(lots: impl IntoIterator<Item = LotId>) -> Result<(), LedgerError> {
    let mut seen = BTreeSet::new();
    match lots.into_iter().find(|lot| !seen.insert(*lot)) {
        Some(lot) => Err(LedgerError::LotTwice(lot)),
        None => Ok(()),
    }
}
