-- Needs imported from tables. A table is read into rows first, a row for each need, and nothing else is written until
-- whoever read it confirms; then its rows become drafts of their villages, a few hundred at a time.
create table need_import (
    id uuid primary key,
    file_name text not null,
    -- Of the file as it was uploaded: by it the same file is known again.
    sha256 bytea not null,
    status text not null constraint need_import_status check (status in ('read', 'importing', 'done')),
    -- What its rows make up, and what was said about them.
    needs integer not null constraint need_import_needs check (needs > 0),
    problems integer not null constraint need_import_problems check (problems >= 0),
    made_by uuid not null references person (id),
    acting_for uuid not null references organisation (id),
    made_at timestamptz not null,
    confirmed_by uuid references person (id),
    confirmed_at timestamptz,
    done_at timestamptz,
    constraint need_import_confirmed check ((status = 'read') = (confirmed_at is null)
        and (confirmed_at is null) = (confirmed_by is null)),
    constraint need_import_done check ((status = 'done') = (done_at is not null))
);
create index need_import_of_organisation on need_import (acting_for, made_at desc);
create index need_import_by_file on need_import (acting_for, sha256);
create index need_import_waiting on need_import (made_at) where status = 'read';

create table need_import_row (
    import uuid not null references need_import (id),
    -- In the order of the file.
    position integer not null,
    first_row integer not null,
    village text references place (code),
    organisation uuid references organisation (id),
    title text not null,
    outcome text not null constraint need_import_row_outcome check
        (outcome in ('wrong', 'ready', 'present', 'same_title', 'imported')),
    -- What is to be imported; once it is a need, the need says it.
    content jsonb,
    -- Of what was to be imported: by it the same need is known again, from whatever file.
    digest bytea,
    -- Row, column, sentence, and whether it keeps the need out.
    problems jsonb not null,
    -- The need that it became, or that is there already.
    need uuid references need (id),
    primary key (import, position),
    constraint need_import_row_content check ((outcome = 'ready') = (content is not null)),
    constraint need_import_row_whose check
        (outcome = 'wrong' or (village is not null and organisation is not null and digest is not null)),
    constraint need_import_row_need check ((outcome in ('present', 'same_title', 'imported')) = (need is not null))
);
-- No village gets the same need twice, whoever imports it and however often.
create unique index need_import_row_once on need_import_row (organisation, digest) where outcome = 'imported';
create index need_import_row_ready on need_import_row (import, position) where outcome = 'ready';
create index need_import_row_by_need on need_import_row (need) where outcome = 'imported';

-- Whether a village has a need of this title.
create index need_by_title on need (organisation, title);
