//! Cells as people write them, read or refused in words.

use super::super::example;
use super::*;

const TODAY: &str = "2026-06-30";

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

fn village() -> PlaceCode {
    "441424103203".parse().unwrap()
}

fn row(number: u32, cells: &[(Column, &str)]) -> TableRow {
    TableRow { number, cells: cells.iter().map(|(column, text)| (*column, Ok((*text).to_owned()))).collect() }
}

/// The rows of the example of a kind, from the second row of a sheet on.
fn examples(kind: ContributionKind) -> Vec<TableRow> {
    let rows = example(kind, today()).into_iter().zip(2..);
    rows.map(|(cells, number)| TableRow {
        number,
        cells: cells.into_iter().map(|(column, text)| (column, Ok(text))).collect(),
    })
    .collect()
}

fn with(mut rows: Vec<TableRow>, column: Column, text: &str) -> Vec<TableRow> {
    rows[0].cells.retain(|(known, _)| *known != column);
    rows[0].cells.push((column, Ok(text.to_owned())));
    rows
}

/// Problems as a person reads them.
fn said(rows: &[TableRow]) -> Vec<String> {
    let read = read(rows, Some(&village()), today());
    assert_eq!(read.content.is_none(), read.problems.iter().any(|problem| problem.stops));
    let say = |problem: CellProblem| {
        let mark = if problem.stops { "" } else { "?" };
        format!("{} {}{mark}: {}", problem.row, problem.column.label(), problem.message)
    };
    read.problems.into_iter().map(say).collect()
}

#[test]
fn the_example_of_every_kind_is_a_complete_need() {
    for kind in ContributionKind::ALL.iter().copied() {
        let rows = examples(kind);
        assert_eq!(said(&rows), Vec::<String>::new(), "{kind}");
        let content = read(&rows, Some(&village()), today()).content.unwrap();
        assert_eq!((content.kind, content.trimmed()), (kind, content.clone()), "as it is stored");
        assert!(content.check_complete(today()).is_empty());
    }
    let money = read(&examples(ContributionKind::Money), Some(&village()), today()).content.unwrap();
    assert_eq!(
        money.items.iter().map(|item| item.amount_fen).collect::<Vec<_>>(),
        [Fen::yuan(80_000), Fen::yuan(40_000)]
    );
}

#[test]
fn what_a_draft_may_lack_is_said_and_does_not_keep_it_out() {
    let rows = [row(5, &[(Column::Kind, "资金"), (Column::Title, "修一条机耕路")])];
    let said = said(&rows);
    let has = |start: &str| assert!(said.iter().any(|problem| problem.starts_with(start)), "{start}: {said:#?}");
    has("5 领域?: 请选择需求领域");
    has("5 现状和要做的事?:");
    has("5 名称?: 请至少写一项预算");
    has("5 需要的金额（元）?: 请填写金额");
    has("5 希望完成的日期?:");
    has("5 成效数量?:");
    assert!(said.iter().all(|problem| problem.contains("?:")), "{said:#?}");
    assert_eq!(read(&rows, None, today()).content, None, "no village, no need");
}

#[test]
fn each_cell_that_cannot_be_is_named_with_its_row() {
    let cases: &[(Column, &str, &str)] = &[
        (Column::Kind, "", "2 类别: 请写类别：资金、物资"),
        (Column::Kind, "钱", "2 类别: 不认识“钱”，应是其中之一：资金、物资"),
        (Column::Field, "修路", "2 领域: 不认识“修路”"),
        (Column::Title, "", "2 标题: 请写一个标题"),
        (Column::Amount, "约十万", "2 需要的金额（元）: “约十万”：金额只能写数字"),
        (Column::Amount, "20万", "2 需要的金额（元）?: 需要的金额（200,000 元）不能多于预算合计（120,000 元）"),
        (Column::Budget, "", "2 预算金额（元）: 请写这一行的预算金额"),
        (Column::Budget, "-5", "2 预算金额（元）: “-5”：金额要大于 0"),
        (Column::WantedBy, "年底", "2 希望完成的日期: “年底”不是日期"),
        (Column::WantedBy, "2026年12月", "2 希望完成的日期: “2026年12月”不是日期"),
        (Column::WantedBy, "1999-12-31", "2 希望完成的日期: 希望完成的日期不对"),
        (Column::WantedBy, "2026-06-30", "2 希望完成的日期?: 希望完成的日期要在今天以后"),
        (Column::OutcomeQuantity, "三百", "2 成效数量: “三百”应是一个数字"),
        (Column::OutcomeUnit, "公里", "2 成效单位: 成效指标“设施受益人口”的单位是“人”"),
        (Column::Indicator, "举办活动", "2 成效指标: 这个指标不属于所选的领域"),
        (Column::Procured, "是", "2 政府购买服务: 只有服务类需求"),
        (Column::Part(AskedPart::Quantity), "3", "2 数量: 资金类需求没有这一项"),
        (Column::Form, "合伙", "2 合作方式: 不认识“合伙”"),
        (Column::VillagePercent, "30", "2 村方份额（%）: 只有合作方式是“村企共建”"),
    ];
    for (column, text, start) in cases {
        let said = said(&with(examples(ContributionKind::Money), *column, text));
        assert!(said.iter().any(|problem| problem.starts_with(start)), "{start}: {said:#?}");
    }
    let long = "长".repeat(41);
    assert_eq!(said(&with(examples(ContributionKind::Money), Column::Title, &long)), ["2 标题: 标题最多 40 个字"]);
    let goods = with(examples(ContributionKind::Goods), Column::Part(AskedPart::Quantity), "20盏");
    assert_eq!(said(&goods), ["2 数量: “20盏”：应是大于 0 的整数，不带单位"]);
    let goods = with(examples(ContributionKind::Goods), Column::Budget, "5万");
    assert_eq!(said(&goods), ["2 预算金额（元）: 只有资金类需求填预算，请留空"]);
    let goods = with(examples(ContributionKind::Goods), Column::Part(AskedPart::Minimum), "5");
    assert_eq!(said(&goods), ["2 起订量: 这类需求没有这一项，请留空"]);
}

#[test]
fn values_are_read_as_tables_write_them() {
    for text in ["2026-12-31", "2026/12/31", "2026年12月31日", "20261231", "46387"] {
        let rows = with(examples(ContributionKind::Money), Column::WantedBy, text);
        let content = read(&rows, Some(&village()), today()).content.unwrap();
        assert_eq!(content.wanted_by, "2026-12-31".parse().ok(), "{text}");
    }
    for text in ["100000", "100,000.00", "10万", "10 万元", "１０万", "¥100000元"] {
        let rows = with(examples(ContributionKind::Money), Column::Amount, text);
        let content = read(&rows, Some(&village()), today()).content.unwrap();
        assert_eq!(content.amount_fen, Some(Fen::yuan(100_000)), "{text}");
    }
    let joint: &[(Column, &str)] = &[
        (Column::Form, "村企共建"),
        (Column::VillagePercent, "30%"),
        (Column::VillageDuties, "提供 20 亩旱地"),
        (Column::EnterpriseDuties, "出资建大棚"),
        (Column::Land, "已办妥"),
        (Column::Permits, "不需要"),
    ];
    let rows = joint.iter().fold(examples(ContributionKind::Money), |rows, (column, text)| with(rows, *column, text));
    assert_eq!(said(&rows), Vec::<String>::new());
    let content = read(&rows, Some(&village()), today()).content.unwrap();
    assert_eq!(content.joint.unwrap().village_percent, Some(30));
    let procured = with(examples(ContributionKind::Service), Column::Procured, "是");
    assert!(read(&procured, Some(&village()), today()).content.unwrap().procured);
}

#[test]
fn rows_of_one_need_say_the_whole_once() {
    let mut rows = examples(ContributionKind::Money);
    let title = rows[0].text(Column::Title).to_owned();
    rows[1].cells.push((Column::Title, Ok(title)));
    assert_eq!(said(&rows), Vec::<String>::new(), "the same again");
    rows[1].cells.push((Column::Field, Ok("其他".to_owned())));
    rows[1].cells.push((Column::Part(AskedPart::Note), Err("是公式，请改成数值".to_owned())));
    let said = said(&rows);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].starts_with("3 领域: 和第 2 行写的不一样"), "{said:#?}");
    assert_eq!(said[1], "3 要求: 是公式，请改成数值");
}

#[test]
fn a_problem_of_a_line_stands_at_the_lines_row() {
    let mut rows = examples(ContributionKind::Goods);
    rows.push(row(9, &[(Column::Part(AskedPart::Name), "长椅")]));
    let said = said(&rows);
    assert_eq!(said.len(), 3, "{said:#?}");
    assert!(said.iter().all(|problem| problem.starts_with("9 ") && problem.contains("?: 请填写")), "{said:#?}");
}

#[test]
fn every_field_that_is_checked_has_its_cell() {
    let mut content = NeedContent::empty("441424".parse().unwrap(), ContributionKind::Money);
    content.form = Some(PairingForm::JointBuilding);
    content.procured = true;
    content.indicator = Some(Indicator::HeldEvents);
    content.items = vec![BudgetItem { name: String::new(), amount_fen: Fen::ZERO }];
    content.lines = vec![AskedLine { name: "x".into(), ..AskedLine::default() }];
    for problem in content.check_complete(today()).into_vec() {
        assert!(cell_of(&problem.field).is_some(), "{}", problem.field);
    }
    assert_eq!(cell_of("photos"), None);
}
