//! Measures the real binary against baselines of the same run: `./test bench`.
//!
//! Server, client and database share one machine, so figures mean something beside their baseline only; that is why
//! ratios are printed. Deliberately absent: pass or fail. These are no tests.

mod client;
mod load;
mod stage;

use client::{Answers, get, hammer};
use std::time::Duration;

/// Requests at a time.
const CONNECTIONS: usize = 16;

/// `SECONDS=5 ./test bench` measures for that long each time, instead of 30 seconds.
fn measured() -> Duration {
    Duration::from_secs(std::env::var("SECONDS_EACH").ok().and_then(|text| text.parse().ok()).unwrap_or(30))
}

/// The run with the median rate of three, after a warm-up.
async fn median(port: u16, requests: &[String]) -> Answers {
    hammer(port, CONNECTIONS, measured() / 6, requests).await;
    let mut runs = Vec::new();
    for _ in 0..3 {
        runs.push(hammer(port, CONNECTIONS, measured(), requests).await);
    }
    runs.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    runs.swap_remove(1)
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
    let page = stage.need_page().await;
    pages(&stage, &page).await;
    searches(&stage).await;
    println!("resident memory at the end, with 100,000 needs: {} MB", stage.resident_mb());
}

/// A need's page out of the cache against the same bytes as a file, and rendered anew each time.
async fn pages(stage: &stage::Stage, page: &str) {
    let port = stage.port;
    let cached = median(port, &[get(page, "")]).await;
    let file = median(port, &[get(&stage.same_bytes, "")]).await;
    let rendered = median(port, &[get(page, "x-qiancun-uncached: 1\r\n")]).await;
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
    let requests: Vec<String> = load::golden_queries().iter().map(|query| get(&load::search_path(query), "")).collect();
    let found = median(stage.port, &requests).await;
    println!("search, {} golden queries at 100,000 needs: {found}; p99 aim: at most 10 ms", requests.len());
}
