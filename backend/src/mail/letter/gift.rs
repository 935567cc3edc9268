//! What is written about a pledge between its giver and its charity: the agreement on it, and what the giver asks.

use super::{Block, Content, paragraph};
use domain::Fen;
use serde::{Deserialize, Serialize};

/// To one or both sides: something happened to a pledge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GiftNews {
    pub reference: String,
    pub enterprise: String,
    pub charity: String,
    pub campaign: String,
    pub amount: Fen,
    pub news: News,
    pub path: String,
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    AgreementAsked {
        by: String,
    },
    AgreementChanged {
        by: String,
    },
    /// The pledge was shown or pointed otherwise meanwhile.
    AgreementRenewed,
    AgreementConfirmed {
        by: String,
    },
    AgreementPaper {
        by: String,
    },
    AgreementMade {
        way: String,
    },
    RequestAsked {
        what: String,
    },
    RequestRecommended {
        what: String,
    },
    RequestDecided {
        what: String,
        granted: bool,
        waived: Option<Fen>,
        says: String,
    },
    RequestToSettle {
        what: String,
    },
    RequestSettled {
        what: String,
        says: String,
    },
    RequestWithdrawn {
        what: String,
    },
    ClaimAsked,
    ClaimNamed,
    ClaimConfirmed,
    ClaimRefused {
        says: String,
    },
}

impl GiftNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let (subject, says, link) = self.told();
        let mut blocks = vec![paragraph(says)];
        if let News::RequestDecided { says, .. } | News::RequestSettled { says, .. } | News::ClaimRefused { says } =
            &self.news
        {
            blocks.push(Block::Quote(says.clone()));
        }
        blocks.extend([Block::Facts(vec![
            ("认捐编号", self.reference.clone()),
            ("认捐的企业", self.enterprise.clone()),
            ("接受捐赠的慈善组织", self.charity.clone()),
            ("活动", self.campaign.clone()),
            ("认捐金额", self.amount.to_string()),
        ])]);
        Content { subject: format!("{subject}：{}", self.reference), blocks, link: (link, self.path.clone()) }
    }

    /// The subject, the sentence that says what it means for the reader, and what the link says.
    fn told(&self) -> (&'static str, String, &'static str) {
        const OPEN: &str = "打开捐赠协议";
        const ASKED: &str = "打开这件申请";
        const CLAIMED: &str = "打开这件认领";
        match &self.news {
            News::AgreementAsked { by } => (
                "请签捐赠协议",
                format!("{by}为这笔认捐起草了捐赠协议。请核对文本：没有问题的请负责人确认，要改的请写补充约定。"),
                OPEN,
            ),
            News::AgreementChanged { by } => {
                ("捐赠协议改了一稿", format!("{by}改了补充约定，协议书换成新的一稿，双方都要重新确认。"), OPEN)
            }
            News::AgreementRenewed => (
                "捐赠协议改了一稿",
                "这笔认捐的内容（如用途、公开的方式、收款账户）改了，协议书换成新的一稿，双方都要重新确认。".to_owned(),
                OPEN,
            ),
            News::AgreementConfirmed { by } => {
                ("对方已确认捐赠协议", format!("{by}已确认协议书的文本，等您这一方的负责人确认。"), OPEN)
            }
            News::AgreementPaper { by } => {
                ("请核对盖章的捐赠协议", format!("{by}上传了盖章的协议书，请您这一方的负责人核对。"), OPEN)
            }
            News::AgreementMade { way } => (
                "捐赠协议已签订",
                format!(
                    "捐赠协议已签订（{way}）。认捐的金额不再更改，也不能取消；经营严重困难的，可以凭材料申请豁免。"
                ),
                OPEN,
            ),
            News::RequestAsked { what } => (
                "企业提出申请",
                format!("{}提出“{what}”。请核对材料，写核实意见，由另一位复核或负责人决定。", self.enterprise),
                ASKED,
            ),
            News::RequestRecommended { what } => {
                ("有申请等您决定", format!("“{what}”的核实意见已写好，请看过材料再决定。"), ASKED)
            }
            News::RequestDecided { what, granted: false, .. } => {
                ("申请未同意", format!("{}没有同意“{what}”，理由如下。情况有变的可以再申请。", self.charity), ASKED)
            }
            News::RequestDecided { waived: Some(waived), .. } => (
                "申请已同意",
                format!("{}同意豁免还没有到账的 {waived}。已经到账的照记，余下的不再要求兑现。", self.charity),
                ASKED,
            ),
            News::RequestDecided { what, .. } => {
                ("申请已同意", format!("{}同意“{what}”，由出纳办理，办好会再通知您。", self.charity), ASKED)
            }
            News::RequestToSettle { what } => {
                ("有同意的申请等您办理", format!("“{what}”已经同意，请办理更正或退回后登记。"), ASKED)
            }
            News::RequestSettled { what, .. } => ("申请已办理", format!("“{what}”已经办理："), ASKED),
            News::RequestWithdrawn { what } => {
                ("企业撤回申请", format!("{}撤回了“{what}”，不用再办。", self.enterprise), ASKED)
            }
            News::ClaimAsked => (
                "有企业认领到账的捐款",
                format!("{}认领一笔来源未明的到账。请对照流水核对银行回单，再由另一人确认。", self.enterprise),
                CLAIMED,
            ),
            News::ClaimNamed => {
                ("有认领等您确认", "经办已核对付款人的银行回单，请您再核对一遍后确认归属。".to_owned(), CLAIMED)
            }
            News::ClaimConfirmed => (
                "认领已确认",
                format!("{}确认这笔到账是您的捐款，已成为您的认捐，怎样公开可以随时更改。", self.charity),
                CLAIMED,
            ),
            News::ClaimRefused { .. } => ("认领未确认", format!("{}没有确认，原因如下。", self.charity), CLAIMED),
        }
    }
}
