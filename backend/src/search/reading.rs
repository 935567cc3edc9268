//! What a typed text asks for: its words with everything that satisfies each, and the amount that it names.
//!
//! It knows no index but for the question whether a word of Latin letters is in it.

use std::collections::HashSet;

use domain::finding::QUERY_MAX;

use super::amounts::{self, Amount};
use super::folding::{Run, grams, runs};
use super::pinyin::{self, Slip};
use super::text::{Analyzer, marked};

/// Words of a query beyond this are not read.
pub const MAX_GROUPS: usize = 8;
/// Pinyin shorter than this is not corrected: everything is one slip from everything.
const MIN_CORRECTED: usize = 5;
/// Characters of the longest name of a place.
const PLACE_MAX: usize = 12;

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
    /// The codes of the places that it names.
    pub places: Vec<String>,
    /// `桥` of `修桥`: what something is done with, whose synonyms are among the alternatives.
    pub thing: Option<String>,
}

impl Group {
    /// The word is the name of a place of ours.
    #[must_use]
    pub fn names_a_place(&self) -> bool {
        !self.places.is_empty()
    }
}

/// A text, read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reading {
    /// Each has to be met.
    pub groups: Vec<Group>,
    pub amount: Option<Amount>,
    /// Nothing was typed but words that say nothing.
    pub says_nothing: bool,
}

impl Analyzer {
    /// What `text` asks for. `known` tells whether a pinyin is in the index; unknown ones are corrected or taken apart.
    pub fn read(&self, text: &str, known: &impl Fn(&str) -> bool) -> Reading {
        let short: String = text.chars().take(QUERY_MAX).collect();
        let taken = amounts::take(&self.fold(&short), &self.config().measures);
        let mut groups: Vec<Group> = Vec::new();
        for run in self.joined_syllables(runs(&taken.rest), known) {
            match run {
                Run::Hanzi(run) => groups.extend(self.pieces(&run).iter().map(|piece| self.hanzi_group(piece))),
                Run::Latin(typed) => groups.extend(self.typed_groups(&typed, known)),
            }
        }
        let stops = &self.config().stop_words;
        let telling = groups.iter().any(|group| !stops.contains(&group.word));
        if telling || taken.amount.is_some() {
            groups.retain(|group| !stops.contains(&group.word));
        }
        let mut seen = HashSet::new();
        groups.retain(|group| seen.insert(group.word.clone()));
        groups.truncate(MAX_GROUPS);
        let says_nothing = !telling && taken.amount.is_none();
        Reading { groups, amount: taken.amount, says_nothing }
    }

    /// `text` with words of ours in place of those that nobody writes and that sound alike; none where there is no such
    /// word.
    pub fn respelt(&self, text: &str) -> Option<String> {
        let short: String = text.chars().take(QUERY_MAX).collect();
        let mut folded = self.fold(&short);
        let mut changed = false;
        for run in runs(&folded.clone()) {
            let Run::Hanzi(run) = run else { continue };
            for piece in self.pieces(&run) {
                if !self.is_rare(&piece) || self.config().stop_words.contains(&piece) {
                    continue;
                }
                if let Some(meant) = self.lexicon().meant_by(&piece) {
                    folded = folded.replace(&piece, meant);
                    changed = true;
                }
            }
        }
        changed.then_some(folded)
    }

    /// Syllables that were typed apart and are one known word together: `lu deng`.
    fn joined_syllables(&self, runs: Vec<Run>, known: &impl Fn(&str) -> bool) -> Vec<Run> {
        let is_known = |word: &str| known(word) || !self.synonyms_by_pinyin(word).is_empty();
        let mut all: Vec<Run> = Vec::new();
        for run in runs {
            if let (Some(Run::Latin(before)), Run::Latin(next)) = (all.last_mut(), &run) {
                let joined = format!("{before}{next}");
                let letters = joined.bytes().all(|byte| byte.is_ascii_lowercase());
                if letters && (before.len() < 3 || next.len() < 3 || !is_known(next)) && is_known(&joined) {
                    *before = joined;
                    continue;
                }
            }
            all.push(run);
        }
        all
    }

    /// Words of a run of Hanzi in a query: names of places at its beginning, then what the dictionary sees; characters
    /// that belong to no word are kept together.
    fn pieces(&self, run: &str) -> Vec<String> {
        let mut pieces: Vec<String> = Vec::new();
        let mut rest = run;
        while let Some(name) = self.place_at_the_beginning(rest) {
            pieces.push(name.to_owned());
            rest = &rest[name.len()..];
        }
        let mut loose = String::new();
        for word in self.cut(rest) {
            let single = word.chars().nth(1).is_none();
            if single && !self.config().stop_words.contains(word) {
                loose.push_str(word);
                continue;
            }
            if !loose.is_empty() {
                pieces.push(std::mem::take(&mut loose));
            }
            pieces.push(word.to_owned());
        }
        if !loose.is_empty() {
            pieces.push(loose);
        }
        pieces
    }

    /// The longest name of a place that `run` begins with: a county's in any form, another's with its `镇` or `村`.
    pub(super) fn place_at_the_beginning<'a>(&self, run: &'a str) -> Option<&'a str> {
        let ends: Vec<usize> =
            run.char_indices().map(|(at, _)| at).skip(2).take(PLACE_MAX).chain([run.len()]).collect();
        ends.into_iter().rev().map(|end| &run[..end]).find(|name| {
            let codes = self.lexicon().places(name);
            let whole = name.chars().count() >= 3 && name.ends_with(['镇', '村', '区', '道']);
            codes.iter().any(|code| code.len() <= 6) || (whole && !codes.is_empty())
        })
    }

    fn hanzi_group(&self, word: &str) -> Group {
        let quality = &self.config().quality;
        let mut alternatives = meeting(word, quality.word, quality.inside, Reach::Everywhere);
        let synonyms = self.synonyms(word);
        for synonym in synonyms {
            alternatives.extend(as_synonym(synonym, quality.synonym, quality.synonym_inside));
        }
        let thing = self.thing_done(word).filter(|_| synonyms.is_empty());
        if let Some(thing) = &thing {
            for synonym in self.synonyms(thing).iter().chain([thing]) {
                alternatives.extend(as_synonym(synonym, quality.synonym, quality.synonym_inside));
            }
        }
        Group { word: word.to_owned(), alternatives, places: self.lexicon().places(word).to_vec(), thing }
    }

    /// `修桥` → `桥`: what something is done with, where we know words for it.
    fn thing_done(&self, word: &str) -> Option<String> {
        let mut characters = word.chars();
        let verb = characters.next()?;
        let thing = characters.as_str();
        let known = self.config().verbs.contains(&verb) && !self.synonyms(thing).is_empty();
        known.then(|| thing.to_owned())
    }

    fn typed_groups(&self, typed: &str, known: &impl Fn(&str) -> bool) -> Vec<Group> {
        let is_known = |word: &str| known(word) || !self.synonyms_by_pinyin(word).is_empty();
        let letters_only = typed.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_known(typed) || !letters_only || typed.len() < MIN_CORRECTED {
            return vec![self.typed_group(typed)];
        }
        let slips: Vec<(Slip, String)> =
            pinyin::one_slip_from(typed).into_iter().filter(|(_, near)| is_known(near)).collect();
        if let Some((likeliest, _)) = slips.first().cloned() {
            let mut group = self.typed_group(typed);
            for (_, near) in slips.into_iter().filter(|(slip, _)| *slip == likeliest) {
                let meant = self.typed_group(&near);
                let others = meant.alternatives.into_iter().skip(1);
                let share = |percent: u32| percent * self.config().quality.typo / 100;
                group.alternatives.extend(others.map(|way| Alternative { percent: share(way.percent), ..way }));
                group.places.extend(meant.places);
            }
            return vec![group];
        }
        match taken_apart(typed, &is_known, 3) {
            Some(pieces) => pieces.into_iter().map(|piece| self.typed_group(piece)).collect(),
            None => vec![self.typed_group(typed)],
        }
    }

    fn typed_group(&self, typed: &str) -> Group {
        let quality = &self.config().quality;
        let literal = Want::Term(typed.to_owned());
        let mut alternatives = vec![Alternative { want: literal, percent: quality.word, reach: Reach::Everywhere }];
        let mut places = Vec::new();
        if typed.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let meanings = self.synonyms_by_pinyin(typed);
            let by_sound = Want::Pinyin(typed.to_owned());
            let percent = if meanings.is_empty() { quality.pinyin } else { quality.other_pinyin };
            alternatives.push(Alternative { want: by_sound, percent, reach: Reach::Everywhere });
            for word in meanings {
                let spelt_so = pinyin::spellings(word).iter().any(|spelling| spelling == typed);
                let (whole, inside) = if spelt_so {
                    (quality.pinyin, quality.inside.min(quality.pinyin))
                } else {
                    (quality.synonym * quality.pinyin / 100, quality.synonym_inside * quality.pinyin / 100)
                };
                alternatives.extend(as_synonym(word, whole, inside));
            }
            if meanings.is_empty() {
                places = self.lexicon().places_by_sound(typed).to_vec();
            }
        }
        Group { word: typed.to_owned(), alternatives, places, thing: None }
    }

    /// The words inside of a word that is met nowhere as a whole; none where it has no such words.
    pub(super) fn taken_apart(&self, group: &Group) -> Vec<Group> {
        if group.word.is_ascii() || group.names_a_place() || group.word.chars().count() < 3 {
            return Vec::new();
        }
        let stops = &self.config().stop_words;
        let inner = self.inner_words(&group.word);
        inner.iter().filter(|word| !stops.contains(*word)).map(|word| self.hanzi_group(word)).collect()
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
