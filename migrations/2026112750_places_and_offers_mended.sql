-- Pages of places read the needs that lie in them. The index of before was for needs that have a day of publication,
-- which the planner cannot tell from the states and the code by which the views choose; it was never used.
drop index need_public_by_village;
create index need_public_by_village on need (village text_pattern_ops) include (id)
    where code is not null and status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance',
                                          'closed', 'paused', 'withdrawn', 'expired');
create index need_listed_by_village on need (village text_pattern_ops)
    where status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');
create index need_unlisted_by_village on need (village text_pattern_ops)
    where code is not null and status in ('paused', 'withdrawn', 'expired');

-- Sums over many needs read of a pledge no more than this.
create index pledge_money_of_need on pledge (need) include (status, amount_fen, arrived_fen) where need is not null;
create index transfer_spent on transfer (credit) include (amount_fen) where credit like 'spent:%' and asset = 'cny';
create index transfer_unspent on transfer (debit) include (amount_fen) where debit like 'spent:%' and asset = 'cny';

-- What money_by_need says, of all public needs of a village together: read row by row for a whole county at once, where
-- money_by_need looks each need up.
create view money_by_village as
select village, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
       sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
       sum(arranged_fen)::bigint as arranged_fen
from (
    select n.village, p.counted_fen as pledged_fen, p.arrived_fen, 0 as disbursed_fen, 0 as spent_fen, 0 as arranged_fen
    from needs_public n
    join pledge_counted p on p.need = n.id
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
    select n.village, 0, 0, 0, 0, case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end
    from needs_public n
    join allocation a on a.need = n.id and a.pledge is null
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
) part
group by village;

-- An offer with whose it is, and which county's federation knows that enterprise.
create or replace view offer_read as
select o.*, e.name as enterprise_name, r.industry, e.place as enterprise_place
from offer o
join organisation e on e.id = o.enterprise and e.status = 'verified'
left join registration r on r.organisation = o.enterprise;
create index offer_open_of_enterprise on offer (enterprise, changed_at desc, id desc) where status = 'open';
