-- Who joins an organisation and how: invitations, the last owner, new passwords that two people of a town agree to,
-- texts that people pass on by telephone.

-- People of villages sign in with a phone number more often than with an e-mail address. One number, one account; one
-- address, one account: both are signed in with.
alter table person_private add column phone text constraint person_phone_unique unique
    constraint person_phone_form check (phone ~ '^1[3-9][0-9]{9}$');
create unique index person_email_unique on person_private (lower(email)) where email <> '';

-- An organisation with an owner keeps one. The row lock makes two owners who leave at once wait for each other.
create function keep_an_owner() returns trigger language plpgsql as $$
begin
    perform from organisation where id = old.organisation for update;
    if not exists (
        select from membership
        where organisation = old.organisation and status = 'active'
          and role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner')
    ) then
        raise exception 'an organisation keeps an owner'
            using errcode = 'check_violation', constraint = 'organisation_keeps_an_owner';
    end if;
    return null;
end $$;
create constraint trigger organisation_keeps_an_owner after delete on membership
    for each row when (old.role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner'))
    execute function keep_an_owner();

-- Whoever makes accounts possible never handles money, in whatever organisation.
create function keep_admin_from_money() returns trigger language plpgsql as $$
begin
    perform from person where id = new.person for update;
    if exists (select from membership where person = new.person and role = 'platform_admin')
        and exists (
            select from membership
            where person = new.person and role in ('charity_maker', 'charity_checker', 'charity_payer')
        )
    then
        raise exception 'an administrator handles no money'
            using errcode = 'check_violation', constraint = 'membership_admin_without_money';
    end if;
    return null;
end $$;
create constraint trigger membership_admin_without_money after insert on membership
    for each row when (new.role in ('platform_admin', 'charity_maker', 'charity_checker', 'charity_payer'))
    execute function keep_admin_from_money();

create table invitation (
    id uuid primary key,
    organisation uuid not null references organisation (id),
    role text not null constraint invitation_role check (role in (
        'village_reporter', 'village_head', 'town_reviewer', 'federation_county', 'federation_city', 'rural_office',
        'campaign_office', 'enterprise_operator', 'enterprise_owner', 'charity_owner', 'charity_maker',
        'charity_checker', 'charity_payer', 'auditor', 'platform_admin', 'office_owner')),
    way text not null constraint invitation_way check (way in ('print', 'email', 'text')),
    -- The code itself is known to its reader only.
    code_hash bytea not null constraint invitation_code_unique unique,
    made_by uuid not null references person (id),
    -- For which organisation: its own, the town of the village, or the platform.
    made_for uuid not null references organisation (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_by uuid references person (id),
    accepted_at timestamptz,
    revoked_by uuid references person (id),
    revoked_at timestamptz,
    constraint invitation_ends_later check (expires_at > created_at),
    constraint invitation_accepted_when check ((accepted_by is null) = (accepted_at is null)),
    constraint invitation_revoked_when check ((revoked_by is null) = (revoked_at is null)),
    constraint invitation_ends_once check (accepted_at is null or revoked_at is null),
    constraint invitation_not_to_oneself check (accepted_by <> made_by)
);
create index invitation_of_organisation on invitation (organisation, created_at desc, id desc);
create index invitation_open on invitation (organisation) where accepted_at is null and revoked_at is null;

-- Whom it is for; emptied when it is accepted or void.
create table invitation_private (
    invitation uuid primary key references invitation (id),
    name text not null,
    email text,
    phone text
);

-- A new password for somebody of a village. Two different people decide, neither of them the person himself.
create table password_reset (
    id uuid primary key,
    person uuid not null references person (id),
    village uuid not null references organisation (id),
    town uuid not null references organisation (id),
    asked_by uuid not null references person (id),
    asked_at timestamptz not null,
    approved_by uuid references person (id),
    approved_at timestamptz,
    code_hash bytea constraint password_reset_code_unique unique,
    expires_at timestamptz,
    used_at timestamptz,
    -- Refused, or replaced by a later one.
    ended_at timestamptz,
    constraint password_reset_two_people check (approved_by <> asked_by),
    constraint password_reset_not_oneself check (asked_by <> person and approved_by <> person),
    constraint password_reset_approved_when check (
        num_nulls(approved_by, approved_at, code_hash, expires_at) in (0, 4)),
    constraint password_reset_used_when check (used_at is null or (approved_at is not null and ended_at is null))
);
-- One question at a time about the same person.
create unique index password_reset_asked_once on password_reset (person)
    where approved_at is null and ended_at is null;
create index password_reset_of_town on password_reset (town, asked_at desc, id desc);
create index password_reset_of_person on password_reset (person, approved_at desc);

-- What staff pass on by telephone. Number and words are sealed with a key that the database does not know, and
-- forgotten once they have been passed on.
create table text_to_pass_on (
    id uuid primary key,
    organisation uuid not null references organisation (id),
    sealed bytea,
    written_at timestamptz not null,
    -- Afterwards it says nothing of use.
    useful_until timestamptz not null,
    passed_on_by uuid references person (id),
    passed_on_at timestamptz,
    constraint text_forgotten_when_passed_on check ((passed_on_at is null) or (sealed is null and passed_on_by is not null))
);
create index text_waiting on text_to_pass_on (organisation, written_at) where sealed is not null;

-- The administrator's list, page after page.
create index organisation_in_order on organisation (created_at desc, id desc);

-- An invitation with whom it is for, or who took it, by whom it is, and whether he still has a role from which people
-- invite there.
create view invitation_read as
select i.id, i.organisation, i.role, i.way, coalesce(nullif(p.name, ''), taker.name, '') as name, p.email, p.phone,
       i.made_by, maker.name as made_by_name, i.made_for, i.created_at, i.expires_at,
       i.accepted_at is not null as accepted, i.revoked_at is not null as revoked,
       exists (
           select from membership m
           where m.person = i.made_by and m.organisation = i.made_for and m.status = 'active'
             and m.role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner', 'town_reviewer',
                            'platform_admin')
       ) as inviter_stays
from invitation i
left join invitation_private p on p.invitation = i.id
left join person_private maker on maker.person = i.made_by
left join person_private taker on taker.person = i.accepted_by;

-- A new password with everybody's name, and how many people its town has: of a town of one, the county's federation
-- decides as the second.
create view password_reset_read as
select r.id, r.person, coalesce(who.name, '') as person_name, village.name as village_name, r.town,
       town.name as town_name, town.place as town_place,
       (select count(distinct m.person) from membership m where m.organisation = r.town and m.status = 'active')
           as town_people,
       r.asked_by, asker.name as asked_by_name, r.asked_at, approver.name as approved_by_name, r.expires_at,
       r.approved_at is not null as approved, r.used_at is not null as used, r.ended_at is not null as ended
from password_reset r
join organisation village on village.id = r.village
join organisation town on town.id = r.town
left join person_private who on who.person = r.person
left join person_private asker on asker.person = r.asked_by
left join person_private approver on approver.person = r.approved_by;
