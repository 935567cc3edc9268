//! What tests stand on: the app in process with a database of its own, a clock that is moved by hand, and people who
//! ask over HTTP as themselves.
//!
//! Whatever fails here fails the test, hence `expect` throughout.
//! Deliberately absent: ports, sleeping, and writing tables behind the app's back.

#![expect(clippy::missing_panics_doc, reason = "a helper of tests panics where the test is to fail")]

pub mod corpus;
pub mod crowd;
pub mod judged;
pub mod people;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use backend::app::{App, Parts};
use backend::clock::Clock;
use backend::config::PDF_FONT;
use backend::http::access_log::AccessLog;
use backend::mail::Outbox;
use backend::mail::outbox::Memory;
use backend::page_cache::PageCache;
use backend::people::Questions;
use backend::people::session::Keys;
use backend::places::Names;
use backend::receipts::Typesetter;
use backend::rounds::ComparedPlans;
use backend::search::text::Analyzer;
use backend::site::Site;
use backend::{check, db, http, needs, places, search};
use bytes::Bytes;
use domain::api::{ApiError, Call, PREFIX};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::{OnceCell, Semaphore};
use tower::ServiceExt;

/// Ten in the morning of the 30th of June 2026 in Shanghai.
pub const NOW: &str = "2026-06-30T02:00:00Z";
pub const ORIGIN: &str = "https://qiancun.test";

/// The app with a database that nobody else uses.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    /// What was sent, and how the mail server behaves.
    pub mail: Arc<Mutex<Memory>>,
    pub router: Router,
    database: String,
    index: tempfile::TempDir,
}

/// Address and key of a search server that is there to be tried, as `MEILI_URL` and `MEILI_KEY` name it; says so where
/// none is. What is written there goes into indexes of the tests' own.
pub fn search_server() -> Option<(String, Option<String>)> {
    let named = std::env::var("MEILI_URL").ok().filter(|url| !url.is_empty());
    if named.is_none() {
        println!("no search server is tried: MEILI_URL names none");
    }
    Some((named?, std::env::var("MEILI_KEY").ok()))
}

/// Made once per run: it reads a dictionary.
static ANALYZER: OnceLock<Arc<Analyzer>> = OnceLock::new();

fn server() -> PgConnectOptions {
    let url = std::env::var("TEST_DATABASE_URL").expect("run the tests by ./test, which starts a database for them");
    url.parse().expect("TEST_DATABASE_URL is an address")
}

/// A migrated database with all places, made once per run; each test's own is a copy of it.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let made = TEMPLATE.get_or_init(|| async {
        let name = format!("template_{}", std::process::id());
        let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
        execute(&mut connection, &format!("drop database if exists {name}")).await;
        execute(&mut connection, &format!("create database {name}")).await;
        let pool = PgPool::connect_with(server().database(&name)).await.expect("the template opens");
        db::migrate(&pool).await.expect("the schema applies");
        places::import(&pool).await.expect("the places come in");
        pool.close().await;
        name
    });
    made.await
}

async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.expect(sql);
}

/// A database with nothing in it, for what happens before there is an app.
pub struct EmptyDatabase {
    pub pool: PgPool,
    name: String,
}

impl EmptyDatabase {
    pub async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("empty_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
        execute(&mut connection, &format!("create database {name}")).await;
        let pool = db::connect(server().database(&name)).await.expect("the test's database opens");
        EmptyDatabase { pool, name }
    }

    pub async fn execute(&self, sql: &str) {
        let mut connection = self.pool.acquire().await.expect("a connection");
        execute(&mut connection, sql).await;
    }

    /// Whether there is a table of this name.
    pub async fn has(&self, table: &str) -> bool {
        let found = sqlx::query_scalar("select to_regclass($1) is not null").bind(table).fetch_one(&self.pool).await;
        found.expect("the catalogue is read")
    }

    /// Gives it back.
    pub async fn done(self) {
        self.pool.close().await;
        let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
        execute(&mut connection, &format!("drop database {} with (force)", self.name)).await;
    }
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With parts that are not the usual ones.
    pub async fn with(change: impl FnOnce(&mut Parts)) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let template = template().await;
        let database = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
        execute(&mut connection, &format!("create database {database} template {template}")).await;
        let pool = db::connect(server().database(&database)).await.expect("the test's database opens");
        let clock = Clock::manual(NOW.parse().expect("an instant"));
        let places = Names::load(&pool).await.expect("places load");
        let analyzer = ANALYZER.get_or_init(|| search::analyzer(&places).expect("search-config reads"));
        let index = tempfile::tempdir().expect("a folder");
        let mail: Arc<Mutex<Memory>> = Arc::default();
        let mut parts = Parts {
            search: search::Search::open(index.path(), analyzer.clone()).expect("the index opens"),
            pages: PageCache::default(),
            places,
            people: Questions::new(&pool),
            pool,
            clock: clock.clone(),
            mail: Outbox::Memory(mail.clone()),
            mail_from: "千村 <noreply@example.org>".parse().expect("a sender"),
            typesetter: Typesetter::new(PDF_FONT.as_ref()).expect("the font of letters is there"),
            keys: Keys::new("a secret for tests, of more than thirty-two characters"),
            files: Arc::new(object_store::memory::InMemory::new()),
            access_log: AccessLog::default(),
            origin: ORIGIN.into(),
            demo: false,
            map_approval_no: None,
            trusted_proxy: None,
            hashing: Arc::new(Semaphore::new(2)),
            decoding: Arc::new(Semaphore::new(2)),
            solving: Arc::new(Semaphore::new(1)),
            plans: ComparedPlans::default(),
        };
        change(&mut parts);
        let app = App::new(parts);
        let router = http::router(&app, &Site::without_files(&app));
        TestApp { app, clock, mail, router, database, index }
    }

    /// What this app's database is called on the tests' server.
    #[must_use]
    pub fn database_name(&self) -> &str {
        &self.database
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn visitor(&self) -> Client<'_> {
        Client { test: self, bearer: None }
    }

    /// Lets the search index follow what has been committed; returns how many needs were written. Transactions of other
    /// tests, which began earlier and may end later, hold that up.
    pub async fn index(&self) -> usize {
        let number = |sql| sqlx::query_scalar::<_, i64>(sql).fetch_one(&self.app.pool);
        let now = number("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint").await.expect("a number");
        let mut written = 0;
        loop {
            let settled =
                number("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint").await.expect("a number");
            written += search::catch_up(&self.app).await.expect("the index follows");
            if settled >= now {
                return written;
            }
        }
    }

    /// Where the search index of this app lies.
    #[must_use]
    pub fn index_folder(&self) -> &std::path::Path {
        self.index.path()
    }

    /// Lets the days of objection pass for whatever is shown now, and comes back to this moment.
    pub async fn publicity_passes(&self) {
        let week = chrono::Duration::days(8);
        self.clock.advance(week);
        needs::life::open_publicized(&self.app).await.expect("needs open");
        needs::revisions::steps::take_effect(&self.app).await.expect("revisions take effect");
        self.clock.advance(-week);
    }

    /// Lets needs follow what has been promised for them until now.
    pub async fn follow(&self) -> usize {
        needs::promises::catch_up(&self.app).await.expect("needs follow")
    }

    /// Ends the test: the books have to be right, and what is public what was approved, whatever happened.
    pub async fn done(self) {
        let findings = check::check(&self.app.pool).await.expect("the books are read");
        assert!(findings.is_empty(), "the books are wrong: {findings:?}");
        let others = needs::versions::not_as_approved(&self.app).await.expect("the needs are read");
        assert!(others.is_empty(), "public needs that nobody approved as they are: {others:?}");
        self.done_with_wrong_books().await;
    }

    /// Ends a test that spoilt the books: gives the database back.
    pub async fn done_with_wrong_books(self) {
        self.app.pool.close().await;
        let mut connection = PgConnection::connect_with(&server()).await.expect("the test server answers");
        execute(&mut connection, &format!("drop database {} with (force)", self.database)).await;
    }
}

/// One who asks, over HTTP, as himself.
#[derive(Clone)]
pub struct Client<'a> {
    pub test: &'a TestApp,
    pub bearer: Option<String>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    #[must_use]
    pub fn text(&self) -> String {
        // The renderer's own marks between texts are nothing that a reader sees.
        String::from_utf8_lossy(&self.body).replace("<!>", "")
    }

    /// The value of a hidden field of a page.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let text = self.text();
        let value = text.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next());
        value.unwrap_or_else(|| panic!("no hidden field {name}:\n{text}")).to_owned()
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> String {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }
}

/// A refused call: the status and what it said.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub error: ApiError,
}

impl Refused {
    /// The names of the fields that have a problem.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        self.error.fields.iter().map(|problem| problem.field.as_str()).collect()
    }
}

impl Client<'_> {
    /// Sends a request as it is.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(bearer) = &self.bearer {
            let value = format!("Bearer {bearer}").parse().expect("a header value");
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = self.test.router.clone().oneshot(request).await.expect("a router never fails");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body of our own").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Makes a call of the API.
    pub async fn call<A: DeserializeOwned>(&self, call: Call<A>) -> Result<A, Refused> {
        let method = match call.request.method {
            domain::api::Method::Get => Method::GET,
            domain::api::Method::Post => Method::POST,
            domain::api::Method::Delete => Method::DELETE,
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{PREFIX}{}", call.request.path))
            .header(header::CONTENT_TYPE, "application/json")
            .body(call.request.body.map_or_else(Body::empty, Body::from))
            .expect("a request");
        let answer = self.send(request).await;
        if answer.status.is_success() {
            return Ok(serde_json::from_slice(&answer.body).expect("the answer that the call names"));
        }
        let error = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|_| panic!("{} is not the error that every refusal is: {}", answer.status, answer.text()));
        Err(Refused { status: answer.status.as_u16(), error })
    }

    /// Opens a page.
    pub async fn page(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form as a browser without script does.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(serde_urlencoded::to_string(fields).expect("a form")));
        self.send(request.expect("a request")).await
    }

    /// Sends a form with files: name, file name, bytes.
    pub async fn form_with_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let boundary = "a-boundary-that-no-picture-holds";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, file, bytes) in files {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }
}

/// A small real picture.
#[must_use]
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture =
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}
