//! What is written about a giver's arrived money: what became of its requests, of changes of purpose, and that some lies
//! idle. Always in the same words; an office chooses none but the reason of its own decision.

use super::{Block, Content, NamedNeed, paragraph};
use domain::Fen;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FundNews {
    pub step: FundStep,
    pub reference: String,
    pub charity: String,
    pub amount: Fen,
    pub from: Option<NamedNeed>,
    pub to: Option<NamedNeed>,
    /// Of a decision, or of what is asked for.
    pub reason: Option<String>,
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundStep {
    /// The charity has set aside what the giver asked for.
    Accepted,
    Refused,
    /// The charity has taken back what was set aside.
    Released,
    /// The charity asks for the giver's consent.
    ChangeAsked,
    ChangeDone,
    ChangeRefused,
    /// A need is over, and the giver is asked.
    Remains,
    /// A need is over, and what the giver chose before pledging is proposed.
    RemainsGo,
    /// Something is left of what a need had, and a part of it is the giver's.
    SurplusFound,
    /// It is used for another need.
    SurplusPlaced,
    /// Nothing has moved for so many days.
    Idle {
        days: u64,
    },
}

impl FundNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let (subject, says) = match self.step {
            FundStep::Accepted => ("您指定的款已经分配", "慈善组织已按您的指定，把下面的款分配给这条需求。".to_owned()),
            FundStep::Refused => {
                ("您指定的款没有分配", "慈善组织没有受理您的分配申请，原因如下。款还在您的定向额度里。".to_owned())
            }
            FundStep::Released => {
                ("一笔分配已经释放", "慈善组织释放了下面的分配，原因如下。款回到您的定向额度。".to_owned())
            }
            FundStep::ChangeAsked => {
                ("请您决定是否变更用途", "慈善组织申请变更下面这笔款的用途。没有您的同意，用途不会变更。".to_owned())
            }
            FundStep::ChangeDone => ("用途已经变更", "下面这笔款的用途已经按您的同意变更。".to_owned()),
            FundStep::ChangeRefused => ("用途没有变更", "下面这笔款的用途没有变更，原因如下。".to_owned()),
            FundStep::Remains => (
                "需求已经结束，请您决定余下的款",
                "这条需求已经结束，您捐的款还有一部分没有用到。请选择改用于哪条需求；没有您的同意，用途不会变更。"
                    .to_owned(),
            ),
            FundStep::RemainsGo => (
                "需求已经结束，余下的款按事先的选择办理",
                "这条需求已经结束，余下的款按捐赠方认捐时的选择转用，由慈善组织办理。".to_owned(),
            ),
            FundStep::SurplusFound => (
                "您捐的款有结余",
                "这条需求已经结束，款没有用完。下面是您这笔捐款里余下的部分。慈善组织会在三个月内依法处理：按协议转用于相近的需求，或退回给您。"
                    .to_owned(),
            ),
            FundStep::SurplusPlaced => (
                "您捐款的结余已经转用",
                "您这笔捐款里余下的部分，已按下面的依据转用于另一条需求，您可以继续查看它的去向。".to_owned(),
            ),
            FundStep::Idle { days } => (
                "到账的款还没有指定需求",
                format!("您有到账的款 {days} 天没有指定用于哪条需求。可以在“定向额度”里选一条适合的需求。"),
            ),
        };
        let facts = [
            ("认捐编号", Some(self.reference.clone()).filter(|text| !text.is_empty())),
            ("慈善组织", Some(self.charity.clone())),
            ("金额", Some(self.amount.to_string())),
            ("原来的需求", self.from.as_ref().map(ToString::to_string)),
            ("需求", self.to.as_ref().map(ToString::to_string)),
        ];
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let quote = self.reason.clone().map(Block::Quote);
        let blocks = [Some(paragraph(says)), quote, Some(Block::Facts(facts))].into_iter().flatten().collect();
        let subject =
            if self.reference.is_empty() { subject.to_owned() } else { format!("{subject}：{}", self.reference) };
        Content { subject, blocks, link: ("查看", self.path.clone()) }
    }
}
