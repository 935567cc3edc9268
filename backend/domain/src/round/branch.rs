//! Branch and bound: which wishes are taken.
//!
//! At each node some wishes are taken, some left, and the others open: of those the network may take single villages,
//! so no plan below the node is worth more than its flow. Where the flow takes every open wish whole or not at all, it
//! is a plan. The next node is one of the last one's two until that ends, then the one that promises most. Every node
//! goes on from the flow of the one before. Deliberately absent: what the flow is and why it is the best.

use super::network::{Network, POINT, RuleAt, TownArc, Want};
use super::ordered::{Ordered, count};
use super::spread::Spread;
use super::{Pair, Phase, Progress, Watch};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::ControlFlow;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    Open,
    Taken,
    Left,
}

/// A plan by ranks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub wishes: Vec<usize>,
    pub pairs: Vec<Pair>,
}

#[derive(Debug)]
pub(super) enum Found {
    /// The best plan, what the round is worth with no wish decided, and what no plan exceeds.
    Best { choice: Choice, relaxed: u64, bound: u64 },
    /// There is no plan.
    Nothing,
    /// There were too many nodes to tell.
    Unsettled,
}

/// What the wish of an enterprise for one village has to do with other arcs.
#[derive(Debug, Clone, Copy)]
struct Own {
    /// The arc of the same pair without the wish.
    arc: Option<u32>,
    fixed: Option<usize>,
    forbidden: Option<usize>,
}

/// A node that waits: what it promises, and then the first that came.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    bound: i64,
    earlier: Reverse<u32>,
    stands: Vec<Stand>,
}

/// What a node turned out to be.
enum View {
    /// Nothing below it is better than what is known.
    Closed,
    /// No plan below it is worth more than `bound`; `wish` is to be decided next, first as `taken`.
    Split { bound: i64, wish: usize, taken: bool },
}

#[derive(Debug)]
pub(super) struct Branching<'a> {
    ordered: &'a Ordered<'a>,
    network: Network<'a>,
    spread: Spread,
    own: Vec<Vec<Own>>,
    /// Rules that count; of those the network may let one rest while a wish is open.
    demanded: Vec<bool>,
    best: Option<(i64, Choice)>,
    /// What the round is worth with no wish decided, in parts of a [`POINT`].
    relaxed: Option<i64>,
    nodes: u32,
}

/// At the first node scores are spread anew as long as it brings more than such a part of what it brought at its best,
/// and more than a point.
const SPREAD_WORTH: i64 = 64;

fn open(stands: &[Stand]) -> impl Iterator<Item = usize> {
    (0..stands.len()).filter(|wish| stands[*wish] == Stand::Open)
}

impl<'a> Branching<'a> {
    /// Not `scored`, every plan is worth nothing, and the first one will do; its pairs are not told.
    pub fn new(ordered: &'a Ordered<'a>, scored: bool) -> Self {
        let network = Network::new(ordered, scored);
        let rules: BTreeMap<RuleAt, usize> =
            network.rules.iter().zip(0..).map(|(ruled, at)| (ruled.rule, at)).collect();
        let pair = |pair: (u32, u32)| {
            let fixed = ordered.fixed.binary_search(&pair).ok();
            let forbidden = ordered.forbidden.binary_search(&pair).ok();
            Own {
                arc: network.pinned.get(&pair).copied(),
                fixed: fixed.map(|at| rules[&RuleAt::Fixed(count(at))]),
                forbidden: forbidden.map(|at| rules[&RuleAt::Forbidden(count(at))]),
            }
        };
        let own = ordered.wishes.iter();
        let own = own.map(|wish| wish.villages.iter().map(|(village, _)| pair((wish.enterprise, *village))).collect());
        Branching {
            own: own.collect(),
            spread: Spread::new(ordered),
            demanded: vec![true; network.rules.len()],
            best: None,
            relaxed: None,
            nodes: 0,
            ordered,
            network,
        }
    }

    pub fn nodes(&self) -> u32 {
        self.nodes
    }

    pub fn rule(&self, rule: usize) -> RuleAt {
        self.network.rules[rule].rule
    }

    /// Makes these rules count, and no others.
    pub fn demand(&mut self, rules: &[usize]) {
        self.demanded.fill(false);
        for rule in rules {
            self.demanded[*rule] = true;
        }
        for rule in 0..self.demanded.len() {
            self.network.set_holds(rule, self.demanded[rule]);
        }
    }

    /// Rules among which there are some that cannot hold together, where all of them cannot.
    pub fn suspects(&mut self, watch: &mut Watch) -> ControlFlow<(), Vec<usize>> {
        self.apply(&self.at_first());
        self.network.settle(watch)?;
        if self.network.broken() == 0 {
            return ControlFlow::Continue((0..self.demanded.len()).collect());
        }
        // A forbidden pair may also keep a wish from being taken, which no price shows.
        let barring = self.own.iter().flatten().filter_map(|own| own.forbidden);
        let rules: BTreeSet<usize> = self.network.binding().into_iter().chain(barring).collect();
        ControlFlow::Continue(rules.into_iter().collect())
    }

    /// Looks until the best plan is proven or `most` nodes were looked at. Breaks off when `watch` says so.
    pub fn run(&mut self, most: u32, watch: &mut Watch) -> ControlFlow<(), Found> {
        (self.best, self.relaxed, self.nodes) = (None, None, 0);
        let mut waiting = BinaryHeap::new();
        let mut next = Some(Waiting { bound: i64::MAX, earlier: Reverse(0), stands: self.at_first() });
        while let Some(node) = next.take().or_else(|| waiting.pop()) {
            if self.closes(node.bound) {
                continue;
            }
            if self.nodes == most {
                waiting.push(node);
                break;
            }
            let view = self.look(&node, watch)?;
            self.nodes += 1;
            if let View::Split { bound, wish, taken } = view {
                let child = |taken| Waiting {
                    bound: bound.min(node.bound),
                    earlier: Reverse(self.nodes),
                    stands: self.decided(&node.stands, wish, taken),
                };
                waiting.push(child(!taken));
                next = Some(child(taken));
            }
            let open = next.iter().chain(waiting.peek()).map(|node| node.bound).max();
            self.tell(open, watch)?;
        }
        let open = waiting.into_iter().map(|node| node.bound.div_euclid(POINT)).max();
        ControlFlow::Continue(match self.best.take() {
            Some((value, choice)) => {
                let relaxed = self.relaxed.unwrap_or_default().div_euclid(POINT).unsigned_abs();
                let bound = open.map_or(value, |open| open.max(value)).unsigned_abs();
                Found::Best { choice, relaxed, bound }
            }
            None if open.is_some() => Found::Unsettled,
            None => Found::Nothing,
        })
    }

    /// Tells how far it is, unless it only looks whether there is a plan. `open` is what the nodes to come promise.
    fn tell(&self, open: Option<i64>, watch: &mut Watch) -> ControlFlow<()> {
        if watch.progress.phase != Phase::Explaining {
            let value = self.best.as_ref().map(|(value, _)| *value);
            let bound = open.map(|open| open.div_euclid(POINT)).max(value);
            watch.progress = Progress {
                phase: Phase::Branching,
                nodes: self.nodes,
                value: value.map(i64::unsigned_abs),
                bound: bound.map(i64::unsigned_abs),
            };
        }
        watch.go_on()
    }

    /// No wish is decided but those that would bring a forbidden pair.
    fn at_first(&self) -> Vec<Stand> {
        let barred = |own: &Vec<Own>| own.iter().any(|own| own.forbidden.is_some_and(|rule| self.demanded[rule]));
        self.own.iter().map(|own| if barred(own) { Stand::Left } else { Stand::Open }).collect()
    }

    fn decided(&self, stands: &[Stand], wish: usize, taken: bool) -> Vec<Stand> {
        let mut stands = stands.to_vec();
        if taken {
            let this = &self.ordered.wishes[wish];
            for (stand, other) in stands.iter_mut().zip(&self.ordered.wishes) {
                if *stand == Stand::Open && (other.town == this.town || other.enterprise == this.enterprise) {
                    *stand = Stand::Left;
                }
            }
        }
        stands[wish] = if taken { Stand::Taken } else { Stand::Left };
        stands
    }

    /// Whether nothing up to `bound` is better than the best plan so far.
    fn closes(&self, bound: i64) -> bool {
        self.best.as_ref().is_some_and(|(value, _)| bound.div_euclid(POINT) <= *value)
    }

    /// Solves the rest with a node's wishes decided, and keeps it if it is a plan.
    fn look(&mut self, node: &Waiting, watch: &mut Watch) -> ControlFlow<(), View> {
        let (mut bound, mut last, mut gained_most) = (node.bound, None, 0);
        loop {
            self.apply(&node.stands);
            self.network.settle(watch)?;
            if self.network.broken() > 0 {
                return ControlFlow::Continue(View::Closed);
            }
            let value = self.network.value();
            self.relaxed.get_or_insert(value);
            bound = bound.min(value);
            let torn = self.read(&node.stands);
            if self.closes(bound) {
                return ControlFlow::Continue(View::Closed);
            }
            let gained = last.replace(value).map(|last: i64| last - value);
            gained_most = gained_most.max(gained.unwrap_or_default());
            for wish in open(&node.stands).filter(|_| self.network.scored) {
                self.spread.adjust(&self.network, wish);
            }
            // What spreading brings is waited for at the first node only: at others the next nodes tell.
            let enough = gained.is_some_and(|gained| gained <= (gained_most / SPREAD_WORTH).max(POINT));
            if enough || self.nodes > 0 || !self.network.scored {
                let (wish, taken) = self.next_wish(&node.stands, &torn);
                return ControlFlow::Continue(View::Split { bound, wish, taken });
            }
        }
    }

    /// Puts a node's decisions into the network.
    fn apply(&mut self, stands: &[Stand]) {
        let network = &mut self.network;
        network.forget_choices();
        for at in 0..network.town_arcs.len() {
            let TownArc { arc, wished, .. } = &network.town_arcs[at];
            let arc = *arc;
            let of = |stand| wished.iter().filter(move |(wish, _)| stands[*wish] == stand);
            if let Some((wish, position)) = of(Stand::Taken).next() {
                let score = network.points(self.ordered.wishes[*wish].villages[*position].1);
                network.set_score(arc, score);
                network.choose(Want { arc, full: true });
                continue;
            }
            // Where several wishes are open for one village, none is worth more there than the best of them.
            let open = of(Stand::Open).map(|(wish, position)| self.spread.points(network, *wish, *position)).max();
            network.set_score(arc, open.unwrap_or_default());
            if open.is_none() {
                network.choose(Want { arc, full: false });
            }
        }
        for (own, stand) in self.own.iter().zip(stands) {
            for own in own {
                if let Some(arc) = own.arc.filter(|_| *stand == Stand::Taken) {
                    network.choose(Want { arc, full: false });
                }
                if let Some(fixed) = own.fixed {
                    network.set_holds(fixed, *stand == Stand::Left && self.demanded[fixed]);
                }
            }
        }
    }

    /// Reads the flow as a plan, if it is one, and keeps it if it is the best so far. Otherwise, the open wishes that
    /// it does not treat as a plan would.
    fn read(&mut self, stands: &[Stand]) -> BTreeSet<usize> {
        let wishes = &self.ordered.wishes;
        let mut flowing: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for arc in self.network.town_arcs.iter().filter(|arc| self.network.simplex.flow(arc.arc) > 0) {
            flowing.entry(arc.town).or_default().push(arc.village);
        }
        let mut taken: Vec<usize> = Vec::new();
        let mut torn = BTreeSet::new();
        for (town, villages) in &flowing {
            let of_town = (0..wishes.len()).filter(|wish| wishes[*wish].town == *town && stands[*wish] != Stand::Left);
            let whole = |wish: &usize| wishes[*wish].villages.iter().map(|(village, _)| village).eq(villages);
            match of_town.clone().find(whole) {
                Some(wish) => taken.push(wish),
                None => torn.extend(of_town),
            }
        }
        let is_open = |wish: &usize| stands[*wish] == Stand::Open;
        for (at, wish) in taken.iter().enumerate() {
            let other = taken[..at].iter().find(|other| wishes[**other].enterprise == wishes[*wish].enterprise);
            torn.extend(other.into_iter().flat_map(|other| [*wish, *other]).filter(is_open));
        }
        for wish in open(stands) {
            let whole = taken.contains(&wish);
            let clashes = |own: &Own| {
                let paired = own.arc.is_some_and(|arc| self.network.simplex.flow(arc) > 0);
                if whole { paired } else { !paired && own.fixed.is_some_and(|fixed| self.demanded[fixed]) }
            };
            if self.own[wish].iter().any(clashes) {
                torn.insert(wish);
            }
        }
        if torn.is_empty() {
            self.keep(taken);
        }
        torn
    }

    fn keep(&mut self, wishes: Vec<usize>) {
        let pairs = if self.network.scored { self.network.pairs() } else { Vec::new() };
        let whole = wishes.iter().flat_map(|wish| &self.ordered.wishes[*wish].villages).map(|(_, score)| score);
        let value: i64 = whole.chain(pairs.iter().map(|pair| &pair.score)).map(|score| i64::from(*score)).sum();
        if self.best.as_ref().is_none_or(|(best, _)| value > *best) {
            self.best = Some((value, Choice { wishes, pairs }));
        }
    }

    /// The open wish to decide next, and whether to take it first: of the torn ones the one most of whose score flows.
    fn next_wish(&self, stands: &[Stand], torn: &BTreeSet<usize>) -> (usize, bool) {
        let mut flowing = vec![(0, 0_u64); stands.len()];
        for arc in self.network.town_arcs.iter().filter(|arc| self.network.simplex.flow(arc.arc) > 0) {
            for (wish, position) in &arc.wished {
                flowing[*wish].0 += 1;
                flowing[*wish].1 += u64::from(self.ordered.wishes[*wish].villages[*position].1);
            }
        }
        let wish = open(stands).max_by_key(|wish| (torn.contains(wish), flowing[*wish].1, Reverse(*wish)));
        let wish = wish.expect("a flow without open wishes is a plan");
        (wish, flowing[wish].0 * 2 >= self.ordered.wishes[wish].villages.len())
    }
}
