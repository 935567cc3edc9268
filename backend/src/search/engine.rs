//! What a search engine of this product can do: the document, the question, the answer and the trait.
//!
//! It does not search. `embedded` and `meili` do; `AnyEngine` passes on to whichever is configured.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::Fen;
use domain::finding::{AmountBand, Facet};
use domain::need::NeedStatus;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::embedded::EmbeddedEngine;
use super::meili::MeiliEngine;
use super::reading::Reading;
use domain::api::needs::Widened;

/// A public need as it is searched. Only needs that anybody may see are put in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NeedDocument {
    pub id: Uuid,
    /// `XQ-<county>-<year>-<n>`.
    pub code: String,
    pub title: String,
    pub description: String,
    /// Names of the budget's items, joined by `、`.
    pub budget: String,
    pub outcome: String,
    /// Identifier of the field of participation, such as `infrastructure`.
    pub field: String,
    /// Identifier of what is asked for, such as `money`.
    pub kind: String,
    /// Identifier of the form of pairing that the village has in mind.
    pub form: Option<String>,
    /// Six digits.
    pub county_code: String,
    pub county: String,
    /// Nine digits.
    pub town_code: String,
    pub town: String,
    /// Identifier of the town's class, where a list has named it.
    pub town_class: Option<String>,
    /// Twelve digits.
    pub village_code: String,
    /// Full name, such as `黄沙村委会`.
    pub village: String,
    /// Identifier of the village's type, where a list has named it.
    pub village_type: Option<String>,
    /// None where no money is asked for.
    pub amount_fen: Option<i64>,
    pub wanted_by: NaiveDate,
    pub published_at: DateTime<Utc>,
    pub status: String,
}

impl NeedDocument {
    /// The value by which a facet counts the need; the deadline's depends on the day, and is none here.
    #[must_use]
    pub fn value(&self, facet: Facet) -> Option<&str> {
        match facet {
            Facet::Field => Some(&self.field),
            Facet::Kind => Some(&self.kind),
            Facet::County => Some(&self.county_code),
            Facet::Town => Some(&self.town_code),
            Facet::TownClass => self.town_class.as_deref(),
            Facet::VillageType => self.village_type.as_deref(),
            Facet::Amount => {
                let amount = Fen::new(self.amount_fen?).ok()?;
                Some(AmountBand::of(amount).as_str())
            }
            Facet::Deadline => None,
            Facet::Form => self.form.as_deref(),
        }
    }
}

/// The states of a need that enterprises can still answer.
pub(super) fn open_statuses() -> impl Iterator<Item = &'static str> {
    NeedStatus::ALL.iter().filter(|status| status.takes_pledges()).map(|status| status.as_str())
}

/// In which order needs are shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best match first, newest among equals.
    #[default]
    Relevance,
    Newest,
    AmountAsc,
    AmountDesc,
    /// Soonest `wanted_by` first.
    Deadline,
}

/// Where a need stands in an order: by its value, then by the instant of its publication, then by its id. Greater is
/// further up. No two needs stand at the same place, and one that comes or goes moves none of the others.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// What is ordered by, turned so that greater is further up.
    pub value: i64,
    /// In microseconds.
    pub published_at: i64,
    pub id: Uuid,
}

/// A question. What is empty or `None` does not restrict.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct NeedQuery {
    pub text: String,
    /// Any of these identifiers of each facet.
    pub chosen: BTreeMap<Facet, Vec<String>>,
    pub village: Option<String>,
    /// Both bounds are included; a need that asks for no money is in no bounds.
    pub amount_min_fen: Option<i64>,
    pub amount_max_fen: Option<i64>,
    /// Only needs that enterprises can still answer.
    pub open_only: bool,
    /// The day from which deadlines are counted.
    pub today: NaiveDate,
    /// Where nothing is found, nothing is widened.
    pub exact: bool,
    pub sort: Sort,
    /// Only what comes behind this place of the order; the engine in the process alone can tell.
    pub after: Option<Position>,
    pub offset: usize,
    /// At most [`MAX_LIMIT`]; 0 asks for numbers only.
    pub limit: usize,
}

impl NeedQuery {
    /// No words have to be met.
    #[must_use]
    pub fn is_wordless(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The identifiers chosen of a facet; none does not restrict.
    #[must_use]
    pub fn of(&self, facet: Facet) -> &[String] {
        self.chosen.get(&facet).map_or(&[], Vec::as_slice)
    }

    /// The same question with these identifiers of a facet.
    #[must_use]
    pub fn choosing(mut self, facet: Facet, values: &[&str]) -> Self {
        self.chosen.insert(facet, values.iter().map(|value| (*value).to_owned()).collect());
        self
    }
}

/// More hits than this are not given at once.
pub const MAX_LIMIT: usize = 200;
/// Hits further down than this are not given, only counted; nobody reads that far, and crawlers should not.
pub const MAX_OFFSET: usize = 2_000;

/// Numbers beside the choices: identifier → needs. Each is counted without its own facet's choices but with all others,
/// most first.
pub type Facets = BTreeMap<Facet, Vec<(String, usize)>>;

/// Most needs first, codes in order among equals.
pub(super) fn most_first(counts: HashMap<&str, usize>) -> Vec<(String, usize)> {
    let mut all: Vec<_> = counts.into_iter().map(|(code, count)| (code.to_owned(), count)).collect();
    all.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    all
}

/// Which engine answered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    Embedded,
    Meilisearch,
}

/// An answer: ids in order; the caller reads the needs themselves from the database.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedHits {
    pub ids: Vec<Uuid>,
    /// Where the last of them stands, if others follow; an engine that cannot go on from there does not say it.
    pub last: Option<Position>,
    pub total: usize,
    pub facets: Facets,
    /// What was looked for in place of what was typed, because that is nowhere.
    pub meant: Option<String>,
    /// Another spelling that more needs meet, where few meet what was typed.
    pub perhaps: Option<String>,
    /// How the words were read that were looked for.
    pub reading: Arc<Reading>,
    /// Nothing met everything: what was let go. Pages say so.
    pub widened: Option<Widened>,
    pub answered_by: EngineName,
    /// The configured engine, if it was down and another one answered in its place.
    pub stands_in_for: Option<EngineName>,
}

/// Why an engine did not do what it was asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// Not reachable, too slow or damaged: another engine may answer, or the same one later.
    #[error("the search engine does not answer")]
    Unavailable,
    /// It answered and said no: asking again does not help.
    #[error("the search engine refused: {0}")]
    Refused(String),
}

/// A search engine. Writes are visible to searches once they return, or soon after where the engine is a server.
pub trait Engine: Send + Sync {
    fn name(&self) -> EngineName;

    /// Answers `query`.
    fn search(&self, query: &NeedQuery) -> impl Future<Output = Result<NeedHits, EngineError>> + Send;

    /// Puts needs in, in place of those with the same ids.
    fn upsert(&self, needs: Vec<NeedDocument>) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Takes needs out; ids that are not there are no error.
    fn remove(&self, ids: Vec<Uuid>) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Takes everything out and forgets the cursor.
    fn clear(&self) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Takes out whatever is none of these.
    fn keep_only(&self, ids: Vec<Uuid>) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Whether everything that it wrote is still there and as it was written.
    fn is_sound(&self) -> impl Future<Output = bool> + Send;

    /// Throws away what was written and forgets the cursor. What it knows it may go on answering until the next cursor.
    fn start_over(&self) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// How many needs are in.
    fn document_count(&self) -> impl Future<Output = Result<usize, EngineError>> + Send;

    /// The last event that was applied; `None` before the first.
    fn cursor(&self) -> impl Future<Output = Result<Option<i64>, EngineError>> + Send;

    /// Remembers the last event that was applied. Call it after the writes of that event: events may then be applied
    /// twice after a crash, which does no harm, but are never lost.
    fn set_cursor(&self, cursor: i64) -> impl Future<Output = Result<(), EngineError>> + Send;
}

/// Which hits of a query are given: how many are passed over, and how many follow.
pub(super) fn window(query: &NeedQuery) -> (usize, usize) {
    if query.offset > MAX_OFFSET { (0, 0) } else { (query.offset, query.limit.min(MAX_LIMIT)) }
}

/// The configured engine.
pub enum AnyEngine {
    Embedded(EmbeddedEngine),
    /// Boxed because its client is several hundred bytes.
    Meilisearch(Box<MeiliEngine>),
}

impl Engine for AnyEngine {
    fn name(&self) -> EngineName {
        match self {
            Self::Embedded(engine) => engine.name(),
            Self::Meilisearch(engine) => engine.name(),
        }
    }

    async fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        match self {
            Self::Embedded(engine) => engine.search(query).await,
            Self::Meilisearch(engine) => engine.search(query).await,
        }
    }

    async fn upsert(&self, needs: Vec<NeedDocument>) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.upsert(needs).await,
            Self::Meilisearch(engine) => engine.upsert(needs).await,
        }
    }

    async fn remove(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.remove(ids).await,
            Self::Meilisearch(engine) => engine.remove(ids).await,
        }
    }

    async fn clear(&self) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.clear().await,
            Self::Meilisearch(engine) => engine.clear().await,
        }
    }

    async fn keep_only(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.keep_only(ids).await,
            Self::Meilisearch(engine) => engine.keep_only(ids).await,
        }
    }

    async fn is_sound(&self) -> bool {
        match self {
            Self::Embedded(engine) => engine.is_sound().await,
            Self::Meilisearch(engine) => engine.is_sound().await,
        }
    }

    async fn start_over(&self) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.start_over().await,
            Self::Meilisearch(engine) => engine.start_over().await,
        }
    }

    async fn document_count(&self) -> Result<usize, EngineError> {
        match self {
            Self::Embedded(engine) => engine.document_count().await,
            Self::Meilisearch(engine) => engine.document_count().await,
        }
    }

    async fn cursor(&self) -> Result<Option<i64>, EngineError> {
        match self {
            Self::Embedded(engine) => engine.cursor().await,
            Self::Meilisearch(engine) => engine.cursor().await,
        }
    }

    async fn set_cursor(&self, cursor: i64) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.set_cursor(cursor).await,
            Self::Meilisearch(engine) => engine.set_cursor(cursor).await,
        }
    }
}

/// Asks `configured`; if it does not answer, asks `standby`, whose answer then says for whom it stands in.
///
/// A refusal is passed on: the other engine would only hide a fault of ours.
pub async fn ask<A: Engine, B: Engine>(
    configured: &A,
    standby: Option<&B>,
    query: &NeedQuery,
) -> Result<NeedHits, EngineError> {
    match (configured.search(query).await, standby) {
        (Err(EngineError::Unavailable), Some(standby)) => {
            let hits = standby.search(query).await?;
            Ok(NeedHits { stands_in_for: Some(configured.name()), ..hits })
        }
        (answer, _) => answer,
    }
}
