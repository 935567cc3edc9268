-- Gifts of goods: offered by an enterprise, accepted at a value by two people of the charity, set aside for a need, handed
-- over in parts that the village confirms. Their value is never added to money.
create sequence goods_gift_number minvalue 0 start 0 maxvalue 89999999;
create sequence goods_acceptance_number maxvalue 90000000;

create table goods_gift (
    id uuid primary key,
    reference text not null constraint goods_gift_reference_once unique,
    campaign uuid not null,
    charity uuid not null,
    enterprise uuid not null references organisation (id),
    -- The need that its giver bound it to.
    need uuid references need (id),
    basis text not null constraint goods_gift_basis check (basis in ('invoice', 'appraisal', 'market_price', 'cost')),
    basis_note text not null constraint goods_gift_basis_note check (char_length(basis_note) between 5 and 300),
    expires_on date,
    value_fen bigint not null constraint goods_gift_value check (value_fen between 1 and 100000000000),
    public_display text not null constraint goods_gift_display check (public_display in ('name', 'partial', 'anonymous')),
    show_value boolean not null,
    terms_version text not null constraint goods_gift_terms check (terms_version <> ''),
    offered_by uuid not null references person (id),
    offered_at timestamptz not null,
    status text not null default 'offered' constraint goods_gift_status check (status in (
        'offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over', 'handed_over', 'withdrawn', 'refused',
        'reversed')),
    -- Counts what happens to it; a step names the version that was read.
    version integer not null default 1,
    changed_at timestamptz not null,
    inspected_by uuid references person (id),
    inspected_at timestamptz,
    received_on date,
    accepted_basis text constraint goods_gift_accepted_basis check
        (accepted_basis in ('invoice', 'appraisal', 'market_price', 'cost')),
    value_reason text constraint goods_gift_value_reason check (char_length(value_reason) <= 300),
    accepted_fen bigint constraint goods_gift_accepted check (accepted_fen between 1 and 100000000000),
    sent_back text constraint goods_gift_sent_back check (char_length(sent_back) between 5 and 500),
    confirmed_by uuid references person (id),
    confirmed_at timestamptz,
    confirmation_no bigint constraint goods_gift_confirmation_once unique,
    lot uuid references lot (id) constraint goods_gift_lot_once unique,
    -- The need that it was set aside for.
    set_aside_for uuid references need (id),
    set_aside_by uuid references person (id),
    set_aside_at timestamptz,
    handed_fen bigint not null default 0,
    ended_by uuid references person (id),
    ended_at timestamptz,
    ended_reason text constraint goods_gift_ended_reason check (char_length(ended_reason) between 5 and 500),
    reversal_reason text constraint goods_gift_reversal_reason check (char_length(reversal_reason) between 5 and 500),
    reversal_by uuid references person (id),
    reversal_at timestamptz,
    reversed_by uuid references person (id),
    reversed_at timestamptz,
    foreign key (campaign, charity) references campaign_charity (campaign, charity),
    constraint goods_gift_fresh check (received_on < expires_on),
    constraint goods_gift_inspected_whole check
        (num_nulls(inspected_by, inspected_at, received_on, accepted_basis, value_reason, accepted_fen) in (0, 6)),
    constraint goods_gift_inspected check (status in ('offered', 'withdrawn', 'refused') or inspected_by is not null),
    -- Four eyes: who inspected the goods never confirms them, and who asks for a reversal never makes it.
    constraint goods_gift_four_eyes check (confirmed_by <> inspected_by),
    constraint goods_gift_reversal_four_eyes check (reversed_by <> reversal_by),
    constraint goods_gift_confirmed check
        ((status in ('accepted', 'set_aside', 'partly_handed_over', 'handed_over', 'reversed')) = (confirmed_by is not null)
         and num_nulls(confirmed_by, confirmed_at, confirmation_no, lot) in (0, 4)),
    constraint goods_gift_set_aside check
        (num_nulls(set_aside_for, set_aside_by, set_aside_at) in (0, 3)
         and (status not in ('set_aside', 'partly_handed_over', 'handed_over') or set_aside_for is not null)
         and (set_aside_for is null or confirmed_by is not null)),
    constraint goods_gift_bound check (need is null or set_aside_for is null or set_aside_for = need),
    constraint goods_gift_handed check
        (handed_fen between 0 and coalesce(accepted_fen, 0)
         and (status = 'handed_over') = (handed_fen > 0 and handed_fen = accepted_fen)
         and (status = 'partly_handed_over') = (handed_fen > 0 and handed_fen < accepted_fen)),
    constraint goods_gift_ended check
        ((status in ('withdrawn', 'refused')) = (ended_by is not null)
         and num_nulls(ended_by, ended_at, ended_reason) in (0, 3)),
    constraint goods_gift_reversal_whole check (num_nulls(reversal_reason, reversal_by, reversal_at) in (0, 3)),
    constraint goods_gift_reversed check
        ((status = 'reversed') = (reversed_by is not null) and num_nulls(reversed_by, reversed_at) in (0, 2)
         and (reversed_by is null or reversal_by is not null))
);
create index goods_gift_of_enterprise on goods_gift (enterprise, offered_at desc, id desc);
create index goods_gift_of_charity on goods_gift (charity, offered_at desc, id desc);
create index goods_gift_in_order on goods_gift (offered_at desc, id desc);
create index goods_gift_at_work on goods_gift (charity, status, changed_at)
    where status in ('offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over');
create index goods_gift_to_reverse on goods_gift (charity, reversal_at) where reversal_by is not null and reversed_by is null;
create index goods_gift_of_campaign on goods_gift (campaign, confirmed_at desc, id desc) where confirmed_at is not null;
create index goods_gift_bound_to on goods_gift (need) where need is not null;
create index goods_gift_for_need on goods_gift (set_aside_for, confirmed_at desc, id desc) where set_aside_for is not null;
create trigger goods_gift_stays before update of id, reference, campaign, charity, enterprise, need, basis, basis_note,
    expires_on, value_fen, terms_version, offered_by, offered_at
    on goods_gift for each row execute function refuse_change();
create trigger goods_gift_over before update on goods_gift for each row
    when (old.status in ('withdrawn', 'refused', 'reversed')) execute function refuse_change();
-- What was confirmed stays what it was.
create trigger goods_gift_accepted_stays before update on goods_gift for each row
    when (old.confirmed_by is not null
          and (old.confirmed_by, old.confirmed_at, old.lot, old.accepted_fen, old.received_on, old.inspected_by)
              is distinct from
              (new.confirmed_by, new.confirmed_at, new.lot, new.accepted_fen, new.received_on, new.inspected_by))
    execute function refuse_change();
create trigger goods_gift_kept before delete on goods_gift for each row execute function refuse_change();

-- Quantities are in thousandths of the unit.
create table goods_gift_line (
    gift uuid not null references goods_gift (id),
    position integer not null constraint goods_gift_line_position check (position between 0 and 29),
    name text not null constraint goods_gift_line_name check (char_length(name) between 1 and 60),
    quantity bigint not null constraint goods_gift_line_quantity check (quantity between 1 and 100000000000),
    unit text not null constraint goods_gift_line_unit check (char_length(unit) between 1 and 10),
    unit_fen bigint not null constraint goods_gift_line_unit_fen check (unit_fen > 0),
    value_fen bigint not null constraint goods_gift_line_value check (value_fen between 1 and 100000000000),
    accepted bigint constraint goods_gift_line_accepted check (accepted between 0 and quantity),
    accepted_unit_fen bigint constraint goods_gift_line_accepted_unit check (accepted_unit_fen >= 0),
    accepted_fen bigint constraint goods_gift_line_accepted_fen check (accepted_fen >= 0),
    condition text not null default '' constraint goods_gift_line_condition check (char_length(condition) <= 300),
    handed bigint not null default 0,
    handed_fen bigint not null default 0,
    primary key (gift, position),
    constraint goods_gift_line_inspected_whole check (num_nulls(accepted, accepted_unit_fen, accepted_fen) in (0, 3)),
    constraint goods_gift_line_handed check
        (handed between 0 and coalesce(accepted, 0) and handed_fen between 0 and coalesce(accepted_fen, 0)
         and (handed is distinct from accepted or handed_fen = accepted_fen))
);
create trigger goods_gift_line_stays before update of gift, position, name, quantity, unit, unit_fen, value_fen
    on goods_gift_line for each row execute function refuse_change();
create trigger goods_gift_line_kept before delete on goods_gift_line for each row execute function refuse_change();

create table goods_hand_over (
    id uuid primary key,
    gift uuid not null references goods_gift (id),
    number integer not null,
    happened_on date not null,
    place text not null constraint goods_hand_over_place check (char_length(place) between 2 and 100),
    note text not null constraint goods_hand_over_note check (char_length(note) <= 300),
    status text not null default 'recorded' constraint goods_hand_over_status check
        (status in ('recorded', 'received', 'accepted', 'objected', 'refused')),
    recorded_by uuid not null references person (id),
    recorded_at timestamptz not null,
    changed_at timestamptz not null,
    received_by uuid references person (id),
    received_at timestamptz,
    received_note text not null default '' constraint goods_hand_over_received_note check
        (char_length(received_note) <= 500),
    decided_by uuid references person (id),
    decided_at timestamptz,
    decision text not null default '' constraint goods_hand_over_decision check (char_length(decision) <= 500),
    value_fen bigint constraint goods_hand_over_value check (value_fen > 0),
    constraint goods_hand_over_number_once unique (gift, number),
    constraint goods_hand_over_received check
        ((status = 'recorded') = (received_by is null) and num_nulls(received_by, received_at) in (0, 2)),
    constraint goods_hand_over_decided check
        ((status in ('accepted', 'refused')) = (decided_by is not null) and num_nulls(decided_by, decided_at) in (0, 2)),
    -- Three people: who recorded it, who received it, who accepts it.
    constraint goods_hand_over_three_people check
        (received_by <> recorded_by and decided_by <> recorded_by and decided_by <> received_by),
    constraint goods_hand_over_accepted check ((status = 'accepted') = (value_fen is not null))
);
create unique index goods_hand_over_one_waits on goods_hand_over (gift) where status in ('recorded', 'received');
create index goods_hand_over_at_work on goods_hand_over (status, changed_at) where status in ('recorded', 'received');
create trigger goods_hand_over_stays before update of id, gift, number, happened_on, place, note, recorded_by, recorded_at
    on goods_hand_over for each row execute function refuse_change();
create trigger goods_hand_over_over before update on goods_hand_over for each row
    when (old.status in ('accepted', 'objected', 'refused')) execute function refuse_change();
create trigger goods_hand_over_kept before delete on goods_hand_over for each row execute function refuse_change();

create table goods_hand_over_line (
    hand_over uuid not null references goods_hand_over (id),
    position integer not null,
    quantity bigint not null constraint goods_hand_over_line_quantity check (quantity >= 0),
    received bigint constraint goods_hand_over_line_received check (received between 0 and quantity),
    primary key (hand_over, position)
);
create trigger goods_hand_over_line_stays before update of hand_over, position, quantity on goods_hand_over_line
    for each row execute function refuse_change();
create trigger goods_hand_over_line_kept before delete on goods_hand_over_line
    for each row execute function refuse_change();

-- A gift with the names of those who take part, and the village of its need.
create view goods_gift_read as
select g.*, e.name as enterprise_name, h.name as charity_name, c.name as campaign_name, n.id as for_need,
       n.code as need_code, n.title as need_title, n.status as need_status, n.organisation as village_organisation,
       (select o.status from goods_hand_over o where o.gift = g.id and o.status in ('recorded', 'received')) as hand_over,
       (select string_agg(l.name || ' ' || trim_scale(coalesce(l.accepted, l.quantity) / 1000.0) || ' ' || l.unit, '、'
                          order by l.position)
        from goods_gift_line l
        where l.gift = g.id and coalesce(l.accepted, l.quantity) > 0) as what
from goods_gift g
join organisation e on e.id = g.enterprise
join organisation h on h.id = g.charity
join campaign c on c.id = g.campaign
left join need n on n.id = coalesce(g.set_aside_for, g.need);

-- When each lot came, for taking the oldest first.
create or replace view ledger_lot as
select lot.id as lot, coalesce(line.booked_on, goods.received_on) as bank_date,
       coalesce(line.confirmation_no, goods.confirmation_no) as confirmation_no, part.line, part.pledge, line.bank_account
from lot
left join bank_line_part part on part.lot = lot.id
left join bank_line line on line.id = part.line
left join goods_gift goods on goods.lot = lot.id;

-- What proves a valuation is its giver's and its charity's; what proves a hand-over is also the village's.
alter table gift_paper drop constraint gift_paper_kind;
alter table gift_paper add constraint gift_paper_kind check
    (kind in ('agreement', 'request', 'on_behalf', 'claim', 'goods', 'goods_hand_over'));
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
join need n on n.id = w.set_aside_for
where g.kind = 'goods_hand_over';
