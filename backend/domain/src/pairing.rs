//! A pairing: an enterprise and villages, or a town, that agree on a term and on what each of them does.
//!
//! Its life is one table in [`status`], what is agreed on is in [`terms`], how it is left in [`notice`], the joint plan in
//! [`milestone`], who speaks in [`side`], whom to call in [`contact`]; which villages of a town an agreement leaves out, and which others are paired too, is in [`coverage`].
//! Deliberately absent: money, and any amount that somebody is expected to give.

pub mod contact;
pub mod coverage;
pub mod milestone;
pub mod notice;
pub mod side;
pub mod status;
pub mod terms;

pub use contact::PairingPerson;
pub use coverage::Coverage;
pub use milestone::{MilestoneInput, MilestoneReminder, MilestoneStatus};
pub use notice::NoticeStand;
pub use side::PairingSide;
pub use status::{HandOverCause, PairingOrigin, PairingSeat, PairingStatus, PairingStep, StepNotNow, StepOn};
pub use terms::{PairingTerms, TermsChange};

use crate::{Problem, Problems, problem};
use chrono::{Days, NaiveDate};

/// Characters of one message of the thread.
pub const MESSAGE_MAX: usize = 1_000;
/// Pictures of one stamped paper.
pub const PAPER_PICTURES_MAX: usize = 12;
/// Pictures of what was done at a milestone.
pub const MILESTONE_PICTURES_MAX: usize = 5;
/// Said to the enterprise before it agrees. Sources: as those of the terms of pledges.
pub const PAIRING_FREE_WILL: &[&str] = &[
    "结对完全自愿，没有任何单位下达或摊派任务、金额。",
    "协议不约定企业捐多少钱。捐款另行认捐，物资和服务另行承诺，都由企业自己决定。",
    "企业的名称怎样公开由企业决定，以后可以改。",
];

words! {
    /// What both sides and the federation are told before a pairing ends.
    pub enum EndReminder {
        SixtyDays = "sixty_days" / "还有六十天到期",
        ThirtyDays = "thirty_days" / "还有三十天到期",
    }
}

impl EndReminder {
    /// The last days of which this is the reminder that is due on `today`.
    #[must_use]
    pub fn due_days(self, today: NaiveDate) -> std::ops::RangeInclusive<NaiveDate> {
        let ahead = |days| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        match self {
            EndReminder::SixtyDays => ahead(31)..=ahead(60),
            EndReminder::ThirtyDays => today..=ahead(30),
        }
    }
}

/// Checks why somebody declines, takes back, returns, ends or hands over.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_reason(reason: &str) -> Result<(), Vec<Problem>> {
    problem::check_reason(reason, Some("请写明原因，让对方知道为什么、接下来怎么办（至少 5 个字）"))
}

/// Checks a message of the thread.
///
/// # Errors
/// A sentence at `text`.
pub fn check_message(text: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = text.trim().chars().count();
    problems.require(length > 0, "text", "请写下要说的话");
    problems.require(length <= MESSAGE_MAX, "text", "最多 1,000 个字，长的请分几次写");
    problems.none_or_err()
}

/// Checks the pictures of the stamped paper.
///
/// # Errors
/// A sentence at `pictures`.
pub fn check_paper(pictures: usize) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let fits = (1..=PAPER_PICTURES_MAX).contains(&pictures);
    problems.require(fits, "pictures", "请上传盖了章的协议书照片，每页一张，1 至 12 张");
    problems.none_or_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_twice_and_never_after_it() {
        let last: NaiveDate = "2027-12-31".parse().unwrap();
        let on = |day: &str| -> Vec<EndReminder> {
            let today = day.parse().unwrap();
            EndReminder::ALL.iter().copied().filter(|reminder| reminder.due_days(today).contains(&last)).collect()
        };
        for (day, expected) in [
            ("2027-10-31", vec![]),
            ("2027-11-01", vec![EndReminder::SixtyDays]),
            ("2027-11-30", vec![EndReminder::SixtyDays]),
            ("2027-12-01", vec![EndReminder::ThirtyDays]),
            ("2027-12-31", vec![EndReminder::ThirtyDays]),
            ("2028-01-01", vec![]),
        ] {
            assert_eq!(on(day), expected, "{day}");
        }
    }

    #[test]
    fn a_word_is_said_and_a_paper_has_pages() {
        assert!(check_reason("停产").is_err() && check_reason("企业停产，无力继续").is_ok());
        assert!(check_message("  ").is_err() && check_message("周三见").is_ok());
        assert!(check_message(&"长".repeat(MESSAGE_MAX + 1)).is_err());
        assert!(check_paper(0).is_err() && check_paper(1).is_ok() && check_paper(13).is_err());
    }
}
