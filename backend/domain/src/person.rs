//! What a person signs in with, and how sure a session is of its person.
//!
//! Deliberately absent: the hash (backend) and anything kept about a person beyond an account.

use crate::Problems;
use crate::money::to_half_width;
use chrono::{DateTime, Duration, Utc};

/// Of an account name, an e-mail address or a phone number.
pub const ACCOUNT_LENGTH_MAX: usize = 100;
pub const PASSWORD_LENGTH_MIN: usize = 12;
pub const PASSWORD_LENGTH_MAX: usize = 256;

/// An account name as it is compared: trimmed, lower case.
#[must_use]
pub fn normalise_account(account: &str) -> String {
    account.trim().chars().map(to_half_width).collect::<String>().to_lowercase()
}

/// Characters of an account name that somebody chooses for himself.
pub const ACCOUNT_NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=40;

/// Checks an account name that somebody chooses. What looks like a phone number or an e-mail address is none: people
/// sign in with these too, and nobody may sign in by what belongs to another.
pub fn check_account_name(problems: &mut Problems, field: &str, name: &str) {
    let name = normalise_account(name);
    problems.require(ACCOUNT_NAME_LENGTH.contains(&name.chars().count()), field, "账号名要有 2 至 40 个字");
    problems.require(!name.contains(char::is_whitespace), field, "账号名里不能有空格");
    problems.require(
        !name.contains('@') && normalise_phone(&name).is_none(),
        field,
        "账号名不能写成邮箱或手机号的样子；手机号请填在手机号一栏",
    );
}

/// A mobile number of mainland China as it is compared: eleven digits. People write it with spaces, hyphens, +86 and
/// full-width digits.
#[must_use]
pub fn normalise_phone(text: &str) -> Option<String> {
    let plain: String =
        text.chars().map(to_half_width).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')')).collect();
    let prefixes = ["+86", "0086", "86"];
    let number = prefixes.iter().find_map(|prefix| plain.strip_prefix(prefix)).unwrap_or(&plain);
    let digits = number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit());
    let mobile = number.starts_with('1') && matches!(number.as_bytes().get(1), Some(b'3'..=b'9'));
    (digits && mobile).then(|| number.to_owned())
}

/// A phone number as others than its owner read it: `138****1234`.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    match (phone.get(..3), phone.get(7..)) {
        (Some(head), Some(tail)) => format!("{head}****{tail}"),
        _ => "***********".to_owned(),
    }
}

/// Whether a text may be an e-mail address; whether it is one only a letter can tell.
#[must_use]
pub fn looks_like_email(text: &str) -> bool {
    let plain = text.len() <= ACCOUNT_LENGTH_MAX && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && !host.contains('@'));
    plain && parts.is_some_and(|(_, host)| host.split('.').count() > 1 && host.split('.').all(|part| !part.is_empty()))
}

/// Checks a new password. Length counts, composition does not (NIST SP 800-63B §5.1.1.2).
pub fn check_password(problems: &mut Problems, field: &str, password: &str) {
    let length = password.chars().count();
    problems.require(length >= PASSWORD_LENGTH_MIN, field, "密码至少 12 个字符");
    problems.require(length <= PASSWORD_LENGTH_MAX, field, "密码最多 256 个字符");
}

/// How long after he has proved who he is a person may do what is serious without proving it again: the thirty minutes
/// after which NIST SP 800-63B §4.2.3 asks again.
pub const SURE_FOR: Duration = Duration::minutes(30);

/// What a session knows of how its person proved who he is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    pub authenticated_at: DateTime<Utc>,
    /// By a second factor too, in this session.
    pub second_factor: bool,
    /// The person has one.
    pub enrolled: bool,
}

/// Why somebody may not do something serious now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSure {
    /// First a second factor has to be set up.
    Enrol,
    /// The person has to prove again who he is.
    ProveAgain,
}

impl Proof {
    /// Whether this suffices for something serious; `demanded`: by the role, where the installation demands it.
    pub fn suffices(&self, now: DateTime<Utc>, demanded: bool) -> Result<(), NotSure> {
        if demanded && !self.enrolled {
            return Err(NotSure::Enrol);
        }
        let fresh = now - self.authenticated_at <= SURE_FOR;
        if fresh && (self.second_factor || !self.enrolled) { Ok(()) } else { Err(NotSure::ProveAgain) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_read_as_people_write_them() {
        for text in
            ["13812341234", "138 1234 1234", "+86 138-1234-1234", "１３８１２３４１２３４", "0086（138）12341234"]
        {
            assert_eq!(normalise_phone(text).as_deref(), Some("13812341234"), "{text}");
        }
        for text in ["12812341234", "1381234123", "138123412345", "+1 3812341234", "0753-2212345", "村口老王", ""] {
            assert_eq!(normalise_phone(text), None, "{text}");
        }
        assert_eq!(mask_phone("13812341234"), "138****1234");
    }

    #[test]
    fn an_account_name_is_neither_phone_nor_mail() {
        for (name, fine) in [
            ("黄沙老刘", true),
            ("huangsha", true),
            ("王", false),
            ("138 1234 1234", false),
            ("13812341234", false),
            ("liu@example.com", false),
            ("黄沙 老刘", false),
            (&"长".repeat(41), false),
        ] {
            let mut problems = Problems::new();
            check_account_name(&mut problems, "account", name);
            assert_eq!(problems.is_empty(), fine, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_none() {
        for text in ["a@b.cn", "liu.wu@mail.example.com"] {
            assert!(looks_like_email(text), "{text}");
        }
        for text in ["a@b", "@b.cn", "a b@c.cn", "a@b@c.cn", "a@.cn", "liu", "a@b.cn\r\nbcc:x@y.cn"] {
            assert!(!looks_like_email(text), "{text}");
        }
    }

    #[test]
    fn a_proof_ends_and_a_second_factor_is_asked_of_whoever_has_one() {
        let now: DateTime<Utc> = "2026-06-30T02:00:00Z".parse().unwrap();
        let proof = |minutes, second_factor, enrolled| Proof {
            authenticated_at: now - Duration::minutes(minutes),
            second_factor,
            enrolled,
        };
        for (proof, demanded, expected) in [
            (proof(0, false, false), false, Ok(())),
            (proof(0, false, false), true, Err(NotSure::Enrol)),
            (proof(0, false, true), true, Err(NotSure::ProveAgain)),
            (proof(0, false, true), false, Err(NotSure::ProveAgain)),
            (proof(30, true, true), true, Ok(())),
            (proof(31, true, true), true, Err(NotSure::ProveAgain)),
            (proof(31, false, false), false, Err(NotSure::ProveAgain)),
        ] {
            assert_eq!(proof.suffices(now, demanded), expected, "{proof:?} {demanded}");
        }
    }
}
