use axum::http::{StatusCode, header};
use tests::TestApp;

#[tokio::test]
async fn crawlers_are_sent_to_pages_and_away_from_filters_together() {
    let test = TestApp::new().await;
    let robots = test.visitor().page("/robots.txt").await;
    assert_eq!(robots.status, StatusCode::OK);
    assert_eq!(robots.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    let refused: Vec<_> =
        robots.text().lines().filter_map(|line| line.strip_prefix("Disallow: ")).map(str::to_owned).collect();
    assert!(refused.contains(&"/*?*&".to_owned()) && refused.contains(&"/api/".to_owned()));
    assert!(!refused.iter().any(|path| path == "/" || "/needs".starts_with(path.as_str())), "{refused:?}");
    test.done().await;
}

#[tokio::test]
async fn no_crawler_reads_a_demo() {
    let test = TestApp::with(|parts| parts.demo = true).await;
    assert_eq!(test.visitor().page("/robots.txt").await.text(), "User-agent: *\nDisallow: /\n");
    test.done().await;
}
