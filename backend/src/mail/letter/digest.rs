//! What is written to whoever works here, in the morning.

use super::{Block, Content, day, paragraph};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// To whoever works here, in the morning: what waits for him, and what he wanted to read of once a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    pub day: NaiveDate,
    pub lines: Vec<DigestLine>,
    /// The subjects of other letters.
    pub news: Vec<String>,
    pub path: String,
}

/// One kind of what waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestLine {
    pub label: String,
    pub count: String,
    pub since: NaiveDate,
    pub due: NaiveDate,
    pub overdue: bool,
}

impl Digest {
    pub(in crate::mail) fn content(&self) -> Content {
        let said = |line: &DigestLine| {
            let late = if line.overdue { "，已过" } else { "" };
            format!("{}：{} 件，最早 {}，建议时限 {}{late}", line.label, line.count, line.since, line.due)
        };
        let mut blocks = Vec::new();
        if !self.lines.is_empty() {
            blocks.push(paragraph("等您办的事："));
            blocks.push(Block::Quote(self.lines.iter().map(said).collect::<Vec<_>>().join("\n")));
        }
        if !self.news.is_empty() {
            blocks.push(paragraph("还有这些消息："));
            blocks.push(Block::Quote(self.news.join("\n")));
        }
        blocks.push(Block::Note("不想每天收到，可在“我的账号”的通知方式里改。资金和法律需要的通知不受影响。"));
        let subject = match self.lines.len() {
            0 => format!("{} 的消息", day(self.day)),
            kinds => format!("{} 有 {kinds} 类事等您办", day(self.day)),
        };
        Content { subject, blocks, link: ("打开我的工作", self.path.clone()) }
    }
}
