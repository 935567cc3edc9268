use crate::deliveries::{advance, item, new_report};
use crate::disbursements::ready;
use crate::enquiries::letter;
use crate::mail::sent;
use crate::money::{new_pledge, open_need};
use crate::needs::{VILLAGE, new_need, opened, submitted};
use backend::{jobs, needs as room};
use chrono::Duration;
use domain::api::deliveries;
use domain::api::enquiries::{self, EnquiryQuery, NewEnquiry};
use domain::api::needs::{self, Need, NeedChange, NeedQuery, NeedStep, Seen};
use domain::api::pledges::{self, NewPledge};
use domain::api::todo;
use domain::need::status::PUBLICITY_DAYS;
use domain::need::{NeedAction, NeedContent, NeedStatus};
use domain::organisation::{OrganisationKind, Role};
use domain::pledge::PledgeInput;
use domain::todo::TodoKind;
use domain::{Fen, PledgeId};
use tests::{Client, TestApp};
use uuid::Uuid;

const TOWN: &str = "441424103";

async fn town(test: &TestApp) -> Client<'_> {
    test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await
}

/// A step with words that help.
fn why(version: i32) -> NeedStep {
    NeedStep { version, reason: "现场看过，情况有变化".into() }
}

async fn takes(client: &Client<'_>, action: NeedAction, need: &Need) -> Result<Need, tests::Refused> {
    client.call(needs::step(action, need.id, &why(need.version))).await
}

async fn status(client: &Client<'_>, need: &Need) -> NeedStatus {
    client.call(needs::get(&need.id.to_string())).await.unwrap().status
}

#[tokio::test]
async fn a_town_that_reviews_reads_before_the_federation() {
    let test = TestApp::new().await;
    let (town, federation) = (town(&test).await, test.federation("441424").await);
    let village = test.village(VILLAGE).await;
    let need = submitted(&village, 1).await;
    assert_eq!(need.status, NeedStatus::TownReview);
    let again = village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    assert_eq!((again.status, again.history.len()), (NeedStatus::TownReview, 2), "sent twice, submitted once");
    assert!(federation.call(needs::review()).await.unwrap().items.is_empty());
    assert_eq!(town.call(needs::review()).await.unwrap().items.len(), 1);
    assert_eq!(town.call(todo::get()).await.unwrap().items[0].kind, TodoKind::ReviewTownNeeds);
    assert_eq!(takes(&federation, NeedAction::Approve, &need).await.unwrap_err().status, 409);
    assert_eq!(takes(&federation, NeedAction::Return, &need).await.unwrap_err().status, 409, "it is the town's turn");
    assert_eq!(takes(&town, NeedAction::Approve, &need).await.unwrap_err().status, 403);

    assert_eq!(takes(&town, NeedAction::Return, &need).await.unwrap().status, NeedStatus::Returned);
    let need = village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    let page = town.page(&format!("/needs/{}", need.id)).await.text();
    assert!(page.contains("value=\"pass\"") && !page.contains("value=\"approve\""), "{page}");
    assert_eq!(takes(&town, NeedAction::Pass, &need).await.unwrap().status, NeedStatus::FederationReview);
    assert_eq!(takes(&town, NeedAction::Return, &need).await.unwrap_err().status, 409, "it is out of its hands");
    assert!(town.call(needs::review()).await.unwrap().items.is_empty());
    assert_eq!(federation.call(needs::review()).await.unwrap().items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_federation_takes_up_what_waits_too_long_at_a_town() {
    let test = TestApp::new().await;
    town(&test).await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let silent = NeedStep { version: need.version, reason: String::new() };
    let refused = federation.call(needs::step(NeedAction::TakeUp, need.id, &silent)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["reason"]));
    assert_eq!(takes(&federation, NeedAction::TakeUp, &need).await.unwrap().status, NeedStatus::FederationReview);
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).iter().any(|letter| letter.subject.contains("改由工商联审核")));
    test.done().await;
}

#[tokio::test]
async fn a_need_is_shown_for_a_week_before_anybody_promises_anything() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    let need = submitted(&village, 1).await;
    let shown = federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    assert_eq!(shown.publicized_until.unwrap().to_string(), "2026-07-07");
    let page = test.visitor().page(&format!("/needs/{}", shown.code.clone().unwrap())).await.text();
    assert!(page.contains("正在公示") && page.contains("提出异议") && !page.contains("/pledge?need="), "{page}");
    let pledge = new_pledge(1, campaign, &charity, Some(&shown));
    assert_eq!(enterprise.call(pledges::create(&pledge)).await.unwrap_err().status, 422);

    test.clock.advance(Duration::days(i64::try_from(PUBLICITY_DAYS).unwrap()));
    assert_eq!(room::life::open_publicized(&test.app).await.unwrap(), 0, "on its last day it is still shown");
    test.clock.advance(Duration::days(1));
    assert_eq!(room::life::open_publicized(&test.app).await.unwrap(), 1);
    assert_eq!(room::life::open_publicized(&test.app).await.unwrap(), 0);
    let federation = test.signed_in("federation-441424").await;
    assert_eq!(status(&federation, &need).await, NeedStatus::Open);
    let enterprise = test.signed_in("firm").await;
    enterprise.call(pledges::create(&pledge)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn an_objection_keeps_a_need_from_opening_until_it_is_answered() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let shown = federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    let code = shown.code.unwrap();
    let page = test.visitor().page(&format!("/contact?need={code}")).await.text();
    assert!(page.contains("这条需求正在公示") && page.contains(&code), "{page}");
    let objection = NewEnquiry { need: Some(need.id), ..letter(1, None) };
    test.visitor().call(enquiries::ask(&objection)).await.unwrap();
    let seen = federation.call(needs::get(&code)).await.unwrap();
    assert_eq!(seen.objections, Some(1));
    assert_eq!(
        test.visitor().call(needs::get(&code)).await.unwrap().objections,
        None,
        "how many is nobody else's matter"
    );

    test.publicity_passes().await;
    assert_eq!(status(&federation, &need).await, NeedStatus::Publicized, "an objection waits");
    let waiting = federation.call(enquiries::list(&EnquiryQuery::default())).await.unwrap().items;
    assert_eq!(waiting.len(), 1, "it went to the federation of the need's county");
    let read = federation.call(enquiries::get(waiting[0].id, None)).await.unwrap();
    assert_eq!(read.need.unwrap().code, code);
    federation.call(enquiries::answer(waiting[0].id, "已到现场核实，情况属实。")).await.unwrap();
    test.publicity_passes().await;
    assert_eq!(status(&federation, &need).await, NeedStatus::Open);

    let nowhere = NewEnquiry { need: Some(domain::NeedId(Uuid::from_u128(99))), ..letter(2, None) };
    assert_eq!(test.visitor().call(enquiries::ask(&nowhere)).await.unwrap_err().fields(), ["need"]);
    test.done().await;
}

#[tokio::test]
async fn an_upheld_objection_sends_a_need_back_and_it_keeps_its_code() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let shown = federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    let code = shown.code.clone().unwrap();
    takes(&federation, NeedAction::Return, &shown).await.unwrap();
    assert_eq!(test.visitor().call(needs::get(&code)).await.unwrap_err().status, 404, "what is mended is not shown");
    let content = NeedContent { title: "饮水工程（二期）".into(), ..need.content.clone() };
    let edited = village.call(needs::update(need.id, &NeedChange { version: need.version, content })).await.unwrap();
    let sent = village.call(needs::submit(need.id, Seen { version: edited.version })).await.unwrap();
    let shown = opened(&test, &federation, &sent).await;
    assert_eq!((shown.status, shown.code), (NeedStatus::Open, Some(code)));
    test.done().await;
}

#[tokio::test]
async fn a_paused_need_takes_no_pledges_stays_readable_and_comes_back_where_it_was() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let federation = test.signed_in("federation-441424").await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    test.index().await;
    let paused = takes(&federation, NeedAction::Pause, &need).await.unwrap();
    assert_eq!(paused.status, NeedStatus::Paused);
    let pledge = new_pledge(1, campaign, &charity, Some(&need));
    assert_eq!(enterprise.call(pledges::create(&pledge)).await.unwrap_err().status, 422);
    let page = test.visitor().page(&format!("/needs/{}", need.code.clone().unwrap())).await;
    assert!(page.status.is_success() && page.text().contains("这条需求已暂停"), "{}", page.text());
    test.index().await;
    let found = test.visitor().call(needs::list(&NeedQuery::default())).await.unwrap();
    assert!(found.items.is_empty(), "it stands in no list");
    assert_eq!(takes(&federation, NeedAction::Resume, &need).await.unwrap().status, NeedStatus::Open);
    enterprise.call(pledges::create(&pledge)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    for subject in ["需求已暂停", "需求已恢复"] {
        assert!(letters.iter().any(|letter| letter.subject.contains(subject)), "{subject}");
    }
    test.done().await;
}

#[tokio::test]
async fn needs_follow_what_is_promised_and_what_is_met_takes_no_more() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let federation = test.signed_in("federation-441424").await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    test.follow().await;
    assert_eq!(status(&federation, &need).await, NeedStatus::Open, "nothing is promised");
    let pledge = |n, yuan| {
        let new = new_pledge(n, campaign, &charity, Some(&need));
        NewPledge {
            id: PledgeId(Uuid::from_u128(n)),
            input: PledgeInput { amount: Fen::yuan(yuan), ..new.input.clone() },
            ..new
        }
    };
    enterprise.call(pledges::create(&pledge(1, 60_000))).await.unwrap();
    assert_eq!(test.follow().await, 1);
    assert_eq!(test.follow().await, 0, "followed once");
    let seen = federation.call(needs::get(&need.id.to_string())).await.unwrap();
    assert_eq!(seen.status, NeedStatus::PartlyFunded);
    assert_eq!(
        takes(&test.signed_in(&format!("village-{VILLAGE}")).await, NeedAction::Withdraw, &need)
            .await
            .unwrap_err()
            .status,
        409
    );
    enterprise.call(pledges::create(&pledge(2, 40_000))).await.unwrap();
    test.follow().await;
    assert_eq!(status(&federation, &need).await, NeedStatus::Funded);
    assert_eq!(
        enterprise.call(pledges::create(&pledge(3, 100))).await.unwrap_err().status,
        422,
        "it has what it asked"
    );
    test.done().await;
}

#[tokio::test]
async fn a_need_that_nobody_meets_is_warned_about_expires_and_is_written_anew() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    // Wanted by 2026-12-01.
    test.clock.advance(Duration::days(140));
    room::life::expire(&test.app).await.unwrap();
    room::life::expire(&test.app).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!(letters.iter().filter(|letter| letter.subject.contains("需求快到期")).count(), 1, "told once");
    test.clock.advance(Duration::days(14));
    assert_eq!(room::life::expire(&test.app).await.unwrap(), 0, "its day is today");
    test.clock.advance(Duration::days(1));
    assert_eq!(room::life::expire(&test.app).await.unwrap(), 1);
    let code = need.code.clone().unwrap();
    let page = test.visitor().page(&format!("/needs/{code}")).await;
    assert!(page.status.is_success() && page.text().contains("不再接受对接"), "{}", page.text());

    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let back =
        village.call(needs::step(NeedAction::Renew, need.id, &Seen { version: need.version }.into())).await.unwrap();
    assert!(back.may.edit);
    let late = village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap_err();
    assert_eq!((late.status, late.fields()), (422, vec!["wanted_by"]));
    let content = NeedContent { wanted_by: "2027-06-01".parse().ok(), ..need.content.clone() };
    let edited = village.call(needs::update(need.id, &NeedChange { version: need.version, content })).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: edited.version })).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn what_has_a_pledge_does_not_expire_and_nobody_is_told_that_it_will() {
    let test = TestApp::new().await;
    ready(&test).await;
    test.clock.advance(Duration::days(140));
    assert_eq!(room::life::expire(&test.app).await.unwrap(), 0);
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).iter().all(|letter| !letter.subject.contains("需求快到期")), "it has its pledge");
    test.clock.advance(Duration::days(260));
    assert_eq!(room::life::expire(&test.app).await.unwrap(), 0);
    test.done().await;
}

#[tokio::test]
async fn a_village_withdraws_what_nobody_has_promised_for() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let draft = village.call(needs::create(&new_need(1))).await.unwrap();
    assert_eq!(takes(&village, NeedAction::Withdraw, &draft).await.unwrap().status, NeedStatus::Withdrawn);
    assert_eq!(takes(&village, NeedAction::Withdraw, &draft).await.unwrap_err().status, 409);
    let other = submitted(&village, 2).await;
    let open = opened(&test, &federation, &other).await;
    takes(&village, NeedAction::Withdraw, &open).await.unwrap();
    let page = test.visitor().page(&format!("/needs/{}", open.code.unwrap())).await.text();
    assert!(page.contains("已由村里撤回"), "{page}");
    assert_eq!(test.visitor().call(needs::get(&draft.id.to_string())).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn work_begins_is_reported_accounted_for_and_accepted() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    test.follow().await;
    let payment = advance(&ready).await;
    let crate::disbursements::Ready { village, need, charity, .. } = &ready;
    let federation = test.signed_in("federation-441424").await;
    let step = |action| needs::step(action, need.id, &Seen { version: need.version }.into());
    assert_eq!(village.call(step(NeedAction::Start)).await.unwrap().status, NeedStatus::InProgress);
    let refused = village.call(step(NeedAction::Finish)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("报告进展"), "{}", refused.error.message);
    let report = new_report(1, village, payment.id, vec![item(30_000, false)]).await;
    village.call(deliveries::report(need.id, &report)).await.unwrap();
    village.call(step(NeedAction::Finish)).await.unwrap();
    assert_eq!(federation.call(todo::get()).await.unwrap().items[0].kind, TodoKind::AcceptNeeds);
    let refused = federation.call(step(NeedAction::Close)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("没有核销"), "{}", refused.error.message);
    assert_eq!(takes(&federation, NeedAction::SendBack, need).await.unwrap().status, NeedStatus::InProgress);
    village.call(step(NeedAction::Finish)).await.unwrap();
    charity.checker.call(deliveries::accept(report.vouchers[0].id, 1)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    assert_eq!(federation.call(step(NeedAction::Close)).await.unwrap().status, NeedStatus::Closed);
    jobs::run_due(&test.app).await.unwrap();
    let mut told: Vec<_> = sent(&test).into_iter().map(|letter| letter.to).collect();
    told.sort_unstable();
    assert_eq!(told, ["firm@example.com".to_owned(), format!("village-{VILLAGE}@example.com")], "the giver too");
    test.done().await;
}

#[tokio::test]
async fn of_two_federations_that_decide_at_once_one_is_too_late() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let county = test.federation("441424").await;
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let need = submitted(&village, 1).await;
    let (approved, returned) = tokio::join!(
        county.call(needs::approve(need.id, Seen { version: need.version })),
        city.call(needs::return_(need.id, &why(need.version)))
    );
    let mut answers = [approved.map(|need| need.status), returned.map(|need| need.status)];
    answers.sort_by_key(Result::is_err);
    // A return may follow an approval, as an objection that is upheld; an approval cannot follow a return.
    match answers {
        [Ok(NeedStatus::Returned), Err(late)] => assert_eq!(late.status, 409),
        [Ok(one), Ok(other)] => assert!([one, other].contains(&NeedStatus::Publicized)),
        other => panic!("{other:?}"),
    }
    let entries = county.call(needs::get(&need.id.to_string())).await.unwrap().history;
    assert_eq!(entries.last().unwrap().status, status(&county, &need).await);
    test.done().await;
}
