-- The numbers of a field and of an enterprise, and the rows behind them, are read as those of places and campaigns are: from
-- what is kept, and as far as the page goes.

-- Public needs of a place and of a field in the order of villages, found without reading the needs themselves.
drop index need_in_villages;
drop index need_public_by_village;
create index need_public_by_village on need (village text_pattern_ops, id)
    where code is not null
      and status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed', 'paused',
                     'withdrawn', 'expired');
create index need_public_by_field on need (field, village text_pattern_ops, id)
    where code is not null
      and status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed', 'paused',
                     'withdrawn', 'expired');

-- What a page leaves out of today likewise. A hidden row's arrivals are hidden too: the view asks both, so that an index of
-- hidden rows alone serves it.
drop index designation_hidden_of_day;
create index designation_hidden_of_day on pledge_designation (pledged_day, place text_pattern_ops)
    include (need, pledge, pledged_at, counted_fen)
    where not show_amount and place is not null;
drop index pledge_hidden_of_campaign;
create index pledge_hidden_of_campaign on pledge (campaign, pledged_day, pledged_at, id)
    include (status, amount_fen, arrived_fen)
    where not show_amount;
create index designation_hidden_row on pledge_designation (pledge, position) include (need, place)
    where not show_amount and place is not null;
drop index designation_arrival_hidden;
create index designation_arrival_hidden on designation_arrival (day)
    include (pledge, position, amount_fen, booked_at, id)
    where hidden;
create or replace view hidden_arrival_of_need as
select d.need, a.day, a.amount_fen,
       row_number() over (partition by d.need, d.place, a.day order by a.booked_at desc, a.id desc)
           <= count(*) over (partition by d.need, d.place, a.day) % 3 as left_out,
       d.place as village
from designation_arrival a
join pledge_designation d on d.pledge = a.pledge and d.position = a.position
where a.hidden and not d.show_amount and d.place is not null;

-- Pledges of which something arrived or was paid out are found of an enterprise too, and those of which something was spent.
-- A pledge stays with its giver.
alter table pledge_reached add column enterprise uuid;
update pledge_reached r
set enterprise = p.enterprise
from pledge p
where p.id = r.pledge;
alter table pledge_reached alter column enterprise set not null;
alter table pledge_reached drop constraint pledge_reached_number;
alter table pledge_reached add constraint pledge_reached_number check (number in ('arrived', 'disbursed', 'spent'));
insert into pledge_reached (pledge, number, campaign, enterprise, pledged_at)
select distinct p.id, 'spent', p.campaign, p.enterprise, p.pledged_at
from transfer t
join bank_line_part part on part.lot = t.lot
join pledge p on p.id = part.pledge
where t.credit like 'spent:%' and t.asset = 'cny';
create index pledge_reached_of_enterprise on pledge_reached (enterprise, number, pledged_at, pledge);

create or replace function count_pledges() returns trigger language plpgsql as $$
begin
    if lower(tg_op) = 'insert' then
        insert into campaign_total_change (campaign, enterprise, pledges, pledged_fen, arrived_fen)
        select p.campaign, p.enterprise, count(*) filter (where c.counted_fen > 0), sum(c.counted_fen), sum(p.arrived_fen)
        from come p
        cross join lateral pledge_counts(p.status, p.amount_fen, p.arrived_fen) c (counted_fen)
        group by p.campaign, p.enterprise
        having sum(c.counted_fen) <> 0 or sum(p.arrived_fen) <> 0;
    else
        insert into campaign_total_change (campaign, enterprise, pledges, pledged_fen, arrived_fen)
        select p.campaign, p.enterprise, sum(p.sign * (c.counted_fen > 0)::integer), sum(p.sign * c.counted_fen),
               sum(p.sign * p.arrived_fen)
        from (
            select campaign, enterprise, status, amount_fen, arrived_fen, 1 as sign from come
            union all
            select campaign, enterprise, status, amount_fen, arrived_fen, -1 from was
        ) p
        cross join lateral pledge_counts(p.status, p.amount_fen, p.arrived_fen) c (counted_fen)
        group by p.campaign, p.enterprise
        having sum(p.sign * c.counted_fen) <> 0 or sum(p.sign * p.arrived_fen) <> 0;
        insert into pledge_reached (pledge, number, campaign, enterprise, pledged_at)
        select p.id, 'arrived', p.campaign, p.enterprise, p.pledged_at
        from come p
        join was on was.id = p.id
        where was.arrived_fen = 0 and p.arrived_fen > 0
        order by p.id
        on conflict do nothing;
    end if;
    return null;
end $$;

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
    insert into public_total_change (village, field, disbursed_fen, spent_fen, arranged_fen)
    select moved.village, moved.field, sum(moved.disbursed_fen), sum(moved.spent_fen), sum(moved.arranged_fen)
    from (
        select n.village, n.field, t.amount_fen as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
        from come t
        join disbursement d on d.id = account_subject(t.credit, 'advance')
        join needs_public n on n.id = d.need
        where t.asset = 'cny' and t.debit like 'allocated:%'
        union all
        select n.village, n.field, -t.amount_fen, 0, 0
        from come t
        join disbursement d on d.id = account_subject(t.debit, 'advance')
        join needs_public n on n.id = d.need
        where t.asset = 'cny' and t.credit like 'allocated:%'
        union all
        select n.village, n.field, 0, t.amount_fen, 0
        from come t
        join needs_public n on n.id = account_subject(t.credit, 'spent')
        where t.asset = 'cny'
        union all
        select n.village, n.field, 0, -t.amount_fen, 0
        from come t
        join needs_public n on n.id = account_subject(t.debit, 'spent')
        where t.asset = 'cny'
        union all
        select counts.village, counts.field, 0, 0, counts.sign * arranged_moves(t.code, t.amount_fen)
        from come t
        join allocation a on a.id = t.cause and a.arranged
        join needs_public n on n.id = a.need
        left join pledge_designation g on g.pledge = a.pledge and g.position = a.position
        cross join lateral arranged_in(n.village, n.field, a.given_to, g.field) counts
        where t.asset = 'cny' and t.code in ('allocate', 'release')
    ) moved
    group by moved.village, moved.field;
    insert into campaign_total_change (campaign, enterprise, disbursed_fen, spent_fen)
    select moved.campaign, moved.enterprise, sum(moved.disbursed_fen), sum(moved.spent_fen)
    from (
        select coalesce(p.campaign, part.campaign) as campaign, p.enterprise,
               case when t.debit like 'allocated:%' and t.credit like 'advance:%' then t.amount_fen
                    when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                    else 0 end as disbursed_fen,
               case when t.credit like 'spent:%' then t.amount_fen
                    when t.debit like 'spent:%' then -t.amount_fen
                    else 0 end as spent_fen
        from come t
        join bank_line_part part on part.lot = t.lot
        left join pledge p on p.id = part.pledge
        where t.asset = 'cny'
    ) moved
    where moved.campaign is not null
    group by moved.campaign, moved.enterprise
    having sum(moved.disbursed_fen) <> 0 or sum(moved.spent_fen) <> 0;
    insert into pledge_reached (pledge, number, campaign, enterprise, pledged_at)
    select distinct p.id, case when t.credit like 'spent:%' then 'spent' else 'disbursed' end, p.campaign, p.enterprise,
           p.pledged_at
    from come t
    join bank_line_part part on part.lot = t.lot
    join pledge p on p.id = part.pledge
    where (t.credit like 'advance:%' or t.credit like 'spent:%') and t.asset = 'cny'
    order by 1, 2
    on conflict do nothing;
    return null;
end $$;

-- A claim notes that its money was paid, and takes what was paid and spent of it to its giver, where it stayed with the money
-- of no enterprise until now. Who pays from the lot at the same moment waits or is waited for, so that one of both sees what
-- the other did.
create or replace function note_reached_by_claim() returns trigger language plpgsql as $$
begin
    perform from lot where id = new.lot for update;
    insert into pledge_reached (pledge, number, campaign, enterprise, pledged_at)
    select distinct p.id, case when t.credit like 'spent:%' then 'spent' else 'disbursed' end, p.campaign, p.enterprise,
           p.pledged_at
    from transfer t
    join pledge p on p.id = new.pledge
    where t.lot = new.lot and (t.credit like 'advance:%' or t.credit like 'spent:%') and t.asset = 'cny'
    on conflict do nothing;
    insert into campaign_total_change (campaign, enterprise, disbursed_fen, spent_fen)
    select giver.campaign, giver.enterprise, giver.sign * coalesce(moved.disbursed_fen, 0),
           giver.sign * coalesce(moved.spent_fen, 0)
    from (
        select sum(fen) filter (where number = 'disbursed') as disbursed_fen,
               sum(fen) filter (where number = 'spent') as spent_fen
        from lot_figure(new.lot)
    ) moved
    cross join (
        select p.campaign, p.enterprise, 1 as sign from pledge p where p.id = new.pledge
        union all
        select old.campaign, null, -1 where old.campaign is not null
    ) giver
    where moved.disbursed_fen <> 0 or moved.spent_fen <> 0;
    return null;
end $$;

-- What earlier claims found paid stayed with no enterprise; it is put right once.
insert into campaign_total_change (campaign, enterprise, disbursed_fen, spent_fen)
select campaign, enterprise, sum(disbursed_fen), sum(spent_fen)
from (
    select campaign, enterprise, disbursed_fen, spent_fen from money_by_pledge
    union all
    select campaign, null, case when number = 'disbursed' then fen else 0 end, case when number = 'spent' then fen else 0 end
    from campaign_own_figure
    where number <> 'arrived'
    union all
    select campaign, enterprise, -disbursed_fen, -spent_fen from campaign_total_now
) side
group by campaign, enterprise
having sum(disbursed_fen) <> 0 or sum(spent_fen) <> 0;

-- What an enterprise gave is kept of it as a whole; of that, what it does not show is gone through gift by gift.
create index campaign_total_of_enterprise on campaign_total (enterprise);
create index pledge_not_shown on pledge (enterprise) where not (public_display = 'name' and show_amount);
drop view money_by_enterprise;
