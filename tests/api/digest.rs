use crate::mail::sent;
use crate::needs::{VILLAGE, submitted};
use backend::{digest, jobs};
use chrono::Duration;
use domain::api::needs::{self, NeedStep};
use domain::api::notices::{self, ChosenChannel};
use domain::api::sessions;
use domain::notice::{Channel, NoticeKind};
use domain::organisation::{OrganisationKind, Role};
use tests::TestApp;

/// From ten in the morning of the 30th of June to just before eight of the next day.
const UNTIL_NEXT_MORNING: Duration = Duration::minutes(21 * 60 + 59);

#[tokio::test]
async fn staff_are_written_to_once_in_the_morning_of_what_waits() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    test.federation("441424").await;
    test.federation("441402").await;
    submitted(&village, 1).await;
    submitted(&village, 2).await;
    test.clock.advance(UNTIL_NEXT_MORNING);
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 0, "it is not yet eight");
    test.clock.advance(Duration::minutes(1));
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 1);
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 0, "once a day");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let [letter] = letters.as_slice() else { panic!("only who has something to do: {}", letters.len()) };
    assert_eq!(letter.to, "federation-441424@example.com");
    assert_eq!(letter.subject, "2026 年 7 月 1 日 有 1 类事等您办");
    assert!(letter.text.contains("待审核的需求：2 件，最早 2026-06-30，建议时限 2026-07-07"), "{}", letter.text);
    assert!(letter.text.contains("/work"));
    test.clock.advance(Duration::days(1));
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 1, "it still waits");
    test.done().await;
}

#[tokio::test]
async fn two_workers_and_one_that_was_stopped_write_each_digest_once() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    test.federation("441424").await;
    test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    submitted(&village, 1).await;
    let (one, other) = tokio::join!(digest::write_due(&test.app), digest::write_due(&test.app));
    assert_eq!(one.unwrap() + other.unwrap(), 2);
    // As if the worker had been stopped before it noted that the day was done, and after one of two was written.
    sqlx::query("delete from digest_day").execute(&test.app.pool).await.unwrap();
    sqlx::query("delete from digest where person = (select id from person where account = 'city')")
        .execute(&test.app.pool)
        .await
        .unwrap();
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 1);
    jobs::run_due(&test.app).await.unwrap();
    let to = |account: &str| sent_to(&test, account);
    assert_eq!((to("federation-441424"), to("city")), (1, 2));
    test.done().await;
}

fn sent_to(test: &TestApp, account: &str) -> usize {
    test.mail.lock().unwrap().mails.iter().filter(|letter| letter.to.starts_with(account)).count()
}

#[tokio::test]
async fn a_reader_chooses_what_the_digest_holds() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let chosen = [ChosenChannel { kind: NoticeKind::NeedReturned, channel: Channel::Digest }];
    village.call(notices::set_preferences(&chosen)).await.unwrap();
    let quiet = [ChosenChannel { kind: NoticeKind::Todo, channel: Channel::App }];
    federation.call(notices::set_preferences(&quiet)).await.unwrap();
    submitted(&village, 1).await;
    let need = submitted(&village, 2).await;
    let why = NeedStep { version: need.version, reason: "请补报价单".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 1, "the federation reads its to-do in the app");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let [letter] = letters.as_slice() else { panic!("{} letters", letters.len()) };
    assert!(letter.to.starts_with("village-"));
    for said in ["被退回、待修改的需求：1 件", "需求被退回：饮水安全巩固工程"] {
        assert!(letter.text.contains(said), "{}", letter.text);
    }
    test.clock.advance(Duration::days(1));
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 1);
    jobs::run_due(&test.app).await.unwrap();
    let next = sent(&test).remove(0);
    assert!(next.text.contains("被退回、待修改的需求：1 件") && !next.text.contains("需求被退回："), "told once");
    test.done().await;
}

#[tokio::test]
async fn whoever_belongs_to_several_reads_of_all_of_them_and_givers_are_not_dunned() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let person = village.call(sessions::me()).await.unwrap().id;
    let organisation = test.organisation_of(&federation).await;
    test.clock.advance(Duration::seconds(1));
    backend::organisations::add_member(&test.app, person, organisation, Role::FederationCounty).await.unwrap();
    submitted(&village, 1).await;
    let need = submitted(&village, 2).await;
    let why = NeedStep { version: need.version, reason: "请补报价单".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    let pledge = crate::money::new_pledge(1, campaign, &charity, None);
    enterprise.call(domain::api::pledges::create(&pledge)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    assert_eq!(digest::write_due(&test.app).await.unwrap(), 2);
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert!(letters.iter().all(|letter| !letter.to.starts_with("firm")));
    let own = letters.iter().find(|letter| letter.to.starts_with("village-")).unwrap();
    for said in
        ["village-441424103203的单位：被退回、待修改的需求：1 件", "federation-441424的单位：待审核的需求：1 件"]
    {
        assert!(own.text.contains(said), "{}", own.text);
    }
    test.done().await;
}
