//! Prints what an engine's answers to the judged queries are worth: `./test judged`.
//!
//! `./test judged held-out` asks the queries that nobody tunes to, a number asks so many needs instead of 100,000,
//! `meili` asks the server that `MEILI_URL` and `MEILI_KEY` name, too, and prints the queries to which its answers are worth
//! less or more; any other word shows the first ten needs of the judged query of this text, with their grades. What index
//! and dictionaries hold in memory is measured in a process of its own, which has nothing else. Deliberately absent: pass
//! or fail.

use backend::search::config::SearchConfig;
use backend::search::embedded::EmbeddedEngine;
use backend::search::engine::{AnyEngine, Engine, NeedQuery};
use backend::search::meili::{MeiliEngine, Patience};
use backend::search::text::Analyzer;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::corpus::{Corpus, checkout, first_day};
use tests::judged::{Judged, PAGE, Trial, Worth, mean, queries};
use tests::search_server;

/// Below this a query is printed by name.
const POOR: f64 = 0.95;
/// An index of the server's that is nobody else's.
const INDEX: &str = "qiancun_judged";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let held_out = arguments.iter().any(|argument| argument == "held-out");
    let file = if held_out { "held_out.json" } else { "judged.json" };
    let corpus = Corpus::read();
    if let [opens, folder] = arguments.as_slice()
        && opens == "memory-of"
    {
        return memory(&corpus, Path::new(folder)).await;
    }
    let config = SearchConfig::read(&checkout("search-config")).expect("search-config can be read");
    let analyzer = Arc::new(Analyzer::new(config, corpus.places()).expect("tables"));
    let folder = tempfile::tempdir().expect("a folder");
    let trial = Trial::of(&corpus, number);
    let judged = queries(file, &corpus);
    let embedded = EmbeddedEngine::open(folder.path(), Arc::clone(&analyzer)).expect("opens").0;
    let embedded = AnyEngine::Embedded(embedded);
    let ours = measured(&trial, &embedded, &judged, &arguments).await;
    drop(embedded);
    let itself = std::env::current_exe().expect("this program");
    let told = Command::new(itself).arg("memory-of").arg(folder.path()).status();
    assert!(told.is_ok_and(|status| status.success()), "the memory was not measured");
    if arguments.iter().any(|argument| argument == "meili")
        && let Some(server) = server(analyzer).await
    {
        let theirs = measured(&trial, &server, &judged, &arguments).await;
        for ((judged, one), other) in
            judged.iter().zip(ours).zip(theirs).filter(|((_, one), other)| one.ndcg != other.ndcg)
        {
            println!(
                "  {:<28} {:.3} → {:.3}",
                judged.query,
                one.ndcg.unwrap_or_default(),
                other.ndcg.unwrap_or_default()
            );
        }
        server.clear().await.expect("cleared");
    }
}

/// Fills an engine, asks it everything, and prints what its answers are worth.
async fn measured(trial: &Trial, engine: &AnyEngine, all: &[Judged], arguments: &[String]) -> Vec<Worth> {
    let started = Instant::now();
    trial.fill(engine).await;
    println!("{:?}: {} needs written in {:.1} s", engine.name(), trial.needs().len(), started.elapsed().as_secs_f64());
    let mut classes: BTreeMap<&str, Vec<Worth>> = BTreeMap::new();
    let mut worths = Vec::new();
    for judged in all {
        let worth = trial.judge(engine, judged).await;
        if arguments.contains(&judged.query) {
            show(trial, engine, judged).await;
        }
        if worth.ndcg.is_some_and(|ndcg| ndcg < POOR) {
            println!("  {:<28} {:<12} {:.3}", judged.query, judged.class, worth.ndcg.unwrap_or_default());
        }
        classes.entry(&judged.class).or_default().push(worth.clone());
        worths.push(worth);
    }
    for (class, worths) in &classes {
        println!("{class:<14} {:>3} queries  nDCG@10 {:.3}", worths.len(), mean(worths));
    }
    println!("{:?}: {} queries, nDCG@10 {:.3}", engine.name(), worths.len(), mean(&worths));
    print_times(&worths);
    worths
}

/// The server that is named, empty.
async fn server(analyzer: Arc<Analyzer>) -> Option<AnyEngine> {
    let (url, key) = search_server()?;
    let patience = Patience { write: Duration::from_mins(20), ..Patience::default() };
    let server = MeiliEngine::new(&url, key.as_deref(), INDEX, analyzer, patience).expect("an address");
    server.prepare().await.expect("the server takes its settings");
    server.clear().await.expect("cleared");
    Some(AnyEngine::Meilisearch(Box::new(server)))
}

fn print_times(all: &[Worth]) {
    let mut took: Vec<Duration> = all.iter().map(|worth| worth.took).collect();
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1_000.0;
    let (half, tenth, hundredth, longest) = (at(50), at(90), at(99), at(100));
    println!(
        "each asked for the first time: p50 {half:.2} ms, p90 {tenth:.2} ms, p99 {hundredth:.2} ms, longest {longest:.2} ms"
    );
}

/// Opens the index that another process wrote, asks all judged queries, and prints what that took in memory.
async fn memory(corpus: &Corpus, folder: &Path) {
    let before = resident_mb();
    let config = SearchConfig::read(&checkout("search-config")).expect("search-config can be read");
    let analyzer = Arc::new(Analyzer::new(config, corpus.places()).expect("tables"));
    let dictionaries = resident_mb();
    let (engine, _) = EmbeddedEngine::open(folder, analyzer).expect("opens");
    for judged in queries("judged.json", corpus) {
        let query = NeedQuery { text: judged.query, today: first_day(), limit: PAGE, ..NeedQuery::default() };
        engine.search(&query).await.expect("an answer");
    }
    let (all, dictionaries) = (resident_mb() - before, dictionaries - before);
    println!("resident: dictionaries {dictionaries} MB, with the index and after all queries {all} MB");
}

/// Megabytes that this process holds.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

async fn show(trial: &Trial, engine: &AnyEngine, judged: &Judged) {
    for need in trial.answer(engine, &judged.query).await.into_iter().take(10) {
        let document = &need.document;
        println!(
            "    {} {} · {} · {} · {} · {}",
            judged.grade(need),
            document.county,
            document.village,
            document.title,
            document.kind,
            document.budget
        );
    }
}
