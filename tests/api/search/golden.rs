//! The golden queries against the embedded engine, and checks that the golden needs are what they claim to be.

use std::collections::{HashMap, HashSet};

use backend::search::engine::{Engine, NeedQuery};
use serde::Deserialize;
use uuid::Uuid;

use super::support::{empty_engine, folder, golden_documents, golden_needs, id, text};

#[derive(Deserialize)]
struct GoldenQueries {
    queries: Vec<GoldenQuery>,
}

#[derive(Deserialize)]
struct GoldenQuery {
    query: String,
    /// All of these among the first three.
    first_three: Vec<String>,
    /// None of these among the first ten.
    not_in_ten: Vec<String>,
    /// All of these somewhere.
    #[serde(default)]
    must: Vec<String>,
    /// Nothing at all.
    #[serde(default)]
    none: bool,
    /// Nothing is written so, and this is looked for instead.
    #[serde(default)]
    meant: Option<String>,
    /// The engine has to loosen the query and say so.
    #[serde(default)]
    relaxed: bool,
    why: String,
}

fn golden_queries() -> Vec<GoldenQuery> {
    let text = std::fs::read_to_string(folder("search-config/golden/queries.json")).expect("golden queries");
    serde_json::from_str::<GoldenQueries>(&text).expect("golden queries are well formed").queries
}

#[tokio::test]
async fn every_golden_query_finds_what_it_should() {
    let (_folder, engine) = empty_engine();
    engine.upsert(golden_documents()).await.expect("written");
    let needs = golden_needs();
    let keys: HashMap<Uuid, &str> =
        needs.iter().enumerate().map(|(number, need)| (id(number), need.key.as_str())).collect();
    let mut wrong = Vec::new();
    for golden in golden_queries() {
        let query = NeedQuery { limit: 200, ..text(&golden.query) };
        let hits = engine.search(&query).await.expect("an answer");
        let found: Vec<&str> = hits.ids.iter().map(|id| keys[id]).collect();
        let missing_above = golden.first_three.iter().filter(|key| !found.iter().take(3).any(|found| found == key));
        let missing = golden.must.iter().filter(|key| !found.contains(&key.as_str()));
        let unwanted = golden.not_in_ten.iter().filter(|key| found.iter().take(10).any(|found| found == key));
        let faults: Vec<&String> = missing_above.chain(missing).chain(unwanted).collect();
        if !faults.is_empty()
            || golden.none != found.is_empty()
            || golden.relaxed != hits.widened.is_some()
            || golden.meant != hits.meant
        {
            let first: Vec<_> = found.iter().take(10).collect();
            wrong.push(format!("{} ({}): {faults:?}, total {}, {first:?}", golden.query, golden.why, hits.total));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn golden_queries_name_needs_that_exist_and_cover_enough() {
    let needs = golden_needs();
    let keys: HashSet<&str> = needs.iter().map(|need| need.key.as_str()).collect();
    let queries = golden_queries();
    for query in &queries {
        for key in query.first_three.iter().chain(&query.not_in_ten).chain(&query.must) {
            assert!(keys.contains(key.as_str()), "{}: {key}", query.query);
        }
        assert!(!query.why.is_empty());
    }
    assert!(queries.len() >= 48);
    let negative = queries.iter().filter(|query| query.none || !query.not_in_ten.is_empty()).count();
    assert!(negative >= 12);
}

#[test]
fn golden_needs_are_in_real_villages_and_their_budgets_add_up() {
    let divisions = std::fs::read_to_string(folder("backend/data/places/meizhou_divisions.csv")).expect("divisions");
    let names: HashMap<&str, &str> = divisions
        .lines()
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some((cells.next()?, cells.next()?))
        })
        .collect();
    let needs = golden_needs();
    for need in &needs {
        let key = &need.key;
        assert_eq!(names.get(need.village_code.as_str()), Some(&need.village.as_str()), "{key}");
        assert_eq!(names.get(need.town_code.as_str()), Some(&need.town.as_str()), "{key}");
        assert_eq!(names.get(need.county_code.as_str()), Some(&need.county.as_str()), "{key}");
        assert!(need.village_code.starts_with(&need.town_code) && need.town_code.starts_with(&need.county_code));
        assert_eq!(need.budget.iter().map(|item| item.amount_fen).sum::<i64>(), need.amount_fen, "{key}");
        assert!((800_000..=200_000_000).contains(&need.amount_fen), "{key}");
        assert!((6..=24).contains(&need.title.chars().count()), "{key}");
        assert!((60..=200).contains(&need.description.chars().count()), "{key}");
        assert!((30..=300).contains(&need.wanted_by_days), "{key}");
    }
    assert_eq!(needs.iter().map(|need| &need.county_code).collect::<HashSet<_>>().len(), 8);
    assert_eq!(needs.iter().map(|need| &need.field).collect::<HashSet<_>>().len(), 9);
    assert_eq!(needs.iter().map(|need| &need.key).collect::<HashSet<_>>().len(), needs.len());
}
