//! How Chinese text is read: words, inner words, names of places.
//!
//! It knows no index; what a typed query asks for is read in `reading`. Hanzi are never compared by sound (`景点` is not
//! `经典`): pinyin terms are kept apart and only words typed in Latin letters ask for them.

use std::collections::{BTreeSet, HashMap};

use jieba_rs::Jieba;

use super::config::{Part, PartRule, SearchConfig};
pub use super::folding::TableError;
use super::folding::{Folding, Run, grams, runs};
use super::lexicon::{Entry, EntryKind, Lexicon};
use super::pinyin;
pub use super::reading::{Alternative, Group, Reach, Reading, Want};
use domain::place::short_village_name;

/// A word that stands at most so often in the texts from which the dictionary was made is rare.
const RARE: usize = 5;
/// Marks a term that is a word of its own, not merely two characters side by side.
pub const WORD_MARK: char = '=';

/// Reads documents and queries. Costs about half a second and some tens of megabytes to make: make one and share it.
pub struct Analyzer {
    config: SearchConfig,
    jieba: Jieba,
    folding: Folding,
    lexicon: Lexicon,
    /// Code → short name of every place.
    names: HashMap<String, String>,
    /// Word → the other words of its groups, and those that are narrower.
    synonyms: HashMap<String, Vec<String>>,
    /// Pinyin of a word that has synonyms → that word and its synonyms.
    synonyms_by_pinyin: HashMap<String, Vec<String>>,
    fingerprint: u64,
}

impl Analyzer {
    /// `places`: codes and full names of all counties, towns and villages.
    pub fn new<'a>(
        config: SearchConfig,
        places: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, TableError> {
        let folding = Folding::new(&config.same_characters)?;
        let mut analyzer = Self {
            config,
            jieba: Jieba::new(),
            folding,
            lexicon: Lexicon::default(),
            names: HashMap::new(),
            synonyms: HashMap::new(),
            synonyms_by_pinyin: HashMap::new(),
            fingerprint: 0,
        };
        let city = analyzer.config.city.clone();
        // In order, so that the same places always make the same analyzer.
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_unstable();
        for (code, name) in std::iter::once(("4414", city.as_str())).chain(places) {
            analyzer.learn_place(code, name);
        }
        analyzer.learn_synonyms();
        analyzer.learn_lexicon();
        analyzer.learn_words();
        analyzer.fingerprint = analyzer.take_fingerprint();
        Ok(analyzer)
    }

    pub fn config(&self) -> &SearchConfig {
        &self.config
    }

    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The short name of the place with this code.
    pub fn place_name(&self, code: &str) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }

    /// Changes when documents would be indexed differently.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whether `word` is hardly ever written: it may be another word that sounds alike.
    pub(super) fn is_rare(&self, word: &str) -> bool {
        !self.lexicon.has(word) && (!self.jieba.has_word(word) || self.jieba.suggest_freq(word) <= RARE)
    }

    /// The words that mean the same as `word`, and those that are narrower.
    pub(super) fn synonyms(&self, word: &str) -> &[String] {
        self.synonyms.get(word).map_or(&[], Vec::as_slice)
    }

    /// The words with synonyms that are spelt so, with their synonyms.
    pub(super) fn synonyms_by_pinyin(&self, typed: &str) -> &[String] {
        self.synonyms_by_pinyin.get(typed).map_or(&[], Vec::as_slice)
    }

    /// One form for what people mean as the same: half width, lower case, simplified. Keeps the number of characters.
    pub fn fold(&self, text: &str) -> String {
        self.folding.fold(text)
    }

    /// The words of a run of Hanzi, one after another.
    pub(super) fn cut<'a>(&self, run: &'a str) -> Vec<&'a str> {
        self.jieba.cut(run, false).into_iter().map(|token| token.word).collect()
    }

    /// The shorter words inside of a word.
    pub(super) fn inner_words(&self, word: &str) -> Vec<String> {
        let inner = self.jieba.cut_for_search(word, false).into_iter().map(|token| token.word);
        inner.filter(|inner| *inner != word && inner.chars().nth(1).is_some()).map(str::to_owned).collect()
    }

    /// `黄沙村委会` → `黄沙村委会`, `黄沙村`, `黄沙`. `name` is folded.
    fn place_forms(&self, name: &str) -> Vec<String> {
        let mut forms = vec![name.to_owned()];
        let ending = self.config.place_endings.iter().find(|(ending, _)| name.ends_with(ending.as_str()));
        if let Some((ending, instead)) = ending {
            let stem = name.strip_suffix(ending.as_str()).unwrap_or(name);
            forms.extend(instead.iter().map(|short| format!("{stem}{short}")));
        }
        forms.retain(|form| form.chars().count() >= 2);
        forms
    }

    fn learn_place(&mut self, code: &str, name: &str) {
        let forms = self.place_forms(&self.fold(name));
        let short = short_village_name(name);
        let kind = match code.len() {
            ..=6 => EntryKind::County,
            9 => EntryKind::Town,
            _ => EntryKind::Village,
        };
        self.lexicon.add(Entry { text: short.clone(), kind, code: Some(code.to_owned()) }, &forms);
        self.names.insert(code.to_owned(), short);
    }

    fn learn_synonyms(&mut self) {
        let fold = |words: &Vec<String>| words.iter().map(|word| self.fold(word)).collect::<Vec<_>>();
        let groups: Vec<Vec<String>> = self.config.synonyms.iter().map(fold).collect();
        let narrower: Vec<(String, Vec<String>)> =
            self.config.narrower.iter().map(|(broad, narrow)| (self.fold(broad), fold(narrow))).collect();
        for group in &groups {
            for word in group {
                let others: Vec<String> = group.iter().filter(|other| *other != word).cloned().collect();
                self.learn_meaning(word, &others);
            }
        }
        for (broad, narrow) in &narrower {
            self.learn_meaning(broad, narrow);
        }
        for words in self.synonyms.values_mut().chain(self.synonyms_by_pinyin.values_mut()) {
            words.sort_unstable();
            words.dedup();
        }
    }

    fn learn_meaning(&mut self, word: &str, others: &[String]) {
        self.synonyms.entry(word.to_owned()).or_default().extend(others.iter().cloned());
        for spelling in pinyin::spellings(word) {
            let all = self.synonyms_by_pinyin.entry(spelling).or_default();
            all.push(word.to_owned());
            all.extend(others.iter().cloned());
        }
    }

    /// Fields, kinds and words with synonyms can be suggested, and meant by a slip.
    fn learn_lexicon(&mut self) {
        let word = |text: &String| (text.clone(), EntryKind::Word);
        let synonyms = self.config.synonyms.iter().flatten().chain(self.config.narrower.keys());
        let mut words: Vec<(String, EntryKind)> = synonyms.map(word).collect();
        words.extend(self.config.kind_words.values().flatten().map(word));
        words.extend(self.config.field_names.values().map(|name| (name.clone(), EntryKind::Field)));
        let mut seen = BTreeSet::new();
        for (text, kind) in words {
            let folded = self.fold(&text);
            if seen.insert(folded.clone()) {
                self.lexicon.add(Entry { text, kind, code: None }, &[folded]);
            }
        }
        self.lexicon.finish();
    }

    fn learn_words(&mut self) {
        // Sorted, because a dictionary that grows in another order can weigh words differently.
        let kinds: Vec<String> = self.config.kind_words.values().flatten().map(|word| self.fold(word)).collect();
        let words: BTreeSet<&String> = self
            .lexicon
            .place_forms()
            .chain(self.synonyms.keys())
            .chain(self.synonyms.values().flatten())
            .chain(&kinds)
            .collect();
        for word in words {
            if word.chars().count() >= 2 && !self.jieba.has_word(word) {
                self.jieba.add_word(word, None, None);
            }
        }
    }

    fn take_fingerprint(&self) -> u64 {
        let places: BTreeSet<&String> = self.lexicon.place_forms().collect();
        let rules: Vec<_> = self.config.parts.iter().map(|rule| (rule.part.name(), rule.pinyin, rule.place)).collect();
        let config = &self.config;
        let all = format!(
            "{places:?}{rules:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{}",
            config.synonyms,
            config.narrower,
            config.field_names,
            config.kind_words,
            config.conjunctions,
            config.place_endings,
            config.same_characters,
            config.city
        );
        // FNV-1a: the same on every machine and with every compiler.
        all.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The terms under which a part of a need is found by Hanzi and by literal Latin letters and digits.
    pub fn terms(&self, rule: &PartRule, text: &str) -> BTreeSet<String> {
        let folded = self.fold(text);
        let mut terms = BTreeSet::new();
        if rule.part == Part::Code {
            terms.insert(folded.trim().to_owned());
            terms.remove("");
            return terms;
        }
        if rule.part == Part::Kind {
            return folded.split(' ').filter(|word| !word.is_empty()).map(marked).collect();
        }
        for run in runs(&folded) {
            match run {
                Run::Latin(word) => {
                    terms.extend(word.split('-').filter(|piece| !piece.is_empty()).map(str::to_owned));
                    terms.insert(word);
                }
                Run::Hanzi(run) => {
                    terms.extend(grams(&run, 1));
                    terms.extend(grams(&run, 2));
                    terms.extend(self.words(rule, &run).into_iter().map(|word| marked(&word)));
                }
            }
        }
        terms
    }

    /// The pinyin and initials under which a part of a need is found; empty where the part is not found by pinyin.
    pub fn pinyin_terms(&self, rule: &PartRule, text: &str) -> BTreeSet<String> {
        let mut terms = BTreeSet::new();
        if !rule.pinyin {
            return terms;
        }
        for run in runs(&self.fold(text)) {
            let Run::Hanzi(run) = run else { continue };
            for word in self.words(rule, &run) {
                terms.extend(pinyin::spellings(&word));
                // Initials of every word of a title would meet half of all needs.
                if rule.place {
                    terms.extend(pinyin::initials(&word));
                }
            }
        }
        terms
    }

    /// Words of a run of Hanzi: of a place's name its forms, of other text what the dictionary sees, inner words too.
    fn words(&self, rule: &PartRule, run: &str) -> BTreeSet<String> {
        if rule.place {
            return self.place_forms(run).into_iter().collect();
        }
        self.jieba.cut_for_search(run, false).into_iter().map(|token| token.word.to_owned()).collect()
    }
}

pub(super) fn marked(word: &str) -> String {
    format!("{WORD_MARK}{word}")
}
