//! What a charity's reconciliation still misses: what is on its page and in its table, who is called to agree, and what
//! two who agree at the same moment do.

use crate::bank_accounts::opens_with;
use crate::bank_statements::read as read_statement;
use crate::disbursements::{Ready, paid_out, ready};
use crate::money::{matched, new_line, new_pledge, seen};
use crate::month_ends::new_month;
use crate::outgoings::{meaning, open};
use crate::returns::{goes_back, new_return, return_paid};
use axum::http::StatusCode;
use backend::tables::{Limits, read};
use domain::api::arrivals::{
    self, BankLine, LineDesk, LineQuery, MatchLine, MatchPart, PartOwner, SecondStep, Unmatched, UnmatchedSum,
};
use domain::api::bank_statements::{self, ConfirmMany, SeenLine, TakeIn};
use domain::api::returns::{self, SayBack};
use domain::api::{gift_claims, ledger, month_ends, outgoings, pledges, sessions, todo};
use domain::arrival::BankLineStatus;
use domain::giving_back::BackKind;
use domain::ledger::Account;
use domain::organisation::Role;
use domain::outgoing::OutKind;
use domain::todo::TodoKind;
use domain::{Fen, PledgeId};
use std::collections::BTreeMap;
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

async fn waits(client: &Client<'_>, kind: TodoKind) -> u32 {
    let todo = client.call(todo::get()).await.unwrap();
    todo.items.iter().find(|item| item.kind == kind).map_or(0, |item| item.count.number)
}

async fn at_desk(client: &Client<'_>, desk: LineDesk) -> Vec<BankLine> {
    let list = client.call(arrivals::list(&LineQuery { desk: Some(desk), ..LineQuery::default() })).await.unwrap();
    assert_eq!(usize::try_from(list.count.number), Ok(list.items.len()), "the list counts what it shows");
    list.items
}

/// Lets the maker check too, so that only his part in a thing keeps him from it.
async fn maker_checks_too(test: &TestApp, charity: &Charity<'_>) {
    let me = charity.maker.call(sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
}

/// A confirmed line of parts whose giver nobody knows.
async fn strays(charity: &Charity<'_>, n: u128, yuan: &[i64]) -> BankLine {
    let whole = yuan.iter().sum();
    let line = charity.maker.call(arrivals::enter(&new_line(n, charity, "无名", whole, ""))).await.unwrap();
    let part = |yuan: &i64| MatchPart { amount_fen: Fen::yuan(*yuan), pledge: None, campaign: None };
    let parts = MatchLine { parts: yuan.iter().map(part).collect() };
    let line = charity.maker.call(arrivals::match_(line.id, &parts)).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap()
}

#[tokio::test]
async fn money_of_an_unknown_giver_that_was_paid_back_is_missed_no_more() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let line = strays(&charity, 1, &[500, 200]).await;
    let unknown = async || {
        let both = charity.maker.call(arrivals::unmatched()).await.unwrap();
        assert_eq!(
            both.oldest_unknown.iter().map(|row| row.amount_fen.get()).sum::<i64>(),
            both.unknown.amount_fen.get()
        );
        (both.unknown.number, both.unknown.amount_fen)
    };
    let part = async |n: usize| {
        let line = charity.maker.call(arrivals::get(line.id)).await.unwrap();
        let part = &line.parts[n];
        (part.may_name_owner, part.claim_code.is_some(), part.may_return)
    };
    assert_eq!((unknown().await, part(0).await), ((2, Fen::yuan(700)), (true, true, true)));
    let new = new_return(1, None, Some(line.parts[0].lot), 500);
    charity.maker.call(returns::prepare(&new)).await.unwrap();
    assert_eq!(unknown().await, (2, Fen::yuan(700)), "it is still there");
    assert_eq!(part(0).await, (false, false, false), "it is promised to go back");
    charity.checker.call(returns::approve(new.id)).await.unwrap();
    charity.payer.call(returns::pay(new.id, &return_paid())).await.unwrap();
    assert_eq!((unknown().await, part(0).await), ((1, Fen::yuan(200)), (false, false, false)));
    assert_eq!(part(1).await, (true, true, true), "the other part is as it was");
    let page = charity.maker.page("/work/unmatched").await.text();
    assert!(page.contains("200") && !page.contains("500 元"), "{page}");
    assert_eq!(charity.maker.call(gift_claims::codes()).await.unwrap().items.len(), 1);

    goes_back(&charity, &new_return(2, None, Some(line.parts[1].lot), 50)).await;
    assert_eq!(unknown().await, (1, Fen::yuan(150)), "what was not paid back is still nobody's");
    assert_eq!(part(1).await, (false, false, true), "it can only go back too");
    assert!(charity.maker.call(gift_claims::codes()).await.unwrap().items.is_empty());
    let account = Account::Unmatched { bank_account: charity.account };
    assert_eq!(charity.maker.call(ledger::account(&account)).await.unwrap().balance_fen, Fen::yuan(150));
    test.done().await;
}

#[tokio::test]
async fn whose_money_it_is_said_to_be_calls_the_second_person_and_not_the_first() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = strays(&charity, 1, &[500, 200]).await;
    maker_checks_too(&test, &charity).await;
    assert!(at_desk(&charity.checker, LineDesk::Confirm).await.is_empty());
    for part in &line.parts {
        let owner = PartOwner { lot: part.lot, pledge: pledge.id };
        charity.maker.call(arrivals::name_owner(line.id, &owner)).await.unwrap();
    }
    let (mine, of_other) = (&charity.maker, &charity.checker);
    assert_eq!((waits(mine, TodoKind::ConfirmLines).await, waits(of_other, TodoKind::ConfirmLines).await), (0, 1));
    let shown = at_desk(of_other, LineDesk::Confirm).await;
    assert_eq!((shown[0].id, shown[0].waits.clone()), (line.id, vec![SecondStep::Owner]));
    assert!(!shown[0].may.confirm && shown[0].parts[0].may_confirm_owner);
    assert!(at_desk(of_other, LineDesk::Match).await.is_empty());
    let page = of_other.page("/work/bank-lines?desk=confirm").await.text();
    assert!(page.contains("待确认归属") && page.contains(pledge.reference.as_str()), "{page}");
    assert!(!page.contains("type=\"checkbox\""), "it is not confirmed with others");
    assert!(mine.page("/work/unmatched").await.text().contains("待确认归属"));
    let both = mine.call(arrivals::unmatched()).await.unwrap();
    assert!(both.oldest_unknown.iter().all(|row| row.waits == Some(SecondStep::Owner)));
    let many = ConfirmMany { lines: vec![SeenLine { line: line.id, lots: seen(&line).lots }] };
    let done = of_other.call(bank_statements::confirm_many(&many)).await.unwrap();
    assert_eq!((done.done, done.left.len()), (0, 1), "matched lines alone are confirmed at once");

    // A part that is promised to go back does not wait meanwhile.
    let back = new_return(1, None, Some(line.parts[1].lot), 200);
    mine.call(returns::prepare(&back)).await.unwrap();
    let first = PartOwner { lot: line.parts[0].lot, pledge: pledge.id };
    of_other.call(arrivals::confirm_owner(line.id, &first)).await.unwrap();
    assert_eq!(waits(of_other, TodoKind::ConfirmLines).await, 0);
    assert!(at_desk(of_other, LineDesk::Confirm).await.is_empty());
    let refuse = returns::RejectReturn { reason: "捐赠方已查明".into(), not_paid: false };
    of_other.call(returns::reject(back.id, &refuse)).await.unwrap();
    assert_eq!(waits(of_other, TodoKind::ConfirmLines).await, 1, "it waits again");
    let second = PartOwner { lot: line.parts[1].lot, pledge: pledge.id };
    of_other.call(arrivals::confirm_owner(line.id, &second)).await.unwrap();
    assert_eq!((waits(of_other, TodoKind::ConfirmLines).await, waits(mine, TodoKind::ConfirmLines).await), (0, 0));
    assert_eq!(firm.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::yuan(700));
    test.done().await;
}

#[tokio::test]
async fn a_payment_said_to_come_back_calls_the_second_person_and_not_the_first() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, .. } = &ready;
    let payment = paid_out(&ready, 40_000, 30_000).await;
    let new = new_line(9, charity, "示例镇财政所代管户", 30_000, "退汇");
    let line = charity.maker.call(arrivals::enter(&new)).await.unwrap();
    maker_checks_too(&test, charity).await;
    let (mine, of_other) = (&charity.maker, &charity.checker);
    assert_eq!((waits(mine, TodoKind::MatchLines).await, waits(of_other, TodoKind::ConfirmLines).await), (1, 0));
    let back = SayBack { disbursement: payment.id, kind: BackKind::Bounced };
    mine.call(returns::say_back(line.id, &back)).await.unwrap();
    assert_eq!((waits(mine, TodoKind::MatchLines).await, waits(mine, TodoKind::ConfirmLines).await), (0, 0));
    assert_eq!(waits(of_other, TodoKind::ConfirmLines).await, 1);
    assert!(at_desk(mine, LineDesk::Match).await.is_empty(), "nobody is to match it");
    let shown = at_desk(of_other, LineDesk::Confirm).await;
    assert_eq!((shown[0].id, shown[0].waits.clone(), shown[0].may.confirm), (line.id, vec![SecondStep::Back], false));
    assert!(of_other.page("/work/bank-lines?desk=confirm").await.text().contains("待确认退回"));
    let both = mine.call(arrivals::unmatched()).await.unwrap();
    assert_eq!((both.lines.number, both.matched.number), (0, 1));

    of_other.call(returns::drop_back(line.id)).await.unwrap();
    assert_eq!((waits(mine, TodoKind::MatchLines).await, waits(of_other, TodoKind::ConfirmLines).await), (1, 0));
    mine.call(returns::say_back(line.id, &back)).await.unwrap();
    of_other.call(returns::confirm_back(line.id, &back)).await.unwrap();
    assert_eq!((waits(mine, TodoKind::MatchLines).await, waits(of_other, TodoKind::ConfirmLines).await), (0, 0));
    assert!(at_desk(of_other, LineDesk::Confirm).await.is_empty());
    test.done().await;
}

const OUT: &str = "交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n\
    2026-06-30,示例银行,,15.00,985.00,手续费,F-1\n\
    2026-06-30,示例印务,,200.00,785.00,印制手册,C-1\n";

const HEADINGS: &str = "哪一边,业务日期,记账日期,付款方、收款方或认捐企业,流水号或认捐编号,金额（元）,还缺什么,页面";

/// The rows of the table with their amounts, and the sums that it closes with, side by side.
fn rows_and_sums(csv: &[u8]) -> BTreeMap<String, (i64, Fen, Fen)> {
    let limits = Limits { rows: 1_000, columns: 8, cell_chars: 300, bytes: 1_000_000 };
    let table = read(csv, &limits).unwrap();
    let cell = |row: usize, column| table.rows[row].text(column).unwrap().to_owned();
    let heading: Vec<_> = (0..8).map(|column| cell(1, column)).collect();
    assert_eq!(heading.join(","), HEADINGS);
    let mut found: BTreeMap<String, (i64, Fen, Fen)> = BTreeMap::new();
    for row in 2..table.rows.len() {
        let (side, amount) = (cell(row, 0), Fen::parse_yuan(&cell(row, 5)).unwrap_or_default());
        if let Some((side, says)) = side.split_once('：') {
            let known = found.entry(side.to_owned()).or_default();
            assert_eq!(says, format!("{} 笔，合计", known.0));
            known.2 = amount;
        } else {
            assert!(!cell(row, 6).is_empty() && cell(row, 7).starts_with("http"), "what is missing, and where");
            let known = found.entry(side).or_default();
            *known = (known.0 + 1, known.1.checked_add(amount).unwrap(), known.2);
        }
    }
    found
}

#[tokio::test]
async fn the_table_has_every_row_of_both_sides_and_adds_up_to_the_page() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    for n in 0..60 {
        let new = new_line(100 + n, &charity, "=过路人", i64::try_from(n).unwrap() + 1, "");
        charity.maker.call(arrivals::enter(&new)).await.unwrap();
    }
    matched(&charity, 2, 20_000, &pledge).await;
    let stray = strays(&charity, 3, &[500, 200]).await;
    let owner = PartOwner { lot: stray.parts[0].lot, pledge: pledge.id };
    charity.maker.call(arrivals::name_owner(stray.id, &owner)).await.unwrap();
    let statement = read_statement(&charity, 1, OUT).await.unwrap();
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 0 })).await.unwrap();
    let said = open(&charity).await.remove(0);
    charity.maker.call(outgoings::explain(said.id, &meaning(OutKind::OwnCost, None))).await.unwrap();

    let answer = charity.checker.page("/api/v1/bank-lines/unmatched/table").await;
    assert_eq!(answer.status, StatusCode::OK);
    let csv = answer.text();
    assert!(csv.starts_with('\u{feff}') && csv.contains("截至") && csv.contains("'=过路人"), "{csv}");
    assert!(csv.contains("已说明属于谁，等另一位同事确认") && csv.contains("等另一位同事确认"), "{csv}");
    assert!(csv.contains(&format!("{},50000.00,", pledge.reference)), "{csv}");
    let of_stray = csv.lines().find(|row| row.contains(",500.00,")).unwrap();
    assert!(of_stray.starts_with("已到账，来源未明,2026-06-30,2026-"), "both days: {of_stray}");
    let both: Unmatched = charity.maker.call(arrivals::unmatched()).await.unwrap();
    assert_eq!((both.lines.number, both.oldest_lines.len()), (60, 50));
    let found = rows_and_sums(&answer.body);
    let expected: BTreeMap<_, _> = [
        ("流水还没有人匹配", both.lines),
        ("已说明，等待复核", both.matched),
        ("已到账，来源未明", both.unknown),
        ("银行支出，还没有说明", both.out),
        ("已认捐，尚未到账", both.outstanding),
    ]
    .map(|(side, UnmatchedSum { number, amount_fen, .. })| (side.to_owned(), (number, amount_fen, amount_fen)))
    .into();
    assert_eq!(found, expected);
    assert_eq!(expected["流水还没有人匹配"].1, Fen::yuan(60 * 61 / 2));
    assert_eq!((both.matched.number, both.unknown.number, both.out.number, both.outstanding.number), (1, 2, 2, 1));
    let page = charity.maker.page("/work/unmatched").await.text();
    assert!(page.contains("（60）") && page.contains("/api/v1/bank-lines/unmatched/table"), "{page}");

    let other = test.charity("另一慈善会").await;
    let empty = rows_and_sums(&other.maker.page("/api/v1/bank-lines/unmatched/table").await.body);
    assert!(empty.len() == 5 && empty.values().all(|row| *row == (0, Fen::ZERO, Fen::ZERO)), "{empty:?}");
    assert_eq!(firm.page("/api/v1/bank-lines/unmatched/table").await.status, StatusCode::FORBIDDEN);
    test.done().await;
}

#[tokio::test]
async fn two_who_confirm_one_line_at_the_same_moment_book_it_once() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    for n in 1..=5 {
        let line = matched(&charity, n, 1_000, &pledge).await;
        let lots = seen(&line);
        let (one, other) = tokio::join!(
            charity.checker.call(arrivals::confirm(line.id, &lots)),
            second.call(arrivals::confirm(line.id, &lots))
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        let refused = one.err().or(other.err()).unwrap();
        assert_eq!(refused.status, 409, "{refused:?}");
        let read = charity.maker.call(arrivals::get(line.id)).await.unwrap();
        assert!(read.status == BankLineStatus::Confirmed && read.waits.is_empty());
        let arrived = firm.call(pledges::get(pledge.id)).await.unwrap();
        let times = i64::try_from(n).unwrap();
        assert_eq!(
            (arrived.arrived_fen, arrived.arrivals.len()),
            (Fen::yuan(1_000 * times), usize::try_from(n).unwrap())
        );
        let book = firm.call(ledger::account(&Account::Directed { pledge: pledge.id })).await.unwrap();
        assert_eq!(book.balance_fen, Fen::yuan(1_000 * times));
    }
    test.done().await;
}

#[tokio::test]
async fn two_who_sign_one_month_at_the_same_moment_sign_it_once() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    opens_with(&charity, &owner, 1, "2026-05-01", 1_000).await;
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let month = new_month(1, &charity, 1_000);
    charity.maker.call(month_ends::prepare(&month)).await.unwrap();
    let (one, other) =
        tokio::join!(charity.checker.call(month_ends::sign(month.id)), second.call(month_ends::sign(month.id)));
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    let ((Ok(signed), Err(refused)) | (Err(refused), Ok(signed))) = (one, other) else {
        unreachable!("one of them");
    };
    assert_eq!(refused.status, 409, "{refused:?}");
    let list = charity.maker.call(month_ends::list()).await.unwrap().items;
    assert_eq!((list.len(), list[0].signed_at, list[0].numbers), (1, signed.signed_at, signed.numbers));
    assert!(signed.signed_at.is_some());
    test.done().await;
}

#[tokio::test]
async fn a_line_for_six_pledges_is_divided_by_hand_without_losing_what_was_typed() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let mut references = Vec::new();
    for n in 1..=6 {
        let pledge = firm.call(pledges::create(&new_pledge(n, campaign, &charity, None))).await.unwrap();
        references.push(pledge.reference.to_string());
    }
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "代付公司", 600, ""))).await.unwrap();
    let page = format!("/work/bank-lines/{}", line.id);
    let rows = |text: &str| text.matches("name=\"part_amount\"").count();
    assert_eq!(rows(&charity.maker.page(&page).await.text()), 5);
    let typed = |n: usize, action| {
        let mut typed = vec![("action", action)];
        for reference in &references[..n] {
            typed.extend([("reference", reference.as_str()), ("part_amount", "100")]);
        }
        typed
    };
    let more = charity.maker.form(&page, &typed(5, "more_parts")).await;
    assert_eq!(more.status, StatusCode::OK);
    let shown = more.text();
    assert_eq!(rows(&shown), 10);
    assert!(references[..5].iter().all(|reference| shown.contains(&format!("value=\"{reference}\""))), "{shown}");
    assert_eq!(charity.maker.call(arrivals::get(line.id)).await.unwrap().parts.len(), 0, "nothing is done by it");
    let blank = [("reference", ""), ("part_amount", "")].repeat(15);
    let full = charity.maker.form(&page, &[typed(5, "more_parts"), blank].concat()).await.text();
    assert_eq!(rows(&full), 20);
    assert!(!full.contains("再加几行"), "no more than twenty");
    let done = charity.maker.form(&page, &typed(6, "divide")).await;
    assert_eq!(done.location(), format!("{page}?done=matched"));
    let matched = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    let owners: Vec<_> = matched.parts.iter().map(|part| part.pledge.as_ref().unwrap().id).collect();
    assert_eq!(owners, (1..=6).map(|n| PledgeId(Uuid::from_u128(n))).collect::<Vec<_>>());

    // All six stand in the form by which it is booked anew.
    charity.checker.call(arrivals::confirm(matched.id, &seen(&matched))).await.unwrap();
    let anew = format!("{page}/rebook");
    let shown = charity.maker.page(&anew).await.text();
    assert_eq!(rows(&shown), 6);
    assert!(references.iter().all(|reference| shown.contains(&format!("value=\"{reference}\""))), "{shown}");
    let more = [typed(6, "more_parts"), vec![("reason", "附言写错编号")]].concat();
    let shown = charity.maker.form(&anew, &more).await.text();
    assert!(rows(&shown) == 11 && shown.contains("附言写错编号"), "{shown}");
    test.done().await;
}
