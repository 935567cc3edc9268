//! Ready-compressed public pages, kept for a second, so that many visitors at once cost one rendering.
//!
//! Only what everybody gets alike is kept: an anonymous GET of a page that calls itself public and answered 200. A
//! request with credentials, valid or not, neither reads nor fills it. Deliberately absent: deciding what is public.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use frontend::{Lang, Rendered};
use moka::future::Cache;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// How long a page is shown as it was.
const FRESH: Duration = Duration::from_secs(1);
/// Bytes of all pages together.
const BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The only query parameters of public pages; a request with others is answered, and not kept.
const QUERY: [&str; 18] = [
    "q", "field", "kind", "county", "town", "village", "class", "type", "amount", "deadline", "form", "min", "max",
    "sort", "after", "exact", "view", "show",
];

/// What a page is known by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    lang: Lang,
    path: String,
    query: Vec<(String, String)>,
}

impl Key {
    /// The key of a page that may be kept; none where a parameter could make it another page.
    #[must_use]
    pub fn new(lang: Lang, path: &str, query: &[(String, String)]) -> Option<Self> {
        let known = query.iter().all(|(name, _)| QUERY.contains(&name.as_str()));
        known.then(|| Key { lang, path: path.to_owned(), query: query.to_vec() })
    }
}

/// A page in the codings that browsers take.
pub struct Kept {
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
}

#[derive(Clone)]
pub struct PageCache(Cache<Key, Arc<Kept>>);

impl Default for PageCache {
    fn default() -> Self {
        let weight = |_: &Key, page: &Arc<Kept>| {
            u32::try_from(page.plain.len() + page.brotli.len() + page.gzip.len()).unwrap_or(u32::MAX)
        };
        PageCache(Cache::builder().max_capacity(BYTES_MAX).weigher(weight).time_to_live(FRESH).build())
    }
}

impl PageCache {
    /// What everybody may read has become less: nothing kept is shown any more.
    pub fn forget_all(&self) {
        self.0.invalidate_all();
    }

    /// The page of this key. One request renders it while the others wait; what may not be kept is handed back as it
    /// is, to all of them.
    pub async fn page(&self, key: Key, render: impl Future<Output = Rendered>) -> Result<Arc<Kept>, Arc<Rendered>> {
        let make = async {
            let rendered = render.await;
            if rendered.public && rendered.status == 200 {
                Ok(Arc::new(Kept::of(rendered.html)))
            } else {
                Err(rendered)
            }
        };
        self.0.try_get_with(key, make).await
    }
}

impl Kept {
    fn of(html: String) -> Self {
        Kept { brotli: brotli(html.as_bytes()).into(), gzip: gzip(html.as_bytes()).into(), plain: html.into() }
    }

    /// The answer in the best coding that the request takes.
    #[must_use]
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |coding: &str| accepted.split(',').any(|part| part.trim().split(';').next() == Some(coding));
        let (bytes, coding) = match () {
            () if accepts("br") => (&self.brotli, Some("br")),
            () if accepts("gzip") => (&self.gzip, Some("gzip")),
            () => (&self.plain, None),
        };
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
            (header::VARY, "accept-encoding, cookie"),
        ];
        let mut response = (fixed, bytes.clone()).into_response();
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

/// Quality 5: near the best size at a few milliseconds a page.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let parameters = BrotliEncoderParams { quality: 5, ..BrotliEncoderParams::default() };
    // Memory to memory; only a full memory fails, and that is not survived anyway.
    let _ = brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters);
    packed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
