-- What everything else stands on: append-only rows, places, people, organisations, sessions, events, jobs.

-- Rows of record are added, never changed: corrections are more rows.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;

-- One row tells what this database is. A demo must never be taken for the real thing, nor the other way round.
create table installation (
    only_one boolean primary key default true constraint installation_single check (only_one),
    demo boolean not null,
    created_at timestamptz not null
);

-- Counties (6 digits), town-level units (9), villages (12): NBS 2023, the code's prefix is the parent.
create table place (
    code text primary key constraint place_code_form check (code ~ '^4414([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$'),
    level text not null constraint place_level check (level in ('city', 'county', 'town', 'village')),
    name text not null,
    parent text references place (code),
    -- Class of town and type of village come with a named source or stay unknown.
    class text,
    class_source text,
    constraint place_class_sourced check ((class is null) = (class_source is null)),
    constraint place_level_by_length check (length(code) = case level
        when 'city' then 4 when 'county' then 6 when 'town' then 9 else 12 end)
);
create index place_children on place (parent, code);

create table person (
    id uuid primary key,
    -- As compared: lower case. Village people often have no e-mail address.
    account text not null constraint person_account_unique unique,
    password_hash text not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

-- What may have to be erased on request; everything else holds the id only.
create table person_private (
    person uuid primary key references person (id),
    name text not null,
    email text
);

create table organisation (
    id uuid primary key,
    kind text not null constraint organisation_kind check
        (kind in ('village', 'federation', 'enterprise', 'charity', 'donor', 'platform')),
    name text not null,
    -- 统一社会信用代码 (GB 32100-2015), where there is one.
    uscc text constraint organisation_uscc_unique unique
        constraint organisation_uscc_form check (uscc ~ '^[0-9A-HJ-NP-RT-UW-Y]{18}$'),
    place text references place (code),
    status text not null constraint organisation_status check
        (status in ('pending', 'verified', 'returned', 'suspended')),
    created_at timestamptz not null,
    constraint organisation_place_known check (kind not in ('village', 'federation') or place is not null)
);
create unique index organisation_one_per_village on organisation (place) where kind = 'village';

create table membership (
    person uuid not null references person (id),
    organisation uuid not null references organisation (id),
    role text not null constraint membership_role check (role in (
        'village_reporter', 'village_head', 'federation_county', 'federation_city', 'enterprise_operator',
        'enterprise_owner', 'charity_maker', 'charity_checker', 'charity_payer', 'auditor', 'donor', 'platform_admin')),
    created_at timestamptz not null,
    primary key (person, organisation, role)
);
create index membership_by_organisation on membership (organisation);

create table session (
    id uuid primary key,
    person uuid not null references person (id),
    created_at timestamptz not null,
    revoked_at timestamptz
);
create index session_by_person on session (person);

-- Each refresh token is exchanged once. The successor is derived, so that it need not be stored.
create table refresh_token (
    hash bytea primary key,
    session uuid not null references session (id),
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    rotated_at timestamptz
);
create index refresh_token_by_session on refresh_token (session);

-- Failed sign-ins, per account and per address: each makes the next try wait longer, none locks anybody out.
create table sign_in_failure (
    -- 'account:<name>' or 'address:<ip>'
    subject text primary key,
    failures integer not null constraint sign_in_failure_counted check (failures > 0),
    last_at timestamptz not null
);

-- The record of what happened. `xid` lets a reader wait for transactions that began earlier and end later.
create table event (
    id uuid primary key,
    seq bigint generated always as identity constraint event_seq_unique unique,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null,
    actor uuid references person (id),
    organisation uuid references organisation (id),
    verb text not null,
    subject_kind text not null,
    subject uuid not null,
    before jsonb,
    after jsonb,
    reason text,
    address text
);
create index event_by_subject on event (subject, seq);
create index event_in_order on event (xid, seq);
create trigger event_append_only before update or delete on event
    for each row execute function refuse_change();

-- Work that follows a change, written in the change's own transaction. Never deleted: `dead` is for staff to see.
create table job (
    id uuid primary key,
    kind text not null,
    payload jsonb not null,
    status text not null default 'waiting' constraint job_status check (status in ('waiting', 'done', 'dead')),
    attempts integer not null default 0,
    created_at timestamptz not null,
    due_at timestamptz not null,
    leased_until timestamptz,
    done_at timestamptz,
    error text,
    constraint job_done_when check ((status = 'done') = (done_at is not null))
);
create index job_due on job (due_at) where status = 'waiting';

create table file (
    id uuid primary key,
    uploader uuid not null references person (id),
    -- A draft is only its uploader's and is dropped after seven days.
    kept boolean not null default false,
    public boolean not null default false,
    width integer not null,
    height integer not null,
    bytes bigint not null,
    sha256 bytea not null,
    -- Where and when the picture was taken, from its EXIF: kept privately, to three decimals (about 100 m).
    latitude numeric(6, 3),
    longitude numeric(6, 3),
    taken_at timestamp,
    created_at timestamptz not null,
    constraint file_place_whole check ((latitude is null) = (longitude is null)),
    constraint file_public_kept check (kept or not public)
);
create index file_drafts on file (created_at) where not kept;
