//! Matching rounds in the course of time: what makes a plan out of date and what does not, what goes on while one is
//! computed, who is told of it, and why a pair was fixed.

use crate::mail::sent;
use crate::matching::says;
use crate::money::new_pledge;
use crate::needs::content;
use crate::offers::{content as offer_content, opened};
use crate::pairings::{TOWN, VILLAGE, new_pairing, terms as pairing_terms};
use crate::place_imports::{CLASSES, import};
use crate::rounds::{
    COUNTY, FAR, Scene, computed, new_round, place, plan, rule, scene, seen, send, setup, submitted, suspend,
};
use axum::http::StatusCode;
use backend::{jobs, organisations};
use chrono::Duration;
use domain::api::matching::{self, NewDismissal};
use domain::api::needs::{self, NeedStep, NewNeed, Seen};
use domain::api::notices::{self, ChosenChannel, Notice, NoticeQuery};
use domain::api::rounds::{self, MatchingRound, RoundPlan};
use domain::api::{pairings, pledges};
use domain::matching::dismissal::DismissalReason;
use domain::matching::profile::Profile;
use domain::need::status::NeedAction;
use domain::need::{Field, NeedContent};
use domain::notice::{Channel, NoticeKind};
use domain::offer::OfferContent;
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::round::rule::RoundRuleKind;
use domain::round::setup::{RoundSetup, RunStatus};
use domain::{MatchingRoundId, NeedId};
use std::time::Duration as Time;
use tests::{Client, TestApp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The plan's page while nothing can be compared: it answers only if there is nothing to compare.
async fn without_comparing(federation: &Client<'_>, round: &MatchingRound) -> RoundPlan {
    let busy = federation.test.app.decoding.clone().acquire_many_owned(2).await.unwrap();
    let read = tokio::time::timeout(Time::from_secs(20), plan(federation, round)).await;
    drop(busy);
    let read = read.expect("the page answers");
    assert!(!read.comparing, "nothing has to be compared");
    read
}

/// After a change the plan is out of date, which is found once; another one is up to date without being compared.
async fn stale_then_anew(federation: &Client<'_>, round: &MatchingRound, what: &str) -> MatchingRound {
    let found = plan(federation, round).await.stale.unwrap_or_else(|| panic!("{what} makes it stale"));
    assert!(found.facts && !found.rules, "{what}");
    assert_eq!(without_comparing(federation, round).await.stale, Some(found), "{what}: found once");
    let sending = federation.call(rounds::send(round.row.id, &send(&plan(federation, round).await))).await;
    assert_eq!(sending.unwrap_err().status, 409, "{what}");
    let round = computed(federation, round).await;
    assert_eq!(without_comparing(federation, &round).await.stale, None, "{what}: computed anew");
    round
}

async fn started(scene: &Scene<'_>) -> MatchingRound {
    let made = scene.federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    computed(&scene.federation, &made).await
}

#[tokio::test]
async fn whatever_a_plan_rests_on_makes_it_stale_when_it_changes() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let round = started(&scene).await;
    assert_eq!(without_comparing(federation, &round).await.stale, None);

    opened(&scene.second, 1, offer_content()).await;
    let round = stale_then_anew(federation, &round, "an offer").await;
    says(&scene.first, Profile { base: Some(place(TOWN)), ..Profile::default() }).await;
    let round = stale_then_anew(federation, &round, "a profile").await;
    import(federation, 1, CLASSES).await.unwrap();
    let round = stale_then_anew(federation, &round, "what a list says of a town").await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let pledge = new_pledge(1, campaign, &charity, Some(&scene.needs[0]));
    scene.first.call(pledges::create(&pledge)).await.unwrap();
    let round = stale_then_anew(federation, &round, "a pledge").await;
    let code = "441424103204";
    let village = test.village(code).await;
    let more = submitted(&village, 3, code).await;
    federation.call(needs::approve(more.id, Seen { version: more.version })).await.unwrap();
    test.publicity_passes().await;
    let round = stale_then_anew(federation, &round, "a need that opens").await;
    let read = village.call(needs::get(&more.id.to_string())).await.unwrap();
    let why = NeedStep { version: read.version, reason: "村里自己办好了".into() };
    village.call(needs::step(NeedAction::Withdraw, more.id, &why)).await.unwrap();
    let round = stale_then_anew(federation, &round, "a need that is withdrawn").await;
    let aside = NewDismissal { need: scene.needs[0].id, why: DismissalReason::TooFar, note: String::new() };
    scene.second.call(matching::dismiss(&aside)).await.unwrap();
    let round = stale_then_anew(federation, &round, "not for us").await;
    scene.second.call(matching::undo(aside.need)).await.unwrap();
    let round = stale_then_anew(federation, &round, "for us after all").await;
    let proposed = new_pairing(70, scene.ids[0], pairing_terms());
    scene.first.call(pairings::propose(&proposed)).await.unwrap();
    let round = stale_then_anew(federation, &round, "a pairing").await;
    suspend(&test, scene.ids[1]).await;
    stale_then_anew(federation, &round, "a suspension").await;
    test.done().await;
}

#[tokio::test]
async fn what_does_not_concern_a_plan_is_not_compared_and_what_may_is_compared_once() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let round = started(&scene).await;

    // A draft, and a need that opens in another county.
    let draft = NeedContent { village: place(VILLAGE), ..content() };
    let new = NewNeed { id: NeedId(Uuid::from_u128(3)), content: draft };
    scene.near.call(needs::create(&new)).await.unwrap();
    let other = "441481102200";
    let (village, elsewhere) = (test.village(other).await, test.federation("441481").await);
    let need = submitted(&village, 4, other).await;
    elsewhere.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    test.publicity_passes().await;
    assert_eq!(without_comparing(federation, &round).await.stale, None);

    let more = submitted(&scene.far, 5, FAR).await;
    federation.call(needs::approve(more.id, Seen { version: more.version })).await.unwrap();
    test.publicity_passes().await;
    assert_eq!(plan(federation, &round).await.stale, None, "the same need again is worth the same");
    let read = without_comparing(federation, &round).await;
    assert!(read.stale.is_none() && read.may.send);
    test.done().await;
}

#[tokio::test]
async fn what_is_not_committed_while_a_plan_is_computed_makes_it_stale_afterwards() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let mut tx = test.app.begin().await.unwrap();
    let (from, to) = (OrganisationStatus::Verified, OrganisationStatus::Suspended);
    organisations::set_status(&mut tx, scene.ids[1], from, to).await.unwrap();
    let round = started(&scene).await;
    assert_eq!(without_comparing(federation, &round).await.stale, None, "nobody knows of it yet");
    tx.commit().await.unwrap();
    let stale = plan(federation, &round).await.stale.expect("it began before the plan and ended after it");
    assert_eq!((stale.facts, stale.pairs), (true, 1));
    test.done().await;
}

#[tokio::test]
async fn a_day_that_ends_an_offer_makes_a_plan_stale_though_nothing_was_written() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let until = "2026-07-05".parse().ok();
    opened(&scene.second, 1, OfferContent { until, ..offer_content() }).await;
    let round = started(&scene).await;
    test.clock.advance(Duration::days(7));
    let federation = test.signed_in(&format!("federation-{COUNTY}")).await;
    assert!(plan(&federation, &round).await.stale.is_some_and(|stale| stale.facts));
    test.done().await;
}

#[tokio::test]
async fn what_was_noted_is_dropped_when_no_comparison_needs_it_any_more() {
    let test = TestApp::new().await;
    scene(&test).await;
    let noted = || sqlx::query_scalar::<_, i64>("select count(*) from round_fact_change").fetch_one(&test.app.pool);
    let before = noted().await.unwrap();
    assert!(before > 0);
    backend::rounds::forget_old(&test.app).await.unwrap();
    assert_eq!(noted().await.unwrap(), before, "of today");
    test.clock.advance(Duration::days(3_650));
    backend::rounds::forget_old(&test.app).await.unwrap();
    assert_eq!(noted().await.unwrap(), 0);
    test.done().await;
}

async fn run_of(federation: &Client<'_>, id: MatchingRoundId) -> RunStatus {
    federation.call(rounds::get(id)).await.unwrap().computed[0].status
}

#[tokio::test]
async fn letters_go_out_while_a_plan_is_computed_and_no_other_worker_takes_it() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let made = federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let id = made.row.id;
    federation.call(rounds::compute(id, seen(&made))).await.unwrap();
    // The computation begins and does not end until it gets its turn.
    let turn = test.app.solving.clone().acquire_owned().await.unwrap();
    let stop = CancellationToken::new();
    let worker = tokio::spawn(jobs::work(test.app.clone(), stop.clone()));
    while run_of(federation, id).await != RunStatus::Computing {
        tokio::task::yield_now().await;
    }
    let need = submitted(&scene.near, 3, VILLAGE).await;
    let why = NeedStep { version: need.version, reason: "请补报价单".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    let subject = "需求被退回：饮水安全巩固工程";
    while !test.mail.lock().unwrap().mails.iter().any(|mail| mail.subject == subject) {
        tokio::task::yield_now().await;
    }
    assert_eq!(run_of(federation, id).await, RunStatus::Computing);

    // Its lease is kept, however long it takes.
    test.clock.advance(jobs::LEASE - Duration::seconds(1));
    let until = "select max(leased_until) from job where kind = 'solve_round'";
    let leased = || sqlx::query_scalar::<_, chrono::DateTime<chrono::Utc>>(until).fetch_one(&test.app.pool);
    while leased().await.unwrap() < test.clock.now() + jobs::LEASE {
        tokio::task::yield_now().await;
    }
    test.clock.advance(Duration::seconds(2));
    jobs::run_due(&test.app).await.unwrap();
    let attempts = sqlx::query_scalar::<_, i32>("select attempts from job where kind = 'solve_round'");
    assert_eq!(attempts.fetch_one(&test.app.pool).await.unwrap(), 1, "it is in the first worker's hands");
    drop(turn);
    while run_of(federation, id).await != RunStatus::Planned {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    worker.await.unwrap();
    test.done().await;
}

async fn told(client: &Client<'_>) -> Vec<Notice> {
    let all = client.call(notices::list(&NoticeQuery::default())).await.unwrap().items;
    all.into_iter().filter(|notice| notice.kind == NoticeKind::MatchingRound).collect()
}

#[tokio::test]
async fn whoever_asked_for_a_plan_is_told_when_it_is_there_or_why_there_is_none() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let round = started(&scene).await;
    let id = round.row.id;
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!(letters.len(), 1, "to whoever asked, and to nobody else");
    assert_eq!(letters[0].subject, "对接方案算好了：秋季对接");
    assert!(letters[0].text.contains("2 个村企组合，0 个包镇，总分 765"), "{}", letters[0].text);
    let notices = told(federation).await;
    assert_eq!((notices.len(), notices[0].path.clone()), (1, format!("/rounds/{id}/plan?run=1")));
    assert!(told(&city).await.is_empty());

    // From now on on the site only.
    let quiet = [ChosenChannel { kind: NoticeKind::MatchingRound, channel: Channel::App }];
    federation.call(notices::set_preferences(&quiet)).await.unwrap();
    for (n, code) in [(1, VILLAGE), (2, FAR)] {
        let fixed = rule(n, RoundRuleKind::Fixed, Some(scene.ids[0]), Some(code));
        federation.call(rounds::add_rule(id, &fixed)).await.unwrap();
    }
    let round = federation.call(rounds::get(id)).await.unwrap();
    let round = computed(federation, &round).await;
    assert_eq!(round.computed[0].status, RunStatus::Contradiction);
    let notices = told(federation).await;
    assert_eq!(notices[0].text, "对接轮次的条件互相矛盾：秋季对接");
    assert_eq!(notices[0].path, format!("/rounds/{id}"));

    let nothing = RoundSetup { fields: vec![Field::RuralCivility], ..setup() };
    let empty = federation.call(rounds::start(&new_round(2, nothing))).await.unwrap();
    let empty = computed(federation, &empty).await;
    assert_eq!(empty.computed[0].status, RunStatus::NoCandidates);
    assert_eq!(told(federation).await[0].text, "没有算出对接方案：秋季对接");
    federation.call(rounds::compute(empty.row.id, seen(&empty))).await.unwrap();
    federation.call(rounds::cancel(empty.row.id)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(told(federation).await.len(), 3, "whoever stops it knows");
    assert!(sent(&test).is_empty());
    test.done().await;
}

#[tokio::test]
async fn a_pair_is_fixed_or_forbidden_with_a_reason_that_stands_with_the_rule_and_in_the_record() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let federation = &scene.federation;
    let round = started(&scene).await;
    let path = format!("/rounds/{}/plan", round.row.id);
    let (first, second) = (scene.ids[0].to_string(), scene.ids[1].to_string());
    let typed = |enterprise, village, kind, why| {
        [("run", "1"), ("after", "0"), ("enterprise", enterprise), ("place", village), ("kind", kind), ("why", why)]
    };
    let long = "因".repeat(201);
    let refused = federation.form(&path, &typed(&first, VILLAGE, "fixed", &long)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    for kept in ["说明最多 200 个字", &long, "<details open", &format!("id=\"why-{first}-{VILLAGE}\"")] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    assert_eq!(page.matches("<details open").count(), 1, "the one that was refused");

    let why = "去年已经谈过，双方都愿意";
    let done = federation.form(&path, &typed(&first, VILLAGE, "fixed", why)).await;
    assert_eq!(done.location(), format!("{path}?run=1&after=0&done=fixed"));
    let again = federation.form(&path, &typed(&first, VILLAGE, "forbidden", "改了主意")).await;
    assert_ne!(again.status, StatusCode::SEE_OTHER, "not both of one pair");
    let page = federation.page(&path).await.text();
    assert!(page.contains("已指定，重新计算后看得到代价。") && page.contains(&format!("理由：{why}")), "{page}");
    let page = federation.page(&format!("/rounds/{}", round.row.id)).await.text();
    assert!(page.contains(why), "with the rule: {page}");
    let recorded = "select reason from event where verb = 'matching_round_rule_added'";
    let reasons: Vec<Option<String>> = sqlx::query_scalar(recorded).fetch_all(&test.app.pool).await.unwrap();
    assert_eq!(reasons, [Some(why.to_owned())]);

    // Without a reason it goes too, and then nothing stands in the record.
    let done = federation.form(&path, &typed(&second, FAR, "forbidden", "")).await;
    assert_eq!(done.location(), format!("{path}?run=1&after=0&done=forbidden"));
    let page = federation.page(&path).await.text();
    assert!(page.contains("已排除，重新计算后看得到代价。"), "{page}");
    let reasons: Vec<Option<String>> = sqlx::query_scalar(recorded).fetch_all(&test.app.pool).await.unwrap();
    assert!(reasons.contains(&None), "{reasons:?}");
    let round = federation.call(rounds::get(round.row.id)).await.unwrap();
    let round = computed(federation, &round).await;
    let anew = plan(federation, &round).await;
    let pair = anew.pairs.iter().find(|pair| pair.enterprise == scene.ids[0]).unwrap();
    assert!(pair.fixed && pair.rule.as_ref().is_some_and(|rule| rule.why == why));
    test.done().await;
}

#[tokio::test]
async fn a_plan_that_takes_long_to_compare_says_so_and_is_not_sent_meanwhile() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let round = started(&scene).await;
    opened(&scene.second, 1, offer_content()).await;
    let busy = test.app.decoding.clone().acquire_many_owned(2).await.unwrap();
    let (read, again) = tokio::join!(plan(&scene.federation, &round), plan(&scene.federation, &round));
    for read in [&read, &again] {
        assert!(read.comparing && read.stale.is_none() && !read.may.send);
    }
    let page = scene.federation.page(&format!("/rounds/{}/plan", round.row.id)).await.text();
    assert!(page.contains("正在核对需求、企业和得分有没有变化"), "{page}");
    drop(busy);
    // The comparison goes on without its readers.
    let found = loop {
        let read = plan(&scene.federation, &round).await;
        if !read.comparing {
            break read;
        }
    };
    assert!(found.stale.is_some_and(|stale| stale.facts));
    test.done().await;
}

#[tokio::test]
async fn a_computation_whose_job_is_given_up_ends_and_is_told() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let made = scene.federation.call(rounds::start(&new_round(1, setup()))).await.unwrap();
    let id = made.row.id;
    scene.federation.call(rounds::compute(id, seen(&made))).await.unwrap();
    // Nothing can be solved any more: each attempt fails.
    test.app.solving.close();
    for _ in 0..jobs::ATTEMPTS {
        jobs::run_due(&test.app).await.unwrap();
        test.clock.advance(Duration::days(1));
    }
    let federation = test.signed_in(&format!("federation-{COUNTY}")).await;
    let round = federation.call(rounds::get(id)).await.unwrap();
    assert_eq!(round.computed[0].status, RunStatus::Unsolved);
    assert!(round.computed[0].says.contains("计算没有完成"), "{}", round.computed[0].says);
    let notices = federation.call(notices::list(&NoticeQuery::default())).await.unwrap();
    assert!(notices.items.iter().any(|notice| notice.kind == NoticeKind::MatchingRound), "{notices:?}");
    test.done().await;
}
