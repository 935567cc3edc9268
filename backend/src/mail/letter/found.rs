//! The letter that tells of new needs that fit somebody's saved searches.

use super::{Block, Content, paragraph};
use serde::{Deserialize, Serialize};

/// To whoever saved searches: needs that have opened and fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedSearchFound {
    /// How many there are in all.
    pub count: usize,
    /// The first of them.
    pub needs: Vec<FoundNeed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundNeed {
    pub code: String,
    pub title: String,
    pub place: String,
    pub asked: String,
    /// The names of the searches that it fits.
    pub searches: Vec<String>,
}

impl SavedSearchFound {
    /// `stop`: where the reader stops such letters, within the site; it proves who he is, so it stands in the mail alone.
    pub(in crate::mail) fn content(&self, stop: Option<String>) -> Content {
        let line = |need: &FoundNeed| {
            format!(
                "{} {}\n{} · {} · 符合“{}”",
                need.code,
                need.title,
                need.place,
                need.asked,
                need.searches.join("”“")
            )
        };
        let mut blocks = vec![
            paragraph("这些新需求已经可以对接，符合您保存的搜索："),
            Block::Quote(self.needs.iter().map(line).collect::<Vec<_>>().join("\n")),
        ];
        if self.count > self.needs.len() {
            blocks.push(paragraph(format!("这里是前 {} 条，其余的请到网站上查看。", self.needs.len())));
        }
        blocks.push(Block::Note("这是您自己保存的搜索发来的通知。在网站上可以改名、暂停或删除，也可以改成每天一次。"));
        blocks.extend(stop.map(|path| Block::Link("不再收这类邮件（暂停全部保存的搜索）", path)));
        Content {
            subject: format!("有 {} 条新需求符合您保存的搜索", self.count),
            blocks,
            link: ("打开保存的搜索", "/saved-searches".into()),
        }
    }
}
