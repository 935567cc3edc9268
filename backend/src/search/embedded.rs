//! The engine inside the process: an index in a folder, one writer, no server.
//!
//! It holds nothing that `PostgreSQL` does not hold: a folder that is damaged, or was written by another version or with
//! another configuration, is emptied and the caller told to fill it again.

mod ranking;
mod shape;
mod tally;

use std::fs;
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use moka::future::Cache;
use tantivy::directory::error::LockError;
use tantivy::directory::{INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::{Directory, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TantivyError};
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::ranking::{Earned, is_known, rank};
use self::shape::Shape;
use self::tally::{Matching, Tally};
use super::engine::{Engine, EngineError, EngineName, NeedDocument, NeedHits, NeedQuery, window};
use super::text::Analyzer;

/// Memory in which the writer gathers documents before it writes a segment.
const WRITER_BYTES: usize = 50_000_000;
/// The file that says which version and configuration wrote the folder.
const MARK: &str = "qiancun-search";
/// Answers that are kept; one is some kilobytes.
const ANSWERS: u64 = 1_000;

/// What was found in the folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Opening {
    /// An index that can go on from its cursor.
    Found,
    /// A new folder: fill it.
    Empty,
    /// An index that could not be used and was emptied: fill it again.
    StartedOver { because: String },
}

/// The embedded engine. Cloning shares the same index.
#[derive(Clone)]
pub struct EmbeddedEngine {
    inner: Arc<Inner>,
}

struct Inner {
    shape: Shape,
    analyzer: Arc<Analyzer>,
    reader: IndexReader,
    writing: Mutex<Writing>,
    /// Counts the commits, so that an answer is known by the index that gave it.
    commits: AtomicU64,
    /// What many ask alike: on a busy day most look at the same lists.
    answers: Cache<(u64, NeedQuery), NeedHits>,
    /// As many searches at a time as there are processors: more would only make all of them wait longer.
    turns: Semaphore,
}

struct Writing {
    writer: IndexWriter,
    cursor: Option<i64>,
}

impl EmbeddedEngine {
    /// Opens the index in `folder`, which belongs to this engine alone, and says what it found.
    ///
    /// # Errors
    /// `Refused` if another process writes there or the folder holds something else; `Unavailable` if it cannot be
    /// written at all.
    pub fn open(folder: &Path, analyzer: Arc<Analyzer>) -> Result<(Self, Opening), EngineError> {
        fs::create_dir_all(folder).map_err(unavailable)?;
        refuse_if_taken(folder)?;
        let shape = Shape::new(&analyzer.config().parts);
        let mark = format!("{} {:016x}", shape::VERSION, analyzer.fingerprint());
        let (index, opening) = match usable(folder, &shape, &mark)? {
            Ok(index) => (index, Opening::Found),
            Err(None) => (begin(folder, &shape, &mark)?, Opening::Empty),
            Err(Some(because)) => {
                tracing::warn!(folder = %folder.display(), because, "the search index starts over");
                empty(folder).map_err(unavailable)?;
                (begin(folder, &shape, &mark)?, Opening::StartedOver { because })
            }
        };
        let cursor = index.load_metas().map_err(unavailable)?.payload.and_then(|payload| payload.parse().ok());
        let writer = index.writer_with_num_threads(1, WRITER_BYTES).map_err(unavailable)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(unavailable)?;
        let writing = Mutex::new(Writing { writer, cursor });
        let (commits, answers) = (AtomicU64::new(0), Cache::new(ANSWERS));
        let turns = Semaphore::new(available_parallelism().map_or(1, NonZero::get));
        let inner = Inner { shape, analyzer, reader, writing, commits, answers, turns };
        Ok((Self { inner: Arc::new(inner) }, opening))
    }

    /// Runs `work`, which reads or writes files, where it does not hold up other tasks.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(unavailable)?
    }
}

impl Engine for EmbeddedEngine {
    fn name(&self) -> EngineName {
        EngineName::Embedded
    }

    async fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        // Read before the search: an answer of a later index under an earlier number is asked for by nobody.
        let key = (self.inner.commits.load(Ordering::Acquire), query.clone());
        if let Some(hits) = self.inner.answers.get(&key).await {
            return Ok(hits);
        }
        let turn = self.inner.turns.acquire().await.map_err(unavailable)?;
        let query = query.clone();
        let hits = self.aside(move |inner| inner.search(&query)).await?;
        drop(turn);
        self.inner.answers.insert(key, hits.clone()).await;
        Ok(hits)
    }

    async fn upsert(&self, needs: Vec<NeedDocument>) -> Result<(), EngineError> {
        self.aside(move |inner| {
            inner.write(|writing| {
                for need in &needs {
                    writing.writer.delete_term(inner.shape.id_term(need.id));
                    writing.writer.add_document(inner.shape.document(&inner.analyzer, need))?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn remove(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        self.aside(move |inner| {
            inner.write(|writing| {
                for id in &ids {
                    writing.writer.delete_term(inner.shape.id_term(*id));
                }
                Ok(())
            })
        })
        .await
    }

    async fn clear(&self) -> Result<(), EngineError> {
        self.aside(|inner| {
            inner.write(|writing| {
                writing.cursor = None;
                writing.writer.delete_all_documents().map(drop)
            })
        })
        .await
    }

    async fn document_count(&self) -> Result<usize, EngineError> {
        usize::try_from(self.inner.reader.searcher().num_docs()).map_err(unavailable)
    }

    async fn cursor(&self) -> Result<Option<i64>, EngineError> {
        Ok(self.inner.writing().cursor)
    }

    async fn set_cursor(&self, cursor: i64) -> Result<(), EngineError> {
        self.aside(move |inner| {
            inner.write(|writing| {
                writing.cursor = Some(cursor);
                Ok(())
            })
        })
        .await
    }
}

impl Inner {
    fn writing(&self) -> std::sync::MutexGuard<'_, Writing> {
        // A panic while writing leaves the writer as it was before its commit.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits what `change` did together with the cursor, or nothing of it.
    fn write(&self, change: impl FnOnce(&mut Writing) -> tantivy::Result<()>) -> Result<(), EngineError> {
        let mut writing = self.writing();
        let before = writing.cursor;
        let outcome = change(&mut writing).and_then(|()| {
            let cursor = writing.cursor;
            let mut commit = writing.writer.prepare_commit()?;
            if let Some(cursor) = cursor {
                commit.set_payload(&cursor.to_string());
            }
            commit.commit().map(drop)
        });
        if let Err(problem) = outcome {
            writing.cursor = before;
            if let Err(worse) = writing.writer.rollback() {
                tracing::error!(%worse, "the search index could not be rolled back");
            }
            return Err(unavailable(problem));
        }
        self.reader.reload().map_err(unavailable)?;
        self.commits.fetch_add(1, Ordering::Release);
        Ok(())
    }

    fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        let searcher = self.reader.searcher();
        let segments = searcher.segment_readers();
        let (parts, latin) = (&self.shape.parts, self.shape.latin);
        // A dictionary that cannot be read shows again, as an error, when the postings are read.
        let known = |typed: &str| is_known(segments, latin, typed).unwrap_or(false);
        let groups = self.analyzer.read_query(&query.text, &known);
        let quality = &self.analyzer.config().quality;
        let ranked =
            segments.iter().map(|segment| rank(segment, parts, quality, &groups)).collect::<Result<Vec<_>, _>>()?;
        let all = u8::try_from(groups.len()).unwrap_or(u8::MAX);
        let relaxed = all > 1 && !any_meets(&searcher, &ranked, all);
        let least = if relaxed { all.div_ceil(2) } else { all };
        let (offset, limit) = window(query);
        let mut tally = Tally::new(query, if limit == 0 { 0 } else { offset + limit });
        for (segment, earned) in segments.iter().zip(&ranked) {
            let matching = if groups.is_empty() { Matching::All } else { Matching::Earned(earned, least) };
            tally.add(segment, &matching)?;
        }
        let (ids, total, facets) = tally.finish(offset);
        // Nothing loosened is worth mentioning where nothing was found.
        let relaxed = relaxed && total > 0;
        Ok(NeedHits { ids, total, facets, relaxed, answered_by: EngineName::Embedded, stands_in_for: None })
    }
}

/// Whether any need that is still there meets `words` words.
fn any_meets(searcher: &Searcher, ranked: &[Earned], words: u8) -> bool {
    searcher.segment_readers().iter().zip(ranked).any(|(segment, earned)| {
        earned.documents.iter().any(|&document| earned.met[document as usize] >= words && lives(segment, document))
    })
}

fn lives(segment: &SegmentReader, document: u32) -> bool {
    segment.alive_bitset().is_none_or(|alive| alive.is_alive(document))
}

/// Logs what went wrong; the caller only needs to know that another engine should answer.
fn unavailable(problem: impl std::fmt::Display) -> EngineError {
    tracing::warn!(%problem, "the embedded search engine failed");
    EngineError::Unavailable
}

/// Emptying a folder under another process would take its index away, so the writer's lock is tried first.
fn refuse_if_taken(folder: &Path) -> Result<(), EngineError> {
    let directory = MmapDirectory::open(folder).map_err(unavailable)?;
    match directory.acquire_lock(&INDEX_WRITER_LOCK) {
        Ok(_released_at_once) => Ok(()),
        Err(LockError::LockBusy) => Err(EngineError::Refused(format!("{} is in use", folder.display()))),
        Err(problem) => Err(unavailable(problem)),
    }
}

/// The index in `folder` if it can be used; else why not, or `None` if there is nothing yet.
fn usable(folder: &Path, shape: &Shape, mark: &str) -> Result<Result<Index, Option<String>>, EngineError> {
    let names = file_names(folder).map_err(unavailable)?;
    let ours = |name: &str| names.iter().any(|found| found == name);
    if names.is_empty() {
        return Ok(Err(None));
    }
    if !ours(MARK) && !ours("meta.json") {
        return Err(EngineError::Refused(format!("{} holds files that are not a search index", folder.display())));
    }
    let found = fs::read_to_string(folder.join(MARK)).unwrap_or_default();
    if found != mark {
        return Ok(Err(Some(format!("written as {found:?}, needed is {mark:?}"))));
    }
    Ok(intact(folder, shape).map_err(Some))
}

fn intact(folder: &Path, shape: &Shape) -> Result<Index, String> {
    let text = |problem: TantivyError| problem.to_string();
    let index = Index::open_in_dir(folder).map_err(text)?;
    if index.schema() != shape.schema {
        return Err("another shape".to_owned());
    }
    let damaged = index.validate_checksum().map_err(text)?;
    if !damaged.is_empty() {
        return Err(format!("damaged files: {damaged:?}"));
    }
    index.reader().map_err(text)?;
    Ok(index)
}

fn begin(folder: &Path, shape: &Shape, mark: &str) -> Result<Index, EngineError> {
    let index = Index::create_in_dir(folder, shape.schema.clone()).map_err(unavailable)?;
    // Last, so that a folder that carries the mark has an index.
    fs::write(folder.join(MARK), mark).map_err(unavailable)?;
    Ok(index)
}

/// Names of the files in `folder`, without locks.
fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_none_or(|ending| ending != "lock") {
            names.push(name);
        }
    }
    Ok(names)
}

/// Removes the files of an index; folders are not touched, an index has none.
fn empty(folder: &Path) -> io::Result<()> {
    for name in file_names(folder)? {
        let path = folder.join(name);
        if path.is_file() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
