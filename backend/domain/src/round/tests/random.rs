//! Random rounds, so small that every plan can be looked at, and larger ones in other orders.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A plan as it is looked at: which pairs and which wishes, as bits.
#[derive(Clone, Copy)]
struct Look {
    pairs: u32,
    wishes: u32,
}

/// A round with all of its plans that rules may forbid.
struct Tiny<'a> {
    round: &'a Round,
    pairs: Vec<Pair>,
    plans: Vec<Look>,
}

fn bits(mask: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |bit| mask >> bit & 1 == 1)
}

impl<'a> Tiny<'a> {
    fn of(round: &'a Round) -> Self {
        let mut pairs: BTreeMap<(u32, u32), Pair> = BTreeMap::new();
        for pair in round.candidates.iter().chain(&round.fixed) {
            pairs.entry((pair.enterprise, pair.village)).or_insert(*pair);
        }
        let pairs: Vec<Pair> = pairs.into_values().collect();
        let single = |wishes: &u32| {
            let taken = || bits(*wishes).map(|wish| &round.wishes[wish]);
            let towns: BTreeSet<_> = taken().map(|wish| &wish.town).collect();
            let enterprises: BTreeSet<_> = taken().map(|wish| wish.enterprise).collect();
            towns.len().min(enterprises.len()) == taken().count()
        };
        let mut plans = Vec::new();
        for wishes in (0..1 << round.wishes.len()).filter(single) {
            let wished: BTreeSet<_> = wished(round, wishes).map(|pair| (pair.enterprise, pair.village)).collect();
            let clash = pairs.iter().enumerate().filter(|(_, pair)| wished.contains(&(pair.enterprise, pair.village)));
            let clash: u32 = clash.map(|(at, _)| 1 << at).sum();
            plans.extend((0..1 << pairs.len()).filter(|pairs| pairs & clash == 0).map(|pairs| Look { pairs, wishes }));
        }
        Tiny { round, pairs, plans }
    }

    fn own(&self, look: Look) -> impl Iterator<Item = Pair> {
        bits(look.pairs).map(|at| self.pairs[at])
    }

    fn all(&self, look: Look) -> impl Iterator<Item = Pair> {
        self.own(look).chain(wished(self.round, look.wishes))
    }

    fn holds(&self, look: Look, rule: &Rule) -> bool {
        let round = self.round;
        let enterprise = |code: &String| (0..).zip(&round.enterprises).find(|(_, one)| one.code == *code).unwrap();
        let village = |code: &String| (0..).zip(&round.villages).find(|(_, one)| one.code == *code).unwrap();
        let of_enterprise = |at: u32| number(self.own(look).filter(|pair| pair.enterprise == at));
        let of_village = |at: u32| number(self.all(look).filter(|pair| pair.village == at));
        match rule {
            Rule::Fixed { enterprise: of, village: and } => {
                let (of, and) = (enterprise(of).0, village(and).0);
                self.all(look).any(|pair| (pair.enterprise, pair.village) == (of, and))
            }
            Rule::Forbidden { enterprise: of, village: and } => {
                let (of, and) = (enterprise(of).0, village(and).0);
                self.all(look).all(|pair| (pair.enterprise, pair.village) != (of, and))
            }
            Rule::GroupFloor { group: code } => {
                let group = (0..).zip(&round.groups).find(|(_, one)| one.code == *code).unwrap();
                let inside = |pair: &Pair| round.villages[pair.village as usize].group == group.0;
                number(self.all(look).filter(inside)) >= group.1.floor
            }
            Rule::VillageMinimum { village: of } => of_village(village(of).0) >= village(of).1.minimum,
            Rule::VillageCapacity { village: of } => of_village(village(of).0) <= village(of).1.capacity,
            Rule::EnterpriseMinimum { enterprise: of } => of_enterprise(enterprise(of).0) >= enterprise(of).1.minimum,
            Rule::EnterpriseCapacity { enterprise: of } => of_enterprise(enterprise(of).0) <= enterprise(of).1.capacity,
        }
    }

    fn holding(&self, rules: &[Rule]) -> impl Iterator<Item = Look> {
        self.plans.iter().copied().filter(move |look| rules.iter().all(|rule| self.holds(*look, rule)))
    }

    fn value(&self, look: Look) -> u64 {
        self.all(look).map(|pair| u64::from(pair.score)).sum()
    }
}

fn number<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap()
}

fn wished(round: &Round, wishes: u32) -> impl Iterator<Item = Pair> {
    bits(wishes)
        .map(|wish| &round.wishes[wish])
        .flat_map(|wish| wish.villages.iter().map(|one| pair(wish.enterprise, one.village, one.score)))
}

fn rules(round: &Round) -> Vec<Rule> {
    let mut rules = Vec::new();
    for Enterprise { code, .. } in &round.enterprises {
        rules.push(Rule::EnterpriseMinimum { enterprise: code.clone() });
        rules.push(Rule::EnterpriseCapacity { enterprise: code.clone() });
    }
    for Village { code, .. } in &round.villages {
        rules.push(Rule::VillageMinimum { village: code.clone() });
        rules.push(Rule::VillageCapacity { village: code.clone() });
    }
    rules.extend(round.groups.iter().map(|group| Rule::GroupFloor { group: group.code.clone() }));
    for fixed in &round.fixed {
        let (enterprise, village) = round.codes((fixed.enterprise, fixed.village));
        rules.push(Rule::Fixed { enterprise, village });
    }
    for forbidden in &round.forbidden {
        let (enterprise, village) = round.codes(*forbidden);
        rules.push(Rule::Forbidden { enterprise, village });
    }
    rules
}

/// The bits of a plan that was found.
fn look(tiny: &Tiny, plan: &Plan) -> Look {
    let position = |pair: &Pair| tiny.pairs.iter().position(|other| other == pair).expect("pairs are of the round");
    let mut look = Look { pairs: 0, wishes: 0 };
    for pair in &plan.pairs {
        assert_eq!(look.pairs >> position(pair) & 1, 0, "twice: {pair:?}");
        look.pairs |= 1 << position(pair);
    }
    for wish in &plan.wishes {
        look.wishes |= 1 << wish;
    }
    assert!(tiny.plans.iter().any(|plan| (plan.pairs, plan.wishes) == (look.pairs, look.wishes)), "{plan:?}");
    look
}

prop_compose! {
    /// At most `enterprises` and `villages`, codes in another order than positions; `tight` rounds often contradict
    /// themselves.
    fn rounds(enterprises: usize, villages: usize, candidates: usize, tight: u32)(
        spans in prop::collection::vec((0u32..4, 0..=tight), 1..=enterprises),
        floors in prop::collection::vec(0..=tight * 2, 1..=2),
        places in prop::collection::vec((0u32..2, 0u32..3, 0..=tight), 1..=villages),
        pairs in prop::collection::btree_map((0u32..100, 0u32..100), 0u32..10, 0..=candidates),
        fixed in prop::collection::btree_map((0u32..100, 0u32..100), 0u32..10, 0..=tight as usize),
        forbidden in prop::collection::btree_set((0u32..100, 0u32..100), 0..=tight as usize),
        wishes in prop::collection::vec((0u32..100, 0u32..3, prop::collection::vec(0u32..13, villages)), 0..=4),
    ) -> Round {
        let (all, among) = (number(spans.iter()), number(places.iter()));
        let modulo = |(enterprise, village): (u32, u32)| (enterprise % all, village % among);
        let single = |pairs: BTreeMap<(u32, u32), u32>| -> BTreeMap<(u32, u32), u32> {
            pairs.into_iter().map(|(pair, score)| (modulo(pair), score)).collect()
        };
        let listed = |pairs: &BTreeMap<(u32, u32), u32>| {
            pairs.iter().map(|((enterprise, village), score)| pair(*enterprise, *village, *score)).collect()
        };
        let fixed = single(fixed);
        let groups = number(floors.iter());
        let mut seen = BTreeSet::new();
        let wishes = wishes.into_iter().filter_map(|(enterprise, town, scores)| {
            let villages = (0..among).zip(scores).filter(|(village, score)| village % 3 == town && *score < 10);
            let villages: Vec<_> = villages.collect();
            let fresh = !villages.is_empty() && seen.insert((enterprise % all, town));
            fresh.then(|| wish(enterprise % all, &format!("镇{town}"), &villages))
        });
        Round {
            enterprises: (0..).zip(&spans).map(|(at, (capacity, minimum))| Enterprise {
                code: format!("{}", (at * 7 + 3) % 101), capacity: *capacity, minimum: *minimum,
            }).collect(),
            groups: (0..).zip(&floors).map(|(at, floor)| Group { code: format!("{}", 9 - at), floor: *floor }).collect(),
            villages: (0..).zip(&places).map(|(at, (group, capacity, minimum))| Village {
                code: format!("{}", (at * 31 + 5) % 97), group: group % groups, capacity: *capacity, minimum: *minimum,
            }).collect(),
            candidates: listed(&single(pairs)),
            forbidden: forbidden.into_iter().map(modulo).filter(|pair| !fixed.contains_key(pair))
                .collect::<BTreeSet<_>>().into_iter().collect(),
            fixed: listed(&fixed),
            wishes: wishes.collect(),
        }
    }
}

fn is_the_best(round: &Round) -> Result<(), TestCaseError> {
    let tiny = Tiny::of(round);
    let all = rules(round);
    let best = tiny.holding(&all).map(|look| tiny.value(look)).max();
    match (solved(round), best) {
        (Err(Unsolved::NoCandidates), _) => prop_assert!(tiny.plans.len() == 1),
        (Ok(plan), Some(best)) => {
            let look = look(&tiny, &plan);
            prop_assert!(all.iter().all(|rule| tiny.holds(look, rule)), "{:?}", plan);
            prop_assert_eq!(plan.pairs_value, tiny.own(look).map(|pair| u64::from(pair.score)).sum::<u64>());
            prop_assert_eq!(plan.value(), best);
            prop_assert_eq!(plan.bound, best);
            prop_assert!(plan.relaxed >= best && (plan.relaxed == best || !round.wishes.is_empty()));
        }
        (Err(Unsolved::Contradiction { rules, smallest }), None) => {
            prop_assert!(smallest);
            prop_assert!(rules.iter().all(|rule| all.contains(rule)));
            prop_assert!(tiny.holding(&rules).next().is_none(), "these can hold: {:?}", rules);
            for left_out in 0..rules.len() {
                let mut fewer = rules.clone();
                fewer.remove(left_out);
                prop_assert!(tiny.holding(&fewer).next().is_some(), "{:?} is too much in {:?}", rules[left_out], rules);
            }
        }
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

/// The same round with every list in another order: each turned by so much, and from the back.
fn turned(round: &Round, by: usize) -> Round {
    fn turn<T: Clone>(list: &[T], by: usize) -> (Vec<T>, Vec<u32>) {
        let mut order: Vec<usize> = (0..list.len()).rev().collect();
        order.rotate_left(by % list.len().max(1));
        let mut now = vec![0; list.len()];
        for (at, from) in (0..).zip(&order) {
            now[*from] = at;
        }
        (order.iter().map(|from| list[*from].clone()).collect(), now)
    }
    let (enterprises, enterprise) = turn(&round.enterprises, by);
    let (groups, group) = turn(&round.groups, by);
    let (mut villages, village) = turn(&round.villages, by + 1);
    for village in &mut villages {
        village.group = group[village.group as usize];
    }
    let moved = |one: &Pair| Pair {
        enterprise: enterprise[one.enterprise as usize],
        village: village[one.village as usize],
        score: one.score,
    };
    let wishes = turn(&round.wishes, by).0.into_iter().map(|wish| Wish {
        enterprise: enterprise[wish.enterprise as usize],
        villages: turn(&wish.villages, by)
            .0
            .iter()
            .map(|one| WishedVillage { village: village[one.village as usize], ..*one })
            .collect(),
        ..wish
    });
    let forbidden = turn(&round.forbidden, by).0;
    Round {
        candidates: turn(&round.candidates, by + 2).0.iter().map(moved).collect(),
        fixed: turn(&round.fixed, by).0.iter().map(moved).collect(),
        forbidden: forbidden.iter().map(|(one, other)| (enterprise[*one as usize], village[*other as usize])).collect(),
        wishes: wishes.collect(),
        enterprises,
        groups,
        villages,
    }
}

/// What was found, by codes.
fn named(round: &Round, found: Result<Plan, Unsolved>) -> String {
    let plan = match found {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let wishes = plan.wishes.iter().map(|wish| &round.wishes[*wish as usize]);
    let wishes: Vec<_> = wishes.map(|wish| (&round.enterprises[wish.enterprise as usize].code, &wish.town)).collect();
    let pairs: Vec<_> = plan.pairs.iter().map(|one| (round.codes((one.enterprise, one.village)), one.score)).collect();
    format!("{wishes:?} {pairs:?} {} {} {}", plan.relaxed, plan.bound, plan.nodes)
}

proptest! {
    #[test]
    fn a_plan_is_the_best_of_all(round in rounds(4, 5, 9, 0)) {
        is_the_best(&round)?;
    }

    #[test]
    fn a_plan_keeps_the_rules_or_those_that_contradict_each_other_are_named(round in rounds(4, 5, 7, 1)) {
        is_the_best(&round)?;
    }

    #[test]
    fn rules_that_often_contradict_each_other_do_so_in_the_smallest_set(round in rounds(3, 4, 7, 2)) {
        is_the_best(&round)?;
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(round in rounds(12, 15, 80, 1), by in 0usize..50) {
        let turned = turned(&round, by);
        prop_assert_eq!(named(&round, solved(&round)), named(&turned, solved(&turned)));
    }

    #[test]
    fn with_few_nodes_the_bound_is_true(round in rounds(4, 5, 9, 0), nodes in 0u32..4) {
        let tiny = Tiny::of(&round);
        let best = tiny.holding(&rules(&round)).map(|look| tiny.value(look)).max();
        let found = solve(&round, Limits { nodes }, &mut |_| ControlFlow::Continue(()));
        if let Ok(plan) = found {
            prop_assert!(plan.nodes <= nodes.max(1) && plan.value() <= plan.bound);
            prop_assert!(plan.value() <= best.unwrap() && best.unwrap() <= plan.bound && plan.bound <= plan.relaxed);
        }
    }
}
