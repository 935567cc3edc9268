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
    // All are in hand, so none is on its way back.
    let first = connections.first_mut().unwrap();
    let left: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    )
    .fetch_one(&mut **first)
    .await
    .unwrap();
    assert_eq!(left, 0, "a connection is in a transaction that nobody knows of");
    drop(connections);
    test.done().await;
}
