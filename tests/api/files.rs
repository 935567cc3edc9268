use axum::http::StatusCode;
use backend::files;
use backend::jobs::regular::{self, Task};
use domain::api::files::StoredFile;
use object_store::ObjectStoreExt;
use object_store::local::LocalFileSystem;
use std::sync::Arc;
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
async fn a_draft_that_nothing_named_is_dropped_after_a_week_by_one_of_the_processes() {
    let test = TestApp::new().await;
    let village = test.village("441424103203").await;
    let stored: StoredFile = serde_json::from_slice(&upload(&village, &jpeg(80, 60)).await.body).unwrap();
    let mut never = test.clock.now() + chrono::Duration::days(365);
    let all = [
        Task::DropOldDrafts,
        Task::DropOldImports,
        Task::ForgetOldFailures,
        Task::ForgetOldLinks,
        Task::LapseUnconfirmed,
        Task::ExpireNeeds,
        Task::ExpireOffers,
        Task::RemindCommitments,
        Task::TurnPairings,
        Task::KeepUpInstalments,
        Task::RemindOfIdleMoney,
        Task::AskAboutRemains,
        Task::KeepUpOnBehalf,
        Task::ForgetOldRoundFacts,
        Task::CloseEndedGiving,
    ];
    assert_eq!(regular::round(&test.app, &mut never).await, all, "the first start is a turn too");
    test.clock.advance(chrono::Duration::days(8));
    let village = test.signed_in("village-441424103203").await;
    let path = format!("/api/v1/files/{}", stored.id);
    assert_eq!(village.page(&path).await.status, StatusCode::OK);
    let (mut one, mut other) = (never, never);
    let done = tokio::join!(regular::round(&test.app, &mut one), regular::round(&test.app, &mut other));
    let mut done = [done.0, done.1].concat();
    done.sort_unstable();
    assert_eq!(done, all, "each by one of both");
    assert_eq!(village.page(&path).await.status, StatusCode::NOT_FOUND);
    let small = object_store::path::Path::from(format!("pictures/{}-small.jpg", stored.id));
    assert!(test.app.files.get(&small).await.is_err(), "its bytes are gone as well");
    assert!(regular::round(&test.app, &mut never).await.is_empty(), "the turn is over for an hour");
    test.done().await;
}

#[tokio::test]
async fn a_draft_whose_bytes_are_not_deleted_is_found_again_and_keeps_no_other_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let test = TestApp::with(|parts| parts.files = Arc::new(store)).await;
    let village = test.village("441424103203").await;
    let stuck: StoredFile = serde_json::from_slice(&upload(&village, &jpeg(80, 60)).await.body).unwrap();
    upload(&village, &jpeg(60, 80)).await;
    // What is no file cannot be deleted as one.
    let bytes = folder.path().join(format!("pictures/{}.jpg", stuck.id));
    std::fs::remove_file(&bytes).unwrap();
    std::fs::create_dir(&bytes).unwrap();
    test.clock.advance(chrono::Duration::days(8));
    assert_eq!(files::drop_old_drafts(&test.app).await.unwrap(), 1);
    std::fs::remove_dir(&bytes).unwrap();
    assert_eq!(files::drop_old_drafts(&test.app).await.unwrap(), 1);
    assert_eq!(std::fs::read_dir(folder.path().join("pictures")).unwrap().count(), 0);
    test.done().await;
}
