use crate::mail::sent;
use axum::http::StatusCode;
use backend::jobs;
use chrono::Duration;
use domain::EnquiryId;
use domain::api::audit::{self, AuditQuery};
use domain::api::enquiries::{self, EnquiryQuery, NewEnquiry};
use domain::enquiry::{EnquiryStatus, Topic};
use domain::organisation::{OrganisationKind, Role};
use tests::TestApp;
use uuid::Uuid;

/// A letter of somebody of his own, to the federation of a county or to the city's.
pub fn letter(n: u128, county: Option<&str>) -> NewEnquiry {
    NewEnquiry {
        id: EnquiryId(Uuid::from_u128(n)),
        name: "陈先生".into(),
        email: format!("asker{n}@example.com"),
        county: county.map(|code| code.parse().unwrap()),
        topic: Topic::Giving,
        need: None,
        text: "想给五华的村修路灯，可以只捐一部分吗？".into(),
    }
}

/// The key in the link of a mail.
fn key_in(text: &str) -> String {
    text.split("?key=").nth(1).unwrap().chars().take_while(|char| !char.is_whitespace()).collect()
}

#[tokio::test]
async fn whoever_asks_is_answered_by_mail_and_may_read_on_by_its_link() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let new = letter(1, Some("441424"));
    let asked = test.visitor().call(enquiries::ask(&new)).await.unwrap();
    assert_eq!(asked.reference, "LX-2026-1");
    assert_eq!(test.visitor().call(enquiries::ask(&new)).await.unwrap(), asked, "sent twice, asked once");
    let other = NewEnquiry { text: "另外一件事情".into(), ..new };
    assert_eq!(test.visitor().call(enquiries::ask(&other)).await.unwrap_err().status, 409);

    let waiting = federation.call(enquiries::list(&EnquiryQuery::default())).await.unwrap();
    assert_eq!(waiting.items.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>(), ["LX-2026-1"]);
    assert_eq!(waiting.items[0].name, "陈**", "a list does not show whole names");
    let read = federation.call(enquiries::get(asked.id, None)).await.unwrap();
    assert_eq!((read.name.as_str(), read.email.as_str()), ("陈先生", "a***@example.com"));
    let answered = federation.call(enquiries::answer(asked.id, "可以<b>分着</b>认捐。")).await.unwrap();
    assert_eq!((answered.status, answered.messages.len()), (EnquiryStatus::Answered, 2));
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let [mail] = letters.as_slice() else { panic!("{} letters", letters.len()) };
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("asker1@example.com", "来信已答复：LX-2026-1"));
    assert!(mail.text.contains("可以<b>分着</b>认捐。") && mail.html.contains("可以&lt;b&gt;分着&lt;/b&gt;认捐。"));

    let key = key_in(&mail.text);
    let page = test.visitor().page(&format!("/contact/{}?key={key}", asked.id)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("可以&lt;b&gt;分着&lt;/b&gt;认捐。"), "nobody's markup is stored or shown");
    for wrong in ["", "?key=", "?key=AAAAAAAAAAAAAAAAAAAAAA"] {
        let page = test.visitor().page(&format!("/contact/{}{wrong}", asked.id)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let path = format!("/contact/{}", asked.id);
    let more = test.visitor().form(&path, &[("key", &key), ("text", "那最少多少？谢谢")]).await;
    assert_eq!(more.status, StatusCode::SEE_OTHER, "{}", more.text());
    let thread = federation.call(enquiries::get(asked.id, None)).await.unwrap();
    assert_eq!((thread.status, thread.messages.len()), (EnquiryStatus::Waiting, 3), "it waits again");
    let stranger = test.visitor().call(enquiries::add(asked.id, "no key", "那最少多少？")).await.unwrap_err();
    assert_eq!(stranger.status, 404);
    test.done().await;
}

#[tokio::test]
async fn a_letter_is_its_own_federations_and_of_no_other() {
    let test = TestApp::new().await;
    let (federation, other) = (test.federation("441424").await, test.federation("441402").await);
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let ours = test.visitor().call(enquiries::ask(&letter(1, Some("441424")))).await.unwrap();
    let citys = test.visitor().call(enquiries::ask(&letter(2, None))).await.unwrap();
    let orphan = test.visitor().call(enquiries::ask(&letter(3, Some("441481")))).await.unwrap();
    let listed = async |client: &tests::Client<'_>| -> Vec<EnquiryId> {
        let list = client.call(enquiries::list(&EnquiryQuery::default())).await.unwrap();
        list.items.into_iter().map(|row| row.id).collect()
    };
    assert_eq!(listed(&federation).await, [ours.id]);
    assert_eq!(listed(&other).await, []);
    assert_eq!(listed(&city).await, [citys.id, orphan.id], "a county without a federation is not left alone");
    for (client, id) in [(&other, ours.id), (&federation, citys.id), (&city, ours.id)] {
        assert_eq!(client.call(enquiries::get(id, None)).await.unwrap_err().status, 404);
        assert_eq!(client.call(enquiries::answer(id, "这是答复内容")).await.unwrap_err().status, 404);
        assert_eq!(client.page(&format!("/work/enquiries/{id}")).await.status, StatusCode::NOT_FOUND);
    }
    for client in [test.enterprise("firm").await, test.auditor().await] {
        assert_eq!(client.call(enquiries::list(&EnquiryQuery::default())).await.unwrap_err().status, 403);
        assert_eq!(client.call(enquiries::answer(ours.id, "这是答复内容")).await.unwrap_err().status, 403);
    }
    federation.call(enquiries::answer(ours.id, "这是答复内容")).await.unwrap();
    assert_eq!(listed(&federation).await, []);
    let done = federation.call(enquiries::list(&EnquiryQuery { answered: true, after: None })).await.unwrap();
    assert_eq!(done.items.iter().map(|row| row.id).collect::<Vec<_>>(), [ours.id]);
    test.done().await;
}

#[tokio::test]
async fn a_letter_is_written_without_script_and_refused_with_what_was_typed() {
    let test = TestApp::new().await;
    test.federation("441424").await;
    let page = test.visitor().page("/contact").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("五华县") && page.text().contains("只有答复您的工商联能看到这封信。"));
    let id = "0190a000-0000-7000-8000-000000000009";
    let refused =
        test.visitor().form("/contact", &[("id", id), ("name", "陈"), ("email", "chen"), ("text", "？")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["value=\"chen\"", "请选择主题", "请填写能收到答复的邮箱", "请把事情写清楚"] {
        assert!(refused.text().contains(said), "the page does not say {said}");
    }
    let filled = [
        ("id", id),
        ("name", "陈先生"),
        ("email", "chen@example.com"),
        ("county", "441424"),
        ("topic", "privacy"),
        ("text", "请删除我的<script>alert(1)</script>资料"),
    ];
    let asked = test.visitor().form("/contact", &filled).await;
    assert_eq!(asked.location(), "/contact?done=LX-2026-1");
    assert!(test.visitor().page("/contact?done=LX-2026-1").await.text().contains("<b>LX-2026-1</b>"));
    let odd = test.visitor().page("/contact?done=LX-2026-gratis").await.text();
    let said = odd.split("信已收到").nth(1).expect("it is said").split("</p>").next().unwrap();
    assert!(!said.contains("gratis"), "nobody else's words are repeated: {said}");
    let english = test.visitor().page("/en/contact").await.text();
    assert!(english.contains("Your question") && english.contains("Opinions and complaints"));
    let federation = test.signed_in("federation-441424").await;
    let thread = federation.page(&format!("/work/enquiries/{id}")).await.text();
    assert!(thread.contains("请删除我的&lt;script&gt;alert(1)&lt;/script&gt;资料"));
    let empty = federation.form(&format!("/work/enquiries/{id}"), &[("text", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answered = federation.form(&format!("/work/enquiries/{id}"), &[("text", "已经删除，请放心。")]).await;
    assert_eq!(answered.location(), format!("/work/enquiries/{id}?done=answered"));
    test.done().await;
}

#[tokio::test]
async fn programs_that_fill_in_everything_and_floods_of_letters_get_nowhere() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let trap = [
        ("id", "0190a000-0000-7000-8000-000000000009"),
        ("name", "bot"),
        ("email", "bot@example.com"),
        ("county", "441424"),
        ("topic", "other"),
        ("text", "buy buy buy buy"),
        ("website", "https://spam.test"),
    ];
    let thanked = test.visitor().form("/contact", &trap).await;
    assert_eq!(thanked.location(), "/contact?done=1");
    let list = async || federation.call(enquiries::list(&EnquiryQuery::default())).await.unwrap().items.len();
    assert_eq!(list().await, 0);
    let from_one = |n| NewEnquiry { email: "one@example.com".into(), ..letter(n, Some("441424")) };
    for n in 1..=4 {
        test.visitor().call(enquiries::ask(&from_one(n))).await.unwrap();
    }
    assert_eq!(test.visitor().call(enquiries::ask(&from_one(5))).await.unwrap_err().status, 429);
    test.clock.advance(Duration::seconds(2));
    test.visitor().call(enquiries::ask(&from_one(5))).await.unwrap();
    assert_eq!(test.visitor().call(enquiries::ask(&from_one(6))).await.unwrap_err().status, 429, "each wait is longer");
    let mut refused = 0;
    for n in 10..30 {
        refused += usize::from(test.visitor().call(enquiries::ask(&letter(n, Some("441424")))).await.is_err());
    }
    assert!(refused >= 10, "one address of the network sends no {} letters", 20 - refused);
    test.done().await;
}

#[tokio::test]
async fn an_asker_who_was_erased_is_not_written_to_and_the_record_names_nobody() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let asked = test.visitor().call(enquiries::ask(&letter(1, Some("441424")))).await.unwrap();
    federation.call(enquiries::answer(asked.id, "这是答复内容")).await.unwrap();
    sqlx::query("delete from enquiry_private").execute(&test.app.pool).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).is_empty());
    assert_eq!(federation.call(enquiries::get(asked.id, None)).await.unwrap().name, "");
    let query = AuditQuery { subject: Some(asked.id.0), ..AuditQuery::default() };
    let rows = test.auditor().await.call(audit::list(&query)).await.unwrap().items;
    let verbs: Vec<_> = rows.iter().map(|row| row.verb.as_str()).collect();
    assert_eq!(verbs, ["enquiry_answered", "enquiry_received"]);
    let record = serde_json::to_string(&rows).unwrap();
    assert!(!record.contains("asker1") && !record.contains("陈先生") && !record.contains("路灯"), "{record}");
    let payloads: Vec<String> =
        sqlx::query_scalar("select payload::text from job").fetch_all(&test.app.pool).await.unwrap();
    assert!(
        payloads.iter().all(|payload| !payload.contains("asker1") && !payload.contains("答复内容")),
        "{payloads:?}"
    );
    test.done().await;
}

#[tokio::test]
async fn help_is_there_for_everybody_who_takes_part_in_three_languages() {
    let test = TestApp::new().await;
    let index = test.visitor().page("/help").await.text();
    for role in ["village", "town", "federation", "enterprise", "charity", "donor", "auditor"] {
        assert!(index.contains(&format!("href=\"/help/{role}\"")), "{role}");
        for language in ["", "/zh-hant", "/en"] {
            let page = test.visitor().page(&format!("{language}/help/{role}")).await;
            assert_eq!(page.status, StatusCode::OK, "{language} {role}");
            let steps = page.text().matches("<li>").count();
            assert!((3..=10).contains(&steps), "{role} has {steps} steps");
            if language == "/en" {
                let main = page.text().split("<main").nth(1).unwrap().split("</main>").next().unwrap().to_owned();
                let chinese: String = main.chars().filter(|char| ('\u{4e00}'..='\u{9fff}').contains(char)).collect();
                assert!(chinese.is_empty(), "{role} is not translated: {chinese}");
            }
        }
    }
    assert_eq!(test.visitor().page("/help/nobody").await.status, StatusCode::NOT_FOUND);
    test.done().await;
}
