use chrono::NaiveDate;
use domain::api::members::{self, ChangeMember, Member, Members, MembersView, SecondRole};
use domain::api::sessions::{self, me};
use domain::api::{arrivals, invitations, needs};
use domain::arrival::{BankLineInput, LineChannel};
use domain::membership::InvitationWay;
use domain::organisation::{MembershipStatus, OrganisationKind, Role};
use domain::{Fen, InvitationId, OrganisationId, PersonId};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

pub async fn members_of(client: &Client<'_>, id: OrganisationId) -> Members {
    client.call(members::list(id)).await.unwrap()
}

pub fn named<'a>(members: &'a Members, name: &str) -> &'a Member {
    members.items.iter().find(|member| member.name == name).unwrap_or_else(|| panic!("{name} is not a member"))
}

pub async fn id_of(client: &Client<'_>) -> PersonId {
    client.call(me()).await.unwrap().id
}

fn to(seen: &[Role], roles: &[Role]) -> ChangeMember {
    ChangeMember { seen: seen.to_vec(), roles: roles.to_vec() }
}

/// How often an event with this verb was recorded.
pub async fn events(test: &TestApp, verb: &str) -> i64 {
    let count = sqlx::query_scalar("select count(*) from event where verb = $1").bind(verb);
    count.fetch_one(&test.app.pool).await.unwrap()
}

/// A charity whose owners are `owner` and `other`.
async fn owned(test: &TestApp) -> (Charity<'_>, Client<'_>, Client<'_>) {
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let other = test.member("other", charity.id, Role::CharityOwner).await;
    (charity, owner, other)
}

#[tokio::test]
async fn an_owner_sees_everything_and_a_colleague_names_and_roles() {
    let test = TestApp::new().await;
    let (charity, owner, _) = owned(&test).await;
    let seen = members_of(&owner, charity.id).await;
    assert_eq!((seen.view, seen.items.len()), (MembersView::Owner, 5));
    assert!(named(&seen, "示例慈善会-maker").roles[0].since.is_some());
    let seen = members_of(&charity.maker, charity.id).await;
    assert_eq!((seen.view, seen.items.len()), (MembersView::Colleague, 5));
    let held = &named(&seen, "owner").roles[0];
    assert_eq!((held.role, held.since, held.given_by.as_deref()), (Role::CharityOwner, None, None));
    assert!(seen.may_invite.is_empty());
    let page = charity.maker.page("/work/members").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("成员（5）") && !page.text().contains("邀请一个人"));
    test.done().await;
}

#[tokio::test]
async fn nobody_else_knows_the_people_of_an_organisation() {
    let test = TestApp::new().await;
    let (charity, ..) = owned(&test).await;
    let elsewhere = test.charity("另一示例慈善会").await;
    let stranger = test.member("stranger", elsewhere.id, Role::CharityOwner).await;
    let person = id_of(&charity.maker).await;
    assert_eq!(stranger.call(members::list(charity.id)).await.unwrap_err().status, 404);
    let change = to(&[Role::CharityMaker], &[]);
    assert_eq!(stranger.call(members::change(charity.id, person, &change)).await.unwrap_err().status, 404);
    let second = SecondRole { role: Role::CharityMaker, agrees: true };
    assert_eq!(elsewhere.maker.call(members::second(charity.id, person, &second)).await.unwrap_err().status, 404);
    assert_eq!(test.visitor().call(members::list(charity.id)).await.unwrap_err().status, 401);
    let maker = charity.maker.call(members::change(charity.id, person, &change)).await.unwrap_err();
    assert_eq!(maker.status, 403, "a colleague changes nothing");
    test.done().await;
}

#[tokio::test]
async fn the_last_owner_stays_also_when_two_leave_at_once() {
    let test = TestApp::new().await;
    let (charity, owner, other) = owned(&test).await;
    let (one, two) = (id_of(&owner).await, id_of(&other).await);
    let leave = to(&[Role::CharityOwner], &[]);
    let (first, second) = tokio::join!(
        owner.call(members::change(charity.id, one, &leave)),
        other.call(members::change(charity.id, two, &leave)),
    );
    let refused: Vec<u16> =
        [&first, &second].into_iter().filter_map(|left| left.as_ref().err()).map(|e| e.status).collect();
    assert_eq!(refused, [409], "one leaves, the other has to stay");
    let people = members_of(if first.is_err() { &owner } else { &other }, charity.id).await;
    assert_eq!(people.items.iter().filter(|member| member.roles[0].role == Role::CharityOwner).count(), 1);
    assert_eq!(events(&test, "roles_changed").await, 1);
    test.done().await;
}

#[tokio::test]
async fn two_owners_who_put_each_other_out_do_not_both_succeed() {
    let test = TestApp::new().await;
    let (charity, owner, other) = owned(&test).await;
    let (one, two) = (id_of(&owner).await, id_of(&other).await);
    let out = to(&[Role::CharityOwner], &[]);
    let (first, second) = tokio::join!(
        owner.call(members::change(charity.id, two, &out)),
        other.call(members::change(charity.id, one, &out)),
    );
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
    let loser = first.err().or(second.err()).unwrap();
    assert_eq!(loser.status, 403, "whoever was put out first owns nothing any more: {}", loser.error);
    test.done().await;
}

#[tokio::test]
async fn of_two_owners_who_edit_one_person_the_second_gets_a_conflict() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let id = test.organisation_of(&enterprise).await;
    let other = test.member("partner", id, Role::EnterpriseOwner).await;
    test.member("clerk", id, Role::EnterpriseOperator).await;
    let clerk = named(&members_of(&enterprise, id).await, "clerk").person;
    let seen = [Role::EnterpriseOperator];
    let promote = to(&seen, &[Role::EnterpriseOperator, Role::EnterpriseOwner]);
    enterprise.call(members::change(id, clerk, &promote)).await.unwrap();
    let late = other.call(members::change(id, clerk, &to(&seen, &[]))).await.unwrap_err();
    assert_eq!(late.status, 409);
    assert_eq!(named(&members_of(&other, id).await, "clerk").roles.len(), 2, "nothing is lost");
    assert_eq!(events(&test, "roles_changed").await, 1);
    test.done().await;
}

#[tokio::test]
async fn a_role_that_was_taken_is_gone_with_the_next_request() {
    let test = TestApp::new().await;
    let reporter = test.village(crate::needs::VILLAGE).await;
    let id = test.organisation_of(&reporter).await;
    let head = test.member("head", id, Role::VillageHead).await;
    assert_eq!(reporter.call(needs::own()).await.unwrap().items.len(), 0);
    let person = id_of(&reporter).await;
    head.call(members::change(id, person, &to(&[Role::VillageReporter], &[]))).await.unwrap();
    assert_eq!(reporter.call(needs::own()).await.unwrap_err().status, 403);
    assert!(reporter.call(me()).await.unwrap().memberships.is_empty(), "the session itself goes on");
    test.done().await;
}

fn bank_line(charity: &Charity<'_>) -> arrivals::NewBankLine {
    arrivals::NewBankLine {
        id: domain::BankLineId(Uuid::from_u128(1)),
        bank_account: charity.account,
        line: BankLineInput {
            booked_on: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap(),
            payer: "示例公司".into(),
            amount: Fen::yuan(1),
            remark: String::new(),
            serial_no: "1".into(),
            channel: LineChannel::Transfer,
        },
    }
}

#[tokio::test]
async fn a_role_that_handles_money_works_when_a_second_person_has_agreed() {
    let test = TestApp::new().await;
    let (charity, owner, _) = owned(&test).await;
    let payer = id_of(&charity.payer).await;
    let give = to(&[Role::CharityPayer], &[Role::CharityPayer, Role::CharityMaker]);
    let after = owner.call(members::change(charity.id, payer, &give)).await.unwrap();
    let waiting = named(&after, "示例慈善会-payer").roles.iter().find(|held| held.role == Role::CharityMaker).unwrap();
    assert_eq!(waiting.status, MembershipStatus::Waiting);
    let waits = waiting.waits.unwrap();
    assert_eq!((waits.for_me, waits.people), (false, 3), "the other owner, maker and checker");
    let line = bank_line(&charity);
    let too_early = charity.payer.call(arrivals::enter(&line)).await.unwrap_err();
    assert_eq!(too_early.status, 403, "until then it gives no right");
    assert!(owner.page("/work/members").await.text().contains("等另一位同意"));

    let second = |agrees| members::second(charity.id, payer, &SecondRole { role: Role::CharityMaker, agrees });
    assert_eq!(owner.call(second(true)).await.unwrap_err().status, 409, "not who gave it");
    assert_eq!(charity.payer.call(second(true)).await.unwrap_err().status, 409, "not who gets it");
    charity.checker.call(second(true)).await.unwrap();
    assert_eq!(charity.maker.call(second(true)).await.unwrap_err().status, 409, "once is enough");
    charity.payer.call(arrivals::enter(&line)).await.unwrap();
    let seen = members_of(&owner, charity.id).await;
    let held = named(&seen, "示例慈善会-payer").roles.iter().find(|held| held.role == Role::CharityMaker).unwrap();
    assert_eq!(held.given_by.as_deref(), Some("owner"));
    assert_eq!(held.seconded_by.as_deref(), Some("示例慈善会-checker"));
    assert_eq!(events(&test, "role_seconded").await, 1);
    test.done().await;
}

#[tokio::test]
async fn a_colleague_can_refuse_a_role_that_handles_money() {
    let test = TestApp::new().await;
    let (charity, owner, _) = owned(&test).await;
    let payer = id_of(&charity.payer).await;
    let give = to(&[Role::CharityPayer], &[Role::CharityPayer, Role::CharityChecker]);
    owner.call(members::change(charity.id, payer, &give)).await.unwrap();
    let no = [("person", payer.to_string()), ("organisation", charity.id.to_string())];
    let mut form = vec![("action", "refuse"), ("role", "charity_checker")];
    form.extend(no.iter().map(|(name, value)| (*name, value.as_str())));
    let answer = charity.maker.form("/work/members", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(named(&members_of(&owner, charity.id).await, "示例慈善会-payer").roles.len(), 1);
    assert_eq!(events(&test, "role_refused").await, 1);
    test.done().await;
}

#[tokio::test]
async fn where_nobody_can_agree_the_page_says_what_to_do() {
    let test = TestApp::new().await;
    let owner = test.person("owner", OrganisationKind::Charity, None, Role::CharityOwner).await;
    let id = test.organisation_of(&owner).await;
    test.member("clerk", id, Role::CharityMaker).await;
    let clerk = named(&members_of(&owner, id).await, "clerk").person;
    let give = to(&[Role::CharityMaker], &[Role::CharityMaker, Role::CharityPayer]);
    let after = owner.call(members::change(id, clerk, &give)).await.unwrap();
    let waits = named(&after, "clerk").roles.iter().find_map(|held| held.waits).unwrap();
    assert_eq!(waits.people, 0);
    assert!(owner.page("/work/members").await.text().contains("请先邀请第二位负责人"));
    test.done().await;
}

#[tokio::test]
async fn an_administrator_of_the_platform_gives_no_role_that_handles_money() {
    let test = TestApp::new().await;
    let (charity, ..) = owned(&test).await;
    let admin = test.admin().await;
    let maker = id_of(&charity.maker).await;
    let give = to(&[Role::CharityMaker], &[Role::CharityMaker, Role::CharityPayer]);
    assert_eq!(admin.call(members::change(charity.id, maker, &give)).await.unwrap_err().status, 403);
    let invite = |n, role| invitations::NewInvitation {
        id: InvitationId(Uuid::from_u128(n)),
        role,
        way: InvitationWay::Print,
        name: String::new(),
        email: None,
        phone: None,
        person: None,
    };
    for (n, role) in [(1, Role::CharityPayer), (2, Role::CharityOwner)] {
        let refused = admin.call(invitations::invite(charity.id, &invite(n, role))).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["role"]), "{role}: the charity has its owner");
    }
    // Not even as an owner of the charity, which he may become like anybody else.
    let person = id_of(&admin).await;
    backend::organisations::add_member(&test.app, person, charity.id, Role::CharityOwner).await.unwrap();
    admin.call(sessions::act_for(charity.id)).await.unwrap();
    let refused = admin.call(members::change(charity.id, maker, &give)).await.unwrap_err();
    assert_eq!(refused.status, 409, "{}", refused.error);
    let refused = admin.call(invitations::invite(charity.id, &invite(3, Role::CharityPayer))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    let own = backend::organisations::add_member(&test.app, person, charity.id, Role::CharityPayer).await;
    assert!(own.is_err(), "the database refuses what no page offers");
    test.done().await;
}

#[tokio::test]
async fn nobody_gives_himself_a_role_and_roles_fit_their_organisation() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let id = test.organisation_of(&enterprise).await;
    let own = id_of(&enterprise).await;
    let seen = [Role::EnterpriseOwner];
    let more = to(&seen, &[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    assert_eq!(enterprise.call(members::change(id, own, &more)).await.unwrap_err().status, 409);
    test.member("clerk", id, Role::EnterpriseOperator).await;
    let clerk = named(&members_of(&enterprise, id).await, "clerk").person;
    let other = to(&[Role::EnterpriseOperator], &[Role::EnterpriseOperator, Role::VillageHead]);
    assert_eq!(enterprise.call(members::change(id, clerk, &other)).await.unwrap_err().status, 422);
    let federation = test.federation("441424").await;
    let county = test.organisation_of(&federation).await;
    let boss = test.person("boss", OrganisationKind::Federation, Some("4414"), Role::OfficeOwner).await;
    let city = test.organisation_of(&boss).await;
    assert_eq!(members_of(&federation, county).await.roles, [Role::OfficeOwner, Role::FederationCounty]);
    assert_eq!(members_of(&boss, city).await.roles, [Role::OfficeOwner, Role::FederationCity]);
    test.done().await;
}

#[tokio::test]
async fn a_change_is_read_back_before_it_is_made() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let id = test.organisation_of(&enterprise).await.to_string();
    let parsed: OrganisationId = id.parse().unwrap();
    test.member("clerk", parsed, Role::EnterpriseOperator).await;
    let clerk = named(&members_of(&enterprise, parsed).await, "clerk").person.to_string();
    let form = [
        ("organisation", id.as_str()),
        ("person", clerk.as_str()),
        ("seen", "enterprise_operator"),
        ("action", "change"),
    ];
    let asked = enterprise.form("/work/members", &form).await;
    assert_eq!(asked.status, 200);
    assert!(asked.text().contains("离开 firm的单位") && asked.text().contains("name=\"confirmed\""));
    assert_eq!(members_of(&enterprise, parsed).await.items.len(), 2, "nothing has happened");
    let mut confirmed = form.to_vec();
    confirmed.push(("confirmed", "1"));
    let done = enterprise.form("/work/members", &confirmed).await;
    assert_eq!(done.location(), format!("/work/members?organisation={id}&done=changed"));
    assert_eq!(members_of(&enterprise, parsed).await.items.len(), 1);
    test.done().await;
}
