//! The only SQL on the parts of pledges and on the reminders of them.

use super::super::Locked;
use crate::db::decode::fen;
use chrono::{DateTime, NaiveDate, Utc};
use domain::pledge::{Instalment, InstalmentReminder};
use domain::{Fen, InstalmentId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// Writes the parts of a pledge down.
pub async fn insert(
    connection: &mut PgConnection,
    pledge: PledgeId,
    parts: &[(InstalmentId, Instalment)],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|(id, _)| id.0).collect();
    let days: Vec<NaiveDate> = parts.iter().map(|(_, part)| part.due_on).collect();
    let amounts: Vec<i64> = parts.iter().map(|(_, part)| part.amount.get()).collect();
    sqlx::query!(
        "insert into instalment (id, pledge, position, due_on, amount_fen, up_to_fen)
         select part.id, $1, part.position, part.due_on, part.amount_fen, sum(part.amount_fen) over (order by part.position)
         from unnest($2::uuid[], $3::date[], $4::bigint[]) with ordinality as part (id, due_on, amount_fen, position)",
        pledge.0,
        &ids,
        &days,
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The parts of a pledge, by day.
pub async fn of(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Vec<Instalment>> {
    let rows = sqlx::query!("select due_on, amount_fen from instalment where pledge = $1 order by position", pledge.0)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|row| Ok(Instalment { due_on: row.due_on, amount: fen("amount", row.amount_fen)? })).collect()
}

/// What of these pledges was due before a day, where they have days.
pub async fn due_before(
    connection: &mut PgConnection,
    pledges: &[PledgeId],
    day: NaiveDate,
) -> sqlx::Result<Vec<(PledgeId, Fen)>> {
    let pledges: Vec<Uuid> = pledges.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select pledge, max(up_to_fen) as "fen!"
           from instalment
           where pledge = any($1) and due_on < $2
           group by pledge"#,
        &pledges,
        day
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((PledgeId(row.pledge), fen("amount", row.fen)?))).collect()
}

/// Pledges with a part that is late, as long as nothing says so.
pub async fn grown_late(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> sqlx::Result<Vec<PledgeId>> {
    let rows = sqlx::query_scalar!(
        "select p.id
         from pledge p
         where p.status in ('pledged', 'agreed', 'partly_arrived')
           and exists (select from instalment i
                       where i.pledge = p.id and i.due_on < $1 and i.up_to_fen > p.arrived_fen)
         order by p.id
         limit $2",
        today,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(PledgeId).collect())
}

pub async fn set_overdue(
    connection: &mut PgConnection,
    before: &Locked,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge set status = 'overdue', changed_at = $3 where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        now
    )
    .execute(connection)
    .await
}

/// A part of which its giver is to be reminded.
pub struct ToRemind {
    pub instalment: InstalmentId,
    pub pledge: PledgeId,
    pub part: Instalment,
    /// What of it is still to come.
    pub missing: Fen,
}

/// Parts that are due between two days and not covered, of which nobody was reminded like this yet.
pub async fn to_remind(
    connection: &mut PgConnection,
    reminder: InstalmentReminder,
    (from, until): (NaiveDate, NaiveDate),
    limit: i64,
) -> sqlx::Result<Vec<ToRemind>> {
    let rows = sqlx::query!(
        r#"select i.id, i.pledge, i.due_on, i.amount_fen, least(i.amount_fen, i.up_to_fen - p.arrived_fen) as "missing!"
           from instalment i
           join pledge p on p.id = i.pledge
           where i.due_on between $2 and $3 and i.up_to_fen > p.arrived_fen
             and p.status in ('pledged', 'agreed', 'partly_arrived', 'overdue')
             and not exists (select from instalment_reminder r where r.instalment = i.id and r.reminder = $1)
           order by i.due_on, i.id
           limit $4"#,
        reminder.as_str(),
        from,
        until,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ToRemind {
                instalment: InstalmentId(row.id),
                pledge: PledgeId(row.pledge),
                part: Instalment { due_on: row.due_on, amount: fen("amount", row.amount_fen)? },
                missing: fen("amount", row.missing)?,
            })
        })
        .collect()
}

/// Notes that a reminder is sent; false where it was before.
pub async fn set_reminded(
    connection: &mut PgConnection,
    instalment: InstalmentId,
    reminder: InstalmentReminder,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query!(
        "insert into instalment_reminder (instalment, reminder, sent_at) values ($1, $2, $3) on conflict do nothing",
        instalment.0,
        reminder.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}
