-- What a donation agreement says that the money is for is not changed by pointing it elsewhere: from then on a row stays,
-- but for one that the agreement leaves to its giver. What its giver wishes for money that is left over is agreed too.
create or replace function refuse_change_of_agreed() returns trigger language plpgsql as $$
begin
    if old.agreed_at is not null and (new.agreed_at is distinct from old.agreed_at or
        (new.amount_fen, new.enterprise, new.charity, new.campaign, new.restriction, new.reference, new.funding_choice)
            is distinct from
        (old.amount_fen, old.enterprise, old.charity, old.campaign, old.restriction, old.reference, old.funding_choice))
    then
        raise exception 'what was agreed stays' using errcode = 'check_violation', constraint = 'pledge_agreed_fixed';
    end if;
    return new;
end
$$;
create function refuse_change_of_agreed_row() returns trigger language plpgsql as $$
begin
    if exists (select from pledge p where p.id = old.pledge and p.agreed_at is not null) then
        raise exception 'what was agreed stays'
            using errcode = 'check_violation', constraint = 'designation_agreed_fixed';
    end if;
    return coalesce(new, old);
end
$$;
create trigger designation_agreed_fixed
    before update of kind, need, pairing, village, town, field, amount_fen on pledge_designation for each row
    when ((new.kind, new.need, new.pairing, new.village, new.town, new.field, new.amount_fen)
              is distinct from (old.kind, old.need, old.pairing, old.village, old.town, old.field, old.amount_fen)
          and not (old.kind = 'undesignated' and new.kind = 'need' and new.amount_fen = old.amount_fen))
    execute function refuse_change_of_agreed_row();
create trigger designation_agreed_kept before delete on pledge_designation
    for each row execute function refuse_change_of_agreed_row();

-- What can have been booked for a request about a pledge: what of it went back, and what it had of a line that was booked
-- anew, before and after.
create view pledge_booking as
select 'return' as kind, r.id, part.pledge, sum(t.amount_fen)::bigint as amount_fen, 0::bigint as after_fen,
       r.status = 'paid' as booked, array_agg(t.lot) as lots,
       coalesce(r.paid_on, (r.prepared_at at time zone 'Asia/Shanghai')::date) as on_day
from gift_return r
join gift_return_take t on t.gift_return = r.id
join bank_line_part part on part.lot = t.lot and part.pledge is not null
group by r.id, part.pledge
union all
select 'rebooking', b.id, p.pledge, coalesce(sum(p.amount_fen) filter (where p.side = 'before'), 0)::bigint,
       coalesce(sum(p.amount_fen) filter (where p.side = 'after'), 0)::bigint,
       b.outcome is not distinct from 'confirmed', array_remove(array_agg(p.lot), null), l.booked_on
from rebooking b
join bank_line l on l.id = b.line
join rebooking_part p on p.rebooking = b.id and p.pledge is not null
group by b.id, p.pledge, l.booked_on;
create index rebooking_part_of_pledge on rebooking_part (pledge) where pledge is not null;
-- Whose it is, whatever pledge it is of.
create view settling_booking as
select 'return' as kind, r.id, r.charity, r.status = 'paid' as booked
from gift_return r
union all
select 'rebooking', b.id, a.charity, b.outcome is not distinct from 'confirmed'
from rebooking b
join bank_line l on l.id = b.line
join bank_account a on a.id = l.bank_account;

create unique index gift_request_booking_once on gift_request (booking) where booking is not null;
-- What was settled before named none.
alter table gift_request add constraint gift_request_settled_by check
    (status <> 'settled' or kind not in ('return', 'wrong_pledge') or booking is not null) not valid;

-- What is talked about around a gift has a kind of its own, so that its readers choose where to read it.
alter table notice drop constraint notice_kind;
alter table notice add constraint notice_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'gift', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'pairing', 'matching_round', 'saved_search',
    'account', 'todo'));
alter table notice_preference drop constraint notice_preference_kind;
alter table notice_preference add constraint notice_preference_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'gift', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'pairing', 'matching_round', 'saved_search',
    'account', 'todo'));
