//! Building the app from settings, refusing what would be unsafe, and serving until told to stop.

use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{self, Database};
use crate::mail::Outbox;
use crate::page_cache::PageCache;
use crate::people::session::Keys;
use crate::places::{self, Names};
use crate::receipts::Typesetter;
use crate::search::Search;
use crate::search::meili::{MeiliEngine, Patience};
use crate::site::Site;
use crate::{demo, http, jobs, metrics, search};
use anyhow::{Context, bail, ensure};
use object_store::local::LocalFileSystem;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const SECRET_LENGTH_MIN: usize = 32;
/// The name of our index on a search server.
const MEILI_INDEX: &str = "qiancun_needs";

/// Serves until SIGINT or SIGTERM, then lets what is under way finish.
pub async fn serve(settings: &Settings, demo: bool) -> anyhow::Result<()> {
    refuse_unsafe(settings, demo)?;
    let address = SocketAddr::new(settings.listen, settings.port);
    // First the port: whoever is told "ready" by a first start must not meet a second one half-way.
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is qiancun running already? Another port: --port 8081")
    })?;
    crate::say!("opening the database …");
    let database = db::open(settings).await?;
    let served = serve_on(settings, demo, &database, listener).await;
    database.close().await?;
    served
}

async fn serve_on(settings: &Settings, demo: bool, database: &Database, listener: TcpListener) -> anyhow::Result<()> {
    prepare(database).await?;
    let app = app(settings, demo, database).await?;
    demo::check_mark(&app, demo).await?;
    let site = Site::load(&app, &settings.site_dir)?;
    if demo {
        demo::seed(&app).await?;
    }
    search::catch_up(&app).await?;
    let follower = tokio::spawn(search::follow(app.clone()));
    let stop = CancellationToken::new();
    let worker = tokio::spawn(jobs::work(app.clone(), stop.clone()));
    let measured = metrics::serve(&app, settings).await?;
    let service = http::router(&app, &site).into_make_service_with_connect_info::<SocketAddr>();
    crate::say!("ready {}", app.origin);
    axum::serve(listener, service).with_graceful_shutdown(stop_signal()).await?;
    stop.cancel();
    worker.await?;
    follower.abort();
    measured.abort();
    crate::say!("stopped");
    Ok(())
}

/// Does the background work only, beside a process that serves, until SIGINT or SIGTERM.
pub async fn work(settings: &Settings, demo: bool) -> anyhow::Result<()> {
    refuse_unsafe(settings, demo)?;
    let database = db::open(settings).await?;
    let worked = async {
        prepare(&database).await?;
        let app = app_without_search(settings, demo, &database).await?;
        demo::check_mark(&app, demo).await?;
        let stop = CancellationToken::new();
        let worker = tokio::spawn(jobs::work(app, stop.clone()));
        crate::say!("working");
        stop_signal().await;
        stop.cancel();
        anyhow::Ok(worker.await?)
    };
    let worked = worked.await;
    database.close().await?;
    worked
}

/// Brings schema and places up to date.
pub async fn prepare(database: &Database) -> anyhow::Result<()> {
    db::migrate(&database.pool).await?;
    places::import(&database.pool).await.context("cannot bring in the places")
}

/// The app on an open database.
pub async fn app(settings: &Settings, demo: bool, database: &Database) -> anyhow::Result<App> {
    let places = Names::load(&database.pool).await?;
    let analyzer = search::analyzer(&places)?;
    let mut search = Search::open(&settings.data_dir.join("search"), analyzer.clone())?;
    if let Some(url) = &settings.meili_url {
        let server = MeiliEngine::new(url, settings.meili_key.as_deref(), MEILI_INDEX, analyzer, Patience::default());
        search = search.with_server(server.context("MEILI_URL and MEILI_KEY")?);
    }
    build(settings, demo, database, places, search)
}

/// The app of a process that answers no queries.
pub async fn app_without_search(settings: &Settings, demo: bool, database: &Database) -> anyhow::Result<App> {
    let places = Names::load(&database.pool).await?;
    build(settings, demo, database, places, Search::off())
}

fn build(settings: &Settings, demo: bool, database: &Database, places: Names, search: Search) -> anyhow::Result<App> {
    let files = settings.data_dir.join("files");
    std::fs::create_dir_all(&files).with_context(|| format!("cannot create {}", files.display()))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mail = match &settings.smtp_url {
        Some(url) => Outbox::smtp(url)?,
        None => Outbox::files(&settings.data_dir.join("mail"))?,
    };
    let mail_from = settings.mail_from.parse();
    let mail_from = mail_from.context("MAIL_FROM has to look like 千村 <noreply@example.org>")?;
    Ok(App::new(Parts {
        clock: Clock::System,
        keys: Keys::new(&secret(settings)?),
        files: Arc::new(LocalFileSystem::new_with_prefix(&files)?),
        search,
        pages: PageCache::default(),
        mail,
        typesetter: Typesetter::new(&settings.pdf_font)?,
        mail_from,
        places,
        origin: settings.origin(),
        demo,
        map_approval_no: settings.map_approval_no.clone(),
        trusted_proxy: settings.trusted_proxy,
        hashing: Semaphore::new(cores.saturating_sub(1).max(1)),
        decoding: Semaphore::new(cores),
        pool: database.pool.clone(),
    }))
}

/// What a demo may leave to defaults and the real thing may not; all of it at once.
fn refuse_unsafe(settings: &Settings, demo: bool) -> anyhow::Result<()> {
    if demo {
        return Ok(());
    }
    let mut missing = Vec::new();
    if settings.secret.is_none() {
        missing.push("SECRET: at least 32 random characters that sign sessions");
    }
    if settings.smtp_url.is_none() {
        missing.push("SMTP_URL: mails would only become files");
    }
    if settings.public_url.is_none() {
        missing.push("PUBLIC_URL: the address by which people reach the site");
    }
    if missing.is_empty() {
        Ok(())
    } else {
        bail!("outside the demo these have to be set:\n  {}", missing.join("\n  "))
    }
}

/// The secret of the settings, or one that was made and kept (0600) on the first start.
fn secret(settings: &Settings) -> anyhow::Result<String> {
    if let Some(secret) = &settings.secret {
        ensure!(secret.chars().count() >= SECRET_LENGTH_MIN, "SECRET has to have at least 32 characters");
        return Ok(secret.clone());
    }
    let path = settings.data_dir.join("secret");
    read_or_make(&path).with_context(|| format!("cannot keep a secret in {}", path.display()))
}

fn read_or_make(path: &Path) -> anyhow::Result<String> {
    if let Ok(secret) = std::fs::read_to_string(path)
        && secret.len() >= SECRET_LENGTH_MIN
    {
        return Ok(secret);
    }
    let mut bytes = [0_u8; 32];
    Clock::System.fill(&mut bytes);
    let secret = bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())?;
    Ok(secret)
}

async fn stop_signal() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    crate::say!("\nstopping …");
}
