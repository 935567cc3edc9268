//! What a Meilisearch server is told: documents, settings and words, in a form whose Chinese it cannot misread.
//!
//! The server would compare Hanzi by sound and miss inner words. So it never sees Hanzi in a searched attribute: our own
//! terms go there as ASCII (`w` a word, `g` characters side by side, each followed by code points), and pinyin as pinyin.

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike;
use meilisearch_sdk::settings::{
    FacetingSettings, FilterableAttribute, LocalizedAttributes, MinWordSizeForTypos, PaginationSetting, Settings,
    TypoToleranceSettings,
};
use serde_json::{Map, Value, json};

use crate::search::config::SearchConfig;
use crate::search::engine::NeedDocument;
use crate::search::reading::Group;
use crate::search::text::{Analyzer, WORD_MARK};
use domain::finding::Facet;

/// One term as the server sees it.
pub fn ascii(term: &str) -> String {
    let (mark, rest) = match term.strip_prefix(WORD_MARK) {
        Some(word) => ('w', word),
        None => ('g', term),
    };
    if rest.is_ascii() {
        // A hyphen would part the word.
        return rest.replace(|character: char| !character.is_ascii_alphanumeric(), "x");
    }
    rest.chars().fold(mark.to_string(), |text, character| format!("{text}{:05x}", u32::from(character)))
}

/// The words to ask for, all of which must be met. Synonyms are the server's business, see [`settings`].
pub fn words(groups: &[Group], analyzer: &Analyzer) -> Vec<String> {
    groups.iter().flat_map(|group| asked(group.thing.as_ref().unwrap_or(&group.word), analyzer)).collect()
}

fn asked(word: &str, analyzer: &Analyzer) -> Vec<String> {
    if word.is_ascii() || word.chars().count() <= 2 {
        vec![ascii(word)]
    } else if analyzer.knows_word(word) {
        vec![ascii(&format!("{WORD_MARK}{word}"))]
    } else {
        let characters: Vec<char> = word.chars().collect();
        characters.windows(2).map(|pair| ascii(&pair.iter().collect::<String>())).collect()
    }
}

/// `need` as the server keeps it.
pub fn document(need: &NeedDocument, analyzer: &Analyzer) -> Value {
    let mut all = Map::new();
    for rule in &analyzer.config().parts {
        let text = analyzer.config().text_of(rule.part, need);
        let terms: Vec<String> = analyzer.terms(rule, &text).iter().map(|term| ascii(term)).collect();
        all.insert(terms_attribute(rule.part.name()), json!(terms.join(" ")));
        if rule.pinyin {
            let pinyin: Vec<String> = analyzer.pinyin_terms(rule, &text).into_iter().collect();
            all.insert(pinyin_attribute(rule.part.name()), json!(pinyin.join(" ")));
        }
    }
    for facet in Facet::ALL.iter().filter(|facet| **facet != Facet::Deadline) {
        all.insert(attribute(*facet).to_owned(), json!(need.value(*facet)));
    }
    let plain = json!({
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

/// The attribute of a facet; the deadline has none but the day itself.
pub fn attribute(facet: Facet) -> &'static str {
    match facet {
        Facet::Deadline => "wanted_by",
        other => other.as_str(),
    }
}

fn terms_attribute(part: &str) -> String {
    format!("{part}_terms")
}

fn pinyin_attribute(part: &str) -> String {
    format!("{part}_pinyin")
}

/// The index settings that `search-config/` asks for.
pub fn settings(analyzer: &Analyzer) -> Settings {
    let config = analyzer.config();
    let terms: Vec<String> = config.parts.iter().map(|rule| terms_attribute(rule.part.name())).collect();
    let pinyin: Vec<String> =
        config.parts.iter().filter(|rule| rule.pinyin).map(|rule| pinyin_attribute(rule.part.name())).collect();
    let rules = ["sort", "words", "typo", "attribute", "published_at:desc", "id:asc"];
    let mut all = Settings::new()
        .with_synonyms(synonyms(analyzer))
        .with_stop_words(stop_words(config))
        .with_ranking_rules(rules)
        .with_searchable_attributes(terms.iter().chain(&pinyin))
        .with_displayed_attributes(["id"])
        .with_sortable_attributes(config.sortable.iter().map(String::as_str).chain(["id"]))
        .with_pagination(PaginationSetting { max_total_hits: 200_000 })
        .with_faceting(FacetingSettings { max_values_per_facet: 300, sort_facet_values_by: None })
        .with_typo_tolerance(TypoToleranceSettings {
            enabled: Some(true),
            // Codes, names and Hanzi are met exactly; only pinyin forgives one slip.
            disable_on_attributes: Some(terms),
            disable_on_words: None,
            min_word_size_for_typos: Some(MinWordSizeForTypos { one_typo: Some(5), two_typos: Some(255) }),
            disable_on_numbers: Some(true),
        });
    all.filterable_attributes = Some(config.filterable.iter().cloned().map(FilterableAttribute::Attribute).collect());
    // Without this the server guesses a language for each attribute and may guess differently for the query.
    all.localized_attributes = Some(vec![LocalizedAttributes {
        locales: vec!["eng".to_owned()],
        attribute_patterns: vec!["*_terms".to_owned(), "*_pinyin".to_owned()],
    }]);
    all
}

fn stop_words(config: &SearchConfig) -> Vec<String> {
    // Our reading of the query drops them already; the server gets them for the day somebody asks it directly.
    let mut words: Vec<String> = config.stop_words.iter().map(|word| ascii(&format!("{WORD_MARK}{word}"))).collect();
    words.sort_unstable();
    words
}

fn synonyms(analyzer: &Analyzer) -> HashMap<String, Vec<String>> {
    let as_met = |word: &String| match word.chars().count() {
        2 => ascii(word),
        _ => ascii(&format!("{WORD_MARK}{word}")),
    };
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (word, others) in analyzer.synonym_table() {
        if let [asked] = asked(word, analyzer).as_slice() {
            let met = others.iter().map(as_met).filter(|other| other != asked);
            all.entry(asked.clone()).or_default().extend(met);
        }
    }
    all.into_iter().collect()
}
