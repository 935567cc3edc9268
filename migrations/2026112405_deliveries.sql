-- What a village reports and spent; an item counts as 支出 only when the charity has accepted it.

create table report (
    id uuid primary key,
    need uuid not null references need (id),
    organisation uuid not null references organisation (id),
    text text not null,
    -- The outcome reached so far, all reports together, in the need's unit.
    quantity_so_far bigint constraint report_quantity check (quantity_so_far >= 0),
    submitted_by uuid not null references person (id),
    submitted_at timestamptz not null
);
create index report_of_need on report (need, submitted_at desc, id desc);

create table report_photo (
    report uuid not null references report (id),
    position integer not null,
    file uuid not null references file (id),
    primary key (report, position)
);
create index report_photo_by_file on report_photo (file);

create table spending_item (
    id uuid primary key,
    report uuid not null references report (id),
    position integer not null,
    -- The payment that it was paid from.
    disbursement uuid not null references disbursement (id),
    kind text not null constraint spending_kind check
        (kind in ('material', 'labour', 'equipment', 'transport', 'training', 'subsidy', 'other')),
    description text not null,
    seller text not null,
    seller_is_person boolean not null,
    amount_fen bigint not null constraint spending_amount check (amount_fen between 1 and 10000000000000),
    invoice_on date not null,
    invoice_no text,
    status text not null constraint spending_status check (status in ('submitted', 'accepted', 'returned')),
    submitted_by uuid not null references person (id),
    decided_by uuid references person (id),
    decided_at timestamptz,
    reason text,
    constraint spending_place unique (report, position),
    constraint spending_two_people check (decided_by <> submitted_by),
    constraint spending_accepted_when check (status <> 'accepted' or (decided_by is not null and decided_at is not null)),
    constraint spending_returned_why check (status <> 'returned' or reason <> '')
);
create index spending_of_disbursement on spending_item (disbursement);
create index spending_waiting on spending_item (id) where status = 'submitted';

-- Pictures of invoices: for the village, federation, charity, auditor and the givers whose money paid it.
create table spending_file (
    item uuid not null references spending_item (id),
    position integer not null,
    file uuid not null references file (id),
    primary key (item, position)
);
create index spending_file_by_file on spending_file (file);

-- An item with its need and charity, its pictures, and the enterprises whose fen paid it.
create view spending_read as
select i.*, r.submitted_at, d.charity, d.need, n.title as need_title,
       array(select f.file from spending_file f where f.item = i.id order by f.position) as pictures,
       array(select distinct p.enterprise
             from transfer t
             join bank_line_part part on part.lot = t.lot
             join pledge p on p.id = part.pledge
             where t.cause = i.id) as givers
from spending_item i
join report r on r.id = i.report
join disbursement d on d.id = i.disbursement
join need n on n.id = d.need;
