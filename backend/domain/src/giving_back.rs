//! Money given back to its giver: on which ground, in which states, by which three people; and payments that come back.
//!
//! A gift that was made is not given back at will: each return names its ground. Deliberately absent: the payment
//! itself, which a bank makes.

use crate::disbursement::account_digits;
use crate::{Fen, PersonId, Problem, Problems};
use serde::{Deserialize, Serialize};

words! {
    /// Why a gift may go back. Sources: Civil Code, articles 658, 663 and 985 (a gift once handed over is revoked on
    /// legal grounds only; what was paid without ground is given back); Charity Law, article 58 (as agreed in the
    /// donation agreement, where the purpose cannot be reached).
    pub enum ReturnGround {
        Misdirected = "misdirected" / "汇错、重复汇款",
        Overpaid = "overpaid" / "超出认捐金额，捐赠方要求退回",
        PurposeFailed = "purpose_failed" / "用途无法实现，协议约定退回",
        Agreed = "agreed" / "双方书面同意，法律允许退回",
        NotAGift = "not_a_gift" / "不是捐赠款",
        Ordered = "ordered" / "法院、民政等机关的决定",
    }
}

words! {
    /// The states of a return.
    pub enum ReturnStatus {
        /// Prepared; its money is reserved.
        Requested = "requested" / "等待复核",
        Approved = "approved" / "等待付款",
        /// Paid: from here on it has not arrived any more.
        Paid = "paid" / "已退回",
        Rejected = "rejected" / "驳回",
    }
}

impl ReturnStatus {
    /// Whether a return may go from this state to `next`.
    #[must_use]
    pub const fn may_become(self, next: ReturnStatus) -> bool {
        use ReturnStatus::{Approved, Paid, Rejected, Requested};
        matches!((self, next), (Requested, Approved | Rejected) | (Approved, Paid | Rejected))
    }
}

words! {
    /// How a payment came back.
    pub enum BackKind {
        /// The payee's bank did not take it.
        Bounced = "bounced" / "退汇",
        /// The payee did not spend it.
        PaidBack = "paid_back" / "交回",
    }
}

/// To whom, how much, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReturnInput {
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub ground: ReturnGround,
    /// 5 to 200 characters, with what proves it.
    pub reason: String,
    /// Where it goes: the account that it came from, unless the reason says otherwise.
    pub to_name: String,
    pub to_bank: String,
    pub to_account: String,
}

impl ReturnInput {
    /// Checks what was written, and returns the account's digits.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self) -> Result<String, Vec<Problem>> {
        let mut problems = Problems::new();
        let written = |text: &str| (1..=100).contains(&text.trim().chars().count());
        problems.take("amount_fen", self.amount.check_amount());
        let reason = (5..=200).contains(&self.reason.trim().chars().count());
        problems.require(reason, "reason", "请写明事由和依据，如“重复汇款，见 6 月 30 日来函”（5 至 200 字）");
        problems.require(written(&self.to_name), "to_name", "请填写收款户名，应当就是原付款方（1 至 100 字）");
        problems.require(written(&self.to_bank), "to_bank", "请填写开户银行（1 至 100 字）");
        let digits = account_digits(&self.to_account).unwrap_or_default();
        problems.require((8..=32).contains(&digits.len()), "to_account", "请填写银行账号（8 至 32 位数字）");
        problems.none_or_err().map(|()| digits)
    }
}

/// Who did what on one return so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnHands {
    pub prepared_by: PersonId,
    pub approved_by: Option<PersonId>,
    pub paid_by: Option<PersonId>,
}

/// Two of the three are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SamePersonReturns {
    #[error("退回须由经办以外的人复核，请同事复核")]
    ApproverIsMaker,
    #[error("退回的付款须由经办和复核以外的人进行，请出纳付款")]
    PayerTookPart,
}

impl ReturnHands {
    /// Whether they are different people, as far as they are known.
    ///
    /// # Errors
    /// [`SamePersonReturns`], the first that applies in the order of the work.
    pub fn check(self) -> Result<(), SamePersonReturns> {
        let maker = Some(self.prepared_by);
        if self.approved_by == maker {
            Err(SamePersonReturns::ApproverIsMaker)
        } else if self.paid_by.is_some() && (self.paid_by == maker || self.paid_by == self.approved_by) {
            Err(SamePersonReturns::PayerTookPart)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_wrong_field_of_a_return_is_named() {
        let good = ReturnInput {
            amount: Fen::yuan(100),
            ground: ReturnGround::Misdirected,
            reason: "重复汇款，见来函".into(),
            to_name: "示例公司".into(),
            to_bank: "示例银行".into(),
            to_account: "0000 1111 2222".into(),
        };
        assert_eq!(good.check(), Ok("000011112222".to_owned()));
        let bad = ReturnInput {
            amount: Fen::ZERO,
            reason: "重复".into(),
            to_name: " ".into(),
            to_bank: String::new(),
            to_account: "户".into(),
            ..good
        };
        let fields: Vec<_> = bad.check().unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["amount_fen", "reason", "to_name", "to_bank", "to_account"]);
    }

    #[test]
    fn a_return_is_paid_after_it_was_approved_and_then_stays() {
        use ReturnStatus::{Approved, Paid, Rejected, Requested};
        for from in ReturnStatus::ALL {
            assert_eq!(from.may_become(Paid), *from == Approved, "{from}");
            assert_eq!(from.may_become(Rejected), matches!(from, Requested | Approved), "{from}");
            assert!(!Paid.may_become(*from) && !Rejected.may_become(*from), "{from}");
        }
    }

    #[test]
    fn three_desks_are_three_people() {
        let person = |n| PersonId(Uuid::from_u128(n));
        let hands = |approved: Option<u128>, paid: Option<u128>| ReturnHands {
            prepared_by: person(1),
            approved_by: approved.map(person),
            paid_by: paid.map(person),
        };
        let table = [
            (hands(None, None), Ok(())),
            (hands(Some(2), Some(3)), Ok(())),
            (hands(Some(1), None), Err(SamePersonReturns::ApproverIsMaker)),
            (hands(Some(2), Some(2)), Err(SamePersonReturns::PayerTookPart)),
            (hands(Some(2), Some(1)), Err(SamePersonReturns::PayerTookPart)),
        ];
        for (hands, expected) in table {
            assert_eq!(hands.check(), expected, "{hands:?}");
        }
    }
}
