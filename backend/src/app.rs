//! What every room shares: settings, pool, clock, keys, stores.
//!
//! Built once by `main` (or by a test) and handed to each request. Deliberately absent: globals.

use crate::clock::Clock;
use crate::files::Store;
use crate::mail::Outbox;
use crate::page_cache::PageCache;
use crate::people::session::Keys;
use crate::places::Names;
use crate::receipts::Typesetter;
use crate::search::Search;
use lettre::message::Mailbox;
use sqlx::{PgPool, Postgres, Transaction};
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Semaphore;

#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub pool: PgPool,
    pub clock: Clock,
    pub keys: Keys,
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
    /// The site's own origin, without a trailing slash.
    pub origin: String,
    pub demo: bool,
    /// 审图号, where there is one.
    pub map_approval_no: Option<String>,
    pub trusted_proxy: Option<std::net::IpAddr>,
    /// Password hashes at a time: one core stays free for everybody else.
    pub hashing: Semaphore,
    /// Pictures decoded at a time: each may take some ten megabytes.
    pub decoding: Semaphore,
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        App(Arc::new(parts))
    }

    /// A transaction; whoever begins it commits it, in the same function.
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.pool.begin().await
    }

    /// A reading transaction in which a sum and its rows agree.
    pub async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.pool.begin_with("begin isolation level repeatable read read only").await
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
