-- Needs from draft to public. Every state of the whole life is known from the start.

create table need (
    id uuid primary key,
    code text constraint need_code_unique unique,
    organisation uuid not null references organisation (id),
    village text not null references place (code),
    status text not null constraint need_status check (status in (
        'draft', 'town_review', 'federation_review', 'publicized', 'open', 'partly_funded', 'funded', 'in_progress',
        'acceptance', 'closed', 'returned', 'paused', 'withdrawn', 'expired')),
    -- Counts the changes of the text; a decision names the version that was read.
    version integer not null default 1,
    kind text not null default 'money' constraint need_kind check
        (kind in ('money', 'goods', 'jobs', 'purchase', 'technology', 'service')),
    field text constraint need_field check (field in (
        'specialty_industry', 'consumption_assistance', 'infrastructure', 'socialized_services', 'village_landscape',
        'rural_civility', 'talent_cultivation', 'low_income_support', 'special_hardship_relief', 'other')),
    title text not null,
    description text not null,
    amount_fen bigint constraint need_amount check (amount_fen between 0 and 10000000000000),
    wanted_by date,
    outcome text not null,
    outcome_quantity bigint,
    outcome_unit text not null,
    created_by uuid not null references person (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    published_at timestamptz,
    constraint need_village_level check (length(village) = 12),
    -- What left the village's desk is complete, whatever page or program sent it.
    constraint need_complete check (status in ('draft', 'returned', 'withdrawn')
        or (field is not null and title <> '' and description <> '' and amount_fen > 0 and wanted_by is not null
            and outcome <> '' and outcome_quantity > 0 and outcome_unit <> '')),
    constraint need_public_code check ((code is null) = (published_at is null)),
    constraint need_public_once check (status not in
        ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed') or code is not null)
);
create index need_of_organisation on need (organisation, changed_at desc);
create index need_to_review on need (village text_pattern_ops, changed_at) where status = 'federation_review';
create index need_published on need (published_at desc, id) where published_at is not null;

create table need_item (
    need uuid not null references need (id),
    position integer not null,
    name text not null,
    amount_fen bigint not null constraint need_item_amount check (amount_fen between 1 and 10000000000000),
    primary key (need, position)
);

create table need_photo (
    need uuid not null references need (id),
    position integer not null,
    file uuid not null references file (id),
    primary key (need, position)
);
create index need_photo_by_file on need_photo (file);

-- The running number of a county's codes in a year.
create table need_code_counter (
    county text not null references place (code),
    year integer not null,
    last bigint not null,
    primary key (county, year)
);

-- What everybody may read of a need.
create view needs_public as
select need.*
from need
where status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');
