//! The only SQL on whose money of an unknown giver is.

use chrono::{DateTime, Utc};
use domain::api::arrivals::PartOwner;
use domain::{BankLineId, CampaignId, Fen, LotId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// The amount of a line's part that no pledge has: of an unknown giver, or undirected money of the campaign.
pub async fn unknown(
    connection: &mut PgConnection,
    line: BankLineId,
    lot: LotId,
    campaign: Option<CampaignId>,
) -> sqlx::Result<Option<Fen>> {
    let amount = sqlx::query_scalar!(
        "select amount_fen
         from bank_line_part
         where line = $1 and lot = $2 and pledge is null and campaign is not distinct from $3 and rebooked_by is null
         for update",
        line.0,
        lot.0,
        campaign.map(|campaign| campaign.0)
    )
    .fetch_optional(connection)
    .await?;
    amount.map(Fen::new).transpose().map_err(|error| sqlx::Error::Decode(format!("amount: {error}").into()))
}

/// The campaign whose undirected money a part is, while no pledge has it.
pub async fn general(connection: &mut PgConnection, line: BankLineId, lot: LotId) -> sqlx::Result<Option<CampaignId>> {
    let campaign = sqlx::query_scalar!(
        "select campaign from bank_line_part where line = $1 and lot = $2 and pledge is null and rebooked_by is null",
        line.0,
        lot.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(campaign.flatten().map(CampaignId))
}

/// Whether something of a lot went back to whoever paid it.
pub async fn went_back(connection: &mut PgConnection, lot: LotId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from gift_return_take t
               join gift_return r on r.id = t.gift_return and r.status = 'paid'
               where t.lot = $1
           ) as "gone!""#,
        lot.0
    )
    .fetch_one(connection)
    .await
}

/// Whose a part is said to be, by whom.
pub struct Named {
    pub pledge: PledgeId,
    pub by: PersonId,
}

pub async fn named(connection: &mut PgConnection, lot: LotId) -> sqlx::Result<Option<Named>> {
    let row = sqlx::query!(
        "select pledge, named_by from part_owner where lot = $1 and confirmed_by is null for update",
        lot.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Named { pledge: PledgeId(row.pledge), by: PersonId(row.named_by) }))
}

/// Says whose a part is; what was said before and nobody agreed to is replaced.
pub async fn name(
    connection: &mut PgConnection,
    owner: PartOwner,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into part_owner as o (lot, pledge, named_by, named_at)
         values ($1, $2, $3, $4)
         on conflict (lot) do update
         set pledge = excluded.pledge, named_by = excluded.named_by, named_at = excluded.named_at
         where o.confirmed_by is null",
        owner.lot.0,
        owner.pledge.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn confirm(
    connection: &mut PgConnection,
    lot: LotId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update part_owner set confirmed_by = $2, confirmed_at = $3 where lot = $1 and confirmed_by is null",
        lot.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_owner(connection: &mut PgConnection, owner: PartOwner) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_line_part set pledge = $2, campaign = null where lot = $1 and pledge is null and rebooked_by is null",
        owner.lot.0,
        owner.pledge.0
    )
    .execute(connection)
    .await
}
