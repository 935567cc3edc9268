//! What a Meilisearch server is told of needs, and the settings of its index.
//!
//! The server compares no words: it would compare Hanzi by sound, take the last word for a beginning and miss inner words.
//! Our own terms are values that it filters by, and all that it searches is one letter that every need has.

use std::collections::{BTreeMap, HashSet};

use chrono::Datelike;
use meilisearch_sdk::settings::{
    FacetSortValue, FacetingSettings, FilterFeatureModes, FilterFeatures, FilterableAttribute,
    FilterableAttributesSettings, PaginationSetting, Settings,
};
use serde_json::{Map, Value, json};

use crate::search::config::{Part, SearchConfig};
use crate::search::engine::NeedDocument;
use crate::search::text::Analyzer;
use domain::finding::Facet;

/// Raise it when the shape or the settings of the index change.
pub const VERSION: u32 = 1;
/// What every need has where the server searches: only what is searched has a score, and only a score has a weight.
pub const EVERYWHERE: &str = "x";
/// The attribute of [`EVERYWHERE`].
const ANY: &str = "any";
/// Words of Latin letters as they are written.
const LATIN: &str = "latin";
/// As many values of an attribute as a server may be asked for: more than there are words.
const VALUES: usize = 1_000_000;

/// `need` as the server keeps it. Its pinyin and its words of Latin letters go into `known`, too.
pub fn document(need: &NeedDocument, analyzer: &Analyzer, known: &mut HashSet<String>) -> Value {
    let mut all = Map::new();
    let mut latin = HashSet::new();
    for rule in &analyzer.config().parts {
        let text = analyzer.config().text_of(rule.part, need);
        let terms = analyzer.terms(rule, &text);
        latin.extend(terms.iter().filter(|term| term.bytes().all(|byte| byte.is_ascii_lowercase())).cloned());
        all.insert(terms_of(rule.part), json!(terms));
        if rule.pinyin {
            let pinyin = analyzer.pinyin_terms(rule, &text);
            all.insert(pinyin_of(rule.part), json!(pinyin));
            known.extend(pinyin);
        }
    }
    all.insert(LATIN.to_owned(), json!(latin));
    known.extend(latin);
    for facet in Facet::ALL.iter().filter(|facet| **facet != Facet::Deadline) {
        all.insert(attribute(*facet).to_owned(), json!(need.value(*facet)));
    }
    let plain = json!({
        ANY: EVERYWHERE,
        "id": need.id,
        "village": need.village_code,
        "amount_fen": need.amount_fen,
        "wanted_by": need.wanted_by.num_days_from_ce(),
        "published_at": need.published_at.timestamp_micros(),
        "status": need.status,
    });
    if let Value::Object(plain) = plain {
        all.extend(plain);
    }
    Value::Object(all)
}

/// The attribute of a facet; the deadline's is the day itself.
pub fn attribute(facet: Facet) -> &'static str {
    match facet {
        Facet::Deadline => "wanted_by",
        other => other.as_str(),
    }
}

/// The attribute of a part's terms.
pub fn terms_of(part: Part) -> String {
    format!("{}_terms", part.name())
}

/// The attribute of a part's pinyin.
pub fn pinyin_of(part: Part) -> String {
    format!("{}_pinyin", part.name())
}

/// The attributes whose values are all pinyin and all words of Latin letters.
pub fn latin_attributes(config: &SearchConfig) -> Vec<String> {
    let pinyin = config.parts.iter().filter(|rule| rule.pinyin).map(|rule| pinyin_of(rule.part));
    pinyin.chain([LATIN.to_owned()]).collect()
}

/// The settings that the index needs.
pub fn settings(config: &SearchConfig) -> Settings {
    // In this order the server goes through the values; in the order of letters it would go through the needs.
    let by_count = BTreeMap::from([("*".to_owned(), FacetSortValue::Count)]);
    let mut all = Settings::new()
        .with_searchable_attributes([ANY])
        .with_displayed_attributes(["id"])
        .with_ranking_rules(["words", "sort", "published_at:desc", "id:desc"])
        .with_sortable_attributes(&config.sortable)
        .with_pagination(PaginationSetting { max_total_hits: VALUES })
        .with_faceting(FacetingSettings { max_values_per_facet: VALUES, sort_facet_values_by: Some(by_count) });
    let terms = FilterableAttributesSettings {
        attribute_patterns: vec!["*_terms".to_owned(), "*_pinyin".to_owned(), LATIN.to_owned()],
        features: FilterFeatures {
            facet_search: false,
            filter: FilterFeatureModes { equality: true, comparison: false },
        },
    };
    let columns = config.filterable.iter().cloned().map(FilterableAttribute::Attribute);
    all.filterable_attributes = Some(columns.chain([FilterableAttribute::Settings(terms)]).collect());
    all
}
