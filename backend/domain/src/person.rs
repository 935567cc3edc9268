//! What a person signs in with, and how sure a session is of its person.
//!
//! Deliberately absent: the hash (backend) and anything kept about a person beyond an account.

use crate::Problems;
use chrono::{DateTime, Duration, Utc};

/// Of an account name, an e-mail address or a phone number.
pub const ACCOUNT_LENGTH_MAX: usize = 100;
pub const PASSWORD_LENGTH_MIN: usize = 12;
pub const PASSWORD_LENGTH_MAX: usize = 256;

/// An account name as it is compared: trimmed, lower case.
#[must_use]
pub fn normalise_account(account: &str) -> String {
    account.trim().chars().map(crate::money::to_half_width).collect::<String>().to_lowercase()
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
