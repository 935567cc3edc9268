-- Amounts, days and numbers that keep every sum readable.

-- One amount is at most 10 亿元. With at most 90 million pledges, and as many confirmed lines, no sum leaves a bigint.
alter table need drop constraint need_amount;
alter table need add constraint need_amount check (amount_fen between 0 and 100000000000);
alter table need_item drop constraint need_item_amount;
alter table need_item add constraint need_item_amount check (amount_fen between 1 and 100000000000);
alter table pledge drop constraint pledge_amount;
alter table pledge add constraint pledge_amount check (amount_fen between 1 and 100000000000);
alter table bank_line drop constraint bank_line_amount;
alter table bank_line add constraint bank_line_amount check (amount_fen between 1 and 100000000000);
alter table bank_line_part drop constraint bank_line_part_amount;
alter table bank_line_part add constraint bank_line_part_amount check (amount_fen between 1 and 100000000000);
alter table transfer drop constraint transfer_amount;
alter table transfer add constraint transfer_amount check (amount_fen between 1 and 100000000000);
alter table allocation drop constraint allocation_amount;
alter table allocation add constraint allocation_amount check (amount_fen between 1 and 100000000000);
alter table disbursement drop constraint disbursement_amount;
alter table disbursement add constraint disbursement_amount check (amount_fen between 1 and 100000000000);
alter table spending_item drop constraint spending_amount;
alter table spending_item add constraint spending_amount check (amount_fen between 1 and 100000000000);
alter sequence pledge_number maxvalue 89999999;
alter sequence confirmation_number maxvalue 90000000;

-- What a bank or a seller dated happened in this century; a calendar ends earlier than a number does.
alter table need add constraint need_wanted_day check (wanted_by >= date '2000-01-01');
alter table bank_line add constraint bank_line_day check (booked_on >= date '2000-01-01');
alter table disbursement add constraint disbursement_paid_day check (paid_on >= date '2000-01-01');
alter table spending_item add constraint spending_invoice_day check (invoice_on >= date '2000-01-01');

-- A payee is not closed while an approved payment to it waits.
create index disbursement_awaited_by_payee on disbursement (payee) where status = 'approved';

-- Counts the corrections of an item; a decision names the version that was read.
alter table spending_item add column version integer not null default 1;
drop view spending_read;
create view spending_read as
select i.*, r.submitted_at, d.charity, d.need, n.title as need_title,
       array(select f.file from spending_file f where f.item = i.id order by f.position) as pictures,
       array(select distinct p.enterprise
             from transfer t
             join bank_line_part part on part.lot = t.lot
             join pledge p on p.id = part.pledge
             where t.cause = i.id) as givers
from spending_item i
join report r on r.id = i.report
join disbursement d on d.id = i.disbursement
join need n on n.id = d.need;

-- Whose money a lot is: of the campaign that it came in for, itself or by its pledge; of none while its giver is unknown.
create view lot_campaign as
select part.lot, coalesce(part.campaign, pledge.campaign) as campaign
from bank_line_part part
left join pledge on pledge.id = part.pledge;

-- Whose money of an unknown giver is: one person says it, a second one agrees, and only then it moves.
create table part_owner (
    lot uuid primary key references bank_line_part (lot),
    pledge uuid not null references pledge (id),
    named_by uuid not null references person (id),
    named_at timestamptz not null,
    confirmed_by uuid references person (id),
    confirmed_at timestamptz,
    constraint part_owner_four_eyes check (confirmed_by <> named_by),
    constraint part_owner_confirmed_when check ((confirmed_by is null) = (confirmed_at is null))
);

-- The account on which a part's money has to be (its pledge's, its campaign's, or that of money without an owner), and
-- the one on which it landed before its owner was found.
create view part_account as
select part.lot, part.line, part.amount_fen,
       case when found.lot is not null then 'unmatched:' || line.bank_account else owned.account end as landing,
       owned.account
from bank_line_part part
join bank_line line on line.id = part.line
join bank_account account on account.id = line.bank_account
left join pledge on pledge.id = part.pledge
left join part_owner found on found.lot = part.lot and found.confirmed_by is not null
cross join lateral (
    select case when pledge.restriction = 'directed' then 'directed:' || pledge.id
                when pledge.id is not null then 'general:' || pledge.campaign || ':' || pledge.charity
                when part.campaign is not null then 'general:' || part.campaign || ':' || account.charity
                else 'unmatched:' || line.bank_account end as account
) owned;

-- A campaign's total reads the transfers of its own lots, by index, and not the whole ledger.
create index bank_line_part_of_campaign on bank_line_part (campaign) where campaign is not null;
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
    -- By lot: money stays the campaign's that it came in for, itself or by its pledge.
    select sum(moved.disbursed_fen) as disbursed_fen, sum(moved.spent_fen) as spent_fen
    from (
        select part.lot
        from bank_line_part part
        where part.campaign = campaign.id
        union all
        select part.lot
        from pledge
        join bank_line_part part on part.pledge = pledge.id
        where pledge.campaign = campaign.id and pledge.arrived_fen > 0
    ) own
    -- Lot by lot: whatever the statistics say, no other lot's transfers are read.
    cross join lateral (
        select sum(case when t.credit like 'advance:%' then t.amount_fen
                        when t.debit like 'advance:%' and t.credit like 'allocated:%' then -t.amount_fen
                        else 0 end) as disbursed_fen,
               sum(case when t.credit like 'spent:%' then t.amount_fen
                        when t.debit like 'spent:%' then -t.amount_fen
                        else 0 end) as spent_fen
        from transfer t
        where t.lot = own.lot and t.asset = 'cny'
    ) moved
) m on true;

-- A mistyped line is voided, with the reason; the bank's serial number is then free for the line as it is.
alter table bank_line add column reason text;
alter table bank_line drop constraint bank_line_status;
alter table bank_line add constraint bank_line_status check
    (status in ('unmatched', 'suggested', 'matched', 'confirmed', 'reversed', 'not_donation', 'voided'));
alter table bank_line add constraint bank_line_voided_why check (status <> 'voided' or reason <> '');
alter table bank_line drop constraint bank_line_serial_once;
create unique index bank_line_serial_once on bank_line (bank_account, serial_no) where status <> 'voided';
drop view bank_line_read;
create view bank_line_read as
select l.*, a.charity, a.holder, a.bank, a.account_no, entered.name as entered_by_name, matched.name as matched_by_name,
       confirmed.name as confirmed_by_name
from bank_line l
join bank_account a on a.id = l.bank_account
left join person_private entered on entered.person = l.entered_by
left join person_private matched on matched.person = l.matched_by
left join person_private confirmed on confirmed.person = l.confirmed_by;

-- When the giver of a directed pledge pointed it at its need, where that was after pledging.
alter table pledge add column designated_at timestamptz;
alter table pledge add constraint pledge_designated_need check (designated_at is null or need is not null);
