//! The network's side: one list of all routes, the layers around them, and the extractors that refuse politely.
//!
//! `/api/v1` is the only door; pages enter by it too, in process. Deliberately absent: rules.

pub mod access_log;
pub mod caller;
mod docs;
pub mod download;
pub mod endpoints;
pub mod forms;
pub mod identify;
pub mod in_process;

use crate::app::App;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::{
    accounting, agreements, allocations, areas, arrivals, audit, bank_accounts, campaigns, charity_books, commitments,
    consents, coverage, deductions, deliveries, disbursements, dues, earlier_pairings, enquiries, figures, files,
    fundraising, gift_claims, gift_requests, gifts, goods_gifts, jobs, ledger, links, matching, month_ends, needs,
    notices, offers, on_behalf, organisations, outgoings, pairings, payees, people, places, pledges, purpose_changes,
    registrations, resets, returns, reversals, rounds, saved_searches, surpluses, texts, todo, verifications,
};
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_request};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use bytes::Bytes;
use domain::api::PREFIX;
use endpoints::Endpoints;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::ToSchema;

/// The largest JSON body or plain form.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Every room's routes with their description, without prefix and without the outer layers.
pub fn endpoints() -> Endpoints {
    [
        people::routes(),
        places::routes(),
        coverage::routes(),
        earlier_pairings::routes(),
        files::routes(),
        needs::routes(),
        needs::revisions::routes(),
        needs::imports::routes(),
        offers::routes(),
        matching::routes(),
        campaigns::routes(),
        fundraising::routes(),
        pledges::routes(),
        agreements::routes(),
        gift_requests::routes(),
        gift_claims::routes(),
        on_behalf::routes(),
        goods_gifts::routes(),
        commitments::routes(),
        deductions::routes(),
        dues::routes(),
        pairings::routes(),
        rounds::routes(),
        arrivals::routes(),
        bank_accounts::routes(),
        returns::routes(),
        reversals::routes(),
        outgoings::routes(),
        month_ends::routes(),
        accounting::routes(),
        ledger::routes(),
        charity_books::routes(),
        gifts::routes(),
        figures::routes(),
        payees::routes(),
        disbursements::routes(),
        allocations::routes(),
        purpose_changes::routes(),
        surpluses::routes(),
        deliveries::routes(),
        registrations::routes(),
        links::routes(),
        consents::routes(),
        verifications::routes(),
        organisations::routes(),
        areas::routes(),
        resets::routes(),
        texts::routes(),
        audit::routes(),
        todo::routes(),
        notices::routes(),
        enquiries::routes(),
        jobs::routes(),
        saved_searches::routes(),
    ]
    .into_iter()
    .fold(Endpoints::new("系统").get("/health", "活着，数据库也有回答", health), Endpoints::merge)
}

/// The API as the pages call it in process.
pub fn api(app: &App) -> Router {
    let (routes, _) = endpoints().split();
    routes
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::BadRequest("这个地址不接受这种请求".into()))
        .with_state(app.clone())
}

/// The whole server.
pub fn router(app: &App, site: &Site) -> Router {
    let inner = Router::new()
        .nest(PREFIX, site.api.clone())
        .merge(crate::site::routes(site.clone()))
        .merge(docs::routes(endpoints().split().1))
        .merge(crate::mail::routes().with_state(app.clone()))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(app.clone(), identify::identify))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(|_| Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()))
        .layer(from_fn_with_state(app.clone(), identify::log));
    let inner = security_headers(inner);
    // The language is taken off the path before any route is looked up, hence a router around the router.
    Router::new().fallback_service(inner).layer(map_request(crate::site::take_language))
}

/// Nothing of ours runs inline, nothing is framed, nothing leaks in a referrer.
fn security_headers(router: Router) -> Router {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' blob: data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'; manifest-src 'self'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    HEADERS.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    })
}

#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

/// Alive, and the database answers.
async fn health(State(app): State<App>) -> Result<Json<Health>> {
    sqlx::query!(r#"select 1 as "one!""#).fetch_one(&app.pool).await?;
    Ok(Json(Health { status: "ok" }))
}

/// A JSON body; what is wrong with it is said.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, state).await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge("内容太长，请分几次提交".into()),
            _ => Error::BadRequest(format!("请求没有收全：{}", error.body_text())),
        })?;
        if json_has_nul(&bytes) {
            return Err(Error::BadRequest(NUL.into()));
        }
        match Json::<T>::from_request(Request::from_parts(parts, bytes.into()), state).await {
            Ok(Json(value)) => Ok(Body(value)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(Error::BadRequest(format!("请求的内容不对：{}", error.body_text())))
            }
            Err(error) => Err(Error::BadRequest(format!("请求应为 JSON:{}", error.body_text()))),
        }
    }
}

/// What no text may hold: PostgreSQL keeps none, no person sees one, and no field is about one.
const NUL: &str = "内容里有看不见的空字符（U+0000），请删去后再提交";

/// Whether a text of a JSON body holds a NUL. Only a body in which the escape stands somewhere is read for it.
fn json_has_nul(bytes: &[u8]) -> bool {
    fn holds(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(values) => values.iter().any(holds),
            Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let escaped = bytes.windows(6).any(|window| window == b"\\u0000");
    escaped && serde_json::from_slice(bytes).is_ok_and(|value: Value| holds(&value))
}

/// Query parameters.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Error::BadRequest(NUL.into()));
        }
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(error) => Err(Error::BadRequest(format!("查询条件不对：{}", error.body_text()))),
        }
    }
}

/// What the path names. An id that is none names nothing.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        if parts.uri.path().contains("%00") {
            return Err(Error::NotFound);
        }
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// An answer that no cache may keep.
pub fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
