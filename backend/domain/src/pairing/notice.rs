//! Leaving an agreement before its last day: a side gives notice, and the agreement ends when the notice period that both
//! settled is over. Until then everything goes on.
//!
//! Whoever gave notice may take it back before that day; whoever sits across the table may agree to an end at once; the
//! federation ends at once. Deliberately absent: who may speak for a side.

use super::status::{PairingSeat, PairingStep};
use crate::Problems;
use chrono::{Days, NaiveDate};

/// Where nobody says otherwise.
pub const NOTICE_DAYS: u16 = 30;
pub const NOTICE_DAYS_MAX: u16 = 365;

/// How an agreement stands to being left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoticeStand {
    #[default]
    None,
    /// Notice was given and its day has not come.
    Running,
    /// Its day has come.
    Over,
}

impl NoticeStand {
    /// From the day on which a notice ends its agreement.
    #[must_use]
    pub fn of(ends_on: Option<NaiveDate>, today: NaiveDate) -> Self {
        match ends_on {
            None => NoticeStand::None,
            Some(day) if day > today => NoticeStand::Running,
            Some(_) => NoticeStand::Over,
        }
    }
}

/// For terms that do not say how long the period is.
#[must_use]
pub const fn default_days() -> u16 {
    NOTICE_DAYS
}

/// The day on which an agreement ends of which somebody gives notice `today`.
#[must_use]
pub fn ends_on(today: NaiveDate, days: u16) -> NaiveDate {
    today.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// How somebody in this seat leaves: a side by giving notice, unless both settled that none is needed; the federation at
/// once.
#[must_use]
pub const fn way_out(seat: PairingSeat, days: u16) -> PairingStep {
    if matches!(seat, PairingSeat::Federation) || days == 0 { PairingStep::Terminate } else { PairingStep::GiveNotice }
}

pub(super) fn check_days(problems: &mut Problems, days: u16) {
    problems.require(days <= NOTICE_DAYS_MAX, "notice_days", "提前通知期是 0 至 365 天；写 0 就是可以随时终止");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_is_counted_from_the_day_of_the_notice() {
        for (days, expected) in [(0, "2026-12-20"), (30, "2027-01-19"), (365, "2027-12-20")] {
            assert_eq!(ends_on(day("2026-12-20"), days), day(expected));
        }
        let ends = Some(day("2027-01-19"));
        for (today, expected) in [
            ("2026-12-20", NoticeStand::Running),
            ("2027-01-18", NoticeStand::Running),
            ("2027-01-19", NoticeStand::Over),
            ("2027-02-01", NoticeStand::Over),
        ] {
            assert_eq!(NoticeStand::of(ends, day(today)), expected, "{today}");
        }
        assert_eq!(NoticeStand::of(None, day("2027-02-01")), NoticeStand::None);
    }

    #[test]
    fn a_side_gives_notice_and_the_federation_ends_at_once() {
        for (seat, days, expected) in [
            (PairingSeat::Enterprise, 30, PairingStep::GiveNotice),
            (PairingSeat::Place, 1, PairingStep::GiveNotice),
            (PairingSeat::Place, 0, PairingStep::Terminate),
            (PairingSeat::Federation, 365, PairingStep::Terminate),
        ] {
            assert_eq!(way_out(seat, days), expected, "{seat} {days}");
        }
    }
}
