//! What a query says of amounts (`10万以内 修路`) and quantities (`30盏`), taken out of its words.
//!
//! It knows no words but those of amounts. Text is folded before it comes here.

/// What the text says of the amount of money; both bounds are included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Amount {
    pub min_fen: Option<i64>,
    pub max_fen: Option<i64>,
    /// As it was understood: `10 万元以内`.
    pub said: String,
}

/// The text without amounts and quantities, and the amount that it names.
#[derive(Debug, Eq, PartialEq)]
pub struct Taken {
    pub rest: String,
    pub amount: Option<Amount>,
}

const AT_MOST: [&str; 6] = ["以内", "之内", "以下", "及以下", "封顶", "内"];
const AT_LEAST: [&str; 4] = ["以上", "及以上", "起", "往上"];
const AT_MOST_BEFORE: [&str; 7] = ["不超过", "不多于", "不到", "低于", "少于", "小于", "最多"];
const AT_LEAST_BEFORE: [&str; 7] = ["不少于", "不低于", "超过", "高于", "大于", "多于", "至少"];
const BETWEEN: [&str; 5] = ["到", "至", "-", "~", "—"];
const ABOUT: [&str; 3] = ["左右", "上下", "的"];
/// Fen of one of these, longest first.
const UNITS: [(&str, i64); 8] = [
    ("万元", 1_000_000),
    ("万块", 1_000_000),
    ("千元", 100_000),
    ("万", 1_000_000),
    ("w", 1_000_000),
    ("元", 100),
    ("块钱", 100),
    ("块", 100),
];

/// A number in the text: the value in thousandths, and where it ends.
fn number(text: &str) -> Option<(i64, usize)> {
    let whole: String = text.chars().take_while(char::is_ascii_digit).collect();
    if whole.is_empty() || whole.len() > 9 {
        return None;
    }
    let mut end = whole.len();
    let mut thousandths = whole.parse::<i64>().ok()? * 1_000;
    if let Some(rest) = text[end..].strip_prefix('.') {
        let part: String = rest.chars().take_while(char::is_ascii_digit).take(3).collect();
        if !part.is_empty() {
            end += 1 + part.len();
            thousandths += format!("{part:0<3}").parse::<i64>().ok()?;
        }
    }
    Some((thousandths, end))
}

fn prefix<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    words.iter().copied().filter(|word| text.starts_with(word)).max_by_key(|word| word.len())
}

/// A number with a unit of money: fen, and where it ends. `unit` is taken where none stands there.
fn money(text: &str, unit: Option<i64>) -> Option<(i64, usize)> {
    let (thousandths, end) = number(text)?;
    let found = UNITS.iter().find(|(name, _)| {
        // A letter more makes it another word: `5wifi`.
        text[end..].strip_prefix(name).is_some_and(|rest| !name.is_ascii() || !begins_latin(rest))
    });
    let (fen, end) = match (found, unit) {
        (Some((name, fen)), _) => (*fen, end + name.len()),
        (None, Some(fen)) => (fen, end),
        (None, None) => return None,
    };
    Some((thousandths.checked_mul(fen)? / 1_000, end))
}

fn begins_latin(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric())
}

/// The unit of the amount behind a `10到20万`.
fn unit_behind(text: &str) -> Option<i64> {
    let (_, end) = number(text)?;
    let behind = prefix(&text[end..], &BETWEEN)?;
    let second = &text[end + behind.len()..];
    let (_, second_end) = number(second)?;
    UNITS.iter().find(|(name, _)| second[second_end..].starts_with(name)).map(|(_, fen)| *fen)
}

/// The amount with which `text` begins, and where it ends.
fn amount(text: &str) -> Option<(Amount, usize)> {
    if let Some((word, most)) = prefix(text, &AT_MOST_BEFORE)
        .map(|word| (word, true))
        .or_else(|| prefix(text, &AT_LEAST_BEFORE).map(|word| (word, false)))
    {
        let (fen, end) = money(&text[word.len()..], None)?;
        return Some((bound(fen, most), word.len() + end));
    }
    let (first, end) = money(text, unit_behind(text))?;
    let rest = &text[end..];
    if let Some(word) = prefix(rest, &BETWEEN)
        && let Some((second, more)) = money(&rest[word.len()..], None)
        && first <= second
    {
        let both = Amount {
            min_fen: Some(first),
            max_fen: Some(second),
            said: format!("{} 到 {}", yuan(first), yuan(second)),
        };
        let behind = &rest[word.len() + more..];
        let tail = prefix(behind, &["之间", "的"]).map_or(0, str::len);
        return Some((both, end + word.len() + more + tail));
    }
    if let Some(word) = prefix(rest, &AT_LEAST) {
        return Some((bound(first, false), end + word.len()));
    }
    if let Some(word) = prefix(rest, &AT_MOST) {
        return Some((bound(first, true), end + word.len()));
    }
    // A bare amount is about that much: half as much again, or half of it less.
    let about =
        Amount { min_fen: Some(first / 2), max_fen: Some(first + first / 2), said: format!("{}左右", yuan(first)) };
    Some((about, end + prefix(rest, &ABOUT).map_or(0, str::len)))
}

fn bound(fen: i64, most: bool) -> Amount {
    let said = format!("{}{}", yuan(fen), if most { "以内" } else { "以上" });
    if most {
        Amount { min_fen: None, max_fen: Some(fen), said }
    } else {
        Amount { min_fen: Some(fen), max_fen: None, said }
    }
}

/// `5 万元`, `3,500 元`.
fn yuan(fen: i64) -> String {
    if fen >= 1_000_000 && fen % 10_000 == 0 {
        let (whole, rest) = (fen / 1_000_000, fen % 1_000_000 / 10_000);
        let rest = format!("{rest:02}");
        let rest = rest.trim_end_matches('0');
        return if rest.is_empty() { format!("{whole} 万元") } else { format!("{whole}.{rest} 万元") };
    }
    format!("{} 元", fen / 100)
}

/// Takes the first amount and every quantity out of a folded text. A text of nothing else keeps its quantities.
pub fn take(folded: &str, measures: &[String]) -> Taken {
    let (mut rest, mut found) = (String::new(), None);
    let mut quantities = false;
    let mut at = 0;
    while let Some(character) = folded[at..].chars().next() {
        let free = !rest.chars().next_back().is_some_and(|before| before.is_ascii_alphanumeric() || before == '-');
        let text = &folded[at..];
        if free
            && found.is_none()
            && let Some((amount, end)) = amount(text)
        {
            found = Some(amount);
            rest.push(' ');
            at += end;
        } else if free
            && let Some((_, end)) = number(text)
            && let Some(measure) = measures.iter().find(|measure| text[end..].starts_with(measure.as_str()))
        {
            quantities = true;
            rest.push(' ');
            at += end + measure.len();
        } else {
            rest.push(character);
            at += character.len_utf8();
        }
    }
    if rest.trim().is_empty() && quantities && found.is_none() {
        folded.clone_into(&mut rest);
    }
    Taken { rest, amount: found }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Least and most, in hundreds of yuan.
    type Bounds = (Option<i64>, Option<i64>);

    fn read(text: &str) -> (String, Option<Bounds>) {
        let measures = ["盏".to_owned(), "公里".to_owned()];
        let Taken { rest, amount } = take(text, &measures);
        let hundreds = |fen: Option<i64>| fen.map(|fen| fen / 10_000);
        (rest.trim().to_owned(), amount.map(|amount| (hundreds(amount.min_fen), hundreds(amount.max_fen))))
    }

    #[test]
    fn amounts_are_taken_out_with_their_bounds() {
        for (text, rest, bounds) in [
            ("10万以内 修路", "修路", (None, Some(1_000))),
            ("5万元以内 路灯", "路灯", (None, Some(500))),
            ("50万以上的桥", "的桥", (Some(5_000), None)),
            ("不超过3.5万 图书", "图书", (None, Some(350))),
            ("至少20万的路", "的路", (Some(2_000), None)),
            ("10到20万 茶叶", "茶叶", (Some(1_000), Some(2_000))),
            ("10-20万元 茶叶", "茶叶", (Some(1_000), Some(2_000))),
            ("8000元 书", "书", (Some(40), Some(120))),
            ("路灯 10w", "路灯", (Some(500), Some(1_500))),
        ] {
            assert_eq!(read(text), (rest.to_owned(), Some(bounds)), "{text}");
        }
    }

    #[test]
    fn quantities_are_left_out_and_other_numbers_stay() {
        for (text, rest) in [
            ("ludeng 30盏", "ludeng"),
            ("修2公里路", "修 路"),
            ("30盏", "30盏"),
            ("5g 基站", "5g 基站"),
            ("xq-441424-2026-12", "xq-441424-2026-12"),
            ("2026", "2026"),
            ("5wifi", "5wifi"),
        ] {
            assert_eq!(read(text), (rest.to_owned(), None), "{text}");
        }
    }

    #[test]
    fn what_was_understood_is_said_in_words() {
        let said = |text| take(text, &[]).amount.map(|amount| amount.said);
        assert_eq!(said("3.5万以内").as_deref(), Some("3.5 万元以内"));
        assert_eq!(said("800元以上").as_deref(), Some("800 元以上"));
        assert_eq!(said("999999999万").as_deref(), Some("999999999 万元左右"));
    }
}
