-- Whether a gift hides its amount stands beside what arrived of it, so that what a page leaves out of today is found without
-- looking each of today's lines up. A campaign leaves out what its needs leave out: gift by gift as it was booked, and also
-- what went back.

alter table designation_arrival add column hidden boolean not null default false;
update designation_arrival a
set hidden = true
from pledge p
where p.id = a.pledge and not p.show_amount;
create index designation_arrival_hidden on designation_arrival (day) include (pledge, position, amount_fen, booked_at)
    where hidden;
drop index designation_arrival_of_day;

create function arrival_is_hidden() returns trigger language plpgsql as $$
begin
    new.hidden := (select not d.show_amount
                   from pledge_designation d
                   where d.pledge = new.pledge and d.position = new.position);
    return new;
end $$;
create trigger arrival_is_hidden before insert on designation_arrival for each row execute function arrival_is_hidden();

create or replace function designations_follow_pledge() returns trigger language plpgsql as $$
begin
    update pledge_designation
    set status = new.status, show_amount = new.show_amount, pledged_at = new.pledged_at
    where pledge = new.id;
    if new.show_amount <> old.show_amount then
        update designation_arrival set hidden = not new.show_amount where pledge = new.id;
    end if;
    return null;
end $$;

drop view hidden_arrival_of_campaign;
drop view hidden_arrival;
create view hidden_arrival_of_campaign as
select campaign, day, amount_fen,
       row_number() over (partition by campaign, day order by booked_at desc, pledge desc)
           <= count(*) over (partition by campaign, day) % 3 as left_out
from (
    -- A gift is one, into however many rows it is divided.
    select p.campaign, a.day, a.booked_at, a.pledge, sum(a.amount_fen)::bigint as amount_fen
    from designation_arrival a
    join pledge p on p.id = a.pledge
    where a.hidden
    group by p.campaign, a.day, a.booked_at, a.pledge
) gift;

create or replace view hidden_arrival_of_need as
select d.need, a.day, a.amount_fen,
       row_number() over (partition by d.need, d.place, a.day order by a.booked_at desc, a.id desc)
           <= count(*) over (partition by d.need, d.place, a.day) % 3 as left_out,
       d.place as village
from designation_arrival a
join pledge_designation d on d.pledge = a.pledge and d.position = a.position
where a.hidden and d.place is not null;
