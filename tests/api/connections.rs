//! What becomes of a database connection whose user leaves.

use std::time::Duration;
use tests::TestApp;

/// A reader who closes the page at any moment leaves no transaction behind: in it would be written what others write
/// next, and never committed.
#[tokio::test]
async fn whoever_leaves_while_a_transaction_begins_leaves_no_connection_in_one() {
    let test = TestApp::new().await;
    for microseconds in (0..2_000).step_by(10) {
        // Each leaves a little later than the one before: some before anything was sent, some between, some after.
        let patience = Duration::from_micros(microseconds);
        let _ = tokio::time::timeout(patience, test.app.begin()).await;
        let _ = tokio::time::timeout(patience, test.app.snapshot()).await;
    }
    let mut connections = Vec::new();
    for _ in 0..test.app.pool.options().get_max_connections() {
        connections.push(test.app.pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        // Outside of a transaction each statement is one of its own, which begins when it does.
        let alone: bool =
            sqlx::query_scalar("select now() = statement_timestamp()").fetch_one(&mut **connection).await.unwrap();
        assert!(alone, "a connection is in a transaction that nobody knows of");
    }
    drop(connections);
    test.done().await;
}
