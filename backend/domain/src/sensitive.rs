//! Numbers that are sensitive personal information wherever they stand: of an identity card, of a bank card.
//!
//! The platform asks for none. Whoever writes his own is asked for his consent first (`ConsentKind::SensitiveData`);
//! without it they are not taken, and when it is withdrawn they are erased. Sources: Personal Information Protection
//! Law, articles 28, 29 and 47; GB 11643-1999 (identity numbers); ISO/IEC 7812-1 (the check digit of cards).
//! Deliberately absent: what no rule sees in a text, such as an illness.

use crate::money::to_half_width;
use crate::uscc::Uscc;
use chrono::NaiveDate;
use std::ops::Range;

/// Digits of an identity number.
const IDENTITY: usize = 18;
/// Digits of a bank card.
const CARD: std::ops::RangeInclusive<usize> = 16..=19;
/// What stands where such a number was.
const HIDDEN: &str = "***";

/// Whether a text holds such a number.
#[must_use]
pub fn holds_number(text: &str) -> bool {
    !numbers(text).is_empty()
}

/// A text without such numbers.
#[must_use]
pub fn without_numbers(text: &str) -> String {
    let (mut left, mut from) = (String::new(), 0);
    for number in numbers(text) {
        left.push_str(&text[from..number.start]);
        left.push_str(HIDDEN);
        from = number.end;
    }
    left.push_str(&text[from..]);
    left
}

/// Digits that follow each other, and where they stand.
struct Group {
    digits: String,
    at: Range<usize>,
}

/// Where such numbers stand, from the first to the last.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in runs(text) {
        let mut first = 0;
        while first < run.len() {
            // The longest that begins here.
            let number = (first..run.len()).rev().find(|last| {
                let digits: String = run[first..=*last].iter().map(|group| group.digits.as_str()).collect();
                is_identity(&digits) || is_card(&digits)
            });
            if let Some(last) = number {
                found.push(run[first].at.start..run[last].at.end);
                first = last;
            }
            first += 1;
        }
    }
    found
}

/// Groups of digits with nothing but a space or a hyphen between them. What stands right beside letters is another
/// number; only the last character of an identity number may be an X.
fn runs(text: &str) -> Vec<Vec<Group>> {
    let mut runs: Vec<Vec<Group>> = vec![Vec::new()];
    let mut group: Option<Group> = None;
    let mut beside_letters = false;
    let characters = text.char_indices().map(|(at, c)| (at, c.len_utf8(), to_half_width(c)));
    for (at, length, c) in characters.chain([(text.len(), 0, '\n')]) {
        let last_x = matches!(c, 'x' | 'X') && group.as_ref().is_some_and(|group| group.digits.ends_with(digit));
        if c.is_ascii_digit() || last_x {
            let group = group.get_or_insert_with(|| Group { digits: String::new(), at: at..at });
            group.digits.push(c.to_ascii_uppercase());
            group.at.end = at + length;
            continue;
        }
        beside_letters |= c.is_ascii_alphabetic();
        if let Some(group) = group.take()
            && !beside_letters
            && let Some(run) = runs.last_mut()
        {
            run.push(group);
        }
        if !matches!(c, ' ' | '-') {
            runs.push(Vec::new());
        }
        beside_letters = c.is_ascii_alphabetic();
    }
    runs
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Seventeen digits with a birthday among them, and the check character of ISO 7064 MOD 11-2.
fn is_identity(number: &str) -> bool {
    let value = |c: char| if c == 'X' { Some(10) } else { c.to_digit(10) };
    let Some(values) = number.chars().map(value).collect::<Option<Vec<u32>>>() else { return false };
    if values.len() != IDENTITY || values[..IDENTITY - 1].contains(&10) {
        return false;
    }
    let born = NaiveDate::parse_from_str(&number[6..14], "%Y%m%d").is_ok() && matches!(&number[6..8], "19" | "20");
    let sum = values.iter().fold(0, |sum, value| (sum * 2 + value) % 11);
    born && sum == 1
}

/// Digits that begin as the cards of a bank do, with the check digit of such cards; no organisation's code.
fn is_card(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| CARD.contains(&digits.len())) else { return false };
    let doubled = |(n, digit): (usize, &u32)| {
        let twice = if n % 2 == 1 { digit * 2 } else { *digit };
        if twice > 9 { twice - 9 } else { twice }
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    matches!(digits[0], 3..=6 | 9) && sum.is_multiple_of(10) && number.parse::<Uscc>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of GB 11643-1999, and a card number of the documentation of check digits.
    const IDENTITY_CARD: &str = "11010519491231002X";
    const BANK_CARD: &str = "6222021234567890128";

    #[test]
    fn numbers_of_identity_and_bank_cards_are_seen_however_they_are_typed() {
        for text in [
            IDENTITY_CARD,
            BANK_CARD,
            "我的身份证号是11010519491231002x，请核对",
            "身份证 110105 19491231 002X。",
            "１１０１０５１９４９１２３１００２Ｘ",
            "卡号：6222-0212-3456-7890-128",
            "第 3 户 6222 0212 3456 7890 128",
            "4111 1111 1111 1111",
        ] {
            assert!(holds_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "",
            "要修 2 公里的水管，156 户，2026-06-30 前完成",
            "电话 13800138000，或 0753-2233445",
            "统一社会信用代码 914403001922038216",
            "91441424MA4RL00013",
            "认捐编号 QC7K3M9P9，金额 1234567.89 元",
            "110105194912310021",
            "110105194913310020",
            "6222021234567890121",
            "X11010519491231002X",
            "0000000000000000",
        ] {
            assert!(!holds_number(text), "{text}");
        }
    }

    #[test]
    fn the_number_goes_and_nothing_else() {
        let text = format!("本人（{IDENTITY_CARD}）的卡 6222 0212 3456 7890 128 丢了，电话 13800138000");
        assert_eq!(without_numbers(&text), "本人（***）的卡 *** 丢了，电话 13800138000");
        assert_eq!(without_numbers("修水管"), "修水管");
    }

    proptest! {
        #[test]
        fn what_is_left_of_any_text_holds_no_number(text in "[0-9Xx \\-一]{0,60}|\\PC{0,40}") {
            let left = without_numbers(&text);
            prop_assert!(!holds_number(&left));
            prop_assert!(holds_number(&text) || left == text);
        }
    }
}
