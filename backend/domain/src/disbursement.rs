//! A disbursement: the charity pays an executing unit, by three different people.
//!
//! Maker (经办), checker (复核) and payer (出纳) are rights of a charity; that they are three people is a rule of each
//! single payment, and no size of charity lifts it. Deliberately absent: the payment itself, which a bank makes.

use crate::{Fen, PersonId, Problem, Problems};
use chrono::Duration;
use serde::{Deserialize, Serialize};

words! {
    /// The states of a disbursement.
    pub enum DisbursementStatus {
        /// Prepared by the maker.
        Requested = "requested" / "申请",
        /// The checker has compared it with allocation, agreement and payee.
        Checked = "checked" / "复核",
        /// The checker has released it for payment.
        Approved = "approved" / "批准",
        /// The payer has paid it: counts as 拨付 from here on.
        Paid = "paid" / "已付",
        /// The bank's receipt is here.
        BankConfirmed = "bank_confirmed" / "回单",
        /// Sent back to the maker with a reason; the same record can be handed in again.
        Rejected = "rejected" / "驳回",
        /// The payee's bank sent the money back; a new attempt starts at the beginning.
        Bounced = "bounced" / "退汇",
    }
}

words! {
    /// Who does a step: the role in the charity.
    pub enum Desk {
        Maker = "charity_maker" / "慈善组织经办",
        Checker = "charity_checker" / "慈善组织复核",
        Payer = "charity_payer" / "慈善组织出纳",
    }
}

impl DisbursementStatus {
    /// Whether a disbursement may go from this state to `next`.
    #[must_use]
    pub const fn may_become(self, next: DisbursementStatus) -> bool {
        use DisbursementStatus::{Approved, BankConfirmed, Bounced, Checked, Paid, Rejected, Requested};
        matches!(
            (self, next),
            (Requested, Checked | Rejected)
                | (Checked, Approved | Rejected)
                | (Approved, Paid | Rejected)
                | (Paid, BankConfirmed | Bounced)
                | (BankConfirmed, Bounced)
                | (Rejected | Bounced, Requested)
        )
    }

    /// Which desk brings a disbursement into this state. A payer who cannot pay sends it back as `rejected` through
    /// the checker, so that it never goes from payer to maker unseen.
    #[must_use]
    pub const fn desk(self) -> Desk {
        match self {
            Self::Requested => Desk::Maker,
            Self::Checked | Self::Approved | Self::Rejected => Desk::Checker,
            Self::Paid | Self::BankConfirmed | Self::Bounced => Desk::Payer,
        }
    }

    /// Whether the payment is on its way: it counts on money that is still with the charity.
    #[must_use]
    pub const fn reserves(self) -> bool {
        matches!(self, Self::Requested | Self::Checked | Self::Approved)
    }

    /// Whether a checker may send it back. What is approved may have left the bank already; then the books have to
    /// say so, and nobody may send it back who has not asked the payer.
    ///
    /// # Errors
    /// [`MayBePaid`] where it is approved and `not_paid` was not said.
    pub const fn check_rejection(self, not_paid: bool) -> Result<(), MayBePaid> {
        if matches!(self, Self::Approved) && !not_paid { Err(MayBePaid) } else { Ok(()) }
    }

    /// Whether the money has left and not come back.
    #[must_use]
    pub const fn counts_as_disbursed(self) -> bool {
        matches!(self, Self::Paid | Self::BankConfirmed)
    }
}

/// Who did what on one disbursement so far. A new attempt after a rejection or a bounce starts empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hands {
    pub prepared_by: PersonId,
    pub checked_by: Option<PersonId>,
    /// A second checker, or the same one.
    pub approved_by: Option<PersonId>,
    pub paid_by: Option<PersonId>,
    /// The charity's own rule: checker and approver of such an amount are two people.
    pub two_approvers: bool,
}

/// Two of the three are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SamePerson {
    #[error("复核须由经办以外的人进行，请同事复核")]
    CheckerIsMaker,
    #[error("批准须由经办以外的人进行，请同事批准")]
    ApproverIsMaker,
    #[error("这个金额的拨付，复核和批准须是两个人，请另一位复核或负责人批准")]
    ApproverIsChecker,
    #[error("付款须由经办以外的人进行，请出纳付款")]
    PayerIsMaker,
    #[error("付款须由复核和批准以外的人进行，请出纳付款")]
    PayerIsChecker,
}

impl Hands {
    /// Whether maker, checker and payer are different people, as far as they are known.
    ///
    /// # Errors
    /// [`SamePerson`], the first that applies in the order of the work.
    pub fn check(&self) -> Result<(), SamePerson> {
        let maker = Some(self.prepared_by);
        let checkers = [self.checked_by, self.approved_by];
        if self.checked_by == maker {
            Err(SamePerson::CheckerIsMaker)
        } else if self.approved_by == maker {
            Err(SamePerson::ApproverIsMaker)
        } else if self.two_approvers && self.approved_by.is_some() && self.approved_by == self.checked_by {
            Err(SamePerson::ApproverIsChecker)
        } else if self.paid_by == maker {
            Err(SamePerson::PayerIsMaker)
        } else if self.paid_by.is_some() && checkers.contains(&self.paid_by) {
            Err(SamePerson::PayerIsChecker)
        } else {
            Ok(())
        }
    }
}

/// How long a changed account waits before anything is paid to it, so that whoever did not want the change can say so.
pub const PAYEE_HOLD: Duration = Duration::days(3);
/// Characters of a sub-account's name or number.
const SUB_ACCOUNT_MAX: usize = 60;

/// Checks the part of a custody account that is the village's.
pub fn check_sub_account(problems: &mut Problems, kind: PayeeKind, sub_account: &str) {
    let length = sub_account.trim().chars().count();
    match kind {
        PayeeKind::Own => problems.require(length == 0, "sub_account", "村（社区）自己的账户不用填子账户"),
        PayeeKind::TownCustody => problems.require(
            (1..=SUB_ACCOUNT_MAX).contains(&length),
            "sub_account",
            "请填写镇代管账户里本村子账户的名称或编号（最多 60 个字）",
        ),
    }
}

/// An approved payment was to be sent back by somebody who has not asked whether it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这笔拨付已批准，出纳可能已在银行付款。请先问明出纳：还没有付的，勾选“银行还没有付款”再驳回；已付的请出纳登记")]
pub struct MayBePaid;

/// More was to be paid than is free of what is set aside for the need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "拨付 {asked} 超过还能拨付的 {free}（已分配 {allocated}，在办的拨付 {reserved}），\
     请减少拨付金额、先增加分配，或驳回不再办的拨付"
)]
pub struct MoreThanAllocated {
    pub asked: Fen,
    pub free: Fen,
    pub allocated: Fen,
    pub reserved: Fen,
}

/// A payment takes no more than the need's account holds, less what other payments on their way count on. So the
/// books can always follow a bank that has paid what was approved.
pub fn check_within_allocation(asked: Fen, allocated: Fen, reserved: Fen) -> Result<(), MoreThanAllocated> {
    let free = allocated.saturating_gap(reserved);
    if asked > free { Err(MoreThanAllocated { asked, free, allocated, reserved }) } else { Ok(()) }
}

words! {
    /// Whose account is paid. There is no kind for a private person's account, because none may be paid.
    pub enum PayeeKind {
        Own = "own" / "本单位账户",
        TownCustody = "town_custody" / "镇代管账户",
    }
}

/// The payee as it was when the payment was prepared: later changes of the payee do not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayeeSnapshot {
    pub name: String,
    pub bank: String,
    /// The account number as [`mask_account`] leaves it; the whole number is kept elsewhere, privately.
    pub account_masked: String,
    pub kind: PayeeKind,
}

/// Digits of an account number at least and at most.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 8..=32;

impl PayeeSnapshot {
    /// A snapshot from what was typed; the account number is masked at once.
    ///
    /// # Errors
    /// A sentence for each field that is wrong.
    pub fn new(name: &str, bank: &str, account: &str, kind: PayeeKind) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new();
        let (name, bank) = (name.trim(), bank.trim());
        problems.require((2..=100).contains(&name.chars().count()), "name", "请填写收款单位全称（2 至 100 字）");
        problems.require((2..=100).contains(&bank.chars().count()), "bank", "请填写开户银行全称，写到支行");
        let well_formed = account_digits(account).is_some_and(|digits| ACCOUNT_DIGITS.contains(&digits.len()));
        problems.require(well_formed, "account", "请填写银行账号（8 至 32 位数字）");
        problems.none_or_err()?;
        Ok(PayeeSnapshot { name: name.to_owned(), bank: bank.to_owned(), account_masked: mask_account(account), kind })
    }
}

/// The digits of an account number typed with spaces or hyphens, half- or full-width.
#[must_use]
pub fn account_digits(account: &str) -> Option<String> {
    let plain = account.chars().map(crate::money::to_half_width);
    plain.filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.is_ascii_digit().then_some(c)).collect()
}

/// An account number of which the last four digits are left: `4405 0110 2938 1234` → `****1234`.
///
/// Fewer than eight digits are hidden as a whole: four of them would say too much.
#[must_use]
pub fn mask_account(account: &str) -> String {
    let digits: Vec<char> = account.chars().map(crate::money::to_half_width).filter(char::is_ascii_digit).collect();
    let shown: String = if digits.len() < 8 { String::new() } else { digits[digits.len() - 4..].iter().collect() };
    format!("****{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn hands(maker: u128, checker: u128, approver: u128, payer: u128) -> Hands {
        let known = |number| (number != 0).then(|| person(number));
        Hands {
            prepared_by: person(maker),
            checked_by: known(checker),
            approved_by: known(approver),
            paid_by: known(payer),
            two_approvers: false,
        }
    }

    #[test]
    fn a_charitys_own_rule_adds_a_person_and_takes_none_away() {
        let two = |hands| Hands { two_approvers: true, ..hands };
        for (hands, expected) in [
            (two(hands(1, 2, 0, 0)), Ok(())),
            (two(hands(1, 2, 4, 3)), Ok(())),
            (two(hands(1, 2, 2, 0)), Err(SamePerson::ApproverIsChecker)),
            (two(hands(1, 2, 4, 4)), Err(SamePerson::PayerIsChecker)),
            (two(hands(1, 1, 4, 3)), Err(SamePerson::CheckerIsMaker)),
        ] {
            assert_eq!(hands.check(), expected, "{hands:?}");
        }
    }

    #[test]
    fn three_different_people_pay() {
        for (hands, expected) in [
            (hands(1, 0, 0, 0), Ok(())),
            (hands(1, 2, 2, 3), Ok(())),
            (hands(1, 2, 4, 3), Ok(())),
            (hands(1, 1, 0, 0), Err(SamePerson::CheckerIsMaker)),
            (hands(1, 2, 1, 0), Err(SamePerson::ApproverIsMaker)),
            (hands(1, 2, 2, 1), Err(SamePerson::PayerIsMaker)),
            (hands(1, 2, 4, 2), Err(SamePerson::PayerIsChecker)),
            (hands(1, 2, 4, 4), Err(SamePerson::PayerIsChecker)),
            (hands(1, 1, 1, 1), Err(SamePerson::CheckerIsMaker)),
        ] {
            assert_eq!(hands.check(), expected, "{hands:?}");
        }
    }

    #[test]
    fn money_leaves_only_after_check_and_approval() {
        use DisbursementStatus::{Approved, BankConfirmed, Bounced, Paid, Rejected};
        for from in DisbursementStatus::ALL {
            assert_eq!(from.may_become(Paid), *from == Approved, "{from}");
            assert!(!from.counts_as_disbursed() || !from.may_become(Rejected), "{from} is past rejection");
            assert_eq!(from.may_become(Bounced), from.counts_as_disbursed(), "{from}");
        }
        assert!(
            Rejected.may_become(DisbursementStatus::Requested) && Bounced.may_become(DisbursementStatus::Requested)
        );
        assert!(!Approved.may_become(BankConfirmed));
    }

    #[test]
    fn each_step_has_its_desk() {
        let desks: Vec<_> = DisbursementStatus::ALL.iter().map(|status| status.desk().as_str()).collect();
        let (maker, checker, payer) = ("charity_maker", "charity_checker", "charity_payer");
        assert_eq!(desks, [maker, checker, checker, payer, payer, checker, payer]);
    }

    #[test]
    fn paying_more_than_is_allocated_is_refused_with_the_numbers() {
        assert_eq!(check_within_allocation(Fen::yuan(5), Fen::yuan(8), Fen::yuan(3)), Ok(()));
        let error = check_within_allocation(Fen::yuan(21), Fen::yuan(50), Fen::yuan(30)).unwrap_err();
        assert!(error.to_string().starts_with("拨付 21 元 超过还能拨付的 20 元（已分配 50 元，在办的拨付 30 元）"));
        let error = check_within_allocation(Fen::yuan(1), Fen::yuan(5), Fen::yuan(9)).unwrap_err();
        assert_eq!(error.free, Fen::ZERO);
    }

    #[test]
    fn what_is_on_its_way_reserves_and_only_what_is_approved_may_be_paid_already() {
        for status in DisbursementStatus::ALL {
            let on_its_way = status.may_become(DisbursementStatus::Rejected);
            assert_eq!(status.reserves(), on_its_way, "{status}");
            let asks = *status == DisbursementStatus::Approved;
            assert_eq!(status.check_rejection(false), if asks { Err(MayBePaid) } else { Ok(()) }, "{status}");
            assert_eq!(status.check_rejection(true), Ok(()), "{status}");
        }
    }

    #[test]
    fn a_payee_is_kept_without_its_account_number() {
        let payee = PayeeSnapshot::new(" 黄沙村村民委员会 ", "农商银行五华支行", "4405-0110 2938 1234", PayeeKind::Own);
        let payee = payee.unwrap();
        assert_eq!((payee.name.as_str(), payee.account_masked.as_str()), ("黄沙村村民委员会", "****1234"));
        let problems = PayeeSnapshot::new("", "", "12ab", PayeeKind::TownCustody).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["name", "bank", "account"]);
    }

    #[test]
    fn an_account_number_keeps_its_last_four_digits() {
        for (account, masked) in [
            ("4405011029381234", "****1234"),
            ("4405 0110 2938 1234", "****1234"),
            ("４４０５０１１０２９３８１２３４", "****1234"),
            ("12345678", "****5678"),
            ("1234567", "****"),
            ("", "****"),
        ] {
            assert_eq!(mask_account(account), masked, "{account}");
        }
    }

    proptest! {
        #[test]
        fn four_distinct_hands_pass_and_any_shared_hand_across_desks_fails(
            maker in 1u128..5, checker in 1u128..5, approver in 1u128..5, payer in 1u128..5,
        ) {
            let checkers = [checker, approver];
            let three = payer != maker && !checkers.contains(&maker) && !checkers.contains(&payer);
            prop_assert_eq!(hands(maker, checker, approver, payer).check().is_ok(), three);
        }

        #[test]
        fn no_more_than_four_digits_are_ever_shown(account in "\\PC{0,40}") {
            prop_assert!(mask_account(&account).chars().filter(char::is_ascii_digit).count() <= 4);
        }
    }
}
