-- Searches of needs that somebody saved, and which needs each has found.
create table saved_search (
    id uuid primary key,
    person uuid not null references person (id),
    -- One of the twenty that a person has.
    slot integer not null constraint saved_search_slot check (slot between 1 and 20),
    name text not null constraint saved_search_name check (char_length(name) between 1 and 40),
    -- The parameters of the list of needs. Those that a later version does not know say nothing.
    query jsonb not null constraint saved_search_query check (jsonb_typeof(query) = 'object'),
    pace text not null constraint saved_search_pace check (pace in ('at_once', 'daily')),
    paused_at timestamptz,
    created_at timestamptz not null,
    constraint saved_search_one_per_slot unique (person, slot)
);
create index saved_search_running on saved_search (pace, person) where paused_at is null;

-- No search tells of a need twice.
create table saved_search_need (
    search uuid not null references saved_search (id) on delete cascade,
    need uuid not null references need (id),
    found_at timestamptz not null,
    told_at timestamptz,
    primary key (search, need)
);
create index saved_search_need_untold on saved_search_need (search, found_at) where told_at is null;

alter table notice drop constraint notice_kind;
alter table notice add constraint notice_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'saved_search', 'account', 'todo'));
alter table notice_preference drop constraint notice_preference_kind;
alter table notice_preference add constraint notice_preference_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'saved_search', 'account', 'todo'));
