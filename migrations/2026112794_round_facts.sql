-- What a plan of a matching round rests on may change a moment later. Each transaction that changes some of it notes so
-- here, with the place that it concerns, in rows of its own: nobody waits for another. By the snapshot in which a plan
-- was last compared with the facts, a page then knows by one look whether it has to be compared anew. Rows are dropped
-- some days later.
create table round_fact_change (
    transaction xid8 not null default pg_current_xact_id(),
    -- Of a village or a town, or the city for what concerns pairs everywhere.
    place text not null,
    at timestamptz not null default now(),
    primary key (transaction, place)
);
create index round_fact_change_old on round_fact_change (at);
-- Rows come and go all day, as in village_total_change.
alter table round_fact_change set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create function note_round_fact(place text) returns void language sql as $$
    insert into round_fact_change (place) values (place) on conflict do nothing
$$;

create function round_fact_of_village() returns trigger language plpgsql as $$
begin
    perform note_round_fact(village)
    from (select old.village union select new.village) lies (village)
    where village is not null;
    return null;
end $$;

-- Needs that can be answered, and what is pledged for them.
create trigger need_is_round_fact after insert on need for each row
    when (new.status in ('open', 'partly_funded')) execute function round_fact_of_village();
create trigger need_change_is_round_fact after update on need for each row
    when (new.status in ('open', 'partly_funded') or old.status in ('open', 'partly_funded'))
    execute function round_fact_of_village();
create trigger need_end_is_round_fact after delete on need for each row execute function round_fact_of_village();
create trigger pledge_is_round_fact after insert or delete on pledge for each row
    execute function round_fact_of_village();
create trigger pledge_change_is_round_fact after update on pledge for each row
    when ((new.need, new.status, new.amount_fen, new.arrived_fen, new.show_amount)
          is distinct from (old.need, old.status, old.amount_fen, old.arrived_fen, old.show_amount))
    execute function round_fact_of_village();

-- Who is paired with whom, or talks about it. The villages of a new pairing come after it.
create trigger pairing_village_is_round_fact after insert on pairing_village for each row
    execute function round_fact_of_village();
create function round_fact_of_pairing() returns trigger language plpgsql as $$
begin
    perform note_round_fact(village) from pairing_village where pairing = new.id;
    return null;
end $$;
create trigger pairing_change_is_round_fact after update on pairing for each row
    when ((new.status, new.terms) is distinct from (old.status, old.terms)) execute function round_fact_of_pairing();

-- “Not for us”.
create function round_fact_of_dismissal() returns trigger language plpgsql as $$
begin
    perform note_round_fact(village) from need where id = new.need;
    return null;
end $$;
create trigger need_dismissal_is_round_fact after insert or update on need_dismissal for each row
    execute function round_fact_of_dismissal();

-- What lists say of towns.
create function round_fact_of_town() returns trigger language plpgsql as $$
begin
    perform note_round_fact(coalesce(new.town, old.town));
    return null;
end $$;
create trigger town_class_is_round_fact after insert or update or delete on town_class for each row
    execute function round_fact_of_town();

-- Who takes part, and what enterprises say of themselves and offer: for rounds of whatever place.
create function round_fact_of_enterprise() returns trigger language plpgsql as $$
begin
    perform note_round_fact('4414');
    return null;
end $$;
create trigger organisation_is_round_fact after insert on organisation for each row
    when (new.kind = 'enterprise' and new.status = 'verified') execute function round_fact_of_enterprise();
create trigger organisation_change_is_round_fact after update on organisation for each row
    when (new.kind = 'enterprise'
          and (new.status, new.name, new.place) is distinct from (old.status, old.name, old.place))
    execute function round_fact_of_enterprise();
create trigger registration_is_round_fact after insert on registration for each row
    execute function round_fact_of_enterprise();
create trigger registration_change_is_round_fact after update on registration for each row
    when (new.industry is distinct from old.industry) execute function round_fact_of_enterprise();
create trigger enterprise_profile_is_round_fact after insert or update or delete on enterprise_profile for each row
    execute function round_fact_of_enterprise();
create trigger offer_is_round_fact after insert on offer for each row
    when (new.status = 'open') execute function round_fact_of_enterprise();
create trigger offer_change_is_round_fact after update on offer for each row
    when (new.status = 'open' or old.status = 'open') execute function round_fact_of_enterprise();
