use crate::accounts::renewed;
use crate::members::events;
use axum::http::StatusCode;
use chrono::Duration;
use domain::api::files::StoredTable;
use domain::api::place_imports::{self, ImportEffect, ImportPreview, Imported, NewPlaceImport};
use domain::api::places::{self, PlaceInFull};
use domain::organisation::{OrganisationKind, Role};
use domain::person::SURE_FOR;
use domain::place::{ListSubject, PlaceIndicator, TownClass, TownLead, VillageType};
use domain::{PlaceImportId, TableFileId};
use object_store::ObjectStore;
use std::io::Write;
use tests::people::PASSWORD;
use tests::{Answer, Client, Refused, TestApp};
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PAGE: &str = "/work/place-imports";

/// Three towns of 五华县, as its federation may write them.
pub const CLASSES: &str = "来源,示例文件〔2021〕7号\n截至日期,2021-07-01\n重点帮扶镇,2\n巩固提升镇,1\n\
    省直中直驻粤单位,1\n广州市,1\n梅州市,0\n\n\
    区划代码,县（市、区）,镇（街道）,分类,牵头方\n\
    441424103000,,,重点帮扶镇,省直中直驻粤单位\n\
    ,五华县,梅林镇,重点帮扶镇,广州市\n\
    441424104,五华,华城镇,巩固提升镇,本县\n";

const TYPES: &str = "来源：示例名单\n截至：2025年12月31日\n行数,2\n县,镇,村,类型\n\
    五华县,梅林镇,黄沙村,美丽宜居村\n五华县,梅林镇,梅北村委会,特色精品村\n";

const FACTS: &str = "来源,示例年报\n截至日期,2026-01-31\n行数,2\n\
    区划代码,年份,户数（户）,户籍人口（人）,村集体经济年收入（万元）\n\
    441424125207,2024,312,\"1,248\",15.2\n441424125207,2025,315,,18\n";

async fn sent(client: &Client<'_>, name: &str, bytes: &[u8]) -> Answer {
    client.form_with_files("/api/v1/files/tables", &[], &[("file", name, bytes)]).await
}

/// A table that waits.
pub async fn upload(client: &Client<'_>, bytes: impl AsRef<[u8]>) -> TableFileId {
    let answer = sent(client, "名单.csv", bytes.as_ref()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    serde_json::from_slice::<StoredTable>(&answer.body).unwrap().id
}

async fn preview(client: &Client<'_>, bytes: impl AsRef<[u8]>) -> Result<ImportPreview, Refused> {
    client.call(place_imports::preview(upload(client, bytes).await)).await
}

pub async fn import(client: &Client<'_>, n: u128, bytes: impl AsRef<[u8]>) -> Result<Imported, Refused> {
    let new = NewPlaceImport { id: PlaceImportId(Uuid::from_u128(n)), table: upload(client, bytes).await };
    client.call(place_imports::import(&new)).await
}

async fn place(test: &TestApp, code: &str) -> PlaceInFull {
    test.visitor().call(places::get(&code.parse().unwrap())).await.unwrap()
}

/// Problems as a person reads them: row, column, sentence.
fn problems(preview: &ImportPreview) -> Vec<String> {
    let problem = |problem: &place_imports::RowProblem| {
        let row = problem.row.map(|row| row.to_string()).unwrap_or_default();
        format!("{row} {}: {}", problem.column.as_deref().unwrap_or("-"), problem.message)
    };
    preview.problems.iter().map(problem).collect()
}

#[tokio::test]
async fn a_list_is_looked_at_first_and_then_imported_with_its_source_and_day() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let seen = preview(&federation, CLASSES).await.unwrap();
    assert_eq!(problems(&seen), Vec::<String>::new());
    assert_eq!((seen.subject, seen.rows), (Some(ListSubject::TownClass), 3));
    assert_eq!(seen.effect, ImportEffect { added: 3, ..ImportEffect::default() });
    let lines: Vec<_> = seen.tallies.iter().map(|line| (line.label.as_str(), line.claimed, line.counted)).collect();
    assert!(lines.contains(&("重点帮扶镇", Some(2), 2)) && lines.contains(&("梅州市", Some(0), 0)), "{lines:?}");
    assert_eq!(place(&test, "441424103").await.town, None, "looking changes nothing");

    let done = import(&federation, 1, CLASSES).await.unwrap();
    let made = done.import.unwrap();
    assert_eq!((made.rows_read, made.changed, made.by.as_str()), (3, 3, "federation-441424的单位"));
    let town = place(&test, "441424103").await.town.unwrap();
    assert_eq!((town.class, town.lead), (TownClass::KeyAssisted, Some(TownLead::ProvincialCentral)));
    assert_eq!((town.said.source.as_str(), town.said.as_of.to_string()), ("示例文件〔2021〕7号", "2021-07-01".into()));
    let village = place(&test, "441424125207").await;
    assert_eq!(village.town.unwrap().lead, Some(TownLead::Guangzhou), "a village's town");
    assert_eq!(village.village, None);
    assert_eq!(place(&test, "441424104").await.town.unwrap().class, TownClass::Consolidation);
    assert_eq!(place(&test, "441424100").await.town, None, "of a town that no list names nothing is known");
    assert_eq!(events(&test, "places_imported").await, 1);

    assert_eq!(import(&federation, 2, TYPES).await.unwrap().changed, 2);
    let village = place(&test, "441424125207").await.village.unwrap();
    assert_eq!(
        (village.village_type, village.said.as_of.to_string()),
        (VillageType::BeautifulLivable, "2025-12-31".into())
    );
    assert_eq!(import(&federation, 3, FACTS).await.unwrap().changed, 5);
    let facts = place(&test, "441424125207").await.facts;
    let facts: Vec<_> = facts.iter().map(|fact| (fact.year, fact.indicator, fact.value)).collect();
    assert_eq!(facts.len(), 5);
    assert_eq!(facts[0].0, 2025, "latest first");
    assert!(facts.contains(&(2024, PlaceIndicator::Population, 1_248)));
    assert!(facts.contains(&(2024, PlaceIndicator::VillageCollectiveIncome, 152_000)));
    assert!(facts.contains(&(2025, PlaceIndicator::VillageCollectiveIncome, 180_000)));
    let imports = federation.call(place_imports::list()).await.unwrap();
    let subjects: Vec<_> = imports.items.iter().map(|import| import.subject).collect();
    assert_eq!(subjects.len(), 3);
    assert!(ListSubject::ALL.iter().all(|subject| subjects.contains(subject)));
    test.done().await;
}

#[tokio::test]
async fn the_same_list_again_changes_nothing_and_says_so() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let table = upload(&federation, CLASSES).await;
    let new = NewPlaceImport { id: PlaceImportId(Uuid::from_u128(1)), table };
    let first = federation.call(place_imports::import(&new)).await.unwrap();
    assert_eq!(federation.call(place_imports::import(&new)).await.unwrap(), first, "sent twice");
    let again = import(&federation, 2, CLASSES).await.unwrap();
    assert_eq!((again.import, again.changed, again.rows_read), (None, 0, 3));
    let other = NewPlaceImport { table: upload(&federation, TYPES).await, ..new };
    assert_eq!(federation.call(place_imports::import(&other)).await.unwrap_err().status, 409);
    let seen = preview(&federation, CLASSES).await.unwrap();
    assert_eq!(seen.effect, ImportEffect { same: 3, ..ImportEffect::default() });
    assert_eq!(seen.imported_before, first.import);
    assert_eq!(federation.call(place_imports::list()).await.unwrap().items.len(), 1);
    assert_eq!(events(&test, "places_imported").await, 1);
    test.done().await;
}

#[tokio::test]
async fn a_later_list_replaces_what_it_names_and_the_earlier_stays_in_the_record() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    import(&federation, 1, CLASSES).await.unwrap();
    let later = "来源,示例文件〔2024〕2号\n截至日期,2024-03-01\n重点帮扶镇,0\n巩固提升镇,1\n\
        省直中直驻粤单位,0\n广州市,0\n梅州市,0\n县,镇,分类\n五华县,转水镇,巩固提升镇\n";
    let seen = preview(&federation, later).await.unwrap();
    assert_eq!((seen.effect.changed, seen.effect.later_known), (1, 0));
    import(&federation, 2, later).await.unwrap();
    let town = place(&test, "441424103").await.town.unwrap();
    assert_eq!(
        (town.class, town.lead, town.said.source.as_str()),
        (TownClass::Consolidation, None, "示例文件〔2024〕2号")
    );
    let other = place(&test, "441424125").await.town.unwrap();
    assert_eq!(other.said.source, "示例文件〔2021〕7号", "what the later list does not name stays");
    let sources: Vec<String> =
        federation.call(place_imports::list()).await.unwrap().items.into_iter().map(|import| import.source).collect();
    assert!(sources.contains(&"示例文件〔2021〕7号".to_owned()) && sources.len() == 2);
    // The earlier file again would take the town back, and is told to be older.
    let back = preview(&federation, CLASSES).await.unwrap();
    assert_eq!((back.effect.same, back.effect.changed, back.effect.later_known), (2, 1, 1));
    assert!(back.imported_before.is_some());
    let table = upload(&federation, CLASSES).await;
    let page = federation.page(&format!("{PAGE}/{table}")).await.text();
    assert!(page.contains("其中 1 处，平台上现有的资料截至日期更晚"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_list_that_does_not_add_up_to_its_head_is_refused_with_both_numbers() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    for (changed, sentence) in [
        (CLASSES.replace("重点帮扶镇,2", "重点帮扶镇,3"), "重点帮扶镇：表头写的是 3，表里有 2，对不上"),
        (CLASSES.replace("巩固提升镇,1", "巩固提升镇,35"), "巩固提升镇：表头写的是 35，表里有 1，对不上"),
        (CLASSES.replace("广州市,1", "广州市,2"), "表头里各牵头方相加是 3，重点帮扶镇写的是 2，对不上"),
        (
            CLASSES.replace("梅林镇,重点帮扶镇,广州市", "梅林镇,重点帮扶镇,梅州市"),
            "广州市：表头写的是 1，表里有 0，对不上",
        ),
        (CLASSES.replace("梅州市,0\n", ""), "表头没有写“梅州市”的数，表里有 0"),
        // Cut off behind a whole row, of which nothing else tells.
        (CLASSES.replace("441424104,五华,华城镇,巩固提升镇,本县\n", ""), "巩固提升镇：表头写的是 1，表里有 0，对不上"),
        (TYPES.replace("行数,2", "行数,3"), "行数：表头写的是 3，表里有 2，对不上"),
        (FACTS.replace("行数,2\n", ""), "表头没有写“行数”的数，表里有 2"),
    ] {
        let seen = preview(&federation, &changed).await.unwrap();
        assert!(problems(&seen).iter().any(|problem| problem.ends_with(sentence)), "{:?}", problems(&seen));
        let refused = import(&federation, 1, &changed).await.unwrap_err();
        assert_eq!(refused.status, 422);
        assert!(refused.error.fields.iter().any(|problem| problem.message == sentence), "{:?}", refused.error);
    }
    assert!(federation.call(place_imports::list()).await.unwrap().items.is_empty());
    assert_eq!(place(&test, "441424103").await.town, None);
    test.done().await;
}

#[tokio::test]
async fn each_rows_problem_is_said_with_its_row_and_its_column() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let list = "来源,示例名单\n截至日期,2026-07-01\n备注,请尽快\n重点帮扶镇,x\n\
        区划代码,县,镇,分类,牵头方,联系人\n\
        441422100,,,重点帮扶镇,广州市,\n\
        ,,大坪镇,重点帮扶镇,广州市,\n\
        ,五华县,没有镇,重点帮扶镇,广州市,\n\
        441424103,,,帮扶镇,广州市,\n\
        441424104,,,重点帮扶镇,,\n\
        441424106,,,重点帮扶镇,本县,\n\
        441424100,,,巩固提升镇,深圳市,\n\
        441424125207,,,巩固提升镇,本县,\n\
        4.41424E+11,,,巩固提升镇,本县,\n\
        441424103,大埔县,,巩固提升镇,本县,\n\
        ,,,巩固提升镇,本县,\n\
        441424101,,,巩固提升镇,本县,\n\
        441424101,,,巩固提升镇,本县,\n\
        441424106,,,,,\n";
    let seen = preview(&federation, list).await.unwrap();
    let found = problems(&seen);
    let has = |start: &str, words: &str| {
        let found_one = found.iter().any(|problem| problem.starts_with(start) && problem.contains(words));
        assert!(found_one, "{start} {words}: {found:#?}");
    };
    has("2 截至日期:", "不能晚于今天");
    has("3 备注:", "不认识这一项");
    has("4 重点帮扶镇:", "“x”应是一个数字");
    has("5 联系人:", "不认识这一列");
    has("6 区划代码:", "不在本县（市、区）");
    has("7 镇:", "叫“大坪镇”的有 2 处（");
    has("8 镇:", "五华县没有“没有镇”");
    has("9 分类:", "“帮扶镇”不是分类");
    has("10 牵头方:", "重点帮扶镇要写牵头方");
    has("11 牵头方:", "重点帮扶镇的牵头方不会是“本县”");
    has("12 牵头方:", "“深圳市”不是牵头方");
    has("13 区划代码:", "不是一个镇（街道）");
    has("14 区划代码:", "科学计数");
    has("15 县:", "和这里写的“大埔县”不一致");
    has("16 -:", "没有写是哪个地方");
    has("18 区划代码:", "和第 17 行是同一个地方");
    assert!(!found.iter().any(|problem| problem.starts_with("19 ")), "a row of which nothing is said: {found:#?}");
    assert_eq!(seen.effect, ImportEffect::default());

    let facts = FACTS.replace("2024,312", "24,312").replace("2025,315,,18", "2027,-3,半,1.23456");
    let found = problems(&preview(&federation, &facts).await.unwrap()).join("\n");
    assert!(found.contains("5 年份: “24”不是年份") && found.contains("6 年份: “2027”不是年份"), "{found}");
    let facts = FACTS.replace("2025,315,,18", "2024,-3,半,1.23456");
    let found = problems(&preview(&federation, &facts).await.unwrap()).join("\n");
    assert!(found.contains("6 区划代码: 和第 5 行是同一个地方"), "{found}");
    assert!(found.contains("6 户数（户）: “-3”不能小于 0"), "{found}");
    assert!(found.contains("6 户籍人口（人）: “半”应是一个数字"), "{found}");
    assert!(found.contains("6 村集体经济年收入（万元）: “1.23456”应是整数（单位：元）"), "{found}");
    for (list, sentence) in [
        ("县,镇\n五华县,梅林镇\n", "看不出是哪一种名单"),
        ("县,镇,分类,年份\n五华县,梅林镇,重点帮扶镇,2024\n", "一张表只写一种名单"),
        ("姓名,电话\n某某,123\n", "没有找到列名"),
        ("县,镇,村,类型\n五华县,梅林镇,黄沙村,干净整洁村\n", "表头没有写“来源”"),
        ("来源,示例名单\n截至日期,2026-01-01\n行数,0\n县,镇,村,类型\n五华县,梅林镇,黄沙村,\n", "表里没有一行写了内容"),
        ("来源,示例名单\n截至日期,六月底\n行数,0\n县,镇,村,类型,类型\n", "“六月底”不是日期"),
        ("来源,示例名单\n截至日期,2026-01-01\n行数,0\n县,镇,村,类型,村庄类型\n", "这一列有两次"),
        (
            "来源,示例年报\n截至日期,2026-01-31\n行数,1\n区划代码,年份,户籍人口（人）,户籍人口（万人）\n\
             441424125207,2024,1248,0.1248\n",
            "4 户籍人口（万人）: 这一列有两次",
        ),
    ] {
        let found = problems(&preview(&federation, list).await.unwrap()).join("\n");
        assert!(found.contains(sentence), "{sentence}: {found}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_county_speaks_of_its_own_places_and_the_city_of_all() {
    let test = TestApp::new().await;
    let there = test.federation("441422").await;
    let seen = preview(&there, CLASSES).await.unwrap();
    assert_eq!(problems(&seen).iter().filter(|problem| problem.contains("不在本县（市、区）")).count(), 3);
    assert_eq!(import(&there, 1, CLASSES).await.unwrap_err().status, 422);
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    assert_eq!(import(&city, 1, CLASSES).await.unwrap().changed, 3);
    test.done().await;
}

/// A book of one sheet.
fn xlsx(sheet: &str) -> Vec<u8> {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let relations = format!(
        "<Relationships><Relationship Id=\"a\" Type=\"{relation}\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let parts = [
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"一\" r:id=\"a\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A table of texts as a sheet; what stands in brackets is put into a cell as it is.
fn sheet(table: &str) -> String {
    let cell = |text: &str| match text.strip_prefix('[') {
        Some(cell) => format!("<c>{}</c>", cell.trim_end_matches(']')),
        None => format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    let row = |line: &str| format!("<row>{}</row>", line.split(',').map(cell).collect::<String>());
    let rows: String = table.lines().map(row).collect();
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

#[tokio::test]
async fn a_list_may_come_as_a_workbook_or_in_the_encoding_of_old_spreadsheets() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let (gb, _, _) = encoding_rs::GB18030.encode(CLASSES);
    assert_eq!(import(&federation, 1, &gb).await.unwrap().changed, 3);
    assert_eq!(import(&federation, 2, xlsx(&sheet(CLASSES))).await.unwrap().changed, 0, "the same list");
    let semicolons = format!("\u{feff}{}", TYPES.replace(',', ";").replace('\n', "\r\n"));
    assert_eq!(import(&federation, 3, semicolons).await.unwrap().changed, 2);
    test.done().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_words() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let formula = xlsx(&sheet(&CLASSES.replace("梅州市,0", "梅州市,[<f>1-1</f><v>0</v>]")));
    let seen = preview(&federation, &formula).await.unwrap();
    assert!(problems(&seen)[0].contains("是公式，请改成数值") || problems(&seen)[1].contains("是公式，请改成数值"));
    let rows =
        sheet(CLASSES).replace("</sheetData>", "</sheetData><mergeCells><mergeCell ref=\"D10:D11\"/></mergeCells>");
    let seen = preview(&federation, xlsx(&rows)).await.unwrap();
    assert!(problems(&seen).iter().any(|one| one.starts_with("11 分类: 和别的格合并了")), "{:?}", problems(&seen));
    let whole = xlsx(&sheet(CLASSES));
    let many = xlsx(&format!(
        "<worksheet><sheetData>{}</sheetData></worksheet>",
        "<row><c><v>1</v></c></row>".repeat(200_000)
    ));
    let quoted = CLASSES.replace("本县\n", "\"本县\n");
    for (name, bytes, words) in [
        ("nothing", Vec::new(), "文件是空的"),
        ("a workbook cut in the middle", whole[..whole.len() / 2].to_vec(), "好像在中间断了"),
        ("a text cut in a cell", quoted.into_bytes(), "好像在中间断了"),
        ("a text cut in a character", CLASSES.as_bytes()[..CLASSES.len() - 2].to_vec(), "好像在中间断了"),
        ("a picture", tests::jpeg(20, 20), "认不出这个文件"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "旧格式的 Excel"),
        ("200,000 rows", many, "超过 25000 行"),
        ("200,000 lines", "甲,乙\n".repeat(200_000).into_bytes(), "超过 25000 行"),
    ] {
        let refused = preview(&federation, &bytes).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["table"]), "{name}");
        assert!(refused.error.fields[0].message.contains(words), "{name}: {:?}", refused.error.fields);
        assert_eq!(import(&federation, 1, &bytes).await.unwrap_err().status, 422, "{name}");
    }
    let large = vec![b'a'; 17 * 1024 * 1024];
    let answer = sent(&federation, "大.csv", &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("每个最多 16 MB"), "{}", answer.text());
    test.done().await;
}

#[tokio::test]
async fn a_table_is_its_uploaders_alone_and_an_import_is_the_federations() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let other = test.federation("441422").await;
    let table = upload(&federation, CLASSES).await;
    assert_eq!(other.call(place_imports::preview(table)).await.unwrap_err().status, 404);
    let new = NewPlaceImport { id: PlaceImportId(Uuid::from_u128(1)), table };
    assert_eq!(other.call(place_imports::import(&new)).await.unwrap_err().status, 404);
    let village = test.village("441424125207").await;
    let rural = test.person("rural", OrganisationKind::RuralOffice, Some("441424"), Role::RuralOffice).await;
    let admin = test.admin().await;
    for client in [&village, &rural, &admin, &test.auditor().await, &test.enterprise("firm").await] {
        assert_eq!(sent(client, "a.csv", CLASSES.as_bytes()).await.status, StatusCode::FORBIDDEN);
        assert_eq!(client.call(place_imports::list()).await.unwrap_err().status, 403);
        assert_eq!(client.call(place_imports::preview(table)).await.unwrap_err().status, 403);
        assert_eq!(client.call(place_imports::import(&new)).await.unwrap_err().status, 403);
    }
    assert_eq!(sent(&test.visitor(), "a.csv", CLASSES.as_bytes()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(test.visitor().call(place_imports::import(&new)).await.unwrap_err().status, 401);
    // Half an hour later the federation proves again who it is.
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let federation = Client { bearer: Some(renewed(&test, &federation)), ..federation };
    assert_eq!(federation.call(place_imports::preview(table)).await.unwrap().rows, 3);
    assert_eq!(federation.call(place_imports::import(&new)).await.unwrap_err().status, 403);
    test.done().await;
}

#[tokio::test]
async fn tables_are_dropped_after_a_week() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let old = upload(&federation, CLASSES).await;
    test.clock.advance(Duration::days(6));
    let federation = test.signed_in("federation-441424").await;
    let young = upload(&federation, TYPES).await;
    test.clock.advance(Duration::days(2));
    backend::files::drop_old_drafts(&test.app).await.unwrap();
    let federation = test.signed_in("federation-441424").await;
    assert_eq!(federation.call(place_imports::preview(old)).await.unwrap_err().status, 404);
    assert!(federation.call(place_imports::preview(young)).await.is_ok());
    let kept = test.app.files.list_with_delimiter(Some(&"tables".into())).await.unwrap().objects;
    assert_eq!(kept.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_template_has_the_callers_places_and_comes_back_as_a_list() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let template = async |client: &Client<'_>, subject: ListSubject| {
        let answer = client.page(&format!("/api/v1{}", place_imports::template_path(subject))).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.headers["content-disposition"].to_str().unwrap().ends_with(&format!("\"{subject}.csv\"")));
        answer.text()
    };
    let towns = template(&federation, ListSubject::TownClass).await;
    assert!(towns.starts_with('\u{feff}'));
    assert_eq!(towns.lines().count(), 7 + 1 + 16);
    let filled = towns
        .replace("来源,", "来源,示例名单一")
        .replace("截至日期,", "截至日期,2026-01-01")
        .replace("梅州市,", "梅州市,1")
        .replace("省直中直驻粤单位,", "省直中直驻粤单位,0")
        .replace("广州市,", "广州市,0")
        .replace("巩固提升镇,", "巩固提升镇,0")
        .replacen("重点帮扶镇,", "重点帮扶镇,1", 1)
        .replace("五华县,梅林镇,,", "五华县,梅林镇,重点帮扶镇,梅州市");
    let seen = preview(&federation, &filled).await.unwrap();
    assert_eq!((problems(&seen), seen.rows), (Vec::new(), 1));
    assert_eq!(import(&federation, 1, &filled).await.unwrap().changed, 1);
    // A spreadsheet that opens the CSV saves its codes as formulas of one text.
    let as_saved = filled.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let as_saved = as_saved.replace("\"=\"\"", "[<f>\"").replace("\"\"\"", "\"</f>]");
    assert!(as_saved.contains("[<f>\"441424103\"</f>]"), "{as_saved}");
    let again = import(&federation, 2, xlsx(&sheet(&as_saved))).await.unwrap();
    assert_eq!((again.changed, again.rows_read), (0, 1), "the same list as a workbook");
    let villages = template(&federation, ListSubject::VillageType).await;
    assert!(villages.lines().count() > 300 && villages.contains("五华县,转水镇,輋𣒍村,"));
    assert!(template(&federation, ListSubject::PlaceFact).await.contains("黄沙村,2025,,,,,"));
    let unknown = federation.page("/api/v1/place-imports/template/anything").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    test.done().await;
}

async fn chosen(client: &Client<'_>, name: &str, bytes: &[u8]) -> Answer {
    client.form_with_files(PAGE, &[], &[("table", name, bytes)]).await
}

#[tokio::test]
async fn the_pages_take_a_list_from_choosing_it_to_what_was_imported() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    assert!(federation.page("/work").await.text().contains(PAGE), "the way there");
    assert!(federation.page(PAGE).await.text().contains("还没有导入过"));
    let none = chosen(&federation, "", b"").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("请选择一个表格文件") && none.text().contains("table-problem"));
    let picture = chosen(&federation, "a.jpg", &tests::jpeg(20, 20)).await;
    assert_eq!(picture.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(picture.text().contains("认不出这个文件"));

    let wrong = chosen(&federation, "镇分类.csv", CLASSES.replace("重点帮扶镇,2", "重点帮扶镇,69").as_bytes()).await;
    assert_eq!(wrong.status, StatusCode::SEE_OTHER);
    let shown = federation.page(&wrong.location()).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text().contains("重点帮扶镇：表头写的是 69，表里有 2，对不上"), "{}", shown.text());
    assert!(!shown.text().contains("确认导入"), "a list with problems has no button");
    let forced = federation.form(&wrong.location(), &[("id", &Uuid::from_u128(9).to_string())]).await;
    assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY);

    let path = chosen(&federation, "镇分类.csv", CLASSES.as_bytes()).await.location();
    let shown = federation.page(&path).await;
    assert!(shown.text().contains("共 3 行：新增 3 处，更新 0 处，不变 0 处"), "{}", shown.text());
    let id = shown.hidden("id");
    // Half an hour later the page asks who is there, and goes on with what was asked.
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let federation = Client { bearer: Some(renewed(&test, &federation)), ..federation };
    let asked = federation.form(&path, &[("id", &id)]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert_eq!(asked.hidden("id"), id);
    let proof = [("id", id.as_str()), ("proof_password", PASSWORD), ("proof_code", &test.code())];
    let done = federation.form(&path, &proof).await;
    assert_eq!(done.location(), format!("{PAGE}?done=3"), "{}", done.text());
    let list = federation.page(&done.location()).await.text();
    assert!(
        list.contains("已导入，新增或更新 3 处") && list.contains("示例文件〔2021〕7号") && list.contains("镇分类.csv")
    );
    let again = federation.page(&path).await.text();
    assert!(again.contains("不用再导入") && again.contains("这个文件在"), "{again}");
    assert_eq!(federation.form(&path, &[("id", &id)]).await.location(), format!("{PAGE}?done=3"), "sent twice");

    let village = test.village("441424125207").await;
    assert_eq!(village.page(PAGE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(chosen(&village, "a.csv", CLASSES.as_bytes()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(village.page(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.visitor().page(PAGE).await.status, StatusCode::SEE_OTHER);
    test.done().await;
}
