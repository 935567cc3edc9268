//! What each kind of account and each kind of row means, in words for whoever is no accountant.
//!
//! One table for all: the page of explanations, the account pages and the tables that are taken along. Deliberately
//! absent: amounts, and which event posts which row (`policy`).

use super::{Account, TransferCode};

words! {
    /// The kinds of accounts, without whose they are.
    pub enum AccountKind {
        World = "world" / "捐赠方（平台以外）",
        Unmatched = "unmatched" / "在途（待认领）",
        Directed = "directed" / "定向额度",
        General = "general" / "非定向资金",
        Allocated = "allocated" / "已分配给需求",
        Advance = "advance" / "已拨付、待核销",
        Spent = "spent" / "已支出",
        Fee = "fee" / "费用",
        Returned = "returned" / "已退回",
        Lost = "lost" / "物资报损",
        Surplus = "surplus" / "结余",
    }
}

words! {
    /// What moved the money: where a row's cause is to be looked up.
    pub enum CauseKind {
        BankLine = "bank_line" / "银行流水",
        Allocation = "allocation" / "分配",
        Disbursement = "disbursement" / "拨付",
        SpendingItem = "spending_item" / "支出明细",
        GoodsGift = "goods_gift" / "捐赠物资",
        GoodsHandOver = "goods_hand_over" / "物资移交单",
        GoodsRest = "goods_rest" / "物资报损单",
        Event = "event" / "业务记录",
    }
}

impl Account {
    /// Its kind as a word.
    #[must_use]
    pub const fn kind_word(&self) -> AccountKind {
        match self {
            Account::World => AccountKind::World,
            Account::Unmatched { .. } => AccountKind::Unmatched,
            Account::Directed { .. } => AccountKind::Directed,
            Account::General { .. } => AccountKind::General,
            Account::Allocated { .. } => AccountKind::Allocated,
            Account::Advance { .. } => AccountKind::Advance,
            Account::Spent { .. } => AccountKind::Spent,
            Account::Fee { .. } => AccountKind::Fee,
            Account::Returned => AccountKind::Returned,
            Account::Lost { .. } => AccountKind::Lost,
            Account::Surplus { .. } => AccountKind::Surplus,
        }
    }
}

impl AccountKind {
    /// What money in such an account is.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            AccountKind::World => "账外的一切：捐款从这里来。它的余额是负数，正好等于进来的款。",
            AccountKind::Unmatched => {
                "已到慈善组织银行账户、还不知道是谁的款。找到捐赠方以后转入定向额度或非定向资金。"
            }
            AccountKind::Directed => "一笔定向认捐已到账、还没有分配的款。只有捐赠方自己可以指定用在哪条需求。",
            AccountKind::General => "没有指定用途的款。由慈善组织在活动宗旨内统筹安排。",
            AccountKind::Allocated => "已为一条需求留出、还在慈善组织银行账户上的款。",
            AccountKind::Advance => "已付给执行单位、凭证还没有核销的款。一次拨付一个科目。",
            AccountKind::Spent => "执行单位花掉、凭证已由慈善组织核销的款。到这里为止。",
            AccountKind::Fee => "慈善组织按规定从非定向资金中列支的费用。定向的款从不列支费用。",
            AccountKind::Returned => "退还给捐赠方的款。",
            AccountKind::Lost => "接受以后损坏、丢失、过期、不能用，没有移交给村的物资。到这里为止，不算支出。",
            AccountKind::Surplus => "需求做完后剩下的款，等依法确定新的用途。",
        }
    }
}

impl TransferCode {
    /// Whether nobody can take it back: what two people found to be a surplus, and what it was used for.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, TransferCode::Surplus | TransferCode::PlaceSurplus)
    }

    /// What such a row says, in one sentence.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            TransferCode::Arrival => "银行已收到，慈善组织两个人核对过。每笔到账是一个批次，以后一直带着这个批次走。",
            TransferCode::Match => "原来不知道是谁的款，经两个人核对找到了捐赠方。",
            TransferCode::Goods => "收到的物资经慈善组织两人验收，按核定的折款入账，不和钱相加。",
            TransferCode::Allocate => "从定向额度或非定向资金中为一条需求留出一笔款。",
            TransferCode::Release => "留出的款没有用，回到原来的地方。",
            TransferCode::Advance => "慈善组织把款付给执行单位。最早到账的款先用。",
            TransferCode::Bounce => "收款银行把款退了回来，重新算作留给这条需求的款。",
            TransferCode::Spend => "执行单位交来凭证，慈善组织逐项核销。",
            TransferCode::PayBack => "执行单位把没有用完的款交回慈善组织。",
            TransferCode::HandOver => "物资交到执行单位手中，签收已核。",
            TransferCode::WriteOff => "接受的物资损坏、丢失、过期或不能用，不能再移交，经慈善组织两人确认报损。",
            TransferCode::Surplus => "需求做完了，剩下的款转为结余。",
            TransferCode::PlaceSurplus => "结余用到另一条相近的需求。",
            TransferCode::Return => "款退还给捐赠方。",
            TransferCode::Fee => "慈善组织按规定列支费用。",
            TransferCode::Reverse => "一笔记错了的账，按原来的金额反方向记一次。原来的那笔不改、不删。",
        }
    }

    /// From which kinds of accounts such a row takes, and to which it gives. A reversal goes whichever way back.
    #[must_use]
    pub const fn way(self) -> (&'static [AccountKind], &'static [AccountKind]) {
        use AccountKind::{
            Advance, Allocated, Directed, Fee, General, Lost, Returned, Spent, Surplus, Unmatched, World,
        };
        match self {
            TransferCode::Arrival => (&[World], &[Directed, General, Unmatched]),
            TransferCode::Match => (&[Unmatched], &[Directed, General]),
            TransferCode::Goods => (&[World], &[General]),
            TransferCode::Allocate => (&[Directed, General], &[Allocated]),
            TransferCode::Release => (&[Allocated], &[Directed, General]),
            TransferCode::Advance => (&[Allocated], &[Advance]),
            TransferCode::Bounce | TransferCode::PayBack => (&[Advance], &[Allocated]),
            TransferCode::Spend => (&[Advance], &[Spent]),
            TransferCode::HandOver => (&[Allocated], &[Spent]),
            TransferCode::WriteOff => (&[Allocated, General], &[Lost]),
            TransferCode::Surplus => (&[Allocated], &[Surplus]),
            TransferCode::PlaceSurplus => (&[Surplus], &[Allocated]),
            TransferCode::Return => (&[Unmatched, Directed, General, Surplus], &[Returned]),
            TransferCode::Fee => (&[General], &[Fee]),
            TransferCode::Reverse => (&[], &[]),
        }
    }

    /// What the cause of such a row is.
    #[must_use]
    pub const fn cause(self) -> CauseKind {
        match self {
            TransferCode::Arrival | TransferCode::Match | TransferCode::PayBack => CauseKind::BankLine,
            TransferCode::Allocate | TransferCode::Release => CauseKind::Allocation,
            TransferCode::Advance | TransferCode::Bounce => CauseKind::Disbursement,
            TransferCode::Spend => CauseKind::SpendingItem,
            TransferCode::Goods => CauseKind::GoodsGift,
            TransferCode::HandOver => CauseKind::GoodsHandOver,
            TransferCode::WriteOff => CauseKind::GoodsRest,
            TransferCode::Surplus
            | TransferCode::PlaceSurplus
            | TransferCode::Return
            | TransferCode::Fee
            | TransferCode::Reverse => CauseKind::Event,
        }
    }
}

/// Words of money that stand beside the accounts: the four numbers and what is told with them.
/// Who bears what a bank keeps, as it stands beside every payment sheet: a gift is what arrives.
pub const FEES_HELD_BACK: &str = "到账按慈善组织账户实际收到的金额记。汇款途中被银行扣掉的手续费不算捐赠，认捐还差多少仍显示多少，可以补汇；慈善组织自己账户的手续费另记一行，由非定向的款支付，不减少任何一笔定向捐赠。";

pub const MONEY_WORDS: &[(&str, &str)] = &[
    ("认捐", "企业的承诺，还不是钱。已取消的和已豁免的部分不算。"),
    ("到账", "银行已收到、经慈善组织两人核对的款，减去退回的。"),
    ("拨付", "慈善组织已付给执行单位的款，减去退汇和交回的。"),
    ("支出", "执行单位花掉、凭证已由慈善组织核销的款。"),
    (
        "物资折款",
        "企业捐的物资经慈善组织两人验收核定的价值。单独一个数，不加进认捐、到账、拨付、支出，也不和钱相加；公开的数只含愿意公开折款的捐赠。",
    ),
    ("在途", "银行已收到、还不知道是谁的款。找到捐赠方以前不算任何人的到账。"),
    ("汇款手续费", FEES_HELD_BACK),
    ("统筹安排", "慈善组织从非定向资金中留给一条需求的款：没有人专门为它认捐。"),
    ("结余", "需求做完后剩下、还没有定新用途的款。"),
    ("批次", "一笔到账的银行流水，或其中的一部分。每一分钱从到账到支出都带着自己的批次，所以能从捐赠方一直查到发票。"),
    ("其他捐赠", "同一笔拨付或支出中，不属于这位捐赠方的部分。只写合计，不写是谁。"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_accounts_kind_as_a_word_is_the_kind_in_its_text() {
        let id = Uuid::from_u128(1);
        for account in [
            Account::World,
            Account::Unmatched { bank_account: id.into() },
            Account::Directed { pledge: id.into() },
            Account::General { campaign: id.into(), charity: id.into() },
            Account::Allocated { need: id.into(), charity: id.into() },
            Account::Advance { disbursement: id.into() },
            Account::Spent { need: id.into() },
            Account::Fee { charity: id.into() },
            Account::Returned,
            Account::Lost { charity: id.into() },
            Account::Surplus { need: id.into() },
        ] {
            assert_eq!(account.kind_word().as_str(), account.kind());
        }
    }

    #[test]
    fn everything_is_explained_in_a_sentence_of_its_own() {
        let mut said: Vec<&str> = AccountKind::ALL.iter().map(|kind| kind.explain()).collect();
        said.extend(TransferCode::ALL.iter().map(|code| code.explain()));
        said.extend(MONEY_WORDS.iter().map(|(_, says)| *says));
        assert!(said.iter().all(|says| says.ends_with('。') && says.chars().count() > 6), "{said:?}");
        let number = said.len();
        said.sort_unstable();
        said.dedup();
        // What arrived and what is spent is said in the same words wherever it is said.
        assert_eq!(said.len(), number, "no sentence stands twice");
    }

    #[test]
    fn only_a_reversal_goes_whichever_way() {
        for code in TransferCode::ALL {
            let (from, to) = code.way();
            assert_eq!(from.is_empty() || to.is_empty(), *code == TransferCode::Reverse, "{code}");
        }
    }
}
