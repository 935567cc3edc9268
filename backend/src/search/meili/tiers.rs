//! How the server is made to rank as `points` says: it is asked for everything that is worth the same, one after another.
//!
//! All ways to meet a word that earn the same points are a level of the word. A level of each word makes a combination, and
//! combinations that are worth the same make a tier. A need is in the tier of its best ways, and in some that are worth
//! less, which does not matter: it is given once, where it is worth most. Nothing is asked here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::iter::Peekable;

use super::asks::{Ask, Count, all_of, any_of, equals, one_of};
use super::wire::{attribute, pinyin_of, terms_of};
use crate::search::config::PartRule;
use crate::search::points::{Wanted, field_points, near, points, telling, worth};
use crate::search::reading::{Group, Want};
use crate::search::text::Analyzer;
use crate::search::widening::Attempt;
use domain::finding::Facet;

/// The words that are asked for, each by what the server filters by.
pub struct Words {
    each: Vec<Word>,
    wanted: Wanted,
    /// Which sets of words are enough: a bit for each word.
    sets: Vec<u8>,
    /// What each set of words tells; empty where all words have to be met.
    telling: Vec<i64>,
    fewer: bool,
    /// Some word names no place.
    has_topic: bool,
}

struct Word {
    /// All ways to meet it.
    filter: String,
    /// Most points first.
    levels: Vec<Level>,
}

struct Level {
    points: u32,
    filter: String,
    count: Count,
}

/// Needs that are worth the same, or more.
pub struct Tier {
    pub worth: i64,
    /// Combinations, any of which is enough.
    ways: Vec<String>,
    /// None before it is counted.
    pub count: Option<Count>,
}

impl Tier {
    pub fn filter(&self) -> String {
        any_of(self.ways.iter().cloned())
    }

    pub fn number(&self) -> usize {
        self.count.as_ref().map_or(0, |count| count.number)
    }

    /// What to ask for, and what that is worth: the needs in fields that have points, and all.
    pub fn parts(&self, lean: &Lean) -> impl Iterator<Item = (i64, String)> {
        let has = |field: &String| self.count.as_ref().is_some_and(|count| count.fields.contains_key(field));
        let leaning = lean.iter().filter(move |(_, fields)| fields.iter().any(has));
        let leaning = leaning.map(|(points, fields)| {
            (self.worth + i64::from(*points), all_of([one_of(attribute(Facet::Field), fields), self.filter()]))
        });
        leaning.chain([(self.worth, self.filter())])
    }
}

/// Points → the fields that have them.
pub type Lean = BTreeMap<u32, BTreeSet<String>>;

/// Ways any of which is enough.
#[derive(Default)]
struct Ways {
    terms: BTreeMap<String, BTreeSet<String>>,
    together: BTreeSet<String>,
}

impl Ways {
    fn add(&mut self, rule: &PartRule, want: &Want) {
        let (attribute, term) = match want {
            Want::Term(term) => (terms_of(rule.part), term),
            Want::Pinyin(_) if !rule.pinyin => return,
            Want::Pinyin(term) => (pinyin_of(rule.part), term),
            Want::AllOf(terms) => {
                let attribute = terms_of(rule.part);
                self.together.insert(all_of(terms.iter().map(|term| equals(&attribute, term))));
                return;
            }
        };
        self.terms.entry(attribute).or_default().insert(term.clone());
    }

    fn filter(&self) -> String {
        let terms = self.terms.iter().map(|(attribute, terms)| one_of(attribute, terms));
        any_of(terms.chain(self.together.iter().cloned()))
    }
}

impl Word {
    fn of(group: &Group, analyzer: &Analyzer) -> Self {
        let config = analyzer.config();
        let (mut every, mut levels) = (Ways::default(), BTreeMap::<Reverse<u32>, Ways>::new());
        for (alternative, rule) in
            group.alternatives.iter().flat_map(|way| config.parts.iter().map(move |rule| (way, rule)))
        {
            if let Some(points) = points(alternative, rule, &config.quality, group.names_a_place()) {
                every.add(rule, &alternative.want);
                levels.entry(Reverse(points)).or_default().add(rule, &alternative.want);
            }
        }
        let level = |(Reverse(points), ways): (Reverse<u32>, Ways)| {
            let filter = ways.filter();
            (!filter.is_empty()).then_some(Level { points, filter, count: Count::default() })
        };
        Word { filter: every.filter(), levels: levels.into_iter().filter_map(level).collect() }
    }
}

impl Words {
    pub fn of(attempt: &Attempt, analyzer: &Analyzer) -> Self {
        let wanted = Wanted::of(attempt);
        let each: Vec<Word> = attempt.groups.iter().map(|group| Word::of(group, analyzer)).collect();
        let sets = (0..1_u16 << each.len()).filter_map(|set| u8::try_from(set).ok()).filter(|set| wanted.is_met(*set));
        let (sets, has_topic) = (sets.collect(), attempt.groups.iter().any(|group| !group.names_a_place()));
        Words { each, wanted, sets, telling: Vec::new(), fewer: attempt.fewer, has_topic }
    }

    /// The condition that enough words are met.
    pub fn filter(&self) -> String {
        let fewest = self.sets.iter().filter(|set| set.count_ones() == self.wanted.least);
        any_of(fewest.map(|set| self.together(*set)))
    }

    fn together(&self, set: u8) -> String {
        all_of(self.in_set(set).map(|(_, word)| word.filter.clone()))
    }

    fn in_set(&self, set: u8) -> impl Iterator<Item = (usize, &Word)> {
        self.each.iter().enumerate().filter(move |(at, _)| set & (1 << at) != 0)
    }

    /// What has to be counted before tiers are put together. `conditions` are those beside the words.
    pub fn counts(&self, conditions: &str) -> Vec<Ask> {
        // The levels of the only word are tiers.
        let counting = if self.each.len() == 1 { Ask::counting_fields } else { Ask::counting };
        let count = |filters: Vec<String>| counting(all_of(filters.into_iter().chain([conditions.to_owned()])));
        let mut all = Vec::new();
        for (at, word) in self.each.iter().enumerate() {
            let others = if self.fewer { String::new() } else { self.together(!(1 << at)) };
            all.extend(word.levels.iter().map(|level| count(vec![level.filter.clone(), others.clone()])));
        }
        if self.fewer {
            all.extend(self.sets.iter().map(|set| count(vec![self.together(*set)])));
            // What a word tells does not depend on what else is asked for.
            all.extend(self.each.iter().map(|word| Ask::counting(word.filter.clone())));
            all.push(Ask::counting(String::new()));
        }
        all
    }

    /// Takes in what was counted, in the order in which it was asked for, and forgets what nothing meets.
    pub fn learn(&mut self, counts: Vec<Count>) {
        let mut counts = counts.into_iter();
        for word in &mut self.each {
            for (level, count) in word.levels.iter_mut().zip(counts.by_ref()) {
                level.count = count;
            }
            word.levels.retain(|level| level.count.number > 0);
        }
        if self.fewer {
            let met: Vec<Count> = counts.by_ref().take(self.sets.len()).collect();
            let mut met = met.into_iter();
            self.sets.retain(|_| met.next().is_some_and(|count| count.number > 0));
            let mut numbers: Vec<usize> = counts.map(|count| count.number).collect();
            let all = numbers.pop().unwrap_or_default();
            self.telling = telling(&numbers, all);
        }
    }

    /// All tiers, best first.
    pub fn tiers(&self) -> Tiers<'_> {
        let mut combinations = Combinations { words: self, waiting: BinaryHeap::new() };
        for set in self.sets.iter().filter(|set| self.in_set(**set).all(|(_, word)| !word.levels.is_empty())) {
            combinations.push(*set, 0, vec![0; self.each.len()]);
        }
        Tiers { combinations: combinations.peekable() }
    }

    /// Points for the fields in which most of the best needs are.
    pub fn lean(&self, tiers: &[Tier]) -> Lean {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let best = tiers.first().filter(|_| self.has_topic).map_or(i64::MAX, |tier| near(tier.worth));
        for count in tiers.iter().filter(|tier| tier.worth >= best).filter_map(|tier| tier.count.as_ref()) {
            for (field, number) in &count.fields {
                *numbers.entry(field).or_default() += u32::try_from(*number).unwrap_or(u32::MAX);
            }
        }
        let all = numbers.values().sum();
        let mut lean = Lean::new();
        for (field, number) in numbers {
            lean.entry(field_points(number, all)).or_default().insert(field.to_owned());
        }
        lean.remove(&0);
        lean
    }
}

/// A level of each word of a set.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Combination {
    worth: i64,
    set: u8,
    /// The first word whose level may still fall, so that each combination is met once.
    from: usize,
    /// Without meaning for a word that is not in the set.
    levels: Vec<usize>,
}

/// All combinations, best first.
struct Combinations<'a> {
    words: &'a Words,
    waiting: BinaryHeap<Combination>,
}

impl Combinations<'_> {
    fn push(&mut self, set: u8, from: usize, levels: Vec<usize>) {
        let points = self.words.in_set(set).map(|(at, word)| word.levels[levels[at]].points).sum();
        let worth = worth(&self.words.telling, set, points);
        self.waiting.push(Combination { worth, set, from, levels });
    }
}

impl Iterator for Combinations<'_> {
    type Item = Tier;

    fn next(&mut self) -> Option<Tier> {
        let words = self.words;
        let Combination { worth, set, from, levels } = self.waiting.pop()?;
        for (at, _) in words.in_set(set).filter(|(at, word)| *at >= from && levels[*at] + 1 < word.levels.len()) {
            let mut lower = levels.clone();
            lower[at] += 1;
            self.push(set, at, lower);
        }
        let chosen: Vec<&Level> = words.in_set(set).map(|(at, word)| &word.levels[levels[at]]).collect();
        let filter = all_of(chosen.iter().map(|level| level.filter.clone()));
        // A level of the only word was counted with all conditions.
        let count = match chosen.as_slice() {
            [only] if words.each.len() == 1 => Some(only.count.clone()),
            _ => None,
        };
        Some(Tier { worth, ways: vec![filter], count })
    }
}

/// All tiers, best first.
pub struct Tiers<'a> {
    combinations: Peekable<Combinations<'a>>,
}

impl Tiers<'_> {
    /// The next of them; fewer than `at_most` are the last.
    pub fn take(&mut self, at_most: usize) -> Vec<Tier> {
        let mut tiers: Vec<Tier> = Vec::new();
        while let Some(next) = self.combinations.peek() {
            let same = tiers.last().is_some_and(|last| last.worth == next.worth);
            if !same && tiers.len() == at_most {
                break;
            }
            let Some(next) = self.combinations.next() else { break };
            match tiers.last_mut() {
                Some(last) if same => last.ways.extend(next.ways),
                _ => tiers.push(next),
            }
        }
        tiers
    }
}
