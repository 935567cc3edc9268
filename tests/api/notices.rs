use crate::mail::sent;
use crate::money::{new_pledge, open_need};
use crate::needs::{VILLAGE, submitted};
use axum::http::StatusCode;
use backend::jobs;
use domain::AgreementId;
use domain::api::agreements::{self, NewAgreement};
use domain::api::needs::{self, NeedStep};
use domain::api::notices::{self, ChosenChannel, Notice, NoticeQuery};
use domain::api::pledges;
use domain::api::sessions;
use domain::notice::{Channel, NoticeKind};
use tests::{Client, TestApp};
use uuid::Uuid;

async fn own(client: &Client<'_>) -> Vec<Notice> {
    client.call(notices::list(&NoticeQuery::default())).await.unwrap().items
}

async fn unread(client: &Client<'_>) -> u32 {
    client.call(sessions::me()).await.unwrap().unread.number
}

/// A village whose need came back.
async fn returned(n: u128, village: &Client<'_>, federation: &Client<'_>) {
    let need = submitted(village, n).await;
    let why = NeedStep { version: need.version, reason: "请补报价单".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
}

fn choose(kind: NoticeKind, channel: Channel) -> [ChosenChannel; 1] {
    [ChosenChannel { kind, channel }]
}

#[tokio::test]
async fn every_letter_is_a_notice_too_so_nobody_needs_a_mailbox() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    sqlx::query("update person_private set email = null").execute(&test.app.pool).await.unwrap();
    returned(1, &village, &federation).await;
    let list = own(&village).await;
    let [notice] = list.as_slice() else { panic!("one letter, one notice: {list:?}") };
    assert_eq!((notice.kind, notice.text.as_str()), (NoticeKind::NeedReturned, "需求被退回：饮水安全巩固工程"));
    assert!(notice.path.starts_with("/work/needs/") && notice.read_at.is_none());
    assert_eq!((unread(&village).await, unread(&federation).await), (1, 0));
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).is_empty(), "nobody has an address");

    let page = village.page("/notices").await.text();
    assert!(page.contains("通知（1）") && page.contains("需求被退回：饮水安全巩固工程"));
    let sheet = village.page("/notices?print=1").await.text();
    assert!(sheet.contains("未读通知单（1）") && sheet.contains("收件人签名") && sheet.contains(&notice.path));
    let opened = village.form("/notices", &[("notice", &notice.id.to_string()), ("action", "open")]).await;
    assert_eq!(opened.location(), notice.path);
    assert_eq!(unread(&village).await, 0);
    assert!(village.page("/notices?print=1").await.text().contains("没有未读的通知。"));
    test.done().await;
}

#[tokio::test]
async fn the_header_of_every_page_counts_what_was_not_read() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let badge = "<span class=\"unseen\">未读</span>";
    assert!(!village.page("/needs").await.text().contains(badge));
    for n in 1..=2 {
        returned(n, &village, &federation).await;
    }
    for path in ["/", "/needs", "/about", "/work", "/account"] {
        assert!(village.page(path).await.text().contains(&format!("{badge}2")), "{path}");
        assert!(!federation.page(path).await.text().contains(badge), "{path}");
    }
    assert!(!test.visitor().page("/needs").await.text().contains("/notices"));
    let all = village.form("/notices", &[("action", "read_all")]).await;
    assert_eq!(all.location(), "/notices?done=read");
    assert!(!village.page("/needs").await.text().contains(badge));
    test.done().await;
}

#[tokio::test]
async fn a_notice_is_its_readers_and_of_nobody_else() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    returned(1, &village, &federation).await;
    let id = own(&village).await[0].id;
    assert_eq!(federation.call(notices::read(id)).await.unwrap_err().status, 404);
    assert_eq!(own(&federation).await, []);
    federation.call(notices::read_all()).await.unwrap();
    assert_eq!(unread(&village).await, 1);
    let first = village.call(notices::read(id)).await.unwrap();
    test.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(village.call(notices::read(id)).await.unwrap(), first, "read once");
    assert_eq!(test.visitor().call(notices::list(&NoticeQuery::default())).await.unwrap_err().status, 401);
    let away = village.page("/notices").await;
    assert_eq!(away.status, StatusCode::OK);
    test.done().await;
}

#[tokio::test]
async fn whoever_does_not_want_a_mail_gets_the_notice_alone() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let chosen = choose(NoticeKind::NeedReturned, Channel::App);
    let preferences = village.call(notices::set_preferences(&chosen)).await.unwrap();
    let kinds: Vec<_> = preferences.items.iter().map(|preference| preference.kind).collect();
    assert!(kinds.contains(&NoticeKind::NeedReturned) && !kinds.contains(&NoticeKind::PledgeMade), "{kinds:?}");
    returned(1, &village, &federation).await;
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).is_empty());
    assert_eq!(unread(&village).await, 1);
    let page = village.page("/account/notices").await.text();
    assert!(page.contains("需求被退回") && page.contains("不能关闭"));
    let saved = village.form("/account/notices", &[("need_returned", "at_once"), ("todo", "app")]).await;
    assert_eq!(saved.location(), "/account/notices?done=saved");
    returned(2, &village, &federation).await;
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(sent(&test).len(), 1);
    test.done().await;
}

#[tokio::test]
async fn what_law_or_money_needs_cannot_be_muted_by_anybody() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    for kind in NoticeKind::ALL.iter().filter(|kind| kind.is_required()) {
        for channel in [Channel::App, Channel::Digest] {
            let refused = enterprise.call(notices::set_preferences(&choose(*kind, channel))).await.unwrap_err();
            assert_eq!((refused.status, refused.fields()), (422, vec![kind.as_str()]));
            // Nor by whoever writes into the database.
            let written = sqlx::query(
                "insert into notice_preference (person, kind, channel, changed_at)
                 select id, $1, $2, created_at from person where account = 'firm'",
            )
            .bind(kind.as_str())
            .bind(channel.as_str())
            .execute(&test.app.pool)
            .await;
            assert!(written.unwrap_err().to_string().contains("notice_preference_required"));
        }
    }
    let form = enterprise.form("/account/notices", &[("pledge_made", "app")]).await;
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    let now = enterprise.call(notices::set_preferences(&choose(NoticeKind::Todo, Channel::AtOnce))).await;
    assert_eq!(now.unwrap_err().status, 422, "a count of what waits is no letter");
    enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).iter().any(|letter| letter.to == "firm@example.com"));
    test.done().await;
}

#[tokio::test]
async fn what_is_talked_about_around_a_gift_is_read_where_its_reader_wishes() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    for client in [&firm, &charity.maker] {
        let kinds = client.call(notices::set_preferences(&choose(NoticeKind::Gift, Channel::App))).await.unwrap();
        assert!(kinds.items.iter().any(|preference| preference.kind == NoticeKind::Gift), "it is theirs to choose");
    }
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    let asked = NewAgreement { id: AgreementId(Uuid::from_u128(9)), pledge: pledge.id, extra: String::new() };
    charity.maker.call(agreements::ask(&asked)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let subjects: Vec<_> = sent(&test).into_iter().map(|letter| letter.subject).collect();
    assert!(
        subjects.iter().any(|subject| subject.starts_with("认捐已登记")),
        "how to pay is always mailed: {subjects:?}"
    );
    assert!(!subjects.iter().any(|subject| subject.starts_with("请签捐赠协议")), "{subjects:?}");
    let told = firm.call(notices::list(&NoticeQuery::default())).await.unwrap().items;
    assert!(
        told.iter().any(|notice| notice.kind == NoticeKind::Gift && notice.text.contains("请签捐赠协议")),
        "{told:?}"
    );
    test.done().await;
}
