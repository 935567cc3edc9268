use crate::members::{events, id_of, members_of, named};
use domain::api::invitations::{self, AcceptInvitation, NewInvitation};
use domain::api::members::{self, SecondRole};
use domain::membership::{InvitationStatus, InvitationWay};
use domain::organisation::{MembershipStatus, OrganisationKind, Role};
use domain::{InvitationId, PersonId};
use tests::TestApp;
use uuid::Uuid;

fn naming(n: u128, person: PersonId, role: Role) -> NewInvitation {
    NewInvitation {
        id: InvitationId(Uuid::from_u128(n)),
        role,
        way: InvitationWay::Parent,
        name: String::new(),
        email: None,
        phone: None,
        person: Some(person),
    }
}

/// A town with one person asks the county's federation, by the page, and he finds it with his work.
#[tokio::test]
async fn a_unit_that_is_a_person_short_names_one_of_its_parent() {
    let test = TestApp::new().await;
    let town = test.person("town", OrganisationKind::Town, Some("441424103"), Role::OfficeOwner).await;
    let id = test.organisation_of(&town).await;
    let page = town.page("/work/members").await.text();
    assert!(page.contains("上级还没有在平台上开通"), "{page}");
    let county = test.federation("441424").await;
    let elsewhere = test.federation("441481").await;
    let (helper, other) = (id_of(&county).await, id_of(&elsewhere).await);
    let above = town.call(members::parent(id)).await.unwrap();
    assert_eq!(above.people.iter().map(|person| person.person).collect::<Vec<_>>(), [helper]);

    let refused = town.call(invitations::invite(id, &naming(1, other, Role::TownReviewer))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["person"]), "of another county");
    let nobody = NewInvitation { person: None, ..naming(1, helper, Role::TownReviewer) };
    assert_eq!(town.call(invitations::invite(id, &nobody)).await.unwrap_err().fields(), ["person"]);
    let owner = id_of(&town).await;
    backend::organisations::add_member(&test.app, owner, test.organisation_of(&county).await, Role::OfficeOwner)
        .await
        .unwrap();
    let himself = town.call(invitations::invite(id, &naming(1, owner, Role::TownReviewer))).await.unwrap_err();
    assert_eq!((himself.status, himself.fields()), (422, vec!["person"]), "nobody asks himself");
    let (own, person) = (id.to_string(), helper.to_string());
    let form = [
        ("organisation", own.as_str()),
        ("id", "00000000-0000-0000-0000-000000000001"),
        ("way", "parent"),
        ("person", person.as_str()),
        ("role", "town_reviewer"),
        ("action", "invite"),
    ];
    let sent = town.form("/work/members", &form).await;
    assert_eq!(sent.location(), format!("/work/members?organisation={id}&done=invited"), "{}", sent.text());

    let work = county.page("/work").await.text();
    assert!(work.contains("town的单位请您担任镇审核员"), "{work}");
    assert!(county.page("/notices").await.text().contains("请您担任镇审核员"));
    let mine = county.call(invitations::mine()).await.unwrap();
    let code = mine.items[0].code.clone();
    assert_eq!(elsewhere.call(invitations::mine()).await.unwrap().items, []);
    let refused = elsewhere.call(invitations::accept(&code, &AcceptInvitation::default())).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("请另一个人"), "{}", refused.error.message);
    assert!(county.page(&format!("/join?code={code}")).await.text().contains("镇审核员"));
    county.call(invitations::accept(&code, &AcceptInvitation::default())).await.unwrap();
    let known = members_of(&town, id).await;
    assert!(known.items.iter().any(|member| member.person == helper && member.roles[0].role == Role::TownReviewer));
    assert_eq!(county.call(invitations::mine()).await.unwrap().items, []);
    assert_eq!(town.call(members::parent(id)).await.unwrap().people, [], "he is here now");
    assert_eq!(events(&test, "invitation_accepted").await, 1);
    test.done().await;
}

/// Whoever has left the unit above does not take the role any more.
#[tokio::test]
async fn who_is_of_the_parent_no_more_is_no_substitute() {
    let test = TestApp::new().await;
    let town = test.person("town", OrganisationKind::Town, Some("441424103"), Role::OfficeOwner).await;
    let id = test.organisation_of(&town).await;
    let county = test.federation("441424").await;
    let helper = id_of(&county).await;
    town.call(invitations::invite(id, &naming(1, helper, Role::TownReviewer))).await.unwrap();
    let code = county.call(invitations::mine()).await.unwrap().items[0].code.clone();
    sqlx::query("delete from membership where person = $1").bind(helper.0).execute(&test.app.pool).await.unwrap();
    let refused = county.call(invitations::accept(&code, &AcceptInvitation::default())).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("上级单位"), "{}", refused.error.message);
    assert_eq!(town.call(invitations::list(id)).await.unwrap().items[0].status, InvitationStatus::Open);
    test.done().await;
}

/// A charity's parent is named by the administrator; a substitute's role that handles money waits for a second person.
#[tokio::test]
async fn a_charity_asks_the_charity_above_it() {
    let test = TestApp::new().await;
    let (charity, above) = (test.charity("示例县慈善会").await, test.charity("示例市慈善会").await);
    let owner = test.member("charity-owner", charity.id, Role::CharityOwner).await;
    assert_eq!(owner.call(members::parent(charity.id)).await.unwrap().organisation, None);
    assert!(owner.page("/work/members").await.text().contains("请平台管理员登记"));
    let admin = test.admin().await;
    let enterprise = test.enterprise("firm").await;
    let business = test.organisation_of(&enterprise).await;
    for wrong in [charity.id, business] {
        let refused = admin.call(members::set_parent(charity.id, Some(wrong))).await.unwrap_err();
        assert_eq!(refused.fields(), ["parent"]);
    }
    assert_eq!(admin.call(members::set_parent(business, Some(charity.id))).await.unwrap_err().status, 409);
    let (own, parent) = (charity.id.to_string(), above.id.to_string());
    let path = format!("/work/members?organisation={own}");
    let form = [("organisation", own.as_str()), ("parent", parent.as_str()), ("action", "set_parent")];
    assert_eq!(admin.form(&path, &form).await.location(), format!("{path}&done=parent"));
    assert_eq!(admin.call(members::set_parent(above.id, Some(charity.id))).await.unwrap_err().fields(), ["parent"]);
    assert_eq!(admin.call(members::parent(charity.id)).await.unwrap().people, [], "the administrator gives nothing");

    let payer = id_of(&above.payer).await;
    let invited = owner.call(invitations::invite(charity.id, &naming(1, payer, Role::CharityPayer))).await.unwrap();
    assert_eq!(invited.sheet, None);
    let code = above.payer.call(invitations::mine()).await.unwrap().items[0].code.clone();
    let accepted = above.payer.call(invitations::accept(&code, &AcceptInvitation::default())).await.unwrap();
    assert!(accepted.waits);
    let seconded = SecondRole { role: Role::CharityPayer, agrees: true };
    let known = charity.checker.call(members::second(charity.id, payer, &seconded)).await.unwrap();
    let member = known.items.iter().find(|member| member.person == payer).unwrap();
    assert_eq!(member.roles[0].status, MembershipStatus::Active);
    assert_eq!(named(&known, &member.name).roles.len(), 1);
    admin.call(members::set_parent(charity.id, None)).await.unwrap();
    assert_eq!(owner.call(members::parent(charity.id)).await.unwrap().people, []);
    assert_eq!(events(&test, "organisation_parent_set").await, 2);
    test.done().await;
}

/// Those who answer for the unit above hear of it; the same person is not asked for the same twice.
#[tokio::test]
async fn the_unit_above_is_told_and_nobody_is_asked_twice() {
    let test = TestApp::new().await;
    let town = test.person("town", OrganisationKind::Town, Some("441424103"), Role::OfficeOwner).await;
    let id = test.organisation_of(&town).await;
    let county = test.federation("441424").await;
    let above = test.organisation_of(&county).await;
    let head = test.member("county-head", above, Role::FederationCounty).await;
    let helper = id_of(&county).await;
    for owner in [id_of(&head).await, helper] {
        backend::organisations::add_member(&test.app, owner, above, Role::OfficeOwner).await.unwrap();
    }
    town.call(invitations::invite(id, &naming(1, helper, Role::TownReviewer))).await.unwrap();
    let told = head.page("/notices").await.text();
    assert!(told.contains("请您单位的一位同事帮忙") && !told.contains("请federation-441424"), "{told}");
    let asked = county.page("/notices").await.text();
    assert!(!asked.contains("一位同事帮忙"), "the one who is asked has his own letter: {asked}");
    backend::jobs::run_due(&test.app).await.unwrap();
    let letter = crate::mail::sent(&test).into_iter().find(|letter| letter.subject.contains("一位同事帮忙")).unwrap();
    assert!(letter.text.contains("请您单位的federation-441424担任"), "{}", letter.text);

    let again = town.call(invitations::invite(id, &naming(2, helper, Role::TownReviewer))).await.unwrap_err();
    assert_eq!((again.status, again.fields()), (422, vec!["person"]));
    assert!(again.error.fields[0].message.contains("已经请过"), "{}", again.error.fields[0].message);
    town.call(invitations::invite(id, &naming(3, helper, Role::OfficeOwner))).await.unwrap();
    town.call(invitations::revoke(id, InvitationId(Uuid::from_u128(1)))).await.unwrap();
    town.call(invitations::invite(id, &naming(2, helper, Role::TownReviewer))).await.unwrap();
    test.done().await;
}
