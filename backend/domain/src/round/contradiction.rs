//! Which rules cannot hold together, and as few of them as can be: without any one of them the others can.
//!
//! Every rule is asked about with scores left aside. Where single villages of wished towns would not help either, the
//! prices of the flow already tell which few rules to ask about.
//! Deliberately absent: advice on which of them to give up.

use super::branch::{Branching, Found};
use super::network::RuleAt;
use super::ordered::Ordered;
use super::{Phase, Progress, Round, Watch};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// A rule of a round, by codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    Fixed { enterprise: String, village: String },
    Forbidden { enterprise: String, village: String },
    GroupFloor { group: String },
    VillageMinimum { village: String },
    EnterpriseMinimum { enterprise: String },
    VillageCapacity { village: String },
    EnterpriseCapacity { enterprise: String },
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Rule::Fixed { enterprise, village } => write!(f, "指定 {enterprise} 和 {village}"),
            Rule::Forbidden { enterprise, village } => write!(f, "排除 {enterprise} 和 {village}"),
            Rule::GroupFloor { group } => write!(f, "{group} 的保底数"),
            Rule::VillageMinimum { village } => write!(f, "村 {village} 的最低数"),
            Rule::EnterpriseMinimum { enterprise } => write!(f, "企业 {enterprise} 的最低数"),
            Rule::VillageCapacity { village } => write!(f, "村 {village} 的上限"),
            Rule::EnterpriseCapacity { enterprise } => write!(f, "企业 {enterprise} 的上限"),
        }
    }
}

pub(super) fn listed(rules: &[Rule]) -> String {
    rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
}

/// Questions whether some rules can hold together, at most …
const QUESTIONS_MAX: u32 = 2_000;
/// … and nodes of one. Beyond, it counts as if they could, and more is named than it takes.
const NODES_MAX: u32 = 500;

/// Rules of a round that has no plan, none of which can be left out; whether that is sure.
pub(super) fn find(ordered: &Ordered, round: &Round, watch: &mut Watch) -> ControlFlow<(), (Vec<Rule>, bool)> {
    watch.progress = Progress { phase: Phase::Explaining, nodes: 0, value: None, bound: None };
    let mut search = Search { branching: Branching::new(ordered, false), sure: true, watch };
    let mut rules = search.branching.suspects(search.watch)?;
    rules.sort_unstable_by_key(|rule| search.branching.rule(*rule));
    let smallest = search.smallest(&[], false, &rules)?;
    let named = smallest.iter().map(|rule| named(ordered, round, search.branching.rule(*rule)));
    let mut named: Vec<Rule> = named.collect();
    named.sort_unstable();
    ControlFlow::Continue((named, search.sure))
}

struct Search<'a, 'b, 'c> {
    branching: Branching<'a>,
    /// Every question was answered.
    sure: bool,
    watch: &'b mut Watch<'c>,
}

impl Search<'_, '_, '_> {
    /// The least of `rules` that cannot hold together with `given`, where all of them cannot: each half is looked through
    /// with the other one given, so that few rules among many take few questions. `grown`: something was given since
    /// it was last known that what is given can hold.
    fn smallest(&mut self, given: &[usize], grown: bool, rules: &[usize]) -> ControlFlow<(), Vec<usize>> {
        if grown && self.contradict(given)? {
            return ControlFlow::Continue(Vec::new());
        }
        if rules.len() <= 1 {
            return ControlFlow::Continue(rules.to_vec());
        }
        let (first, second) = rules.split_at(rules.len() / 2);
        let of_second = self.smallest(&[given, first].concat(), true, second)?;
        let of_first = self.smallest(&[given, &of_second].concat(), !of_second.is_empty(), first)?;
        ControlFlow::Continue([of_first, of_second].concat())
    }

    fn contradict(&mut self, rules: &[usize]) -> ControlFlow<(), bool> {
        if self.watch.progress.nodes == QUESTIONS_MAX {
            self.sure = false;
            return ControlFlow::Continue(false);
        }
        self.branching.demand(rules);
        self.watch.progress.nodes += 1;
        let found = self.branching.run(NODES_MAX, self.watch)?;
        self.sure &= !matches!(found, Found::Unsettled);
        ControlFlow::Continue(matches!(found, Found::Nothing))
    }
}

fn named(ordered: &Ordered, round: &Round, rule: RuleAt) -> Rule {
    let enterprise = |rank: u32| round.enterprises[ordered.given_enterprises[rank as usize] as usize].code.clone();
    let village = |rank: u32| round.villages[ordered.given_villages[rank as usize] as usize].code.clone();
    let group = |rank: u32| round.groups[ordered.given_groups[rank as usize] as usize].code.clone();
    match rule {
        RuleAt::Fixed(at) => {
            let pair = ordered.fixed[at as usize];
            Rule::Fixed { enterprise: enterprise(pair.0), village: village(pair.1) }
        }
        RuleAt::Forbidden(at) => {
            let pair = ordered.forbidden[at as usize];
            Rule::Forbidden { enterprise: enterprise(pair.0), village: village(pair.1) }
        }
        RuleAt::GroupFloor(at) => Rule::GroupFloor { group: group(at) },
        RuleAt::VillageMinimum(at) => Rule::VillageMinimum { village: village(at) },
        RuleAt::EnterpriseMinimum(at) => Rule::EnterpriseMinimum { enterprise: enterprise(at) },
        RuleAt::VillageCapacity(at) => Rule::VillageCapacity { village: village(at) },
        RuleAt::EnterpriseCapacity(at) => Rule::EnterpriseCapacity { enterprise: enterprise(at) },
    }
}
