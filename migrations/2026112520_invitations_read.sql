-- An invitation is read with the name of the organisation that it is into.
create or replace view invitation_read as
select i.id, i.organisation, i.role, i.way, coalesce(nullif(p.name, ''), named.name, taker.name, '') as name, p.email,
       p.phone, i.made_by, maker.name as made_by_name, i.made_for, i.created_at, i.expires_at,
       i.accepted_at is not null as accepted, i.revoked_at is not null as revoked,
       exists (
           select from membership m
           where m.person = i.made_by and m.organisation = i.made_for and m.status = 'active'
             and m.role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner', 'town_reviewer',
                            'platform_admin')
       ) as inviter_stays,
       i.person, o.name as organisation_name
from invitation i
join organisation o on o.id = i.organisation
left join invitation_private p on p.invitation = i.id
left join person_private maker on maker.person = i.made_by
left join person_private taker on taker.person = i.accepted_by
left join person_private named on named.person = i.person;
