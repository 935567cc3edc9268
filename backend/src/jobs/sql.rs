//! The only SQL on jobs and regular tasks.

use chrono::{DateTime, Utc};
use domain::JobId;
use domain::api::jobs::{DeadJob, RepeatedLetter};
use domain::todo::Waiting;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn insert(
    connection: &mut PgConnection,
    id: JobId,
    (kind, lane): (&str, &str),
    payload: &Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into job (id, kind, lane, payload, created_at, due_at) values ($1, $2, $3, $4, $5, $5)",
        id.0,
        kind,
        lane,
        payload,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A job with the lease on it.
pub struct Claimed {
    pub id: JobId,
    pub payload: Value,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
}

/// Leases the jobs of a lane that have been due longest. Others that ask meanwhile get the next ones. One whose last lease
/// ran out had an attempt of which nobody knows how it ended.
pub async fn claim(
    connection: &mut PgConnection,
    (lane, attempts): (&str, i32),
    most: i64,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> sqlx::Result<Vec<Claimed>> {
    let rows = sqlx::query!(
        "update job
         set leased_until = $2, attempts = attempts + 1, unreported = unreported or leased_until is not null
         where id in (
             select id
             from job
             where status = 'waiting' and lane = $5 and due_at <= $1 and (leased_until is null or leased_until <= $1)
               and attempts < $3
             order by due_at, id
             limit $4
             for update skip locked
         )
         returning id, payload, attempts, created_at",
        now,
        leased_until,
        attempts,
        most,
        lane
    )
    .fetch_all(connection)
    .await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        id: JobId(row.id),
        payload: row.payload,
        attempts: row.attempts,
        created_at: row.created_at,
    });
    Ok(claimed.collect())
}

/// Holds a job longer, unless a later attempt has it.
pub async fn keep_lease(connection: &mut PgConnection, job: &Claimed, leased_until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update job set leased_until = $3 where id = $1 and status = 'waiting' and attempts = $2",
        job.id.0,
        job.attempts,
        leased_until
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends jobs. The number of the attempt keeps out whoever lost the lease to a later attempt.
pub async fn finish(
    connection: &mut PgConnection,
    done: &[(&Claimed, super::Done)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<_> = done.iter().map(|(job, _)| job.id.0).collect();
    let attempts: Vec<_> = done.iter().map(|(job, _)| job.attempts).collect();
    let outcomes: Vec<Option<&str>> = done.iter().map(|(_, outcome)| *outcome).collect();
    sqlx::query!(
        "update job
         set status = 'done', done_at = $4, outcome = done.outcome, leased_until = null
         from unnest($1::uuid[], $2::integer[], $3::text[]) as done (id, attempts, outcome)
         where job.id = done.id and job.status = 'waiting' and job.attempts = done.attempts",
        &ids,
        &attempts,
        &outcomes as &[Option<&str>],
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives the job back, to be tried again later.
pub async fn postpone(
    connection: &mut PgConnection,
    job: &Claimed,
    (error, unheard): (&str, bool),
    due_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update job
         set due_at = $3, error = $4, leased_until = null, unreported = unreported or $5
         where id = $1 and status = 'waiting' and attempts = $2",
        job.id.0,
        job.attempts,
        due_at,
        error,
        unheard
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives the job up. It stays for staff to see.
pub async fn give_up(connection: &mut PgConnection, job: &Claimed, error: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update job
         set status = 'dead', error = $3, leased_until = null
         where id = $1 and status = 'waiting' and attempts = $2",
        job.id.0,
        job.attempts,
        error
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives up what used up its attempts without ever reporting back; returns what it was.
pub async fn bury(
    connection: &mut PgConnection,
    (lane, attempts): (&str, i32),
    error: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Value>> {
    sqlx::query_scalar!(
        "update job
         set status = 'dead', error = coalesce(error || '; ', '') || $2, leased_until = null
         where status = 'waiting' and lane = $4 and attempts >= $1 and leased_until <= $3
         returning payload",
        attempts,
        error,
        now,
        lane
    )
    .fetch_all(connection)
    .await
}

/// Moves a regular task's time on, where it is over: of several processes one succeeds.
pub async fn take_turn(
    connection: &mut PgConnection,
    task: &str,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let taken = sqlx::query!(
        "insert into regular_task (name, due_at) values ($1, $3)
         on conflict (name) do update set due_at = excluded.due_at
         where regular_task.due_at <= $2",
        task,
        now,
        next
    )
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

pub async fn counts(connection: &mut PgConnection) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where status = 'waiting') as "waiting!",
                  count(*) filter (where status = 'dead') as "dead!"
           from job
           where status in ('waiting', 'dead')"#
    )
    .fetch_one(connection)
    .await?;
    Ok((row.waiting, row.dead))
}

/// The latest jobs: how they stand, without what they hold.
pub async fn latest(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<super::Standing>> {
    let rows = sqlx::query!(
        "select id, kind, status, attempts, created_at, due_at, outcome, error
         from job
         order by created_at desc, id desc
         limit $1",
        limit
    )
    .fetch_all(connection)
    .await?;
    let standing = rows.into_iter().map(|row| super::Standing {
        id: JobId(row.id),
        kind: row.kind,
        status: row.status,
        attempts: row.attempts,
        created_at: row.created_at,
        due_at: row.due_at,
        outcome: row.outcome,
        error: row.error,
    });
    Ok(standing.collect())
}

pub async fn waiting(connection: &mut PgConnection) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(created_at) as oldest
           from (select created_at
                 from job
                 where status = 'dead' and set_aside_at is null
                 order by created_at
                 limit 1001) as waiting"#
    )
    .fetch_one(connection)
    .await
}

pub async fn dead(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<DeadJob>> {
    let rows = sqlx::query!(
        "select id, kind, attempts, created_at, error
         from job
         where status = 'dead' and set_aside_at is null
         order by created_at, id
         limit $1",
        limit
    )
    .fetch_all(connection)
    .await?;
    let dead = rows.into_iter().map(|row| DeadJob {
        id: JobId(row.id),
        kind: row.kind,
        attempts: row.attempts,
        created_at: row.created_at,
        error: row.error.unwrap_or_default(),
    });
    Ok(dead.collect())
}

/// Letters that may have been sent twice, latest first: those that succeeded after an attempt of which nobody heard.
pub async fn perhaps_twice(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<RepeatedLetter>> {
    let rows = sqlx::query!(
        r#"select id, kind, attempts, created_at, done_at as "done_at!"
           from job
           where status = 'done' and unreported and outcome is null
             and kind in ('mail', 'link_letter', 'invite', 'answer')
           order by done_at desc
           limit $1"#,
        limit
    )
    .fetch_all(connection)
    .await?;
    let repeated = rows.into_iter().map(|row| RepeatedLetter {
        id: JobId(row.id),
        kind: row.kind,
        attempts: row.attempts,
        created_at: row.created_at,
        sent_at: row.done_at,
    });
    Ok(repeated.collect())
}

pub async fn retry(connection: &mut PgConnection, id: JobId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update job set status = 'waiting', attempts = 0, due_at = $2
         where id = $1 and status = 'dead' and set_aside_at is null",
        id.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_aside(connection: &mut PgConnection, id: JobId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update job set set_aside_at = $2 where id = $1 and status = 'dead' and set_aside_at is null",
        id.0,
        now
    )
    .execute(connection)
    .await
}
