//! A round as a network: pairs are arcs, rules are arcs whose breaking costs more than all scores together.
//!
//! ```text
//! hub ← enterprise → village → group → hub        hub ← town → village
//! ```
//!
//! An enterprise has a unit for every pair that it could have, and sends those that it does not use to the hub; a town
//! has one for every village that is wished for in it. Every rule can be broken, so there always is a flow, the one of
//! the start is "no pair at all", and rules contradict each other if the best flow breaks one. Of enterprises with many
//! candidates only the best are arcs at first; others join them when they would gain something.
//! Deliberately absent: that a town is taken whole or not at all.

use super::layout::best;
use super::ordered::{Ordered, count};
use super::simplex::Simplex;
use super::{Pair, Watch};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Of each enterprise, arcs that join at once.
const ARCS_JOINING: usize = 8;
/// One point of score. Scores of wishes are spread in parts of it.
pub(super) const POINT: i64 = 256;
/// Scores stay below so many times the highest of the round, however they are spread.
const SPREAD_MAX: i64 = 4;

/// A rule by ranks; `Fixed` and `Forbidden` by their position in the ordered lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleAt {
    Fixed(u32),
    Forbidden(u32),
    GroupFloor(u32),
    VillageMinimum(u32),
    EnterpriseMinimum(u32),
    VillageCapacity(u32),
    EnterpriseCapacity(u32),
}

/// An arc that has to be full, or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Want {
    pub arc: u32,
    pub full: bool,
}

/// A rule, and what it wants while it holds.
#[derive(Debug)]
pub(super) struct Ruled {
    pub rule: RuleAt,
    pub holds: bool,
    pub wants: Vec<Want>,
}

/// The arc by which a town gets one of its villages, and who wishes for it: the wish and the village's position there.
#[derive(Debug)]
pub(super) struct TownArc {
    pub arc: u32,
    pub town: u32,
    pub village: u32,
    pub wished: Vec<(usize, usize)>,
}

#[derive(Debug)]
pub(super) struct Network<'a> {
    pub ordered: &'a Ordered<'a>,
    pub simplex: Simplex,
    /// What a pair is worth, in parts of a [`POINT`]; 0 for other arcs.
    score: Vec<i64>,
    /// How many rules and choices want the arc full, less those that want it empty.
    pull: Vec<i8>,
    pub rules: Vec<Ruled>,
    /// What was chosen beside the rules.
    chosen: Vec<Want>,
    /// What breaking a rule costs: more than any detour around the network could gain.
    weight: i64,
    /// The highest score, as arcs count it.
    top: i64,
    /// Whether scores count.
    pub scored: bool,
    /// Which of all pairs are arcs.
    joined: Vec<bool>,
    /// Arcs of pairs that rules or wishes speak of.
    pub pinned: BTreeMap<(u32, u32), u32>,
    pub town_arcs: Vec<TownArc>,
}

impl<'a> Network<'a> {
    /// The network of a round; not `scored`, every pair is worth nothing and only rules count.
    pub fn new(ordered: &'a Ordered<'a>, scored: bool) -> Self {
        let nodes = 1 + ordered.enterprises.len() + ordered.villages.len() + ordered.floors.len();
        let nodes = nodes + ordered.towns as usize;
        let top = i64::from(ordered.top_score.max(1)) * POINT;
        let mut network = Network {
            ordered,
            simplex: Simplex::new(nodes, nodes * 3 + ordered.pairs().min(nodes * 32)),
            score: Vec::new(),
            pull: Vec::new(),
            rules: Vec::new(),
            chosen: Vec::new(),
            weight: i64::from(count(nodes)) * top * SPREAD_MAX + 1,
            top,
            scored,
            joined: vec![false; ordered.pairs()],
            pinned: BTreeMap::new(),
            town_arcs: Vec::new(),
        };
        network.lay_out();
        network
    }

    pub fn enterprise_node(enterprise: u32) -> u32 {
        1 + enterprise
    }

    pub fn village_node(&self, village: u32) -> u32 {
        1 + count(self.ordered.enterprises.len()) + village
    }

    pub fn group_node(&self, group: u32) -> u32 {
        self.village_node(count(self.ordered.villages.len())) + group
    }

    pub fn town_node(&self, town: u32) -> u32 {
        self.group_node(count(self.ordered.floors.len())) + town
    }

    /// What scores may be set to, at most; as little below zero.
    pub fn spread_max(&self) -> i64 {
        self.top * SPREAD_MAX
    }

    /// A score as arcs count it.
    pub fn points(&self, score: u32) -> i64 {
        if self.scored { i64::from(score) * POINT } else { 0 }
    }

    pub fn set_score(&mut self, arc: u32, score: i64) {
        self.score[arc as usize] = score;
        self.regain(arc);
    }

    /// Makes a rule hold, or not count.
    pub fn set_holds(&mut self, rule: usize, holds: bool) {
        if self.rules[rule].holds != holds {
            self.rules[rule].holds = holds;
            for at in 0..self.rules[rule].wants.len() {
                let want = self.rules[rule].wants[at];
                self.tug(if holds { want } else { Want { full: !want.full, ..want } });
            }
        }
    }

    /// Wants an arc full or empty until [`Network::forget_choices`].
    pub fn choose(&mut self, want: Want) {
        self.chosen.push(want);
        self.tug(want);
    }

    pub fn forget_choices(&mut self) {
        while let Some(want) = self.chosen.pop() {
            self.tug(Want { full: !want.full, ..want });
        }
    }

    fn tug(&mut self, want: Want) {
        self.pull[want.arc as usize] += if want.full { 1 } else { -1 };
        self.regain(want.arc);
    }

    fn regain(&mut self, arc: u32) {
        let at = arc as usize;
        self.simplex.set_gain(arc, self.score[at] + self.weight * i64::from(self.pull[at]));
    }

    /// Notes an arc that the simplex has got.
    pub fn note(&mut self, arc: u32) -> u32 {
        debug_assert_eq!(arc as usize, self.score.len(), "every arc is noted");
        self.score.push(0);
        self.pull.push(0);
        arc
    }

    /// Makes a pair an arc: its village, and the arc.
    pub fn join(&mut self, enterprise: u32, at: u32) -> (u32, u32) {
        let Pair { village, score, .. } = self.ordered.entry(at);
        let arc = self.simplex.add_empty(Self::enterprise_node(enterprise), self.village_node(village), 1);
        self.note(arc);
        self.joined[at as usize] = true;
        self.set_score(arc, self.points(score));
        (village, arc)
    }

    /// Finds the best flow.
    pub fn settle(&mut self, watch: &mut Watch) -> ControlFlow<()> {
        loop {
            self.simplex.run(&mut || watch.go_on())?;
            if !self.widen() {
                return ControlFlow::Continue(());
            }
            watch.go_on()?;
        }
    }

    /// Lets pairs join that would gain something. Tells whether there were any.
    fn widen(&mut self) -> bool {
        let before = self.simplex.arcs();
        let point = self.points(1);
        for enterprise in 0..count(self.ordered.enterprises.len()) {
            let worth = self.simplex.worth();
            let here = worth[Self::enterprise_node(enterprise) as usize];
            let villages = &worth[self.village_node(0) as usize..];
            let mut useful = Vec::new();
            for (at, entry) in self.ordered.row_range(enterprise).zip(self.ordered.row(enterprise)) {
                let surplus = i64::from(entry.score) * point + villages[entry.village as usize] - here;
                if surplus > 0 && !self.joined[at as usize] {
                    useful.push((Reverse(surplus), at));
                }
            }
            for at in best(useful, ARCS_JOINING) {
                self.join(enterprise, at);
            }
        }
        self.simplex.arcs() > before
    }

    /// In how many cases rules and choices are broken, each by one.
    pub fn broken(&self) -> u64 {
        let holding = self.rules.iter().filter(|rule| rule.holds).flat_map(|rule| &rule.wants);
        let broken = |Want { arc, full }: &Want| {
            let flow = self.simplex.flow(*arc);
            u64::from(if *full { self.simplex.room(*arc) - flow } else { flow })
        };
        holding.chain(&self.chosen).map(broken).sum()
    }

    /// The rules that the prices of the last flow rest on: where one was broken, they contradict each other.
    pub fn binding(&self) -> Vec<usize> {
        let binds = |want: &Want| {
            let surplus = self.simplex.surplus(want.arc);
            if want.full { surplus < self.weight } else { surplus > -self.weight }
        };
        let rules = self.rules.iter().enumerate();
        rules.filter(|(_, rule)| rule.holds && rule.wants.iter().any(binds)).map(|(at, _)| at).collect()
    }

    /// The sum of the scores, in parts of a [`POINT`].
    pub fn value(&self) -> i64 {
        self.score.iter().zip(self.simplex.flows()).map(|(score, flow)| score * i64::from(*flow)).sum()
    }

    /// The pairs of enterprises by themselves, by ranks, in order.
    pub fn pairs(&self) -> Vec<Pair> {
        let villages = self.village_node(0);
        let mut pairs = Vec::new();
        for (arc, flow) in self.simplex.flows().iter().enumerate() {
            let (from, to) = self.simplex.ends(arc);
            if *flow > 0 && (1..villages).contains(&from) && to != 0 {
                let (enterprise, village) = (from - 1, to - villages);
                let score = self.ordered.find((enterprise, village)).map_or(0, |at| self.ordered.entry(at).score);
                pairs.push(Pair { enterprise, village, score });
            }
        }
        pairs.sort_unstable();
        pairs
    }
}
