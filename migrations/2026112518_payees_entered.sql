-- An account is proposed by a village, entered by one person of the charity, who types the number anew from the
-- document, and verified by another.
alter table payee add column entered_by uuid references person (id);
alter table payee add column entered_at timestamptz;
-- What was verified before this rule was entered by nobody.
alter table payee add column before_entry boolean not null default false;
update payee set before_entry = true where verified_at is not null;

alter table payee drop constraint payee_status;
alter table payee add constraint payee_status check (status in ('proposed', 'entered', 'verified', 'closed'));
alter table payee add constraint payee_entered_when check (
    (entered_by is null) = (entered_at is null)
    and (status <> 'proposed' or entered_by is null)
    and (status <> 'entered' or entered_by is not null)
    and (verified_at is null or entered_by is not null or before_entry));
alter table payee add constraint payee_entered_from_document check (entered_by is null or document is not null);
alter table payee add constraint payee_entered_by_another check (entered_by <> proposed_by);
alter table payee add constraint payee_verified_by_another check (verified_by <> entered_by);

-- What waits for the charity's makers, and for its checkers.
drop index payee_waiting;
create index payee_waiting on payee (charity, status, proposed_at) where status in ('proposed', 'entered');
