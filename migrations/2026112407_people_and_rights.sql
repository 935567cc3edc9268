-- The parties as they really are: more kinds of organisations, roles given by somebody, sessions that know how sure
-- they are of their person.

alter table organisation drop constraint organisation_kind;
alter table organisation add constraint organisation_kind check (kind in (
    'village', 'town', 'federation', 'rural_office', 'campaign_office', 'enterprise', 'charity', 'donor',
    'audit_office', 'platform'));
alter table organisation drop constraint organisation_place_known;
alter table organisation add constraint organisation_place_known check
    (kind not in ('village', 'town', 'federation', 'rural_office') or place is not null);
create unique index organisation_one_per_town on organisation (place) where kind = 'town';
create unique index organisation_one_federation on organisation (place) where kind = 'federation';
-- Lists of a jurisdiction.
create index organisation_by_place on organisation (place text_pattern_ops, kind) where place is not null;

alter table membership drop constraint membership_role;
alter table membership add constraint membership_role check (role in (
    'village_reporter', 'village_head', 'town_reviewer', 'federation_county', 'federation_city', 'rural_office',
    'campaign_office', 'enterprise_operator', 'enterprise_owner', 'charity_owner', 'charity_maker', 'charity_checker',
    'charity_payer', 'auditor', 'donor', 'platform_admin', 'office_owner'));
-- A role that handles money works only after a second person of the charity has agreed to it.
alter table membership add column status text not null default 'active' constraint membership_status check
    (status in ('waiting', 'active'));
-- None: set up with the installation itself, by whoever runs it.
alter table membership add column given_by uuid references person (id);
alter table membership add column seconded_by uuid references person (id);
alter table membership add column seconded_at timestamptz;
alter table membership add constraint membership_not_by_oneself check (given_by <> person and seconded_by <> person);
alter table membership add constraint membership_money_two_people check (
    role not in ('charity_maker', 'charity_checker', 'charity_payer') or status = 'waiting' or given_by is null
    or (seconded_by is not null and seconded_by <> given_by));

-- Which of his organisations the person acts for in this session; how and when he last proved who he is.
alter table session add column organisation uuid references organisation (id);
alter table session add column device text not null default '';
alter table session add column address text;
alter table session add column seen_at timestamptz;
alter table session add column authenticated_at timestamptz;
alter table session add column second_factor boolean not null default false;
update session set seen_at = created_at, authenticated_at = created_at;
alter table session alter column seen_at set not null;
alter table session alter column authenticated_at set not null;

-- Time-based one-time passwords (RFC 6238). The secret is sealed with a key that the database does not know.
create table second_factor (
    person uuid primary key references person (id),
    sealed_secret bytea not null,
    created_at timestamptz not null,
    -- From here on it is asked for.
    confirmed_at timestamptz,
    -- The step of the last password that was taken; none is taken twice.
    last_step bigint not null default 0
);

-- For a lost phone; each is good once.
create table recovery_code (
    person uuid not null references second_factor (person) on delete cascade,
    hash bytea not null,
    used_at timestamptz,
    primary key (person, hash)
);

-- One's own acts, for whoever did them.
create index event_by_actor on event (actor, seq desc) where actor is not null;
