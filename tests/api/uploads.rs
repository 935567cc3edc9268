use crate::needs::VILLAGE;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::api::files::FILE_BYTES_MAX;
use futures::{StreamExt, stream};
use object_store::ObjectStore;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tests::{Answer, Client, ORIGIN, TestApp, jpeg};

const PATH: &str = "/work/needs/new";
const MULTIPART: &str = "multipart/form-data; boundary=b";

/// Sends a body as a multipart form, whatever is in it.
async fn send(client: &Client<'_>, body: impl Into<Body>) -> Answer {
    client.send(Request::post(PATH).header(header::CONTENT_TYPE, MULTIPART).body(body.into()).unwrap()).await
}

fn is_a_page(answer: &Answer) -> bool {
    answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html")
}

#[tokio::test]
async fn a_strangers_upload_is_answered_before_any_of_it_is_read() {
    let test = TestApp::new().await;
    let read = Arc::new(AtomicBool::new(false));
    let noted = read.clone();
    let body = Body::from_stream(stream::repeat_with(move || {
        noted.store(true, Ordering::Relaxed);
        Ok::<_, Infallible>(vec![0_u8; 64 * 1024])
    }));
    let answer = send(&test.visitor(), body).await;
    assert_eq!(answer.location(), "/sign-in?next=%2Fwork%2Fneeds%2Fnew");
    assert!(!read.load(Ordering::Relaxed), "nothing of it was read");
    test.done().await;
}

#[tokio::test]
async fn whoever_shows_a_session_that_is_none_stores_nothing() {
    let test = TestApp::new().await;
    let part = "--b\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n";
    let body = [part.as_bytes(), &jpeg(64, 48), b"\r\n--b--\r\n"].concat();
    let request = Request::post(PATH)
        .header(header::CONTENT_TYPE, MULTIPART)
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, "qc_access=made-up")
        .body(Body::from(body));
    let answer = test.visitor().send(request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    assert!(answer.text().contains("请重新登录"));
    assert_eq!(test.app.files.list(None).count().await, 0);
    test.done().await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = sent.clone();
    let head = stream::once(async { Ok(b"--b\r\nContent-Disposition: ".to_vec()) });
    let endless = stream::repeat_with(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(vec![b'x'; 64 * 1024])
    });
    let answer = send(&village, Body::from_stream(head.chain(endless))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(is_a_page(&answer));
    assert!(sent.load(Ordering::Relaxed) < 64, "{} times 64 kB were read", sent.load(Ordering::Relaxed));
    test.done().await;
}

#[tokio::test]
async fn too_much_text_is_refused_on_the_page_with_what_was_read() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let long = "长".repeat(100_000);
    let form = [("title", "饮水安全巩固工程"), ("description", long.as_str())];
    let answer = village.form_with_files(PATH, &form, &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(is_a_page(&answer) && answer.text().contains("内容太大") && answer.text().contains("饮水安全巩固工程"));

    let empty = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n".repeat(10_000);
    assert_eq!(send(&village, format!("{empty}--b--\r\n")).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let plain = test.visitor().form("/sign-in", &[("account", &long)]).await;
    assert_eq!(plain.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(is_a_page(&plain) && plain.text().contains("内容太大"));
    test.done().await;
}

#[tokio::test]
async fn a_form_that_breaks_off_is_a_page_that_says_so() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let broken =
        "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n饮水安全巩固工程\r\n--b\r\nContent-Dispo";
    for body in [broken, "no multipart at all", ""] {
        let answer = send(&village, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(is_a_page(&answer) && answer.text().contains("内容没有完整送到"), "{body}");
    }
    assert!(send(&village, broken).await.text().contains("value=\"饮水安全巩固工程\""), "what came is kept");
    test.done().await;
}

#[tokio::test]
async fn one_picture_that_is_too_large_keeps_no_other_out() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let (good, large) = (jpeg(64, 48), vec![0_u8; FILE_BYTES_MAX + 1]);
    let files: [(&str, &str, &[u8]); 2] = [("photos", "大.jpg", &large), ("photos", "小.jpg", &good)];
    let answer = village.form_with_files(PATH, &[("action", "save")], &files).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("大.jpg：照片太大，每张最多 10 MB"));
    assert_eq!(answer.text().matches("name=\"photo\"").count(), 1);
    test.done().await;
}

#[tokio::test]
async fn a_form_stores_so_many_pictures_and_no_more() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let picture = jpeg(8, 8);
    let files: Vec<(&str, &str, &[u8])> = (0..26).map(|_| ("photos", "a.jpg", picture.as_slice())).collect();
    let answer = village.form_with_files(PATH, &[("action", "save")], &files).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("一次提交的照片太多"));
    assert_eq!(answer.text().matches("name=\"photo\"").count(), 24);
    test.done().await;
}
