//! An amount in the capitals that no stroke turns into another number: `壹万贰仟叁佰肆拾伍元陆角柒分`.
//!
//! After 正确填写票据和结算凭证的基本规定 (银发〔1997〕393号, annex 1). Where that leaves a choice, it is made once: 整 stands
//! after 元 and after 角, one 零 stands for any run of zeros inside, none before 角 after a 元 that ends in zero.
//! Deliberately absent: reading such a text, and sums: a bank writes single amounts.

use super::Fen;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
/// Within a group of four.
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
/// Of the groups of four: enough for [`super::AMOUNT_MAX`] and a thousand times more.
const GROUPS: [&str; 3] = ["", "万", "亿"];
/// Where three groups of four, and 角 and 分, end.
const CAPITALS_END: u64 = 100_000_000_000_000;

impl Fen {
    /// The amount in capitals, as a bank would write it; a sum from 10,000 亿 on in figures.
    #[must_use]
    pub fn to_capitals(self) -> String {
        let fen = self.get().unsigned_abs();
        if fen >= CAPITALS_END {
            return self.to_string();
        }
        let (yuan, jiao, fen) = (fen / 100, digit(fen / 10), digit(fen));
        let mut text = String::from(if self.get() < 0 { "负" } else { "" });
        if yuan > 0 || (jiao, fen) == (0, 0) {
            text.push_str(&whole(yuan));
            text.push('元');
        }
        let zero = yuan > 0 && jiao == 0 && fen > 0;
        let parts =
            [(zero, DIGITS[0], ""), (jiao > 0, DIGITS[jiao], "角"), (fen > 0, DIGITS[fen], "分"), (fen == 0, "", "整")];
        for (_, digit, unit) in parts.into_iter().filter(|(stands, ..)| *stands) {
            text.push_str(digit);
            text.push_str(unit);
        }
        text
    }
}

/// The last decimal digit.
fn digit(number: u64) -> usize {
    usize::try_from(number % 10).unwrap_or_default()
}

fn whole(number: u64) -> String {
    if number == 0 {
        return DIGITS[0].to_owned();
    }
    let mut text = String::new();
    let mut zeros = false;
    for (group, name) in GROUPS.iter().enumerate().rev() {
        let four = number / 10_u64.pow(4 * u32::try_from(group).unwrap_or_default()) % 10_000;
        for (place, unit) in PLACES.iter().enumerate().rev() {
            let digit = digit(four / 10_u64.pow(u32::try_from(place).unwrap_or_default()));
            if digit == 0 {
                zeros = !text.is_empty();
                continue;
            }
            if zeros {
                text.push_str(DIGITS[0]);
                zeros = false;
            }
            text.push_str(DIGITS[digit]);
            text.push_str(unit);
        }
        if four > 0 {
            text.push_str(name);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_written_as_a_bank_writes_them() {
        let table = [
            (1_234_567, "壹万贰仟叁佰肆拾伍元陆角柒分"),
            (0, "零元整"),
            (1, "壹分"),
            (10, "壹角整"),
            (55, "伍角伍分"),
            (100, "壹元整"),
            (101, "壹元零壹分"),
            (110, "壹元壹角整"),
            (1_000, "壹拾元整"),
            (1_050, "壹拾元伍角整"),
            (140_950, "壹仟肆佰零玖元伍角整"),
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (100_500, "壹仟零伍元整"),
            (1_050_000, "壹万零伍佰元整"),
            (1_000_100, "壹万零壹元整"),
            (10_700_053, "壹拾万零柒仟元伍角叁分"),
            (5_000_000, "伍万元整"),
            (100_000_000, "壹佰万元整"),
            (10_000_000_000, "壹亿元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (10_001_000_000, "壹亿零壹万元整"),
            (12_050_000_000, "壹亿贰仟零伍拾万元整"),
            (10_000_000_000_000, "壹仟亿元整"),
            (100_000_000_000_000, "1,000,000,000,000 元"),
            (-1_205, "负壹拾贰元零伍分"),
        ];
        for (fen, expected) in table {
            assert_eq!(Fen::new(fen).unwrap().to_capitals(), expected, "{fen}");
        }
    }

    proptest! {
        #[test]
        fn no_zero_is_doubled_or_stands_before_a_unit(fen in 0..10_000_000_000_000_i64) {
            let text = Fen::new(fen).unwrap().to_capitals();
            for wrong in ["零零", "零拾", "零佰", "零仟", "零万", "零亿", "零角", "零整"] {
                prop_assert!(!text.contains(wrong), "{fen}: {text}");
            }
            prop_assert_eq!(text.contains("零元"), fen == 0);
        }
    }
}
