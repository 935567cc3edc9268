//! The engine that runs as a server of its own: Meilisearch, for installations that outgrow one machine.
//!
//! It speaks the same questions and answers as the embedded engine. It does not pretend to be it: words that nothing
//! matches are loosened by the server, most frequent first, and may go below half of them.

mod wire;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::{Error, ErrorCode, ErrorType};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{MatchingStrategies, SearchResults, Selectors};
use meilisearch_sdk::task_info::TaskInfo;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::engine::{
    Engine, EngineError, EngineName, Facets, NeedDocument, NeedHits, NeedQuery, Sort, most_first, open_statuses, window,
};
use super::text::Analyzer;

/// The single document of the cursor's index.
const CURSOR_ID: &str = "needs";

/// How long the server may take before it counts as down.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub search: Duration,
    /// For a write until it is visible.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { search: Duration::from_secs(2), write: Duration::from_mins(1) }
    }
}

/// A Meilisearch server and the index there that is ours.
#[derive(Clone)]
pub struct MeiliEngine {
    client: Client,
    needs: Index,
    cursors: Index,
    analyzer: Arc<Analyzer>,
    patience: Patience,
}

#[derive(Deserialize)]
struct Hit {
    id: Uuid,
}

#[derive(Deserialize, Serialize)]
struct Cursor {
    id: String,
    cursor: i64,
}

impl MeiliEngine {
    /// `address` as `MEILI_URL` gives it, `key` as `MEILI_KEY`. Nothing is sent yet.
    ///
    /// # Errors
    /// `Refused` if the key cannot stand in a header.
    pub fn new(
        address: &str,
        key: Option<&str>,
        index: &str,
        analyzer: Arc<Analyzer>,
        patience: Patience,
    ) -> Result<Self, EngineError> {
        // The client library panics on a key that is no header value.
        if key.is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(EngineError::Refused("MEILI_KEY holds characters that a key cannot have".to_owned()));
        }
        let client = Client::new(address.trim_end_matches('/'), key).map_err(problem)?;
        let (needs, cursors) = (client.index(index), client.index(format!("{index}_cursor")));
        Ok(Self { client, needs, cursors, analyzer, patience })
    }

    /// Makes the index and tells the server its settings; call it once at start. Repeating it changes nothing.
    pub async fn prepare(&self) -> Result<(), EngineError> {
        for index in [&self.needs, &self.cursors] {
            let made = self.in_time(self.patience.write, self.client.create_index(&index.uid, Some("id"))).await?;
            match self.done(made).await {
                // It was there already.
                Ok(()) | Err(EngineError::Refused(_)) => {}
                Err(problem) => return Err(problem),
            }
        }
        let settings = wire::settings(&self.analyzer);
        let told = self.in_time(self.patience.write, self.needs.set_settings(&settings)).await?;
        self.done(told).await
    }

    async fn in_time<T>(
        &self,
        patience: Duration,
        answer: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, EngineError> {
        match tokio::time::timeout(patience, answer).await {
            Ok(answer) => answer.map_err(problem),
            Err(_elapsed) => {
                tracing::warn!(?patience, "the search server is too slow");
                Err(EngineError::Unavailable)
            }
        }
    }

    /// Waits until the server has done a task.
    async fn done(&self, task: TaskInfo) -> Result<(), EngineError> {
        let interval = Some(Duration::from_millis(20));
        let waiting = task.wait_for_completion(&self.client, interval, Some(self.patience.write));
        let task = self.in_time(self.patience.write, waiting).await?;
        if task.is_failure() {
            return Err(EngineError::Refused(task.unwrap_failure().error_message));
        }
        Ok(())
    }

    async fn ask(
        &self,
        query: &NeedQuery,
        words: &str,
        every_word: bool,
    ) -> Result<Vec<SearchResults<Hit>>, EngineError> {
        let asks = asks(query);
        let order = order(query.sort);
        let ids = ["id"];
        let mut questions = self.client.multi_search();
        for ask in &asks {
            let mut question = self.needs.search();
            question
                .with_query(words)
                .with_filter(&ask.filter)
                .with_offset(ask.offset)
                .with_limit(ask.limit)
                .with_matching_strategy(strategy(every_word))
                .with_attributes_to_retrieve(Selectors::Some(&ids));
            if !order.is_empty() {
                question.with_sort(order);
            }
            if !ask.facets.is_empty() {
                question.with_facets(Selectors::Some(&ask.facets));
            }
            questions.with_search_query(question);
        }
        let answer = self.in_time(self.patience.search, questions.execute::<Hit>()).await?;
        if answer.results.len() == asks.len() {
            return Ok(answer.results);
        }
        tracing::warn!(asked = asks.len(), answered = answer.results.len(), "the search server answers wrongly");
        Err(EngineError::Unavailable)
    }

    /// Whether the words match anything when no filter stands in the way.
    async fn matches_anywhere(&self, words: &str) -> Result<bool, EngineError> {
        let mut question = self.needs.search();
        question.with_query(words).with_limit(0).with_matching_strategy(MatchingStrategies::ALL);
        let answer = self.in_time(self.patience.search, question.execute::<Hit>()).await?;
        Ok(answer.estimated_total_hits.unwrap_or_default() > 0)
    }
}

impl Engine for MeiliEngine {
    fn name(&self) -> EngineName {
        EngineName::Meilisearch
    }

    async fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        // Whether a pinyin is known only the server could say; it corrects slips itself.
        let groups = self.analyzer.read_query(&query.text, &|_| true);
        let words = wire::words(&groups, &self.analyzer);
        let text = words.join(" ");
        let answers = self.ask(query, &text, true).await?;
        let hits = hits(answers, false)?;
        if hits.total > 0 || words.len() < 2 || self.matches_anywhere(&text).await? {
            return Ok(hits);
        }
        let answers = self.ask(query, &text, false).await?;
        self::hits(answers, true)
    }

    async fn upsert(&self, needs: Vec<NeedDocument>) -> Result<(), EngineError> {
        if needs.is_empty() {
            return Ok(());
        }
        let documents: Vec<_> = needs.iter().map(|need| wire::document(need, &self.analyzer)).collect();
        let told = self.in_time(self.patience.write, self.needs.add_or_replace(&documents, Some("id"))).await?;
        self.done(told).await
    }

    async fn remove(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        if ids.is_empty() {
            return Ok(());
        }
        let told = self.in_time(self.patience.write, self.needs.delete_documents(&ids)).await?;
        self.done(told).await
    }

    async fn clear(&self) -> Result<(), EngineError> {
        // The cursor first: an index without a cursor is filled again, a cursor without its index is not.
        for index in [&self.cursors, &self.needs] {
            let told = self.in_time(self.patience.write, index.delete_all_documents()).await?;
            self.done(told).await?;
        }
        Ok(())
    }

    async fn document_count(&self) -> Result<usize, EngineError> {
        let stats = self.in_time(self.patience.search, self.needs.get_stats()).await?;
        Ok(stats.number_of_documents)
    }

    async fn cursor(&self) -> Result<Option<i64>, EngineError> {
        let asked = self.cursors.get_document::<Cursor>(CURSOR_ID);
        match tokio::time::timeout(self.patience.search, asked).await {
            Ok(Ok(found)) => Ok(Some(found.cursor)),
            Ok(Err(Error::Meilisearch(answer)))
                if matches!(answer.error_code, ErrorCode::DocumentNotFound | ErrorCode::IndexNotFound) =>
            {
                Ok(None)
            }
            Ok(Err(other)) => Err(problem(other)),
            Err(_elapsed) => Err(EngineError::Unavailable),
        }
    }

    async fn set_cursor(&self, cursor: i64) -> Result<(), EngineError> {
        let document = [Cursor { id: CURSOR_ID.to_owned(), cursor }];
        let told = self.in_time(self.patience.write, self.cursors.add_or_replace(&document, Some("id"))).await?;
        self.done(told).await
    }
}

/// One question of the several that a search with facets takes.
struct Ask {
    filter: String,
    facets: Vec<&'static str>,
    offset: usize,
    limit: usize,
}

/// First the needs with all filters, then one question for each facet without the facet's own filter.
fn asks(query: &NeedQuery) -> Vec<Ask> {
    let (offset, limit) = window(query);
    let facet = |attribute| Ask { filter: filter(query, attribute), facets: vec![attribute], offset: 0, limit: 0 };
    let needs = Ask { filter: filter(query, ""), facets: Vec::new(), offset, limit };
    vec![needs, facet("field"), facet("county_code"), facet("town_code")]
}

/// The filter expression of `query` without the conditions on `except`; empty where nothing is filtered.
fn filter(query: &NeedQuery, except: &str) -> String {
    // JSON's quoting is the one that the server reads.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut conditions = Vec::new();
    if !query.fields.is_empty() && except != "field" {
        let fields: Vec<String> = query.fields.iter().map(|field| quoted(field)).collect();
        conditions.push(format!("field IN [{}]", fields.join(", ")));
    }
    let places = [("county_code", &query.county), ("town_code", &query.town), ("village_code", &query.village)];
    for (attribute, code) in places {
        if let Some(code) = code.as_deref().filter(|_| except != attribute) {
            conditions.push(format!("{attribute} = {}", quoted(code)));
        }
    }
    conditions.extend(query.amount_min_fen.map(|fen| format!("amount_fen >= {fen}")));
    conditions.extend(query.amount_max_fen.map(|fen| format!("amount_fen <= {fen}")));
    if query.open_only {
        conditions.push(format!("status IN [{}]", open_statuses().map(quoted).collect::<Vec<_>>().join(", ")));
    }
    conditions.join(" AND ")
}

fn order(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::Relevance => &[],
        Sort::Newest => &["published_at:desc"],
        Sort::AmountAsc => &["amount_fen:asc"],
        Sort::AmountDesc => &["amount_fen:desc"],
        Sort::Deadline => &["wanted_by:asc"],
    }
}

fn hits(mut answers: Vec<SearchResults<Hit>>, relaxed: bool) -> Result<NeedHits, EngineError> {
    let mut counts = |attribute: &str| -> Vec<(String, usize)> {
        let facets = answers.iter_mut().find_map(|answer| answer.facet_distribution.as_mut()?.remove(attribute));
        most_first(facets.unwrap_or_else(HashMap::new))
    };
    let facets = Facets { fields: counts("field"), counties: counts("county_code"), towns: counts("town_code") };
    let Some(needs) = answers.into_iter().next() else {
        return Err(EngineError::Unavailable);
    };
    let total = needs.estimated_total_hits.or(needs.total_hits).unwrap_or_default();
    let ids = needs.hits.into_iter().map(|hit| hit.result.id).collect();
    let relaxed = relaxed && total > 0;
    Ok(NeedHits { ids, total, facets, relaxed, answered_by: EngineName::Meilisearch, stands_in_for: None })
}

fn strategy(every_word: bool) -> MatchingStrategies {
    if every_word { MatchingStrategies::ALL } else { MatchingStrategies::FREQUENCY }
}

/// Ours to mend, or the server's to come back.
fn problem(error: Error) -> EngineError {
    tracing::warn!(%error, "the search server did not do what it was asked");
    match error {
        Error::Meilisearch(answer)
            if answer.error_type == ErrorType::Internal || answer.error_code == ErrorCode::IndexNotFound =>
        {
            EngineError::Unavailable
        }
        Error::Meilisearch(answer) => EngineError::Refused(answer.error_message),
        Error::MeilisearchCommunication(answer) if answer.status_code < 500 => {
            EngineError::Refused(format!("status {}", answer.status_code))
        }
        Error::InvalidRequest => EngineError::Refused("a request that cannot be sent".to_owned()),
        _ => EngineError::Unavailable,
    }
}
