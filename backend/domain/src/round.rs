//! A matching round (对接轮次): which enterprises and villages are paired so that the sum of the public scores is largest.
//!
//! An enterprise takes so many villages at most and at least, a village so many enterprises; a group of villages, such
//! as a county, has a floor of pairs, so that nobody is left out; some pairs are fixed, some forbidden. An enterprise
//! may wish for a whole town: it gets all of its villages or none. [`solve`] finds the best plan and proves it, or names
//! rules that cannot hold together ([`contradiction`]), and the same round in another order has the same plan.
//! Deliberately absent: how a score comes about ([`crate::matching`]), who may run a round, and what becomes of a plan.
//!
//! How: [`ordered`] sorts everything by codes, [`network`] turns a round into a network, [`simplex`] finds the best flow
//! through it, and [`branch`] decides the wishes, each of which is all or none. What a federation says of a round is in
//! [`setup`] and [`rule`].

mod branch;
mod check;
mod contradiction;
mod layout;
mod network;
mod ordered;
pub mod rule;
pub mod scored;
pub mod setup;
mod simplex;
mod spread;
mod tree;

pub use check::{List, Wrong};
pub use contradiction::Rule;

use branch::{Branching, Choice, Found};
use ordered::Ordered;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Enterprises of one round, at most; as many villages.
pub const ENTERPRISES_MAX: usize = 20_000;
pub const VILLAGES_MAX: usize = 20_000;
pub const GROUPS_MAX: usize = 2_000;
/// Candidate pairs of one round, at most; as many fixed and as many forbidden ones.
pub const CANDIDATES_MAX: usize = 10_000_000;
/// Wishes of one round, at most.
pub const WISHES_MAX: usize = 200;
/// No pair has a higher score. The sum of 20,000 times 20,000 of them is counted in 64 bits.
pub const SCORE_MAX: u32 = 1_000_000;

/// What is asked. Enterprises, villages and groups are named by their position in the lists; codes only put them in
/// order and name them in errors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub enterprises: Vec<Enterprise>,
    pub groups: Vec<Group>,
    pub villages: Vec<Village>,
    /// Pairs that may be in the plan, each once.
    pub candidates: Vec<Pair>,
    /// Pairs that must be in the plan. Their score counts where they are no candidates. A taken wish that brings a fixed
    /// pair fulfils it.
    pub fixed: Vec<Pair>,
    /// Pairs that must not be in the plan, as `(enterprise, village)`. A wish that would bring one is not taken.
    pub forbidden: Vec<(u32, u32)>,
    pub wishes: Vec<Wish>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    pub code: String,
    /// The most villages that it takes, a whole town not counted.
    pub capacity: u32,
    /// The least villages that it must get, a whole town not counted.
    pub minimum: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Village {
    pub code: String,
    /// Its position in [`Round::groups`].
    pub group: u32,
    /// The most enterprises, those with a whole town counted.
    pub capacity: u32,
    /// The least enterprises, those with a whole town counted.
    pub minimum: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub code: String,
    /// The least pairs in its villages, those of whole towns counted; 0 for none.
    pub floor: u32,
}

/// Ordered by enterprise and village, as positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pair {
    pub enterprise: u32,
    pub village: u32,
    /// What the pair is worth, by the public table.
    pub score: u32,
}

impl Pair {
    /// Which two it is.
    fn at(&self) -> (u32, u32) {
        (self.enterprise, self.village)
    }
}

/// An enterprise that would take a whole town. At most one enterprise gets a town so, and an enterprise one town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub enterprise: u32,
    pub town: String,
    /// The villages of the town that it would take, each with what the pair is worth.
    pub villages: Vec<WishedVillage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WishedVillage {
    pub village: u32,
    pub score: u32,
}

/// The best plan that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Taken wishes as positions in [`Round::wishes`], ordered by the codes of town and enterprise.
    pub wishes: Vec<u32>,
    /// All other pairs, ordered by the codes of enterprise and village.
    pub pairs: Vec<Pair>,
    /// The sums of the scores in the taken wishes and of the other pairs.
    pub wishes_value: u64,
    pub pairs_value: u64,
    /// What the best plan were worth if of a wished town single villages could be taken.
    pub relaxed: u64,
    /// No plan is worth more: proven.
    pub bound: u64,
    /// How often the rest was solved with some of the wishes decided.
    pub nodes: u32,
}

impl Plan {
    #[must_use]
    pub fn value(&self) -> u64 {
        self.wishes_value + self.pairs_value
    }

    /// How much better another plan could be at most: 0 for a plan that is proven the best.
    #[must_use]
    pub fn gap(&self) -> u64 {
        self.bound - self.value()
    }
}

/// How long to look on when there are wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At so many nodes the best plan so far is handed out, with the gap that is left. At least 1.
    pub nodes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { nodes: 20_000 }
    }
}

words! {
    /// What is being reckoned.
    pub enum Phase {
        /// The round with no wish decided.
        Relaxing = "relaxing" / "求各村分开时的最优值",
        /// Wishes are decided.
        Branching = "branching" / "逐个决定包镇意向",
        /// There is no plan: rules that contradict each other are looked for.
        Explaining = "explaining" / "找出互相矛盾的条件",
    }
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub phase: Phase,
    /// Solved so far in this phase.
    pub nodes: u32,
    /// Of the best plan so far.
    pub value: Option<u64>,
    /// No plan is worth more, as far as is known.
    pub bound: Option<u64>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsolved {
    #[error("本轮没有任何候选组合")]
    NoCandidates,
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// These rules cannot hold together. `smallest`: without any one of them the others can.
    #[error("这些条件不能同时成立：{}", contradiction::listed(.rules))]
    Contradiction { rules: Vec<Rule>, smallest: bool },
    /// Whoever was told of the progress did not want to go on.
    #[error("已取消")]
    Cancelled,
    /// Not one plan was found among so many nodes, nor a contradiction.
    #[error("计算 {nodes} 步后仍未得出方案")]
    Unsettled { nodes: u32 },
}

/// Tells whoever waits how far it is, and hears whether to go on.
struct Watch<'a> {
    tell: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    progress: Progress,
}

impl Watch<'_> {
    fn go_on(&mut self) -> ControlFlow<()> {
        (self.tell)(self.progress)
    }
}

/// Finds the plan with the largest sum of scores.
///
/// `tell` is called some hundred times a second, and ends the work by [`ControlFlow::Break`].
///
/// # Errors
/// [`Unsolved`] says why there is no plan. Bad input is found before anything is reckoned.
pub fn solve(
    round: &Round,
    limits: Limits,
    tell: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Plan, Unsolved> {
    if round.candidates.is_empty() && round.fixed.is_empty() && round.wishes.is_empty() {
        return Err(Unsolved::NoCandidates);
    }
    check::check(round)?;
    let ordered = Ordered::of(round)?;
    let mut watch = Watch { tell, progress: Progress { phase: Phase::Relaxing, nodes: 0, value: None, bound: None } };
    let mut branching = Branching::new(&ordered, true);
    let ControlFlow::Continue(found) = branching.run(limits.nodes.max(1), &mut watch) else {
        return Err(Unsolved::Cancelled);
    };
    match found {
        Found::Best { choice, relaxed, bound } => Ok(plan(&ordered, &choice, (relaxed, bound), branching.nodes())),
        Found::Unsettled => Err(Unsolved::Unsettled { nodes: branching.nodes() }),
        Found::Nothing => match contradiction::find(&ordered, round, &mut watch) {
            ControlFlow::Continue((rules, smallest)) => Err(Unsolved::Contradiction { rules, smallest }),
            ControlFlow::Break(()) => Err(Unsolved::Cancelled),
        },
    }
}

fn plan(ordered: &Ordered, choice: &Choice, (relaxed, bound): (u64, u64), nodes: u32) -> Plan {
    let scores = choice.wishes.iter().flat_map(|wish| &ordered.wishes[*wish].villages);
    let wishes_value = scores.map(|(_, score)| u64::from(*score)).sum();
    let wishes = choice.wishes.iter().map(|wish| ordered.wishes[*wish].given).collect();
    let pairs: Vec<Pair> = choice.pairs.iter().map(|pair| ordered.given(*pair)).collect();
    let pairs_value = pairs.iter().map(|pair| u64::from(pair.score)).sum();
    Plan { wishes, pairs, wishes_value, pairs_value, relaxed, bound, nodes }
}

#[cfg(test)]
mod tests;
