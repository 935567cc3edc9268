-- The donation agreement of a pledge: a text with its hash, what each side says to it, the stamped paper. The amount of
-- an agreed pledge is fixed.
alter table pledge add column agreed_at timestamptz;
alter table pledge add constraint pledge_agreed_when check (status <> 'agreed' or agreed_at is not null);
alter table pledge add constraint pledge_agreed_stays check (agreed_at is null or status not in ('draft', 'cancelled'));

create function refuse_change_of_agreed() returns trigger language plpgsql as $$
begin
    if old.agreed_at is not null and (new.agreed_at is distinct from old.agreed_at or
        (new.amount_fen, new.enterprise, new.charity, new.campaign, new.restriction, new.reference)
            is distinct from
        (old.amount_fen, old.enterprise, old.charity, old.campaign, old.restriction, old.reference)) then
        raise exception 'what was agreed stays' using errcode = 'check_violation', constraint = 'pledge_agreed_fixed';
    end if;
    return new;
end
$$;
create trigger pledge_agreed_fixed before update on pledge
    for each row when (old.agreed_at is not null) execute function refuse_change_of_agreed();

create table donation_agreement (
    id uuid primary key,
    pledge uuid not null references pledge (id) constraint donation_agreement_of_pledge unique,
    -- The number of the text that is talked about.
    number integer not null default 1 constraint donation_agreement_number check (number between 1 and 50),
    asked_by uuid not null references person (id),
    asked_for uuid not null references organisation (id),
    asked_at timestamptz not null,
    changed_at timestamptz not null,
    agreed_at timestamptz,
    agreed_way text constraint donation_agreement_way check (agreed_way in ('confirmed', 'paper')),
    constraint donation_agreement_agreed check ((agreed_at is null) = (agreed_way is null))
);
create index donation_agreement_open on donation_agreement (changed_at) where agreed_at is null;
create trigger donation_agreement_stays before update of id, pledge, asked_by, asked_for, asked_at on donation_agreement
    for each row execute function refuse_change();
create trigger donation_agreement_made_once before update on donation_agreement for each row
    when (old.agreed_at is not null) execute function refuse_change();
create trigger donation_agreement_kept before delete on donation_agreement
    for each row execute function refuse_change();

-- All that is printed, as it was shown. Added, never changed.
create table donation_agreement_text (
    agreement uuid not null references donation_agreement (id),
    number integer not null constraint donation_agreement_text_number check (number between 1 and 50),
    hash text not null,
    text text not null,
    -- What the sides agree on besides.
    extra text not null constraint donation_agreement_extra check (char_length(extra) <= 1000),
    -- Nobody where the house wrote it anew because the pledge had changed.
    written_by uuid references person (id),
    written_for uuid references organisation (id),
    written_at timestamptz not null,
    primary key (agreement, number),
    constraint donation_agreement_hash_once unique (agreement, hash),
    constraint donation_agreement_text_hash check (hash = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    constraint donation_agreement_written_whole check ((written_by is null) = (written_for is null))
);
create trigger donation_agreement_text_stays before update or delete on donation_agreement_text
    for each row execute function refuse_change();

-- A side says in the system that this text is what it wants (确认), which is no signature. Two sides are two people.
create table donation_agreement_confirmation (
    agreement uuid not null,
    number integer not null,
    side text not null constraint donation_agreement_side check (side in ('enterprise', 'charity')),
    organisation uuid not null references organisation (id),
    person uuid not null references person (id),
    confirmed_at timestamptz not null,
    primary key (agreement, number, side),
    foreign key (agreement, number) references donation_agreement_text (agreement, number),
    constraint donation_agreement_two_people unique (agreement, number, person)
);
create trigger donation_agreement_confirmation_stays before update or delete on donation_agreement_confirmation
    for each row execute function refuse_change();

create table donation_agreement_paper (
    id uuid primary key,
    agreement uuid not null,
    number integer not null,
    side text not null constraint donation_agreement_paper_side check (side in ('enterprise', 'charity')),
    uploaded_by uuid not null references person (id),
    uploaded_at timestamptz not null,
    accepted_by uuid references person (id),
    accepted_at timestamptz,
    foreign key (agreement, number) references donation_agreement_text (agreement, number),
    constraint donation_agreement_paper_two_people check (accepted_by <> uploaded_by),
    constraint donation_agreement_paper_accepted check ((accepted_by is null) = (accepted_at is null))
);
create index donation_agreement_paper_of on donation_agreement_paper (agreement, uploaded_at);
create trigger donation_agreement_paper_stays before update of id, agreement, number, side, uploaded_by, uploaded_at
    on donation_agreement_paper for each row execute function refuse_change();
create trigger donation_agreement_paper_accepted_once before update on donation_agreement_paper for each row
    when (old.accepted_at is not null) execute function refuse_change();
create trigger donation_agreement_paper_kept before delete on donation_agreement_paper
    for each row execute function refuse_change();

-- Pictures that prove something about a pledge: of a stamped agreement, of a hardship. Private; who may see them is
-- said by `gift_paper_reader`.
create table gift_paper (
    subject uuid not null,
    kind text not null constraint gift_paper_kind check (kind in ('agreement', 'request', 'on_behalf', 'claim')),
    position integer not null constraint gift_paper_position check (position between 1 and 12),
    file uuid not null references file (id),
    primary key (subject, position)
);
create index gift_paper_of_file on gift_paper (file);
create trigger gift_paper_stays before update or delete on gift_paper for each row execute function refuse_change();

create view gift_paper_reader as
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
where g.kind = 'agreement';

create view donation_agreement_read as
select a.id, a.pledge, p.reference, p.status as pledge_status, p.enterprise, e.name as enterprise_name, p.charity,
       h.name as charity_name, c.name as campaign_name, p.amount_fen, a.number, a.asked_at, a.changed_at, a.agreed_at,
       a.agreed_way
from donation_agreement a
join pledge p on p.id = a.pledge
join organisation e on e.id = p.enterprise
join organisation h on h.id = p.charity
join campaign c on c.id = p.campaign;

-- What waits for which side: to confirm the text that is talked about, or to look at the other side's paper of it.
create view donation_agreement_waiting as
select a.id as agreement, s.side, case s.side when 'enterprise' then p.enterprise else p.charity end as organisation,
       a.changed_at as since
from donation_agreement a
join pledge p on p.id = a.pledge
cross join (values ('enterprise'), ('charity')) as s (side)
where a.agreed_at is null and p.status not in ('draft', 'cancelled', 'waived')
  and (not exists (select from donation_agreement_confirmation c
                   where c.agreement = a.id and c.number = a.number and c.side = s.side)
       or exists (select from donation_agreement_paper d
                  where d.agreement = a.id and d.number = a.number and d.side <> s.side and d.accepted_at is null));
