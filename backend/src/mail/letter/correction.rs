//! What a giver is told when what arrived was booked wrongly, or goes back: always in the same words.

use super::{Block, Content, day, paragraph};
use chrono::NaiveDate;
use domain::Fen;
use serde::{Deserialize, Serialize};

/// To the enterprise: what a bank line brought for its pledge is another amount than it was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivalCorrected {
    pub reference: String,
    pub enterprise: String,
    pub charity: String,
    pub booked_on: NaiveDate,
    /// What of the line was this pledge's, and what is now.
    pub before: Fen,
    pub after: Fen,
    pub path: String,
}

impl ArrivalCorrected {
    pub(in crate::mail) fn content(&self) -> Content {
        let says = match (self.before.is_zero(), self.after.is_zero()) {
            (true, _) => "慈善组织更正了一笔到账的归属：这笔款原来记在别处，现在计入您的认捐。",
            (false, true) => "慈善组织更正了一笔到账的归属：这笔款不是您这笔认捐的，原来的确认函作废。",
            (false, false) => "慈善组织更正了一笔到账的金额，原来的确认函作废，以新的确认函为准。",
        };
        Content {
            subject: format!("到账更正：{}", self.reference),
            blocks: vec![
                paragraph(says),
                Block::Facts(vec![
                    ("认捐编号", self.reference.clone()),
                    ("银行入账日期", day(self.booked_on)),
                    ("原来计入", self.before.to_string()),
                    ("更正后计入", self.after.to_string()),
                    ("慈善组织", self.charity.clone()),
                ]),
                Block::Note("更正由慈善组织两人经办、复核，账上保留更正前后的记录。与您的付款不符的，请联系慈善组织。"),
            ],
            link: ("查看这笔认捐", self.path.clone()),
        }
    }
}

/// To the enterprise: what it gave went back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GiftReturned {
    pub reference: String,
    pub amount: Fen,
    pub paid_on: NaiveDate,
    pub ground: String,
    pub path: String,
}

impl GiftReturned {
    pub(in crate::mail) fn content(&self) -> Content {
        Content {
            subject: format!("款已退回：{} {}", self.amount, self.reference),
            blocks: vec![
                paragraph("慈善组织已把下面的款退回原付款方，不再计入您的到账。"),
                Block::Facts(vec![
                    ("认捐编号", self.reference.clone()),
                    ("退回金额", self.amount.to_string()),
                    ("付款日期", day(self.paid_on)),
                    ("依据", self.ground.clone()),
                ]),
                Block::Note(
                    "已开的捐赠票据涉及退回的款的，请与慈善组织联系作废或换开。没有要求退回的，请立即联系慈善组织。",
                ),
            ],
            link: ("查看这笔认捐", self.path.clone()),
        }
    }
}

/// To the village: a payment to it came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisbursementBack {
    pub need_code: String,
    pub title: String,
    pub amount: Fen,
    /// By the bank, not by the payee.
    pub bounced: bool,
    pub payee_name: String,
    pub path: String,
}

impl DisbursementBack {
    pub(in crate::mail) fn content(&self) -> Content {
        let (subject, says) = if self.bounced {
            ("拨付退汇", "银行把拨给您村的一笔款退了回来，款仍留给这条需求。请核对收款账户，慈善组织会重新拨付。")
        } else {
            ("拨付款已交回", "您村交回的一笔款慈善组织已经收到，款仍留给这条需求。")
        };
        Content {
            subject: format!("{subject}：{} {}", self.need_code, self.amount),
            blocks: vec![
                paragraph(says),
                Block::Facts(vec![
                    ("需求", format!("{} {}", self.need_code, self.title)),
                    ("金额", self.amount.to_string()),
                    ("收款方", self.payee_name.clone()),
                ]),
            ],
            link: ("查看这条需求", self.path.clone()),
        }
    }
}

/// To the enterprise: it was told that money went back, and it did not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReturnTakenBack {
    pub reference: String,
    pub amount: Fen,
    /// The day that was noted.
    pub paid_on: Option<NaiveDate>,
    pub path: String,
}

impl ReturnTakenBack {
    pub(in crate::mail) fn content(&self) -> Content {
        let mut facts = vec![("认捐编号", self.reference.clone()), ("金额", self.amount.to_string())];
        facts.extend(self.paid_on.map(|paid_on| ("原来登记的付款日期", day(paid_on))));
        Content {
            subject: format!("更正：款没有退回 {} {}", self.amount, self.reference),
            blocks: vec![
                paragraph(
                    "慈善组织先前登记这笔款已经退回，经核对登记有误，已经冲正：这笔款仍计入您的到账。退回申请仍然有效，实际付款时会再通知您。",
                ),
                Block::Facts(facts),
                Block::Note(
                    "更正由慈善组织两人经办、复核，账上保留更正前后的记录。您已经收到这笔退款的，请立即联系慈善组织。",
                ),
            ],
            link: ("查看这笔认捐", self.path.clone()),
        }
    }
}

/// To the village: it was told that a payment came back, and it did not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisbursementOutAgain {
    pub need_code: String,
    pub title: String,
    pub amount: Fen,
    pub payee_name: String,
    pub path: String,
}

impl DisbursementOutAgain {
    pub(in crate::mail) fn content(&self) -> Content {
        Content {
            subject: format!("更正：拨付款没有退回 {} {}", self.need_code, self.amount),
            blocks: vec![
                paragraph(
                    "慈善组织先前把一笔收入记成了拨给您村的款退回，经核对有误，已经冲正：这笔款仍算已拨付给您村，请照常使用、报告和核销。",
                ),
                Block::Facts(vec![
                    ("需求", format!("{} {}", self.need_code, self.title)),
                    ("金额", self.amount.to_string()),
                    ("收款方", self.payee_name.clone()),
                ]),
                Block::Note("收款账户没有收到这笔款的，请联系慈善组织。"),
            ],
            link: ("查看这条需求", self.path.clone()),
        }
    }
}
