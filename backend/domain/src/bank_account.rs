//! A charity's bank account as a record: its states, and the steps that one person proposes and a second one confirms.
//!
//! The books of an account begin with its opening balance. Deliberately absent: what lies on it, which the bank says.

use crate::disbursement::account_digits;
use crate::problem::check_short_reason;
use crate::{Fen, PersonId, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Characters of a holder's or a bank's name at most.
const NAME_MAX: usize = 100;

words! {
    /// The states of a bank account.
    pub enum BankAccountStatus {
        /// Entered; nobody has confirmed it, and nothing can be booked on it.
        Proposed = "proposed" / "待确认",
        Open = "open" / "使用中",
        /// What was booked on it stays to be read; nothing of a later day is booked.
        Closed = "closed" / "已销户",
        /// Entered by mistake.
        Refused = "refused" / "未采用",
    }
}

impl BankAccountStatus {
    /// Whether lines of an account in this state can be entered: of a closed one those of its last days.
    #[must_use]
    pub const fn has_books(self) -> bool {
        matches!(self, Self::Open | Self::Closed)
    }
}

words! {
    /// What is proposed of an account.
    pub enum AccountStepKind {
        Open = "open" / "登记账户",
        /// The opening balance, or its correction.
        Balance = "balance" / "期初余额",
        Close = "close" / "销户",
    }
}

/// An account as its charity enters it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankAccountInput {
    /// The name that it is held in.
    pub holder: String,
    /// With its branch.
    pub bank: String,
    /// Digits; spaces and hyphens may stand between them.
    pub account_no: String,
    pub opened_on: NaiveDate,
}

impl BankAccountInput {
    /// Checks an account on the legal day `today`, and returns its number without spaces.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, today: NaiveDate) -> Result<String, Vec<Problem>> {
        let mut problems = Problems::new();
        let written = |text: &str| (1..=NAME_MAX).contains(&text.trim().chars().count());
        problems.require(written(&self.holder), "holder", "请照开户证明填写户名（1 至 100 字）");
        problems.require(written(&self.bank), "bank", "请填写开户银行，写到支行（1 至 100 字）");
        let digits = account_digits(&self.account_no).unwrap_or_default();
        problems.require((8..=32).contains(&digits.len()), "account_no", "请填写银行账号（8 至 32 位数字）");
        check_day(&mut problems, "opened_on", self.opened_on, today);
        problems.none_or_err().map(|()| digits)
    }
}

fn check_day(problems: &mut Problems, field: &str, day: NaiveDate, today: NaiveDate) {
    if let Err(wrong) = crate::day::check_past(day, today) {
        problems.add(field, format!("日期{wrong}，请对照银行的单据"));
    }
}

/// What is known of an account when a step of it is proposed or confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountFacts {
    pub status: BankAccountStatus,
    pub opened_on: Option<NaiveDate>,
    /// Whether it has an opening balance already.
    pub has_balance: bool,
    /// Whether a month of it has been signed: what came before is not changed any more.
    pub sealed: bool,
    /// Whether a campaign that still takes money receives on it.
    pub receives: bool,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountStepError {
    #[error("这个账户现在是“{}”，不能这样办", .0.label())]
    State(BankAccountStatus),
    #[error("这个账户已有月份完成月结，期初余额不能再改")]
    Sealed,
    #[error("还有活动用这个账户收款，请先把活动的收款账户换掉，或等活动结束")]
    Receives,
}

impl AccountFacts {
    /// Whether the step may be taken now.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn check(self, kind: AccountStepKind) -> Result<(), AccountStepError> {
        match (kind, self.status) {
            (AccountStepKind::Balance, BankAccountStatus::Open) if self.sealed => Err(AccountStepError::Sealed),
            (AccountStepKind::Close, BankAccountStatus::Open) if self.receives => Err(AccountStepError::Receives),
            (AccountStepKind::Open, BankAccountStatus::Proposed)
            | (AccountStepKind::Balance | AccountStepKind::Close, BankAccountStatus::Open) => Ok(()),
            (_, status) => Err(AccountStepError::State(status)),
        }
    }

    /// Whether the step says what it has to: its day, the amount of a balance, and why where something is changed.
    ///
    /// # Errors
    /// A sentence for each field that is wrong.
    pub fn check_words(
        self,
        kind: AccountStepKind,
        (on_day, amount): (NaiveDate, Option<Fen>),
        reason: &str,
        today: NaiveDate,
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        check_day(&mut problems, "on_day", on_day, today);
        let before = self.opened_on.is_some_and(|opened| on_day < opened);
        problems.require(!before, "on_day", "日期不能早于开户日期");
        if kind == AccountStepKind::Balance {
            let known = amount.is_some_and(|amount| amount >= Fen::ZERO);
            problems.require(known, "amount_fen", "请填写当天开始时的余额，没有就填 0");
        }
        if self.has_balance || kind == AccountStepKind::Close {
            let asks = "请写明原因和依据，如“原期初漏计一笔，见 6 月对账单”（5 至 200 字）";
            if let Err(wrong) = check_short_reason(reason, asks) {
                for problem in wrong {
                    problems.add(problem.field, problem.message);
                }
            }
        }
        problems.none_or_err()
    }
}

/// What one person proposed of an account another one confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("银行账户的登记和改动须由另一人确认，请同事确认")]
pub struct SamePersonConfirmsAccount;

/// The rule of four eyes on bank accounts.
///
/// # Errors
/// [`SamePersonConfirmsAccount`] where both are one.
pub fn check_second(proposed_by: PersonId, confirmer: PersonId) -> Result<(), SamePersonConfirmsAccount> {
    if proposed_by == confirmer { Err(SamePersonConfirmsAccount) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn facts() -> AccountFacts {
        AccountFacts {
            status: BankAccountStatus::Open,
            opened_on: Some(day("2026-01-05")),
            has_balance: false,
            sealed: false,
            receives: false,
        }
    }

    #[test]
    fn each_wrong_field_of_an_account_is_named() {
        let good = BankAccountInput {
            holder: "示例慈善会".into(),
            bank: "示例银行梅州分行".into(),
            account_no: "0000 1234-5678".into(),
            opened_on: day("2026-01-05"),
        };
        assert_eq!(good.check(day("2026-06-30")), Ok("000012345678".to_owned()));
        let bad = BankAccountInput {
            holder: " ".into(),
            bank: String::new(),
            account_no: "12A".into(),
            opened_on: day("2026-07-01"),
        };
        let fields: Vec<_> =
            bad.check(day("2026-06-30")).unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["holder", "bank", "account_no", "opened_on"]);
    }

    #[test]
    fn steps_fit_the_state_of_the_account() {
        use AccountStepKind::{Balance, Close, Open};
        for status in BankAccountStatus::ALL {
            let facts = AccountFacts { status: *status, ..facts() };
            assert_eq!(facts.check(Open).is_ok(), *status == BankAccountStatus::Proposed, "{status}");
            for kind in [Balance, Close] {
                assert_eq!(facts.check(kind).is_ok(), *status == BankAccountStatus::Open, "{status}");
            }
        }
        assert_eq!(AccountFacts { sealed: true, ..facts() }.check(Balance), Err(AccountStepError::Sealed));
        assert_eq!(AccountFacts { receives: true, ..facts() }.check(Close), Err(AccountStepError::Receives));
    }

    #[test]
    fn a_first_balance_needs_no_reason_and_a_correction_does() {
        let today = day("2026-06-30");
        let balance = |facts: AccountFacts, on, fen: Option<i64>, reason| {
            let amount = fen.map(|fen| Fen::new(fen).expect("an amount"));
            let problems = facts.check_words(AccountStepKind::Balance, (day(on), amount), reason, today);
            problems.err().unwrap_or_default().into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        assert_eq!(balance(facts(), "2026-06-01", Some(0), ""), none);
        assert_eq!(balance(facts(), "2026-06-01", None, ""), ["amount_fen"]);
        assert_eq!(balance(facts(), "2025-06-01", Some(-1), ""), ["on_day", "amount_fen"]);
        assert_eq!(balance(AccountFacts { has_balance: true, ..facts() }, "2026-06-01", Some(1), ""), ["reason"]);
    }
}
