use crate::links::{asked_for, link_in};
use crate::mail::sent;
use axum::http::StatusCode;
use backend::jobs;
use domain::api::consents;
use domain::api::invitations::{self, AcceptInvitation, NewInvitation, Newcomer};
use domain::api::links;
use domain::api::registrations::{self, NewDonor, NewRegistration, RegistrationChange};
use domain::api::sessions::{self, Credentials, Session};
use domain::consent::Agreement;
use domain::link::{LinkPurpose, LinkState};
use domain::membership::{InvitationStatus, InvitationWay};
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::registration::{AccountInput, CONFIRM_WITHIN, EnterpriseInput, Industry};
use domain::{InvitationId, OrganisationId};
use tests::people::PASSWORD;
use tests::{Client, Refused, TestApp, jpeg};
use uuid::Uuid;

/// Well-formed codes that nobody has.
pub const CODES: [&str; 6] = [
    "91441424MA4RL00013",
    "91441424MA4RL00026",
    "91441424MA4RL00039",
    "91441402MA4RL0004G",
    "91441481MA4RL00051",
    "91441424MA4RL0006J",
];

/// The enterprise with the code of this number, in the county of the tests.
pub fn new_registration(n: usize, name: &str, email: &str) -> NewRegistration {
    NewRegistration {
        id: OrganisationId(Uuid::from_u128(0xe000 + n as u128)),
        enterprise: EnterpriseInput {
            uscc: CODES[n].into(),
            name: name.into(),
            former_names: Vec::new(),
            industry: Some(Industry::Manufacturing),
            county: Some("441424".parse().unwrap()),
            contact_name: "李四".into(),
            contact_phone: format!("1380013800{n}"),
        },
        account: AccountInput {
            email: email.into(),
            person: "张三".into(),
            password: PASSWORD.into(),
            agreement: Agreement::present(),
        },
    }
}

async fn signs_in(test: &TestApp, account: &str, password: &str) -> Result<Session, Refused> {
    let credentials = Credentials { account: account.into(), password: password.into(), code: None };
    test.visitor().call(sessions::sign_in(&credentials)).await
}

/// Registers, confirms the address and signs in.
pub async fn registered<'a>(test: &'a TestApp, n: usize, name: &str) -> Client<'a> {
    let email = format!("firm{n}@example.com");
    test.visitor().call(registrations::enterprise(&new_registration(n, name, &email))).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let link = link_in(&sent(test), &email);
    test.visitor().call(links::confirm(&link)).await.unwrap();
    test.signed_in(&email).await
}

#[tokio::test]
async fn an_enterprise_registers_waits_and_confirms_its_address_by_a_button() {
    let test = TestApp::new().await;
    let new = new_registration(0, "五华县长布茶业有限公司", "zhangsan@example.com");
    let answer = test.visitor().call(registrations::enterprise(&new)).await.unwrap();
    assert_eq!((answer.id, answer.email_masked.as_str()), (new.id, "zh***@example.com"));

    let firm = test.signed_in("zhangsan@example.com").await;
    let me = firm.call(sessions::me()).await.unwrap();
    let own = &me.memberships[0];
    let expected = (OrganisationKind::Enterprise, OrganisationStatus::Pending, Role::EnterpriseOwner);
    assert_eq!((own.kind, own.status, own.role), expected);
    assert!(!me.email_confirmed && !me.consent_needed);

    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!(letters.len(), 1);
    let link = link_in(&letters, "zhangsan@example.com");
    let page = format!("/confirm-email?link={link}");
    for _ in 0..2 {
        let page = test.visitor().page(&page).await;
        assert!(page.text().contains("确认我的邮箱"), "a scanner that opens the link uses nothing up");
    }
    let fields = [("link", link.as_str()), ("action", "confirm")];
    let pressed = test.visitor().form("/confirm-email", &fields).await;
    assert_eq!(pressed.location(), "/confirm-email?done=confirmed");
    assert!(test.visitor().page("/confirm-email?done=confirmed").await.text().contains("邮箱已确认"));
    assert!(firm.call(sessions::me()).await.unwrap().email_confirmed);
    let again = test.visitor().form("/confirm-email", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("这个链接已经用过了"));
    test.done().await;
}

#[tokio::test]
async fn the_same_registration_twice_is_recorded_once_and_another_under_its_id_is_a_conflict() {
    let test = TestApp::new().await;
    let new = new_registration(0, "五华县长布茶业有限公司", "firm@example.com");
    let first = test.visitor().call(registrations::enterprise(&new)).await.unwrap();
    assert_eq!(test.visitor().call(registrations::enterprise(&new)).await.unwrap(), first);
    let other = NewRegistration {
        enterprise: EnterpriseInput { name: "五华县安流茶业有限公司".into(), ..new.enterprise.clone() },
        ..new.clone()
    };
    assert_eq!(test.visitor().call(registrations::enterprise(&other)).await.unwrap_err().status, 409);
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(sent(&test).len(), 1, "one account, one letter");
    test.done().await;
}

#[tokio::test]
async fn a_code_that_is_registered_says_so_and_how_to_join_and_not_by_whom() {
    let test = TestApp::new().await;
    let first = new_registration(0, "五华县长布茶业有限公司", "zhangsan@example.com");
    test.visitor().call(registrations::enterprise(&first)).await.unwrap();
    let mut second = new_registration(1, "五华县长布茶业有限公司", "wangwu@example.com");
    second.enterprise.uscc = " ９１４４１４２４ma4rl00013".into();
    let refused = test.visitor().call(registrations::enterprise(&second)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["uscc"]));
    let says = &refused.error.fields[0].message;
    assert!(says.contains("已经登记") && says.contains("邀请"), "{says}");
    assert!(!says.contains('张') && !says.contains("zh"), "{says}");
    assert_eq!(signs_in(&test, "wangwu@example.com", PASSWORD).await.err().unwrap().status, 422, "no account is left");
    test.done().await;
}

#[tokio::test]
async fn two_who_register_one_code_at_once_make_one_enterprise() {
    let test = TestApp::new().await;
    let one = new_registration(0, "五华县长布茶业有限公司", "one@example.com");
    let mut other = new_registration(1, "五华县长布茶业有限公司", "other@example.com");
    other.enterprise.uscc.clone_from(&one.enterprise.uscc);
    let visitor = test.visitor();
    let (one, other) =
        tokio::join!(visitor.call(registrations::enterprise(&one)), visitor.call(registrations::enterprise(&other)),);
    let refused = [one.err(), other.err()].into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].fields(), ["uscc"]);
    test.done().await;
}

fn typed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("id", "0190a000-0000-7000-8000-0000000000e0"),
        ("uscc", CODES[0]),
        ("name", "五华县长布茶业有限公司"),
        ("former_names", "长布茶厂\r\n\r\n五华长布茶场"),
        ("industry", "C"),
        ("county", "441424"),
        ("contact_name", "李四"),
        ("contact_phone", "0753-4433221"),
        ("email", "zhangsan@example.com"),
        ("person", "张三"),
        ("password", PASSWORD),
        ("privacy_notice", "1"),
        ("terms", "1"),
        ("privacy_notice_version", domain::consent::PRIVACY_NOTICE_VERSION),
        ("terms_version", domain::consent::TERMS_VERSION),
    ];
    for (name, value) in changes {
        form.iter_mut().filter(|field| field.0 == *name).for_each(|field| field.1 = value);
    }
    form
}

#[tokio::test]
async fn an_enterprise_registers_without_script() {
    let test = TestApp::new().await;
    assert_eq!(test.visitor().page("/register/enterprise").await.status, StatusCode::OK);
    let sent = test.visitor().form("/register/enterprise", &typed(&[])).await;
    assert_eq!(
        (sent.status.as_u16(), sent.location().as_str()),
        (303, "/register/enterprise?done=1"),
        "{}",
        sent.text()
    );
    assert!(test.visitor().page("/register/enterprise?done=1").await.text().contains("等待认证"));
    let firm = test.signed_in("zhangsan@example.com").await;
    let own = firm.call(registrations::own()).await.unwrap();
    assert_eq!(own.former_names, ["长布茶厂", "五华长布茶场"]);
    assert_eq!((own.county_name.as_str(), own.contact.unwrap().phone.as_str()), ("五华县", "07534433221"));
    test.done().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept() {
    let test = TestApp::new().await;
    let long = "茶".repeat(200);
    for (change, says) in [
        (("name", "茶"), "企业名称应是 2 至 100 个字"),
        (("name", long.as_str()), "企业名称应是 2 至 100 个字"),
        (("uscc", "91441424MA4RL00014"), "校验码不对"),
        (("uscc", "91441424MA4RL0001"), "现在是 17 位"),
        (("uscc", "91441424MA4SL00013"), "不用字母 I、O、Z、S、V"),
        (("industry", ""), "请选择所属行业"),
        (("county", "440100"), "请选择所在县（市、区）"),
        (("county", "441499"), "请选择所在县（市、区）"),
        (("contact_phone", "12345"), "电话应是 11 位手机号"),
        (("email", "nobody"), "邮箱应写成"),
        (("password", "short"), "密码至少 12 个字符"),
        (("terms", ""), "请阅读并勾选同意使用条款"),
        (("privacy_notice_version", "2020-01-01"), "隐私告知已更新"),
    ] {
        let refused = test.visitor().form("/register/enterprise", &typed(&[change])).await;
        let page = refused.text();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{change:?}");
        assert!(page.contains(says), "{change:?}: {page}");
        assert!(page.contains("value=\"李四\"") && page.contains("长布茶厂"), "{change:?}: what was typed is kept");
        assert!(!page.contains(PASSWORD), "a password is never sent back");
    }
    let empty = test.visitor().form("/register/enterprise", &[("id", "0190a000-0000-7000-8000-0000000000e0")]).await;
    for says in ["请填写统一社会信用代码", "请填写联系电话", "请填写邮箱", "请阅读并勾选同意隐私告知"]
    {
        assert!(empty.text().contains(says), "all at once: {says}");
    }
    test.done().await;
}

#[tokio::test]
async fn an_address_with_an_account_gets_the_same_answer_and_owns_the_enterprise_by_the_letter_only() {
    let test = TestApp::new().await;
    test.person("known", OrganisationKind::Donor, None, Role::Donor).await;
    let mut new = new_registration(0, "五华县长布茶业有限公司", "known@example.com");
    new.account.password = "a password of whoever typed it".into();
    let known = test.visitor().call(registrations::enterprise(&new)).await.unwrap();
    let unknown = new_registration(1, "五华县安流茶业有限公司", "nobody@example.com");
    let unknown = test.visitor().call(registrations::enterprise(&unknown)).await.unwrap();
    assert_eq!(
        (known.email_masked.as_str(), unknown.email_masked.as_str()),
        ("kn***@example.com", "no***@example.com")
    );

    assert!(signs_in(&test, "known", &new.account.password).await.is_err());
    let person = test.signed_in("known").await;
    assert_eq!(person.call(sessions::me()).await.unwrap().memberships.len(), 1, "nothing happened yet");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let link = link_in(&letters, "known@example.com");
    let letter = letters.iter().find(|letter| letter.to == "known@example.com").unwrap();
    assert!(letter.text.contains("五华县长布茶业有限公司") && letter.text.contains("账号：known"), "{}", letter.text);
    let page = test.visitor().page(&format!("/confirm-email?link={link}")).await.text();
    assert!(page.contains("五华县长布茶业有限公司") && page.contains("是我注册的"));
    let pressed = test.visitor().form("/confirm-email", &[("link", &link), ("action", "confirm")]).await;
    assert_eq!(pressed.location(), "/confirm-email?done=owner");
    let me = person.call(sessions::me()).await.unwrap();
    assert!(me.memberships.iter().any(|own| own.organisation == new.id && own.role == Role::EnterpriseOwner));
    test.done().await;
}

#[tokio::test]
async fn a_donor_gets_the_same_answer_and_page_whether_the_address_is_known_or_not() {
    let test = TestApp::new().await;
    test.person("known", OrganisationKind::Donor, None, Role::Donor).await;
    let mut seen = Vec::new();
    for email in ["known@example.com", "unknown@example.com"] {
        let answer = test.visitor().call(registrations::donor(email)).await.unwrap();
        let page = test.visitor().form("/register/donor", &[("email", email)]).await;
        seen.push((answer, page.status, page.location()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].2, "/register/donor?done=1");
    let refused = test.visitor().form("/register/donor", &[("email", "nobody")]).await;
    assert_eq!((refused.status, refused.text().contains("邮箱应写成")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    // What is done before the answer is the same for both: one row and one job. Who it is, the job finds out.
    let waiting: Vec<String> =
        sqlx::query_scalar("select kind from job where status = 'waiting'").fetch_all(&test.app.pool).await.unwrap();
    assert_eq!(waiting, ["link_request"; 4]);

    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let known: Vec<_> = letters.iter().filter(|letter| letter.to == "known@example.com").collect();
    assert!(known.iter().all(|letter| letter.text.contains("已经有账号") && letter.text.contains("忘记密码")));
    assert!(known.iter().all(|letter| !letter.text.contains("link=")));
    let left: i64 = sqlx::query_scalar("select count(*) from link_request").fetch_one(&test.app.pool).await.unwrap();
    assert_eq!(left, 0, "the addresses are forgotten");
    link_in(&letters, "unknown@example.com");
    test.done().await;
}

#[tokio::test]
async fn a_donor_completes_the_registration_behind_the_link() {
    let test = TestApp::new().await;
    let link = asked_for(&test, LinkPurpose::DonorAccount, "donor@example.com").await;
    let path = format!("/register/donor/complete?link={link}");
    assert!(test.visitor().page(&path).await.text().contains("完成注册"));
    let mut fields = vec![("link", link.as_str()), ("person", "王五"), ("password", PASSWORD)];
    let refused = test.visitor().form("/register/donor/complete", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请阅读并勾选同意隐私告知") && refused.text().contains("value=\"王五\""));
    fields.extend([
        ("privacy_notice", "1"),
        ("terms", "1"),
        ("privacy_notice_version", domain::consent::PRIVACY_NOTICE_VERSION),
        ("terms_version", domain::consent::TERMS_VERSION),
    ]);
    let done = test.visitor().form("/register/donor/complete", &fields).await;
    assert_eq!(done.location(), "/sign-in?done=registered", "{}", done.text());

    let donor = test.signed_in("donor@example.com").await;
    let me = donor.call(sessions::me()).await.unwrap();
    let own = &me.memberships[0];
    let expected = (OrganisationKind::Donor, OrganisationStatus::Verified, Role::Donor);
    assert_eq!((own.kind, own.status, own.role), expected);
    assert!(me.email_confirmed && !me.consent_needed);
    assert!(!own.organisation_name.contains("王五"), "a person's name stands where it can be erased only");
    let given = donor.call(consents::mine()).await.unwrap();
    assert_eq!(given.standing.iter().filter(|standing| standing.given).count(), 2, "the separate ones are off");
    let again = NewDonor {
        link: link.clone(),
        person: "王五".into(),
        password: PASSWORD.into(),
        agreement: Agreement::present(),
    };
    let refused = test.visitor().call(registrations::complete_donor(&again)).await.unwrap_err();
    assert_eq!(refused.fields(), ["link"]);
    assert_eq!(test.visitor().call(links::state(&link)).await.unwrap().state, LinkState::Used);
    test.done().await;
}

#[tokio::test]
async fn jobs_and_events_hold_no_secret_and_nobodys_name_address_or_phone() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, "五华县长布茶业有限公司").await;
    let reset = asked_for(&test, LinkPurpose::ResetPassword, "firm0@example.com").await;
    let donor = asked_for(&test, LinkPurpose::DonorAccount, "someone@example.com").await;
    firm.call(registrations::answer("请看附件")).await.unwrap();
    let payloads: Vec<String> =
        sqlx::query_scalar("select payload::text from job").fetch_all(&test.app.pool).await.unwrap();
    let events: Vec<String> =
        sqlx::query_scalar("select event::text from event").fetch_all(&test.app.pool).await.unwrap();
    assert!(payloads.len() >= 5 && events.len() >= 3);
    let secret = [reset.as_str(), &donor, "firm0@", "someone@", "张三", "李四", "13800138000", "请看附件"];
    for text in payloads.iter().chain(&events) {
        for word in secret {
            assert!(!text.contains(word), "{word} stands in {text}");
        }
    }
    test.done().await;
}

/// Whoever registers a firm that is not his, with an address that is not his, holds neither for ever.
#[tokio::test]
async fn a_registration_that_nobody_confirms_lapses_and_its_code_and_address_are_free() {
    let test = TestApp::new().await;
    let stranger = new_registration(0, "五华县长布茶业有限公司", "boss@example.com");
    test.visitor().call(registrations::enterprise(&stranger)).await.unwrap();
    registered(&test, 1, "五华县安流建材有限公司").await;
    let squatter = test.signed_in("boss@example.com").await;
    let page = squatter.page("/work/organisation").await.text();
    assert!(page.contains("前没有人确认邮箱，登记就失效"), "{page}");
    let licence = [("photos", "执照.jpg", jpeg(640, 480))];
    let picture: Vec<_> = licence.iter().map(|(field, name, bytes)| (*field, *name, bytes.as_slice())).collect();
    squatter.form_with_files("/work/organisation", &[("action", "add")], &picture).await;
    squatter.call(registrations::answer("请找王五核对，电话 13900139000")).await.unwrap();
    let own = squatter.call(registrations::own()).await.unwrap();
    assert_eq!((own.documents.len(), own.version), (1, 2));

    // Handing it in again wins no time.
    test.clock.advance(CONFIRM_WITHIN - chrono::Duration::minutes(1));
    let squatter = test.signed_in("boss@example.com").await;
    let change = RegistrationChange { version: 2, enterprise: stranger.enterprise.clone(), said: String::new() };
    squatter.call(registrations::resubmit(&change)).await.unwrap();
    test.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(backend::registrations::lapse_unconfirmed(&test.app).await.unwrap(), 0, "to the last moment");
    test.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(backend::registrations::lapse_unconfirmed(&test.app).await.unwrap(), 1);
    assert_eq!(backend::registrations::lapse_unconfirmed(&test.app).await.unwrap(), 0);
    assert_eq!(signs_in(&test, "boss@example.com", PASSWORD).await.err().unwrap().status, 422);

    let county = test.federation("441424").await;
    let waiting = county.page("/work/verifications").await.text();
    assert!(!waiting.contains("长布茶业"), "{waiting}");
    let lapsed = county.page("/work/verifications?status=lapsed").await.text();
    assert!(lapsed.contains("长布茶业"), "{lapsed}");
    let record = county.page(&format!("/work/verifications/{}", stranger.id)).await.text();
    assert!(record.contains("邮箱一直没有确认，登记失效"), "{record}");
    for forgotten in ["13800138000", "13900139000", "<img"] {
        assert!(!record.contains(forgotten), "{forgotten}: {record}");
    }
    backend::files::drop_old_drafts(&test.app).await.unwrap();
    let file = own.documents[0].file;
    assert_eq!(county.page(&format!("/api/v1/files/{file}")).await.status, StatusCode::NOT_FOUND);

    let mine = NewRegistration { id: OrganisationId(Uuid::from_u128(0xe0f0)), ..stranger };
    test.visitor().call(registrations::enterprise(&mine)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let link = link_in(&sent(&test), "boss@example.com");
    test.visitor().call(links::confirm(&link)).await.unwrap();
    let me = test.signed_in("boss@example.com").await.call(sessions::me()).await.unwrap();
    assert_eq!((me.memberships[0].status, me.email_confirmed), (OrganisationStatus::Pending, true));
    let other = test.signed_in("firm1@example.com").await.call(sessions::me()).await.unwrap();
    assert_eq!(other.memberships[0].status, OrganisationStatus::Pending, "whoever has confirmed waits on");
    test.done().await;
}

/// Whose address has an account already is asked by a letter; when he does not answer in time, the link is good no more.
#[tokio::test]
async fn a_link_into_a_lapsed_enterprise_leads_nowhere() {
    let test = TestApp::new().await;
    registered(&test, 0, "五华县长布茶业有限公司").await;
    let other = new_registration(1, "五华县安流建材有限公司", "firm0@example.com");
    test.visitor().call(registrations::enterprise(&other)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let old = link_in(&sent(&test), "firm0@example.com");
    // A letter of the last hour: its link is good for longer than the registration.
    test.clock.advance(CONFIRM_WITHIN - chrono::Duration::minutes(10));
    test.visitor().call(links::renew(&old)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let link = link_in(&sent(&test), "firm0@example.com");
    assert_ne!(link, old);
    test.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(backend::registrations::lapse_unconfirmed(&test.app).await.unwrap(), 1);
    assert_eq!(test.visitor().call(links::confirm(&link)).await.unwrap_err().status, 422);
    for dead in [old, link] {
        assert_eq!(test.visitor().call(links::renew(&dead)).await.unwrap_err().status, 409);
    }
    let me = test.signed_in("firm0@example.com").await.call(sessions::me()).await.unwrap();
    assert_eq!(me.memberships.len(), 1, "his own firm stays");
    test.done().await;
}

/// Whoever came by an invitation on paper has no address to confirm, and stands behind the registration all the same.
/// Nobody joins what has ended.
#[tokio::test]
async fn an_owner_invited_on_paper_keeps_a_registration_and_nobody_joins_one_that_ended() {
    let test = TestApp::new().await;
    registered(&test, 0, "五华县长布茶业有限公司").await;
    for n in [1, 2] {
        let other = new_registration(n, &format!("五华县安流建材{n}厂"), "firm0@example.com");
        test.visitor().call(registrations::enterprise(&other)).await.unwrap();
    }
    let invitation = |n: u128| NewInvitation {
        id: InvitationId(Uuid::from_u128(n)),
        role: Role::EnterpriseOwner,
        way: InvitationWay::Print,
        name: "赵六".into(),
        email: None,
        phone: None,
        person: None,
    };
    let enterprise = |n: u128| OrganisationId(Uuid::from_u128(0xe000 + n));
    test.clock.advance(chrono::Duration::days(1));
    let admin = test.admin().await;
    let mut codes = Vec::new();
    for n in [1, 2] {
        let made = admin.call(invitations::invite(enterprise(n), &invitation(n))).await.unwrap();
        codes.push(made.sheet.unwrap().code);
    }
    let newcomer = Newcomer {
        name: "赵六".into(),
        account: "zhaoliu".into(),
        phone: String::new(),
        email: String::new(),
        password: PASSWORD.into(),
    };
    let accepted = AcceptInvitation { newcomer: Some(newcomer) };
    test.visitor().call(invitations::accept(&codes[0], &accepted)).await.unwrap();
    test.clock.advance(CONFIRM_WITHIN - chrono::Duration::hours(23));
    assert_eq!(backend::registrations::lapse_unconfirmed(&test.app).await.unwrap(), 1);
    let me = test.signed_in("zhaoliu").await.call(sessions::me()).await.unwrap();
    assert_eq!(me.memberships[0].status, OrganisationStatus::Pending);

    let again = test.signed_in("admin").await;
    assert_eq!(again.call(invitations::invite(enterprise(2), &invitation(3))).await.unwrap_err().status, 409);
    let refused = test.visitor().call(invitations::look(&codes[1])).await.unwrap();
    assert_eq!(refused.status, InvitationStatus::Revoked);
    test.done().await;
}
