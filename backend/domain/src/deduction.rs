//! 企业所得税: in which year how much of an enterprise's gifts for public welfare can be deducted from its income.
//!
//! 12 % of the year's profit; what is above is carried into the three years that follow, and what was carried comes first,
//! the oldest before the others (企业所得税法 art. 9; 财税〔2018〕15号, arts. 1 to 4). For whoever plans, never a tax return.
//! Deliberately absent: deduction in full for named regions, which was given for gifts up to the end of 2025; what
//! individuals deduct.

use crate::Fen;
use crate::money::AmountError;
use serde::{Deserialize, Serialize};

/// Of the year's profit, in per cent.
pub const SHARE_PERCENT: i64 = 12;
/// Years after the one of the gift in which the rest of it can still be deducted.
pub const CARRIED_YEARS: i32 = 3;
/// The most years that are computed at once.
pub const YEARS_MAX: usize = 12;

/// What an enterprise earned and gave in one calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivingYear {
    pub year: i32,
    /// 利润总额 by the books; below zero for a loss.
    pub profit: Fen,
    pub given: Fen,
}

/// A part of what was given in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenIn {
    pub year: i32,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
}

/// What of gifts can be deducted in one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeductionYear {
    pub year: i32,
    /// 12 % of the profit, to the fen below; nothing in a year without one.
    #[serde(rename = "limit_fen")]
    pub limit: Fen,
    #[serde(rename = "deducted_fen")]
    pub deducted: Fen,
    /// Whose gifts are deducted: the oldest year first.
    pub from: Vec<GivenIn>,
    /// What is left for the years that follow, the oldest year first.
    pub carried: Vec<GivenIn>,
    /// What could last be deducted in this year, and was not.
    #[serde(rename = "lapsed_fen")]
    pub lapsed: Fen,
}

/// Deducts year by year; `years` follow each other without a gap.
///
/// # Errors
/// [`AmountError`] where a sum leaves the range of amounts.
pub fn deduct(years: &[GivingYear]) -> Result<Vec<DeductionYear>, AmountError> {
    let mut open: Vec<GivenIn> = Vec::new();
    let mut deducted = Vec::with_capacity(years.len());
    for giving in years {
        open.push(GivenIn { year: giving.year, amount: giving.given });
        let limit = limit(giving.profit)?;
        let (mut left, mut from) = (limit, Vec::new());
        for gift in &mut open {
            let taken = gift.amount.min(left);
            if taken.is_positive() {
                from.push(GivenIn { year: gift.year, amount: taken });
                gift.amount = gift.amount.checked_sub(taken)?;
                left = left.checked_sub(taken)?;
            }
        }
        let over = |gift: &GivenIn| gift.year + CARRIED_YEARS <= giving.year;
        let lapsed = Fen::sum(open.iter().filter(|gift| over(gift)).map(|gift| gift.amount))?;
        open.retain(|gift| !over(gift) && gift.amount.is_positive());
        deducted.push(DeductionYear {
            year: giving.year,
            limit,
            deducted: limit.checked_sub(left)?,
            from,
            carried: open.clone(),
            lapsed,
        });
    }
    Ok(deducted)
}

fn limit(profit: Fen) -> Result<Fen, AmountError> {
    let share = i128::from(profit.get().max(0)) * i128::from(SHARE_PERCENT) / 100;
    Fen::new(i64::try_from(share).map_err(|_| AmountError::TooLarge)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn years(rows: &[(i64, i64)]) -> Vec<GivingYear> {
        let year = |(year, (profit, given)): (i32, &(i64, i64))| GivingYear {
            year,
            profit: Fen::yuan(*profit),
            given: Fen::yuan(*given),
        };
        (2024..).zip(rows).map(year).collect()
    }

    fn parts(of: &[GivenIn]) -> Vec<(i32, i64)> {
        of.iter().map(|part| (part.year, part.amount.get() / 100)).collect()
    }

    #[test]
    fn what_is_above_twelve_per_cent_is_carried_and_comes_before_the_gifts_of_the_year() {
        let table = deduct(&years(&[(100_000, 20_000), (100_000, 5_000), (-50_000, 1_000), (1_000_000, 0)])).unwrap();
        assert_eq!((table[0].limit, table[0].deducted), (Fen::yuan(12_000), Fen::yuan(12_000)));
        assert_eq!(parts(&table[0].carried), [(2024, 8_000)]);
        assert_eq!(parts(&table[1].from), [(2024, 8_000), (2025, 4_000)]);
        assert_eq!(parts(&table[1].carried), [(2025, 1_000)]);
        assert_eq!((table[2].limit, table[2].deducted), (Fen::ZERO, Fen::ZERO), "a loss");
        assert_eq!(parts(&table[3].from), [(2025, 1_000), (2026, 1_000)]);
        assert!(table[3].carried.is_empty());
    }

    #[test]
    fn a_gift_is_deducted_in_its_year_and_the_three_that_follow_and_lapses_then() {
        let table = deduct(&years(&[(0, 10_000), (0, 0), (0, 0), (10_000, 0), (1_000_000, 0)])).unwrap();
        assert_eq!(parts(&table[3].from), [(2024, 1_200)]);
        assert_eq!((table[3].lapsed, parts(&table[3].carried)), (Fen::yuan(8_800), vec![]));
        assert_eq!(table[4].deducted, Fen::ZERO);
    }

    proptest! {
        #[test]
        fn every_fen_is_deducted_once_carried_or_lapsed(
            rows in prop::collection::vec((-1_000_000_i64..1_000_000, 0_i64..200_000), 1..YEARS_MAX)
        ) {
            let years = years(&rows);
            let table = deduct(&years).unwrap();
            let sum = |fen: &mut dyn Iterator<Item = Fen>| fen.map(Fen::get).sum::<i64>();
            let carried = table.last().map(|last| sum(&mut last.carried.iter().map(|part| part.amount))).unwrap();
            let (used, lapsed) =
                (sum(&mut table.iter().map(|year| year.deducted)), sum(&mut table.iter().map(|year| year.lapsed)));
            prop_assert_eq!(sum(&mut years.iter().map(|year| year.given)), used + lapsed + carried);
            for year in &table {
                prop_assert!(year.deducted <= year.limit);
                prop_assert_eq!(sum(&mut year.from.iter().map(|part| part.amount)), year.deducted.get());
                prop_assert!(year.from.is_sorted_by_key(|part| part.year));
                prop_assert!(year.from.iter().all(|part| (part.year..=part.year + CARRIED_YEARS).contains(&year.year)));
                // Nothing is carried past room that there was.
                prop_assert!(year.carried.is_empty() || year.deducted == year.limit);
            }
        }
    }
}
