-- Arrived money that its giver points at a need, and how its purpose changes.

alter table allocation add column status text not null default 'accepted' constraint allocation_status check
    (status in ('requested', 'accepted', 'locked', 'changing', 'released', 'refused'));
alter table allocation alter column status drop default;
-- Its giver wants to give it although the need misses less.
alter table allocation add column beyond boolean not null default false;
-- Who set it aside; nobody as long as it is a request.
alter table allocation add column accepted_by uuid references person (id);
alter table allocation add column accepted_at timestamptz;
alter table allocation add column ended_by uuid references person (id);
alter table allocation add column ended_at timestamptz;
alter table allocation add column ended_reason text;
alter table allocation add column changed_at timestamptz;
update allocation set accepted_by = made_by, accepted_at = made_at, changed_at = made_at;
-- What a payment counts on already.
update allocation a
set status = 'locked'
where exists (select from disbursement d
              where d.need = a.need and d.charity = a.charity
                and d.status in ('approved', 'paid', 'bank_confirmed'));
alter table allocation alter column changed_at set not null;
alter table allocation add constraint allocation_accepted_when check
    ((accepted_at is null) = (accepted_by is null)
     and (status not in ('accepted', 'locked', 'changing') or accepted_at is not null)
     and (status not in ('requested', 'refused') or accepted_at is null));
-- Released by nobody: the need came to an end.
alter table allocation add constraint allocation_ended_when check
    ((status in ('released', 'refused')) = (ended_at is not null)
     and (status <> 'refused' or (ended_by is not null and ended_reason is not null)));
create index allocation_requested on allocation (charity, made_at) where status = 'requested';
create index allocation_latest_of_charity on allocation (charity, made_at desc, id desc);
create index allocation_standing on allocation (need, charity) where status in ('accepted', 'locked', 'changing');
-- What is set aside stays what it was.
create function allocation_stays() returns trigger language plpgsql as $$
begin
    if (new.charity, new.need, new.pledge, new.position, new.campaign, new.amount_fen, new.arranged, new.given_to)
       is distinct from
       (old.charity, old.need, old.pledge, old.position, old.campaign, old.amount_fen, old.arranged, old.given_to) then
        raise exception 'what an allocation is about does not change'
            using errcode = 'check_violation', constraint = 'allocation_stays';
    end if;
    return new;
end $$;
create trigger allocation_stays before update on allocation for each row execute function allocation_stays();

-- What is to become of money that its need does not use, chosen before pledging; nobody chose before it was asked.
alter table pledge add column funding_choice text not null default 'ask_me' constraint pledge_funding_choice check
    (funding_choice in ('ask_me', 'same_village', 'same_field', 'charity_decides'));
alter table pledge add column funding_choice_version text;
alter table pledge add constraint pledge_funding_choice_said check
    (funding_choice = 'ask_me' or funding_choice_version is not null);

-- Another purpose for money of a giver's agreement or of a campaign's plan.
create table purpose_change (
    id uuid primary key,
    charity uuid not null references organisation (id),
    -- The giver; none where it is a campaign's money.
    enterprise uuid references organisation (id),
    pledge uuid references pledge (id),
    position integer,
    campaign uuid references campaign (id),
    -- What is set aside and goes elsewhere; none where it is not set aside yet.
    allocation uuid references allocation (id),
    from_need uuid references need (id),
    -- None until it is chosen.
    to_need uuid references need (id),
    amount_fen bigint not null constraint purpose_change_amount check (amount_fen between 1 and 100000000000),
    basis text not null constraint purpose_change_basis check (basis in ('consent', 'filing')),
    origin text not null constraint purpose_change_origin check (origin in ('enterprise', 'charity', 'closing')),
    status text not null constraint purpose_change_status check
        (status in ('requested', 'consented', 'filed', 'done', 'refused')),
    reason text not null constraint purpose_change_reason check (length(reason) between 5 and 200),
    requested_by uuid references person (id),
    requested_at timestamptz not null,
    -- Nobody where the giver had chosen before pledging.
    consented_by uuid references person (id),
    consented_at timestamptz,
    filing_no text,
    filed_on date,
    filed_by uuid references person (id),
    done_by uuid references person (id),
    made uuid references allocation (id),
    ended_by uuid references person (id),
    ended_at timestamptz,
    ended_reason text,
    changed_at timestamptz not null,
    foreign key (pledge, position) references pledge_designation (pledge, position),
    constraint purpose_change_one_source check
        ((pledge is null) <> (campaign is null) and (pledge is null) = (position is null)
         and (pledge is null) = (enterprise is null)),
    constraint purpose_change_basis_of_source check ((basis = 'consent') = (pledge is not null)),
    constraint purpose_change_elsewhere check (from_need <> to_need),
    constraint purpose_change_asked_by check ((requested_by is null) = (origin = 'closing')),
    -- An agreement's purpose changes only with the giver's consent, a plan's only with a filing.
    constraint purpose_change_allowed check
        (status not in ('consented', 'done') or basis = 'filing' or consented_at is not null),
    constraint purpose_change_filing check
        ((filing_no is null) = (filed_on is null) and (filing_no is null) = (filed_by is null)
         and (status not in ('filed', 'done') or basis = 'consent' or filing_no <> '')),
    constraint purpose_change_done_when check
        ((status = 'done') = (made is not null) and (status <> 'done' or (done_by is not null and to_need is not null))),
    constraint purpose_change_two_people check (done_by is null or requested_by is null or done_by <> requested_by),
    constraint purpose_change_ended_when check
        ((status in ('done', 'refused')) = (ended_at is not null)
         and (status <> 'refused' or (ended_by is not null and ended_reason is not null)))
);
create unique index purpose_change_once on purpose_change (allocation)
    where status in ('requested', 'consented', 'filed');
create unique index purpose_change_of_row_once on purpose_change (pledge, position)
    where allocation is null and status in ('requested', 'consented', 'filed');
create index purpose_change_of_charity on purpose_change (charity, requested_at desc, id desc);
create index purpose_change_of_enterprise on purpose_change (enterprise, requested_at desc, id desc)
    where enterprise is not null;
create index purpose_change_open on purpose_change (charity, requested_at)
    where status in ('requested', 'consented', 'filed');
create index purpose_change_to_consent on purpose_change (enterprise, requested_at) where status = 'requested';
create index purpose_change_of_pledge on purpose_change (pledge, position) where pledge is not null;

-- Since when money of a row lies idle, and what its giver was told of it.
create table idle_reminder (
    pledge uuid not null references pledge (id) on delete cascade,
    reminder text not null constraint idle_reminder_known check (reminder in ('first', 'again')),
    -- The last change of its balance: after another one it is told of anew.
    idle_since timestamptz not null,
    sent_at timestamptz not null,
    primary key (pledge, reminder, idle_since)
);

-- What of each row of a directed pledge has arrived, is set aside, and is asked for.
create view directed_balance as
select p.id as pledge, p.reference, p.enterprise, p.charity, p.campaign, p.status, p.funding_choice, d.position, d.kind, d.need,
       d.pairing, d.village, d.town, d.field, d.place, d.amount_fen, d.arrived_fen,
       coalesce(s.set_aside, 0)::bigint as set_aside_fen, coalesce(q.asked, 0)::bigint as asked_fen
from pledge p
join pledge_designation d on d.pledge = p.id
left join lateral (
    select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end) as set_aside
    from allocation a
    join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
    where a.pledge = d.pledge and a.position = d.position
) s on true
left join lateral (
    select sum(asked.amount_fen) as asked
    from (
        select a.amount_fen
        from allocation a
        where a.pledge = d.pledge and a.position = d.position and a.status = 'requested'
        union all
        select x.amount_fen
        from purpose_change x
        where x.pledge = d.pledge and x.position = d.position and x.allocation is null
          and x.status in ('requested', 'consented')
    ) asked
) q on true
where p.restriction = 'directed';

-- What was set aside of a need's account and not paid yet may still be taken back, lot by lot.
create view allocation_read as
select a.*, n.code as need_code, n.title as need_title, n.village as need_village, p.reference, p.enterprise,
       e.name as enterprise_name, c.name as charity_name, g.name as campaign_name, made.name as made_by_name,
       accepted.name as accepted_by_name
from allocation a
join need n on n.id = a.need
join organisation c on c.id = a.charity
left join pledge p on p.id = a.pledge
left join organisation e on e.id = p.enterprise
left join campaign g on g.id = a.campaign
left join person_private made on made.person = a.made_by
left join person_private accepted on accepted.person = a.accepted_by;

create view purpose_change_read as
select x.id, x.status, x.basis, x.origin, x.charity, c.name as charity_name, x.enterprise, e.name as enterprise_name,
       x.pledge, p.reference, x.campaign, g.name as campaign_name, x.allocation, x.from_need, f.code as from_code,
       f.title as from_title, x.to_need, t.code as to_code, t.title as to_title, x.amount_fen, x.reason, x.requested_at,
       x.consented_at, x.consented_at is not null and x.consented_by is null as by_choice, x.filing_no, x.filed_on,
       x.ended_at, x.ended_reason
from purpose_change x
join organisation c on c.id = x.charity
left join organisation e on e.id = x.enterprise
left join pledge p on p.id = x.pledge
left join campaign g on g.id = x.campaign
left join need f on f.id = x.from_need
left join need t on t.id = x.to_need;
