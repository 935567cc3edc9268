//! Pairings of the time before this platform: by whom they come in, once, and whose name everybody reads.

use crate::accounts::renewed;
use crate::members::events;
use crate::page_cache::cached;
use crate::place_imports::{sheet, upload, xlsx};
use crate::registration::{CODES, registered};
use axum::http::StatusCode;
use chrono::Duration;
use domain::api::earlier_pairings::{
    self, EarlierDisplay, EarlierImport, EarlierOfPlace, EarlierPage, EarlierPreview, EarlierWithdrawal,
    NewEarlierImport, TemplateFormat,
};
use domain::api::verifications::{self, SeenRegistration};
use domain::earlier::{SOME_ENTERPRISE, YearOrDay};
use domain::need::PairingForm;
use domain::organisation::{OrganisationKind, Role};
use domain::person::SURE_FOR;
use domain::pledge::PublicDisplay;
use domain::{EarlierImportId, TableFileId};
use std::fmt::Write;
use std::time::Instant;
use tests::{Client, Refused, TestApp};
use uuid::Uuid;

const PAGE: &str = "/work/earlier-pairings";
pub const VILLAGE: &str = "441424125207";
const TOWN: &str = "441424125";
const NAME: &str = "五华县长布茶业有限公司";

/// Three rows of 五华县: a village by its names, one by its code, a whole town.
pub const LIST: &str = "序号,企业名称,统一社会信用代码,区划代码,县（市、区）,镇（街道）,村（社区）,形式,起始,结束,做了什么\n\
    示例1,示例公司名称,,,五华县,梅林镇,黄沙村,,2019,,\n\
    1,五华县长布茶业有限公司,91441424MA4RL00013,,五华县,梅林镇,黄沙村,,2019,2021-12-31,修水渠 2 公里\n\
    2,梅州示例建材有限公司,,441424125208,,,,村企共建,2020-06-30,,\n\
    3,示例农业集团,,,五华县,梅林镇,,连片包镇,,,收购柚子\n";

async fn preview(client: &Client<'_>, bytes: impl AsRef<[u8]>) -> Result<EarlierPreview, Refused> {
    client.call(earlier_pairings::preview(upload(client, bytes).await)).await
}

pub fn new_import(n: u128, table: TableFileId, ready: i64) -> NewEarlierImport {
    NewEarlierImport {
        id: EarlierImportId(Uuid::from_u128(n)),
        table,
        source: "示例县千企帮千村台账".into(),
        as_of: "2021-12-31".parse().unwrap(),
        published_at: String::new(),
        ready,
    }
}

/// Takes in what of a table is right.
pub async fn import(client: &Client<'_>, n: u128, bytes: impl AsRef<[u8]>) -> Result<EarlierImport, Refused> {
    let table = upload(client, bytes).await;
    let ready = client.call(earlier_pairings::preview(table)).await?.ready;
    client.call(earlier_pairings::import(&new_import(n, table, ready))).await
}

async fn of(test: &TestApp, code: &str) -> EarlierOfPlace {
    let place = code.parse().unwrap();
    test.visitor().call(earlier_pairings::of_place(&place, &EarlierPage::default())).await.unwrap()
}

fn names(of: &EarlierOfPlace) -> Vec<&str> {
    of.items.iter().map(|one| one.enterprise.as_str()).collect()
}

fn problems(preview: &EarlierPreview) -> Vec<String> {
    let problem = |problem: &earlier_pairings::EarlierProblem| {
        let row = problem.at.row.map(|row| row.to_string()).unwrap_or_default();
        format!("{row} {}: {}", problem.at.column.as_deref().unwrap_or("-"), problem.at.message)
    };
    preview.problems.iter().map(problem).collect()
}

async fn withdraw(client: &Client<'_>, import: &EarlierImport, reason: &str) -> Result<EarlierImport, Refused> {
    client.call(earlier_pairings::withdraw(import.id, &EarlierWithdrawal { reason: reason.into() })).await
}

/// A verified enterprise with the code of this number.
async fn verified<'a>(test: &'a TestApp, n: usize, federation: &Client<'_>) -> Client<'a> {
    let firm = registered(test, n, NAME).await;
    let id = test.organisation_of(&firm).await;
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();
    firm
}

#[tokio::test]
async fn a_list_is_looked_at_first_and_then_shown_as_history_without_names() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let seen = preview(&federation, LIST).await.unwrap();
    assert_eq!(problems(&seen), Vec::<String>::new());
    assert_eq!((seen.rows, seen.ready, seen.present, seen.wrong), (3, 3, 0, 0));
    let forms: Vec<_> = seen.sample.iter().map(|row| row.pairing.form).collect();
    assert_eq!(forms, [PairingForm::VillagePairing, PairingForm::JointBuilding, PairingForm::TownCoverage]);
    assert_eq!(seen.sample[0].pairing.begun, Some(YearOrDay::Year(2019)));
    assert!(of(&test, VILLAGE).await.items.is_empty(), "looking stores nothing");

    let made = import(&federation, 1, LIST).await.unwrap();
    assert_eq!((made.rows, made.own, made.published_at.as_deref()), (3, true, None));
    let village = of(&test, VILLAGE).await;
    assert_eq!(names(&village), [SOME_ENTERPRISE; 2], "its own and its town's");
    assert_eq!(village.items[0].said.source, "示例县千企帮千村台账");
    assert_eq!(of(&test, TOWN).await.items.len(), 3);
    assert_eq!(of(&test, "441424").await.items.len(), 3);
    assert!(of(&test, "441422").await.items.is_empty());
    for page in [format!("/villages/{VILLAGE}"), format!("/towns/{TOWN}"), format!("/zh-hant/towns/{TOWN}")] {
        let page = test.visitor().page(&page).await;
        assert_eq!(page.status, StatusCode::OK);
        let says = page.text();
        assert!(says.contains("id=\"earlier\"") && says.contains("示例县千企帮千村台账"), "{says}");
        assert!(!says.contains("长布") && !says.contains("示例建材") && !says.contains("91441424MA4RL00013"), "{says}");
    }
    let elsewhere = test.visitor().page("/towns/441422100").await.text();
    assert!(!elsewhere.contains("id=\"earlier\""));
    assert_eq!(events(&test, "earlier_pairings_imported").await, 1);
    test.done().await;
}

#[tokio::test]
async fn the_same_row_comes_in_once_from_whatever_file_until_it_is_taken_back() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let table = upload(&federation, LIST).await;
    let new = new_import(1, table, 3);
    let first = federation.call(earlier_pairings::import(&new)).await.unwrap();
    assert_eq!(federation.call(earlier_pairings::import(&new)).await.unwrap(), first, "sent twice");
    let other = NewEarlierImport { source: "另外一份台账".into(), ..new.clone() };
    assert_eq!(federation.call(earlier_pairings::import(&other)).await.unwrap_err().status, 409);

    let (gb, _, _) = encoding_rs::GB18030.encode(LIST);
    let book = xlsx(&sheet(LIST));
    let wide = LIST.replace("2 公里", "２公里").replace(',', ";");
    for bytes in [gb.to_vec(), book, wide.into_bytes()] {
        let seen = preview(&federation, &bytes).await.unwrap();
        assert_eq!((seen.rows, seen.ready, seen.present), (3, 0, 3), "{:?}", problems(&seen));
        assert_eq!(import(&federation, 2, &bytes).await.unwrap_err().status, 409, "nothing is new");
    }
    assert!(preview(&federation, LIST).await.unwrap().imported_before.is_some());
    let more = format!("{LIST}4,又一家有限公司,,,五华县,梅林镇,优河村,,2021年,2022年,\n");
    let seen = preview(&federation, &more).await.unwrap();
    assert_eq!((seen.ready, seen.present), (1, 3));
    let unseen = new_import(3, upload(&federation, &more).await, 4);
    assert_eq!(federation.call(earlier_pairings::import(&unseen)).await.unwrap_err().status, 409, "as it was seen");
    let second = import(&federation, 3, &more).await.unwrap();
    assert_eq!(second.rows, 1);

    withdraw(&federation, &first, "名单有误，改正后重来").await.unwrap();
    assert_eq!(of(&test, TOWN).await.items.len(), 1, "the other list stands");
    let again = import(&federation, 4, LIST).await.unwrap();
    assert_eq!((again.rows, of(&test, TOWN).await.items.len()), (3, 4));
    test.done().await;
}

#[tokio::test]
async fn each_rows_problem_is_said_and_the_right_rows_come_in_without_the_wrong_ones() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let head = "企业名称,统一社会信用代码,区划代码,县,镇,村,形式,起始,结束,做了什么\n";
    let list = format!(
        "{head}\
         对的有限公司,,,五华县,梅林镇,黄沙村,,2019,,修路\n\
         王某,,,五华县,梅林镇,黄沙村,,,,\n\
         代码公司有限公司,91441424MA4RL00014,,五华县,梅林镇,黄沙村,,,,\n\
         别县公司有限公司,,,大埔县,,,,,,\n\
         别县的有限公司,,441422100,,,,,,,\n\
         没有村有限公司,,,五华县,梅林镇,没有村,,,,\n\
         重名村有限公司,,,,,黄沙村,,,,\n\
         形式错有限公司,,,五华县,梅林镇,黄沙村,结亲,,,\n\
         写到镇有限公司,,,五华县,梅林镇,,村企共建,,,\n\
         写到县有限公司,,,五华县,,,,,,\n\
         时间错有限公司,,,五华县,梅林镇,黄沙村,,去年,,\n\
         倒过来有限公司,,,五华县,梅林镇,黄沙村,,2021,2020,\n\
         还没有有限公司,,,五华县,梅林镇,黄沙村,,2027,,\n\
         有电话有限公司,,,五华县,梅林镇,黄沙村,,,,联系 13800138000\n\
         有身份有限公司,,,五华县,梅林镇,黄沙村,,,,负责人 11010519491231002X\n\
         对的有限公司,,,五华,梅林镇,黄沙村委会,村企结对,2019年,,修路\n\
         ,,,,,,,,,\n"
    );
    let seen = preview(&federation, &list).await.unwrap();
    let found = problems(&seen);
    assert_eq!((seen.rows, seen.ready, seen.wrong), (16, 1, 15), "{found:#?}");
    for (start, words) in [
        ("3 企业名称:", "企业的全称"),
        ("4 统一社会信用代码:", "校验码不对"),
        ("5 村（社区）:", "不在你们的辖区"),
        ("6 区划代码:", "不在你们的辖区"),
        ("7 村（社区）:", "没有“没有村”"),
        ("8 村（社区）:", "叫“黄沙村”的有 7 处（"),
        ("9 形式:", "“结亲”不是形式"),
        ("10 形式:", "要写到村（社区）"),
        ("11 村（社区）:", "请写到村"),
        ("12 起始:", "“去年”不是年份或日期"),
        ("13 结束:", "结束不能早于起始"),
        ("14 起始:", "起始不能晚于今天"),
        ("15 做了什么:", "电话号码"),
        ("16 做了什么:", "身份证号"),
        ("17 -:", "和第 2 行一样"),
    ] {
        let has = found.iter().any(|problem| problem.starts_with(start) && problem.contains(words));
        assert!(has, "{start} {words}: {found:#?}");
    }
    let table = upload(&federation, &list).await;
    let csv = federation.page(&format!("/api/v1{}", earlier_pairings::problems_path(table))).await;
    assert_eq!(csv.status, StatusCode::OK);
    assert_eq!(csv.text().lines().count(), 16, "{}", csv.text());
    assert!(csv.text().contains("7,村（社区）,"), "{}", csv.text());
    assert_eq!(import(&federation, 1, &list).await.unwrap().rows, 1);
    assert_eq!(of(&test, VILLAGE).await.items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_column_of_money_or_of_persons_and_whatever_is_no_table_is_refused() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let row = "示例茶业有限公司,五华县,梅林镇,黄沙村,5\n";
    for (heading, words) in [
        ("捐款金额（万元）", "不收金额"),
        ("帮扶资金", "不收金额"),
        ("投入", "不收金额"),
        ("联系人", "不认识这一列"),
        ("企业名称", "有两次"),
        ("", "没有列名"),
    ] {
        let seen = preview(&federation, format!("企业名称,县,镇,村,{heading}\n{row}")).await.unwrap();
        assert_eq!((seen.ready, seen.rows), (0, 0));
        assert!(problems(&seen)[0].contains(words), "{heading}: {:?}", problems(&seen));
    }
    for (list, words) in [
        ("县,镇,村\n五华县,梅林镇,黄沙村\n", "缺少“企业名称”"),
        ("企业名称,起始\n示例茶业有限公司,2019\n", "缺少写明是哪个村的列"),
        ("甲,乙\n一,二\n", "没有找到列名"),
        ("企业名称,村\n,\n", "没有一行"),
    ] {
        let seen = preview(&federation, list).await.unwrap();
        assert!(problems(&seen).iter().any(|problem| problem.contains(words)), "{words}: {:?}", problems(&seen));
        assert_eq!(import(&federation, 1, list).await.unwrap_err().status, 409);
    }
    let formula = LIST.replace("修水渠 2 公里", "[<f>A1</f><v>0</v>]");
    let seen = preview(&federation, xlsx(&sheet(&formula))).await.unwrap();
    assert_eq!(seen.ready, 2);
    assert!(problems(&seen)[0].contains("做了什么: 这一格是公式"), "{:?}", problems(&seen));
    let book = xlsx(&sheet(LIST));
    for (name, bytes, words) in [
        ("nothing", Vec::new(), "文件是空的"),
        ("a workbook cut in the middle", book[..book.len() / 2].to_vec(), "好像在中间断了"),
        ("a text cut in a character", LIST.as_bytes()[..LIST.len() - 2].to_vec(), "好像在中间断了"),
        ("a picture", tests::jpeg(20, 20), "认不出这个文件"),
        ("too many rows", "甲,乙\n".repeat(30_000).into_bytes(), "行，请分成几个文件"),
    ] {
        let refused = preview(&federation, &bytes).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["table"]), "{name}");
        assert!(refused.error.fields[0].message.contains(words), "{name}: {:?}", refused.error.fields);
    }
    let table = upload(&federation, LIST).await;
    let wrong = NewEarlierImport {
        source: "台账".into(),
        as_of: "2026-07-01".parse().unwrap(),
        published_at: "javascript:alert(1)".into(),
        ..new_import(1, table, 3)
    };
    let refused = federation.call(earlier_pairings::import(&wrong)).await.unwrap_err();
    assert_eq!(refused.fields(), ["source", "as_of", "published_at"]);
    assert!(federation.call(earlier_pairings::list()).await.unwrap().items.is_empty());
    test.done().await;
}

#[tokio::test]
async fn a_list_is_its_federations_and_is_taken_back_whole_with_a_reason() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let other = test.federation("441422").await;
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let made = import(&federation, 1, LIST).await.unwrap();
    let page = EarlierPage::default();
    for stranger in [&other, &city] {
        assert_eq!(stranger.call(earlier_pairings::get(made.id, &page)).await.unwrap_err().status, 404);
        assert_eq!(withdraw(stranger, &made, "不是我们的名单").await.unwrap_err().status, 404);
        assert!(stranger.call(earlier_pairings::list()).await.unwrap().items.is_empty());
    }
    let seen = preview(&other, LIST).await.unwrap();
    assert_eq!((seen.ready, seen.wrong), (0, 3), "a county speaks of its own places");
    assert_eq!(preview(&city, LIST).await.unwrap().present, 3, "whoever brought them in");
    let auditor = test.auditor().await;
    let read = auditor.call(earlier_pairings::get(made.id, &page)).await.unwrap();
    assert_eq!((read.rows.len(), read.import.own), (3, false));
    assert_eq!(read.rows[0].pairing.enterprise_name, NAME);
    assert_eq!(withdraw(&auditor, &made, "审计不能撤回").await.unwrap_err().status, 403);
    for client in [&test.village(VILLAGE).await, &test.enterprise("firm").await, &test.admin().await] {
        assert_eq!(client.call(earlier_pairings::list()).await.unwrap_err().status, 403);
        assert_eq!(client.call(earlier_pairings::get(made.id, &page)).await.unwrap_err().status, 403);
        assert_eq!(withdraw(client, &made, "不是我们的名单").await.unwrap_err().status, 403);
    }
    assert_eq!(withdraw(&test.visitor(), &made, "不是我们的名单").await.unwrap_err().status, 401);

    assert_eq!(withdraw(&federation, &made, "错").await.unwrap_err().fields(), ["reason"]);
    let back = withdraw(&federation, &made, "企业没有同意列入").await.unwrap();
    assert_eq!(back.withdrawn_reason.as_deref(), Some("企业没有同意列入"));
    assert_eq!(withdraw(&federation, &made, "再撤回一次看看").await.unwrap_err().status, 409);
    assert!(of(&test, TOWN).await.items.is_empty());
    let kept = federation.call(earlier_pairings::get(made.id, &page)).await.unwrap();
    assert_eq!((kept.rows.len(), kept.import.withdrawn_at.is_some()), (3, true), "the record stays");
    assert_eq!(events(&test, "earlier_pairings_withdrawn").await, 1);
    // Half an hour later the federation proves again who it is.
    let table = upload(&federation, LIST).await;
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let late = Client { bearer: Some(renewed(&test, &federation)), ..federation };
    assert_eq!(late.call(earlier_pairings::import(&new_import(2, table, 3))).await.unwrap_err().status, 403);
    test.done().await;
}

#[tokio::test]
async fn a_name_is_shown_where_the_list_is_public_or_its_enterprise_says_so() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let table = upload(&federation, LIST).await;
    let published = NewEarlierImport {
        published_at: "https://www.example.gov.cn/2021/list.html".into(),
        ..new_import(1, table, 3)
    };
    federation.call(earlier_pairings::import(&published)).await.unwrap();
    let town = of(&test, TOWN).await;
    assert!(names(&town).contains(&NAME) && names(&town).contains(&"梅州示例建材有限公司"), "{:?}", names(&town));
    let page = test.visitor().page(&format!("/towns/{TOWN}")).await.text();
    assert!(page.contains(NAME) && page.contains("https://www.example.gov.cn/2021/list.html"), "{page}");

    // Not verified yet: nobody's.
    let firm = verified(&test, 0, &federation).await;
    let own = firm.call(earlier_pairings::own()).await.unwrap();
    assert_eq!((own.display, own.items.len()), (None, 1));
    let hidden = firm.call(earlier_pairings::display(EarlierDisplay { name: PublicDisplay::Anonymous })).await.unwrap();
    assert_eq!(
        (hidden.display, hidden.items[0].enterprise.as_str()),
        (Some(PublicDisplay::Anonymous), SOME_ENTERPRISE)
    );
    let town = of(&test, TOWN).await;
    assert!(!names(&town).contains(&NAME) && names(&town).contains(&"梅州示例建材有限公司"));
    firm.call(earlier_pairings::display(EarlierDisplay { name: PublicDisplay::Partial })).await.unwrap();
    assert!(names(&of(&test, TOWN).await).iter().any(|name| name.contains("**")));
    firm.call(earlier_pairings::display(EarlierDisplay { name: PublicDisplay::Name })).await.unwrap();
    let import = federation.call(earlier_pairings::list()).await.unwrap().items.remove(0);
    withdraw(&federation, &import, "换一份没有公开的").await.unwrap();
    crate::earlier_pairings::import(&federation, 2, LIST).await.unwrap();
    let town = of(&test, TOWN).await;
    assert_eq!(
        names(&town).iter().filter(|name| **name != SOME_ENTERPRISE).count(),
        1,
        "its own wish: {:?}",
        names(&town)
    );
    // Another name with its code is worth a look, and stops nothing.
    let mistyped = LIST.replace(NAME, "五华县别家茶业有限公司").replace("2019,2021-12-31", "2018,");
    let seen = preview(&federation, &mistyped).await.unwrap();
    assert_eq!((seen.ready, seen.wrong), (1, 0));
    assert!(!seen.problems[0].stops && problems(&seen)[0].contains(NAME), "{:?}", problems(&seen));
    assert_eq!(seen.sample[0].enterprise.as_deref(), Some(NAME));
    assert_eq!(CODES[0], "91441424MA4RL00013");
    assert_eq!(events(&test, "earlier_display_chosen").await, 3);
    test.done().await;
}

#[tokio::test]
async fn what_is_taken_back_is_gone_from_kept_pages_at_once() {
    let test = cached().await;
    let federation = test.federation("441424").await;
    let page = format!("/towns/{TOWN}");
    assert!(!test.visitor().page(&page).await.text().contains("id=\"earlier\""));
    let made = import(&federation, 1, LIST).await.unwrap();
    assert!(test.visitor().page(&page).await.text().contains("id=\"earlier\""));
    withdraw(&federation, &made, "企业没有同意列入").await.unwrap();
    assert!(!test.visitor().page(&page).await.text().contains("id=\"earlier\""));
    test.done().await;
}

#[tokio::test]
async fn ten_thousand_rows_come_in_within_seconds_and_are_read_page_by_page() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let head = "企业名称,县,镇,村,起始\n".to_owned();
    let list = (0..10_000).fold(head, |mut list, n| {
        writeln!(list, "第{n}号示例有限公司,五华县,梅林镇,黄沙村,20{:02}", n % 26).unwrap();
        list
    });
    let begun = Instant::now();
    let made = import(&federation, 1, &list).await.unwrap();
    assert_eq!(made.rows, 10_000);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let first = of(&test, VILLAGE).await;
    assert_eq!((first.items.len(), first.next.as_deref(), first.count.more), (50, Some("50"), true));
    let next = EarlierPage { after: first.next };
    let second = test.visitor().call(earlier_pairings::of_place(&VILLAGE.parse().unwrap(), &next)).await.unwrap();
    assert_eq!((second.items.len(), second.next.as_deref()), (50, Some("100")));
    let wrong = EarlierPage { after: Some("-1".into()) };
    let refused = test.visitor().call(earlier_pairings::of_place(&VILLAGE.parse().unwrap(), &wrong)).await.unwrap_err();
    assert_eq!(refused.fields(), ["after"]);
    test.done().await;
}

#[tokio::test]
async fn the_whole_way_works_by_forms_without_script() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let nothing = federation.form_with_files(PAGE, &[], &[("table", "", b"")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = federation.form_with_files(PAGE, &[], &[("table", "台账.csv", LIST.as_bytes())]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let table = sent.location();
    let shown = federation.page(&table).await;
    assert!(shown.text().contains("导入没有错误的 3 行") && shown.text().contains("梅州示例建材有限公司"));
    let (id, seen) = (shown.hidden("id"), shown.hidden("seen"));
    let fields = [("id", id.as_str()), ("seen", seen.as_str()), ("source", "示例县台账"), ("as_of", "去年底")];
    let refused = federation.form(&table, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请写截至日期") && refused.text().contains("value=\"示例县台账\""));
    let fields = [("id", id.as_str()), ("seen", seen.as_str()), ("source", "示例县台账"), ("as_of", "2021年12月31日")];
    let done = federation.form(&table, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = federation.page(&done.location()).await.text();
    assert!(page.contains("已导入 3 行") && page.contains("撤回这份名单"), "{page}");
    let path = done.location().split('?').next().unwrap().to_owned();
    let refused = federation.form(&path, &[("reason", "错")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = federation.form(&path, &[("reason", "企业没有同意列入")]).await;
    assert_eq!(back.location(), path);
    assert!(federation.page(&path).await.text().contains("撤回：企业没有同意列入"));
    assert!(federation.page(PAGE).await.text().contains("已撤回"));
    assert!(federation.page("/work").await.text().contains("href=\"/work/earlier-pairings\""));

    for format in TemplateFormat::ALL {
        let template = federation.page(&format!("/api/v1{}", earlier_pairings::template_path(*format))).await;
        assert_eq!(template.status, StatusCode::OK);
        let seen = preview(&federation, &template.body).await.unwrap();
        assert_eq!((seen.rows, seen.ready), (0, 0), "its examples are passed over");
    }
    let firm = test.enterprise("firm").await;
    let own = format!("{PAGE}/own");
    assert!(firm.page(&own).await.text().contains("怎样公开本企业的名称"));
    assert_eq!(firm.form(&own, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = firm.form(&own, &[("public_display", "partial")]).await;
    assert_eq!(chosen.location(), format!("{own}?done=1"));
    assert_eq!(federation.page(&own).await.status, StatusCode::FORBIDDEN);
    test.done().await;
}
