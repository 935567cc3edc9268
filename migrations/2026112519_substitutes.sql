-- A unit that is a person short asks one of the unit above it. Which one that is follows from the place; a charity has
-- none, so the platform's administrator names it.
alter table organisation add constraint organisation_id_and_kind unique (id, kind);
alter table organisation add column parent uuid;
alter table organisation add constraint organisation_parent_of_its_kind
    foreign key (parent, kind) references organisation (id, kind);
alter table organisation add constraint organisation_parent_named check (
    parent is null or (kind = 'charity' and parent <> id));

-- An invitation to somebody who is known here already: only he takes it, and he needs no paper.
alter table invitation add column person uuid references person (id);
alter table invitation drop constraint invitation_way;
alter table invitation add constraint invitation_way check (way in ('print', 'email', 'text', 'parent'));
alter table invitation add constraint invitation_names_somebody check ((way = 'parent') = (person is not null));
alter table invitation add constraint invitation_taken_by_the_named check (accepted_by = person);
alter table invitation add constraint invitation_names_another check (person <> made_by);
create index invitation_to_person on invitation (person, created_at) where person is not null;

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
       i.person
from invitation i
left join invitation_private p on p.invitation = i.id
left join person_private maker on maker.person = i.made_by
left join person_private taker on taker.person = i.accepted_by
left join person_private named on named.person = i.person;
