//! Taking transfers back: the same amounts the other way round, unless the money has moved on.
//!
//! Old rows are never changed. Whether money has moved on is asked of the account and lot that received it: within
//! both, one fen is like another. Deliberately absent: reversing what followed as well; a person decides that.

use super::{Account, Asset, Balances, LedgerError, Posted, Transfer, TransferCode};
use crate::{EventId, LotId, TransferId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The transfers that take back `transfers`, given the whole `history` of their lots in order of posting.
///
/// # Errors
/// [`LedgerError::MovedOn`] with the rows that stand in the way; other variants where a row is unknown, taken back
/// already, or itself a reversal.
pub(super) fn reversing(
    record: EventId,
    transfers: &[TransferId],
    history: &[Posted],
    on: NaiveDate,
) -> Result<Vec<Transfer>, LedgerError> {
    let wanted = wanted(transfers, history)?;
    let mut balances = Balances::of(history.iter().map(|posted| &posted.transfer));
    let reversals: Vec<Transfer> = wanted.iter().map(|posted| reverse(posted, record, on)).collect();
    for reversal in &reversals {
        balances.add(reversal);
    }
    let drained: BTreeSet<_> = reversals
        .iter()
        .map(|reversal| (reversal.debit, reversal.asset, reversal.lot))
        .filter(|(account, asset, lot)| account.is_limited() && balances.of_lot(*account, *asset, *lot) < 0)
        .collect();
    if drained.is_empty() { Ok(reversals) } else { Err(LedgerError::MovedOn(followed(transfers, history, &drained))) }
}

/// The rows that stand and took money out of the drained places. All of them, also older ones: an earlier reversal
/// may have left a payment that only the money now in question covers.
fn followed(transfers: &[TransferId], history: &[Posted], drained: &BTreeSet<(Account, Asset, LotId)>) -> Vec<Posted> {
    let taken_back: BTreeSet<TransferId> = history.iter().filter_map(|posted| posted.transfer.corrects).collect();
    let stands = |posted: &&Posted| posted.transfer.corrects.is_none() && !taken_back.contains(&posted.id);
    let took = |transfer: &Transfer| drained.contains(&(transfer.debit, transfer.asset, transfer.lot));
    history
        .iter()
        .filter(stands)
        .filter(|posted| took(&posted.transfer) && !transfers.contains(&posted.id))
        .cloned()
        .collect()
}

/// The rows to take back, each once, in the order asked for.
fn wanted<'a>(transfers: &[TransferId], history: &'a [Posted]) -> Result<Vec<&'a Posted>, LedgerError> {
    if transfers.is_empty() {
        return Err(LedgerError::NothingToMove);
    }
    let by_id: BTreeMap<TransferId, &Posted> = history.iter().map(|posted| (posted.id, posted)).collect();
    let mut taken_back: BTreeSet<TransferId> = history.iter().filter_map(|posted| posted.transfer.corrects).collect();
    let mut wanted = Vec::new();
    for id in transfers {
        let posted = *by_id.get(id).ok_or(LedgerError::Unknown(*id))?;
        if posted.transfer.corrects.is_some() {
            return Err(LedgerError::IsReversal(*id));
        }
        if !taken_back.insert(*id) {
            return Err(LedgerError::AlreadyReversed(*id));
        }
        wanted.push(posted);
    }
    Ok(wanted)
}

fn reverse(posted: &Posted, record: EventId, on: NaiveDate) -> Transfer {
    Transfer {
        debit: posted.transfer.credit,
        credit: posted.transfer.debit,
        code: TransferCode::Reverse,
        cause: record.0,
        corrects: Some(posted.id),
        effective_on: on,
        ..posted.transfer.clone()
    }
}
