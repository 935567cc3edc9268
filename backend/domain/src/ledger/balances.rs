//! Balances recomputed from transfers: what the cached balances are compared with, and what a reversal asks.
//!
//! Deliberately absent: keeping balances up to date in a database; this adds up what it is given.

use super::{Account, Asset, Transfer};
use crate::LotId;
use std::collections::BTreeMap;

/// What each account holds of each lot and asset, in fen; what an unlimited account gave makes it negative.
///
/// Plain `i64`: a sum over the world may leave the range of one amount, and 900,000 transfers of the largest amount
/// still fit.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Balances(BTreeMap<(Account, Asset, LotId), i64>);

impl Balances {
    /// The balances after these transfers, in any order.
    #[must_use]
    pub fn of<'a>(transfers: impl IntoIterator<Item = &'a Transfer>) -> Self {
        let mut balances = Balances::default();
        for transfer in transfers {
            balances.add(transfer);
        }
        balances
    }

    /// Moves one transfer: the debit account gives, the credit account receives. Balances of zero are forgotten.
    pub fn add(&mut self, transfer: &Transfer) {
        let fen = transfer.amount.get();
        for (account, change) in [(transfer.debit, -fen), (transfer.credit, fen)] {
            let key = (account, transfer.asset, transfer.lot);
            let balance = self.0.entry(key).or_insert(0);
            *balance += change;
            if *balance == 0 {
                self.0.remove(&key);
            }
        }
    }

    /// The fen that `account` holds of `lot`.
    #[must_use]
    pub fn of_lot(&self, account: Account, asset: Asset, lot: LotId) -> i64 {
        self.0.get(&(account, asset, lot)).copied().unwrap_or(0)
    }

    /// The fen that `account` holds of all lots.
    #[must_use]
    pub fn of_account(&self, account: Account, asset: Asset) -> i64 {
        self.iter().filter(|(place, _)| (place.0, place.1) == (account, asset)).map(|(_, fen)| fen).sum()
    }

    /// Every balance that is not zero, by account, asset and lot.
    pub fn iter(&self) -> impl Iterator<Item = ((Account, Asset, LotId), i64)> + '_ {
        self.0.iter().map(|(place, fen)| (*place, *fen))
    }

    /// The limited accounts that are below zero, with the lot: there must be none, at any moment.
    pub fn below_zero(&self) -> impl Iterator<Item = ((Account, Asset, LotId), i64)> + '_ {
        self.iter().filter(|((account, _, _), fen)| account.is_limited() && *fen < 0)
    }
}
