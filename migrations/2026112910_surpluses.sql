-- What is left when a need is over (结余), and its lawful use: another need of like purpose, or back to its givers.

create table surplus (
    id uuid primary key,
    need uuid not null references need (id),
    charity uuid not null references organisation (id),
    -- All that was left of what the charity had set aside for the need.
    amount_fen bigint not null constraint surplus_amount check (amount_fen between 1 and 100000000000),
    reason text not null constraint surplus_why check (reason <> ''),
    status text not null constraint surplus_status check (status in ('declared', 'confirmed', 'sent_back')),
    declared_by uuid not null references person (id),
    declared_at timestamptz not null,
    decided_by uuid references person (id),
    decided_at timestamptz,
    -- Why it was sent back.
    decided_why text,
    -- The charity's own running number, and the legal day from which its months run.
    number integer,
    found_on date,
    constraint surplus_four_eyes check (status <> 'confirmed' or decided_by <> declared_by),
    constraint surplus_decided check ((status = 'declared') = (decided_by is null)
        and (decided_by is null) = (decided_at is null)),
    constraint surplus_sent_back_why check ((status = 'sent_back') = (coalesce(decided_why, '') <> '')),
    constraint surplus_numbered check ((status = 'confirmed') = (number is not null)
        and (number is null) = (found_on is null)),
    constraint surplus_number_once unique (charity, number)
);
create unique index surplus_waits_once on surplus (need, charity) where status = 'declared';
create index surplus_of_charity on surplus (charity, declared_at desc, id desc);
create index surplus_in_order on surplus (declared_at desc, id desc);
create index surplus_of_need on surplus (need, found_on);
create trigger surplus_stays before update of id, need, charity, amount_fen, reason, declared_by, declared_at on surplus
    for each row execute function refuse_change();
create trigger surplus_decided_once before update on surplus for each row
    when (old.status <> 'declared') execute function refuse_change();
create trigger surplus_kept before delete on surplus for each row execute function refuse_change();

create table surplus_placement (
    id uuid primary key,
    surplus uuid not null references surplus (id),
    to_need uuid not null references need (id),
    amount_fen bigint not null constraint surplus_placement_amount check (amount_fen between 1 and 100000000000),
    why_similar text not null constraint surplus_placement_similar check (why_similar <> ''),
    basis text not null constraint surplus_placement_basis check (basis in ('agreement', 'consent', 'similar_purpose')),
    -- The agreement's clause, the letters of consent, or where it was made public.
    basis_reference text not null constraint surplus_placement_reference check (basis_reference <> ''),
    status text not null constraint surplus_placement_status check (status in ('proposed', 'confirmed', 'sent_back')),
    proposed_by uuid not null references person (id),
    proposed_at timestamptz not null,
    decided_by uuid references person (id),
    decided_at timestamptz,
    decided_why text,
    -- Running within its surplus.
    number integer,
    placed_on date,
    constraint surplus_placement_four_eyes check (status <> 'confirmed' or decided_by <> proposed_by),
    constraint surplus_placement_decided check ((status = 'proposed') = (decided_by is null)
        and (decided_by is null) = (decided_at is null)),
    constraint surplus_placement_sent_back_why check ((status = 'sent_back') = (coalesce(decided_why, '') <> '')),
    constraint surplus_placement_numbered check ((status = 'confirmed') = (number is not null)
        and (number is null) = (placed_on is null)),
    constraint surplus_placement_number_once unique (surplus, number)
);
create index surplus_placement_of_surplus on surplus_placement (surplus, proposed_at);
create index surplus_placement_to_need on surplus_placement (to_need, placed_on);
create index surplus_placement_waiting on surplus_placement (proposed_at) where status = 'proposed';
create trigger surplus_placement_stays before update of id, surplus, to_need, amount_fen, why_similar, basis,
    basis_reference, proposed_by, proposed_at on surplus_placement for each row execute function refuse_change();
create trigger surplus_placement_decided_once before update on surplus_placement for each row
    when (old.status <> 'proposed') execute function refuse_change();
create trigger surplus_placement_kept before delete on surplus_placement for each row execute function refuse_change();

-- What goes back of a surplus, still by its pledge or its part of a line.
alter table gift_return add column surplus uuid references surplus (id);
create index gift_return_of_surplus on gift_return (surplus) where surplus is not null;

-- Lot by lot, what of a surplus is neither placed nor promised to go back. Two surpluses may lie on one account: of two
-- charities, or of money that came back later.
create view surplus_lot as
select moved.surplus, moved.lot, sum(moved.fen)::bigint as left_fen
from (
    select s.id as surplus, t.lot, t.amount_fen as fen
    from surplus s
    join transfer t on t.cause = s.id and t.code = 'surplus'
    union all
    select p.surplus, t.lot, -t.amount_fen
    from surplus_placement p
    join transfer t on t.cause = p.id and t.code = 'place_surplus'
    union all
    select r.surplus, k.lot, -k.amount_fen
    from gift_return r
    join gift_return_take k on k.gift_return = r.id
    where r.surplus is not null and r.status <> 'rejected'
) moved
group by moved.surplus, moved.lot;

-- What became of each surplus.
create view surplus_read as
select s.id, s.need, s.charity, s.amount_fen, s.reason, s.status, s.declared_by, s.declared_at, s.decided_by, s.decided_at,
       s.decided_why, s.number, s.found_on, n.code as need_code, n.title as need_title, n.village as need_village,
       c.name as charity_name, declared.name as declared_by_name,
       decided.name as decided_by_name, coalesce(p.placed_fen, 0)::bigint as placed_fen,
       coalesce(p.proposed_fen, 0)::bigint as proposed_fen, coalesce(r.returned_fen, 0)::bigint as returned_fen,
       coalesce(r.returning_fen, 0)::bigint as returning_fen
from surplus s
join need n on n.id = s.need
join organisation c on c.id = s.charity
left join person_private declared on declared.person = s.declared_by
left join person_private decided on decided.person = s.decided_by
left join lateral (
    select sum(p.amount_fen) filter (where p.status = 'confirmed') as placed_fen,
           sum(p.amount_fen) filter (where p.status = 'proposed') as proposed_fen
    from surplus_placement p
    where p.surplus = s.id
) p on true
left join lateral (
    select sum(r.amount_fen) filter (where r.status = 'paid') as returned_fen,
           sum(r.amount_fen) filter (where r.status in ('requested', 'approved')) as returning_fen
    from gift_return r
    where r.surplus = s.id
) r on true;

-- A placed surplus is set aside for its new need without having been given for it, and no longer for the old one.
create view surplus_arranged as
select p.to_need as need, p.id, p.amount_fen as fen, p.decided_at as at, p.placed_on as on_day
from surplus_placement p
where p.status = 'confirmed'
union all
select s.need, p.id, -p.amount_fen, p.decided_at, p.placed_on
from surplus s
join surplus_placement p on p.surplus = s.id
where p.status = 'confirmed';

create or replace view money_by_need as
select need.id as need,
       coalesce((select sum(counted_fen) from pledge_designation d where d.need = need.id), 0)::bigint as pledged_fen,
       coalesce((select sum(arrived_fen) from pledge_designation d where d.need = need.id), 0)::bigint as arrived_fen,
       coalesce((select sum(d.disbursed_fen) from disbursed d where d.need = need.id), 0)::bigint as disbursed_fen,
       (coalesce((select sum(t.amount_fen) from transfer t where t.credit = 'spent:' || need.id and t.asset = 'cny'), 0)
        - coalesce((select sum(t.amount_fen) from transfer t where t.debit = 'spent:' || need.id and t.asset = 'cny'), 0)
       )::bigint as spent_fen,
       -- Set aside for it without having been pledged to it, whatever it was pledged to.
       (coalesce((
           select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end)
           from allocation a
           join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
           where a.need = need.id and a.arranged
       ), 0) + coalesce((select sum(m.fen) from surplus_arranged m where m.need = need.id), 0))::bigint as arranged_fen
from need;

create or replace view money_by_village as
select village, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
       sum(arranged_fen)::bigint as arranged_fen
from (
    select n.village, d.counted_fen as pledged_fen, d.arrived_fen, 0 as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
    from needs_public n
    join pledge_designation d on d.need = n.id
    union all
    select d.place, d.counted_fen, d.arrived_fen, 0, 0, 0
    from pledge_designation d
    where d.place is not null and d.need is null
    union all
    select n.village, 0, 0, d.disbursed_fen, 0, 0
    from needs_public n
    join disbursed d on d.need = n.id
    union all
    select n.village, 0, 0, 0, t.amount_fen, 0
    from needs_public n
    join transfer t on t.credit = 'spent:' || n.id and t.credit like 'spent:%' and t.asset = 'cny'
    union all
    select n.village, 0, 0, 0, -t.amount_fen, 0
    from needs_public n
    join transfer t on t.debit = 'spent:' || n.id and t.debit like 'spent:%' and t.asset = 'cny'
    union all
    select place.village, 0, 0, 0, 0,
           place.sign * case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
    from needs_public n
    join allocation a on a.need = n.id and a.arranged
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    cross join lateral (
        select n.village, 1 as sign
        union all
        select common_place(a.given_to, n.village), -1
    ) place
    where place.village is not null
    union all
    select n.village, 0, 0, 0, 0, m.fen
    from needs_public n
    join surplus_arranged m on m.need = n.id
) part
group by village;

create or replace view money_by_field as
select field, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
       sum(arranged_fen)::bigint as arranged_fen
from (
    select n.field, d.counted_fen as pledged_fen, d.arrived_fen, 0 as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
    from needs_public n
    join pledge_designation d on d.need = n.id
    union all
    select d.field, d.counted_fen, d.arrived_fen, 0, 0, 0
    from pledge_designation d
    where d.field is not null
    union all
    select n.field, 0, 0, d.disbursed_fen, 0, 0
    from needs_public n
    join disbursed d on d.need = n.id
    union all
    select n.field, 0, 0, 0, t.amount_fen, 0
    from needs_public n
    join transfer t on t.credit = 'spent:' || n.id and t.credit like 'spent:%' and t.asset = 'cny'
    union all
    select n.field, 0, 0, 0, -t.amount_fen, 0
    from needs_public n
    join transfer t on t.debit = 'spent:' || n.id and t.debit like 'spent:%' and t.asset = 'cny'
    union all
    -- What was given to the field itself is not arranged within it.
    select n.field, 0, 0, 0, 0, case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
    from needs_public n
    join allocation a on a.need = n.id and a.arranged
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    where not exists (
        select
        from pledge_designation d
        where d.pledge = a.pledge and d.position = a.position and d.field = n.field)
    union all
    select n.field, 0, 0, 0, 0, m.fen
    from needs_public n
    join surplus_arranged m on m.need = n.id
) part
where field is not null
group by field;

create or replace view need_figure as
select d.need, 'pledged' as number, d.pledged_at as at, d.pledge as id, d.position::bigint as n, d.counted_fen as fen,
       d.pledged_day as on_day, not d.show_amount as hidden, o.name as giver, p.public_display as display, '' as says,
       null::text as given_to, null::text as given_field
from pledge_designation d
join pledge p on p.id = d.pledge
join organisation o on o.id = p.enterprise
where d.counted_fen > 0
union all
select d.need, 'arrived', a.booked_at, a.pledge, a.id, a.amount_fen, a.day, not d.show_amount, o.name, p.public_display, '',
       null, null
from pledge_designation d
join designation_arrival a on a.pledge = d.pledge and a.position = d.position
join pledge p on p.id = d.pledge
join organisation o on o.id = p.enterprise
union all
select d.need, 'disbursed', coalesce(d.paid_at, d.prepared_at), d.id, 0, v.disbursed_fen,
       coalesce(d.paid_on, (d.prepared_at at time zone 'Asia/Shanghai')::date), false, null, null, d.payee_name, null, null
from disbursement d
join disbursed v on v.disbursement = d.id
where d.status in ('paid', 'bank_confirmed', 'bounced') and v.disbursed_fen <> 0
union all
select d.need, 'spent', i.decided_at, i.id, 0, s.fen, i.invoice_on, false, null, null, i.description, null, null
from disbursement d
join spending_item i on i.disbursement = d.id
cross join lateral (
    select coalesce(sum(t.amount_fen), 0)::bigint as fen
    from transfer t
    where t.cause = i.id and t.code = 'spend' and t.asset = 'cny'
      and not exists (select from transfer r where r.corrects = t.id)
) s
where i.status = 'accepted' and s.fen <> 0
union all
select a.need, 'arranged', a.made_at, a.id, 0, s.fen, (a.made_at at time zone 'Asia/Shanghai')::date,
       coalesce(not p.show_amount, false), o.name, p.public_display, '', a.given_to, g.field
from allocation a
left join pledge p on p.id = a.pledge
left join organisation o on o.id = p.enterprise
left join pledge_designation g on g.pledge = a.pledge and g.position = a.position
cross join lateral (
    select coalesce(sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end), 0)::bigint as fen
    from transfer t
    where t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
) s
where a.arranged and s.fen <> 0
union all
-- Of a need that came before, or to one that comes after: never a giver's alone.
select m.need, 'arranged', m.at, m.id, 0, m.fen, m.on_day, false, null, null,
       case when m.fen > 0 then '结余转入' else '结余转出' end, null, null
from surplus_arranged m;

-- Of villages and fields it is kept as everything that was arranged.
create function count_placed_surplus() returns trigger language plpgsql as $$
begin
    perform from need where id in (select m.need from surplus_arranged m where m.id = new.id) order by id for share;
    insert into public_total_change (village, field, arranged_fen)
    select n.village, n.field, sum(m.fen)
    from (
        select new.to_need as need, new.amount_fen as fen
        union all
        select s.need, -new.amount_fen from surplus s where s.id = new.surplus
    ) m
    join needs_public n on n.id = m.need
    group by n.village, n.field
    having sum(m.fen) <> 0;
    return null;
end $$;
create trigger surplus_placement_counts after update of status on surplus_placement for each row
    when (new.status = 'confirmed') execute function count_placed_surplus();

-- What went back of a surplus is not set aside any more. Of a gift for several purposes nobody can say of which row it was.
create or replace view directed_balance as
select p.id as pledge, p.reference, p.enterprise, p.charity, p.campaign, p.status, p.funding_choice, d.position, d.kind, d.need,
       d.pairing, d.village, d.town, d.field, d.place, d.amount_fen, d.arrived_fen,
       (coalesce(s.set_aside, 0) - coalesce(b.back, 0))::bigint as set_aside_fen,
       coalesce(q.asked, 0)::bigint as asked_fen
from pledge p
join pledge_designation d on d.pledge = p.id
left join lateral (
    select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end) as set_aside
    from allocation a
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    where a.pledge = d.pledge and a.position = d.position
) s on true
left join lateral (
    select sum(asked.amount_fen) as asked
    from (
        select a.amount_fen
        from allocation a
        where a.pledge = d.pledge and a.position = d.position and a.status = 'requested'
        union all
        select x.amount_fen
        from purpose_change x
        where x.pledge = d.pledge and x.position = d.position and x.allocation is null
          and x.status in ('requested', 'consented')
    ) asked
) q on true
left join lateral (
    select sum(r.amount_fen) as back
    from gift_return r
    where r.pledge = d.pledge and r.surplus is not null and r.status = 'paid'
      and not exists (select from pledge_designation other where other.pledge = d.pledge and other.position <> d.position)
) b on true
where p.restriction = 'directed';
