//! What a page costs the database: statements are counted, so that a query per row cannot come in unseen.

use crate::deliveries::{advance, item, new_report};
use crate::disbursements::ready;
use axum::http::StatusCode;
use domain::api::deliveries;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tests::TestApp;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The SQL that this thread sends, in order, as sqlx logs it.
#[derive(Clone, Default)]
pub struct Statements(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}");
        }
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut text = Text(String::new());
            event.record(&mut text);
            self.0.lock().unwrap().push(text.0);
        }
    }
}

impl Statements {
    /// What is sent while this is awaited; the app is in process and its test on one thread.
    pub async fn sent_by<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
        let statements = Statements::default();
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(statements.clone()));
        let result = work.await;
        drop(guard);
        let sent = statements.0.lock().unwrap().clone();
        (result, sent)
    }
}

#[tokio::test]
async fn a_needs_page_is_six_statements_however_much_is_on_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let path = format!("/needs/{}", ready.need.code.as_ref().unwrap());
    for reports in 1..=3 {
        let new = new_report(reports, &ready.village, payment.id, vec![item(1_000, false), item(500, true)]).await;
        ready.village.call(deliveries::report(ready.need.id, &new)).await.unwrap();
        for waiting in ready.charity.checker.call(deliveries::waiting()).await.unwrap().items {
            ready.charity.checker.call(deliveries::accept(waiting.spent.id)).await.unwrap();
        }
        let (page, sent) = Statements::sent_by(test.visitor().page(&path)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!((1..=6).contains(&sent.len()), "{} statements:\n{}", sent.len(), sent.join("\n"));
    }
    test.done().await;
}
