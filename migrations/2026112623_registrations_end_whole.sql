-- A registration waits for its address until a day that is written down when it is handed in, so that handing it in
-- again wins no time. Those that are here already are given the whole time from now: nobody told them of it before.
alter table registration add column confirm_until timestamptz;
update registration set confirm_until = greatest(created_at, now()) + interval '14 days';
alter table registration alter column confirm_until set not null;
create index registration_confirm_until on registration (confirm_until, organisation);

-- Somebody stands behind a registration: whoever has confirmed his address, and whoever came by an invitation on paper
-- and has none.
create or replace view registration_read as
select r.organisation, r.version, r.former_names, r.former_cores, r.industry, r.submitted_at, o.name, o.name_core,
       coalesce(o.uscc, '') as uscc, o.place, o.status,
       exists (
           select
           from membership m
           join person_private p on p.person = m.person
           where m.organisation = r.organisation and m.status = 'active' and p.email is not null
             and p.email_confirmed_at is not null
       ) as email_confirmed,
       r.confirm_until,
       exists (
           select
           from membership m
           join person_private p on p.person = m.person
           where m.organisation = r.organisation and m.status = 'active'
             and (p.email is null or p.email_confirmed_at is not null)
       ) as stood_behind
from registration r
join organisation o on o.id = r.organisation;

-- An invitation into an organisation that is no more is ended by nobody.
alter table invitation drop constraint invitation_revoked_when;
alter table invitation add constraint invitation_revoked_when check (revoked_by is null or revoked_at is not null);
