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
               select campaign as id, enterprise || ' ' || number.what as what, sum(number.recorded)::bigint as recorded,
                      sum(number.recomputed)::bigint as recomputed
               from (
                   select campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen, 1 as kept
                   from campaign_total_now
                   union all
                   select campaign, enterprise, (pledged_fen > 0)::integer, pledged_fen, arrived_fen, disbursed_fen,
                          spent_fen, 0
                   from money_by_pledge
               ) side
               cross join lateral (
                   values ('pledged', kept * pledged_fen, (1 - kept) * pledged_fen),
                          ('arrived', kept * arrived_fen, (1 - kept) * arrived_fen),
                          ('disbursed', kept * disbursed_fen, (1 - kept) * disbursed_fen),
                          ('spent', kept * spent_fen, (1 - kept) * spent_fen),
                          ('pledges', kept * pledges, (1 - kept) * pledges)
               ) number (what, recorded, recomputed)
               where enterprise is not null
               group by campaign, enterprise, number.what
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
