use crate::money::{new_line, new_pledge, seen};
use crate::needs::VILLAGE;
use backend::check::{Comparison, check};
use backend::figures::totals;
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::figures::{self, FigureQuery, MoneyOf};
use domain::api::{deliveries, disbursements, places, pledges};
use domain::four::{FourNumbers, MoneyNumber};
use domain::need::Field;
use domain::{Fen, PledgeId};
use sqlx::AssertSqlSafe;
use tests::TestApp;
use tests::people::Charity;

/// Books with one gift in them.
async fn with_a_gift(test: &TestApp) {
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    arrives(&charity, pledge.id, 1, 100).await;
}

/// One bank line for this pledge.
async fn arrives(charity: &Charity<'_>, pledge: PledgeId, n: u128, yuan: i64) {
    let line = charity.maker.call(arrivals::enter(&new_line(n, charity, "金柚的单位", yuan, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(yuan), pledge: Some(pledge), campaign: None };
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
        let of = |comparison| found.iter().filter(move |finding| finding.comparison == comparison);
        let named =
            |word: &str| of(Comparison::StatesAgainstTransfers).any(|finding| finding.subject.starts_with(word));
        assert!(of(Comparison::StatesAgainstTransfers).count() == 2 && named(kind) && named(code), "{found:?}");
        // What was paid for a need is in the totals of its village and of its field.
        let totals = 2 * usize::from(pays);
        assert_eq!((of(Comparison::PublicTotals).count(), found.len()), (totals, 2 + totals));
        test.done_with_wrong_books().await;
    }
}

/// Books are compared for as long as it takes; a page's statements are not waited for so long.
#[tokio::test]
async fn comparing_takes_longer_than_a_page_may() {
    let test = TestApp::new().await;
    with_a_gift(&test).await;
    let options = test.app.pool.connect_options().as_ref().clone().options([("statement_timeout", "300ms")]);
    let hurried = sqlx::PgPool::connect_with(options).await.unwrap();
    let mut holds = test.app.pool.begin().await.unwrap();
    sqlx::query("lock table transfer in access exclusive mode").execute(&mut *holds).await.unwrap();
    let letting_go = async {
        tokio::time::sleep(std::time::Duration::from_millis(900)).await;
        holds.rollback().await.unwrap();
    };
    let (found, ()) = tokio::join!(check(&hurried), letting_go);
    assert_eq!(found.unwrap(), []);
    hurried.close().await;
    test.done().await;
}

/// Each kept total, and each kept count, whether it is added up or waits to be.
#[tokio::test]
async fn kept_totals_are_compared_with_what_they_are_made_of() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let payment = crate::deliveries::advance(&ready).await;
    let new = crate::deliveries::new_report(1, &ready.village, payment.id, vec![]).await;
    ready.village.call(deliveries::report(ready.need.id, &new)).await.unwrap();
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    let (public, count, campaign) = (Comparison::PublicTotals, Comparison::VillageCounts, Comparison::CampaignTotals);
    let field = ready.need.content.field.unwrap().as_str();
    let giver = test.organisation_of(&ready.enterprise).await.to_string();
    let of_village = format!("public_total_change (village, field, {{}}) values ('{VILLAGE}', '', {{}})");
    let of_field = format!("public_total_change (village, field, {{}}) values ('', '{field}', {{}})");
    let of_campaign =
        "campaign_total_change (campaign, enterprise, {}) select campaign, enterprise, {} from pledge".to_owned();
    let numbers = ["pledged_fen", "arrived_fen", "disbursed_fen", "spent_fen", "arranged_fen"];
    let mut changes = Vec::new();
    changes.extend(numbers.map(|what| (VILLAGE, &of_village, what, public)));
    changes.extend(["listed", "reported"].map(|what| (VILLAGE, &of_village, what, count)));
    changes.extend(numbers.map(|what| (field, &of_field, what, public)));
    changes.extend(numbers[..4].iter().map(|what| ("630-2026", &of_campaign, *what, campaign)));
    changes.push(("630-2026", &of_campaign, "pledges", campaign));
    for (of, row, what, comparison) in changes {
        let change =
            |by: i64| format!("insert into {}", row.replacen("{}", what, 1).replacen("{}", &by.to_string(), 1));
        tamper(&test, &change(7)).await;
        let waits = check(&test.app.pool).await.unwrap();
        totals::add_up(&test.app).await.unwrap();
        let found = check(&test.app.pool).await.unwrap();
        assert_eq!(found, waits, "added up or not");
        // What is kept of a campaign is kept of its givers, and so is told of both.
        let (givers, whole): (Vec<_>, Vec<_>) = found.iter().partition(|one| one.subject.contains(&giver));
        let [one] = whole.as_slice() else { panic!("{of} {what}: {found:?}") };
        assert_eq!(givers.len(), usize::from(comparison == campaign), "{found:?}");
        for one in &found {
            assert_eq!((one.comparison, one.recorded - one.recomputed), (comparison, 7), "{one}");
        }
        assert_eq!(one.subject, format!("{of} {}", what.trim_end_matches("_fen")));
        assert_eq!(one.to_string().ends_with("fen"), comparison != count, "{one}");
        tamper(&test, &change(-7)).await;
    }
    tamper(&test, "update need_reported set reported_at = reported_at - interval '1 hour'").await;
    let found = check(&test.app.pool).await.unwrap();
    assert_eq!(found.iter().map(|one| (one.recorded, one.recomputed)).collect::<Vec<_>>(), [(1, 0)], "{found:?}");
    test.done_with_wrong_books().await;
}

/// What was given for a need is in no total while the need is not public, and comes back with it, with what came meanwhile.
#[tokio::test]
async fn totals_of_villages_follow_a_need_that_ceases_to_be_public() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let totals_now = async || {
        let place = test.visitor().call(places::get(&VILLAGE.parse().unwrap())).await.unwrap();
        let of_field = MoneyOf::Field(ready.need.content.field.unwrap());
        let of_field = figures::rows(&of_field, MoneyNumber::Arrived, &FigureQuery::default());
        let of_field = test.visitor().call(of_field).await.unwrap().money;
        assert_eq!(of_field, place.money, "one need: the field's numbers are the village's");
        (place.money.pledged, place.money.arrived, place.needs.number)
    };
    assert_eq!(totals_now().await, (Fen::yuan(50_000), Fen::yuan(50_000), 1));
    // Nobody takes a need away for which something is promised: as the database's owner.
    let status = async |status: &str| {
        let sql = format!("update need set status = '{status}' where id = '{}'", ready.need.id);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
    };
    status("returned").await;
    assert_eq!(totals_now().await, (Fen::ZERO, Fen::ZERO, 0));
    arrives(&ready.charity, ready.pledge.id, 2, 10_000).await;
    assert_eq!(totals_now().await, (Fen::ZERO, Fen::ZERO, 0));
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    totals::add_up(&test.app).await.unwrap();
    status("expired").await;
    assert_eq!(totals_now().await, (Fen::yuan(50_000), Fen::yuan(60_000), 0), "public, and in no list");
    status("open").await;
    assert_eq!(totals_now().await, (Fen::yuan(50_000), Fen::yuan(60_000), 1));
    test.done().await;
}

/// A public need that is revised to be of another field takes its money along, also what was arranged from the field itself.
#[tokio::test]
async fn totals_of_fields_follow_a_need_that_comes_to_be_of_another() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let payment = crate::deliveries::advance(&ready).await;
    let (was, other) = (ready.need.content.field.unwrap(), Field::Other);
    assert_ne!(was, other);
    let of = async |field: Field| {
        let rows = figures::rows(&MoneyOf::Field(field), MoneyNumber::Disbursed, &FigureQuery::default());
        let rows = test.visitor().call(rows).await.unwrap();
        (rows.money, rows.rows.len())
    };
    let (before, rows) = of(was).await;
    assert_eq!((before.disbursed, rows), (payment.amount_fen, 1));
    assert_eq!(of(other).await, (FourNumbers::default(), 0));
    for (to, none) in [(other, was), (was, other)] {
        let sql = format!("update need set field = '{to}' where id = '{}'", ready.need.id, to = to);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
        assert_eq!((of(to).await, of(none).await), ((before, 1), (FourNumbers::default(), 0)));
        assert_eq!(check(&test.app.pool).await.unwrap(), []);
    }
    test.done().await;
}

/// What a campaign's totals hang on.
#[tokio::test]
async fn a_pledge_stays_with_its_campaign_and_its_enterprise() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let sql = format!("update pledge set enterprise = '{}'", ready.need.organisation);
    let refused = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await;
    assert!(refused.unwrap_err().to_string().contains("never changed"));
    test.done().await;
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
                Comparison::NumbersAgainstRows,
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
            &[Comparison::LotsInAndOut, Comparison::StatesAgainstTransfers, Comparison::CachedBalances],
        ),
        (
            "insert into transfer (id, debit, credit, amount_fen, asset, code, lot, cause, effective_on, recorded_at)
             select gen_random_uuid(), credit, 'returned', amount_fen + 1, asset, 'return', lot, cause, effective_on,
                    recorded_at
             from transfer; delete from account_balance",
            &[
                Comparison::NeverBelowZero,
                Comparison::StatesAgainstTransfers,
                Comparison::CachedBalances,
                Comparison::PledgesAgainstParts,
            ],
        ),
        ("update account_balance set amount_fen = amount_fen - 1", &[Comparison::CachedBalances]),
        (
            "update pledge set arrived_fen = arrived_fen - 1",
            &[
                Comparison::PledgesAgainstParts,
                Comparison::PledgesAgainstRows,
                Comparison::CampaignTotals,
                Comparison::CampaignTotals,
                Comparison::NumbersAgainstRows,
            ],
        ),
        // The campaign's own number stays right.
        (
            "insert into campaign_total_change (campaign, enterprise, spent_fen)
             select campaign, giver.enterprise, giver.fen
             from pledge
             cross join lateral (values (enterprise, 5), (null, -5)) giver (enterprise, fen)",
            &[Comparison::CampaignTotals],
        ),
        ("delete from pledge_reached", &[Comparison::NumbersAgainstRows]),
        // What was written down of a row's share is gone.
        ("delete from designation_arrival", &[Comparison::PledgesAgainstRows]),
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
