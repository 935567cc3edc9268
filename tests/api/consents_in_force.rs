//! What each of the separate consents changes: not given, given, withdrawn.

use crate::deliveries::{advance, new_report};
use crate::disbursements::ready;
use crate::enquiries::letter;
use crate::needs::{VILLAGE, new_need};
use crate::page_cache::cached;
use crate::registration::registered;
use axum::http::StatusCode;
use domain::api::consents::{self, ConsentDecision};
use domain::api::deliveries::{self, Report};
use domain::api::enquiries::{self, NewEnquiry};
use domain::api::files::{Photo, StoredFile};
use domain::api::needs::{self, Need, NeedChange, Seen};
use domain::api::registrations;
use domain::api::verifications;
use domain::api::{own_data, sessions};
use domain::consent::{ConsentKind, NUMBER_NEEDS_ACCOUNT, NUMBER_NEEDS_CONSENT};
use domain::need::NeedContent;
use domain::organisation::Role;
use domain::{FileId, NeedId};
use tests::{Client, TestApp, jpeg};

/// The example of GB 11643-1999: nobody's.
const IDENTITY_CARD: &str = "11010519491231002X";

async fn decides(client: &Client<'_>, kind: ConsentKind, given: bool) {
    let decision = ConsentDecision { kind, version: kind.version().to_owned(), given };
    client.call(consents::decide(&[decision])).await.unwrap();
}

/// Consents to a text that is no longer in force, as somebody did before it was changed.
async fn consented_once(test: &TestApp, client: &Client<'_>, kind: ConsentKind) {
    let person = client.call(sessions::me()).await.unwrap().id;
    sqlx::query("insert into consent (person, kind, version, given, at) values ($1, $2, '2020-01-01', true, now())")
        .bind(person.0)
        .bind(kind.as_str())
        .execute(&test.app.pool)
        .await
        .unwrap();
}

/// A picture that says where it was taken: 24°18'54" N, 116°06'36" E.
fn taken_in_the_village() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let degrees = |parts: [u32; 3]| parts.map(|part| [part.to_be_bytes(), 1_u32.to_be_bytes()].concat()).concat();
    let (text, long, rational) = (2, 4, 5);
    let (places, latitude, longitude) = (26_u32, 80_u32, 104_u32);
    let block = [
        b"Exif\0\0MM\0\x2a".as_slice(),
        &8_u32.to_be_bytes(),
        &1_u16.to_be_bytes(),
        &entry(0x8825, long, 1, places.to_be_bytes()),
        &0_u32.to_be_bytes(),
        &4_u16.to_be_bytes(),
        &entry(1, text, 2, *b"N\0\0\0"),
        &entry(2, rational, 3, latitude.to_be_bytes()),
        &entry(3, text, 2, *b"E\0\0\0"),
        &entry(4, rational, 3, longitude.to_be_bytes()),
        &0_u32.to_be_bytes(),
        &degrees([24, 18, 54]),
        &degrees([116, 6, 36]),
    ]
    .concat();
    let plain = jpeg(80, 60);
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &block, &plain[2..]].concat()
}

async fn uploaded(client: &Client<'_>, picture: &[u8]) -> FileId {
    let answer = client.form_with_files("/api/v1/files", &[], &[("file", "photo.jpg", picture)]).await;
    serde_json::from_slice::<StoredFile>(&answer.body).unwrap().id
}

fn places(photos: &[Photo]) -> Vec<Option<String>> {
    let place = |photo: &Photo| photo.place.as_ref().map(|spot| format!("{} {}", spot.latitude, spot.longitude));
    photos.iter().map(place).collect()
}

/// A public need with a picture of the reporter, one of his that says nothing of a place, and one of the head.
async fn need_with_photos(test: &TestApp, village: &Client<'_>) -> Need {
    let head = test.member("head", test.organisation_of(village).await, Role::VillageHead).await;
    let mut new = new_need(1);
    new.content.photos = vec![uploaded(village, &taken_in_the_village()).await, uploaded(village, &jpeg(80, 60)).await];
    let need = village.call(needs::create(&new)).await.unwrap();
    let mut photos = new.content.photos.clone();
    photos.push(uploaded(&head, &taken_in_the_village()).await);
    let content = NeedContent { photos, ..need.content.clone() };
    let need = head.call(needs::update(need.id, &NeedChange { version: need.version, content })).await.unwrap();
    let need = village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    let federation = test.federation("441424").await;
    crate::needs::opened(test, &federation, &need).await
}

#[tokio::test]
async fn a_photo_says_where_it_was_taken_as_long_as_its_uploader_consents() {
    let test = cached().await;
    let village = test.village(VILLAGE).await;
    let need = need_with_photos(&test, &village).await;
    let code = need.code.unwrap();
    let (path, visitor) = (format!("/needs/{code}"), test.visitor());
    let shown = async || {
        let (read, page) = (visitor.call(needs::get(&code)).await.unwrap(), visitor.page(&path).await.text());
        assert_eq!(page.matches("拍摄地点").count(), places(&read.photos).iter().flatten().count(), "{page}");
        places(&read.photos)
    };
    let here = || Some("24.315 116.110".to_owned());
    assert_eq!(shown().await, [None, None, None], "not given");
    decides(&village, ConsentKind::PublicName, true).await;
    consented_once(&test, &village, ConsentKind::PhotoPlace).await;
    assert_eq!(shown().await, [None, None, None], "another consent, and one to another text");
    decides(&village, ConsentKind::PhotoPlace, true).await;
    assert_eq!(shown().await, [here(), None, None], "his own, where it says so; not the head's");
    assert!(visitor.page(&path).await.text().contains("拍摄地点：纬度 24.315°，经度 116.110°"));
    let english = visitor.page(&format!("/en{path}")).await.text();
    assert!(english.contains("Taken at latitude 24.315°"), "{english}");
    decides(&village, ConsentKind::PhotoPlace, false).await;
    assert_eq!(shown().await, [None, None, None], "withdrawn, at once");
    test.done().await;
}

async fn only_report(test: &TestApp, need: NeedId) -> Report {
    let reports = test.visitor().call(deliveries::of_need(need)).await.unwrap().items;
    let [report] = reports.as_slice() else { panic!("{} reports", reports.len()) };
    report.clone()
}

#[tokio::test]
async fn a_report_names_its_writer_and_its_photos_places_as_long_as_he_consents() {
    let test = cached().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let (village, need) = (&ready.village, &ready.need);
    let mut new = new_report(1, village, payment.id, Vec::new()).await;
    new.photos = vec![uploaded(village, &taken_in_the_village()).await];
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let name = village.call(sessions::me()).await.unwrap().name;
    let path = format!("/needs/{}", need.code.as_ref().unwrap());
    let page = async || test.visitor().page(&path).await.text();

    let report = only_report(&test, need.id).await;
    assert_eq!((report.author.role, report.author.name), (Some(Role::VillageReporter), None));
    assert_eq!(places(&report.photos), [None]);
    let before = page().await;
    assert!(before.contains("填报：村信息员") && !before.contains(&name) && !before.contains("拍摄地点"), "{before}");

    consented_once(&test, village, ConsentKind::PublicName).await;
    assert_eq!(only_report(&test, need.id).await.author.name, None, "to another text");
    decides(village, ConsentKind::PublicName, true).await;
    decides(village, ConsentKind::PhotoPlace, true).await;
    let report = only_report(&test, need.id).await;
    assert_eq!(report.author.name.as_ref(), Some(&name));
    assert_eq!(places(&report.photos), [Some("24.315 116.110".to_owned())]);
    let given = page().await;
    assert!(given.contains(&format!("填报：村信息员 {name}")) && given.contains("拍摄地点"), "{given}");

    decides(village, ConsentKind::PublicName, false).await;
    let withdrawn = page().await;
    assert!(withdrawn.contains("填报：村信息员") && !withdrawn.contains(&name), "at once: {withdrawn}");
    assert!(withdrawn.contains("拍摄地点"), "each for itself");
    test.done().await;
}

#[tokio::test]
async fn whoever_closes_his_account_has_withdrawn_what_he_gave() {
    let test = cached().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let (village, need) = (&ready.village, &ready.need);
    let mut new = new_report(1, village, payment.id, Vec::new()).await;
    new.photos = vec![uploaded(village, &taken_in_the_village()).await];
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    decides(village, ConsentKind::PublicName, true).await;
    decides(village, ConsentKind::PhotoPlace, true).await;
    decides(village, ConsentKind::SensitiveData, true).await;
    let typed = format!("我的身份证号是 {IDENTITY_CARD}，请帮我查");
    let asked = village.call(enquiries::ask(&NewEnquiry { text: typed, ..letter(1, Some("441424")) })).await.unwrap();
    let path = format!("/needs/{}", need.code.as_ref().unwrap());
    assert!(test.visitor().page(&path).await.text().contains("拍摄地点"));
    let head = test.member("head", test.organisation_of(village).await, Role::VillageHead).await;
    village.call(own_data::close("注销")).await.unwrap();
    let page = test.visitor().page(&path).await.text();
    assert!(page.contains("填报：村信息员") && !page.contains("拍摄地点") && !page.contains("已注销"), "{page}");
    let federation = test.signed_in("federation-441424").await;
    let read = federation.call(enquiries::get(asked.id, None)).await.unwrap();
    assert_eq!(read.messages[0].text, "我的身份证号是 ***，请帮我查");
    assert_eq!(head.call(sessions::me()).await.unwrap().memberships.len(), 1, "nobody else is concerned");
    test.done().await;
}

#[tokio::test]
async fn a_letter_with_ones_identity_number_needs_ones_consent_and_loses_it_with_it() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let donor = test.donor().await;
    let typed = format!("我的身份证号是 {IDENTITY_CARD}，请帮我查一笔捐款");
    let new = NewEnquiry { text: typed.clone(), ..letter(1, Some("441424")) };
    let refused = test.visitor().call(enquiries::ask(&new)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["text"]));
    assert_eq!(refused.error.fields[0].message, NUMBER_NEEDS_ACCOUNT, "a stranger has nothing to consent with");
    let refused = donor.call(enquiries::ask(&new)).await.unwrap_err();
    assert_eq!((refused.status, refused.error.fields[0].message.as_str()), (422, NUMBER_NEEDS_CONSENT));

    let id = new.id.to_string();
    let fields = [
        ("id", id.as_str()),
        ("county", "441424"),
        ("topic", "giving"),
        ("name", "陈先生"),
        ("email", "asker1@example.com"),
        ("text", &typed),
    ];
    let page = donor.form("/contact", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = page.text();
    assert!(page.contains(&typed) && page.contains("陈先生"), "nothing typed is lost: {page}");
    assert!(page.contains("href=\"/account/consents#sensitive_data\""), "it leads on: {page}");

    decides(&donor, ConsentKind::SensitiveData, true).await;
    assert!(donor.form("/contact", &fields).await.location().starts_with("/contact?done=LX-"));
    let read = async || federation.call(enquiries::get(new.id, None)).await.unwrap().messages[0].text.clone();
    assert_eq!(read().await, typed);
    assert!(donor.call(enquiries::ask(&new)).await.is_ok(), "sent twice, asked once");
    let quoted = format!("您的号码 {IDENTITY_CARD} 查到了");
    let refused = federation.call(enquiries::answer(new.id, &quoted)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["text"]), "no office repeats it");
    // What he consented to is no longer the text that is in force: he can withdraw all the same.
    consented_once(&test, &donor, ConsentKind::SensitiveData).await;
    decides(&donor, ConsentKind::SensitiveData, false).await;
    assert_eq!(read().await, "我的身份证号是 ***，请帮我查一笔捐款", "withdrawn, at once");
    let stored: i64 = sqlx::query_scalar("select count(*) from enquiry_message where text like '%' || $1 || '%'")
        .bind(IDENTITY_CARD)
        .fetch_one(&test.app.pool)
        .await
        .unwrap();
    assert_eq!(stored, 0, "erased, not hidden");
    let named = NewEnquiry { name: IDENTITY_CARD.into(), ..letter(4, Some("441424")) };
    assert_eq!(donor.call(enquiries::ask(&named)).await.unwrap_err().fields(), ["name"]);
    let again = NewEnquiry { text: typed, ..letter(2, Some("441424")) };
    assert_eq!(donor.call(enquiries::ask(&again)).await.unwrap_err().fields(), ["text"]);
    assert!(donor.call(enquiries::ask(&letter(3, Some("441424")))).await.is_ok(), "without a number nothing is asked");
    test.done().await;
}

#[tokio::test]
async fn an_applicants_words_with_a_bank_card_need_his_consent_too() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let firm = registered(&test, 0, "五华县长布茶业有限公司").await;
    let id = test.organisation_of(&firm).await;
    let said = "本人的卡 6222 0212 3456 7890 128 已注销";
    let refused = firm.call(registrations::answer(said)).await.unwrap_err();
    assert_eq!((refused.fields(), refused.error.fields[0].message.as_str()), (vec!["said"], NUMBER_NEEDS_CONSENT));
    let fields = [("action", "answer"), ("answer", said)];
    let page = firm.form("/work/organisation", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains(said) && page.text().contains("/account/consents#sensitive_data"));

    decides(&firm, ConsentKind::SensitiveData, true).await;
    firm.call(registrations::answer(said)).await.unwrap();
    let read = async || {
        let thread = federation.call(verifications::get(id)).await.unwrap().registration.thread;
        thread.last().unwrap().said.clone()
    };
    assert_eq!(read().await.as_deref(), Some(said));
    decides(&firm, ConsentKind::SensitiveData, false).await;
    assert_eq!(read().await.as_deref(), Some("本人的卡 *** 已注销"));
    assert_eq!(firm.call(registrations::answer(said)).await.unwrap_err().fields(), ["said"]);
    let code = "我们的统一社会信用代码 914403001922038216 没有错";
    assert!(firm.call(registrations::answer(code)).await.is_ok(), "an organisation's code is nobody's own");
    test.done().await;
}
