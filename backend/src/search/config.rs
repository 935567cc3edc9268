//! What `search-config/` says: which parts of a need are searched with what weight, synonyms, stop words.
//!
//! It only reads and checks the files. What the words mean for a query is `text`'s business.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::engine::NeedDocument;

/// A part of a need that can be searched.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// `XQ-<county>-<year>-<n>`, found only as a whole.
    Code,
    /// Up to a `及`, behind which stands what is done by the way.
    Title,
    /// The title behind its `及`.
    TitleTail,
    Village,
    Town,
    /// County name; the city's name stands before it, so that `梅州` is true of every need.
    County,
    /// The Chinese name of the field of participation.
    FieldName,
    /// The words that people have for what is asked for: `采购`, `认购`, `团购` for a purchase.
    Kind,
    Budget,
    Outcome,
    Description,
}

impl Part {
    /// Name of the part in an index.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Title => "title",
            Self::TitleTail => "title_tail",
            Self::Village => "village",
            Self::Town => "town",
            Self::County => "county",
            Self::FieldName => "field_name",
            Self::Kind => "kind_words",
            Self::Budget => "budget",
            Self::Outcome => "outcome",
            Self::Description => "description",
        }
    }
}

/// One searched part: how much a word there counts, and which other ways of typing find it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRule {
    pub part: Part,
    /// Points for a whole word in this part.
    pub weight: u32,
    /// Found by pinyin in all readings.
    #[serde(default)]
    pub pinyin: bool,
    /// The name of a place: indexed in its short forms and by initials, never reached by a synonym.
    #[serde(default)]
    pub place: bool,
}

/// How much of a part's weight a word earns by the way it was met, in percent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// As a word of its own.
    pub word: u32,
    /// Inside a longer word.
    pub inside: u32,
    /// By a synonym that stands there as a word.
    pub synonym: u32,
    /// By a synonym inside a longer word.
    pub synonym_inside: u32,
    /// By pinyin or initials.
    pub pinyin: u32,
    /// By a word that sounds like the typed pinyin, where that also spells a word with synonyms, which is meant sooner.
    pub other_pinyin: u32,
    /// By pinyin with one slip of the finger.
    pub typo: u32,
    /// A place named in the query that is the place of the need: multiplies what it earns.
    pub place: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedsFile {
    city: String,
    searchable: Vec<PartRule>,
    quality_percent: Quality,
    field_names: BTreeMap<String, String>,
    kind_words: BTreeMap<String, Vec<String>>,
    place_endings: BTreeMap<String, Vec<String>>,
    conjunctions: Vec<String>,
    verbs: Vec<char>,
    measures: Vec<String>,
    same_characters: BTreeMap<char, char>,
    filterable: Vec<String>,
    sortable: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct SynonymsFile {
    groups: Vec<Vec<String>>,
    narrower: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct StopWordsFile {
    words: Vec<String>,
}

/// Why `search-config/` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {file}: {source}")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file} is not what it should be: {source}")]
    Malformed { file: &'static str, source: serde_json::Error },
    #[error("search-config: {0}")]
    Contradiction(String),
}

/// All of `search-config/`, read and checked.
#[derive(Clone, Debug)]
pub struct SearchConfig {
    pub city: String,
    /// In falling order of weight.
    pub parts: Vec<PartRule>,
    pub quality: Quality,
    /// Field identifier → Chinese name.
    pub field_names: BTreeMap<String, String>,
    /// Kind identifier → the words that people have for it.
    pub kind_words: BTreeMap<String, Vec<String>>,
    /// Ending of an official place name → what people put in its place; longest ending first.
    pub place_endings: Vec<(String, Vec<String>)>,
    /// Characters that are written both ways in names of Meizhou (`南礤镇`, `南磜镇`).
    pub same_characters: BTreeMap<char, char>,
    /// What stands before the thing that is done by the way.
    pub conjunctions: Vec<String>,
    /// What one does with a thing: 修路 asks for roads.
    pub verbs: HashSet<char>,
    /// What is counted: a number with one of these is a quantity, which nobody looks for by words.
    pub measures: Vec<String>,
    pub synonyms: Vec<Vec<String>>,
    /// A word for many things → those things. It finds them, they do not find each other.
    pub narrower: BTreeMap<String, Vec<String>>,
    pub stop_words: HashSet<String>,
    pub filterable: Vec<String>,
    pub sortable: Vec<String>,
}

impl SearchConfig {
    /// Reads `needs.json`, `synonyms.json` and `stop_words.json` in `folder`.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let text = |name: &str| {
            let file = folder.join(name);
            std::fs::read_to_string(&file)
                .map_err(|source| ConfigError::Unreadable { file: file.display().to_string(), source })
        };
        Self::parse(&text("needs.json")?, &text("synonyms.json")?, &text("stop_words.json")?)
    }

    /// The same from texts, for callers that carry the files inside the program.
    pub fn parse(needs: &str, synonyms: &str, stop_words: &str) -> Result<Self, ConfigError> {
        let malformed = |file| move |source| ConfigError::Malformed { file, source };
        let needs: NeedsFile = serde_json::from_str(needs).map_err(malformed("needs.json"))?;
        let synonyms: SynonymsFile = serde_json::from_str(synonyms).map_err(malformed("synonyms.json"))?;
        let stop_words: StopWordsFile = serde_json::from_str(stop_words).map_err(malformed("stop_words.json"))?;
        let mut parts = needs.searchable;
        parts.sort_by_key(|rule| std::cmp::Reverse(rule.weight));
        let mut place_endings: Vec<_> = needs.place_endings.into_iter().collect();
        place_endings.sort_by_key(|(ending, _)| std::cmp::Reverse(ending.chars().count()));
        let config = Self {
            city: needs.city,
            parts,
            quality: needs.quality_percent,
            field_names: needs.field_names,
            kind_words: needs.kind_words,
            place_endings,
            same_characters: needs.same_characters,
            conjunctions: needs.conjunctions,
            verbs: needs.verbs.into_iter().collect(),
            measures: needs.measures,
            synonyms: synonyms.groups,
            narrower: synonyms.narrower,
            stop_words: stop_words.words.into_iter().collect(),
            filterable: needs.filterable,
            sortable: needs.sortable,
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let mut seen = HashSet::new();
        for rule in &self.parts {
            if !seen.insert(rule.part) {
                return Err(ConfigError::Contradiction(format!("{} is listed twice", rule.part.name())));
            }
        }
        if let Some(group) = self.synonyms.iter().find(|group| group.len() < 2) {
            return Err(ConfigError::Contradiction(format!("a synonym needs company: {group:?}")));
        }
        Ok(())
    }

    /// The text of `part` of a need, as people read it.
    pub fn text_of(&self, part: Part, need: &NeedDocument) -> String {
        match part {
            Part::Code => need.code.clone(),
            Part::Title => self.title_parts(&need.title).0.to_owned(),
            Part::TitleTail => self.title_parts(&need.title).1.to_owned(),
            Part::Village => need.village.clone(),
            Part::Town => need.town.clone(),
            // A space keeps the two names two words.
            Part::County => format!("{} {}", self.city, need.county),
            Part::FieldName => self.field_names.get(&need.field).cloned().unwrap_or_default(),
            Part::Kind => self.kind_words.get(&need.kind).map(|words| words.join(" ")).unwrap_or_default(),
            Part::Budget => need.budget.clone(),
            Part::Outcome => need.outcome.clone(),
            Part::Description => need.description.clone(),
        }
    }
    /// `村道硬化及错车台` → `村道硬化` and `错车台`.
    fn title_parts<'a>(&self, title: &'a str) -> (&'a str, &'a str) {
        let at = |word: &String| title.find(word.as_str()).filter(|at| *at > 0).map(|at| (at, at + word.len()));
        let first = self.conjunctions.iter().filter_map(at).min();
        first.map_or((title, ""), |(end, start)| (&title[..end], &title[start..]))
    }
}
