//! What is written about a note that an enterprise promised something. Always the same words, and never an amount: nobody
//! is asked for one.

use super::{Block, Content, day, paragraph};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// To the enterprise, to whoever noted it, or to the charity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnBehalfNews {
    pub recorder: String,
    pub enterprise: String,
    pub campaign: String,
    pub charity: String,
    pub last_day: NaiveDate,
    pub told: OnBehalfTold,
    pub path: String,
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBehalfTold {
    Noted,
    /// After twenty days, once.
    Reminder,
    Claimed,
    Declined {
        reason: String,
    },
    Lapsed,
}

impl OnBehalfNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let until = day(self.last_day);
        let (subject, says, link) = match &self.told {
            OnBehalfTold::Noted => (
                "有单位记录了贵单位的捐赠意愿",
                format!(
                    "{}记录了贵单位在“{}”中表示过的捐赠意愿。如果属实并且愿意，请登录后认领，由贵单位自己填写金额和公开的方式；如果不是，请说明一下，或者不用理会。",
                    self.recorder, self.campaign
                ),
                "去看看这条记录",
            ),
            OnBehalfTold::Reminder => (
                "再告诉一次：有单位记录了贵单位的捐赠意愿",
                format!("这条记录还没有认领，{until} 以后自动失效。这是最后一次提醒，不愿认领的不用理会。"),
                "去看看这条记录",
            ),
            OnBehalfTold::Claimed => (
                "代为记录的认捐已由企业认领",
                format!("{}已作出自己的认捐。金额和公开的方式以企业自己的认捐为准。", self.enterprise),
                "打开这条记录",
            ),
            OnBehalfTold::Declined { .. } => {
                ("企业说明不认领", format!("{}说明不认领这条记录，情况如下。", self.enterprise), "打开这条记录")
            }
            OnBehalfTold::Lapsed => (
                "代为记录的认捐已失效",
                format!("{}没有在 30 天内认领，这条记录已失效，不用再跟进。", self.enterprise),
                "打开这条记录",
            ),
        };
        let mut blocks = vec![paragraph(says)];
        if let OnBehalfTold::Declined { reason } = &self.told {
            blocks.push(Block::Quote(reason.clone()));
        }
        blocks.push(Block::Facts(vec![
            ("企业", self.enterprise.clone()),
            ("记录的单位", self.recorder.clone()),
            ("活动", self.campaign.clone()),
            ("慈善组织", self.charity.clone()),
            ("可以认领到", until),
        ]));
        blocks.push(Block::Note(
            "这只是对说过的话的记录，没有约束力，不计入任何合计，也不公开。没有任何单位给企业下达或摊派捐款数额。",
        ));
        Content { subject: format!("{subject}：{}", self.enterprise), blocks, link: (link, self.path.clone()) }
    }
}
