//! What every test needs: the analyzer with all places, and the golden needs as documents. No assertions here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use backend::search::config::SearchConfig;
use backend::search::embedded::{EmbeddedEngine, Opening};
use backend::search::engine::{NeedDocument, NeedQuery};
use backend::search::text::Analyzer;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Made once: it reads a dictionary of half a million words.
static ANALYZER: LazyLock<Arc<Analyzer>> = LazyLock::new(|| {
    let config = SearchConfig::read(&folder("search-config")).expect("search-config can be read");
    let divisions = std::fs::read_to_string(folder("backend/data/places/meizhou_divisions.csv")).expect("divisions");
    let places = divisions.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (code, name, level) = (cells.next()?, cells.next()?, cells.next()?);
        matches!(level, "county" | "town" | "village").then_some((code, name))
    });
    Arc::new(Analyzer::new(config, places).expect("tables"))
});

pub fn analyzer() -> Arc<Analyzer> {
    Arc::clone(&ANALYZER)
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

#[derive(Deserialize)]
pub struct GoldenNeeds {
    pub needs: Vec<GoldenNeed>,
}

#[derive(Clone, Deserialize)]
pub struct GoldenNeed {
    pub key: String,
    pub title: String,
    pub field: String,
    pub county_code: String,
    pub county: String,
    pub town_code: String,
    pub town: String,
    pub village_code: String,
    pub village: String,
    pub description: String,
    pub budget: Vec<BudgetItem>,
    pub amount_fen: i64,
    pub outcome: Outcome,
    pub wanted_by_days: u64,
}

#[derive(Clone, Deserialize)]
pub struct BudgetItem {
    pub item: String,
    pub amount_fen: i64,
}

#[derive(Clone, Deserialize)]
pub struct Outcome {
    pub text: String,
    pub quantity: serde_json::Number,
    pub unit: String,
}

pub fn golden_needs() -> Vec<GoldenNeed> {
    let text = std::fs::read_to_string(folder("search-config/golden/needs.json")).expect("golden needs");
    serde_json::from_str::<GoldenNeeds>(&text).expect("golden needs are well formed").needs
}

/// The id of the need with this number among the golden needs.
pub fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

pub fn first_day() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).expect("a time")
}

/// Golden needs as documents, published one minute after another.
pub fn golden_documents() -> Vec<NeedDocument> {
    golden_needs().into_iter().enumerate().map(|(number, need)| document(number, &need)).collect()
}

pub fn document(number: usize, need: &GoldenNeed) -> NeedDocument {
    let budget: Vec<&str> = need.budget.iter().map(|item| item.item.as_str()).collect();
    let published_at = first_day() + TimeDelta::minutes(i64::try_from(number).expect("small"));
    NeedDocument {
        id: id(number),
        code: format!("XQ-{}-2026-{}", need.county_code, number + 1),
        title: need.title.clone(),
        description: need.description.clone(),
        budget: budget.join("、"),
        outcome: format!("{}{}{}", need.outcome.text, need.outcome.quantity, need.outcome.unit),
        field: need.field.clone(),
        kind: "money".to_owned(),
        form: number.is_multiple_of(5).then(|| "joint_building".to_owned()),
        town_class: (!number.is_multiple_of(3)).then(|| ["key_assisted", "consolidation"][number % 2].to_owned()),
        village_type: number.is_multiple_of(4).then(|| "clean_tidy".to_owned()),
        county_code: need.county_code.clone(),
        county: need.county.clone(),
        town_code: need.town_code.clone(),
        town: need.town.clone(),
        village_code: need.village_code.clone(),
        village: need.village.clone(),
        amount_fen: Some(need.amount_fen),
        wanted_by: NaiveDate::from_ymd_opt(2026, 6, 1).expect("a day") + Days::new(need.wanted_by_days),
        published_at,
        status: "open".to_owned(),
    }
}

pub fn text(text: &str) -> NeedQuery {
    NeedQuery { text: text.to_owned(), today: first_day().date_naive(), limit: 20, ..NeedQuery::default() }
}

/// An empty engine in a folder that is gone when the guard is dropped.
pub fn empty_engine() -> (tempfile::TempDir, EmbeddedEngine) {
    let folder = tempfile::tempdir().expect("a folder");
    let (engine, opening) = EmbeddedEngine::open(folder.path(), analyzer()).expect("opens");
    assert_eq!(opening, Opening::Empty);
    (folder, engine)
}
