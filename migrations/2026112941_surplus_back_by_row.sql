-- What went back of a surplus is not set aside any more: of a gift for several purposes, it was of the first row that money
-- was set aside of for the surplus's need.
create or replace view directed_balance as
select p.id as pledge, p.reference, p.enterprise, p.charity, p.campaign, p.status, p.funding_choice, d.position, d.kind, d.need,
       d.pairing, d.village, d.town, d.field, d.place, d.amount_fen, d.arrived_fen,
       (coalesce(s.set_aside, 0) - coalesce(b.back, 0))::bigint as set_aside_fen,
       coalesce(q.asked, 0)::bigint as asked_fen
from pledge p
join pledge_designation d on d.pledge = p.id
left join lateral (
    select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end) as set_aside
    from allocation a
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    where a.pledge = d.pledge and a.position = d.position
) s on true
left join lateral (
    select sum(asked.amount_fen) as asked
    from (
        select a.amount_fen
        from allocation a
        where a.pledge = d.pledge and a.position = d.position and a.status = 'requested'
        union all
        select x.amount_fen
        from purpose_change x
        where x.pledge = d.pledge and x.position = d.position and x.allocation is null
          and x.status in ('requested', 'consented')
    ) asked
) q on true
left join lateral (
    select sum(r.amount_fen) as back
    from gift_return r
    join surplus left_over on left_over.id = r.surplus
    where r.pledge = d.pledge and r.status = 'paid'
      and d.position = coalesce(
          (select min(a.position)
           from allocation a
           where a.pledge = r.pledge and a.need = left_over.need and a.status in ('accepted', 'locked', 'changing')),
          (select min(first.position) from pledge_designation first where first.pledge = r.pledge))
) b on true
where p.restriction = 'directed';
