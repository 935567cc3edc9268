//! The only SQL on what everybody reads of surpluses, and on how many wait.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::surpluses::{PublicPlacement, PublicSurplus, SurplusNeed};
use domain::organisation::Acting;
use domain::surplus::due_on;
use domain::todo::Waiting;
use domain::{NeedId, OrganisationId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

pub async fn is_public(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from needs_public where id = $1) as "public!""#, need.0)
        .fetch_one(connection)
        .await
}

/// What a need left, the earliest first, with what it was used for.
pub async fn found(connection: &mut PgConnection, need: NeedId, today: NaiveDate) -> sqlx::Result<Vec<PublicSurplus>> {
    let mut uses = placed(&mut *connection, need, true).await?;
    let rows = sqlx::query!(
        r#"select id as "id!", charity_name as "charity_name!", number as "number!", found_on as "found_on!",
                  amount_fen as "amount_fen!", reason as "reason!", placed_fen as "placed_fen!",
                  returned_fen as "returned_fen!"
           from surplus_read
           where need = $1 and status = 'confirmed'
           order by found_on, decided_at
           limit 50"#,
        need.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let left = fen("surplus", row.amount_fen - row.placed_fen - row.returned_fen)?;
            let due = due_on(row.found_on);
            Ok(PublicSurplus {
                charity_name: row.charity_name,
                number: row.number,
                found_on: row.found_on,
                due_on: due,
                amount_fen: fen("surplus.amount_fen", row.amount_fen)?,
                reason: row.reason,
                returned_fen: fen("surplus", row.returned_fen)?,
                left_fen: left,
                late: left.is_positive() && due < today,
                placements: uses.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect()
}

/// What came to a need of others that were over.
pub async fn came(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<PublicPlacement>> {
    Ok(placed(connection, need, false).await?.into_values().flatten().collect())
}

/// What went from a need, or came to it, by surplus; each with the other need where everybody may read it.
async fn placed(
    connection: &mut PgConnection,
    need: NeedId,
    out: bool,
) -> sqlx::Result<BTreeMap<Uuid, Vec<PublicPlacement>>> {
    let rows = sqlx::query!(
        r#"select p.surplus as "surplus!", n.id as "id?: Uuid", n.code as "code?", n.title as "title?",
                  p.amount_fen as "amount_fen!", p.placed_on as "placed_on!", p.basis as "basis!",
                  p.why_similar as "why_similar!"
           from surplus s
           join surplus_placement p on p.surplus = s.id and p.status = 'confirmed'
           left join needs_public n on n.id = case when $2 then p.to_need else s.need end
           where case when $2 then s.need else p.to_need end = $1
           order by p.placed_on, p.decided_at
           limit 200"#,
        need.0,
        out
    )
    .fetch_all(connection)
    .await?;
    let mut placed = BTreeMap::<Uuid, Vec<PublicPlacement>>::new();
    for row in rows {
        let need = row.id.zip(row.title).map(|(id, title)| SurplusNeed { id: NeedId(id), code: row.code, title });
        placed.entry(row.surplus).or_default().push(PublicPlacement {
            need,
            amount_fen: fen("surplus_placement.amount_fen", row.amount_fen)?,
            placed_on: row.placed_on,
            basis: word("surplus_placement.basis", &row.basis)?,
            why_similar: row.why_similar,
        });
    }
    Ok(placed)
}

/// What somebody else declared, or proposed.
pub async fn to_confirm(connection: &mut PgConnection, acting: &Acting) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(at) as "oldest?: DateTime<Utc>"
           from (select s.declared_at as at
                 from surplus s
                 where s.charity = $1 and s.status = 'declared' and s.declared_by <> $2
                 union all
                 select p.proposed_at
                 from surplus_placement p
                 join surplus s on s.id = p.surplus and s.charity = $1
                 where p.status = 'proposed' and p.proposed_by <> $2
                 limit 1001) as waiting"#,
        acting.organisation.0,
        acting.person.0
    )
    .fetch_one(connection)
    .await
}

/// What is neither placed nor returned.
pub async fn to_handle(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(decided_at) as oldest
           from (select decided_at
                 from surplus_read
                 where charity = $1 and status = 'confirmed' and amount_fen > placed_fen + returned_fen
                 limit 1001) as waiting"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}
