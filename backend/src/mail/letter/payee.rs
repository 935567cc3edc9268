//! What is written when the account to which a village's money is paid changes.

use super::{Block, Content, paragraph};
use crate::clock::shanghai;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// To village, town and charity: the account to which a village's money is paid changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PayeeChanged {
    pub village: String,
    pub charity: String,
    pub name: String,
    pub bank: String,
    pub account_masked: String,
    pub change: PayeeChange,
    pub path: String,
}

/// What happened to the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayeeChange {
    /// Another one was proposed beside the one that is known.
    Proposed,
    /// It was checked; nothing is paid to it before this instant.
    Verified {
        paid_from: DateTime<Utc>,
    },
    Closed,
}

impl PayeeChanged {
    pub(in crate::mail) fn content(&self) -> Content {
        let happened = match &self.change {
            PayeeChange::Proposed => "登记了一个新的收款账户，等慈善组织核实。".to_owned(),
            PayeeChange::Verified { paid_from } => {
                let from = shanghai(*paid_from).format("%Y-%m-%d %H:%M");
                format!("新的收款账户已核实。{from} 之前不会向它付款。")
            }
            PayeeChange::Closed => "有一个收款账户已停用，不再向它付款。".to_owned(),
        };
        Content {
            subject: format!("收款账户有变更：{}", self.village),
            blocks: vec![
                paragraph(format!("{}{happened}", self.village)),
                Block::Facts(vec![
                    ("户名", self.name.clone()),
                    ("开户银行", self.bank.clone()),
                    ("账号", self.account_masked.clone()),
                    ("付款的慈善组织", self.charity.clone()),
                ]),
                Block::Note("如果您不知道这次变更，请立即用公开电话联系慈善组织和镇政府，不要用别人给的号码。"),
            ],
            link: ("查看收款账户", self.path.clone()),
        }
    }
}
