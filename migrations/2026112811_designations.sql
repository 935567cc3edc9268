-- What a pledge is for, in one to twenty rows that add up to it: needs, a pairing, villages, towns, fields; later, by its
-- giver's choice; or wherever the charity decides. The need of a pledge stood on the pledge until now.
create table pledge_designation (
    pledge uuid not null references pledge (id) on delete cascade,
    -- Arrived money fills the rows in this order.
    position integer not null constraint designation_position check (position between 1 and 20),
    kind text not null constraint designation_kind check
        (kind in ('need', 'pairing', 'village', 'town', 'field', 'undesignated', 'undirected')),
    need uuid references need (id),
    pairing uuid references pairing (id),
    village text references place (code) constraint designation_village check (length(village) = 12),
    town text references place (code) constraint designation_town check (length(town) = 9),
    field text constraint designation_field check (field in (
        'specialty_industry', 'consumption_assistance', 'infrastructure', 'socialized_services', 'village_landscape',
        'rural_civility', 'talent_cultivation', 'low_income_support', 'special_hardship_relief', 'other')),
    amount_fen bigint not null constraint designation_amount check (amount_fen between 1 and 100000000000),
    -- Its share of what has arrived for the pledge, by `domain::pledge::designation::attribute`; only the last row can
    -- have more than its amount.
    arrived_fen bigint not null default 0 constraint designation_arrived check (arrived_fen >= 0),
    -- When its giver pointed it at its need, where that was after pledging, and what it was for until then.
    designated_at timestamptz,
    made_for text constraint designation_made_for check ((made_for is null) = (designated_at is null)),
    -- Where it counts: the village of its need, its village or its town, the only village of its pairing.
    place text,
    -- Of the pledge, so that a need's rows are added up without looking each pledge up; kept by triggers.
    status text not null,
    show_amount boolean not null,
    pledged_at timestamptz not null,
    pledged_day date not null generated always as ((pledged_at at time zone 'Asia/Shanghai')::date) stored,
    counted_fen bigint not null generated always as (pledge_counts(status, amount_fen, arrived_fen)) stored,
    primary key (pledge, position),
    constraint designation_own_target check (
        (kind = 'need') = (need is not null) and (kind = 'pairing') = (pairing is not null)
        and (kind = 'village') = (village is not null) and (kind = 'town') = (town is not null)
        and (kind = 'field') = (field is not null)),
    constraint designation_designated check (designated_at is null or kind = 'need'),
    -- Each target once.
    constraint designation_target_once unique nulls not distinct (pledge, need, pairing, village, town, field, kind)
);
create index designation_of_need on pledge_designation (need, pledged_at, pledge) include (counted_fen, arrived_fen)
    where need is not null;
create index designation_of_pairing on pledge_designation (pairing) where pairing is not null;
create index designation_of_place on pledge_designation (place text_pattern_ops) include (counted_fen, arrived_fen)
    where place is not null and need is null;
create index designation_hidden_of_need on pledge_designation (need, pledged_day)
    where not show_amount and need is not null;
create index designation_hidden_of_day on pledge_designation (pledged_day, place text_pattern_ops)
    where not show_amount and place is not null;

-- What each booking added to the rows or, below zero, took from them. `arrived_fen` is their sum.
create table designation_arrival (
    id bigint primary key generated always as identity,
    pledge uuid not null,
    position integer not null,
    amount_fen bigint not null constraint designation_arrival_some check (amount_fen <> 0),
    booked_at timestamptz not null,
    day date not null generated always as ((booked_at at time zone 'Asia/Shanghai')::date) stored,
    foreign key (pledge, position) references pledge_designation (pledge, position) on delete cascade
);
create index designation_arrival_of_row on designation_arrival (pledge, position);
create index designation_arrival_of_day on designation_arrival (day);

-- Where a row counts, and what it copies of its pledge.
create function place_designation() returns trigger language plpgsql as $$
begin
    select p.status, p.show_amount, p.pledged_at
    into new.status, new.show_amount, new.pledged_at
    from pledge p
    where p.id = new.pledge;
    new.place := case new.kind
        when 'need' then (select n.village from need n where n.id = new.need)
        when 'village' then new.village
        when 'town' then new.town
        when 'pairing' then (
            select min(v.village)
            from pairing p
            join pairing_village v on v.pairing = p.id and v.number = p.terms
            where p.id = new.pairing
            having count(*) = 1)
        end;
    return new;
end $$;

insert into pledge_designation
    (pledge, position, kind, need, amount_fen, arrived_fen, designated_at, made_for, place, status, show_amount, pledged_at)
select p.id, 1,
       case when p.need is not null then 'need' when p.restriction = 'directed' then 'undesignated' else 'undirected' end,
       p.need, p.amount_fen, p.arrived_fen, p.designated_at,
       case when p.designated_at is not null then 'undesignated' end, p.village, p.status, p.show_amount, p.pledged_at
from pledge p;
insert into designation_arrival (pledge, position, amount_fen, booked_at)
select part.pledge, 1, part.amount_fen, line.confirmed_at
from bank_line_part part
join bank_line line on line.id = part.line and line.status = 'confirmed'
where part.pledge is not null;

create trigger designation_lies_where_its_target_does
    before insert or update of kind, need, pairing, village, town, place, status, show_amount, pledged_at
    on pledge_designation
    for each row execute function place_designation();
create function designations_follow_pledge() returns trigger language plpgsql as $$
begin
    update pledge_designation
    set status = new.status, show_amount = new.show_amount, pledged_at = new.pledged_at
    where pledge = new.id;
    return null;
end $$;
create trigger pledge_designations_follow after update on pledge for each row
    when ((new.status, new.show_amount, new.pledged_at) is distinct from (old.status, old.show_amount, old.pledged_at))
    execute function designations_follow_pledge();

-- The rows are the pledge: looked at when the transaction ends, whichever of both it wrote. Money that its giver directs
-- and money that the charity decides on lie on different accounts, so no pledge is both.
create function designations_add_up() returns trigger language plpgsql as $$
declare
    of uuid;
    promised bigint;
    restricted text;
    named bigint;
    undirected boolean;
    directed boolean;
begin
    if tg_table_name = 'pledge' then
        of := new.id;
    else
        of := new.pledge;
    end if;
    select amount_fen, restriction into promised, restricted from pledge where id = of;
    if promised is null then
        return null;
    end if;
    select coalesce(sum(amount_fen), 0), coalesce(bool_or(kind = 'undirected'), false),
           coalesce(bool_or(kind <> 'undirected'), false)
    into named, undirected, directed
    from pledge_designation
    where pledge = of;
    if named <> promised then
        raise exception 'the designations of a pledge add up to % and not to %', named, promised
            using errcode = 'check_violation', constraint = 'designations_add_up';
    end if;
    if (restricted = 'undirected' and directed) or (restricted = 'directed' and undirected) then
        raise exception 'a pledge is % and has a designation that is not', restricted
            using errcode = 'check_violation', constraint = 'designations_of_one_restriction';
    end if;
    return null;
end $$;
create constraint trigger pledge_is_designated after insert or update of amount_fen, restriction on pledge
    deferrable initially deferred for each row execute function designations_add_up();
create constraint trigger designations_add_up after insert or update of amount_fen, kind on pledge_designation
    deferrable initially deferred for each row execute function designations_add_up();

-- Village totals and facts of matching rounds follow the rows.
drop trigger pledge_counts_for_village on pledge;
drop trigger pledge_change_counts_for_village on pledge;
drop trigger pledge_is_round_fact on pledge;
drop trigger pledge_change_is_round_fact on pledge;
drop trigger pledge_lies_where_its_need_does on pledge;
drop function count_new_pledges();
drop function count_changed_pledges();
drop function place_pledge();

create function count_new_designations() returns trigger language plpgsql as $$
begin
    if not exists (select from come where place is not null) then
        return null;
    end if;
    perform from need where id in (select need from come) order by id for share;
    insert into village_total_change (village, pledged_fen, arrived_fen)
    select d.place, sum(d.counted_fen), sum(d.arrived_fen)
    from come d
    where d.place is not null and (d.need is null or exists (select from needs_public n where n.id = d.need))
    group by d.place;
    return null;
end $$;
create trigger designation_counts_for_village after insert on pledge_designation referencing new table as come
    for each statement execute function count_new_designations();

create function count_changed_designations() returns trigger language plpgsql as $$
begin
    if not exists (
        select
        from was b
        join come a on a.pledge = b.pledge and a.position = b.position
        where (a.need, a.place, a.arrived_fen, a.counted_fen) is distinct from (b.need, b.place, b.arrived_fen, b.counted_fen)
    ) then
        return null;
    end if;
    perform from need where id in (select need from was union all select need from come) order by id for share;
    insert into village_total_change (village, pledged_fen, arrived_fen)
    select d.place, sum(d.counted_fen), sum(d.arrived_fen)
    from (
        select need, place, counted_fen, arrived_fen from come
        union all
        select need, place, -counted_fen, -arrived_fen from was
    ) d
    where d.place is not null and (d.need is null or exists (select from needs_public n where n.id = d.need))
    group by d.place
    having sum(d.counted_fen) <> 0 or sum(d.arrived_fen) <> 0;
    return null;
end $$;
create trigger designation_change_counts_for_village after update on pledge_designation
    referencing old table as was new table as come
    for each statement execute function count_changed_designations();

create function round_fact_of_designation() returns trigger language plpgsql as $$
begin
    perform note_round_fact(place)
    from (select old.place union select new.place) lies (place)
    where place is not null;
    return null;
end $$;
create trigger designation_is_round_fact after insert on pledge_designation for each row
    when (new.place is not null) execute function round_fact_of_designation();
create trigger designation_change_is_round_fact after update on pledge_designation for each row
    when ((new.place, new.need, new.status, new.amount_fen, new.arrived_fen, new.show_amount)
          is distinct from (old.place, old.need, old.status, old.amount_fen, old.arrived_fen, old.show_amount))
    execute function round_fact_of_designation();
create trigger designation_end_is_round_fact after delete on pledge_designation for each row
    when (old.place is not null) execute function round_fact_of_designation();

-- From which row of a pledge money was set aside; whether its need was not what the row was for (统筹安排); and for which
-- village or town the row was given, if for one.
alter table allocation add column position integer;
alter table allocation add column arranged boolean;
alter table allocation add column given_to text references place (code);
update allocation a
set position = case when a.pledge is not null then 1 end,
    arranged = a.pledge is null,
    given_to = (select d.place from pledge_designation d where d.pledge = a.pledge and d.position = 1);
alter table allocation alter column arranged set not null;
alter table allocation add constraint allocation_of_row
    foreign key (pledge, position) references pledge_designation (pledge, position);
alter table allocation add constraint allocation_names_its_row check ((pledge is null) = (position is null));
create index allocation_of_pledge on allocation (pledge, position) where pledge is not null;

-- The smallest place in which both lie; none above a county. What was given to one place and is set aside in another was
-- arranged for the second and not for the place that holds both.
create function common_place(a text, b text) returns text
    language sql immutable
    return case when a = b then a
                when left(a, 9) = left(b, 9) then left(a, 9)
                when left(a, 6) = left(b, 6) then left(a, 6) end;

drop view need_silence;
drop view money_by_need;
drop view money_by_campaign;
drop view money_by_village;
drop view hidden_pledge_of_need;
drop view hidden_pledge_of_campaign;
drop view hidden_arrival_of_need;
drop view hidden_arrival_of_campaign;
drop view hidden_arrival;
drop view need_matched;
drop view pairing_pledge;
drop view pledge_counted;
drop view enterprise_due;
alter table pledge drop constraint pledge_designated_need;
alter table pledge drop constraint pledge_need_directed;
alter table pledge drop constraint pledge_village_of_need;
alter table pledge drop column need;
alter table pledge drop column village;
alter table pledge drop column designated_at;

-- 认捐 and 到账 pledge by pledge, and row by row: what every sum over pledges is made of.
create view pledge_counted as
select id, reference, campaign, charity, enterprise, restriction, status, public_display, show_amount,
       share_with_recipient, pledged_at, amount_fen, arrived_fen,
       pledge_counts(status, amount_fen, arrived_fen) as counted_fen, pledged_day
from pledge;
create view designation_counted as
select pledge, position, kind, need, pairing, village, town, field, place, amount_fen, arrived_fen, counted_fen, status,
       show_amount, pledged_at, pledged_day
from pledge_designation;

create view money_by_need as
select need.id as need,
       coalesce((select sum(counted_fen) from pledge_designation d where d.need = need.id), 0)::bigint as pledged_fen,
       coalesce((select sum(arrived_fen) from pledge_designation d where d.need = need.id), 0)::bigint as arrived_fen,
       coalesce((select sum(d.disbursed_fen) from disbursed d where d.need = need.id), 0)::bigint as disbursed_fen,
       (coalesce((select sum(t.amount_fen) from transfer t where t.credit = 'spent:' || need.id and t.asset = 'cny'), 0)
        - coalesce((select sum(t.amount_fen) from transfer t where t.debit = 'spent:' || need.id and t.asset = 'cny'), 0)
       )::bigint as spent_fen,
       -- Set aside for it without having been pledged to it, whatever it was pledged to.
       coalesce((
           select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end)
           from allocation a
           join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
           where a.need = need.id and a.arranged
       ), 0)::bigint as arranged_fen
from need;

create view need_silence as
select n.id as need, n.organisation, greatest(p.first_paid_at, r.last_report_at) as silent_since
from needs_public n
join lateral (
    select min(d.paid_at) as first_paid_at
    from disbursement d
    where d.need = n.id and d.status in ('paid', 'bank_confirmed')
) p on p.first_paid_at is not null
left join lateral (
    select max(report.submitted_at) as last_report_at from report where report.need = n.id
) r on true
join money_by_need m on m.need = n.id and m.disbursed_fen > m.spent_fen;

create view money_by_campaign as
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
        select sum(case when t.credit like 'advance:%' then t.amount_fen
                        when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                        else 0 end) as disbursed_fen,
               sum(case when t.credit like 'spent:%' then t.amount_fen
                        when t.debit like 'spent:%' then -t.amount_fen
                        else 0 end) as spent_fen
        from transfer t
        where t.lot = own.lot and t.asset = 'cny'
    ) moved
) m on true;

-- What money_by_need says, of all public needs of a village together, and what is given to the village itself, or to a
-- town itself: the row of a town is not the sum of its villages but what belongs to none of them. A place's numbers are
-- those of all rows that lie in it.
create view money_by_village as
select village, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
       sum(arranged_fen)::bigint as arranged_fen
from (
    select n.village, d.counted_fen as pledged_fen, d.arrived_fen, 0 as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
    from needs_public n
    join pledge_designation d on d.need = n.id
    union all
    select d.place, d.counted_fen, d.arrived_fen, 0, 0, 0
    from pledge_designation d
    where d.place is not null and d.need is null
    union all
    select n.village, 0, 0, d.disbursed_fen, 0, 0
    from needs_public n
    join disbursed d on d.need = n.id
    union all
    select n.village, 0, 0, 0, t.amount_fen, 0
    from needs_public n
    join transfer t on t.credit = 'spent:' || n.id and t.credit like 'spent:%' and t.asset = 'cny'
    union all
    select n.village, 0, 0, 0, -t.amount_fen, 0
    from needs_public n
    join transfer t on t.debit = 'spent:' || n.id and t.debit like 'spent:%' and t.asset = 'cny'
    union all
    select place.village, 0, 0, 0, 0,
           place.sign * case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
    from needs_public n
    join allocation a on a.need = n.id and a.arranged
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    cross join lateral (
        select n.village, 1 as sign
        union all
        select common_place(a.given_to, n.village), -1
    ) place
    where place.village is not null
) part
group by village;

-- Hidden gifts, row by row. A need is public or not; where there is none, the place itself was given to. The place stands
-- in the partitions so that the gifts of other places are not read.
create view hidden_pledge_of_need as
select pledge as id, need, pledged_day as day, counted_fen,
       row_number() over (partition by need, place, pledged_day order by pledged_at desc, pledge desc)
           <= count(*) over (partition by need, place, pledged_day) % 3 as left_out,
       place as village
from pledge_designation
where not show_amount and place is not null and counted_fen > 0;

create view hidden_pledge_of_campaign as
select id, campaign, pledged_day as day, counted_fen,
       row_number() over (partition by campaign, pledged_day order by pledged_at desc, id desc)
           <= count(*) over (partition by campaign, pledged_day) % 3 as left_out
from pledge_counted
where not show_amount and counted_fen > 0;

create view hidden_arrival as
select part.lot, pledge.campaign, line.confirmed_day as day, line.confirmed_at, part.amount_fen
from bank_line line
join bank_line_part part on part.line = line.id
join pledge on pledge.id = part.pledge
where line.status = 'confirmed' and not pledge.show_amount;

create view hidden_arrival_of_need as
select d.need, a.day, a.amount_fen,
       row_number() over (partition by d.need, d.place, a.day order by a.booked_at desc, a.id desc)
           <= count(*) over (partition by d.need, d.place, a.day) % 3 as left_out,
       d.place as village
from designation_arrival a
join pledge_designation d on d.pledge = a.pledge and d.position = a.position
where not d.show_amount and d.place is not null;

create view hidden_arrival_of_campaign as
select campaign, day, amount_fen,
       row_number() over (partition by campaign, day order by confirmed_at desc, lot desc)
           <= count(*) over (partition by campaign, day) % 3 as left_out
from hidden_arrival;

create view need_matched as
select n.id, n.organisation, n.village, n.field, n.kind, n.title, n.outcome, n.amount_fen, n.published_at,
       p.pledges, p.counted_fen, list.source as key_assisted, n.wanted_by
from need_open n
left join lateral (
    select count(*) as pledges, coalesce(sum(d.counted_fen), 0)::bigint as counted_fen
    from pledge_designation d
    where d.need = n.id and d.counted_fen > 0
) p on true
left join town_class t on t.town = left(n.village, 9) and t.class = 'key_assisted'
left join place_import list on list.id = t.import;

-- Pledges of the enterprise to public needs of the villages, to the villages themselves and to the pairing, from the first
-- day of the term until the pairing ended; and what of their money went out for public needs of the villages.
create view pairing_pledge as
select p.id as pairing, k.id as pledge, n.id as need, coalesce(n.code, '') as need_code,
       coalesce(n.title, '') as need_title, k.show_amount, k.share_with_recipient, k.pledged_at,
       coalesce(d.counted_fen, 0)::bigint as pledged_fen, coalesce(d.arrived_fen, 0)::bigint as arrived_fen,
       coalesce(m.disbursed_fen, 0)::bigint as disbursed_fen, coalesce(m.spent_fen, 0)::bigint as spent_fen
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
join pledge_counted k on k.enterprise = p.enterprise
    and k.pledged_at >= t.first_day::timestamp at time zone 'Asia/Shanghai'
    and (p.ended_at is null or k.pledged_at < p.ended_at)
cross join lateral (
    select g.need, sum(g.counted_fen) as counted_fen, sum(g.arrived_fen) as arrived_fen
    from (
        select d.need, d.counted_fen, d.arrived_fen
        from pledge_designation d
        join pairing_village v on v.pairing = p.id and v.number = p.terms and v.village = d.place
        where d.pledge = k.id and d.kind in ('need', 'village')
        union all
        select null, d.counted_fen, d.arrived_fen
        from pledge_designation d
        where d.pledge = k.id and d.pairing = p.id
        union all
        -- Needs that some of it was set aside for without having been pledged to them.
        select a.need, 0, 0
        from allocation a
        join need of_need on of_need.id = a.need
        join pairing_village v on v.pairing = p.id and v.number = p.terms and v.village = of_need.village
        where a.pledge = k.id and a.arranged
    ) g
    group by g.need
) d
left join needs_public n on n.id = d.need
left join lateral (
    select sum(case when paid_out.need = d.need then t.amount_fen
                    when came_back.need = d.need and t.credit like 'allocated:%' then -t.amount_fen
                    else 0 end) as disbursed_fen,
           sum(case when t.credit = 'spent:' || d.need then t.amount_fen
                    when t.debit = 'spent:' || d.need then -t.amount_fen
                    else 0 end) as spent_fen
    from bank_line_part part
    join transfer t on t.lot = part.lot and t.asset = 'cny'
    left join disbursement paid_out on paid_out.id = account_subject(t.credit, 'advance')
    left join disbursement came_back on came_back.id = account_subject(t.debit, 'advance')
    where part.pledge = k.id
) m on true
where p.status in ('active', 'renewed', 'ended', 'terminated') and k.counted_fen > 0
  and (d.need is null or n.id is not null);

create view enterprise_due as
select c.enterprise, 'commitment' as kind, c.id as subject, c.due_on as day, c.name as what, c.status, c.quantity,
       c.delivered, c.unit, null::bigint as amount_fen, null::bigint as arrived_fen, null::text as town,
       array[n.village] as villages, coalesce(n.code, '') as reference, c.status not in ('promised', 'partly_delivered') as settled,
       c.status = 'delivered' as kept, false as waiting, null::uuid as pairing, null::uuid as pledge
from commitment c
join need n on n.id = c.need
union all
select p.enterprise, 'milestone', m.id, m.due_on, m.title, m.status, null, null, '', null, null, p.town, p.villages,
       p.reference, m.status = 'verified' or p.status not in ('approved', 'signed', 'active'), m.status = 'verified',
       m.status = 'submitted', p.id, null
from pairing_milestone m
join pairing_read p on p.id = m.pairing
where m.owner = 'enterprise' and m.due_on is not null and m.status <> 'dropped'
union all
select p.enterprise, 'pairing_end', p.id,
       case when p.status = 'terminated' then (p.ended_at at time zone 'Asia/Shanghai')::date
            else least(p.last_day, p.notice_ends_on) end,
       '', case when p.notice is null then p.status else 'under_notice' end, null, null, '', null, null, p.town, p.villages,
       p.reference, p.status not in ('signed', 'active'), p.status in ('renewed', 'ended'), false, p.id, null
from pairing_read p
where p.status in ('signed', 'active', 'renewed', 'ended', 'terminated')
union all
select p.enterprise, 'pledge', p.id, null, coalesce(g.title, c.name), p.status, null, null, '', p.amount_fen, p.arrived_fen,
       null, g.villages, p.reference, p.status not in ('pledged', 'agreed', 'partly_arrived', 'overdue'),
       p.status = 'fulfilled', false, null, p.id
from pledge p
join campaign c on c.id = p.campaign
cross join lateral (
    select case when count(*) = 1 then min(n.title) end as title,
           coalesce(array_agg(distinct d.place) filter (where length(d.place) = 12), '{}') as villages
    from pledge_designation d
    left join need n on n.id = d.need
    where d.pledge = p.id
) g
where p.status <> 'draft' and not exists (select from instalment i where i.pledge = p.id)
union all
select p.enterprise, 'instalment', i.id, i.due_on, coalesce(g.title, c.name), p.status, null, null, '', i.amount_fen,
       greatest(0, least(i.amount_fen, p.arrived_fen - (i.up_to_fen - i.amount_fen))), null, g.villages, p.reference,
       p.arrived_fen >= i.up_to_fen or p.status not in ('pledged', 'agreed', 'partly_arrived', 'overdue'),
       p.arrived_fen >= i.up_to_fen, false, null, p.id
from instalment i
join pledge p on p.id = i.pledge
join campaign c on c.id = p.campaign
cross join lateral (
    select case when count(*) = 1 then min(n.title) end as title,
           coalesce(array_agg(distinct d.place) filter (where length(d.place) = 12), '{}') as villages
    from pledge_designation d
    left join need n on n.id = d.need
    where d.pledge = p.id
) g
where p.status <> 'draft';

-- What leaves for public needs, and what is arranged for them: in the needs' village, and taken off the place in which both
-- the need and what the money was given to lie.
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
        where t.asset = 'cny'
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

-- A need that becomes public, or ceases to be, brings or takes what was given for it, and where that was arranged from.
create or replace function count_changed_need() returns trigger language plpgsql as $$
declare
    listed constant integer := need_is_listed(new.status)::integer - need_is_listed(old.status)::integer;
    public constant integer :=
        need_is_public(new.code, new.status)::integer - need_is_public(old.code, old.status)::integer;
begin
    insert into village_total_change
        (village, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen)
    select new.village, listed, public * (select count(*) from need_reported r where r.need = new.id),
           public * m.pledged_fen, public * m.arrived_fen, public * m.disbursed_fen, public * m.spent_fen,
           public * m.arranged_fen
    from money_by_need m
    where m.need = new.id;
    if public <> 0 then
        insert into village_total_change (village, arranged_fen)
        select common_place(a.given_to, new.village),
               -public * sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end)
        from allocation a
        join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
        where a.need = new.id and a.arranged and common_place(a.given_to, new.village) is not null
        group by common_place(a.given_to, new.village);
    end if;
    return null;
end $$;
