-- A gift that came without an account is claimed later by its giver: by the code that the charity prints, the amount, the
-- day and the bank's slip. One person of the charity names it, a second one confirms; then it is a pledge of its giver.
create sequence gift_code_number maxvalue 90000000;
alter table bank_line_part add column gift_number bigint not null default nextval('gift_code_number');
create unique index bank_line_part_gift_number on bank_line_part (gift_number);
create index bank_line_part_unowned on bank_line_part (amount_fen) where pledge is null and campaign is null;

create table gift_claim (
    id uuid primary key,
    enterprise uuid not null references organisation (id),
    asked_by uuid not null references person (id),
    asked_at timestamptz not null,
    changed_at timestamptz not null,
    line uuid not null references bank_line (id),
    lot uuid not null references bank_line_part (lot),
    campaign uuid not null,
    charity uuid not null,
    restriction text not null constraint gift_claim_restriction check (restriction in ('directed', 'undirected')),
    public_display text not null constraint gift_claim_display check
        (public_display in ('name', 'partial', 'anonymous')),
    show_amount boolean not null,
    share_with_recipient boolean not null,
    terms_version text not null constraint gift_claim_terms check (terms_version <> ''),
    status text not null default 'asked' constraint gift_claim_status check
        (status in ('asked', 'named', 'confirmed', 'refused', 'withdrawn')),
    version integer not null default 1,
    named_by uuid references person (id),
    named_at timestamptz,
    decision text constraint gift_claim_decision check (char_length(decision) between 5 and 500),
    decided_by uuid references person (id),
    decided_at timestamptz,
    pledge uuid references pledge (id) constraint gift_claim_one_pledge unique,
    foreign key (campaign, charity) references campaign_charity (campaign, charity),
    constraint gift_claim_named check ((named_by is null) = (named_at is null) and (status <> 'named' or named_by is not null)),
    constraint gift_claim_decided check
        ((decided_by is null) = (decided_at is null) and (status in ('confirmed', 'refused')) = (decided_by is not null)),
    constraint gift_claim_refused_why check ((status = 'refused') = (decision is not null)),
    constraint gift_claim_confirmed check
        ((status = 'confirmed') = (pledge is not null) and (status <> 'confirmed' or named_by is not null)),
    constraint gift_claim_four_eyes check (status <> 'confirmed' or decided_by <> named_by)
);
create unique index gift_claim_open_once on gift_claim (enterprise, lot) where status in ('asked', 'named');
create index gift_claim_of_enterprise on gift_claim (enterprise, asked_at desc, id desc);
create index gift_claim_of_charity on gift_claim (charity, asked_at desc, id desc);
create index gift_claim_at_work on gift_claim (charity, status, changed_at) where status in ('asked', 'named');
create index gift_claim_of_lot on gift_claim (lot);
create trigger gift_claim_stays before update of id, enterprise, asked_by, asked_at, line, lot, campaign, charity,
    restriction, public_display, show_amount, share_with_recipient, terms_version
    on gift_claim for each row execute function refuse_change();
create trigger gift_claim_over before update on gift_claim for each row
    when (old.status in ('confirmed', 'refused', 'withdrawn')) execute function refuse_change();
create trigger gift_claim_kept before delete on gift_claim for each row execute function refuse_change();

create view gift_claim_read as
select g.id, g.enterprise, e.name as enterprise_name, g.asked_by, g.asked_at, g.changed_at, g.line, g.lot,
       p.gift_number, p.amount_fen, l.booked_on, l.payer, g.campaign, c.name as campaign_name, g.charity,
       h.name as charity_name, g.restriction, g.public_display, g.show_amount, g.share_with_recipient, g.terms_version,
       g.status, g.version, g.named_by, g.named_at, g.decision, g.decided_at, g.pledge
from gift_claim g
join organisation e on e.id = g.enterprise
join organisation h on h.id = g.charity
join campaign c on c.id = g.campaign
join bank_line_part p on p.lot = g.lot
join bank_line l on l.id = g.line;

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
where g.kind = 'on_behalf'
union all
select g.file, unnest(array[c.enterprise, c.charity])
from gift_paper g
join gift_claim c on c.id = g.subject
where g.kind = 'claim';
