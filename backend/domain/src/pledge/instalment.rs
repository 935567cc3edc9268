//! Paying a pledge in several parts (分期): the schedule follows from amount, first day, number and rhythm; what arrives
//! covers it from its beginning.
//!
//! The parts are the pledge to the fen, whatever it is divided by; a change of what arrived changes no part. Deliberately
//! absent: which bank line was for which part, since money has no such mark.

use super::PledgeStatus;
use crate::{Fen, Problem, Problems};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Parts of one pledge.
pub const PARTS_MAX: u16 = 60;
/// How far ahead the first part may be due, in months.
const FIRST_WITHIN: u32 = 36;
/// How far ahead the last part may be due, in months.
const LAST_WITHIN: u32 = 120;

words! {
    /// How long after one part the next one is due.
    pub enum Every {
        Month = "month" / "每月",
        Quarter = "quarter" / "每季度",
        HalfYear = "half_year" / "每半年",
        Year = "year" / "每年",
    }
}

words! {
    /// How a part stands today.
    pub enum InstalmentStanding {
        /// Money for all of it has arrived.
        Paid = "paid" / "已到账",
        Due = "due" / "待付",
        /// Its day is over with money missing. Internal, never public.
        Late = "late" / "已过期",
        /// The pledge was waived before all of it had arrived.
        Waived = "waived" / "已豁免",
    }
}

words! {
    /// What an enterprise is reminded of, once each.
    pub enum InstalmentReminder {
        Soon = "soon" / "即将到期",
        Late = "late" / "刚过期",
        LongLate = "long_late" / "过期一个月",
    }
}

impl InstalmentReminder {
    /// On which days a part is due of which somebody is reminded today; both ends belong to them.
    #[must_use]
    pub fn due_between(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let days = |days: i64| today.checked_add_signed(chrono::TimeDelta::days(days)).unwrap_or(today);
        match self {
            Self::Soon => (today, days(7)),
            Self::Late => (days(-30), days(-1)),
            Self::LongLate => (days(-365), days(-31)),
        }
    }
}

impl Every {
    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// How a pledge is to be paid in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Schedule {
    pub first_due: NaiveDate,
    /// 1 to 60.
    pub parts: u16,
    pub every: Every,
}

/// One part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Instalment {
    pub due_on: NaiveDate,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
}

impl Schedule {
    /// All of it by one day.
    #[must_use]
    pub const fn once(by: NaiveDate) -> Self {
        Schedule { first_due: by, parts: 1, every: Every::Month }
    }

    /// Whether an amount can be paid like this, promised on the legal day `today`.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(self, amount: Fen, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let within = |months| today.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
        let first = (today..=within(FIRST_WITHIN)).contains(&self.first_due);
        problems.require(first, "first_due", "约定的日期从今天起，最晚三年内");
        let number = (1..=PARTS_MAX).contains(&self.parts);
        problems.require(number, "parts", "期数应为 1 至 60");
        let last = self.due_on(self.parts.max(1) - 1);
        problems.require(
            !number || !first || last <= within(LAST_WITHIN),
            "parts",
            "最后一期最晚十年内，请减少期数或改短间隔",
        );
        let each = !amount.is_positive() || amount.get() >= i64::from(self.parts.max(1));
        problems.require(each, "parts", "金额太小，分不成这么多期");
        problems.none_or_err()
    }

    /// The day of a part, counted from 0: the same day of its month, or the month's last.
    fn due_on(self, part: u16) -> NaiveDate {
        let months = Months::new(u32::from(part) * self.every.months());
        self.first_due.checked_add_months(months).unwrap_or(NaiveDate::MAX)
    }

    /// The parts of an amount, by day. They add up to it; none differs from another by more than a fen, and the greater
    /// ones come first.
    #[must_use]
    pub fn instalments(self, amount: Fen) -> Vec<Instalment> {
        let (each, over) = (amount.get() / i64::from(self.parts.max(1)), amount.get() % i64::from(self.parts.max(1)));
        let part = |n: u16| {
            let fen = each + i64::from(i64::from(n) < over);
            Instalment { due_on: self.due_on(n), amount: Fen::new(fen).unwrap_or_default() }
        };
        (0..self.parts).map(part).collect()
    }
}

/// How much of each part has arrived: money covers the earliest first.
#[must_use]
pub fn covered(instalments: &[Instalment], arrived: Fen) -> Vec<Fen> {
    let mut left = arrived;
    let cover = |part: &Instalment| {
        let here = left.min(part.amount);
        left = left.saturating_gap(here);
        here
    };
    instalments.iter().map(cover).collect()
}

/// How a part stands on the legal day `today`. On its own day it is not late yet.
#[must_use]
pub fn standing(part: &Instalment, covered: Fen, today: NaiveDate) -> InstalmentStanding {
    if covered >= part.amount {
        InstalmentStanding::Paid
    } else if part.due_on < today {
        InstalmentStanding::Late
    } else {
        InstalmentStanding::Due
    }
}

/// The same of a pledge in this state: what a waiver left out is not late.
#[must_use]
pub fn standing_in(pledge: PledgeStatus, part: &Instalment, covered: Fen, today: NaiveDate) -> InstalmentStanding {
    match standing(part, covered, today) {
        InstalmentStanding::Paid => InstalmentStanding::Paid,
        _ if pledge == PledgeStatus::Waived => InstalmentStanding::Waived,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn schedule(first: &str, parts: u16, every: Every) -> Schedule {
        Schedule { first_due: day(first), parts, every }
    }

    #[test]
    fn the_last_day_of_a_month_stays_the_last() {
        let days: Vec<String> = schedule("2027-01-31", 4, Every::Month)
            .instalments(Fen::yuan(100))
            .iter()
            .map(|part| part.due_on.to_string())
            .collect();
        assert_eq!(days, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]);
        let years = schedule("2028-02-29", 2, Every::Year).instalments(Fen::yuan(100));
        assert_eq!(years[1].due_on, day("2029-02-28"));
    }

    #[test]
    fn what_does_not_divide_is_in_the_first_parts() {
        let amounts: Vec<i64> = schedule("2026-07-01", 3, Every::Quarter)
            .instalments(Fen::yuan(100))
            .iter()
            .map(|part| part.amount.get())
            .collect();
        assert_eq!(amounts, [3_334, 3_333, 3_333]);
    }

    #[test]
    fn each_mistake_is_named_by_its_field() {
        let today = day("2026-06-30");
        let good = schedule("2026-06-30", 12, Every::Month);
        assert_eq!(good.check(Fen::yuan(120), today), Ok(()));
        for (schedule, amount, fields) in [
            (Schedule { first_due: day("2026-06-29"), ..good }, Fen::yuan(120), &["first_due"][..]),
            (Schedule { first_due: day("2029-07-01"), ..good }, Fen::yuan(120), &["first_due"]),
            (Schedule { parts: 0, ..good }, Fen::yuan(120), &["parts"]),
            (Schedule { parts: 61, ..good }, Fen::yuan(120), &["parts"]),
            (Schedule { parts: 12, every: Every::Year, ..good }, Fen::yuan(120), &["parts"]),
            (good, Fen::new(11).unwrap(), &["parts"]),
        ] {
            let problems = schedule.check(amount, today).unwrap_err();
            let named: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
            assert_eq!(named, fields, "{schedule:?}");
        }
    }

    #[test]
    fn money_covers_the_earliest_parts_and_the_day_itself_is_not_late() {
        use InstalmentStanding::{Due, Late, Paid};
        let parts = schedule("2026-07-01", 3, Every::Month).instalments(Fen::yuan(300));
        let covered = covered(&parts, Fen::yuan(150));
        assert_eq!(covered, [Fen::yuan(100), Fen::yuan(50), Fen::ZERO]);
        let on = |today: &str| -> Vec<InstalmentStanding> {
            parts.iter().zip(&covered).map(|(part, covered)| standing(part, *covered, day(today))).collect()
        };
        assert_eq!(on("2026-08-01"), [Paid, Due, Due]);
        assert_eq!(on("2026-08-02"), [Paid, Late, Due]);
        assert_eq!(super::covered(&parts, Fen::yuan(999)), [Fen::yuan(100); 3], "more than all covers all");
    }

    #[test]
    fn a_part_is_in_one_reminder_at_a_time() {
        let today = day("2026-07-15");
        for offset in -400..=30 {
            let due = today + chrono::TimeDelta::days(offset);
            let meant = InstalmentReminder::ALL.iter().filter(|reminder| {
                let (from, until) = reminder.due_between(today);
                (from..=until).contains(&due)
            });
            assert!(meant.count() <= 1, "{offset}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_are_the_pledge_to_the_fen_in_order_and_alike(
            fen in 60i64..1_000_000_000, parts in 1u16..=60, every in prop::sample::select(Every::ALL), offset in 0i64..1_000,
        ) {
            let first_due = day("2026-06-01") + chrono::TimeDelta::days(offset);
            let amount = Fen::new(fen).unwrap();
            let made = Schedule { first_due, parts, every }.instalments(amount);
            prop_assert_eq!(made.len(), usize::from(parts));
            prop_assert_eq!(Fen::sum(made.iter().map(|part| part.amount)).unwrap(), amount);
            prop_assert!(made.windows(2).all(|two| two[0].due_on < two[1].due_on && two[0].amount >= two[1].amount));
            prop_assert!(made[0].amount.get() - made[made.len() - 1].amount.get() <= 1);
            prop_assert!(made.iter().all(|part| part.amount.is_positive()));
        }

        #[test]
        fn what_arrived_is_in_the_parts_as_far_as_they_hold_it(fen in 60i64..100_000, parts in 1u16..=60, arrived in 0i64..200_000) {
            let amount = Fen::new(fen).unwrap();
            let made = Schedule { first_due: day("2026-06-30"), parts, every: Every::Month }.instalments(amount);
            let covered = covered(&made, Fen::new(arrived).unwrap());
            prop_assert_eq!(Fen::sum(covered.iter().copied()).unwrap(), Fen::new(arrived.min(fen)).unwrap());
            // No part has any of it before the one ahead is full.
            prop_assert!(covered.windows(2).zip(&made).all(|(two, part)| two[1].is_zero() || two[0] == part.amount));
        }
    }
}
