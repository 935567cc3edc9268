-- An account is proposed by a village, entered by one person of the charity, who types the number anew from the
-- document, and verified by another.
alter table payee add column entered_by uuid references person (id);
alter table payee add column entered_at timestamptz;
-- What was verified before was entered by whoever proposed it.
update payee set entered_by = proposed_by, entered_at = proposed_at where verified_at is not null;

alter table payee drop constraint payee_status;
alter table payee add constraint payee_status check (status in ('proposed', 'entered', 'verified', 'closed'));
alter table payee add constraint payee_entered_when check (
    (entered_by is null) = (entered_at is null)
    and (status <> 'proposed' or entered_by is null)
    and (status not in ('entered', 'verified') or entered_by is not null));
alter table payee add constraint payee_verified_after_entry check (verified_at is null or entered_at is not null);
alter table payee add constraint payee_entered_by_another check (verified_by <> entered_by);

-- What waits for the charity's makers, and for its checkers.
drop index payee_waiting;
create index payee_waiting on payee (charity, status, proposed_at) where status in ('proposed', 'entered');
