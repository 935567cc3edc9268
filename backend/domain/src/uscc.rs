//! The unified social credit code (统一社会信用代码) of a Chinese organisation, as GB 32100-2015 makes it.
//!
//! Deliberately absent: whether such a code was ever given out. Only the market regulator's register knows that.

use crate::money::to_half_width;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The characters in the order of their values: digits and capital letters without I, O, Z, S and V.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The letters left out, because they are taken for 1, 0, 2, 5 and U.
const LEFT_OUT: &str = "IOZSV";
/// A prime, so that a check digit finds every single wrong character.
const MODULUS: usize = 31;
pub const USCC_LENGTH: usize = 18;

/// A well-formed code of 18 characters whose check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "914403001922038216"))]
pub struct Uscc(String);

/// Why something typed is no such code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    #[error("请填写统一社会信用代码")]
    Empty,
    #[error("统一社会信用代码是 18 位，现在是 {0} 位，请对照营业执照核对")]
    Length(usize),
    #[error("统一社会信用代码不用字母 I、O、Z、S、V；第 {place} 位的“{letter}”请对照营业执照核对")]
    LeftOutLetter { place: usize, letter: char },
    #[error("统一社会信用代码只有数字和字母，第 {place} 位的“{character}”不是")]
    Character { place: usize, character: char },
    #[error("统一社会信用代码的校验码不对，请对照营业执照逐位核对")]
    CheckDigit,
}

impl Uscc {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As the code is compared: half width, capital letters, no spaces.
fn normalise(typed: &str) -> String {
    let plain = typed.chars().map(to_half_width).filter(|c| !c.is_whitespace());
    plain.map(|c| c.to_ascii_uppercase()).collect()
}

/// The last character that the first seventeen ask for: the weight of the place i is 3 to the power i, modulo 31.
fn check_digit(values: &[usize]) -> usize {
    let (sum, _) = values.iter().fold((0, 1), |(sum, weight), value| (sum + value * weight, weight * 3 % MODULUS));
    (MODULUS - sum % MODULUS) % MODULUS
}

impl FromStr for Uscc {
    type Err = UsccError;

    fn from_str(typed: &str) -> Result<Self, UsccError> {
        let code = normalise(typed);
        let length = code.chars().count();
        if length == 0 {
            return Err(UsccError::Empty);
        }
        if length != USCC_LENGTH {
            return Err(UsccError::Length(length));
        }
        let mut values = Vec::with_capacity(USCC_LENGTH);
        for (place, character) in (1..).zip(code.chars()) {
            match ALPHABET.find(character) {
                Some(value) => values.push(value),
                None if LEFT_OUT.contains(character) => {
                    return Err(UsccError::LeftOutLetter { place, letter: character });
                }
                None => return Err(UsccError::Character { place, character }),
            }
        }
        if check_digit(&values[..USCC_LENGTH - 1]) == values[USCC_LENGTH - 1] {
            Ok(Uscc(code))
        } else {
            Err(UsccError::CheckDigit)
        }
    }
}

impl TryFrom<String> for Uscc {
    type Error = UsccError;

    fn try_from(text: String) -> Result<Self, UsccError> {
        text.parse()
    }
}

impl From<Uscc> for String {
    fn from(code: Uscc) -> String {
        code.0
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As published: on the companies' own pages, in annual reports and in the market regulator's register.
    const PUBLISHED: &[(&str, &str)] = &[
        ("华为技术有限公司", "914403001922038216"),
        ("深圳市腾讯计算机系统有限公司", "9144030071526726XG"),
        ("北京百度网讯科技有限公司", "91110000802100433B"),
        ("小米科技有限责任公司", "91110108551385082Q"),
        ("比亚迪股份有限公司", "91440300192317458F"),
        ("珠海格力电器股份有限公司", "91440400192548256N"),
        ("美的集团股份有限公司", "91440606722473344C"),
        ("中国工商银行股份有限公司", "91100000100003962T"),
        ("中国建设银行股份有限公司", "911100001000044477"),
        ("中国平安保险（集团）股份有限公司", "91440300100012316L"),
        ("万科企业股份有限公司", "91440300192181490G"),
        ("中国石油化工股份有限公司", "91110000710926094P"),
    ];

    #[test]
    fn published_codes_are_codes() {
        for (name, code) in PUBLISHED {
            assert_eq!(code.parse::<Uscc>().map(String::from), Ok((*code).to_owned()), "{name}");
        }
    }

    #[test]
    fn full_width_small_letters_and_spaces_are_made_one() {
        for typed in [
            "9144 0300 7152 6726 xg",
            "　９１４４０３００７１５２６７２６ＸＧ",
            " 9144030071526726xＧ\t",
            "9144030071526726XG",
        ] {
            assert_eq!(typed.parse::<Uscc>().map(String::from), Ok("9144030071526726XG".to_owned()), "{typed}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        for (typed, expected, says) in [
            ("", UsccError::Empty, "请填写"),
            ("  ", UsccError::Empty, "请填写"),
            ("91440300192203821", UsccError::Length(17), "18 位，现在是 17 位"),
            ("9144030019220382166", UsccError::Length(19), "现在是 19 位"),
            ("91440300I922038216", UsccError::LeftOutLetter { place: 9, letter: 'I' }, "第 9 位的“I”"),
            ("o14403001922038216", UsccError::LeftOutLetter { place: 1, letter: 'O' }, "第 1 位的“O”"),
            ("9144030019220382Z6", UsccError::LeftOutLetter { place: 17, letter: 'Z' }, "不用字母 I、O、Z、S、V"),
            ("91440300192203821S", UsccError::LeftOutLetter { place: 18, letter: 'S' }, "第 18 位"),
            ("91440300192203821v", UsccError::LeftOutLetter { place: 18, letter: 'V' }, "“V”"),
            ("91440300-922038216", UsccError::Character { place: 9, character: '-' }, "只有数字和字母"),
            ("华为技术有限公司华为技术有限公司华为", UsccError::Character { place: 1, character: '华' }, "“华”不是"),
            ("914403001922038217", UsccError::CheckDigit, "校验码不对"),
            ("914403001922083216", UsccError::CheckDigit, "校验码不对"),
        ] {
            let error = typed.parse::<Uscc>().unwrap_err();
            assert_eq!(error, expected, "{typed}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn a_code_travels_as_its_text() {
        let code: Uscc = "914403001922038216".parse().unwrap();
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"914403001922038216\"");
        assert!(serde_json::from_str::<Uscc>("\"914403001922038217\"").is_err());
    }

    proptest! {
        #[test]
        fn one_changed_character_is_refused(published in prop::sample::select(PUBLISHED), place in 0..18_usize, to in 0..31_usize) {
            let mut code: Vec<char> = published.1.chars().collect();
            let other = ALPHABET.chars().nth(to).unwrap();
            prop_assume!(code[place] != other);
            code[place] = other;
            let typed: String = code.into_iter().collect();
            prop_assert_eq!(typed.parse::<Uscc>(), Err(UsccError::CheckDigit));
        }
    }
}
