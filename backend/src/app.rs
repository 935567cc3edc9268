//! What every room shares: settings, pool, clock, keys, stores.
//!
//! Built once by `main` (or by a test) and handed to each request. Deliberately absent: globals.

use crate::clock::Clock;
use crate::files::Store;
use crate::http::access_log::AccessLog;
use crate::mail::Outbox;
use crate::page_cache::PageCache;
use crate::people::Questions;
use crate::people::session::Keys;
use crate::places::Names;
use crate::receipts::Typesetter;
use crate::rounds::ComparedPlans;
use crate::search::Search;
use lettre::message::Mailbox;
use sqlx::{PgPool, Postgres, Transaction};
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
    pub clock: Clock,
}

pub struct Parts {
    pub pool: PgPool,
    /// The one that the app begins with.
    pub clock: Clock,
    pub keys: Keys,
    pub people: Questions,
    pub files: Store,
    /// Names of all places; they change with a migration only.
    pub places: Names,
    pub search: Search,
    /// Public pages, kept for a moment.
    pub pages: PageCache,
    pub mail: Outbox,
    pub typesetter: Typesetter,
    /// The sender of letters.
    pub mail_from: Mailbox,
    pub access_log: AccessLog,
    /// The site's own origin, without a trailing slash.
    pub origin: String,
    pub demo: bool,
    /// 审图号, where there is one.
    pub map_approval_no: Option<String>,
    pub trusted_proxy: Option<std::net::IpAddr>,
    /// Password hashes at a time: one core stays free for everybody else.
    pub hashing: Arc<Semaphore>,
    /// Pictures decoded at a time: a large one takes some hundred megabytes.
    pub decoding: Arc<Semaphore>,
    /// Plans of matching rounds that are solved at a time.
    pub solving: Arc<Semaphore>,
    /// How plans of matching rounds stood to the facts when somebody last looked.
    pub plans: ComparedPlans,
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let clock = parts.clock.clone();
        App { parts: Arc::new(parts), clock }
    }

    /// The same app at another time: what a demo writes has happened before today.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Self {
        App { parts: self.parts.clone(), clock }
    }

    /// A transaction; whoever begins it commits it, in the same function.
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        let pool = self.pool.clone();
        begun(async move { pool.begin().await }).await
    }

    /// A reading transaction in which a sum and its rows agree.
    pub async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        let pool = self.pool.clone();
        begun(async move { pool.begin_with("begin isolation level repeatable read read only").await }).await
    }
}

/// Begins to the end, also when whoever asked is gone meanwhile, as a reader who closes the page is: a connection whose
/// `begin` was sent and not waited for goes back to the pool with a transaction that nobody knows of (sqlx 0.9), and what
/// others then write on it is never committed.
async fn begun<T: Send + 'static>(
    beginning: impl Future<Output = sqlx::Result<T>> + Send + 'static,
) -> sqlx::Result<T> {
    tokio::spawn(beginning).await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// Does what keeps a processor busy on a thread of its own. The turn goes with the work: whoever asked may be gone long
/// before the work is done, and must not make room for more of it.
pub async fn heavy<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    Ok(done.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_turn_is_over_when_the_work_is_and_not_when_its_owner_leaves() {
        let turns = Arc::new(Semaphore::new(1));
        let (begun, has_begun) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let turn = turns.clone().acquire_owned().await.unwrap();
        let work = tokio::spawn(heavy(turn, move || {
            begun.send(()).unwrap();
            may_finish.recv().unwrap();
        }));
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        work.abort();
        assert!(work.await.unwrap_err().is_cancelled());
        assert_eq!(turns.available_permits(), 0, "the work goes on");
        finish.send(()).unwrap();
        let _next = turns.acquire().await.unwrap();
    }
}
