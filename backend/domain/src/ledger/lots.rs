//! Lots: which money is taken when an event takes less than an account holds.
//!
//! Oldest first, by the bank's date and then by the number of the confirmation. The choice is made once, under the
//! lock, written down with the event and never made again. Deliberately absent: reading balances.

use crate::{Fen, LotId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What an account holds of one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LotBalance {
    pub lot: LotId,
    /// The day on which the bank booked the line (or the goods were accepted).
    pub bank_date: NaiveDate,
    /// The running number of the confirmation, which decides among lots of one day.
    pub confirmation_no: i64,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
}

/// More was asked for than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("余额不足：现有 {held}，需要 {asked}")]
pub struct NotEnough {
    pub held: Fen,
    pub asked: Fen,
}

/// Takes `amount` from `balances`, oldest lot first, and says how much of each. Nothing for an amount of zero or less.
///
/// Balances of zero or less are passed over; the order in which balances are handed in does not matter.
///
/// # Errors
/// [`NotEnough`] with what there is.
pub fn take_lots(balances: &[LotBalance], amount: Fen) -> Result<Vec<(LotId, Fen)>, NotEnough> {
    let mut oldest_first: Vec<&LotBalance> = balances.iter().filter(|held| held.amount.is_positive()).collect();
    oldest_first.sort_by_key(|held| (held.bank_date, held.confirmation_no, held.lot));
    let mut missing = amount.saturating_gap(Fen::ZERO);
    let mut taken = Vec::new();
    for held in &oldest_first {
        if missing.is_zero() {
            break;
        }
        let part = held.amount.min(missing);
        taken.push((held.lot, part));
        missing = missing.saturating_gap(part);
    }
    if missing.is_zero() { Ok(taken) } else { Err(NotEnough { held: amount.saturating_gap(missing), asked: amount }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn lot(number: u128) -> LotId {
        LotId(Uuid::from_u128(number))
    }

    fn held(number: u128, day: &str, confirmation_no: i64, yuan: i64) -> LotBalance {
        LotBalance { lot: lot(number), bank_date: day.parse().unwrap(), confirmation_no, amount: Fen::yuan(yuan) }
    }

    #[test]
    fn the_oldest_money_goes_first_by_bank_date_then_confirmation() {
        let balances = [
            held(1, "2026-07-02", 1, 10),
            held(2, "2026-06-30", 7, 20),
            held(3, "2026-06-30", 4, 30),
            held(4, "2026-06-01", 9, 0),
        ];
        let taken = take_lots(&balances, Fen::yuan(55)).unwrap();
        assert_eq!(taken, [(lot(3), Fen::yuan(30)), (lot(2), Fen::yuan(20)), (lot(1), Fen::yuan(5))]);
        assert_eq!(take_lots(&balances, Fen::yuan(30)).unwrap(), [(lot(3), Fen::yuan(30))]);
        assert_eq!(take_lots(&balances, Fen::ZERO), Ok(Vec::new()));
        assert_eq!(take_lots(&balances, Fen::yuan(-1)), Ok(Vec::new()));
    }

    #[test]
    fn a_refusal_tells_both_numbers() {
        let balances = [held(1, "2026-07-02", 1, 10), held(2, "2026-06-30", 7, 20)];
        let error = take_lots(&balances, Fen::yuan(31)).unwrap_err();
        assert_eq!(error, NotEnough { held: Fen::yuan(30), asked: Fen::yuan(31) });
        assert_eq!(error.to_string(), "余额不足：现有 30 元，需要 31 元");
        assert_eq!(take_lots(&[], Fen::yuan(1)), Err(NotEnough { held: Fen::ZERO, asked: Fen::yuan(1) }));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_was_asked_and_older_lots_are_emptied_first(
            lots in prop::collection::vec((0u32..20, 0i64..5, 0i64..1_000), 0..8),
            asked in 1i64..4_000,
            turn in 0usize..8,
        ) {
            let first = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
            let balances: Vec<_> = lots.iter().zip(1u128..).map(|((days, confirmation_no, fen), number)| LotBalance {
                lot: lot(number),
                bank_date: first + chrono::Days::new(u64::from(*days)),
                confirmation_no: *confirmation_no,
                amount: Fen::new(*fen).unwrap(),
            }).collect();
            let asked = Fen::new(asked).unwrap();
            let held = Fen::sum(balances.iter().map(|held| held.amount)).unwrap();
            let result = take_lots(&balances, asked);
            let mut turned = balances.clone();
            turned.rotate_left(turn.min(balances.len()));
            prop_assert_eq!(&result, &take_lots(&turned, asked));
            match result {
                Err(error) => prop_assert_eq!(error, NotEnough { held, asked }, "held {}", held),
                Ok(taken) => {
                    prop_assert_eq!(Fen::sum(taken.iter().map(|(_, amount)| *amount)), Ok(asked));
                    let find = |lot: LotId| balances.iter().find(|held| held.lot == lot).unwrap();
                    let fits = |lot: LotId, amount: Fen| amount.is_positive() && amount <= find(lot).amount;
                    prop_assert!(taken.iter().all(|(lot, amount)| fits(*lot, *amount)));
                    // All but the last are emptied, and nothing older than the last is left.
                    let (last, emptied) = taken.split_last().unwrap();
                    prop_assert!(emptied.iter().all(|(lot, amount)| *amount == find(*lot).amount));
                    let age = |held: &LotBalance| (held.bank_date, held.confirmation_no, held.lot);
                    let older = |held: &&LotBalance| held.amount.is_positive() && age(held) < age(find(last.0));
                    let is_emptied = |held: &LotBalance| emptied.iter().any(|(lot, _)| *lot == held.lot);
                    prop_assert!(balances.iter().filter(older).all(is_emptied));
                }
            }
        }
    }
}
