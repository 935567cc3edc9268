-- What the province and the bureaus say of towns and villages beside their names. All of it is imported with its source
-- and day; what nobody has imported is unknown, never guessed.
create table place_import (
    id uuid primary key,
    -- What the list is called and who published it.
    source text not null constraint place_import_source check (length(source) between 4 and 200),
    as_of date not null,
    subject text not null constraint place_import_subject check (subject in ('town_class', 'village_type', 'place_fact')),
    rows_read integer not null constraint place_import_rows check (rows_read > 0),
    made_by uuid not null references person (id),
    acting_for uuid not null references organisation (id),
    made_at timestamptz not null
);
create index place_import_latest on place_import (made_at desc, id desc);

-- 重点帮扶镇 or 巩固提升镇, and who leads its help. The last import that names a town counts.
create table town_class (
    town text primary key references place (code),
    class text not null constraint town_class_known check (class in ('key_assisted', 'consolidation')),
    lead text constraint town_class_lead check (lead in ('provincial_central', 'guangzhou', 'meizhou', 'county')),
    import uuid not null references place_import (id),
    constraint town_class_level check (length(town) = 9)
);

-- 干净整洁村, 美丽宜居村, 特色精品村.
create table village_type (
    village text primary key references place (code),
    type text not null constraint village_type_known check
        (type in ('clean_tidy', 'beautiful_livable', 'distinctive_premium')),
    import uuid not null references place_import (id),
    constraint village_type_level check (length(village) = 12)
);
