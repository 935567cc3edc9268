-- What arrived for a campaign without a pledge is said once, by its rows.
create or replace view campaign_money as
select campaign.id as campaign, coalesce(kept.pledged_fen, 0) as pledged_fen,
       coalesce(kept.arrived_fen, 0) + coalesce(own.arrived_fen, 0) as arrived_fen,
       coalesce(kept.disbursed_fen, 0) as disbursed_fen, coalesce(kept.spent_fen, 0) as spent_fen,
       0::bigint as arranged_fen, coalesce(kept.pledges, 0) as pledges, coalesce(kept.enterprises, 0) as enterprises
from campaign
left join lateral (
    select sum(giver.pledged_fen)::bigint as pledged_fen, sum(giver.arrived_fen)::bigint as arrived_fen,
           sum(giver.disbursed_fen)::bigint as disbursed_fen, sum(giver.spent_fen)::bigint as spent_fen,
           sum(giver.pledges)::bigint as pledges, count(*) filter (where giver.pledges > 0) as enterprises
    from (
        select sum(pledges) as pledges, sum(pledged_fen) as pledged_fen, sum(arrived_fen) as arrived_fen,
               sum(disbursed_fen) as disbursed_fen, sum(spent_fen) as spent_fen
        from campaign_total_now
        where campaign_total_now.campaign = campaign.id
        group by enterprise
    ) giver
) kept on true
left join lateral (
    select sum(f.fen)::bigint as arrived_fen
    from campaign_own_figure f
    where f.campaign = campaign.id and f.number = 'arrived'
) own on true;
