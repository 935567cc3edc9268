use backend::{demo, people, serve};
use domain::api::needs;
use domain::api::sessions::{self, Credentials};
use domain::organisation::OrganisationKind;
use tests::people::PASSWORD;
use tests::{Client, EmptyDatabase, TestApp};

async fn refusal(database: &EmptyDatabase, as_demo: bool) -> String {
    serve::prepare_for(&database.pool, as_demo).await.expect_err("is refused").to_string()
}

#[tokio::test]
async fn a_demo_leaves_a_database_of_something_else_as_it_is() {
    let database = EmptyDatabase::new().await;
    database.execute("create table orders (id bigint primary key)").await;
    assert!(refusal(&database, true).await.contains("tables of something else"));
    assert!(!database.has("installation").await && !database.has("_sqlx_migrations").await);
    database.done().await;
}

#[tokio::test]
async fn a_database_that_is_marked_otherwise_is_refused_before_its_schema_is_touched() {
    for (marked, says) in [(false, "not a demo's"), (true, "a demo's invented data")] {
        let database = EmptyDatabase::new().await;
        database.execute("create table installation (only_one boolean, demo boolean, created_at timestamptz)").await;
        database.execute(&format!("insert into installation values (true, {marked}, now())")).await;
        assert!(refusal(&database, !marked).await.contains(says));
        assert!(!database.has("person").await && !database.has("_sqlx_migrations").await);
        database.done().await;
    }
}

#[tokio::test]
async fn an_empty_database_stays_what_it_was_first_used_for() {
    let database = EmptyDatabase::new().await;
    serve::prepare_for(&database.pool, true).await.unwrap();
    serve::prepare_for(&database.pool, true).await.unwrap();
    assert!(refusal(&database, false).await.contains("a demo's invented data"));
    database.done().await;
}

async fn signs_in(test: &TestApp, account: &str, password: &str) -> bool {
    let credentials = Credentials { account: account.into(), password: password.into(), code: None };
    test.visitor().call(sessions::sign_in(&credentials)).await.is_ok()
}

async fn waiting_needs(test: &TestApp) -> usize {
    let credentials = Credentials { account: "federation".into(), password: demo::PASSWORD.into(), code: None };
    let session = test.visitor().call(sessions::sign_in(&credentials)).await.unwrap();
    let federation = Client { test, bearer: Some(session.access) };
    federation.call(needs::review()).await.unwrap().items.len()
}

#[tokio::test]
async fn a_demo_that_was_ended_half_made_starts_over_and_a_whole_one_is_left_alone() {
    let test = TestApp::with(|parts| parts.demo = true).await;
    demo::mark(&test.app.pool, true, test.clock.now()).await.unwrap();
    // As far as a start may come before it is ended: some accounts, one of them the demo's own.
    test.charity("示例慈善会").await;
    test.person(
        "village",
        OrganisationKind::Village,
        Some("441424125207"),
        domain::organisation::Role::VillageReporter,
    )
    .await;
    demo::seed(&test.app).await.unwrap();
    assert!(!signs_in(&test, "示例慈善会-maker", PASSWORD).await, "what was half-made is gone");
    assert!(signs_in(&test, "payer", demo::PASSWORD).await);
    let waiting = waiting_needs(&test).await;
    assert!(waiting > 0);

    demo::seed(&test.app).await.unwrap();
    assert_eq!(waiting_needs(&test).await, waiting);
    let mut connection = test.app.pool.acquire().await.unwrap();
    assert!(people::any(&mut connection).await.unwrap());
    drop(connection);
    test.done().await;
}

#[tokio::test]
async fn starting_over_leaves_nothing_but_places_and_the_installations_own() {
    let test = TestApp::new().await;
    let left: Vec<String> = sqlx::query_scalar(
        "with recursive emptied (name) as (
             select unnest($1::text[])
             union
             select c.conrelid::regclass::text
             from pg_constraint c
             join emptied e on c.confrelid = e.name::regclass
             where c.contype = 'f'
         )
         select c.relname::text
         from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not in (select name from emptied)
         order by 1",
    )
    .bind(demo::FILLED.as_slice())
    .fetch_all(&test.app.pool)
    .await
    .unwrap();
    // How far the kept sums go is one row that is set back.
    assert_eq!(left, ["_sqlx_migrations", "installation", "ledger_kept_until", "place", "regular_task"]);
    test.done().await;
}
