//! The engine that runs as a server of its own: Meilisearch, for installations that outgrow one machine.
//!
//! It speaks the same questions and answers as the embedded engine, takes the same steps when nothing is found, and ranks
//! by the same points. Deliberately absent: the server's own idea of relevance.

mod asks;
mod known;
mod tiers;
mod wire;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::errors::{Error, ErrorCode, ErrorType};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{FederationOptions, SearchResults, Selectors};
use meilisearch_sdk::task_info::TaskInfo;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::asks::{Ask, Count, all_of, conditions, order};
use self::known::Known;
use self::tiers::{Lean, Tier, Words};
use self::wire::{EVERYWHERE, latin_attributes};
use super::engine::{Engine, EngineError, EngineName, NeedDocument, NeedHits, NeedQuery, Sort, window};
use super::text::Analyzer;
use super::widening::{Asked, Attempt};

/// The single document of the cursor's index.
const CURSOR_ID: &str = "needs";

/// Documents that are listed at once.
const LISTED: usize = 1_000;

/// So many tiers are looked into, round by round, until enough needs are found.
const ROUNDS: [usize; 4] = [24, 48, 96, 192];

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
    known: Arc<RwLock<Known>>,
    patience: Patience,
}

#[derive(Deserialize)]
pub struct Hit {
    pub id: Uuid,
}

#[derive(Deserialize, Serialize)]
struct Followed {
    id: String,
    cursor: i64,
    /// Shape and configuration that the index was written with.
    #[serde(default)]
    mark: String,
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
        Ok(Self { client, needs, cursors, analyzer, known: Arc::default(), patience })
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
        if self.cursor().await?.is_none() {
            // What is there was written otherwise: new settings would have the server read all of it again.
            self.clear().await?;
        }
        let settings = wire::settings(self.analyzer.config());
        let told = self.in_time(self.patience.write, self.needs.set_settings(&settings)).await?;
        self.done(told).await
    }

    /// What the index is marked with, beside its cursor.
    fn mark(&self) -> String {
        format!("{} {:016x}", wire::VERSION, self.analyzer.fingerprint())
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

    /// Asks everything at once.
    async fn ask(&self, asks: &[Ask], order: &[&str]) -> Result<Vec<SearchResults<Hit>>, EngineError> {
        let mut questions = self.client.multi_search();
        for ask in asks {
            let mut question = self.needs.search();
            question
                .with_filter(&ask.filter)
                .with_offset(ask.offset)
                .with_limit(ask.limit)
                .with_attributes_to_retrieve(Selectors::Some(&["id"]));
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

    async fn count(&self, asks: &[Ask]) -> Result<Vec<Count>, EngineError> {
        Ok(self.ask(asks, &[]).await?.into_iter().map(Count::of).collect())
    }

    async fn try_once(&self, attempt: Attempt) -> Result<NeedHits, EngineError> {
        let query = &attempt.query;
        let (offset, limit) = window(query);
        let mut words = Words::of(&attempt, &self.analyzer);
        let ranked = query.sort == Sort::Relevance && !attempt.groups.is_empty() && limit > 0;
        let mut asks = asks::asks(query, &words.filter(), if ranked { (0, 0) } else { (offset, limit) });
        let plain = asks.len();
        if ranked {
            asks.extend(words.counts(&conditions(query, None)));
        }
        let mut answers = self.ask(&asks, order(query.sort)).await?;
        let counts = answers.split_off(plain).into_iter().map(Count::of).collect();
        let (mut ids, total, facets) = asks::read(query, &asks[..plain], answers)?;
        if ranked && total > offset {
            words.learn(counts);
            ids = self.best(query, &words, total).await?;
        }
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

    /// The needs that are worth most. Most searches take one round.
    async fn best(&self, query: &NeedQuery, words: &Words, total: usize) -> Result<Vec<Uuid>, EngineError> {
        let (offset, limit) = window(query);
        let enough = total.min(offset + limit);
        let conditions = conditions(query, None);
        let with_conditions = |filter: String| all_of([filter, conditions.clone()]);
        let (mut all, mut lean) = (words.tiers(), Lean::new());
        let mut asked: Vec<(i64, String)> = Vec::new();
        for at_most in ROUNDS {
            let mut tiers = all.take(at_most);
            let last = tiers.len() < at_most;
            let uncounted: Vec<&mut Tier> = tiers.iter_mut().filter(|tier| tier.count.is_none()).collect();
            if !uncounted.is_empty() {
                let filters = uncounted.iter().map(|tier| Ask::counting_fields(with_conditions(tier.filter())));
                let counts = self.count(&filters.collect::<Vec<_>>()).await?;
                for (tier, count) in uncounted.into_iter().zip(counts) {
                    tier.count = Some(count);
                }
            }
            tiers.retain(|tier| tier.number() > 0);
            if lean.is_empty() {
                lean = words.lean(&tiers);
            }
            let full = tiers.iter().position(|tier| tier.number() >= enough);
            tiers.truncate(full.map_or(tiers.len(), |at| at + 1));
            let parts = tiers.iter().flat_map(|tier| tier.parts(&lean));
            asked.extend(parts.map(|(worth, filter)| (worth, with_conditions(filter))));
            let ids = self.weighed(&asked, (offset, limit)).await?;
            if last || full.is_some() || offset + ids.len() >= enough {
                return Ok(ids);
            }
        }
        // What is worth less than so many tiers stands in the order of publication.
        asked.push((i64::MIN, with_conditions(words.filter())));
        self.weighed(&asked, (offset, limit)).await
    }

    /// The needs that meet any of the filters, by what that is worth.
    async fn weighed(
        &self,
        asked: &[(i64, String)],
        (offset, limit): (usize, usize),
    ) -> Result<Vec<Uuid>, EngineError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let worths: BTreeSet<i64> = asked.iter().map(|(worth, _)| *worth).collect();
        let weights: HashMap<i64, f32> = worths.into_iter().zip((1_u16..).map(f32::from)).collect();
        let mut questions = self.client.multi_search();
        for (worth, filter) in asked {
            let mut question = self.needs.search();
            question.with_query(EVERYWHERE).with_filter(filter).with_attributes_to_retrieve(Selectors::Some(&["id"]));
            questions.with_search_query_and_weight(question, weights[worth]);
        }
        let window = FederationOptions { offset: Some(offset), limit: Some(limit), ..FederationOptions::default() };
        let questions = questions.with_federation(window);
        let answer = self.in_time(self.patience.search, questions.execute::<Hit>()).await?;
        Ok(answer.hits.into_iter().map(|hit| hit.result.id).collect())
    }

    /// Reads which words of Latin letters the index has.
    async fn learn_latin(&self, cursor: i64) -> Result<(), EngineError> {
        let attributes = latin_attributes(self.analyzer.config());
        let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
        let mut question = self.needs.search();
        question.with_limit(0).with_facets(Selectors::Some(&attributes));
        let answer = self.in_time(self.patience.write, question.execute::<Hit>()).await?;
        let words = answer.facet_distribution.into_iter().flatten().flat_map(|(_, words)| words.into_keys());
        self.known_mut().replace(words.collect(), cursor);
        Ok(())
    }

    fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_known(&self, word: &str) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).has(word)
    }
}

impl Engine for MeiliEngine {
    fn name(&self) -> EngineName {
        EngineName::Meilisearch
    }

    async fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        let asked = Asked::read(&self.analyzer, query, |word: &str| self.is_known(word));
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
        let mut latin = HashSet::new();
        let documents: Vec<_> = needs.iter().map(|need| wire::document(need, &self.analyzer, &mut latin)).collect();
        let told = self.in_time(self.patience.write, self.needs.add_or_replace(&documents, Some("id"))).await?;
        self.done(told).await?;
        self.known_mut().add(latin);
        Ok(())
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
        *self.known_mut() = Known::default();
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
        let asked = self.cursors.get_document::<Followed>(CURSOR_ID);
        let found = match tokio::time::timeout(self.patience.search, asked).await {
            Ok(Ok(found)) => found,
            Ok(Err(Error::Meilisearch(answer)))
                if matches!(answer.error_code, ErrorCode::DocumentNotFound | ErrorCode::IndexNotFound) =>
            {
                return Ok(None);
            }
            Ok(Err(other)) => return Err(problem(other)),
            Err(_elapsed) => return Err(EngineError::Unavailable),
        };
        if found.mark != self.mark() {
            return Ok(None);
        }
        if self.known_mut().lags(found.cursor) {
            self.learn_latin(found.cursor).await?;
        }
        Ok(Some(found.cursor))
    }

    async fn set_cursor(&self, cursor: i64) -> Result<(), EngineError> {
        let document = [Followed { id: CURSOR_ID.to_owned(), cursor, mark: self.mark() }];
        let told = self.in_time(self.patience.write, self.cursors.add_or_replace(&document, Some("id"))).await?;
        self.done(told).await?;
        self.known_mut().follow(cursor);
        Ok(())
    }
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
