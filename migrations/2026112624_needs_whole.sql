-- Needs in their whole life: six kinds, towns that review first, days of objection, pause, withdrawal, expiry, work and
-- acceptance.
alter table need add column asked jsonb not null default '[]'
    constraint need_asked_lines check (jsonb_typeof(asked) = 'array' and jsonb_array_length(asked) <= 20);
alter table need add column form text constraint need_form check
    (form in ('village_pairing', 'joint_building', 'town_coverage'));
alter table need add column joint jsonb constraint need_joint_form check (joint is null or form = 'joint_building');
-- The enterprise is paid by a public body: no gift, and in no total.
alter table need add column procured boolean not null default false
    constraint need_procured_service check (not procured or kind = 'service');
alter table need add column price_basis text not null default '';
alter table need add column indicator text;
-- The last day on which it is shown for objections.
alter table need add column publicized_until date;
alter table need add column paused_from text constraint need_paused_state check
    (paused_from in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress'));
-- For which day its village was warned that it will expire.
alter table need add column warned_for date;

-- Money is asked by a budget, everything else by lines, and never both.
alter table need drop constraint need_complete;
alter table need add constraint need_complete check (status in ('draft', 'returned', 'withdrawn')
    or (field is not null and title <> '' and description <> '' and wanted_by is not null
        and outcome <> '' and outcome_quantity > 0 and outcome_unit <> ''
        and case when kind = 'money' then amount_fen > 0 else jsonb_array_length(asked) > 0 end));
alter table need add constraint need_one_kind check
    (case when kind = 'money' then jsonb_array_length(asked) = 0 else amount_fen is null end);
alter table need add constraint need_joint_whole check
    (form is distinct from 'joint_building' or joint is not null or status in ('draft', 'returned', 'withdrawn'));
alter table need add constraint need_paused_from check ((status = 'paused') = (paused_from is not null));
alter table need add constraint need_publicized_until check (status <> 'publicized' or publicized_until is not null);
-- What was shown to everybody once keeps its code, also set aside; what was not, has none.
alter table need drop constraint need_public_once;
alter table need add constraint need_public_once check (code is not null or status not in
    ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed', 'paused', 'expired'));

create index need_to_town on need (left(village, 9), changed_at) where status = 'town_review';
create index need_to_accept on need (village text_pattern_ops, changed_at) where status = 'acceptance';
create index need_to_open on need (publicized_until, id) where status = 'publicized';
create index need_to_expire on need (wanted_by, id) where status = 'open';

-- Pictures of quotes: for the village and whoever reviews it.
create table need_quote (
    need uuid not null references need (id),
    position integer not null,
    file uuid not null references file (id),
    primary key (need, position)
);
create index need_quote_by_file on need_quote (file);

-- A letter that objects to a need while it is shown for objections: the need opens when it is answered.
alter table enquiry add column need uuid references need (id);
create index enquiry_of_need on enquiry (need) where need is not null and status = 'waiting';

-- What everybody may read of a need: also one that was set aside after it was public.
create or replace view needs_public as
select need.*
from need
where code is not null
  and status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed', 'paused',
                 'withdrawn', 'expired');

-- What stands in lists and is found by searching.
create view needs_listed as
select need.*
from need
where status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');

-- Villages whose town has somebody who reviews.
create view town_reviews as
select distinct place as town
from desk
where kind = 'town' and role = 'town_reviewer';

alter table notice drop constraint notice_kind;
alter table notice add constraint notice_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'account', 'todo'));
alter table notice_preference drop constraint notice_preference_kind;
alter table notice_preference add constraint notice_preference_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'account', 'todo'));

-- How far needs that follow what is promised have followed the record of events: one row, moved under its lock.
create table follower (
    name text primary key,
    horizon bigint not null
);
