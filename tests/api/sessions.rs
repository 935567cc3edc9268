use axum::body::Body;
use axum::http::{Request, header};
use chrono::Duration;
use domain::api::sessions::{Credentials, me, sign_in, sign_out};
use tests::people::PASSWORD;
use tests::{Answer, ORIGIN, TestApp};

fn credentials(account: &str, password: &str) -> Credentials {
    Credentials { account: account.into(), password: password.into(), code: None }
}

/// The cookies that an answer sets, as a browser would send them back.
fn cookies(answer: &Answer) -> String {
    let values = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.filter_map(|value| value.split(';').next()).collect::<Vec<_>>().join("; ")
}

async fn sign_in_by_form(test: &TestApp, account: &str) -> String {
    let answer = test.visitor().form("/sign-in", &[("account", account), ("password", PASSWORD)]).await;
    assert_eq!((answer.status.as_u16(), answer.location().as_str()), (303, "/work"));
    for value in answer.headers.get_all(header::SET_COOKIE) {
        let value = value.to_str().unwrap();
        assert!(value.contains("HttpOnly") && value.contains("SameSite=Lax") && value.contains("Secure"), "{value}");
    }
    cookies(&answer)
}

async fn with_cookie(test: &TestApp, path: &str, cookie: &str) -> Answer {
    test.visitor().send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn whoever_signs_in_is_known_until_signing_out() {
    let test = TestApp::new().await;
    let village = test.village("441424103203").await;
    assert_eq!(village.call(me()).await.unwrap().memberships.len(), 1);
    village.call(sign_out()).await.unwrap();
    assert_eq!(village.call(me()).await.unwrap_err().status, 401);
    test.done().await;
}

/// They are asked for together and told apart; one who is no more is nobody among them.
#[tokio::test]
async fn each_of_many_who_come_at_once_is_known_as_himself() {
    let test = TestApp::new().await;
    let mut people = Vec::new();
    for n in 0..6 {
        people.push(test.enterprise(&format!("firm-{n}")).await);
    }
    // Whoever attends to the questions lingers over this one, and must not know him from it.
    assert_eq!(people[3].call(me()).await.unwrap().name, "firm-3");
    people[3].call(sign_out()).await.unwrap();
    let visits = (0..60).map(|n| people[n % 6].call(me()));
    let known = futures::future::join_all(visits).await;
    for (n, known) in known.into_iter().enumerate() {
        match known {
            Ok(me) if n % 6 != 3 => assert_eq!(me.name, format!("firm-{}", n % 6)),
            Ok(me) => panic!("{} is known after signing out", me.name),
            Err(refused) => assert_eq!((n % 6, refused.status), (3, 401)),
        }
    }
    test.done().await;
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_password_are_refused_alike() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    let refused = async |account: &str| {
        let refused = test.visitor().call(sign_in(&credentials(account, "not the password"))).await.err().unwrap();
        (refused.status, refused.error.fields[0].message.clone())
    };
    let known = refused("village-441424103203").await;
    assert_eq!(known, refused("nobody").await);
    assert_eq!(known.0, 422);
    test.done().await;
}

#[tokio::test]
async fn guessing_waits_longer_each_time_and_the_owner_gets_in_after_two_seconds() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    let account = "village-441424103203";
    for _ in 0..4 {
        let refused = test.visitor().call(sign_in(&credentials(account, "guess"))).await.err().unwrap();
        assert_eq!(refused.status, 422);
    }
    let refused = test.visitor().call(sign_in(&credentials(account, "guess"))).await.err().unwrap();
    assert_eq!(refused.status, 429);
    test.clock.advance(Duration::seconds(2));
    assert!(test.visitor().call(sign_in(&credentials(account, PASSWORD))).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn a_session_is_renewed_once_and_by_two_requests_alike() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    let first = sign_in_by_form(&test, "village-441424103203").await;
    test.clock.advance(Duration::minutes(11));
    let one = with_cookie(&test, "/work", &first).await;
    let other = with_cookie(&test, "/work", &first).await;
    assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200));
    let refresh =
        |answer: &Answer| cookies(answer).split("; ").find(|c| c.starts_with("qc_refresh")).map(str::to_owned);
    assert!(refresh(&one).is_some());
    assert_eq!(refresh(&one), refresh(&other), "two requests of one page get the same successor");
    let renewed = with_cookie(&test, "/work", &cookies(&one)).await;
    assert_eq!(renewed.status, 200);
    assert!(cookies(&renewed).is_empty(), "a fresh session is not renewed");
    test.done().await;
}

#[tokio::test]
async fn a_copied_refresh_token_ends_the_session_for_both() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    let first = sign_in_by_form(&test, "village-441424103203").await;
    test.clock.advance(Duration::minutes(11));
    let owner = cookies(&with_cookie(&test, "/work", &first).await);
    test.clock.advance(Duration::seconds(31));
    let thief = with_cookie(&test, "/work", &first).await;
    assert_eq!(thief.status, 303, "sent to sign in");
    assert_eq!(with_cookie(&test, "/work", &owner).await.status, 303, "and so is the owner");
    test.done().await;
}

#[tokio::test]
async fn a_change_that_another_site_asks_for_is_refused() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    let cookie = sign_in_by_form(&test, "village-441424103203").await;
    let post = async |name: &str, value: &str| {
        let request = Request::post("/sign-out").header(header::COOKIE, &cookie).header(name, value);
        test.visitor().send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(post("origin", "https://evil.test").await, 403);
    assert_eq!(post("sec-fetch-site", "cross-site").await, 403);
    assert_eq!(post("x-nothing", "said").await, 403, "a browser always says where a form comes from");
    assert_eq!(post("origin", ORIGIN).await, 303);
    test.done().await;
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    for next in ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"] {
        let fields = [("account", "village-441424103203"), ("password", PASSWORD), ("next", next)];
        assert_eq!(test.visitor().form("/sign-in", &fields).await.location(), "/work", "{next}");
    }
    test.done().await;
}

#[tokio::test]
async fn after_signing_in_one_is_led_to_pages_of_this_site_only() {
    let test = TestApp::new().await;
    test.village("441424103203").await;
    for (next, leads_to) in [
        ("/work/needs/new?x=1", "/work/needs/new?x=1"),
        ("https://evil.example/", "/work"),
        ("//evil.example/", "/work"),
        ("/\\evil.example/", "/work"),
        // Browsers take tabs and line ends out of an address before they read it.
        ("/\t/evil.example/", "/work"),
        ("/\n/evil.example/", "/work"),
        ("/\n", "/work"),
        ("\t//evil.example/", "/work"),
        ("/ /evil.example/", "/work"),
        ("/需求", "/work"),
    ] {
        let typed = [("account", "village-441424103203"), ("password", PASSWORD), ("next", next)];
        let answer = test.visitor().form("/sign-in", &typed).await;
        assert_eq!((answer.status.as_u16(), answer.location().as_str()), (303, leads_to), "{next:?}");
    }
    test.done().await;
}
