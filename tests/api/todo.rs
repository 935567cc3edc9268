use crate::deliveries::{advance, item, new_report, picture};
use crate::disbursements::{Ready, allocation, approved, gift, new_payee, payment, ready};
use crate::enquiries::letter;
use crate::money::{new_line, new_pledge, seen};
use crate::needs::{VILLAGE, content, submitted};
use axum::http::StatusCode;
use backend::jobs;
use chrono::Duration;
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::deliveries::{self, ReturnItem};
use domain::api::disbursements;
use domain::api::enquiries;
use domain::api::jobs as dead;
use domain::api::needs::{self, NeedStep, NewNeed};
use domain::api::payees::{self, EnterPayee};
use domain::api::pledges;
use domain::api::todo::{self, TodoItem};
use domain::need::NeedContent;
use domain::organisation::{OrganisationKind, Role};
use domain::todo::TodoKind;
use domain::{Fen, NeedId};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

async fn items(client: &Client<'_>) -> Vec<TodoItem> {
    client.call(todo::get()).await.unwrap().items
}

/// What waits, with how many, in the order of its kinds.
async fn counts(client: &Client<'_>) -> Vec<(TodoKind, u32)> {
    let mut counts: Vec<_> = items(client).await.into_iter().map(|item| (item.kind, item.count.number)).collect();
    counts.sort_unstable();
    counts
}

#[tokio::test]
async fn everybody_has_a_page_of_what_waits_whatever_his_role() {
    let test = TestApp::new().await;
    for (n, role) in Role::ALL.iter().enumerate() {
        let (kind, place) = match role {
            Role::VillageReporter => (OrganisationKind::Village, Some(VILLAGE)),
            Role::VillageHead => (OrganisationKind::Village, Some("441424125207")),
            Role::TownReviewer => (OrganisationKind::Town, Some("441424103")),
            Role::FederationCounty => (OrganisationKind::Federation, Some("441424")),
            Role::FederationCity => (OrganisationKind::Federation, Some("4414")),
            Role::RuralOffice => (OrganisationKind::RuralOffice, Some("441424")),
            Role::CampaignOffice | Role::OfficeOwner => (OrganisationKind::CampaignOffice, None),
            Role::EnterpriseOperator | Role::EnterpriseOwner => (OrganisationKind::Enterprise, None),
            Role::CharityOwner | Role::CharityMaker | Role::CharityChecker | Role::CharityPayer => {
                (OrganisationKind::Charity, None)
            }
            Role::Auditor => (OrganisationKind::AuditOffice, None),
            Role::Donor => (OrganisationKind::Donor, None),
            Role::PlatformAdmin => (OrganisationKind::Platform, None),
        };
        let client = test.person(&format!("person{n}"), kind, place, *role).await;
        assert!(client.call(todo::get()).await.unwrap().items.is_empty(), "{role}: nothing waits yet");
        let page = client.page("/work").await;
        assert_eq!(page.status, StatusCode::OK, "{role}");
        assert!(page.text().contains("等您办的事") && page.text().contains("现在没有要您办的事。"), "{role}");
    }
    assert_eq!(test.visitor().call(todo::get()).await.unwrap_err().status, 401);
    test.done().await;
}

#[tokio::test]
async fn what_waits_for_villages_and_federations_waits_for_no_others() {
    use TodoKind::{AnswerEnquiries, MendNeeds, ReviewNeeds};
    let test = TestApp::new().await;
    let (village, other_village) = (test.village(VILLAGE).await, test.village("441424125207").await);
    let (federation, other) = (test.federation("441424").await, test.federation("441402").await);
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    submitted(&village, 1).await;
    let back = submitted(&village, 2).await;
    test.clock.advance(Duration::minutes(2));
    let why = NeedStep { version: back.version, reason: "请补一张水池的照片".into() };
    federation.call(needs::return_(back.id, &why)).await.unwrap();
    let elsewhere = NeedContent { village: "441424125207".parse().unwrap(), ..content() };
    let elsewhere = NewNeed { id: NeedId(Uuid::from_u128(3)), content: elsewhere };
    other_village.call(needs::create(&elsewhere)).await.unwrap();
    test.visitor().call(enquiries::ask(&letter(1, Some("441424")))).await.unwrap();
    test.visitor().call(enquiries::ask(&letter(2, None))).await.unwrap();

    assert_eq!(counts(&federation).await, [(ReviewNeeds, 1), (AnswerEnquiries, 1)]);
    assert_eq!(counts(&other).await, []);
    assert_eq!(
        counts(&city).await,
        [(ReviewNeeds, 1), (AnswerEnquiries, 1)],
        "its own letter, and every county's need"
    );
    assert_eq!(counts(&village).await, [(MendNeeds, 1)]);
    assert_eq!(counts(&other_village).await, [], "a draft is nobody's business");
    for nobody in [test.enterprise("firm").await, test.auditor().await, test.admin().await, test.donor().await] {
        assert_eq!(counts(&nobody).await, []);
    }
    let first = items(&federation).await.remove(0);
    assert_eq!((first.since.to_rfc3339().as_str(), first.overdue), ("2026-06-30T02:00:00+00:00", false));
    assert_eq!(first.due.to_string(), "2026-07-07", "five working days");
    let page = federation.page("/work").await.text();
    for said in ["待审核的需求", "待答复的来信", "最早的从 2026-06-30 10:00 起等着，建议 2026年7月7日 前办", "1 件"]
    {
        assert!(page.contains(said), "the page does not say {said}");
    }
    test.clock.advance(Duration::days(8));
    let federation = test.signed_in("federation-441424").await;
    assert!(items(&federation).await[0].overdue);
    assert!(federation.page("/work").await.text().contains("已过建议时限"));
    test.done().await;
}

/// Who sees what of a charity: its maker, its checker, its payer.
async fn at_the_desks(charity: &Charity<'_>) -> [Vec<(TodoKind, u32)>; 3] {
    [counts(&charity.maker).await, counts(&charity.checker).await, counts(&charity.payer).await]
}

#[tokio::test]
async fn what_waits_in_a_charity_waits_for_the_desk_that_may_do_it() {
    use TodoKind::{ApprovePayments, CheckPayments, ConfirmLines, EnterPayees, MakePayments, MatchLines, VerifyPayees};
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, village, campaign, need, pledge, payee } = &ready;
    let others = test.charity("另一慈善会").await;
    assert_eq!(at_the_desks(charity).await, [vec![], vec![], vec![]], "all is done");

    let new = new_line(2, charity, "某公司", 100, "");
    charity.maker.call(arrivals::enter(&new)).await.unwrap();
    let second = new_pledge(2, *campaign, charity, Some(need));
    let second = enterprise.call(pledges::create(&second)).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(3, charity, "某公司", 200, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(200), pledge: Some(second.id), campaign: None };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    let proposed = new_payee(2, charity, picture(village).await);
    village.call(payees::propose(&proposed)).await.unwrap();
    let desks = at_the_desks(charity).await;
    assert_eq!(desks, [vec![(MatchLines, 1), (EnterPayees, 1)], vec![(ConfirmLines, 1)], vec![]]);
    let entry = EnterPayee { account_no: proposed.account_no };
    charity.maker.call(payees::enter(proposed.id, &entry)).await.unwrap();
    let desks = at_the_desks(charity).await;
    assert_eq!(desks, [vec![(MatchLines, 1)], vec![(ConfirmLines, 1), (VerifyPayees, 1)], vec![]]);
    // Whoever entered or matched it may be a checker as well: it still does not wait for him.
    let both = test.member("both", charity.id, Role::CharityMaker).await;
    let id = both.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, id, charity.id, Role::CharityChecker).await.unwrap();
    let line_of_both = both.call(arrivals::enter(&new_line(4, charity, "某公司", 300, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(300), pledge: Some(second.id), campaign: None };
    both.call(arrivals::match_(line_of_both.id, &MatchLine { parts: vec![part] })).await.unwrap();
    assert_eq!(counts(&both).await, [(MatchLines, 1), (ConfirmLines, 1), (VerifyPayees, 1)]);
    assert_eq!(counts(&charity.checker).await, [(ConfirmLines, 2), (VerifyPayees, 1)]);
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();

    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let prepared = charity.maker.call(disbursements::prepare(&payment(1, need, payee, 1_000))).await.unwrap();
    let checked = charity.maker.call(disbursements::prepare(&payment(2, need, payee, 1_000))).await.unwrap();
    charity.checker.call(disbursements::check(checked.id)).await.unwrap();
    approved(&ready, 3, 1_000).await;
    let expected = [(ConfirmLines, 1), (VerifyPayees, 1), (CheckPayments, 1), (ApprovePayments, 1)];
    assert_eq!(counts(&charity.checker).await, expected);
    assert_eq!(counts(&charity.payer).await, [(MakePayments, 1)]);
    charity.checker.call(disbursements::check(prepared.id)).await.unwrap();
    assert!(counts(&charity.checker).await.contains(&(ApprovePayments, 2)));
    assert_eq!(at_the_desks(&others).await, [vec![], vec![], vec![]], "another charity's desks are empty");
    test.done().await;
}

#[tokio::test]
async fn spending_waits_for_the_checker_and_comes_back_to_the_village() {
    use TodoKind::{AcceptSpending, AwaitedPledges, MendSpending};
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, enterprise, village, need, campaign, .. } = &ready;
    let other_village = test.village("441424125207").await;
    let new = new_report(1, village, payment.id, vec![item(100, false), item(200, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    assert_eq!(counts(&charity.checker).await, [(AcceptSpending, 2)]);
    assert_eq!(counts(village).await, []);
    let why = ReturnItem { version: 1, reason: "看不清日期".into() };
    charity.checker.call(deliveries::return_(new.vouchers[0].id, &why)).await.unwrap();
    assert_eq!(counts(&charity.checker).await, [(AcceptSpending, 1)]);
    assert_eq!(counts(village).await, [(MendSpending, 1)]);
    assert_eq!(counts(&other_village).await, []);

    assert_eq!(counts(enterprise).await, [], "everything has arrived");
    let awaited = new_pledge(2, *campaign, charity, Some(need));
    gift(charity, enterprise, &awaited, 2, 10_000).await;
    assert_eq!(counts(enterprise).await, [(AwaitedPledges, 1)], "a part of it is still to come");
    let firm = test.organisation_of(enterprise).await;
    assert_eq!(counts(&test.member("giver", firm, Role::Donor).await).await, [], "a donor cannot act");
    assert_eq!(counts(&test.enterprise("other").await).await, []);
    test.done().await;
}

#[tokio::test]
async fn a_village_that_was_paid_and_says_nothing_for_thirty_days_is_asked() {
    use TodoKind::{AcceptSpending, ReportsDue};
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let account = format!("village-{VILLAGE}");
    test.clock.advance(Duration::days(30) - Duration::minutes(1));
    assert_eq!(counts(&test.signed_in(&account).await).await, []);
    test.clock.advance(Duration::minutes(1));
    let village = test.signed_in(&account).await;
    assert_eq!(counts(&village).await, [(ReportsDue, 1)]);
    let due = items(&village).await.remove(0);
    assert_eq!((due.due.to_string().as_str(), due.overdue), ("2026-07-30", false));
    let new = new_report(1, &village, payment.id, vec![item(30_000, false)]).await;
    village.call(deliveries::report(ready.need.id, &new)).await.unwrap();
    assert_eq!(counts(&village).await, [], "it has spoken");
    test.clock.advance(Duration::days(30));
    assert_eq!(counts(&test.signed_in(&account).await).await, [(ReportsDue, 1)], "and is silent again");
    let checker = test.signed_in("示例慈善会-checker").await;
    assert_eq!(counts(&checker).await, [(AcceptSpending, 1)]);
    checker.call(deliveries::accept(new.vouchers[0].id, 1)).await.unwrap();
    assert_eq!(counts(&test.signed_in(&account).await).await, [], "all of it is accounted for");
    test.done().await;
}

#[tokio::test]
async fn a_job_that_was_given_up_waits_for_the_platform_until_it_is_dealt_with() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    for n in 1..=2 {
        let need = submitted(&village, n).await;
        let why = NeedStep { version: need.version, reason: "请补报价单".into() };
        federation.call(needs::return_(need.id, &why)).await.unwrap();
    }
    test.mail.lock().unwrap().failures = u32::MAX;
    for attempt in 1..=jobs::ATTEMPTS {
        jobs::run_due(&test.app).await.unwrap();
        test.clock.advance(jobs::wait_after(attempt));
    }
    let admin = test.admin().await;
    assert_eq!(counts(&admin).await, [(TodoKind::DeadJobs, 2)]);
    let page = admin.page("/work/jobs").await.text();
    assert!(page.contains("没有办成的后台任务（2）") && page.contains("the mail server does not answer"));
    assert!(!page.contains("@example.com"), "no address is shown");
    let list = admin.call(dead::dead()).await.unwrap().items;
    test.mail.lock().unwrap().failures = 0;
    let id = list[0].id.to_string();
    let again = admin.form("/work/jobs", &[("job", &id), ("action", "retry")]).await;
    assert_eq!(again.location(), "/work/jobs?done=retried");
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(test.mail.lock().unwrap().mails.len(), 1, "it is sent after all");
    assert_eq!(admin.call(dead::retry(list[0].id)).await.unwrap_err().status, 409);
    admin.call(dead::set_aside(list[1].id)).await.unwrap();
    assert_eq!(counts(&admin).await, []);
    assert_eq!(test.auditor().await.call(dead::dead()).await.unwrap_err().status, 403);
    test.done().await;
}
