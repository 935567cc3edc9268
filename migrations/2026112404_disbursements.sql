-- Money that leaves: payees that were checked, allocations to needs, payments over three desks.

-- An account that may be paid, proposed by a village to one charity. Never a private person's.
create table payee (
    id uuid primary key,
    organisation uuid not null references organisation (id),
    charity uuid not null references organisation (id),
    kind text not null constraint payee_kind check (kind in ('own', 'town_custody')),
    name text not null,
    bank text not null,
    account_no text not null constraint payee_account_form check (account_no ~ '^[0-9]{8,32}$'),
    status text not null constraint payee_status check (status in ('proposed', 'verified', 'closed')),
    proposed_by uuid not null references person (id),
    proposed_at timestamptz not null,
    verified_by uuid references person (id),
    verified_at timestamptz,
    -- How it was checked: called back, compared with a document.
    verified_how text,
    closed_at timestamptz,
    constraint payee_two_people check (verified_by <> proposed_by),
    constraint payee_verified_when check (status <> 'verified'
        or (verified_by is not null and verified_at is not null and verified_how <> '')),
    constraint payee_closed_when check ((status = 'closed') = (closed_at is not null))
);
create index payee_of_organisation on payee (organisation, proposed_at desc);
create index payee_of_charity on payee (charity, proposed_at desc);

-- Arrived money set aside for one need: a giver's directed money, or a campaign's undirected money.
create table allocation (
    id uuid primary key,
    charity uuid not null references organisation (id),
    need uuid not null references need (id),
    pledge uuid references pledge (id),
    campaign uuid references campaign (id),
    amount_fen bigint not null constraint allocation_amount check (amount_fen between 1 and 10000000000000),
    made_by uuid not null references person (id),
    made_at timestamptz not null,
    constraint allocation_one_source check ((pledge is null) <> (campaign is null))
);
create index allocation_of_need on allocation (need, made_at);

create table disbursement (
    id uuid primary key,
    charity uuid not null references organisation (id),
    need uuid not null references need (id),
    payee uuid not null references payee (id),
    -- The payee as it was when the payment was prepared.
    payee_name text not null,
    payee_bank text not null,
    payee_account_masked text not null constraint disbursement_account_masked check (payee_account_masked ~ '^\*{4}[0-9]{0,4}$'),
    payee_kind text not null constraint disbursement_payee_kind check (payee_kind in ('own', 'town_custody')),
    amount_fen bigint not null constraint disbursement_amount check (amount_fen between 1 and 10000000000000),
    purpose text not null constraint disbursement_purpose check (purpose <> ''),
    status text not null constraint disbursement_status check
        (status in ('requested', 'checked', 'approved', 'paid', 'bank_confirmed', 'rejected', 'bounced')),
    prepared_by uuid not null references person (id),
    prepared_at timestamptz not null,
    checked_by uuid references person (id),
    approved_by uuid references person (id),
    approved_at timestamptz,
    paid_by uuid references person (id),
    paid_at timestamptz,
    -- The bank's day and its reference.
    paid_on date,
    bank_reference text,
    reason text,
    constraint disbursement_three_people check (
        checked_by <> prepared_by and approved_by <> prepared_by and paid_by <> prepared_by
        and paid_by <> checked_by and paid_by <> approved_by),
    constraint disbursement_approved_when check (status not in ('approved', 'paid', 'bank_confirmed', 'bounced')
        or (checked_by is not null and approved_by is not null and approved_at is not null)),
    constraint disbursement_paid_when check (status not in ('paid', 'bank_confirmed', 'bounced')
        or (paid_by is not null and paid_on is not null and paid_at is not null and bank_reference <> '')),
    constraint disbursement_rejected_why check (status <> 'rejected' or reason <> '')
);
create index disbursement_of_need on disbursement (need, prepared_at);
create index disbursement_of_charity on disbursement (charity, prepared_at desc, id desc);

-- What was paid of a disbursement and has not come back.
create view disbursed as
select d.id as disbursement, d.need, d.charity,
       (coalesce((select sum(t.amount_fen) from transfer t where t.credit = 'advance:' || d.id and t.asset = 'cny'), 0)
        - coalesce((select sum(t.amount_fen) from transfer t where t.debit = 'advance:' || d.id and t.asset = 'cny'
                    and t.credit like 'allocated:%'), 0))::bigint as disbursed_fen
from disbursement d;

create or replace view money_by_need as
select need.id as need,
       coalesce((select sum(counted_fen) from pledge_counted p where p.need = need.id), 0)::bigint as pledged_fen,
       coalesce((select sum(arrived_fen) from pledge_counted p where p.need = need.id), 0)::bigint as arrived_fen,
       coalesce((select sum(d.disbursed_fen) from disbursed d where d.need = need.id), 0)::bigint as disbursed_fen,
       (coalesce((select sum(t.amount_fen) from transfer t where t.credit = 'spent:' || need.id and t.asset = 'cny'), 0)
        - coalesce((select sum(t.amount_fen) from transfer t where t.debit = 'spent:' || need.id and t.asset = 'cny'), 0)
       )::bigint as spent_fen,
       -- Set aside for it without having been pledged to it.
       coalesce((
           select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end)
           from allocation a
           join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
           where a.need = need.id and a.pledge is null
       ), 0)::bigint as arranged_fen
from need;

create or replace view money_by_campaign as
select campaign.id as campaign,
       coalesce(p.pledged_fen, 0)::bigint as pledged_fen,
       coalesce(p.arrived_fen, 0)::bigint + coalesce(g.arrived_fen, 0)::bigint as arrived_fen,
       coalesce(m.disbursed_fen, 0)::bigint as disbursed_fen,
       coalesce(m.spent_fen, 0)::bigint as spent_fen,
       0::bigint as arranged_fen,
       coalesce(p.pledges, 0) as pledges,
       coalesce(p.enterprises, 0) as enterprises
from campaign
left join lateral (
    select sum(counted_fen) as pledged_fen, sum(arrived_fen) as arrived_fen, count(*) filter (where counted_fen > 0) as pledges,
           count(distinct enterprise) filter (where counted_fen > 0) as enterprises
    from pledge_counted where pledge_counted.campaign = campaign.id
) p on true
left join lateral (
    select sum(part.amount_fen) as arrived_fen
    from bank_line_part part
    join bank_line line on line.id = part.line and line.status = 'confirmed'
    where part.campaign = campaign.id
) g on true
left join lateral (
    -- By lot: money stays the campaign's that it came in for.
    select sum(case when t.credit like 'advance:%' then t.amount_fen
                    when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                    else 0 end) as disbursed_fen,
           sum(case when t.credit like 'spent:%' then t.amount_fen
                    when t.debit like 'spent:%' then -t.amount_fen
                    else 0 end) as spent_fen
    from bank_line_part part
    left join pledge on pledge.id = part.pledge
    join transfer t on t.lot = part.lot and t.asset = 'cny'
    where coalesce(part.campaign, pledge.campaign) = campaign.id
) m on true;

-- A payment with its need's title and the names of those who worked on it.
create view disbursement_read as
select d.*, n.title as need_title, prepared.name as prepared_by_name, checked.name as checked_by_name,
       approved.name as approved_by_name, paid.name as paid_by_name
from disbursement d
join need n on n.id = d.need
left join person_private prepared on prepared.person = d.prepared_by
left join person_private checked on checked.person = d.checked_by
left join person_private approved on approved.person = d.approved_by
left join person_private paid on paid.person = d.paid_by;
