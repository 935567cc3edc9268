//! The only SQL on needs that follow what is promised for them.

use super::Standing;
use chrono::{DateTime, Utc};
use domain::NeedId;
use domain::need::NeedStatus;
use domain::need::status::Promises;
use sqlx::PgConnection;
use uuid::Uuid;

/// Transactions that are looked back at, over and over, while none of them promises anything.
const LOOKED_BACK: i64 = 2_000;

/// Whether there is anything to follow. Whoever only looks takes no lock and writes nothing.
pub async fn has_news(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select coalesce(
                      (select s.settled - f.horizon > $1
                              or exists (select
                                         from event e
                                         where e.xid > f.horizon::text::xid8 and e.xid <= s.settled::text::xid8
                                           and e.subject_kind in ('pledge', 'commitment', 'need'))
                       from follower f
                       cross join (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as settled) s
                       where f.name = 'need_promises'),
                      true) as "news!""#,
        LOOKED_BACK
    )
    .fetch_one(connection)
    .await
}

/// How far events have been followed, locked; none where another process follows them at this moment.
pub async fn take_turn(connection: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    sqlx::query!("insert into follower (name, horizon) values ('need_promises', 0) on conflict do nothing")
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar!("select horizon from follower where name = 'need_promises' for update skip locked")
        .fetch_optional(connection)
        .await
}

/// The newest transaction number at and below which nothing can change any more.
pub async fn horizon(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as "horizon!""#)
        .fetch_one(connection)
        .await
}

/// The number of the newest transaction that may have begun.
pub async fn newest(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 as "newest!""#)
        .fetch_one(connection)
        .await
}

pub async fn set_horizon(connection: &mut PgConnection, horizon: i64) -> sqlx::Result<()> {
    sqlx::query!("update follower set horizon = $1 where name = 'need_promises'", horizon).execute(connection).await?;
    Ok(())
}

/// The needs for which something was promised, or that came to another state, after `cursor` up to `horizon`.
pub async fn touched(connection: &mut PgConnection, cursor: i64, horizon: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct coalesce(d.need, c.need, n.id) as "need!"
           from event e
           left join designation_counted d on e.subject_kind = 'pledge' and d.pledge = e.subject and d.need is not null
           left join commitment c on e.subject_kind = 'commitment' and c.id = e.subject
           left join need n on e.subject_kind = 'need' and n.id = e.subject
           where e.xid > $1::bigint::text::xid8 and e.xid <= $2::bigint::text::xid8
             and e.subject_kind in ('pledge', 'commitment', 'need') and coalesce(d.need, c.need, n.id) is not null"#,
        cursor,
        horizon
    )
    .fetch_all(connection)
    .await
}

/// How the open ones of these needs stand.
pub async fn standing(connection: &mut PgConnection, needs: &[Uuid]) -> sqlx::Result<Vec<Standing>> {
    let rows = sqlx::query!(
        r#"select n.id, n.status, n.version,
                  case when n.kind = 'money' then p.fen > 0 else l.some end as "some!",
                  case when n.kind = 'money' then p.fen >= n.amount_fen else l.whole end as "whole!"
           from need n
           cross join lateral (
               select coalesce(sum(d.counted_fen), 0) as fen from designation_counted d where d.need = n.id
           ) p
           cross join lateral (
               select coalesce(bool_or(l.promised > 0), false) as some,
                      coalesce(bool_and(l.promised >= l.asked), false) as whole
               from commitment_by_line l
               where l.need = n.id
           ) l
           where n.id = any($1) and n.status in ('open', 'partly_funded', 'funded')
           order by n.id"#,
        needs
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let status: Result<NeedStatus, _> = row.status.parse();
            Ok(Standing {
                id: NeedId(row.id),
                status: status.map_err(|error| sqlx::Error::Decode(format!("need.status: {error}").into()))?,
                version: row.version,
                promises: match (row.some, row.whole) {
                    (false, _) => Promises::None,
                    (true, false) => Promises::Some,
                    (true, true) => Promises::All,
                },
            })
        })
        .collect()
}

/// Whether the need was still in the first state and is in the second now.
pub async fn move_to(
    connection: &mut PgConnection,
    id: NeedId,
    (before, after): (NeedStatus, NeedStatus),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let moved = sqlx::query!(
        "update need set status = $3, changed_at = $4 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}
