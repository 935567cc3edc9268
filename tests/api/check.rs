use crate::money::{new_line, new_pledge, seen};
use backend::check::{Comparison, check};
use domain::Fen;
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::disbursements;
use domain::api::pledges;
use sqlx::AssertSqlSafe;
use tests::TestApp;

/// Books with one gift in them.
async fn with_a_gift(test: &TestApp) {
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "金柚的单位", 100, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(100), pledge: Some(pledge.id), campaign: None };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
}

/// Each of the three that money passes on its way out is compared with what moved.
#[tokio::test]
async fn what_stands_without_its_transfers_is_named() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let crate::disbursements::Ready { charity, need, pledge, .. } = &ready;
    let allocation = crate::disbursements::allocation(1, need, Some(pledge), 40_000);
    charity.maker.call(disbursements::allocate(&allocation)).await.unwrap();
    let waiting = crate::disbursements::approved(&ready, 1, 30_000).await;
    charity.payer.call(disbursements::pay(waiting.id, &crate::disbursements::paid())).await.unwrap();
    let rows = [
        ("update allocation set amount_fen = amount_fen + 1", "allocation"),
        ("update disbursement set amount_fen = amount_fen + 1", "disbursement"),
        (
            "insert into spending_item (id, report, position, disbursement, kind, description, seller,
                 seller_is_person, amount_fen, invoice_on, status, submitted_by, decided_by, decided_at)
             select gen_random_uuid(), gen_random_uuid(), 1, id, 'other', 'x', 'y', false, 7, paid_on, 'accepted',
                    prepared_by, paid_by, paid_at
             from disbursement",
            "spending_item",
        ),
    ];
    for (n, (sql, kind)) in rows.into_iter().enumerate() {
        tamper(&test, sql).await;
        let found = check(&test.app.pool).await.unwrap();
        assert_eq!(found.len(), n + 1, "{found:?}");
        assert!(found.iter().any(|finding| finding.subject.starts_with(kind)), "{found:?}");
        assert!(found.iter().all(|finding| finding.comparison == Comparison::StatesAgainstTransfers), "{found:?}");
    }
    test.done_with_wrong_books().await;
}

/// Money of an unknown giver that was given an owner, and did not move.
#[tokio::test]
async fn an_owner_whose_money_did_not_move_is_named() {
    let test = TestApp::new().await;
    with_a_gift(&test).await;
    let sql = "insert into part_owner (lot, pledge, named_by, named_at, confirmed_by, confirmed_at)
               select p.lot, p.pledge, l.matched_by, l.matched_at, l.confirmed_by, l.confirmed_at
               from bank_line_part p
               join bank_line l on l.id = p.line";
    tamper(&test, sql).await;
    let found = check(&test.app.pool).await.unwrap();
    let found: Vec<_> = found.iter().map(|finding| (finding.comparison, finding.recorded)).collect();
    let expected = [(Comparison::PartsAgainstArrivals, 10_000), (Comparison::StatesAgainstTransfers, 10_000)];
    assert_eq!(found, expected);
    test.done_with_wrong_books().await;
}

/// Money that moved for the right cause, but on the account of another need or payment.
#[tokio::test]
async fn what_moved_on_another_account_is_named_on_both_sides() {
    for (code, kind, account, pays) in [
        ("allocate", "allocation", "'allocated:' || gen_random_uuid() || ':' || gen_random_uuid()", false),
        ("advance", "disbursement", "'advance:' || gen_random_uuid()", true),
    ] {
        let test = TestApp::new().await;
        let ready = crate::disbursements::ready(&test).await;
        let crate::disbursements::Ready { charity, need, pledge, .. } = &ready;
        let allocation = crate::disbursements::allocation(1, need, Some(pledge), 40_000);
        charity.maker.call(disbursements::allocate(&allocation)).await.unwrap();
        if pays {
            let waiting = crate::disbursements::approved(&ready, 1, 40_000).await;
            charity.payer.call(disbursements::pay(waiting.id, &crate::disbursements::paid())).await.unwrap();
        }
        let sql = format!(
            "update account_balance b set account = 'moved' from transfer t
             where t.code = '{code}' and b.account = t.credit;
             update transfer set credit = {account} where code = '{code}';
             update account_balance set account = (select credit from transfer where code = '{code}')
             where account = 'moved'"
        );
        tamper(&test, &sql).await;
        let found = check(&test.app.pool).await.unwrap();
        assert!(found.iter().all(|finding| finding.comparison == Comparison::StatesAgainstTransfers), "{found:?}");
        let named = |word: &str| found.iter().any(|finding| finding.subject.starts_with(word));
        assert!(found.len() == 2 && named(kind) && named(code), "{found:?}");
        test.done_with_wrong_books().await;
    }
}

/// Tampers as the database's owner could, past every guard.
async fn tamper(test: &TestApp, sql: &str) {
    let sql = format!("set session_replication_role = replica; {sql}; set session_replication_role = default");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

#[tokio::test]
async fn right_books_have_no_findings() {
    let test = TestApp::new().await;
    with_a_gift(&test).await;
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

#[tokio::test]
async fn each_comparison_names_what_was_tampered_with() {
    let table: &[(&str, &[Comparison])] = &[
        (
            "update bank_line_part set amount_fen = amount_fen + 1",
            &[
                Comparison::LinesAgainstParts,
                Comparison::PartsAgainstArrivals,
                Comparison::LotsInAndOut,
                Comparison::PledgesAgainstParts,
            ],
        ),
        ("update bank_line set amount_fen = amount_fen + 1", &[Comparison::LinesAgainstParts]),
        (
            // The whole gift on the account of another pledge, in books that agree with themselves.
            "update transfer set credit = 'directed:' || gen_random_uuid();
             update account_balance set account = (select credit from transfer)",
            &[Comparison::PartsAgainstArrivals],
        ),
        (
            // Set aside by nobody, for nothing that exists.
            "insert into transfer (id, debit, credit, amount_fen, asset, code, lot, cause, effective_on, recorded_at)
             select gen_random_uuid(), credit, 'allocated:' || gen_random_uuid() || ':' || gen_random_uuid(), amount_fen,
                    asset, 'allocate', lot, gen_random_uuid(), effective_on, recorded_at
             from transfer;
             update account_balance set account = (select credit from transfer where code = 'allocate')",
            &[Comparison::StatesAgainstTransfers],
        ),
        ("update transfer set effective_on = effective_on - 1", &[Comparison::PartsAgainstArrivals]),
        (
            "insert into transfer (id, debit, credit, amount_fen, asset, code, lot, cause, effective_on, recorded_at)
             select gen_random_uuid(), 'world', credit, 5, asset, 'goods', lot, cause, effective_on, recorded_at
             from transfer",
            &[Comparison::LotsInAndOut, Comparison::CachedBalances],
        ),
        (
            "insert into transfer (id, debit, credit, amount_fen, asset, code, lot, cause, effective_on, recorded_at)
             select gen_random_uuid(), credit, 'returned', amount_fen + 1, asset, 'return', lot, cause, effective_on,
                    recorded_at
             from transfer; delete from account_balance",
            &[Comparison::NeverBelowZero, Comparison::CachedBalances],
        ),
        ("update account_balance set amount_fen = amount_fen - 1", &[Comparison::CachedBalances]),
        ("update pledge set arrived_fen = arrived_fen - 1", &[Comparison::PledgesAgainstParts]),
    ];
    for (sql, expected) in table {
        let test = TestApp::new().await;
        with_a_gift(&test).await;
        tamper(&test, sql).await;
        let found: Vec<_> =
            check(&test.app.pool).await.unwrap().into_iter().map(|finding| finding.comparison).collect();
        assert_eq!(found, *expected, "{sql}");
        test.done_with_wrong_books().await;
    }
}

#[tokio::test]
async fn the_database_refuses_to_change_what_was_booked() {
    let test = TestApp::new().await;
    with_a_gift(&test).await;
    for sql in ["update transfer set amount_fen = 1", "delete from transfer"] {
        let refused = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&test.app.pool).await.unwrap_err();
        assert!(refused.to_string().contains("rows of transfer are never changed"), "{refused}");
    }
    let below = "update account_balance set amount_fen = -1";
    assert!(sqlx::raw_sql(AssertSqlSafe(below.to_owned())).execute(&test.app.pool).await.is_err());
    let same = "update bank_line set confirmed_by = matched_by";
    assert!(sqlx::raw_sql(AssertSqlSafe(same.to_owned())).execute(&test.app.pool).await.is_err());
    test.done().await;
}
