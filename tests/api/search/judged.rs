//! The judged queries against the embedded engine and what it was worth when that was last written down. Slower to find
//! what was asked for is a fault like any other. `WRITE_BASELINE=1 ./test api judged_queries` writes it anew, which wants
//! a reason in the commit.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use tests::corpus::{Corpus, checkout};
use tests::judged::{Trial, Worth, mean, queries};

use super::support::empty_engine;

/// As many needs as can be written in a few seconds; each village has two.
const NEEDS: usize = 5_000;
const BASELINE: &str = "search-config/golden/baseline.json";
/// The mean may fall by this much before anybody has to look at it.
const TOLERANCE: f64 = 0.01;

/// What the engine was worth.
#[derive(Deserialize, Serialize)]
struct Baseline {
    needs: usize,
    mean_ndcg: f64,
    /// Query → nDCG@10 (for whoever looks for what became worse) and needs of grade 2 or 3 on the first page.
    queries: BTreeMap<String, (Option<f64>, usize)>,
}

/// Three digits, so that the file changes only when something does.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

impl Baseline {
    fn of(worths: &[(String, Worth)]) -> Self {
        let all: Vec<Worth> = worths.iter().map(|(_, worth)| worth.clone()).collect();
        let queries = worths.iter().map(|(query, worth)| (query.clone(), (worth.ndcg.map(rounded), worth.first_page)));
        Self { needs: NEEDS, mean_ndcg: rounded(mean(&all)), queries: queries.collect() }
    }

    /// One query a line, so that a change can be read in a diff.
    fn write(&self) {
        let mut text =
            format!("{{\n  \"needs\": {},\n  \"mean_ndcg\": {},\n  \"queries\": {{\n", self.needs, self.mean_ndcg);
        let lines: Vec<String> = self
            .queries
            .iter()
            .map(|(query, worth)| {
                let (query, worth) = (serde_json::to_string(query), serde_json::to_string(worth));
                format!("    {}: {}", query.expect("JSON"), worth.expect("JSON"))
            })
            .collect();
        write!(text, "{}\n  }}\n}}\n", lines.join(",\n")).expect("a string takes it");
        std::fs::write(checkout(BASELINE), text).expect("written");
    }
}

#[tokio::test]
async fn judged_queries_are_answered_as_well_as_before() {
    let corpus = Corpus::read();
    let trial = Trial::of(&corpus, NEEDS);
    let (_folder, engine) = empty_engine();
    trial.fill(&engine).await;
    let mut worths = Vec::new();
    for judged in queries("judged.json", &corpus) {
        worths.push((judged.query.clone(), trial.judge(&engine, &judged).await));
    }
    let now = Baseline::of(&worths);
    if std::env::var_os("WRITE_BASELINE").is_some() {
        now.write();
        return;
    }
    let text = std::fs::read_to_string(checkout(BASELINE)).expect("a baseline");
    let before: Baseline = serde_json::from_str(&text).expect("a baseline");
    assert_eq!(before.needs, NEEDS);
    let mut worse = Vec::new();
    for (query, (ndcg, first_page)) in &now.queries {
        match before.queries.get(query) {
            Some((_, wanted)) if first_page >= wanted => {}
            Some((was, wanted)) => {
                worse.push(format!("{query}: {first_page} hits instead of {wanted}, nDCG {ndcg:?} instead of {was:?}"));
            }
            None => worse.push(format!("{query}: is not in the baseline")),
        }
    }
    assert!(worse.is_empty(), "hits of the first page are lost:\n{}", worse.join("\n"));
    assert!(now.mean_ndcg >= before.mean_ndcg - TOLERANCE, "{} instead of {}", now.mean_ndcg, before.mean_ndcg);
}

#[test]
fn there_are_enough_judged_queries_and_a_third_is_held_out() {
    let corpus = Corpus::read();
    let (tuned, held_out) = (queries("judged.json", &corpus), queries("held_out.json", &corpus));
    assert!(tuned.len() + held_out.len() >= 150);
    assert!(held_out.len() * 3 >= tuned.len() + held_out.len());
    let twice = tuned.iter().filter(|one| held_out.iter().any(|other| other.query == one.query)).count();
    assert_eq!(twice, 0, "a query is held out or it is not");
    assert!(corpus.topics().count() >= 60);
}

#[test]
fn a_need_of_the_corpus_is_the_same_in_every_run() {
    let corpus = Corpus::read();
    let few: Vec<String> = corpus.needs(50).map(|need| format!("{need:?}")).collect();
    let many: Vec<String> = corpus.needs(200).take(50).map(|need| format!("{need:?}")).collect();
    assert_eq!(few, many);
    for need in corpus.needs(300) {
        let title = need.document.title.chars().count();
        assert!((2..=domain::need::TITLE_MAX).contains(&title), "{}", need.document.title);
        assert!(!need.document.title.contains('{') && !need.document.description.contains('{'));
        assert!(need.document.amount_fen.is_some_and(|fen| fen > 0) && !need.document.budget.is_empty());
    }
}
