-- What becomes of given goods that are not handed over: taken back from a need to be set aside for another, or written
-- off because they are spoilt, lost, expired or of no use. One person asks for it, a second one confirms.
drop view goods_gift_read;

alter table goods_gift
    -- What was written off of it.
    add column lost_fen bigint not null default 0,
    -- Its giver lets the charity decide for which need the rest is, though it had named one.
    add column unbound_by uuid references person (id),
    add column unbound_at timestamptz,
    add constraint goods_gift_unbound check (num_nulls(unbound_by, unbound_at) in (0, 2)
        and (unbound_by is null or need is not null));
alter table goods_gift drop constraint goods_gift_status;
alter table goods_gift add constraint goods_gift_status check (status in (
    'offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over', 'partly_free', 'handed_over',
    'handed_over_short', 'written_off', 'withdrawn', 'refused', 'reversed'));
alter table goods_gift drop constraint goods_gift_confirmed;
alter table goods_gift add constraint goods_gift_confirmed check
    ((status in ('accepted', 'set_aside', 'partly_handed_over', 'partly_free', 'handed_over', 'handed_over_short',
                 'written_off', 'reversed')) = (confirmed_by is not null)
     and num_nulls(confirmed_by, confirmed_at, confirmation_no, lot) in (0, 4));
alter table goods_gift drop constraint goods_gift_set_aside;
alter table goods_gift add constraint goods_gift_set_aside check
    (num_nulls(set_aside_for, set_aside_by, set_aside_at) in (0, 3)
     and (status not in ('set_aside', 'partly_handed_over', 'handed_over') or set_aside_for is not null)
     and (status not in ('accepted', 'partly_free') or set_aside_for is null)
     and (set_aside_for is null or confirmed_by is not null));
-- What its giver bound to a need never leaves it, unless the giver says so.
alter table goods_gift drop constraint goods_gift_bound;
alter table goods_gift add constraint goods_gift_bound check
    (need is null or unbound_by is not null or confirmed_by is null or coalesce(set_aside_for = need, false));
alter table goods_gift drop constraint goods_gift_handed;
alter table goods_gift add constraint goods_gift_handed check
    (handed_fen >= 0 and lost_fen >= 0 and handed_fen + lost_fen <= coalesce(accepted_fen, 0)
     and (status = 'handed_over') = (handed_fen > 0 and handed_fen = accepted_fen)
     and (status = 'handed_over_short') = (handed_fen > 0 and lost_fen > 0 and handed_fen + lost_fen = accepted_fen)
     and (status = 'written_off') = (lost_fen > 0 and lost_fen = accepted_fen)
     and (status in ('partly_handed_over', 'partly_free'))
         = (handed_fen > 0 and handed_fen + lost_fen < accepted_fen)
     and (status <> 'reversed' or lost_fen = 0));
drop index goods_gift_at_work;
create index goods_gift_at_work on goods_gift (charity, status, changed_at)
    where status in ('offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over', 'partly_free');
create index goods_gift_unfinished on goods_gift (campaign)
    where status in ('offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over', 'partly_free');

alter table goods_gift_line
    add column lost bigint not null default 0,
    add column lost_fen bigint not null default 0;
alter table goods_gift_line drop constraint goods_gift_line_handed;
alter table goods_gift_line add constraint goods_gift_line_handed check
    (handed >= 0 and lost >= 0 and handed + lost <= coalesce(accepted, 0)
     and handed_fen >= 0 and lost_fen >= 0 and handed_fen + lost_fen <= coalesce(accepted_fen, 0)
     and (handed + lost is distinct from accepted or handed_fen + lost_fen = accepted_fen));

-- Each time that what was left of a gift was set aside for a need.
create table goods_set_aside (
    gift uuid not null references goods_gift (id),
    number integer not null,
    need uuid not null references need (id),
    value_fen bigint not null constraint goods_set_aside_value check (value_fen > 0),
    set_aside_by uuid not null references person (id),
    set_aside_at timestamptz not null,
    primary key (gift, number)
);
create index goods_set_aside_for_need on goods_set_aside (need, gift);
insert into goods_set_aside (gift, number, need, value_fen, set_aside_by, set_aside_at)
select id, 1, set_aside_for, accepted_fen, set_aside_by, set_aside_at
from goods_gift
where set_aside_for is not null;
create trigger goods_set_aside_stays before update or delete on goods_set_aside
    for each row execute function refuse_change();

-- A hand-over keeps the need that it was for, whatever the rest is set aside for later.
alter table goods_hand_over add column need uuid references need (id);
alter table goods_hand_over disable trigger user;
update goods_hand_over o set need = g.set_aside_for from goods_gift g where g.id = o.gift;
alter table goods_hand_over enable trigger user;
alter table goods_hand_over alter column need set not null;
create index goods_hand_over_for_need on goods_hand_over (need, status);
drop trigger goods_hand_over_stays on goods_hand_over;
create trigger goods_hand_over_stays before update of id, gift, number, need, happened_on, place, note, recorded_by,
    recorded_at
    on goods_hand_over for each row execute function refuse_change();

-- What one person wants done with goods that are left, and what a second one said.
create table goods_rest (
    id uuid primary key,
    gift uuid not null references goods_gift (id),
    number integer not null,
    kind text not null constraint goods_rest_kind check (kind in ('release', 'write_off')),
    -- The need that they were set aside for.
    need uuid references need (id),
    cause text constraint goods_rest_cause check (cause in ('spoilt', 'lost', 'expired', 'unusable')),
    found_on date,
    reason text not null constraint goods_rest_reason check (char_length(reason) between 5 and 500),
    value_fen bigint not null constraint goods_rest_value check (value_fen > 0),
    status text not null default 'asked' constraint goods_rest_status check (status in ('asked', 'done', 'dropped')),
    asked_by uuid not null references person (id),
    asked_at timestamptz not null,
    decided_by uuid references person (id),
    decided_at timestamptz,
    decision text not null default '' constraint goods_rest_decision check (char_length(decision) <= 500),
    constraint goods_rest_number_once unique (gift, number),
    -- Only what is set aside can be taken back; only what is written off has a cause and a day.
    constraint goods_rest_whole check
        (case when kind = 'release' then need is not null and cause is null and found_on is null
              else num_nulls(cause, found_on) = 0 end),
    constraint goods_rest_decided check
        ((status = 'asked') = (decided_by is null) and num_nulls(decided_by, decided_at) in (0, 2)),
    -- Four eyes: who asked for it never confirms it.
    constraint goods_rest_four_eyes check (status <> 'done' or decided_by <> asked_by)
);
create unique index goods_rest_one_waits on goods_rest (gift) where status = 'asked';
create index goods_rest_for_need on goods_rest (need, status) where need is not null;
create trigger goods_rest_stays before update of id, gift, number, kind, need, cause, found_on, reason, value_fen, asked_by,
    asked_at
    on goods_rest for each row execute function refuse_change();
create trigger goods_rest_over before update on goods_rest for each row
    when (old.status <> 'asked') execute function refuse_change();
create trigger goods_rest_kept before delete on goods_rest for each row execute function refuse_change();

create table goods_rest_line (
    rest uuid not null references goods_rest (id),
    position integer not null,
    quantity bigint not null constraint goods_rest_line_quantity check (quantity >= 0),
    value_fen bigint not null constraint goods_rest_line_value check (value_fen >= 0),
    primary key (rest, position)
);
create trigger goods_rest_line_stays before update or delete on goods_rest_line
    for each row execute function refuse_change();

-- A gift with the names of those who take part, the need that it is for now, and every village that it was for.
create view goods_gift_read as
select g.*, e.name as enterprise_name, h.name as charity_name, c.name as campaign_name, n.id as for_need,
       n.code as need_code, n.title as need_title, n.status as need_status, n.organisation as village_organisation,
       array(select v.organisation from goods_set_aside s join need v on v.id = s.need where s.gift = g.id) as villages,
       (select o.status from goods_hand_over o where o.gift = g.id and o.status in ('recorded', 'received')) as hand_over,
       (select r.kind from goods_rest r where r.gift = g.id and r.status = 'asked') as rest,
       (select string_agg(l.name || ' ' || trim_scale(coalesce(l.accepted, l.quantity) / 1000.0) || ' ' || l.unit, '、'
                          order by l.position)
        from goods_gift_line l
        where l.gift = g.id and coalesce(l.accepted, l.quantity) > 0) as what
from goods_gift g
join organisation e on e.id = g.enterprise
join organisation h on h.id = g.charity
join campaign c on c.id = g.campaign
left join need n on n.id = coalesce(g.set_aside_for, case when g.confirmed_by is null then g.need end);

-- What of each gift was for each need: what was handed over and written off while it was set aside for it, and what is
-- left of it there. It is what the need got; what was taken back from it is not among that.
create view goods_at_need as
select at.need, at.gift, at.handed_fen, at.lost_fen, at.left_fen, at.handed_fen + at.lost_fen + at.left_fen as given_fen,
       (select string_agg(part.name || ' ' || trim_scale(part.quantity / 1000.0) || ' ' || part.unit, '、'
                          order by part.position)
        from (
            select l.position, l.name, l.unit,
                   coalesce((select sum(hl.received)
                             from goods_hand_over o
                             join goods_hand_over_line hl on hl.hand_over = o.id and hl.position = l.position
                             where o.gift = at.gift and o.need = at.need and o.status = 'accepted'), 0)
                   + coalesce((select sum(rl.quantity)
                               from goods_rest r
                               join goods_rest_line rl on rl.rest = r.id and rl.position = l.position
                               where r.gift = at.gift and r.need = at.need and r.kind = 'write_off'
                                 and r.status = 'done'), 0)
                   + case when at.left_fen > 0 then l.accepted - l.handed - l.lost else 0 end as quantity
            from goods_gift_line l
            where l.gift = at.gift
        ) part
        where part.quantity > 0) as what
from (
    select s.need, s.gift,
           coalesce((select sum(o.value_fen) from goods_hand_over o
                     where o.gift = s.gift and o.need = s.need and o.status = 'accepted'), 0)::bigint as handed_fen,
           coalesce((select sum(r.value_fen) from goods_rest r
                     where r.gift = s.gift and r.need = s.need and r.kind = 'write_off'
                       and r.status = 'done'), 0)::bigint as lost_fen,
           case when g.set_aside_for = s.need and g.status in ('set_aside', 'partly_handed_over')
                then g.accepted_fen - g.handed_fen - g.lost_fen else 0 end as left_fen
    from (select distinct need, gift from goods_set_aside) s
    join goods_gift g on g.id = s.gift and g.status <> 'reversed'
) at;

-- What was written off of a gift, and why, for a need or of all: what everybody reads.
create function goods_lost(of_gift uuid, of_need uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('cause', r.cause, 'what', lost.what) order by r.number), '[]'::jsonb)
    from goods_rest r
    cross join lateral (
        select string_agg(l.name || ' ' || trim_scale(rl.quantity / 1000.0) || ' ' || l.unit, '、' order by l.position) as what
        from goods_rest_line rl
        join goods_gift_line l on l.gift = r.gift and l.position = rl.position
        where rl.rest = r.id and rl.quantity > 0
    ) lost
    where r.gift = of_gift and r.kind = 'write_off' and r.status = 'done' and (of_need is null or r.need = of_need)
$$;

-- Goods that are written off leave the books for an account of losses, and come back from there by a reversal only.
alter table transfer drop constraint transfer_code;
alter table transfer add constraint transfer_code check (code in (
    'arrival', 'match', 'goods', 'allocate', 'release', 'advance', 'bounce', 'spend', 'pay_back', 'hand_over', 'write_off',
    'surplus', 'place_surplus', 'return', 'fee', 'reverse'));
alter table transfer drop constraint transfer_known_accounts;
alter table transfer add constraint transfer_known_accounts check (
    split_part(debit, ':', 1) in ('world', 'unmatched', 'directed', 'general', 'allocated', 'advance', 'spent', 'fee',
        'returned', 'lost', 'surplus')
    and split_part(credit, ':', 1) in ('world', 'unmatched', 'directed', 'general', 'allocated', 'advance', 'spent',
        'fee', 'returned', 'lost', 'surplus'));
alter table transfer add constraint transfer_written_off check (
    (split_part(credit, ':', 1) = 'lost') = (code = 'write_off')
    and (split_part(debit, ':', 1) <> 'lost' or code = 'reverse')
    and (code <> 'write_off' or (asset = 'in_kind' and split_part(debit, ':', 1) in ('general', 'allocated'))));

create or replace function ledger_account_name(account text) returns text language sql stable as $$
    select case split_part(account, ':', 1)
        when 'world' then '外部'
        when 'returned' then '退回捐赠方'
        when 'directed' then '定向额度：' || coalesce((
            select o.name || ' ' || p.reference
            from pledge p join organisation o on o.id = p.enterprise
            where p.id = split_part(account, ':', 2)::uuid), '')
        when 'general' then '非定向捐款：' || coalesce((
            select c.name from campaign c where c.id = split_part(account, ':', 2)::uuid), '')
        when 'unmatched' then '来源未明：' || coalesce((
            select b.bank || ' *' || right(b.account_no, 4) from bank_account b
            where b.id = split_part(account, ':', 2)::uuid), '')
        when 'allocated' then '已分配：' || coalesce((
            select n.code || ' ' || n.title from need n where n.id = split_part(account, ':', 2)::uuid), '')
        when 'advance' then '已拨付未核销：' || coalesce((
            select d.payee_name from disbursement d where d.id = split_part(account, ':', 2)::uuid), '')
        when 'spent' then '项目支出：' || coalesce((
            select n.code || ' ' || n.title from need n where n.id = split_part(account, ':', 2)::uuid), '')
        when 'surplus' then '结余：' || coalesce((
            select n.code || ' ' || n.title from need n where n.id = split_part(account, ':', 2)::uuid), '')
        when 'fee' then '手续费'
        when 'lost' then '物资报损'
        else account end
$$;

-- What proves a loss is its giver's, its charity's and, where the goods were set aside, their village's.
alter table gift_paper drop constraint gift_paper_kind;
alter table gift_paper add constraint gift_paper_kind check
    (kind in ('agreement', 'request', 'on_behalf', 'claim', 'goods', 'goods_hand_over', 'goods_rest'));
create or replace view gift_paper_reader as
select g.file, p.enterprise as organisation
from gift_paper g
join donation_agreement_paper d on d.id = g.subject
join donation_agreement a on a.id = d.agreement
join pledge p on p.id = a.pledge
where g.kind = 'agreement'
union all
select g.file, p.charity
from gift_paper g
join donation_agreement_paper d on d.id = g.subject
join donation_agreement a on a.id = d.agreement
join pledge p on p.id = a.pledge
where g.kind = 'agreement'
union all
select g.file, unnest(array[p.enterprise, p.charity])
from gift_paper g
join gift_request r on r.id = g.subject
join pledge p on p.id = r.pledge
where g.kind = 'request'
union all
select g.file, unnest(array[b.recorder, b.charity, b.enterprise])
from gift_paper g
join pledge_on_behalf_read b on b.id = g.subject
where g.kind = 'on_behalf'
union all
select g.file, unnest(array[c.enterprise, c.charity])
from gift_paper g
join gift_claim c on c.id = g.subject
where g.kind = 'claim'
union all
select g.file, unnest(array[w.enterprise, w.charity])
from gift_paper g
join goods_gift w on w.id = g.subject
where g.kind = 'goods'
union all
select g.file, unnest(array[w.enterprise, w.charity, n.organisation])
from gift_paper g
join goods_hand_over o on o.id = g.subject
join goods_gift w on w.id = o.gift
join need n on n.id = o.need
where g.kind = 'goods_hand_over'
union all
select g.file, w.charity
from gift_paper g
join goods_rest r on r.id = g.subject
join goods_gift w on w.id = r.gift
where g.kind = 'goods_rest'
union all
select g.file, unnest(array[w.enterprise, n.organisation])
from gift_paper g
join goods_rest r on r.id = g.subject and r.status = 'done'
join goods_gift w on w.id = r.gift
left join need n on n.id = r.need
where g.kind = 'goods_rest';
