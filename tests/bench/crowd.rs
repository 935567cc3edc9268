//! The evening of the 30th of June: 50 pledges a second for five minutes, while 200 visitors each open a page a second, one
//! in ten of them signed in.
//!
//! What is measured begins when it was due, not when the client came to send it. Deliberately absent: a baseline. The
//! figure is a promise to people who wait.

use super::stage::{Stage, column};
use std::time::Duration;
use tests::crowd::{Asking, Pledging, Seen, Visitors, public_pages};

const PLEDGES_A_SECOND: u32 = 50;
const VISITORS: u32 = 200;
/// Ids of this part's pledges begin here, so that they are no other part's.
const FIRST: u64 = 1 << 40;

/// `CROWD_SECONDS=30 ./test bench crowd` for less than the five minutes.
fn lasting() -> Duration {
    let seconds = std::env::var("CROWD_SECONDS").ok().and_then(|text| text.parse().ok());
    seconds.map_or(Duration::from_mins(5), Duration::from_secs)
}

pub async fn measure(stage: &Stage) {
    let asking = Asking::new(stage.port);
    let pledging = Pledging::new(&asking, FIRST).await;
    let pages = public_pages(&asking).await;
    let visitors = Visitors::start(&asking, VISITORS, &pages);
    let clerks = tokio::spawn(pledging.clone().keep_pledging(PLEDGES_A_SECOND));
    tokio::time::sleep(lasting()).await;
    pledging.stop();
    clerks.await.expect("every clerk is answered");
    let read = visitors.end().await;
    let (begun, acknowledged) = pledging.counts(FIRST);
    println!("crowd, {PLEDGES_A_SECOND} pledges a second and {VISITORS} visitors for {} s:", lasting().as_secs());
    say("pledges", &pledging.seen);
    say("pages", &read);
    let stored = column(
        &stage.database,
        &format!("select count(*) from pledge where id >= '{}' and id < '{}'", uuid(FIRST), uuid(FIRST << 1)),
    );
    println!(
        "  {begun} pledges begun, {acknowledged} acknowledged, {} in the database (all equal: none lost, none doubled)",
        stored[0]
    );
}

fn uuid(number: u64) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::from(number))
}

fn say(what: &str, seen: &Seen) {
    let (count, [half, most, nearly_all, worst]) = seen.milliseconds([500, 950, 990, 1000]);
    println!(
        "  {what}: {count} answered, {} not; p50 {half} ms, p95 {most} ms, p99 {nearly_all} ms (aim: under 300), worst {worst} ms",
        seen.failed()
    );
}
