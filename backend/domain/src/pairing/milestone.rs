//! The joint plan: what is done by when, by which side, and whether the other side has seen it done.
//!
//! A day is agreed by both: who wants another one proposes it, and the other side accepts. Whether something is late is
//! seen from the day and is no state. Deliberately absent: several owners of one milestone.

use super::side::PairingSide;
use crate::{Problem, Problems};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

words! {
    /// The states of a milestone.
    pub enum MilestoneStatus {
        Planned = "planned" / "计划",
        /// Its owner says that it is done.
        Submitted = "submitted" / "待对方核验",
        Verified = "verified" / "已核验",
        Returned = "returned" / "退回补正",
        /// Taken off the plan before its day was agreed on.
        Dropped = "dropped" / "未列入",
    }
}

words! {
    /// When the owner is reminded.
    pub enum MilestoneReminder {
        DueSoon = "due_soon" / "节点日期快到了",
        Late = "late" / "节点已过期",
        VeryLate = "very_late" / "节点已过期半个月",
    }
}

/// How long before its day the owner of a milestone is reminded.
pub const DAYS_BEFORE: u64 = 7;
/// How long after it, first and last.
pub const DAYS_AFTER: [u64; 2] = [1, 15];
pub const TITLE_MAX: usize = 60;
pub const NOTE_MAX: usize = 500;
/// Milestones of one plan.
pub const MILESTONES_MAX: usize = 60;

impl MilestoneStatus {
    /// Whether something is still to be done by its owner.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, MilestoneStatus::Planned | MilestoneStatus::Returned)
    }

    /// Whether its day has passed without anybody saying that it is done.
    #[must_use]
    pub fn is_late(self, due_on: Option<NaiveDate>, today: NaiveDate) -> bool {
        self.is_open() && due_on.is_some_and(|due| due < today)
    }
}

impl MilestoneReminder {
    /// The days of which this is the reminder that is due on `today`.
    #[must_use]
    pub fn due_days(self, today: NaiveDate) -> RangeInclusive<NaiveDate> {
        let before = |days| today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
        let after = |days| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let [first, last] = DAYS_AFTER;
        match self {
            MilestoneReminder::DueSoon => today..=after(DAYS_BEFORE),
            MilestoneReminder::Late => before(last - 1)..=before(first),
            MilestoneReminder::VeryLate => crate::day::FIRST_DAY..=before(last),
        }
    }
}

/// What a side puts into the plan. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneInput {
    pub title: String,
    /// The side that does it.
    pub owner: PairingSide,
    pub due_on: NaiveDate,
}

impl MilestoneInput {
    /// Checks it against the sides and the term of its pairing.
    ///
    /// # Errors
    /// A sentence for each field that is wrong.
    pub fn check(
        &self,
        sides: &[PairingSide],
        (first, last): (NaiveDate, NaiveDate),
        today: NaiveDate,
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let length = self.title.trim().chars().count();
        problems.require((2..=TITLE_MAX).contains(&length), "title", "请写明要做成什么（2 至 60 个字）");
        problems.require(sides.contains(&self.owner), "owner", "请选择由哪一方负责");
        check_day(&mut problems, self.due_on, (first, last), today);
        problems.none_or_err()
    }
}

/// Checks a day that is proposed for a milestone.
pub fn check_day(problems: &mut Problems, due_on: NaiveDate, (first, last): (NaiveDate, NaiveDate), today: NaiveDate) {
    problems.require(due_on >= today, "due_on", "日期不能早于今天");
    problems.require((first..=last).contains(&due_on), "due_on", "日期应在协议的期限以内");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_wrong_field_is_named() {
        let sides = [PairingSide::Enterprise, "441424125207".parse().unwrap()];
        let term = (day("2026-07-01"), day("2027-06-30"));
        let good =
            MilestoneInput { title: "建好冷库".into(), owner: PairingSide::Enterprise, due_on: day("2026-12-31") };
        let refused = |input: &MilestoneInput| -> Vec<String> {
            let problems = input.check(&sides, term, day("2026-08-01")).err().unwrap_or_default();
            problems.into_iter().map(|problem| problem.field).collect()
        };
        assert_eq!(refused(&good), Vec::<String>::new());
        let stranger = "441424125208".parse().unwrap();
        for (field, input) in [
            ("title", MilestoneInput { title: " ".into(), ..good.clone() }),
            ("title", MilestoneInput { title: "长".repeat(61), ..good.clone() }),
            ("owner", MilestoneInput { owner: stranger, ..good.clone() }),
            ("due_on", MilestoneInput { due_on: day("2026-07-31"), ..good.clone() }),
            ("due_on", MilestoneInput { due_on: day("2027-07-01"), ..good.clone() }),
        ] {
            assert_eq!(refused(&input), [field]);
        }
    }

    #[test]
    fn only_what_is_to_be_done_is_late() {
        let (due, today) = (Some(day("2026-07-31")), day("2026-08-01"));
        let late: Vec<_> = MilestoneStatus::ALL.iter().copied().filter(|status| status.is_late(due, today)).collect();
        assert_eq!(late, [MilestoneStatus::Planned, MilestoneStatus::Returned]);
        assert!(!MilestoneStatus::Planned.is_late(due, day("2026-07-31")));
        assert!(!MilestoneStatus::Planned.is_late(None, today), "no day is agreed on yet");
    }

    #[test]
    fn every_day_has_at_most_one_reminder() {
        let due = day("2026-09-30");
        for (today, expected) in [
            ("2026-09-22", None),
            ("2026-09-23", Some(MilestoneReminder::DueSoon)),
            ("2026-09-30", Some(MilestoneReminder::DueSoon)),
            ("2026-10-01", Some(MilestoneReminder::Late)),
            ("2026-10-14", Some(MilestoneReminder::Late)),
            ("2026-10-15", Some(MilestoneReminder::VeryLate)),
        ] {
            let on: Vec<_> = MilestoneReminder::ALL
                .iter()
                .copied()
                .filter(|reminder| reminder.due_days(day(today)).contains(&due))
                .collect();
            assert_eq!(on, expected.into_iter().collect::<Vec<_>>(), "{today}");
        }
    }
}
