//! What banks write, and what it comes to.

use super::*;
use StatementColumn::{Amount, Balance, BookedOn, Ignored, MoneyIn, MoneyOut, Payer, Remark, SerialNo};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-07-15")
}

fn read(cells: &[(StatementColumn, &'static str)]) -> RowRead {
    RowCells(cells.to_vec()).read(today())
}

fn row(cells: &[(StatementColumn, &'static str)]) -> StatementRow {
    match read(cells) {
        RowRead::Row(row) => row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_headings_of_several_banks_are_known() {
    let headings = |all: &[&str]| all.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>();
    for (table, columns) in [
        (
            &[
                "交易日期",
                "交易时间",
                "借方发生额/支取(元)",
                "贷方发生额/收入(元)",
                "余额（元）",
                "对方户名",
                "对方账号",
                "摘要",
                "交易附言",
                "核心流水号",
            ][..],
            &[BookedOn, Ignored, MoneyOut, MoneyIn, Balance, Payer, Ignored, Remark, Remark, SerialNo][..],
        ),
        (
            &["记账日", "借贷标志", "交易金额", "账户余额", "付款人名称", "用途"],
            &[BookedOn, StatementColumn::Side, Amount, Balance, Payer, Remark],
        ),
        // Where incomes stand apart, the column of both says nothing more.
        (&["日期", "金额", "收入", "支出", "对方名称"], &[BookedOn, Ignored, MoneyIn, MoneyOut, Payer]),
    ] {
        let guessed = StatementColumn::guess_all(&headings(table));
        assert_eq!(guessed, columns, "{table:?}");
        assert_eq!(check_columns(&guessed), Ok(()));
    }
}

#[test]
fn columns_that_say_too_little_or_one_thing_twice_are_refused() {
    for (columns, says) in [
        (&[Payer, Amount][..], "入账日期"),
        (&[BookedOn, Amount], "对方户名"),
        (&[BookedOn, Payer], "哪一列是金额"),
        (&[BookedOn, Payer, Amount, MoneyIn], "不能两样都选"),
        (&[BookedOn, Payer, MoneyIn, StatementColumn::Side], "收支标志"),
        (&[BookedOn, BookedOn, Payer, Amount], "只能选一列"),
    ] {
        let problems = check_columns(columns).unwrap_err();
        assert!(problems.iter().any(|problem| problem.message.contains(says)), "{columns:?}: {problems:?}");
    }
    assert_eq!(check_columns(&[BookedOn, Payer, MoneyIn, Remark, Remark, Ignored, Ignored]), Ok(()));
}

#[test]
fn a_row_is_read_as_its_bank_writes_it() {
    let read = row(&[
        (BookedOn, "20260630 10:02:07"),
        (MoneyIn, "50,000.00"),
        (MoneyOut, "0.00"),
        (Balance, "¥1,050,000.00"),
        (Payer, " 梅州金柚农业有限公司 "),
        (Remark, "QC2345678"),
        (Remark, "QC2345678"),
        (Remark, "捐款"),
        (SerialNo, "2026 0630 0001"),
    ]);
    assert_eq!((read.booked_on, read.side, read.amount), (day("2026-06-30"), Side::In, Fen::yuan(50_000)));
    assert_eq!(read.payer, "梅州金柚农业有限公司");
    assert_eq!((read.remark.as_str(), read.serial_no.as_deref()), ("QC2345678 捐款", Some("202606300001")));
    assert_eq!(read.balance, Some(Fen::yuan(1_050_000)));
}

#[test]
fn days_are_read_with_times_and_as_a_spreadsheets_numbers() {
    for text in [
        "2026-06-30",
        "2026/6/30 9:00",
        "20260630",
        "20260630100207",
        "46203",
        "46203.4167",
        "2026年6月30日",
        "2026-06-30T10:02:07",
    ] {
        assert_eq!(day_of(text), Some(day("2026-06-30")), "{text}");
    }
    for text in ["", "昨天", "2026-13-01", "30/06/26"] {
        assert_eq!(day_of(text), None, "{text}");
    }
}

#[test]
fn the_direction_is_the_columns_the_marks_or_the_signs() {
    let with = |money: &[(StatementColumn, &'static str)]| {
        let mut cells = vec![(BookedOn, "2026-06-30"), (Payer, "甲公司")];
        cells.extend_from_slice(money);
        row(&cells)
    };
    for (money, side) in [
        (&[(MoneyOut, "12.5")][..], Side::Out),
        (&[(Amount, "12.5"), (StatementColumn::Side, "贷")], Side::In),
        (&[(Amount, "12.5元"), (StatementColumn::Side, "D")], Side::Out),
        (&[(Amount, "+12.50")], Side::In),
        (&[(Amount, "-12.50")], Side::Out),
        (&[(Amount, "(12.50)")], Side::Out),
    ] {
        let read = with(money);
        assert_eq!((read.side, read.amount), (side, Fen::new(1_250).unwrap()), "{money:?}");
    }
}

#[test]
fn what_is_wrong_is_said_by_column_and_all_at_once() {
    let says = |cells: &[(StatementColumn, &'static str)], column, part: &str| match read(cells) {
        RowRead::Wrong(wrong) => {
            let found = wrong.iter().any(|one| one.column == column && one.message.contains(part));
            assert!(found, "{cells:?}: {wrong:?}");
        }
        other => panic!("{cells:?}: {other:?}"),
    };
    let day = (BookedOn, "2026-06-30");
    says(&[day, (MoneyIn, "-50.00"), (Payer, "甲")], MoneyIn, "冲正");
    says(&[day, (Amount, "-50"), (StatementColumn::Side, "贷"), (Payer, "甲")], Amount, "冲正");
    says(&[day, (MoneyIn, "50"), (MoneyOut, "60"), (Payer, "甲")], MoneyIn, "都写了");
    says(&[day, (MoneyIn, "12.345"), (Payer, "甲")], MoneyIn, "分");
    says(&[day, (MoneyIn, "五十"), (Payer, "甲")], MoneyIn, "数字");
    says(&[day, (Amount, "50"), (StatementColumn::Side, "?"), (Payer, "甲")], StatementColumn::Side, "不认识");
    says(&[day, (MoneyIn, ""), (Payer, "甲")], MoneyIn, "没有写金额");
    says(&[(BookedOn, "2026-07-16"), (MoneyIn, "5")], BookedOn, "不能晚于今天");
    says(&[(BookedOn, "某日"), (MoneyIn, "5")], BookedOn, "不是日期");
    says(&[day, (MoneyIn, "5"), (SerialNo, "流水一")], SerialNo, "字母或数字");
    says(&[day, (MoneyIn, "5"), (Balance, "很多")], Balance, "数字");
    let RowRead::Wrong(both) = read(&[(BookedOn, "某日"), (MoneyIn, "五十")]) else { panic!("is wrong") };
    assert_eq!(both.len(), 2);
}

#[test]
fn sums_and_remarks_below_the_rows_are_passed_over_and_a_row_without_a_payer_is_not() {
    assert_eq!(read(&[(BookedOn, "合计"), (MoneyIn, "5000.00")]), RowRead::PassedOver);
    assert_eq!(read(&[(BookedOn, "打印时间"), (Payer, "柜员 12")]), RowRead::PassedOver);
    assert_eq!(row(&[(BookedOn, "2026-06-21"), (MoneyIn, "3.21"), (Remark, "结息")]).payer, NO_PAYER);
}

/// Money in by yuan, with the balance after it.
fn booked(yuan: i64, balance: i64) -> StatementRow {
    StatementRow {
        booked_on: day("2026-06-30"),
        side: if yuan < 0 { Side::Out } else { Side::In },
        amount: Fen::yuan(yuan.abs()),
        payer: "甲公司".to_owned(),
        remark: String::new(),
        serial_no: None,
        balance: Some(Fen::yuan(balance)),
    }
}

#[test]
fn balances_are_followed_in_both_orders_and_a_missing_row_shows() {
    let mut rows = vec![booked(100, 1_100), booked(50, 1_150), booked(-30, 1_120), booked(5, 1_125)];
    let whole = Chain { opening: Fen::yuan(1_000), closing: Fen::yuan(1_125), broken_at: None };
    assert_eq!(chain(&rows), Some(whole));
    rows.reverse();
    assert_eq!(chain(&rows), Some(whole));
    rows.remove(1);
    assert_eq!(chain(&rows), Some(Chain { broken_at: Some(1), ..whole }));
    rows.reverse();
    assert_eq!(chain(&rows), Some(Chain { broken_at: Some(2), ..whole }));
    rows[0].balance = None;
    assert_eq!(chain(&rows), None);
    assert_eq!(chain(&[]), None);
    assert_eq!(chain(&[booked(100, 1_100)]).map(|chain| chain.opening), Some(Fen::yuan(1_000)));
}
