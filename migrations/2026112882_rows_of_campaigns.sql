-- The rows behind a campaign's numbers: what went back stands among them.

create or replace view pledge_figure as
select p.id as pledge, 'pledged' as number, p.id, p.counted_fen as fen, p.pledged_day as on_day, '' as says,
       null::uuid as need
from pledge_counted p
where p.counted_fen > 0
union all
select part.pledge, 'arrived', part.lot, part.amount_fen, line.booked_on, '', null
from bank_line_part part
join bank_line line on line.id = part.line and line.status = 'confirmed'
where part.pledge is not null
union all
select back.pledge, 'arrived', back.gift_return, -back.fen, back.paid_on, '', null
from (
    select part.pledge, take.gift_return, r.paid_on, sum(take.amount_fen)::bigint as fen
    from bank_line_part part
    join gift_return_take take on take.lot = part.lot
    join gift_return r on r.id = take.gift_return and r.status = 'paid'
    where part.pledge is not null
    group by part.pledge, take.gift_return, r.paid_on
) back
union all
select part.pledge, f.number, f.id, f.fen, f.on_day, f.says, f.need
from bank_line_part part
cross join lateral lot_figure(part.lot) f
where part.pledge is not null;

create or replace view campaign_own_figure as
select part.campaign, 'arrived' as number, part.lot, part.lot as id, part.amount_fen as fen, line.booked_on as on_day,
       '' as says, null::uuid as need
from bank_line_part part
join bank_line line on line.id = part.line and line.status = 'confirmed'
where part.campaign is not null
union all
select part.campaign, 'arrived', part.lot, r.id, -take.amount_fen, r.paid_on, '', null
from bank_line_part part
join gift_return_take take on take.lot = part.lot
join gift_return r on r.id = take.gift_return and r.status = 'paid'
where part.campaign is not null
union all
select part.campaign, f.number, part.lot, f.id, f.fen, f.on_day, f.says, f.need
from bank_line_part part
cross join lateral lot_figure(part.lot) f
where part.campaign is not null;
