-- What an enterprise has promised, in one shape: commitments besides money, its milestones, the ends of its pairings, and
-- its pledges, which have no day. `settled`: nothing is to be done any more; `kept`: because it was done; `waiting`: the
-- other side has to say whether it was.
create view enterprise_due as
select c.enterprise, 'commitment' as kind, c.id as subject, c.due_on as day, c.name as what, c.status, c.quantity,
       c.delivered, c.unit, null::bigint as amount_fen, null::bigint as arrived_fen, null::text as town,
       array[n.village] as villages, coalesce(n.code, '') as reference, c.status not in ('promised', 'partly_delivered') as settled,
       c.status = 'delivered' as kept, false as waiting, null::uuid as pairing
from commitment c
join need n on n.id = c.need
union all
select p.enterprise, 'milestone', m.id, m.due_on, m.title, m.status, null, null, '', null, null, p.town, p.villages,
       p.reference, m.status = 'verified' or p.status not in ('approved', 'signed', 'active'), m.status = 'verified',
       m.status = 'submitted', p.id
from pairing_milestone m
join pairing_read p on p.id = m.pairing
where m.owner = 'enterprise' and m.due_on is not null and m.status <> 'dropped'
union all
select p.enterprise, 'pairing_end', p.id,
       case when p.status = 'terminated' then (p.ended_at at time zone 'Asia/Shanghai')::date
            else least(p.last_day, p.notice_ends_on) end,
       '', case when p.notice is null then p.status else 'under_notice' end, null, null, '', null, null, p.town, p.villages,
       p.reference, p.status not in ('signed', 'active'), p.status in ('renewed', 'ended'), false, p.id
from pairing_read p
where p.status in ('signed', 'active', 'renewed', 'ended', 'terminated')
union all
select p.enterprise, 'pledge', p.id, null, coalesce(n.title, c.name), p.status, null, null, '', p.amount_fen, p.arrived_fen,
       null, case when n.village is null then '{}' else array[n.village] end, p.reference,
       p.status not in ('pledged', 'agreed', 'partly_arrived', 'overdue'), p.status = 'fulfilled', false, null
from pledge p
join campaign c on c.id = p.campaign
left join need n on n.id = p.need
where p.status <> 'draft';
