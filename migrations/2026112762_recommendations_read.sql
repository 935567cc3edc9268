-- Which needs may fit an enterprise the search index says; those few are read by their ids. What an index of the database
-- was for is gone.
drop index need_open_by_county;
drop index need_open_by_town;

create or replace view need_matched as
select n.id, n.organisation, n.village, n.field, n.kind, n.title, n.outcome, n.amount_fen, n.published_at,
       p.pledges, p.counted_fen, list.source as key_assisted, n.wanted_by
from need_open n
left join lateral (
    select count(*) as pledges, coalesce(sum(c.counted_fen), 0)::bigint as counted_fen
    from pledge_counted c
    where c.need = n.id and c.counted_fen > 0
) p on true
left join town_class t on t.town = left(n.village, 9) and t.class = 'key_assisted'
left join place_import list on list.id = t.import;
