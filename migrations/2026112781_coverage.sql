-- Which villages below a place are paired with whom: what agreements list that are active, and those that are signed and
-- begin later; of one field or all. `leaving`: it ends by the day `soon`, and no signed one that follows lists the village.
create function coverage_pair(within text, of_field text, soon date)
returns table (village text, pairing uuid, enterprise uuid, enterprise_name text, public_display text, form text,
               town text, fields text[], first_day date, last_day date, counts boolean, leaving boolean)
language sql stable as $$
    select v.village, p.id, p.enterprise, e.name, p.public_display, t.form, t.town, t.fields, t.first_day, t.last_day,
           p.status = 'active',
           p.status = 'active' and t.last_day <= soon
               and not exists (
                   select from pairing n
                   join pairing_village nv on nv.pairing = n.id and nv.number = n.terms and nv.village = v.village
                   where n.follows = p.id and n.status = 'signed'
               )
    from pairing p
    join pairing_terms t on t.pairing = p.id and t.number = p.terms
    join pairing_village v on v.pairing = p.id and v.number = p.terms
    join organisation e on e.id = p.enterprise
    where p.status in ('active', 'signed') and v.village like within || '%'
      and (of_field is null or of_field = any(t.fields))
$$;

-- Every village below a place: with how many enterprises it is paired, whether its town is covered and by an agreement
-- that lists it, and how many rows of lists of earlier pairings name it or its town.
create function coverage_village(within text, of_field text, soon date)
returns table (village text, enterprises bigint, leaving boolean, coming boolean, covered boolean, with_town boolean,
               earlier bigint)
language sql stable as $$
    with paired as materialized (
        select * from coverage_pair(within, of_field, soon)
    ),
    listed as (
        select p.village, count(distinct p.enterprise) filter (where p.counts) as enterprises,
               bool_or(p.leaving) as leaving, bool_or(not p.counts) as coming,
               bool_or(p.counts and p.town is not null) as with_town
        from paired p
        group by p.village
    ),
    told as (
        select s.place, count(*) as times
        from earlier_pairing_standing s
        where s.place like within || '%'
        group by s.place
    )
    select v.code, coalesce(l.enterprises, 0), coalesce(l.leaving, false), coalesce(l.coming, false), c.town is not null,
           coalesce(l.with_town, false), coalesce(te.times, 0) + coalesce(tt.times, 0)
    from place v
    left join listed l on l.village = v.code
    left join (select distinct p.town from paired p where p.counts and p.town is not null) c on c.town = v.parent
    left join told te on te.place = v.code
    left join told tt on tt.place = v.parent
    where v.level = 'village' and v.code like within || '%'
$$;
