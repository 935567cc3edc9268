-- Campaigns, pledges, bank lines and the ledger. A pledge is not money; a line confirmed by a second person is.

create table campaign (
    id uuid primary key,
    name text not null,
    -- The campaign year that begins on 1 June of this calendar year.
    year integer not null constraint campaign_year_once unique,
    stage text not null constraint campaign_stage check
        (stage in ('draft', 'preview', 'rehearsal', 'live', 'collecting', 'settled', 'archived')),
    host text not null,
    purpose text not null,
    -- The day itself, the 30th of June where nothing else is decided.
    held_on date not null,
    created_at timestamptz not null
);

-- Seen by the charity and by those who have to pay into it; never on a page for everybody.
create table bank_account (
    id uuid primary key,
    charity uuid not null references organisation (id),
    holder text not null,
    bank text not null,
    account_no text not null,
    created_at timestamptz not null
);
create index bank_account_of_charity on bank_account (charity);

-- The charities that receive for a campaign, each on one account.
create table campaign_charity (
    campaign uuid not null references campaign (id),
    charity uuid not null references organisation (id),
    bank_account uuid not null references bank_account (id),
    primary key (campaign, charity)
);
create index campaign_of_charity on campaign_charity (charity);

-- From which the reference in the bank's 附言 is made.
create sequence pledge_number minvalue 0 start 0;

create table pledge (
    id uuid primary key,
    reference text not null constraint pledge_reference_unique unique
        constraint pledge_reference_form check (reference ~ '^QC[2-9ACEFHJKMNPRTWXY]{7}$'),
    campaign uuid not null,
    charity uuid not null,
    enterprise uuid not null references organisation (id),
    need uuid references need (id),
    restriction text not null constraint pledge_restriction check (restriction in ('directed', 'undirected')),
    amount_fen bigint not null constraint pledge_amount check (amount_fen between 1 and 10000000000000),
    status text not null constraint pledge_status check (status in
        ('draft', 'pledged', 'agreed', 'partly_arrived', 'fulfilled', 'overdue', 'waived', 'cancelled')),
    -- What its transfers add up to; written with them, recomputed by `check`.
    arrived_fen bigint not null default 0 constraint pledge_arrived check (arrived_fen >= 0),
    public_display text not null constraint pledge_display check (public_display in ('name', 'partial', 'anonymous')),
    show_amount boolean not null,
    share_with_recipient boolean not null,
    terms_version text not null,
    pledged_by uuid not null references person (id),
    pledged_at timestamptz not null,
    changed_at timestamptz not null,
    foreign key (campaign, charity) references campaign_charity (campaign, charity),
    constraint pledge_need_directed check (need is null or restriction = 'directed')
);
create index pledge_of_enterprise on pledge (enterprise, pledged_at desc);
create index pledge_of_need on pledge (need, pledged_at) where need is not null;
create index pledge_of_campaign on pledge (campaign, pledged_at);
create index pledge_of_charity on pledge (charity, pledged_at desc);

create sequence confirmation_number;

create table bank_line (
    id uuid primary key,
    bank_account uuid not null references bank_account (id),
    booked_on date not null,
    payer text not null constraint bank_line_payer check (payer <> ''),
    amount_fen bigint not null constraint bank_line_amount check (amount_fen between 1 and 10000000000000),
    remark text not null,
    serial_no text not null,
    status text not null constraint bank_line_status check
        (status in ('unmatched', 'suggested', 'matched', 'confirmed', 'reversed', 'not_donation')),
    entered_by uuid not null references person (id),
    entered_at timestamptz not null,
    matched_by uuid references person (id),
    matched_at timestamptz,
    confirmed_by uuid references person (id),
    confirmed_at timestamptz,
    confirmation_no bigint constraint bank_line_confirmation_once unique,
    constraint bank_line_serial_once unique (bank_account, serial_no),
    -- Four eyes: who entered or matched a line never confirms it.
    constraint bank_line_four_eyes check (confirmed_by is null or (confirmed_by <> matched_by and confirmed_by <> entered_by)),
    constraint bank_line_matched_when check (status not in ('matched', 'confirmed') or matched_by is not null),
    constraint bank_line_confirmed_when check (status <> 'confirmed'
        or (confirmed_by is not null and confirmed_at is not null and confirmation_no is not null))
);
create index bank_line_waiting on bank_line (bank_account, entered_at) where status in ('unmatched', 'suggested', 'matched');
create index bank_line_in_order on bank_line (bank_account, booked_on desc, id);

-- What a line was divided into. Its id is the lot that the money keeps for ever.
create table bank_line_part (
    lot uuid primary key,
    line uuid not null references bank_line (id),
    position integer not null,
    amount_fen bigint not null constraint bank_line_part_amount check (amount_fen between 1 and 10000000000000),
    -- Neither: the giver is not known yet.
    pledge uuid references pledge (id),
    campaign uuid references campaign (id),
    constraint bank_line_part_place unique (line, position),
    constraint bank_line_part_one_way check (pledge is null or campaign is null)
);
create index bank_line_part_of_pledge on bank_line_part (pledge) where pledge is not null;

-- One row is one movement: what one account gives the other receives. Added, never changed.
create table transfer (
    id uuid primary key,
    seq bigint generated always as identity constraint transfer_seq_unique unique,
    debit text not null,
    credit text not null,
    amount_fen bigint not null constraint transfer_amount check (amount_fen between 1 and 10000000000000),
    asset text not null constraint transfer_asset check (asset in ('cny', 'in_kind')),
    code text not null constraint transfer_code check (code in (
        'arrival', 'match', 'goods', 'allocate', 'release', 'advance', 'bounce', 'spend', 'pay_back', 'hand_over',
        'surplus', 'place_surplus', 'return', 'fee', 'reverse')),
    lot uuid not null references bank_line_part (lot),
    cause uuid not null,
    corrects uuid constraint transfer_corrected_once unique references transfer (id),
    effective_on date not null,
    recorded_at timestamptz not null,
    constraint transfer_two_accounts check (debit <> credit),
    constraint transfer_known_accounts check (
        split_part(debit, ':', 1) in ('world', 'unmatched', 'directed', 'general', 'allocated', 'advance', 'spent', 'fee',
            'returned', 'surplus')
        and split_part(credit, ':', 1) in ('world', 'unmatched', 'directed', 'general', 'allocated', 'advance', 'spent',
            'fee', 'returned', 'surplus')),
    constraint transfer_reversal_corrects check ((code = 'reverse') = (corrects is not null))
);
create index transfer_from on transfer (debit, seq);
create index transfer_to on transfer (credit, seq);
create index transfer_of_lot on transfer (lot, seq);
create index transfer_by_cause on transfer (cause, seq);
create trigger transfer_append_only before update or delete on transfer
    for each row execute function refuse_change();

-- What limited accounts hold, by lot: a cache for the limit, written with the transfers under the same lock.
create table account_balance (
    account text not null,
    lot uuid not null references bank_line_part (lot),
    asset text not null,
    amount_fen bigint not null constraint account_balance_not_below_zero check (amount_fen >= 0),
    primary key (account, asset, lot)
);

-- When each lot came, for taking the oldest first.
create view ledger_lot as
select part.lot, line.booked_on as bank_date, line.confirmation_no, part.line, part.pledge, line.bank_account
from bank_line_part part
join bank_line line on line.id = part.line;

-- 认捐 and 到账 pledge by pledge: what every sum over pledges is made of.
create view pledge_counted as
select id, reference, campaign, charity, enterprise, need, restriction, status, public_display, show_amount,
       share_with_recipient, pledged_at, amount_fen, arrived_fen,
       case when status in ('draft', 'cancelled') then 0
            when status = 'waived' then least(amount_fen, arrived_fen)
            else amount_fen end as counted_fen
from pledge;

-- The four numbers of a need. What is disbursed and spent is read from the ledger.
create view money_by_need as
select need.id as need,
       coalesce((select sum(counted_fen) from pledge_counted p where p.need = need.id), 0)::bigint as pledged_fen,
       coalesce((select sum(arrived_fen) from pledge_counted p where p.need = need.id), 0)::bigint as arrived_fen,
       0::bigint as disbursed_fen,
       0::bigint as spent_fen,
       0::bigint as arranged_fen
from need;

create view money_by_campaign as
select campaign.id as campaign,
       coalesce(p.pledged_fen, 0)::bigint as pledged_fen,
       coalesce(p.arrived_fen, 0)::bigint + coalesce(g.arrived_fen, 0)::bigint as arrived_fen,
       0::bigint as disbursed_fen,
       0::bigint as spent_fen,
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
) g on true;

-- A bank line with its account and the names of those who worked on it.
create view bank_line_read as
select l.*, a.charity, a.holder, a.bank, a.account_no, entered.name as entered_by_name, matched.name as matched_by_name,
       confirmed.name as confirmed_by_name
from bank_line l
join bank_account a on a.id = l.bank_account
left join person_private entered on entered.person = l.entered_by
left join person_private matched on matched.person = l.matched_by
left join person_private confirmed on confirmed.person = l.confirmed_by;
