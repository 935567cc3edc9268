-- What enterprises could give (供给意向), what they say of themselves so that fitting needs are found, and the needs that
-- they set aside. An offer is no pledge: no view of money reads these tables.

create table offer (
    id uuid primary key,
    enterprise uuid not null references organisation (id),
    status text not null constraint offer_status check (status in ('draft', 'open', 'closed', 'expired')),
    -- Counts the changes of the text.
    version integer not null default 1,
    kind text constraint offer_kind check (kind in ('money', 'goods', 'jobs', 'purchase', 'technology', 'service')),
    -- Of the nine.
    fields text[] not null constraint offer_fields check (fields <@ array[
        'specialty_industry', 'consumption_assistance', 'infrastructure', 'socialized_services', 'village_landscape',
        'rural_civility', 'talent_cultivation', 'low_income_support', 'special_hardship_relief']),
    -- Codes of counties and towns; none means all of Meizhou.
    places text[] not null constraint offer_places check
        (cardinality(places) <= 30 and array_to_string(places, ' ') ~ '^(4414[0-9]{2}([0-9]{3})?( |$))*$'),
    amount_from_fen bigint constraint offer_amount_from check (amount_from_fen between 1 and 100000000000),
    amount_to_fen bigint constraint offer_amount_to check (amount_to_fen between 1 and 100000000000),
    quantity bigint constraint offer_quantity check (quantity between 1 and 1000000000),
    unit text not null constraint offer_unit check (char_length(unit) <= 10),
    title text not null constraint offer_title check (char_length(title) <= 40),
    words text not null constraint offer_words check (char_length(words) <= 1000),
    -- The last day on which it holds.
    until date,
    created_by uuid not null references person (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    opened_at timestamptz,
    ended_at timestamptz,
    constraint offer_range check (amount_from_fen <= amount_to_fen),
    -- Money has a range, everything else a quantity with its unit; the two are never mixed.
    constraint offer_measured_by_kind check (case kind
        when 'money' then quantity is null and unit = ''
        else kind is null or (amount_from_fen is null and amount_to_fen is null) end),
    -- What others read is complete, whatever page or program sent it.
    constraint offer_complete check (status = 'draft' or (
        kind is not null and cardinality(fields) > 0 and title <> '' and words <> '' and until is not null
        and case kind when 'money' then amount_from_fen is not null and amount_to_fen is not null
            else quantity is not null and unit <> '' end)),
    constraint offer_opened_when check ((status = 'draft') = (opened_at is null)),
    constraint offer_ended_when check ((status in ('closed', 'expired')) = (ended_at is not null))
);
create index offer_of_enterprise on offer (enterprise, changed_at desc, id desc);
-- The list, newest first, and one kind of it; by field and by place.
create index offer_open on offer (opened_at desc, id desc) where status = 'open';
create index offer_open_of_kind on offer (kind, opened_at desc, id desc) where status = 'open';
create index offer_open_by_field on offer using gin (fields) where status = 'open';
create index offer_open_by_place on offer using gin (places) where status = 'open';
create index offer_ending on offer (until) where status = 'open';

-- An offer with whose it is. Of an enterprise that may not act now nothing is offered.
create view offer_read as
select o.*, e.name as enterprise_name, r.industry
from offer o
join organisation e on e.id = o.enterprise and e.status = 'verified'
left join registration r on r.organisation = o.enterprise;

-- For recommendations only; read by the enterprise itself and its federation.
create table enterprise_profile (
    enterprise uuid primary key references organisation (id),
    version integer not null constraint enterprise_profile_version check (version > 0),
    business text not null constraint enterprise_profile_business check (char_length(business) <= 200),
    base text references place (code) constraint enterprise_profile_base check (length(base) in (6, 9)),
    places text[] not null constraint enterprise_profile_places check
        (cardinality(places) <= 30 and array_to_string(places, ' ') ~ '^(4414[0-9]{2}([0-9]{3})?( |$))*$'),
    fields text[] not null constraint enterprise_profile_fields check (fields <@ array[
        'specialty_industry', 'consumption_assistance', 'infrastructure', 'socialized_services', 'village_landscape',
        'rural_civility', 'talent_cultivation', 'low_income_support', 'special_hardship_relief']),
    kinds text[] not null constraint enterprise_profile_kinds check
        (kinds <@ array['money', 'goods', 'jobs', 'purchase', 'technology', 'service']),
    amount_from_fen bigint constraint enterprise_profile_from check (amount_from_fen between 1 and 100000000000),
    amount_to_fen bigint constraint enterprise_profile_to check (amount_to_fen between 1 and 100000000000),
    changed_by uuid not null references person (id),
    changed_at timestamptz not null,
    constraint enterprise_profile_range check (amount_from_fen <= amount_to_fen)
);

-- “Not for us”: not recommended again until that is undone. Why is for the enterprise and the federation.
create table need_dismissal (
    id uuid primary key,
    enterprise uuid not null references organisation (id),
    need uuid not null references need (id),
    why text not null constraint need_dismissal_why check
        (why in ('too_far', 'other_business', 'too_much', 'bad_timing', 'unclear', 'already_helping', 'other')),
    note text not null constraint need_dismissal_note check (char_length(note) <= 200),
    dismissed_by uuid not null references person (id),
    at timestamptz not null,
    undone_by uuid references person (id),
    undone_at timestamptz,
    constraint need_dismissal_other_said check (why <> 'other' or note <> ''),
    constraint need_dismissal_undone_when check ((undone_by is null) = (undone_at is null))
);
create unique index need_dismissal_once on need_dismissal (enterprise, need) where undone_at is null;
create index need_dismissal_of_enterprise on need_dismissal (enterprise, at desc, id desc) where undone_at is null;
create index need_dismissal_of_need on need_dismissal (need, at desc, id desc) where undone_at is null;

-- What enterprises can still answer. The newest and the longest waiting of each county and field, and of each town, are
-- found without reading the others.
create view need_open as
select need.*
from need
where status in ('open', 'partly_funded');
create index need_open_by_county on need (left(village, 6), field, published_at, id)
    where status in ('open', 'partly_funded');
create index need_open_by_town on need (left(village, 9), published_at, id)
    where status in ('open', 'partly_funded');

-- What of an open need its recommendation is made from. Other kinds than money are pledged elsewhere.
create view need_matched as
select n.id, n.organisation, n.village, n.field, n.kind, n.title, n.outcome, n.amount_fen, n.published_at,
       p.pledges, p.counted_fen, list.source as key_assisted
from need_open n
left join lateral (
    select count(*) as pledges, coalesce(sum(c.counted_fen), 0)::bigint as counted_fen
    from pledge_counted c
    where c.need = n.id and c.counted_fen > 0
) p on true
left join town_class t on t.town = left(n.village, 9) and t.class = 'key_assisted'
left join place_import list on list.id = t.import;
