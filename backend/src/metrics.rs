//! Figures for operators, in Prometheus' format, on a port of their own.
//!
//! Counted while requests are answered; states of the house are read when somebody asks.
//! Deliberately absent: who asked for what.

use crate::app::App;
use crate::config::Settings;
use crate::jobs;
use anyhow::Context;
use axum::Router;
use axum::http::{Method, header};
use axum::routing::get;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const REQUESTS: &str = "http_requests_total";
/// How often what was measured is put in order.
const UPKEEP: Duration = Duration::from_secs(5);
const SECONDS: &str = "http_request_duration_seconds";
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// One request was answered. `route` is a pattern, never a path that somebody typed.
pub fn answered(route: &str, method: &Method, status: u16, took: Duration) {
    let route = route.to_owned();
    counter!(REQUESTS, "route" => route.clone(), "method" => known(method), "status" => status.to_string())
        .increment(1);
    histogram!(SECONDS, "route" => route).record(took.as_secs_f64());
}

/// A method may be any word that a stranger makes up; each new one would be a figure of its own for ever.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Listens where the settings say so; else does nothing until it is aborted.
pub async fn serve(app: &App, settings: &Settings) -> anyhow::Result<JoinHandle<()>> {
    let Some(port) = settings.metrics_port else {
        return Ok(tokio::spawn(std::future::pending()));
    };
    let recorder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)?;
    let handle = recorder.install_recorder().context("figures are kept once per process")?;
    describe();
    let address = SocketAddr::new(settings.listen, port);
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let router = router(app.clone(), handle.clone());
    Ok(tokio::spawn(async move {
        tokio::select! {
            served = axum::serve(listener, router) => {
                if let Err(error) = served {
                    tracing::error!(%error, "figures are not served any more");
                }
            }
            () = keep_up(handle) => {}
        }
    }))
}

/// What was measured is gathered until it is put in order, whether anybody asks for it or not.
async fn keep_up(handle: PrometheusHandle) {
    let mut timer = tokio::time::interval(UPKEEP);
    loop {
        timer.tick().await;
        handle.run_upkeep();
    }
}

fn describe() {
    describe_counter!(REQUESTS, "Requests answered, by route, method and status");
    describe_histogram!(SECONDS, "Seconds from a request to its answer, by route");
    describe_counter!("search_stood_in_total", "Searches that the embedded engine answered for a silent server");
    describe_gauge!("jobs_waiting", "Jobs that wait or are in hand");
    describe_gauge!("jobs_dead", "Jobs that were given up");
    describe_gauge!("database_connections", "Open connections of the pool");
    describe_gauge!("database_connections_idle", "Of these, the ones that wait for work");
}

fn router(app: App, handle: PrometheusHandle) -> Router {
    let text = async move || {
        read_states(&app).await;
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render())
    };
    Router::new().route("/metrics", get(text))
}

async fn read_states(app: &App) {
    // Without the database the other figures are worth the more.
    if let Ok(counts) = jobs::counts(app).await {
        gauge!("jobs_waiting").set(as_figure(counts.waiting));
        gauge!("jobs_dead").set(as_figure(counts.dead));
    }
    gauge!("database_connections").set(f64::from(app.pool.size()));
    gauge!("database_connections_idle").set(as_figure(i64::try_from(app.pool.num_idle()).unwrap_or(i64::MAX)));
}

#[expect(clippy::cast_precision_loss, reason = "a figure of this format is a float, and these are small")]
fn as_figure(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_somebody_made_up_is_no_figure_of_its_own() {
        assert_eq!(known(&Method::POST), "POST");
        assert_eq!(known(&Method::from_bytes(b"QC-7731").unwrap()), "other");
        assert_eq!(known(&Method::TRACE), "other");
    }
}
