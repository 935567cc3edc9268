//! The shape of the index on disk: which terms and which columns a need has there.
//!
//! Nothing of a need is stored as text: answers are ids, and everything that filters, sorts or counts is a column.

use std::collections::BTreeSet;

use domain::finding::Facet;
use domain::matching::outlook::topics_of;
use domain::need::NeedStatus;
use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use uuid::Uuid;

use super::table::CODED;
use crate::search::config::{Part, PartRule};
use crate::search::engine::{NeedDocument, open_statuses};
use crate::search::text::Analyzer;

/// Raise it when the shape or the reading of text changes in a way that the fingerprint of the configuration misses.
pub const VERSION: u32 = 3;

/// A searched part with its fields in the index.
pub struct IndexedPart {
    pub rule: PartRule,
    pub terms: Field,
    pub pinyin: Option<Field>,
}

/// All fields of the index.
pub struct Shape {
    pub schema: Schema,
    pub parts: Vec<IndexedPart>,
    /// All pinyin and all Latin words of a need once more, so that one look tells whether a typed word is known.
    pub latin: Field,
    /// By which a need is taken out.
    pub id: Field,
    columns: ColumnFields,
}

struct ColumnFields {
    id_high: Field,
    id_low: Field,
    /// In the order of [`CODED`].
    coded: [Field; CODED.len()],
    village: Field,
    open: Field,
    untouched: Field,
    topics: Field,
    amount_fen: Field,
    wanted_by: Field,
    published_at: Field,
}

/// The column of a facet.
pub fn column_name(facet: Facet) -> &'static str {
    match facet {
        Facet::Field => "field_column",
        Facet::Kind => "kind_column",
        Facet::County => "county_column",
        Facet::Town => "town_column",
        Facet::TownClass => "class_column",
        Facet::VillageType => "type_column",
        Facet::Amount => "amount_column",
        Facet::Deadline => "deadline_column",
        Facet::Form => "form_column",
    }
}

impl Shape {
    pub fn new(rules: &[PartRule]) -> Self {
        let mut schema = Schema::builder();
        // Neither positions nor frequencies nor lengths: points depend on where a word stands, not on how often.
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let text = TextOptions::default().set_indexing_options(indexing);
        let coded = TextOptions::default().set_fast("raw");
        let parts = rules
            .iter()
            .map(|rule| IndexedPart {
                rule: rule.clone(),
                terms: schema.add_text_field(rule.part.name(), text.clone()),
                pinyin: rule
                    .pinyin
                    .then(|| schema.add_text_field(&format!("{}_pinyin", rule.part.name()), text.clone())),
            })
            .collect();
        let latin = schema.add_text_field("latin", text);
        let id = schema.add_text_field("id", STRING);
        let columns = ColumnFields {
            id_high: schema.add_u64_field("id_high", FAST),
            id_low: schema.add_u64_field("id_low", FAST),
            coded: CODED.map(|facet| schema.add_text_field(column_name(facet), coded.clone())),
            village: schema.add_text_field("village_code", coded),
            open: schema.add_bool_field("open", FAST),
            untouched: schema.add_bool_field("untouched", FAST),
            topics: schema.add_u64_field("topics", FAST),
            amount_fen: schema.add_i64_field("amount_fen", FAST),
            wanted_by: schema.add_i64_field("wanted_by", FAST),
            published_at: schema.add_i64_field("published_at", FAST),
        };
        Self { schema: schema.build(), parts, latin, id, columns }
    }

    /// `need` as the index keeps it.
    pub fn document(&self, analyzer: &Analyzer, need: &NeedDocument) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let mut latin = BTreeSet::new();
        for part in &self.parts {
            let text = analyzer.config().text_of(part.rule.part, need);
            let mut terms = analyzer.terms(&part.rule, &text);
            if part.rule.part == Part::Code {
                // The tokenizer parts at white space; a code with one inside is still one code.
                terms = terms.into_iter().map(|code| code.replace(char::is_whitespace, "")).collect();
            }
            document.add_text(part.terms, joined(&terms));
            latin.extend(terms.into_iter().filter(|term| term.is_ascii()));
            if let Some(pinyin) = part.pinyin {
                let terms = analyzer.pinyin_terms(&part.rule, &text);
                document.add_text(pinyin, joined(&terms));
                latin.extend(terms);
            }
        }
        document.add_text(self.latin, joined(&latin));
        document.add_text(self.id, need.id.simple().to_string());
        let columns = &self.columns;
        let (high, low) = need.id.as_u64_pair();
        document.add_u64(columns.id_high, high);
        document.add_u64(columns.id_low, low);
        for (facet, column) in CODED.into_iter().zip(columns.coded) {
            if let Some(value) = need.value(facet) {
                document.add_text(column, value);
            }
        }
        document.add_text(columns.village, &need.village_code);
        document.add_bool(columns.open, open_statuses().any(|open| open == need.status));
        document.add_bool(columns.untouched, need.status == NeedStatus::Open.as_str());
        document.add_u64(columns.topics, topics_of(&need.title, &need.outcome));
        if let Some(amount) = need.amount_fen {
            document.add_i64(columns.amount_fen, amount);
        }
        document.add_i64(columns.wanted_by, i64::from(chrono::Datelike::num_days_from_ce(&need.wanted_by)));
        document.add_i64(columns.published_at, need.published_at.timestamp_micros());
        document
    }

    /// The term that finds the need with this id.
    pub fn id_term(&self, id: Uuid) -> tantivy::Term {
        tantivy::Term::from_field_text(self.id, &id.simple().to_string())
    }
}

fn joined(terms: &BTreeSet<String>) -> String {
    terms.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}
