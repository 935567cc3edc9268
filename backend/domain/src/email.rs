//! An e-mail address as an account is known by.
//!
//! Deliberately absent: whether the mailbox exists. A letter to it finds that out.

use crate::money::to_half_width;
use std::fmt;
use std::str::FromStr;

pub const EMAIL_LENGTH_MAX: usize = 100;

/// A plain address in lower case: `name@example.com`. The rare forms of RFC 5321 (quotes, comments, IP addresses) are
/// not taken, nor are letters that look like others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error("请填写邮箱")]
    Empty,
    #[error("邮箱最多 100 个字符")]
    TooLong,
    #[error("邮箱应写成 name@example.com 的样子")]
    Form,
}

impl EmailAddress {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `zh***@example.com`: enough to know one's own address again.
    #[must_use]
    pub fn masked(&self) -> String {
        let (name, host) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let shown = if name.len() > 3 { 2 } else { 1 };
        format!("{}***@{host}", &name[..name.len().min(shown)])
    }
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-'".contains(c);
    !name.is_empty() && name.chars().all(plain) && name.split('.').all(|part| !part.is_empty())
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        !label.is_empty() && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    host.contains('.') && host.split('.').all(label)
}

impl FromStr for EmailAddress {
    type Err = EmailError;

    fn from_str(typed: &str) -> Result<Self, EmailError> {
        let address: String = typed.trim().chars().map(to_half_width).collect::<String>().to_ascii_lowercase();
        if address.is_empty() {
            return Err(EmailError::Empty);
        }
        if address.chars().count() > EMAIL_LENGTH_MAX {
            return Err(EmailError::TooLong);
        }
        match address.split_once('@') {
            Some((name, host)) if is_name(name) && is_host(host) => Ok(EmailAddress(address)),
            _ => Err(EmailError::Form),
        }
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_it_is_compared() {
        for (typed, expected) in [
            (" Zhang.San@Example.com ", "zhang.san@example.com"),
            ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang@example.com"),
            ("a+b@mail.gd-sme.cn", "a+b@mail.gd-sme.cn"),
        ] {
            assert_eq!(typed.parse::<EmailAddress>().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(100));
        for typed in [
            "a",
            "a@b",
            "@example.com",
            "a@",
            "a b@example.com",
            "a@@example.com",
            "a..b@example.com",
            "张@example.com",
            "a@-x.com",
            "a@x..com",
            "a@example.com\r\nBcc: b@example.com",
        ] {
            assert_eq!(typed.parse::<EmailAddress>(), Err(EmailError::Form), "{typed}");
        }
        assert_eq!("".parse::<EmailAddress>(), Err(EmailError::Empty));
        assert_eq!(long.parse::<EmailAddress>(), Err(EmailError::TooLong));
    }

    #[test]
    fn a_masked_address_tells_little() {
        for (address, masked) in [("zhangsan@example.com", "zh***@example.com"), ("li@example.com", "l***@example.com")]
        {
            assert_eq!(address.parse::<EmailAddress>().unwrap().masked(), masked);
        }
    }
}
