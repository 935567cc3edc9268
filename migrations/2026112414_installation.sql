-- What an installation knows of itself: whether its demo is whole, and when its regular tasks are due again.

-- Set last: a demo whose first start was ended half-way is made again from the beginning.
alter table installation add column seeded_at timestamptz;
alter table installation add constraint installation_seeded_demo check (demo or seeded_at is null);
-- Demos of before: pledges were made last.
update installation set seeded_at = created_at where demo and exists (select from pledge);

-- One row for each task that is done once for all processes; whoever moves its time on has the turn.
create table regular_task (
    name text primary key,
    due_at timestamptz not null
);
