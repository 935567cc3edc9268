//! Being told to stop: by the first SIGINT or SIGTERM, also while the program starts.
//!
//! What is under way may finish after the first signal; ten seconds or a second signal end that; a third one ends the
//! process at once. Deliberately absent: what is stopped.

use std::future::Future;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long what is under way may take after the first signal.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a shell reports of a program that SIGINT ended.
const ENDED_BY_INTERRUPT: i32 = 130;

#[derive(Clone, Default)]
pub struct Stop {
    told: CancellationToken,
    told_again: CancellationToken,
}

impl Stop {
    /// Hears signals from here on.
    pub fn on_signals() -> anyhow::Result<Self> {
        let stop = Stop::default();
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let heard = stop.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if heard.told_again.is_cancelled() {
                    std::process::exit(ENDED_BY_INTERRUPT);
                }
                if heard.told.is_cancelled() {
                    heard.told_again.cancel();
                } else {
                    crate::say!("\nstopping …");
                    heard.told.cancel();
                }
            }
        });
        Ok(stop)
    }

    /// For what stops by itself when told.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.told.clone()
    }

    /// The first signal has come.
    pub async fn told(&self) {
        self.told.cancelled().await;
    }

    /// The second signal has come.
    pub async fn told_again(&self) {
        self.told_again.cancelled().await;
    }

    /// What was under way at the first signal has had its time.
    pub async fn overdue(&self) {
        self.told().await;
        tokio::select! {
            () = self.told_again() => {}
            () = tokio::time::sleep(PATIENCE) => {}
        }
    }

    /// Does a step of the start; None when told to stop before it was done.
    pub async fn unless_told<T>(&self, step: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.told() => None,
            done = step => Some(done),
        }
    }
}
