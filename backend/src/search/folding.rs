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
    table: HashMap<char, char>,
}

impl Folding {
    /// `same`: characters that are written both ways in names of ours. Simplified forms outside the basic plane are not
    /// used: no pinyin table and few fonts know them.
    pub fn new(same: &BTreeMap<char, char>) -> Result<Self, TableError> {
        let converter = OpenCC::from_config(BuiltinConfig::T2s).map_err(|problem| TableError(problem.to_string()))?;
        let mut table = HashMap::new();
        for character in '\u{3400}'..='\u{9fff}' {
            let simple = converter.convert(character.encode_utf8(&mut [0; 4]));
            let mut characters = simple.chars();
            if let (Some(to), None) = (characters.next(), characters.next())
                && to != character
                && u32::from(to) <= 0xffff
            {
                table.insert(character, to);
            }
        }
        table.extend(same);
        Ok(Self { table })
    }

    /// `text` in the one form.
    pub fn fold(&self, text: &str) -> String {
        text.chars().map(|character| self.character(character)).collect()
    }

    fn character(&self, character: char) -> char {
        let narrow = match character {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
            other => other,
        };
        let lower = narrow.to_lowercase().next().unwrap_or(narrow);
        self.table.get(&lower).copied().unwrap_or(lower)
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
