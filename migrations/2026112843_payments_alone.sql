-- A payment is what goes from a need's money to whoever carries it out. An item whose acceptance is taken back goes back to
-- the payment that it was paid from, and is no payment anew.

create or replace view disbursed as
select d.id as disbursement, d.need, d.charity,
       (coalesce((select sum(t.amount_fen) from transfer t where t.credit = 'advance:' || d.id and t.asset = 'cny'
                    and t.debit like 'allocated:%'), 0)
        - coalesce((select sum(t.amount_fen) from transfer t where t.debit = 'advance:' || d.id and t.asset = 'cny'
                    and t.credit like 'allocated:%'), 0))::bigint as disbursed_fen
from disbursement d;

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
    select sum(part.amount_fen) as arrived_fen
    from bank_line_part part
    join bank_line line on line.id = part.line and line.status = 'confirmed'
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

create or replace function count_new_transfers() returns trigger language plpgsql as $$
declare
    touched constant uuid[] := array(
        select account_subject(t.credit, 'spent')
        from come t
        union
        select account_subject(t.debit, 'spent')
        from come t
        union
        select d.need
        from come t
        join disbursement d on d.id in (account_subject(t.credit, 'advance'), account_subject(t.debit, 'advance'))
        union
        select a.need
        from come t
        join allocation a on a.id = t.cause and a.arranged);
begin
    if array_remove(touched, null) = '{}' then
        return null;
    end if;
    perform from need where id = any(touched) order by id for share;
    insert into village_total_change (village, disbursed_fen, spent_fen, arranged_fen)
    select moved.village, sum(moved.disbursed_fen), sum(moved.spent_fen), sum(moved.arranged_fen)
    from (
        select n.village, t.amount_fen as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
        from come t
        join disbursement d on d.id = account_subject(t.credit, 'advance')
        join needs_public n on n.id = d.need
        where t.asset = 'cny' and t.debit like 'allocated:%'
        union all
        select n.village, -t.amount_fen, 0, 0
        from come t
        join disbursement d on d.id = account_subject(t.debit, 'advance')
        join needs_public n on n.id = d.need
        where t.asset = 'cny' and t.credit like 'allocated:%'
        union all
        select n.village, 0, t.amount_fen, 0
        from come t
        join needs_public n on n.id = account_subject(t.credit, 'spent')
        where t.asset = 'cny'
        union all
        select n.village, 0, -t.amount_fen, 0
        from come t
        join needs_public n on n.id = account_subject(t.debit, 'spent')
        where t.asset = 'cny'
        union all
        select place.village, 0, 0,
               place.sign * case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
        from come t
        join allocation a on a.id = t.cause and a.arranged
        join needs_public n on n.id = a.need
        cross join lateral (
            select n.village, 1 as sign
            union all
            select common_place(a.given_to, n.village), -1
        ) place
        where t.asset = 'cny' and t.code in ('allocate', 'release') and place.village is not null
    ) moved
    group by moved.village;
    return null;
end $$;
