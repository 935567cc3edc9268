//! Questions that many ask at the same moment, asked of the database in one statement.
//!
//! A question waits only while another statement of its kind is under way; whatever was asked meanwhile goes with the
//! next one. So an answer is never older than its question: nothing is kept, and what was taken away is gone at once.
//! Deliberately absent: a cache, and a delay in the hope of more company.

use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Connection, PgConnection, PgPool, Postgres};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// How long an attendant keeps its connection without a question: giving it back and taking another costs as much as an
/// answer.
const LINGER: Duration = Duration::from_millis(10);
/// After so long an attendant gives its connection back all the same: the pool looks after those that it has.
const KEPT: Duration = Duration::from_secs(30);
/// How long a statement may take. One that says nothing for longer has lost its database.
const PATIENCE: Duration = Duration::from_secs(5);

/// A statement for several keys; a key without an answer is not in the map.
pub type Statement<K, V> = fn(&mut PgConnection, Vec<K>) -> BoxFuture<'_, sqlx::Result<HashMap<K, V>>>;

type Answer<V> = Result<Option<V>, Arc<sqlx::Error>>;
type Question<K, V> = (K, oneshot::Sender<Answer<V>>);

/// A connection and since when it is kept.
struct Kept {
    connection: PoolConnection<Postgres>,
    since: Instant,
}

/// One kind of question.
pub struct Together<K, V>(Arc<Parts<K, V>>);

struct Parts<K, V> {
    pool: PgPool,
    statement: Statement<K, V>,
    waiting: Mutex<Waiting<K, V>>,
    /// Tells an attendant who has nothing to do that there is a question again.
    asked: Notify,
}

struct Waiting<K, V> {
    asked: Vec<Question<K, V>>,
    /// Somebody asks for all, and looks again before he leaves.
    attended: bool,
}

impl<K, V> Together<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    #[must_use]
    pub fn new(pool: PgPool, statement: Statement<K, V>) -> Self {
        let waiting = Mutex::new(Waiting { asked: Vec::new(), attended: false });
        Together(Arc::new(Parts { pool, statement, waiting, asked: Notify::new() }))
    }

    /// The answer for one key, read after this call began.
    pub async fn ask(&self, key: K) -> crate::Result<Option<V>> {
        let (tell, told) = oneshot::channel();
        let attended = self.0.with_waiting(|waiting| {
            waiting.asked.push((key, tell));
            std::mem::replace(&mut waiting.attended, true)
        });
        if attended {
            self.0.asked.notify_one();
        } else {
            // In a task of its own: whoever asked first may go away, and the others are answered all the same.
            tokio::spawn(Attendant { of: self.0.clone(), attends: true }.answer());
        }
        let answer = told.await.map_err(|_| anyhow::anyhow!("a question was dropped without an answer"))?;
        answer.map_err(Into::into)
    }
}

impl<K, V> Parts<K, V> {
    fn with_waiting<T>(&self, change: impl FnOnce(&mut Waiting<K, V>) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Asks for all who wait, until nobody does.
struct Attendant<K, V> {
    of: Arc<Parts<K, V>>,
    attends: bool,
}

impl<K, V> Drop for Attendant<K, V> {
    /// Whoever waits for one that ends otherwise than it should is told so, and the next one is attended again.
    fn drop(&mut self) {
        if self.attends {
            self.of.with_waiting(|waiting| {
                waiting.asked.clear();
                waiting.attended = false;
            });
        }
    }
}

impl<K, V> Attendant<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    async fn answer(mut self) {
        let mut connection = None;
        loop {
            // Whoever is about to ask in this very moment is let do so first.
            tokio::task::yield_now().await;
            let asked = self.of.with_waiting(|waiting| std::mem::take(&mut waiting.asked));
            if !asked.is_empty() {
                self.tell(&mut connection, asked).await;
            } else if tokio::time::timeout(LINGER, self.of.asked.notified()).await.is_err() && self.leaves() {
                return;
            }
        }
    }

    async fn tell(&self, kept: &mut Option<Kept>, asked: Vec<Question<K, V>>) {
        let keys: HashSet<K> = asked.iter().map(|(key, _)| *key).collect();
        let answers = self.read(kept, &keys.into_iter().collect::<Vec<_>>()).await.map_err(Arc::new);
        for (key, tell) in asked {
            // Whoever has gone away is told nothing.
            let _ = tell.send(match &answers {
                Ok(answers) => Ok(answers.get(&key).cloned()),
                Err(error) => Err(error.clone()),
            });
        }
    }

    /// Whether nobody has asked meanwhile: then the next one is attended by another.
    fn leaves(&mut self) -> bool {
        self.attends = self.of.with_waiting(|waiting| {
            waiting.attended = !waiting.asked.is_empty();
            waiting.attended
        });
        !self.attends
    }

    /// Many wait for this answer, so one lost connection is not the end of it: it only reads, and can be asked again.
    async fn read(&self, kept: &mut Option<Kept>, keys: &[K]) -> sqlx::Result<HashMap<K, V>> {
        if kept.as_ref().is_some_and(|kept| kept.since.elapsed() >= KEPT) {
            *kept = None;
        }
        if let Some(mut own) = kept.take() {
            match self.ask_by(&mut own.connection, keys).await {
                Err(error) if is_lost(&error) => own.connection.close_on_drop(),
                answers => {
                    *kept = Some(own);
                    return answers;
                }
            }
        }
        let mut connection = self.living().await?;
        let answers = self.ask_by(&mut connection, keys).await?;
        *kept = Some(Kept { connection, since: Instant::now() });
        Ok(answers)
    }

    async fn ask_by(&self, connection: &mut PgConnection, keys: &[K]) -> sqlx::Result<HashMap<K, V>> {
        within((self.of.statement)(connection, keys.to_vec())).await
    }

    /// A connection whose database answers. Those that the pool has from before a restart of the database are thrown
    /// away, until there is a new one.
    async fn living(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        within(async {
            loop {
                let mut connection = self.of.pool.acquire().await?;
                if connection.ping().await.is_ok() {
                    return Ok(connection);
                }
                connection.close_on_drop();
            }
        })
        .await
    }
}

/// What is asked for, or an error when it takes too long.
async fn within<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let silent = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(PATIENCE, asked).await.map_err(silent)?
}

/// Whether the connection is of no use any more.
fn is_lost(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    /// Of a server that is not there.
    fn nowhere() -> PgPool {
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(1);
        PgPoolOptions::new().acquire_timeout(Duration::from_secs(1)).connect_lazy_with(options)
    }

    fn nothing(_: &mut PgConnection, _: Vec<u8>) -> BoxFuture<'_, sqlx::Result<HashMap<u8, u8>>> {
        Box::pin(async { Ok(HashMap::new()) })
    }

    #[tokio::test]
    async fn everybody_is_told_when_the_database_does_not_answer_and_the_next_is_attended_again() {
        let together = Together::new(nowhere(), nothing);
        for _ in 0..2 {
            let (one, other) = tokio::join!(together.ask(1), together.ask(2));
            assert!(one.is_err() && other.is_err());
        }
    }

    #[tokio::test]
    async fn an_attendant_that_ends_too_early_leaves_nobody_waiting() {
        let together = Together::new(nowhere(), nothing);
        let (tell, told) = oneshot::channel();
        together.0.with_waiting(|waiting| *waiting = Waiting { asked: vec![(1, tell)], attended: true });
        drop(Attendant { of: together.0.clone(), attends: true });
        assert!(told.await.is_err() && !together.0.with_waiting(|waiting| waiting.attended));
    }
}
