//! When an enterprise is reminded of what it promised: a week before the day, the day after it, and two weeks later.
//!
//! Each is sent once, and of several that were missed only the latest. Deliberately absent: more than that, and anything
//! that the public reads: whether somebody is late is between those who agreed on the day.

use chrono::{Days, NaiveDate};
use std::ops::RangeInclusive;

words! {
    /// The reminders of one commitment.
    pub enum Reminder {
        DueSoon = "due_soon" / "约定日期快到了",
        Late = "late" / "已过约定日期",
        VeryLate = "very_late" / "已过约定日期半个月",
    }
}

/// How long before its day an enterprise is reminded.
pub const DAYS_BEFORE: u64 = 7;
/// How long after it, first and last.
pub const DAYS_AFTER: [u64; 2] = [1, 15];

impl Reminder {
    /// The agreed days of which this is the reminder that is due on `today`.
    #[must_use]
    pub fn due_days(self, today: NaiveDate) -> RangeInclusive<NaiveDate> {
        let before = |days| today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
        let after = |days| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let [first, last] = DAYS_AFTER;
        match self {
            Reminder::DueSoon => today..=after(DAYS_BEFORE),
            Reminder::Late => before(last - 1)..=before(first),
            // No commitment is older than the platform.
            Reminder::VeryLate => crate::day::FIRST_DAY..=before(last),
        }
    }

    /// How many days before the agreed day a commitment must have been made for this reminder to be news.
    #[must_use]
    pub const fn lead_days(self) -> u64 {
        match self {
            Reminder::DueSoon => DAYS_BEFORE,
            Reminder::Late | Reminder::VeryLate => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_at_most_one_reminder() {
        let due: NaiveDate = "2026-09-30".parse().unwrap();
        let on = |day: &str| -> Vec<Reminder> {
            let today = day.parse().unwrap();
            Reminder::ALL.iter().copied().filter(|reminder| reminder.due_days(today).contains(&due)).collect()
        };
        for (day, expected) in [
            ("2026-09-22", vec![]),
            ("2026-09-23", vec![Reminder::DueSoon]),
            ("2026-09-30", vec![Reminder::DueSoon]),
            ("2026-10-01", vec![Reminder::Late]),
            ("2026-10-14", vec![Reminder::Late]),
            ("2026-10-15", vec![Reminder::VeryLate]),
            ("2028-01-01", vec![Reminder::VeryLate]),
        ] {
            assert_eq!(on(day), expected, "{day}");
        }
    }
}
