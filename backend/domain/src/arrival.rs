//! Money that arrives: a bank line, its states, who may confirm it, and how it is divided.
//!
//! The only thing that counts as 到账 is a line that a second person confirmed; the booking is in `ledger`.
//! Whose a line may be is guessed in [`mod@suggest`]; what a bank's table says is read in [`mod@statement`].
//! Deliberately absent: files.

pub mod rebooking;
pub mod statement;
pub mod suggest;

use crate::day::check_past;
use crate::problem::check_short_reason;
use crate::{Fen, PersonId, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use suggest::{Candidate, Candidates, Reason, Suggestion, meant, normal_name};

/// Characters of the 附言 at most.
pub const REMARK_MAX: usize = 200;
/// Characters of a payer's name at most.
pub const PAYER_MAX: usize = 100;
/// Parts that a person divides one line into by hand at most.
pub const PARTS_TYPED: usize = 20;
/// Characters of a bank's serial number at most.
pub const SERIAL_MAX: usize = 64;

words! {
    /// The states of a bank line. A line whose giver stays unknown may be confirmed as such: it is then money of
    /// nobody in the ledger's account `unmatched`, until it finds its owner.
    pub enum BankLineStatus {
        Unmatched = "unmatched" / "未匹配",
        /// The program has a guess; nobody has looked yet.
        Suggested = "suggested" / "建议",
        /// One person has said whose it is.
        Matched = "matched" / "已匹配",
        /// A second person has agreed: the money is booked.
        Confirmed = "confirmed" / "已复核",
        /// The booking was taken back; the line can be matched anew.
        Reversed = "reversed" / "冲正",
        /// Interest, a bank's fee, a payment that bounced: no gift.
        NotDonation = "not_donation" / "非捐赠",
        /// Mistyped: it stands for nothing, and the bank's serial number is free for the line as it is.
        Voided = "voided" / "作废",
    }
}

impl BankLineStatus {
    /// Whether a line may go from this state to `next`. Booked money leaves only by a reversal.
    #[must_use]
    pub const fn may_become(self, next: BankLineStatus) -> bool {
        use BankLineStatus::{Confirmed, Matched, NotDonation, Reversed, Suggested, Unmatched, Voided};
        matches!(
            (self, next),
            (Unmatched, Suggested | Matched | NotDonation | Voided)
                | (Suggested, Unmatched | Matched | NotDonation | Voided)
                | (Matched, Unmatched | Confirmed)
                | (Confirmed, Reversed)
                | (Reversed, Matched | NotDonation)
                | (NotDonation, Unmatched)
        )
    }
}

words! {
    /// How money came in.
    pub enum LineChannel {
        Transfer = "transfer" / "银行转账",
        Cash = "cash" / "现金",
        Cheque = "cheque" / "支票",
        Qr = "qr" / "扫码收款",
    }
}

/// A bank line as typed in or read from a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankLineInput {
    /// The day on which the bank booked it.
    pub booked_on: NaiveDate,
    /// The payer's name as the bank writes it, 1 to 100 characters.
    pub payer: String,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    /// The 附言 that the payer typed, up to 200 characters; may be empty.
    pub remark: String,
    /// The bank's serial number (流水号): recognises the same line in a second file. Of what came in at a ceremony the
    /// number of its own receipt.
    pub serial_no: String,
    /// A bank's line is a transfer unless somebody says otherwise.
    #[serde(default = "transfer")]
    pub channel: LineChannel,
}

const fn transfer() -> LineChannel {
    LineChannel::Transfer
}

impl BankLineInput {
    /// Checks a line on the legal day `today`.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        if let Err(wrong) = check_past(self.booked_on, today) {
            problems.add("booked_on", format!("入账日期{wrong}，请对照银行流水"));
        }
        let payer = self.payer.trim().chars().count();
        problems.require((1..=PAYER_MAX).contains(&payer), "payer", "请照银行流水填写付款方名称（1 至 100 字）");
        problems.take("amount_fen", self.amount.check_amount());
        let remark = self.remark.chars().count();
        problems.require(remark <= REMARK_MAX, "remark", "附言最多 200 字，请照银行流水填写");
        let serial = (1..=SERIAL_MAX).contains(&self.serial_no.len())
            && self.serial_no.bytes().all(|byte| byte.is_ascii_graphic());
        problems.require(serial, "serial_no", "请填写银行流水号（1 至 64 位字母或数字，没有空格）");
        problems.none_or_err()
    }
}

/// Why a line is voided, to be read by whoever finds its number twice.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_void(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明为什么作废，如“金额输错，已另行录入”（5 至 200 字）")
}

/// Why money in is no gift, or is one after all, to be read by whoever audits.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_aside(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明依据，如“银行结息，见 6 月 21 日回单”（5 至 200 字）")
}

/// A line is confirmed by somebody else than the person who matched it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("到账须由另一人复核：您已做过匹配，请同事复核")]
pub struct SamePersonConfirms;

/// The rule of four eyes on money that arrives.
pub fn check_confirmer(maker: PersonId, confirmer: PersonId) -> Result<(), SamePersonConfirms> {
    if maker == confirmer { Err(SamePersonConfirms) } else { Ok(()) }
}

/// Why the parts of a line cannot stand for the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartsError {
    #[error("请至少写一个分项")]
    NoParts,
    #[error("每个分项的金额都要大于 0")]
    PartNotPositive,
    #[error("分项合计超出上限")]
    TooLarge,
    #[error("分项合计 {parts}，流水金额 {line}，请改到相等")]
    DoNotAddUp { line: Fen, parts: Fen },
}

/// One line may be the gifts of several pledges, but its parts are the line: no more, no less, to the fen.
pub fn check_parts(line: Fen, parts: impl IntoIterator<Item = Fen>) -> Result<(), PartsError> {
    let mut sum = Fen::ZERO;
    let mut any = false;
    for part in parts {
        any = true;
        if !part.is_positive() {
            return Err(PartsError::PartNotPositive);
        }
        sum = sum.checked_add(part).map_err(|_| PartsError::TooLarge)?;
    }
    match (any, sum == line) {
        (false, _) => Err(PartsError::NoParts),
        (true, true) => Ok(()),
        (true, false) => Err(PartsError::DoNotAddUp { line, parts: sum }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// Makes one field wrong.
    type Spoil = fn(&mut BankLineInput);

    fn line() -> BankLineInput {
        BankLineInput {
            booked_on: "2026-06-30".parse().unwrap(),
            payer: "梅州金柚农业有限公司".to_owned(),
            amount: Fen::yuan(50_000),
            remark: String::new(),
            serial_no: "20260630-000123".to_owned(),
            channel: LineChannel::Transfer,
        }
    }

    #[test]
    fn each_wrong_field_of_a_line_is_named() {
        let today = "2026-06-30".parse().unwrap();
        assert_eq!(line().check(today), Ok(()));
        let table: &[(&str, Spoil)] = &[
            ("booked_on", |line| line.booked_on = "2026-07-01".parse().unwrap()),
            ("booked_on", |line| line.booked_on = "1999-12-31".parse().unwrap()),
            ("payer", |line| line.payer = " ".to_owned()),
            ("payer", |line| line.payer = "柚".repeat(101)),
            ("amount_fen", |line| line.amount = Fen::ZERO),
            ("amount_fen", |line| line.amount = Fen::yuan(1_000_000_001)),
            ("remark", |line| line.remark = "柚".repeat(201)),
            ("serial_no", |line| line.serial_no = String::new()),
            ("serial_no", |line| line.serial_no = "12 34".to_owned()),
            ("serial_no", |line| line.serial_no = "1".repeat(65)),
        ];
        for (field, spoil) in table {
            let mut line = line();
            spoil(&mut line);
            let problems = line.check(today).unwrap_err();
            assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [*field]);
        }
        let longest = BankLineInput { payer: "柚".repeat(100), remark: "柚".repeat(200), ..line() };
        assert_eq!(longest.check(today), Ok(()));
    }

    #[test]
    fn nobody_confirms_what_they_matched() {
        let (one, two) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        assert_eq!(check_confirmer(one, one), Err(SamePersonConfirms));
        assert_eq!(check_confirmer(one, two), Ok(()));
    }

    #[test]
    fn a_line_is_booked_only_after_a_match_and_leaves_the_books_only_by_reversal() {
        for from in BankLineStatus::ALL {
            let books = from.may_become(BankLineStatus::Confirmed);
            assert_eq!(books, *from == BankLineStatus::Matched, "{from}");
            let leaves = BankLineStatus::Confirmed.may_become(*from);
            assert_eq!(leaves, *from == BankLineStatus::Reversed, "{from}");
        }
    }

    #[test]
    fn only_a_line_that_nobody_has_matched_is_voided_and_for_good() {
        for status in BankLineStatus::ALL {
            let untouched = matches!(status, BankLineStatus::Unmatched | BankLineStatus::Suggested);
            assert_eq!(status.may_become(BankLineStatus::Voided), untouched, "{status}");
            assert!(!BankLineStatus::Voided.may_become(*status), "{status}");
        }
        assert!(check_void("金额输错").is_err() && check_void("金额输错了。").is_ok());
        assert!(check_aside("利息").is_err() && check_aside("银行结息。").is_ok());
    }

    #[test]
    fn parts_that_do_not_add_up_are_refused_with_both_numbers() {
        let error = check_parts(Fen::yuan(100), [Fen::yuan(60), Fen::yuan(30)]).unwrap_err();
        assert_eq!(error.to_string(), "分项合计 90 元，流水金额 100 元，请改到相等");
        assert_eq!(check_parts(Fen::yuan(100), []), Err(PartsError::NoParts));
        let negative = [Fen::yuan(110), Fen::yuan(-10)];
        assert_eq!(check_parts(Fen::yuan(100), negative), Err(PartsError::PartNotPositive));
        let most = Fen::new(crate::money::FEN_MAX).unwrap();
        assert_eq!(check_parts(most, [most, most]), Err(PartsError::TooLarge));
    }

    proptest! {
        #[test]
        fn parts_stand_for_their_sum_and_for_nothing_else(
            parts in prop::collection::vec(1i64..1_000_000, 1..9), off in 1i64..9,
        ) {
            let fen = |fen| Fen::new(fen).unwrap();
            let sum: i64 = parts.iter().sum();
            let amounts = || parts.iter().copied().map(fen);
            prop_assert_eq!(check_parts(fen(sum), amounts()), Ok(()));
            let refused = PartsError::DoNotAddUp { line: fen(sum + off), parts: fen(sum) };
            prop_assert_eq!(check_parts(fen(sum + off), amounts()), Err(refused));
        }
    }
}
