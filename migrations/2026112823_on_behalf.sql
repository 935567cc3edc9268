-- What an enterprise is said to have promised, noted by a federation or a campaign office. It binds nobody and is in no
-- total; it becomes a pledge only by the enterprise's own hand. No view of money reads this table.
create table pledge_on_behalf (
    id uuid primary key,
    recorder uuid not null references organisation (id),
    recorded_by uuid not null references person (id),
    recorded_at timestamptz not null,
    -- The legal day, from which thirty days are counted.
    recorded_on date not null,
    campaign uuid not null,
    charity uuid not null,
    -- The enterprise, where it is known to the platform; else it is known again by its code.
    enterprise uuid references organisation (id),
    name text not null constraint pledge_on_behalf_name check (char_length(name) between 2 and 100),
    uscc text constraint pledge_on_behalf_uscc check (uscc ~ '^[0-9A-HJ-NP-RT-UW-Y]{18}$'),
    amount_fen bigint not null constraint pledge_on_behalf_amount check (amount_fen between 1 and 100000000000),
    note text not null constraint pledge_on_behalf_note check (char_length(note) between 5 and 500),
    status text not null default 'waiting' constraint pledge_on_behalf_status check
        (status in ('waiting', 'claimed', 'declined', 'withdrawn', 'lapsed')),
    pledge uuid references pledge (id) constraint pledge_on_behalf_one_pledge unique,
    answer text constraint pledge_on_behalf_answer check (char_length(answer) between 5 and 200),
    answered_by uuid references person (id),
    ended_at timestamptz,
    reminded_at timestamptz,
    changed_at timestamptz not null,
    foreign key (campaign, charity) references campaign_charity (campaign, charity),
    constraint pledge_on_behalf_known check (enterprise is not null or uscc is not null),
    constraint pledge_on_behalf_claimed check ((status = 'claimed') = (pledge is not null)),
    constraint pledge_on_behalf_ended check ((status = 'waiting') = (ended_at is null)),
    constraint pledge_on_behalf_said_why check ((status = 'declined') = (answer is not null)),
    constraint pledge_on_behalf_by check (status not in ('claimed', 'declined', 'withdrawn') or answered_by is not null),
    constraint pledge_on_behalf_thirty_days check
        (status <> 'lapsed' or (ended_at at time zone 'Asia/Shanghai')::date > recorded_on + 30)
);
create index pledge_on_behalf_of_recorder on pledge_on_behalf (recorder, recorded_at desc, id desc);
create index pledge_on_behalf_of_charity on pledge_on_behalf (charity, recorded_at desc, id desc);
create index pledge_on_behalf_of_enterprise on pledge_on_behalf (enterprise) where enterprise is not null;
create index pledge_on_behalf_of_code on pledge_on_behalf (uscc) where uscc is not null;
create index pledge_on_behalf_waiting on pledge_on_behalf (recorded_on) where status = 'waiting';
create trigger pledge_on_behalf_stays before update of id, recorder, recorded_by, recorded_at, recorded_on, campaign,
    charity, enterprise, name, uscc, amount_fen, note on pledge_on_behalf for each row execute function refuse_change();
create trigger pledge_on_behalf_over before update on pledge_on_behalf for each row
    when (old.status <> 'waiting') execute function refuse_change();
create trigger pledge_on_behalf_kept before delete on pledge_on_behalf for each row execute function refuse_change();

-- Whom to write to who has no account; gone when there is nothing to write any more.
create table pledge_on_behalf_contact (
    on_behalf uuid primary key references pledge_on_behalf (id),
    email text not null constraint pledge_on_behalf_contact_length check (char_length(email) <= 100)
);

create view pledge_on_behalf_read as
select b.id, b.recorder, r.name as recorder_name, b.recorded_at, b.recorded_on, b.campaign, c.name as campaign_name,
       b.charity, h.name as charity_name, coalesce(b.enterprise, e.id) as enterprise, b.name,
       b.amount_fen, b.note, b.status, b.pledge, b.answer, b.ended_at
from pledge_on_behalf b
join organisation r on r.id = b.recorder
join organisation h on h.id = b.charity
join campaign c on c.id = b.campaign
left join organisation e on e.uscc = b.uscc and e.kind = 'enterprise' and e.status = 'verified';

create or replace view gift_paper_reader as
select g.file, p.enterprise as organisation
from gift_paper g
join donation_agreement_paper d on d.id = g.subject
join donation_agreement a on a.id = d.agreement
join pledge p on p.id = a.pledge
where g.kind = 'agreement'
union all
select g.file, p.charity
from gift_paper g
join donation_agreement_paper d on d.id = g.subject
join donation_agreement a on a.id = d.agreement
join pledge p on p.id = a.pledge
where g.kind = 'agreement'
union all
select g.file, unnest(array[p.enterprise, p.charity])
from gift_paper g
join gift_request r on r.id = g.subject
join pledge p on p.id = r.pledge
where g.kind = 'request'
union all
select g.file, unnest(array[b.recorder, b.charity, b.enterprise])
from gift_paper g
join pledge_on_behalf_read b on b.id = g.subject
where g.kind = 'on_behalf';
