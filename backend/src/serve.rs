//! Building the app from settings, refusing what would be unsafe, and serving until told to stop.

use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{self, Database};
use crate::http::access_log::AccessLog;
use crate::mail::Outbox;
use crate::page_cache::PageCache;
use crate::people::Questions;
use crate::people::session::Keys;
use crate::places::{self, Names};
use crate::receipts::Typesetter;
use crate::rounds::ComparedPlans;
use crate::search::Search;
use crate::search::meili::{MeiliEngine, Patience};
use crate::site::Site;
use crate::stop::Stop;
use crate::{demo, http, jobs, metrics, search};
use anyhow::{Context, bail, ensure};
use object_store::local::LocalFileSystem;
use sqlx::PgPool;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

const SECRET_LENGTH_MIN: usize = 32;
/// The name of our index on a search server.
const MEILI_INDEX: &str = "qiancun_needs";

/// Serves until SIGINT or SIGTERM, then lets what is under way finish.
pub async fn serve(settings: &Settings, demo: bool) -> anyhow::Result<()> {
    refuse_unsafe(settings, demo)?;
    let stop = Stop::on_signals()?;
    let address = SocketAddr::new(settings.listen, settings.port);
    // First the port: whoever is told "ready" by a first start must not meet a second one half-way.
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is qiancun running already? Another port: --port 8081")
    })?;
    crate::say!("opening the database …");
    let database = open(settings, &stop).await?;
    // On the heap: filling a demo is a long future.
    let served = Box::pin(serve_on(settings, demo, &database, listener, &stop)).await;
    database.close().await?;
    crate::say!("stopped");
    served
}

/// A first signal waits until the database is open, so that a private server is not left half-started.
async fn open(settings: &Settings, stop: &Stop) -> anyhow::Result<Database> {
    tokio::select! {
        opened = db::open(settings) => opened,
        () = stop.told_again() => bail!("stopped before the database was open"),
    }
}

async fn serve_on(
    settings: &Settings,
    demo: bool,
    database: &Database,
    listener: TcpListener,
    stop: &Stop,
) -> anyhow::Result<()> {
    let Some(ready) = stop.unless_told(Box::pin(get_ready(settings, demo, database))).await else { return Ok(()) };
    let (app, site) = ready?;
    let follower = tokio::spawn(search::follow(app.clone()));
    let worker = tokio::spawn(jobs::work(app.clone(), stop.token()));
    let measured = metrics::serve(&app, settings).await?;
    let service = http::router(&app, &site).into_make_service_with_connect_info::<SocketAddr>();
    crate::say!("ready {}", app.origin);
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.token().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served?,
        () = stop.overdue() => tracing::warn!("requests that were still under way are cut off"),
    }
    finish(worker, stop).await?;
    follower.abort();
    measured.abort();
    Ok(())
}

/// Everything that has to be there before the first request.
async fn get_ready(settings: &Settings, demo: bool, database: &Database) -> anyhow::Result<(App, Site)> {
    prepare_for(&database.pool, demo).await?;
    let app = app(settings, demo, database).await?;
    let site = Site::load(&app, &settings.site_dir)?;
    if demo {
        demo::seed(&app).await?;
    }
    search::catch_up(&app).await?;
    Ok((app, site))
}

/// Waits for the worker as long as there is time; a job that is cut off is done again when its lease has ended.
async fn finish(mut worker: JoinHandle<()>, stop: &Stop) -> anyhow::Result<()> {
    tokio::select! {
        ended = &mut worker => Ok(ended?),
        () = stop.overdue() => {
            worker.abort();
            Ok(())
        }
    }
}

/// Does the background work only, beside a process that serves, until SIGINT or SIGTERM.
pub async fn work(settings: &Settings, demo: bool) -> anyhow::Result<()> {
    refuse_unsafe(settings, demo)?;
    let stop = Stop::on_signals()?;
    let database = open(settings, &stop).await?;
    let worked = async {
        let ready = async {
            prepare_for(&database.pool, demo).await?;
            app_without_search(settings, demo, &database).await
        };
        let Some(app) = stop.unless_told(ready).await else { return Ok(()) };
        let worker = tokio::spawn(jobs::work(app?, stop.token()));
        crate::say!("working");
        finish(worker, &stop).await
    };
    let worked = worked.await;
    database.close().await?;
    worked
}

/// Brings a database up to date for a demo, or for the real thing; one that is not meant for it is left as it is.
pub async fn prepare_for(pool: &PgPool, demo: bool) -> anyhow::Result<()> {
    demo::refuse_wrong(pool, demo).await?;
    prepare(pool).await?;
    demo::mark(pool, demo, Clock::System.now()).await
}

/// Brings schema and places up to date.
pub async fn prepare(pool: &PgPool) -> anyhow::Result<()> {
    db::migrate(pool).await?;
    places::import(pool).await.context("cannot bring in the places")
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
    let log = settings.data_dir.join("log");
    let access_log = AccessLog::in_folder(&log).with_context(|| format!("cannot write to {}", log.display()))?;
    build(settings, demo, database, places, (search, access_log))
}

/// The app of a process that answers nobody.
pub async fn app_without_search(settings: &Settings, demo: bool, database: &Database) -> anyhow::Result<App> {
    let places = Names::load(&database.pool).await?;
    build(settings, demo, database, places, (Search::off(), AccessLog::default()))
}

fn build(
    settings: &Settings,
    demo: bool,
    database: &Database,
    places: Names,
    (search, access_log): (Search, AccessLog),
) -> anyhow::Result<App> {
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
        access_log,
        origin: settings.origin(),
        demo,
        map_approval_no: settings.map_approval_no.clone(),
        trusted_proxy: settings.trusted_proxy,
        hashing: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
        decoding: Arc::new(Semaphore::new(cores)),
        solving: Arc::new(Semaphore::new(1)),
        plans: ComparedPlans::default(),
        people: Questions::new(&database.pool),
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
