//! One transfer a commit over twenty hot accounts that may not go below zero, ours against pgledger's, which is a ledger in
//! functions of PostgreSQL: both from the same program, over as many connections, on the same durable server.
//!
//! `PGLEDGER_SQL=` names a file with pgledger and what it needs, for psql to load; nothing of it is kept here.
//! Deliberately absent: choosing lots. It is measured with what chooses them.

use super::measured;
use super::stage::{column, psql};
use backend::ledger;
use domain::ledger::{ArrivalPart, Asset, Event, Fund, Landing};
use domain::{AllocationId, BankLineId, CampaignId, Fen, LotId, NeedId, OrganisationId, PledgeId};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tests::TestApp;
use uuid::Uuid;

/// Ten funds of a charity and ten needs: each transfer goes from one of these to one of those, or back.
const PAIRS: u64 = 10;
const CHARITY: OrganisationId = OrganisationId(Uuid::from_u128(1));
const PLEDGE: PledgeId = PledgeId(Uuid::from_u128(2));

fn fund(number: u64) -> Fund {
    Fund::General { campaign: CampaignId(Uuid::from_u128(u128::from(100 + number))), charity: CHARITY }
}

fn need(number: u64) -> NeedId {
    NeedId(Uuid::from_u128(u128::from(200 + number)))
}

/// Numbers that spread well (`SplitMix64`).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// So many commits a second, by so many at a time.
async fn rate<F, W>(clients: usize, work: F) -> f64
where
    F: Fn(u64) -> W + Clone + Send + 'static,
    W: Future<Output = ()> + Send,
{
    let (turn, began) = (Arc::new(AtomicU64::new(1)), Instant::now());
    let until = began + measured();
    let one = |_| {
        let (work, turn) = (work.clone(), turn.clone());
        tokio::spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < until {
                work(turn.fetch_add(1, Ordering::Relaxed)).await;
                done += 1;
            }
            done
        })
    };
    let clients: Vec<_> = (0..clients).map(one).collect();
    let mut done = 0.0;
    for client in clients {
        done += f64::from(client.await.expect("it posts"));
    }
    done / began.elapsed().as_secs_f64()
}

/// Opens as many connections as there are clients.
async fn pool(database: &str, clients: usize) -> PgPool {
    let clients = u32::try_from(clients).expect("few");
    let pool = PgPoolOptions::new().min_connections(clients).max_connections(clients).connect(database).await;
    pool.expect("the database answers")
}

pub async fn measure() {
    let url = std::env::var("TEST_DATABASE_URL").expect("./test bench starts a database");
    let test = Arc::new(TestApp::new().await);
    let own = url.replace("/postgres", &format!("/{}", test.database_name()));
    let lot = stock(&test, &own).await;
    let theirs = std::env::var("PGLEDGER_SQL").ok().map(|file| (theirs(&url, &file), file));
    for clients in [1, 8, 32] {
        let connections = pool(&own, clients).await;
        let app = test.clone();
        let ours = rate(clients, move |turn| {
            let (app, connections) = (app.clone(), connections.clone());
            async move {
                let mut connection = connections.acquire().await.expect("a connection");
                ledger::post(&app.app, &mut connection, &event(turn, lot)).await.expect("it is posted");
            }
        })
        .await;
        let Some(((database, accounts), _)) = &theirs else {
            println!("ledger, {clients} clients: {ours:.0}/s; PGLEDGER_SQL names no pgledger to compare with");
            continue;
        };
        let (connections, accounts) = (pool(database, clients).await, accounts.clone());
        let other = rate(clients, move |turn| {
            let (connections, accounts) = (connections.clone(), accounts.clone());
            async move {
                let (from, to, amount) = way(turn);
                let transfer = sqlx::query("select id from pgledger_create_transfer($1, $2, $3::bigint)")
                    .bind(&accounts[from])
                    .bind(&accounts[to])
                    .bind(amount);
                transfer.execute(&connections).await.expect("it is posted");
            }
        })
        .await;
        let aim = if clients == 1 { 1.0 } else { 1.2 };
        println!(
            "ledger, {clients} clients: {ours:.0}/s, pgledger {other:.0}/s; ratio {:.2} (aim: at least {aim})",
            ours / other
        );
    }
    if let Some(((database, _), _)) = theirs {
        let name = database.rsplit('/').next().unwrap_or_default();
        psql(&url, &["-c", &format!("drop database {name} with (force)")]);
    }
    // What was posted belongs to no bank line, so the books are not right.
    Arc::into_inner(test).expect("nobody else uses it").done_with_wrong_books().await;
}

/// From which account to which, of twenty, and how much: the same for both.
fn way(turn: u64) -> (usize, usize, i64) {
    let random = mixed(turn);
    let place = |shift: u32| usize::try_from((random >> shift) % PAIRS).expect("small");
    let (fund, need) = (place(0), 10 + place(16));
    let amount = 1 + i64::try_from((random >> 32) % 100).expect("small");
    if random >> 63 == 0 { (fund, need, amount) } else { (need, fund, amount) }
}

fn event(turn: u64, lot: LotId) -> Event {
    let (from, to, amount) = way(turn);
    let allocation = AllocationId(Uuid::from_u128(u128::from(turn) | 1 << 100));
    let (takes, on, asset) = (vec![(lot, Fen::new(amount).expect("an amount"))], day(), Asset::Cny);
    if from < to {
        let (from, need) = (fund(from as u64), need(to as u64));
        Event::Allocated { allocation, from, need, charity: CHARITY, asset, takes, on }
    } else {
        let (need, to) = (need(from as u64), fund(to as u64));
        Event::Released { allocation, need, charity: CHARITY, to, asset, takes, on }
    }
}

fn day() -> chrono::NaiveDate {
    tests::NOW.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant").date_naive()
}

/// A line with one part, and its money spread over the twenty accounts.
async fn stock(test: &TestApp, database: &str) -> LotId {
    let charity = test.charity("示例慈善会").await;
    let (line, lot) = (BankLineId(Uuid::from_u128(3)), LotId(Uuid::from_u128(4)));
    let whole = Fen::yuan(20_000_000);
    psql(
        database,
        &[
            "-c",
            &format!(
                "insert into bank_line (id, bank_account, booked_on, payer, amount_fen, remark, serial_no, status,
                                        entered_by, entered_at, channel)
                 select '{}', id, date '2026-06-30', '示例', {}, '', '1', 'unmatched',
                        (select id from person limit 1), now(), 'transfer'
                 from bank_account where id = '{}';
                 insert into bank_line_part (lot, line, position, amount_fen) values ('{}', '{}', 0, {})",
                line.0,
                whole.get(),
                charity.account.0,
                lot.0,
                line.0,
                whole.get(),
            ),
        ],
    );
    let mut connection = test.app.pool.acquire().await.expect("a connection");
    let part = ArrivalPart { lot, amount: whole, to: Landing::Directed { pledge: PLEDGE } };
    let mut events = vec![Event::ArrivalConfirmed { line, amount: whole, parts: vec![part], booked_on: day() }];
    for number in 0..PAIRS {
        let allocation = AllocationId(Uuid::from_u128(u128::from(300 + number)));
        let (need, charity, asset, on) = (need(10 + number), CHARITY, Asset::Cny, day());
        let (all, half) = (vec![(lot, Fen::yuan(2_000_000))], vec![(lot, Fen::yuan(1_000_000))]);
        let from = Fund::Directed { pledge: PLEDGE };
        events.push(Event::Allocated { allocation, from, need, charity, asset, takes: all, on });
        events.push(Event::Released { allocation, need, charity, to: fund(number), asset, takes: half, on });
    }
    for event in events {
        ledger::post(&test.app, &mut connection, &event).await.expect("the stock is posted");
    }
    lot
}

/// A database with pgledger and twenty accounts of the same balance: its address and their ids.
fn theirs(url: &str, file: &str) -> (String, Arc<Vec<String>>) {
    let name = format!("pgledger_{}", std::process::id());
    psql(url, &["-c", &format!("create database {name}")]);
    let database = url.replace("/postgres", &format!("/{name}"));
    psql(&database, &["-f", file]);
    psql(
        &database,
        &[
            "-c",
            "create table hot as
             select n, (select id from pgledger_create_account('a' || n, 'CNY', allow_negative_balance => false)) as id
             from generate_series(1, 20) n",
            "-c",
            "select pgledger_create_transfer(source.id, hot.id, 100000000)
             from hot, pgledger_create_account('source', 'CNY') source",
        ],
    );
    let accounts = column(&database, "select id from hot order by n");
    (database, Arc::new(accounts))
}
