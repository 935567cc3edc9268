-- What a row of money out was stands as it was signed with its month. A fee is taken back by a reversal alone, which is a
-- booking of its own day.
create or replace view bank_out_read as
select o.*, a.charity, a.holder, a.bank, a.account_no, m.kind, m.disbursement, m.gift_return, m.campaign, m.other_account,
       m.reason, m.said_by, m.said_at, m.confirmed_by, m.confirmed_at,
       m.kind is not null and (m.kind in ('disbursement', 'return') or m.confirmed_by is not null) as explained,
       coalesce(a.sealed_until >= o.booked_on, false) as sealed
from bank_out o
join bank_account a on a.id = o.bank_account
left join bank_out_meaning m on m.bank_out = o.id;

create function refuse_sealed_meaning() returns trigger language plpgsql as $$
begin
    if exists (select from bank_out_read o where o.id = old.bank_out and o.sealed and o.explained) then
        raise exception 'the month of the row is signed'
            using errcode = 'check_violation', constraint = 'bank_day_sealed';
    end if;
    return old;
end
$$;
create trigger bank_out_meaning_of_a_sealed_month before delete on bank_out_meaning
    for each row when (old.kind <> 'fee') execute function refuse_sealed_meaning();
