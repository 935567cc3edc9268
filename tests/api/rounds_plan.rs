//! Plans of matching rounds: the best one, what rules cost, rules that conflict, whole towns, what is out of date; and the
//! pages without script.

use crate::matching::says;
use crate::pairings::{TOWN, VILLAGE};
use crate::rounds::{
    COUNTY, FAR, computed, firm, new_round, pairs, place, plan, rule, scene, seen, send, setup, submitted, suspend,
};
use axum::http::StatusCode;
use backend::jobs;
use domain::api::needs::{self, Seen};
use domain::api::pairings::{self, PairingQuery};
use domain::api::rounds::{self, MatchingRound, PlanQuery};
use domain::matching::profile::Profile;
use domain::need::{Field, PairingForm};
use domain::round::rule::{PairChange, RoundConflictKind, RoundRuleKind, WishLeft};
use domain::round::setup::{RoundSetup, RoundStatus, RunStatus};
use domain::round::{self, Enterprise, Group, Limits, Pair, Round, Village};
use std::ops::ControlFlow;
use tests::{Client, TestApp};

async fn started(federation: &Client<'_>, setup: RoundSetup) -> MatchingRound {
    federation.call(rounds::start(&new_round(1, setup))).await.unwrap()
}

#[tokio::test]
async fn a_plan_is_the_solvers_and_the_same_again_is_the_same() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let third = firm(&test, "丙").await;
    says(&third, Profile { fields: vec![Field::Infrastructure], ..Profile::default() }).await;
    let made = started(&scene.federation, setup()).await;
    let round = computed(&scene.federation, &made).await;
    let first = plan(&scene.federation, &round).await;
    // What the public table says of each, solved beside it: 645 and 545, 120 and 120, 295 and 295.
    let worth = [[645, 545], [120, 120], [295, 295]];
    let beside = Round {
        enterprises: ["a", "b", "c"].map(|code| Enterprise { code: code.into(), capacity: 1, minimum: 0 }).to_vec(),
        groups: vec![Group { code: COUNTY.into(), floor: 0 }],
        villages: [VILLAGE, FAR].map(|code| Village { code: code.into(), group: 0, capacity: 1, minimum: 0 }).to_vec(),
        candidates: (0..3)
            .flat_map(|enterprise: u32| {
                (0..2).map(move |village: u32| Pair {
                    enterprise,
                    village,
                    score: worth[enterprise as usize][village as usize],
                })
            })
            .collect(),
        ..Round::default()
    };
    let solved = round::solve(&beside, Limits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let result = first.run.result.clone().unwrap();
    assert_eq!((result.value, result.bound, result.relaxed), (solved.value(), solved.bound, solved.relaxed));
    assert_eq!(result.value, 940);
    let again = computed(&scene.federation, &round).await;
    let second = plan(&scene.federation, &again).await;
    assert_eq!((second.run.number, &second.pairs), (2, &first.pairs));
    let other = second.run.result.unwrap();
    assert_eq!(other.input, result.input);
    let against = other.against.unwrap();
    assert_eq!((against.number, against.difference, against.same_facts), (1, 0, true));
    test.done().await;
}

#[tokio::test]
async fn what_is_fixed_or_forbidden_is_kept_and_costs_what_the_plan_says() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let made = started(federation, setup()).await;
    let id = made.row.id;
    let round = computed(federation, &made).await;
    let fixed = rule(1, RoundRuleKind::Fixed, Some(scene.ids[1]), Some(VILLAGE));
    let round = {
        let with = federation.call(rounds::add_rule(id, &fixed)).await.unwrap();
        assert_eq!(federation.call(rounds::add_rule(id, &fixed)).await.unwrap().rules, with.rules, "sent twice");
        assert_eq!(with.version, round.version + 1);
        with
    };
    let old = plan(federation, &round).await;
    let stale = old.stale.unwrap();
    assert!(stale.rules && !stale.facts && !old.may.send);
    let refused = federation.call(rounds::send(id, &send(&old))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    let forbidden = rule(2, RoundRuleKind::Forbidden, Some(scene.ids[1]), Some(VILLAGE));
    let double = federation.call(rounds::add_rule(id, &forbidden)).await.unwrap_err();
    assert_eq!(double.status, 409, "not both of one pair");

    let round = computed(federation, &round).await;
    let costs = plan(federation, &round).await;
    assert_eq!(pairs(&costs), [("甲的单位", FAR, 545), ("乙的单位", VILLAGE, 120)]);
    assert!(costs.pairs[1].fixed && !costs.pairs[0].fixed);
    let against = costs.run.result.clone().unwrap().against.unwrap();
    assert_eq!((against.number, against.difference, against.same_facts), (1, -100, true));
    let page = federation.page(&format!("/rounds/{id}/plan")).await.text();
    assert!(page.contains("比第 1 次少 100 分。") && page.contains("指定的"), "{page}");

    let dropped = federation.call(rounds::drop_rule(fixed.id)).await.unwrap();
    assert_eq!(federation.call(rounds::drop_rule(fixed.id)).await.unwrap().version, dropped.version);
    let without = rule(3, RoundRuleKind::Forbidden, Some(scene.ids[0]), Some(VILLAGE));
    let round = federation.call(rounds::add_rule(id, &without)).await.unwrap();
    let round = computed(federation, &round).await;
    let costs = plan(federation, &round).await;
    assert_eq!(pairs(&costs), [("甲的单位", FAR, 545), ("乙的单位", VILLAGE, 120)]);
    assert_eq!(costs.run.result.unwrap().against.unwrap().difference, 0);
    let old = federation.call(rounds::plan(id, &PlanQuery { run: Some(1), after: None })).await.unwrap();
    assert!(!old.latest && pairs(&old).len() == 2, "an earlier plan stays as it was");
    test.done().await;
}

#[tokio::test]
async fn rules_that_contradict_each_other_are_named_and_no_others() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let made = started(federation, RoundSetup { floor: 1, ..setup() }).await;
    let id = made.row.id;
    // Both villages for the first enterprise, which takes one.
    for (n, code) in [(1, VILLAGE), (2, FAR)] {
        let fixed = rule(n, RoundRuleKind::Fixed, Some(scene.ids[0]), Some(code));
        federation.call(rounds::add_rule(id, &fixed)).await.unwrap();
    }
    let round = federation.call(rounds::get(id)).await.unwrap();
    let round = computed(federation, &round).await;
    assert_eq!(round.computed[0].status, RunStatus::Contradiction);
    let conflict = round.computed[0].conflict.as_ref().unwrap();
    assert!(conflict.smallest);
    let kinds: Vec<_> = conflict.rules.iter().map(|rule| (rule.kind, rule.number)).collect();
    let expected = [
        (RoundConflictKind::Fixed, None),
        (RoundConflictKind::Fixed, None),
        (RoundConflictKind::EnterpriseCapacity, Some(1)),
    ];
    assert_eq!(kinds, expected);
    let page = federation.page(&format!("/rounds/{id}")).await.text();
    for said in [
        "条件互相矛盾",
        "放宽或取消其中任何一个，其余的就能成立",
        "指定 甲的单位 和 五华县 · 梅林镇 · 黄沙村 结对",
        "甲的单位 最多 1 个村",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("至少 1 对</li>"), "the floor is not to blame: {page}");
    assert!(round.planned().is_none() && !round.may.send);

    let mut more = rule(3, RoundRuleKind::Enterprise, Some(scene.ids[0]), None);
    (more.input.capacity, more.input.minimum) = (Some(2), Some(0));
    let round = federation.call(rounds::add_rule(id, &more)).await.unwrap();
    let round = computed(federation, &round).await;
    assert_eq!(round.planned().unwrap().result.as_ref().unwrap().value, 645 + 545);

    suspend(&test, scene.ids[0]).await;
    let round = computed(federation, &round).await;
    let conflict = round.computed[0].conflict.as_ref().unwrap();
    let kinds: Vec<_> = conflict.rules.iter().map(|rule| rule.kind).collect();
    assert_eq!(kinds, [RoundConflictKind::Fixed, RoundConflictKind::EnterpriseOut]);
    test.done().await;
}

#[tokio::test]
async fn a_whole_town_is_taken_or_left_and_goes_out_as_one() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let made = started(federation, setup()).await;
    let id = made.row.id;
    let wish = rule(1, RoundRuleKind::Wish, Some(scene.ids[0]), Some(TOWN));
    let round = federation.call(rounds::add_rule(id, &wish)).await.unwrap();
    let round = computed(federation, &round).await;
    let taken = plan(federation, &round).await;
    let result = taken.run.result.clone().unwrap();
    assert_eq!(
        (result.wishes_value, result.pairs_value, result.gap),
        (645, 545, 0),
        "the town, and one village beside"
    );
    assert_eq!((result.wishes_taken, result.pairs), (1, 1));
    assert_eq!(taken.wishes[0].left, None);
    assert!(taken.wishes[0].villages > 1);
    let town = taken.towns.iter().find(|town| town.code.as_str() == TOWN).unwrap();
    assert_eq!((town.counts.villages, town.counts.none), (taken.wishes[0].villages, 0), "all of its villages");

    let out = rule(2, RoundRuleKind::Forbidden, Some(scene.ids[0]), Some(VILLAGE));
    let round = federation.call(rounds::add_rule(id, &out)).await.unwrap();
    let round = computed(federation, &round).await;
    let left = plan(federation, &round).await;
    assert_eq!(left.wishes[0].left, Some(WishLeft::NotBest), "it would bring a pair that is forbidden");
    let page = federation.page(&format!("/rounds/{id}/plan")).await.text();
    assert!(page.contains("没有采用："), "{page}");

    let round = federation.call(rounds::drop_rule(out.id)).await.unwrap();
    let round = computed(federation, &round).await;
    let taken = plan(federation, &round).await;
    federation.call(rounds::send(id, &send(&taken))).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let read = scene.first.call(pairings::list(&PairingQuery::default())).await.unwrap();
    let mut forms: Vec<_> = read.items.iter().map(|row| (row.form, row.villages.len())).collect();
    forms.sort();
    let villages = usize::try_from(taken.wishes[0].villages).unwrap();
    assert_eq!(forms, [(PairingForm::VillagePairing, 1), (PairingForm::TownCoverage, villages)]);

    // The town is talked about: another round leaves it out and says why.
    let second = federation.call(rounds::start(&new_round(2, setup()))).await.unwrap();
    let again = rule(4, RoundRuleKind::Wish, Some(scene.ids[1]), Some(TOWN));
    assert_eq!(federation.call(rounds::add_rule(second.row.id, &again)).await.unwrap_err().fields(), ["place"]);
    test.done().await;
}

#[tokio::test]
async fn a_plan_that_is_out_of_date_says_so_and_is_not_sent() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let made = started(federation, setup()).await;
    let id = made.row.id;
    let round = computed(federation, &made).await;
    let fresh = plan(federation, &round).await;
    assert!(fresh.stale.is_none());

    // Another need elsewhere concerns no pair, but there may be a better plan.
    let more = submitted(&scene.far, 3, FAR).await;
    federation.call(needs::approve(more.id, Seen { version: more.version })).await.unwrap();
    test.publicity_passes().await;
    assert!(plan(federation, &round).await.stale.is_none(), "the same need again is worth the same");
    says(&scene.first, Profile { base: Some(place(TOWN)), ..Profile::default() }).await;
    let read = plan(federation, &round).await;
    let stale = read.stale.unwrap();
    assert_eq!((stale.rules, stale.facts, stale.pairs, read.may.send), (false, true, 1, false));
    assert_eq!((&read.pairs[0].changes, &read.pairs[1].changes), (&vec![], &vec![PairChange::Score]));
    assert_eq!(federation.call(rounds::send(id, &send(&fresh))).await.unwrap_err().status, 409);
    let page = federation.page(&format!("/rounds/{id}/plan")).await.text();
    for said in ["方案已经过时，不能送出", "方案里 1 个组合受影响", "得分变了", "重新计算"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = federation.page(&format!("/rounds/{id}/send?run=1")).await.text();
    assert!(page.contains("方案已经过时，不能送出。请回到方案重新计算。"), "{page}");

    suspend(&test, scene.ids[1]).await;
    let read = plan(federation, &round).await;
    assert_eq!(read.pairs[0].changes, [PairChange::EnterpriseOut]);
    let proposed = crate::pairings::new_pairing(70, scene.ids[0], crate::pairings::terms());
    scene.first.call(pairings::propose(&proposed)).await.unwrap();
    let read = plan(federation, &round).await;
    assert_eq!(read.pairs[1].changes, [PairChange::Excluded]);
    let round = computed(federation, &round).await;
    let read = plan(federation, &round).await;
    assert!(read.stale.is_none(), "computed anew it is up to date");
    assert_eq!(pairs(&read).len(), 1);
    assert!(!read.run.result.unwrap().against.unwrap().same_facts);
    test.done().await;
}

#[tokio::test]
async fn a_round_is_made_on_pages_without_script() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    assert!(federation.page("/work").await.text().contains("href=\"/rounds\""));
    assert!(federation.page("/rounds").await.text().contains("还没有对接轮次。点“新建一轮对接”"));
    let form = federation.page("/rounds/new").await;
    let id = form.hidden("id");
    let fields = [
        ("id", id.as_str()),
        ("name", "秋季对接"),
        ("places", COUNTY),
        ("villages", "open_need"),
        ("enterprises", "all"),
        ("enterprise_capacity", "1"),
        ("enterprise_minimum", "0"),
        ("village_capacity", "1"),
        ("group", "town"),
        ("floor", "0"),
    ];
    let typed = fields.iter().map(|(name, value)| if *name == "name" { (*name, "") } else { (*name, *value) });
    let typed: Vec<(&str, &str)> = typed.collect();
    let refused = federation.form("/rounds/new", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请给这一轮起个名字") && refused.hidden("id") == id, "{}", refused.text());
    let made = federation.form("/rounds/new", &fields).await;
    assert_eq!((made.status, made.location()), (StatusCode::SEE_OTHER, format!("/rounds/{id}?done=started")));
    let path = format!("/rounds/{id}");

    let page = federation.page(&path).await;
    assert!(page.text().contains("现在有 2 家企业、2 个村（社区）参加。"), "{}", page.text());
    let rule = page.hidden("id");
    let wrong = [
        ("action", "add"),
        ("kind", "fixed"),
        ("id", &rule),
        ("enterprise", "乙的单位"),
        ("town", TOWN),
        ("place", "没有村"),
    ];
    let refused = federation.form(&path, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("没有“没有村”。有："), "{}", refused.text());
    let right = wrong.iter().map(|(name, value)| (*name, if *name == "place" { "黄沙村" } else { *value }));
    let right: Vec<(&str, &str)> = right.collect();
    assert_eq!(federation.form(&path, &right).await.location(), format!("{path}?done=added"));
    let page = federation.page(&path).await.text();
    assert!(page.contains("指定 乙的单位 和 五华县 · 梅林镇 · 黄沙村 结对"), "{page}");
    let version = federation.page(&path).await.hidden("version");
    let asked = federation.form(&path, &[("action", "compute"), ("version", &version)]).await;
    assert_eq!((asked.status, asked.location()), (StatusCode::SEE_OTHER, path.clone()));
    jobs::run_due(&test.app).await.unwrap();

    let page = federation.page(&format!("{path}/plan")).await.text();
    for said in
        ["总分", "665", "0，已证明没有更好的方案", "饮水安全巩固工程", "企业选过的领域：", "送出为结对意向（2 件）"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let form = federation.page(&format!("{path}/send?run=1")).await;
    assert!(form.text().contains("送出 2 件结对意向"), "{}", form.text());
    let proposals = form.hidden("proposals");
    let fields = [
        ("run", "1"),
        ("proposals", &proposals),
        ("first_day", "2026-07-01"),
        ("last_day", "2027-06-30"),
        ("purpose", "一年里把公开的需求办成一件"),
        ("enterprise_does", "派技术员驻村，出工出料"),
        ("places_do", "组织农户，落实用地"),
        ("fields", "specialty_industry"),
    ];
    let without: Vec<(&str, &str)> = fields.iter().copied().filter(|(name, _)| *name != "purpose").collect();
    let refused = federation.form(&format!("{path}/send"), &without).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(page.contains("请写明结对要做成什么") && page.contains("派技术员驻村"), "{page}");
    let sent = federation.form(&format!("{path}/send"), &fields).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, format!("{path}?done=sent")));
    jobs::run_due(&test.app).await.unwrap();
    let page = federation.page(&path).await.text();
    assert!(page.contains("共 2 件结对意向") && !page.contains("计算方案"), "{page}");
    let round = federation.call(rounds::get(id.parse().unwrap())).await.unwrap();
    assert_eq!(round.row.status, RoundStatus::Sent);
    assert_eq!(federation.call(rounds::compute(round.row.id, seen(&round))).await.unwrap_err().status, 409);
    test.done().await;
}
