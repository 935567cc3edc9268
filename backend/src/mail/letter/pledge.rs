//! What is written about a pledge on its way: of a part by its day, always in the same words, with the amounts of the
//! schedule; and that it was taken back.

use super::{Block, Content, NamedNeed, day, paragraph, purpose};
use chrono::NaiveDate;
use domain::Fen;
use domain::pledge::InstalmentReminder;
use serde::{Deserialize, Serialize};

/// To the enterprise: a part of its pledge is due soon, or its day is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstalmentDue {
    pub reference: String,
    pub enterprise: String,
    pub campaign: String,
    pub charity: String,
    /// Whom to ask there; empty where nobody is named, and in letters from before.
    #[serde(default)]
    pub contact: String,
    pub need: Option<NamedNeed>,
    pub due_on: NaiveDate,
    pub amount: Fen,
    /// What of the part is still to come.
    pub missing: Fen,
    pub reminder: InstalmentReminder,
    pub path: String,
}

impl InstalmentDue {
    pub(in crate::mail) fn content(&self) -> Content {
        let on = day(self.due_on);
        let (subject, says) = match self.reminder {
            InstalmentReminder::Soon => {
                ("认捐的一期快到了", format!("您约定 {on} 前到账的一期还没有到账，请安排汇款。"))
            }
            InstalmentReminder::Late => (
                "认捐的一期过了约定日期",
                format!("您约定 {on} 前到账的一期还没有到账。已经汇出的不用再汇，慈善组织核对后会计入。"),
            ),
            InstalmentReminder::LongLate => (
                "认捐的一期过了约定日期一个月以上",
                format!("您约定 {on} 前到账的一期还没有到账。经营严重困难的，请联系慈善组织，凭材料商量豁免。"),
            ),
        };
        let mut facts = vec![
            ("附言（认捐编号）", self.reference.clone()),
            ("约定日期", on),
            ("这一期的金额", self.amount.to_string()),
            ("还没有到账", self.missing.to_string()),
            ("活动", self.campaign.clone()),
            ("接受捐赠的慈善组织", self.charity.clone()),
            ("用途", purpose(self.need.as_ref())),
        ];
        if !self.contact.is_empty() {
            facts.push(("慈善组织的联系方式", self.contact.clone()));
        }
        Content {
            subject: format!("{subject}：{}", self.reference),
            blocks: vec![
                paragraph(says),
                Block::Facts(facts),
                Block::Note("汇款请照认捐页上的汇款单，核对收款户名和账号。我们不会用电话或短信要求您改用别的账号。"),
            ],
            link: ("查看这笔认捐", self.path.clone()),
        }
    }
}

/// To the charity: a pledge will not come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PledgeCancelled {
    pub reference: String,
    pub enterprise: String,
    pub campaign: String,
    pub need: Option<NamedNeed>,
    pub amount: Fen,
    pub reason: String,
    pub path: String,
}

impl PledgeCancelled {
    pub(in crate::mail) fn content(&self) -> Content {
        Content {
            subject: format!("认捐已取消：{}", self.reference),
            blocks: vec![
                paragraph(format!("{}取消了还没有签约、没有到账的认捐，原因如下。", self.enterprise)),
                Block::Quote(self.reason.clone()),
                Block::Facts(vec![
                    ("认捐编号", self.reference.clone()),
                    ("金额", self.amount.to_string()),
                    ("活动", self.campaign.clone()),
                    ("用途", purpose(self.need.as_ref())),
                ]),
                Block::Note("取消的认捐不计入任何合计。带这个编号的汇款如果到了，请与企业核对后再匹配。"),
            ],
            link: ("查看这笔认捐", self.path.clone()),
        }
    }
}
