//! Quantities to the thousandth, and what they are worth: of a line, of what was accepted, of what is handed over.
//!
//! Everything is an integer. What is handed over in parts takes its share of the line's value as it comes, so that the
//! last part takes all that is left. Deliberately absent: what anything is really worth.

use crate::Fen;
use crate::money::{AmountError, to_half_width};
use crate::need::asked::QUANTITY_MAX;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const SCALE: i64 = 1_000;
/// Decimals that are kept.
const DECIMALS: usize = 3;

/// So many units of something, in thousandths of the unit: 12.5 吨 is 12500.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i64, example = 12500))]
pub struct Quantity(i64);

/// A text that is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("数量应大于 0，可以带三位小数，最多 1 亿，不带单位")]
pub struct NotAQuantity;

impl Quantity {
    pub const ZERO: Quantity = Quantity(0);
    /// As many as a line of a need can ask for.
    pub const MAX: Quantity = Quantity(QUANTITY_MAX * SCALE);

    /// From thousandths, whatever they are; [`Self::is_given`] tells whether they can be given.
    #[must_use]
    pub const fn of_thousandths(thousandths: i64) -> Self {
        Quantity(thousandths)
    }

    /// Whole units, for constants and tests.
    #[must_use]
    pub const fn whole(units: i64) -> Self {
        Quantity(units * SCALE)
    }

    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Above zero, and within what can be counted.
    #[must_use]
    pub const fn is_given(self) -> bool {
        self.0 > 0 && self.0 <= Self::MAX.0
    }

    /// Zero or more, and within what can be counted.
    #[must_use]
    pub const fn is_countable(self) -> bool {
        self.0 >= 0 && self.0 <= Self::MAX.0
    }

    /// What of it is left when `other` is gone; nothing where more is gone.
    #[must_use]
    pub fn less(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_sub(other.0).max(0))
    }

    /// Together with `other`.
    #[must_use]
    pub fn and(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    /// Reads a quantity as people type it: full-width, with commas between the thousands.
    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        let plain: String =
            text.chars().map(to_half_width).filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，')).collect();
        let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 9 || decimals.len() > DECIMALS || !digits(whole) || !digits(decimals) {
            return Err(NotAQuantity);
        }
        let units: i64 = whole.parse().map_err(|_| NotAQuantity)?;
        let rest: i64 = format!("{decimals:0<3}").parse().map_err(|_| NotAQuantity)?;
        let quantity = Quantity(units * SCALE + rest);
        if quantity.is_countable() { Ok(quantity) } else { Err(NotAQuantity) }
    }
}

/// What so many units are worth at a value of `unit` each, half a fen rounded up.
///
/// # Errors
/// [`AmountError::TooLarge`] beyond the range of amounts.
pub fn worth(quantity: Quantity, unit: Fen) -> Result<Fen, AmountError> {
    let exact = i128::from(quantity.0) * i128::from(unit.get());
    let scale = i128::from(SCALE);
    let rounded = (exact + scale / 2).div_euclid(scale);
    i64::try_from(rounded).map_or(Err(AmountError::TooLarge), Fen::new)
}

/// The part of a line's `value` that goes with `now`, when `before` of its `whole` has gone already. The parts of a line
/// add up to its value however it is cut, and whoever takes the last of it takes all that is left.
#[must_use]
pub fn part_of(value: Fen, whole: Quantity, before: Quantity, now: Quantity) -> Fen {
    let upto = |quantity: Quantity| {
        let share = i128::from(value.get()) * i128::from(quantity.0.clamp(0, whole.0)) / i128::from(whole.0.max(1));
        i64::try_from(share).unwrap_or_default()
    };
    Fen::new(upto(before.and(now)) - upto(before)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quantity_is_read_as_it_is_typed() {
        for (text, thousandths) in [
            ("20", 20_000),
            ("12.5", 12_500),
            (" 1,200.05 ", 1_200_050),
            ("０．００１", 1),
            ("0", 0),
            ("100000000", 100_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Quantity(thousandths)), "{text}");
        }
        for text in ["", "-1", "1.2345", "一百", "12箱", ".5", "1.2.3", "100000001", "99999999999999999999"] {
            assert_eq!(text.parse::<Quantity>(), Err(NotAQuantity), "{text}");
        }
        assert_eq!(Quantity(12_500).to_string(), "12.5");
        assert_eq!((Quantity(20_000).to_string(), Quantity(1).to_string()), ("20".into(), "0.001".into()));
    }

    #[test]
    fn a_line_is_worth_quantity_by_unit_value_rounded_once() {
        assert_eq!(worth(Quantity::whole(20), Fen::yuan(185)), Ok(Fen::yuan(3_700)));
        assert_eq!(worth(Quantity(500), Fen::new(1).unwrap()), Fen::new(1), "half a fen is one");
        assert_eq!(worth(Quantity(499), Fen::new(1).unwrap()), Ok(Fen::ZERO));
        assert_eq!(worth(Quantity::MAX, Fen::yuan(1_000_000_000)), Err(AmountError::TooLarge));
    }

    proptest! {
        #[test]
        fn a_quantity_reads_back(thousandths in 0..=Quantity::MAX.0) {
            let quantity = Quantity(thousandths);
            prop_assert_eq!(quantity.to_string().parse(), Ok(quantity));
        }

        #[test]
        fn worth_is_exact_to_half_a_fen_and_never_shrinks_with_more(
            quantity in 1i64..=1_000_000_000, more in 0i64..1_000_000, unit in 0i64..=1_000_000,
        ) {
            let unit_value = Fen::new(unit).unwrap();
            let value = worth(Quantity(quantity), unit_value).unwrap();
            let exact = i128::from(quantity) * i128::from(unit);
            prop_assert!((i128::from(value.get()) * 1_000 - exact).abs() <= 500);
            prop_assert!(worth(Quantity(quantity + more), unit_value).unwrap() >= value);
        }

        #[test]
        fn however_a_line_is_cut_its_parts_add_up_to_its_value(
            value in 0i64..=1_000_000_000, parts in prop::collection::vec(1i64..=1_000_000, 1..12),
        ) {
            let value = Fen::new(value).unwrap();
            let whole = Quantity(parts.iter().sum());
            let mut before = Quantity::ZERO;
            let mut sum = Fen::ZERO;
            for (n, part) in parts.iter().enumerate() {
                let now = Quantity(*part);
                let share = part_of(value, whole, before, now);
                prop_assert!(share >= Fen::ZERO);
                // As near to its proportion as whole fen allow.
                let exact = i128::from(value.get()) * i128::from(*part);
                let given = i128::from(share.get()) * i128::from(whole.0);
                prop_assert!((exact - given).abs() <= i128::from(whole.0));
                before = before.and(now);
                sum = sum.checked_add(share).unwrap();
                let left = value.saturating_gap(sum);
                prop_assert_eq!(n + 1 == parts.len() && left.is_positive(), false, "the last part takes the rest");
            }
            prop_assert_eq!(sum, value);
        }
    }
}
