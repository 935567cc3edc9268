-- An amount that its giver hides enters a total that everybody reads together with at least two others of its day, or
-- when the day is over: who reads the total before and after one gift shall not read the gift.

alter table pledge add column pledged_day date not null
    generated always as ((pledged_at at time zone 'Asia/Shanghai')::date) stored;
create index pledge_hidden_of_need on pledge (need, pledged_day) where not show_amount and need is not null;
create index pledge_hidden_of_campaign on pledge (campaign, pledged_day) where not show_amount;

alter table bank_line add column confirmed_day date
    generated always as ((confirmed_at at time zone 'Asia/Shanghai')::date) stored;
create index bank_line_by_confirmed_day on bank_line (confirmed_day) where status = 'confirmed';

-- Hidden pledges in the order of their day: the last one or two, while they are not three, are left out.
create view hidden_pledge_of_need as
select id, need, pledged_day as day, counted_fen,
       row_number() over (partition by need, pledged_day order by pledged_at desc, id desc)
           <= count(*) over (partition by need, pledged_day) % 3 as left_out
from (
    select c.id, c.need, c.pledged_at, p.pledged_day, c.counted_fen
    from pledge p
    join pledge_counted c on c.id = p.id
    where not p.show_amount and c.counted_fen > 0
) hidden;

create view hidden_pledge_of_campaign as
select id, campaign, pledged_day as day, counted_fen,
       row_number() over (partition by campaign, pledged_day order by pledged_at desc, id desc)
           <= count(*) over (partition by campaign, pledged_day) % 3 as left_out
from (
    select c.id, c.campaign, c.pledged_at, p.pledged_day, c.counted_fen
    from pledge p
    join pledge_counted c on c.id = p.id
    where not p.show_amount and c.counted_fen > 0
) hidden;

-- The same for what arrived of hidden pledges, by the day of the confirmation.
create view hidden_arrival as
select part.lot, pledge.need, pledge.campaign, line.confirmed_day as day, line.confirmed_at, part.amount_fen
from bank_line line
join bank_line_part part on part.line = line.id
join pledge on pledge.id = part.pledge
where line.status = 'confirmed' and not pledge.show_amount;

create view hidden_arrival_of_need as
select need, day, amount_fen,
       row_number() over (partition by need, day order by confirmed_at desc, lot desc)
           <= count(*) over (partition by need, day) % 3 as left_out
from hidden_arrival;

create view hidden_arrival_of_campaign as
select campaign, day, amount_fen,
       row_number() over (partition by campaign, day order by confirmed_at desc, lot desc)
           <= count(*) over (partition by campaign, day) % 3 as left_out
from hidden_arrival;
