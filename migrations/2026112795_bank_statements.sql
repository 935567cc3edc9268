-- Bank statements as they were uploaded: read into rows first, looked at, then the new money in becomes bank lines. Rows of
-- money out stay here: the balances are compared by them.

-- What the columns of a bank's table mean, as its cashiers last said: heading by heading.
create table statement_layout (
    charity uuid not null references organisation (id),
    bank text not null,
    columns jsonb not null,
    saved_by uuid not null references person (id),
    saved_at timestamptz not null,
    primary key (charity, bank)
);

create table bank_statement (
    id uuid primary key,
    bank_account uuid not null references bank_account (id),
    file_name text not null,
    -- Of the file as it was uploaded: by it the same file is known again.
    sha256 bytea not null,
    -- The table that it was read from; it goes after seven days.
    table_file uuid not null,
    status text not null constraint bank_statement_status check (status in ('read', 'taken_in')),
    -- Heading, meaning and examples of each column.
    columns jsonb not null,
    passed_over integer not null constraint bank_statement_passed_over check (passed_over >= 0),
    opening_fen bigint,
    closing_fen bigint,
    broken_at integer,
    read_by uuid not null references person (id),
    read_at timestamptz not null,
    taken_in_by uuid references person (id),
    taken_in_at timestamptz,
    constraint bank_statement_balances check ((opening_fen is null) = (closing_fen is null)),
    constraint bank_statement_taken_in check ((status = 'taken_in') = (taken_in_at is not null)
        and (taken_in_at is null) = (taken_in_by is null))
);
create index bank_statement_of_account on bank_statement (bank_account, read_at desc);
-- One file is one statement of its account.
create unique index bank_statement_file_once on bank_statement (bank_account, sha256) where status = 'taken_in';
create index bank_statement_unconfirmed on bank_statement (read_at) where status = 'read';

create table bank_statement_row (
    statement uuid not null references bank_statement (id) on delete cascade,
    -- In the order of the file.
    position integer not null,
    -- As the spreadsheet counts.
    row integer not null,
    outcome text not null constraint bank_statement_row_outcome check
        (outcome in ('wrong', 'ready', 'present', 'out', 'taken_in')),
    booked_on date,
    side text constraint bank_statement_row_side check (side in ('in', 'out')),
    amount_fen bigint constraint bank_statement_row_amount check (amount_fen between 1 and 100000000000),
    payer text,
    remark text,
    serial_no text,
    balance_fen bigint,
    -- Column and sentence of each.
    problems jsonb not null,
    -- The line that it became, or that was there already.
    line uuid references bank_line (id),
    primary key (statement, position),
    constraint bank_statement_row_read check (outcome = 'wrong' or (booked_on is not null and side is not null
        and amount_fen is not null and payer is not null and remark is not null and serial_no is not null)),
    constraint bank_statement_row_line check ((outcome in ('present', 'taken_in')) = (line is not null)),
    constraint bank_statement_row_out check ((outcome = 'out') = coalesce(side = 'out' and outcome <> 'wrong', false))
);
create index bank_statement_row_ready on bank_statement_row (statement, position) where outcome = 'ready';
create unique index bank_statement_row_became on bank_statement_row (line) where outcome = 'taken_in';
create index bank_statement_row_by_line on bank_statement_row (line) where outcome = 'present';

-- A statement with its account and its rows counted.
create view bank_statement_read as
select s.*, a.charity, a.holder, a.bank, a.account_no, reader.name as read_by_name, t.*
from bank_statement s
join bank_account a on a.id = s.bank_account
left join person_private reader on reader.person = s.read_by
cross join lateral (
    select count(*) as rows,
           count(*) filter (where r.outcome = 'ready') as ready,
           count(*) filter (where r.outcome = 'present') as present,
           count(*) filter (where r.outcome = 'wrong') as wrong,
           count(*) filter (where r.outcome = 'out') as gone_out,
           count(*) filter (where r.outcome = 'taken_in') as taken_in,
           coalesce(sum(r.amount_fen) filter (where r.side = 'in' and r.outcome <> 'wrong'), 0)::bigint as in_fen,
           coalesce(sum(r.amount_fen) filter (where r.side = 'out' and r.outcome <> 'wrong'), 0)::bigint as out_fen,
           min(r.booked_on) as first_day,
           max(r.booked_on) as last_day
    from bank_statement_row r
    where r.statement = s.id
) t;
