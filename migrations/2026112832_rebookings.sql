-- A confirmed line was booked wrongly: one person proposes what it is, a second one agrees, and in one transaction the wrong
-- parts are reversed and the right ones booked. What stood before stays here.

create table rebooking (
    id uuid primary key,
    line uuid not null references bank_line (id),
    reason text not null constraint rebooking_why check (reason <> ''),
    -- Instead of other parts: it is no gift at all.
    not_donation boolean not null,
    proposed_by uuid not null references person (id),
    proposed_at timestamptz not null,
    outcome text constraint rebooking_outcome check (outcome in ('confirmed', 'dropped')),
    decided_by uuid references person (id),
    decided_at timestamptz,
    -- Of the new confirmation letters.
    confirmation_no bigint constraint rebooking_confirmation_once unique,
    -- How the line was confirmed, where it ceased to be.
    was_confirmed_by uuid references person (id),
    was_confirmed_at timestamptz,
    was_confirmation_no bigint,
    constraint rebooking_decided check
        ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)),
    constraint rebooking_four_eyes check (outcome is distinct from 'confirmed' or decided_by <> proposed_by),
    constraint rebooking_numbered check ((outcome is not distinct from 'confirmed') = (confirmation_no is not null))
);
create unique index rebooking_waits on rebooking (line) where outcome is null;
create index rebooking_of_line on rebooking (line, proposed_at);

create table rebooking_part (
    rebooking uuid not null references rebooking (id),
    side text not null constraint rebooking_part_side check (side in ('before', 'after')),
    position integer not null,
    -- Of what stood before.
    lot uuid,
    amount_fen bigint not null constraint rebooking_part_amount check (amount_fen between 1 and 100000000000),
    pledge uuid references pledge (id),
    campaign uuid references campaign (id),
    primary key (rebooking, side, position),
    constraint rebooking_part_lot check ((side = 'before') = (lot is not null)),
    constraint rebooking_part_one_way check (pledge is null or campaign is null)
);
create trigger rebooking_part_append_only before update or delete on rebooking_part
    for each row execute function refuse_change();

-- A part that was reversed is nobody's any more; its lot is spent to nothing, and stays for the transfers that name it.
alter table bank_line_part add column rebooked_by uuid references rebooking (id);
alter table bank_line_part add constraint bank_line_part_rebooked_bare check
    (rebooked_by is null or (pledge is null and campaign is null));
