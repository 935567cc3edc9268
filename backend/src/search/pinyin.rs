//! Pinyin of words in all readings, initials, and what a hasty finger makes of them.
//!
//! It does not guess which reading is right: `大埔` is *dabu* to those who live there and *dapu* to a dictionary, and both
//! have to find it. Only queries in Latin letters are ever compared with what is made here.

use pinyin::{ToPinyin, ToPinyinMulti};

/// More readings of one word than this are cut off; longer names multiply quickly.
const MAX_READINGS: usize = 32;

/// All readings of one character, without tones; none for what is not Hanzi.
fn readings(character: char) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let first = character.to_pinyin().map(pinyin::Pinyin::plain);
    let others = character.to_pinyin_multi().into_iter().flatten().map(pinyin::Pinyin::plain);
    for reading in first.into_iter().chain(others) {
        // ü is typed as v or as u.
        for typed in [reading.replace('ü', "v"), reading.replace('ü', "u")] {
            if !all.contains(&typed) {
                all.push(typed);
            }
        }
    }
    all
}

/// Whether every character of `word` has a reading.
pub fn all_read(word: &str) -> bool {
    word.chars().all(|character| character.to_pinyin().is_some())
}

/// Every way to type `word` in pinyin; characters without a reading are passed over.
pub fn spellings(word: &str) -> Vec<String> {
    joined(word, |reading| reading)
}

/// Every way to type the initials of `word`: `大埔县` → `dbx`, `dpx`, ….
pub fn initials(word: &str) -> Vec<String> {
    joined(word, |reading| reading.get(..1).unwrap_or(""))
}

fn joined(word: &str, piece: impl Fn(&str) -> &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for character in word.chars() {
        let mut pieces: Vec<String> = Vec::new();
        for reading in readings(character) {
            let piece = piece(&reading).to_owned();
            if !pieces.contains(&piece) {
                pieces.push(piece);
            }
        }
        if pieces.is_empty() {
            continue;
        }
        // Reading by reading, so that cutting off drops rare combinations of late readings first.
        all = pieces.iter().flat_map(|piece| all.iter().map(move |start| format!("{start}{piece}"))).collect();
        all.truncate(MAX_READINGS);
    }
    all.retain(|spelling| !spelling.is_empty());
    all
}

/// What a hasty finger did, the likeliest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Slip {
    /// A letter is missing, or two are swapped, or one was hit twice.
    Hasty,
    /// A letter is wrong, or one too many.
    Wrong,
}

/// Everything one slip away from `typed`, the likelier slips first. The first letter is kept, because people rarely miss
/// it and it halves the noise.
pub fn one_slip_from(typed: &str) -> Vec<(Slip, String)> {
    let letters: Vec<char> = typed.chars().collect();
    let mut all = Vec::new();
    let text = |letters: &[char]| letters.iter().collect::<String>();
    for at in 1..=letters.len() {
        if at < letters.len() {
            let mut shorter = letters.clone();
            let gone = shorter.remove(at);
            let slip = if gone == letters[at - 1] { Slip::Hasty } else { Slip::Wrong };
            all.push((slip, text(&shorter)));
            if at + 1 < letters.len() && letters[at] != letters[at + 1] {
                let mut swapped = letters.clone();
                swapped.swap(at, at + 1);
                all.push((Slip::Hasty, text(&swapped)));
            }
        }
        for letter in 'a'..='z' {
            let mut longer = letters.clone();
            longer.insert(at, letter);
            all.push((Slip::Hasty, text(&longer)));
            if at < letters.len() && letters[at] != letter {
                let mut wrong = letters.clone();
                wrong[at] = letter;
                all.push((Slip::Wrong, text(&wrong)));
            }
        }
    }
    all.sort_unstable_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    all.dedup_by(|later, first| later.1 == first.1);
    all.sort_by_key(|(slip, _)| *slip);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_spelled_in_every_reading() {
        let dabu = spellings("大埔");
        assert!(dabu.contains(&"dabu".to_owned()) && dabu.contains(&"dapu".to_owned()), "{dabu:?}");
        assert!(initials("大埔县").contains(&"dbx".to_owned()));
        assert!(spellings("绿").contains(&"lv".to_owned()) && spellings("绿").contains(&"lu".to_owned()));
    }

    #[test]
    fn a_character_that_no_table_knows_is_passed_over() {
        assert!(spellings("𣒍").is_empty());
        assert!(spellings("輋𣒍村").iter().all(|spelling| spelling.ends_with("cun")));
    }

    #[test]
    fn one_slip_covers_missing_extra_wrong_and_swapped_letters() {
        for (typed, slip, meant) in [
            ("meixain", Slip::Hasty, "meixian"),
            ("zhaomin", Slip::Hasty, "zhaoming"),
            ("zhaomingg", Slip::Hasty, "zhaoming"),
            ("zhaoning", Slip::Wrong, "zhaoming"),
            ("zhaomixng", Slip::Wrong, "zhaoming"),
        ] {
            assert!(one_slip_from(typed).contains(&(slip, meant.to_owned())), "{typed}");
        }
    }

    #[test]
    fn long_names_do_not_explode() {
        assert!(spellings("长乐重行长乐重行长乐重行").len() <= MAX_READINGS);
    }
}
