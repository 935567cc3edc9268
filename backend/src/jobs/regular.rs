//! What is done every hour without anybody asking: what may be kept for a time only is dropped when the time is over.
//!
//! A task of the house is done by one process, whichever comes first; a task of a process by each, since it is about
//! that process's own files. Each must bear being ended half-way and done again an hour later.
//! The daily digest has an hour of the clock and keeps its own day; it is looked after in the same round, and so are
//! the saved searches, which follow what opens.
//! Deliberately absent: other days and hours of the clock, and tasks that somebody waits for.

use super::sql;
use crate::app::App;
use crate::error::{Error, Result};
use crate::{
    allocations, arrivals, commitments, digest, files, fundraising, links, needs, offers, on_behalf, pairings, people,
    pledges, purpose_changes, registrations, rounds, saved_searches,
};
use chrono::{DateTime, Duration, Utc};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::hours(1);
/// How often a process looks whether something is due.
const POLL: std::time::Duration = std::time::Duration::from_mins(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    DropOldDrafts,
    DropOldImports,
    ForgetOldFailures,
    ForgetOldLinks,
    LapseUnconfirmed,
    ExpireNeeds,
    ExpireOffers,
    RemindCommitments,
    TurnPairings,
    KeepUpInstalments,
    RemindOfIdleMoney,
    AskAboutRemains,
    KeepUpOnBehalf,
    ForgetOldRoundFacts,
    CloseEndedGiving,
    DropOldAccessLogs,
}

impl Task {
    const OF_THE_HOUSE: [Task; 15] = [
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
    const OF_A_PROCESS: [Task; 1] = [Task::DropOldAccessLogs];

    const fn name(self) -> &'static str {
        match self {
            Task::DropOldDrafts => "drop_old_drafts",
            Task::DropOldImports => "drop_old_imports",
            Task::ForgetOldFailures => "forget_old_failures",
            Task::ForgetOldLinks => "forget_old_links",
            Task::LapseUnconfirmed => "lapse_unconfirmed",
            Task::ExpireNeeds => "expire_needs",
            Task::ExpireOffers => "expire_offers",
            Task::RemindCommitments => "remind_commitments",
            Task::TurnPairings => "turn_pairings",
            Task::KeepUpInstalments => "keep_up_instalments",
            Task::RemindOfIdleMoney => "remind_of_idle_money",
            Task::AskAboutRemains => "ask_about_remains",
            Task::KeepUpOnBehalf => "keep_up_on_behalf",
            Task::ForgetOldRoundFacts => "forget_old_round_facts",
            Task::CloseEndedGiving => "close_ended_giving",
            Task::DropOldAccessLogs => "drop_old_access_logs",
        }
    }

    async fn run(self, app: &App) -> Result<()> {
        match self {
            Task::DropOldDrafts => files::drop_old_drafts(app).await.map(|_| ()),
            Task::DropOldImports => {
                needs::imports::drop_old(app).await?;
                arrivals::statements::drop_old(app).await
            }
            Task::ForgetOldFailures => people::forget_old_failures(app).await.map(|_| ()),
            Task::ForgetOldLinks => links::forget_old(app).await.map(|_| ()),
            Task::LapseUnconfirmed => registrations::lapse_unconfirmed(app).await.map(|_| ()),
            Task::ExpireNeeds => needs::life::expire(app).await.map(|_| ()),
            Task::ExpireOffers => offers::expire(app).await.map(|_| ()),
            Task::RemindCommitments => commitments::reminders::send(app).await.map(|_| ()),
            Task::TurnPairings => pairings::turn::take(app).await.map(|_| ()),
            Task::KeepUpInstalments => pledges::instalments::keep_up(app).await,
            Task::RemindOfIdleMoney => allocations::idle::remind(app).await,
            Task::AskAboutRemains => purpose_changes::closing::keep_up(app).await,
            Task::KeepUpOnBehalf => on_behalf::keep_up(app).await,
            Task::ForgetOldRoundFacts => rounds::forget_old(app).await,
            Task::CloseEndedGiving => fundraising::close_ended(app).await.map(|_| ()),
            Task::DropOldAccessLogs => Ok(app.access_log.drop_old(app.clock.today())?),
        }
    }
}

/// Does what is due until told to stop.
pub(super) async fn work(app: App, stop: CancellationToken) {
    let mut own_due = app.clock.now();
    while !stop.is_cancelled() {
        round(&app, &mut own_due).await;
        digest::keep_up(&app).await;
        saved_searches::keep_up(&app).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Does what is due now: the house's tasks whose turn this process gets, and its own where `own_due` is over.
/// Returns what was done.
pub async fn round(app: &App, own_due: &mut DateTime<Utc>) -> Vec<Task> {
    let mut done = Vec::new();
    for task in Task::OF_THE_HOUSE {
        match take_turn(app, task).await {
            Ok(true) => done.push(task),
            Ok(false) => {}
            Err(error) => tracing::error!(task = task.name(), %error, "the turn of a regular task is not known"),
        }
    }
    let now = app.clock.now();
    if *own_due <= now {
        *own_due = now + EVERY;
        done.extend(Task::OF_A_PROCESS);
    }
    for task in &done {
        if let Err(error) = attempt(app, *task).await {
            tracing::error!(task = task.name(), %error, "a regular task failed");
        }
    }
    done
}

/// Whether this process is the one that does the task this time.
async fn take_turn(app: &App, task: Task) -> Result<bool> {
    let now = app.clock.now();
    let mut connection = app.pool.acquire().await?;
    Ok(sql::take_turn(&mut connection, task.name(), now, now + EVERY).await?)
}

/// In a task of its own, so that a panic in it is not the end of all regular tasks.
async fn attempt(app: &App, task: Task) -> Result<()> {
    let app = app.clone();
    let attempt = tokio::spawn(async move { task.run(&app).await });
    attempt.await.map_err(|panicked| Error::Internal(panicked.into()))?
}
