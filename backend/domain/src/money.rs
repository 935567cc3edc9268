//! Money in fen (分), exact. 1 元 = 100 分; 1 万元 = 1,000,000 分.
//!
//! A single amount is small enough for a JavaScript client to be exact, and so small that no sum of all rows can leave
//! the range of [`Fen`]: reading a total never fails. Arithmetic is checked. Deliberately absent: floats, currencies
//! other than CNY, rounding.

mod capitals;

use serde::{Deserialize, Serialize};
use std::fmt;

/// The largest single amount: one need, pledge, bank line, allocation, payment or voucher. 10^11 fen (10 亿元). The
/// constraints of the tables say the same.
pub const AMOUNT_MAX: i64 = 100_000_000_000;
/// The most rows that are ever added up: pledges, or confirmed bank lines. The sequences that number them end there.
pub const ROWS_MAX: i64 = 90_000_000;
/// The largest sum: all rows, each of the largest amount. So no total leaves the range, whatever was pledged.
pub const FEN_MAX: i64 = AMOUNT_MAX * ROWS_MAX;

/// An amount of CNY in fen, or a sum of amounts, within ±[`FEN_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i64))]
pub struct Fen(i64);

/// Why a number is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("请填写金额")]
    Empty,
    #[error("金额只能写数字，可带“万”“元”和逗号，如 50000 或 5万")]
    NotANumber,
    #[error("金额最多写到分（小数点后两位）")]
    FinerThanFen,
    #[error("金额要大于 0")]
    NotPositive,
    #[error("金额超出上限（每笔最多 10 亿元）")]
    TooLarge,
}

impl Fen {
    pub const ZERO: Fen = Fen(0);

    /// An amount from an integer number of fen.
    pub const fn new(fen: i64) -> Result<Self, AmountError> {
        if fen > FEN_MAX || fen < -FEN_MAX { Err(AmountError::TooLarge) } else { Ok(Fen(fen)) }
    }

    /// Whether it can be one amount: above zero, at most [`AMOUNT_MAX`].
    ///
    /// # Errors
    /// One sentence each for zero or less, and for too much.
    pub const fn check_amount(self) -> Result<(), AmountError> {
        match self.0 {
            ..=0 => Err(AmountError::NotPositive),
            1..=AMOUNT_MAX => Ok(()),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// An amount from whole yuan, for constants and tests.
    ///
    /// # Panics
    /// Where the amount is beyond [`FEN_MAX`].
    #[must_use]
    pub const fn yuan(yuan: i64) -> Self {
        let fen = yuan * 100;
        assert!(fen <= FEN_MAX && fen >= -FEN_MAX, "beyond FEN_MAX");
        Fen(fen)
    }

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub fn checked_add(self, other: Fen) -> Result<Fen, AmountError> {
        self.0.checked_add(other.0).map_or(Err(AmountError::TooLarge), Fen::new)
    }

    pub fn checked_sub(self, other: Fen) -> Result<Fen, AmountError> {
        self.0.checked_sub(other.0).map_or(Err(AmountError::TooLarge), Fen::new)
    }

    /// The sum, or [`AmountError::TooLarge`] as soon as it leaves the range.
    pub fn sum(amounts: impl IntoIterator<Item = Fen>) -> Result<Fen, AmountError> {
        amounts.into_iter().try_fold(Fen::ZERO, Fen::checked_add)
    }

    /// `self − other`, not below zero: what is still missing of a goal.
    #[must_use]
    pub fn saturating_gap(self, other: Fen) -> Fen {
        Fen(self.0.saturating_sub(other.0).clamp(0, FEN_MAX))
    }

    /// The share of `whole` in per cent, rounded down, 0 for an empty whole. For bars, never for money.
    #[must_use]
    pub fn percent_of(self, whole: Fen) -> i64 {
        let share = i128::from(self.0) * 100 / i128::from(whole.0.max(1));
        if whole.0 <= 0 { 0 } else { i64::try_from(share).unwrap_or(i64::MAX) }
    }

    /// Reads what a person typed as an amount in yuan: `50000`, `50,000.5`, `5万`, `1.25 万元`, `５００元`, `¥300`.
    ///
    /// # Errors
    /// One sentence each for nothing, no number, more than two decimals, zero or less, too much.
    pub fn parse_yuan(text: &str) -> Result<Fen, AmountError> {
        let plain: String = text.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
        if plain.is_empty() {
            return Err(AmountError::Empty);
        }
        let plain = plain.trim_start_matches('¥');
        let plain = plain.strip_suffix('元').unwrap_or(plain);
        let (number, decimals) = match plain.strip_suffix('万').or_else(|| plain.strip_suffix('萬')) {
            Some(number) => (number, 6),
            None => (plain, 2),
        };
        let amount = Fen(parse_decimal(number, decimals)?);
        amount.check_amount().map(|()| amount)
    }

    /// Plain yuan with thousands separators and, unless whole, two decimals: `50,000`, `0.05`.
    #[must_use]
    pub fn to_yuan(self) -> String {
        let (yuan, fen) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        let sign = if self.0 < 0 { "-" } else { "" };
        let grouped = group_thousands(yuan);
        if fen == 0 { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{fen:02}") }
    }

    /// For headlines: from 1 万元 on in 万元 with up to two decimals, rounded towards zero so that no more is
    /// shown than there is; below that in yuan. The page keeps [`Fen::to_yuan`] beside it. Returns number and unit.
    #[must_use]
    pub fn to_headline(self) -> (String, &'static str) {
        if self.0.abs() < 1_000_000 {
            return (self.to_yuan(), "元");
        }
        let hundredths = self.0.unsigned_abs() / 10_000;
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (group_thousands(hundredths / 100), hundredths % 100);
        let number = match part {
            0 => format!("{sign}{whole}"),
            part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
            part => format!("{sign}{whole}.{part:02}"),
        };
        (number, "万元")
    }

    /// For an input field: yuan without separators, so that what is shown can be typed over.
    #[must_use]
    pub fn to_input(self) -> String {
        self.to_yuan().replace(',', "")
    }
}

impl TryFrom<i64> for Fen {
    type Error = AmountError;

    fn try_from(fen: i64) -> Result<Self, Self::Error> {
        Fen::new(fen)
    }
}

impl From<Fen> for i64 {
    fn from(amount: Fen) -> i64 {
        amount.0
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 元", self.to_yuan())
    }
}

/// Full-width digits and signs, as Chinese keyboards type them, become ASCII.
#[must_use]
pub fn to_half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '。' => '.',
        '、' => ',',
        '\u{ffe5}' => '¥',
        other => other,
    }
}

/// A decimal number times 10^`decimals`, exact. Commas are allowed between digits only.
fn parse_decimal(number: &str, decimals: usize) -> Result<i64, AmountError> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let well_grouped = !whole.starts_with(',') && !whole.ends_with(',') && !whole.contains(",,");
    let whole: String = whole.chars().filter(|c| *c != ',').collect();
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !well_grouped || (whole.is_empty() && part.is_empty()) || !all_digits(&whole) || !all_digits(part) {
        return Err(AmountError::NotANumber);
    }
    let part = part.trim_end_matches('0');
    if part.len() > decimals {
        return Err(AmountError::FinerThanFen);
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 14 {
        return Err(AmountError::TooLarge);
    }
    let text = format!("{whole}{part:0<decimals$}");
    let value: i64 = if text.is_empty() { 0 } else { text.parse().map_err(|_| AmountError::TooLarge)? };
    Ok(if negative { -value } else { value })
}

#[must_use]
pub fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let table: &[(&str, Result<i64, AmountError>)] = &[
            ("50000", Ok(5_000_000)),
            ("50,000", Ok(5_000_000)),
            ("5万", Ok(5_000_000)),
            ("5 万元", Ok(5_000_000)),
            ("1.25万", Ok(1_250_000)),
            ("５００００", Ok(5_000_000)),
            ("5,0000", Ok(5_000_000)),
            ("¥300.5", Ok(30_050)),
            ("¥300", Ok(30_000)),
            ("0.01", Ok(1)),
            (".5", Ok(50)),
            ("3.10", Ok(310)),
            ("3.100", Ok(310)),
            ("1.000001万", Ok(1_000_001)),
            ("1.0000001万", Err(AmountError::FinerThanFen)),
            ("3.001", Err(AmountError::FinerThanFen)),
            ("", Err(AmountError::Empty)),
            ("  ", Err(AmountError::Empty)),
            ("0", Err(AmountError::NotPositive)),
            ("-5", Err(AmountError::NotPositive)),
            ("五万", Err(AmountError::NotANumber)),
            ("1e5", Err(AmountError::NotANumber)),
            ("5万3", Err(AmountError::NotANumber)),
            ("1.2.3", Err(AmountError::NotANumber)),
            (",5", Err(AmountError::NotANumber)),
            (".", Err(AmountError::NotANumber)),
            ("1000000000", Ok(AMOUNT_MAX)),
            ("1000000000.01", Err(AmountError::TooLarge)),
            ("10亿", Err(AmountError::NotANumber)),
            ("99999999999999999999999", Err(AmountError::TooLarge)),
        ];
        for (text, expected) in table {
            assert_eq!(Fen::parse_yuan(text).map(Fen::get), *expected, "{text}");
        }
    }

    #[test]
    fn headlines_never_show_more_than_there_is() {
        let shown = |fen| {
            let (number, unit) = Fen::new(fen).unwrap().to_headline();
            format!("{number} {unit}")
        };
        assert_eq!(shown(5_000_000), "5 万元");
        assert_eq!(shown(4_805_000), "4.8 万元");
        assert_eq!(shown(386_254_999_999), "386,254.99 万元");
        assert_eq!(shown(999_999), "9,999.99 元");
        assert_eq!(shown(0), "0 元");
    }

    #[test]
    fn a_sum_beyond_the_cap_is_refused() {
        let most = Fen::new(FEN_MAX).unwrap();
        assert_eq!(most.checked_add(Fen::new(1).unwrap()), Err(AmountError::TooLarge));
        assert_eq!(most.checked_add(most), Err(AmountError::TooLarge));
        assert_eq!(Fen::ZERO.checked_sub(most).unwrap().checked_sub(most), Err(AmountError::TooLarge));
    }

    #[test]
    fn as_many_rows_as_there_can_be_add_up_within_the_range_whatever_each_is() {
        let all = Fen::new(AMOUNT_MAX).unwrap().get().checked_mul(ROWS_MAX).map(Fen::new);
        assert_eq!(all, Some(Fen::new(FEN_MAX)));
        let most = Fen::new(FEN_MAX).unwrap();
        assert_eq!((most.percent_of(most), most.saturating_gap(Fen::new(-FEN_MAX).unwrap())), (100, most));
        assert_eq!(most.to_headline(), ("9,000,000,000,000".to_owned(), "万元"));
    }

    #[test]
    fn a_single_amount_is_above_zero_and_at_most_a_thousand_million_yuan() {
        for (fen, expected) in [
            (-1, Err(AmountError::NotPositive)),
            (0, Err(AmountError::NotPositive)),
            (1, Ok(())),
            (AMOUNT_MAX, Ok(())),
            (AMOUNT_MAX + 1, Err(AmountError::TooLarge)),
        ] {
            assert_eq!(Fen::new(fen).unwrap().check_amount(), expected, "{fen}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(fen in 1..=AMOUNT_MAX) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(Fen::parse_yuan(&amount.to_yuan()), Ok(amount));
            prop_assert_eq!(Fen::parse_yuan(&amount.to_input()), Ok(amount));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = Fen::parse_yuan(&text);
        }
    }
}
