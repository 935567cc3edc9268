use crate::mail::sent;
use crate::members::{events, id_of, members_of, named};
use axum::http::header;
use backend::jobs;
use chrono::Duration;
use domain::api::invitations::{self, AcceptInvitation, InvitationMade, NewInvitation, Newcomer};
use domain::api::members::MembersView;
use domain::api::organisations::{self, FoundOrganisation, OrganisationQuery};
use domain::api::sessions::{self, Credentials, me};
use domain::api::{contact, members, needs, texts};
use domain::code::OneTimeCode;
use domain::membership::{InvitationStatus, InvitationWay};
use domain::organisation::{MembershipStatus, OrganisationKind, Role};
use domain::{InvitationId, OrganisationId};
use tests::people::PASSWORD;
use tests::{Client, TestApp};
use uuid::Uuid;

pub fn printed(n: u128, role: Role) -> NewInvitation {
    NewInvitation {
        id: InvitationId(Uuid::from_u128(n)),
        role,
        way: InvitationWay::Print,
        name: "老刘".into(),
        email: None,
        phone: None,
        person: None,
    }
}

fn newcomer(account: &str) -> AcceptInvitation {
    let newcomer = Newcomer {
        name: "刘示例".into(),
        account: account.into(),
        phone: String::new(),
        email: String::new(),
        password: PASSWORD.into(),
    };
    AcceptInvitation { newcomer: Some(newcomer) }
}

/// The code that a sheet shows: two groups of five with a dash.
pub fn code_on(sheet: &str) -> String {
    let code: String = sheet.split("<code>").nth(1).expect("a code").chars().take(11).collect();
    assert!(code.parse::<OneTimeCode>().is_ok(), "{code}");
    code
}

/// A village head and his village.
async fn head(test: &TestApp) -> (Client<'_>, OrganisationId) {
    let head = test.person("head", OrganisationKind::Village, Some(crate::needs::VILLAGE), Role::VillageHead).await;
    let id = test.organisation_of(&head).await;
    (head, id)
}

async fn invited(client: &Client<'_>, id: OrganisationId, new: &NewInvitation) -> (InvitationMade, String) {
    let made = client.call(invitations::invite(id, new)).await.unwrap();
    let code = made.sheet.as_ref().expect("a sheet").code.clone();
    (made, code)
}

#[tokio::test]
async fn a_printed_invitation_makes_an_account_without_an_e_mail_address() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let form = [
        ("organisation", id.to_string()),
        ("id", Uuid::from_u128(1).to_string()),
        ("role", "village_reporter".into()),
        ("way", "print".into()),
        ("name", "老刘".into()),
        ("action", "invite".into()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sheet = head.form("/work/members", &form).await;
    let page = sheet.text();
    assert_eq!(sheet.status, 200, "{page}");
    assert!(page.contains("邀请单") && page.contains("<svg") && page.contains("老刘") && page.contains("/join"));
    let code = code_on(&page);
    assert!(!head.page("/work/members").await.text().contains(&code), "it is shown once");

    let visitor = test.visitor();
    let typed = visitor.form("/join", &[("code", &code.to_lowercase().replace('-', " ")), ("action", "look")]).await;
    let address = typed.location();
    assert_eq!(address, format!("/join?code={}", code.replace('-', "")));
    let page = visitor.page(&address).await.text();
    assert!(page.contains("head的单位") && page.contains("村信息员") && page.contains("新建一个账号"));
    let fields = [
        ("code", code.as_str()),
        ("name", "刘示例"),
        ("account", "黄沙老刘"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("action", "create"),
    ];
    let joined = visitor.form("/join", &fields).await;
    assert_eq!(joined.location(), "/join?done=joined", "{}", joined.text());
    assert!(joined.headers.get(header::SET_COOKIE).is_some(), "signed in at once");
    let liu = test.signed_in("黄沙老刘").await;
    assert_eq!(liu.call(needs::own()).await.unwrap().items.len(), 0, "and may work");
    let seen = members_of(&head, id).await;
    assert_eq!(named(&seen, "刘示例").roles[0].given_by.as_deref(), Some("head"));
    assert_eq!(events(&test, "invitation_accepted").await, 1);
    test.done().await;
}

#[tokio::test]
async fn a_code_is_good_once_also_for_two_at_once() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let (_, code) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    let (one, two) = (newcomer("first"), newcomer("second"));
    let visitor = test.visitor();
    let (first, second) =
        tokio::join!(visitor.call(invitations::accept(&code, &one)), visitor.call(invitations::accept(&code, &two)));
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
    assert_eq!(first.err().or(second.err()).unwrap().status, 409);
    assert_eq!(members_of(&head, id).await.items.len(), 2);
    let page = visitor.page(&format!("/join?code={code}")).await;
    assert_eq!(page.status, 410);
    assert!(page.text().contains("这个代码已经用过了"));
    test.done().await;
}

#[tokio::test]
async fn whoever_holds_a_code_that_is_good_no_more_is_told_what_to_do() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let (made, revoked) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    head.call(invitations::revoke(id, made.invitation.id)).await.unwrap();
    let again = head.call(invitations::revoke(id, made.invitation.id)).await.unwrap_err();
    assert_eq!(again.status, 409);
    let (_, expired) = invited(&head, id, &printed(2, Role::VillageReporter)).await;
    test.clock.advance(Duration::days(14));
    let visitor = test.visitor();
    for (code, status, says) in [
        (revoked.as_str(), 410, "这张邀请已经作废"),
        (&expired, 410, "这张邀请已经过期"),
        ("K7Q39-MXA2R", 404, "没有这个代码"),
        ("nonsense", 404, "没有这个代码"),
    ] {
        let page = visitor.page(&format!("/join?code={code}")).await;
        assert_eq!(page.status, status, "{code}");
        assert!(page.text().contains(says), "{code}: {}", page.text());
    }
    for code in [&revoked, &expired] {
        assert_eq!(visitor.call(invitations::accept(code, &newcomer("liu"))).await.unwrap_err().status, 409);
    }
    let typed = visitor.form("/join", &[("code", "没有"), ("action", "look")]).await;
    assert_eq!(typed.status, 422);
    test.done().await;
}

#[tokio::test]
async fn guessing_codes_waits_longer_each_time() {
    let test = TestApp::new().await;
    let visitor = test.visitor();
    let guess = async || visitor.call(invitations::look("K7Q39-MXA2R")).await.unwrap_err().status;
    assert_eq!([guess().await, guess().await, guess().await, guess().await], [404; 4]);
    assert_eq!(guess().await, 429);
    assert_eq!(visitor.page("/join?code=K7Q39MXA2R").await.status, 429);
    test.clock.advance(Duration::seconds(2));
    assert_eq!(guess().await, 404);
    test.done().await;
}

#[tokio::test]
async fn looking_at_a_good_code_is_no_guess() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let (_, code) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    for _ in 0..10 {
        assert_eq!(test.visitor().call(invitations::look(&code)).await.unwrap().status, InvitationStatus::Open);
    }
    test.done().await;
}

#[tokio::test]
async fn an_invitation_by_e_mail_says_the_code_in_the_letter_only() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let id = test.organisation_of(&enterprise).await;
    let mut new = printed(1, Role::EnterpriseOperator);
    (new.way, new.email) = (InvitationWay::Email, Some(" Chen@Example.com ".into()));
    let made = enterprise.call(invitations::invite(id, &new)).await.unwrap();
    assert_eq!((made.sheet, made.invitation.sent_to.as_deref()), (None, Some("chen@example.com")));
    let payload: String = sqlx::query_scalar("select payload::text from job where kind = 'invite'")
        .fetch_one(&test.app.pool)
        .await
        .unwrap();
    assert!(!payload.contains("chen") && !payload.contains("code"), "{payload}");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "chen@example.com"));
    let address = letters[0].text.split("/join?code=").nth(1).unwrap();
    let code: String = address.chars().take_while(char::is_ascii_alphanumeric).collect();
    let chen = test.visitor().call(invitations::accept(&code, &newcomer("chen"))).await.unwrap();
    assert_eq!(chen.account.as_deref(), Some("chen"));
    let chen = test.signed_in("CHEN@example.com").await;
    let confirmed: bool =
        sqlx::query_scalar("select email_confirmed_at is not null from person_private where email = $1")
            .bind("chen@example.com")
            .fetch_one(&test.app.pool)
            .await
            .unwrap();
    assert!(confirmed, "whoever came by the letter reads that address");
    assert_eq!(chen.call(contact::contact()).await.unwrap().email.as_deref(), Some("chen@example.com"));
    let list = enterprise.call(invitations::list(id)).await.unwrap().items;
    assert_eq!((list[0].status, list[0].sent_to.as_deref()), (InvitationStatus::Accepted, None), "forgotten");
    test.done().await;
}

#[tokio::test]
async fn an_invitation_for_a_phone_number_waits_to_be_passed_on() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let mut new = printed(1, Role::VillageReporter);
    new.way = InvitationWay::Text;
    assert_eq!(head.call(invitations::invite(id, &new)).await.unwrap_err().fields(), ["phone"]);
    new.phone = Some("+86 138-1234-1234".into());
    let made = head.call(invitations::invite(id, &new)).await.unwrap();
    assert_eq!(made.invitation.sent_to.as_deref(), Some("138****1234"));
    let waiting = head.call(texts::list()).await.unwrap().items;
    assert_eq!((waiting.len(), waiting[0].phone.as_str()), (1, "13812341234"));
    let code = waiting[0].body.split("输入代码 ").nth(1).unwrap().split('，').next().unwrap().to_owned();
    let stored: Vec<u8> =
        sqlx::query_scalar("select sealed from text_to_pass_on").fetch_one(&test.app.pool).await.unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("138"), "the database does not know the number");
    assert!(head.page("/work/members").await.text().contains("请转告（1）"));
    head.call(texts::passed_on(waiting[0].id)).await.unwrap();
    assert_eq!(head.call(texts::passed_on(waiting[0].id)).await.unwrap_err().status, 409);
    assert!(head.call(texts::list()).await.unwrap().items.is_empty());
    let other = test.enterprise("firm").await;
    assert_eq!(other.call(texts::passed_on(waiting[0].id)).await.unwrap_err().status, 404);
    assert!(test.visitor().call(invitations::accept(&code, &newcomer("liu"))).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn one_signs_in_by_name_by_e_mail_and_by_phone_number() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let (_, code) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    let mut typed = newcomer("");
    let liu = typed.newcomer.as_mut().unwrap();
    assert_eq!(
        test.visitor().call(invitations::accept(&code, &newcomer(""))).await.unwrap_err().fields(),
        ["account"],
        "a name or a number is needed"
    );
    (liu.phone, liu.email) = ("１３８ 1234 1234".into(), "liu@example.com".into());
    let accepted = test.visitor().call(invitations::accept(&code, &typed)).await.unwrap();
    assert_eq!(accepted.account.as_deref(), Some("13812341234"));
    for account in ["13812341234", "+86 138 1234 1234", "Liu@Example.com"] {
        test.signed_in(account).await;
    }
    assert_eq!(named(&members_of(&head, id).await, "刘示例").phone_masked.as_deref(), Some("138****1234"));
    let liu = test.signed_in("13812341234").await;
    let own = liu.call(contact::contact()).await.unwrap();
    assert_eq!(own.phone.as_deref(), Some("13812341234"), "whole for oneself");
    assert!(own.account.starts_with("user-"), "the number stands where it can be erased: {}", own.account);
    assert!(!members_of(&liu, id).await.items.iter().any(|member| member.phone_masked.is_some()));

    let (_, code) = invited(&head, id, &printed(2, Role::VillageReporter)).await;
    let twice = test.visitor().call(invitations::accept(&code, &typed)).await.unwrap_err();
    assert_eq!(twice.status, 422, "one number, one account");
    assert_eq!(head.call(contact::set_phone("138-1234-1234")).await.unwrap_err().fields(), ["phone"]);
    assert_eq!(head.call(contact::set_phone("13912341234")).await.unwrap().phone.as_deref(), Some("13912341234"));
    let taken = test.visitor().call(invitations::accept(&code, &newcomer("13912341234"))).await.unwrap_err();
    assert_eq!(taken.fields(), ["account"], "nobody is called by another's number");
    let taken = test.visitor().call(invitations::accept(&code, &newcomer("HEAD"))).await.unwrap_err();
    assert_eq!(taken.fields(), ["account"]);
    let page = liu.page("/account").await.text();
    assert!(page.contains("value=\"13812341234\""));
    let tried = Credentials { account: "13812341234".into(), password: "another password".into(), code: None };
    assert_eq!(test.visitor().call(sessions::sign_in(&tried)).await.err().unwrap().status, 422);
    test.done().await;
}

#[tokio::test]
async fn whoever_has_an_account_joins_with_it_and_acts_for_both() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let enterprise = test.enterprise("firm").await;
    let (_, code) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    let page = enterprise.page(&format!("/join?code={code}")).await.text();
    assert!(page.contains("您现在以 firm 的账号登录"));
    let mixed = enterprise.call(invitations::accept(&code, &newcomer("liu"))).await.unwrap_err();
    assert_eq!(mixed.status, 409);
    let joined = enterprise.form("/join", &[("code", &code), ("action", "accept")]).await;
    assert_eq!(joined.location(), "/join?done=joined", "{}", joined.text());
    let me = enterprise.call(me()).await.unwrap();
    assert_eq!((me.memberships.len(), me.acting), (2, Some(id)));
    let (_, own) = invited(&head, id, &printed(2, Role::VillageReporter)).await;
    let oneself = head.call(invitations::accept(&own, &AcceptInvitation::default())).await.unwrap_err();
    assert_eq!(oneself.status, 409, "nobody invites himself");
    let again = enterprise.call(invitations::accept(&own, &AcceptInvitation::default())).await.unwrap_err();
    assert_eq!(again.status, 409, "the role is his already");
    test.done().await;
}

#[tokio::test]
async fn the_same_invitation_sent_twice_is_one_and_other_content_is_a_conflict() {
    let test = TestApp::new().await;
    let (head, id) = head(&test).await;
    let (_, first) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    let (_, second) = invited(&head, id, &printed(1, Role::VillageReporter)).await;
    assert_eq!(first, second);
    let other = head.call(invitations::invite(id, &printed(1, Role::VillageHead))).await.unwrap_err();
    assert_eq!(other.status, 409);
    assert_eq!(head.call(invitations::list(id)).await.unwrap().items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_town_invites_head_and_reporter_into_its_own_villages_only() {
    let test = TestApp::new().await;
    let (_, id) = head(&test).await;
    let town = test.person("town", OrganisationKind::Town, Some("441424103"), Role::TownReviewer).await;
    let elsewhere = test.person("elsewhere", OrganisationKind::Town, Some("441424125"), Role::TownReviewer).await;
    let seen = members_of(&town, id).await;
    assert_eq!((seen.view, seen.may_invite), (MembersView::Town, vec![Role::VillageHead, Role::VillageReporter]));
    let (_, code) = invited(&town, id, &printed(1, Role::VillageHead)).await;
    assert!(test.visitor().call(invitations::accept(&code, &newcomer("liu"))).await.is_ok());
    let refused = town.call(invitations::invite(id, &printed(2, Role::TownReviewer))).await.unwrap_err();
    assert_eq!(refused.fields(), ["role"]);
    let own = test.organisation_of(&town).await;
    let refused = town.call(invitations::invite(own, &printed(3, Role::TownReviewer))).await.unwrap_err();
    assert_eq!(refused.status, 403, "only an owner invites into the town itself");
    for call in [printed(4, Role::VillageReporter), printed(5, Role::VillageHead)] {
        assert_eq!(elsewhere.call(invitations::invite(id, &call)).await.unwrap_err().status, 404);
    }
    assert_eq!(elsewhere.call(members::list(id)).await.unwrap_err().status, 404);
    assert_eq!(town.call(invitations::list(id)).await.unwrap().items.len(), 1, "those that the town made");
    test.done().await;
}

fn opening(n: u128, kind: OrganisationKind, place: Option<&str>) -> FoundOrganisation {
    FoundOrganisation {
        id: OrganisationId(Uuid::from_u128(n)),
        kind,
        name: format!("示例{}", kind.label()),
        place: place.map(|place| place.parse().unwrap()),
    }
}

#[tokio::test]
async fn the_administrator_opens_organisations_and_invites_their_first_owner() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let village = opening(1, OrganisationKind::Village, Some(crate::needs::VILLAGE));
    let made = admin.call(organisations::found(&village)).await.unwrap();
    assert!(!made.has_owner && made.people == 0);
    assert_eq!(admin.call(organisations::found(&village)).await.unwrap().id, made.id, "sent twice is once");
    for (n, kind, place, field) in [
        (2, OrganisationKind::Village, Some(crate::needs::VILLAGE), "place"),
        (3, OrganisationKind::Town, Some("441424"), "place"),
        (4, OrganisationKind::Federation, None, "place"),
        (5, OrganisationKind::Charity, Some("441424"), "place"),
        (6, OrganisationKind::Village, Some("441424103999"), "place"),
        (7, OrganisationKind::Enterprise, None, "kind"),
        (8, OrganisationKind::Platform, None, "kind"),
    ] {
        let refused = admin.call(organisations::found(&opening(n, kind, place))).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec![field]), "{kind} {place:?}");
    }
    assert_eq!(members_of(&admin, made.id).await.may_invite, [Role::VillageHead]);
    let refused = admin.call(invitations::invite(made.id, &printed(1, Role::VillageReporter))).await.unwrap_err();
    assert_eq!(refused.fields(), ["role"], "the owner invites the others");
    let (_, code) = invited(&admin, made.id, &printed(2, Role::VillageHead)).await;
    test.visitor().call(invitations::accept(&code, &newcomer("liu"))).await.unwrap();
    let refused = admin.call(invitations::invite(made.id, &printed(3, Role::VillageHead))).await.unwrap_err();
    assert_eq!(refused.status, 422, "the first owner is there");
    let liu = test.signed_in("liu").await;
    let (_, code) = invited(&liu, made.id, &printed(4, Role::VillageReporter)).await;
    test.visitor().call(invitations::accept(&code, &newcomer("wu"))).await.unwrap();
    assert_eq!(events(&test, "organisation_opened").await, 1);
    assert_eq!(test.enterprise("firm").await.call(organisations::found(&village)).await.unwrap_err().status, 403);
    test.done().await;
}

#[tokio::test]
async fn organisations_are_found_by_name_kind_and_place() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    test.village(crate::needs::VILLAGE).await;
    test.person("town", OrganisationKind::Town, Some("441424103"), Role::TownReviewer).await;
    test.federation("441481").await;
    let found = async |q: Option<&str>, kind: Option<&str>, place: Option<&str>| {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let query = OrganisationQuery { q: own(q), kind: own(kind), place: own(place), after: None };
        let list = admin.call(organisations::list(&query)).await.unwrap();
        assert_eq!(usize::try_from(list.count.number).unwrap(), list.items.len());
        list.items.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(found(None, None, None).await.len(), 4);
    assert_eq!(found(Some("TOWN"), None, None).await, ["town的单位"]);
    assert_eq!(found(None, Some("federation"), None).await, ["federation-441481的单位"]);
    assert_eq!(found(None, None, Some("441424")).await.len(), 2);
    assert_eq!(found(None, Some("village"), Some("441481")).await.len(), 0);
    let page = admin.page("/work/organisations?kind=town").await;
    assert!(page.text().contains("单位（1）") && page.text().contains("town的单位"));
    let wrong = OrganisationQuery { kind: Some("castle".into()), ..OrganisationQuery::default() };
    assert_eq!(admin.call(organisations::list(&wrong)).await.unwrap_err().status, 422);
    test.done().await;
}

#[tokio::test]
async fn an_organisation_is_opened_by_form_and_its_code_found_by_name() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let finder = admin.page("/work/organisations?in=441424103").await.text();
    assert!(finder.contains(crate::needs::VILLAGE), "the villages of the town with their codes");
    let id = Uuid::from_u128(9).to_string();
    let form = |place: &'static str| {
        vec![("id", id.clone()), ("new_kind", "town".into()), ("name", "示例镇".into()), ("new_place", place.into())]
    };
    let send = async |place: &'static str| {
        let form = form(place);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        admin.form("/work/organisations", &form).await
    };
    let refused = send("441424").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("请填写镇（街道）的 9 位区划代码") && refused.text().contains("value=\"示例镇\""));
    let opened = send("４４１４２４１２５").await;
    assert_eq!(opened.location(), format!("/work/members?organisation={id}&done=opened"), "{}", opened.text());
    assert!(admin.page(&opened.location()).await.text().contains("邀请一个人"));
    test.done().await;
}

#[tokio::test]
async fn what_somebody_made_who_is_no_owner_any_more_is_void() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let id = test.organisation_of(&enterprise).await;
    let partner = test.member("partner", id, Role::EnterpriseOwner).await;
    let (_, code) = invited(&partner, id, &printed(1, Role::EnterpriseOperator)).await;
    let out = members::ChangeMember { seen: vec![Role::EnterpriseOwner], roles: Vec::new() };
    enterprise.call(members::change(id, id_of(&partner).await, &out)).await.unwrap();
    let look = test.visitor().call(invitations::look(&code)).await.unwrap();
    assert_eq!(look.status, InvitationStatus::Revoked);
    assert_eq!(test.visitor().call(invitations::accept(&code, &newcomer("liu"))).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn who_is_invited_to_handle_money_waits_for_a_second_person() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let (_, code) = invited(&owner, charity.id, &printed(1, Role::CharityMaker)).await;
    let accepted = test.visitor().call(invitations::accept(&code, &newcomer("liu"))).await.unwrap();
    assert!(accepted.waits);
    let liu = test.signed_in("liu").await;
    assert!(liu.call(me()).await.unwrap().memberships.is_empty(), "no right yet");
    let seen = members_of(&charity.checker, charity.id).await;
    let held = &named(&seen, "刘示例").roles[0];
    assert_eq!((held.status, held.waits.unwrap().for_me), (MembershipStatus::Waiting, true));
    let second = members::SecondRole { role: Role::CharityMaker, agrees: true };
    let person = named(&seen, "刘示例").person;
    charity.checker.call(members::second(charity.id, person, &second)).await.unwrap();
    assert_eq!(liu.call(me()).await.unwrap().memberships[0].role, Role::CharityMaker);
    test.done().await;
}
