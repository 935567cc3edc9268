//! Prints what an engine's answers to the judged queries are worth: `./test judged`.
//!
//! `./test judged held-out` asks the queries that nobody tunes to, a number asks so many needs instead of 100,000,
//! `meili` asks the server that `MEILI_URL` and `MEILI_KEY` name in place of the embedded engine, any other word shows
//! the first ten needs of the judged query of this text, with their grades. What index and dictionaries hold in memory is
//! measured in a process of its own, which has nothing else. Deliberately absent: pass or fail.

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
    let Some(engine) = engine(&arguments, folder.path(), analyzer).await else { return };
    let trial = Trial::of(&corpus, number);
    let started = Instant::now();
    trial.fill(&engine).await;
    println!("{number} needs written in {:.1} s", started.elapsed().as_secs_f64());
    let mut classes: BTreeMap<String, Vec<Worth>> = BTreeMap::new();
    for judged in queries(file, &corpus) {
        let worth = trial.judge(&engine, &judged).await;
        if arguments.contains(&judged.query) {
            show(&trial, &engine, &judged).await;
        }
        if worth.ndcg.is_some_and(|ndcg| ndcg < POOR) {
            println!("  {:<28} {:<12} {:.3}", judged.query, judged.class, worth.ndcg.unwrap_or_default());
        }
        classes.entry(judged.class).or_default().push(worth);
    }
    for (class, worths) in &classes {
        println!("{class:<14} {:>3} queries  nDCG@10 {:.3}", worths.len(), mean(worths));
    }
    let all: Vec<Worth> = classes.into_values().flatten().collect();
    println!("{file}: {} queries, nDCG@10 {:.3}", all.len(), mean(&all));
    print_times(&all);
    let kept = matches!(engine, AnyEngine::Embedded(_));
    if !kept {
        engine.clear().await.expect("cleared");
    }
    drop(engine);
    if kept {
        let itself = std::env::current_exe().expect("this program");
        let told = Command::new(itself).arg("memory-of").arg(folder.path()).status();
        assert!(told.is_ok_and(|status| status.success()), "the memory was not measured");
    }
}

/// The engine that was asked for, empty; none where a server was and none is named.
async fn engine(arguments: &[String], folder: &Path, analyzer: Arc<Analyzer>) -> Option<AnyEngine> {
    if !arguments.iter().any(|argument| argument == "meili") {
        return Some(AnyEngine::Embedded(EmbeddedEngine::open(folder, analyzer).expect("opens").0));
    }
    let (url, key) = search_server()?;
    let server = MeiliEngine::new(&url, key.as_deref(), INDEX, analyzer, Patience::default()).expect("an address");
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
