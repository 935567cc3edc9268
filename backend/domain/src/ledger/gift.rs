//! What became of one gift: its own fen from the bank line to each invoice, adding up at every level.
//!
//! Made of the transfers of the gift's own lots alone. What was taken back by a reversal counts nowhere and is told apart.
//! Deliberately absent: other givers' fen, names, and goods.

use super::{Account, AccountKind, Asset, Balances, Posted};
use crate::money::AmountError;
use crate::{DisbursementId, Fen, LotId, NeedId, SpendingItemId, TransferId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Fen by the lot that they came in with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnFen(pub BTreeMap<LotId, i64>);

impl OwnFen {
    fn add(&mut self, lot: LotId, fen: i64) {
        *self.0.entry(lot).or_insert(0) += fen;
    }

    /// All lots together.
    ///
    /// # Errors
    /// [`AmountError::TooLarge`] where they leave the range of amounts.
    pub fn sum(&self) -> Result<Fen, AmountError> {
        Fen::new(self.0.values().sum())
    }
}

/// A gift's way. `arrived` is what lies where `held` says, and each need, payment and item below holds a part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GiftFlow {
    pub arrived: OwnFen,
    /// Where the fen are now, by kind of account; only what is not nothing.
    pub held: BTreeMap<AccountKind, i64>,
    /// In the order in which money was first set aside for them.
    pub needs: Vec<NeedFlow>,
    /// Rows that were taken back, each with the row that did it.
    pub reversed: Vec<(TransferId, TransferId)>,
}

/// What of the gift was set aside for one need: `set_aside` = `waiting` + `surplus` + what its payments hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedFlow {
    pub need: NeedId,
    /// Less what was released again.
    pub set_aside: OwnFen,
    pub waiting: OwnFen,
    pub surplus: OwnFen,
    pub payments: Vec<PaymentFlow>,
}

/// What of the gift one payment took: `paid` = `came_back` + `waiting` + its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFlow {
    pub disbursement: DisbursementId,
    pub paid: OwnFen,
    pub came_back: OwnFen,
    /// Paid, and not accounted for yet.
    pub waiting: OwnFen,
    pub items: Vec<ItemFlow>,
}

/// What of the gift was spent on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFlow {
    pub item: SpendingItemId,
    pub spent: OwnFen,
}

/// The way of the money whose lots made these transfers, in the order in which they were posted.
#[must_use]
pub fn flow(own: &[Posted]) -> GiftFlow {
    let taken_back: BTreeMap<TransferId, TransferId> =
        own.iter().filter_map(|posted| Some((posted.transfer.corrects?, posted.id))).collect();
    let mut gift = GiftFlow { reversed: taken_back.iter().map(|(of, by)| (*of, *by)).collect(), ..GiftFlow::default() };
    let money = || own.iter().filter(|posted| posted.transfer.asset == Asset::Cny);
    for ((account, _, _), fen) in Balances::of(money().map(|posted| &posted.transfer)).iter() {
        if account != Account::World {
            *gift.held.entry(account.kind_word()).or_insert(0) += fen;
        }
    }
    let stands = |posted: &&Posted| posted.transfer.corrects.is_none() && !taken_back.contains_key(&posted.id);
    for posted in money().filter(stands) {
        gift.follow(posted);
    }
    gift
}

impl GiftFlow {
    fn follow(&mut self, posted: &Posted) {
        let transfer = &posted.transfer;
        let (lot, fen) = (transfer.lot, transfer.amount.get());
        match (transfer.debit, transfer.credit) {
            (Account::World, _) => self.arrived.add(lot, fen),
            (Account::Allocated { need, .. }, Account::Advance { disbursement }) => {
                let need = self.need(need);
                need.waiting.add(lot, -fen);
                let payment = need.payment(disbursement);
                payment.paid.add(lot, fen);
                payment.waiting.add(lot, fen);
            }
            (Account::Advance { disbursement }, Account::Allocated { need, .. }) => {
                let need = self.need(need);
                need.waiting.add(lot, fen);
                let payment = need.payment(disbursement);
                payment.came_back.add(lot, fen);
                payment.waiting.add(lot, -fen);
            }
            (Account::Advance { disbursement }, Account::Spent { need }) => {
                let payment = self.need(need).payment(disbursement);
                payment.waiting.add(lot, -fen);
                payment.item(transfer.cause).spent.add(lot, fen);
            }
            (Account::Allocated { need, .. }, Account::Surplus { .. }) => {
                let need = self.need(need);
                need.waiting.add(lot, -fen);
                need.surplus.add(lot, fen);
            }
            // What was left of one need goes on as money of another.
            (Account::Surplus { need: from }, Account::Allocated { need, .. }) => {
                let from = self.need(from);
                from.surplus.add(lot, -fen);
                from.set_aside.add(lot, -fen);
                let to = self.need(need);
                to.set_aside.add(lot, fen);
                to.waiting.add(lot, fen);
            }
            (Account::Surplus { need }, _) => {
                let need = self.need(need);
                need.surplus.add(lot, -fen);
                need.set_aside.add(lot, -fen);
            }
            (_, Account::Allocated { need, .. }) => {
                let need = self.need(need);
                need.set_aside.add(lot, fen);
                need.waiting.add(lot, fen);
            }
            (Account::Allocated { need, .. }, _) => {
                let need = self.need(need);
                need.set_aside.add(lot, -fen);
                need.waiting.add(lot, -fen);
            }
            _ => {}
        }
    }

    fn need(&mut self, need: NeedId) -> &mut NeedFlow {
        let place = self.needs.iter().position(|flow| flow.need == need).unwrap_or_else(|| {
            let none = OwnFen::default;
            let flow = NeedFlow { need, set_aside: none(), waiting: none(), surplus: none(), payments: Vec::new() };
            self.needs.push(flow);
            self.needs.len() - 1
        });
        &mut self.needs[place]
    }

    /// What the gift's money was paid and spent by: the causes of which the whole amount is to be known.
    #[must_use]
    pub fn causes(&self) -> BTreeSet<Uuid> {
        let payments = || self.needs.iter().flat_map(|need| &need.payments);
        let paid = payments().map(|payment| payment.disbursement.0);
        paid.chain(payments().flat_map(|payment| &payment.items).map(|item| item.item.0)).collect()
    }
}

impl NeedFlow {
    fn payment(&mut self, disbursement: DisbursementId) -> &mut PaymentFlow {
        let known = self.payments.iter().position(|flow| flow.disbursement == disbursement);
        let place = known.unwrap_or_else(|| {
            let none = OwnFen::default;
            let flow =
                PaymentFlow { disbursement, paid: none(), came_back: none(), waiting: none(), items: Vec::new() };
            self.payments.push(flow);
            self.payments.len() - 1
        });
        &mut self.payments[place]
    }
}

impl PaymentFlow {
    fn item(&mut self, cause: Uuid) -> &mut ItemFlow {
        let item = SpendingItemId(cause);
        let place = self.items.iter().position(|flow| flow.item == item).unwrap_or_else(|| {
            self.items.push(ItemFlow { item, spent: OwnFen::default() });
            self.items.len() - 1
        });
        &mut self.items[place]
    }
}

#[cfg(test)]
mod tests;
