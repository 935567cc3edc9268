//! Work that follows a change: written in the change's own transaction, done after it, tried again until it succeeds.
//!
//! A job is done by whoever holds its lease; when a worker dies, the lease ends and another one goes on. So every kind
//! of job must bear being done twice. What takes long has a lane of its own, so that nothing short waits for it. After the last attempt it is `dead` and stays for staff to see.
//! Deliberately absent: schedules (regular.rs), priorities, and deleting.

mod http;
pub mod regular;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{OneRow, Result};
use crate::figures::totals;
use crate::http::caller::{PlatformAdmin, Sure};
use crate::mail::{self, Mail};
use crate::organisations::invitations;
use crate::{enquiries, ledger, links, needs, on_behalf, rounds, surpluses};
use chrono::{DateTime, Duration, Utc};
use domain::api::jobs::{DeadJob, RepeatedLetter};
use domain::api::{Count, List};
use domain::todo::Waiting;
use domain::{
    EnquiryId, InvitationId, JobId, LinkId, MatchingRoundId, NeedImportId, OnBehalfId, SurplusId, SurplusPlacementId,
};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a job is a worker's without a sign of life; whoever works says so every [`ALIVE`]. A letter whose worker died
/// waits for no longer than this.
pub const LEASE: Duration = Duration::minutes(1);
const ALIVE: std::time::Duration = std::time::Duration::from_secs(1);
/// After that many attempts, some seventeen hours, a job is given up.
pub const ATTEMPTS: i32 = 12;
/// The wait after the first failure; each further one doubles it.
const FIRST_WAIT: Duration = Duration::seconds(30);
/// How often a worker without work looks for some.
const POLL: std::time::Duration = std::time::Duration::from_millis(500);

/// Everything that is done in the background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Send a letter.
    Mail(Box<Mail>),
    /// Send the letter with a one-time link. Its secret is made then, so that none is kept here.
    LinkLetter { link: LinkId },
    /// Find out who asked for a link by an address, and write to him.
    LinkRequest { request: LinkId },
    /// Send an invitation to its address. Address and code are looked up when it is sent.
    Invite { invitation: InvitationId },
    /// Send the latest answer to whoever asked.
    Answer { enquiry: EnquiryId, position: i32 },
    /// Write to an enterprise without an account that something was noted of it. The address is looked up when it is sent.
    OnBehalf { on_behalf: OnBehalfId, reminder: bool },
    /// Make drafts of the rows of a table of needs.
    ImportNeeds { import: NeedImportId },
    /// Compute the plan of a matching round.
    SolveRound { round: MatchingRoundId, number: i32 },
    /// Propose what the plan of a matching round says.
    SendRound { round: MatchingRoundId },
    /// Write to everybody whose money is a surplus, or was placed.
    TellOfSurplus { surplus: SurplusId, placement: Option<SurplusPlacementId> },
}

/// Jobs of different lanes do not wait for each other.
#[derive(Clone, Copy)]
enum Lane {
    Short,
    /// Rows or proposals one after the other, for minutes perhaps.
    Long,
    /// Keeps a processor busy.
    Computing,
}

impl Lane {
    const ALL: [Lane; 3] = [Lane::Short, Lane::Long, Lane::Computing];

    const fn as_str(self) -> &'static str {
        match self {
            Lane::Short => "short",
            Lane::Long => "long",
            Lane::Computing => "computing",
        }
    }

    /// How many jobs a worker takes at once: on a busy evening a letter then costs the database a fraction of a
    /// statement.
    const fn batch(self) -> i64 {
        match self {
            Lane::Short => 32,
            Lane::Long | Lane::Computing => 1,
        }
    }

    /// When an attempt is ended that has not ended by itself.
    const fn patience(self) -> std::time::Duration {
        match self {
            Lane::Short => std::time::Duration::from_mins(4),
            Lane::Long | Lane::Computing => std::time::Duration::from_hours(1),
        }
    }
}

impl Job {
    fn lane(&self) -> Lane {
        match self {
            Job::Mail(_)
            | Job::LinkLetter { .. }
            | Job::LinkRequest { .. }
            | Job::Invite { .. }
            | Job::Answer { .. }
            | Job::OnBehalf { .. } => Lane::Short,
            Job::ImportNeeds { .. } | Job::SendRound { .. } | Job::TellOfSurplus { .. } => Lane::Long,
            Job::SolveRound { .. } => Lane::Computing,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Job::Mail(_) => "mail",
            Job::LinkLetter { .. } => "link_letter",
            Job::LinkRequest { .. } => "link_request",
            Job::Invite { .. } => "invite",
            Job::Answer { .. } => "answer",
            Job::OnBehalf { .. } => "on_behalf",
            Job::ImportNeeds { .. } => "import_needs",
            Job::SolveRound { .. } => "solve_round",
            Job::SendRound { .. } => "send_round",
            Job::TellOfSurplus { .. } => "tell_of_surplus",
        }
    }

    /// Does the work. The id is the same in every attempt.
    async fn run(&self, app: &App, id: JobId, created_at: DateTime<Utc>) -> std::result::Result<Done, Failure> {
        match self {
            Job::Mail(mail) => mail::send(app, id, created_at, mail).await,
            Job::LinkLetter { link } => links::send(app, id, created_at, *link).await,
            Job::LinkRequest { request } => links::answer(app, *request).await,
            Job::Invite { invitation } => invitations::send(app, id, created_at, *invitation).await,
            Job::Answer { enquiry, position } => enquiries::send_answer(app, id, created_at, *enquiry, *position).await,
            Job::OnBehalf { on_behalf, reminder } => {
                on_behalf::send(app, id, created_at, (*on_behalf, *reminder)).await
            }
            Job::ImportNeeds { import } => {
                needs::imports::run(app, *import).await?;
                Ok(None)
            }
            Job::SolveRound { round, number } => {
                rounds::solve(app, *round, *number).await?;
                Ok(None)
            }
            Job::SendRound { round } => {
                rounds::send_on(app, *round).await?;
                Ok(None)
            }
            Job::TellOfSurplus { surplus, placement } => {
                surpluses::telling::tell(app, *surplus, *placement).await?;
                Ok(None)
            }
        }
    }
}

/// What became of a job that needs no further attempt: nothing to say, or one plain remark without personal data.
pub type Done = Option<&'static str>;

/// Why an attempt failed. The texts are kept with the job and hold no personal data.
#[derive(Debug)]
pub enum Failure {
    /// May go better later.
    Later(anyhow::Error),
    /// May go better later, and may have gone well already: no answer came.
    Unheard(anyhow::Error),
    /// Will never go better.
    Never(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Later(error.into())
    }
}

/// Hands over a job as part of the caller's transaction.
pub async fn enqueue(tx: &mut PgConnection, app: &App, job: &Job) -> Result<()> {
    let payload = serde_json::to_value(job).map_err(anyhow::Error::from)?;
    Ok(sql::insert(tx, app.clock.id(), (job.kind(), job.lane().as_str()), &payload, app.clock.now()).await?)
}

/// Does everything that is due now; returns how many attempts that were.
pub async fn run_due(app: &App) -> Result<usize> {
    let mut attempts = 0;
    loop {
        let before = attempts;
        for lane in Lane::ALL {
            attempts += run_next(app, lane).await?;
        }
        if attempts == before {
            return Ok(attempts);
        }
    }
}

/// Works until told to stop; the jobs and the regular task in hand are finished first.
pub async fn work(app: App, stop: CancellationToken) {
    let regular = tokio::spawn(regular::work(app.clone(), stop.clone()));
    let following = tokio::spawn(needs::promises::keep_following(app.clone(), stop.clone()));
    let adding = tokio::spawn(totals::keep_adding_up(app.clone(), stop.clone()));
    let keeping = tokio::spawn(ledger::kept::keep_adding_up(app.clone(), stop.clone()));
    join_all(Lane::ALL.map(|lane| keep_doing(&app, lane, &stop))).await;
    let others = [
        ("the regular tasks", regular),
        ("what follows promises", following),
        ("what adds up", adding),
        ("what keeps sums of accounts", keeping),
    ];
    for (what, task) in others {
        if let Err(error) = task.await {
            tracing::error!(%error, what, "a part of the worker ended by itself");
        }
    }
}

/// Does the jobs of a lane until told to stop.
async fn keep_doing(app: &App, lane: Lane, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let begun = Instant::now();
        let found = run_next(app, lane).await;
        if let Err(error) = &found {
            tracing::error!(%error, lane = lane.as_str(), "the worker cannot take jobs");
        }
        // Whoever waits for an answer comes before whoever waits for a letter: half of the time at most is spent on jobs.
        let rest = if matches!(found, Ok(1..)) { begun.elapsed().min(POLL) } else { POLL };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Takes the next jobs of a lane that are due and makes one attempt at each, side by side; returns how many there were.
async fn run_next(app: &App, lane: Lane) -> Result<usize> {
    let jobs = claim(app, lane, lane.batch()).await?;
    if jobs.is_empty() {
        bury(app, lane).await?;
        return Ok(0);
    }
    let attempts = join_all(jobs.iter().map(|job| attempt(app, lane, job))).await;
    let now = app.clock.now();
    let mut connection = app.pool.acquire().await?;
    let (mut done, mut failed) = (Vec::with_capacity(jobs.len()), Vec::new());
    for (job, attempt) in jobs.iter().zip(attempts) {
        match attempt {
            Ok(outcome) => done.push((job, outcome)),
            Err(failure) => failed.push((job, failure)),
        }
    }
    // What succeeded first, so that no trouble with the others has it done again.
    if !done.is_empty() {
        sql::finish(&mut connection, &done, now).await?;
    }
    for (job, failure) in failed {
        match failure {
            Failure::Later(ref error) | Failure::Unheard(ref error) if job.attempts < ATTEMPTS => {
                tracing::warn!(job = %job.id, attempt = job.attempts, error = format!("{error:#}"), "a job failed");
                let due = now + wait_after(job.attempts);
                let unheard = matches!(failure, Failure::Unheard(_));
                sql::postpone(&mut connection, job, (&format!("{error:#}"), unheard), due).await?;
            }
            Failure::Later(error) | Failure::Unheard(error) | Failure::Never(error) => {
                tracing::error!(job = %job.id, attempt = job.attempts, error = format!("{error:#}"), "a job is given up");
                sql::give_up(&mut connection, job, &format!("{error:#}")).await?;
                given_up(app, &job.payload).await;
            }
        }
    }
    Ok(jobs.len())
}

/// Leases the next jobs of a lane that are due, `most` at once.
async fn claim(app: &App, lane: Lane, most: i64) -> Result<Vec<sql::Claimed>> {
    let now = app.clock.now();
    let mut connection = app.pool.acquire().await?;
    Ok(sql::claim(&mut connection, (lane.as_str(), ATTEMPTS), most, now, now + LEASE).await?)
}

/// Gives up the jobs whose attempts are used up without a report: an attempt that brings the whole process down reports
/// nothing, and must not be made for ever.
async fn bury(app: &App, lane: Lane) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    let used_up = (lane.as_str(), ATTEMPTS);
    let buried = sql::bury(&mut connection, used_up, "every attempt ended without a report", app.clock.now()).await?;
    drop(connection);
    for payload in buried {
        tracing::error!("a job is given up: its attempts ended without a report");
        given_up(app, &payload).await;
    }
    Ok(())
}

/// Tells those who wait for a job's work that it will not be done.
async fn given_up(app: &App, payload: &serde_json::Value) {
    if let Ok(Job::SolveRound { round, number }) = serde_json::from_value(payload.clone())
        && let Err(error) = rounds::give_up(app, round, number).await
    {
        tracing::error!(%round, number, %error, "a computation that was given up is not ended");
    }
}

/// One attempt in a task of its own, so that a panic in it is a failure and not the end of the worker.
async fn attempt(app: &App, lane: Lane, job: &sql::Claimed) -> std::result::Result<Done, Failure> {
    let work: Job = serde_json::from_value(job.payload.clone())
        .map_err(|error| Failure::Later(anyhow::Error::new(error).context("this version does not know the job")))?;
    let (own, id, created_at, begun) = (app.clone(), job.id, job.created_at, Instant::now());
    let mut task = tokio::spawn(async move { work.run(&own, id, created_at).await });
    loop {
        match tokio::time::timeout(ALIVE, &mut task).await {
            Ok(Ok(result)) => return result,
            Ok(Err(_)) => return Err(Failure::Later(anyhow::anyhow!("the attempt panicked"))),
            Err(_) if begun.elapsed() >= lane.patience() => {
                task.abort();
                let seconds = lane.patience().as_secs();
                return Err(Failure::Unheard(anyhow::anyhow!("the attempt took longer than {seconds} seconds")));
            }
            Err(_) => keep_lease(app, job).await,
        }
    }
}

/// Keeps the lease while the work goes on. A lease that cannot be kept now may be kept a second later; whoever lost it
/// does no harm, as every job bears being done twice, and reports to nobody.
async fn keep_lease(app: &App, job: &sql::Claimed) {
    let kept = async {
        let mut connection = app.pool.acquire().await?;
        sql::keep_lease(&mut connection, job, app.clock.now() + LEASE).await
    };
    if let Err(error) = kept.await {
        tracing::warn!(job = %job.id, %error, "a lease is not kept");
    }
}

/// The wait after the attempt of this number.
#[must_use]
pub fn wait_after(attempt: i32) -> Duration {
    FIRST_WAIT * 2_i32.pow(u32::try_from(attempt - 1).unwrap_or_default().min(16))
}

/// A worker that takes the next job and dies before doing anything; for tests of what happens then.
pub async fn take_and_abandon(app: &App) -> Result<Option<JobId>> {
    for lane in Lane::ALL {
        if let Some(job) = claim(app, lane, 1).await?.first() {
            return Ok(Some(job.id));
        }
    }
    Ok(None)
}

/// How many jobs wait (also those in somebody's hands) and how many were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub waiting: i64,
    pub dead: i64,
}

pub async fn counts(app: &App) -> Result<Counts> {
    let mut connection = app.pool.acquire().await?;
    let (waiting, dead) = sql::counts(&mut connection).await?;
    Ok(Counts { waiting, dead })
}

/// How a job stands, for staff.
#[derive(Debug, Clone)]
pub struct Standing {
    pub id: JobId,
    pub kind: String,
    pub status: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub outcome: Option<String>,
    pub error: Option<String>,
}

/// The latest jobs, newest first.
pub async fn latest(app: &App) -> Result<Vec<Standing>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::latest(&mut connection, 200).await?)
}

/// What of jobs waits for whoever runs the platform: those given up and not dealt with.
pub async fn waiting(tx: &mut PgConnection) -> Result<Waiting> {
    Ok(sql::waiting(tx).await?)
}

/// Jobs that were given up and not set aside, oldest first.
pub async fn dead(app: &App) -> Result<List<DeadJob>> {
    let mut tx = app.snapshot().await?;
    let items = sql::dead(&mut tx, 200).await?;
    let count = Count::capped(sql::waiting(&mut tx).await?.count);
    Ok(List { items, next: None, count })
}

/// Letters that may have come twice, latest first.
pub async fn perhaps_twice(app: &App) -> Result<List<RepeatedLetter>> {
    let mut tx = app.snapshot().await?;
    let items = sql::perhaps_twice(&mut tx, 200).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Has a job that was given up tried again from the beginning.
pub async fn retry(app: &App, Sure(admin): &Sure<PlatformAdmin>, id: JobId) -> Result<()> {
    let mut tx = app.begin().await?;
    sql::retry(&mut tx, id, app.clock.now()).await?.one_row_or_conflict()?;
    record_handling(app, &mut tx, admin, "job_retried", id).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes that a job that was given up was dealt with in another way.
pub async fn set_aside(app: &App, Sure(admin): &Sure<PlatformAdmin>, id: JobId) -> Result<()> {
    let mut tx = app.begin().await?;
    sql::set_aside(&mut tx, id, app.clock.now()).await?.one_row_or_conflict()?;
    record_handling(app, &mut tx, admin, "job_set_aside", id).await?;
    tx.commit().await?;
    Ok(())
}

async fn record_handling(
    app: &App,
    tx: &mut PgConnection,
    admin: &PlatformAdmin,
    verb: &'static str,
    id: JobId,
) -> Result<()> {
    let record = Record { verb, subject_kind: "job", subject: id.0, before: None, after: None, reason: None };
    Ok(audit::record(app, tx, &admin.acting, &admin.origin, record).await?)
}
