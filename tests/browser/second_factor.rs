//! A second factor as its user meets it on a phone, on a server that is no demo: asked for by a serious act, set up,
//! asked for at the next sign-in and half an hour later, and a recovery code in its place.
//!
//! Deliberately absent: waiting for the next code. The app is in process, its clock is moved by hand.

use crate::access::findings;
use crate::driver::{Browser, PHONE};
use backend::organisations::{self, NewOrganisation};
use backend::people::{self, NewPerson};
use backend::site::Site;
use chrono::Duration;
use domain::api::needs::{self, NewNeed, Seen};
use domain::api::registrations::{self, NewRegistration};
use domain::consent::Agreement;
use domain::need::{BudgetItem, ContributionKind, Field, NeedContent};
use domain::organisation::{OrganisationKind, Role};
use domain::person::SURE_FOR;
use domain::registration::{AccountInput, EnterpriseInput, Industry};
use domain::{Fen, NeedId, OrganisationId};
use std::net::SocketAddr;
use std::path::Path;
use tests::TestApp;
use tests::people::PASSWORD;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use totp_rs::{Builder, Secret};
use uuid::Uuid;

const COUNTY: &str = "441424";
const VILLAGE: &str = "441424103203";
const REVIEWER: &str = "reviewer";
const SIGN_IN: &str = "//main//form[.//input[@name='account']]//button";

/// The app, where it listens, and what serves it.
async fn served() -> (TestApp, String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let test = TestApp::with(|parts| parts.origin.clone_from(&origin)).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
    let site = Site::load(&test.app, &folder).expect("./test browser builds the site");
    let service = backend::http::router(&test.app, &site).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await.expect("serves") });
    (test, origin, serving)
}

/// A reviewer who has a password only; a need and an enterprise that wait for him. Returns the need's address.
async fn waiting(test: &TestApp) -> String {
    let place = COUNTY.parse().expect("a county");
    let federation = OrganisationKind::Federation;
    let organisation = NewOrganisation { kind: federation, name: "示例五华县工商联", place: Some(&place) };
    let organisation = organisations::create(&test.app, &organisation).await.expect("a federation");
    let email = Some("reviewer@example.com");
    let person = NewPerson { account: REVIEWER, name: "示例审核员", email, password: PASSWORD };
    let person = people::create(&test.app, &person).await.expect("a person");
    organisations::add_member(&test.app, person, organisation, Role::FederationCounty).await.expect("a role");
    test.settle(person).await;

    let content = NeedContent {
        field: Some(Field::Infrastructure),
        title: "饮水安全巩固工程".into(),
        description: "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。".into(),
        items: vec![BudgetItem { name: "水管 2 公里".into(), amount_fen: Fen::yuan(80_000) }],
        amount_fen: Some(Fen::yuan(80_000)),
        wanted_by: "2026-12-01".parse().ok(),
        outcome: "156 户常年有水".into(),
        outcome_quantity: Some(156),
        outcome_unit: "户".into(),
        ..NeedContent::empty(VILLAGE.parse().expect("a village"), ContributionKind::Money)
    };
    let village = test.village(VILLAGE).await;
    let need = NewNeed { id: NeedId(Uuid::from_u128(1)), content };
    let need = village.call(needs::create(&need)).await.expect("a draft");
    village.call(needs::submit(need.id, Seen { version: need.version })).await.expect("is submitted");

    let enterprise = NewRegistration {
        id: OrganisationId(Uuid::from_u128(2)),
        enterprise: EnterpriseInput {
            uscc: "91441424MA4RL00013".into(),
            name: "示例长布茶业有限公司".into(),
            former_names: Vec::new(),
            industry: Some(Industry::Manufacturing),
            county: Some(place),
            contact_name: "示例联系人".into(),
            contact_phone: "13800138000".into(),
        },
        account: AccountInput {
            email: "firm@example.com".into(),
            person: "示例注册人".into(),
            password: PASSWORD.into(),
            agreement: Agreement::present(),
        },
    };
    test.visitor().call(registrations::enterprise(&enterprise)).await.expect("is registered");
    format!("/needs/{}", need.id)
}

/// An authenticator app that was told nothing but the secret.
fn shown_by_the_app(secret: &str, test: &TestApp) -> String {
    let secret = Secret::try_from_base32(secret).expect("a secret").as_bytes().to_vec();
    let app = Builder::new().with_secret(secret).with_account_name("-".to_owned()).build().expect("an app");
    app.generate(u64::try_from(test.clock.now().timestamp()).expect("after 1970")).to_string()
}

async fn nothing_serious(browser: &Browser, what: &str) {
    let found = findings(browser, what).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn signs_in(browser: &Browser, code: Option<&str>) {
    browser.goto("/sign-in").await;
    browser.fill("account", REVIEWER).await;
    browser.fill("password", PASSWORD).await;
    if let Some(code) = code {
        browser.click("//summary").await;
        browser.fill("code", code).await;
    }
    browser.follow(SIGN_IN).await;
}

/// Sets it up on the account page; returns the secret and the recovery codes.
async fn sets_it_up(browser: &Browser, test: &TestApp) -> (String, Vec<String>) {
    browser.sees("未启用").await;
    nothing_serious(browser, "the account page").await;
    browser.follow("//button[@value='begin']").await;
    let secret = browser.run("return document.querySelector('#second-factor code').textContent").await;
    let secret = secret.as_str().expect("a secret").replace(' ', "");
    let drawn =
        browser.run("return document.querySelector('#second-factor .qr svg').getBoundingClientRect().width").await;
    assert!(drawn.as_f64().is_some_and(|width| width > 150.0), "the code to scan is {drawn} wide");
    nothing_serious(browser, "setting up").await;

    browser.fill("code", "000000").await;
    browser.follow("//button[@value='confirm']").await;
    browser.sees("动态码不对").await;
    let still = browser.run("return document.querySelector('#second-factor code').textContent").await;
    assert_eq!(still.as_str().map(|still| still.replace(' ', "")).as_ref(), Some(&secret), "the app has it already");
    browser.fill("code", &shown_by_the_app(&secret, test)).await;
    browser.follow("//button[@value='confirm']").await;
    browser.sees("请保存恢复码").await;
    nothing_serious(browser, "the recovery codes").await;
    let codes = browser.run("return [...document.querySelectorAll('.codes code')].map(code => code.textContent)").await;
    let codes: Vec<String> = serde_json::from_value(codes).expect("codes");
    assert_eq!(codes.len(), 10);

    browser.goto("/account").await;
    browser.sees("已启用").await;
    let page = browser.text().await;
    assert!(!codes.iter().any(|code| page.contains(code)) && !page.contains(&secret), "shown once");
    (secret, codes)
}

/// The act says what is missing and leads to it in another window; then it goes on.
async fn a_serious_act_leads_to_it(browser: &Browser, test: &TestApp, need: &str) -> (String, Vec<String>) {
    browser.goto(need).await;
    browser.follow("//button[@value='approve']").await;
    browser.sees("请先启用两步验证").await;
    nothing_serious(browser, "what is missing").await;
    let here = browser.client.window().await.expect("a window");
    browser.click("//main//a[@target='_blank']").await;
    let windows = browser.client.windows().await.expect("windows");
    let other = windows.into_iter().find(|window| *window != here).expect("another window");
    browser.client.switch_to_window(other).await.expect("it opens");
    browser
        .until("the account page", "return document.readyState === 'complete' && !!document.querySelector('h1')")
        .await;
    let made = sets_it_up(browser, test).await;
    browser.client.close_window().await.expect("it closes");
    browser.client.switch_to_window(here).await.expect("the first is there");
    browser.follow("//main//form//button").await;
    browser.sees("需求现在向所有人公示").await;
    made
}

/// Half an hour later: who is there? What was typed has not to be typed again.
async fn half_an_hour_later_it_asks_and_keeps_what_was_typed(browser: &Browser, test: &TestApp, secret: &str) {
    const SAID: &str = "请补营业执照照片，要看得清代码。";
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    browser.goto("/work/verifications").await;
    browser.follow("//main//a[contains(@href, '/work/verifications/')]").await;
    browser.follow("//a[contains(@href, 'decide=returned')]").await;
    browser.tick("reason-document_missing").await;
    browser.fill("said", SAID).await;
    browser.follow("//button[@value='returned']").await;
    browser.sees("请再次确认是您本人").await;
    nothing_serious(browser, "who is there").await;
    browser.fill("proof_password", "not the password").await;
    browser.fill("proof_code", &shown_by_the_app(secret, test)).await;
    browser.follow("//main//form//button").await;
    browser.sees("密码不对").await;
    nothing_serious(browser, "who is there, again").await;
    test.clock.advance(Duration::seconds(30));
    browser.fill("proof_password", PASSWORD).await;
    browser.fill("proof_code", &shown_by_the_app(secret, test)).await;
    browser.follow("//main//form//button").await;
    browser.sees("已办，并已写信告诉企业").await;
    browser.sees(SAID).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_is_set_up_asked_for_and_replaced_by_a_recovery_code_once() {
    let (test, origin, serving) = served().await;
    let need = waiting(&test).await;
    let browser = Browser::open_at(&origin, PHONE).await;
    signs_in(&browser, None).await;
    browser.sees("饮水安全巩固工程").await;
    let (secret, codes) = a_serious_act_leads_to_it(&browser, &test, &need).await;
    browser.sign_out().await;

    signs_in(&browser, None).await;
    browser.sees("此账号启用了两步验证").await;
    nothing_serious(&browser, "signing in").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("code", &shown_by_the_app(&secret, &test)).await;
    browser.follow(SIGN_IN).await;
    browser.sees("动态码不对或已经用过").await;
    test.clock.advance(Duration::seconds(30));
    browser.fill("password", PASSWORD).await;
    browser.fill("code", &shown_by_the_app(&secret, &test)).await;
    browser.follow(SIGN_IN).await;
    browser.sees("示例审核员").await;
    half_an_hour_later_it_asks_and_keeps_what_was_typed(&browser, &test, &secret).await;
    browser.sign_out().await;

    signs_in(&browser, Some(&codes[2])).await;
    browser.sees("示例审核员").await;
    browser.sign_out().await;
    signs_in(&browser, Some(&codes[2])).await;
    browser.sees("动态码不对或已经用过").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("code", &codes[3]).await;
    browser.follow(SIGN_IN).await;
    browser.sees("示例审核员").await;
    browser.close().await;
    serving.abort();
    test.done().await;
}
