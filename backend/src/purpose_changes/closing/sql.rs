//! The only SQL that looks for money that its need does not use any more.

use crate::db::decode::word;
use domain::allocation::FundingChoice;
use domain::{AllocationId, Fen, NeedId, PledgeId};
use sqlx::PgConnection;

/// What of a gift is left of a need that is over.
pub struct LeftOver {
    pub pledge: PledgeId,
    pub position: i32,
    pub need: NeedId,
    /// What is set aside; none where it only arrived.
    pub allocation: Option<AllocationId>,
    pub choice: FundingChoice,
}

/// Of needs that were closed, withdrawn or expired: what stands aside for them, and what arrived for them, of which nobody
/// was asked yet.
pub async fn left_over(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<LeftOver>> {
    let rows = sqlx::query!(
        r#"select o.pledge as "pledge!", o.position as "position!", o.need as "need!", o.allocation, o.choice as "choice!"
           from (
               select a.pledge, a.position, a.need, a.id as allocation, p.funding_choice as choice, n.changed_at
               from need n
               join allocation a on a.need = n.id and a.status in ('accepted', 'locked')
               join pledge p on p.id = a.pledge
               where n.status in ('closed', 'withdrawn', 'expired')
                 and exists (select from account_balance b
                             where b.account = 'allocated:' || a.need || ':' || a.charity and b.asset = 'cny'
                               and b.amount_fen > 0)
                 and not exists (select from purpose_change x where x.allocation = a.id)
               union all
               select b.pledge, b.position, b.need, null, b.funding_choice, n.changed_at
               from need n
               join designation_counted d on d.need = n.id
               join directed_balance b on b.pledge = d.pledge and b.position = d.position
               where n.status in ('closed', 'withdrawn', 'expired')
                 and d.arrived_fen > 0 and b.arrived_fen > b.set_aside_fen + b.asked_fen
                 and not exists (select from purpose_change x
                                 where x.pledge = d.pledge and x.position = d.position and x.allocation is null
                                   and x.status <> 'done')
           ) o
           order by o.changed_at, o.pledge, o.position, o.allocation
           limit $1"#,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LeftOver {
                pledge: PledgeId(row.pledge),
                position: row.position,
                need: NeedId(row.need),
                allocation: row.allocation.map(AllocationId),
                choice: word("pledge.funding_choice", &row.choice)?,
            })
        })
        .collect()
}

/// The open need of the same village, or of the same field, that has waited longest and misses at least as much.
pub async fn like(
    connection: &mut PgConnection,
    need: NeedId,
    (same_village, same_field): (bool, bool),
    amount: Fen,
) -> sqlx::Result<Option<NeedId>> {
    let found = sqlx::query_scalar!(
        "select n.id
         from need own
         join need n on n.status in ('open', 'partly_funded') and n.kind = 'money' and n.id <> own.id
              and (not $2 or n.village = own.village) and (not $3 or n.field = own.field)
         join money_by_need m on m.need = n.id
         where own.id = $1 and n.amount_fen - m.pledged_fen - m.arranged_fen >= $4
         order by left(n.village, 9) <> left(own.village, 9), left(n.village, 6) <> left(own.village, 6), n.published_at, n.id
         limit 1",
        need.0,
        same_village,
        same_field,
        amount.get()
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(NeedId))
}
