-- Money given back to its giver, by three people like every payment; and payments that the bank, or the payee, sent back.

create table gift_return (
    id uuid primary key,
    charity uuid not null references organisation (id),
    -- Of a pledge, or a confirmed part that no pledge has.
    pledge uuid references pledge (id),
    lot uuid references bank_line_part (lot),
    amount_fen bigint not null constraint gift_return_amount check (amount_fen between 1 and 100000000000),
    ground text not null constraint gift_return_ground check
        (ground in ('misdirected', 'overpaid', 'purpose_failed', 'agreed', 'not_a_gift', 'ordered')),
    reason text not null constraint gift_return_why check (reason <> ''),
    to_name text not null constraint gift_return_to check (to_name <> ''),
    to_bank text not null,
    to_account text not null constraint gift_return_to_account check (to_account ~ '^[0-9]{8,32}$'),
    status text not null constraint gift_return_status check (status in ('requested', 'approved', 'paid', 'rejected')),
    prepared_by uuid not null references person (id),
    prepared_at timestamptz not null,
    approved_by uuid references person (id),
    approved_at timestamptz,
    paid_by uuid references person (id),
    paid_at timestamptz,
    paid_on date constraint gift_return_paid_day check (paid_on >= date '2000-01-01'),
    bank_reference text,
    bank_account uuid references bank_account (id),
    rejected_why text,
    constraint gift_return_one_source check ((pledge is null) <> (lot is null)),
    constraint gift_return_three_people check
        (approved_by <> prepared_by and paid_by <> prepared_by and paid_by <> approved_by),
    constraint gift_return_approved_when check (status not in ('approved', 'paid')
        or (approved_by is not null and approved_at is not null)),
    constraint gift_return_paid_when check ((status = 'paid') = (paid_at is not null) and (status <> 'paid'
        or (paid_by is not null and paid_on is not null and bank_reference <> '' and bank_account is not null))),
    constraint gift_return_rejected_why check (status <> 'rejected' or rejected_why <> '')
);
create index gift_return_of_charity on gift_return (charity, prepared_at desc, id desc);
create index gift_return_of_pledge on gift_return (pledge) where pledge is not null;

-- The lots that go back, chosen when it was prepared: until it is paid or rejected nothing else takes them.
create table gift_return_take (
    gift_return uuid not null references gift_return (id),
    account text not null,
    lot uuid not null references bank_line_part (lot),
    amount_fen bigint not null constraint gift_return_take_amount check (amount_fen between 1 and 100000000000),
    primary key (gift_return, lot)
);
create index gift_return_take_of_account on gift_return_take (account, lot);
create index gift_return_take_of_lot on gift_return_take (lot);
create trigger gift_return_take_append_only before update or delete on gift_return_take
    for each row execute function refuse_change();

create view lot_reserved as
select t.account, t.lot, sum(t.amount_fen)::bigint as reserved_fen
from gift_return_take t
join gift_return r on r.id = t.gift_return and r.status in ('requested', 'approved')
group by t.account, t.lot;

-- From which of the charity's accounts a payment went out.
alter table disbursement add column bank_account uuid references bank_account (id);
update disbursement d
set bank_account = (select a.id from bank_account a where a.charity = d.charity)
where d.paid_on is not null and (select count(*) from bank_account a where a.charity = d.charity) = 1;
create index disbursement_from_account on disbursement (bank_account, paid_on) where paid_on is not null;
create index gift_return_from_account on gift_return (bank_account, paid_on) where paid_on is not null;

-- A line of money in that is a payment coming back: from the payee's bank (退汇) or from the payee (交回), whole or in part.
create table line_back (
    line uuid primary key references bank_line (id),
    disbursement uuid not null references disbursement (id),
    kind text not null constraint line_back_kind check (kind in ('bounced', 'paid_back')),
    said_by uuid not null references person (id),
    said_at timestamptz not null,
    confirmed_by uuid references person (id),
    confirmed_at timestamptz,
    constraint line_back_four_eyes check (confirmed_by <> said_by),
    constraint line_back_confirmed_when check ((confirmed_by is null) = (confirmed_at is null))
);
create index line_back_of_disbursement on line_back (disbursement);
