-- Money out of a charity's accounts as the bank says it: each row once, from whatever statement, and what each was.

create table bank_out (
    id uuid primary key,
    bank_account uuid not null references bank_account (id),
    statement uuid not null references bank_statement (id),
    booked_on date not null,
    payee text not null,
    amount_fen bigint not null constraint bank_out_amount check (amount_fen between 1 and 100000000000),
    remark text not null,
    serial_no text not null,
    constraint bank_out_serial_once unique (bank_account, serial_no)
);
create index bank_out_in_order on bank_out (bank_account, booked_on desc, id desc);

create table bank_out_meaning (
    bank_out uuid primary key references bank_out (id),
    kind text not null constraint bank_out_meaning_kind check
        (kind in ('disbursement', 'return', 'fee', 'own_cost', 'own_transfer', 'other')),
    disbursement uuid constraint bank_out_meaning_disbursement_once unique references disbursement (id),
    gift_return uuid constraint bank_out_meaning_return_once unique references gift_return (id),
    -- From whose undirected money a fee is taken.
    campaign uuid references campaign (id),
    other_account uuid references bank_account (id),
    reason text not null,
    said_by uuid not null references person (id),
    said_at timestamptz not null,
    confirmed_by uuid references person (id),
    confirmed_at timestamptz,
    constraint bank_out_meaning_names check (
        (kind = 'disbursement') = (disbursement is not null) and (kind = 'return') = (gift_return is not null)
        and (kind = 'fee') = (campaign is not null) and (kind = 'own_transfer') = (other_account is not null)
        and (kind in ('disbursement', 'return') or reason <> '')),
    constraint bank_out_meaning_four_eyes check (confirmed_by <> said_by),
    constraint bank_out_meaning_confirmed_when check ((confirmed_by is null) = (confirmed_at is null))
);

-- What of it stands: a payment that was made by three people is recognised by one, everything else asks for a second.
create view bank_out_read as
select o.*, a.charity, a.holder, a.bank, a.account_no, m.kind, m.disbursement, m.gift_return, m.campaign, m.other_account,
       m.reason, m.said_by, m.said_at, m.confirmed_by, m.confirmed_at,
       m.kind is not null and (m.kind in ('disbursement', 'return') or m.confirmed_by is not null) as explained
from bank_out o
join bank_account a on a.id = o.bank_account
left join bank_out_meaning m on m.bank_out = o.id;

insert into bank_out (id, bank_account, statement, booked_on, payee, amount_fen, remark, serial_no)
select gen_random_uuid(), r.bank_account, r.statement, r.booked_on, r.payer, r.amount_fen, r.remark, r.serial_no
from (
    select distinct on (s.bank_account, r.serial_no) s.bank_account, r.*
    from bank_statement_row r
    join bank_statement s on s.id = r.statement and s.status = 'taken_in'
    where r.outcome = 'out'
    order by s.bank_account, r.serial_no, s.taken_in_at
) r;
