-- Each choice of how a pledge is shown and to whom it is told, with the version of the text that was read. Added, never
-- changed; the latest one is what the pledge says.
create table pledge_display_choice (
    pledge uuid not null references pledge (id),
    number integer not null constraint pledge_display_choice_number check (number > 0),
    public_display text not null constraint pledge_display_choice_known check
        (public_display in ('name', 'partial', 'anonymous')),
    show_amount boolean not null,
    share_with_recipient boolean not null,
    text_version text not null constraint pledge_display_choice_version check (text_version <> ''),
    chosen_by uuid not null references person (id),
    chosen_at timestamptz not null,
    primary key (pledge, number)
);
create trigger pledge_display_choice_stays before update or delete on pledge_display_choice
    for each row execute function refuse_change();

insert into pledge_display_choice
    (pledge, number, public_display, show_amount, share_with_recipient, text_version, chosen_by, chosen_at)
select id, 1, public_display, show_amount, share_with_recipient, terms_version, pledged_by, changed_at
from pledge;

-- The first one is made with the pledge.
create function pledge_display_first() returns trigger language plpgsql as $$
begin
    insert into pledge_display_choice
        (pledge, number, public_display, show_amount, share_with_recipient, text_version, chosen_by, chosen_at)
    values (new.id, 1, new.public_display, new.show_amount, new.share_with_recipient, new.terms_version, new.pledged_by,
            new.pledged_at);
    return null;
end
$$;
create trigger pledge_display_first after insert on pledge for each row execute function pledge_display_first();

-- What a pledge says is what was chosen last: looked at when the transaction ends.
create function pledge_display_is_chosen() returns trigger language plpgsql as $$
begin
    if not exists (
        select from pledge p
        join lateral (
            select c.public_display, c.show_amount, c.share_with_recipient
            from pledge_display_choice c
            where c.pledge = p.id
            order by c.number desc
            limit 1) last on true
        where p.id = new.id
          and (last.public_display, last.show_amount, last.share_with_recipient)
            = (p.public_display, p.show_amount, p.share_with_recipient)) then
        raise exception 'a pledge is shown as its giver chose'
            using errcode = 'check_violation', constraint = 'pledge_display_is_chosen';
    end if;
    return null;
end
$$;
create constraint trigger pledge_display_is_chosen
    after update of public_display, show_amount, share_with_recipient on pledge
    deferrable initially deferred for each row execute function pledge_display_is_chosen();
