-- When a signed month was asked to be opened again: since then it waits for a second person.
alter table month_end add column reopen_asked_at timestamptz;
update month_end set reopen_asked_at = coalesce(reopened_at, decided_at, prepared_at) where reopen_asked_by is not null;
alter table month_end add constraint month_end_reopen_asked_when check
    ((reopen_asked_by is null) = (reopen_asked_at is null));
create index bank_out_of_account on bank_out (bank_account);
create index gift_return_waiting on gift_return (charity, prepared_at) where status in ('requested', 'approved');
