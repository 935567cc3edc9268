//! The words that the site itself has: places, fields, kinds, and words with synonyms; by their writing, their sound and
//! their initials. It completes what is typed, tells which places a name names, and what a word that nobody knows may
//! have been meant to be.
//!
//! It knows nothing of needs. Everything in it is folded but what is shown.

use super::pinyin;
use domain::api::needs::SuggestionKind;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// Readings of one name that are kept for completing; the rest are rare.
const SPELLINGS: usize = 8;

/// In the order in which they are suggested and meant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum EntryKind {
    County,
    Field,
    Town,
    Word,
    Village,
}

/// One word of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// As it is shown.
    pub text: String,
    pub kind: EntryKind,
    /// Of a place.
    pub code: Option<String>,
}

impl Entry {
    #[must_use]
    pub fn suggestion_kind(&self) -> SuggestionKind {
        match self.kind {
            EntryKind::County | EntryKind::Town | EntryKind::Village => SuggestionKind::Place,
            EntryKind::Field => SuggestionKind::Field,
            EntryKind::Word => SuggestionKind::Word,
        }
    }
}

#[derive(Default)]
pub struct Lexicon {
    entries: Vec<Entry>,
    /// Writing, sound or initials → entries, in the order in which they were added.
    typed: BTreeMap<String, Vec<u32>>,
    /// A name of a place in any of its forms → codes.
    places: HashMap<String, Vec<String>>,
    /// The same by sound and by initials.
    places_by_sound: HashMap<String, Vec<String>>,
    /// Sound → the words of two characters and more that have it, the likeliest first.
    sounds: HashMap<String, Vec<(EntryKind, String)>>,
}

impl Lexicon {
    /// Adds a word; `forms` are all ways to write it.
    pub fn add(&mut self, entry: Entry, forms: &[String]) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        for form in forms {
            self.find_by(form.clone(), number);
            let spellings = pinyin::spellings(form);
            for spelling in spellings.iter().take(SPELLINGS) {
                self.find_by(spelling.clone(), number);
            }
            let initials = pinyin::initials(form);
            for initials in initials.iter().filter(|initials| initials.len() >= 2) {
                self.find_by(initials.clone(), number);
            }
            if let Some(code) = &entry.code {
                push_new(self.places.entry(form.clone()).or_default(), code.clone());
                for sound in spellings.iter().chain(&initials) {
                    push_new(self.places_by_sound.entry(sound.clone()).or_default(), code.clone());
                }
            }
            if pinyin::all_read(form) && form.chars().count() >= 2 {
                for spelling in spellings {
                    push_new(self.sounds.entry(spelling).or_default(), (entry.kind, form.clone()));
                }
            }
        }
        self.entries.push(entry);
    }

    /// Call it when all words are in.
    pub fn finish(&mut self) {
        for words in self.sounds.values_mut() {
            words.sort();
        }
    }

    fn find_by(&mut self, typed: String, number: u32) {
        let numbers = self.typed.entry(typed).or_default();
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }

    /// Whether it is a word of ours, as it is written.
    pub fn has(&self, word: &str) -> bool {
        self.typed.contains_key(word)
    }

    /// The places that a name names, whole or in a short form.
    pub fn places(&self, name: &str) -> &[String] {
        self.places.get(name).map_or(&[], Vec::as_slice)
    }

    /// The places whose name sounds so, or has these initials.
    pub fn places_by_sound(&self, typed: &str) -> &[String] {
        self.places_by_sound.get(typed).map_or(&[], Vec::as_slice)
    }

    /// All names of places, in all forms.
    pub fn place_forms(&self) -> impl Iterator<Item = &String> {
        self.places.keys()
    }

    /// Words of ours that sound so, the likeliest first.
    pub fn sounding(&self, spelling: &str) -> impl Iterator<Item = &str> {
        self.sounds.get(spelling).into_iter().flatten().map(|(_, word)| word.as_str())
    }

    /// A word of ours that sounds like `word`, which is none.
    pub fn meant_by(&self, word: &str) -> Option<&str> {
        if word.chars().count() < 2 || !pinyin::all_read(word) {
            return None;
        }
        let length = word.chars().count();
        let same_length = |spelling: &String| self.sounding(spelling).find(|other| other.chars().count() == length);
        pinyin::spellings(word).iter().find_map(same_length).filter(|other| *other != word)
    }

    /// Words that begin with what was typed, in writing, sound or initials; the likeliest first, each text once.
    pub fn beginning_with(&self, typed: &str, at_most: usize) -> Vec<&Entry> {
        let mut found: Vec<(bool, EntryKind, usize, u32)> = Vec::new();
        let from = (Bound::Included(typed), Bound::Unbounded);
        for (key, numbers) in self.typed.range::<str, _>(from).take_while(|(key, _)| key.starts_with(typed)) {
            for number in numbers {
                let kind = self.entries[*number as usize].kind;
                found.push((key != typed, kind, key.len(), *number));
            }
        }
        found.sort_unstable();
        let mut entries: Vec<&Entry> = Vec::new();
        for (_, _, _, number) in found {
            let entry = &self.entries[number as usize];
            if !entries.contains(&entry) {
                entries.push(entry);
            }
            if entries.len() == at_most {
                break;
            }
        }
        entries
    }
}

fn push_new<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let mut lexicon = Lexicon::default();
        for (text, kind, code, forms) in [
            ("五华县", EntryKind::County, Some("441424"), vec!["五华县", "五华"]),
            ("黄沙村", EntryKind::Village, Some("441424125207"), vec!["黄沙村", "黄沙"]),
            ("黄沙村", EntryKind::Village, Some("441481105206"), vec!["黄沙村", "黄沙"]),
            ("路灯", EntryKind::Word, None, vec!["路灯"]),
        ] {
            let entry = Entry { text: text.to_owned(), kind, code: code.map(str::to_owned) };
            lexicon.add(entry, &forms.iter().map(|form| (*form).to_owned()).collect::<Vec<_>>());
        }
        lexicon.finish();
        lexicon
    }

    #[test]
    fn what_is_typed_is_completed_by_writing_sound_and_initials() {
        let lexicon = lexicon();
        for (typed, first) in [("五", "五华县"), ("wuh", "五华县"), ("whx", "五华县"), ("lud", "路灯"), ("ld", "路灯")]
        {
            let found = lexicon.beginning_with(typed, 5);
            assert_eq!(found.first().map(|entry| entry.text.as_str()), Some(first), "{typed}");
        }
        assert_eq!(lexicon.beginning_with("黄沙", 5).len(), 2, "two villages of one name are two");
        assert!(lexicon.beginning_with("xyz", 5).is_empty());
    }

    #[test]
    fn an_unknown_word_is_taken_for_one_that_sounds_alike() {
        let lexicon = lexicon();
        assert_eq!(lexicon.meant_by("路登"), Some("路灯"));
        assert_eq!(lexicon.meant_by("吴华"), Some("五华"));
        assert_eq!(lexicon.meant_by("路灯"), None);
        assert_eq!(lexicon.meant_by("路𣒍"), None, "what nobody can read is not guessed");
    }

    #[test]
    fn a_name_names_all_places_that_are_called_so() {
        let lexicon = lexicon();
        assert_eq!(lexicon.places("黄沙"), ["441424125207", "441481105206"]);
        assert_eq!(lexicon.places_by_sound("whx"), ["441424"]);
    }
}
