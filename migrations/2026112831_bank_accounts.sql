-- A charity's bank accounts as records. Opening one, its opening balance, the correction of that, closing it: each is the
-- word of one person that a second one confirms, and stays to be read.

alter table bank_account add column status text not null default 'open' constraint bank_account_status check
    (status in ('proposed', 'open', 'closed', 'refused'));
alter table bank_account add column opened_on date;
alter table bank_account add column closed_on date;
alter table bank_account add constraint bank_account_closed_when check ((status = 'closed') = (closed_on is not null));
-- What lay on it at the beginning of a day; the books of the account begin there.
alter table bank_account add column opening_on date;
alter table bank_account add column opening_fen bigint constraint bank_account_opening check
    (opening_fen between 0 and 1000000000000);
alter table bank_account add constraint bank_account_opening_whole check ((opening_on is null) = (opening_fen is null));
-- The last day of the months that two people have signed: nothing of it, or of a day before it, changes any more.
alter table bank_account add column sealed_until date;
create unique index bank_account_number_once on bank_account (charity, account_no) where status in ('proposed', 'open');

create table bank_account_step (
    id uuid primary key,
    bank_account uuid not null references bank_account (id),
    kind text not null constraint bank_account_step_kind check (kind in ('open', 'balance', 'close')),
    on_day date not null constraint bank_account_step_day check (on_day >= date '2000-01-01'),
    amount_fen bigint constraint bank_account_step_amount check (amount_fen between 0 and 1000000000000),
    reason text not null,
    proposed_by uuid not null references person (id),
    proposed_at timestamptz not null,
    outcome text constraint bank_account_step_outcome check (outcome in ('confirmed', 'dropped')),
    decided_by uuid references person (id),
    decided_at timestamptz,
    constraint bank_account_step_of_balance check ((kind = 'balance') = (amount_fen is not null)),
    constraint bank_account_step_decided check
        ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)),
    constraint bank_account_step_four_eyes check (outcome is distinct from 'confirmed' or decided_by <> proposed_by)
);
-- One thing at a time.
create unique index bank_account_step_waits on bank_account_step (bank_account) where outcome is null;
create index bank_account_step_of_account on bank_account_step (bank_account, proposed_at);
