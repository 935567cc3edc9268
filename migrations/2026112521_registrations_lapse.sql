-- An enterprise's registration whose address nobody confirmed ends: its code is free for whoever it belongs to, and what
-- it said of people is gone. The row stays, so that the record of what happened names something.
alter table organisation drop constraint organisation_status;
alter table organisation add constraint organisation_status check
    (status in ('pending', 'verified', 'returned', 'suspended', 'lapsed'));
alter table organisation add constraint organisation_lapsed_without_code check
    (status <> 'lapsed' or (kind = 'enterprise' and uscc is null and name_core is null));

alter table verification_step drop constraint verification_step_known;
alter table verification_step add constraint verification_step_known check
    (step in ('submitted', 'resubmitted', 'answered', 'verified', 'returned', 'suspended', 'restored', 'lapsed'));
alter table verification_step drop constraint verification_decided_by_another;
alter table verification_step add constraint verification_decided_by_another check
    ((step in ('submitted', 'resubmitted', 'answered', 'lapsed')) = (acting_for = organisation));

create or replace view registration_read as
select r.organisation, r.version, r.former_names, r.former_cores, r.industry, r.submitted_at, o.name, o.name_core,
       coalesce(o.uscc, '') as uscc, o.place, o.status,
       exists (
           select
           from membership m
           join person_private p on p.person = m.person
           where m.organisation = r.organisation and m.status = 'active' and p.email is not null
             and p.email_confirmed_at is not null
       ) as email_confirmed
from registration r
join organisation o on o.id = r.organisation;

-- An organisation with an owner keeps one, unless it has lapsed: nobody is left in it then.
create or replace function keep_an_owner() returns trigger language plpgsql as $$
declare
    standing text;
begin
    select status into standing from organisation where id = old.organisation for update;
    if standing <> 'lapsed' and not exists (
        select from membership
        where organisation = old.organisation and status = 'active'
          and role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner')
    ) then
        raise exception 'an organisation keeps an owner'
            using errcode = 'check_violation', constraint = 'organisation_keeps_an_owner';
    end if;
    return null;
end $$;
