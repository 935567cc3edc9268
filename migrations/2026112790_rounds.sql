-- Matching rounds (对接轮次): a federation sets out who takes part and which rules hold, has plans computed, and sends one
-- as proposals of pairings. A plan that is there is never changed: another computation is another run.
create table matching_round (
    id uuid primary key,
    -- The place of the federation that started it: its villages lie there.
    place text not null references place (code) constraint matching_round_place check (length(place) in (4, 6)),
    organisation uuid not null references organisation (id),
    status text not null default 'open' constraint matching_round_status check
        (status in ('open', 'sending', 'sent', 'closed')),
    -- Counts what is set out otherwise, rules too.
    version integer not null default 1,
    name text not null constraint matching_round_name check (char_length(name) between 2 and 60),
    places text[] not null constraint matching_round_places check (cardinality(places) between 1 and 200),
    fields text[] not null,
    villages text not null constraint matching_round_villages check
        (villages in ('open_need', 'open_need_unpaired', 'unpaired')),
    enterprises text not null constraint matching_round_enterprises check (enterprises in ('all', 'named')),
    counties text[] not null,
    industries text[] not null,
    enterprise_capacity integer not null constraint matching_round_enterprise_capacity check
        (enterprise_capacity between 1 and 50),
    enterprise_minimum integer not null constraint matching_round_enterprise_minimum check
        (enterprise_minimum between 0 and enterprise_capacity),
    village_capacity integer not null constraint matching_round_village_capacity check (village_capacity between 1 and 50),
    grouped_by text not null constraint matching_round_grouped_by check (grouped_by in ('town', 'county')),
    floor integer not null constraint matching_round_floor check (floor between 0 and 200),
    made_by uuid not null references person (id),
    made_at timestamptz not null,
    closed_by uuid references person (id),
    closed_at timestamptz,
    -- The plan that was sent, by whom and for which organisation, and what all proposals say.
    sent_run integer,
    sent_by uuid references person (id),
    sent_for uuid references organisation (id),
    sent_at timestamptz,
    terms jsonb,
    done_at timestamptz,
    constraint matching_round_sent check ((status in ('sending', 'sent')) = (sent_run is not null)
        and (sent_run is null) = (sent_by is null) and (sent_run is null) = (sent_for is null)
        and (sent_run is null) = (sent_at is null) and (sent_run is null) = (terms is null)),
    constraint matching_round_done check ((status = 'sent') = (done_at is not null)),
    constraint matching_round_closed check ((status = 'closed') = (closed_at is not null)
        and (closed_at is null) = (closed_by is null))
);
create index matching_round_latest on matching_round (place text_pattern_ops, made_at desc, id desc);
create trigger matching_round_stays before update of id, place, organisation, made_by, made_at on matching_round
    for each row execute function refuse_change();
-- What was sent or closed is not set out otherwise any more.
create trigger matching_round_over before update of version, name, places, fields, villages, enterprises, counties,
    industries, enterprise_capacity, enterprise_minimum, village_capacity, grouped_by, floor on matching_round
    for each row when (old.status <> 'open') execute function refuse_change();
create trigger matching_round_sent_once before update of sent_run, sent_by, sent_for, sent_at, terms on matching_round
    for each row when (old.sent_run is not null) execute function refuse_change();
create trigger matching_round_kept before delete on matching_round for each row execute function refuse_change();

-- A rule is added, and dropped when it counts no more.
create table matching_rule (
    id uuid primary key,
    round uuid not null references matching_round (id),
    kind text not null constraint matching_rule_kind check
        (kind in ('enterprise', 'village', 'floor', 'wish', 'fixed', 'forbidden')),
    enterprise uuid references organisation (id),
    place text references place (code),
    capacity integer constraint matching_rule_capacity check (capacity between 0 and 50),
    minimum integer constraint matching_rule_minimum check (minimum between 0 and 200),
    why text not null constraint matching_rule_why check (char_length(why) <= 200),
    organisation uuid not null references organisation (id),
    made_by uuid not null references person (id),
    made_at timestamptz not null,
    dropped_by uuid references person (id),
    dropped_at timestamptz,
    constraint matching_rule_of_enterprise check ((enterprise is not null) = (kind not in ('village', 'floor'))),
    constraint matching_rule_of_place check ((place is not null) = (kind <> 'enterprise')),
    constraint matching_rule_place_level check (place is null or case kind
        when 'wish' then length(place) = 9
        when 'floor' then length(place) in (6, 9)
        else length(place) = 12 end),
    constraint matching_rule_numbers check ((capacity is not null) = (kind in ('enterprise', 'village'))
        and (minimum is not null) = (kind in ('enterprise', 'village', 'floor')) and (capacity is null or minimum <= capacity)),
    constraint matching_rule_dropped check ((dropped_by is null) = (dropped_at is null))
);
-- One rule of a kind about one thing; of a pair either that it is fixed or that it is forbidden.
create unique index matching_rule_once on matching_rule (
    round, (case when kind in ('fixed', 'forbidden') then 'pair' else kind end),
    coalesce(enterprise, '00000000-0000-0000-0000-000000000000'), coalesce(place, '')
) where dropped_at is null;
create index matching_rule_of_round on matching_rule (round, made_at, id) where dropped_at is null;
create trigger matching_rule_stays before update of id, round, kind, enterprise, place, capacity, minimum, why,
    organisation, made_by, made_at on matching_rule for each row execute function refuse_change();
create trigger matching_rule_dropped_once before update on matching_rule for each row
    when (old.dropped_at is not null) execute function refuse_change();
create trigger matching_rule_kept before delete on matching_rule for each row execute function refuse_change();

-- Nobody rules over villages that are not his.
create function matching_rule_inside() returns trigger language plpgsql as $$
begin
    if new.place is not null and not exists (
        select from matching_round r where r.id = new.round and new.place like r.place || '%'
    ) then
        raise exception 'a rule of a round is about a place within it'
            using errcode = 'check_violation', constraint = 'matching_rule_inside';
    end if;
    return new;
end $$;
create trigger matching_rule_inside before insert on matching_rule
    for each row execute function matching_rule_inside();

-- One computation. What it is asked for, how far it is, and in the end what came of it.
create table matching_run (
    round uuid not null references matching_round (id),
    number integer not null constraint matching_run_number check (number > 0),
    -- Of the round, and what was set out then, with the rules.
    version integer not null,
    setup jsonb not null,
    rules jsonb not null,
    organisation uuid not null references organisation (id),
    asked_by uuid not null references person (id),
    asked_at timestamptz not null,
    status text not null default 'waiting' constraint matching_run_status check (status in (
        'waiting', 'computing', 'planned', 'contradiction', 'no_candidates', 'unsolved', 'cancelled')),
    phase text constraint matching_run_phase check (phase in ('relaxing', 'branching', 'explaining')),
    nodes bigint,
    best_value bigint,
    best_bound bigint,
    ended_at timestamptz,
    -- Of all that was reckoned with; and of enterprises, villages and scores alone.
    input text constraint matching_run_input check (input ~ '^[0-9a-f]{64}$'),
    facts text constraint matching_run_facts check (facts ~ '^[0-9a-f]{64}$'),
    wishes_value bigint,
    pairs_value bigint,
    relaxed bigint,
    bound bigint,
    enterprises integer,
    villages integer,
    candidates integer,
    enterprises_left integer,
    villages_left integer,
    milliseconds bigint,
    conflict jsonb,
    says text not null default '',
    primary key (round, number),
    constraint matching_run_ended check ((ended_at is null) = (status in ('waiting', 'computing'))),
    constraint matching_run_planned check ((status = 'planned') = (wishes_value is not null)
        and (status = 'planned') = (pairs_value is not null) and (status = 'planned') = (bound is not null)
        and (status = 'planned') = (relaxed is not null)
        and (status <> 'planned' or (input is not null and facts is not null and enterprises is not null
             and villages is not null and candidates is not null and enterprises_left is not null
             and villages_left is not null and nodes is not null and milliseconds is not null))),
    -- A plan is never worth more than what is proven.
    constraint matching_run_proven check (wishes_value + pairs_value <= bound),
    constraint matching_run_conflict check ((status = 'contradiction') = (conflict is not null))
);
-- One at a time.
create unique index matching_run_under_way on matching_run (round) where ended_at is null;
create trigger matching_run_stays before update of round, number, version, setup, rules, organisation, asked_by, asked_at
    on matching_run for each row execute function refuse_change();
create trigger matching_run_over before update on matching_run for each row
    when (old.ended_at is not null) execute function refuse_change();
create trigger matching_run_kept before delete on matching_run for each row execute function refuse_change();
alter table matching_round add constraint matching_round_of_run foreign key (id, sent_run)
    references matching_run (round, number);

-- The pairs of a plan, by village.
create table matching_run_pair (
    round uuid not null,
    number integer not null,
    position integer not null,
    enterprise uuid not null references organisation (id),
    village text not null references place (code) constraint matching_run_pair_village check (length(village) = 12),
    score integer not null constraint matching_run_pair_score check (score >= 0),
    need uuid references need (id),
    reasons jsonb not null,
    fixed boolean not null,
    primary key (round, number, position),
    foreign key (round, number) references matching_run (round, number),
    constraint matching_run_pair_once unique (round, number, enterprise, village)
);
create trigger matching_run_pair_stays before update or delete on matching_run_pair
    for each row execute function refuse_change();

-- The wishes for whole towns, taken or left.
create table matching_run_wish (
    round uuid not null,
    number integer not null,
    position integer not null,
    enterprise uuid not null references organisation (id),
    town text not null references place (code) constraint matching_run_wish_town check (length(town) = 9),
    villages text[] not null,
    score bigint not null,
    -- None for one that is taken.
    left_because text constraint matching_run_wish_left check
        (left_because in ('enterprise_out', 'town_covered', 'not_best')),
    primary key (round, number, position),
    foreign key (round, number) references matching_run (round, number)
);
create trigger matching_run_wish_stays before update or delete on matching_run_wish
    for each row execute function refuse_change();
-- A plan gives a town to one.
create unique index matching_run_wish_taken on matching_run_wish (round, number, town) where left_because is null;

-- Pairs that were left out by themselves.
create table matching_run_exclusion (
    round uuid not null,
    number integer not null,
    enterprise uuid not null references organisation (id),
    village text not null references place (code),
    kind text not null constraint matching_run_exclusion_kind check (kind in ('dismissed', 'paired')),
    primary key (round, number, enterprise, village),
    foreign key (round, number) references matching_run (round, number)
);
create trigger matching_run_exclusion_stays before update or delete on matching_run_exclusion
    for each row execute function refuse_change();

-- How many villages of a town take part, and how many of them got somebody: for the map of a plan.
create table matching_run_town (
    round uuid not null,
    number integer not null,
    town text not null references place (code),
    villages integer not null,
    with_one integer not null,
    with_many integer not null,
    primary key (round, number, town),
    foreign key (round, number) references matching_run (round, number),
    constraint matching_run_town_counts check (with_one >= 0 and with_many >= 0 and with_one + with_many <= villages)
);
create trigger matching_run_town_stays before update or delete on matching_run_town
    for each row execute function refuse_change();

-- What goes out of a plan: an enterprise and a village, or a town, once in a round. The pairing's id is known before it is
-- proposed, so that whoever goes on after a crash proposes the same.
create table matching_proposal (
    round uuid not null references matching_round (id),
    enterprise uuid not null references organisation (id),
    place text not null references place (code) constraint matching_proposal_place check (length(place) in (9, 12)),
    position integer not null,
    villages text[] not null constraint matching_proposal_villages check (cardinality(villages) > 0),
    field text,
    pairing uuid not null constraint matching_proposal_pairing unique,
    made boolean,
    says text not null default '',
    done_at timestamptz,
    constraint matching_proposal_once primary key (round, enterprise, place),
    constraint matching_proposal_in_order unique (round, position),
    constraint matching_proposal_done check ((made is null) = (done_at is null))
);
create index matching_proposal_next on matching_proposal (round, position) where done_at is null;
create trigger matching_proposal_stays before update of round, enterprise, place, position, villages, field, pairing
    on matching_proposal for each row execute function refuse_change();
create trigger matching_proposal_done_once before update on matching_proposal for each row
    when (old.done_at is not null) execute function refuse_change();
create trigger matching_proposal_kept before delete on matching_proposal for each row execute function refuse_change();

alter table pairing add constraint pairing_of_known_round foreign key (matching_round) references matching_round (id);

-- Which enterprise and village are paired or talk about it, for whoever pairs others.
create view pairing_standing as
select p.id as pairing, p.enterprise, v.village, t.town, p.status in ('approved', 'signed', 'active') as under_way
from pairing p
join pairing_terms t on t.pairing = p.id and t.number = p.terms
join pairing_village v on v.pairing = p.id and v.number = p.terms
where p.status not in ('renewed', 'ended', 'terminated', 'declined', 'withdrawn');
