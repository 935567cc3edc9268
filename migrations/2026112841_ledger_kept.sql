-- Statements of accounts: rows in the order of booking, and sums that are kept so that a balance at any row of a large
-- account is some hundred kept rows and some thousand transfers.

-- The legal day of booking; rows of a statement stand in the order of it, also where a clock was set back.
alter table transfer add column booked_day date not null
    generated always as ((recorded_at at time zone 'Asia/Shanghai')::date) stored;
drop index transfer_from;
drop index transfer_to;
create index transfer_from on transfer (debit, booked_day, seq);
create index transfer_to on transfer (credit, booked_day, seq);

-- What accounts with many rows gave and received, by day and by block of 16,384 numbers. Pledges and payments have few
-- rows each and keep nothing.
create table ledger_kept (
    account text not null,
    asset text not null,
    booked_day date not null,
    block bigint not null,
    came_in_fen bigint not null,
    went_out_fen bigint not null,
    entries bigint not null,
    primary key (account, asset, booked_day, block)
);

-- Up to which number transfers are in the kept sums; whoever reads adds the later ones.
create table ledger_kept_until (
    one_row boolean primary key default true constraint ledger_kept_until_one_row check (one_row),
    seq bigint not null
);
insert into ledger_kept_until (seq) values (0);

create function ledger_is_kept(account text) returns boolean
    language sql immutable
    return split_part(account, ':', 1) not in ('directed', 'advance');

-- The accounts of a charity, kind by kind.
create index allocation_of_charity on allocation (charity, need);
create index disbursement_for_need_of_charity on disbursement (charity, need);
