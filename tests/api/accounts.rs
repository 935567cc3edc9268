use crate::needs::{VILLAGE, submitted};
use axum::http::StatusCode;
use backend::organisations::{self, NewOrganisation};
use backend::people::second_factor::code_at;
use chrono::Duration;
use domain::SavedSearchId;
use domain::api::needs::{self, NeedQuery, Seen};
use domain::api::saved_searches::{self, NewSavedSearch};
use domain::api::sessions::{
    Credentials, NewPassword, Prove, RecoveryCodes, act_for, begin_second_factor, change_password,
    confirm_second_factor, devices, me, new_recovery_codes, prove, remove_second_factor, revoke, revoke_others,
    sign_in,
};
use domain::api::{ErrorCode, own_data};
use domain::organisation::{OrganisationKind, Role};
use domain::person::SURE_FOR;
use domain::saved_search::Pace;
use tests::people::{PASSWORD, SECRET};
use tests::{Client, Refused, TestApp};

async fn tries<'a>(test: &'a TestApp, account: &str, code: Option<String>) -> Result<Client<'a>, Refused> {
    let credentials = Credentials { account: account.into(), password: PASSWORD.into(), code };
    let session = test.visitor().call(sign_in(&credentials)).await?;
    Ok(Client { test, bearer: Some(session.access) })
}

/// Sets a second factor up as a person does; returns its secret and the recovery codes.
async fn enrols(test: &TestApp, person: &Client<'_>) -> (Vec<u8>, RecoveryCodes) {
    let setup = person.call(begin_second_factor()).await.unwrap();
    assert!(setup.address.starts_with("otpauth://totp/") && setup.qr.contains("<svg"));
    let secret = totp_rs::Secret::try_from_base32(&setup.secret).unwrap().as_bytes().to_vec();
    let code = code_at(&secret, test.clock.now()).unwrap();
    let codes = person.call(confirm_second_factor(&code)).await.unwrap();
    (secret, codes)
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_confirmed_and_no_code_is_taken_twice() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let wrong = village.call(confirm_second_factor("000000")).await.err().unwrap();
    assert_eq!(wrong.status, 409, "nothing was begun");
    let (secret, _) = enrols(&test, &village).await;
    assert!(village.call(me()).await.unwrap().second_factor);

    let refused = tries(&test, &account, None).await.err().unwrap();
    assert_eq!((refused.status, refused.fields()), (422, vec!["code"]));
    test.clock.advance(Duration::seconds(60));
    let code = code_at(&secret, test.clock.now()).unwrap();
    assert!(tries(&test, &account, Some(code.clone())).await.is_ok());
    let again = tries(&test, &account, Some(code)).await.err().unwrap();
    assert_eq!(again.fields(), ["code"]);
    test.clock.advance(Duration::minutes(20));
    let old = code_at(&secret, test.clock.now() - Duration::minutes(2)).unwrap();
    assert_eq!(tries(&test, &account, Some(old)).await.err().unwrap().fields(), ["code"]);
    test.done().await;
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_typed() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let (_, codes) = enrols(&test, &village).await;
    assert_eq!(codes.codes.len(), 10);
    let typed = codes.codes[3].to_lowercase().replace('-', " ");
    assert!(tries(&test, &account, Some(typed.clone())).await.is_ok());
    assert_eq!(tries(&test, &account, Some(typed)).await.err().unwrap().fields(), ["code"]);

    let fresh = village.call(new_recovery_codes()).await.unwrap();
    let old = tries(&test, &account, Some(codes.codes[0].clone())).await.err().unwrap();
    assert_eq!(old.status, 422, "the old ones have ended");
    assert!(tries(&test, &account, Some(fresh.codes[0].clone())).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn what_is_serious_asks_again_after_half_an_hour() {
    let test = TestApp::new().await;
    let need = submitted(&test.village(VILLAGE).await, 1).await;
    let federation = test.federation("441424").await;
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let federation = Client { bearer: Some(renewed(&test, &federation)), ..federation };
    let seen = Seen { version: need.version };
    let refused = federation.call(needs::approve(need.id, seen)).await.unwrap_err();
    assert_eq!((refused.status, refused.error.code), (403, ErrorCode::ProveAgain));

    let wrong = Prove { password: "not the password".into(), code: Some(test.code()) };
    assert_eq!(federation.call(prove(&wrong)).await.unwrap_err().fields(), ["password"]);
    let without = Prove { password: PASSWORD.into(), code: None };
    assert_eq!(federation.call(prove(&without)).await.unwrap_err().fields(), ["code"]);
    let right = Prove { password: PASSWORD.into(), code: Some(test.code()) };
    federation.call(prove(&right)).await.unwrap();
    federation.call(needs::approve(need.id, seen)).await.unwrap();
    test.done().await;
}

/// An access token of the same session, as a browser gets it when the old one has ended.
pub fn renewed(test: &TestApp, client: &Client<'_>) -> String {
    let own = client.bearer.clone().unwrap();
    let (person, session) = test.app.keys.read(test.clock.now() - SURE_FOR - Duration::seconds(1), &own).unwrap();
    test.app.keys.first_tokens(&test.clock, person, session).unwrap().access
}

#[tokio::test]
async fn a_role_that_demands_a_second_factor_does_nothing_serious_without_one() {
    let test = TestApp::new().await;
    let need = submitted(&test.village(VILLAGE).await, 1).await;
    test.federation("441424").await;
    let federation = NewOrganisation {
        kind: OrganisationKind::Federation,
        name: "另一个县工商联",
        place: Some(&"441481".parse().unwrap()),
    };
    let other = organisations::create(&test.app, &federation).await.unwrap();
    let person = backend::people::NewPerson { account: "new", name: "新人", email: None, password: PASSWORD };
    let person = backend::people::create(&test.app, &person).await.unwrap();
    organisations::add_member(&test.app, person, other, Role::FederationCounty).await.unwrap();
    let newcomer = tries(&test, "new", None).await.unwrap();
    let refused = newcomer.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap_err();
    assert_eq!((refused.status, refused.error.code), (403, ErrorCode::SecondFactorNeeded));
    enrols(&test, &newcomer).await;
    let refused = newcomer.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap_err();
    assert_eq!(refused.status, 404, "sure now, and it is another county's need");
    test.done().await;
}

#[tokio::test]
async fn setting_up_and_giving_up_a_second_factor_ends_other_sessions_and_asks_who_is_there() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let other = tries(&test, &account, None).await.unwrap();
    let (secret, _) = enrols(&test, &village).await;
    assert_eq!(other.call(me()).await.unwrap_err().status, 401);
    let conflict = village.call(begin_second_factor()).await.err().unwrap();
    assert_eq!(conflict.status, 409, "a confirmed one is not replaced unseen");

    test.clock.advance(Duration::minutes(5));
    let code = code_at(&secret, test.clock.now()).unwrap();
    let again = tries(&test, &account, Some(code)).await.unwrap();
    again.call(remove_second_factor()).await.unwrap();
    assert_eq!(again.call(remove_second_factor()).await.unwrap_err().status, 404);
    assert!(tries(&test, &account, None).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn devices_are_listed_and_ended_by_their_own_person_only() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let other = tries(&test, &account, None).await.unwrap();
    let list = village.call(devices()).await.unwrap();
    assert_eq!(list.items.len(), 2);
    let elsewhere = list.items.iter().find(|device| !device.this_one).unwrap().id;
    let stranger = test.enterprise("金柚").await;
    assert_eq!(stranger.call(revoke(elsewhere)).await.unwrap_err().status, 404);
    assert!(other.call(me()).await.is_ok());
    village.call(revoke(elsewhere)).await.unwrap();
    assert_eq!(other.call(me()).await.unwrap_err().status, 401);
    let third = tries(&test, &account, None).await.unwrap();
    village.call(revoke_others()).await.unwrap();
    assert_eq!(third.call(me()).await.unwrap_err().status, 401);
    assert_eq!(village.call(devices()).await.unwrap().items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let other = tries(&test, &account, None).await.unwrap();
    let short = village.call(change_password(&NewPassword { new: "short".into() })).await.unwrap_err();
    assert_eq!(short.fields(), ["new"]);
    village.call(change_password(&NewPassword { new: "another good password".into() })).await.unwrap();
    assert_eq!(other.call(me()).await.unwrap_err().status, 401);
    assert_eq!(tries(&test, &account, None).await.err().unwrap().status, 422);
    test.done().await;
}

#[tokio::test]
async fn whoever_belongs_to_several_acts_for_one_of_them_at_a_time() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("金柚").await;
    let person = enterprise.call(me()).await.unwrap().id;
    test.clock.advance(Duration::minutes(1));
    let charity = test.charity("示例慈善会").await;
    organisations::add_member(&test.app, person, charity.id, Role::CharityMaker).await.unwrap();
    let work = domain::api::disbursements::list(&domain::api::campaigns::PageQuery::default());
    let refused = enterprise.call(work).await.unwrap_err();
    assert_eq!(refused.status, 403, "acts for the firm, not for the charity");
    let now = enterprise.call(act_for(charity.id)).await.unwrap();
    assert_eq!(now.acting, Some(charity.id));
    let work = domain::api::disbursements::list(&domain::api::campaigns::PageQuery::default());
    assert!(enterprise.call(work).await.is_ok());
    let own = domain::api::pledges::own();
    assert_eq!(enterprise.call(own).await.unwrap_err().status, 403, "and no longer for the firm");

    let strange = NewOrganisation { kind: OrganisationKind::Enterprise, name: "别人的公司", place: None };
    let strange = organisations::create(&test.app, &strange).await.unwrap();
    assert_eq!(enterprise.call(act_for(strange)).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_a_hundred() {
    let test = TestApp::new().await;
    test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let guess = async |n: usize| {
        let credentials = Credentials { account: account.clone(), password: format!("guess number {n}"), code: None };
        test.visitor().call(sign_in(&credentials)).await.err().unwrap().status
    };
    let statuses = futures::future::join_all((0..20).map(guess)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 4, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 16);
    test.done().await;
}

#[tokio::test]
async fn a_form_whose_session_has_ended_asks_who_is_there_and_loses_nothing() {
    let test = TestApp::new().await;
    test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let id = uuid::Uuid::from_u128(7).to_string();
    let typed = [
        ("id", id.as_str()),
        ("title", "水池 <b>漏水</b>"),
        ("description", "旱季一天只来两小时水"),
        ("item_name", "水管"),
        ("item_amount", "8万"),
        ("action", "save"),
    ];
    let asked = test.visitor().form("/work/needs/new", &typed).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text().contains("请重新登录") && asked.text().contains("proof_account"));
    assert!(asked.text().contains("8万") && !asked.text().contains("<b>漏水"));

    let with = |password: &'static str| {
        let proof = [("proof_account", account.as_str()), ("proof_password", password)];
        [&typed[..], &proof[..]].concat()
    };
    let wrong = test.visitor().form("/work/needs/new", &with("not the password")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.text().contains("账号或密码不对") && wrong.text().contains("旱季一天只来两小时水"));
    assert!(!wrong.text().contains("not the password"));

    let saved = test.visitor().form("/work/needs/new", &with(PASSWORD)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert!(saved.headers.get_all("set-cookie").iter().count() == 2);
    let village = tries(&test, &account, None).await.unwrap();
    assert_eq!(village.call(needs::get(&id)).await.unwrap().content.title, "水池 <b>漏水</b>");
    test.done().await;
}

#[tokio::test]
async fn a_serious_form_asks_for_the_password_and_goes_on_where_it_was() {
    let test = TestApp::new().await;
    let need = submitted(&test.village(VILLAGE).await, 1).await;
    let federation = test.federation("441424").await;
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let federation = Client { bearer: Some(renewed(&test, &federation)), ..federation };
    let (path, version) = (format!("/needs/{}", need.id), need.version.to_string());
    let typed = [("version", version.as_str()), ("action", "approve")];
    let asked = federation.form(&path, &typed).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text().contains("请再次确认是您本人") && asked.text().contains("proof_code"));
    let code = code_at(SECRET, test.clock.now()).unwrap();
    let proof = [("proof_password", PASSWORD), ("proof_code", code.as_str())];
    let done = federation.form(&path, &[&typed[..], &proof[..]].concat()).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, format!("{path}?done=approve")));
    test.done().await;
}

#[tokio::test]
async fn an_answer_that_renews_a_session_is_kept_by_no_cache() {
    let test = TestApp::new().await;
    test.village(VILLAGE).await;
    let account = format!("village-{VILLAGE}");
    let signed_in = test.visitor().form("/sign-in", &[("account", &account), ("password", PASSWORD)]).await;
    let cookies: Vec<_> = signed_in.headers.get_all("set-cookie").iter().collect();
    let cookies: Vec<_> = cookies.iter().map(|value| value.to_str().unwrap().split(';').next().unwrap()).collect();
    test.clock.advance(Duration::minutes(11));
    for path in ["/", "/api/v1/places", "/api/v1/health"] {
        let request = axum::http::Request::get(path).header("cookie", cookies.join("; "));
        let answer = test.visitor().send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert!(answer.headers.contains_key("set-cookie"), "{path} renews");
        assert_eq!(answer.headers["cache-control"], "private, no-store", "{path}");
    }
    test.done().await;
}

#[tokio::test]
async fn one_takes_ones_own_data_along_and_closes_the_account_for_good() {
    let test = TestApp::new().await;
    let donor = test.donor().await;
    let data = donor.call(own_data::read()).await.unwrap();
    assert_eq!((data.account.as_str(), data.email.as_deref()), ("donor", Some("donor@example.com")));
    assert!(data.acts.iter().any(|act| act.verb == "sign_in") && !data.kept.is_empty());
    assert!(data.saved_searches.is_empty());
    let lamps = NeedQuery { q: Some("路灯".into()), ..NeedQuery::default() };
    let id = SavedSearchId(uuid::Uuid::from_u128(1));
    let new = NewSavedSearch { id, name: "路灯".into(), query: lamps, pace: Pace::Daily };
    donor.call(saved_searches::save(&new)).await.unwrap();
    assert_eq!(donor.call(own_data::read()).await.unwrap().saved_searches[0].name, "路灯");

    assert_eq!(donor.call(own_data::close("好的")).await.unwrap_err().fields(), ["confirm"]);
    donor.call(own_data::close("注销")).await.unwrap();
    assert_eq!(donor.call(me()).await.unwrap_err().status, 401);
    assert_eq!(tries(&test, "donor", None).await.err().unwrap().status, 422);
    // The name is free again, and leads to nobody's past.
    let person = backend::people::NewPerson { account: "donor", name: "另一人", email: None, password: PASSWORD };
    backend::people::create(&test.app, &person).await.unwrap();
    let fresh = tries(&test, "donor", None).await.unwrap();
    assert_eq!(fresh.call(own_data::read()).await.unwrap().acts.len(), 1, "signing in is all he did");
    test.done().await;
}

#[tokio::test]
async fn the_only_owner_hands_over_before_closing_the_account() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("金柚").await;
    let refused = enterprise.call(own_data::close("注销")).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("金柚的单位"));
    let organisation = test.organisation_of(&enterprise).await;
    let second = test.member("second", organisation, Role::EnterpriseOwner).await;
    let close = own_data::close;
    let (one, other) = tokio::join!(enterprise.call(close("注销")), second.call(close("注销")));
    assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|done| **done).count(), 1, "one of two may leave");
    test.done().await;
}
