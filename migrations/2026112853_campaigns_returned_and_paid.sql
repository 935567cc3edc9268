-- A campaign's total leaves out what went back to whoever paid it, and a reversed spending is no new payment: both at
-- once.
create or replace view money_by_campaign as
select campaign.id as campaign,
       coalesce(p.pledged_fen, 0)::bigint as pledged_fen,
       coalesce(p.arrived_fen, 0)::bigint + coalesce(g.arrived_fen, 0)::bigint as arrived_fen,
       coalesce(m.disbursed_fen, 0)::bigint as disbursed_fen,
       coalesce(m.spent_fen, 0)::bigint as spent_fen,
       0::bigint as arranged_fen,
       coalesce(p.pledges, 0) as pledges,
       coalesce(p.enterprises, 0) as enterprises
from campaign
left join lateral (
    select sum(counted_fen) as pledged_fen, sum(arrived_fen) as arrived_fen, count(*) filter (where counted_fen > 0) as pledges,
           count(distinct enterprise) filter (where counted_fen > 0) as enterprises
    from pledge_counted where pledge_counted.campaign = campaign.id
) p on true
left join lateral (
    -- Less what went back to whoever paid it; of a pledge's money the pledge says it already.
    select sum(part.amount_fen - coalesce(gone.fen, 0)) as arrived_fen
    from bank_line_part part
    join bank_line line on line.id = part.line and line.status = 'confirmed'
    left join lateral (
        select sum(take.amount_fen) as fen
        from gift_return_take take
        join gift_return r on r.id = take.gift_return and r.status = 'paid'
        where take.lot = part.lot
    ) gone on true
    where part.campaign = campaign.id
) g on true
left join lateral (
    -- By lot: money stays the campaign's that it came in for, itself or by its pledge.
    select sum(moved.disbursed_fen) as disbursed_fen, sum(moved.spent_fen) as spent_fen
    from (
        select part.lot
        from bank_line_part part
        where part.campaign = campaign.id
        union all
        select part.lot
        from pledge
        join bank_line_part part on part.pledge = pledge.id
        where pledge.campaign = campaign.id and pledge.arrived_fen > 0
    ) own
    -- Lot by lot: whatever the statistics say, no other lot's transfers are read.
    cross join lateral (
        select sum(case when t.debit like 'allocated:%' and t.credit like 'advance:%' then t.amount_fen
                        when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                        else 0 end) as disbursed_fen,
               sum(case when t.credit like 'spent:%' then t.amount_fen
                        when t.debit like 'spent:%' then -t.amount_fen
                        else 0 end) as spent_fen
        from transfer t
        where t.lot = own.lot and t.asset = 'cny'
    ) moved
) m on true;
