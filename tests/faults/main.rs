//! Kills the real binary and its private database at random moments while a crowd pledges, a cashier books money and
//! letters go out; afterwards everything that was acknowledged has to be there once.
//!
//! Five kills in `./test`; `KILLS=100 ./test faults` by hand. The seed is printed, `SEED=…` repeats the moments and the
//! victims (what they meet is the machine's own). Deliberately absent: a disk that forgets, since nothing here can cut
//! its power.

mod cashier;
mod house;
mod letters;

use cashier::Cashier;
use house::{House, Victim};
use letters::Letterbox;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::crowd::{Asking, Pledging, Visitors, public_pages};

/// Pledges a second, as on the busiest evening that is expected.
const PLEDGES_A_SECOND: u32 = 50;
const VISITORS: u32 = 200;
/// The first pledge's number; the demo's own have other ids.
const FIRST: u64 = 1;
/// Within that time after a kill somebody is answered again.
const BACK_AGAIN: Duration = Duration::from_secs(90);
/// Within that time after the last kill every letter is out: a dead worker's lease, and the queue.
const ALL_OUT: Duration = Duration::from_mins(5);

/// Numbers that follow from a seed (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_once_however_often_server_and_database_are_killed() {
    let kills = setting("KILLS").unwrap_or(5);
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let seed = setting("SEED").unwrap_or(since_1970.as_secs());
    println!("{kills} kills, SEED={seed}");
    let mut chance = Chance(seed);
    let letterbox = Letterbox::open().await;
    let mut house = House::start(letterbox.port()).await;
    let asking = Asking::new(house.port());
    let pledging = Pledging::new(&asking, FIRST).await;
    let visitors = Visitors::start(&asking, VISITORS, &public_pages(&asking).await);
    let clerks = tokio::spawn(pledging.clone().keep_pledging(PLEDGES_A_SECOND));
    let cashier = Cashier::start(&asking, &pledging).await;

    for number in 1..=kills {
        // Never before something is under way.
        let answered = pledging.counts(FIRST).1;
        until("a pledge is acknowledged again", BACK_AGAIN, || pledging.counts(FIRST).1 > answered + 10).await;
        tokio::time::sleep(Duration::from_millis(chance.below(3000))).await;
        let victim = Victim::ALL[usize::try_from(number + seed).expect("64 bits") % Victim::ALL.len()];
        let (killed, (begun, acknowledged)) = (Instant::now(), pledging.counts(FIRST));
        house.kill(victim).await;
        println!(
            "kill {number}, {victim:?}: {begun} pledges begun, {acknowledged} acknowledged; up again after {} ms",
            killed.elapsed().as_millis()
        );
    }
    let answered = pledging.counts(FIRST).1;
    until("a pledge is acknowledged again", BACK_AGAIN, || pledging.counts(FIRST).1 > answered).await;
    pledging.stop();
    let booked = cashier.end().await;
    clerks.await.expect("every clerk is answered as promised");
    let pages = visitors.end().await;
    let (begun, acknowledged) = pledging.counts(FIRST);
    println!(
        "{begun} pledges begun, {acknowledged} acknowledged, {} lines booked; {} pages read, {} not",
        booked.len(),
        pages.milliseconds([]).0,
        pages.failed()
    );
    assert_eq!(usize::try_from(begun).expect("64 bits"), acknowledged, "everybody was answered in the end");
    assert!(!booked.is_empty(), "money was booked meanwhile");

    let books = house.books().await;
    let waiting = Instant::now();
    while books.letters_wait().await {
        assert!(waiting.elapsed() < ALL_OUT, "letters are still waiting");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let promised: BTreeMap<_, _> = {
        let acknowledged = pledging.acknowledged.lock().expect("no clerk panicked");
        acknowledged.values().map(|pledge| (pledge.id, (pledge.reference.to_string(), pledge.amount_fen))).collect()
    };
    books.hold_every_pledge_once(&promised, FIRST).await;
    books.hold_every_line(&booked).await;
    books.are_right().await;
    books.sent_every_letter(&letterbox.received()).await;
    house.end();
}

/// Waits for something that has to come true.
async fn until(what: &str, patience: Duration, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < patience, "{what}: not within {} s", patience.as_secs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
