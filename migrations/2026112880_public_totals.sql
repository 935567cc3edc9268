-- What pages of places, fields and campaigns add up is kept in one way: by village and field, and by campaign and
-- enterprise. Until now it was kept of villages alone, and fields and campaigns added up each of their gifts again for every
-- reader.

drop view village_total_now;
drop table village_total_change;
drop table village_total;

-- A place has all rows that lie in it, a field all rows of it. What is given to a village or a town itself is of no field,
-- what is given to a field itself of no place.
create table public_total (
    village text not null,
    field text not null,
    -- Needs that stand in lists, and public needs of which something was reported.
    listed bigint not null,
    reported bigint not null,
    -- The four numbers as money_by_village and money_by_field say them.
    pledged_fen bigint not null,
    arrived_fen bigint not null,
    disbursed_fen bigint not null,
    spent_fen bigint not null,
    arranged_fen bigint not null,
    primary key (village, field)
);
create index public_total_by_place on public_total (village text_pattern_ops);
create index public_total_by_field on public_total (field);

create table public_total_change (
    id bigint primary key generated always as identity,
    village text not null,
    field text not null,
    listed bigint not null default 0,
    reported bigint not null default 0,
    pledged_fen bigint not null default 0,
    arrived_fen bigint not null default 0,
    disbursed_fen bigint not null default 0,
    spent_fen bigint not null default 0,
    arranged_fen bigint not null default 0
);
-- Rows come and go all day: what is dead is taken away before it is much.
alter table public_total_change set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create view public_total_now as
select village, field, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen
from public_total
union all
select village, field, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen
from public_total_change;

-- Pledges by campaign and enterprise, with what of their money was paid and spent; of no enterprise what came in without a
-- pledge, which is few and is read line by line.
create table campaign_total (
    campaign uuid not null references campaign (id),
    enterprise uuid references organisation (id),
    -- Pledges that count.
    pledges bigint not null,
    pledged_fen bigint not null,
    arrived_fen bigint not null,
    disbursed_fen bigint not null,
    spent_fen bigint not null,
    constraint campaign_total_once unique nulls not distinct (campaign, enterprise)
);
create table campaign_total_change (
    id bigint primary key generated always as identity,
    campaign uuid not null,
    enterprise uuid,
    pledges bigint not null default 0,
    pledged_fen bigint not null default 0,
    arrived_fen bigint not null default 0,
    disbursed_fen bigint not null default 0,
    spent_fen bigint not null default 0
);
alter table campaign_total_change set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create view campaign_total_now as
select campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen
from campaign_total
union all
select campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen
from campaign_total_change;

-- Pledges of which something ever arrived or was paid out, in the order of a campaign's rows: the others are not gone
-- through to find them. Without a foreign key: whoever pays waits for nobody who works on the pledge.
create table pledge_reached (
    pledge uuid not null,
    number text not null constraint pledge_reached_number check (number in ('arrived', 'disbursed')),
    campaign uuid not null,
    pledged_at timestamptz not null,
    primary key (pledge, number)
);
create index pledge_reached_in_campaign on pledge_reached (campaign, number, pledged_at, pledge);

-- The totals hang on it.
create trigger pledge_stays_with_its_giver before update of campaign, enterprise on pledge for each row
    when ((old.campaign, old.enterprise) is distinct from (new.campaign, new.enterprise))
    execute function refuse_change();

-- Where what is set aside for a need without having been given for it counts: in the place and the field of the need, and
-- not in the place or the field that it was given to as a whole.
create function arranged_in(need_village text, need_field text, given_to text, given_field text)
    returns table (village text, field text, sign integer)
    language sql immutable as $$
    select need_village, need_field, 1
    union all
    select common_place(given_to, need_village), '', -1
    where common_place(given_to, need_village) is not null
    union all
    select '', need_field, -1
    where given_field = need_field
$$;

create function arranged_moves(code text, amount_fen bigint) returns bigint
    language sql immutable
    return case code when 'allocate' then amount_fen when 'release' then -amount_fen end;

create or replace function count_new_designations() returns trigger language plpgsql as $$
begin
    if not exists (select from come where place is not null or field is not null) then
        return null;
    end if;
    perform from need where id in (select need from come) order by id for share;
    insert into public_total_change (village, field, pledged_fen, arrived_fen)
    select coalesce(d.place, ''), coalesce(n.field, d.field, ''), sum(d.counted_fen), sum(d.arrived_fen)
    from come d
    left join needs_public n on n.id = d.need
    where (d.place is not null or d.field is not null) and (d.need is null or n.id is not null)
    group by 1, 2;
    return null;
end $$;

create or replace function count_changed_designations() returns trigger language plpgsql as $$
begin
    if not exists (
        select
        from was b
        join come a on a.pledge = b.pledge and a.position = b.position
        where (a.need, a.place, a.field, a.arrived_fen, a.counted_fen)
              is distinct from (b.need, b.place, b.field, b.arrived_fen, b.counted_fen)
    ) then
        return null;
    end if;
    perform from need where id in (select need from was union all select need from come) order by id for share;
    insert into public_total_change (village, field, pledged_fen, arrived_fen)
    select coalesce(d.place, ''), coalesce(n.field, d.field, ''), sum(d.counted_fen), sum(d.arrived_fen)
    from (
        select need, place, field, counted_fen, arrived_fen from come
        union all
        select need, place, field, -counted_fen, -arrived_fen from was
    ) d
    left join needs_public n on n.id = d.need
    where (d.place is not null or d.field is not null) and (d.need is null or n.id is not null)
    group by 1, 2
    having sum(d.counted_fen) <> 0 or sum(d.arrived_fen) <> 0;
    return null;
end $$;

create function count_pledges() returns trigger language plpgsql as $$
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
        insert into pledge_reached (pledge, number, campaign, pledged_at)
        select p.id, 'arrived', p.campaign, p.pledged_at
        from come p
        join was on was.id = p.id
        where was.arrived_fen = 0 and p.arrived_fen > 0
        order by p.id
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger pledge_counts_for_campaign after insert on pledge referencing new table as come
    for each statement execute function count_pledges();
create trigger pledge_change_counts_for_campaign after update on pledge referencing old table as was new table as come
    for each statement execute function count_pledges();

-- What leaves: for whom by the need, for which campaign by the lot that it came in with.
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
    insert into pledge_reached (pledge, number, campaign, pledged_at)
    select distinct p.id, 'disbursed', p.campaign, p.pledged_at
    from come t
    join bank_line_part part on part.lot = t.lot
    join pledge p on p.id = part.pledge
    where t.credit like 'advance:%' and t.asset = 'cny'
    order by p.id
    on conflict do nothing;
    return null;
end $$;

create or replace function count_new_reported() returns trigger language plpgsql as $$
begin
    insert into public_total_change (village, field, reported)
    select n.village, n.field, count(*)
    from come r
    join needs_public n on n.id = r.need
    group by n.village, n.field;
    return null;
end $$;

create or replace function count_new_needs() returns trigger language plpgsql as $$
begin
    insert into public_total_change (village, field, listed)
    select n.village, n.field, count(*)
    from come n
    where need_is_listed(n.status)
    group by n.village, n.field;
    return null;
end $$;

-- A need that becomes public, or ceases to be, or comes to be of another field, brings or takes what was given for it, and
-- where that was arranged from.
create or replace function count_changed_need() returns trigger language plpgsql as $$
begin
    insert into public_total_change
        (village, field, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen)
    select new.village, side.field, sum(side.sign * side.listed),
           sum(side.sign * side.public) * (select count(*) from need_reported r where r.need = new.id),
           sum(side.sign * side.public) * m.pledged_fen, sum(side.sign * side.public) * m.arrived_fen,
           sum(side.sign * side.public) * m.disbursed_fen, sum(side.sign * side.public) * m.spent_fen,
           sum(side.sign * side.public) * m.arranged_fen
    from money_by_need m
    cross join (
        values (1, new.field, need_is_listed(new.status)::integer, need_is_public(new.code, new.status)::integer),
               (-1, old.field, need_is_listed(old.status)::integer, need_is_public(old.code, old.status)::integer)
    ) side (sign, field, listed, public)
    where m.need = new.id and side.field is not null
    group by side.field, m.need, m.pledged_fen, m.arrived_fen, m.disbursed_fen, m.spent_fen, m.arranged_fen
    having sum(side.sign * side.listed) <> 0 or sum(side.sign * side.public) <> 0;
    insert into public_total_change (village, field, arranged_fen)
    select counts.village, counts.field, sum(side.sign * side.public * counts.sign * arranged_moves(t.code, t.amount_fen))
    from (
        values (1, new.field, need_is_public(new.code, new.status)::integer),
               (-1, old.field, need_is_public(old.code, old.status)::integer)
    ) side (sign, field, public)
    join allocation a on a.need = new.id and a.arranged
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    left join pledge_designation g on g.pledge = a.pledge and g.position = a.position
    cross join lateral arranged_in(new.village, side.field, a.given_to, g.field) counts
    -- The need's own is in its numbers above.
    where side.public = 1 and counts.sign = -1
    group by counts.village, counts.field
    having sum(side.sign * side.public * counts.sign * arranged_moves(t.code, t.amount_fen)) <> 0;
    return null;
end $$;
drop trigger need_change_counts_for_village on need;
create trigger need_change_counts_for_village after update on need for each row
    when (need_is_listed(old.status) <> need_is_listed(new.status)
          or need_is_public(old.code, old.status) <> need_is_public(new.code, new.status)
          or (old.field is distinct from new.field and need_is_public(new.code, new.status)))
    execute function count_changed_need();

-- What stands so far.
insert into public_total (village, field, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen)
select part.village, part.field, sum(listed), sum(reported), sum(pledged_fen), sum(arrived_fen), sum(disbursed_fen),
       sum(spent_fen), sum(arranged_fen)
from (
    select n.village, n.field, need_is_listed(n.status)::integer as listed,
           (exists (select from need_reported r where r.need = n.id))::integer as reported, m.pledged_fen, m.arrived_fen,
           m.disbursed_fen, m.spent_fen, m.arranged_fen
    from needs_public n
    join money_by_need m on m.need = n.id
    union all
    select coalesce(d.place, ''), coalesce(d.field, ''), 0, 0, d.counted_fen, d.arrived_fen, 0, 0, 0
    from pledge_designation d
    where d.need is null and (d.place is not null or d.field is not null)
    union all
    select counts.village, counts.field, 0, 0, 0, 0, 0, 0, counts.sign * arranged_moves(t.code, t.amount_fen)
    from needs_public n
    join allocation a on a.need = n.id and a.arranged
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    left join pledge_designation g on g.pledge = a.pledge and g.position = a.position
    cross join lateral arranged_in(n.village, n.field, a.given_to, g.field) counts
    where counts.sign = -1
) part
group by part.village, part.field;

insert into campaign_total (campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen)
select campaign, enterprise, count(*) filter (where pledged_fen > 0), sum(pledged_fen), sum(arrived_fen),
       sum(disbursed_fen), sum(spent_fen)
from money_by_pledge
group by campaign, enterprise
having sum(pledged_fen) <> 0 or sum(arrived_fen) <> 0;
insert into campaign_total (campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen)
select campaign, null, 0, 0, 0, coalesce(sum(fen) filter (where number = 'disbursed'), 0),
       coalesce(sum(fen) filter (where number = 'spent'), 0)
from campaign_own_figure
where number <> 'arrived'
group by campaign;

insert into pledge_reached (pledge, number, campaign, pledged_at)
select distinct part.pledge, 'arrived', p.campaign, p.pledged_at
from bank_line_part part
join bank_line line on line.id = part.line and line.status = 'confirmed'
join pledge p on p.id = part.pledge;
insert into pledge_reached (pledge, number, campaign, pledged_at)
select distinct p.id, 'disbursed', p.campaign, p.pledged_at
from transfer t
join bank_line_part part on part.lot = t.lot
join pledge p on p.id = part.pledge
where t.credit like 'advance:%' and t.asset = 'cny';

-- A campaign's numbers as its page says them.
create view campaign_money as
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
    -- Less what went back to whoever paid it; of a pledge's money the pledge says it already.
    select sum(part.amount_fen - coalesce(gone.fen, 0))::bigint as arrived_fen
    from bank_line_part part
    join bank_line line on line.id = part.line and line.status = 'confirmed'
    left join lateral (
        select sum(take.amount_fen) as fen
        from gift_return_take take
        join gift_return r on r.id = take.gift_return and r.status = 'paid'
        where take.lot = part.lot
    ) gone on true
    where part.campaign = campaign.id
) own on true;
