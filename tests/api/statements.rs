//! What a page costs the database: statements are counted, so that a query per row cannot come in unseen.

use crate::deliveries::{advance, item, new_report};
use crate::disbursements::ready;
use axum::http::StatusCode;
use domain::Fen;
use domain::api::{campaigns, deliveries};
use sqlx::AssertSqlSafe;
use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Once;
use tests::TestApp;
use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

thread_local! {
    /// What is heard on this thread, while somebody listens.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Hears every thread and keeps what is said where somebody listens. There is one for the whole run: where subscribers come
/// and go, a place in the code that another thread passes for the first time just then is not heard any more.
struct Listener;

struct Text(String);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        // What is too long for a summary stands whole beside it.
        if matches!(field.name(), "summary" | "db.statement") && !value.trim().is_empty() {
            value.trim().clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

fn is_statement(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "sqlx::query"
}

impl<S: Subscriber> Layer<S> for Listener {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_statement(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        is_statement(metadata) && HEARD.with_borrow(Option::is_some)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        HEARD.with_borrow_mut(|heard| heard.iter_mut().for_each(|heard| heard.push(text.0.clone())));
    }
}

/// The SQL that this thread sends, whole and in order.
pub struct Statements;

impl Statements {
    /// What is sent while this is awaited; the app is in process and its test on one thread.
    pub async fn sent_by<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
        static LISTENS: Once = Once::new();
        LISTENS.call_once(|| {
            let listener = tracing_subscriber::registry().with(Listener);
            tracing::subscriber::set_global_default(listener).expect("nobody else listens to the whole run");
        });
        HEARD.set(Some(Vec::new()));
        let result = work.await;
        (result, HEARD.take().unwrap_or_default())
    }
}

#[tokio::test]
async fn a_needs_page_is_seven_statements_however_much_is_on_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let path = format!("/needs/{}", ready.need.code.as_ref().unwrap());
    for reports in 1..=3 {
        let new = new_report(reports, &ready.village, payment.id, vec![item(1_000, false), item(500, true)]).await;
        ready.village.call(deliveries::report(ready.need.id, &new)).await.unwrap();
        for waiting in ready.charity.checker.call(deliveries::waiting()).await.unwrap().items {
            ready.charity.checker.call(deliveries::accept(waiting.spent.id, 1)).await.unwrap();
        }
        let (page, sent) = Statements::sent_by(test.visitor().page(&path)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!((1..=7).contains(&sent.len()), "{} statements:\n{}", sent.len(), sent.join("\n"));
    }
    test.done().await;
}

/// Beside this campaign's gift stand many of twenty others: as the database's owner, since no person makes so many.
const OTHER_CAMPAIGNS_LEDGERS: &str = "
    set session_replication_role = replica;
    insert into campaign (id, code, name, year, stage, host, purpose, held_on, created_at)
    select gen_random_uuid(), code || '-' || n, name, year - n, stage, host, purpose, (held_on - make_interval(years => n))::date,
           created_at
    from campaign, generate_series(1, 20) n;
    insert into bank_line_part (lot, line, position, amount_fen, campaign)
    select gen_random_uuid(), part.line, 1000 * (2040 - c.year) + n, 5, c.id
    from bank_line_part part, campaign c, generate_series(1, 1000) n
    where c.year < 2026;
    insert into transfer (id, debit, credit, amount_fen, asset, code, lot, cause, effective_on, recorded_at)
    select gen_random_uuid(), t.debit, t.credit, 5, t.asset, t.code, p.lot, t.cause, t.effective_on, t.recorded_at
    from bank_line_part p, transfer t
    where p.position > 1000 and t.code = 'arrival';
    set session_replication_role = default;
    analyze";

#[tokio::test]
async fn a_campaigns_total_reads_the_transfers_of_its_own_money_only() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    advance(&ready).await;
    sqlx::raw_sql(OTHER_CAMPAIGNS_LEDGERS).execute(&test.app.pool).await.unwrap();
    let sql = format!("explain select * from money_by_campaign where campaign = '{}'", ready.campaign);
    let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&test.app.pool).await.unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("transfer_of_lot"), "{plan}");
    for table in ["transfer", "bank_line_part"] {
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
    }
    let total = test.visitor().call(campaigns::get(ready.campaign)).await.unwrap().money;
    assert_eq!((total.arrived, total.disbursed), (Fen::yuan(50_000), Fen::yuan(30_000)));
    test.done_with_wrong_books().await;
}
