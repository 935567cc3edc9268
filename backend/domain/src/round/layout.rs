//! How a round is laid out as a network: which arcs an enterprise, a village, a group and a town have, and which of them
//! stand for a rule.
//!
//! Deliberately absent: the flow.

use super::network::{Network, RuleAt, Ruled, TownArc, Want};
use super::ordered::count;
use std::collections::{BTreeMap, BTreeSet};

/// Candidates of an enterprise that are arcs from the start: its best, so many more than it has capacity …
const ARCS_FIRST: usize = 8;
/// … and one of so many candidates.
const ARCS_FIRST_OF: usize = 64;
/// More than flows anywhere.
const ENDLESS: u32 = u32::MAX / 2;

impl Network<'_> {
    /// Every arc of the start.
    pub fn lay_out(&mut self) {
        for enterprise in 0..count(self.ordered.enterprises.len()) {
            self.add_enterprise(enterprise);
        }
        for village in 0..count(self.ordered.villages.len()) {
            self.add_village(village);
        }
        for group in 0..count(self.ordered.floors.len()) {
            self.add_group(group);
        }
        self.add_towns();
        self.add_pairs();
        self.add_choices();
    }

    fn empty(&mut self, from: u32, to: u32, room: u32) -> u32 {
        let arc = self.simplex.add_empty(from, to, room);
        self.note(arc)
    }

    fn full(&mut self, from: u32, to: u32, room: u32) -> u32 {
        let arc = self.simplex.add_full(from, to, room);
        self.note(arc)
    }

    fn stem(&mut self, from: u32, to: u32, room: u32, flow: u32) -> u32 {
        let arc = self.simplex.add_stem(from, to, room, flow);
        self.note(arc)
    }

    /// A rule with the arcs that it wants full, and those that it wants empty.
    fn add_rule(&mut self, rule: RuleAt, full: &[u32], empty: &[u32]) {
        let wanted = |full: bool| move |arc: &u32| Want { arc: *arc, full };
        let wants = full.iter().map(wanted(true)).chain(empty.iter().map(wanted(false))).collect();
        self.rules.push(Ruled { rule, holds: false, wants });
        self.set_holds(self.rules.len() - 1, true);
    }

    /// What is not used goes to the hub: at least what is beyond the capacity, at most what is beyond the minimum.
    fn add_enterprise(&mut self, enterprise: u32) {
        let node = Self::enterprise_node(enterprise);
        let span = self.ordered.enterprises[enterprise as usize];
        let least = span.least.min(count(self.ordered.villages.len()) + 1);
        let units = count(self.ordered.row_range(enterprise).len()).max(least);
        let most = span.most.min(units);
        let (kept, between) = (units - most.max(least), most.abs_diff(least));
        let (mut full, mut empty) = (Vec::new(), Vec::new());
        if kept > 0 {
            full.push(self.full(node, 0, kept));
        }
        if least > 0 && between > 0 {
            let arc = self.full(node, 0, between);
            if most < least {
                full.push(arc);
                empty.push(arc);
            }
        }
        let rest = if least > 0 { most.min(least) } else { units - kept };
        let stem = self.stem(node, 0, ENDLESS, rest);
        self.add_rule(RuleAt::EnterpriseCapacity(enterprise), &full, &[]);
        if least > 0 {
            empty.push(stem);
            self.add_rule(RuleAt::EnterpriseMinimum(enterprise), &[], &empty);
        }
    }

    /// The first units that reach a village fill its minimum, the next its capacity, others break it.
    fn add_village(&mut self, village: u32) {
        let node = self.village_node(village);
        let group = self.group_node(self.ordered.group_of[village as usize]);
        let span = self.ordered.villages[village as usize];
        let all = count(self.ordered.enterprises.len()) + self.ordered.towns + 1;
        let (least, most) = (span.least.min(all), span.most.min(all));
        let (mut full, mut empty) = (Vec::new(), Vec::new());
        if least.min(most) > 0 {
            full.push(self.empty(node, group, least.min(most)));
        }
        if most > least {
            self.stem(node, group, most - least, 0);
            empty.push(self.empty(node, group, ENDLESS));
        } else {
            empty.push(self.stem(node, group, ENDLESS, 0));
            if most < least {
                let arc = self.empty(node, group, least - most);
                full.push(arc);
                empty.push(arc);
            }
        }
        self.add_rule(RuleAt::VillageCapacity(village), &[], &empty);
        if least > 0 {
            self.add_rule(RuleAt::VillageMinimum(village), &full, &[]);
        }
    }

    fn add_group(&mut self, group: u32) {
        let node = self.group_node(group);
        self.stem(node, 0, ENDLESS, 0);
        let floor = self.ordered.floors[group as usize].min(ENDLESS);
        if floor > 0 {
            let arc = self.empty(node, 0, floor);
            self.add_rule(RuleAt::GroupFloor(group), &[arc], &[]);
        }
    }

    fn add_towns(&mut self) {
        let mut wished: BTreeMap<(u32, u32), Vec<(usize, usize)>> = BTreeMap::new();
        for (number, wish) in self.ordered.wishes.iter().enumerate() {
            for (position, (village, _)) in wish.villages.iter().enumerate() {
                wished.entry((wish.town, *village)).or_default().push((number, position));
            }
        }
        for town in 0..self.ordered.towns {
            let units = count(wished.range((town, 0)..(town + 1, 0)).count());
            self.stem(self.town_node(town), 0, ENDLESS, units);
        }
        for ((town, village), wished) in wished {
            let arc = self.empty(self.town_node(town), self.village_node(village), 1);
            self.town_arcs.push(TownArc { arc, town, village, wished });
        }
    }

    /// The best candidates of each enterprise become arcs, and all pairs that rules or wishes speak of.
    fn add_pairs(&mut self) {
        let ordered = self.ordered;
        let mut pinned: BTreeSet<(u32, u32)> = ordered.fixed.iter().chain(&ordered.forbidden).copied().collect();
        for wish in &ordered.wishes {
            pinned.extend(wish.villages.iter().map(|(village, _)| (wish.enterprise, *village)));
        }
        for enterprise in 0..count(ordered.enterprises.len()) {
            let pinned = pinned.range((enterprise, 0)..(enterprise + 1, 0)).map(|(_, village)| *village);
            let pinned: BTreeSet<u32> = pinned.collect();
            let mut first = self.first_pairs(enterprise);
            first.extend(pinned.iter().filter_map(|village| ordered.find((enterprise, *village))));
            first.sort_unstable();
            first.dedup();
            for at in first {
                let (village, arc) = self.join(enterprise, at);
                if pinned.contains(&village) {
                    self.pinned.insert((enterprise, village), arc);
                }
            }
        }
    }

    /// The best candidates of an enterprise: so many as it is likely to need, of equal ones the first.
    fn first_pairs(&self, enterprise: u32) -> Vec<u32> {
        let (range, row) = (self.ordered.row_range(enterprise), self.ordered.row(enterprise));
        let capacity = self.ordered.enterprises[enterprise as usize].most as usize;
        let most = capacity.saturating_add(ARCS_FIRST + range.len() / ARCS_FIRST_OF);
        if range.len() <= most {
            return range.collect();
        }
        let mut scores: Vec<u32> = row.iter().map(|pair| pair.score).collect();
        let (_, least, better) = scores.select_nth_unstable(range.len() - most);
        let least = *least;
        let mut equal = most - better.iter().filter(|score| **score > least).count();
        let mut first = Vec::with_capacity(most);
        for (at, pair) in range.zip(row) {
            if pair.score > least {
                first.push(at);
            } else if pair.score == least && equal > 0 {
                equal -= 1;
                first.push(at);
            }
        }
        first
    }

    /// The rules that speak of single pairs.
    fn add_choices(&mut self) {
        let arc = |network: &Self, pair| network.pinned.get(pair).copied();
        for (number, pair) in (0..).zip(&self.ordered.fixed) {
            let arc = arc(self, pair);
            self.add_rule(RuleAt::Fixed(number), arc.as_slice(), &[]);
        }
        for (number, pair) in (0..).zip(&self.ordered.forbidden) {
            let arc = arc(self, pair);
            self.add_rule(RuleAt::Forbidden(number), &[], arc.as_slice());
        }
    }
}

/// The positions that come first by what stands before them, in order of position.
pub(super) fn best<T: Ord>(mut from: Vec<(T, u32)>, most: usize) -> Vec<u32> {
    if from.len() > most {
        from.select_nth_unstable(most);
        from.truncate(most);
    }
    let mut positions: Vec<u32> = from.into_iter().map(|(_, at)| at).collect();
    positions.sort_unstable();
    positions
}
