//! Statements of accounts: rows in the order of booking, balances that follow, periods, pages, tables; and what of it
//! everybody reads.

use crate::disbursements::{Ready, allocation, approved, gift, paid, ready};
use crate::money::new_pledge;
use axum::http::StatusCode;
use backend::check::{Comparison, check};
use backend::ledger as books;
use backend::ledger::kept;
use chrono::Duration;
use domain::api::disbursements as money_out;
use domain::api::ledger::{self, AccountEntry, AccountQuery, AccountStatement, EntryQuery};
use domain::api::pledges::NewPledge;
use domain::ledger::{Account, AccountKind, Event, TransferCode};
use domain::pledge::{PledgeInput, PublicDisplay};
use domain::{CampaignId, Fen};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use tests::{Client, TestApp};
use uuid::Uuid;

async fn read(client: &Client<'_>, account: &Account, query: &EntryQuery) -> AccountStatement {
    client.call(ledger::entries(account, query)).await.unwrap()
}

fn month(month: &str) -> EntryQuery {
    EntryQuery { month: Some(month.into()), ..EntryQuery::default() }
}

/// All pages, from the newest row on.
async fn all(client: &Client<'_>, account: &Account, query: &EntryQuery) -> Vec<AccountEntry> {
    let mut page = read(client, account, query).await;
    let mut entries = std::mem::take(&mut page.entries);
    while let Some(after) = page.next {
        page = read(client, account, &EntryQuery { after: Some(after), ..query.clone() }).await;
        entries.append(&mut page.entries);
    }
    entries
}

/// Each balance is the one below it, changed by the row; the period's sums are those of its rows.
fn follows(statement: &AccountStatement, entries: &[AccountEntry]) {
    let mut balance = statement.opening_fen.unwrap();
    let (mut came_in, mut went_out) = (Fen::ZERO, Fen::ZERO);
    for entry in entries.iter().rev() {
        let fen = entry.amount_fen.unwrap();
        if entry.incoming {
            balance = balance.checked_add(fen).unwrap();
            came_in = came_in.checked_add(fen).unwrap();
        } else {
            balance = balance.checked_sub(fen).unwrap();
            went_out = went_out.checked_add(fen).unwrap();
        }
        assert_eq!(entry.balance_fen, Some(balance), "{entry:?}");
    }
    assert_eq!(statement.closing_fen, Some(balance));
    assert_eq!((statement.came_in_fen, statement.went_out_fen), (came_in, went_out));
    assert_eq!(usize::try_from(statement.rows).unwrap(), entries.len());
}

async fn set_aside(ready: &Ready<'_>, numbers: std::ops::Range<u128>, yuan: i64) {
    for n in numbers {
        let part = allocation(n, &ready.need, Some(&ready.pledge), yuan);
        ready.charity.maker.call(money_out::allocate(&part)).await.unwrap();
    }
}

/// Months one after the other, a clock that was set back, many pages: kept sums or none, nothing changes.
#[tokio::test]
async fn every_balance_follows_from_the_row_before_on_every_page_and_in_every_period() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    set_aside(&ready, 1..40, 100).await;
    kept::add_up(&test.app, 1).await.unwrap();
    test.clock.advance(Duration::days(1));
    let maker = test.signed_in("示例慈善会-maker").await;
    let later = async |numbers: std::ops::Range<u128>, yuan: i64| {
        for n in numbers {
            let part = allocation(n, &ready.need, Some(&ready.pledge), yuan);
            maker.call(money_out::allocate(&part)).await.unwrap();
        }
    };
    later(50..80, 200).await;
    test.clock.advance(Duration::minutes(-11 * 60));
    later(90..93, 300).await;
    test.clock.advance(Duration::minutes(11 * 60));

    let directed = Account::Directed { pledge: ready.pledge.id };
    let allocated = Account::Allocated { need: ready.need.id, charity: ready.charity.id };
    for _ in 0..2 {
        for account in [&directed, &allocated] {
            let whole = EntryQuery::default();
            let statement = read(&maker, account, &whole).await;
            let entries = all(&maker, account, &whole).await;
            follows(&statement, &entries);
            assert_eq!(statement.opening_fen, Some(Fen::ZERO));
            let places: Vec<_> = entries.iter().map(|entry| entry.place).collect();
            assert!(places.windows(2).all(|two| two[0] > two[1]), "in the order of booking days");
            let (june, july) =
                (read(&maker, account, &month("2026-06")).await, read(&maker, account, &month("2026-07")).await);
            follows(&june, &all(&maker, account, &month("2026-06")).await);
            follows(&july, &all(&maker, account, &month("2026-07")).await);
            assert_eq!(june.closing_fen, july.opening_fen);
            assert_eq!((june.rows + july.rows, july.rows), (statement.rows, 30), "what the clock set back is of June");
            let year = EntryQuery { year: Some(2026), ..EntryQuery::default() };
            assert_eq!(read(&maker, account, &year).await.rows, statement.rows);
            let before = EntryQuery { year: Some(2025), ..EntryQuery::default() };
            assert_eq!(read(&maker, account, &before).await.entries, []);
            // Back from the last page to the first one.
            let mut page = read(&maker, account, &EntryQuery { after: Some(places[49]), ..whole.clone() }).await;
            assert_eq!((page.entries[0].place, page.previous), (places[50], Some(places[50])));
            page = read(&maker, account, &EntryQuery { before: page.previous, ..whole.clone() }).await;
            let back: Vec<_> = page.entries.iter().map(|entry| entry.place).collect();
            assert_eq!((back.as_slice(), page.previous, page.next), (&places[..50], None, Some(places[49])));
            assert_eq!(page.entries, entries[..50]);
            let at = read(&maker, account, &EntryQuery { at: Some(places[7]), ..whole.clone() }).await;
            assert_eq!((at.entries[0].place, at.previous), (places[7], Some(places[7])));
        }
        assert_eq!(check(&test.app.pool).await.unwrap(), []);
        kept::add_up(&test.app, 1).await.unwrap();
    }
    let kept = sqlx::query_scalar::<_, i64>("select sum(entries)::bigint from ledger_kept where account = $1");
    let kept = kept.bind(allocated.to_string()).fetch_one(&test.app.pool).await.unwrap();
    assert_eq!(kept, 72, "the sums hold what was posted");
    test.done().await;
}

#[tokio::test]
async fn kept_sums_that_were_tampered_with_are_named() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    set_aside(&ready, 1..3, 100).await;
    kept::add_up(&test.app, 1).await.unwrap();
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    for sql in [
        "update ledger_kept set came_in_fen = came_in_fen + 1 where account like 'allocated:%'",
        "update ledger_kept set entries = entries - 1 where account = 'world'",
        "delete from ledger_kept where account = 'world'",
    ] {
        let mut tx = test.app.pool.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let found = check(&test.app.pool).await.unwrap();
        assert!(found.iter().any(|one| one.comparison == Comparison::KeptSums), "{sql}: {found:?}");
        assert!(found.iter().all(|one| one.comparison == Comparison::KeptSums), "{sql}: {found:?}");
    }
    test.done_with_wrong_books().await;
}

#[tokio::test]
async fn a_row_says_what_it_is_where_it_comes_from_and_what_takes_it_back() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, enterprise, .. } = &ready;
    set_aside(&ready, 1..2, 40_000).await;
    let waiting = approved(&ready, 1, 30_000).await;
    let payment = charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
    let allocated = Account::Allocated { need: need.id, charity: charity.id };
    let statement = read(&charity.checker, &allocated, &EntryQuery::default()).await;
    let [out, into] = statement.entries.as_slice() else { panic!("{statement:?}") };
    assert_eq!((out.code, out.incoming, out.amount_fen), (TransferCode::Advance, false, Some(Fen::yuan(30_000))));
    assert_eq!(out.cause.says, "示例镇财政所代管户");
    assert_eq!(out.other.account, Some(Account::Advance { disbursement: payment.id }));
    assert_eq!((into.code, into.other.pledge), (TransferCode::Allocate, Some(pledge.id)));
    assert!(into.other.of.contains("firm的单位") && into.other.of.contains(pledge.reference.as_str()), "{into:?}");
    assert_eq!(statement.account.need_code, need.code);

    // An accountant takes the payment back: nobody has a page for that here, the books have.
    let mut tx = test.app.begin().await.unwrap();
    let history = books::history(&mut tx, &[out.lot.lot.unwrap()]).await.unwrap();
    let event = Event::Reversed {
        record: Uuid::from_u128(9).into(),
        transfers: vec![out.id],
        history,
        on: test.app.clock.today(),
    };
    books::post(&test.app, &mut tx, &event).await.unwrap();
    tx.commit().await.unwrap();
    let statement = read(&charity.checker, &allocated, &EntryQuery::default()).await;
    let [reversal, out, _] = statement.entries.as_slice() else { panic!("{statement:?}") };
    assert_eq!(reversal.corrects.map(|link| (link.id, link.place)), Some((out.id, out.place)));
    assert_eq!(out.corrected_by.map(|link| link.id), Some(reversal.id));
    assert_eq!(statement.closing_fen, Some(Fen::yuan(40_000)));
    // Everybody comes to it from the need's page.
    let of_need = test.visitor().page(&format!("/needs/{}", need.code.as_ref().unwrap())).await.text();
    assert!(of_need.contains(&format!("/ledger/{allocated}")), "{of_need}");
    let page = charity.checker.page(&format!("/ledger/{allocated}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.text();
    for says in ["已分配给需求", "冲正的是这一行", "已被这一行冲正", "/about/ledger#advance", "期末余额", "40,000 元"]
    {
        assert!(page.contains(says), "{says}: {page}");
    }
    let directed = enterprise.page(&format!("/ledger/{}", Account::Directed { pledge: pledge.id })).await;
    assert!(directed.text().contains("定向额度"));

    let path = ledger::entries_table_path(&allocated, &EntryQuery::default());
    let table = charity.checker.page(&format!("/api/v1{path}")).await;
    let table = table.text();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 1 + 3 + 1, "{table}");
    assert!(lines[1].contains("期末余额") && lines[1].ends_with("40000") && lines[5].contains("期初余额"), "{table}");
    assert!(lines[3].contains("拨付（已冲正）") && lines[3].contains("30000"), "{table}");
    test.done_with_wrong_books().await;
}

/// A giver with a name and no amount, and one with neither.
async fn quiet(ready: &Ready<'_>, test: &TestApp, campaign: CampaignId) {
    for (n, account, display) in [(2, "静", PublicDisplay::Name), (3, "默", PublicDisplay::Anonymous)] {
        let enterprise = test.enterprise(account).await;
        let new = new_pledge(n, campaign, &ready.charity, Some(&ready.need));
        let input = PledgeInput { public_display: Some(display), show_amount: false, ..new.input.clone() };
        let pledge = gift(&ready.charity, &enterprise, &NewPledge { input, ..new }, n, 7_000).await;
        let part = allocation(n, &ready.need, Some(&pledge), 7_000);
        ready.charity.maker.call(money_out::allocate(&part)).await.unwrap();
    }
}

#[tokio::test]
async fn everybody_reads_a_needs_account_until_yesterday_and_no_hidden_amount() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    set_aside(&ready, 1..2, 40_000).await;
    quiet(&ready, &test, ready.campaign).await;
    let allocated = Account::Allocated { need: ready.need.id, charity: ready.charity.id };
    let visitor = test.visitor();
    let today = read(&visitor, &allocated, &EntryQuery::default()).await;
    assert_eq!((today.entries.len(), today.came_in_fen, today.public), (0, Fen::ZERO, true), "today is not over");
    test.clock.advance(Duration::days(1));
    let statement = read(&visitor, &allocated, &EntryQuery::default()).await;
    assert_eq!(statement.came_in_fen, Fen::yuan(54_000), "the sum holds what is hidden");
    assert_eq!((statement.opening_fen, statement.closing_fen), (None, None));
    let told: Vec<_> = statement.entries.iter().map(|row| (row.lot.giver.as_str(), row.amount_fen)).collect();
    let expected = [("爱心企业", None), ("静的单位", None), ("firm的单位", Some(Fen::yuan(40_000)))];
    assert_eq!(told, expected);
    for row in &statement.entries {
        assert_eq!(
            (row.balance_fen, row.lot.lot, row.lot.line, row.other.account, row.other.pledge),
            (None, None, None, None, None)
        );
        assert!(row.cause.id.is_none(), "{row:?}");
    }
    let json = visitor.page(&format!("/api/v1/ledger/accounts/{allocated}/entries")).await.text();
    assert!(!json.contains("_fen\":700000") && !json.contains("默") && !json.contains("directed:"), "{json}");
    let page = visitor.page(&format!("/ledger/{allocated}")).await.text();
    assert!(page.contains("金额不公开") && page.contains("54,000 元") && !page.contains("7,000 元"), "{page}");
    let table = ledger::entries_table_path(&allocated, &EntryQuery::default());
    let table = visitor.page(&format!("/api/v1{table}")).await.text();
    assert!(table.contains("不公开") && !table.contains("7000") && table.lines().count() == 6, "{table}");
    let refused = visitor.call(ledger::entries(&allocated, &month("2026-06"))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["month"]), "a difference would tell an amount");

    let spent = Account::Spent { need: ready.need.id };
    let general = Account::General { campaign: ready.campaign, charity: ready.charity.id };
    let surplus = Account::Surplus { need: ready.need.id };
    for open in [spent, surplus, general, Account::Fee { charity: ready.charity.id }] {
        assert!(visitor.call(ledger::entries(&open, &EntryQuery::default())).await.is_ok(), "{open}");
    }
    let unknown = Uuid::from_u128(0xdead);
    for closed in [
        Account::World,
        Account::Returned,
        Account::Directed { pledge: ready.pledge.id },
        Account::Unmatched { bank_account: ready.charity.account },
        Account::Surplus { need: unknown.into() },
        Account::Spent { need: unknown.into() },
        Account::Fee { charity: unknown.into() },
        Account::General { campaign: unknown.into(), charity: ready.charity.id },
    ] {
        let refused = visitor.call(ledger::entries(&closed, &EntryQuery::default())).await.unwrap_err();
        assert_eq!(refused.status, 404, "{closed}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_charity_lists_its_accounts_with_what_is_in_them_and_the_auditor_all() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, .. } = &ready;
    set_aside(&ready, 1..2, 40_000).await;
    let waiting = approved(&ready, 1, 30_000).await;
    charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
    let other = test.charity("另一慈善会").await;
    let auditor = test.auditor().await;
    let of = |kind| AccountQuery { kind: Some(kind), ..AccountQuery::default() };
    for (kind, account, yuan) in [
        (AccountKind::Directed, Account::Directed { pledge: pledge.id }, 10_000),
        (AccountKind::Allocated, Account::Allocated { need: need.id, charity: charity.id }, 10_000),
        (AccountKind::Advance, Account::Advance { disbursement: waiting.id }, 30_000),
        (AccountKind::Spent, Account::Spent { need: need.id }, 0),
    ] {
        for reader in [&charity.maker, &auditor] {
            let list = reader.call(ledger::accounts(&of(kind))).await.unwrap();
            let listed: Vec<_> = list.items.iter().map(|one| (one.account.account, one.balance_fen)).collect();
            assert_eq!(listed, [(Some(account), Fen::yuan(yuan))], "{kind}");
        }
        assert_eq!(other.maker.call(ledger::accounts(&of(kind))).await.unwrap().items, [], "{kind}");
    }
    let shared = charity.payer.call(ledger::accounts(&AccountQuery::default())).await.unwrap();
    let kinds: BTreeSet<_> = shared.items.iter().map(|one| one.account.kind).collect();
    assert_eq!(kinds, [AccountKind::Unmatched, AccountKind::General, AccountKind::Fee].into());
    let every = auditor.call(ledger::accounts(&AccountQuery::default())).await.unwrap();
    assert!(every.items.len() > shared.items.len());
    let one = AccountQuery { charity: Some(other.id), ..AccountQuery::default() };
    assert_eq!(auditor.call(ledger::accounts(&one)).await.unwrap().items.len(), 2);
    assert_eq!(ready.enterprise.call(ledger::accounts(&one)).await.unwrap_err().status, 403);
    let page = charity.maker.page("/work/accounts?kind=allocated").await.text();
    assert!(page.contains("科目和余额") && page.contains("10,000 元") && !page.contains("/ledger/world"), "{page}");
    let page = auditor.page("/work/accounts").await.text();
    for account in ["/ledger/world", "/ledger/returned"] {
        assert!(page.contains(account), "what is of all charities is found by the auditor: {page}");
        assert_eq!(auditor.page(account).await.status, StatusCode::OK, "{account}");
    }
    assert!(test.visitor().page("/about/ledger").await.text().contains("原来的那笔不改、不删"));
    test.done().await;
}
