use axum::http::StatusCode;
use domain::api::consents::{self, ConsentDecision, Consents};
use domain::api::own_data;
use domain::api::sessions;
use domain::consent::ConsentKind;
use domain::organisation::{OrganisationKind, Role};
use tests::people::PASSWORD;
use tests::{Client, TestApp};

fn decision(kind: ConsentKind, given: bool) -> ConsentDecision {
    ConsentDecision { kind, version: kind.version().to_owned(), given }
}

fn given(consents: &Consents) -> Vec<ConsentKind> {
    consents.standing.iter().filter(|standing| standing.given).map(|standing| standing.kind).collect()
}

async fn donor(test: &TestApp) -> Client<'_> {
    test.person("donor", OrganisationKind::Donor, None, Role::Donor).await
}

#[tokio::test]
async fn separate_consents_are_off_until_given_and_can_be_withdrawn() {
    let test = TestApp::new().await;
    let donor = donor(&test).await;
    assert_eq!(given(&donor.call(consents::mine()).await.unwrap()), ConsentKind::NEEDED);
    for kind in ConsentKind::SEPARATE {
        let after = donor.call(consents::decide(&[decision(kind, true)])).await.unwrap();
        assert_eq!(given(&after), [ConsentKind::NEEDED.as_slice(), &[kind]].concat(), "each for itself");
        let after = donor.call(consents::decide(&[decision(kind, false)])).await.unwrap();
        assert_eq!(given(&after), ConsentKind::NEEDED);
    }
    let history = donor.call(consents::mine()).await.unwrap().history;
    assert_eq!(history.len(), 2 + 2 * ConsentKind::SEPARATE.len(), "nothing is overwritten");
    assert!(!history[0].given && history[1].given, "latest first");
    let again = donor.call(consents::decide(&[decision(ConsentKind::Terms, true)])).await.unwrap();
    assert_eq!(again.history.len(), history.len(), "what stands is not written again");
    let own = donor.call(own_data::read()).await.unwrap();
    assert_eq!(own.consents, history, "it is among one's own data");
    test.done().await;
}

#[tokio::test]
async fn only_the_present_text_is_agreed_to_and_notice_and_terms_are_not_withdrawn() {
    let test = TestApp::new().await;
    let donor = donor(&test).await;
    let old = ConsentDecision { version: "2020-01-01".into(), ..decision(ConsentKind::PublicName, true) };
    let refused = donor.call(consents::decide(&[old])).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["public_name"]));
    let refused = donor.call(consents::decide(&[decision(ConsentKind::PrivacyNotice, false)])).await.unwrap_err();
    assert_eq!(refused.fields(), ["privacy_notice"]);
    let changed = sqlx::query("update consent set given = false").execute(&test.app.pool).await;
    assert!(changed.unwrap_err().to_string().contains("never changed"));
    assert!(sqlx::query("delete from consent").execute(&test.app.pool).await.is_err());
    test.done().await;
}

#[tokio::test]
async fn consents_are_given_and_withdrawn_on_their_page_without_script() {
    let test = TestApp::new().await;
    let donor = donor(&test).await;
    let page = donor.page("/account/consents").await.text();
    for kind in ConsentKind::ALL {
        assert!(page.contains(kind.label()), "{kind}");
    }
    let version = ConsentKind::PhotoPlace.version();
    let fields = |action| [("kind", "photo_place"), ("version", version), ("action", action)];
    let answer = donor.form("/account/consents", &fields("give")).await;
    assert_eq!(answer.location(), "/account/consents?done=given");
    assert!(given(&donor.call(consents::mine()).await.unwrap()).contains(&ConsentKind::PhotoPlace));
    let answer = donor.form("/account/consents", &fields("withdraw")).await;
    assert_eq!(answer.location(), "/account/consents?done=withdrawn");
    assert!(!given(&donor.call(consents::mine()).await.unwrap()).contains(&ConsentKind::PhotoPlace));
    let old = [("kind", "photo_place"), ("version", "2020-01-01"), ("action", "give")];
    assert!(donor.form("/account/consents", &old).await.text().contains("已更新，请重新阅读"));
    assert_eq!(test.visitor().page("/account/consents").await.status, StatusCode::SEE_OTHER);
    test.done().await;
}

#[tokio::test]
async fn whoever_agreed_to_an_older_version_is_asked_before_going_on_with_work() {
    let test = TestApp::new().await;
    let person = backend::people::NewPerson { account: "clerk", name: "经办", email: None, password: PASSWORD };
    let id = backend::people::create(&test.app, &person).await.unwrap();
    for kind in ConsentKind::NEEDED {
        sqlx::query(
            "insert into consent (person, kind, version, given, at) values ($1, $2, '2020-01-01', true, now())",
        )
        .bind(id.0)
        .bind(kind.as_str())
        .execute(&test.app.pool)
        .await
        .unwrap();
    }
    let clerk = test.signed_in("clerk").await;
    assert!(clerk.call(sessions::me()).await.unwrap().consent_needed);
    let asked = clerk.page("/work?x=1").await.text();
    assert!(asked.contains("我已阅读并同意") && asked.contains("新的内容"));
    for open in ["/", "/needs", "/privacy", "/terms", "/account", "/account/consents"] {
        assert!(!clerk.page(open).await.text().contains("我已阅读并同意"), "{open} stays open");
    }
    let fields = [
        ("action", "agree"),
        ("next", "/work?x=1"),
        ("privacy_notice", ConsentKind::PrivacyNotice.version()),
        ("terms", ConsentKind::Terms.version()),
    ];
    let answer = clerk.form("/account/consents", &fields).await;
    assert_eq!(answer.location(), "/work?x=1");
    assert!(!clerk.call(sessions::me()).await.unwrap().consent_needed);
    assert!(!clerk.page("/work").await.text().contains("我已阅读并同意"));
    let elsewhere =
        fields.map(|(name, value)| if name == "next" { (name, "https://evil.test/") } else { (name, value) });
    assert_eq!(clerk.form("/account/consents", &elsewhere).await.location(), "/work");
    test.done().await;
}

#[tokio::test]
async fn the_texts_show_their_version_to_everybody() {
    let test = TestApp::new().await;
    for (path, kind) in [("/privacy", ConsentKind::PrivacyNotice), ("/terms", ConsentKind::Terms)] {
        for language in ["", "/zh-hant", "/en"] {
            let page = test.visitor().page(&format!("{language}{path}")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text().contains(kind.version()), "{language}{path}");
        }
    }
    test.done().await;
}
