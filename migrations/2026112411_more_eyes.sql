-- More pairs of eyes: a charity's own threshold, a payee with its proof, a changed account that waits.

-- From this amount on a payment is approved by another person than the one who checked it. It only ever adds one.
create table approval_rule (
    charity uuid primary key references organisation (id),
    from_fen bigint not null constraint approval_rule_amount check (from_fen between 1 and 100000000000),
    set_by uuid not null references person (id),
    set_at timestamptz not null
);

-- Frozen when the payment is prepared: a rule that changes later does not change what was begun under it.
alter table disbursement add column two_approvers boolean not null default false;
alter table disbursement add constraint disbursement_two_approvers check
    (not two_approvers or approved_by is null or approved_by <> checked_by);

drop view disbursement_read;
create view disbursement_read as
select d.*, n.title as need_title, prepared.name as prepared_by_name, checked.name as checked_by_name,
       approved.name as approved_by_name, paid.name as paid_by_name
from disbursement d
join need n on n.id = d.need
left join person_private prepared on prepared.person = d.prepared_by
left join person_private checked on checked.person = d.checked_by
left join person_private approved on approved.person = d.approved_by
left join person_private paid on paid.person = d.paid_by;

-- Who sits at which desk, for rooms that have to say that nobody does.
create view at_a_desk as
select organisation, person, role from membership where status = 'active';

-- What proves an account: the bank's permit or its confirmation, seen by the village, its charity and the auditor.
alter table payee add column document uuid references file (id);
create index payee_by_document on payee (document) where document is not null;
-- Of a custody account the part that is the village's.
alter table payee add column sub_account text not null default '';
alter table payee add constraint payee_sub_account check (kind = 'town_custody' or sub_account = '');
-- A changed account is not paid before this instant, so that whoever did not want the change can say so.
alter table payee add column held_until timestamptz;
alter table payee add constraint payee_held_when check (held_until is null or verified_at is not null);

-- Which organisations may see a picture that is not public, beside those of the need that shows it.
create view file_reader as
select document as file, organisation from payee where document is not null
union all
select document, charity from payee where document is not null;
