//! The only SQL on who was reminded of what.

use chrono::{DateTime, NaiveDate, Utc};
use domain::campaign::legal_day;
use domain::commitment::Reminder;
use domain::{CommitmentId, CommitmentPartId};
use sqlx::PgConnection;

/// Commitments of which this reminder is due and was not sent, earliest day first.
pub async fn due(
    connection: &mut PgConnection,
    reminder: Reminder,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<CommitmentId>> {
    let days = reminder.due_days(today);
    let ids = sqlx::query_scalar!(
        "select c.id
         from commitment c
         where c.status in ('promised', 'partly_delivered') and c.due_on between $1 and $2
           and (c.promised_at at time zone 'Asia/Shanghai')::date <= c.due_on - $3::integer
           and not exists (select from commitment_reminder r where r.commitment = c.id and r.reminder = $4)
         order by c.due_on, c.id
         limit $5",
        *days.start(),
        *days.end(),
        i32::try_from(reminder.lead_days()).unwrap_or(i32::MAX),
        reminder.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(CommitmentId).collect())
}

/// Whether it was not sent yet.
pub async fn set_sent(
    connection: &mut PgConnection,
    id: CommitmentId,
    reminder: Reminder,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let result = sqlx::query!(
        "insert into commitment_reminder (commitment, reminder, sent_at) values ($1, $2, $3) on conflict do nothing",
        id.0,
        reminder.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Parts that have waited since before `since` and of which their village was not reminded, longest waiting first.
pub async fn parts_waiting(
    connection: &mut PgConnection,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<(CommitmentPartId, CommitmentId, i64, NaiveDate)>> {
    let rows = sqlx::query!(
        "select p.id, p.commitment, p.quantity, p.reported_at
         from commitment_part p
         where p.status = 'reported' and p.reported_at < $1
           and not exists (select from commitment_part_reminder r where r.part = p.id)
         order by p.reported_at, p.id
         limit $2",
        since,
        limit
    )
    .fetch_all(connection)
    .await?;
    let part = |row: (uuid::Uuid, uuid::Uuid, i64, DateTime<Utc>)| {
        (CommitmentPartId(row.0), CommitmentId(row.1), row.2, legal_day(row.3))
    };
    Ok(rows.into_iter().map(|row| part((row.id, row.commitment, row.quantity, row.reported_at))).collect())
}

/// Whether the part still waits and its village was not reminded yet.
pub async fn set_part_sent(
    connection: &mut PgConnection,
    part: CommitmentPartId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let result = sqlx::query!(
        "insert into commitment_part_reminder (part, sent_at)
         select id, $2::timestamptz from commitment_part where id = $1 and status = 'reported'
         on conflict do nothing",
        part.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}
