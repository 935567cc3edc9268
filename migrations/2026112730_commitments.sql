-- What enterprises promise besides money, to one line of a need, and what of it was delivered, part by part. Quantities
-- are whole numbers of the line's own unit. No view of money reads these tables.

create table commitment (
    id uuid primary key,
    need uuid not null references need (id),
    -- Which of the need's lines, counted from 0, with its name and unit as they were when it was promised.
    line integer not null constraint commitment_line_number check (line between 0 and 19),
    name text not null constraint commitment_name check (name <> ''),
    unit text not null constraint commitment_unit check (unit <> ''),
    enterprise uuid not null references organisation (id),
    quantity bigint not null constraint commitment_quantity check (quantity between 1 and 100000000),
    due_on date not null,
    note text not null constraint commitment_note check (char_length(note) <= 500),
    status text not null constraint commitment_status check
        (status in ('promised', 'partly_delivered', 'delivered', 'withdrawn', 'waived')),
    -- What its confirmed parts add up to; written with them, recomputed by `check`.
    delivered bigint not null default 0 constraint commitment_delivered check (delivered >= 0),
    public_display text not null constraint commitment_display check
        (public_display in ('name', 'partial', 'anonymous')),
    terms_version text not null,
    promised_by uuid not null references person (id),
    promised_at timestamptz not null,
    changed_at timestamptz not null,
    -- By whom, when and why it was withdrawn, or what was missing waived.
    ended_by uuid references person (id),
    ended_at timestamptz,
    ended_reason text,
    constraint commitment_due_later check (due_on >= (promised_at at time zone 'Asia/Shanghai')::date),
    constraint commitment_ended_whole check
        ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null)),
    constraint commitment_ended_why check (ended_reason <> ''),
    -- The state follows from what was delivered and how it ended.
    constraint commitment_stands check (status = case
        when ended_at is not null and status = 'withdrawn' and delivered = 0 then 'withdrawn'
        when delivered >= quantity then 'delivered'
        when ended_at is not null then 'waived'
        when delivered > 0 then 'partly_delivered'
        else 'promised' end)
);
create index commitment_of_need on commitment (need, line);
create index commitment_of_enterprise on commitment (enterprise, due_on, id);
create index commitment_awaited on commitment (due_on, id) where status in ('promised', 'partly_delivered');
create index commitment_by_time on commitment (promised_at);

-- What was promised stays; a promise that was made is never deleted.
create trigger commitment_stays before update of id, need, line, name, unit, enterprise, quantity, due_on, note,
    terms_version, promised_by, promised_at on commitment for each row execute function refuse_change();
create trigger commitment_kept before delete on commitment for each row execute function refuse_change();

-- To a line that its need has, in that line's unit.
create function commitment_to_its_line() returns trigger language plpgsql as $$
begin
    if not exists (
        select from need n
        where n.id = new.need and n.kind <> 'money'
          and n.asked -> new.line ->> 'name' = new.name and n.asked -> new.line ->> 'unit' = new.unit
    ) then
        raise exception 'a commitment is to a line of its need, in the unit of that line'
            using errcode = 'check_violation', constraint = 'commitment_of_line';
    end if;
    return new;
end $$;
create trigger commitment_of_line before insert on commitment for each row execute function commitment_to_its_line();

-- Another text of the need keeps the lines that were promised to where they are.
create function need_keeps_promised_lines() returns trigger language plpgsql as $$
begin
    if exists (
        select from commitment c
        where c.need = new.id and (c.status not in ('withdrawn', 'waived') or c.delivered > 0)
          and (new.asked -> c.line ->> 'name', new.asked -> c.line ->> 'unit') is distinct from (c.name, c.unit)
    ) then
        raise exception 'a line of a need that was promised to stays where it is'
            using errcode = 'check_violation', constraint = 'need_promised_lines';
    end if;
    return new;
end $$;
create trigger need_promised_lines before update of asked on need for each row
    when (old.asked is distinct from new.asked) execute function need_keeps_promised_lines();

create table commitment_part (
    id uuid primary key,
    commitment uuid not null references commitment (id),
    quantity bigint not null constraint commitment_part_quantity check (quantity between 1 and 100000000),
    happened_on date not null constraint commitment_part_day check (happened_on >= '2000-01-01'),
    paper text not null constraint commitment_part_paper check
        (paper in ('delivery_note', 'invoice', 'photo', 'headcount')),
    note text not null constraint commitment_part_note check (char_length(note) <= 200),
    status text not null constraint commitment_part_status check (status in ('reported', 'confirmed', 'disputed')),
    -- Entered by the village that received it.
    received boolean not null,
    reported_by uuid not null references person (id),
    reported_at timestamptz not null,
    decided_by uuid references person (id),
    decided_at timestamptz,
    reason text,
    -- The part that this one takes back, whole and once.
    corrects uuid constraint commitment_part_taken_back_once unique,
    constraint commitment_part_whole unique (id, commitment, quantity),
    constraint commitment_part_takes_back_whole foreign key (corrects, commitment, quantity)
        references commitment_part (id, commitment, quantity),
    constraint commitment_part_takes_back check (corrects is null or (received and status = 'confirmed' and reason <> '')),
    constraint commitment_part_two_people check (received or decided_by <> reported_by),
    constraint commitment_part_received check (not received or status = 'confirmed'),
    constraint commitment_part_decided_when check
        ((status = 'reported') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint commitment_part_disputed_why check (status <> 'disputed' or reason <> '')
);
create index commitment_part_of on commitment_part (commitment, reported_at, id);
create index commitment_part_waiting on commitment_part (reported_at, id) where status = 'reported';

-- A part that was decided on is never changed, and of the others only the decision is written.
create trigger commitment_part_decided before update on commitment_part for each row
    when (old.status <> 'reported') execute function refuse_change();
create trigger commitment_part_stays before update of id, commitment, quantity, happened_on, paper, note, received,
    reported_by, reported_at, corrects on commitment_part for each row execute function refuse_change();
create trigger commitment_part_kept before delete on commitment_part for each row execute function refuse_change();

-- Only what counts is taken back.
create function commitment_part_of_what_counts() returns trigger language plpgsql as $$
begin
    if not exists (
        select from commitment_part p where p.id = new.corrects and p.status = 'confirmed' and p.corrects is null
    ) then
        raise exception 'only a confirmed part is taken back'
            using errcode = 'check_violation', constraint = 'commitment_part_takes_back_confirmed';
    end if;
    return new;
end $$;
create trigger commitment_part_takes_back_confirmed before insert on commitment_part for each row
    when (new.corrects is not null) execute function commitment_part_of_what_counts();

-- Pictures of a part's paper: for the enterprise, the village and those who look after its place.
create table commitment_part_file (
    part uuid not null references commitment_part (id),
    position integer not null,
    file uuid not null references file (id),
    primary key (part, position)
);
create index commitment_part_file_by_file on commitment_part_file (file);

-- What was sent to whoever promised, and to a village that a part waits for: once each.
create table commitment_reminder (
    commitment uuid not null references commitment (id),
    reminder text not null constraint commitment_reminder_known check (reminder in ('due_soon', 'late', 'very_late')),
    sent_at timestamptz not null,
    primary key (commitment, reminder)
);
create table commitment_part_reminder (
    part uuid primary key references commitment_part (id),
    sent_at timestamptz not null
);

create view commitment_file as
select f.file, c.need, c.enterprise
from commitment_part_file f
join commitment_part p on p.id = f.part
join commitment c on c.id = p.commitment;

-- What of each commitment counts as promised: what every sum over commitments is made of.
create view commitment_counted as
select id, need, line, unit, enterprise, status, quantity, delivered, promised_at,
       case when status = 'withdrawn' then 0
            when status = 'waived' then least(quantity, delivered)
            else quantity end as counted
from commitment;

-- How far each line of a need is met.
create view commitment_by_line as
select n.id as need, (l.position - 1)::integer as line, l.asked ->> 'name' as name, l.asked ->> 'unit' as unit,
       (l.asked ->> 'quantity')::bigint as asked, coalesce(c.promised, 0)::bigint as promised,
       coalesce(c.delivered, 0)::bigint as delivered
from need n
cross join lateral jsonb_array_elements(n.asked) with ordinality as l (asked, position)
left join lateral (
    select sum(c.counted) as promised, sum(c.delivered) as delivered
    from commitment_counted c
    where c.need = n.id and c.line = l.position - 1
) c on true
where n.kind <> 'money';

-- What of a need's commitments is not settled: something missing, or a part that waits.
create view commitment_unsettled as
select c.need
from commitment c
where c.status in ('promised', 'partly_delivered')
   or exists (select from commitment_part p where p.commitment = c.id and p.status = 'reported');

-- What totals are made of: commitments to public needs. What a public body pays for is no gift and in none of them.
create view commitment_in_totals as
select c.id, c.need, c.enterprise, c.unit, c.counted, c.delivered, c.promised_at, n.kind, n.village
from commitment_counted c
join needs_public n on n.id = c.need
where not n.procured and c.counted > 0;

create view commitment_read as
select c.id, c.need, c.line, c.name, c.unit, c.enterprise, c.quantity, c.due_on, c.note, c.status, c.delivered,
       c.public_display, c.terms_version, c.promised_at, c.ended_at, c.ended_reason, n.code as need_code,
       n.title as need_title, n.status as need_status, n.kind, n.procured, n.village, n.organisation as recipient,
       e.name as enterprise_name, c.status not in ('promised', 'partly_delivered') as settled,
       (select count(*) from commitment_part p where p.commitment = c.id and p.status = 'reported') as waiting
from commitment c
join need n on n.id = c.need
join organisation e on e.id = c.enterprise;

alter table notice drop constraint notice_kind;
alter table notice add constraint notice_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'account', 'todo'));
alter table notice_preference drop constraint notice_preference_kind;
alter table notice_preference add constraint notice_preference_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'account', 'todo'));
