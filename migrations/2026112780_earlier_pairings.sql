-- Pairings of the time before this platform (以往的结对), taken in by the federation from lists. History: they count for
-- nothing that is paired now, and no amount of money is in them.
create table earlier_import (
    id uuid primary key,
    -- What the list is called and who made it.
    source text not null constraint earlier_import_source check (char_length(source) between 4 and 200),
    as_of date not null constraint earlier_import_day check (as_of >= date '2000-01-01'),
    -- Where the list itself was made public; with it the names in it are public already.
    published_at text constraint earlier_import_published check
        (published_at ~ '^https?://[^[:space:]]+$' and char_length(published_at) <= 500),
    file_name text not null,
    -- Of the file as it was uploaded: by it the same file is known again.
    sha256 bytea not null,
    rows_taken integer not null constraint earlier_import_rows check (rows_taken > 0),
    made_by uuid not null references person (id),
    acting_for uuid not null references organisation (id),
    made_at timestamptz not null,
    -- Taken back as a whole; its rows stay where they are and are shown no more.
    withdrawn_by uuid references person (id),
    withdrawn_at timestamptz,
    withdrawn_reason text,
    constraint earlier_import_withdrawn check ((withdrawn_at is null) = (withdrawn_by is null)
        and (withdrawn_at is null) = (withdrawn_reason is null) and withdrawn_reason <> '')
);
create index earlier_import_latest on earlier_import (acting_for, made_at desc, id desc);
create index earlier_import_by_file on earlier_import (acting_for, sha256);
create trigger earlier_import_stays before update of id, source, as_of, published_at, file_name, sha256, rows_taken,
    made_by, acting_for, made_at on earlier_import for each row execute function refuse_change();
create trigger earlier_import_withdrawn_once before update on earlier_import for each row
    when (old.withdrawn_at is not null) execute function refuse_change();
create trigger earlier_import_kept before delete on earlier_import for each row execute function refuse_change();

create table earlier_pairing (
    import uuid not null references earlier_import (id),
    -- In the order of the file, and the row there.
    position integer not null,
    row integer not null,
    enterprise_name text not null constraint earlier_pairing_name check (char_length(enterprise_name) between 4 and 100),
    uscc text constraint earlier_pairing_uscc check (uscc ~ '^[0-9A-HJ-NP-RT-UW-Y]{18}$'),
    place text not null references place (code) constraint earlier_pairing_place check (length(place) in (9, 12)),
    form text not null constraint earlier_pairing_form check
        (form in ('village_pairing', 'joint_building', 'town_coverage')),
    -- A year or a day, as the list says it.
    begun text constraint earlier_pairing_begun check (begun ~ '^20[0-9]{2}(-[0-9]{2}-[0-9]{2})?$'),
    until text constraint earlier_pairing_until check (until ~ '^20[0-9]{2}(-[0-9]{2}-[0-9]{2})?$'),
    done text not null constraint earlier_pairing_done check (char_length(done) <= 500),
    -- Of what the row says: by it the same row is known again, from whatever file.
    digest bytea not null,
    primary key (import, position),
    constraint earlier_pairing_of_town check (length(place) = 12 or form = 'town_coverage')
);
create trigger earlier_pairing_append_only before update or delete on earlier_pairing
    for each row execute function refuse_change();

-- Which rows stand, each of its content once. Written with an import, taken away when it is withdrawn.
create table earlier_pairing_standing (
    digest bytea primary key,
    import uuid not null,
    position integer not null,
    place text not null,
    uscc text,
    foreign key (import, position) references earlier_pairing (import, position)
);
create unique index earlier_pairing_standing_row on earlier_pairing_standing (import, position);
create index earlier_pairing_standing_by_place on earlier_pairing_standing (place text_pattern_ops);
create index earlier_pairing_standing_by_enterprise on earlier_pairing_standing (uscc) where uscc is not null;

-- How a verified enterprise wants to be named in its earlier pairings; without it the list decides.
create table earlier_display (
    enterprise uuid primary key references organisation (id),
    public_display text not null constraint earlier_display_known check
        (public_display in ('name', 'partial', 'anonymous')),
    chosen_by uuid not null references person (id),
    chosen_at timestamptz not null
);

-- An earlier pairing that stands, with its list and, where its code is a verified enterprise's, that enterprise.
create view earlier_pairing_read as
select e.import, e.position, e.enterprise_name, e.uscc, s.place, e.form, e.begun, e.until, e.done, i.source, i.as_of,
       i.published_at, o.id as enterprise, d.public_display
from earlier_pairing_standing s
join earlier_pairing e on e.import = s.import and e.position = s.position
join earlier_import i on i.id = e.import
left join organisation o on o.kind = 'enterprise' and o.status = 'verified' and o.uscc = e.uscc
left join earlier_display d on d.enterprise = o.id;
