use axum::http::StatusCode;
use domain::api::files::StoredFile;
use tests::{Answer, Client, TestApp, jpeg};

async fn upload(client: &Client<'_>, bytes: &[u8]) -> Answer {
    client.form_with_files("/api/v1/files", &[], &[("file", "photo.jpg", bytes)]).await
}

#[tokio::test]
async fn a_picture_is_its_uploaders_alone_until_something_shows_it() {
    let test = TestApp::new().await;
    let village = test.village("441424103203").await;
    let other = test.village("441424103204").await;
    let answer = upload(&village, &jpeg(800, 600)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let stored: StoredFile = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((stored.width, stored.height), (800, 600));
    let path = format!("/api/v1/files/{}", stored.id);
    assert_eq!(village.page(&path).await.status, StatusCode::OK);
    assert_eq!(other.page(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(test.visitor().page(&path).await.status, StatusCode::NOT_FOUND);
    test.done().await;
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_a_sentence() {
    let test = TestApp::new().await;
    let village = test.village("441424103203").await;
    let answer = upload(&village, b"<html><script>alert(1)</script>").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("不是 JPEG"), "{}", answer.text());
    let answer = upload(&village, &vec![0_u8; 11 * 1024 * 1024]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(upload(&test.visitor(), &jpeg(8, 8)).await.status, StatusCode::UNAUTHORIZED);
    test.done().await;
}

#[tokio::test]
async fn a_draft_that_nothing_named_is_dropped_after_a_week() {
    let test = TestApp::new().await;
    let village = test.village("441424103203").await;
    let stored: StoredFile = serde_json::from_slice(&upload(&village, &jpeg(80, 60)).await.body).unwrap();
    test.clock.advance(chrono::Duration::days(8));
    assert_eq!(backend::files::drop_old_drafts(&test.app).await.unwrap(), 1);
    let village = test.signed_in("village-441424103203").await;
    assert_eq!(village.page(&format!("/api/v1/files/{}", stored.id)).await.status, StatusCode::NOT_FOUND);
    test.done().await;
}
