//! Numbers of a sheet as the text that it shows: exact, without floating point.
//!
//! A sheet stores `441424103203` or `4.41424103203E11`, and 0.3 as `0.30000000000000004`; it shows fifteen digits.
//! Deliberately absent: how a cell's format rounds further or groups digits.

use chrono::{Days, NaiveDate};

/// The digits that a spreadsheet shows.
const DIGITS: usize = 15;
/// More zeros than that are no number of anything.
const EXPONENT_MAX: u32 = 60;

/// The number without an exponent, to fifteen digits; none for what is no number.
pub(super) fn plain(number: &str) -> Option<String> {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = [whole, part].concat();
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) || exponent.unsigned_abs() > EXPONENT_MAX {
        return None;
    }
    let zeros = all.len() - all.trim_start_matches('0').len();
    // The point stands so many digits behind the first that is no zero.
    let point = i32::try_from(whole.len()).ok()? - i32::try_from(zeros).ok()? + exponent;
    let (digits, carried) = rounded(&all[zeros..]);
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Some("0".into());
    }
    Some(format!("{sign}{}", with_point(digits, point + i32::from(carried))?))
}

/// At most fifteen digits, and whether rounding made one more in front.
fn rounded(digits: &str) -> (String, bool) {
    let Some(next) = digits.as_bytes().get(DIGITS) else { return (digits.to_owned(), false) };
    let mut kept = digits.as_bytes()[..DIGITS].to_vec();
    let mut carry = *next >= b'5';
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        kept.insert(0, b'1');
    }
    (String::from_utf8_lossy(&kept).into_owned(), carry)
}

/// The digits with the point behind the `point`th, and zeros where there is no digit.
fn with_point(digits: &str, point: i32) -> Option<String> {
    let Ok(point) = usize::try_from(point) else {
        let zeros = usize::try_from(point.unsigned_abs()).ok()?;
        return Some(format!("0.{}{digits}", "0".repeat(zeros)));
    };
    if point == 0 {
        return Some(format!("0.{digits}"));
    }
    if point >= digits.len() {
        return Some(format!("{digits}{}", "0".repeat(point - digits.len())));
    }
    Some(format!("{}.{}", &digits[..point], &digits[point..]))
}

/// The day of a serial number, without its time. Sheets count from 1900 with a 29 February that never was, or from 1904.
pub(super) fn day(serial: &str, from_1904: bool) -> Option<NaiveDate> {
    let plain = plain(serial)?;
    let whole: u64 = plain.split('.').next()?.parse().ok()?;
    let (first, least) = if from_1904 {
        (NaiveDate::from_ymd_opt(1904, 1, 1)?, 0)
    } else {
        (NaiveDate::from_ymd_opt(1899, 12, 30)?, 61)
    };
    if whole < least || whole > 2_958_465 {
        return None;
    }
    first.checked_add_days(Days::new(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_a_sheet_shows_them() {
        for (stored, shown) in [
            ("156", "156"),
            ("441424103203", "441424103203"),
            ("4.41424103203E11", "441424103203"),
            ("4.41424103203e+11", "441424103203"),
            ("0.30000000000000004", "0.3"),
            ("1234.5600000000001", "1234.56"),
            ("1.5E-3", "0.0015"),
            ("0.5", "0.5"),
            (".5", "0.5"),
            ("-12.50", "-12.5"),
            ("0", "0"),
            ("-0.0", "0"),
            ("0012", "12"),
            ("100", "100"),
            ("1E3", "1000"),
            ("9.9999999999999999", "10"),
            ("999999999999999.9", "1000000000000000"),
            ("12345678901234567", "12345678901234600"),
        ] {
            assert_eq!(plain(stored).as_deref(), Some(shown), "{stored}");
        }
        for none in [
            "",
            "-",
            ".",
            "1e",
            "1e999",
            "1E-61",
            "1E-2147483648",
            "1E2147483647",
            "NaN",
            "inf",
            "1,5",
            "0x10",
            "1 2",
            "--1",
        ] {
            assert_eq!(plain(none), None, "{none}");
        }
    }

    #[test]
    fn days_are_counted_as_sheets_count_them() {
        for (serial, from_1904, expected) in [
            ("46203", false, Some("2026-06-30")),
            ("46203.75", false, Some("2026-06-30")),
            ("44741", true, Some("2026-06-30")),
            ("61", false, Some("1900-03-01")),
            ("60", false, None),
            ("-1", false, None),
            ("2958466", false, None),
            ("x", false, None),
        ] {
            let expected = expected.map(|day| day.parse().unwrap());
            assert_eq!(day(serial, from_1904), expected, "{serial}");
        }
    }
}
