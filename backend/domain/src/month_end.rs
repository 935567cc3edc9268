//! The end of a month of one bank account: books and bank agree, or each difference has a name.
//!
//! What lies with the bank is what the books say, and what only one of both has. Deliberately absent: where the numbers
//! come from.

use crate::problem::check_short_reason;
use crate::{Fen, PersonId, Problem};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

words! {
    /// What only one side has.
    pub enum DifferenceKind {
        /// The bank has it; nobody has confirmed yet whose it is.
        LineWaits = "line_waits" / "银行已收，尚未匹配或复核",
        /// It left the bank; nobody has explained it yet.
        OutWaits = "out_waits" / "银行已付，尚未说明",
        /// The books have it, and no statement although one covers its day.
        NotOnStatement = "not_on_statement" / "账上已记，对账单上没有",
    }
}

/// The numbers of one month of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthNumbers {
    /// What the books say at the beginning.
    pub opening_fen: Fen,
    pub in_fen: Fen,
    pub out_fen: Fen,
    /// What the books say at the end.
    pub closing_fen: Fen,
}

impl MonthNumbers {
    /// # Errors
    /// Where the sum leaves the range of amounts.
    pub fn new(opening_fen: Fen, in_fen: Fen, out_fen: Fen) -> Result<Self, crate::money::AmountError> {
        let closing_fen = opening_fen.checked_add(in_fen)?.checked_sub(out_fen)?;
        Ok(MonthNumbers { opening_fen, in_fen, out_fen, closing_fen })
    }
}

/// What of a bank's closing balance neither the books nor the named differences explain.
///
/// # Errors
/// Where a sum leaves the range of amounts.
pub fn unnamed(
    numbers: MonthNumbers,
    differences: impl IntoIterator<Item = Fen>,
    bank_closing: Fen,
) -> Result<Fen, crate::money::AmountError> {
    let named = Fen::sum(differences)?;
    bank_closing.checked_sub(numbers.closing_fen.checked_add(named)?)
}

/// The first and the last day of the month of a day.
#[must_use]
pub fn month_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = day.with_day(1).unwrap_or(day);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(NaiveDate::MAX);
    (first, next.pred_opt().unwrap_or(day))
}

/// Why a month cannot be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MonthError {
    #[error("这个账户还没有登记期初余额，请先在“银行账户”登记")]
    NoOpening,
    #[error("这个月还没有过完，过完再做月结")]
    NotOver,
    #[error("这个月在期初余额之前，不用月结")]
    BeforeBooks,
    #[error("月结要逐月做：请先做 {0} 的月结")]
    NotInTurn(NaiveDate),
    #[error("这个月已经完成月结")]
    Sealed,
}

/// Whether the month that begins on `first` is the one whose turn it is.
///
/// # Errors
/// The first reason against it.
pub fn check_month(
    first: NaiveDate,
    opening_on: Option<NaiveDate>,
    sealed_until: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(), MonthError> {
    let opening_on = opening_on.ok_or(MonthError::NoOpening)?;
    let (first, last) = month_of(first);
    if last < opening_on {
        return Err(MonthError::BeforeBooks);
    }
    if sealed_until.is_some_and(|sealed| last <= sealed) {
        return Err(MonthError::Sealed);
    }
    let turn = sealed_until.and_then(|sealed| sealed.succ_opt()).map_or(month_of(opening_on).0, |day| month_of(day).0);
    if first != turn {
        return Err(MonthError::NotInTurn(turn));
    }
    if last >= today { Err(MonthError::NotOver) } else { Ok(()) }
}

/// What no row explains is explained in words.
///
/// # Errors
/// A sentence at `explanation`.
pub fn check_explanation(unnamed: Fen, explanation: &str) -> Result<(), Vec<Problem>> {
    if unnamed.is_zero() && explanation.trim().is_empty() {
        return Ok(());
    }
    let asks = "还有差额没有逐笔列明，请写明原因和打算怎样处理（5 至 200 字）";
    check_short_reason(explanation, asks).map_err(|problems| {
        problems.into_iter().map(|problem| Problem { field: "explanation".into(), ..problem }).collect()
    })
}

/// Why a signed month is opened again.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_reopening(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明为什么要重开，如“6 月漏录一笔现金捐款”（5 至 200 字）")
}

/// What one person prepared another one signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("月结须由另一人复核签字，请同事办理")]
pub struct SamePersonSigns;

/// The rule of four eyes on months.
///
/// # Errors
/// [`SamePersonSigns`] where both are one.
pub fn check_signer(prepared_by: PersonId, signer: PersonId) -> Result<(), SamePersonSigns> {
    if prepared_by == signer { Err(SamePersonSigns) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn months_are_closed_one_after_the_other_when_they_are_over() {
        let opening = Some(day("2026-04-10"));
        let table = [
            ("2026-04-01", None, None, Err(MonthError::NoOpening)),
            ("2026-03-01", opening, None, Err(MonthError::BeforeBooks)),
            ("2026-04-01", opening, None, Ok(())),
            ("2026-05-01", opening, None, Err(MonthError::NotInTurn(day("2026-04-01")))),
            ("2026-04-01", opening, Some("2026-04-30"), Err(MonthError::Sealed)),
            ("2026-05-01", opening, Some("2026-04-30"), Ok(())),
            ("2026-06-01", opening, Some("2026-05-31"), Err(MonthError::NotOver)),
        ];
        for (first, opening, sealed, expected) in table {
            let sealed = sealed.map(day);
            assert_eq!(check_month(day(first), opening, sealed, day("2026-06-30")), expected, "{first}");
        }
        assert_eq!(month_of(day("2026-02-11")), (day("2026-02-01"), day("2026-02-28")));
        assert_eq!(month_of(day("2026-12-31")), (day("2026-12-01"), day("2026-12-31")));
    }

    #[test]
    fn a_difference_without_a_row_asks_for_words() {
        assert_eq!(check_explanation(Fen::ZERO, ""), Ok(()));
        let asked = check_explanation(Fen::yuan(1), "不明").unwrap_err();
        assert_eq!(asked[0].field, "explanation");
        assert_eq!(check_explanation(Fen::yuan(1), "银行多计利息，已去函"), Ok(()));
    }

    proptest! {
        #[test]
        fn what_is_left_is_what_nothing_explains(
            opening in 0_i64..1_000_000, came in 0_i64..1_000_000, gone in 0_i64..1_000_000,
            rows in prop::collection::vec(-1_000_i64..1_000, 0..6), rest in -500_i64..500,
        ) {
            let fen = |fen| Fen::new(fen).expect("an amount");
            let numbers = MonthNumbers::new(fen(opening), fen(came), fen(gone)).expect("in range");
            let bank = opening + came - gone + rows.iter().sum::<i64>() + rest;
            let left = unnamed(numbers, rows.iter().copied().map(fen), fen(bank));
            prop_assert_eq!(left, Ok(fen(rest)));
        }
    }
}
