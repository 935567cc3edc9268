//! Letters about accounts and about the verification of an enterprise.
//!
//! Deliberately absent: letters with one-time links, which are written by the room of links.

use super::{Block, Content, paragraph};
use domain::VerificationStepId;
use domain::verification::{ReturnReason, VerificationStep};
use serde::{Deserialize, Serialize};

/// To somebody who has an account and whose address was used to ask for a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountKnown {}

/// To the people of an enterprise: what the federation decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationDecided {
    pub step: VerificationStepId,
    pub decision: VerificationStep,
    pub enterprise: String,
    pub federation: String,
    pub reasons: Vec<ReturnReason>,
}

impl AccountKnown {
    pub(super) fn content(&self) -> Content {
        let AccountKnown {} = self;
        Content {
            subject: "您已经有千村的账号".to_owned(),
            blocks: vec![
                paragraph("有人用这个邮箱申请注册捐赠人。这个邮箱已经有账号，不需要再注册，请直接登录。"),
                paragraph("忘了密码，请在登录页点“忘记密码”，我们会再发一封邮件。"),
                Block::Note("如果不是您申请的，不用理会，您的账号没有任何变化。"),
            ],
            link: ("去登录", "/sign-in".to_owned()),
        }
    }
}

impl VerificationDecided {
    /// `said`: what the federation wrote, if it is there.
    pub(in crate::mail) fn content(&self, said: Option<String>) -> Content {
        let Self { enterprise, federation, .. } = self;
        let (subject, says, link) = match self.decision {
            VerificationStep::Verified => (
                format!("已通过认证：{enterprise}"),
                format!("{federation}已通过“{enterprise}”的认证，现在可以认捐。"),
                ("去找需求", "/needs"),
            ),
            VerificationStep::Returned => (
                format!("认证资料需要修改：{enterprise}"),
                format!("{federation}把“{enterprise}”的认证资料退回，请按下面的意见修改后再提交。填过的内容都在。"),
                ("打开修改", "/work/organisation"),
            ),
            VerificationStep::Suspended => (
                format!("已停用：{enterprise}"),
                format!("{federation}停用了“{enterprise}”，停用期间不能办事。您可以在平台上答复。"),
                ("查看和答复", "/work/organisation"),
            ),
            _ => (
                format!("已恢复：{enterprise}"),
                format!("{federation}恢复了“{enterprise}”，现在可以照常办事。"),
                ("打开我的工作", "/work"),
            ),
        };
        let mut blocks = vec![paragraph(says)];
        if !self.reasons.is_empty() {
            blocks.push(paragraph(self.reasons.iter().map(|reason| reason.label()).collect::<Vec<_>>().join("；")));
        }
        blocks.extend(said.map(Block::Quote));
        Content { subject, blocks, link: (link.0, link.1.to_owned()) }
    }
}
