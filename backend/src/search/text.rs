//! How Chinese text is read: words, inner words, and what a typed query asks for.
//!
//! It knows no index. Hanzi are never compared by sound (`景点` is not `经典`): pinyin terms are kept apart and only words
//! typed in Latin letters ask for them.

use std::collections::{BTreeSet, HashMap, HashSet};

use jieba_rs::Jieba;

use super::config::{Part, PartRule, SearchConfig};
pub use super::folding::TableError;
use super::folding::{Folding, Run, grams, runs};
use super::pinyin;

/// Characters of a query beyond this are not read.
const MAX_QUERY_CHARS: usize = 64;
/// Words of a query beyond this are not read.
const MAX_GROUPS: usize = 8;
/// Pinyin shorter than this is not corrected: everything is one slip from everything.
const MIN_CORRECTED: usize = 5;
/// Marks a term that is a word of its own, not merely two characters side by side.
pub const WORD_MARK: char = '=';

/// One way in which a word of the query may be met.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Want {
    /// This term.
    Term(String),
    /// All these terms in the same part of a need: a string longer than two characters, taken apart.
    AllOf(Vec<String>),
    /// This pinyin or these initials.
    Pinyin(String),
}

/// Where a way of meeting a word may count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    Everywhere,
    /// Synonyms do not count in names of places: 茶叶 is not 茶阳镇.
    NotPlaces,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Alternative {
    pub want: Want,
    /// Share of the part's weight.
    pub percent: u32,
    pub reach: Reach,
}

/// A word of the query with everything that satisfies it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    pub word: String,
    pub alternatives: Vec<Alternative>,
    /// The word is the name of a place of ours.
    pub place: bool,
}

/// Reads documents and queries. Costs about half a second and some tens of megabytes to make: make one and share it.
pub struct Analyzer {
    config: SearchConfig,
    jieba: Jieba,
    folding: Folding,
    /// Folded short and full names of all places.
    places: HashSet<String>,
    /// Word → the other words of its groups.
    synonyms: HashMap<String, Vec<String>>,
    /// Pinyin of a word that has synonyms → that word and its synonyms.
    synonyms_by_pinyin: HashMap<String, Vec<String>>,
    fingerprint: u64,
}

impl Analyzer {
    /// `place_names`: full names of all counties, towns and villages.
    pub fn new<'a>(config: SearchConfig, place_names: impl IntoIterator<Item = &'a str>) -> Result<Self, TableError> {
        let folding = Folding::new(&config.same_characters)?;
        let mut analyzer = Self {
            config,
            jieba: Jieba::new(),
            folding,
            places: HashSet::new(),
            synonyms: HashMap::new(),
            synonyms_by_pinyin: HashMap::new(),
            fingerprint: 0,
        };
        let city = analyzer.config.city.clone();
        analyzer.learn_place(&city);
        for name in place_names {
            analyzer.learn_place(name);
        }
        analyzer.learn_synonyms();
        analyzer.learn_words();
        analyzer.fingerprint = analyzer.take_fingerprint();
        Ok(analyzer)
    }

    pub fn config(&self) -> &SearchConfig {
        &self.config
    }

    /// Changes when documents would be indexed differently.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whether `word`, folded, is in the dictionary or a place of ours.
    pub fn knows_word(&self, word: &str) -> bool {
        self.jieba.has_word(word)
    }

    /// Each word, and each pinyin of a word, with the words that mean the same.
    pub fn synonym_table(&self) -> impl Iterator<Item = (&String, &Vec<String>)> {
        self.synonyms.iter().chain(&self.synonyms_by_pinyin)
    }

    /// One form for what people mean as the same: half width, lower case, simplified. Keeps the number of characters.
    pub fn fold(&self, text: &str) -> String {
        self.folding.fold(text)
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

    fn learn_place(&mut self, name: &str) {
        let forms = self.place_forms(&self.fold(name));
        self.places.extend(forms);
    }

    fn learn_synonyms(&mut self) {
        let groups: Vec<Vec<String>> =
            self.config.synonyms.iter().map(|group| group.iter().map(|word| self.fold(word)).collect()).collect();
        for group in &groups {
            for word in group {
                let others = self.synonyms.entry(word.clone()).or_default();
                others.extend(group.iter().filter(|other| *other != word).cloned());
                for spelling in pinyin::spellings(word) {
                    self.synonyms_by_pinyin.entry(spelling).or_default().extend(group.iter().cloned());
                }
            }
        }
        for words in self.synonyms.values_mut().chain(self.synonyms_by_pinyin.values_mut()) {
            words.sort_unstable();
            words.dedup();
        }
    }

    fn learn_words(&mut self) {
        // Sorted, because a dictionary that grows in another order can weigh words differently.
        let words: BTreeSet<&String> = self.places.iter().chain(self.synonyms.keys()).collect();
        for word in words {
            if word.chars().count() >= 2 && !self.jieba.has_word(word) {
                self.jieba.add_word(word, None, None);
            }
        }
    }

    fn take_fingerprint(&self) -> u64 {
        let places: BTreeSet<&String> = self.places.iter().collect();
        let rules: Vec<_> = self.config.parts.iter().map(|rule| (rule.part.name(), rule.pinyin, rule.place)).collect();
        let config = &self.config;
        let all = format!(
            "{places:?}{rules:?}{:?}{:?}{:?}{:?}{}",
            config.synonyms, config.field_names, config.place_endings, config.same_characters, config.city
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

    /// What `text` asks for: one group for each word. `known` tells whether a pinyin is in the index; unknown ones are
    /// corrected or taken apart.
    pub fn read_query(&self, text: &str, known: &impl Fn(&str) -> bool) -> Vec<Group> {
        let short: String = text.chars().take(MAX_QUERY_CHARS).collect();
        let mut groups: Vec<Group> = Vec::new();
        for run in runs(&self.fold(&short)) {
            match run {
                Run::Hanzi(run) => groups.extend(self.pieces(&run).iter().map(|piece| self.hanzi_group(piece))),
                Run::Latin(typed) => groups.extend(self.typed_groups(&typed, known)),
            }
        }
        let telling = groups.iter().any(|group| !self.config.stop_words.contains(&group.word));
        if telling {
            groups.retain(|group| !self.config.stop_words.contains(&group.word));
        }
        let mut seen = HashSet::new();
        groups.retain(|group| seen.insert(group.word.clone()));
        groups.truncate(MAX_GROUPS);
        groups
    }

    /// Words of a run of Hanzi in a query; characters that belong to no word are kept together.
    fn pieces(&self, run: &str) -> Vec<String> {
        let mut pieces: Vec<String> = Vec::new();
        let mut loose = String::new();
        for token in self.jieba.cut(run, false) {
            let single = token.word.chars().nth(1).is_none();
            if single && !self.config.stop_words.contains(token.word) {
                loose.push_str(token.word);
                continue;
            }
            if !loose.is_empty() {
                pieces.push(std::mem::take(&mut loose));
            }
            pieces.push(token.word.to_owned());
        }
        if !loose.is_empty() {
            pieces.push(loose);
        }
        pieces
    }

    fn hanzi_group(&self, word: &str) -> Group {
        let quality = &self.config.quality;
        let mut alternatives = meeting(word, quality.word, quality.inside, Reach::Everywhere);
        for synonym in self.synonyms.get(word).into_iter().flatten() {
            alternatives.extend(as_synonym(synonym, quality.synonym, quality.synonym_inside));
        }
        Group { word: word.to_owned(), alternatives, place: self.places.contains(word) }
    }

    fn typed_groups(&self, typed: &str, known: &impl Fn(&str) -> bool) -> Vec<Group> {
        let is_known = |word: &str| known(word) || self.synonyms_by_pinyin.contains_key(word);
        let letters_only = typed.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_known(typed) || !letters_only || typed.len() < MIN_CORRECTED {
            return vec![self.typed_group(typed)];
        }
        let slips: Vec<String> = pinyin::one_slip_from(typed).into_iter().filter(|near| is_known(near)).collect();
        if !slips.is_empty() {
            let percent = self.config.quality.typo;
            let mut group = self.typed_group(typed);
            for near in slips {
                let others = self.typed_group(&near).alternatives.into_iter().skip(1);
                group.alternatives.extend(others.map(|other| Alternative { percent, ..other }));
            }
            return vec![group];
        }
        match taken_apart(typed, &is_known, 3) {
            Some(pieces) => pieces.into_iter().map(|piece| self.typed_group(piece)).collect(),
            None => vec![self.typed_group(typed)],
        }
    }

    fn typed_group(&self, typed: &str) -> Group {
        let quality = &self.config.quality;
        let literal = Want::Term(typed.to_owned());
        let mut alternatives = vec![Alternative { want: literal, percent: quality.word, reach: Reach::Everywhere }];
        if typed.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let by_sound = Want::Pinyin(typed.to_owned());
            alternatives.push(Alternative { want: by_sound, percent: quality.pinyin, reach: Reach::Everywhere });
            for word in self.synonyms_by_pinyin.get(typed).into_iter().flatten() {
                alternatives.extend(as_synonym(word, quality.synonym, quality.synonym_inside));
            }
        }
        Group { word: typed.to_owned(), alternatives, place: false }
    }
}

/// Ways to meet a string of Hanzi: as a word, and inside of words.
fn meeting(word: &str, as_word: u32, inside: u32, reach: Reach) -> Vec<Alternative> {
    let mut ways = vec![Alternative { want: Want::Term(marked(word)), percent: as_word, reach }];
    let inner = match word.chars().count() {
        1 | 2 => Want::Term(word.to_owned()),
        _ => Want::AllOf(grams(word, 2)),
    };
    ways.push(Alternative { want: inner, percent: inside, reach });
    ways
}

/// A synonym of one character counts only as a word of its own: 茶 is not inside 油茶.
fn as_synonym(word: &str, as_word: u32, inside: u32) -> Vec<Alternative> {
    let mut ways = meeting(word, as_word, inside, Reach::NotPlaces);
    if word.chars().nth(1).is_none() {
        ways.truncate(1);
    }
    ways
}

fn marked(word: &str) -> String {
    format!("{WORD_MARK}{word}")
}

/// `wuhualudeng` → `wuhua`, `ludeng`, if every piece is known; at most `pieces` of them, the longest first piece wins.
fn taken_apart<'a>(typed: &'a str, known: &impl Fn(&str) -> bool, pieces: usize) -> Option<Vec<&'a str>> {
    if known(typed) {
        return Some(vec![typed]);
    }
    if pieces < 2 {
        return None;
    }
    // Pieces of less than three letters are single syllables, which are everywhere.
    (3..=typed.len().saturating_sub(3)).rev().find_map(|at| {
        let (start, rest) = typed.split_at(at);
        if !known(start) {
            return None;
        }
        let mut all = vec![start];
        all.extend(taken_apart(rest, known, pieces - 1)?);
        Some(all)
    })
}
