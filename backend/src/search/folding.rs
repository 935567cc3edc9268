//! One form for what people mean as the same: half width, lower case, simplified characters; and the runs of a text.
//!
//! It knows no words. Folding goes character by character, so that the same character always folds alike, whatever
//! stands beside it, and the number of characters stays the same.

use std::collections::{BTreeMap, HashMap};

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// The table of traditional characters could not be prepared.
#[derive(Debug, thiserror::Error)]
#[error("the table of traditional characters cannot be read: {0}")]
pub struct TableError(String);

/// The characters that change when folded.
pub struct Folding {
    /// What each character from [`FIRST_HANZI`] to [`LAST_HANZI`] folds to.
    hanzi: Vec<char>,
    /// The same for characters outside of that plane.
    others: HashMap<char, char>,
}

const FIRST_HANZI: char = '\u{3400}';
const LAST_HANZI: char = '\u{9fff}';

impl Folding {
    /// `same`: characters that are written both ways in names of ours. Simplified forms outside the basic plane are not
    /// used: no pinyin table and few fonts know them.
    pub fn new(same: &BTreeMap<char, char>) -> Result<Self, TableError> {
        let converter = OpenCC::from_config(BuiltinConfig::T2s).map_err(|problem| TableError(problem.to_string()))?;
        let simple = |character: char| {
            let simple = converter.convert(character.encode_utf8(&mut [0; 4]));
            let mut characters = simple.chars();
            let only = characters.next().filter(|_| characters.next().is_none());
            only.filter(|to| u32::from(*to) <= 0xffff).unwrap_or(character)
        };
        let folded = |character| same.get(&character).copied().unwrap_or_else(|| simple(character));
        let hanzi = (FIRST_HANZI..=LAST_HANZI).map(folded).collect();
        let outside = |character: &char| !(FIRST_HANZI..=LAST_HANZI).contains(character);
        let others = same.iter().map(|(from, to)| (*from, *to)).filter(|(from, _)| outside(from)).collect();
        Ok(Self { hanzi, others })
    }

    /// `text` in the one form.
    pub fn fold(&self, text: &str) -> String {
        text.chars().map(|character| self.character(character)).collect()
    }

    fn character(&self, character: char) -> char {
        match character {
            FIRST_HANZI..=LAST_HANZI => return self.hanzi[character as usize - FIRST_HANZI as usize],
            '\0'..='\x7f' => return character.to_ascii_lowercase(),
            _ => {}
        }
        let narrow = match character {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
            other => other,
        };
        let lower = narrow.to_lowercase().next().unwrap_or(narrow);
        self.others.get(&lower).copied().unwrap_or(lower)
    }
}

/// A stretch of one kind of writing.
pub enum Run {
    Hanzi(String),
    Latin(String),
}

/// Runs of Hanzi and runs of Latin letters, digits and hyphens; everything else parts them.
pub fn runs(folded: &str) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    let mut open = false;
    for character in folded.chars() {
        let latin = character.is_ascii_alphanumeric() || character == '-';
        if !latin && !is_hanzi(character) {
            open = false;
            continue;
        }
        match all.last_mut() {
            Some(Run::Latin(run)) if open && latin => run.push(character),
            Some(Run::Hanzi(run)) if open && !latin => run.push(character),
            _ if latin => all.push(Run::Latin(character.to_string())),
            _ => all.push(Run::Hanzi(character.to_string())),
        }
        open = true;
    }
    all.retain(|run| !matches!(run, Run::Latin(word) if word.bytes().all(|byte| byte == b'-')));
    all
}

fn is_hanzi(character: char) -> bool {
    matches!(character, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// All strings of `length` characters inside `run`.
pub fn grams(run: &str, length: usize) -> Vec<String> {
    let characters: Vec<char> = run.chars().collect();
    characters.windows(length).map(|window| window.iter().collect()).collect()
}
