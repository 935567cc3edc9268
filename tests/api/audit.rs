use crate::deliveries::{advance, item, new_report};
use crate::disbursements::ready;
use crate::needs::{VILLAGE, new_need, submitted};
use axum::http::{StatusCode, header};
use chrono::Duration;
use domain::api::audit::{self, AuditQuery, AuditRow};
use domain::api::deliveries;
use domain::api::needs::{self, NeedStep, Seen};
use domain::api::sessions;
use domain::organisation::Role;
use domain::{EventId, PersonId};
use std::collections::BTreeSet;
use tests::{Client, TestApp};

/// Everything that fits, page by page, newest first.
async fn all(client: &Client<'_>, query: &AuditQuery) -> Vec<AuditRow> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    loop {
        let page = client.call(audit::list(&query)).await.unwrap();
        rows.extend(page.items);
        match page.next {
            Some(next) => query.after = next.parse::<EventId>().ok(),
            None => return rows,
        }
    }
}

/// The verbs in the order in which they happened, without those of signing in.
async fn story(auditor: &Client<'_>) -> Vec<String> {
    let rows = all(auditor, &AuditQuery::default()).await;
    rows.into_iter().rev().map(|row| row.verb).filter(|verb| verb != "sign_in").collect()
}

async fn id_of(client: &Client<'_>) -> PersonId {
    client.call(sessions::me()).await.unwrap().id
}

#[tokio::test]
async fn every_step_of_a_need_from_draft_to_spent_leaves_one_row() {
    let test = TestApp::new().await;
    let auditor = test.auditor().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let new = new_report(1, &ready.village, payment.id, vec![item(100, false)]).await;
    ready.village.call(deliveries::report(ready.need.id, &new)).await.unwrap();
    ready.charity.checker.call(deliveries::accept(new.vouchers[0].id, 1)).await.unwrap();
    let expected = [
        "need_drafted",
        "need_submitted",
        "need_approved",
        "pledged",
        "bank_line_entered",
        "bank_line_matched",
        "bank_line_confirmed",
        "payee_proposed",
        "payee_entered",
        "payee_verified",
        "allocated",
        "disbursement_prepared",
        "disbursement_checked",
        "disbursement_approved",
        "disbursement_paid",
        "reported",
        "spending_accepted",
        // The test's clock came back from the days of objection.
        "need_opened",
    ];
    assert_eq!(story(&auditor).await, expected);
    let rows = all(&auditor, &AuditQuery::default()).await;
    assert!(rows.iter().all(|row| row.verb_label != row.verb && row.subject_label != row.subject_kind));
    test.done().await;
}

#[tokio::test]
async fn a_row_says_who_for_whom_what_before_and_after_and_why() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let why = NeedStep { version: need.version, reason: "请补报价单".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    let auditor = test.auditor().await;
    let query = AuditQuery { verb: Some("need_returned".into()), ..AuditQuery::default() };
    let row = auditor.call(audit::list(&query)).await.unwrap().items.remove(0);
    assert_eq!((row.person, row.person_name.as_deref()), (Some(id_of(&federation).await), Some("f**")));
    assert_eq!(row.organisation, Some(test.organisation_of(&federation).await));
    assert_eq!(
        (row.verb_label.as_str(), row.subject, row.reason.as_deref()),
        ("退回需求", need.id.0, Some("请补报价单"))
    );
    assert_eq!(row.before.unwrap()["status"], "federation_review");
    assert_eq!(row.after.unwrap()["status"], "returned");
    let page = auditor.page("/work/audit?verb=need_returned").await.text();
    for said in ["操作记录（1）", "退回需求", "状态：工商联审核", "状态：退回补正", "请补报价单", "f**", "导出表格"]
    {
        assert!(page.contains(said), "the page does not say {said}");
    }
    assert!(!page.contains("federation-441424</a>"), "a name is shown whole");
    let admin = test.admin().await.page("/work/audit?verb=need_returned").await.text();
    assert!(admin.contains("退回需求") && !admin.contains("value=\"export\""));
    assert!(!admin.contains("/work/audit/people/"));
    test.done().await;
}

#[tokio::test]
async fn each_filter_finds_its_rows_and_no_others() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let (reporter, organisation) = (id_of(&village).await, test.organisation_of(&federation).await);
    test.clock.advance(Duration::days(1));
    let federation = test.signed_in("federation-441424").await;
    federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    let auditor = test.auditor().await;
    let verbs = async |query: AuditQuery| -> BTreeSet<String> {
        all(&auditor, &query).await.into_iter().map(|row| row.verb).filter(|verb| verb != "sign_in").collect()
    };
    let set = |verbs: &[&str]| -> BTreeSet<String> { verbs.iter().map(|verb| (*verb).to_owned()).collect() };
    let any = AuditQuery::default;
    let own = set(&["need_drafted", "need_submitted"]);
    assert_eq!(verbs(AuditQuery { verb: Some("need_submitted".into()), ..any() }).await, set(&["need_submitted"]));
    assert_eq!(verbs(AuditQuery { person: Some(reporter), ..any() }).await, own);
    assert_eq!(verbs(AuditQuery { organisation: Some(organisation), ..any() }).await, set(&["need_approved"]));
    let whole = set(&["need_drafted", "need_submitted", "need_approved"]);
    assert_eq!(verbs(AuditQuery { subject: Some(need.id.0), ..any() }).await, whole);
    assert_eq!(verbs(AuditQuery { subject_kind: Some("need".into()), ..any() }).await, whole);
    assert_eq!(verbs(AuditQuery { subject_kind: Some("session".into()), ..any() }).await, set(&[]));
    let day = |text: &str| text.parse().ok();
    assert_eq!(verbs(AuditQuery { to: day("2026-06-30"), ..any() }).await, own);
    assert_eq!(verbs(AuditQuery { from: day("2026-07-01"), ..any() }).await, set(&["need_approved"]));
    let wrong = AuditQuery { from: day("2026-07-01"), to: day("2026-06-30"), ..any() };
    assert_eq!(auditor.call(audit::list(&wrong)).await.unwrap_err().fields(), ["to"]);
    let page = auditor.page("/work/audit?person=nobody&from=2026-07-01&to=2026-06-30").await.text();
    assert!(page.contains("人员编号应像") && page.contains("截止日期不能早于起始日期"));
    test.done().await;
}

/// Events beyond one page, written as the database's owner.
async fn many_events(test: &TestApp, number: i32) {
    sqlx::query(
        "insert into event (id, at, actor, organisation, verb, subject_kind, subject)
         select gen_random_uuid(), timestamptz '2026-01-01 00:00:00Z' + n * interval '5 minutes', p.id, o.id,
                case when n % 100 = 0 then 'pledged' else 'need_edited' end,
                case when n % 100 = 0 then 'pledge' else 'need' end, gen_random_uuid()
         from generate_series(1, $1) as n
         join (select id, row_number() over (order by id) - 1 as place, count(*) over () as people from person) p
             on p.place = n % p.people
         join (select id, row_number() over (order by id) - 1 as place, count(*) over () as organisations
               from organisation) o
             on o.place = n % o.organisations",
    )
    .bind(number)
    .execute(&test.app.pool)
    .await
    .unwrap();
    sqlx::query("analyze event").execute(&test.app.pool).await.unwrap();
}

#[tokio::test]
async fn fifty_thousand_events_are_read_by_index_whatever_is_asked() {
    let test = TestApp::new().await;
    let (village, auditor) = (test.village(VILLAGE).await, test.auditor().await);
    village.call(needs::create(&new_need(1))).await.unwrap();
    many_events(&test, 50_000).await;
    let newest = auditor.call(audit::list(&AuditQuery::default())).await.unwrap();
    assert_eq!((newest.count.number, newest.count.more, newest.items.len()), (1_000, true, 50));
    let after = newest.next.as_deref().and_then(|next| next.parse().ok());
    let any = AuditQuery::default;
    let questions = [
        any(),
        AuditQuery { after, ..any() },
        AuditQuery { verb: Some("pledged".into()), ..any() },
        AuditQuery { verb: Some("need_edited".into()), after, ..any() },
        AuditQuery { subject_kind: Some("pledge".into()), ..any() },
        AuditQuery { subject: Some(uuid::Uuid::from_u128(1)), ..any() },
        AuditQuery { person: Some(id_of(&village).await), ..any() },
        AuditQuery { organisation: Some(test.organisation_of(&village).await), ..any() },
        AuditQuery { from: "2026-02-01".parse().ok(), to: "2026-02-02".parse().ok(), ..any() },
        AuditQuery { verb: Some("pledged".into()), person: Some(id_of(&village).await), ..any() },
    ];
    for question in questions {
        let plan = backend::audit::plan(&test.app, &question).await.unwrap();
        assert!(plan.contains("Index"), "{question:?}:\n{plan}");
        assert!(!plan.contains("Seq Scan on event"), "{question:?}:\n{plan}");
        auditor.call(audit::list(&question)).await.unwrap();
    }
    test.done().await;
}

#[tokio::test]
async fn pages_of_the_record_hold_every_event_once_even_of_one_instant() {
    let test = TestApp::new().await;
    let auditor = test.auditor().await;
    sqlx::query(
        "insert into event (id, at, verb, subject_kind, subject)
         select gen_random_uuid(), timestamptz '2026-01-01 00:00:00Z', 'pledged', 'pledge', gen_random_uuid()
         from generate_series(1, 120)",
    )
    .execute(&test.app.pool)
    .await
    .unwrap();
    let query = AuditQuery { verb: Some("pledged".into()), ..AuditQuery::default() };
    let rows = all(&auditor, &query).await;
    let once: BTreeSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!((rows.len(), once.len()), (120, 120));
    test.done().await;
}

#[tokio::test]
async fn the_auditor_takes_the_record_along_as_a_table() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let why = NeedStep { version: need.version, reason: "=HYPERLINK(\"http://evil.test\")".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    many_events(&test, 1_200).await;
    let auditor = test.auditor().await;
    let answer = auditor.form("/work/audit", &[("action", "export")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert!(answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("audit.csv"));
    assert!(answer.body.starts_with(&[0xef, 0xbb, 0xbf]), "Excel knows it by its mark");
    let table = answer.text();
    assert!(table.contains("\"'=HYPERLINK(\"\"http://evil.test\"\")\""), "a formula stays text");
    assert!(table.contains("退回需求") && table.contains("f**") && !table.contains("federation-441424,"));
    let lines = table.lines().count();
    let rows = all(&auditor, &AuditQuery::default()).await;
    assert_eq!(lines, rows.len() + 1, "the heading and every event, that of the export too");
    let taken = rows.iter().find(|row| row.verb == "audit_exported").unwrap();
    assert_eq!(taken.person, Some(id_of(&auditor).await));

    let one = auditor.form("/work/audit", &[("action", "export"), ("verb", "need_returned")]).await;
    assert_eq!(one.text().lines().count(), 2, "the same filters");
    let admin = test.admin().await.form("/work/audit", &[("action", "export")]).await;
    assert_eq!(admin.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(admin.text().contains("只有审计账号可以做这件事"));
    test.clock.advance(Duration::minutes(9));
    assert!(auditor.form("/work/audit", &[("action", "export")]).await.status.is_success());
    test.done().await;
}

#[tokio::test]
async fn reading_somebodys_data_in_full_takes_a_reason_and_is_recorded() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let (auditor, admin) = (test.auditor().await, test.admin().await);
    let person = id_of(&village).await;
    let refused = auditor.call(audit::read_private(person, " ")).await.err().unwrap();
    assert_eq!((refused.status, refused.fields()), (422, vec!["reason"]));
    assert_eq!(admin.call(audit::read_private(person, "信访 2026-18 号")).await.err().unwrap().status, 403);
    assert_eq!(village.call(audit::read_private(person, "信访 2026-18 号")).await.err().unwrap().status, 403);
    let nobody = PersonId(uuid::Uuid::from_u128(7));
    assert_eq!(auditor.call(audit::read_private(nobody, "信访 2026-18 号")).await.err().unwrap().status, 404);

    let path = format!("/work/audit/people/{person}");
    assert!(!auditor.page(&path).await.text().contains("village-441424103203"));
    let empty = auditor.form(&path, &[("reason", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = auditor.form(&path, &[("reason", "信访 2026-18 号")]).await;
    assert_eq!(shown.status, StatusCode::OK);
    for said in ["village-441424103203", "village-441424103203@example.com"] {
        assert!(shown.text().contains(said), "{}", shown.text());
    }
    let query = AuditQuery { verb: Some("private_data_read".into()), ..AuditQuery::default() };
    let rows = admin.call(audit::list(&query)).await.unwrap().items;
    let [row] = rows.as_slice() else { panic!("one reading, one row: {rows:?}") };
    assert_eq!((row.subject, row.reason.as_deref()), (person.0, Some("信访 2026-18 号")));
    let record = serde_json::to_string(row).unwrap();
    assert!(!record.contains("village-441424103203"), "the record holds no personal data: {record}");
    test.done().await;
}

#[tokio::test]
async fn what_takes_personal_data_or_the_record_along_is_serious() {
    let test = TestApp::new().await;
    let document: serde_json::Value =
        serde_json::from_slice(&test.visitor().page("/api/openapi.json").await.body).unwrap();
    for (path, method) in [(audit::EXPORT, "get"), (audit::PRIVATE, "post")] {
        let operation = &document["paths"][path][method];
        assert_eq!(operation["x-serious"], true, "{path}");
        assert_eq!(operation["x-roles"], serde_json::json!(["auditor"]), "{path}");
    }
    test.done().await;
}

#[tokio::test]
async fn the_record_is_for_auditors_and_the_platform_only() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let firm = test.organisation_of(&enterprise).await;
    let donor = test.member("giver", firm, Role::Donor).await;
    for client in [&enterprise, &donor, &test.village(VILLAGE).await, &test.federation("441424").await] {
        assert_eq!(client.call(audit::list(&AuditQuery::default())).await.unwrap_err().status, 403);
        assert_eq!(client.page("/work/audit").await.status, StatusCode::FORBIDDEN);
        assert_eq!(client.page(&format!("/api/v1{}", audit::EXPORT)).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(test.visitor().call(audit::list(&AuditQuery::default())).await.unwrap_err().status, 401);
    test.done().await;
}
