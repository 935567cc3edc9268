//! Pledges that are paid in parts: the schedule is the pledge, what arrives covers it from its beginning, what is late says
//! so once.

use crate::mail::sent;
use crate::money::{matched, new_pledge, seen};
use axum::http::StatusCode;
use backend::jobs::{self, regular};
use backend::pledges::instalments::keep_up;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::api::arrivals;
use domain::api::dues::{self, DueQuery};
use domain::api::pledges::{self, NewPledge, Pledge};
use domain::due::{DueKind, DueStanding};
use domain::pledge::{Every, InstalmentStanding, PledgeInput, PledgeStatus, Schedule};
use domain::{CampaignId, Fen};
use tests::TestApp;
use tests::people::{CONTACT, Charity};

fn in_parts(n: u128, campaign: CampaignId, charity: &Charity<'_>, schedule: Schedule) -> NewPledge {
    let new = new_pledge(n, campaign, charity, None);
    NewPledge { input: PledgeInput { schedule: Some(schedule), ..new.input.clone() }, ..new }
}

fn quarterly(first_due: NaiveDate) -> Schedule {
    Schedule { first_due, parts: 4, every: Every::Quarter }
}

fn standings(pledge: &Pledge) -> Vec<InstalmentStanding> {
    pledge.instalments.iter().map(|instalment| instalment.standing).collect()
}

#[tokio::test]
async fn a_pledge_in_parts_is_one_pledge_and_money_covers_it_from_the_first_part_on() {
    use InstalmentStanding::{Due, Paid};
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let today = test.app.clock.today();
    let new = in_parts(1, campaign, &charity, quarterly(today));
    let pledge = enterprise.call(pledges::create(&new)).await.unwrap();
    let amounts: Vec<Fen> = pledge.instalments.iter().map(|instalment| instalment.part.amount).collect();
    assert_eq!(amounts, [Fen::yuan(12_500); 4]);
    assert_eq!(standings(&pledge), [Due; 4]);
    // The same again is the same; in other parts it is another pledge.
    assert_eq!(enterprise.call(pledges::create(&new)).await.unwrap().id, pledge.id);
    let other = Schedule { parts: 2, ..quarterly(today) };
    let other = enterprise.call(pledges::create(&in_parts(1, campaign, &charity, other))).await.unwrap_err();
    assert_eq!(other.status, 409);
    let line = matched(&charity, 1, 20_000, &pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let pledge = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((pledge.status, standings(&pledge)), (PledgeStatus::PartlyArrived, vec![Paid, Due, Due, Due]));
    assert_eq!(pledge.instalments[1].covered_fen, Fen::yuan(7_500));
    let page = enterprise.page(&format!("/pledges/{}", pledge.id)).await.text();
    assert!(page.contains("分期（4 期）") && page.contains("已到账 7,500"), "{page}");
    test.done().await;
}

/// Has the regular work done; how many letters said this, and whom to ask.
async fn reminded(test: &TestApp, subject: &str) -> usize {
    keep_up(&test.app).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(test).iter().filter(|letter| letter.subject.contains(subject) && letter.text.contains(CONTACT)).count()
}

#[tokio::test]
async fn what_is_late_says_so_once_is_reminded_once_and_late_money_mends_it() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let first = test.app.clock.today() + Duration::days(5);
    let new = in_parts(1, campaign, &charity, Schedule { parts: 3, ..quarterly(first) });
    let pledge = enterprise.call(pledges::create(&new)).await.unwrap();
    assert_eq!(reminded(&test, "认捐的一期快到了").await, 1);
    assert_eq!(reminded(&test, "认捐的一期快到了").await, 0, "once only");
    // On its own day it is not late, on the next one it is.
    let late = PledgeStatus::Overdue;
    for (days, status, letters) in [(5, PledgeStatus::Pledged, 0), (1, late, 1), (1, late, 0)] {
        test.clock.advance(Duration::days(days));
        assert_eq!(reminded(&test, "过了约定日期").await, letters, "{days}");
        let enterprise = test.signed_in("金柚").await;
        let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
        assert_eq!(read.status, status, "{days}");
    }
    let enterprise = test.signed_in("金柚").await;
    let due = enterprise.call(dues::list(&DueQuery::default())).await.unwrap();
    let parts: Vec<_> = due.items.iter().filter(|due| due.kind == DueKind::Instalment).collect();
    assert_eq!((parts.len(), parts[0].standing, parts[1].standing), (3, DueStanding::Late, DueStanding::Open));
    assert_eq!(parts[0].path, format!("/pledges/{}", pledge.id));
    for path in ["/commitments/due", &parts[0].path] {
        assert!(enterprise.page(path).await.text().contains(CONTACT), "whom to ask: {path}");
    }
    assert!(enterprise.page(&parts[0].path).await.text().contains("汇款途中被银行扣掉的手续费"));
    // Nobody but those concerned reads that it is late.
    let public = test.visitor().page("/campaigns/630-2026").await.text();
    assert!(!public.contains("逾期"), "{public}");
    let paid = first_part_comes(&test, &charity, &pledge).await;
    assert_eq!(paid.status, PledgeStatus::PartlyArrived);
    test.done().await;
}

/// The first part comes, late, and is seen to by people who sign in that day.
async fn first_part_comes(test: &TestApp, charity: &Charity<'_>, pledge: &Pledge) -> Pledge {
    let maker = test.signed_in("示例慈善会-maker").await;
    let checker = test.signed_in("示例慈善会-checker").await;
    let desks = Charity { id: charity.id, account: charity.account, maker, checker, payer: charity.payer.clone() };
    let line = matched(&desks, 1, 16_667, pledge).await;
    desks.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    test.signed_in("金柚").await.call(pledges::get(pledge.id)).await.unwrap()
}

#[tokio::test]
async fn the_form_shows_the_parts_before_they_count_and_names_what_is_wrong() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let today = test.app.clock.today();
    let page = enterprise.page("/pledge").await;
    let receiver = format!("{campaign}:{}", charity.id);
    let (id, terms) = (page.hidden("id"), page.hidden("terms_version"));
    let first = today.to_string();
    let mut form = vec![
        ("id", id.as_str()),
        ("terms_version", terms.as_str()),
        ("receiver", receiver.as_str()),
        ("restriction", "undirected"),
        ("amount", "100"),
        ("public_display", "anonymous"),
        ("notice_acknowledged", "1"),
        ("voluntary", "1"),
        ("pace", "month"),
        ("action", "review"),
    ];
    let refused = enterprise.form("/pledge", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请填写分几期") && refused.text().contains("请填写约定的日期"));
    form.extend([("parts", "3"), ("first_due", first.as_str())]);
    let review = enterprise.form("/pledge", &form).await.text();
    assert!(review.contains("33.34") && review.contains("33.33"), "{review}");
    form.retain(|(name, _)| *name != "action");
    form.push(("action", "confirm"));
    let made = enterprise.form("/pledge", &form).await.location();
    assert!(enterprise.page(&made).await.text().contains("分期（3 期）"));
    // All of it by one day is a pledge with one part, which is reminded of like any other.
    let whole = enterprise.page("/pledge").await.hidden("id");
    form.retain(|(name, _)| !["id", "pace", "parts", "first_due", "action"].contains(name));
    form.extend([("id", whole.as_str()), ("pace", "once_by"), ("action", "confirm")]);
    assert!(enterprise.form("/pledge", &form).await.text().contains("请填写约定的日期"));
    form.push(("first_due", first.as_str()));
    assert_eq!(enterprise.form("/pledge", &form).await.status, StatusCode::SEE_OTHER);
    let parts = enterprise.call(pledges::instalments(whole.parse().unwrap())).await.unwrap().items;
    assert_eq!(
        parts.iter().map(|one| (one.part.due_on, one.part.amount)).collect::<Vec<_>>(),
        [(today, Fen::yuan(100))]
    );
    // Every hour somebody looks; nothing is due yet for long.
    regular::round(&test.app, &mut DateTime::<Utc>::MAX_UTC.clone()).await;
    test.done().await;
}
