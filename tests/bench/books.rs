//! Pages of the books at a million transfers: statements of large accounts at any row, gifts followed to the invoice,
//! totals and the rows behind them. Each is rendered anew. Then `check` recomputes all of it.
//!
//! Deliberately absent: posting, which `pledges` and the ledger's own bench measure.

use super::client::{get, hammer};
use super::stage::{Stage, column, psql};
use super::{CONNECTIONS, load, measured};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Needs that money is for.
const NEEDS: usize = 20_000;
/// Pledges, of which some have arrived, moved on, were paid out and spent: about 1.07 transfers each.
const PLEDGES: usize = 940_000;
/// Places in statements, and gifts, that are asked for.
const PLACES: usize = 400;

pub async fn measure(stage: &Stage) {
    load::needs(&stage.database, NEEDS);
    load::pledges(&stage.database, PLEDGES);
    let count = |sql: &str| column(&stage.database, sql).pop().unwrap_or_default();
    println!(
        "books of {} transfers, {CONNECTIONS} connections, rendered anew; p95 aim: at most 200 ms",
        count("select count(*) from transfer")
    );
    // The worker adds what was loaded to its kept sums.
    for (what, kept) in [
        (
            "totals",
            "select not exists (select from public_total_change) and not exists (select from campaign_total_change)",
        ),
        ("sums of accounts", "select (select max(seq) from transfer) - seq < 1000 from ledger_kept_until"),
    ] {
        let begun = Instant::now();
        while count(kept) != "t" {
            assert!(begun.elapsed() < Duration::from_mins(10), "{what} are not kept");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        println!("  {what} were kept after {:.0} s", begun.elapsed().as_secs_f64());
    }
    psql(&stage.database, &["-c", "vacuum analyze"]);
    let auditor = stage.visitor("auditor").await;
    let uncached = "x-qiancun-uncached: 1\r\n";

    let general =
        count("select credit from transfer where credit like 'general:%' group by 1 order by count(*) desc limit 1");
    for account in ["world".to_owned(), general] {
        let places = column(
            &stage.database,
            &format!(
                "select booked_day || '.' || seq from transfer where debit = '{account}' or credit = '{account}'
                 order by md5(seq::text) limit {PLACES}"
            ),
        );
        let name = format!("statement of {}, at any row", account.split(':').next().unwrap_or_default());
        let path = move |turn: usize| format!("/ledger/{account}?after={}", places[turn % places.len()]);
        one(stage, &name, &auditor, path).await;
    }
    let pledges = column(
        &stage.database,
        &format!("select id from pledge where arrived_fen > 0 order by md5(id::text) limit {PLACES}"),
    );
    one(stage, "a gift followed to the invoice", &auditor, move |turn: usize| {
        format!("/gifts/{}", pledges[turn % pledges.len()])
    })
    .await;
    let campaign = count("select code from campaign order by year desc limit 1");
    let counties = column(&stage.database, "select code from place where length(code) = 6 order by md5(code)");
    let fields = column(&stage.database, "select distinct field from need where field is not null order by 1");
    let givers = column(&stage.database, "select distinct enterprise from pledge where arrived_fen > 0");
    let whose = [
        ("a county", "places", counties),
        ("a field", "fields", fields),
        ("a campaign", "campaigns", vec![campaign.clone()]),
        ("an enterprise", "enterprises", givers),
    ];
    for (what, kind, names) in whose {
        for number in ["pledged", "arrived", "disbursed", "spent"] {
            let names = names.clone();
            let path = move |turn: usize| format!("/{kind}/{}/money/{number}", names[turn % names.len()]);
            one(stage, &format!("{number} of {what} with its rows"), uncached, path).await;
        }
    }
    one(stage, "a campaign's page", uncached, move |_| format!("/campaigns/{campaign}")).await;
    println!("  all of it recomputed: {:.0} s", stage.check().as_secs_f64());
}

async fn one(stage: &Stage, name: &str, headers: &str, path: impl Fn(usize) -> String + Clone + Send + 'static) {
    let (turns, headers) = (Arc::new(AtomicUsize::new(0)), headers.to_owned());
    let anew = move |_| get(&path(turns.fetch_add(1, Ordering::Relaxed)), &headers);
    hammer(stage.port, CONNECTIONS, measured() / 6, &anew).await;
    println!("  {name}: {}", hammer(stage.port, CONNECTIONS, measured(), &anew).await);
}
