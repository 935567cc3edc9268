-- What a charity's reconciliation still misses, said once: for the page, for the table, for those who are called.

-- Confirmed money that no pledge has, and what of it was not paid back. What a return under way has taken is nobody's to
-- name or to claim either.
create view unowned_part as
select p.lot, p.line, p.gift_number, p.campaign, p.amount_fen, p.amount_fen - gone.paid_fen as kept_fen, gone.paid_fen,
       gone.taken_fen, l.bank_account, a.charity, l.booked_on, l.confirmed_day, l.payer, l.serial_no
from bank_line_part p
join bank_line l on l.id = p.line and l.status = 'confirmed'
join bank_account a on a.id = l.bank_account
cross join lateral (
    select coalesce(sum(t.amount_fen) filter (where r.status = 'paid'), 0)::bigint as paid_fen,
           coalesce(sum(t.amount_fen), 0)::bigint as taken_fen
    from gift_return_take t
    join gift_return r on r.id = t.gift_return and r.status in ('requested', 'approved', 'paid')
    where t.lot = p.lot
) gone
where p.pledge is null and p.rebooked_by is null;

create index part_owner_waiting on part_owner (named_at) where confirmed_by is null;
create index line_back_waiting on line_back (said_at) where confirmed_by is null;

-- What of bank lines waits at which desk, since when, and who had a part in it and does not agree to it. A line stands here
-- once for each step that waits.
create view line_waiting as
select l.id as line, a.charity, l.entered_at, 'match' as desk, null as step, l.entered_at as since,
       null::uuid as one, null::uuid as other
from bank_line l
join bank_account a on a.id = l.bank_account
where l.status in ('unmatched', 'suggested') and not exists (select from line_back b where b.line = l.id)
union all
select l.id, a.charity, l.entered_at, 'confirm', 'arrival', l.matched_at, l.entered_by, l.matched_by
from bank_line l
join bank_account a on a.id = l.bank_account
where l.status = 'matched'
union all
select l.id, a.charity, l.entered_at, 'confirm', 'back', b.said_at, l.entered_by, b.said_by
from line_back b
join bank_line l on l.id = b.line and l.status in ('unmatched', 'suggested')
join bank_account a on a.id = l.bank_account
where b.confirmed_by is null
union all
select l.id, p.charity, l.entered_at, 'confirm', 'owner', o.named_at, o.named_by, null
from part_owner o
join unowned_part p on p.lot = o.lot and p.campaign is null and p.taken_fen = 0
join bank_line l on l.id = p.line
where o.confirmed_by is null;

-- Both sides of the reconciliation, row by row. `day` is when it happened, `recorded_on` when it was booked, where it is.
-- `step` is what was said and waits for a second person.
create view unmatched_row as
select a.charity, 'lines' as side, l.booked_on as day, null::date as recorded_on, l.id, l.id as subject, l.payer as name,
       l.serial_no as reference, l.amount_fen, null as step
from bank_line l
join bank_account a on a.id = l.bank_account
where l.status in ('unmatched', 'suggested') and not exists (select from line_back b where b.line = l.id)
union all
select a.charity, 'matched', l.booked_on, null, l.id, l.id, l.payer, l.serial_no, l.amount_fen,
       case when l.status = 'matched' then 'arrival' else 'back' end
from bank_line l
join bank_account a on a.id = l.bank_account
where l.status in ('unmatched', 'suggested', 'matched')
  and (l.status = 'matched' or exists (select from line_back b where b.line = l.id))
union all
select p.charity, 'unknown', p.booked_on, p.confirmed_day, p.lot, p.line, p.payer, p.serial_no, p.kept_fen,
       case when p.taken_fen = 0
                 and (exists (select from part_owner o where o.lot = p.lot and o.confirmed_by is null)
                      or exists (select from gift_claim c where c.lot = p.lot and c.status = 'named'))
            then 'owner' end
from unowned_part p
where p.campaign is null and p.kept_fen > 0
union all
select o.charity, 'out', o.booked_on, null, o.id, o.id, o.payee, o.serial_no, o.amount_fen,
       case when o.kind is not null then 'out' end
from bank_out_read o
where not o.explained
union all
select p.charity, 'outstanding', p.pledged_day, null, p.id, p.id, e.name, p.reference, p.amount_fen - p.arrived_fen, null
from pledge p
join organisation e on e.id = p.enterprise
where p.status in ('pledged', 'agreed', 'partly_arrived', 'overdue') and p.amount_fen > p.arrived_fen;
