//! Who sent a request: reads the session, renews it at most once, refuses requests that another site made.
//!
//! Deliberately absent: rights. They are read with the person, on each request, and checked by extractors.

use super::access_log::Access;
use super::caller::{Caller, Origin, Sitting};
use crate::app::App;
use crate::error::{Error, Result};
use crate::people::session::{ACCESS_LIFE, REFRESH_LIFE, Refresh, Tokens};
use crate::people::{self, Known, Renewal};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use domain::{PersonId, SessionId};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

const ACCESS: &str = "qc_access";
const REFRESH: &str = "qc_refresh";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the outer answer does to the session's cookies; an inner answer carries it as an extension.
#[derive(Clone)]
pub enum SetTokens {
    Set(Arc<Tokens>),
    Clear,
}

/// The id under which a request is found in the log.
#[derive(Clone)]
pub struct RequestId(pub String);

/// Whose request it was; an answer carries it outwards to the access log.
#[derive(Clone, Copy)]
struct KnownAs(PersonId);

/// Gives each request an id, by which whatever is logged on the way is found, and notes it in the access log.
pub async fn log(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut bytes = [0_u8; 6];
    crate::clock::Clock::System.fill(&mut bytes);
    let id = bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), without_codes(request.uri().path()).to_owned());
    let route = request.extensions().get::<MatchedPath>().map_or("pages", MatchedPath::as_str).to_owned();
    let address = address(&app, &request);
    // Of the level of errors, so that it is there whenever an error is logged.
    let span = tracing::error_span!("request", id);
    let mut response = next.run(request).instrument(span).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    crate::metrics::answered(&route, &method, status, took);
    let person = response.extensions().get::<KnownAs>().map(|KnownAs(person)| *person);
    let (at, request, method) = (app.clock.now(), id.as_str(), method.as_str());
    app.access_log.note(&Access { at, request, method, path: &path, status, took, person, address });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// An address as the log may hold it: whoever reads the log must not find the code of an invitation.
fn without_codes(path: &str) -> &str {
    const INVITATIONS: &str = "/api/v1/invitations/";
    if path.starts_with(INVITATIONS) { INVITATIONS } else { path }
}

/// Puts a [`Caller`] into the request and the session's cookies onto the answer.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let credentials = Credentials::of(request.headers());
    if let Err(error) = made_by_our_own_pages(&app, &request, &credentials) {
        return error.into_response();
    }
    let (address, request_id) = (address(&app, &request), request_id(&request));
    let origin = Origin { address, request_id, device: device(request.headers()) };
    let (session, renewed) = match session(&app, &origin, &credentials).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let me = match session {
        Some(session) => people::who(&app, session).await,
        None => Ok(None),
    };
    let caller = match me {
        Ok(found) => {
            let (me, proof) = found.map(|Known { me, proof }| (me, proof)).unzip();
            let session = session.zip(proof).map(|(id, proof)| Sitting { id, proof });
            Caller { me, session, origin }
        }
        Err(error) => return error.into_response(),
    };
    let known = caller.me.as_ref().map(|me| me.id);
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if let Some(person) = known {
        response.extensions_mut().insert(KnownAs(person));
    }
    let tokens = response.extensions_mut().remove::<SetTokens>().or(renewed);
    if let Some(tokens) = &tokens {
        set_cookies(response.headers_mut(), tokens, app.origin.starts_with("https:"));
    }
    // An answer that carries a session's cookies is that person's alone, whatever it shows.
    if tokens.is_some() || (known.is_some() && !response.headers().contains_key(header::CACHE_CONTROL)) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}

fn request_id(request: &Request) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// What the browser says of itself, in the words that its user knows it by: `Chrome · Android`.
fn device(headers: &HeaderMap) -> String {
    let says = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The more particular first: every browser names those that it wants to be taken for.
    let first =
        |names: &[(&str, &'static str)]| names.iter().find(|(word, _)| says.contains(word)).map(|(_, name)| *name);
    let browser = first(&[
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("HuaweiBrowser", "华为浏览器"),
        ("QQBrowser", "QQ 浏览器"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    [browser, system].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What a request brings to be known by.
#[derive(Default)]
struct Credentials {
    bearer: Option<String>,
    access: Option<String>,
    refresh: Option<Refresh>,
    /// There was a refresh cookie, well formed or not.
    cookies: bool,
}

/// Whether a request brings anything to be known by, valid or not.
#[must_use]
pub fn brings_credentials(headers: &HeaderMap) -> bool {
    let credentials = Credentials::of(headers);
    credentials.bearer.is_some() || credentials.access.is_some() || credentials.cookies
}

impl Credentials {
    fn of(headers: &HeaderMap) -> Self {
        let mut credentials = Credentials::default();
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        credentials.bearer = authorization.and_then(|text| text.strip_prefix("Bearer ")).map(str::to_owned);
        for value in headers.get_all(header::COOKIE) {
            for cookie in Cookie::split_parse(value.to_str().unwrap_or_default()).flatten() {
                match cookie.name() {
                    ACCESS => credentials.access = Some(cookie.value().to_owned()),
                    REFRESH => {
                        credentials.cookies = true;
                        credentials.refresh = Refresh::parse(cookie.value());
                    }
                    _ => {}
                }
            }
        }
        credentials
    }
}

/// The session that the credentials name, and new tokens where the old ones had ended.
async fn session(
    app: &App,
    origin: &Origin,
    credentials: &Credentials,
) -> Result<(Option<SessionId>, Option<SetTokens>)> {
    let now = app.clock.now();
    if let Some(bearer) = &credentials.bearer {
        return Ok((app.keys.read(now, bearer).map(|(_, session)| session), None));
    }
    if let Some((_, session)) = credentials.access.as_deref().and_then(|access| app.keys.read(now, access)) {
        return Ok((Some(session), None));
    }
    let Some(refresh) = &credentials.refresh else {
        return Ok((None, credentials.cookies.then_some(SetTokens::Clear)));
    };
    match people::renew(app, origin, refresh).await? {
        Renewal::Renewed(tokens, session) => Ok((Some(session), Some(SetTokens::Set(tokens.into())))),
        Renewal::Refused => Ok((None, Some(SetTokens::Clear))),
    }
}

/// A change asked for with a cookie, or by a browser at all, must come from our own pages.
fn made_by_our_own_pages(app: &App, request: &Request, credentials: &Credentials) -> Result<()> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || credentials.bearer.is_some() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let ours = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == app.origin,
        (None, None) => !credentials.cookies && credentials.access.is_none(),
    };
    if ours { Ok(()) } else { Err(Error::Forbidden("请求不是从本站页面发出的，请回到本站再试")) }
}

/// The visitor's address: the proxy's word counts only where the settings name that proxy.
fn address(app: &App, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())?;
    if app.trusted_proxy == Some(peer) {
        // Some proxies add a line of their own instead of adding to the visitor's.
        let lines = request.headers().get_all("x-forwarded-for");
        let forwarded = lines.iter().next_back().and_then(|value| value.to_str().ok());
        let last = forwarded.and_then(|text| text.rsplit(',').next()).and_then(|text| text.trim().parse().ok());
        return last.or(Some(peer));
    }
    Some(peer)
}

fn set_cookies(headers: &mut HeaderMap, tokens: &SetTokens, secure: bool) {
    let (access, refresh) = match tokens {
        SetTokens::Set(tokens) => (tokens.access.clone(), tokens.refresh.text()),
        SetTokens::Clear => (String::new(), String::new()),
    };
    let cleared = access.is_empty();
    for (name, value, life) in [(ACCESS, access, ACCESS_LIFE), (REFRESH, refresh, REFRESH_LIFE)] {
        let seconds = if cleared { 0 } else { life.num_seconds() };
        let cookie = Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(secure)
            .max_age(cookie::time::Duration::seconds(seconds))
            .build();
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}
