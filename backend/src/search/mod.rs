//! Finding needs by words, places and amounts.
//!
//! Two engines to one contract: the embedded one is always there; Meilisearch answers where it is configured, and when
//! it is down the embedded one stands in and says so. Both follow the record of events and can be rebuilt from the
//! database at any time. Deliberately absent: who may see a need. Only public ones are put in.

pub mod config;
pub mod embedded;
pub mod engine;
mod folding;
pub mod meili;
pub mod pinyin;
mod sql;
pub mod text;

use crate::app::App;
use crate::error::{Error, Result};
use crate::places::Names;
use anyhow::Context;
use config::SearchConfig;
use embedded::{EmbeddedEngine, Opening};
use engine::{AnyEngine, Engine, EngineError, NeedHits, NeedQuery};
use meili::MeiliEngine;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use text::Analyzer;
use uuid::Uuid;

/// How often the index looks for news.
const FOLLOW: Duration = Duration::from_millis(300);
/// How long a search server that failed is left alone.
const SERVER_WAIT: Duration = Duration::from_secs(5);
/// Needs that are written to an index at once.
const BATCH: usize = 2_000;

const NEEDS: &str = include_str!("../../../search-config/needs.json");
const SYNONYMS: &str = include_str!("../../../search-config/synonyms.json");
const STOP_WORDS: &str = include_str!("../../../search-config/stop_words.json");

/// The engines of this process.
pub struct Search {
    /// A server that is asked first.
    configured: Option<Configured>,
    /// Absent in a process that does not answer queries: an index takes one writer.
    embedded: Option<AnyEngine>,
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
    Ok(Arc::new(Analyzer::new(config, places.all())?))
}

impl Search {
    /// Opens the index in `folder`; one that is damaged or of another version starts empty and is filled again.
    pub fn open(folder: &Path, analyzer: Arc<Analyzer>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let (engine, opening) = EmbeddedEngine::open(folder, analyzer)?;
        if let Opening::StartedOver { because } = opening {
            tracing::warn!(because, "the search index is built anew");
        }
        Ok(Search { configured: None, embedded: Some(AnyEngine::Embedded(engine)) })
    }

    /// For a process that does not answer queries, beside one that does.
    #[must_use]
    pub fn off() -> Self {
        Search { configured: None, embedded: None }
    }

    /// Asks this server from now on, and the embedded engine only where the server does not answer.
    #[must_use]
    pub fn with_server(self, engine: MeiliEngine) -> Self {
        Search { configured: Some(Configured { engine, ready: AtomicBool::new(false) }), ..self }
    }
}

/// Public needs that fit.
pub async fn find(app: &App, query: &NeedQuery) -> Result<NeedHits> {
    let found = match (&app.search.configured, &app.search.embedded) {
        (Some(server), Some(embedded)) if !server.ready.load(Ordering::Acquire) => {
            let hits = embedded.search(query).await;
            hits.map(|hits| NeedHits { stands_in_for: Some(server.engine.name()), ..hits })
        }
        (Some(server), embedded) => engine::ask(&server.engine, embedded.as_ref(), query).await,
        (None, Some(embedded)) => embedded.search(query).await,
        (None, None) => Err(EngineError::Unavailable),
    };
    let hits = found.map_err(|error| match error {
        EngineError::Unavailable => Error::Busy { retry_after_seconds: 5 },
        EngineError::Refused(why) => anyhow::anyhow!("search refused: {why}").into(),
    })?;
    if let Some(silent) = hits.stands_in_for {
        metrics::counter!("search_stood_in_total").increment(1);
        tracing::debug!(?silent, "the embedded engine stands in");
    }
    Ok(hits)
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
        return fill(app, engine, horizon).await;
    };
    if cursor == horizon {
        return Ok(0);
    }
    let changed = sql::changed(&mut connection, cursor, horizon).await?;
    for batch in changed.chunks(BATCH) {
        let documents = sql::documents(&mut connection, batch, &app.places).await?;
        let gone: Vec<Uuid> =
            batch.iter().copied().filter(|id| !documents.iter().any(|document| document.id == *id)).collect();
        engine.upsert(documents).await.map_err(unwritten)?;
        engine.remove(gone).await.map_err(unwritten)?;
    }
    if !changed.is_empty() {
        engine.set_cursor(horizon).await.map_err(unwritten)?;
    }
    Ok(changed.len())
}

/// Writes all public needs anew.
async fn fill(app: &App, engine: &impl Engine, horizon: i64) -> Result<usize> {
    engine.clear().await.map_err(unwritten)?;
    let mut written = 0;
    let mut after = Uuid::nil();
    loop {
        let mut connection = app.pool.acquire().await?;
        let ids = sql::public_after(&mut connection, after, BATCH).await?;
        let Some(last) = ids.last().copied() else { break };
        let documents = sql::documents(&mut connection, &ids, &app.places).await?;
        drop(connection);
        written += documents.len();
        engine.upsert(documents).await.map_err(unwritten)?;
        after = last;
    }
    engine.set_cursor(horizon).await.map_err(unwritten)?;
    Ok(written)
}

fn unwritten(error: EngineError) -> Error {
    anyhow::Error::new(error).context("cannot write the search index").into()
}

/// Follows the record of events for as long as the process runs, with each engine at its own pace.
pub async fn follow(app: App) {
    let embedded = async {
        loop {
            if let Err(error) = catch_up(&app).await {
                tracing::error!(%error, "the search index does not follow");
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
