//! The SQL of the needs that a campaign lists.

use chrono::{DateTime, Utc};
use domain::{CampaignId, NeedId, PersonId};
use sqlx::PgConnection;
use uuid::Uuid;

fn bare(needs: &[NeedId]) -> Vec<Uuid> {
    needs.iter().map(|need| need.0).collect()
}

pub async fn count(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from campaign_need where campaign = $1"#, id.0)
        .fetch_one(connection)
        .await
}

/// Those of them that stand in public lists.
pub async fn count_shown(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from campaign_need l join needs_listed n on n.id = l.need where l.campaign = $1"#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// How many of these needs stand in public lists.
pub async fn public(connection: &mut PgConnection, needs: &[NeedId]) -> sqlx::Result<usize> {
    let counted =
        sqlx::query_scalar!(r#"select count(*) as "count!" from needs_listed where id = any($1)"#, &bare(needs))
            .fetch_one(connection)
            .await?;
    Ok(usize::try_from(counted).unwrap_or_default())
}

/// All of a campaign, in order.
pub async fn all(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Vec<NeedId>> {
    let ids = sqlx::query_scalar!("select need from campaign_need where campaign = $1 order by position, need", id.0)
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().map(NeedId).collect())
}

pub async fn page(
    connection: &mut PgConnection,
    id: CampaignId,
    after: Option<NeedId>,
    limit: i64,
) -> sqlx::Result<Vec<NeedId>> {
    let ids = sqlx::query_scalar!(
        "select l.need
         from campaign_need l
         join needs_listed n on n.id = l.need
         where l.campaign = $1
           and ($2::uuid is null
                or (l.position, l.need) > (select a.position, a.need from campaign_need a
                                           where a.campaign = $1 and a.need = $2))
         order by l.position, l.need
         limit $3",
        id.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(NeedId).collect())
}

pub async fn append(
    connection: &mut PgConnection,
    id: CampaignId,
    needs: &[NeedId],
    (by, at): (PersonId, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into campaign_need (campaign, need, position, listed_by, listed_at)
         select $1, new.need, coalesce(last.position, 0) + new.place, $3, $4
         from unnest($2::uuid[]) with ordinality as new (need, place),
              (select max(position) as position from campaign_need where campaign = $1) as last",
        id.0,
        &bare(needs),
        by.0,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn remove(connection: &mut PgConnection, id: CampaignId, needs: &[NeedId]) -> sqlx::Result<Vec<NeedId>> {
    let ids = sqlx::query_scalar!(
        "delete from campaign_need where campaign = $1 and need = any($2) returning need",
        id.0,
        &bare(needs)
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(NeedId).collect())
}

pub async fn set_order(connection: &mut PgConnection, id: CampaignId, order: &[NeedId]) -> sqlx::Result<()> {
    sqlx::query!(
        "update campaign_need l
         set position = wanted.place
         from unnest($2::uuid[]) with ordinality as wanted (need, place)
         where l.campaign = $1 and l.need = wanted.need and l.position <> wanted.place",
        id.0,
        &bare(order)
    )
    .execute(connection)
    .await?;
    Ok(())
}
