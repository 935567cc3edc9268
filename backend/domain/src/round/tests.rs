//! Rounds small enough to be solved by hand, and what is wrong with others.

mod random;

use super::*;

fn enterprise(code: &str, capacity: u32) -> Enterprise {
    Enterprise { code: code.into(), capacity, minimum: 0 }
}

fn village(code: &str, capacity: u32) -> Village {
    Village { code: code.into(), group: 0, capacity, minimum: 0 }
}

fn pair(enterprise: u32, village: u32, score: u32) -> Pair {
    Pair { enterprise, village, score }
}

fn wish(enterprise: u32, town: &str, villages: &[(u32, u32)]) -> Wish {
    let villages = villages.iter().map(|(village, score)| WishedVillage { village: *village, score: *score });
    Wish { enterprise, town: town.into(), villages: villages.collect() }
}

/// Two enterprises with one place each, three villages with one place each, in one group.
fn small() -> Round {
    Round {
        enterprises: vec![enterprise("甲", 1), enterprise("乙", 1)],
        groups: vec![Group { code: "县".into(), floor: 0 }],
        villages: vec![village("一", 1), village("二", 1), village("三", 1)],
        candidates: vec![pair(0, 0, 9), pair(0, 1, 8), pair(1, 0, 7), pair(1, 2, 1)],
        ..Round::default()
    }
}

fn solved(round: &Round) -> Result<Plan, Unsolved> {
    solve(round, Limits::default(), &mut |_| ControlFlow::Continue(()))
}

/// The pairs of the plan, in the order of their positions.
fn pairs(round: &Round) -> Vec<Pair> {
    let plan = solved(round).unwrap();
    assert_eq!(plan.gap(), 0, "{plan:?}");
    let mut pairs = plan.pairs;
    pairs.sort_unstable();
    pairs
}

fn contradiction(round: &Round) -> Vec<String> {
    match solved(round) {
        Err(Unsolved::Contradiction { rules, smallest: true }) => rules.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sum_counts_and_not_the_best_pair() {
    let plan = solved(&small()).unwrap();
    assert_eq!((plan.wishes_value, plan.pairs_value, plan.relaxed, plan.bound, plan.nodes), (0, 15, 15, 15, 1));
    assert_eq!(pairs(&small()), [pair(0, 1, 8), pair(1, 0, 7)]);
}

#[test]
fn capacities_and_minimums_hold() {
    let mut round = small();
    round.enterprises[0].capacity = 2;
    round.villages[0].capacity = 2;
    assert_eq!(pairs(&round), [pair(0, 0, 9), pair(0, 1, 8), pair(1, 0, 7)]);
    round.villages[2].minimum = 1;
    assert_eq!(pairs(&round), [pair(0, 0, 9), pair(0, 1, 8), pair(1, 2, 1)]);
    round.enterprises[1].capacity = 2;
    round.enterprises[1].minimum = 2;
    round.enterprises[0].capacity = 0;
    assert_eq!(pairs(&round), [pair(1, 0, 7), pair(1, 2, 1)]);
}

#[test]
fn a_floor_of_a_group_is_met_at_the_least_cost() {
    let mut round = small();
    round.groups.push(Group { code: "山区".into(), floor: 1 });
    round.villages[2].group = 1;
    assert_eq!(pairs(&round), [pair(0, 0, 9), pair(1, 2, 1)]);
    round.candidates.push(pair(0, 2, 3));
    assert_eq!(pairs(&round), [pair(0, 2, 3), pair(1, 0, 7)]);
}

#[test]
fn fixed_pairs_are_in_and_forbidden_ones_are_out() {
    let mut round = small();
    round.fixed = vec![pair(0, 0, 999)];
    assert_eq!(pairs(&round), [pair(0, 0, 9), pair(1, 2, 1)], "a candidate keeps its score");
    round.fixed = vec![pair(0, 2, 5)];
    assert_eq!(pairs(&round), [pair(0, 2, 5), pair(1, 0, 7)], "another has the one that it is given");
    round.forbidden = vec![(1, 0), (1, 1)];
    assert_eq!(pairs(&round), [pair(0, 2, 5)]);
}

#[test]
fn a_town_is_taken_whole_or_not_at_all() {
    let mut round = small();
    round.wishes = vec![wish(1, "镇", &[(0, 4), (2, 4)])];
    let plan = solved(&round).unwrap();
    assert_eq!((plan.value(), plan.wishes.len()), (16, 1), "8 for the town, 8 for the pair that is left: {plan:?}");
    assert_eq!(plan.pairs, [pair(0, 1, 8)]);
    round.candidates[0].score = 20;
    let plan = solved(&round).unwrap();
    assert_eq!((plan.value(), plan.wishes.len()), (21, 0), "the village is worth more by itself: {plan:?}");
    assert_eq!((plan.relaxed, plan.bound), (24, 21), "as if one village of the town could be taken");
}

#[test]
fn a_whole_town_counts_for_villages_and_groups_and_not_for_the_enterprise() {
    let mut round = small();
    round.enterprises[1].minimum = 1;
    round.groups[0].floor = 3;
    round.villages[2].minimum = 1;
    round.wishes = vec![wish(1, "镇", &[(2, 0)])];
    let plan = solved(&round).unwrap();
    assert_eq!((plan.value(), plan.wishes.as_slice()), (15, [0].as_slice()));
    round.enterprises[1].capacity = 0;
    round.enterprises[1].minimum = 0;
    assert_eq!(contradiction(&round), ["县 的保底数", "企业 乙 的上限", "企业 甲 的上限"]);
}

#[test]
fn a_pair_is_never_in_the_plan_twice() {
    let mut round = small();
    round.villages[0].capacity = 2;
    round.wishes = vec![wish(0, "镇", &[(0, 9)])];
    let plan = solved(&round).unwrap();
    assert_eq!(plan.wishes, [0]);
    assert_eq!(plan.pairs, [pair(1, 0, 7), pair(0, 1, 8)], "乙 comes before 甲 by its code");
    round.fixed = vec![pair(0, 0, 9)];
    assert_eq!(solved(&round).unwrap(), plan, "the town brings the fixed pair");
}

#[test]
fn one_town_goes_to_one_enterprise_and_one_enterprise_takes_one_town() {
    let mut round = small();
    round.candidates.clear();
    round.villages.iter_mut().for_each(|village| village.capacity = 2);
    round.wishes = vec![wish(0, "东镇", &[(0, 5)]), wish(1, "东镇", &[(0, 4)]), wish(0, "西镇", &[(1, 3), (2, 3)])];
    let plan = solved(&round).unwrap();
    assert_eq!((plan.value(), plan.wishes.as_slice()), (10, [1, 2].as_slice()));
    round.forbidden = vec![(0, 1)];
    assert_eq!(solved(&round).unwrap().wishes, [0], "a forbidden pair bars a wish");
}

#[test]
fn contradictions_name_no_more_than_it_takes() {
    let mut round = small();
    round.villages[1].minimum = 1;
    round.villages[2].minimum = 1;
    round.fixed = vec![pair(0, 0, 1)];
    assert_eq!(contradiction(&round), ["指定 甲 和 一", "村 二 的最低数", "企业 甲 的上限"]);
    round.fixed.clear();
    round.forbidden = vec![(0, 1)];
    assert_eq!(contradiction(&round), ["排除 甲 和 二", "村 二 的最低数"]);
    round.forbidden.clear();
    round.villages[1].capacity = 0;
    assert_eq!(contradiction(&round), ["村 二 的最低数", "村 二 的上限"]);
    round.villages[1].minimum = 2;
    assert_eq!(contradiction(&round), ["村 二 的最低数"], "one candidate is not two");
    let error = solved(&round).unwrap_err();
    assert_eq!(error.to_string(), "这些条件不能同时成立：村 二 的最低数");
}

#[test]
fn a_contradiction_may_lie_in_taking_a_town_whole() {
    let mut round = small();
    round.candidates.clear();
    round.villages[0].minimum = 1;
    round.villages[1].capacity = 0;
    round.villages[2].minimum = 1;
    round.wishes = vec![wish(0, "镇", &[(0, 5), (1, 5)]), wish(1, "南镇", &[(2, 5)])];
    assert_eq!(contradiction(&round), ["村 一 的最低数", "村 二 的上限"]);
    round.villages[1].capacity = 1;
    round.forbidden = vec![(0, 1), (1, 0)];
    assert_eq!(contradiction(&round), ["排除 甲 和 二", "村 一 的最低数"]);
}

type Change<'a> = &'a dyn Fn(&mut Round);

#[test]
fn what_is_wrong_is_named() {
    let wrong = |change: Change| {
        let mut round = small();
        round.wishes = vec![wish(0, "镇", &[(0, 4), (2, 4)])];
        change(&mut round);
        match solved(&round) {
            Err(Unsolved::Wrong(wrong)) => wrong.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let cases: [(Change, &str); 17] = [
        (&|round| round.enterprises[1].code = "甲".into(), "企业的代码重复：甲"),
        (&|round| round.villages[1].code = "一".into(), "村的代码重复：一"),
        (&|round| round.groups.push(round.groups[0].clone()), "分组的代码重复：县"),
        (&|round| round.villages[1].group = 1, "村 二 的分组不存在"),
        (&|round| round.candidates[1].enterprise = 2, "候选组合第 1 项的企业不存在"),
        (&|round| round.fixed = vec![pair(0, 3, 1)], "指定组合第 0 项的村不存在"),
        (&|round| round.forbidden = vec![(2, 0)], "排除组合第 0 项的企业不存在"),
        (&|round| round.wishes[0].enterprise = 2, "包镇意向第 0 项的企业不存在"),
        (&|round| round.candidates[1].village = 0, "候选组合重复：甲 和 一"),
        (&|round| round.fixed = vec![pair(0, 0, 1), pair(0, 0, 2)], "指定组合重复：甲 和 一"),
        (&|round| round.forbidden = vec![(0, 0), (0, 0)], "排除组合重复：甲 和 一"),
        (&|round| (round.fixed, round.forbidden) = (vec![pair(0, 0, 1)], vec![(0, 0)]), "甲 和 一 既被指定又被排除"),
        (&|round| round.candidates[0].score = SCORE_MAX + 1, "候选组合中 甲 和 一 的分数 1000001 超过上限"),
        (&|round| round.wishes.push(round.wishes[0].clone()), "甲 对 镇 的包镇意向重复"),
        (&|round| round.wishes[0].villages.clear(), "甲 对 镇 的包镇意向没有村"),
        (&|round| round.wishes[0].villages[1].village = 0, "甲 对 镇 的包镇意向中村 一 重复"),
        (&|round| round.wishes.push(wish(1, "城", &[(2, 1)])), "包镇意向把村 三 归入两个镇：城 和 镇"),
    ];
    for (change, expected) in cases {
        assert_eq!(wrong(change), expected);
    }
    let many = |round: &mut Round| round.wishes = vec![wish(0, "镇", &[(0, 1)]); WISHES_MAX + 1];
    assert_eq!(wrong(&many), "包镇意向共 201 项，最多 200 项");
    let empty = Round { candidates: Vec::new(), ..small() };
    assert_eq!(solved(&empty), Err(Unsolved::NoCandidates));
}

#[test]
fn it_can_be_stopped_and_tells_how_far_it_is() {
    let mut round = small();
    round.wishes = vec![wish(1, "镇", &[(0, 4), (2, 4)])];
    let stopped = solve(&round, Limits::default(), &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped, Err(Unsolved::Cancelled));
    let mut told = Vec::new();
    let mut tell = |progress: Progress| {
        told.push(progress);
        ControlFlow::Continue(())
    };
    let plan = solve(&round, Limits::default(), &mut tell).unwrap();
    let last = Progress { phase: Phase::Branching, nodes: plan.nodes, value: Some(16), bound: Some(16) };
    assert_eq!(told.last(), Some(&last));
    round.villages[1].minimum = 2;
    let mut tell = |progress: Progress| match progress.phase {
        Phase::Explaining => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert_eq!(solve(&round, Limits::default(), &mut tell), Err(Unsolved::Cancelled), "also while it explains");
}

/// All enterprises like the same villages best, so that most get one that is far from their best.
#[test]
fn an_enterprise_may_get_none_of_its_first_arcs() {
    let worth = |number: u32| number * 7 % 151 + 1;
    let all = 150;
    let round = Round {
        enterprises: (0..all).map(|number| enterprise(&format!("{number:03}"), 1)).collect(),
        groups: vec![Group { code: "县".into(), floor: 0 }],
        villages: (0..all).map(|number| village(&format!("{number:03}"), 1)).collect(),
        candidates: (0..all)
            .flat_map(|one| (0..all).map(move |other| pair(one, other, worth(one) * worth(other + 40))))
            .collect(),
        ..Round::default()
    };
    let sorted = |from: u32| {
        let mut worths: Vec<u64> = (from..from + all).map(|number| u64::from(worth(number))).collect();
        worths.sort_unstable();
        worths
    };
    let best = sorted(0).iter().zip(sorted(40)).map(|(one, other)| one * other).sum();
    let plan = solved(&round).unwrap();
    assert_eq!((plan.value(), plan.gap()), (best, 0), "a larger one with a larger one is the best");
}
