//! What is written about matching rounds: to whoever asked for a plan, when there is one, or why there is none.

use super::{Block, Content, paragraph};
use serde::{Deserialize, Serialize};

/// A computation has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundNews {
    /// What the round is called.
    pub round: String,
    pub number: i32,
    pub news: News,
    pub path: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Planned { pairs: usize, towns: usize, value: u64 },
    Contradiction { rules: usize },
    Without { says: String },
}

impl RoundNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let RoundNews { round, number, news, path } = self;
        let (subject, says, open) = match news {
            News::Planned { pairs, towns, value } => (
                "对接方案算好了",
                format!(
                    "对接轮次“{round}”第 {number} 次计算得出方案：{pairs} 个村企组合，{towns} 个包镇，总分 {value}。\
                     请看过理由，再决定要不要送出。"
                ),
                "打开方案",
            ),
            News::Contradiction { rules } => (
                "对接轮次的条件互相矛盾",
                format!(
                    "对接轮次“{round}”第 {number} 次计算没有方案：有 {rules} 个条件不能同时成立，已在页面上列出。\
                     请放宽或取消其中一个，再重新计算。"
                ),
                "打开这一轮",
            ),
            News::Without { says } => {
                ("没有算出对接方案", format!("对接轮次“{round}”第 {number} 次计算没有方案：{says}。"), "打开这一轮")
            }
        };
        Content {
            subject: format!("{subject}：{round}"),
            blocks: vec![paragraph(says), Block::Note("方案只是建议：送出以前不通知任何企业和村。")],
            link: (open, path.clone()),
        }
    }
}
