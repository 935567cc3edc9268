//! The four numbers: 认捐 → 到账 → 拨付 → 支出, never one total; and what was arranged beside them.
//!
//! One asset only. They need not fall in order, and [`FourNumbers::explain`] says why when they do not. Deliberately
//! absent: computing them; one family of database views does that for every page.

use crate::Fen;
use crate::money::AmountError;
use serde::{Deserialize, Serialize};

words! {
    /// One of the numbers, or what is told beside them: each opens the rows that add up to it.
    pub enum MoneyNumber {
        Pledged = "pledged" / "认捐",
        Arrived = "arrived" / "到账",
        Disbursed = "disbursed" / "拨付",
        Spent = "spent" / "支出",
        Arranged = "arranged" / "统筹安排",
    }
}

impl FourNumbers {
    /// One of them.
    #[must_use]
    pub const fn of(&self, number: MoneyNumber) -> Fen {
        match number {
            MoneyNumber::Pledged => self.pledged,
            MoneyNumber::Arrived => self.arrived,
            MoneyNumber::Disbursed => self.disbursed,
            MoneyNumber::Spent => self.spent,
            MoneyNumber::Arranged => self.arranged,
        }
    }
}

/// What has become of the money for a need, a village, a campaign or an enterprise.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FourNumbers {
    /// 认捐: promised, without cancelled and waived parts.
    #[serde(rename = "pledged_fen")]
    pub pledged: Fen,
    /// 到账: confirmed by two people, less what was returned.
    #[serde(rename = "arrived_fen")]
    pub arrived: Fen,
    /// 拨付: paid to executing units, less what bounced or was paid back.
    #[serde(rename = "disbursed_fen")]
    pub disbursed: Fen,
    /// 支出: spent with accepted evidence.
    #[serde(rename = "spent_fen")]
    pub spent: Fen,
    /// 统筹安排: set aside for it without having been pledged to it.
    #[serde(rename = "arranged_fen")]
    pub arranged: Fen,
}

impl FourNumbers {
    /// Adds each number to its like.
    ///
    /// # Errors
    /// [`AmountError::TooLarge`] as soon as one leaves the range of amounts.
    #[expect(clippy::should_implement_trait, reason = "a sum may leave the range, which `Add` cannot say")]
    pub fn add(self, other: FourNumbers) -> Result<FourNumbers, AmountError> {
        Ok(FourNumbers {
            pledged: self.pledged.checked_add(other.pledged)?,
            arrived: self.arrived.checked_add(other.arrived)?,
            disbursed: self.disbursed.checked_add(other.disbursed)?,
            spent: self.spent.checked_add(other.spent)?,
            arranged: self.arranged.checked_add(other.arranged)?,
        })
    }

    /// The sum of many.
    ///
    /// # Errors
    /// As [`FourNumbers::add`].
    pub fn sum(all: impl IntoIterator<Item = FourNumbers>) -> Result<FourNumbers, AmountError> {
        all.into_iter().try_fold(FourNumbers::default(), FourNumbers::add)
    }

    /// Whether each number is at most the one before it.
    #[must_use]
    pub fn fall_in_order(&self) -> bool {
        self.pledged >= self.arrived && self.arrived >= self.disbursed && self.disbursed >= self.spent
    }

    /// Why the numbers do not fall in order, in sentences for the reader; nothing when they do.
    #[must_use]
    pub fn explain(&self) -> Option<String> {
        let mut reasons = Vec::new();
        if self.arrived > self.pledged {
            let more = self.arrived.saturating_gap(self.pledged);
            reasons.push(format!("到账比认捐多 {more}：有的款项没有先认捐就汇来，或汇来的比认捐的多。"));
        }
        if self.disbursed > self.arrived {
            let more = self.disbursed.saturating_gap(self.arrived);
            // Only what was arranged can lawfully be paid without having arrived for it.
            reasons.push(if self.arranged >= more {
                format!("拨付比到账多 {more}：另有统筹安排的款项 {}。", self.arranged)
            } else {
                format!("拨付比到账多 {more}，统筹安排的款项只有 {}，正在核对。", self.arranged)
            });
        }
        if self.spent > self.disbursed {
            let more = self.spent.saturating_gap(self.disbursed);
            reasons.push(format!("支出比拨付多 {more}：不应出现，正在核对。"));
        }
        (!reasons.is_empty()).then(|| reasons.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(pledged: i64, arrived: i64, disbursed: i64, spent: i64, arranged: i64) -> FourNumbers {
        FourNumbers {
            pledged: Fen::yuan(pledged),
            arrived: Fen::yuan(arrived),
            disbursed: Fen::yuan(disbursed),
            spent: Fen::yuan(spent),
            arranged: Fen::yuan(arranged),
        }
    }

    #[test]
    fn numbers_out_of_order_are_explained_and_others_are_not() {
        for (numbers, sentence) in [
            (numbers(100, 80, 50, 20, 0), None),
            (numbers(0, 0, 0, 0, 0), None),
            (numbers(5, 5, 5, 5, 9), None),
            (numbers(0, 80, 50, 20, 0), Some("到账比认捐多 80 元：有的款项没有先认捐就汇来，或汇来的比认捐的多。")),
            (numbers(100, 30, 50, 20, 20), Some("拨付比到账多 20 元：另有统筹安排的款项 20 元。")),
            (numbers(100, 30, 50, 20, 25), Some("拨付比到账多 20 元：另有统筹安排的款项 25 元。")),
            (numbers(100, 30, 50, 20, 5), Some("拨付比到账多 20 元，统筹安排的款项只有 5 元，正在核对。")),
            (numbers(100, 80, 50, 60, 0), Some("支出比拨付多 10 元：不应出现，正在核对。")),
        ] {
            assert_eq!(numbers.explain().as_deref(), sentence, "{numbers:?}");
        }
    }

    #[test]
    fn the_wire_names_the_unit() {
        let json = serde_json::to_value(numbers(5, 4, 3, 2, 1)).unwrap();
        let expected = serde_json::json!({
            "pledged_fen": 500, "arrived_fen": 400, "disbursed_fen": 300, "spent_fen": 200, "arranged_fen": 100,
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn a_sum_beyond_the_cap_is_refused() {
        let most = FourNumbers { spent: Fen::new(crate::money::FEN_MAX).unwrap(), ..FourNumbers::default() };
        assert_eq!(most.add(most), Err(AmountError::TooLarge));
    }

    proptest! {
        #[test]
        fn there_is_an_explanation_exactly_when_the_order_is_broken(
            pledged in 0i64..9, arrived in 0i64..9, disbursed in 0i64..9, spent in 0i64..9, arranged in 0i64..9,
        ) {
            let numbers = numbers(pledged, arrived, disbursed, spent, arranged);
            prop_assert_eq!(numbers.explain().is_none(), numbers.fall_in_order());
        }

        #[test]
        fn children_sum_to_the_parent(parts in prop::collection::vec(0i64..1_000, 0..12)) {
            let all = parts.iter().map(|yuan| numbers(*yuan, *yuan / 2, *yuan / 3, *yuan / 4, *yuan % 7));
            let sum = FourNumbers::sum(all).unwrap();
            prop_assert_eq!(sum.pledged, Fen::yuan(parts.iter().sum()));
            prop_assert_eq!(sum.arranged, Fen::yuan(parts.iter().map(|yuan| yuan % 7).sum()));
        }
    }
}
