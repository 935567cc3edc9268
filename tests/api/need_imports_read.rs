//! Tables of needs as they come in: encodings, workbooks, broken files, and every problem at its cell.

use crate::need_imports::{HEADINGS, read, seen, two_needs};
use crate::needs::VILLAGE;
use crate::place_imports::{sheet, xlsx};
use domain::api::need_imports::{self, NeedImportInFull, TemplateFormat};
use tests::{Client, TestApp};

/// Problems as a person reads them: row, column, sentence; those that keep nothing out have a question mark.
fn said(import: &NeedImportInFull) -> Vec<String> {
    let say = |problem: &need_imports::ImportProblem| {
        let mark = if problem.stops { "" } else { "?" };
        format!("{} {}{mark}: {}", problem.row, problem.column, problem.message)
    };
    import.problems.iter().map(say).collect()
}

async fn looked_at(client: &Client<'_>, n: u128, bytes: impl AsRef<[u8]>) -> NeedImportInFull {
    let import = read(client, n, bytes).await.unwrap();
    seen(client, import.id).await
}

#[tokio::test]
async fn a_table_may_come_in_each_encoding_and_as_a_workbook() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let csv = two_needs(VILLAGE);
    let (gb, _, _) = encoding_rs::GB18030.encode(&csv);
    let marked = format!("\u{feff}{}", csv.replace('\n', "\r\n"));
    let book = xlsx(&sheet(&csv.replace("\"80,000\"", "80000")));
    for (n, bytes) in (1..).zip([csv.as_bytes(), &gb, marked.as_bytes(), &book]) {
        let looked = looked_at(&village, n, bytes).await;
        assert_eq!((looked.tally.ready, said(&looked)), (2, Vec::new()), "{n}");
    }
    test.done().await;
}

#[tokio::test]
async fn the_templates_are_passed_over_until_something_is_written_into_them() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    for (n, format) in (1..).zip(TemplateFormat::ALL.iter().copied()) {
        let answer = village.page(&format!("/api/v1{}", need_imports::template_path(format))).await;
        let name = format!("attachment; filename=\"needs.{format}\"");
        assert_eq!(answer.headers["content-disposition"].to_str().unwrap(), name);
        let refused = read(&village, n, &answer.body).await.unwrap_err();
        assert_eq!(refused.fields(), ["table"]);
        assert!(refused.error.fields[0].message.contains("表里没有一行写了需求"), "{:?}", refused.error);
        if format == TemplateFormat::Csv {
            // The example of every kind, made needs of this village's.
            let filled = answer.text().replace("示例", "第");
            let looked = looked_at(&village, 9, filled).await;
            assert_eq!((looked.tally.ready, said(&looked)), (6, Vec::new()));
        }
    }
    let unknown = village.page("/api/v1/need-imports/template/ods").await;
    assert_eq!(unknown.status, axum::http::StatusCode::NOT_FOUND);
    test.done().await;
}

#[tokio::test]
async fn each_problem_is_said_with_its_row_and_column_and_what_is_right_can_come_in() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    test.village(VILLAGE).await;
    let table = two_needs(VILLAGE)
        + ",441424999999,资金,其他,不存在的村,,,,,,,,,,,\n"
        + ",441424103,资金,其他,写到镇为止,,,,,,,,,,,\n"
        + ",,资金,其他,没有写村名,,,,,,,,,,,\n"
        + &format!("9,{VILLAGE},资金,其他,日期和金额不对,,水泥,,,,约五万,5到8万,年底,好,三百,户\n")
        + &format!("9,{VILLAGE},资金,其他,换了标题,,砖,,,,3000,,,,,\n")
        + &format!(",{VILLAGE},物资,其他,村口太阳能路灯,,路灯,20盏,盏,村口,,,,,,\n");
    let looked = looked_at(&federation, 1, &table).await;
    let found = said(&looked);
    let has = |start: &str, words: &str| {
        let one = found.iter().any(|problem| problem.starts_with(start) && problem.contains(words));
        assert!(one, "{start} {words}: {found:#?}");
    };
    has("5 区划代码:", "没有区划代码“441424999999”");
    has("6 区划代码:", "不是一个村（社区）");
    has("7 区划代码:", "没有写是哪个地方");
    has("8 预算金额（元）:", "“约五万”：金额只能写数字");
    has("8 需要的金额（元）:", "“5到8万”：金额只能写数字");
    has("8 希望完成的日期:", "“年底”不是日期");
    has("8 成效数量:", "“三百”");
    has("9 标题:", "和第 8 行写的不一样");
    has("10 数量:", "“20盏”：应是大于 0 的整数");
    has("5 现状和要做的事?:", "至少 20 个字");
    assert_eq!((looked.tally.ready, looked.tally.wrong), (2, 5));
    let file = federation.page(&format!("/api/v1{}", need_imports::problems_path(looked.import.id))).await;
    assert!(file.text().starts_with("\u{feff}行,列,问题,是否影响导入\r\n"));
    assert_eq!(i64::try_from(file.text().lines().count()).unwrap(), looked.problem_count + 1);
    assert!(file.text().contains("8,希望完成的日期,“年底”不是日期，应写成 2026-12-31 的样子，写到日,改好前不导入"));
    test.done().await;
}

#[tokio::test]
async fn formulas_merged_cells_and_errors_are_named_by_their_cell() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let table = two_needs(VILLAGE).replace("\"80,000\"", "80000");
    let formula = table.replace("10万", "[<f>K2+K3</f><v>120000</v>]");
    let looked = looked_at(&village, 1, xlsx(&sheet(&formula))).await;
    assert!(said(&looked)[0].starts_with("2 需要的金额（元）: 这一格是公式，请改成数值"), "{:?}", said(&looked));
    assert_eq!((looked.tally.ready, looked.tally.wrong), (1, 1), "the other need is right");
    let merged =
        sheet(&table).replace("</sheetData>", "</sheetData><mergeCells><mergeCell ref=\"A2:E3\"/></mergeCells>");
    let looked = looked_at(&village, 2, xlsx(&merged)).await;
    let found = said(&looked);
    for start in ["2 区划代码:", "2 标题:", "3 编号:"] {
        assert!(
            found.iter().any(|one| one.starts_with(start) && one.contains("和别的格合并了，请取消合并")),
            "{start}: {found:#?}"
        );
    }
    let csv = table.replace("10万", "=K2+K3");
    let looked = looked_at(&village, 3, csv).await;
    assert!(said(&looked)[0].starts_with("2 需要的金额（元）: 这一格是公式"), "{:?}", said(&looked));
    // A day that the sheet counts, formatted as a number.
    let serial = table.replace("2026年12月31日", "[<v>46387</v>]");
    assert_eq!(looked_at(&village, 4, xlsx(&sheet(&serial))).await.tally.ready, 2);
    test.done().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_words_and_leaves_nothing() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let csv = two_needs(VILLAGE);
    let whole = xlsx(&sheet(&csv));
    let many = xlsx(&format!(
        "<worksheet><sheetData>{}</sheetData></worksheet>",
        "<row><c><v>1</v></c></row>".repeat(200_000)
    ));
    let lines = format!("{HEADINGS}{}", "1,,资金,,甲,,乙,,,,1,,,,,\n".repeat(200_000));
    for (name, bytes, words) in [
        ("nothing", Vec::new(), "文件是空的"),
        ("a workbook cut in the middle", whole[..whole.len() / 2].to_vec(), "好像在中间断了"),
        ("a text cut in a cell", csv.replace("300,人\n", "300,\"人").into_bytes(), "好像在中间断了"),
        ("a text cut in a character", csv.as_bytes()[..csv.len() - 2].to_vec(), "好像在中间断了"),
        ("another encoding", b"\xb1\xea\xcc\xe2,\xff\xff\xff\n".to_vec(), "文字认不出来"),
        ("a picture", tests::jpeg(20, 20), "认不出这个文件"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "旧格式的 Excel"),
        ("200,000 rows", many, "超过 20000 行，请分成几个文件"),
        ("200,000 lines", lines.into_bytes(), "超过 20000 行，请分成几个文件"),
        ("no headings", "姓名,电话\n某某,123\n".into(), "没有找到列名"),
        ("a column too many", csv.replacen("地点", "联系人电话", 1).into_bytes(), "不认识“联系人电话”这一列"),
        (
            "no heading above something",
            csv.replacen(",单位,", ",,", 1).into_bytes(),
            "第 4 行第 9 列没有列名，却写了内容",
        ),
        ("a column twice", csv.replacen("地点", "数量", 1).into_bytes(), "“数量”有两列"),
        ("no titles", csv.replacen("标题", "要求", 1).into_bytes(), "缺少“标题”这一列"),
        ("headings only", HEADINGS.into(), "表里没有一行写了需求"),
    ] {
        let refused = read(&village, 1, &bytes).await.unwrap_err();
        assert_eq!(refused.status, 422, "{name}");
        let said: Vec<_> = refused.error.fields.iter().map(|problem| problem.message.as_str()).collect();
        assert!(said.iter().any(|says| says.contains(words)), "{name}: {said:?}");
    }
    assert!(village.call(need_imports::list()).await.unwrap().items.is_empty());
    test.done().await;
}
