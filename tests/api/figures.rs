//! Each of the four numbers opens rows that add up to it, whosever they are; what is hidden is in the sum and not in its row.

use crate::deliveries::{item, new_report};
use crate::disbursements::{Ready, allocation, approved, gift, paid, ready};
use crate::money::{matched, new_pledge, seen};
use crate::needs::VILLAGE;
use axum::http::StatusCode;
use backend::check::{Comparison, check};
use chrono::Duration;
use domain::api::disbursements::{self as money_out, NewAllocation};
use domain::api::figures::{self, FigureQuery, FigureRow, FigureRows, MoneyOf};
use domain::api::ledger;
use domain::api::pledges::{self, NewPledge};
use domain::api::{arrivals, deliveries, money};
use domain::four::{FourNumbers, MoneyNumber};
use domain::ledger::{Account, Event};
use domain::pledge::{DisplayChoice, PledgeInput, PublicDisplay, Restriction};
use domain::{Fen, OrganisationId};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use tests::{Client, TestApp};

/// Every page of a number's rows, with the numbers as the first one told them.
async fn all(client: &Client<'_>, of: &MoneyOf, number: MoneyNumber) -> (FigureRows, Vec<FigureRow>) {
    let first = client.call(figures::rows(of, number, &FigureQuery::default())).await.unwrap();
    let (mut rows, mut next) = (first.rows.clone(), first.next.clone());
    while let Some(after) = next {
        let page = client.call(figures::rows(of, number, &FigureQuery { after: Some(after) })).await.unwrap();
        rows.extend(page.rows);
        next = page.next;
    }
    (first, rows)
}

/// All rows of a number of which nothing is hidden are the number.
pub async fn add_up(test: &TestApp, of: &MoneyOf, number: MoneyNumber) {
    let (told, rows) = all(&test.visitor(), of, number).await;
    assert_eq!(visible(&rows), told.money.of(number), "{of:?}: {rows:?}");
}

fn visible(rows: &[FigureRow]) -> Fen {
    Fen::sum(rows.iter().filter_map(|row| row.amount_fen)).unwrap()
}

/// A need with a named gift in many arrivals, a hidden one, undirected money arranged for it, payments and items.
async fn story(test: &TestApp) -> (Ready<'_>, OrganisationId) {
    let ready = ready(test).await;
    let Ready { charity, need, pledge, village, .. } = &ready;
    for n in 100..160 {
        let line = matched(charity, n, 10, pledge).await;
        charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    }
    let quiet = test.enterprise("静").await;
    let new = new_pledge(2, ready.campaign, charity, Some(need));
    let input = PledgeInput { public_display: Some(PublicDisplay::Anonymous), show_amount: false, ..new.input.clone() };
    gift(charity, &quiet, &NewPledge { input, ..new }, 2, 7_000).await;
    let new = new_pledge(3, ready.campaign, charity, None);
    let input = PledgeInput { restriction: Restriction::Undirected, ..new.input.clone() };
    gift(charity, &test.enterprise("统").await, &NewPledge { input, ..new }, 3, 5_000).await;
    charity.maker.call(money_out::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let arranged = NewAllocation { campaign: Some(ready.campaign), ..allocation(2, need, None, 3_000) };
    charity.maker.call(money_out::allocate(&arranged)).await.unwrap();
    for (n, yuan) in [(1, 25_000), (2, 17_000)] {
        let waiting = approved(&ready, n, yuan).await;
        charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
        let new = new_report(n, village, waiting.id, vec![item(yuan - 1_000, false), item(300, true)]).await;
        village.call(deliveries::report(need.id, &new)).await.unwrap();
        for voucher in &new.vouchers {
            charity.checker.call(deliveries::accept(voucher.id, 1)).await.unwrap();
        }
    }
    let quiet = test.organisation_of(&quiet).await;
    (ready, quiet)
}

#[tokio::test]
async fn every_number_of_everything_is_the_sum_of_its_rows() {
    let test = TestApp::new().await;
    let (ready, quiet) = story(&test).await;
    let firm = test.organisation_of(&ready.enterprise).await;
    test.clock.advance(Duration::days(1));
    let visitor = test.visitor();
    let place = |digits: usize| MoneyOf::Place(VILLAGE[..digits].parse().unwrap());
    let need = MoneyOf::Need(ready.need.id);
    let campaign = MoneyOf::Campaign(ready.campaign);
    let field = MoneyOf::Field(ready.need.content.field.unwrap());
    let mut told = BTreeSet::new();
    for of in [need.clone(), place(12), place(9), place(6), field, campaign.clone(), MoneyOf::Enterprise(firm)] {
        let hides = !matches!(of, MoneyOf::Enterprise(_));
        for number in MoneyNumber::ALL {
            let (head, rows) = all(&visitor, &of, *number).await;
            let hidden = match number {
                MoneyNumber::Pledged if hides => Fen::yuan(50_000),
                MoneyNumber::Arrived if hides => Fen::yuan(7_000),
                _ => Fen::ZERO,
            };
            let sum = visible(&rows).checked_add(hidden).unwrap();
            assert_eq!(sum, head.money.of(*number), "{of:?} {number}: {rows:?}");
            assert_eq!(rows.iter().any(|row| row.amount_fen.is_none()), !hidden.is_zero(), "{of:?} {number}");
            told.extend(rows.into_iter().map(|row| row.what));
        }
    }
    for name in ["firm的单位", "爱心企业", "示例镇财政所代管户", "PE 水管 500 米", "慈善组织统筹安排"]
    {
        assert!(told.contains(name), "{name} in {told:?}");
    }
    assert!(told.iter().all(|what| !what.contains('静')), "{told:?}");
    // What is of a village is of its town and its county: there is nothing else there.
    let numbers = async |of: &MoneyOf| all(&visitor, of, MoneyNumber::Pledged).await.0.money;
    let whole = numbers(&need).await;
    for digits in [12, 9, 6] {
        assert_eq!(numbers(&place(digits)).await, whole);
    }
    assert_eq!(whole.arranged, Fen::yuan(3_000));
    assert_eq!(numbers(&campaign).await.arrived, Fen::yuan(50_600 + 7_000 + 5_000));

    // Of an enterprise everybody reads what it shows whole; itself and the auditor read all.
    let hidden = MoneyOf::Enterprise(quiet);
    let (head, rows) = all(&visitor, &hidden, MoneyNumber::Arrived).await;
    assert_eq!((head.shown_only, head.money.arrived, rows.len()), (true, Fen::ZERO, 0));
    for reader in [&test.signed_in("静").await, &test.auditor().await] {
        let (head, rows) = all(reader, &hidden, MoneyNumber::Arrived).await;
        assert_eq!((head.shown_only, head.money.arrived, visible(&rows)), (false, Fen::yuan(7_000), Fen::yuan(7_000)));
    }
    test.done().await;
}

/// What is shown is read at the moment, also of money that was paid out before.
#[tokio::test]
async fn an_enterprise_takes_back_what_it_shows_of_money_that_was_paid() {
    let test = TestApp::new().await;
    let (ready, _) = story(&test).await;
    let Ready { charity, pledge, enterprise, .. } = &ready;
    let firm = MoneyOf::Enterprise(test.organisation_of(enterprise).await);
    let new = new_pledge(4, ready.campaign, charity, None);
    let input = PledgeInput { restriction: Restriction::Undirected, ..new.input.clone() };
    gift(charity, enterprise, &NewPledge { input, ..new }, 4, 1_000).await;
    let visitor = test.visitor();
    let before = all(&visitor, &firm, MoneyNumber::Pledged).await.0.money;
    assert!(!before.disbursed.is_zero() && !before.spent.is_zero(), "{before:?}");
    let hides = DisplayChoice { name: PublicDisplay::Name, show_amount: false, share_with_recipient: true };
    enterprise.call(pledges::change_display(pledge.id, &hides)).await.unwrap();
    let rest = FourNumbers { pledged: Fen::yuan(50_000), arrived: Fen::yuan(1_000), ..FourNumbers::default() };
    for number in MoneyNumber::ALL {
        for (reader, numbers) in [(&visitor, rest), (enterprise, before)] {
            let (told, rows) = all(reader, &firm, *number).await;
            assert_eq!(told.money, numbers, "{number}");
            assert_eq!(visible(&rows), numbers.of(*number), "{number}: {rows:?}");
        }
    }
    // And shows it again.
    enterprise.call(pledges::change_display(pledge.id, &DisplayChoice { show_amount: true, ..hides })).await.unwrap();
    assert_eq!(all(&visitor, &firm, MoneyNumber::Spent).await.0.money, before);
    test.done().await;
}

#[tokio::test]
async fn the_pages_of_numbers_lead_to_each_other_and_say_what_is_hidden() {
    let test = TestApp::new().await;
    let (ready, _) = story(&test).await;
    let firm = test.organisation_of(&ready.enterprise).await;
    let visitor = test.visitor();
    let code = ready.need.code.clone().unwrap();
    let today = visitor.page(&format!("/needs/{code}/money/arrived")).await;
    assert_eq!(today.status, StatusCode::OK);
    assert!(today.text().contains("笔不公开金额的捐赠还没有计入"), "{}", today.text());
    test.clock.advance(Duration::days(1));
    let page = visitor.page(&format!("/places/{VILLAGE}/money/pledged")).await.text();
    for says in ["全部明细的合计", "100,000 元", "金额不公开", "捐赠方不公开的金额不写在这里，合计里包含。"]
    {
        assert!(page.contains(says), "{says}: {page}");
    }
    let arrived = visitor.page(&format!("/needs/{code}/money/arrived")).await.text();
    assert!(arrived.contains("57,600 元") && arrived.contains("rel=\"next\""), "{arrived}");
    let village = visitor.page(&format!("/villages/{VILLAGE}")).await.text();
    assert!(village.contains(&format!("/places/{VILLAGE}/money/spent")), "{village}");
    let campaign = visitor.page("/campaigns/630-2026").await.text();
    assert!(campaign.contains(&format!("/campaigns/{}/money/disbursed", ready.campaign)), "{campaign}");
    let field = ready.need.content.field.unwrap();
    // Where a name stands it leads to what it shows; who hides his name leads nowhere.
    let quiet = test.organisation_of(&test.signed_in("静").await).await;
    for page in [visitor.page(&format!("/needs/{code}")).await.text(), campaign] {
        assert!(page.contains(&format!("/enterprises/{firm}")), "{page}");
        assert!(!page.contains(&quiet.to_string()), "{page}");
    }
    let own = visitor.page(&format!("/needs/{code}")).await.text();
    let id = ready.need.id;
    for number in ["pledged", "arrived", "disbursed", "spent", "arranged"] {
        assert!(own.contains(&format!("/needs/{id}/money/{number}")), "{number}: {own}");
        assert_eq!(visitor.page(&format!("/needs/{id}/money/{number}")).await.status, StatusCode::OK);
    }
    // What stands in an address is asked for as it stands there; what cannot be a name reaches no other call.
    let [by_code, by_id] = [code.clone(), id.to_string()]
        .map(|name| figures::rows_called("needs", &name, MoneyNumber::Spent, &FigureQuery::default()).unwrap());
    assert_eq!(visitor.call(by_code).await.unwrap(), visitor.call(by_id).await.unwrap());
    for (kind, name) in [("needs", ""), ("needs", "own/x"), ("needs", "需求"), ("bank-lines", "1")] {
        assert!(
            figures::rows_called(kind, name, MoneyNumber::Spent, &FigureQuery::default()).is_none(),
            "{kind} {name}"
        );
    }
    assert!(own.contains(&format!("/fields/{field}")), "{own}");
    for path in [format!("/fields/{field}"), format!("/enterprises/{firm}")] {
        assert_eq!(visitor.page(&path).await.status, StatusCode::OK, "{path}");
    }
    let nobody = uuid::Uuid::from_u128(0xdead);
    for path in [
        format!("/needs/{code}/money/all"),
        format!("/needs/{nobody}/money/spent"),
        "/places/4414/money/spent".into(),
        "/fields/none/money/spent".into(),
        format!("/campaigns/{nobody}/money/spent"),
        format!("/enterprises/{}", ready.charity.id),
        format!("/bank-lines/{nobody}/money/spent"),
    ] {
        assert_eq!(visitor.page(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let wrong = FigureQuery { after: Some("n_x_y".into()) };
    let of = MoneyOf::Campaign(ready.campaign);
    let refused = visitor.call(figures::rows(&of, MoneyNumber::Spent, &wrong)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["after"]));
    test.done().await;
}

/// An item that stands as accepted and is of another need than its payment's transfers.
#[tokio::test]
async fn a_number_that_is_not_the_sum_of_its_rows_is_named() {
    let test = TestApp::new().await;
    let (ready, _) = story(&test).await;
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    let sql = format!(
        "set session_replication_role = replica;
         update spending_item set status = 'submitted' where amount_fen = 30000 and report = '{}';
         set session_replication_role = default",
        uuid::Uuid::from_u128(1)
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
    let found = check(&test.app.pool).await.unwrap();
    let named: Vec<_> = found.iter().filter(|one| one.comparison == Comparison::NumbersAgainstRows).collect();
    let [one] = named.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (one.subject.as_str(), one.recorded - one.recomputed),
        (&*format!("need {} spent", ready.need.id), 30_000)
    );
    test.done_with_wrong_books().await;
}

/// Taken back, an item's money is paid and not accounted for; it is not paid twice.
#[tokio::test]
async fn an_item_that_is_taken_back_is_no_payment_anew() {
    let test = TestApp::new().await;
    let (ready, _) = story(&test).await;
    let spent = Account::Spent { need: ready.need.id };
    let before = test.visitor().call(money::of_need(ready.need.id)).await.unwrap().money;
    let book = test.auditor().await.call(ledger::account(&spent)).await.unwrap();
    let item = &book.transfers[0];
    let mut tx = test.app.begin().await.unwrap();
    let history = backend::ledger::history(&mut tx, &[item.transfer.lot]).await.unwrap();
    let record = uuid::Uuid::from_u128(9).into();
    let event = Event::Reversed { record, transfers: vec![item.id], history, on: test.app.clock.today() };
    backend::ledger::post(&test.app, &mut tx, &event).await.unwrap();
    tx.commit().await.unwrap();
    let after = test.visitor().call(money::of_need(ready.need.id)).await.unwrap().money;
    assert_eq!(after.disbursed, before.disbursed);
    assert_eq!(after.spent.checked_add(item.transfer.amount), Ok(before.spent));
    for of in [MoneyOf::Need(ready.need.id), MoneyOf::Campaign(ready.campaign)] {
        for number in [MoneyNumber::Disbursed, MoneyNumber::Spent] {
            let (head, rows) = all(&test.visitor(), &of, number).await;
            assert_eq!(visible(&rows), head.money.of(number), "{of:?} {number}");
        }
    }
    test.done_with_wrong_books().await;
}
