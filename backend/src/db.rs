//! The database: where it is, how it is opened, how it is brought up to date.
//!
//! Deliberately absent: queries. Each room keeps its own in its `sql.rs`.

pub mod decode;
pub mod embedded;

use crate::config::Settings;
use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The history of the schema, compiled in.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// How long connections may take to come back when the program ends.
const CLOSING: Duration = Duration::from_secs(5);

/// An open database and, when it is ours, the server behind it.
pub struct Database {
    pub pool: PgPool,
    server: Option<Private>,
}

/// The private server and the task that looks after it.
struct Private {
    server: Arc<embedded::Server>,
    kept: JoinHandle<()>,
}

/// Opens the database that the settings name, or the private one.
pub async fn open(settings: &Settings) -> anyhow::Result<Database> {
    let (options, server) = if let Some(url) = &settings.database_url {
        (url.parse::<PgConnectOptions>().context("DATABASE_URL is not a PostgreSQL address")?, None)
    } else {
        let server = embedded::Server::start(&embedded::Place::for_data_dir(&settings.data_dir)?).await?;
        let (options, server) = (server.options("qiancun"), Arc::new(server));
        (options, Some(Private { kept: tokio::spawn(server.clone().keep_running()), server }))
    };
    let pool = connect(options).await.context("cannot open the database")?;
    Ok(Database { pool, server })
}

/// A connection that was in use this lately is not asked whether it still lives: that would be one more round to the
/// database for each request. After a restart of the database, those few end one request each with an error.
const SURELY_ALIVE: Duration = Duration::from_secs(5);

/// Connections at a time. More than a few for each processor make everybody slower.
fn connections() -> u32 {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    u32::try_from(cores * 4).unwrap_or(24).clamp(12, 24)
}

/// A pool with limits on how long anything may wait.
pub async fn connect(options: PgConnectOptions) -> sqlx::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(connections())
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(|connection, state| {
            Box::pin(async move {
                if state.idle_for >= SURELY_ALIVE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options.application_name("qiancun").options([
            ("timezone", "UTC"),
            // Statements here take milliseconds; compiling one takes longer than running it.
            ("jit", "off"),
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ]))
        .await
}

/// Applies what is missing of the schema's history.
pub async fn migrate(pool: &PgPool) -> anyhow::Result<()> {
    MIGRATIONS.run(pool).await.context("cannot bring the schema up to date")
}

impl Database {
    /// Closes the pool and stops the private server when nobody else uses it.
    pub async fn close(self) -> anyhow::Result<()> {
        // A request that was cut off may still hold a connection; the server takes it back when it goes.
        let _ = tokio::time::timeout(CLOSING, self.pool.close()).await;
        match self.server {
            Some(Private { server, kept }) => {
                // Whoever looks after it must not start what is being stopped.
                kept.abort();
                let _ = kept.await;
                server.release().await
            }
            None => Ok(()),
        }
    }
}
