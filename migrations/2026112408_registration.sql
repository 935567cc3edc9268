-- Enterprises and donors register themselves: one-time links by mail, consents, and the federation's verification with
-- its history.

-- Whoever holds the mailbox has shown it. An address that is changed or erased is confirmed anew.
alter table person_private add column email_confirmed_at timestamptz;
create index person_private_by_email on person_private (lower(email)) where email is not null;

-- A link's secret is derived from its id by a key that the database does not know; only its hash is here.
create table one_time_link (
    id uuid primary key,
    hash bytea not null constraint one_time_link_hash_unique unique,
    purpose text not null constraint one_time_link_purpose check
        (purpose in ('confirm_email', 'reset_password', 'donor_account', 'own_enterprise')),
    -- None: the account is opened by the link.
    person uuid references person (id),
    -- The enterprise of which the reader becomes the owner.
    organisation uuid references organisation (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    replaced_at timestamptz,
    constraint one_time_link_person check ((person is null) = (purpose = 'donor_account')),
    constraint one_time_link_enterprise check ((organisation is not null) = (purpose = 'own_enterprise')),
    constraint one_time_link_ends_once check (used_at is null or replaced_at is null)
);
create index one_time_link_of_person on one_time_link (person, purpose) where person is not null;
create index one_time_link_of_organisation on one_time_link (organisation) where organisation is not null;
create index one_time_link_expired on one_time_link (expires_at);

-- Where a link was sent; can be emptied.
create table one_time_link_address (
    link uuid primary key references one_time_link (id) on delete cascade,
    email text not null
);
create index one_time_link_address_by_email on one_time_link_address (email);

-- Somebody asked for a link by an address. Who that is, is looked up afterwards by a job, so that the answer takes
-- the same time for everybody; the row is deleted then.
create table link_request (
    id uuid primary key,
    purpose text not null constraint link_request_purpose check (purpose in ('reset_password', 'donor_account')),
    email text not null,
    at timestamptz not null
);

-- Given or withdrawn, in which version of its text. The latest of a kind counts.
create table consent (
    seq bigint generated always as identity primary key,
    person uuid not null references person (id),
    kind text not null constraint consent_kind check
        (kind in ('privacy_notice', 'terms', 'public_name', 'photo_place', 'sensitive_data')),
    version text not null constraint consent_version check (version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    given boolean not null,
    at timestamptz not null
);
create index consent_of_person on consent (person, kind, seq desc);
create trigger consent_append_only before update or delete on consent
    for each row execute function refuse_change();

create view consent_now as
select distinct on (person, kind) person, kind, version, given, at
from consent
order by person, kind, seq desc;

-- What of an enterprise's name tells it from others, in simplified characters: by this look-alikes are found.
alter table organisation add column name_core text;
alter table organisation add constraint organisation_enterprise_name check
    (kind <> 'enterprise' or char_length(name) between 2 and 100);
create index organisation_by_core_length on organisation (char_length(name_core)) where name_core is not null;

-- What an enterprise said of itself when it registered. Name, code, place and state are the organisation's.
create table registration (
    organisation uuid primary key references organisation (id),
    -- Counts the changes; a decision names the version that was read.
    version integer not null default 1,
    former_names text[] not null,
    former_cores text[] not null,
    industry text not null constraint registration_industry check (industry ~ '^[A-T]$'),
    created_at timestamptz not null,
    submitted_at timestamptz not null,
    constraint registration_former_names check
        (cardinality(former_names) <= 5 and cardinality(former_names) = cardinality(former_cores))
);
create index registration_waiting on registration (submitted_at, organisation);
create index registration_by_former_core on registration using gin (former_cores);

-- The person to call; can be emptied.
create table registration_contact (
    organisation uuid primary key references registration (organisation),
    name text not null,
    phone text not null constraint registration_phone check (phone ~ '^[0-9]{10,12}$'),
    email text not null
);
create index registration_contact_by_phone on registration_contact (phone);
create index registration_contact_by_email on registration_contact (email);

-- Pictures of licences: for the enterprise's own people, the federation that verifies it and the auditor.
create table registration_document (
    organisation uuid not null references registration (organisation),
    file uuid not null references file (id),
    added_at timestamptz not null,
    removed_at timestamptz,
    primary key (organisation, file)
);
create index registration_document_by_file on registration_document (file);
create index file_by_sha256 on file (sha256);

-- Somebody else came with a code that was registered already.
create table registration_attempt (
    id uuid primary key,
    organisation uuid not null references organisation (id),
    at timestamptz not null
);
create index registration_attempt_of_organisation on registration_attempt (organisation, at);

-- The history of a verification: never changed. What was said stands apart, where it can be emptied.
create table verification_step (
    id uuid primary key,
    seq bigint generated always as identity constraint verification_step_seq_unique unique,
    organisation uuid not null references registration (organisation),
    step text not null constraint verification_step_known check
        (step in ('submitted', 'resubmitted', 'answered', 'verified', 'returned', 'suspended', 'restored')),
    reasons text[] not null default '{}',
    -- The version that was handed in or decided on.
    version integer not null,
    -- None: the address of an account that has not accepted yet.
    person uuid references person (id),
    -- For whom the person acted: the enterprise itself or a federation.
    acting_for uuid not null references organisation (id),
    at timestamptz not null,
    constraint verification_returned_why check (step <> 'returned' or cardinality(reasons) > 0),
    constraint verification_decided_by_another check
        ((step in ('submitted', 'resubmitted', 'answered')) = (acting_for = organisation))
);
create index verification_step_of_organisation on verification_step (organisation, seq);
create index verification_step_acting_for on verification_step (acting_for);
create trigger verification_step_append_only before update or delete on verification_step
    for each row execute function refuse_change();

create table verification_text (
    step uuid primary key references verification_step (id),
    said text not null constraint verification_text_length check (char_length(said) between 2 and 1000)
);

-- A registration with what belongs to it of the organisation, for the rooms that read it.
create view registration_read as
select r.organisation, r.version, r.former_names, r.former_cores, r.industry, r.submitted_at, o.name, o.name_core,
       o.uscc, o.place, o.status,
       exists (
           select
           from membership m
           join person_private p on p.person = m.person
           where m.organisation = r.organisation and m.status = 'active' and p.email is not null
             and p.email_confirmed_at is not null
       ) as email_confirmed
from registration r
join organisation o on o.id = r.organisation;

-- The pictures that stand on a record now.
create view registration_document_now as
select d.organisation, d.file, d.added_at, f.width, f.height, f.sha256, o.place
from registration_document d
join file f on f.id = d.file
join organisation o on o.id = d.organisation
where d.removed_at is null;
