//! Measures the real binary against baselines of the same run: `./test bench`.
//!
//! Server, client and database share one machine, so figures mean something beside their baseline only; that is why
//! ratios are printed. Deliberately absent: pass or fail. These are no tests.

mod accounts;
mod books;
mod client;
mod crowd;
mod ledger;
mod lists;
mod load;
mod plans;
mod pledges;
mod stage;
mod statements;

use client::{Answers, Requests, cycle, get, hammer};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Requests at a time, where nothing else is said.
const CONNECTIONS: usize = 16;

/// `SECONDS_EACH=5 ./test bench` measures for that long each time, instead of 30 seconds.
fn measured() -> Duration {
    Duration::from_secs(std::env::var("SECONDS_EACH").ok().and_then(|text| text.parse().ok()).unwrap_or(30))
}

/// The run with the median rate of three, after a warm-up.
async fn median(port: u16, connections: usize, requests: &impl Requests) -> Answers {
    hammer(port, connections, measured() / 6, requests).await;
    let mut runs = Vec::new();
    for _ in 0..3 {
        runs.push(hammer(port, connections, measured(), requests).await);
    }
    runs.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    runs.swap_remove(1)
}

/// `./test bench pages` measures that part alone; the parts are pages, accounts, pledges, crowd, ledger, search, lists,
/// plans, statements and books.
fn asked_for(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|name| name == part)
}

#[tokio::main]
async fn main() {
    // `cargo test` runs every target once; only `cargo bench` says so.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("run ./test bench");
        return;
    }
    let stage = stage::Stage::start().await;
    println!("wasm of all islands: {} bytes in brotli 11", stage.wasm_bytes());
    println!("resident memory when idle: {} MB", stage.resident_mb());
    if asked_for("pages") {
        pages(&stage).await;
    }
    if asked_for("accounts") {
        accounts::measure(&stage).await;
    }
    if asked_for("pledges") {
        pledges::measure(&stage).await;
    }
    if asked_for("crowd") {
        crowd::measure(&stage).await;
    }
    if asked_for("ledger") {
        ledger::measure().await;
    }
    if asked_for("search") {
        searches(&stage).await;
    }
    if asked_for("lists") {
        lists::measure(&stage).await;
    }
    if asked_for("plans") {
        plans::measure(&stage).await;
    }
    if asked_for("statements") {
        statements::measure(&stage).await;
    }
    if asked_for("books") {
        books::measure(&stage).await;
    }
    println!("resident memory at the end: {} MB", stage.resident_mb());
}

/// A need's page out of the cache against the same bytes as a file, and rendered anew each time.
async fn pages(stage: &stage::Stage) {
    let (port, page) = (stage.port, &stage.need_page().await);
    let cached = median(port, CONNECTIONS, &cycle(vec![get(page, "")])).await;
    let file = median(port, CONNECTIONS, &cycle(vec![get(&stage.same_bytes, "")])).await;
    let rendered = median(port, CONNECTIONS, &cycle(vec![get(page, "x-qiancun-uncached: 1\r\n")])).await;
    let alike = cached.body_bytes.abs_diff(file.body_bytes) < 2048;
    assert!(alike, "the page has {} bytes, the file {}", cached.body_bytes, file.body_bytes);
    println!("cached need page:   {cached}");
    println!("file of its bytes:  {file}");
    println!("  cached / file = {:.2} (aim: at least 0.6)", cached.rate() / file.rate());
    println!("rendered need page: {rendered}");
    println!("  rendered / file = {:.3}; p95 aim: at most 40 ms", rendered.rate() / file.rate());
}

/// The golden queries over the API at 100,000 needs.
async fn searches(stage: &stage::Stage) {
    stage.load_needs(100_000).await;
    let paths: Vec<String> = load::golden_queries().iter().map(|query| load::search_path(query)).collect();
    let often = cycle(paths.iter().map(|path| get(path, "")).collect());
    let found = median(stage.port, CONNECTIONS, &often).await;
    println!("search, {} golden queries at 100,000 needs: {found}", paths.len());
    // Another smallest amount each time, below all there is, so that no answer can have been kept.
    let asked = Arc::new(AtomicU64::new(1));
    let anew = move |turn: usize| {
        let path = &paths[turn % paths.len()];
        get(&format!("{path}&amount_min_fen={}", asked.fetch_add(1, Ordering::Relaxed)), "")
    };
    println!("  each asked for the first time: {}", median(stage.port, CONNECTIONS, &anew).await);
    println!("  and one at a time: {}; p99 aim: at most 3 ms", median(stage.port, 1, &anew).await);
}
