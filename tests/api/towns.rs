use crate::invitations::printed;
use crate::members::{events, id_of};
use crate::needs::{VILLAGE, content, new_need};
use crate::statements::Statements;
use chrono::Duration;
use domain::api::areas::{self, Area, AreaQuery};
use domain::api::needs::{self, NewNeed, Seen};
use domain::api::resets::{self, NewReset, UseCode};
use domain::api::sessions::{self, Credentials, me};
use domain::api::{contact, invitations, texts};
use domain::membership::ResetStatus;
use domain::organisation::{OrganisationKind, Role};
use domain::{NeedId, ResetId};
use tests::people::PASSWORD;
use tests::{Client, TestApp};
use uuid::Uuid;

const TOWN: &str = "441424103";
const NEW: &str = "another good password";

async fn area(client: &Client<'_>, place: Option<&str>) -> Result<Area, tests::Refused> {
    client.call(areas::area(&AreaQuery { place: place.map(str::to_owned) })).await
}

/// The town of [`VILLAGE`] with its owner and a colleague.
pub async fn town(test: &TestApp) -> (Client<'_>, Client<'_>) {
    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::OfficeOwner).await;
    let id = test.organisation_of(&town).await;
    let colleague = test.member("colleague", id, Role::TownReviewer).await;
    (town, colleague)
}

/// Writes one need, and sends it where it is to wait.
async fn need(village: &Client<'_>, n: u128, code: &str, sends: bool) {
    let content = domain::need::NeedContent { village: code.parse().unwrap(), ..content() };
    let need = village.call(needs::create(&NewNeed { id: NeedId(Uuid::from_u128(n)), content })).await.unwrap();
    if sends {
        village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    }
}

#[tokio::test]
async fn a_town_sees_three_of_nine() {
    let test = TestApp::new().await;
    // Three needs in the town, three in another town of the county, three in another county.
    let places = [VILLAGE, "441424125207", "441423100001"];
    let mut n = 0;
    for code in places {
        let known = test.app.places.get(&code.parse().unwrap()).is_some();
        assert!(known, "{code} is a village");
        let village = test.village(code).await;
        for sends in [false, true, true] {
            n += 1;
            need(&village, n, code, sends).await;
        }
    }
    let (town, _) = town(&test).await;
    let seen = area(&town, None).await.unwrap();
    assert!(seen.rows.iter().all(|row| row.code.as_str().starts_with(TOWN)));
    assert!(seen.rows.windows(2).all(|pair| pair[0].code < pair[1].code), "in the order of their codes");
    assert_eq!(seen.rows.iter().map(|row| row.needs.total()).sum::<i64>(), 3);
    let own = seen.rows.iter().find(|row| row.code.as_str() == VILLAGE).unwrap();
    assert_eq!((own.opened, own.people, own.needs.draft, own.needs.in_review), (1, 1, 1, 2));
    let without = seen.rows.iter().find(|row| row.code.as_str() != VILLAGE).unwrap();
    assert_eq!((without.opened, without.organisation, without.people), (0, None, 0));
    for elsewhere in ["441424125", "441424", "4414", "441424125207", "nonsense"] {
        assert_eq!(area(&town, Some(elsewhere)).await.unwrap_err().status, 404, "{elsewhere}");
    }
    let federation = test.federation("441424").await;
    let county = area(&federation, None).await.unwrap();
    assert_eq!(county.rows.iter().map(|row| row.needs.total()).sum::<i64>(), 6);
    assert_eq!(area(&federation, Some(TOWN)).await.unwrap().rows, seen.rows, "the same rows");
    assert_eq!(area(&federation, Some("441423")).await.unwrap_err().status, 404);
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let whole = area(&city, None).await.unwrap();
    assert_eq!((whole.rows.len(), whole.rows.iter().map(|row| row.needs.total()).sum::<i64>()), (8, 9));
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    assert_eq!(area(&village, None).await.unwrap_err().status, 403);
    test.done().await;
}

#[tokio::test]
async fn an_area_costs_one_statement_however_many_villages_there_are() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let (seen, sent) = Statements::sent_by(area(&federation, None)).await;
    assert!(seen.unwrap().rows.iter().map(|row| row.villages).sum::<i64>() > 300);
    assert_eq!(sent.len(), 2, "who asks, and the table:\n{}", sent.join("\n"));
    test.done().await;
}

#[tokio::test]
async fn the_towns_page_shows_its_villages_and_leads_to_their_people() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    village.call(needs::create(&new_need(1))).await.unwrap();
    let id = test.organisation_of(&village).await;
    let (town, _) = town(&test).await;
    let page = town.page("/work/town").await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains(&format!("/work/members?organisation={id}")));
    assert!(page.text().contains("没有人在等重设密码"));
    assert!(town.page("/work").await.text().contains("/work/town"));
    let people = town.page(&format!("/work/members?organisation={id}")).await.text();
    assert!(people.contains("他忘了密码") && people.contains("邀请一个人"));
    let federation = test.federation("441424").await;
    assert_eq!(federation.page("/work/places").await.status, 200);
    assert_eq!(federation.page(&format!("/work/places?place={TOWN}")).await.status, 200);
    assert_eq!(federation.page("/work/places?place=441423").await.status, 404);
    assert_eq!(village.page("/work/town").await.status, 403);
    test.done().await;
}

#[tokio::test]
async fn two_people_of_the_town_let_somebody_set_a_new_password() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    village.call(contact::set_phone("13812341234")).await.unwrap();
    let (town, colleague) = town(&test).await;
    let person = id_of(&village).await;
    let new = NewReset { id: ResetId(Uuid::from_u128(1)), person };
    let asked = town.call(resets::ask(&new)).await.unwrap();
    assert_eq!((asked.status, asked.may_approve), (ResetStatus::Asked, false));
    assert_eq!(town.call(resets::ask(&new)).await.unwrap().id, asked.id, "sent twice is once");
    let other = NewReset { id: ResetId(Uuid::from_u128(2)), person };
    assert_eq!(colleague.call(resets::ask(&other)).await.unwrap_err().status, 409, "one question at a time");
    assert_eq!(town.call(resets::approve(asked.id)).await.unwrap_err().status, 409, "one alone cannot");
    assert!(colleague.call(resets::list()).await.unwrap().items[0].may_approve);

    let approved = colleague.call(resets::approve(asked.id)).await.unwrap();
    assert_eq!(approved.reset.status, ResetStatus::Approved);
    assert!(approved.sheet.qr.contains("<svg") && approved.sheet.address.ends_with("/reset-code"));
    let told = town.call(texts::list()).await.unwrap().items;
    assert!(
        told[0].phone == "13812341234" && !told[0].body.contains(&approved.sheet.code),
        "the code is on paper only"
    );
    let use_it = |code: &str, new: &str| resets::use_code(&UseCode { code: code.into(), new: new.into() });
    let code = approved.sheet.code;
    assert_eq!(test.visitor().call(use_it(&code, "short")).await.unwrap_err().fields(), ["new"]);
    assert_eq!(test.visitor().call(use_it("K7Q39-MXA2R", NEW)).await.unwrap_err().fields(), ["code"]);
    let fields = [("code", code.as_str()), ("new", NEW), ("again", NEW)];
    let done = test.visitor().form("/reset-code", &fields).await;
    assert_eq!(done.location(), "/reset-code?done=reset", "{}", done.text());
    assert_eq!(village.call(me()).await.unwrap_err().status, 401, "his sessions have ended");
    let account = format!("village-{VILLAGE}");
    let with = |password: &str| Credentials { account: account.clone(), password: password.into(), code: None };
    assert_eq!(test.visitor().call(sessions::sign_in(&with(PASSWORD))).await.err().unwrap().status, 422);
    let session = test.visitor().call(sessions::sign_in(&with(NEW))).await.unwrap();
    assert_eq!(test.visitor().call(use_it(&code, NEW)).await.unwrap_err().fields(), ["code"], "once");
    let himself = Client { test: &test, bearer: Some(session.access) };
    let notices = himself.call(contact::contact()).await.unwrap().resets;
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].asked_by.as_deref(), notices[0].approved_by.as_deref()), (Some("town"), Some("colleague")));
    assert!(himself.page("/account").await.text().contains("别人为您重设过密码（1）"));
    for verb in ["password_reset_asked", "password_reset_approved", "password_reset_used"] {
        assert_eq!(events(&test, verb).await, 1, "{verb}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_code_for_a_new_password_ends_after_a_day_and_with_the_next_one() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let (town, colleague) = town(&test).await;
    let person = id_of(&village).await;
    let code = async |n: u128| {
        let id = ResetId(Uuid::from_u128(n));
        town.call(resets::ask(&NewReset { id, person })).await.unwrap();
        colleague.call(resets::approve(id)).await.unwrap().sheet.code
    };
    let (first, second) = (code(1).await, code(2).await);
    let use_it = |code: &str| resets::use_code(&UseCode { code: code.into(), new: NEW.into() });
    assert_eq!(test.visitor().call(use_it(&first)).await.unwrap_err().fields(), ["code"], "replaced");
    test.clock.advance(Duration::hours(24));
    assert_eq!(test.visitor().call(use_it(&second)).await.unwrap_err().fields(), ["code"], "a day is over");
    test.done().await;
}

#[tokio::test]
async fn a_town_resets_nobody_of_another_town_or_with_a_role_elsewhere() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let elsewhere = test.village("441424125207").await;
    let (town, colleague) = town(&test).await;
    let ask = |n: u128, person| resets::ask(&NewReset { id: ResetId(Uuid::from_u128(n)), person });
    assert_eq!(town.call(ask(1, id_of(&elsewhere).await)).await.unwrap_err().status, 404);
    assert_eq!(town.call(ask(2, id_of(&town).await)).await.unwrap_err().status, 409, "not oneself");
    assert_eq!(village.call(ask(3, id_of(&village).await)).await.unwrap_err().status, 403);
    let person = id_of(&village).await;
    let waiting = town.call(ask(4, person)).await.unwrap();
    let charity = test.charity("示例慈善会").await;
    backend::organisations::add_member(&test.app, person, charity.id, Role::CharityOwner).await.unwrap();
    let refused = colleague.call(resets::approve(waiting.id)).await.unwrap_err();
    assert_eq!(refused.status, 409, "nobody gets at a charity by way of a town: {}", refused.error);
    colleague.call(resets::refuse(waiting.id)).await.unwrap();
    assert_eq!(town.call(ask(5, person)).await.unwrap_err().status, 409);
    let other = test.person("other", OrganisationKind::Town, Some("441424125"), Role::OfficeOwner).await;
    assert_eq!(other.call(resets::approve(waiting.id)).await.unwrap_err().status, 404);
    assert!(other.call(resets::list()).await.unwrap().items.is_empty());
    let audit = test.person("audit", OrganisationKind::AuditOffice, None, Role::OfficeOwner).await;
    assert_eq!(audit.call(resets::list()).await.unwrap_err().status, 403, "an owner of another kind of office");
    test.done().await;
}

#[tokio::test]
async fn for_a_town_of_one_the_owner_of_the_countys_federation_is_the_second() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await;
    let county = test.person("county", OrganisationKind::Federation, Some("441424"), Role::OfficeOwner).await;
    let other = test.person("other", OrganisationKind::Federation, Some("441423"), Role::OfficeOwner).await;
    let new = NewReset { id: ResetId(Uuid::from_u128(1)), person: id_of(&village).await };
    let asked = town.call(resets::ask(&new)).await.unwrap();
    assert!(asked.town_is_one);
    assert!(town.page("/work/town").await.text().contains("镇里只有一个人，等县（市、区）工商联的负责人同意"));
    assert_eq!(other.call(resets::approve(asked.id)).await.unwrap_err().status, 404);
    assert!(county.page("/work/places").await.text().contains("重设密码（1 人在等）"));
    let reset = asked.id.to_string();
    let step = [("reset", reset.as_str()), ("action", "approve")];
    let read_back = county.form("/work/places", &step).await;
    assert!(read_back.status == 200 && read_back.text().contains("请确认同意重设密码"), "{}", read_back.text());
    let sheet = county.form("/work/places", &[step[0], step[1], ("confirmed", "1")]).await.text();
    let code = sheet.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    assert!(test.visitor().call(resets::use_code(&UseCode { code: code.into(), new: NEW.into() })).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn a_town_with_two_people_does_not_need_the_county() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let (town, _) = town(&test).await;
    let county = test.person("county", OrganisationKind::Federation, Some("441424"), Role::OfficeOwner).await;
    let new = NewReset { id: ResetId(Uuid::from_u128(1)), person: id_of(&village).await };
    let asked = town.call(resets::ask(&new)).await.unwrap();
    assert_eq!(county.call(resets::approve(asked.id)).await.unwrap_err().status, 404);
    let id = test.organisation_of(&village).await;
    town.call(invitations::invite(id, &printed(1, Role::VillageHead))).await.unwrap();
    let row = area(&town, None).await.unwrap().rows.into_iter().find(|row| row.organisation == Some(id)).unwrap();
    assert_eq!((row.resets, row.invitations), (1, 1), "what waits");
    test.done().await;
}
