//! Matching rounds: set out, computed, sent; who may, what is refused, what happens twice.

use crate::matching::says;
use crate::members::events;
use crate::needs::content;
use crate::pairings::{TOWN, VILLAGE};
use axum::http::StatusCode;
use backend::{jobs, organisations};
use domain::api::matching::{self, NewDismissal};
use domain::api::needs::{self, Need, NewNeed, Seen};
use domain::api::pairings::{self, PairingQuery};
use domain::api::rounds::{
    self, MatchingRound, MatchingRoundChange, NewMatchingRound, NewRoundRule, PlanQuery, RoundPlan, SeenRound,
    SendRound,
};
use domain::matching::dismissal::DismissalReason;
use domain::matching::profile::Profile;
use domain::need::{ContributionKind, Field, NeedContent, PairingForm};
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::pairing::PairingOrigin;
use domain::place::PlaceCode;
use domain::round::rule::{RoundExclusionKind, RoundRuleInput, RoundRuleKind};
use domain::round::setup::{
    RoundEnterprises, RoundGroup, RoundSetup, RoundStatus, RoundTerms, RoundVillages, RunStatus,
};
use domain::{MatchingRoundId, NeedId, OrganisationId, RoundRuleId};
use tests::{Client, TestApp};
use uuid::Uuid;

pub const COUNTY: &str = "441424";
/// A village of another town of the county.
pub const FAR: &str = "441424103203";
/// A village of another county.
const ELSEWHERE: &str = "441481102200";

pub fn place(code: &str) -> PlaceCode {
    code.parse().unwrap()
}

/// Two enterprises and two villages of one county. The first enterprise has its base in the first village's town and chose
/// the field of the needs; the second has said nothing. By the public table the first is worth 645 to the near village and
/// 545 to the far one, the second 120 to each.
pub struct Scene<'a> {
    pub federation: Client<'a>,
    pub near: Client<'a>,
    pub far: Client<'a>,
    pub first: Client<'a>,
    pub second: Client<'a>,
    pub ids: [OrganisationId; 2],
    pub needs: [Need; 2],
}

pub async fn firm<'a>(test: &'a TestApp, name: &str) -> Client<'a> {
    test.person(name, OrganisationKind::Enterprise, Some(COUNTY), Role::EnterpriseOwner).await
}

pub async fn submitted(village: &Client<'_>, n: u128, code: &str) -> Need {
    let content = NeedContent { village: place(code), ..content() };
    let need = village.call(needs::create(&NewNeed { id: NeedId(Uuid::from_u128(n)), content })).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap()
}

pub async fn scene(test: &TestApp) -> Scene<'_> {
    let federation = test.federation(COUNTY).await;
    let (near, far) = (test.village(VILLAGE).await, test.village(FAR).await);
    let needs = [submitted(&near, 1, VILLAGE).await, submitted(&far, 2, FAR).await];
    for need in &needs {
        federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    }
    test.publicity_passes().await;
    let (first, second) = (firm(test, "甲").await, firm(test, "乙").await);
    let profile = Profile {
        base: Some(place(TOWN)),
        fields: vec![Field::Infrastructure],
        kinds: vec![ContributionKind::Money],
        ..Profile::default()
    };
    says(&first, profile).await;
    let ids = [test.organisation_of(&first).await, test.organisation_of(&second).await];
    Scene { federation, near, far, first, second, ids, needs }
}

pub fn setup() -> RoundSetup {
    RoundSetup {
        name: "秋季对接".into(),
        places: vec![place(COUNTY)],
        fields: Vec::new(),
        villages: RoundVillages::OpenNeed,
        enterprises: RoundEnterprises::All,
        counties: Vec::new(),
        industries: Vec::new(),
        enterprise_capacity: 1,
        enterprise_minimum: 0,
        village_capacity: 1,
        group: RoundGroup::Town,
        floor: 0,
    }
}

pub fn new_round(n: u128, setup: RoundSetup) -> NewMatchingRound {
    NewMatchingRound { id: MatchingRoundId(Uuid::from_u128(n)), setup }
}

pub fn rule(n: u128, kind: RoundRuleKind, enterprise: Option<OrganisationId>, code: Option<&str>) -> NewRoundRule {
    let place = code.map(place);
    let input = RoundRuleInput { kind, enterprise, place, capacity: None, minimum: None, why: String::new() };
    NewRoundRule { id: RoundRuleId(Uuid::from_u128(n)), input }
}

pub fn seen(round: &MatchingRound) -> SeenRound {
    SeenRound { version: round.version }
}

/// Asked for, and done by the worker.
pub async fn computed(federation: &Client<'_>, round: &MatchingRound) -> MatchingRound {
    let id = round.row.id;
    let asked = federation.call(rounds::compute(id, seen(round))).await.unwrap();
    assert_eq!(asked.under_way().unwrap().status, RunStatus::Waiting);
    jobs::run_due(&federation.test.app).await.unwrap();
    federation.call(rounds::get(id)).await.unwrap()
}

pub async fn plan(client: &Client<'_>, round: &MatchingRound) -> RoundPlan {
    client.call(rounds::plan(round.row.id, &PlanQuery::default())).await.unwrap()
}

/// Enterprise, village and score of each pair.
pub fn pairs(plan: &RoundPlan) -> Vec<(&str, &str, u32)> {
    plan.pairs.iter().map(|pair| (pair.enterprise_name.as_str(), pair.village.code.as_str(), pair.score)).collect()
}

pub fn terms() -> RoundTerms {
    RoundTerms {
        first_day: "2026-07-01".parse().unwrap(),
        last_day: "2027-06-30".parse().unwrap(),
        purpose: "一年里把公开的需求办成一件".into(),
        enterprise_does: "派技术员驻村，出工出料".into(),
        places_do: "组织农户，落实用地".into(),
        fields: vec![Field::SpecialtyIndustry],
        message: "秋季对接的建议，请双方看看".into(),
    }
}

pub fn send(plan: &RoundPlan) -> SendRound {
    let proposals = plan.run.result.as_ref().unwrap().proposals();
    SendRound { run: plan.run.number, proposals, terms: terms() }
}

async fn all_pairings(client: &Client<'_>) -> usize {
    client.call(pairings::list(&PairingQuery::default())).await.unwrap().items.len()
}

pub async fn suspend(test: &TestApp, firm: OrganisationId) {
    let mut tx = test.app.begin().await.unwrap();
    let (from, to) = (OrganisationStatus::Verified, OrganisationStatus::Suspended);
    organisations::set_status(&mut tx, firm, from, to).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_round_goes_from_the_setup_to_proposals_that_both_sides_answer() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let new = new_round(1, setup());
    let made = federation.call(rounds::start(&new)).await.unwrap();
    assert_eq!(federation.call(rounds::start(&new)).await.unwrap().row, made.row, "sent twice, made once");
    let other = new_round(1, RoundSetup { name: "另一轮".into(), ..setup() });
    assert_eq!(federation.call(rounds::start(&other)).await.unwrap_err().status, 409);
    assert_eq!((made.takes_part.enterprises, made.takes_part.villages), (2, 2));

    let round = computed(federation, &made).await;
    let run = round.planned().unwrap();
    let result = run.result.as_ref().unwrap();
    assert_eq!((run.number, run.status, result.value, result.bound, result.gap), (1, RunStatus::Planned, 765, 765, 0));
    assert_eq!((result.enterprises, result.villages, result.candidates, result.proposals()), (2, 2, 4, 2));
    let plan = plan(federation, &round).await;
    assert_eq!(pairs(&plan), [("乙的单位", FAR, 120), ("甲的单位", VILLAGE, 645)]);
    assert!(plan.stale.is_none() && plan.may.send);
    assert_eq!(plan.pairs[1].need.as_ref().unwrap().id, scene.needs[0].id);
    assert_eq!(plan.pairs[1].hidden, 0, "the federation of its county reads its profile");

    let sent = federation.call(rounds::send(round.row.id, &send(&plan))).await.unwrap();
    assert_eq!((sent.row.status, sent.sent.as_ref().unwrap().made), (RoundStatus::Sending, 0));
    jobs::run_due(&test.app).await.unwrap();
    let done = federation.call(rounds::get(round.row.id)).await.unwrap();
    let sending = done.sent.unwrap();
    assert_eq!((done.row.status, sending.proposals, sending.made, sending.refused), (RoundStatus::Sent, 2, 2, 0));
    let read = scene.first.call(pairings::list(&PairingQuery::default())).await.unwrap();
    let pairing = scene.first.call(pairings::get(read.items[0].id)).await.unwrap();
    assert_eq!((pairing.origin, pairing.round), (PairingOrigin::Round, Some(round.row.id.0)));
    assert_eq!(
        (pairing.row.form, pairing.terms[0].terms.fields.as_slice()),
        (PairingForm::VillagePairing, &[Field::Infrastructure][..])
    );
    assert!(pairing.sides.iter().all(|side| side.agreed_at.is_none()), "nobody agreed for anybody");
    assert!(!pairing.messages[0].text.contains("645"), "no score is told to the sides");
    let after = federation.call(rounds::plan(round.row.id, &PlanQuery::default())).await.unwrap();
    assert!(after.stale.is_none(), "what was sent is not out of date");
    assert_eq!(after.pairs[1].proposal.as_ref().unwrap().pairing, Some(pairing.row.id));
    let path = format!("/pairings/{}", pairing.row.id);
    assert!(federation.page(&path).await.text().contains("看这一轮的方案"));
    assert!(!scene.first.page(&path).await.text().contains("看这一轮的方案"), "rounds are read by federations");
    for (verb, times) in [("matching_round_started", 1), ("matching_round_computed", 1), ("matching_round_sent", 1)] {
        assert_eq!(events(&test, verb).await, times, "{verb}");
    }
    let late = federation.call(rounds::compute(round.row.id, seen(&done_round(federation, round.row.id).await)));
    assert_eq!(late.await.unwrap_err().status, 409, "what was sent is not computed anew");
    test.done().await;
}

async fn done_round(federation: &Client<'_>, id: MatchingRoundId) -> MatchingRound {
    federation.call(rounds::get(id)).await.unwrap()
}

#[tokio::test]
async fn of_two_who_send_at_once_one_wins_and_each_pair_is_proposed_once() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let made = scene.federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let round = computed(&scene.federation, &made).await;
    let id = round.row.id;
    let plan = plan(&scene.federation, &round).await;
    let wrong = SendRound { proposals: 3, ..send(&plan) };
    assert_eq!(scene.federation.call(rounds::send(id, &wrong)).await.unwrap_err().status, 409, "other than was seen");
    let blank = SendRound { terms: RoundTerms { purpose: String::new(), ..terms() }, ..send(&plan) };
    assert_eq!(scene.federation.call(rounds::send(id, &blank)).await.unwrap_err().fields(), ["purpose"]);
    let mine = SendRound { terms: RoundTerms { message: "市里送的".into(), ..terms() }, ..send(&plan) };
    let ours = send(&plan);
    let (one, other) = tokio::join!(scene.federation.call(rounds::send(id, &ours)), city.call(rounds::send(id, &mine)));
    assert!(one.is_ok() != other.is_ok(), "one of them");
    let lost = one.err().or(other.err()).unwrap();
    assert_eq!(lost.status, 409);
    assert!(lost.error.message.contains("已经送出了第 1 次计算的方案"), "{}", lost.error.message);
    jobs::run_due(&test.app).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(all_pairings(&city).await, 2);
    let read = done_round(&scene.federation, id).await;
    let again = SendRound { terms: read.sent.clone().unwrap().terms, ..send(&plan) };
    assert_eq!(
        scene.federation.call(rounds::send(id, &again)).await.unwrap().row,
        read.row,
        "the same again is as good"
    );
    assert_eq!((all_pairings(&city).await, events(&test, "matching_round_sent").await), (2, 1));
    test.done().await;
}

#[tokio::test]
async fn an_enterprise_that_is_suspended_on_the_way_is_passed_over_with_the_reason() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let made = scene.federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let round = computed(&scene.federation, &made).await;
    let plan = plan(&scene.federation, &round).await;
    scene.federation.call(rounds::send(round.row.id, &send(&plan))).await.unwrap();
    suspend(&test, scene.ids[1]).await;
    jobs::run_due(&test.app).await.unwrap();
    let sending = done_round(&scene.federation, round.row.id).await.sent.unwrap();
    assert_eq!((sending.made, sending.refused), (1, 1));
    assert!(sending.done_at.is_some());
    let page = scene.federation.page(&format!("/rounds/{}/plan", round.row.id)).await.text();
    assert!(page.contains("没能送出：") && page.contains("没有这家已认证的企业"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_computation_that_is_cancelled_leaves_nothing_and_another_one_can_be_asked_for() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let made = federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let id = made.row.id;
    assert_eq!(federation.call(rounds::cancel(id)).await.unwrap_err().status, 409, "nothing is under way");
    let asked = federation.call(rounds::compute(id, seen(&made))).await.unwrap();
    let again = federation.call(rounds::compute(id, seen(&made))).await.unwrap();
    assert_eq!(again.computed.len(), 1, "twice is as good as once");
    let page = federation.page(&format!("/rounds/{id}")).await.text();
    assert!(page.contains("正在排队等待计算") && page.contains("http-equiv=\"refresh\""), "{page}");
    let cancelled = federation.call(rounds::cancel(id)).await.unwrap();
    assert_eq!(cancelled.computed[0].status, RunStatus::Cancelled);
    assert_eq!(federation.call(rounds::cancel(id)).await.unwrap().computed, cancelled.computed);
    jobs::run_due(&test.app).await.unwrap();
    let after = done_round(federation, id).await;
    assert_eq!((after.computed.len(), after.computed[0].status), (1, RunStatus::Cancelled));
    assert!(after.planned().is_none() && !after.may.send);
    let nothing = federation.call(rounds::plan(id, &PlanQuery::default())).await.unwrap_err();
    assert_eq!(nothing.status, 404);
    assert_eq!(asked.computed[0].number, 1);
    let round = computed(federation, &after).await;
    assert_eq!((round.planned().unwrap().number, events(&test, "matching_round_cancelled").await), (2, 1));
    test.done().await;
}

#[tokio::test]
async fn a_computation_that_is_under_way_is_cancelled_too() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let made = scene.federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let id = made.row.id;
    jobs::run_due(&test.app).await.unwrap();
    scene.federation.call(rounds::compute(id, seen(&made))).await.unwrap();
    // Somebody else's plan is solved, and this one waits for its turn.
    let turn = test.app.solving.clone().acquire_owned().await.unwrap();
    let app = test.app.clone();
    let work = tokio::spawn(async move { jobs::run_due(&app).await });
    while done_round(&scene.federation, id).await.computed[0].status != RunStatus::Computing {
        tokio::task::yield_now().await;
    }
    let page = scene.federation.page(&format!("/rounds/{id}")).await.text();
    assert!(page.contains("正在给每一对企业和村打分") && page.contains("取消计算"), "{page}");
    scene.federation.call(rounds::cancel(id)).await.unwrap();
    drop(turn);
    work.await.unwrap().unwrap();
    let after = done_round(&scene.federation, id).await;
    assert_eq!((after.computed[0].status, after.planned()), (RunStatus::Cancelled, None));
    test.done().await;
}

#[tokio::test]
async fn a_worker_that_dies_is_followed_by_one_that_computes_anew() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let made = scene.federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    scene.federation.call(rounds::compute(made.row.id, seen(&made))).await.unwrap();
    assert!(jobs::take_and_abandon(&test.app).await.unwrap().is_some());
    test.clock.advance(jobs::LEASE + chrono::Duration::seconds(1));
    jobs::run_due(&test.app).await.unwrap();
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let round = done_round(&city, made.row.id).await;
    assert_eq!(round.planned().unwrap().result.as_ref().unwrap().value, 765);
    test.done().await;
}

#[tokio::test]
async fn without_candidates_it_says_so_and_how_many_were_looked_at() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let elsewhere = RoundSetup { places: vec![place("441424104")], ..setup() };
    let made = federation.call(rounds::start(&new_round(1, elsewhere))).await.unwrap();
    assert_eq!(made.takes_part.villages, 0);
    let page = federation.page(&format!("/rounds/{}", made.row.id)).await.text();
    assert!(page.contains("现在没有参加的企业或村（社区）"), "{page}");
    let round = computed(federation, &made).await;
    assert_eq!(round.computed[0].status, RunStatus::NoCandidates);
    assert!(round.computed[0].says.contains("企业 2 家、村（社区）0 个"), "{}", round.computed[0].says);
    let page = federation.page(&format!("/rounds/{}", made.row.id)).await.text();
    assert!(page.contains("没有候选组合") && page.contains("请扩大地方、领域或企业的范围"), "{page}");
    let closed = federation.call(rounds::close(made.row.id, seen(&round))).await.unwrap();
    assert_eq!(closed.row.status, RoundStatus::Closed);
    let change = MatchingRoundChange { version: closed.version, setup: setup() };
    assert_eq!(federation.call(rounds::change(made.row.id, &change)).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn who_is_paired_or_not_wanted_is_left_out_by_itself() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let new = NewDismissal { need: scene.needs[0].id, why: DismissalReason::TooFar, note: String::new() };
    scene.first.call(matching::dismiss(&new)).await.unwrap();
    let proposed = crate::pairings::new_pairing(
        70,
        scene.ids[1],
        domain::pairing::PairingTerms { villages: vec![place(FAR)], ..crate::pairings::terms() },
    );
    scene.second.call(pairings::propose(&proposed)).await.unwrap();
    let made = federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let id = made.row.id;
    let cannot = rule(1, RoundRuleKind::Fixed, Some(scene.ids[0]), Some(VILLAGE));
    assert_eq!(federation.call(rounds::add_rule(id, &cannot)).await.unwrap_err().fields(), ["place"]);
    let round = computed(federation, &made).await;
    let plan = plan(federation, &round).await;
    assert_eq!(pairs(&plan), [("甲的单位", FAR, 545), ("乙的单位", VILLAGE, 120)]);
    let kinds: Vec<_> = plan.excluded.iter().map(|one| (one.enterprise_name.as_str(), one.kind)).collect();
    assert_eq!(kinds, [("乙的单位", RoundExclusionKind::Paired), ("甲的单位", RoundExclusionKind::Dismissed)]);
    let page = federation.page(&format!("/rounds/{id}/plan")).await.text();
    assert!(page.contains("企业对这个村的需求标过“不合适”") && !page.contains("离我们太远"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_round_is_its_federations_and_stays_within_its_place() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let other = test.federation("441481").await;
    let auditor = test.auditor().await;
    let outside = RoundSetup { places: vec![place("441481")], ..setup() };
    assert_eq!(federation.call(rounds::start(&new_round(1, outside))).await.unwrap_err().fields(), ["places"]);
    let made = federation.call(rounds::start(&new_round(2, setup()))).await.unwrap();
    let id = made.row.id;
    let village = rule(1, RoundRuleKind::Forbidden, Some(scene.ids[0]), Some(ELSEWHERE));
    for client in [federation, &city] {
        let refused = client.call(rounds::add_rule(id, &village)).await.unwrap_err();
        assert_eq!(refused.fields(), ["place"], "also by the city: the round is the county's");
    }
    let nobody = rule(2, RoundRuleKind::Wish, Some(OrganisationId(Uuid::from_u128(9))), Some(TOWN));
    assert_eq!(federation.call(rounds::add_rule(id, &nobody)).await.unwrap_err().fields(), ["enterprise"]);
    for client in [&scene.first, &scene.near] {
        assert_eq!(client.call(rounds::list()).await.unwrap_err().status, 403);
        assert_eq!(client.page("/rounds").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(other.call(rounds::get(id)).await.unwrap_err().status, 404);
    assert_eq!(other.call(rounds::compute(id, seen(&made))).await.unwrap_err().status, 404);
    assert_eq!(other.call(rounds::list()).await.unwrap().items.len(), 0);
    assert_eq!(auditor.call(rounds::start(&new_round(3, setup()))).await.unwrap_err().status, 403);
    assert_eq!(auditor.call(rounds::compute(id, seen(&made))).await.unwrap_err().status, 403);
    let read = auditor.call(rounds::get(id)).await.unwrap();
    assert!(!read.may.change && !read.may.send);
    let changed = MatchingRoundChange { version: 1, setup: RoundSetup { village_capacity: 2, ..setup() } };
    let changed = city.call(rounds::change(id, &changed)).await.unwrap();
    assert_eq!((changed.version, changed.setup.village_capacity), (2, 2));
    let stale = MatchingRoundChange { version: 1, setup: RoundSetup { village_capacity: 3, ..setup() } };
    assert_eq!(federation.call(rounds::change(id, &stale)).await.unwrap_err().status, 409);
    assert_eq!(city.call(rounds::list()).await.unwrap().items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_profile_is_read_by_its_own_federation_and_so_are_its_reasons() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    // Entered by the installation: it stands in no county and is the city's.
    let stranger = test.enterprise("丙").await;
    let profile = Profile { base: Some(place(TOWN)), fields: vec![Field::Infrastructure], ..Profile::default() };
    says(&stranger, profile).await;
    let id = test.organisation_of(&stranger).await;
    let named = RoundSetup { enterprises: RoundEnterprises::Named, ..setup() };
    let made = federation.call(rounds::start(&new_round(1, named))).await.unwrap();
    assert_eq!(made.takes_part.enterprises, 0);
    let mut add = rule(1, RoundRuleKind::Enterprise, Some(id), None);
    (add.input.capacity, add.input.minimum) = (Some(1), Some(0));
    let with = federation.call(rounds::add_rule(made.row.id, &add)).await.unwrap();
    assert_eq!((with.takes_part.enterprises, with.version), (1, 2));
    let round = computed(federation, &with).await;
    let read = plan(federation, &round).await;
    assert_eq!((read.pairs[0].score, read.pairs[0].hidden, read.pairs[0].reasons.len()), (545, 2, 1));
    let page = federation.page(&format!("/rounds/{}/plan", made.row.id)).await.text();
    assert!(page.contains("另有 2 条理由出自企业自己的资料") && !page.contains("企业选过的领域"), "{page}");
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let read = plan(&city, &round).await;
    assert_eq!((read.pairs[0].hidden, read.pairs[0].reasons.len()), (0, 3));
    test.done().await;
}
