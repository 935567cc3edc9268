use crate::mail::sent;
use axum::http::StatusCode;
use backend::jobs;
use backend::mail::message::Outgoing;
use chrono::Duration;
use domain::api::links::{self, ResetPassword};
use domain::api::sessions::{self, Credentials};
use domain::api::{own_data, registrations};
use domain::link::{LinkPurpose, LinkState};
use domain::organisation::{OrganisationKind, Role};
use tests::people::PASSWORD;
use tests::{Client, TestApp};

const NEW_PASSWORD: &str = "another battery staple";

/// The secret in the latest letter to an address.
pub fn link_in(letters: &[Outgoing], to: &str) -> String {
    let mut own = letters.iter().rev().filter(|letter| letter.to == to);
    let link = own.find_map(|letter| letter.text.split("link=").nth(1));
    let link = link.unwrap_or_else(|| panic!("no letter with a link to {to} among {}", letters.len()));
    link.split_whitespace().next().unwrap().to_owned()
}

/// Asks for a link by an address and reads the letter.
pub async fn asked_for(test: &TestApp, purpose: LinkPurpose, email: &str) -> String {
    let visitor = test.visitor();
    match purpose {
        LinkPurpose::DonorAccount => visitor.call(registrations::donor(email)).await.unwrap(),
        _ => visitor.call(links::ask_reset(email)).await.unwrap(),
    };
    jobs::run_due(&test.app).await.unwrap();
    link_in(&sent(test), email)
}

async fn somebody(test: &TestApp) -> Client<'_> {
    test.person("somebody", OrganisationKind::Donor, None, Role::Donor).await
}

fn reset(link: &str) -> ResetPassword {
    ResetPassword { link: link.to_owned(), password: NEW_PASSWORD.into() }
}

async fn state(test: &TestApp, link: &str) -> LinkState {
    test.visitor().call(links::state(link)).await.unwrap().state
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_mail_and_every_session_ends() {
    let test = TestApp::new().await;
    let first = somebody(&test).await;
    let second = test.signed_in("somebody").await;
    let asked = test.visitor().form("/forgot-password", &[("email", " Somebody@Example.com ")]).await;
    assert_eq!(asked.location(), "/forgot-password?done=1");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert!(letters[0].text.contains("账号：somebody"), "the account is named where it is not the address");
    let link = link_in(&letters, "somebody@example.com");
    let page = format!("/reset-password?link={link}");
    assert!(test.visitor().page(&page).await.text().contains("设置新密码"));
    let fields =
        [("link", link.as_str()), ("action", "reset"), ("password", NEW_PASSWORD), ("again", "something else")];
    let refused = test.visitor().form("/reset-password", &fields).await;
    assert!(refused.text().contains("两次输入的新密码不一样"));
    let short = [("link", link.as_str()), ("action", "reset"), ("password", "short"), ("again", "short")];
    assert!(test.visitor().form("/reset-password", &short).await.text().contains("密码至少 12 个字符"));
    let fields = [("link", link.as_str()), ("action", "reset"), ("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    assert_eq!(test.visitor().form("/reset-password", &fields).await.location(), "/sign-in?done=reset");

    for client in [&first, &second] {
        assert_eq!(client.call(sessions::me()).await.unwrap_err().status, 401, "signed out");
    }
    let credentials =
        |password: &str| Credentials { account: "somebody".into(), password: password.into(), code: None };
    assert!(test.visitor().call(sessions::sign_in(&credentials(PASSWORD))).await.is_err());
    assert!(test.visitor().call(sessions::sign_in(&credentials(NEW_PASSWORD))).await.is_ok());
    assert_eq!(test.visitor().call(links::reset(&reset(&link))).await.unwrap_err().fields(), ["link"], "once");
    test.done().await;
}

#[tokio::test]
async fn asking_for_a_reset_tells_nobody_whether_there_is_an_account() {
    let test = TestApp::new().await;
    somebody(&test).await;
    let mut seen = Vec::new();
    for email in ["somebody@example.com", "nobody@example.com"] {
        let answer = test.visitor().call(links::ask_reset(email)).await.unwrap();
        let page = test.visitor().form("/forgot-password", &[("email", email)]).await;
        seen.push((answer, page.status, page.location(), page.text()));
    }
    assert_eq!(seen[0], seen[1]);
    let kinds: Vec<String> =
        sqlx::query_scalar("select kind from job order by created_at, id").fetch_all(&test.app.pool).await.unwrap();
    assert_eq!(kinds, ["link_request"; 4], "the same work before the answer");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert!(!letters.is_empty() && letters.iter().all(|letter| letter.to == "somebody@example.com"));
    test.done().await;
}

#[tokio::test]
async fn a_link_ends_after_its_hour_and_a_button_sends_another() {
    let test = TestApp::new().await;
    somebody(&test).await;
    let link = asked_for(&test, LinkPurpose::ResetPassword, "somebody@example.com").await;
    test.clock.advance(Duration::minutes(59));
    assert_eq!(state(&test, &link).await, LinkState::Good);
    test.clock.advance(Duration::minutes(1));
    assert_eq!(state(&test, &link).await, LinkState::Expired);
    let page = test.visitor().page(&format!("/reset-password?link={link}")).await.text();
    assert!(page.contains("已经过期") && page.contains("再发一封邮件"), "{page}");
    let refused = test.visitor().call(links::reset(&reset(&link))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["link"]));

    let again = test.visitor().form("/reset-password", &[("link", &link), ("action", "renew")]).await;
    assert_eq!(again.location(), "/reset-password?done=sent");
    jobs::run_due(&test.app).await.unwrap();
    let fresh = link_in(&sent(&test), "somebody@example.com");
    test.visitor().call(links::reset(&reset(&fresh))).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_newer_letter_ends_the_link_of_the_older_one() {
    let test = TestApp::new().await;
    somebody(&test).await;
    let older = asked_for(&test, LinkPurpose::ResetPassword, "somebody@example.com").await;
    let newer = asked_for(&test, LinkPurpose::ResetPassword, "somebody@example.com").await;
    assert_ne!(older, newer);
    assert_eq!((state(&test, &older).await, state(&test, &newer).await), (LinkState::Replaced, LinkState::Good));
    let page = test.visitor().page(&format!("/reset-password?link={older}")).await.text();
    assert!(page.contains("已经作废") && page.contains("再发一封邮件"));
    assert_eq!(test.visitor().call(links::reset(&reset(&older))).await.unwrap_err().fields(), ["link"]);
    let first = asked_for(&test, LinkPurpose::DonorAccount, "new@example.com").await;
    let second = asked_for(&test, LinkPurpose::DonorAccount, "new@example.com").await;
    assert_eq!((state(&test, &first).await, state(&test, &second).await), (LinkState::Replaced, LinkState::Good));
    test.done().await;
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_succeeds() {
    let test = TestApp::new().await;
    somebody(&test).await;
    let link = asked_for(&test, LinkPurpose::ResetPassword, "somebody@example.com").await;
    let (visitor, reset) = (test.visitor(), reset(&link));
    let (one, other) = tokio::join!(visitor.call(links::reset(&reset)), visitor.call(links::reset(&reset)));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    test.done().await;
}

#[tokio::test]
async fn a_link_is_good_for_its_own_end_only_and_nonsense_is_none() {
    let test = TestApp::new().await;
    somebody(&test).await;
    let link = asked_for(&test, LinkPurpose::ResetPassword, "somebody@example.com").await;
    assert_eq!(test.visitor().call(links::confirm(&link)).await.unwrap_err().fields(), ["link"]);
    let elsewhere = test.visitor().page(&format!("/confirm-email?link={link}")).await.text();
    assert!(elsewhere.contains("不是有效的链接") && !elsewhere.contains("再发一封邮件"));
    for nonsense in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%27%3B--", "链接"] {
        assert_eq!(state(&test, nonsense).await, LinkState::Unknown, "{nonsense}");
        assert_eq!(test.visitor().call(links::renew(nonsense)).await.unwrap_err().status, 404);
        let page = test
            .visitor()
            .page(&format!("/reset-password?link={}", nonsense.replace('链', "")).replace('接', ""))
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("不是有效的链接"));
    }
    assert_eq!(state(&test, &link).await, LinkState::Good, "nothing of this used it up");
    test.done().await;
}

#[tokio::test]
async fn letters_to_one_address_wait_longer_each_time_whether_it_is_known_or_not() {
    let test = TestApp::new().await;
    somebody(&test).await;
    let mut waits = Vec::new();
    for email in ["somebody@example.com", "nobody@example.com"] {
        for _ in 0..4 {
            test.visitor().call(links::ask_reset(email)).await.unwrap();
        }
        let refused = test.visitor().call(links::ask_reset(email)).await.unwrap_err();
        assert_eq!(refused.status, 429);
        waits.push(refused.error.message);
        let page = test.visitor().form("/forgot-password", &[("email", email)]).await;
        assert!(page.text().contains("尝试太频繁"), "{}", page.text());
    }
    assert_eq!(waits[0], waits[1]);
    test.clock.advance(Duration::seconds(2));
    assert!(test.visitor().call(links::ask_reset("somebody@example.com")).await.is_ok());
    assert_eq!(test.visitor().call(links::ask_reset("somebody@example.com")).await.unwrap_err().status, 429);
    assert!(test.visitor().call(links::ask_reset("else@example.com")).await.is_ok(), "others do not wait");
    test.done().await;
}

#[tokio::test]
async fn whoever_signed_in_has_the_letter_of_confirmation_sent_again() {
    let test = TestApp::new().await;
    let person = backend::people::NewPerson {
        account: "clerk",
        name: "经办",
        email: Some("clerk@example.com"),
        password: PASSWORD,
    };
    backend::people::create(&test.app, &person).await.unwrap();
    let clerk = test.signed_in("clerk").await;
    assert!(clerk.page("/account").await.text().contains("再发一封确认邮件"));
    assert_eq!(clerk.form("/confirm-email", &[("action", "mine")]).await.location(), "/confirm-email?done=sent");
    jobs::run_due(&test.app).await.unwrap();
    let link = link_in(&sent(&test), "clerk@example.com");
    test.visitor().call(links::confirm(&link)).await.unwrap();
    assert_eq!(clerk.call(links::confirm_mine()).await.unwrap_err().status, 409);
    assert!(!clerk.page("/account").await.text().contains("再发一封确认邮件"));
    assert!(test.visitor().page("/confirm-email").await.text().contains("请先登录"));
    test.done().await;
}

#[tokio::test]
async fn a_closed_account_ends_its_links_and_old_links_are_forgotten() {
    let test = TestApp::new().await;
    let person = somebody(&test).await;
    let link = asked_for(&test, LinkPurpose::ResetPassword, "somebody@example.com").await;
    test.visitor().call(links::ask_reset("somebody@example.com")).await.unwrap();
    person.call(own_data::close(own_data::CONFIRMATION)).await.unwrap();
    assert_eq!(test.visitor().call(links::reset(&reset(&link))).await.unwrap_err().fields(), ["link"]);
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).is_empty(), "nobody is written to");
    let addresses: i64 =
        sqlx::query_scalar("select count(*) from one_time_link_address").fetch_one(&test.app.pool).await.unwrap();
    assert_eq!(addresses, 0);
    assert_eq!(backend::links::forget_old(&test.app).await.unwrap(), 0);
    test.clock.advance(Duration::days(31));
    assert_eq!(backend::links::forget_old(&test.app).await.unwrap(), 1);
    assert_eq!(state(&test, &link).await, LinkState::Unknown);
    test.done().await;
}
