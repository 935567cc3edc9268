-- The lots that a placement of surplus is of, chosen when it is proposed: one giver's consent moves nobody else's money.

-- Whose money it was said to be: gifts, or lots that no gift has; none where the oldest was to be taken.
alter table surplus_placement add column chosen uuid[] not null default '{}';
create trigger surplus_placement_chosen_stays before update of chosen on surplus_placement
    for each row execute function refuse_change();

create table surplus_placement_take (
    placement uuid not null references surplus_placement (id),
    lot uuid not null references bank_line_part (lot),
    amount_fen bigint not null constraint surplus_placement_take_amount check (amount_fen between 1 and 100000000000),
    primary key (placement, lot)
);
create index surplus_placement_take_of_lot on surplus_placement_take (lot);

insert into surplus_placement_take (placement, lot, amount_fen)
select p.id, t.lot, sum(t.amount_fen)
from surplus_placement p
join transfer t on t.cause = p.id and t.code = 'place_surplus'
where p.status = 'confirmed'
group by p.id, t.lot;

-- Lot by lot, what of a surplus is neither placed, nor proposed to be, nor promised to go back. Two surpluses may lie on
-- one account: of two charities, or of money that came back later.
create or replace view surplus_lot as
select moved.surplus, moved.lot, sum(moved.fen)::bigint as left_fen
from (
    select s.id as surplus, t.lot, t.amount_fen as fen
    from surplus s
    join transfer t on t.cause = s.id and t.code = 'surplus'
    union all
    select p.surplus, k.lot, -k.amount_fen
    from surplus_placement p
    join surplus_placement_take k on k.placement = p.id
    where p.status <> 'sent_back'
    union all
    select r.surplus, k.lot, -k.amount_fen
    from gift_return r
    join gift_return_take k on k.gift_return = r.id
    where r.surplus is not null and r.status <> 'rejected'
) moved
group by moved.surplus, moved.lot;

-- What was proposed before lots were written down: the oldest, as it would have been taken.
do $$
declare
    waiting record;
    held record;
    missing bigint;
begin
    for waiting in
        select p.id, p.surplus, p.amount_fen from surplus_placement p where p.status = 'proposed' order by p.proposed_at, p.id
    loop
        missing := waiting.amount_fen;
        for held in
            select l.lot, l.left_fen
            from surplus_lot l
            join ledger_lot k on k.lot = l.lot
            where l.surplus = waiting.surplus and l.left_fen > 0
            order by k.bank_date, k.confirmation_no, l.lot
        loop
            exit when missing = 0;
            insert into surplus_placement_take (placement, lot, amount_fen)
            values (waiting.id, held.lot, least(missing, held.left_fen));
            missing := missing - least(missing, held.left_fen);
        end loop;
    end loop;
end $$;

create trigger surplus_placement_take_append_only before update or delete on surplus_placement_take
    for each row execute function refuse_change();

-- A placement's lots add up to it.
create function surplus_takes_add_up() returns trigger language plpgsql as $$
declare
    own surplus_placement;
begin
    select p.* into own
    from surplus_placement p
    where p.id = coalesce(to_jsonb(new) ->> 'placement', to_jsonb(new) ->> 'id')::uuid;
    if own.amount_fen is distinct from
       (select sum(k.amount_fen)::bigint from surplus_placement_take k where k.placement = own.id) then
        raise exception 'the lots of a placement add up to it'
            using errcode = 'check_violation', constraint = 'surplus_placement_taken';
    end if;
    return null;
end $$;
create constraint trigger surplus_placement_is_taken after insert on surplus_placement
    deferrable initially deferred for each row execute function surplus_takes_add_up();
create constraint trigger surplus_placement_takes_add_up after insert on surplus_placement_take
    deferrable initially deferred for each row execute function surplus_takes_add_up();

-- Nothing of a surplus is for two: neither two placements, nor one and a return.
create function surplus_is_taken_once() returns trigger language plpgsql as $$
declare
    own uuid;
begin
    if tg_table_name = 'gift_return_take' then
        select r.surplus into own from gift_return r where r.id = (to_jsonb(new) ->> 'gift_return')::uuid;
    else
        select p.surplus into own from surplus_placement p where p.id = (to_jsonb(new) ->> 'placement')::uuid;
    end if;
    if own is not null and exists (select from surplus_lot l where l.surplus = own and l.left_fen < 0) then
        raise exception 'what of a surplus is taken stays taken'
            using errcode = 'check_violation', constraint = 'surplus_taken_once';
    end if;
    return null;
end $$;
create constraint trigger surplus_placement_taken_once after insert on surplus_placement_take
    deferrable initially deferred for each row execute function surplus_is_taken_once();
create constraint trigger gift_return_taken_once after insert on gift_return_take
    deferrable initially deferred for each row execute function surplus_is_taken_once();
