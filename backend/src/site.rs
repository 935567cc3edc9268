//! Serves the pages of `frontend`, gives them the API in process, and serves the built files.
//!
//! Deliberately absent: what is on a page (frontend), and what a form does (http/forms).

use crate::app::App;
use crate::http::caller::Caller;
use crate::http::identify::brings_credentials;
use crate::http::in_process::InProcess;
use crate::http::{forms, private};
use crate::page_cache::Key;
use crate::{notices, people};
use anyhow::Context;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use domain::api::sessions::Me;
use frontend::{DemoAccount, FormState, Lang, Rendered, SiteInfo, Visit};
use std::collections::HashMap;
use std::path::Path as FilePath;
use std::sync::Arc;

/// What serves pages: the app, the API as an inner router, the built files.
#[derive(Clone)]
pub struct Site {
    pub app: App,
    pub api: Router,
    pub info: Arc<SiteInfo>,
    files: Arc<HashMap<String, Built>>,
    /// Whether public pages are kept; see `App::pages`.
    keeps: bool,
}

/// Asks a demo, and only a demo, for a page as if no other request had come before; for measuring.
const UNCACHED: &str = "x-qiancun-uncached";

/// One built file with its compressed twins, in memory: a megabyte or so in all.
struct Built {
    mime: &'static str,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Site {
    /// Reads what `bundle` wrote.
    pub fn load(app: &App, folder: &FilePath) -> anyhow::Result<Self> {
        let manifest = std::fs::read(folder.join("manifest.json"))
            .with_context(|| format!("the browser side is not built: no {}/manifest.json", folder.display()))?;
        let assets: HashMap<String, String> = serde_json::from_slice(&manifest)?;
        let mut files = HashMap::new();
        for name in assets.values() {
            let read = |suffix: &str| std::fs::read(folder.join(format!("{name}{suffix}"))).ok().map(Bytes::from);
            let plain = read("").with_context(|| format!("{name} is missing in {}", folder.display()))?;
            let built = Built { mime: mime(name), plain, brotli: read(".br"), gzip: read(".gz") };
            files.insert(name.clone(), built);
        }
        Ok(Self::with(app, assets, files).with_cache())
    }

    /// Keeps public pages for a moment. Tests, whose clock stands still, do without unless they are about it.
    #[must_use]
    pub fn with_cache(self) -> Self {
        Site { keeps: true, ..self }
    }

    /// A site without built files, for tests that look at pages and not at the browser.
    #[must_use]
    pub fn without_files(app: &App) -> Self {
        Self::with(app, HashMap::new(), HashMap::new())
    }

    fn with(app: &App, assets: HashMap<String, String>, files: HashMap<String, Built>) -> Self {
        let info = SiteInfo { assets, demo: app.demo, map_approval_no: app.map_approval_no.clone() };
        Site {
            api: crate::http::api(app),
            app: app.clone(),
            info: Arc::new(info),
            files: Arc::new(files),
            keeps: false,
        }
    }

    /// The page that a request asks for: a public one out of the cache, where the visitor is a stranger.
    pub async fn shown(&self, request: Request) -> Response {
        let (headers, method) = (request.headers(), request.method());
        let uncached = self.app.demo && headers.contains_key(UNCACHED);
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let anonymous = reads && !brings_credentials(headers) && !uncached;
        let page = PageRequest::of(&request);
        let query = parse_query(page.uri.query().unwrap_or_default());
        let key = Key::new(page.lang, page.uri.path(), &query).filter(|_| anonymous);
        let Some(key) = key.filter(|_| self.keeps) else { return self.page(&page, None).await };
        match self.app.pages.page(key, Box::pin(self.render(&page, None))).await {
            Ok(kept) => kept.answer(headers),
            Err(rendered) => answer(&page, &rendered, false),
        }
    }

    /// Renders the page of a request; `form` is a refused form to show again.
    pub async fn page(&self, request: &PageRequest, form: Option<FormState>) -> Response {
        let refused = form.as_ref().is_some_and(|form| !form.fine);
        let rendered = self.render(request, form).await;
        answer(request, &rendered, refused)
    }

    /// The visitor, with how much he has not read. A page is not kept back for that number.
    async fn reader(&self, request: &PageRequest) -> Option<Arc<Me>> {
        let me = request.caller.me.as_ref()?;
        match notices::unread(&self.app, me.id).await {
            Ok(unread) => Some(Arc::new(Me { unread, ..(**me).clone() })),
            Err(error) => {
                tracing::error!(%error, "a visitor's notices are not counted");
                Some(me.clone())
            }
        }
    }

    async fn render(&self, request: &PageRequest, form: Option<FormState>) -> Rendered {
        let asks = form.as_ref().is_some_and(|form| form.ask.is_some());
        let sign_in = request.uri.path() == "/sign-in" && self.app.demo;
        let visit = Visit {
            api: Arc::new(request.in_process(self)),
            lang: request.lang,
            path: request.uri.path().to_owned(),
            query: parse_query(request.uri.query().unwrap_or_default()),
            me: self.reader(request).await,
            form,
            site: self.info.clone(),
            demo_accounts: if sign_in { self.demo_accounts().await } else { Vec::new() },
            demo_password: (sign_in || (asks && self.app.demo)).then_some(crate::demo::PASSWORD),
            now: self.app.clock.now(),
            today: self.app.clock.today(),
            request_id: request.caller.origin.request_id.clone(),
            fresh_id: self.app.clock.id(),
        };
        frontend::render(visit).await
    }

    async fn demo_accounts(&self) -> Vec<DemoAccount> {
        let people = people::demo_people(&self.app).await.unwrap_or_default();
        let account =
            |demo: people::DemoPerson| DemoAccount { account: demo.account, name: demo.name, roles: demo.roles };
        people.into_iter().map(account).collect()
    }

    /// Onwards after a form that was accepted.
    #[must_use]
    pub fn see_other(&self, lang: Lang, path: &str) -> Response {
        private(Redirect::to(&format!("{}{path}", lang.prefix())))
    }
}

/// A rendered page as an answer that no cache keeps.
fn answer(request: &PageRequest, rendered: &Rendered, refused: bool) -> Response {
    if rendered.sign_in {
        let next = request.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
        let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
        return private(Redirect::to(&format!("{}/sign-in?{query}", request.lang.prefix())));
    }
    if let Some(path) = &rendered.moved {
        let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return private(Redirect::permanent(&format!("{}{path}{query}", request.lang.prefix())));
    }
    let status = StatusCode::from_u16(rendered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let status = if refused && status == StatusCode::OK { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    private((status, Html(rendered.html.clone())))
}

/// Of a request for a page, what the page needs.
pub struct PageRequest {
    pub uri: Uri,
    pub lang: Lang,
    pub caller: Caller,
}

impl PageRequest {
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let extensions = request.extensions();
        PageRequest {
            uri: request.uri().clone(),
            lang: extensions.get::<Lang>().copied().unwrap_or_default(),
            caller: extensions.get::<Caller>().cloned().unwrap_or_default(),
        }
    }

    #[must_use]
    pub fn in_process(&self, site: &Site) -> InProcess {
        InProcess { api: site.api.clone(), caller: self.caller.clone() }
    }
}

/// Pages, forms and built files.
pub fn routes(site: Site) -> Router {
    let page = async |State(site): State<Site>, request: Request| site.shown(request).await;
    Router::new()
        .route("/site/{name}", get(built))
        .route("/robots.txt", get(robots))
        .merge(forms::routes(&site))
        .fallback(page)
        .with_state(site)
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

/// Takes the language off the path, so that every route exists once.
pub async fn take_language(mut request: Request) -> Request {
    let path = request.uri().path();
    let found = [Lang::ZhHant, Lang::En].into_iter().find_map(|lang| {
        let rest = path.strip_prefix(lang.prefix())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((lang, rest.to_owned()))
    });
    let Some((lang, rest)) = found else { return request };
    let rest = if rest.is_empty() { "/" } else { &rest };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    if let Ok(uri) = format!("{rest}{query}").parse() {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(lang);
    }
    request
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("webp") => "image/webp",
        _ => "application/octet-stream",
    }
}

/// Crawlers read the pages, and of the lists all needs and those of one choice; every combination of choices is another
/// address, and there is no end to them. A demo is nothing to be found.
async fn robots(State(site): State<Site>) -> &'static str {
    if site.app.demo {
        "User-agent: *\nDisallow: /\n"
    } else {
        "User-agent: *\nDisallow: /api/\nDisallow: /*sign-in\nDisallow: /*?*q=\nDisallow: /*?*&\n"
    }
}

/// A built file: its name tells its content, so it may be kept for ever.
async fn built(State(site): State<Site>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = site.files.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts = |coding: &str| accepted.split(',').any(|part| part.trim().split(';').next() == Some(coding));
    let (bytes, coding) = match (&file.brotli, &file.gzip) {
        (Some(brotli), _) if accepts("br") => (brotli, Some("br")),
        (_, Some(gzip)) if accepts("gzip") => (gzip, Some("gzip")),
        _ => (&file.plain, None),
    };
    let fixed: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, file.mime),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    let mut response = (fixed, bytes.clone()).into_response();
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}
