//! Where the words that were asked for stand in a text. Our own, so that every engine's answers are marked alike.
//!
//! It marks what the engine looked for. Deliberately absent: markup; a page makes it from the pieces.

use std::collections::{BTreeSet, HashMap};

use domain::api::needs::TextPiece;

use super::reading::{Group, Reading, Want};
use super::text::{Analyzer, WORD_MARK};

/// Characters of a snippet.
const SNIPPET: usize = 64;
/// Characters before the first word that is shown.
const BEFORE: usize = 12;

/// The words of a query as they may stand in a text.
pub struct Marker<'a> {
    analyzer: &'a Analyzer,
    /// Folded, by their first characters, the longest first.
    words: HashMap<char, Vec<Vec<char>>>,
    /// A bit for each of the first characters, by the end of its number: most characters begin no word.
    firsts: u64,
}

fn bit(character: char) -> u64 {
    1 << (u32::from(character) % u64::BITS)
}

/// A text with what of it was asked for.
struct Marked {
    characters: Vec<char>,
    hits: Vec<bool>,
    /// Where the part begins in which most of it was asked for, and how many characters those are.
    densest: (usize, usize),
}

impl<'a> Marker<'a> {
    pub fn new(analyzer: &'a Analyzer, reading: &Reading) -> Self {
        let mut words = BTreeSet::new();
        for group in &reading.groups {
            words.extend(spellings(analyzer, group));
        }
        let mut by_first: HashMap<char, Vec<Vec<char>>> = HashMap::new();
        for word in words {
            let word: Vec<char> = word.chars().collect();
            by_first.entry(*word.first().unwrap_or(&' ')).or_default().push(word);
        }
        for words in by_first.values_mut() {
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        }
        let firsts = by_first.keys().fold(0, |bits, first| bits | bit(*first));
        Marker { analyzer, words: by_first, firsts }
    }

    /// For each character whether it belongs to a word that was asked for. Folding keeps the number of characters.
    fn hits(&self, text: &str) -> Vec<bool> {
        let folded: Vec<char> = self.analyzer.fold(text).chars().collect();
        let mut hits = vec![false; folded.len()];
        let mut at = 0;
        while at < folded.len() {
            if self.firsts & bit(folded[at]) == 0 {
                at += 1;
                continue;
            }
            let here = &folded[at..];
            let before = at.checked_sub(1).map(|before| folded[before]);
            let words = self.words.get(&folded[at]).map_or(&[][..], Vec::as_slice);
            let length = words.iter().find(|word| stands(word, here, before)).map_or(0, Vec::len);
            hits[at..at + length].fill(true);
            at += length.max(1);
        }
        hits
    }

    /// The whole text in pieces.
    pub fn whole(&self, text: &str) -> Vec<TextPiece> {
        pieces(&text.chars().collect::<Vec<_>>(), &self.hits(text))
    }

    /// Of the text in which most was asked for, the part in which that is; empty where nothing was.
    pub fn snippet<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<TextPiece> {
        let marked = texts.filter_map(|text| self.marked(text));
        let Some(Marked { characters, hits, densest: (start, _) }) = marked.max_by_key(|marked| marked.densest.1)
        else {
            return Vec::new();
        };
        let from = start.saturating_sub(BEFORE);
        let until = (from + SNIPPET).min(characters.len());
        let mut all = pieces(&characters[from..until], &hits[from..until]);
        let dots = || TextPiece { text: "…".to_owned(), hit: false };
        if from > 0 {
            all.insert(0, dots());
        }
        if until < characters.len() {
            all.push(dots());
        }
        all
    }

    fn marked(&self, text: &str) -> Option<Marked> {
        let hits = self.hits(text);
        let densest = densest(&hits)?;
        let plain = |character: char| if character.is_whitespace() { ' ' } else { character };
        Some(Marked { characters: text.chars().map(plain).collect(), hits, densest })
    }
}

/// Whether `word` stands at the beginning of `text`; a Latin word does only as a whole.
fn stands(word: &[char], text: &[char], before: Option<char>) -> bool {
    let latin = |character: Option<&char>| character.is_some_and(char::is_ascii_alphanumeric);
    let whole = !latin(word.first()) || (!latin(before.as_ref()) && !latin(text.get(word.len())));
    text.starts_with(word) && whole
}

/// Where the first hit of the densest part stands, and how many are in it.
fn densest(hits: &[bool]) -> Option<(usize, usize)> {
    let starts = (0..hits.len()).filter(|at| hits[*at] && (*at == 0 || !hits[at - 1]));
    let within =
        |start: usize| hits[start..(start + SNIPPET - BEFORE).min(hits.len())].iter().filter(|hit| **hit).count();
    let counted = starts.map(|start| (start, within(start)));
    counted.max_by_key(|(start, number)| (*number, std::cmp::Reverse(*start)))
}

fn pieces(characters: &[char], hits: &[bool]) -> Vec<TextPiece> {
    let mut rest = characters;
    let pieces = hits.chunk_by(|one, next| one == next).map(|alike| {
        let (piece, behind) = rest.split_at(alike.len().min(rest.len()));
        rest = behind;
        TextPiece { text: piece.iter().collect(), hit: alike[0] }
    });
    pieces.collect()
}

/// How a word of the query may be written.
fn spellings(analyzer: &Analyzer, group: &Group) -> BTreeSet<String> {
    let mut all = BTreeSet::from([group.word.clone()]);
    all.extend(group.thing.clone());
    for way in &group.alternatives {
        match &way.want {
            // A synonym of one character is a word of its own there, and part of others here.
            Want::Term(term) => {
                let term = term.strip_prefix(WORD_MARK).unwrap_or(term);
                all.extend((term.chars().count() > 1).then(|| term.to_owned()));
            }
            Want::AllOf(_) => {}
            Want::Pinyin(typed) => {
                all.extend(analyzer.lexicon().sounding(typed).map(str::to_owned));
            }
        }
    }
    all.extend(group.places.iter().filter_map(|code| analyzer.place_name(code)).map(|name| analyzer.fold(name)));
    all
}
