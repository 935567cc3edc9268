use crate::money::open_need;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use backend::http;
use backend::site::Site;
use tests::{Answer, Client, TestApp};

/// A test whose pages are kept, as those of the real server are.
pub async fn cached() -> TestApp {
    let mut test = TestApp::new().await;
    test.router = http::router(&test.app, &Site::without_files(&test.app).with_cache());
    test
}

async fn page(client: &Client<'_>, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    client.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn who_is_signed_in_neither_fills_nor_reads_what_strangers_see() {
    let test = cached().await;
    let need = open_need(&test).await;
    test.index().await;
    let code = need.code.unwrap();
    let enterprise = test.enterprise("firm").await;
    let paths = ["/".to_owned(), "/needs".into(), format!("/needs/{code}"), "/campaigns".into(), "/about".into()];
    for path in &paths {
        let own = enterprise.page(path).await;
        assert_eq!(own.headers[header::CACHE_CONTROL], "private, no-store", "{path}");
        let strange = test.visitor().page(path).await;
        assert_eq!(strange.status, StatusCode::OK, "{path}");
        assert_eq!(strange.headers[header::CACHE_CONTROL], "no-cache", "{path} is not kept");
        assert!(!strange.text().contains("firm"), "{path} shows a stranger who was here before");
        assert!(strange.headers.get(header::SET_COOKIE).is_none());
        let again = enterprise.page(path).await;
        assert!(again.text().contains("firm"), "{path} shows its reader as a stranger");
        assert_eq!(test.visitor().page(path).await.text(), strange.text(), "{path}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_cookie_that_is_no_session_goes_past_the_cache_too() {
    let test = cached().await;
    let answer = page(&test.visitor(), "/needs", &[("cookie", "qc_access=nonsense")]).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store");
    test.done().await;
}

#[tokio::test]
async fn a_kept_page_is_sent_compressed_and_is_the_same_page() {
    let test = cached().await;
    let plain = page(&test.visitor(), "/about", &[]).await;
    let brotli = page(&test.visitor(), "/about", &[("accept-encoding", "gzip, br")]).await;
    let gzip = page(&test.visitor(), "/about", &[("accept-encoding", "gzip")]).await;
    assert_eq!(brotli.headers[header::CONTENT_ENCODING], "br");
    assert_eq!(gzip.headers[header::CONTENT_ENCODING], "gzip");
    assert!(brotli.body.len() * 2 < plain.body.len());
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*gzip.body), &mut unpacked).unwrap();
    assert!(unpacked == plain.body);
    test.done().await;
}

#[tokio::test]
async fn what_is_no_public_page_is_not_kept() {
    let test = cached().await;
    for path in ["/nothing", "/needs/XQ-441424-2026-999"] {
        let answer = test.visitor().page(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store", "{path}");
    }
    assert_eq!(test.visitor().page("/my-gifts").await.location(), "/sign-in?next=%2Fmy-gifts");
    // A need becomes public between two looks: its absence was not kept.
    let need = open_need(&test).await;
    assert_eq!(test.visitor().page(&format!("/needs/{}", need.code.unwrap())).await.status, StatusCode::OK);
    test.done().await;
}

#[tokio::test]
async fn the_header_for_measuring_is_obeyed_by_a_demo_only() {
    let test = cached().await;
    let answer = page(&test.visitor(), "/about", &[("x-qiancun-uncached", "1")]).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-cache", "kept as ever");
    test.done().await;
    let mut test = TestApp::with(|parts| parts.demo = true).await;
    test.router = http::router(&test.app, &Site::without_files(&test.app).with_cache());
    let answer = page(&test.visitor(), "/about", &[("x-qiancun-uncached", "1")]).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store");
    test.done().await;
}
