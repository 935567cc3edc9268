//! What is written about pairings, to the sides and to the federation.

use super::{Block, Content, day, paragraph};
use chrono::NaiveDate;
use domain::pairing::{EndReminder, MilestoneReminder};
use serde::{Deserialize, Serialize};

/// Something happened to a pairing, or is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairingNews {
    pub reference: String,
    pub form: String,
    pub enterprise: String,
    /// In a few words.
    pub places: String,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub news: News,
    pub path: String,
}

/// What there is to tell; `by` is an organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Proposed { by: String },
    Countered { by: String, number: i32 },
    Agreed { by: String },
    AllAgreed,
    Declined { by: String, reason: String },
    Withdrawn { by: String, reason: String },
    TakenUp,
    Returned { reason: String },
    Approved,
    Confirmed { by: String },
    AllConfirmed,
    PaperSent { by: String },
    Signed { active: bool },
    Began,
    EndsSoon { reminder: EndReminder },
    Ended,
    Terminated { by: String, reason: String },
    NoticeGiven { by: String, ends_on: NaiveDate, reason: String },
    NoticeWithdrawn { by: String },
    EndAgreed { by: String, reason: String },
    NoticeOver { by: String, reason: String },
    RenewalProposed { by: String, before: String },
    HandedOver { to: String, goes_on: bool, reason: String },
    Message { by: String },
    DayProposed { title: String, day: NaiveDate },
    DayAccepted { title: String, day: NaiveDate },
    DayDropped { title: String, stays: Option<NaiveDate> },
    MilestoneSubmitted { title: String },
    MilestoneVerified { title: String },
    MilestoneReturned { title: String, reason: String },
    MilestoneDue { title: String, day: NaiveDate, reminder: MilestoneReminder },
}

impl PairingNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let (subject, says) = self.told();
        let mut blocks = vec![paragraph(says)];
        let reason = match &self.news {
            News::Declined { reason, .. }
            | News::Withdrawn { reason, .. }
            | News::Returned { reason }
            | News::Terminated { reason, .. }
            | News::NoticeGiven { reason, .. }
            | News::EndAgreed { reason, .. }
            | News::NoticeOver { reason, .. }
            | News::HandedOver { reason, .. }
            | News::MilestoneReturned { reason, .. } => Some(reason),
            _ => None,
        };
        blocks.extend(reason.cloned().map(Block::Quote));
        blocks.push(Block::Facts(vec![
            ("编号", self.reference.clone()),
            ("形式", self.form.clone()),
            ("企业", self.enterprise.clone()),
            ("村、镇", self.places.clone()),
            ("期限", format!("{} 至 {}", day(self.first_day), day(self.last_day))),
        ]));
        blocks.push(Block::Note("结对完全自愿，没有任何单位下达或摊派任务、金额。"));
        Content {
            subject: format!("{subject}：{} {}", self.reference, self.places),
            blocks,
            link: ("打开这份结对", self.path.clone()),
        }
    }

    /// The subject, and the sentence that says what it means for the reader.
    fn told(&self) -> (&'static str, String) {
        match &self.news {
            News::Proposed { by } => {
                ("有一份结对意向", format!("{by}提出了结对。请看条款：可以同意、改提，或写明原因不结对。"))
            }
            News::Countered { by, number } => (
                "结对条款有改动",
                format!("{by}改提了条款（第 {number} 稿），以前的同意不再算数。请对照改动，同意或再改提。"),
            ),
            News::Agreed { by } => ("有一方同意了结对条款", format!("{by}同意了现在的条款，还有别的方没有答复。")),
            News::AllAgreed => ("各方都同意了结对条款", "各方都同意了条款，现在由工商联审核。".to_owned()),
            News::Declined { by, .. } => ("结对没有达成", format!("{by}决定不结对，原因如下。")),
            News::Withdrawn { by, .. } => ("结对意向已撤回", format!("{by}撤回了结对意向，原因如下。")),
            News::TakenUp => ("工商联已受理结对", "工商联正在审核各方商定的条款。".to_owned()),
            News::Returned { .. } => {
                ("结对退回协商", "工商联把结对退回各方商量，原因如下。改好条款或重新同意后会再审核。".to_owned())
            }
            News::Approved => (
                "请确认结对协议书",
                "工商联审核通过，协议书已生成。请负责人核对并在系统里确认；各方确认后打印盖章，上传照片。".to_owned(),
            ),
            News::Confirmed { by } => ("有一方确认了协议书", format!("{by}在系统里确认了协议书。")),
            News::AllConfirmed => {
                ("请上传盖章的协议书", "各方都确认了协议书。请打印、盖章，由任何一方上传照片。".to_owned())
            }
            News::PaperSent { by } => {
                ("请核对盖章的协议书", format!("{by}上传了盖章的协议书。请对方或工商联核对，核对后就是签约。"))
            }
            News::Signed { active: true } => ("结对已签约并生效", "盖章的协议书已核对，结对从现在起生效。".to_owned()),
            News::Signed { active: false } => {
                ("结对已签约", format!("盖章的协议书已核对，结对从 {} 起生效。", day(self.first_day)))
            }
            News::Began => ("结对今天生效", "结对的期限开始了。请按共建计划办。".to_owned()),
            News::EndsSoon { reminder } => (
                "结对快到期",
                format!("结对{}（{}）。想继续的，请一方提出续约条款。", reminder.label(), day(self.last_day)),
            ),
            News::Ended => ("结对已到期", "结对的期限已满。期间的捐赠、承诺和计划都可以继续查看。".to_owned()),
            News::Terminated { by, .. } => ("结对协议终止", format!("{by}终止了结对协议，原因如下。")),
            News::RenewalProposed { by, before } => {
                ("有一份续约意向", format!("{by}对 {before} 提出了续约条款。请看条款，同意、改提或不续。"))
            }
            News::HandedOver { to, goes_on: true, .. } => {
                ("结对移交给另一家企业", format!("结对由{to}按原来的条款和期限继续，原因如下。"))
            }
            News::HandedOver { to, goes_on: false, .. } => (
                "结对移交给另一家企业",
                format!("企业退出了结对。工商联请{to}按同样的条款接手，请各方答复是否同意。原因如下。"),
            ),
            News::Message { by } => ("结对有新留言", format!("{by}在结对里留了言，请打开查看。")),
            News::NoticeGiven { .. }
            | News::NoticeWithdrawn { .. }
            | News::EndAgreed { .. }
            | News::NoticeOver { .. } => self.of_notice(),
            _ => self.of_plan(),
        }
    }

    fn of_notice(&self) -> (&'static str, String) {
        match &self.news {
            News::NoticeGiven { by, ends_on, .. } => (
                "有一方提出终止结对",
                format!(
                    "{by}提出终止，协议 {} 终止，原因如下。在那之前计划照常办；提出的一方可以撤回，对方同意的可以提前终止。",
                    day(*ends_on)
                ),
            ),
            News::NoticeWithdrawn { by } => {
                ("终止结对的通知已撤回", format!("{by}撤回了终止通知，协议按原来的期限继续。"))
            }
            News::EndAgreed { by, .. } => {
                ("结对提前终止", format!("{by}同意提前终止，协议今天终止。提出终止的原因如下。"))
            }
            News::NoticeOver { by, .. } => {
                ("通知期满，结对终止", format!("{by}提出的终止通知期满，协议今天终止，原因如下。"))
            }
            _ => ("结对有新情况", "结对有新情况，请打开查看。".to_owned()),
        }
    }

    fn of_plan(&self) -> (&'static str, String) {
        match &self.news {
            News::DayProposed { title, day: on } => {
                ("请答复计划节点的日期", format!("对方提议“{title}”在 {} 前做成，请同意或另提。", day(*on)))
            }
            News::DayAccepted { title, day: on } => {
                ("计划节点的日期已定", format!("对方同意“{title}”在 {} 前做成。", day(*on)))
            }
            News::DayDropped { title, stays: Some(on) } => {
                ("节点日期不改", format!("“{title}”仍按 {} 前做成，不采用提议的日期。", day(*on)))
            }
            News::DayDropped { title, stays: None } => ("节点没有列入计划", format!("“{title}”没有列入共建计划。")),
            News::MilestoneSubmitted { title } => {
                ("请核验计划节点", format!("对方报告“{title}”已经做成。请核验，或写明原因退回。"))
            }
            News::MilestoneVerified { title } => ("计划节点已核验", format!("对方核验了“{title}”。")),
            News::MilestoneReturned { title, .. } => {
                ("计划节点被退回", format!("对方退回了“{title}”，原因如下。请补正后再报告。"))
            }
            News::MilestoneDue { title, day: on, reminder: MilestoneReminder::DueSoon } => {
                ("计划节点日期快到了", format!("“{title}”约定 {} 前做成。做成后请报告；来不及的请提议改期。", day(*on)))
            }
            News::MilestoneDue { title, day: on, .. } => {
                ("计划节点已过期", format!("“{title}”约定 {} 前做成，还没有报告。请双方商量，报告或改期。", day(*on)))
            }
            _ => ("结对有新情况", "结对有新情况，请打开查看。".to_owned()),
        }
    }
}
