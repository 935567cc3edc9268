//! Letters from anybody to a federation, and their answers.
//!
//! Plain text only, on both sides. Deliberately absent: who answers (the federation of the place), and attachments.

use crate::{Problem, Problems};
use chrono::{Datelike, NaiveDate};

pub const NAME_MAX: usize = 50;
/// RFC 5321 leaves room for so many characters of an address.
pub const EMAIL_MAX: usize = 254;
pub const TEXT_MIN: usize = 5;
pub const TEXT_MAX: usize = 2_000;
/// Messages of one thread; longer talks are held elsewhere.
pub const MESSAGES_MAX: usize = 50;

words! {
    /// What a letter is about.
    pub enum Topic {
        Need = "need" / "需求和项目",
        Giving = "giving" / "捐赠",
        Money = "money" / "善款的去向",
        Account = "account" / "账号和登录",
        Privacy = "privacy" / "个人信息",
        Complaint = "complaint" / "意见和投诉",
        Other = "other" / "其他",
    }
}

words! {
    /// Whether somebody has to act.
    pub enum EnquiryStatus {
        Waiting = "waiting" / "待答复",
        Answered = "answered" / "已答复",
    }
}

/// The number by which asker and federation speak of a letter: `LX-2026-12`. Not gap-free.
#[must_use]
pub fn reference(day: NaiveDate, number: i64) -> String {
    format!("LX-{}-{number}", day.year())
}

/// Whether this looks like such a number.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits =
        |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    parts.next() == Some("LX")
        && digits(parts.next())
        && digits(parts.next())
        && parts.next().is_none()
        && text.len() <= 30
}

/// Whether an answer could be sent there: one `@`, a host with a dot, nothing that ends a header.
#[must_use]
pub fn is_address(email: &str) -> bool {
    let Some((local, host)) = email.split_once('@') else { return false };
    let plain = |text: &str| {
        text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b',' | b';' | b'"' | b'@'))
    };
    email.len() <= EMAIL_MAX
        && !local.is_empty()
        && plain(local)
        && plain(host)
        && host.split('.').count() >= 2
        && host.split('.').all(|part| !part.is_empty())
}

/// Checks what somebody writes to a federation.
///
/// # Errors
/// A sentence for each field that is wrong, all at once.
pub fn check_question(name: &str, email: &str, text: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let named = (1..=NAME_MAX).contains(&name.trim().chars().count());
    problems.require(named, "name", "请填写称呼（最多 50 字）");
    problems.require(is_address(email.trim()), "email", "请填写能收到答复的邮箱，如 name@example.com");
    note_text(&mut problems, text);
    problems.none_or_err()
}

/// Checks one more message of a thread, or an answer.
///
/// # Errors
/// A sentence at `text`.
pub fn check_message(text: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    note_text(&mut problems, text);
    problems.none_or_err()
}

fn note_text(problems: &mut Problems, text: &str) {
    let length = text.trim().chars().count();
    problems.require(length >= TEXT_MIN, "text", "请把事情写清楚（至少 5 个字）");
    problems.require(length <= TEXT_MAX, "text", "最多写 2000 字，请删短一些");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_who_asks_where_to_answer_and_what() {
        let fields = |name: &str, email: &str, text: &str| -> Vec<String> {
            let problems = check_question(name, email, text).err().unwrap_or_default();
            problems.into_iter().map(|problem| problem.field).collect()
        };
        assert_eq!(fields("王先生", "wang@example.com", "想问怎样认捐"), Vec::<String>::new());
        assert_eq!(fields(" ", "wang", "？"), ["name", "email", "text"]);
        assert_eq!(fields(&"王".repeat(51), "w@example.com", &"字".repeat(2_001)), ["name", "text"]);
    }

    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for (email, fine) in [
            ("wang@example.com", true),
            ("wang.li+1@mail.example.cn", true),
            ("wang@example", false),
            ("wang@@example.com", false),
            ("wang@example..com", false),
            ("@example.com", false),
            ("wang@", false),
            ("wang li@example.com", false),
            ("wang@example.com\r\nBcc: x@example.com", false),
            ("a@example.com,b@example.com", false),
            ("王@example.com", false),
            ("", false),
        ] {
            assert_eq!(is_address(email), fine, "{email}");
        }
        assert!(!is_address(&format!("{}@example.com", "w".repeat(250))));
    }

    #[test]
    fn a_number_is_known_by_its_form() {
        assert_eq!(reference("2026-06-30".parse().unwrap(), 12), "LX-2026-12");
        assert!(is_reference("LX-2026-12"));
        for other in ["LX-2026", "LX-2026-", "LX-2026-1-2", "XQ-2026-1", "LX-2026-<b>", "", "LX-2026-1x"] {
            assert!(!is_reference(other), "{other}");
        }
    }
}
