-- What the province and the bureaus say of towns and villages beside their names. All of it is imported with its source
-- and day; what nobody has imported is unknown, never guessed.
create table place_import (
    id uuid primary key,
    -- What the list is called and who published it.
    source text not null constraint place_import_source check (length(source) between 4 and 200),
    as_of date not null constraint place_import_day check (as_of >= date '2000-01-01'),
    subject text not null constraint place_import_subject check (subject in ('town_class', 'village_type', 'place_fact')),
    rows_read integer not null constraint place_import_rows check (rows_read > 0),
    -- What was said anew or otherwise than before; a list that says nothing new is not written down.
    changed integer not null constraint place_import_changed check (changed > 0),
    file_name text not null,
    -- Of the file as it was uploaded: by it the same file is known again.
    sha256 bytea not null,
    made_by uuid not null references person (id),
    acting_for uuid not null references organisation (id),
    made_at timestamptz not null
);
create index place_import_latest on place_import (made_at desc, id desc);
create index place_import_by_file on place_import (sha256);
create trigger place_import_append_only before update or delete on place_import
    for each row execute function refuse_change();

-- 重点帮扶镇 or 巩固提升镇, and who leads its help. The last import that names a town counts.
create table town_class (
    town text primary key references place (code),
    class text not null constraint town_class_known check (class in ('key_assisted', 'consolidation')),
    lead text constraint town_class_lead check (lead in ('provincial_central', 'guangzhou', 'meizhou', 'county')),
    import uuid not null references place_import (id),
    constraint town_class_level check (length(town) = 9),
    -- A consolidating town is helped by its own county, a key-assisted one by somebody else.
    constraint town_class_lead_fits check (lead is null or (class = 'consolidation') = (lead = 'county'))
);

-- 干净整洁村, 美丽宜居村, 特色精品村.
create table village_type (
    village text primary key references place (code),
    type text not null constraint village_type_known check
        (type in ('clean_tidy', 'beautiful_livable', 'distinctive_premium')),
    import uuid not null references place_import (id),
    constraint village_type_level check (length(village) = 12)
);

-- Counts and sums of a place in a year, each a whole number of its indicator's unit. Never about a person.
create table place_fact (
    place text not null references place (code),
    indicator text not null constraint place_fact_indicator check
        (indicator in ('households', 'population', 'low_income_people', 'arable_mu', 'village_collective_income')),
    year integer not null constraint place_fact_year check (year between 2000 and 2100),
    value bigint not null constraint place_fact_value check (value between 0 and 1000000000000),
    import uuid not null references place_import (id),
    primary key (place, indicator, year)
);

-- Uploaded tables that wait to be read; their bytes lie where pictures do. A draft is its uploader's alone and is dropped
-- after seven days.
create table table_file (
    id uuid primary key,
    uploader uuid not null references person (id),
    name text not null constraint table_file_name check (length(name) between 1 and 200),
    bytes bigint not null,
    sha256 bytea not null,
    created_at timestamptz not null
);
create index table_file_old on table_file (created_at);

-- A place's page reads the needs that lie in it, and the hidden gifts of today.
create index need_public_by_village on need (village text_pattern_ops) where published_at is not null;
create index pledge_hidden_by_day on pledge (pledged_day) where not show_amount and need is not null;
