use crate::accounts::renewed;
use crate::mail::sent;
use crate::members::events;
use crate::pairings::{SILENT, TOWN, Table, VILLAGE, approved, paired, seen, signed, step, table, terms, to};
use backend::jobs;
use backend::pairings::turn;
use chrono::Duration;
use domain::api::pairings::{
    self, HandOver, MilestoneReason, MilestoneReport, MoveMilestone, NewMilestone, Pairing, Renewal, SeenMilestone,
};
use domain::api::places;
use domain::organisation::{OrganisationKind, Role};
use domain::pairing::{
    HandOverCause, MilestoneInput, MilestoneStatus, PairingSide, PairingStatus, PairingStep, PairingTerms,
};
use domain::person::SURE_FOR;
use domain::pledge::PublicDisplay;
use domain::{MilestoneId, PairingId};
use tests::{Client, TestApp};
use uuid::Uuid;

async fn letters(test: &TestApp, told: &str) -> usize {
    jobs::run_due(&test.app).await.unwrap();
    sent(test).iter().filter(|letter| letter.subject.starts_with(told)).count()
}

#[tokio::test]
async fn a_pairing_begins_is_renewed_and_ends_by_the_day() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let later = PairingTerms { first_day: "2026-07-10".parse().unwrap(), ..terms() };
    let signed_early = paired(&table, 1, later).await;
    assert_eq!(signed_early.row.status, PairingStatus::Signed);
    assert_eq!(turn::take(&test.app).await.unwrap(), 0);
    test.clock.advance(Duration::days(10));
    letters(&test, "").await;
    assert_eq!(turn::take(&test.app).await.unwrap(), 1);
    assert_eq!(turn::take(&test.app).await.unwrap(), 0, "once");
    assert_eq!(letters(&test, "结对今天生效").await, 3, "both sides and the federation");
    let id = signed_early.row.id;

    // 2027-05-01: sixty days before.
    test.clock.advance(Duration::days(295));
    let again = test.signed_in("金柚").await;
    let village = test.signed_in("head").await;
    let federation = test.signed_in("federation-441424").await;
    let table = Table { enterprise: again, village, federation, ..table };
    assert_eq!(turn::take(&test.app).await.unwrap(), 1);
    assert_eq!(letters(&test, "结对快到期").await, 3);
    let next =
        PairingTerms { first_day: "2027-06-30".parse().unwrap(), last_day: "2028-06-29".parse().unwrap(), ..terms() };
    let renewal = Renewal {
        id: PairingId(Uuid::from_u128(2)),
        terms: PairingTerms { first_day: "2027-06-29".parse().unwrap(), ..next.clone() },
        voluntary: true,
        message: String::new(),
    };
    assert_eq!(table.village.call(pairings::renew(id, &renewal)).await.unwrap_err().fields(), ["first_day"]);
    let renewal = Renewal { terms: next, ..renewal };
    let proposed = table.village.call(pairings::renew(id, &renewal)).await.unwrap();
    assert_eq!(table.village.call(pairings::renew(id, &renewal)).await.unwrap(), proposed, "sent twice");
    let other = Renewal { id: PairingId(Uuid::from_u128(3)), ..renewal };
    assert_eq!(table.enterprise.call(pairings::renew(id, &other)).await.unwrap_err().status, 409, "one at a time");
    let agreed = table.enterprise.call(pairings::agree(proposed.row.id, &to(&proposed))).await.unwrap();
    let approved = approved(&table.federation, &agreed).await;
    assert_eq!(signed(&table, &approved, 2).await.row.status, PairingStatus::Signed);

    test.clock.advance(Duration::days(60));
    assert!(turn::take(&test.app).await.unwrap() >= 1);
    let federation = test.signed_in("federation-441424").await;
    let before = federation.call(pairings::get(id)).await.unwrap();
    assert_eq!(before.row.status, PairingStatus::Renewed);
    assert_eq!(before.history.len(), 2);
    let now = federation.call(pairings::get(proposed.row.id)).await.unwrap();
    assert_eq!(now.row.status, PairingStatus::Active);
    test.clock.advance(Duration::days(366));
    turn::take(&test.app).await.unwrap();
    let federation = test.signed_in("federation-441424").await;
    assert_eq!(federation.call(pairings::get(proposed.row.id)).await.unwrap().row.status, PairingStatus::Ended);
    assert_eq!(letters(&test, "结对已到期").await, 3);
    test.done().await;
}

fn hand_over(read: &Pairing, n: u128, enterprise: domain::OrganisationId, cause: HandOverCause) -> HandOver {
    HandOver {
        version: read.version,
        id: PairingId(Uuid::from_u128(n)),
        enterprise,
        cause,
        reason: "两家公司合并，登记已变更".into(),
    }
}

#[tokio::test]
async fn a_pairing_is_handed_over_with_its_history() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let active = paired(&table, 1, terms()).await;
    let successor = test.enterprise("新公司").await;
    let to_firm = test.organisation_of(&successor).await;
    let same = hand_over(&active, 2, table.firm, HandOverCause::Merged);
    let refused = table.federation.call(pairings::hand_over(active.row.id, &same)).await.unwrap_err();
    assert_eq!(refused.fields(), ["enterprise"]);
    let merged = hand_over(&active, 2, to_firm, HandOverCause::Merged);
    assert_eq!(table.village.call(pairings::hand_over(active.row.id, &merged)).await.unwrap_err().status, 403);
    let next = table.federation.call(pairings::hand_over(active.row.id, &merged)).await.unwrap();
    assert_eq!((next.row.status, next.row.enterprise), (PairingStatus::Active, to_firm));
    assert_eq!(next.agreement.as_ref().unwrap().enterprise_name, "金柚的单位", "as it was signed");
    assert_eq!(table.federation.call(pairings::hand_over(active.row.id, &merged)).await.unwrap(), next, "sent twice");
    let history = successor.call(pairings::get(next.row.id)).await.unwrap().history;
    assert_eq!(
        history.iter().map(|link| link.status).collect::<Vec<_>>(),
        [PairingStatus::Terminated, PairingStatus::Active]
    );
    let before = table.enterprise.call(pairings::get(active.row.id)).await.unwrap();
    assert!(before.ended.unwrap().reason.contains("企业合并"));
    // Whoever leaves is followed by somebody who is asked.
    let third = test.enterprise("第三家").await;
    let to_third = test.organisation_of(&third).await;
    let left = hand_over(&next, 3, to_third, HandOverCause::Left);
    let asked = table.federation.call(pairings::hand_over(next.row.id, &left)).await.unwrap();
    assert_eq!(asked.row.status, PairingStatus::Proposed);
    assert!(asked.sides.iter().all(|side| side.agreed_at.is_none()));
    third.call(pairings::agree(asked.row.id, &to(&asked))).await.unwrap();
    let agreed = table.village.call(pairings::agree(asked.row.id, &to(&asked))).await.unwrap();
    assert_eq!(agreed.row.status, PairingStatus::MutuallyAgreed);
    test.done().await;
}

#[tokio::test]
async fn an_agreement_is_terminated_by_whoever_answers_for_a_side() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let active = paired(&table, 1, terms()).await;
    let village = test.organisation_of(&table.village).await;
    let reporter = test.member("reporter", village, Role::VillageReporter).await;
    let terminate = |reason: &str| pairings::step(PairingStep::Terminate, active.row.id, &seen(&active, reason));
    assert_eq!(reporter.call(terminate("企业一年没来过了")).await.unwrap_err().status, 403);
    assert_eq!(table.village.call(terminate("")).await.unwrap_err().fields(), ["reason"]);
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let later = Client { bearer: Some(renewed(&test, &table.village)), ..table.village };
    let again = later.call(terminate("企业一年没来过了")).await.unwrap_err();
    assert_eq!(again.error.code, domain::api::ErrorCode::ProveAgain);
    let head = test.signed_in("head").await;
    letters(&test, "").await;
    let gone = head.call(terminate("企业一年没来过了")).await.unwrap();
    assert_eq!(gone.row.status, PairingStatus::Terminated);
    assert_eq!(letters(&test, "结对协议终止").await, 2, "the enterprise and the federation");
    assert_eq!(head.call(terminate("企业一年没来过了")).await.unwrap_err().status, 409);
    test.done().await;
}

fn milestone(n: u128, title: &str, due_on: &str) -> NewMilestone {
    let input = MilestoneInput { title: title.into(), owner: PairingSide::Enterprise, due_on: due_on.parse().unwrap() };
    NewMilestone { id: MilestoneId(Uuid::from_u128(n)), input }
}

#[tokio::test]
async fn the_joint_plan_is_agreed_on_reported_verified_and_late() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let Table { enterprise, village, federation, .. } = &table;
    let active = paired(&table, 1, terms()).await;
    let id = active.row.id;
    let new = milestone(31, "技术员进村", "2026-07-20");
    let planned = enterprise.call(pairings::plan(id, &new)).await.unwrap();
    assert_eq!((planned.plan[0].due_on, planned.plan[0].version), (None, 1));
    assert_eq!(enterprise.call(pairings::plan(id, &new)).await.unwrap(), planned, "sent twice");
    let seen = |version| SeenMilestone { version };
    assert_eq!(enterprise.call(pairings::accept_day(new.id, seen(1))).await.unwrap_err().status, 409, "not by itself");
    assert_eq!(federation.call(pairings::accept_day(new.id, seen(1))).await.unwrap_err().status, 403);
    let agreed = village.call(pairings::accept_day(new.id, seen(1))).await.unwrap();
    assert_eq!(agreed.plan[0].due_on, Some("2026-07-20".parse().unwrap()));
    let bad = MilestoneReport { version: 2, note: " ".into(), pictures: Vec::new() };
    assert_eq!(enterprise.call(pairings::submit(new.id, &bad)).await.unwrap_err().fields(), ["note"]);
    let stale = MilestoneReport { version: 1, note: "两名技术员到了".into(), pictures: Vec::new() };
    assert_eq!(enterprise.call(pairings::submit(new.id, &stale)).await.unwrap_err().status, 409);
    let report = MilestoneReport { version: 2, ..stale };
    assert_eq!(village.call(pairings::submit(new.id, &report)).await.unwrap_err().status, 409, "not its owner");
    enterprise.call(pairings::submit(new.id, &report)).await.unwrap();
    let why = MilestoneReason { version: 3, reason: "只来了一个人".into() };
    let returned = village.call(pairings::send_back(new.id, &why)).await.unwrap();
    assert_eq!(returned.plan[0].status, MilestoneStatus::Returned);
    let moved = MoveMilestone { version: 4, due_on: "2026-08-20".parse().unwrap() };
    enterprise.call(pairings::move_milestone(new.id, &moved)).await.unwrap();
    let dropped = village.call(pairings::drop_day(new.id, seen(5))).await.unwrap();
    assert_eq!(dropped.plan[0].due_on, Some("2026-07-20".parse().unwrap()), "the day that was agreed on stays");
    letters(&test, "").await;
    for (days, told, count) in [(14, "计划节点日期快到了", 1), (7, "计划节点已过期", 2), (14, "计划节点已过期", 3)]
    {
        test.clock.advance(Duration::days(days));
        assert_eq!(turn::take(&test.app).await.unwrap(), 1, "{days} {told}");
        assert_eq!(letters(&test, told).await, count, "{told}");
    }
    let federation = test.signed_in("federation-441424").await;
    let late = federation.call(pairings::get(id)).await.unwrap();
    assert!(late.plan[0].late && late.row.late == 1, "both sides and the federation see it");
    let (enterprise, village) = (test.signed_in("金柚").await, test.signed_in("head").await);
    let report = MilestoneReport { version: 6, note: "两名技术员都到了".into(), pictures: Vec::new() };
    enterprise.call(pairings::submit(new.id, &report)).await.unwrap();
    let verified = village.call(pairings::verify(new.id, seen(7))).await.unwrap();
    assert_eq!((verified.plan[0].status, verified.plan[0].late), (MilestoneStatus::Verified, false));
    assert_eq!(events(&test, "milestone_reminded").await, 3);
    test.done().await;
}

#[tokio::test]
async fn the_public_reads_active_pairings_by_the_name_that_the_enterprise_chose() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let place = VILLAGE.parse().unwrap();
    let public = async || test.visitor().call(pairings::of_place(&place)).await.unwrap().items;
    let made =
        table.enterprise.call(pairings::propose(&crate::pairings::new_pairing(1, table.firm, terms()))).await.unwrap();
    assert!(public().await.is_empty(), "an intention is nobody's business");
    let agreed = table.village.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
    let active = signed(&table, &approved(&table.federation, &agreed).await, 1).await;
    assert_eq!(public().await[0].enterprise, "爱心企业", "it has not chosen");
    let id = active.row.id;
    table.enterprise.call(pairings::change_display(id, PublicDisplay::Name)).await.unwrap();
    assert_eq!(public().await[0].enterprise, "金柚的单位");
    let page = test.visitor().page(&format!("/villages/{VILLAGE}")).await.text();
    assert!(page.contains("金柚的单位") && page.contains("村企结对（1）"), "{page}");
    assert!(!page.contains("派技术员驻村") && !page.contains(&active.row.reference), "terms are not public");
    let town = test.visitor().page(&format!("/towns/{TOWN}")).await.text();
    assert!(town.contains("金柚的单位"));
    assert_eq!(table.village.call(pairings::change_display(id, PublicDisplay::Name)).await.unwrap_err().status, 403);
    table.enterprise.call(pairings::change_display(id, PublicDisplay::Anonymous)).await.unwrap();
    let page = test.visitor().page(&format!("/villages/{VILLAGE}")).await.text();
    assert!(!page.contains("金柚的单位"));
    let other = SILENT.parse().unwrap();
    assert!(test.visitor().call(pairings::of_place(&other)).await.unwrap().items.is_empty());
    assert!(test.visitor().call(places::get(&other)).await.is_ok());
    step(&table.enterprise, &active, PairingStep::Terminate, "企业停产，无力继续").await;
    assert!(public().await.is_empty());
    let office = test.person("office", OrganisationKind::RuralOffice, Some("441424"), Role::RuralOffice).await;
    assert_eq!(office.call(pairings::get(id)).await.unwrap_err().status, 403);
    test.done().await;
}
