-- A pledge that is paid in parts. What arrives covers them from the first on; nothing of that is stored.
create table instalment (
    id uuid primary key,
    pledge uuid not null references pledge (id),
    position integer not null constraint instalment_position check (position between 1 and 60),
    due_on date not null,
    amount_fen bigint not null constraint instalment_amount check (amount_fen between 1 and 100000000000),
    -- What is promised up to and with it: where as much has arrived, the part is covered.
    up_to_fen bigint not null,
    constraint instalment_place unique (pledge, position),
    constraint instalment_day_once unique (pledge, due_on)
);
create index instalment_by_day on instalment (due_on);

-- The parts are the pledge: looked at when the transaction ends, whichever of both it wrote.
create function instalments_add_up() returns trigger language plpgsql as $$
declare
    promised bigint;
    planned bigint;
    reckoned boolean;
begin
    select amount_fen into promised from pledge where id = new.pledge;
    select sum(amount_fen), bool_and(up_to_fen = running) into planned, reckoned
    from (select amount_fen, up_to_fen, sum(amount_fen) over (order by position) as running
          from instalment
          where pledge = new.pledge) part;
    if planned <> promised or not reckoned then
        raise exception 'the instalments of a pledge add up to % and not to %', planned, promised
            using errcode = 'check_violation', constraint = 'instalments_add_up';
    end if;
    return null;
end
$$;
create constraint trigger instalments_add_up after insert on instalment
    deferrable initially deferred for each row execute function instalments_add_up();
create trigger instalment_append_only before update or delete on instalment
    for each row execute function refuse_change();

create table instalment_reminder (
    instalment uuid not null references instalment (id),
    reminder text not null constraint instalment_reminder_known check (reminder in ('soon', 'late', 'long_late')),
    sent_at timestamptz not null,
    primary key (instalment, reminder)
);

-- What an enterprise has promised, with the days of pledges that have some.
drop view enterprise_due;
create view enterprise_due as
select c.enterprise, 'commitment' as kind, c.id as subject, c.due_on as day, c.name as what, c.status, c.quantity,
       c.delivered, c.unit, null::bigint as amount_fen, null::bigint as arrived_fen, null::text as town,
       array[n.village] as villages, coalesce(n.code, '') as reference, c.status not in ('promised', 'partly_delivered') as settled,
       c.status = 'delivered' as kept, false as waiting, null::uuid as pairing,
       null::uuid as pledge
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
select p.enterprise, 'pledge', p.id, null, coalesce(n.title, c.name), p.status, null, null, '', p.amount_fen, p.arrived_fen,
       null, case when n.village is null then '{}' else array[n.village] end, p.reference,
       p.status not in ('pledged', 'agreed', 'partly_arrived', 'overdue'), p.status = 'fulfilled', false, null, p.id
from pledge p
join campaign c on c.id = p.campaign
left join need n on n.id = p.need
where p.status <> 'draft' and not exists (select from instalment i where i.pledge = p.id)
union all
select p.enterprise, 'instalment', i.id, i.due_on, coalesce(n.title, c.name), p.status, null, null, '', i.amount_fen,
       greatest(0, least(i.amount_fen, p.arrived_fen - (i.up_to_fen - i.amount_fen))), null,
       case when n.village is null then '{}' else array[n.village] end, p.reference,
       p.arrived_fen >= i.up_to_fen or p.status not in ('pledged', 'agreed', 'partly_arrived', 'overdue'),
       p.arrived_fen >= i.up_to_fen, false, null, p.id
from instalment i
join pledge p on p.id = i.pledge
join campaign c on c.id = p.campaign
left join need n on n.id = p.need
where p.status <> 'draft';
