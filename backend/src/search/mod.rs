//! Finding needs by words, places and amounts.
//!
//! Two engines to one contract: the embedded one is always there; Meilisearch answers where it is configured, and when
//! it is down the embedded one stands in and says so. Both follow the record of events and can be rebuilt from the
//! database at any time. Deliberately absent: who may see a need. Only public ones are put in.

mod amounts;
pub mod config;
pub mod embedded;
pub mod engine;
mod folding;
pub mod lexicon;
mod marking;
pub mod meili;
pub mod pinyin;
pub mod reading;
mod sql;
mod suggestions;
pub mod text;
mod widening;

pub use suggestions::suggest;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::Origin;
use crate::places::Names;
use anyhow::Context;
use config::SearchConfig;
use domain::matching::outlook::Outlook;
pub use embedded::Fitting;
use embedded::{EmbeddedEngine, Opening};
use engine::{AnyEngine, Engine, EngineError, NeedHits, NeedQuery};
pub use marking::Marker;
use meili::MeiliEngine;
use reading::Reading;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use text::Analyzer;
use uuid::Uuid;

/// How often the index looks for news.
const FOLLOW: Duration = Duration::from_millis(300);
/// How often the files of the index are looked at.
const INSPECT: Duration = Duration::from_mins(1);
/// How long a search server that failed is left alone.
const SERVER_WAIT: Duration = Duration::from_secs(5);
/// Needs that are written to an index at once.
const BATCH: usize = 2_000;
/// Transactions that are looked back at, over and over, while none of them tells of needs.
const LOOKED_BACK: i64 = 2_000;

const NEEDS: &str = include_str!("../../../search-config/needs.json");
const SYNONYMS: &str = include_str!("../../../search-config/synonyms.json");
const STOP_WORDS: &str = include_str!("../../../search-config/stop_words.json");

/// The engines of this process.
pub struct Search {
    /// A server that is asked first.
    configured: Option<Configured>,
    /// Absent in a process that does not answer queries: an index takes one writer.
    embedded: Option<AnyEngine>,
    /// How texts are read; absent with the engine.
    analyzer: Option<Arc<Analyzer>>,
}

/// A search server, which may come later than we do and go before us.
struct Configured {
    engine: MeiliEngine,
    /// It has its settings and was brought up to date once; until then its answers are not whole.
    ready: AtomicBool,
}

/// How text is read; made once, because it reads a dictionary.
pub fn analyzer(places: &Names) -> anyhow::Result<Arc<Analyzer>> {
    let config = SearchConfig::parse(NEEDS, SYNONYMS, STOP_WORDS).context("search-config")?;
    Ok(Arc::new(Analyzer::new(config, places.iter().map(|(code, name)| (code.as_str(), name)))?))
}

impl Search {
    /// Opens the index in `folder`; one that is damaged or of another version starts empty and is filled again.
    pub fn open(folder: &Path, analyzer: Arc<Analyzer>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let (engine, opening) = EmbeddedEngine::open(folder, analyzer.clone())?;
        if let Opening::StartedOver { because } = opening {
            tracing::warn!(because, "the search index is built anew");
        }
        Ok(Search { configured: None, embedded: Some(AnyEngine::Embedded(engine)), analyzer: Some(analyzer) })
    }

    /// For a process that does not answer queries, beside one that does.
    #[must_use]
    pub fn off() -> Self {
        Search { configured: None, embedded: None, analyzer: None }
    }

    /// Marks in texts what was looked for; none where that were no words.
    pub fn marker(&self, reading: &Reading) -> Option<Marker<'_>> {
        let analyzer = self.analyzer.as_deref().filter(|_| !reading.groups.is_empty());
        analyzer.map(|analyzer| Marker::new(analyzer, reading))
    }

    /// Asks this server from now on, and the embedded engine only where the server does not answer.
    #[must_use]
    pub fn with_server(self, engine: MeiliEngine) -> Self {
        Search { configured: Some(Configured { engine, ready: AtomicBool::new(false) }), ..self }
    }
}

/// Public needs that fit. Where there are no words to be met, the index in this process answers whatever server there is:
/// its columns are all that is asked, and only it can go on behind a need.
pub async fn find(app: &App, query: &NeedQuery) -> Result<NeedHits> {
    let found = match (&app.search.configured, &app.search.embedded) {
        (_, Some(embedded)) if query.is_wordless() => embedded.search(query).await,
        (Some(server), Some(embedded)) if !server.ready.load(Ordering::Acquire) => {
            let hits = embedded.search(query).await;
            hits.map(|hits| NeedHits { stands_in_for: Some(server.engine.name()), ..hits })
        }
        (Some(server), embedded) => engine::ask(&server.engine, embedded.as_ref(), query).await,
        (None, Some(embedded)) => embedded.search(query).await,
        (None, None) => Err(EngineError::Unavailable),
    };
    let hits = found.map_err(unanswered)?;
    if let Some(silent) = hits.stands_in_for {
        metrics::counter!("search_stood_in_total").increment(1);
        tracing::debug!(?silent, "the embedded engine stands in");
    }
    Ok(hits)
}

/// The open needs that may fit an enterprise best, best first, without those that it does not want to see.
pub async fn fitting(app: &App, outlook: Outlook, without: BTreeSet<Uuid>) -> Result<Arc<Vec<Fitting>>> {
    match &app.search.embedded {
        Some(AnyEngine::Embedded(engine)) => {
            engine.fitting(outlook, without, app.clock.today()).await.map_err(unanswered)
        }
        _ => Err(unanswered(EngineError::Unavailable)),
    }
}

fn unanswered(error: EngineError) -> Error {
    match error {
        EngineError::Unavailable => Error::Busy { retry_after_seconds: 5 },
        EngineError::Refused(why) => anyhow::anyhow!("search refused: {why}").into(),
    }
}

/// Brings the embedded engine up to what has been committed. Returns how many needs were written.
pub async fn catch_up(app: &App) -> Result<usize> {
    match &app.search.embedded {
        Some(engine) => catch_up_engine(app, engine).await,
        None => Ok(0),
    }
}

/// The same for the search server, where there is one; gives it its settings first.
pub async fn catch_up_server(app: &App) -> Result<usize> {
    let Some(server) = &app.search.configured else { return Ok(0) };
    if !server.ready.load(Ordering::Acquire) {
        server.engine.prepare().await.map_err(unwritten)?;
    }
    let written = catch_up_engine(app, &server.engine).await;
    // One that lost its index, or went away half-way, is prepared again.
    server.ready.store(written.is_ok(), Ordering::Release);
    written
}

async fn catch_up_engine(app: &App, engine: &impl Engine) -> Result<usize> {
    let cursor = engine.cursor().await.map_err(unwritten)?;
    let mut connection = app.pool.acquire().await?;
    let horizon = sql::horizon(&mut connection).await?;
    // An empty index, or one that followed another database, is filled from the needs themselves.
    let Some(cursor) = cursor.filter(|cursor| *cursor <= horizon) else {
        drop(connection);
        engine.clear().await.map_err(unwritten)?;
        return fill(app, engine, horizon).await;
    };
    if cursor == horizon {
        return Ok(0);
    }
    if sql::anew_was_asked(&mut connection, cursor, horizon).await? {
        drop(connection);
        return fill(app, engine, horizon).await;
    }
    let mut changed = sql::news(&mut connection, cursor, horizon).await?;
    if !changed.place_imports.is_empty() {
        let others = sql::needs_of_places(&mut connection, &changed.place_imports).await?;
        changed.needs.extend(others);
    }
    for batch in changed.needs.chunks(BATCH) {
        let documents = sql::documents(&mut connection, batch, &app.places).await?;
        let gone: Vec<Uuid> =
            batch.iter().copied().filter(|id| !documents.iter().any(|document| document.id == *id)).collect();
        engine.upsert(documents).await.map_err(unwritten)?;
        engine.remove(gone).await.map_err(unwritten)?;
    }
    // To move it costs a write of the index, not to move it a look at what happened since.
    if !changed.needs.is_empty() || horizon - cursor > LOOKED_BACK {
        engine.set_cursor(horizon).await.map_err(unwritten)?;
    }
    Ok(changed.needs.len())
}

/// Writes all public needs anew, while what is there already goes on being found, and takes out what is none of them.
async fn fill(app: &App, engine: &impl Engine, horizon: i64) -> Result<usize> {
    let mut written: Vec<Uuid> = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let mut connection = app.pool.acquire().await?;
        let ids = sql::public_after(&mut connection, after, BATCH).await?;
        let Some(last) = ids.last().copied() else { break };
        let documents = sql::documents(&mut connection, &ids, &app.places).await?;
        drop(connection);
        written.extend(documents.iter().map(|document| document.id));
        engine.upsert(documents).await.map_err(unwritten)?;
        after = last;
    }
    let number = written.len();
    engine.set_cursor(horizon).await.map_err(unwritten)?;
    engine.keep_only(written).await.map_err(unwritten)?;
    Ok(number)
}

/// Has every index written anew by the processes that follow this database, while they serve.
pub async fn ask_anew(app: &App) -> Result<()> {
    let mut tx = app.begin().await?;
    let record = Record {
        verb: "search_written_anew",
        subject_kind: "search",
        subject: app.clock.id(),
        before: None,
        after: None,
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    tx.commit().await?;
    Ok(())
}

/// Looks whether the index in this process is as it was written. One that is not begins anew and is filled by the next
/// [`catch_up`]; until then what is known of it goes on being found. Returns whether it was sound.
pub async fn inspect(app: &App) -> Result<bool> {
    let Some(engine) = &app.search.embedded else { return Ok(true) };
    if engine.is_sound().await {
        return Ok(true);
    }
    tracing::warn!("the search index is built anew");
    metrics::counter!("search_index_damaged_total").increment(1);
    engine.start_over().await.map_err(unwritten)?;
    Ok(false)
}

fn unwritten(error: EngineError) -> Error {
    anyhow::Error::new(error).context("cannot write the search index").into()
}

/// Follows the record of events for as long as the process runs, with each engine at its own pace.
pub async fn follow(app: App) {
    let embedded = async {
        let mut inspected = Instant::now();
        loop {
            let followed = catch_up(&app).await;
            if let Err(error) = &followed {
                tracing::error!(%error, "the search index does not follow");
            }
            if followed.is_err() || inspected.elapsed() >= INSPECT {
                inspected = Instant::now();
                if let Err(error) = inspect(&app).await {
                    tracing::error!(%error, "the search index cannot begin anew");
                }
            }
            tokio::time::sleep(FOLLOW).await;
        }
    };
    let server = async {
        while app.search.configured.is_some() {
            let wait = match catch_up_server(&app).await {
                Ok(_) => FOLLOW,
                Err(error) => {
                    tracing::warn!(%error, "the search server does not follow");
                    SERVER_WAIT
                }
            };
            tokio::time::sleep(wait).await;
        }
    };
    tokio::join!(embedded, server);
}
