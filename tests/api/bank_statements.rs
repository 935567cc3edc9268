//! Bank statements: a bank's own table is read, its columns told where they are odd, its new lines taken in once, matched
//! and confirmed many at a time.

use crate::money::new_pledge;
use crate::place_imports::upload;
use axum::http::StatusCode;
use backend::jobs::regular;
use chrono::{DateTime, Utc};
use domain::api::arrivals::{self, LineDesk, LineQuery};
use domain::api::bank_statements::{
    self, BankStatement, BankStatementStatus, ConfirmMany, LineForPledge, MatchMany, NewBankStatement, SeenLine,
    StatementColumns, StatementPage, TakeIn,
};
use domain::api::pledges;
use domain::arrival::BankLineStatus;
use domain::arrival::statement::StatementColumn;
use domain::pledge::PledgeStatus;
use domain::{BankStatementId, Fen};
use encoding_rs::GB18030;
use std::fmt::Write as _;
use tests::people::Charity;
use tests::{Refused, TestApp};
use uuid::Uuid;

const PAGE: &str = "/work/bank-statements";

/// The smallest that a bank may write.
pub const STATEMENT: &str = "日期,付款人,金额\n2026-06-01,某公司,9\n";

/// A file of an account, read.
pub async fn read(charity: &Charity<'_>, n: u128, bytes: impl AsRef<[u8]>) -> Result<BankStatement, Refused> {
    let table = upload(&charity.maker, bytes).await;
    let new = NewBankStatement { id: BankStatementId(Uuid::from_u128(n)), bank_account: charity.account, table };
    charity.maker.call(bank_statements::read(&new)).await
}

async fn taken_in(charity: &Charity<'_>, n: u128, bytes: impl AsRef<[u8]>) -> BankStatement {
    let read = read(charity, n, bytes).await.unwrap();
    charity.maker.call(bank_statements::take_in(read.id, TakeIn { ready: read.tally.ready })).await.unwrap()
}

/// What a bank exports: its own head, money both ways, a sum at the end.
fn exported(rows: &str) -> String {
    format!(
        "户名,示例慈善会,,,,,\n交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n{rows}合计,,,,,,\n"
    )
}

#[tokio::test]
async fn a_banks_table_is_read_as_it_was_exported_and_taken_in_once() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let file = exported(&format!(
        "2026-06-01,金柚的单位,\"50,000.00\",0.00,\"51,000.00\",{},A1\n\
         2026-06-01,王五,20.00,,\"51,020.00\",,A2\n\
         2026-06-02,施工队,,\"1,000.00\",\"50,020.00\",工程款,A3\n\
         2026-06-02,赵六,-20.00,,\"50,000.00\",冲正,A4\n",
        pledge.reference
    ));
    // Banks export what Excel in China writes.
    let (gbk, _, _) = GB18030.encode(&file);
    let statement = read(&charity, 1, &gbk).await.unwrap();
    let tally = statement.tally;
    assert_eq!((tally.rows, tally.ready, tally.out, tally.wrong), (4, 2, 1, 1));
    assert_eq!((tally.in_fen, tally.out_fen), (Fen::yuan(50_020), Fen::yuan(1_000)));
    let seen = charity.maker.call(bank_statements::get(statement.id, &StatementPage::default())).await.unwrap();
    assert_eq!(seen.passed_over, 1);
    assert!(seen.problems[0].message.contains("冲正") && seen.problems[0].row == 6, "{:?}", seen.problems);
    assert!(seen.balances.is_none(), "a row that is not read is a gap of its own");
    let page = charity.maker.page(&format!("{PAGE}/{}", statement.id)).await.text();
    assert!(page.contains("导入 2 笔收入") && page.contains("核心流水号"), "{page}");

    let other = charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 3 })).await.unwrap_err();
    assert_eq!(other.status, 409, "what is taken in is what was seen");
    for _ in 0..2 {
        let taken = charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 2 })).await.unwrap();
        assert_eq!((taken.status, taken.tally.taken_in), (BankStatementStatus::TakenIn, 2));
    }
    let lines = charity.maker.call(arrivals::list(&LineQuery::default())).await.unwrap().items;
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0].status, lines[1].status), (BankLineStatus::Suggested, BankLineStatus::Unmatched));
    assert_eq!(lines[0].suggestions[0].suggestion.pledge, pledge.id);
    assert!(charity.maker.page(&format!("{PAGE}/{}", statement.id)).await.text().contains("去匹配"));

    // The same file again, and a longer one that repeats its rows.
    let again = read(&charity, 2, &gbk).await.unwrap();
    assert_eq!((again.tally.ready, again.tally.present), (0, 2));
    let nothing = charity.maker.call(bank_statements::take_in(again.id, TakeIn { ready: 0 })).await.unwrap_err();
    assert_eq!(nothing.status, 409);
    let before = charity.maker.call(bank_statements::get(again.id, &StatementPage::default())).await.unwrap();
    assert!(before.taken_in_before.is_some());
    let longer = file.replace("合计", "2026-06-03,孙七,5.00,,\"50,005.00\",,A5\n合计");
    let longer = taken_in(&charity, 3, &longer).await;
    assert_eq!((longer.tally.taken_in, longer.tally.present), (1, 2));
    test.done().await;
}

#[tokio::test]
async fn odd_columns_are_told_once_for_a_bank() {
    use StatementColumn::{Amount, Balance, BookedOn, Payer, Remark};
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let file = "日期,付款人,备注,到账数额,余额\n2026-06-01,甲公司,捐款,5,1005\n2026-06-01,乙公司,,6,1011\n";
    let refused = read(&charity, 1, "a,b\n1,2\n").await.unwrap_err();
    assert_eq!(refused.fields(), ["table"]);
    let statement = read(&charity, 2, file).await.unwrap();
    assert_eq!((statement.tally.ready, statement.tally.wrong), (0, 2), "no row says how much");
    let page = charity.maker.page(&format!("{PAGE}/{}", statement.id)).await.text();
    assert!(page.contains("请指出哪一列是金额"), "{page}");
    let said = |columns: &[StatementColumn]| StatementColumns { columns: columns.to_vec() };
    for wrong in [&[BookedOn, Payer, Remark, StatementColumn::Ignored, Balance][..], &[BookedOn, Payer, Amount]] {
        let refused = charity.maker.call(bank_statements::set_columns(statement.id, &said(wrong))).await.unwrap_err();
        assert_eq!(refused.status, 422);
    }
    let right = said(&[BookedOn, Payer, Remark, Amount, Balance]);
    let page = format!("{PAGE}/{}", statement.id);
    let column = |one: StatementColumn| ("column", one.as_str());
    let form =
        [("action", "columns"), column(BookedOn), column(Payer), column(Remark), column(Amount), column(Balance)];
    assert_eq!(charity.maker.form(&page, &form).await.location(), page);
    let again = charity.maker.call(bank_statements::get(statement.id, &StatementPage::default())).await.unwrap();
    assert_eq!(again.statement.tally.ready, 2);
    assert_eq!(again.balances.map(|balances| balances.opening_fen), Some(Fen::yuan(1_000)));
    // The next file of this bank is read like it, with no serial numbers of the bank's: a row is known by what it says.
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 2 })).await.unwrap();
    let next = format!("{file}2026-06-02,丙公司,,7,1018\n");
    let next = taken_in(&charity, 3, next).await;
    assert_eq!((next.tally.taken_in, next.tally.present), (1, 2));
    let late = charity.maker.call(bank_statements::set_columns(next.id, &right)).await.unwrap_err();
    assert_eq!(late.status, 409, "what is taken in stays as it was read");
    test.done().await;
}

#[tokio::test]
async fn a_cut_file_shows_by_its_balances_and_a_known_number_with_another_amount_is_refused() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let whole = exported("2026-06-01,甲,5,,1005,,B1\n2026-06-01,乙,6,,1011,,B2\n2026-06-01,丙,7,,1018,,B3\n");
    let cut = whole.replace("2026-06-01,乙,6,,1011,,B2\n", "");
    let cut = read(&charity, 1, cut).await.unwrap();
    let seen = charity.maker.call(bank_statements::get(cut.id, &StatementPage::default())).await.unwrap();
    assert_eq!(seen.balances.and_then(|balances| balances.broken_at), Some(4));
    assert!(charity.maker.page(&format!("{PAGE}/{}", cut.id)).await.text().contains("第 4 行接不上"));
    taken_in(&charity, 2, &whole).await;
    let changed = exported("2026-06-01,甲,500,,1500,,B1\n");
    let changed = read(&charity, 3, changed).await.unwrap();
    assert_eq!((changed.tally.ready, changed.tally.wrong), (0, 1));
    let problems = charity.maker.page(&format!("/api/v1/bank-statements/{}/problems", changed.id)).await;
    assert!(problems.text().contains("已经录入过，但日期或金额不同"), "{}", problems.text());
    test.done().await;
}

#[tokio::test]
async fn a_statement_is_its_charitys_alone_and_only_its_maker_works_on_it() {
    let test = TestApp::new().await;
    let (charity, other) = (test.charity("示例慈善会").await, test.charity("另一慈善会").await);
    let enterprise = test.enterprise("金柚").await;
    let file = exported("2026-06-01,甲,5,,1005,,C1\n");
    let statement = read(&charity, 1, &file).await.unwrap();
    for (client, status) in [(&other.maker, 404), (&enterprise, 403), (&test.visitor(), 401)] {
        let read = client.call(bank_statements::get(statement.id, &StatementPage::default())).await;
        assert_eq!(read.unwrap_err().status, status);
        let taken = client.call(bank_statements::take_in(statement.id, TakeIn { ready: 1 })).await;
        assert_eq!(taken.unwrap_err().status, status);
    }
    let checker = charity.checker.call(bank_statements::take_in(statement.id, TakeIn { ready: 1 })).await;
    assert_eq!(checker.unwrap_err().status, 403);
    assert!(!charity.checker.page(PAGE).await.text().contains("上传并核对"));
    // Another charity's account, and another file under the same number.
    let table = upload(&charity.maker, &file).await;
    let foreign = NewBankStatement { id: BankStatementId(Uuid::from_u128(9)), bank_account: other.account, table };
    let refused = charity.maker.call(bank_statements::read(&foreign)).await.unwrap_err();
    assert_eq!(refused.fields(), ["bank_account"]);
    assert_eq!(read(&charity, 1, "日期,付款人,金额\n2026-06-01,丁,9\n").await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn sure_guesses_are_taken_together_and_confirmed_together_by_somebody_else() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let mut rows = String::new();
    let mut made = Vec::new();
    for n in 1..=3_u8 {
        let pledge = enterprise.call(pledges::create(&new_pledge(n.into(), campaign, &charity, None))).await.unwrap();
        writeln!(rows, "2026-06-01,金柚的单位,\"50,000.00\",,,{},D{n}", pledge.reference).unwrap();
        made.push(pledge.id);
    }
    rows += "2026-06-01,过路人,8.00,,,,D4\n";
    taken_in(&charity, 1, exported(&rows)).await;
    let at = |desk| LineQuery { desk: Some(desk), ..LineQuery::default() };
    let lines = charity.maker.call(arrivals::list(&at(LineDesk::Match))).await.unwrap().items;
    assert_eq!(lines.len(), 4);
    let desk = "/work/bank-lines?desk=match";
    let page = charity.maker.page(desk).await.text();
    assert_eq!(page.matches("type=\"checkbox\"").count(), 3, "only what is sure: {page}");
    assert_eq!(charity.maker.form(desk, &[("action", "match_many")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen: Vec<String> =
        lines.iter().take(3).map(|line| format!("{}:{}", line.id, line.suggestions[0].suggestion.pledge)).collect();
    let mut form: Vec<(&str, &str)> = chosen.iter().map(|value| ("line", value.as_str())).collect();
    form.push(("action", "match_many"));
    assert!(charity.maker.form(desk, &form).await.location().contains("did=3&left=0"));
    // Once more finds nothing left to do, and says so line by line.
    let again = MatchMany { lines: vec![LineForPledge { line: lines[0].id, pledge: made[0] }] };
    let left = charity.maker.call(bank_statements::match_many(&again)).await.unwrap();
    assert_eq!((left.done, left.left.len()), (0, 1));

    let matched = charity.checker.call(arrivals::list(&at(LineDesk::Confirm))).await.unwrap().items;
    assert_eq!(matched.len(), 3);
    let seen: Vec<SeenLine> = matched
        .iter()
        .map(|line| SeenLine { line: line.id, lots: line.parts.iter().map(|part| part.lot).collect() })
        .collect();
    let refused = charity.maker.call(bank_statements::confirm_many(&ConfirmMany { lines: seen.clone() })).await;
    assert_eq!(refused.unwrap_err().status, 403, "a maker is no checker");
    let desk = "/work/bank-lines?desk=confirm";
    let values: Vec<String> = seen.iter().take(2).map(|seen| format!("{}:{}", seen.line, seen.lots[0])).collect();
    let mut form: Vec<(&str, &str)> = values.iter().map(|value| ("line", value.as_str())).collect();
    form.push(("action", "review"));
    let review = charity.checker.form(desk, &form).await;
    assert!(review.text().contains("复核 2 笔，合计") && review.text().contains("100,000"), "{}", review.text());
    form.pop();
    form.push(("action", "confirm_many"));
    assert!(charity.checker.form(desk, &form).await.location().contains("did=2&left=0&what=confirmed"));
    let rest = charity.checker.call(bank_statements::confirm_many(&ConfirmMany { lines: seen })).await.unwrap();
    assert_eq!((rest.done, rest.left.len()), (1, 2));
    for pledge in made {
        let pledge = enterprise.call(pledges::get(pledge)).await.unwrap();
        assert_eq!((pledge.status, pledge.arrivals.len()), (PledgeStatus::Fulfilled, 1));
    }
    let none = charity.checker.call(bank_statements::confirm_many(&ConfirmMany { lines: Vec::new() })).await;
    assert_eq!(none.unwrap_err().fields(), ["lines"]);
    test.done().await;
}

#[tokio::test]
async fn what_was_read_and_not_taken_in_goes_after_a_week() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let statement = read(&charity, 1, exported("2026-06-01,甲,5,,1005,,E1\n")).await.unwrap();
    let kept = taken_in(&charity, 2, exported("2026-06-01,乙,5,,1010,,E2\n")).await;
    test.clock.advance(chrono::Duration::days(8));
    regular::round(&test.app, &mut DateTime::<Utc>::MAX_UTC.clone()).await;
    let maker = test.signed_in("示例慈善会-maker").await;
    let gone = maker.call(bank_statements::get(statement.id, &StatementPage::default())).await.unwrap_err();
    assert_eq!(gone.status, 404);
    maker.call(bank_statements::get(kept.id, &StatementPage::default())).await.unwrap();
    test.done().await;
}
