//! One-time codes that people read off a sheet and type: ten letters and digits, none of which looks like another.
//!
//! Deliberately absent: what a code is good for, and a way to make one here.

use crate::money::to_half_width;
use std::fmt;
use std::str::FromStr;

/// Without 0 and O, 1, I and L.
pub const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// About 49 bits.
pub const LENGTH: usize = 10;
const GROUP: usize = 5;

/// A code as it is compared: capitals without spaces and dashes.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("代码是 10 位字母和数字，没有 0、1、I、L、O")]
pub struct NotACode;

impl OneTimeCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OneTimeCode {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let typed = text.chars().map(to_half_width).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—'));
        let code: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let ours = code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
        if ours { Ok(OneTimeCode(code)) } else { Err(NotACode) }
    }
}

/// In two groups, as a sheet shows it: `K7Q39-MXA2R`.
impl fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, tail) = self.0.split_at(GROUP);
        write!(f, "{head}-{tail}")
    }
}

/// Never whole, wherever it is logged by mistake.
impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        for text in ["K7Q39-MXA2R", "k7q39mxa2r", " k7q39 mxa2r ", "Ｋ７Ｑ３９－ＭＸＡ２Ｒ"] {
            assert_eq!(text.parse::<OneTimeCode>().unwrap().to_string(), "K7Q39-MXA2R", "{text}");
        }
        for text in ["", "K7Q39", "K7Q39-MXA2O", "K7Q39-MXA21", "K7Q39-MXA2RR", "村村村村村村村村村村"] {
            assert_eq!(text.parse::<OneTimeCode>(), Err(NotACode), "{text}");
        }
        assert!(!format!("{:?}", "K7Q39MXA2R".parse::<OneTimeCode>().unwrap()).contains("K7Q"));
    }

    #[test]
    fn no_letter_looks_like_another() {
        assert!(ALPHABET.iter().all(|byte| !b"01ILO".contains(byte)));
    }
}
