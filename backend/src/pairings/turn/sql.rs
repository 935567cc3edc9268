//! The only SQL on what the days bring to pairings.

use crate::pairings::sql::Stored;
use chrono::{DateTime, NaiveDate, Utc};
use domain::pairing::{EndReminder, MilestoneReminder, PairingStatus};
use domain::{MilestoneId, PairingId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// Signed ones whose first day has come and whose enterprise is verified, earliest first.
pub async fn to_begin(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> sqlx::Result<Vec<PairingId>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id!"
           from pairing_read
           where status = 'signed' and first_day <= $1 and enterprise_stands
           order by first_day, id
           limit $2"#,
        today,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(PairingId).collect())
}

/// Active ones whose last day is over, earliest first.
pub async fn to_end(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> sqlx::Result<Vec<PairingId>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id!" from pairing_read where status = 'active' and last_day < $1 order by last_day, id limit $2"#,
        today,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(PairingId).collect())
}

/// Active ones that nobody leaves, of which this reminder is due and was not sent; one that nobody could have been told of earlier is told
/// of later.
pub async fn ending(
    connection: &mut PgConnection,
    reminder: EndReminder,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<PairingId>> {
    let days = reminder.due_days(today);
    let ids = sqlx::query_scalar!(
        r#"select p.id as "id!"
           from pairing_read p
           where p.status = 'active' and p.last_day between $1 and $2 and p.notice is null
             and not exists (select from pairing_reminder r where r.pairing = p.id and r.reminder = $3)
           order by p.last_day, p.id
           limit $4"#,
        *days.start(),
        *days.end(),
        reminder.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(PairingId).collect())
}

/// Whether it was not sent yet.
pub async fn set_sent(
    connection: &mut PgConnection,
    id: PairingId,
    reminder: EndReminder,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let result = sqlx::query!(
        "insert into pairing_reminder (pairing, reminder, sent_at) values ($1, $2, $3) on conflict do nothing",
        id.0,
        reminder.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Milestones of which this reminder is due and was not sent, earliest day first.
pub async fn milestones(
    connection: &mut PgConnection,
    reminder: MilestoneReminder,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<MilestoneId>> {
    let days = reminder.due_days(today);
    let ids = sqlx::query_scalar!(
        "select m.id
         from pairing_milestone m
         join pairing p on p.id = m.pairing and p.status in ('approved', 'signed', 'active')
         where m.status in ('planned', 'returned') and m.due_on between $1 and $2
           and not exists (select from pairing_milestone_reminder r
                           where r.milestone = m.id and r.reminder = $3 and r.due_on = m.due_on)
         order by m.due_on, m.id
         limit $4",
        *days.start(),
        *days.end(),
        reminder.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(MilestoneId).collect())
}

/// Whether it was not sent yet for this day.
pub async fn set_milestone_sent(
    connection: &mut PgConnection,
    (id, due_on): (MilestoneId, NaiveDate),
    reminder: MilestoneReminder,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let result = sqlx::query!(
        "insert into pairing_milestone_reminder (milestone, reminder, due_on, sent_at)
         values ($1, $2, $3, $4) on conflict do nothing",
        id.0,
        reminder.as_str(),
        due_on,
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}

pub async fn move_to(
    connection: &mut PgConnection,
    before: &Stored,
    after: PairingStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing set status = $3, version = version + 1, changed_at = $4 where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}

pub async fn end(
    connection: &mut PgConnection,
    before: &Stored,
    after: PairingStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = $3, ended_at = $4, version = version + 1, changed_at = $4
         where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}
