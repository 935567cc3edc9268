-- Whom the public asks is said by every charity of a campaign that is not only being set up, and wherever everybody may be
-- sent to give.
create function contact_is_said() returns trigger language plpgsql as $$
begin
    if new.contact = '' and exists (
        select from campaign c where c.id = new.campaign and c.stage not in ('draft', 'archived')
    ) then
        raise exception 'a charity of a campaign that is shown has no contact'
            using errcode = 'check_violation', constraint = 'campaign_charity_contact';
    end if;
    return new;
end $$;
create trigger campaign_charity_contact before insert or update of contact on campaign_charity for each row
    when (new.contact = '') execute function contact_is_said();

create function giving_has_contact() returns trigger language plpgsql as $$
begin
    if not exists (
        select
        from campaign_charity c
        where c.campaign = new.campaign and c.charity = new.charity and c.contact <> ''
    ) then
        raise exception 'a way of giving of a charity without a contact'
            using errcode = 'check_violation', constraint = 'public_giving_contact';
    end if;
    return new;
end $$;
create trigger public_giving_contact before insert on public_giving for each row execute function giving_has_contact();
