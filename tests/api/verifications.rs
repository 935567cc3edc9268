use crate::links::link_in;
use crate::mail::sent;
use crate::money::{new_pledge, open_need};
use crate::registration::{new_registration, registered};
use axum::http::StatusCode;
use backend::jobs;
use chrono::Duration;
use domain::api::files::StoredFile;
use domain::api::registrations::{self, ContactChange, NewRegistration, Registration, RegistrationChange};
use domain::api::verifications::{self, ReturnRegistration, SeenRegistration, VerificationQuery, WhyOfDecision};
use domain::api::{links, pledges, sessions};
use domain::likeness::FlagKind;
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::registration::{ContactInput, EnterpriseInput, Industry};
use domain::verification::{ReturnReason, VerificationStep};
use domain::{FileId, OrganisationId};
use tests::{Client, TestApp, jpeg};

const NAME: &str = "五华县长布茶业有限公司";

/// The record as it would be handed in again.
fn change(registration: &Registration, said: &str) -> RegistrationChange {
    let contact = registration.contact.clone().unwrap();
    RegistrationChange {
        version: registration.version,
        enterprise: EnterpriseInput {
            uscc: registration.uscc.clone(),
            name: registration.name.clone(),
            former_names: registration.former_names.clone(),
            industry: Some(registration.industry),
            county: Some(registration.county.clone()),
            contact_name: contact.name,
            contact_phone: contact.phone,
        },
        said: said.into(),
    }
}

fn return_why(version: i32) -> ReturnRegistration {
    let said = "请补营业执照照片".to_owned();
    ReturnRegistration { version, reasons: vec![ReturnReason::DocumentMissing, ReturnReason::NameDiffers], said }
}

fn why(said: &str) -> WhyOfDecision {
    WhyOfDecision { said: said.into() }
}

async fn uploaded(client: &Client<'_>, picture: &[u8]) -> FileId {
    let answer = client.form_with_files("/api/v1/files", &[], &[("file", "licence.jpg", picture)]).await;
    serde_json::from_slice::<StoredFile>(&answer.body).unwrap().id
}

async fn city(test: &TestApp) -> Client<'_> {
    test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await
}

#[tokio::test]
async fn sent_back_answered_mended_and_verified_an_enterprise_pledges() {
    use VerificationStep as Step;
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let federation = test.signed_in("federation-441424").await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    sent(&test);
    let pledge = new_pledge(1, campaign, &charity, Some(&need));
    assert_eq!(firm.call(pledges::create(&pledge)).await.unwrap_err().status, 403, "not before it is verified");

    let waiting = federation.call(verifications::list(&VerificationQuery::default())).await.unwrap();
    assert_eq!((waiting.items.len(), waiting.items[0].county_name.as_str()), (1, "五华县"));
    let read = federation.call(verifications::get(id)).await.unwrap();
    assert_eq!(read.decisions, [VerificationStep::Verified, VerificationStep::Returned]);
    assert!(read.registration.email_confirmed && read.flags.is_empty());
    let returned = federation.call(verifications::return_(id, &return_why(1))).await.unwrap();
    assert_eq!(returned.registration.status, OrganisationStatus::Returned);
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "firm0@example.com"));
    for said in ["请补营业执照照片", "缺少营业执照照片", "名称与证照不一致", "/work/organisation"]
    {
        assert!(letters[0].text.contains(said), "{}", letters[0].text);
    }

    firm.call(registrations::answer("执照在办公室，明天上传")).await.unwrap();
    let file = uploaded(&firm, &jpeg(640, 480)).await;
    let own = firm.call(registrations::add_document(file)).await.unwrap();
    assert_eq!((own.version, own.documents.len()), (2, 1));
    let stale = RegistrationChange { version: 1, ..change(&own, "") };
    assert_eq!(firm.call(registrations::resubmit(&stale)).await.unwrap_err().status, 409);
    let mut mended = change(&own, "已补照片");
    mended.enterprise.name = "五华县长布茶叶有限公司".into();
    let own = firm.call(registrations::resubmit(&mended)).await.unwrap();
    assert_eq!(
        (own.status, own.version, own.name.as_str()),
        (OrganisationStatus::Pending, 3, "五华县长布茶叶有限公司")
    );

    let stale = federation.call(verifications::verify(id, &SeenRegistration { version: 2 })).await.unwrap_err();
    assert_eq!(stale.status, 409, "nobody verifies what he has not seen");
    federation.call(verifications::verify(id, &SeenRegistration { version: 3 })).await.unwrap();
    let steps: Vec<_> = firm.call(registrations::own()).await.unwrap().thread;
    let told: Vec<_> = steps.iter().map(|entry| (entry.step, entry.said.as_deref())).collect();
    let expected = [
        (Step::Submitted, None),
        (Step::Returned, Some("请补营业执照照片")),
        (Step::Answered, Some("执照在办公室，明天上传")),
        (Step::Resubmitted, Some("已补照片")),
        (Step::Verified, None),
    ];
    assert_eq!(told, expected, "all of it is kept, in order");
    assert_eq!(steps[1].organisation_name, "federation-441424的单位");
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test)[0].subject.contains("已通过认证"));
    firm.call(pledges::create(&pledge)).await.unwrap();
    assert_eq!(firm.call(registrations::resubmit(&change(&own, ""))).await.unwrap_err().status, 409);
    test.done().await;
}

/// A verified enterprise changes whom to call by itself, on its page; what it was verified by stays.
#[tokio::test]
async fn a_verified_enterprise_says_whom_to_call_now() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    let contact = ContactInput {
        industry: Some(Industry::Trade),
        contact_name: "王五".into(),
        contact_phone: "0753-2233445".into(),
    };
    let change = ContactChange { version: 1, contact };
    assert_eq!(firm.call(registrations::amend(&change)).await.unwrap_err().status, 409, "it hands in the whole again");
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();

    let typed =
        [("version", "1"), ("industry", "F"), ("contact_name", "王五"), ("contact_phone", "12"), ("action", "amend")];
    let refused = firm.form("/work/organisation", &typed).await;
    let page = refused.text();
    assert!(page.contains("带区号的座机号") && page.contains(r#"value="王五""#), "{page}");
    let good = typed.map(|(name, value)| (name, if name == "contact_phone" { "0753-2233445" } else { value }));
    assert_eq!(firm.form("/work/organisation", &good).await.location(), "/work/organisation?done=amended");
    let own = firm.call(registrations::own()).await.unwrap();
    let known = own.contact.unwrap();
    assert_eq!((own.status, own.version, own.industry), (OrganisationStatus::Verified, 2, Industry::Trade));
    assert_eq!((known.name.as_str(), known.phone.as_str()), ("王五", "07532233445"));
    assert_eq!(known.email, "firm0@example.com", "the address stays");
    assert_eq!(own.thread.last().unwrap().step, VerificationStep::Amended);
    assert_eq!(firm.call(registrations::amend(&change)).await.unwrap_err().status, 409, "of a version that was read");
    test.done().await;
}

#[tokio::test]
async fn a_suspended_enterprise_does_nothing_and_answers_and_is_restored() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let federation = test.federation("441424").await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();
    let empty = federation.call(verifications::suspend(id, &why(" "))).await.unwrap_err();
    assert_eq!((empty.status, empty.fields()), (422, vec!["said"]));
    federation.call(verifications::suspend(id, &why("联系人称未注册过"))).await.unwrap();
    let twice = federation.call(verifications::suspend(id, &why("再停一次"))).await.unwrap_err();
    assert_eq!(twice.status, 409);
    let pledge = new_pledge(1, campaign, &charity, None);
    assert_eq!(firm.call(pledges::create(&pledge)).await.unwrap_err().status, 403);
    let page = firm.page("/work/organisation").await.text();
    assert!(page.contains("联系人称未注册过") && page.contains("答复工商联"));
    let said = [("action", "answer"), ("answer", "是我们注册的，附上授权书")];
    assert_eq!(firm.form("/work/organisation", &said).await.location(), "/work/organisation?done=answered");
    federation.call(verifications::restore(id, &why("已核实授权"))).await.unwrap();
    firm.call(pledges::create(&pledge)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let subjects: Vec<String> = sent(&test).into_iter().map(|letter| letter.subject).collect();
    for told in ["已通过认证", "已停用", "已恢复"] {
        assert!(subjects.iter().any(|subject| subject.starts_with(told)), "{told}: {subjects:?}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_county_verifies_its_own_enterprises_and_the_city_all() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    let (own, other, city) = (test.federation("441424").await, test.federation("441481").await, city(&test).await);
    let (auditor, enterprise) = (test.auditor().await, test.enterprise("firm").await);
    let seen = SeenRegistration { version: 1 };
    let (read, list) = (|| verifications::get(id), || verifications::list(&VerificationQuery::default()));
    for (who, client, expected, rows) in [
        ("another county", &other, 404, Some(0)),
        ("an enterprise", &enterprise, 403, None),
        ("a stranger", &test.visitor(), 401, None),
    ] {
        assert_eq!(client.call(read()).await.unwrap_err().status, expected, "{who}");
        assert_eq!(client.call(list()).await.ok().map(|list| list.items.len()), rows, "{who}");
        assert_eq!(client.call(verifications::verify(id, &seen)).await.unwrap_err().status, expected, "{who}");
        assert_eq!(
            client.call(verifications::return_(id, &return_why(1))).await.unwrap_err().status,
            expected,
            "{who}"
        );
        assert_eq!(client.call(verifications::suspend(id, &why("停用"))).await.unwrap_err().status, expected, "{who}");
        assert_eq!(client.call(verifications::restore(id, &why("恢复"))).await.unwrap_err().status, expected, "{who}");
    }
    for client in [&own, &city, &auditor] {
        assert_eq!(client.call(list()).await.unwrap().count.number, 1);
        assert_eq!(client.call(verifications::waiting()).await.unwrap().number, 1);
        assert_eq!(client.call(read()).await.unwrap().registration.name, NAME);
    }
    assert_eq!(other.call(verifications::waiting()).await.unwrap().number, 0);
    assert!(auditor.call(read()).await.unwrap().decisions.is_empty(), "the auditor reads only");
    assert_eq!(auditor.call(verifications::verify(id, &seen)).await.unwrap_err().status, 403);
    city.call(verifications::verify(id, &seen)).await.unwrap();
    assert_eq!(own.call(list()).await.unwrap().count.number, 0);
    test.done().await;
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_is_told_that_it_was_decided() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    let (county, city) = (test.federation("441424").await, city(&test).await);
    let seen = SeenRegistration { version: 1 };
    let why = return_why(1);
    let (verified, returned) =
        tokio::join!(county.call(verifications::verify(id, &seen)), city.call(verifications::return_(id, &why)));
    let refused: Vec<_> = [verified.err(), returned.err()].into_iter().flatten().collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].status, 409);
    test.done().await;
}

#[tokio::test]
async fn what_is_serious_asks_the_federation_who_it_is() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    let federation = test.federation("441424").await;
    test.clock.advance(domain::person::SURE_FOR + Duration::seconds(1));
    let own = federation.bearer.clone().unwrap();
    let before = test.clock.now() - domain::person::SURE_FOR - Duration::seconds(1);
    let (person, session) = test.app.keys.read(before, &own).unwrap();
    let renewed = test.app.keys.first_tokens(&test.clock, person, session).unwrap().access;
    let federation = Client { bearer: Some(renewed), ..federation };
    let refused = federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap_err();
    assert_eq!(refused.error.code, domain::api::ErrorCode::ProveAgain);
    let path = format!("/work/verifications/{id}?decide=verified");
    let asked = federation.form(&path, &[("action", "verified"), ("version", "1")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text().contains("请再次确认是您本人"));
    let fields = [("action", "verified"), ("version", "1"), ("proof_password", tests::people::PASSWORD)];
    let code = test.code();
    let proved: Vec<_> = fields.into_iter().chain([("proof_code", code.as_str())]).collect();
    let done = federation.form(&path, &proved).await;
    assert_eq!(done.location(), format!("/work/verifications/{id}?done=1"), "{}", done.text());
    test.done().await;
}

/// What the reviewer of one registration is shown, by kind and name.
async fn flags(reader: &Client<'_>, id: OrganisationId) -> Vec<(FlagKind, Option<String>)> {
    let read = reader.call(verifications::get(id)).await.unwrap();
    read.flags.into_iter().map(|flag| (flag.kind, flag.name)).collect()
}

#[tokio::test]
async fn look_alikes_former_names_phones_pictures_and_codes_are_flagged() {
    let test = TestApp::new().await;
    let city = city(&test).await;
    let first = registered(&test, 0, "广东长布茶业股份有限公司").await;
    let licence = jpeg(640, 480);
    let file = uploaded(&first, &licence).await;
    first.call(registrations::add_document(file)).await.unwrap();
    let first = test.organisation_of(&first).await;
    assert!(flags(&city, first).await.is_empty());

    // The same core in traditional characters, with another legal form and county.
    let traditional = registered(&test, 1, "五華縣長布茶業（集團）有限公司").await;
    let traditional = test.organisation_of(&traditional).await;
    let name = Some("广东长布茶业股份有限公司".to_owned());
    assert_eq!(flags(&city, traditional).await, [(FlagKind::LookAlike, name.clone())]);
    // One character different, with the same phone and the same picture.
    let mut near = new_registration(2, "梅州长布茶叶有限公司", "near@example.com");
    near.enterprise.contact_phone = new_registration(0, "", "").enterprise.contact_phone;
    test.visitor().call(registrations::enterprise(&near)).await.unwrap();
    let person = test.signed_in("near@example.com").await;
    let copy = uploaded(&person, &licence).await;
    person.call(registrations::add_document(copy)).await.unwrap();
    let found = flags(&city, near.id).await;
    for kind in [FlagKind::LookAlike, FlagKind::SamePhone, FlagKind::SameDocument] {
        assert!(found.contains(&(kind, name.clone())), "{kind}: {found:?}");
    }
    // A former name that is another's, and the other way round.
    let mut heir = new_registration(3, "梅江区客都粮油有限公司", "heir@example.com");
    heir.enterprise.former_names = vec!["长布茶业有限公司".into(), "嘉应老米行".into()];
    test.visitor().call(registrations::enterprise(&heir)).await.unwrap();
    assert!(flags(&city, heir.id).await.contains(&(FlagKind::FormerNameTaken, name)));
    let mut taken = new_registration(4, "兴宁市嘉应老米行", "taken@example.com");
    taken.enterprise.county = Some("441481".parse().unwrap());
    test.visitor().call(registrations::enterprise(&taken)).await.unwrap();
    let heir_name = Some("梅江区客都粮油有限公司".to_owned());
    assert_eq!(flags(&city, taken.id).await, [(FlagKind::NameWasFormer, heir_name)]);
    // Somebody else comes with a code that is registered.
    let again = NewRegistration {
        enterprise: EnterpriseInput {
            uscc: taken.enterprise.uscc.clone(),
            ..new_registration(5, "嘉应米行", "").enterprise
        },
        ..new_registration(5, "嘉应米行", "again@example.com")
    };
    test.visitor().call(registrations::enterprise(&again)).await.unwrap_err();
    assert!(flags(&city, taken.id).await.contains(&(FlagKind::CodeTriedAgain, None)));
    let page = city.page(&format!("/work/verifications/{}", near.id)).await.text();
    assert!(page.contains("请留意（4）") && page.contains("证照照片另一家企业也用过"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn licences_are_seen_by_ones_own_people_the_federation_above_and_the_auditor() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    let page = firm.page("/work/organisation").await.text();
    assert!(page.contains("谁看得到：本企业的人、负责认证的工商联、审计"), "said beside the upload");
    let answer = firm
        .form_with_files("/work/organisation", &[("action", "add")], &[("photos", "执照.jpg", &jpeg(640, 480))])
        .await;
    assert_eq!(answer.location(), "/work/organisation?done=added", "{}", answer.text());
    let file = firm.call(registrations::own()).await.unwrap().documents[0].file;
    let colleague = test.member("colleague", id, Role::EnterpriseOperator).await;
    let federation = test.federation("441424").await;
    for (who, client, expected) in [
        ("a stranger", &test.visitor(), StatusCode::NOT_FOUND),
        ("another enterprise", &test.enterprise("firm").await, StatusCode::NOT_FOUND),
        ("another county", &test.federation("441481").await, StatusCode::NOT_FOUND),
        ("a village", &test.village("441424103203").await, StatusCode::NOT_FOUND),
        ("who uploaded", &firm, StatusCode::OK),
        ("a colleague", &colleague, StatusCode::OK),
        ("the county", &federation, StatusCode::OK),
        ("the city", &city(&test).await, StatusCode::OK),
        ("the auditor", &test.auditor().await, StatusCode::OK),
    ] {
        assert_eq!(client.page(&format!("/api/v1/files/{file}")).await.status, expected, "{who}");
    }
    let stolen = test.enterprise("thief").await;
    assert_eq!(stolen.call(registrations::add_document(file)).await.unwrap_err().status, 404, "it has no record");
    let removed = colleague.form("/work/organisation", &[("action", "remove"), ("file", &file.to_string())]).await;
    assert_eq!(removed.location(), "/work/organisation?done=removed");
    let gone = federation.page(&format!("/api/v1/files/{file}")).await.status;
    assert_eq!(gone, StatusCode::NOT_FOUND, "what was taken off is seen no more");
    assert_eq!(firm.call(registrations::remove_document(file)).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn whoever_has_not_confirmed_the_address_does_not_pledge() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let federation = test.federation("441424").await;
    let new = new_registration(0, NAME, "slow@example.com");
    test.visitor().call(registrations::enterprise(&new)).await.unwrap();
    federation.call(verifications::verify(new.id, &SeenRegistration { version: 1 })).await.unwrap();
    let firm = test.signed_in("slow@example.com").await;
    let pledge = new_pledge(1, campaign, &charity, None);
    let refused = firm.call(pledges::create(&pledge)).await.unwrap_err();
    assert_eq!(refused.status, 403);
    assert!(refused.error.message.contains("确认您的邮箱"), "{}", refused.error.message);
    let page = firm.page("/pledge").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text().contains("您的邮箱还没有确认") && page.text().contains("再发一封确认邮件"));
    jobs::run_due(&test.app).await.unwrap();
    test.visitor().call(links::confirm(&link_in(&sent(&test), "slow@example.com"))).await.unwrap();
    assert_eq!(firm.page("/pledge").await.status, StatusCode::OK);
    firm.call(pledges::create(&pledge)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn an_enterprise_that_waits_reads_what_is_missing_and_what_to_do() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, NAME).await;
    for path in ["/work", "/pledge", "/work/organisation"] {
        let page = firm.page(path).await.text();
        assert!(page.contains("认证通过后才能认捐"), "{path}: {page}");
    }
    let federation = test.federation("441424").await;
    let id = test.organisation_of(&firm).await;
    federation.call(verifications::return_(id, &return_why(1))).await.unwrap();
    assert!(firm.page("/work").await.text().contains("认证资料被退回"));
    let page = firm.page("/work/organisation").await.text();
    for said in ["请补营业执照照片", "缺少营业执照照片", "保存并再次提交", NAME] {
        assert!(page.contains(said), "{said}");
    }
    let wrong = [("action", "resubmit"), ("version", "1"), ("name", "茶"), ("uscc", "1"), ("contact_name", "李四")];
    let refused = firm.form("/work/organisation", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("现在是 1 位") && refused.text().contains("value=\"李四\""));
    let unregistered = test.enterprise("old").await.page("/work/organisation").await;
    assert!(unregistered.text().contains("没有认证资料"));
    test.done().await;
}

#[tokio::test]
async fn the_federation_decides_on_its_pages_in_two_steps_without_script() {
    let test = TestApp::new().await;
    let firm = registered(&test, 0, NAME).await;
    let id = test.organisation_of(&firm).await;
    let federation = test.federation("441424").await;
    let work = federation.page("/work").await.text();
    assert!(work.contains("待认证的企业（1）") && work.contains("最早的提交于 2026-06-30 10:00"), "{work}");
    assert!(federation.page("/work/verifications").await.text().contains(NAME));
    let path = format!("/work/verifications/{id}");
    let page = federation.page(&path).await.text();
    assert!(page.contains("?decide=returned#decide") && !page.contains("确认：退回修改"));
    let step = format!("{path}?decide=returned");
    assert!(federation.page(&step).await.text().contains("确认：退回修改"));
    let refused = federation.form(&step, &[("action", "returned"), ("version", "1"), ("said", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请至少选择一个退回的原因") && refused.text().contains("请写明要改什么"));
    let fields =
        [("action", "returned"), ("version", "1"), ("reasons", "other"), ("reasons", "duplicate"), ("said", "请核对")];
    assert_eq!(federation.form(&step, &fields).await.location(), format!("{path}?done=1"));
    let thread = firm.call(registrations::own()).await.unwrap().thread;
    assert_eq!(thread[1].reasons, [ReturnReason::Other, ReturnReason::Duplicate]);
    assert!(federation.page("/work").await.text().contains("待认证的企业（0）"));
    assert!(federation.page("/work/verifications?status=returned").await.text().contains(NAME));
    let me = firm.call(sessions::me()).await.unwrap();
    assert_eq!(me.memberships[0].status, OrganisationStatus::Returned);
    test.done().await;
}
