-- What was left of a need became surplus after this was set aside for it: nothing of it can be released or used otherwise.
create or replace view allocation_read as
select a.*, n.code as need_code, n.title as need_title, n.village as need_village, p.reference, p.enterprise,
       e.name as enterprise_name, c.name as charity_name, g.name as campaign_name, made.name as made_by_name,
       accepted.name as accepted_by_name,
       exists (
           select
           from surplus s
           where s.need = a.need and s.charity = a.charity and s.status = 'confirmed' and s.decided_at >= a.accepted_at
       ) as surplus
from allocation a
join need n on n.id = a.need
join organisation c on c.id = a.charity
left join pledge p on p.id = a.pledge
left join organisation e on e.id = p.enterprise
left join campaign g on g.id = a.campaign
left join person_private made on made.person = a.made_by
left join person_private accepted on accepted.person = a.accepted_by;
