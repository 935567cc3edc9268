//! The only SQL on money that lies idle and on the reminders of it.

use crate::db::decode::fen;
use chrono::{DateTime, Utc};
use domain::allocation::IdleReminder;
use domain::{Fen, OrganisationId, PledgeId};
use sqlx::PgConnection;

/// A gift of which something has lain for thirty days.
pub struct Idle {
    pub pledge: PledgeId,
    pub reference: String,
    pub enterprise: OrganisationId,
    pub charity_name: String,
    pub free: Fen,
    pub since: DateTime<Utc>,
}

/// Gifts of which some is free for a need that nobody has named yet, that did not move for thirty days, and of which
/// their giver was not told so that is due; longest idle first. Rows that have their need wait for the charity and not for
/// the giver.
pub async fn idle(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<Idle>> {
    let rows = sqlx::query!(
        r#"select b.pledge as "pledge!", b.reference as "reference!", b.enterprise as "enterprise!", c.name as charity_name,
                  b.free as "free!", moved.last as "idle_since!"
           from (
               select pledge, reference, enterprise, charity, sum(arrived_fen - set_aside_fen - asked_fen)::bigint as free
               from directed_balance
               where need is null and arrived_fen > set_aside_fen + asked_fen
               group by pledge, reference, enterprise, charity
           ) b
           join organisation c on c.id = b.charity
           cross join lateral (
               select max(m.at) as last
               from (
                   select a.booked_at as at from designation_arrival a where a.pledge = b.pledge
                   union all
                   select a.changed_at from allocation a where a.pledge = b.pledge
               ) m
           ) moved
           where moved.last <= $1::timestamptz - interval '30 days'
             and not exists (
                 select from idle_reminder r
                 where r.pledge = b.pledge and r.idle_since = moved.last
                   and r.reminder = case when moved.last <= $1::timestamptz - interval '90 days' then 'again' else 'first' end)
           order by moved.last, b.pledge
           limit $2"#,
        now,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Idle {
                pledge: PledgeId(row.pledge),
                reference: row.reference,
                enterprise: OrganisationId(row.enterprise),
                charity_name: row.charity_name,
                free: fen("directed_balance", row.free)?,
                since: row.idle_since,
            })
        })
        .collect()
}

/// Notes that a reminder is sent; false where it was before.
pub async fn set_reminded(
    connection: &mut PgConnection,
    gift: &Idle,
    reminder: IdleReminder,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query!(
        "insert into idle_reminder (pledge, reminder, idle_since, sent_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        gift.pledge.0,
        reminder.as_str(),
        gift.since,
        now
    )
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}
