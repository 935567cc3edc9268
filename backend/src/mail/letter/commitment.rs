//! What is written about commitments besides money, to the enterprise that promised and to the village.

use super::{Block, Content, NamedNeed, day, paragraph};
use chrono::NaiveDate;
use domain::commitment::Reminder;
use serde::{Deserialize, Serialize};

/// To the enterprise or to the village: something happened to a commitment, or is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommitmentNews {
    pub need: NamedNeed,
    pub enterprise: String,
    /// What was promised, as `儿童图书 200 册`.
    pub what: String,
    pub due_on: NaiveDate,
    pub news: News,
    pub path: String,
}

/// What there is to tell. Quantities stand with their unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Made,
    Withdrawn {
        reason: String,
    },
    Waived {
        reason: String,
    },
    /// The enterprise says that it delivered; the village is asked.
    Reported {
        quantity: String,
    },
    /// The village entered what it received.
    Received {
        quantity: String,
    },
    Confirmed {
        quantity: String,
    },
    Disputed {
        quantity: String,
        reason: String,
    },
    TakenBack {
        quantity: String,
        reason: String,
    },
    /// What was reported still waits for the village.
    Waits {
        quantity: String,
        since: NaiveDate,
    },
    Reminder {
        reminder: Reminder,
        missing: String,
    },
}

impl CommitmentNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let (subject, says) = self.told();
        let mut blocks = vec![paragraph(says)];
        let reason = match &self.news {
            News::Withdrawn { reason }
            | News::Waived { reason }
            | News::Disputed { reason, .. }
            | News::TakenBack { reason, .. } => Some(reason),
            _ => None,
        };
        blocks.extend(reason.cloned().map(Block::Quote));
        blocks.push(Block::Facts(vec![
            ("需求", self.need.to_string()),
            ("企业", self.enterprise.clone()),
            ("承诺", self.what.clone()),
            ("约定日期", day(self.due_on)),
        ]));
        blocks.push(Block::Note("资金以外的承诺按数量记，不折成金额，不计入认捐、到账、拨付、支出。"));
        Content {
            subject: format!("{subject}：{}", self.what), blocks, link: ("打开这项承诺", self.path.clone())
        }
    }

    /// The subject, and the sentence that says what it means for the reader.
    fn told(&self) -> (&'static str, String) {
        let enterprise = &self.enterprise;
        match &self.news {
            News::Made => {
                ("企业的承诺已登记", format!("{enterprise}承诺提供{}，约定 {} 前兑现。", self.what, day(self.due_on)))
            }
            News::Withdrawn { .. } => ("企业撤回了承诺", format!("{enterprise}撤回了还没有兑现的承诺，原因如下。")),
            News::Waived { .. } => {
                ("承诺的余下部分已豁免", "没有兑现的部分不再要求兑现，已经兑现的照记，原因如下。".to_owned())
            }
            News::Reported { quantity } => (
                "请确认收到",
                format!("{enterprise}登记已兑现 {quantity}，附了凭证。请核对后确认，或写明异议；确认后才算兑现。"),
            ),
            News::Received { quantity } => ("村里登记收到", format!("村里登记已收到 {quantity}，已计入兑现。")),
            News::Confirmed { quantity } => ("村里已确认收到", format!("村里已确认收到 {quantity}，已计入兑现。")),
            News::Disputed { quantity, .. } => (
                "村里对兑现有异议",
                format!("您登记的兑现 {quantity} 村里没有确认，原因如下。请与村里核对后，照实再登记一次。"),
            ),
            News::TakenBack { quantity, .. } => {
                ("一笔兑现已冲回", format!("村里冲回了一笔已确认的兑现（{quantity}），原因如下。"))
            }
            News::Waits { quantity, since } => (
                "有兑现等村里确认",
                format!("{enterprise}在 {} 登记的兑现 {quantity} 还没有答复。请核对后确认，或写明异议。", day(*since)),
            ),
            News::Reminder { reminder: Reminder::DueSoon, missing } => (
                "约定日期快到了",
                format!("还有 {missing} 没有兑现，约定 {} 前兑现。兑现后请登记，由村里确认。", day(self.due_on)),
            ),
            News::Reminder { missing, .. } => (
                "已过约定日期",
                format!(
                    "约定 {} 前兑现，还有 {missing} 没有确认。已经送到的请登记；有困难的请与村里、工商联商量，由他们豁免余下部分。",
                    day(self.due_on)
                ),
            ),
        }
    }
}
