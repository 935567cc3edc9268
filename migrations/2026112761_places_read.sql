-- Pages of places read the newest needs that lists show of them by an index, at each level.
create index need_newest_of_county on need (left(village, 6), published_at desc, id desc)
    where status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');
create index need_newest_of_town on need (left(village, 9), published_at desc, id desc)
    where status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');
create index need_newest_of_village on need (village, published_at desc, id desc)
    where status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance', 'closed');
-- How many there are is kept with the totals of the villages.
drop index need_listed_by_village;

-- Hidden gifts of a place on a day. The village follows from the need; it stands in the partitions so that the gifts of
-- other places are not read.
create or replace view hidden_pledge_of_need as
select id, need, pledged_day as day, counted_fen,
       row_number() over (partition by need, village, pledged_day order by pledged_at desc, id desc)
           <= count(*) over (partition by need, village, pledged_day) % 3 as left_out,
       village
from pledge_counted
where not show_amount and counted_fen > 0;

create or replace view hidden_pledge_of_campaign as
select id, campaign, pledged_day as day, counted_fen,
       row_number() over (partition by campaign, pledged_day order by pledged_at desc, id desc)
           <= count(*) over (partition by campaign, pledged_day) % 3 as left_out
from pledge_counted
where not show_amount and counted_fen > 0;

drop index pledge_hidden_by_day;
create index pledge_hidden_of_day on pledge (pledged_day, village text_pattern_ops)
    where not show_amount and need is not null;
-- Of what arrived of hidden pledges on a day, only pledges that were written into on that day or later can tell.
create index pledge_hidden_by_change on pledge (changed_at)
    include (need, village)
    where not show_amount and need is not null and arrived_fen > 0;
