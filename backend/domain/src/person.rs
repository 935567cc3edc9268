//! What a person signs in with.
//!
//! Deliberately absent: the hash (backend) and anything kept about a person beyond an account.

use crate::Problems;

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
