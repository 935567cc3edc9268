//! The only SQL on rebookings.

use crate::arrivals::sql::part_pledge;
use crate::db::decode::{fen, word};
use chrono::{DateTime, Utc};
use domain::api::arrivals::MatchPart;
use domain::api::rebookings::{NewRebooking, RebookedPart, Rebooking, RebookingOutcome};
use domain::arrival::rebooking::Share;
use domain::{BankLineId, CampaignId, LotId, PersonId, PledgeId, RebookingId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::HashMap;
use uuid::Uuid;

/// A proposal, locked until the transaction ends.
pub struct Proposal {
    pub line: BankLineId,
    pub reason: String,
    pub not_donation: bool,
    pub proposed_by: PersonId,
    pub decided: bool,
}

impl Proposal {
    /// Whether it says this, beside its parts.
    pub fn says(&self, new: &NewRebooking) -> bool {
        self.reason == new.reason.trim() && self.not_donation == new.not_donation
    }
}

pub async fn line_of(connection: &mut PgConnection, id: RebookingId) -> sqlx::Result<Option<BankLineId>> {
    let line = sqlx::query_scalar!("select line from rebooking where id = $1", id.0).fetch_optional(connection).await?;
    Ok(line.map(BankLineId))
}

pub async fn lock(connection: &mut PgConnection, id: RebookingId) -> sqlx::Result<Option<Proposal>> {
    let row = sqlx::query!(
        "select line, reason, not_donation, proposed_by, outcome from rebooking where id = $1 for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Proposal {
        line: BankLineId(row.line),
        reason: row.reason,
        not_donation: row.not_donation,
        proposed_by: PersonId(row.proposed_by),
        decided: row.outcome.is_some(),
    }))
}

pub async fn insert(
    connection: &mut PgConnection,
    line: BankLineId,
    new: &NewRebooking,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into rebooking (id, line, reason, not_donation, proposed_by, proposed_at) values ($1, $2, $3, $4, $5, $6)",
        new.id.0,
        line.0,
        new.reason.trim(),
        new.not_donation,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn insert_parts(
    connection: &mut PgConnection,
    id: RebookingId,
    side: &str,
    parts: &[(Option<LotId>, Share)],
) -> sqlx::Result<()> {
    let lots: Vec<Option<Uuid>> = parts.iter().map(|(lot, _)| lot.map(|lot| lot.0)).collect();
    let amounts: Vec<i64> = parts.iter().map(|(_, share)| share.amount.get()).collect();
    let pledges: Vec<Option<Uuid>> = parts.iter().map(|(_, share)| share.pledge.map(|id| id.0)).collect();
    let campaigns: Vec<Option<Uuid>> = parts.iter().map(|(_, share)| share.campaign.map(|id| id.0)).collect();
    sqlx::query!(
        "insert into rebooking_part (rebooking, side, position, lot, amount_fen, pledge, campaign)
         select $1, $2, p.position, p.lot, p.amount_fen, p.pledge, p.campaign
         from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[])
              with ordinality as p (lot, amount_fen, pledge, campaign, position)",
        id.0,
        side,
        &lots as &[Option<Uuid>],
        &amounts,
        &pledges as &[Option<Uuid>],
        &campaigns as &[Option<Uuid>]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The parts that stood when it was proposed.
pub async fn before(connection: &mut PgConnection, id: RebookingId) -> sqlx::Result<Vec<(LotId, Share)>> {
    let rows = sqlx::query!(
        r#"select lot as "lot!", amount_fen, pledge, campaign
           from rebooking_part
           where rebooking = $1 and side = 'before'
           order by position"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount = fen("rebooking_part.amount_fen", row.amount_fen)?;
            let share = Share { amount, pledge: row.pledge.map(PledgeId), campaign: row.campaign.map(CampaignId) };
            Ok((LotId(row.lot), share))
        })
        .collect()
}

/// The parts that are proposed.
pub async fn after(connection: &mut PgConnection, id: RebookingId) -> sqlx::Result<Vec<MatchPart>> {
    let rows = sqlx::query!(
        "select amount_fen, pledge, campaign
         from rebooking_part
         where rebooking = $1 and side = 'after'
         order by position",
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount_fen = fen("rebooking_part.amount_fen", row.amount_fen)?;
            Ok(MatchPart { amount_fen, pledge: row.pledge.map(PledgeId), campaign: row.campaign.map(CampaignId) })
        })
        .collect()
}

pub async fn decide(
    connection: &mut PgConnection,
    id: RebookingId,
    (outcome, confirmation_no): (RebookingOutcome, Option<i64>),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update rebooking
         set outcome = $2, confirmation_no = $3, decided_by = $4, decided_at = $5
         where id = $1 and outcome is null",
        id.0,
        outcome.as_str(),
        confirmation_no,
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// Parts that were reversed are nobody's any more.
pub async fn take_from_owners(connection: &mut PgConnection, id: RebookingId, lots: &[LotId]) -> sqlx::Result<()> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!(
        "update bank_line_part set rebooked_by = $1, pledge = null, campaign = null where lot = any($2)",
        id.0,
        &lots
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The line is no gift; how it was confirmed stays in the rebooking.
pub async fn set_not_donation(
    connection: &mut PgConnection,
    line: BankLineId,
    id: RebookingId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update rebooking r
         set was_confirmed_by = l.confirmed_by, was_confirmed_at = l.confirmed_at, was_confirmation_no = l.confirmation_no
         from bank_line l
         where r.id = $1 and l.id = r.line",
        id.0
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update bank_line l
         set status = 'not_donation', reason = r.reason, matched_by = null, matched_at = null, confirmed_by = null,
             confirmed_at = null, confirmation_no = null
         from rebooking r
         where l.id = $1 and l.status = 'confirmed' and r.id = $2",
        line.0,
        id.0
    )
    .execute(connection)
    .await
}

/// The rebookings of a line, latest first, each with who proposed it.
pub async fn of_line(connection: &mut PgConnection, line: BankLineId) -> sqlx::Result<Vec<(PersonId, Rebooking)>> {
    let rows = sqlx::query!(
        r#"select r.id, r.reason, r.not_donation, r.proposed_by, r.proposed_at, r.outcome, r.decided_at,
                  proposer.name as "proposed_by_name?", decider.name as "decided_by_name?"
           from rebooking r
           left join person_private proposer on proposer.person = r.proposed_by
           left join person_private decider on decider.person = r.decided_by
           where r.line = $1
           order by r.proposed_at desc, r.id desc"#,
        line.0
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut parts = parts_of_line(connection, line).await?;
    rows.into_iter()
        .map(|row| {
            let id = RebookingId(row.id);
            let mut of = |side: &str| parts.remove(&(id, side.to_owned())).unwrap_or_default();
            let rebooking = Rebooking {
                id,
                reason: row.reason,
                not_donation: row.not_donation,
                before: of("before"),
                after: of("after"),
                proposed_by: row.proposed_by_name.unwrap_or_default(),
                proposed_at: row.proposed_at,
                outcome: row.outcome.map(|outcome| word("rebooking.outcome", &outcome)).transpose()?,
                decided_by: row.decided_by_name,
                decided_at: row.decided_at,
                may_confirm: false,
                may_drop: false,
            };
            Ok((PersonId(row.proposed_by), rebooking))
        })
        .collect()
}

type Sides = HashMap<(RebookingId, String), Vec<RebookedPart>>;

async fn parts_of_line(connection: &mut PgConnection, line: BankLineId) -> sqlx::Result<Sides> {
    let rows = sqlx::query!(
        r#"select part.rebooking, part.side, part.amount_fen, part.campaign, p.id as "pledge?",
                  p.reference as "reference?", o.name as "enterprise_name?"
           from rebooking r
           join rebooking_part part on part.rebooking = r.id
           left join pledge p on p.id = part.pledge
           left join organisation o on o.id = p.enterprise
           where r.line = $1
           order by part.rebooking, part.side, part.position"#,
        line.0
    )
    .fetch_all(connection)
    .await?;
    let mut sides = Sides::new();
    for row in rows {
        let part = RebookedPart {
            amount_fen: fen("rebooking_part.amount_fen", row.amount_fen)?,
            pledge: part_pledge(row.pledge, row.reference, row.enterprise_name)?,
            campaign: row.campaign.map(CampaignId),
        };
        sides.entry((RebookingId(row.rebooking), row.side)).or_default().push(part);
    }
    Ok(sides)
}
