//! Days that people and programs hand in: which of them can be true at all.
//!
//! What happened at a bank or stands on an invoice happened after this platform's time began, and not tomorrow.
//! Deliberately absent: the clock; a caller passes the legal day.

use crate::money::to_half_width;
use chrono::{Datelike, Days, NaiveDate};

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

/// A day as tables write it: 2026-06-30, 2026/6/30, 2026.6.30, 2026年6月30日, 20260630.
#[must_use]
pub fn read(text: &str) -> Option<NaiveDate> {
    let plain: String = text.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
    let parts: Vec<&str> = match plain.len() {
        8 if plain.bytes().all(|byte| byte.is_ascii_digit()) => vec![&plain[..4], &plain[4..6], &plain[6..]],
        _ => plain.strip_suffix('日').unwrap_or(&plain).split(['-', '/', '.', '年', '月']).collect(),
    };
    let [year, month, day] = parts.as_slice() else { return None };
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if year.len() != 4 || !digits {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The day that a spreadsheet counts by a number, as it is left where a cell is not formatted as a day: 46203 is
/// 2026-06-30. Only days from 2000 to 2099, of which no other number is likely in a column of days.
#[must_use]
pub fn of_serial(text: &str) -> Option<NaiveDate> {
    let plain: String = text.chars().map(to_half_width).collect();
    let digits = plain.strip_suffix(".0").unwrap_or(&plain);
    let days: u64 = digits.parse().ok().filter(|_| digits.len() == 5)?;
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))?;
    (2000..2100).contains(&day.year()).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_a_spreadsheet_counts_is_read() {
        for (text, day) in
            [("46203", "2026-06-30"), ("４６２０３", "2026-06-30"), ("46203.0", "2026-06-30"), ("36526", "2000-01-01")]
        {
            assert_eq!(of_serial(text).map(|day| day.to_string()).as_deref(), Some(day), "{text}");
        }
        for text in ["", "36525", "73051", "2026", "20260630", "46203.5", "-46203", "x"] {
            assert_eq!(of_serial(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_read_as_tables_write_it() {
        let day = NaiveDate::from_ymd_opt(2026, 6, 3);
        for text in ["2026-06-03", "2026/6/3", "2026.6.3", "2026年6月3日", "20260603", " ２０２６－６－３ "]
        {
            assert_eq!(read(text), day, "{text}");
        }
        for text in ["", "2026", "2026-6", "26-6-3", "2026-13-1", "2026-02-30", "六月三日", "2026-6-3-1", "+202-6-3"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

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
