//! Needs taken in from a table: by whom, once, as drafts, and handed in by their village.

use crate::members::events;
use crate::needs::VILLAGE;
use crate::place_imports::upload;
use crate::towns::town;
use axum::http::StatusCode;
use backend::jobs::{self, LEASE};
use backend::needs::imports;
use backend::organisations::{self, NewOrganisation};
use chrono::Duration;
use domain::api::need_imports::{
    self, ConfirmImport, HandIn, ImportTally, ImportedPage, NeedImport, NeedImportInFull, NeedImportStatus,
    NeedRowOutcome, NewNeedImport,
};
use domain::api::needs::{self, NeedChange};
use domain::api::todo;
use domain::need::{AskedLine, ContributionKind, NeedContent, NeedStatus};
use domain::organisation::OrganisationKind;
use domain::place::{PlaceCode, PlaceLevel};
use domain::todo::TodoKind;
use domain::{Fen, NeedImportId};
use std::fmt::Write;
use std::time::Instant;
use tests::{Client, Refused, TestApp};
use uuid::Uuid;

pub const PAGE: &str = "/needs/import";
/// Another village of the town of [`VILLAGE`], and one of another town.
const NEIGHBOUR: &str = "441424103204";
const FAR: &str = "441424125207";

pub const HEADINGS: &str = "编号,区划代码,类别,领域,标题,现状和要做的事,名称,数量,单位,地点,预算金额（元）,\
    需要的金额（元）,希望完成的日期,预期成效,成效数量,成效单位\n";

/// Two needs of a village: money in two lines, and goods.
pub fn two_needs(village: &str) -> String {
    format!(
        "{HEADINGS}\
         1,{village},资金,基础设施建设,下角片饮水管网更换,水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。,\
         水管 2 公里,,,,\"80,000\",10万,2026-12-31,156 户常年有水,156,户\n\
         1,,,,,,蓄水池,,,,4万,,,,,\n\
         2,{village},物资,乡村风貌提升,村口太阳能路灯,村口到小学的路没有灯，学生早晚走夜路，需要装太阳能路灯。,\
         太阳能路灯,20,盏,村委会门口,,,2026年12月31日,夜里走路看得清,300,人\n"
    )
}

/// A table that was read, under an id of its own.
pub async fn read(client: &Client<'_>, n: u128, bytes: impl AsRef<[u8]>) -> Result<NeedImport, Refused> {
    let new = NewNeedImport { id: NeedImportId(Uuid::from_u128(n)), table: upload(client, bytes).await };
    client.call(need_imports::read(&new)).await
}

pub async fn seen(client: &Client<'_>, id: NeedImportId) -> NeedImportInFull {
    client.call(need_imports::get(id, &ImportedPage::default())).await.unwrap()
}

/// Confirms what is ready and lets the worker do it.
async fn imported(client: &Client<'_>, id: NeedImportId) -> NeedImportInFull {
    let ready = seen(client, id).await.tally.ready;
    client.call(need_imports::confirm(id, ConfirmImport { ready })).await.unwrap();
    jobs::run_due(&client.test.app).await.unwrap();
    seen(client, id).await
}

async fn count(test: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&test.app.pool).await.unwrap()
}

#[tokio::test]
async fn a_villages_table_becomes_drafts_that_it_hands_in_together() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    test.federation("441424").await;
    let import = read(&village, 1, two_needs(VILLAGE)).await.unwrap();
    assert_eq!((import.status, import.needs, import.own), (NeedImportStatus::Read, 2, true));
    let looked = seen(&village, import.id).await;
    assert_eq!(looked.tally, ImportTally { needs: 2, ready: 2, ..ImportTally::default() });
    assert_eq!((looked.problem_count, looked.drafts), (0, 0));
    assert!(village.call(needs::own()).await.unwrap().items.is_empty(), "looking writes no need");

    let refused = village.call(need_imports::confirm(import.id, ConfirmImport { ready: 3 })).await.unwrap_err();
    assert_eq!(refused.status, 409, "what was seen is what is confirmed");
    let done = imported(&village, import.id).await;
    assert_eq!((done.import.status, done.tally.imported, done.drafts), (NeedImportStatus::Done, 2, 2));
    let need = village.call(needs::get(&done.rows[0].need.unwrap().to_string())).await.unwrap();
    let content = &need.content;
    assert_eq!((need.status, content.kind), (NeedStatus::Draft, ContributionKind::Money));
    assert_eq!((content.amount_fen, content.items.len()), (Some(Fen::yuan(100_000)), 2));
    assert_eq!(content.wanted_by, "2026-12-31".parse().ok());
    let told = need.history[0].reason.as_deref();
    assert_eq!(told, Some("从表格“名单.csv”第 2 行导入"), "where it comes from");
    let goods = village.call(needs::get(&done.rows[1].need.unwrap().to_string())).await.unwrap();
    let expected = AskedLine {
        name: "太阳能路灯".into(),
        quantity: Some(20),
        unit: "盏".into(),
        place: "村委会门口".into(),
        ..AskedLine::default()
    };
    assert_eq!(goods.content.lines, [expected]);

    // Before it is handed in the village spoils one of them.
    let change = NeedChange { version: 1, content: NeedContent { field: None, ..goods.content.clone() } };
    village.call(needs::update(goods.id, &change)).await.unwrap();
    let refused = village.call(need_imports::hand_in(import.id, HandIn { drafts: 1 })).await.unwrap_err();
    assert_eq!(refused.status, 409);
    let handed_in = village.call(need_imports::hand_in(import.id, HandIn { drafts: 2 })).await.unwrap();
    assert_eq!(handed_in.handed_in, 1);
    assert_eq!(handed_in.left[0].need, goods.id);
    assert!(handed_in.left[0].says.contains("请选择需求领域"), "{:?}", handed_in.left);
    let need = village.call(needs::get(&need.id.to_string())).await.unwrap();
    assert_eq!(need.status, NeedStatus::FederationReview, "no further than one that was typed");
    for (verb, times) in [
        ("need_table_read", 1),
        ("needs_imported", 1),
        ("need_drafted", 2),
        ("need_submitted", 1),
        ("need_approved", 0),
    ] {
        assert_eq!(events(&test, verb).await, times, "{verb}");
    }
    test.done().await;
}

#[tokio::test]
async fn the_same_needs_again_come_in_once_from_whatever_file_and_whatever_became_of_them() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let table = upload(&village, two_needs(VILLAGE)).await;
    let new = NewNeedImport { id: NeedImportId(Uuid::from_u128(1)), table };
    let first = village.call(need_imports::read(&new)).await.unwrap();
    assert_eq!(village.call(need_imports::read(&new)).await.unwrap(), first, "sent twice");
    let other =
        NewNeedImport { table: upload(&village, "类别,标题,领域\n资金,修一条路,其他\n").await, ..new };
    assert_eq!(village.call(need_imports::read(&other)).await.unwrap_err().status, 409);
    imported(&village, first.id).await;
    let confirmed = village.call(need_imports::confirm(first.id, ConfirmImport { ready: 2 })).await.unwrap();
    assert_eq!(confirmed.status, NeedImportStatus::Done, "confirmed twice");
    imports::run(&test.app, first.id).await.unwrap();

    // Its village has written on, and the same file comes again, and as a workbook.
    let need = village.call(needs::own()).await.unwrap().items[0].id;
    let draft = village.call(needs::get(&need.to_string())).await.unwrap();
    let content = NeedContent { title: "村里改过的标题".into(), ..draft.content };
    village.call(needs::update(need, &NeedChange { version: 1, content })).await.unwrap();
    let again = read(&village, 2, two_needs(VILLAGE)).await.unwrap();
    let looked = seen(&village, again.id).await;
    assert_eq!(looked.tally, ImportTally { needs: 2, present: 2, ..ImportTally::default() });
    assert!(looked.imported_before.is_some() && looked.rows[0].need.is_some());
    let nothing = village.call(need_imports::confirm(again.id, ConfirmImport { ready: 0 })).await.unwrap_err();
    assert_eq!(nothing.status, 409);
    let csv = two_needs(VILLAGE).replace("\"80,000\"", "80000");
    let book = crate::place_imports::xlsx(&crate::place_imports::sheet(&csv));
    let book = read(&village, 3, book).await.unwrap();
    assert_eq!(seen(&village, book.id).await.tally.present, 2);
    // A third need in the same table is new, and one with a title in use is not.
    let more =
        two_needs(VILLAGE).replace("300,人", "400,人") + &format!("3,{VILLAGE},资金,其他,新的一件事情,,,,,,,,,,,\n");
    let more = read(&village, 4, more).await.unwrap();
    let tally = seen(&village, more.id).await.tally;
    assert_eq!(tally, ImportTally { needs: 3, ready: 1, present: 1, same_title: 1, ..ImportTally::default() });
    assert_eq!(imported(&village, more.id).await.tally.imported, 1);
    assert_eq!(village.call(needs::own()).await.unwrap().items.len(), 3);
    test.done().await;
}

#[tokio::test]
async fn two_imports_of_one_file_at_once_and_a_worker_that_died_import_it_once() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let head = "类别,标题\n".to_owned();
    let table = (0..1_200).fold(head, |table, n| table + &format!("资金,第 {n} 件要做的事\n"));
    let one = read(&village, 1, &table).await.unwrap();
    let other = read(&village, 2, &table).await.unwrap();
    for import in [&one, &other] {
        let confirm = ConfirmImport { ready: 1_200 };
        assert_eq!(
            village.call(need_imports::confirm(import.id, confirm)).await.unwrap().status,
            NeedImportStatus::Importing
        );
    }
    jobs::take_and_abandon(&test.app).await.unwrap().expect("a job");
    let (first, second, third) = tokio::join!(
        imports::run(&test.app, one.id),
        imports::run(&test.app, other.id),
        imports::run(&test.app, one.id)
    );
    for run in [first, second, third] {
        run.unwrap();
    }
    test.clock.advance(LEASE + Duration::seconds(1));
    jobs::run_due(&test.app).await.unwrap();
    let (one, other) = (seen(&village, one.id).await, seen(&village, other.id).await);
    assert_eq!((one.import.status, other.import.status), (NeedImportStatus::Done, NeedImportStatus::Done));
    assert_eq!(one.tally.imported + other.tally.imported, 1_200);
    assert_eq!(one.tally.present + other.tally.present, 1_200);
    assert_eq!(count(&test, "select count(*) from need").await, 1_200);
    assert_eq!(events(&test, "need_drafted").await, 1_200);
    assert_eq!(jobs::counts(&test.app).await.unwrap().waiting, 0);
    test.done().await;
}

#[tokio::test]
async fn a_town_and_a_federation_import_for_villages_that_hand_in_themselves() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let far = test.village(FAR).await;
    let (_, town) = town(&test).await;
    let federation = test.federation("441424").await;
    let elsewhere = test.federation("441481").await;
    let table = two_needs(VILLAGE)
        + &format!("3,{NEIGHBOUR},资金,其他,邻村要修的机耕路,,,,,,,,,,,\n")
        + &format!("4,{FAR},资金,其他,远村要修的机耕路,,,,,,,,,,,\n");
    let import = read(&town, 1, &table).await.unwrap();
    let looked = seen(&town, import.id).await;
    assert_eq!((looked.tally.ready, looked.tally.wrong), (2, 2));
    let said: Vec<_> = looked.problems.iter().filter(|one| one.stops).map(|one| (one.row, &*one.message)).collect();
    assert!(said.iter().any(|(row, says)| *row == 5 && says.contains("还没有在平台上开通")), "{said:?}");
    assert!(said.iter().any(|(row, says)| *row == 6 && says.contains("不是你们辖区的村")), "{said:?}");
    assert_eq!(village.call(need_imports::get(import.id, &ImportedPage::default())).await.unwrap_err().status, 404);
    let done = imported(&town, import.id).await;
    assert_eq!((done.tally.imported, done.drafts), (2, 0));
    assert!(done.rows.iter().all(|row| row.need.is_none()), "a draft is its village's alone");

    // The village reads who wrote them, is told, and hands them in; the town cannot.
    let waits = village.call(todo::get()).await.unwrap().items;
    let told = waits.iter().find(|item| item.kind == TodoKind::ImportedNeeds).expect("it waits");
    assert_eq!((told.count.number, told.path.as_str()), (2, PAGE));
    let theirs = seen(&village, import.id).await;
    assert_eq!((theirs.tally.needs, theirs.drafts, theirs.problems.len()), (2, 2, 0));
    assert!(!theirs.import.own && theirs.rows.iter().all(|row| row.need.is_some()));
    assert_eq!(village.call(need_imports::list()).await.unwrap().items.len(), 1);
    let id = theirs.rows[0].need.unwrap();
    let need = village.call(needs::get(&id.to_string())).await.unwrap();
    assert!(need.history[0].by.contains("town"), "{:?}", need.history);
    assert_eq!(town.call(needs::get(&id.to_string())).await.unwrap_err().status, 404);
    assert_eq!(town.call(need_imports::hand_in(import.id, HandIn { drafts: 2 })).await.unwrap_err().status, 403);
    for stranger in [&far, &federation, &elsewhere] {
        let asked = stranger.call(need_imports::get(import.id, &ImportedPage::default())).await;
        assert_eq!(asked.unwrap_err().status, 404);
        let confirm = stranger.call(need_imports::confirm(import.id, ConfirmImport { ready: 2 })).await;
        assert_eq!(confirm.unwrap_err().status, 404);
    }
    assert_eq!(far.call(need_imports::hand_in(import.id, HandIn { drafts: 0 })).await.unwrap_err().status, 404);
    let handed_in = village.call(need_imports::hand_in(import.id, HandIn { drafts: 2 })).await.unwrap();
    assert_eq!((handed_in.handed_in, handed_in.left.len()), (2, 0));
    let again = village.call(need_imports::hand_in(import.id, HandIn { drafts: 0 })).await.unwrap();
    assert_eq!(again.handed_in, 0);
    let status = village.call(needs::get(&id.to_string())).await.unwrap().status;
    assert_eq!(status, NeedStatus::TownReview, "first to the town, as always");
    assert!(!village.call(todo::get()).await.unwrap().items.iter().any(|item| item.kind == TodoKind::ImportedNeeds));
    assert!(seen(&town, import.id).await.rows.iter().all(|row| row.need.is_some()), "now the town may read them");

    let county = read(&federation, 2, &table).await.unwrap();
    let tally = seen(&federation, county.id).await.tally;
    assert_eq!((tally.present, tally.ready, tally.wrong), (2, 1, 1), "whoever imports it, it is there already");
    let all = read(&elsewhere, 3, &table).await.unwrap();
    assert_eq!(seen(&elsewhere, all.id).await.tally.wrong, 4);
    // A village imports nothing for its neighbour.
    let own = read(&far, 4, &table).await.unwrap();
    assert_eq!(seen(&far, own.id).await.tally.wrong, 3);
    test.done().await;
}

#[tokio::test]
async fn ten_thousand_rows_come_in_while_the_progress_is_shown() {
    const EACH: usize = 500;
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let inside = |code: &PlaceCode| code.level() == PlaceLevel::Village && code.as_str().starts_with("441424");
    let mut villages: Vec<_> = test.app.places.iter().map(|(code, _)| code).filter(|code| inside(code)).collect();
    villages.sort_unstable();
    let mut table = HEADINGS.to_owned();
    for code in &villages[..20] {
        let name = format!("{code}村委会");
        let new = NewOrganisation { kind: OrganisationKind::Village, name: &name, place: Some(code) };
        organisations::create(&test.app, &new).await.unwrap();
        for n in 0..EACH {
            writeln!(
                table,
                ",{code},资金,基础设施建设,第 {n} 段机耕路硬化,这一段机耕路雨天不能走车，收成的时候只能肩挑，需要硬化。,\
                 路基和路面,,,,5万,4.5万,2026-12-31,{n} 户方便出行,{},户",
                n + 1
            )
            .unwrap();
        }
    }
    let begun = Instant::now();
    let import = read(&federation, 1, &table).await.unwrap();
    let looked = seen(&federation, import.id).await;
    assert_eq!((looked.tally.ready, looked.problem_count), (10_000, 0));
    let read_in = begun.elapsed();
    federation.call(need_imports::confirm(import.id, ConfirmImport { ready: 10_000 })).await.unwrap();
    let work = imports::run(&test.app, import.id);
    let watch = async {
        let mut shown = Vec::new();
        loop {
            let now = seen(&federation, import.id).await;
            shown.push(now.tally.looked_at());
            if now.import.status == NeedImportStatus::Done {
                return shown;
            }
        }
    };
    let (worked, shown) = tokio::join!(work, watch);
    worked.unwrap();
    println!("10,000 needs: read in {read_in:?}, all in {:?}; progress seen {} times", begun.elapsed(), shown.len());
    assert!(shown.windows(2).all(|pair| pair[0] <= pair[1]) && shown.last() == Some(&10_000));
    assert!(shown.iter().any(|n| (1..10_000).contains(n)), "progress on the way: {shown:?}");
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(count(&test, "select count(*) from need").await, 10_000);
    assert_eq!(count(&test, "select count(*) from need_item").await, 10_000);
    assert_eq!(events(&test, "need_drafted").await, 10_000);
    let again = read(&federation, 2, &table).await.unwrap();
    assert_eq!(seen(&federation, again.id).await.tally.present, 10_000);
    let pages = federation.call(need_imports::get(again.id, &ImportedPage { after: Some(9_950) })).await.unwrap();
    assert_eq!((pages.rows.len(), pages.next), (50, None));
    assert!(pages.rows.iter().all(|row| row.outcome == NeedRowOutcome::Present));
    test.done().await;
}

#[tokio::test]
async fn what_nobody_confirms_is_dropped_after_a_week() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let old = read(&village, 1, two_needs(VILLAGE)).await.unwrap();
    let kept = read(&village, 2, "类别,标题,领域\n资金,修一条路,其他\n").await.unwrap();
    imported(&village, kept.id).await;
    test.clock.advance(Duration::days(8));
    imports::drop_old(&test.app).await.unwrap();
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    assert_eq!(village.call(need_imports::get(old.id, &ImportedPage::default())).await.unwrap_err().status, 404);
    assert_eq!(seen(&village, kept.id).await.tally.imported, 1);
    assert_eq!(count(&test, "select count(*) from need_import_row").await, 1);
    test.done().await;
}

#[tokio::test]
async fn the_pages_lead_from_the_template_to_what_was_handed_in() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    test.federation("441424").await;
    assert!(village.page("/work").await.text().contains(PAGE), "the way there");
    let page = village.page(PAGE).await.text();
    assert!(page.contains("/need-imports/template/xlsx") && page.contains("还没有导入过"));
    assert!(page.contains("采购：每单位多少元，如“2.5”"), "each column is explained");
    let none = village.form_with_files(PAGE, &[], &[("table", "", b"")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("请选择一个表格文件") && none.text().contains("table-problem"));
    let picture = village.form_with_files(PAGE, &[], &[("table", "a.jpg", &tests::jpeg(20, 20))]).await;
    assert_eq!(picture.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(picture.text().contains("认不出这个文件"));

    let table = two_needs(VILLAGE) + &format!("3,{VILLAGE},钱,其他,第三件事情,,,,,,,,,,,\n");
    let sent = village.form_with_files(PAGE, &[], &[("table", "需求.csv", table.as_bytes())]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let path = sent.location();
    let shown = village.page(&path).await;
    let html = shown.text();
    assert!(html.contains("第 5 行“类别”：") && html.contains("不认识“钱”"), "{html}");
    assert!(html.contains("导入没有错误的 2 条") && html.contains("下载全部 1 处问题"), "{html}");
    let stale = village.form(&path, &[("step", "confirm"), ("seen", "7")]).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("可以导入的需求现在是 2 条"));
    let confirmed = village.form(&path, &[("step", "confirm"), ("seen", &shown.hidden("seen"))]).await;
    assert_eq!((confirmed.status, confirmed.location()), (StatusCode::SEE_OTHER, path.clone()));
    let under_way = village.page(&path).await.text();
    assert!(under_way.contains("http-equiv=\"refresh\" content=\"2\"") && under_way.contains("正在导入：0 / 2 条"));
    let still = village.page(&format!("{path}?still=1")).await.text();
    assert!(!still.contains("http-equiv=\"refresh\"") && still.contains("刷新，看最新进度"));
    jobs::run_due(&test.app).await.unwrap();
    let done = village.page(&path).await;
    assert!(done.text().contains("导入完毕") && done.text().contains("本村还有 2 条草稿没有提交"), "{}", done.text());
    assert!(!done.text().contains("http-equiv=\"refresh\""));
    let handed_in = village.form(&path, &[("step", "hand_in"), ("seen", &done.hidden("seen"))]).await;
    assert_eq!(handed_in.location(), format!("{path}?handed_in=2&left=0"), "{}", handed_in.text());
    assert!(village.page(&handed_in.location()).await.text().contains("已提交 2 条。"));
    assert!(village.page(PAGE).await.text().contains("需求.csv"));

    assert_eq!(test.enterprise("firm").await.page(PAGE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.visitor().page(PAGE).await.status, StatusCode::SEE_OTHER);
    assert_eq!(test.visitor().page(&path).await.status, StatusCode::SEE_OTHER);
    test.done().await;
}
