//! What is tried, one after another, when nothing meets everything that was asked: another spelling, fewer conditions,
//! fewer words, a wider place. Both engines take these steps, so both say the same of them.
//!
//! It asks no engine. Deliberately absent: a step that would show what has nothing to do with the words.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use domain::api::needs::Widened;
use domain::finding::Facet;

use super::engine::{NeedHits, NeedQuery};
use super::reading::{Group, MAX_GROUPS, Reading};
use super::text::Analyzer;

/// Conditions that are let go one after another, the least important first.
const SOFT: [Facet; 5] = [Facet::Deadline, Facet::Form, Facet::VillageType, Facet::TownClass, Facet::Amount];
/// Conditions that are let go last, all together.
const HARD: [Facet; 2] = [Facet::Kind, Facet::Field];
/// More counties than this are the whole city.
const COUNTIES_NAMED: usize = 2;

/// Where no more needs than this are found, another spelling is looked at too.
const FEW: usize = 3;

/// A question to an engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// With the conditions that are left.
    pub query: NeedQuery,
    pub groups: Vec<Group>,
    /// Half of the words that name no place are enough; places are never let go by this.
    pub fewer: bool,
    pub meant: Option<String>,
    /// Of the words as they were typed, or as they were meant.
    pub reading: Arc<Reading>,
    pub widened: Option<Widened>,
}

impl Attempt {
    /// How many of the words that name no place have to be met.
    #[must_use]
    pub fn least(&self) -> usize {
        let topics = self.groups.iter().filter(|group| !group.names_a_place()).count();
        if self.fewer { topics.div_ceil(2) } else { topics }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Area {
    AsAsked,
    County,
    City,
}

/// One way to ask for less.
#[derive(Clone, Copy)]
struct Step {
    respelt: bool,
    /// So many of [`SOFT`] are let go.
    soft: usize,
    hard: bool,
    area: Area,
    fewer: bool,
}

const AS_ASKED: Step = Step { respelt: false, soft: 0, hard: false, area: Area::AsAsked, fewer: false };

/// In the order in which they are tried.
fn steps() -> Vec<Step> {
    let respelt = Step { respelt: true, ..AS_ASKED };
    let mut all = vec![AS_ASKED, respelt];
    all.extend((1..=SOFT.len()).map(|soft| Step { soft, ..respelt }));
    all.push(Step { fewer: true, ..respelt });
    all.push(Step { area: Area::County, ..respelt });
    all.push(Step { area: Area::City, ..respelt });
    all.push(Step { area: Area::City, fewer: true, ..respelt });
    let everywhere = Step { soft: SOFT.len(), hard: true, area: Area::City, ..respelt };
    all.push(everywhere);
    all.push(Step { fewer: true, ..everywhere });
    all
}

/// What was read of a query's text, as it is and as it may have been meant.
pub struct Asked<'a, Known> {
    analyzer: &'a Analyzer,
    query: &'a NeedQuery,
    known: Known,
    reading: Arc<Reading>,
    /// The text as it may have been meant, and its reading; looked for when it is asked for.
    respelt: OnceLock<Option<(String, Arc<Reading>)>>,
}

impl<'a, Known: Fn(&str) -> bool> Asked<'a, Known> {
    /// Reads a query. `known` tells whether a pinyin is in the index.
    pub fn read(analyzer: &'a Analyzer, query: &'a NeedQuery, known: Known) -> Self {
        let reading = Arc::new(analyzer.read(&query.text, &known));
        Asked { analyzer, query, known, reading, respelt: OnceLock::new() }
    }

    fn respelt(&self) -> Option<&(String, Arc<Reading>)> {
        let look = || {
            let text = if self.query.exact { None } else { self.analyzer.respelt(&self.query.text) }?;
            let reading = Arc::new(self.analyzer.read(&text, &self.known));
            Some((text, reading))
        };
        self.respelt.get_or_init(look).as_ref()
    }

    /// The questions in the order in which they are to be asked, until one is answered by anything.
    pub fn attempts(&self) -> impl Iterator<Item = Attempt> {
        // Half of nothing is nothing: words that say nothing are not let go one by one, and several of them are not looked
        // for at all.
        let steps = match (self.query.exact, self.reading.says_nothing) {
            (false, true) if self.reading.groups.len() > 1 => Vec::new(),
            (false, false) => steps(),
            _ => vec![AS_ASKED],
        };
        let mut asked: Vec<Attempt> = Vec::new();
        let mut is_new = move |attempt: &Attempt| {
            let anew = !asked.iter().any(|other| same_question(other, attempt));
            if anew {
                asked.push(attempt.clone());
            }
            anew
        };
        let says_nothing = self.reading.says_nothing && !self.query.exact && !self.reading.groups.is_empty();
        let everything = says_nothing.then(|| self.without_words());
        steps.into_iter().filter_map(|step| self.attempt(step)).filter(move |attempt| is_new(attempt)).chain(everything)
    }

    /// The other spelling, to be counted only, where what was typed is met by few and may be a slip.
    pub fn perhaps(&self, hits: &NeedHits) -> Option<Attempt> {
        let as_typed = hits.meant.is_none() && hits.widened.is_none();
        if !as_typed || hits.total > FEW || self.respelt().is_none() {
            return None;
        }
        let mut counted = self.attempt(Step { respelt: true, ..AS_ASKED })?;
        counted.query.limit = 0;
        Some(counted)
    }

    /// None where the step changes nothing.
    fn attempt(&self, step: Step) -> Option<Attempt> {
        let respelt = if step.respelt { self.respelt() } else { None };
        let reading = respelt.map_or(&self.reading, |(_, reading)| reading);
        let (mut query, mut widened) = (self.query.clone(), Widened::default());
        let soft = &SOFT[..step.soft];
        let said = reading.amount.as_ref().filter(|_| !soft.contains(&Facet::Amount));
        if let Some(said) = said {
            query.amount_min_fen = query.amount_min_fen.or(said.min_fen);
            query.amount_max_fen = query.amount_max_fen.or(said.max_fen);
        }
        for facet in soft.iter().chain(step.hard.then_some(&HARD).into_iter().flatten()) {
            let_go(&mut query, *facet, &mut widened);
        }
        if soft.contains(&Facet::Amount) && reading.amount.is_some() {
            widened.conditions.push(Facet::Amount);
        }
        widened.conditions.dedup();
        let mut groups = reading.groups.clone();
        if groups.is_empty() && reading.says_nothing && !query.text.trim().is_empty() {
            // There is no word in it at all: all needs are shown, and it is said.
            widened.words.push(query.text.trim().to_owned());
        }
        if step.area != Area::AsAsked {
            self.look_wider(step.area, &mut query, &mut groups, &mut widened)?;
        }
        if step.fewer {
            groups = self.fewer(groups)?;
            widened.fewer_words = true;
        }
        let widened = (widened != Widened::default()).then_some(widened);
        let meant = respelt.map(|(text, _)| text.clone());
        let reading = Arc::clone(reading);
        Some(Attempt { query, groups, fewer: step.fewer, meant, reading, widened })
    }

    /// Words of which half are enough; a word that stands alone is taken apart. None where there are no two.
    fn fewer(&self, mut groups: Vec<Group>) -> Option<Vec<Group>> {
        let topics: Vec<usize> = (0..groups.len()).filter(|at| !groups[*at].names_a_place()).collect();
        if let [alone] = topics.as_slice() {
            let parts = self.analyzer.taken_apart(&groups.remove(*alone));
            groups.extend(parts);
            groups.truncate(MAX_GROUPS);
        }
        let topics = groups.iter().filter(|group| !group.names_a_place()).count();
        (topics >= 2).then_some(groups)
    }

    /// Looks in the county or the city in place of what was chosen or named; none where that is no wider.
    fn look_wider(
        &self,
        area: Area,
        query: &mut NeedQuery,
        groups: &mut Vec<Group>,
        widened: &mut Widened,
    ) -> Option<()> {
        let chosen = query.village.iter().chain(query.of(Facet::Town));
        let mut counties: BTreeSet<String> = chosen.filter_map(|code| code.get(..6)).map(str::to_owned).collect();
        let mut narrower = !counties.is_empty();
        counties.extend(query.of(Facet::County).iter().cloned());
        let named: Vec<&Group> = groups.iter().filter(|group| group.names_a_place()).collect();
        let in_common = counties_in_common(&named);
        if in_common.is_empty() && named.len() > 1 {
            // They contradict each other: a village tells more than its county.
            return forget_wider_places(groups, widened, &self.analyzer.config().city);
        }
        narrower |= named.iter().any(|group| group.places.iter().all(|code| code.len() > 6));
        if counties.is_empty() {
            counties.extend(in_common.into_iter().map(str::to_owned));
        }
        widened.words = named.iter().map(|group| group.word.clone()).collect();
        if named.is_empty() && counties.is_empty() {
            return None;
        }
        groups.retain(|group| !group.names_a_place());
        query.village = None;
        query.chosen.remove(&Facet::Town);
        query.chosen.remove(&Facet::County);
        match area {
            Area::County if narrower && !counties.is_empty() && counties.len() <= COUNTIES_NAMED => {
                let called: Vec<&str> = counties.iter().filter_map(|code| self.analyzer.place_name(code)).collect();
                widened.place = Some(called.join("、"));
                query.chosen.insert(Facet::County, counties.into_iter().collect());
            }
            Area::County => return None,
            Area::City | Area::AsAsked => widened.place = Some(self.analyzer.config().city.clone()),
        }
        Some(())
    }

    /// Words that say nothing ask for everything.
    fn without_words(&self) -> Attempt {
        let words = self.reading.groups.iter().map(|group| group.word.clone()).collect();
        let widened = Some(Widened { words, ..Widened::default() });
        let (query, reading) = (self.query.clone(), Arc::clone(&self.reading));
        Attempt { query, groups: Vec::new(), fewer: false, meant: None, reading, widened }
    }
}

/// The counties in which all that is named may lie.
fn counties_in_common<'a>(named: &[&'a Group]) -> BTreeSet<&'a str> {
    let counties = |group: &&'a Group| group.places.iter().filter_map(|code| code.get(..6)).collect::<BTreeSet<_>>();
    let all = named.iter().map(counties);
    all.reduce(|one, other| one.intersection(&other).copied().collect()).unwrap_or_default()
}

/// Keeps of the places that are named the smallest; none where that lets go of nothing.
fn forget_wider_places(groups: &mut Vec<Group>, widened: &mut Widened, city: &str) -> Option<()> {
    // A name is as wide as the widest place that bears it.
    let digits = |group: &Group| group.places.iter().map(String::len).min().unwrap_or_default();
    let most = groups.iter().map(digits).max()?;
    let wider = |group: &&Group| group.names_a_place() && digits(group) < most;
    widened.words = groups.iter().filter(wider).map(|group| group.word.clone()).collect();
    widened.place = Some(city.to_owned());
    groups.retain(|group| !wider(&group));
    (!widened.words.is_empty()).then_some(())
}

fn let_go(query: &mut NeedQuery, facet: Facet, widened: &mut Widened) {
    let mut restricted = query.chosen.remove(&facet).is_some_and(|values| !values.is_empty());
    if facet == Facet::Amount {
        restricted |= query.amount_min_fen.take().is_some();
        restricted |= query.amount_max_fen.take().is_some();
    }
    if restricted {
        widened.conditions.push(facet);
    }
}

fn same_question(one: &Attempt, other: &Attempt) -> bool {
    one.query == other.query && one.groups == other.groups && one.fewer == other.fewer
}
