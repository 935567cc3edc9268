-- A month of an account is closed by two people: what the books say, what the bank says, and each difference by name.

-- What the books say of an account, movement by movement: what came in by its lines, what went out by payments, returns
-- and rows that were explained.
create view bank_book as
select l.bank_account, l.booked_on as day, 'in' as side, l.amount_fen,
       case when l.status = 'confirmed' then 'arrival' when b.line is not null then 'back' else 'not_donation' end as kind,
       l.id as subject, l.payer as other_name, l.serial_no as reference
from bank_line l
left join line_back b on b.line = l.id and b.confirmed_by is not null
where l.status in ('confirmed', 'not_donation')
union all
select d.bank_account, d.paid_on, 'out', d.amount_fen, 'disbursement', d.id, d.payee_name, d.bank_reference
from disbursement d
where d.paid_on is not null and d.status in ('paid', 'bank_confirmed', 'bounced') and d.bank_account is not null
union all
select r.bank_account, r.paid_on, 'out', r.amount_fen, 'return', r.id, r.to_name, r.bank_reference
from gift_return r
where r.status = 'paid'
union all
select o.bank_account, o.booked_on, 'out', o.amount_fen, o.kind, o.id, o.payee, o.serial_no
from bank_out_read o
where o.explained and o.kind not in ('disbursement', 'return');

-- What is on one side only: on the bank's and not in the books, or in the books and on no statement.
create view bank_difference as
-- Money in that waits to be matched or confirmed.
select l.bank_account, l.booked_on as day, 'line_waits' as kind, l.amount_fen as fen, l.id as subject, l.payer as other_name
from bank_line l
where l.status in ('unmatched', 'suggested', 'matched')
union all
-- Money out that nobody has explained.
select o.bank_account, o.booked_on, 'out_waits', -o.amount_fen, o.id, o.payee
from bank_out_read o
where not o.explained
union all
-- What is in the books and on no statement, although one covers its day: a payment on its way is still there for the bank,
-- a line that somebody typed is not there.
select b.bank_account, b.day, 'not_on_statement', case when b.side = 'out' then b.amount_fen else -b.amount_fen end,
       b.subject, b.other_name
from bank_book b
where b.kind in ('disbursement', 'return', 'arrival', 'not_donation', 'back')
  and not exists (select from bank_out_meaning m where b.subject in (m.disbursement, m.gift_return))
  and not exists (select from bank_statement_row r where r.line = b.subject)
  and exists (select from bank_statement s
              join bank_statement_row r on r.statement = s.id and r.booked_on <= b.day
              where s.bank_account = b.bank_account and s.status = 'taken_in'
                and exists (select from bank_statement_row e where e.statement = s.id and e.booked_on >= b.day));

create table month_end (
    id uuid primary key,
    bank_account uuid not null references bank_account (id),
    -- Its first day.
    month date not null constraint month_end_first_day check (extract(day from month) = 1),
    -- As they were when it was prepared: what was signed is never changed.
    opening_fen bigint not null,
    in_fen bigint not null,
    out_fen bigint not null,
    bank_closing_fen bigint not null constraint month_end_bank check (bank_closing_fen >= 0),
    differences jsonb not null,
    -- Of what no row explains.
    explanation text not null,
    prepared_by uuid not null references person (id),
    prepared_at timestamptz not null,
    outcome text constraint month_end_outcome check (outcome in ('signed', 'dropped')),
    decided_by uuid references person (id),
    decided_at timestamptz,
    -- A signed month is opened again by two people, with the reason.
    reopen_reason text,
    reopen_asked_by uuid references person (id),
    reopened_by uuid references person (id),
    reopened_at timestamptz,
    constraint month_end_decided check
        ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)),
    constraint month_end_four_eyes check (outcome is distinct from 'signed' or decided_by <> prepared_by),
    constraint month_end_reopen_asked check ((reopen_reason is null) = (reopen_asked_by is null)
        and (reopen_reason is null or (outcome is not distinct from 'signed' and reopen_reason <> ''))),
    constraint month_end_reopened check ((reopened_by is null) = (reopened_at is null)
        and (reopened_by is null or reopened_by <> reopen_asked_by))
);
create unique index month_end_stands on month_end (bank_account, month)
    where outcome is distinct from 'dropped' and reopened_at is null;
create index month_end_of_account on month_end (bank_account, month desc, prepared_at desc);

-- Nothing of a sealed day comes in and nothing booked leaves, whoever asks. What waited when the month was signed is still
-- matched and confirmed, and shown as what came later.
create function refuse_sealed_day() returns trigger language plpgsql as $$
begin
    if exists (select from bank_account a where a.id = new.bank_account and a.sealed_until >= new.booked_on) then
        raise exception 'the month of % is signed', new.booked_on
            using errcode = 'check_violation', constraint = 'bank_day_sealed';
    end if;
    return new;
end
$$;
create trigger bank_line_of_a_sealed_month before insert on bank_line
    for each row execute function refuse_sealed_day();
create trigger bank_line_leaves_a_sealed_month before update of status on bank_line
    for each row when (old.status <> new.status and (old.status = 'confirmed' or new.status = 'voided'))
    execute function refuse_sealed_day();
create trigger bank_out_of_a_sealed_month before insert on bank_out
    for each row execute function refuse_sealed_day();

create function refuse_sealed_rebooking() returns trigger language plpgsql as $$
begin
    if exists (select from bank_line l join bank_account a on a.id = l.bank_account
               where l.id = new.line and a.sealed_until >= l.booked_on) then
        raise exception 'the month of the line is signed'
            using errcode = 'check_violation', constraint = 'bank_day_sealed';
    end if;
    return new;
end
$$;
create trigger rebooking_of_a_sealed_month before insert on rebooking
    for each row execute function refuse_sealed_rebooking();
create trigger rebooking_in_a_sealed_month before update of outcome on rebooking
    for each row when (new.outcome = 'confirmed') execute function refuse_sealed_rebooking();
create index bank_statement_row_of_line on bank_statement_row (line) where line is not null;
