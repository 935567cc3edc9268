-- The four numbers of everything else that has them, from the same rows: pledge by pledge, enterprise, town and field.

-- The rows behind a place's numbers are read need by need, in the order of villages.
create index need_in_villages on need (village text_pattern_ops, id);
-- And a campaign's and an enterprise's pledge by pledge, the oldest first.
create index pledge_in_campaign on pledge (campaign, pledged_at, id);
drop index pledge_of_campaign;
create index pledge_in_enterprise on pledge (enterprise, pledged_at, id);
drop index pledge_of_enterprise;

-- By lot: money stays the pledge's that it came in for. What is shown is what its giver shows whole, name and amount.
create view money_by_pledge as
select p.id as pledge, p.enterprise, p.campaign, p.public_display = 'name' and p.show_amount as shown, p.pledged_at,
       p.counted_fen as pledged_fen, p.arrived_fen, coalesce(m.disbursed_fen, 0)::bigint as disbursed_fen,
       coalesce(m.spent_fen, 0)::bigint as spent_fen
from pledge_counted p
left join lateral (
    select sum(moved.disbursed_fen) as disbursed_fen, sum(moved.spent_fen) as spent_fen
    from bank_line_part part
    cross join lateral (
        select sum(case when t.debit like 'allocated:%' and t.credit like 'advance:%' then t.amount_fen
                        when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                        else 0 end) as disbursed_fen,
               sum(case when t.credit like 'spent:%' then t.amount_fen
                        when t.debit like 'spent:%' then -t.amount_fen
                        else 0 end) as spent_fen
        from transfer t
        where t.lot = part.lot and t.asset = 'cny'
    ) moved
    where part.pledge = p.id
) m on true;

create view money_by_enterprise as
select enterprise, shown, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen, 0::bigint as arranged_fen
from money_by_pledge
group by enterprise, shown;

create view money_by_town as
select left(village, 9) as town, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
       sum(arranged_fen)::bigint as arranged_fen
from money_by_village
where length(village) >= 9
group by left(village, 9);

-- What money_by_need says, of all public needs of a field together, and what is given to the field itself.
create view money_by_field as
select field, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
       sum(arranged_fen)::bigint as arranged_fen
from (
    select n.field, d.counted_fen as pledged_fen, d.arrived_fen, 0 as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
    from needs_public n
    join pledge_designation d on d.need = n.id
    union all
    select d.field, d.counted_fen, d.arrived_fen, 0, 0, 0
    from pledge_designation d
    where d.field is not null
    union all
    select n.field, 0, 0, d.disbursed_fen, 0, 0
    from needs_public n
    join disbursed d on d.need = n.id
    union all
    select n.field, 0, 0, 0, t.amount_fen, 0
    from needs_public n
    join transfer t on t.credit = 'spent:' || n.id and t.credit like 'spent:%' and t.asset = 'cny'
    union all
    select n.field, 0, 0, 0, -t.amount_fen, 0
    from needs_public n
    join transfer t on t.debit = 'spent:' || n.id and t.debit like 'spent:%' and t.asset = 'cny'
    union all
    -- What was given to the field itself is not arranged within it.
    select n.field, 0, 0, 0, 0, case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
    from needs_public n
    join allocation a on a.need = n.id and a.arranged
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    where not exists (
        select
        from pledge_designation d
        where d.pledge = a.pledge and d.position = a.position and d.field = n.field)
) part
where field is not null
group by field;
create index designation_of_field on pledge_designation (field) where field is not null;

-- The rows that add up to the numbers of a need: pledges, arrivals, payments, items, and what was arranged for it. Who gave
-- stands in them for whoever shows it; what is hidden is in the sum and not in its row.
create view need_figure as
select d.need, 'pledged' as number, d.pledged_at as at, d.pledge as id, d.position::bigint as n, d.counted_fen as fen,
       d.pledged_day as on_day, not d.show_amount as hidden, o.name as giver, p.public_display as display, '' as says,
       null::text as given_to, null::text as given_field
from pledge_designation d
join pledge p on p.id = d.pledge
join organisation o on o.id = p.enterprise
where d.counted_fen > 0
union all
select d.need, 'arrived', a.booked_at, a.pledge, a.id, a.amount_fen, a.day, not d.show_amount, o.name, p.public_display, '',
       null, null
from pledge_designation d
join designation_arrival a on a.pledge = d.pledge and a.position = d.position
join pledge p on p.id = d.pledge
join organisation o on o.id = p.enterprise
union all
select d.need, 'disbursed', coalesce(d.paid_at, d.prepared_at), d.id, 0, v.disbursed_fen,
       coalesce(d.paid_on, (d.prepared_at at time zone 'Asia/Shanghai')::date), false, null, null, d.payee_name, null, null
from disbursement d
join disbursed v on v.disbursement = d.id
where d.status in ('paid', 'bank_confirmed', 'bounced') and v.disbursed_fen <> 0
union all
select d.need, 'spent', i.decided_at, i.id, 0, s.fen, i.invoice_on, false, null, null, i.description, null, null
from disbursement d
join spending_item i on i.disbursement = d.id
cross join lateral (
    select coalesce(sum(t.amount_fen), 0)::bigint as fen
    from transfer t
    where t.cause = i.id and t.code = 'spend' and t.asset = 'cny'
      and not exists (select from transfer r where r.corrects = t.id)
) s
where i.status = 'accepted' and s.fen <> 0
union all
select a.need, 'arranged', a.made_at, a.id, 0, s.fen, (a.made_at at time zone 'Asia/Shanghai')::date,
       coalesce(not p.show_amount, false), o.name, p.public_display, '', a.given_to, g.field
from allocation a
left join pledge p on p.id = a.pledge
left join organisation o on o.id = p.enterprise
left join pledge_designation g on g.pledge = a.pledge and g.position = a.position
cross join lateral (
    select coalesce(sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end), 0)::bigint as fen
    from transfer t
    where t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
) s
where a.arranged and s.fen <> 0;

-- Those that belong to a place or a field itself and to no need.
create view own_figure as
select d.place, d.field, 'pledged' as number, d.pledged_at as at, d.pledge as id, d.position::bigint as n,
       d.counted_fen as fen, d.pledged_day as on_day, not d.show_amount as hidden, o.name as giver,
       p.public_display as display
from pledge_designation d
join pledge p on p.id = d.pledge
join organisation o on o.id = p.enterprise
where d.counted_fen > 0 and d.need is null
union all
select d.place, d.field, 'arrived', a.booked_at, a.pledge, a.id, a.amount_fen, a.day, not d.show_amount, o.name,
       p.public_display
from pledge_designation d
join designation_arrival a on a.pledge = d.pledge and a.position = d.position
join pledge p on p.id = d.pledge
join organisation o on o.id = p.enterprise
where d.need is null;

-- What a lot was paid and spent on: for the numbers of a campaign and of an enterprise, by the money itself. A function of
-- the lot, so that no other lot's transfers are read.
create function lot_figure(of_lot uuid)
    returns table (number text, id uuid, fen bigint, on_day date, need uuid, says text)
    language sql stable as $$
    select moved.number, moved.id, moved.fen, moved.on_day, coalesce(d.need, paid.need),
           coalesce(d.payee_name, i.description, '')
    from (
        select 'disbursed' as number,
               case when t.credit like 'advance:%' then account_subject(t.credit, 'advance')
                    else account_subject(t.debit, 'advance') end as id,
               sum(case when t.credit like 'advance:%' then t.amount_fen else -t.amount_fen end)::bigint as fen,
               max(t.effective_on) as on_day
        from transfer t
        where t.lot = of_lot and t.asset = 'cny'
          and ((t.debit like 'allocated:%' and t.credit like 'advance:%')
               or (t.debit like 'advance:%' and t.credit like 'allocated:%'))
        group by 2
        union all
        select 'spent', coalesce(c.cause, t.cause),
               sum(case when t.credit like 'spent:%' then t.amount_fen else -t.amount_fen end)::bigint,
               max(t.effective_on)
        from transfer t
        left join transfer c on c.id = t.corrects
        where t.lot = of_lot and t.asset = 'cny' and (t.credit like 'spent:%' or t.debit like 'spent:%')
        group by 2
    ) moved
    left join disbursement d on d.id = moved.id
    left join spending_item i on i.id = moved.id
    left join disbursement paid on paid.id = i.disbursement
    where moved.fen <> 0
$$;

create view pledge_figure as
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
select part.pledge, f.number, f.id, f.fen, f.on_day, f.says, f.need
from bank_line_part part
cross join lateral lot_figure(part.lot) f
where part.pledge is not null;

-- Money of a campaign that came without a pledge.
create view campaign_own_figure as
select part.campaign, 'arrived' as number, part.lot, part.lot as id, part.amount_fen as fen, line.booked_on as on_day,
       '' as says, null::uuid as need
from bank_line_part part
join bank_line line on line.id = part.line and line.status = 'confirmed'
where part.campaign is not null
union all
select part.campaign, f.number, part.lot, f.id, f.fen, f.on_day, f.says, f.need
from bank_line_part part
cross join lateral lot_figure(part.lot) f
where part.campaign is not null;
