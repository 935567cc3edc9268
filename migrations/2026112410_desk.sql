-- What people open every day: the record of what happened, what waits for them, notices, and letters from anybody.

-- The record is read newest first; each filter has its index in that order.
create index event_by_time on event (at desc, seq desc);
create index event_by_verb on event (verb, at desc, seq desc);
create index event_by_kind on event (subject_kind, at desc, seq desc);
create index event_by_person on event (actor, at desc, seq desc) where actor is not null;
create index event_by_organisation on event (organisation, at desc, seq desc) where organisation is not null;

-- An event with the names that its ids stand for today; a name that was erased is none.
create view event_read as
select e.id, e.seq, e.at, e.actor, p.name as actor_name, e.organisation, o.name as organisation_name, e.verb,
       e.subject_kind, e.subject, e.before, e.after, e.reason, e.address
from event e
left join person_private p on p.person = e.actor
left join organisation o on o.id = e.organisation;

-- A person with what may have to be erased. Whoever reads it leaves an event.
create view person_read as
select p.id, p.account, pp.name, pp.email
from person p
left join person_private pp on pp.person = p.id;

-- What waits is found by index.
create index need_returned on need (organisation, changed_at) where status = 'returned';
create index payee_waiting on payee (charity, proposed_at) where status = 'proposed';
create index disbursement_waiting on disbursement (charity, status, prepared_at)
    where status in ('requested', 'checked', 'approved');
create index report_of_organisation on report (organisation);
create index spending_returned on spending_item (report) where status = 'returned';
create index pledge_awaited on pledge (enterprise, pledged_at)
    where status in ('pledged', 'agreed', 'partly_arrived', 'overdue');

-- What was given up and dealt with in another way is waited for no more.
alter table job add column set_aside_at timestamptz;
alter table job add constraint job_set_aside_dead check (set_aside_at is null or status = 'dead');
drop index job_dead;
create index job_dead on job (created_at) where status = 'dead' and set_aside_at is null;

-- When somebody spoke last about a need whose money was paid out and is not accounted for.
create view need_silence as
select n.id as need, n.organisation,
       greatest(p.first_paid_at, r.last_report_at) as silent_since
from needs_public n
join lateral (
    select min(d.paid_at) as first_paid_at
    from disbursement d
    where d.need = n.id and d.status in ('paid', 'bank_confirmed')
) p on p.first_paid_at is not null
left join lateral (select max(report.submitted_at) as last_report_at from report where report.need = n.id) r on true
join money_by_need m on m.need = n.id and m.disbursed_fen > m.spent_fen;

-- What every letter also is, for those without e-mail. May be emptied: nothing else refers to it.
create table notice (
    id uuid primary key,
    person uuid not null references person (id),
    kind text not null constraint notice_kind check (kind in (
        'need_returned', 'need_approved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid', 'report_published',
        'spending_returned', 'payee_changed', 'account', 'todo')),
    text text not null constraint notice_text check (text <> ''),
    -- Within the site.
    path text not null constraint notice_path check (path like '/%' and path not like '//%'),
    at timestamptz not null,
    read_at timestamptz,
    -- It waits for the next daily digest.
    for_digest boolean not null default false
);
create index notice_of_person on notice (person, at desc, id desc);
create index notice_unread on notice (person) where read_at is null;
create index notice_for_digest on notice (person, at) where for_digest;

-- Where somebody wants to read a kind of letter; without a row as `domain::notice` says.
create table notice_preference (
    person uuid not null references person (id),
    kind text not null constraint notice_preference_kind check (kind in (
        'need_returned', 'need_approved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid', 'report_published',
        'spending_returned', 'payee_changed', 'account', 'todo')),
    channel text not null constraint notice_preference_channel check (channel in ('at_once', 'digest', 'app')),
    changed_at timestamptz not null,
    primary key (person, kind),
    -- What law or money needs is mailed at once, whatever anybody wishes.
    constraint notice_preference_required check (
        kind not in ('pledge_made', 'arrival_confirmed', 'disbursement_paid', 'payee_changed', 'account')
        or channel = 'at_once'),
    -- A count of what waits is no letter of its own.
    constraint notice_preference_todo check (kind <> 'todo' or channel <> 'at_once')
);

-- What people are where, as far as it counts: active, in a verified organisation, of an account that is not disabled.
create view desk as
select m.person, m.organisation, o.name as organisation_name, o.kind, m.role, o.place, m.created_at as joined_at,
       coalesce(btrim(pp.email), '') <> '' as has_address
from membership m
join organisation o on o.id = m.organisation and o.status = 'verified'
join person p on p.id = m.person and p.disabled_at is null
left join person_private pp on pp.person = m.person
where m.status = 'active';

-- One digest a day and person, and the days that are done.
create table digest (
    person uuid not null references person (id),
    day date not null,
    written_at timestamptz not null,
    primary key (person, day)
);
create table digest_day (
    day date primary key,
    done_at timestamptz not null
);

-- What anybody asks, and what the federation of the place answers.
create sequence enquiry_number;

create table enquiry (
    id uuid primary key,
    reference text not null constraint enquiry_reference_unique unique
        constraint enquiry_reference_form check (reference ~ '^LX-[0-9]{4}-[0-9]+$'),
    -- Of the federation that answers: a county's, or the city's.
    place text not null references place (code) constraint enquiry_place check (length(place) in (4, 6)),
    topic text not null constraint enquiry_topic check
        (topic in ('need', 'giving', 'money', 'account', 'privacy', 'complaint', 'other')),
    status text not null constraint enquiry_status check (status in ('waiting', 'answered')),
    asked_at timestamptz not null,
    -- Of the latest message.
    changed_at timestamptz not null
);
create index enquiry_waiting on enquiry (place, changed_at, id) where status = 'waiting';
create index enquiry_answered on enquiry (place, changed_at desc, id desc) where status = 'answered';

-- Who asked; may have to be erased.
create table enquiry_private (
    enquiry uuid primary key references enquiry (id),
    name text not null,
    email text not null
);

-- The thread; its texts may have to be erased as well.
create table enquiry_message (
    enquiry uuid not null references enquiry (id),
    position integer not null constraint enquiry_message_position check (position > 0),
    -- Of the federation; none for the asker's own words.
    answered_by uuid references person (id),
    text text not null,
    at timestamptz not null,
    primary key (enquiry, position)
);
