use crate::deliveries::picture;
use crate::needs::VILLAGE;
use backend::http::access_log::AccessLog;
use backend::jobs::regular::{self, Task};
use domain::api::sessions;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tests::TestApp;

/// What the application's log says.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_error_is_logged_under_the_id_that_the_visitor_reads() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let file = picture(&village).await;
    test.app.files.delete(&Path::from(format!("pictures/{file}.jpg"))).await.unwrap();
    let said = Said::default();
    let writer = said.clone();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(move || writer.clone());
    let guard = tracing::subscriber::set_default(log.with_ansi(false).finish());
    let answer = village.page(&format!("/api/v1/files/{file}")).await;
    drop(guard);
    assert_eq!(answer.status, 500);
    let id = answer.headers["x-request-id"].to_str().unwrap();
    let lines = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    let line = lines.lines().find(|line| line.contains("request failed")).unwrap_or_else(|| panic!("{lines}"));
    assert!(line.contains(id), "{id} is not in {line}");
    test.done().await;
}

#[tokio::test]
async fn every_request_is_a_line_of_the_access_log_that_tells_who_and_not_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let log = AccessLog::in_folder(folder.path()).unwrap();
    let test = TestApp::with(|parts| parts.access_log = log).await;
    let village = test.village(VILLAGE).await;
    let me = village.call(sessions::me()).await.unwrap().id;
    let page = village.page("/needs?q=%E7%A7%98%E5%AF%86").await;
    let id = page.headers["x-request-id"].to_str().unwrap().to_owned();
    test.visitor().page("/work/needs/new").await;
    test.done().await;

    let lines = std::fs::read_to_string(folder.path().join("access-2026-06-30.log")).unwrap();
    let own = lines.lines().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("{lines}"));
    assert!(own.starts_with(&format!("2026-06-30T10:00:00.000+08:00 {id} GET /needs 200 ")), "{own}");
    assert!(own.ends_with(&format!("us {me} -")), "{own}");
    assert!(
        lines.lines().any(|line| line.contains(" GET /work/needs/new 303 ") && line.ends_with("us - -")),
        "{lines}"
    );
    assert!(!lines.contains("%E7") && !lines.contains('?'), "{lines}");
}

#[tokio::test]
async fn access_logs_are_kept_for_180_days() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["access-2025-12-31.log", "access-2026-01-01.log", "access-2026-06-29.log", "notes.txt"];
    for name in names {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let log = AccessLog::in_folder(folder.path()).unwrap();
    let test = TestApp::with(|parts| parts.access_log = log).await;
    let mut own_due = test.clock.now();
    assert!(regular::round(&test.app, &mut own_due).await.contains(&Task::DropOldAccessLogs));
    assert!(!folder.path().join(names[0]).exists());
    assert!(names[1..].iter().all(|name| folder.path().join(name).exists()));
    assert!(regular::round(&test.app, &mut own_due).await.is_empty(), "once an hour");
    test.done().await;
}
