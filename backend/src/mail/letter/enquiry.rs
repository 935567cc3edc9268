//! The answer to a letter from anybody.

use super::{Block, Content, paragraph};

/// To whoever asked a federation. No account has to exist, so it is none of the letters to people.
pub struct EnquiryAnswered {
    pub reference: String,
    pub answer: String,
    pub path: String,
}

impl EnquiryAnswered {
    #[must_use]
    pub fn content(&self) -> Content {
        Content {
            subject: format!("来信已答复：{}", self.reference),
            blocks: vec![
                paragraph(format!("您的来信（编号 {}）已有答复：", self.reference)),
                Block::Quote(self.answer.clone()),
                Block::Note("往来记录在下面的链接里，可以继续补充。链接只属于您，请不要转给别人。"),
            ],
            link: ("查看往来记录", self.path.clone()),
        }
    }
}
