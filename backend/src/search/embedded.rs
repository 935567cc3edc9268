//! The engine inside the process: an index in a folder, one writer, no server.
//!
//! It holds nothing that `PostgreSQL` does not hold: a folder that is damaged, or was written by another version or with
//! another configuration, is emptied and the caller told to fill it again.

mod fitting;
mod folder;
mod ranking;
mod shape;
mod table;
mod tally;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::available_parallelism;

use chrono::NaiveDate;
use domain::matching::outlook::Outlook;
use domain::matching::topics::TOPICS;
use moka::future::Cache;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyError};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use self::fitting::Fitting;
use self::ranking::{Earned, Slate, is_known, lean, rank};
use self::shape::Shape;
use self::table::Snapshot;
use self::tally::Tally;
use super::engine::{Engine, EngineError, EngineName, NeedDocument, NeedHits, NeedQuery, window};
use super::reading::Group;
use super::text::Analyzer;
use super::widening::{Asked, Attempt};

/// Memory in which the writer gathers documents before it writes a segment.
const WRITER_BYTES: usize = 50_000_000;
/// Answers that are kept; one is some kilobytes.
const ANSWERS: u64 = 1_000;

/// Each word is looked up in each segment, so few are kept: at most two of a size, sizes being eight times each other.
fn few_segments() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(3);
    policy.set_min_layer_size(500);
    policy.set_level_log_size(3.0);
    policy.set_del_docs_ratio_before_merge(0.2);
    policy
}

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
    folder: PathBuf,
    /// What the folder is marked with.
    mark: String,
    /// What is searched: the index as of its last commit.
    snapshot: RwLock<Arc<Snapshot>>,
    writing: Mutex<Writing>,
    /// Counts the commits, so that an answer is known by the index that gave it.
    commits: AtomicU64,
    /// What many ask alike: on a busy day most look at the same lists.
    answers: Cache<(u64, NeedQuery), NeedHits>,
    /// The same for what may fit an enterprise.
    fitting: Cache<(u64, Arc<Wanted>), Arc<Vec<Fitting>>>,
    /// As many looks at all needs at a time as there are processors: more would only make all of them wait longer.
    turns: Semaphore,
    /// For searches to write on; as many as there were searches at a time.
    slates: Mutex<Vec<Slate>>,
}

/// For whom needs are looked at, and when.
#[derive(Eq, Hash, PartialEq)]
struct Wanted {
    outlook: Outlook,
    without: BTreeSet<Uuid>,
    today: NaiveDate,
}

struct Writing {
    /// Absent while the folder begins anew: a folder takes one writer.
    writer: Option<IndexWriter>,
    reader: IndexReader,
    cursor: Option<i64>,
    /// Until the next cursor the index is not whole, and what was known before is searched.
    unfinished: bool,
}

impl Writing {
    fn open(index: &Index, unfinished: bool) -> Result<Self, EngineError> {
        let cursor = index.load_metas().map_err(unavailable)?.payload.and_then(|payload| payload.parse().ok());
        let writer = index.writer_with_num_threads(1, WRITER_BYTES).map_err(unavailable)?;
        writer.set_merge_policy(Box::new(few_segments()));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(unavailable)?;
        Ok(Writing { writer: Some(writer), reader, cursor, unfinished })
    }

    fn writer(&mut self) -> tantivy::Result<&mut IndexWriter> {
        self.writer.as_mut().ok_or_else(|| TantivyError::SystemError("the index has no writer".to_owned()))
    }
}

impl EmbeddedEngine {
    /// Opens the index in `folder`, which belongs to this engine alone, and says what it found.
    ///
    /// # Errors
    /// `Refused` if another process writes there or the folder holds something else; `Unavailable` if it cannot be
    /// written at all.
    pub fn open(folder: &Path, analyzer: Arc<Analyzer>) -> Result<(Self, Opening), EngineError> {
        fs::create_dir_all(folder).map_err(unavailable)?;
        folder::refuse_if_taken(folder)?;
        let shape = Shape::new(&analyzer.config().parts);
        let mark = format!("{} {:016x} {:016x}", shape::VERSION, analyzer.fingerprint(), fingerprint_of_topics());
        let (index, opening) = match folder::usable(folder, &shape, &mark)? {
            Ok(index) => (index, Opening::Found),
            Err(None) => (folder::begin(folder, &shape, &mark)?, Opening::Empty),
            Err(Some(because)) => {
                tracing::warn!(folder = %folder.display(), because, "the search index starts over");
                folder::empty(folder).map_err(unavailable)?;
                (folder::begin(folder, &shape, &mark)?, Opening::StartedOver { because })
            }
        };
        let writing = Writing::open(&index, false)?;
        let snapshot = Snapshot::of(writing.reader.searcher(), None).map_err(unavailable)?;
        let snapshot = RwLock::new(Arc::new(snapshot));
        let writing = Mutex::new(writing);
        let (commits, answers, fitting) = (AtomicU64::new(0), Cache::new(ANSWERS), Cache::new(ANSWERS));
        let turns = Semaphore::new(available_parallelism().map_or(1, NonZero::get));
        let (folder, slates) = (folder.to_owned(), Mutex::default());
        let inner =
            Inner { shape, analyzer, folder, mark, snapshot, writing, commits, answers, fitting, turns, slates };
        Ok((Self { inner: Arc::new(inner) }, opening))
    }

    /// The open needs that may fit an enterprise best, best first, without those that it does not want to see.
    pub async fn fitting(
        &self,
        outlook: Outlook,
        without: BTreeSet<Uuid>,
        today: NaiveDate,
    ) -> Result<Arc<Vec<Fitting>>, EngineError> {
        let wanted = Arc::new(Wanted { outlook, without, today });
        let key = (self.inner.commits.load(Ordering::Acquire), Arc::clone(&wanted));
        if let Some(known) = self.inner.fitting.get(&key).await {
            return Ok(known);
        }
        let turn = self.inner.turns.acquire().await.map_err(unavailable)?;
        let best = self.aside(move |inner| Ok(fitting::best(&inner.snapshot(), &wanted))).await?;
        drop(turn);
        let best = Arc::new(best);
        self.inner.fitting.insert(key, Arc::clone(&best)).await;
        Ok(best)
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
        // Here and not aside: it takes a millisecond or two, as rendering a page does, of which the way to another
        // thread and back would be a tenth.
        let hits = self.inner.search(query)?;
        self.inner.answers.insert(key, hits.clone()).await;
        Ok(hits)
    }

    async fn upsert(&self, needs: Vec<NeedDocument>) -> Result<(), EngineError> {
        if needs.is_empty() {
            return Ok(());
        }
        self.aside(move |inner| {
            inner.write(|writing| {
                let writer = writing.writer()?;
                for need in &needs {
                    writer.delete_term(inner.shape.id_term(need.id));
                    writer.add_document(inner.shape.document(&inner.analyzer, need))?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn remove(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.aside(move |inner| {
            inner.write(|writing| {
                let writer = writing.writer()?;
                for id in &ids {
                    writer.delete_term(inner.shape.id_term(*id));
                }
                Ok(())
            })
        })
        .await
    }

    async fn keep_only(&self, ids: Vec<Uuid>) -> Result<(), EngineError> {
        let kept: HashSet<Uuid> = ids.into_iter().collect();
        let searched = self.inner.snapshot();
        let all = searched.segments().flat_map(|(_, table)| &table.ids);
        let gone = all.filter(|id| !kept.contains(*id)).copied().collect();
        self.remove(gone).await
    }

    async fn is_sound(&self) -> bool {
        self.aside(|inner| Ok(inner.damage())).await.is_ok_and(|damage| match damage {
            None => true,
            Some(because) => {
                tracing::error!(because, "the search index is damaged");
                false
            }
        })
    }

    async fn start_over(&self) -> Result<(), EngineError> {
        self.aside(Inner::start_over).await
    }

    async fn clear(&self) -> Result<(), EngineError> {
        self.aside(|inner| {
            inner.write(|writing| {
                writing.cursor = None;
                writing.writer()?.delete_all_documents().map(drop)
            })
        })
        .await
    }

    async fn document_count(&self) -> Result<usize, EngineError> {
        usize::try_from(self.inner.snapshot().searcher.num_docs()).map_err(unavailable)
    }

    async fn cursor(&self) -> Result<Option<i64>, EngineError> {
        Ok(self.inner.writing().cursor)
    }

    async fn set_cursor(&self, cursor: i64) -> Result<(), EngineError> {
        self.aside(move |inner| {
            inner.write(|writing| {
                writing.cursor = Some(cursor);
                writing.unfinished = false;
                Ok(())
            })
        })
        .await
    }
}

impl Inner {
    fn writing(&self) -> MutexGuard<'_, Writing> {
        // A panic while writing leaves the writer as it was before its commit.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits what `change` did together with the cursor, or nothing of it.
    fn write(&self, change: impl FnOnce(&mut Writing) -> tantivy::Result<()>) -> Result<(), EngineError> {
        let mut writing = self.writing();
        let before = writing.cursor;
        let outcome = change(&mut writing).and_then(|()| {
            let cursor = writing.cursor;
            let mut commit = writing.writer()?.prepare_commit()?;
            if let Some(cursor) = cursor {
                commit.set_payload(&cursor.to_string());
            }
            commit.commit().map(drop)
        });
        if let Err(problem) = outcome {
            writing.cursor = before;
            if let Err(worse) = writing.writer().and_then(IndexWriter::rollback) {
                tracing::error!(%worse, "the search index could not be rolled back");
            }
            return Err(unavailable(problem));
        }
        if writing.unfinished {
            return Ok(());
        }
        writing.reader.reload().map_err(unavailable)?;
        let snapshot = Snapshot::of(writing.reader.searcher(), Some(&self.snapshot())).map_err(unavailable)?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        self.commits.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// What is wrong with the files; none where they are as they were written.
    fn damage(&self) -> Option<String> {
        // A merge that ends just then takes old files away, once.
        self.damage_now().and_then(|_| self.damage_now())
    }

    fn damage_now(&self) -> Option<String> {
        // No commit changes the files meanwhile.
        let _writing = self.writing();
        if fs::read_to_string(self.folder.join(folder::MARK)).ok().as_deref() != Some(self.mark.as_str()) {
            return Some("its mark is gone".to_owned());
        }
        // Opened anew: the index that is in use would go on reading files that are gone.
        match Index::open_in_dir(&self.folder).and_then(|index| index.validate_checksum()) {
            Ok(damaged) if damaged.is_empty() => None,
            Ok(damaged) => Some(format!("damaged files: {damaged:?}")),
            Err(problem) => Some(problem.to_string()),
        }
    }

    fn start_over(&self) -> Result<(), EngineError> {
        let mut writing = self.writing();
        drop(writing.writer.take());
        folder::empty(&self.folder).map_err(unavailable)?;
        let index = folder::begin(&self.folder, &self.shape, &self.mark)?;
        *writing = Writing::open(&index, true)?;
        Ok(())
    }

    fn slates(&self) -> MutexGuard<'_, Vec<Slate>> {
        self.slates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn search(&self, query: &NeedQuery) -> Result<NeedHits, EngineError> {
        let snapshot = self.snapshot();
        let latin = self.shape.latin;
        // A dictionary that cannot be read shows again, as an error, when the postings are read.
        let known = |typed: &str| is_known(snapshot.searcher.segment_readers(), latin, typed).unwrap_or(false);
        let asked = Asked::read(&self.analyzer, query, known);
        let (mut first, mut ranked) = (None, Ranked::default());
        for attempt in asked.attempts() {
            let mut hits = self.try_once(&snapshot, attempt, &mut ranked)?;
            if hits.total > 0 {
                if let Some(attempt) = asked.perhaps(&hits) {
                    let others = self.try_once(&snapshot, attempt, &mut ranked)?;
                    hits.perhaps = others.meant.filter(|_| others.total > hits.total);
                }
                return Ok(hits);
            }
            first.get_or_insert(hits);
        }
        // Nothing was found by any of them: then nothing was let go either.
        first.ok_or(EngineError::Unavailable)
    }

    fn try_once(&self, snapshot: &Snapshot, attempt: Attempt, ranked: &mut Ranked) -> Result<NeedHits, EngineError> {
        let (offset, limit) = window(&attempt.query);
        let mut tally = Tally::new(&attempt.query, if limit == 0 { 0 } else { offset + limit });
        if attempt.groups.is_empty() {
            for (segment, table) in snapshot.segments() {
                tally.add_all(segment, table);
            }
        } else {
            if ranked.groups != attempt.groups || ranked.fewer != attempt.fewer {
                *ranked = self.rank(snapshot, &attempt)?;
            }
            for ((segment, table), earned) in snapshot.segments().zip(&ranked.earned) {
                tally.add_earned(segment, table, earned);
            }
        }
        let (best, more, total, facets) = tally.finish(offset);
        let last = best.last().copied().filter(|_| more);
        let ids = best.iter().map(|position| position.id).collect();
        let (meant, reading, widened) = (attempt.meant, attempt.reading, attempt.widened);
        Ok(NeedHits {
            ids,
            last,
            total,
            facets,
            meant,
            perhaps: None,
            reading,
            widened,
            answered_by: EngineName::Embedded,
            stands_in_for: None,
        })
    }

    fn rank(&self, snapshot: &Snapshot, attempt: &Attempt) -> Result<Ranked, EngineError> {
        let (parts, quality) = (&self.shape.parts, &self.analyzer.config().quality);
        let segments = snapshot.segments().map(|(segment, _)| segment);
        // One on which a search fails half-way is not clean, and goes.
        let mut slate = self.slates().pop().unwrap_or_default();
        let mut earned = rank(segments, parts, quality, attempt, &mut slate)?;
        self.slates().push(slate);
        if attempt.groups.iter().any(|group| !group.names_a_place()) {
            lean(&mut earned, &snapshot.segments().map(|(_, table)| table).collect::<Vec<_>>());
        }
        Ok(Ranked { groups: attempt.groups.clone(), fewer: attempt.fewer, earned })
    }
}

/// What needs earned for some words: asked again with other conditions, they are not ranked again.
#[derive(Default)]
struct Ranked {
    groups: Vec<Group>,
    fewer: bool,
    /// Segment by segment.
    earned: Vec<Earned>,
}

/// The index holds the topics of needs, so another table of topics is another index.
fn fingerprint_of_topics() -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{TOPICS:?}").hash(&mut hasher);
    hasher.finish()
}

/// Logs what went wrong; the caller only needs to know that another engine should answer.
fn unavailable(problem: impl std::fmt::Display) -> EngineError {
    tracing::warn!(%problem, "the embedded search engine failed");
    EngineError::Unavailable
}
