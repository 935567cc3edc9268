-- What the page of a village, a town or a county adds up, kept village by village: a county is some hundred rows, however
-- many needs and gifts it has. What changes is added as a row of its own, in the transaction that changes it, so that
-- nobody waits for another; later these rows are added up, and at every moment total and changes together are the sum.

-- Whether a village, or a town, lies in a place. The bounds can be found in an index whatever the place is: the sign
-- behind the digits ends the range.
create function lies_in(code text, place text) returns boolean
    language sql immutable
    return code ~>=~ place and code ~<~ (place || ':');

create table village_total (
    village text primary key references place (code),
    -- Needs that stand in lists, and public needs of which something was reported.
    listed bigint not null,
    reported bigint not null,
    -- The four numbers of its public needs, as money_by_village says them.
    pledged_fen bigint not null,
    arrived_fen bigint not null,
    disbursed_fen bigint not null,
    spent_fen bigint not null,
    arranged_fen bigint not null
);
create index village_total_by_place on village_total (village text_pattern_ops);

create table village_total_change (
    id bigint primary key generated always as identity,
    village text not null,
    listed bigint not null default 0,
    reported bigint not null default 0,
    pledged_fen bigint not null default 0,
    arrived_fen bigint not null default 0,
    disbursed_fen bigint not null default 0,
    spent_fen bigint not null default 0,
    arranged_fen bigint not null default 0
);
-- Rows come and go all day: what is dead is taken away before it is much.
alter table village_total_change set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create view village_total_now as
select village, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen
from village_total
union all
select village, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen
from village_total_change;

-- When each need was reported on last.
create table need_reported (
    need uuid primary key references need (id),
    village text not null,
    reported_at timestamptz not null
);
create index need_reported_of_county on need_reported (left(village, 6), reported_at desc, need);
create index need_reported_of_town on need_reported (left(village, 9), reported_at desc, need);
create index need_reported_of_village on need_reported (village, reported_at desc, need);

-- What a pledge counts in the sums of 认捐.
create function pledge_counts(status text, amount_fen bigint, arrived_fen bigint) returns bigint
    language sql immutable
    return case when status in ('draft', 'cancelled') then 0
                when status = 'waived' then least(amount_fen, arrived_fen)
                else amount_fen end;

-- A pledge lies where its need does, so that a place's gifts are found without looking each need up; a need stays in its
-- village.
alter table pledge add column village text;
update pledge p
set village = n.village
from need n
where n.id = p.need;
alter table pledge add constraint pledge_village_of_need check ((village is null) = (need is null));

create function place_pledge() returns trigger language plpgsql as $$
begin
    new.village := (select n.village from need n where n.id = new.need);
    return new;
end $$;
create trigger pledge_lies_where_its_need_does before insert or update of need, village on pledge
    for each row execute function place_pledge();
create trigger need_stays_in_its_village before update of village on need
    for each row when (old.village <> new.village) execute function refuse_change();

create or replace view pledge_counted as
select id, reference, campaign, charity, enterprise, need, restriction, status, public_display, show_amount,
       share_with_recipient, pledged_at, amount_fen, arrived_fen,
       pledge_counts(status, amount_fen, arrived_fen) as counted_fen, pledged_day, village
from pledge;

-- The id that stands in the name of an account of this kind; none where it is of another kind.
create function account_subject(account text, kind text) returns uuid
    language sql immutable
    return case when split_part(account, ':', 1) = kind then split_part(account, ':', 2)::uuid end;

create function need_is_listed(status text) returns boolean
    language sql immutable
    return status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');

create function need_is_public(code text, status text) returns boolean
    language sql immutable
    return code is not null and (need_is_listed(status) or status in ('paused', 'withdrawn', 'expired'));

-- What was kept so far.
insert into need_reported (need, village, reported_at)
select r.need, n.village, max(r.submitted_at)
from report r
join need n on n.id = r.need
group by r.need, n.village;

insert into village_total
select p.code, coalesce(n.listed, 0), coalesce(n.reported, 0), coalesce(m.pledged_fen, 0), coalesce(m.arrived_fen, 0),
       coalesce(m.disbursed_fen, 0), coalesce(m.spent_fen, 0), coalesce(m.arranged_fen, 0)
from place p
left join (
    select need.village, count(*) filter (where need_is_listed(need.status)) as listed,
           count(*) filter (where need_is_public(need.code, need.status) and r.need is not null) as reported
    from need
    left join need_reported r on r.need = need.id
    group by need.village
) n on n.village = p.code
left join money_by_village m on m.village = p.code
where n.village is not null or m.village is not null;

-- Pledges to public needs. Whether a need is public is read under a lock that it cannot be changed under: what comes to
-- a need while it ceases to be public is either taken away with it or comes after.
create function count_new_pledges() returns trigger language plpgsql as $$
begin
    perform from need where id in (select need from come) order by id for share;
    insert into village_total_change (village, pledged_fen, arrived_fen)
    select n.village, sum(pledge_counts(p.status, p.amount_fen, p.arrived_fen)), sum(p.arrived_fen)
    from come p
    join needs_public n on n.id = p.need
    group by n.village;
    return null;
end $$;
create trigger pledge_counts_for_village after insert on pledge referencing new table as come
    for each statement execute function count_new_pledges();

create function count_changed_pledges() returns trigger language plpgsql as $$
declare
    changed constant uuid[] := array(
        select b.id
        from was b
        join come a on a.id = b.id
        where (a.need, a.arrived_fen, pledge_counts(a.status, a.amount_fen, a.arrived_fen))
              is distinct from (b.need, b.arrived_fen, pledge_counts(b.status, b.amount_fen, b.arrived_fen)));
begin
    if cardinality(changed) = 0 then
        return null;
    end if;
    perform from need
    where id in (select need from was where id = any(changed) union all select need from come where id = any(changed))
    order by id
    for share;
    insert into village_total_change (village, pledged_fen, arrived_fen)
    select n.village, sum(p.counted_fen), sum(p.arrived_fen)
    from (
        select need, pledge_counts(status, amount_fen, arrived_fen) as counted_fen, arrived_fen
        from come
        where id = any(changed)
        union all
        select need, -pledge_counts(status, amount_fen, arrived_fen), -arrived_fen
        from was
        where id = any(changed)
    ) p
    join needs_public n on n.id = p.need
    group by n.village;
    return null;
end $$;
create trigger pledge_change_counts_for_village after update on pledge referencing old table as was new table as come
    for each statement execute function count_changed_pledges();

-- What leaves for public needs, as money_by_need reads it from the transfers.
create function count_new_transfers() returns trigger language plpgsql as $$
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
        join allocation a on a.id = t.cause and a.pledge is null);
begin
    if array_remove(touched, null) = '{}' then
        return null;
    end if;
    perform from need where id = any(touched) order by id for share;
    insert into village_total_change (village, disbursed_fen, spent_fen, arranged_fen)
    select n.village, sum(moved.disbursed_fen), sum(moved.spent_fen), sum(moved.arranged_fen)
    from (
        select d.need, t.amount_fen as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
        from come t
        join disbursement d on d.id = account_subject(t.credit, 'advance')
        where t.asset = 'cny'
        union all
        select d.need, -t.amount_fen, 0, 0
        from come t
        join disbursement d on d.id = account_subject(t.debit, 'advance')
        where t.asset = 'cny' and t.credit like 'allocated:%'
        union all
        select account_subject(t.credit, 'spent'), 0, t.amount_fen, 0
        from come t
        where t.asset = 'cny' and t.credit like 'spent:%'
        union all
        select account_subject(t.debit, 'spent'), 0, -t.amount_fen, 0
        from come t
        where t.asset = 'cny' and t.debit like 'spent:%'
        union all
        select a.need, 0, 0, case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
        from come t
        join allocation a on a.id = t.cause and a.pledge is null
        where t.asset = 'cny' and t.code in ('allocate', 'release')
    ) moved
    join needs_public n on n.id = moved.need
    group by n.village;
    return null;
end $$;
create trigger transfer_counts_for_village after insert on transfer referencing new table as come
    for each statement execute function count_new_transfers();

-- Reports, and the needs of which there is one.
create function note_reported() returns trigger language plpgsql as $$
begin
    perform from need where id in (select need from come) order by id for share;
    insert into need_reported (need, village, reported_at)
    select r.need, n.village, max(r.submitted_at)
    from come r
    join need n on n.id = r.need
    group by r.need, n.village
    order by r.need
    on conflict (need) do update
    set reported_at = greatest(need_reported.reported_at, excluded.reported_at);
    return null;
end $$;
create trigger report_is_noted after insert on report referencing new table as come
    for each statement execute function note_reported();

create function count_new_reported() returns trigger language plpgsql as $$
begin
    insert into village_total_change (village, reported)
    select n.village, count(*)
    from come r
    join needs_public n on n.id = r.need
    group by n.village;
    return null;
end $$;
create trigger need_reported_counts_for_village after insert on need_reported referencing new table as come
    for each statement execute function count_new_reported();

-- Needs that come into the lists and leave them; one that becomes public, or ceases to be, brings or takes what was
-- given for it.
create function count_new_needs() returns trigger language plpgsql as $$
begin
    insert into village_total_change (village, listed)
    select n.village, count(*)
    from come n
    where need_is_listed(n.status)
    group by n.village;
    return null;
end $$;
create trigger need_counts_for_village after insert on need referencing new table as come
    for each statement execute function count_new_needs();

create function count_changed_need() returns trigger language plpgsql as $$
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
    return null;
end $$;
create trigger need_change_counts_for_village after update on need for each row
    when (need_is_listed(old.status) <> need_is_listed(new.status)
          or need_is_public(old.code, old.status) <> need_is_public(new.code, new.status))
    execute function count_changed_need();
