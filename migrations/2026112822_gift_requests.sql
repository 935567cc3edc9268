-- What an enterprise asks of its charity about a pledge or an arrived gift: a waiver in serious hardship, a correction,
-- money back. One person of the charity gives an opinion, a second one decides. Internal, never public.
create table gift_request (
    id uuid primary key,
    pledge uuid not null references pledge (id),
    kind text not null constraint gift_request_kind check
        (kind in ('waiver', 'wrong_pledge', 'wrong_amount', 'wrong_payer', 'return')),
    ground text constraint gift_request_ground check
        (ground in ('misdirected', 'overpaid', 'purpose_failed', 'agreed', 'by_law')),
    -- What it is about: what is to be waived, or to go back.
    amount_fen bigint constraint gift_request_amount check (amount_fen between 1 and 100000000000),
    -- The arrived part that it is about.
    lot uuid,
    reason text not null constraint gift_request_reason check (char_length(reason) between 10 and 1000),
    status text not null default 'asked' constraint gift_request_status check
        (status in ('asked', 'recommended', 'granted', 'refused', 'withdrawn', 'settled')),
    -- Counts what happens to it; a step names the version that was read.
    version integer not null default 1,
    asked_by uuid not null references person (id),
    asked_at timestamptz not null,
    changed_at timestamptz not null,
    recommends boolean,
    opinion text constraint gift_request_opinion check (char_length(opinion) between 5 and 500),
    recommended_by uuid references person (id),
    recommended_at timestamptz,
    decision text constraint gift_request_decision check (char_length(decision) between 5 and 500),
    decided_by uuid references person (id),
    decided_at timestamptz,
    -- What was waived when it was decided.
    waived_fen bigint,
    -- What was booked for it: the id of a return or a reversal, and what was done in words.
    booking uuid,
    settled_note text constraint gift_request_settled_note check (char_length(settled_note) between 5 and 500),
    settled_by uuid references person (id),
    settled_at timestamptz,
    constraint gift_request_return_why check ((kind = 'return') = (ground is not null)),
    constraint gift_request_return_what check (kind not in ('return', 'waiver') or amount_fen is not null),
    constraint gift_request_opinion_whole check
        (num_nulls(recommends, opinion, recommended_by, recommended_at) in (0, 4)),
    constraint gift_request_recommended check (status in ('asked', 'withdrawn') or recommended_by is not null),
    constraint gift_request_decision_whole check (num_nulls(decision, decided_by, decided_at) in (0, 3)),
    constraint gift_request_decided check ((status in ('granted', 'refused', 'settled')) = (decided_by is not null)),
    constraint gift_request_four_eyes check (decided_by <> recommended_by and decided_by <> asked_by),
    constraint gift_request_settled check
        ((status = 'settled') = (settled_by is not null) and num_nulls(settled_note, settled_by, settled_at) in (0, 3)),
    constraint gift_request_waived check
        ((waived_fen is not null) = (kind = 'waiver' and status = 'granted') and (kind <> 'waiver' or status <> 'settled'))
);
create unique index gift_request_open_once on gift_request (pledge, kind)
    where status in ('asked', 'recommended');
create index gift_request_of_pledge on gift_request (pledge, changed_at desc);
create index gift_request_at_work on gift_request (status, changed_at) where status in ('asked', 'recommended', 'granted');
create trigger gift_request_stays before update of id, pledge, kind, ground, amount_fen, lot, reason, asked_by, asked_at
    on gift_request for each row execute function refuse_change();
create trigger gift_request_over before update on gift_request for each row
    when (old.status in ('refused', 'withdrawn', 'settled')) execute function refuse_change();
create trigger gift_request_kept before delete on gift_request for each row execute function refuse_change();

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
where g.kind = 'request';

create view gift_request_read as
select r.id, r.pledge, p.reference, p.status as pledge_status, p.enterprise, e.name as enterprise_name, p.charity,
       h.name as charity_name, c.name as campaign_name, p.amount_fen as pledge_fen, p.arrived_fen, r.kind, r.ground,
       r.amount_fen, r.lot, r.reason, r.status, r.version, r.asked_at, r.changed_at, r.recommends, r.opinion,
       r.recommended_by, r.recommended_at, r.decision, r.decided_at, r.waived_fen, r.settled_note, r.settled_at,
       r.asked_by
from gift_request r
join pledge p on p.id = r.pledge
join organisation e on e.id = p.enterprise
join organisation h on h.id = p.charity
join campaign c on c.id = p.campaign;
