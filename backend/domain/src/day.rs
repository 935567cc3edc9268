//! Days that people and programs hand in: which of them can be true at all.
//!
//! What happened at a bank or stands on an invoice happened after this platform's time began, and not tomorrow.
//! Deliberately absent: the clock; a caller passes the legal day.

use chrono::NaiveDate;

/// No bank date, payment or invoice here is older. The constraints of the tables say the same.
pub const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// What a day that has been cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    #[error("不能早于 2000 年")]
    TooEarly,
    #[error("不能晚于今天")]
    NotYet,
}

/// Whether `day` can have been, on the legal day `today`.
///
/// # Errors
/// Half a sentence; the caller puts the day's name before it and what to look at behind.
pub fn check_past(day: NaiveDate, today: NaiveDate) -> Result<(), DayError> {
    if day < FIRST_DAY {
        Err(DayError::TooEarly)
    } else if day > today {
        Err(DayError::NotYet)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_has_been_lies_between_2000_and_today() {
        let today = "2026-06-30".parse().unwrap();
        for (day, expected) in [
            ("1999-12-31", Err(DayError::TooEarly)),
            ("2000-01-01", Ok(())),
            ("2026-06-30", Ok(())),
            ("2026-07-01", Err(DayError::NotYet)),
        ] {
            assert_eq!(check_past(day.parse().unwrap(), today), expected, "{day}");
        }
        assert_eq!(check_past(NaiveDate::MIN, today), Err(DayError::TooEarly));
        assert_eq!(check_past(NaiveDate::MAX, today), Err(DayError::NotYet));
    }
}
