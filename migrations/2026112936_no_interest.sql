-- Who verifies an account declares that whoever is paid there is not close to those who run the charity (慈善法: nobody with
-- an interest of its managers is chosen as beneficiary). Accounts verified before were not asked.
alter table payee add column no_interest boolean not null default false;
create function payee_has_no_interest() returns trigger language plpgsql as $$
begin
    raise exception 'an account is verified without the declaration of no interest'
        using errcode = 'check_violation', constraint = 'payee_no_interest';
end $$;
create trigger payee_no_interest before update of status on payee for each row
    when (new.status = 'verified' and old.status <> 'verified' and not new.no_interest)
    execute function payee_has_no_interest();
