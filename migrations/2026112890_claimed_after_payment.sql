-- Undirected money that came without a pledge may have been paid out before its giver claims it. Then the pledge has
-- rows of what was paid from its first day on.
create function note_reached_by_claim() returns trigger language plpgsql as $$
begin
    insert into pledge_reached (pledge, number, campaign, pledged_at)
    select p.id, 'disbursed', p.campaign, p.pledged_at
    from pledge p
    where p.id = new.pledge
      and exists (select from transfer t where t.lot = new.lot and t.credit like 'advance:%' and t.asset = 'cny')
    on conflict do nothing;
    return null;
end $$;
create trigger claim_notes_what_was_paid after update of pledge on bank_line_part for each row
    when (old.pledge is null and new.pledge is not null) execute function note_reached_by_claim();

insert into pledge_reached (pledge, number, campaign, pledged_at)
select distinct p.id, 'disbursed', p.campaign, p.pledged_at
from transfer t
join bank_line_part part on part.lot = t.lot
join pledge p on p.id = part.pledge
where t.credit like 'advance:%' and t.asset = 'cny'
on conflict do nothing;
