-- Leaving an agreement with notice, and whom to call about it.

-- How many days ahead a side says that it leaves. What was agreed on before says nothing of it and is left at once, as it
-- was agreed; whoever writes terms says it from now on.
alter table pairing_terms add column notice_days integer not null default 0
    constraint pairing_terms_notice check (notice_days between 0 and 365);
alter table pairing_terms alter column notice_days drop default;

-- That a side leaves, with the day on which the agreement ends; what became of it is written once.
create table pairing_notice (
    pairing uuid not null references pairing (id),
    number integer not null constraint pairing_notice_number check (number > 0),
    seat text not null constraint pairing_notice_seat check (seat in ('enterprise', 'place')),
    organisation uuid not null references organisation (id),
    person uuid not null references person (id),
    reason text not null constraint pairing_notice_why check (reason <> ''),
    ends_on date not null,
    given_at timestamptz not null,
    -- `overtaken`: the pairing ended in another way meanwhile.
    outcome text constraint pairing_notice_outcome check (outcome in ('withdrawn', 'agreed', 'over', 'overtaken')),
    closed_at timestamptz,
    closed_by uuid references person (id),
    primary key (pairing, number),
    constraint pairing_notice_later check (ends_on > (given_at at time zone 'Asia/Shanghai')::date),
    constraint pairing_notice_closed check ((outcome is null) = (closed_at is null)),
    constraint pairing_notice_closed_by check ((outcome in ('withdrawn', 'agreed')) = (closed_by is not null))
);
create unique index pairing_notice_one on pairing_notice (pairing) where outcome is null;
create index pairing_notice_to_end on pairing_notice (ends_on, pairing) where outcome is null;
create trigger pairing_notice_stays before update of pairing, number, seat, organisation, person, reason, ends_on,
    given_at on pairing_notice for each row execute function refuse_change();
create trigger pairing_notice_once before update on pairing_notice for each row
    when (old.outcome is not null) execute function refuse_change();
create trigger pairing_notice_kept before delete on pairing_notice for each row execute function refuse_change();

-- Whom each side names. Personal data: the row is emptied when the side says so and when the pairing is over.
create table pairing_contact (
    pairing uuid not null references pairing (id),
    side text not null constraint pairing_contact_side check (side ~ '^(enterprise|4414[0-9]{5}([0-9]{3})?)$'),
    name text not null constraint pairing_contact_name check (char_length(name) between 2 and 40),
    position text not null constraint pairing_contact_position check (char_length(position) between 1 and 40),
    phone text not null constraint pairing_contact_phone check (phone ~ '^[0-9]{10,12}$'),
    named_by uuid not null references person (id),
    named_at timestamptz not null,
    primary key (pairing, side)
);
create index pairing_contact_named_by on pairing_contact (named_by);

-- When a pairing is over nobody has to be called about it, and a notice that still runs has been overtaken.
create function pairing_settles() returns trigger language plpgsql as $$
begin
    delete from pairing_contact where pairing = new.id;
    update pairing_notice set outcome = 'overtaken', closed_at = new.changed_at
    where pairing = new.id and outcome is null;
    return null;
end $$;
create trigger pairing_settles after update of status on pairing for each row
    when (old.status is distinct from new.status
        and new.status in ('renewed', 'ended', 'terminated', 'declined', 'withdrawn'))
    execute function pairing_settles();

create or replace view pairing_read as
select p.id, p.reference, p.enterprise, p.origin, p.proposer, p.matching_round, p.follows, p.follow_kind, p.status,
       p.version, p.terms, p.review, p.hash, p.public_display, p.proposed_at, p.changed_at, p.returned_at,
       p.returned_reason, p.approved_at, p.signed_at, p.ended_at, p.ended_reason, t.form, t.town, t.first_day,
       t.last_day, e.name as enterprise_name, e.status = 'verified' as enterprise_stands,
       array(select v.village from pairing_village v where v.pairing = p.id and v.number = p.terms order by v.village)
           as villages,
       t.notice_days, n.number as notice, n.seat as notice_seat, n.organisation as notice_organisation,
       n.person as notice_person, n.reason as notice_reason, n.ends_on as notice_ends_on, n.given_at as notice_given_at
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
join organisation e on e.id = p.enterprise
left join pairing_notice n on n.pairing = p.id and n.outcome is null;

-- An agreement under notice ends on the day of the notice, and nothing follows it.
create or replace function coverage_pair(within text, of_field text, soon date)
returns table (village text, pairing uuid, enterprise uuid, enterprise_name text, public_display text, form text,
               town text, fields text[], first_day date, last_day date, counts boolean, leaving boolean)
language sql stable as $$
    select v.village, p.id, p.enterprise, e.name, p.public_display, t.form, t.town, t.fields, t.first_day,
           least(t.last_day, o.ends_on), p.status = 'active',
           p.status = 'active' and least(t.last_day, o.ends_on) <= soon
               and (o.ends_on is not null or not exists (
                   select from pairing n
                   join pairing_village nv on nv.pairing = n.id and nv.number = n.terms and nv.village = v.village
                   where n.follows = p.id and n.status = 'signed'
               ))
    from pairing p
    join pairing_terms t on t.pairing = p.id and t.number = p.terms
    join pairing_village v on v.pairing = p.id and v.number = p.terms
    join organisation e on e.id = p.enterprise
    left join pairing_notice o on o.pairing = p.id and o.outcome is null
    where p.status in ('active', 'signed') and v.village like within || '%'
      and (of_field is null or of_field = any(t.fields))
$$;
