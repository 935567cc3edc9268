-- Pairings: an enterprise and villages, or a town, agree on a term and on what each of them does. No view of money reads
-- these tables; what was given under a pairing is read from pledges and commitments.

-- One text as a range, so that "the same text" and "overlapping days" stand in one exclusion constraint.
create type exact_text as range (subtype = text, collation = "C");

create sequence pairing_number;

create table pairing (
    id uuid primary key,
    reference text not null constraint pairing_reference_unique unique
        constraint pairing_reference_form check (reference ~ '^JD-[0-9]{4}-[0-9]+$'),
    enterprise uuid not null references organisation (id),
    origin text not null constraint pairing_origin check (origin in ('enterprise', 'village', 'town', 'federation', 'round')),
    -- The organisation that proposed it; it withdraws, the others decline.
    proposer uuid not null references organisation (id),
    matching_round uuid constraint pairing_of_round check (matching_round is null or origin = 'round'),
    follows uuid references pairing (id),
    follow_kind text constraint pairing_follow_kind check (follow_kind in ('renewal', 'hand_over')),
    status text not null constraint pairing_status check (status in (
        'proposed', 'mutually_agreed', 'under_review', 'approved', 'signed', 'active', 'renewed', 'ended', 'terminated',
        'declined', 'withdrawn')),
    -- Counts what happens to it; a decision names the version that was read.
    version integer not null default 1,
    -- The number of the terms that are talked about.
    terms integer not null default 1 constraint pairing_terms_number check (terms between 1 and 50),
    -- How often the sides were asked: what they agreed to before the federation gave it back counts no more.
    review integer not null default 1,
    -- Of the text of the agreement that was approved.
    hash text,
    public_display text not null default 'anonymous' constraint pairing_display check
        (public_display in ('name', 'partial', 'anonymous')),
    proposed_by uuid not null references person (id),
    proposed_at timestamptz not null,
    changed_at timestamptz not null,
    reviewer uuid references person (id),
    returned_at timestamptz,
    returned_reason text,
    approved_by uuid references person (id),
    approved_at timestamptz,
    signed_at timestamptz,
    ended_at timestamptz,
    ended_by uuid references person (id),
    ended_reason text,
    constraint pairing_follows_whole check ((follows is null) = (follow_kind is null)),
    constraint pairing_returned_why check ((returned_at is null) = (returned_reason is null) and returned_reason <> ''),
    constraint pairing_reviewed check (status <> 'under_review' or reviewer is not null),
    constraint pairing_approved check (status not in ('approved', 'signed', 'active', 'renewed', 'ended', 'terminated')
        or (hash is not null and approved_at is not null)),
    constraint pairing_signed check (status not in ('signed', 'active', 'renewed', 'ended', 'terminated')
        or signed_at is not null),
    constraint pairing_ended check
        ((ended_at is not null) = (status in ('renewed', 'ended', 'terminated', 'declined', 'withdrawn'))),
    constraint pairing_ended_why check
        (status not in ('terminated', 'declined', 'withdrawn') or (ended_by is not null and ended_reason <> ''))
);
create index pairing_of_enterprise on pairing (enterprise, changed_at desc, id desc);
create index pairing_in_order on pairing (changed_at desc, id desc);
create index pairing_to_begin on pairing (id) where status = 'signed';
create index pairing_to_end on pairing (id) where status = 'active';
-- One renewal of a pairing is talked about at a time, and one enterprise takes it over.
create unique index pairing_followed_once on pairing (follows)
    where follows is not null and status not in ('declined', 'withdrawn', 'terminated');

create trigger pairing_stays before update of id, reference, enterprise, origin, proposer, matching_round, follows,
    follow_kind, proposed_by, proposed_at on pairing for each row execute function refuse_change();
create trigger pairing_kept before delete on pairing for each row execute function refuse_change();

create table pairing_terms (
    pairing uuid not null references pairing (id),
    number integer not null constraint pairing_terms_in_order check (number between 1 and 50),
    form text not null constraint pairing_terms_form check
        (form in ('village_pairing', 'joint_building', 'town_coverage')),
    town text references place (code) constraint pairing_terms_town_code check (length(town) = 9),
    first_day date not null,
    last_day date not null,
    purpose text not null constraint pairing_terms_purpose check (purpose <> ''),
    enterprise_does text not null constraint pairing_terms_enterprise_does check (enterprise_does <> ''),
    places_do text not null constraint pairing_terms_places_do check (places_do <> ''),
    fields text[] not null constraint pairing_terms_fields check (cardinality(fields) between 1 and 10),
    joint jsonb,
    organisation uuid not null references organisation (id),
    written_by uuid not null references person (id),
    written_at timestamptz not null,
    primary key (pairing, number),
    constraint pairing_terms_town check ((town is not null) = (form = 'town_coverage')),
    constraint pairing_terms_joint check ((joint is not null) = (form = 'joint_building')),
    constraint pairing_terms_days check (last_day >= first_day + 29 and last_day < first_day + interval '10 years')
);
create trigger pairing_terms_stay before update or delete on pairing_terms
    for each row execute function refuse_change();

-- The villages that terms list.
create table pairing_village (
    pairing uuid not null,
    number integer not null,
    village text not null references place (code) constraint pairing_village_code check (length(village) = 12),
    primary key (pairing, number, village),
    foreign key (pairing, number) references pairing_terms (pairing, number)
);
create index pairing_village_by_place on pairing_village (village text_pattern_ops, pairing);
create trigger pairing_village_stays before update or delete on pairing_village
    for each row execute function refuse_change();

-- Of a town's coverage the villages are the town's.
create function pairing_village_in_town() returns trigger language plpgsql as $$
begin
    if exists (
        select from pairing_terms t
        where t.pairing = new.pairing and t.number = new.number and t.town is not null and left(new.village, 9) <> t.town
    ) then
        raise exception 'a town''s coverage lists the villages of that town'
            using errcode = 'check_violation', constraint = 'pairing_village_in_town';
    end if;
    return new;
end $$;
create trigger pairing_village_in_town before insert on pairing_village
    for each row execute function pairing_village_in_town();

-- Who has agreed to which terms: `enterprise`, or the code of a place.
create table pairing_agreement (
    pairing uuid not null,
    number integer not null,
    review integer not null,
    side text not null constraint pairing_agreement_side check (side ~ '^(enterprise|4414[0-9]{5}([0-9]{3})?)$'),
    organisation uuid not null references organisation (id),
    person uuid not null references person (id),
    note text not null constraint pairing_agreement_note check (char_length(note) <= 500),
    agreed_at timestamptz not null,
    primary key (pairing, number, review, side),
    foreign key (pairing, number) references pairing_terms (pairing, number)
);
create trigger pairing_agreement_stays before update or delete on pairing_agreement
    for each row execute function refuse_change();

create table pairing_message (
    id uuid primary key,
    pairing uuid not null references pairing (id),
    seat text not null constraint pairing_message_seat check (seat in ('enterprise', 'place', 'federation')),
    organisation uuid not null references organisation (id),
    person uuid not null references person (id),
    text text not null constraint pairing_message_text check (char_length(text) between 1 and 1000),
    written_at timestamptz not null
);
create index pairing_message_of on pairing_message (pairing, written_at, id);
create trigger pairing_message_stays before update or delete on pairing_message
    for each row execute function refuse_change();

-- The text of an agreement as it was approved: all that is printed, and the villages that its town had then.
create table pairing_text (
    pairing uuid not null references pairing (id),
    hash text not null,
    number integer not null,
    text text not null,
    enterprise_name text not null,
    town_villages text[] not null,
    made_at timestamptz not null,
    primary key (pairing, hash),
    constraint pairing_text_hash check (hash = encode(sha256(convert_to(text, 'UTF8')), 'hex'))
);
create trigger pairing_text_stays before update or delete on pairing_text
    for each row execute function refuse_change();
alter table pairing add constraint pairing_of_its_text foreign key (id, hash) references pairing_text (pairing, hash);

-- A side says in the system that this text is what it wants (确认); the stamped paper is the agreement.
create table pairing_confirmation (
    pairing uuid not null,
    hash text not null,
    side text not null constraint pairing_confirmation_side check (side ~ '^(enterprise|4414[0-9]{5}([0-9]{3})?)$'),
    organisation uuid not null references organisation (id),
    person uuid not null references person (id),
    note text not null constraint pairing_confirmation_note check (char_length(note) <= 500),
    confirmed_at timestamptz not null,
    primary key (pairing, hash, side),
    foreign key (pairing, hash) references pairing_text (pairing, hash)
);
create trigger pairing_confirmation_stays before update or delete on pairing_confirmation
    for each row execute function refuse_change();

create table pairing_paper (
    id uuid primary key,
    pairing uuid not null,
    hash text not null,
    seat text not null constraint pairing_paper_seat check (seat in ('enterprise', 'place', 'federation')),
    organisation uuid not null references organisation (id),
    uploaded_by uuid not null references person (id),
    uploaded_at timestamptz not null,
    accepted_by uuid references person (id),
    accepted_at timestamptz,
    foreign key (pairing, hash) references pairing_text (pairing, hash),
    constraint pairing_paper_two_people check (accepted_by <> uploaded_by),
    constraint pairing_paper_accepted_when check ((accepted_by is null) = (accepted_at is null))
);
create index pairing_paper_of on pairing_paper (pairing, uploaded_at);
create trigger pairing_paper_stays before update of id, pairing, hash, seat, organisation, uploaded_by, uploaded_at
    on pairing_paper for each row execute function refuse_change();
create trigger pairing_paper_accepted_once before update on pairing_paper for each row
    when (old.accepted_at is not null) execute function refuse_change();
create trigger pairing_paper_kept before delete on pairing_paper for each row execute function refuse_change();

create table pairing_paper_file (
    paper uuid not null references pairing_paper (id),
    position integer not null,
    file uuid not null references file (id),
    primary key (paper, position)
);
create index pairing_paper_file_by_file on pairing_paper_file (file);

-- What an agreement under way holds for its term: its town as a town's coverage, or each village for this enterprise in
-- this form. Written with the state, never by itself.
create table pairing_hold (
    pairing uuid not null references pairing (id),
    key text not null,
    term daterange not null,
    primary key (pairing, key),
    constraint pairing_one_under_way exclude using gist (exact_text(key, key, '[]') with &&, term with &&)
);

create function pairing_holds() returns trigger language plpgsql as $$
begin
    delete from pairing_hold where pairing = new.id;
    if new.status in ('approved', 'signed', 'active') then
        insert into pairing_hold (pairing, key, term)
        select distinct new.id,
               case when t.form = 'town_coverage' then t.town
                    else new.enterprise || ':' || t.form || ':' || v.village end,
               daterange(t.first_day, t.last_day, '[]')
        from pairing_terms t
        join pairing_village v on v.pairing = t.pairing and v.number = t.number
        where t.pairing = new.id and t.number = new.terms;
    end if;
    return null;
end $$;
create trigger pairing_holds after update of status on pairing for each row
    when (old.status is distinct from new.status) execute function pairing_holds();
-- Of a new pairing there are no terms yet.
create function pairing_begins() returns trigger language plpgsql as $$
begin
    if new.status <> 'proposed' then
        raise exception 'a pairing begins as a proposal'
            using errcode = 'check_violation', constraint = 'pairing_begins';
    end if;
    return new;
end $$;
create trigger pairing_begins before insert on pairing for each row execute function pairing_begins();

-- The joint plan. A day counts when both sides have agreed on it.
create table pairing_milestone (
    id uuid primary key,
    pairing uuid not null references pairing (id),
    version integer not null default 1,
    title text not null constraint pairing_milestone_title check (char_length(title) between 1 and 60),
    owner text not null constraint pairing_milestone_owner check (owner ~ '^(enterprise|4414[0-9]{5}([0-9]{3})?)$'),
    due_on date,
    proposed_day date,
    -- Which seat proposed the day: the other one accepts it.
    proposed_seat text constraint pairing_milestone_seat check (proposed_seat in ('enterprise', 'place')),
    status text not null constraint pairing_milestone_status check
        (status in ('planned', 'submitted', 'verified', 'returned', 'dropped')),
    created_by uuid not null references person (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    -- How often it was reported; the latest one counts.
    reports integer not null default 0,
    decided_by uuid references person (id),
    decided_at timestamptz,
    reason text,
    constraint pairing_milestone_proposed check ((proposed_day is null) = (proposed_seat is null)),
    constraint pairing_milestone_agreed check (due_on is not null or status = 'dropped'
        or (status = 'planned' and proposed_day is not null)),
    constraint pairing_milestone_reported check (status not in ('submitted', 'verified', 'returned') or reports > 0),
    constraint pairing_milestone_decided check
        (status not in ('verified', 'returned') or (decided_by is not null and decided_at is not null)),
    constraint pairing_milestone_returned_why check (status <> 'returned' or reason <> '')
);
create index pairing_milestone_of on pairing_milestone (pairing, due_on);
create index pairing_milestone_awaited on pairing_milestone (due_on, id) where status in ('planned', 'returned');
create trigger pairing_milestone_stays before update of id, pairing, title, owner, created_by, created_at
    on pairing_milestone for each row execute function refuse_change();
create trigger pairing_milestone_kept before delete on pairing_milestone
    for each row execute function refuse_change();

create table pairing_milestone_report (
    milestone uuid not null references pairing_milestone (id),
    number integer not null,
    note text not null constraint pairing_milestone_report_note check (char_length(note) <= 500),
    person uuid not null references person (id),
    reported_at timestamptz not null,
    primary key (milestone, number)
);
create trigger pairing_milestone_report_stays before update or delete on pairing_milestone_report
    for each row execute function refuse_change();

create table pairing_milestone_file (
    milestone uuid not null,
    number integer not null,
    position integer not null,
    file uuid not null references file (id),
    primary key (milestone, number, position),
    foreign key (milestone, number) references pairing_milestone_report (milestone, number)
);
create index pairing_milestone_file_by_file on pairing_milestone_file (file);

-- What was sent before the end, and about a milestone's day: once each; another day is reminded of anew.
create table pairing_reminder (
    pairing uuid not null references pairing (id),
    reminder text not null constraint pairing_reminder_known check (reminder in ('sixty_days', 'thirty_days')),
    sent_at timestamptz not null,
    primary key (pairing, reminder)
);
create table pairing_milestone_reminder (
    milestone uuid not null references pairing_milestone (id),
    reminder text not null constraint pairing_milestone_reminder_known check
        (reminder in ('due_soon', 'late', 'very_late')),
    due_on date not null,
    sent_at timestamptz not null,
    primary key (milestone, reminder, due_on)
);

-- A pairing with the terms that are talked about, or were agreed on.
create view pairing_read as
select p.id, p.reference, p.enterprise, p.origin, p.proposer, p.matching_round, p.follows, p.follow_kind, p.status,
       p.version, p.terms, p.review, p.hash, p.public_display, p.proposed_at, p.changed_at, p.returned_at,
       p.returned_reason, p.approved_at, p.signed_at, p.ended_at, p.ended_reason, t.form, t.town, t.first_day,
       t.last_day, e.name as enterprise_name, e.status = 'verified' as enterprise_stands,
       array(select v.village from pairing_village v where v.pairing = p.id and v.number = p.terms order by v.village)
           as villages
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
join organisation e on e.id = p.enterprise;

-- The sides of a pairing and who speaks for each: its own organisation, else its town's; none: the federation.
create view pairing_side as
select p.id as pairing, 'enterprise' as side, null::text as place, p.enterprise as own, p.enterprise as speaker
from pairing p
union all
select p.id, s.place, s.place, case when s.village then v.id else w.id end, coalesce(v.id, w.id)
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
cross join lateral (
    select t.town as place, false as village where t.form = 'town_coverage'
    union all
    select pv.village, true
    from pairing_village pv
    where pv.pairing = p.id and pv.number = p.terms and t.form <> 'town_coverage'
) s
left join organisation v on v.kind = 'village' and v.place = s.place and v.status = 'verified'
left join organisation w on w.kind = 'town' and w.place = left(s.place, 9) and w.status = 'verified';

-- What of a pairing waits for whom: for whoever speaks for a side; without a speaker for the federation. With the day of
-- a milestone.
create view pairing_waits as
select w.pairing, s.speaker, w.since, w.due_on
from (
    select p.id as pairing, s.side, p.changed_at as since, null::date as due_on
    from pairing p
    join pairing_side s on s.pairing = p.id
    where p.status = 'proposed'
      and not exists (select from pairing_agreement a
                      where a.pairing = p.id and a.number = p.terms and a.review = p.review and a.side = s.side)
    union all
    select p.id, 'federation', p.changed_at, null
    from pairing p
    where p.status in ('mutually_agreed', 'under_review')
    union all
    select p.id, s.side, p.changed_at, null
    from pairing p
    join pairing_side s on s.pairing = p.id
    where p.status = 'approved'
      and not exists (select from pairing_confirmation c
                      where c.pairing = p.id and c.hash = p.hash and c.side = s.side)
    union all
    select p.id, s.side, p.changed_at, null
    from pairing p
    join pairing_side s on s.pairing = p.id
    where p.status = 'approved'
      and not exists (select from pairing_side o
                      where o.pairing = p.id and not exists (select from pairing_confirmation c
                                                             where c.pairing = p.id and c.hash = p.hash and c.side = o.side))
      and not exists (select from pairing_paper a where a.pairing = p.id and a.hash = p.hash)
    union all
    select p.id, 'federation', a.uploaded_at, null
    from pairing p
    join pairing_paper a on a.pairing = p.id and a.hash = p.hash and a.accepted_at is null
    where p.status = 'approved'
    union all
    select p.id, s.side, m.changed_at, null
    from pairing p
    join pairing_milestone m on m.pairing = p.id and m.status = 'submitted'
    join pairing_side s on s.pairing = p.id and (s.side = 'enterprise') <> (m.owner = 'enterprise')
    where p.status in ('approved', 'signed', 'active')
    union all
    select p.id, s.side, m.changed_at, null
    from pairing p
    join pairing_milestone m on m.pairing = p.id and m.proposed_day is not null
    join pairing_side s on s.pairing = p.id and (s.side = 'enterprise') <> (m.proposed_seat = 'enterprise')
    where p.status in ('approved', 'signed', 'active')
    union all
    select p.id, m.owner, m.changed_at, m.due_on
    from pairing p
    join pairing_milestone m on m.pairing = p.id and m.status in ('planned', 'returned') and m.due_on is not null
    where p.status in ('approved', 'signed', 'active')
) w
left join pairing_side s on s.pairing = w.pairing and s.side = w.side;

-- Pledges of the enterprise to public needs of the villages, from the first day of the term until the pairing ended.
create view pairing_pledge as
select p.id as pairing, k.id as pledge, k.need, n.code as need_code, n.title as need_title, k.show_amount,
       k.share_with_recipient, k.pledged_at, k.counted_fen as pledged_fen, k.arrived_fen,
       coalesce(m.disbursed_fen, 0)::bigint as disbursed_fen, coalesce(m.spent_fen, 0)::bigint as spent_fen
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
join pledge_counted k on k.enterprise = p.enterprise
    and k.pledged_at >= t.first_day::timestamp at time zone 'Asia/Shanghai'
    and (p.ended_at is null or k.pledged_at < p.ended_at)
join needs_public n on n.id = k.need
join pairing_village v on v.pairing = p.id and v.number = p.terms and v.village = n.village
left join lateral (
    select sum(case when t.credit like 'advance:%' then t.amount_fen
                    when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                    else 0 end) as disbursed_fen,
           sum(case when t.credit like 'spent:%' then t.amount_fen
                    when t.debit like 'spent:%' then -t.amount_fen
                    else 0 end) as spent_fen
    from bank_line_part part
    join transfer t on t.lot = part.lot and t.asset = 'cny'
    where part.pledge = k.id
) m on true
where p.status in ('active', 'renewed', 'ended', 'terminated') and k.counted_fen > 0;

-- The same for what was promised besides money.
create view pairing_commitment as
select p.id as pairing, c.id as commitment, c.kind, c.unit, c.counted, c.delivered
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
join commitment_in_totals c on c.enterprise = p.enterprise
    and c.promised_at >= t.first_day::timestamp at time zone 'Asia/Shanghai'
    and (p.ended_at is null or c.promised_at < p.ended_at)
join pairing_village v on v.pairing = p.id and v.number = p.terms and v.village = c.village
where p.status in ('active', 'renewed', 'ended', 'terminated');

-- Stamped papers and pictures of milestones: for the sides, the towns and the federations above them.
create view pairing_file as
select f.file, a.pairing
from pairing_paper_file f
join pairing_paper a on a.id = f.paper
union all
select f.file, m.pairing
from pairing_milestone_file f
join pairing_milestone m on m.id = f.milestone;

create or replace view file_reader as
select document as file, organisation from payee where document is not null
union all
select document, charity from payee where document is not null
union all
select f.file, p.enterprise
from pairing_file f
join pairing p on p.id = f.pairing
union all
select distinct f.file, o.id
from pairing_file f
join pairing p on p.id = f.pairing
join pairing_village v on v.pairing = p.id and v.number = p.terms
join organisation o on o.kind in ('village', 'town', 'federation')
    and o.place in (v.village, left(v.village, 9), left(v.village, 6), left(v.village, 4));

alter table notice drop constraint notice_kind;
alter table notice add constraint notice_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'pairing', 'saved_search', 'account', 'todo'));
alter table notice_preference drop constraint notice_preference_kind;
alter table notice_preference add constraint notice_preference_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'pairing', 'saved_search', 'account', 'todo'));
