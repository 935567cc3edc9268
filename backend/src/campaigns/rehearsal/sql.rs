//! The SQL of rehearsals: the only one that knows the table of test pledges.

use super::super::sql::{fen, read_stage};
use chrono::{DateTime, Utc};
use domain::api::campaigns::setup::{NewRehearsalPledge, RehearsalPledge};
use domain::campaign::CampaignStage;
use domain::{CampaignId, Fen, PersonId, RehearsalPledgeId};
use sqlx::PgConnection;

pub async fn campaign(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<(String, CampaignStage)> {
    let row = sqlx::query!("select name, stage from campaign where id = $1", id.0).fetch_one(connection).await?;
    Ok((row.name, read_stage(&row.stage)?))
}

pub async fn count(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from rehearsal_pledge where campaign = $1"#, id.0)
        .fetch_one(connection)
        .await
}

pub async fn total(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Fen> {
    let total = sqlx::query_scalar!(
        r#"select coalesce(sum(amount_fen), 0)::bigint as "total!" from rehearsal_pledge where campaign = $1"#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    fen(total)
}

pub async fn all(connection: &mut PgConnection, id: CampaignId, limit: i64) -> sqlx::Result<Vec<RehearsalPledge>> {
    let rows = sqlx::query!(
        "select id, name, amount_fen, entered_at from rehearsal_pledge where campaign = $1
         order by entered_at desc, id desc limit $2",
        id.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount_fen = fen(row.amount_fen)?;
            Ok(RehearsalPledge {
                id: RehearsalPledgeId(row.id),
                name: row.name,
                amount_fen,
                entered_at: row.entered_at,
            })
        })
        .collect()
}

pub async fn by_id(
    connection: &mut PgConnection,
    id: RehearsalPledgeId,
) -> sqlx::Result<Option<(CampaignId, NewRehearsalPledge)>> {
    let row = sqlx::query!("select campaign, name, amount_fen from rehearsal_pledge where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        let amount_fen = fen(row.amount_fen)?;
        Ok((CampaignId(row.campaign), NewRehearsalPledge { id, name: row.name, amount_fen }))
    })
    .transpose()
}

pub async fn insert(
    connection: &mut PgConnection,
    campaign: CampaignId,
    new: &NewRehearsalPledge,
    (by, at): (PersonId, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into rehearsal_pledge (id, campaign, name, amount_fen, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6)",
        new.id.0,
        campaign.0,
        new.name,
        new.amount_fen.get(),
        by.0,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn clear(connection: &mut PgConnection, campaign: CampaignId) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from rehearsal_pledge where campaign = $1", campaign.0).execute(connection).await?;
    Ok(done.rows_affected())
}
