//! The comparison of what is kept of campaigns, in one statement that returns what differs.

use crate::check::sql::{Row, findings};
use crate::check::{Comparison, Finding};
use sqlx::PgConnection;

/// Each number of a campaign, how many pledges count and how many enterprises gave; and of each of its enterprises the same,
/// since what is of another giver changes no number of the campaign.
pub async fn campaign_totals(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with whole as (
               select campaign.id, number.*
               from campaign
               join campaign_money kept on kept.campaign = campaign.id
               join money_by_campaign made on made.campaign = campaign.id
               cross join lateral (
                   values ('pledged', kept.pledged_fen, made.pledged_fen), ('arrived', kept.arrived_fen, made.arrived_fen),
                          ('disbursed', kept.disbursed_fen, made.disbursed_fen), ('spent', kept.spent_fen, made.spent_fen),
                          ('pledges', kept.pledges, made.pledges), ('enterprises', kept.enterprises, made.enterprises)
               ) number (what, recorded, recomputed)
           ),
           giver as (
               select campaign as id, enterprise || ' ' || number.what as what, number.recorded, number.recomputed
               from (
                   select campaign, enterprise, sum(pledges)::bigint as pledges, sum(pledged_fen)::bigint as pledged_fen,
                          sum(arrived_fen)::bigint as arrived_fen, sum(disbursed_fen)::bigint as disbursed_fen,
                          sum(spent_fen)::bigint as spent_fen
                   from campaign_total_now
                   where enterprise is not null
                   group by campaign, enterprise
               ) kept
               full join (
                   select campaign, enterprise, count(*) filter (where pledged_fen > 0) as pledges,
                          sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
                          sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen
                   from money_by_pledge
                   group by campaign, enterprise
               ) made using (campaign, enterprise)
               cross join lateral (
                   values ('pledged', coalesce(kept.pledged_fen, 0), coalesce(made.pledged_fen, 0)),
                          ('arrived', coalesce(kept.arrived_fen, 0), coalesce(made.arrived_fen, 0)),
                          ('disbursed', coalesce(kept.disbursed_fen, 0), coalesce(made.disbursed_fen, 0)),
                          ('spent', coalesce(kept.spent_fen, 0), coalesce(made.spent_fen, 0)),
                          ('pledges', coalesce(kept.pledges, 0), coalesce(made.pledges, 0))
               ) number (what, recorded, recomputed)
           )
           select campaign.code || ' ' || number.what as "subject!", number.recorded as "recorded!",
                  number.recomputed as "recomputed!"
           from (select * from whole union all select * from giver) number
           join campaign using (id)
           where number.recorded <> number.recomputed
           order by campaign.code, number.what"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::CampaignTotals, rows))
}
