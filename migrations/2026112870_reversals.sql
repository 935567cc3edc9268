-- What two or three people confirmed wrongly besides arrivals is taken back as one act by two: a payment that came back by a
-- line, a fee, a return that was noted as paid. The record goes into the state before it; what stood stays here.

-- Which transfers a payment that came back posted: two of one payment on one day are told apart by nothing else.
create table line_back_transfer (
    line uuid not null references bank_line (id),
    transfer uuid primary key references transfer (id)
);
create index line_back_transfer_of_line on line_back_transfer (line);
create trigger line_back_transfer_append_only before update or delete on line_back_transfer
    for each row execute function refuse_change();
insert into line_back_transfer (line, transfer)
select b.line, t.id
from line_back b
join bank_line l on l.id = b.line
join transfer t on t.cause = case when b.kind = 'bounced' then b.disbursement else b.line end
where b.confirmed_by is not null and t.code = case when b.kind = 'bounced' then 'bounce' else 'pay_back' end
  and t.effective_on = l.booked_on
  and (b.kind = 'paid_back' or t.recorded_at between b.confirmed_at - interval '1 second'
                                                 and b.confirmed_at + interval '1 second');

create table money_reversal (
    id uuid primary key,
    charity uuid not null references organisation (id),
    -- The line of a payment that came back, the row of a fee, or a return.
    line uuid references bank_line (id),
    bank_out uuid references bank_out (id),
    gift_return uuid references gift_return (id),
    reason text not null constraint money_reversal_why check (reason <> ''),
    -- What stood, and by whom.
    amount_fen bigint not null constraint money_reversal_amount check (amount_fen between 1 and 100000000000),
    on_day date not null,
    other_name text not null,
    disbursement uuid references disbursement (id),
    back_kind text constraint money_reversal_back check (back_kind in ('bounced', 'paid_back')),
    campaign uuid references campaign (id),
    bank_account uuid references bank_account (id),
    bank_reference text,
    said_by uuid not null references person (id),
    confirmed_by uuid not null references person (id),
    proposed_by uuid not null references person (id),
    proposed_at timestamptz not null,
    outcome text constraint money_reversal_outcome check (outcome in ('confirmed', 'dropped')),
    decided_by uuid references person (id),
    decided_at timestamptz,
    constraint money_reversal_one_subject check (num_nonnulls(line, bank_out, gift_return) = 1),
    constraint money_reversal_of_a_line check
        ((line is null) = (disbursement is null) and (line is null) = (back_kind is null)),
    constraint money_reversal_of_a_fee check ((bank_out is null) = (campaign is null)),
    constraint money_reversal_decided check
        ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)),
    constraint money_reversal_four_eyes check (outcome is distinct from 'confirmed' or decided_by <> proposed_by)
);
create unique index money_reversal_waits on money_reversal (coalesce(line, bank_out, gift_return)) where outcome is null;
create index money_reversal_waiting on money_reversal (charity, proposed_at) where outcome is null;
create index money_reversal_of_line on money_reversal (line, proposed_at) where line is not null;
create index money_reversal_of_row on money_reversal (bank_out, proposed_at) where bank_out is not null;
create index money_reversal_of_return on money_reversal (gift_return, proposed_at) where gift_return is not null;
create trigger money_reversal_stays before update of id, charity, line, bank_out, gift_return, reason, amount_fen, on_day,
    other_name, disbursement, back_kind, campaign, bank_account, bank_reference, said_by, confirmed_by, proposed_by,
    proposed_at on money_reversal for each row execute function refuse_change();
create trigger money_reversal_over before update on money_reversal for each row
    when (old.outcome is not null) execute function refuse_change();
create trigger money_reversal_kept before delete on money_reversal for each row execute function refuse_change();

-- Nothing of a signed month is taken back, as with lines.
create function refuse_sealed_reversal() returns trigger language plpgsql as $$
begin
    if exists (select from bank_account a where a.id = new.bank_account and a.sealed_until >= new.on_day) then
        raise exception 'the month of % is signed', new.on_day
            using errcode = 'check_violation', constraint = 'bank_day_sealed';
    end if;
    return new;
end
$$;
create trigger money_reversal_of_a_sealed_month before insert on money_reversal
    for each row execute function refuse_sealed_reversal();
create trigger money_reversal_in_a_sealed_month before update of outcome on money_reversal
    for each row when (new.outcome = 'confirmed') execute function refuse_sealed_reversal();

-- What stands and can be taken back, of each kind alike.
create view reversible as
select 'back' as kind, b.line as subject, a.charity, l.amount_fen, l.booked_on as on_day, l.payer as other_name, b.disbursement,
       d.need, b.kind as back_kind, null::uuid as campaign, null::uuid as pledge, l.bank_account, l.serial_no as bank_reference,
       b.said_by, b.confirmed_by
from line_back b
join bank_line l on l.id = b.line
join bank_account a on a.id = l.bank_account
join disbursement d on d.id = b.disbursement
where b.confirmed_by is not null
union all
select 'fee', o.id, o.charity, o.amount_fen, o.booked_on, o.payee, null, null, null, o.campaign, null, o.bank_account,
       o.serial_no, o.said_by, o.confirmed_by
from bank_out_read o
where o.kind = 'fee' and o.explained
union all
select 'return', r.id, r.charity, r.amount_fen, r.paid_on, r.to_name, null, null, null, null, r.pledge, r.bank_account,
       r.bank_reference, r.prepared_by, r.paid_by
from gift_return r
where r.status = 'paid';

-- What each of them posted, also what was taken back since.
create view reversible_transfer as
select 'back' as kind, b.line as subject, b.transfer from line_back_transfer b
union all
select 'fee', t.cause, t.id from transfer t where t.code = 'fee'
union all
select 'return', t.cause, t.id from transfer t where t.code = 'return';

-- What waits for a second person, also arrivals that are to be booked anew.
create view reversal_waiting as
select case when r.line is not null then 'back' when r.bank_out is not null then 'fee' else 'return' end as kind,
       coalesce(r.line, r.bank_out, r.gift_return) as subject, r.charity, r.amount_fen, r.on_day, r.other_name, r.reason,
       r.proposed_by, r.proposed_at
from money_reversal r
where r.outcome is null
union all
select null, l.id, a.charity, l.amount_fen, l.booked_on, l.payer, r.reason, r.proposed_by, r.proposed_at
from rebooking r
join bank_line l on l.id = r.line
join bank_account a on a.id = l.bank_account
where r.outcome is null;
