//! The engine that runs as a server of its own: Meilisearch, for installations that outgrow one machine.
//!
//! It speaks the same questions and answers as the embedded engine and takes the same steps when nothing is found. It
//! does not pretend to be it: where fewer words are enough, the server lets go of them, most frequent first, and may go
//! below half of them.

mod asks;
mod wire;

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::errors::{Error, ErrorCode, ErrorType};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{MatchingStrategies, SearchResults, Selectors};
use meilisearch_sdk::task_info::TaskInfo;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::asks::{Ask, asks, order};
use super::engine::{Engine, EngineError, EngineName, NeedDocument, NeedHits, NeedQuery};
use super::text::Analyzer;
use super::widening::{Asked, Attempt};

/// The single document of the cursor's index.
const CURSOR_ID: &str = "needs";

/// Documents that are listed at once.
const LISTED: usize = 1_000;

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
pub struct Hit {
    pub id: Uuid,
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

    async fn ask(&self, asks: &[Ask], attempt: &Attempt) -> Result<Vec<SearchResults<Hit>>, EngineError> {
        let words = wire::words(&attempt.groups, &self.analyzer).join(" ");
        let order = order(attempt.query.sort);
        let ids = ["id"];
        let mut questions = self.client.multi_search();
        for ask in asks {
            let mut question = self.needs.search();
            question
                .with_query(&words)
                .with_filter(&ask.filter)
                .with_offset(ask.offset)
                .with_limit(ask.limit)
                .with_matching_strategy(strategy(!attempt.fewer))
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

    async fn try_once(&self, attempt: Attempt) -> Result<NeedHits, EngineError> {
        let asks = asks(&attempt.query);
        let answers = self.ask(&asks, &attempt).await?;
        let (ids, total, facets) = asks::read(&asks, answers)?;
        let (meant, reading, widened) = (attempt.meant, attempt.reading, attempt.widened);
        let answered_by = EngineName::Meilisearch;
        Ok(NeedHits {
            ids,
            last: None,
            total,
            facets,
            meant,
            perhaps: None,
            reading,
            widened,
            answered_by,
            stands_in_for: None,
        })
    }
}

impl Engine for MeiliEngine {
    fn name(&self) -> EngineName {
        EngineName::Meilisearch
    }

    async fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        // Whether a pinyin is known only the server could say; it corrects slips itself.
        let asked = Asked::read(&self.analyzer, query, |_: &str| true);
        let mut first = None;
        for attempt in asked.attempts() {
            let mut hits = self.try_once(attempt).await?;
            if hits.total > 0 {
                if let Some(attempt) = asked.perhaps(&hits) {
                    let others = self.try_once(attempt).await?;
                    hits.perhaps = others.meant.filter(|_| others.total > hits.total);
                }
                return Ok(hits);
            }
            first.get_or_insert(hits);
        }
        // Nothing was found by any of them: then nothing was let go either.
        first.ok_or(EngineError::Unavailable)
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

    async fn keep_only(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        let kept: HashSet<Uuid> = ids.into_iter().collect();
        let mut gone = Vec::new();
        for offset in (0..).step_by(LISTED) {
            let mut question = DocumentsQuery::new(&self.needs);
            question.with_fields(["id"]).with_offset(offset).with_limit(LISTED);
            let found = self.in_time(self.patience.write, question.execute::<Hit>()).await?;
            gone.extend(found.results.iter().map(|hit| hit.id).filter(|id| !kept.contains(id)));
            if found.results.len() < LISTED {
                break;
            }
        }
        self.remove(gone).await
    }

    /// The server looks after its own files.
    async fn is_sound(&self) -> bool {
        true
    }

    async fn start_over(&self) -> Result<(), EngineError> {
        self.clear().await
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
