-- A pledge that its maker takes back before any agreement and before any money, with the reason.
alter table pledge add column cancelled_reason text;
alter table pledge add constraint pledge_cancelled_why check ((status = 'cancelled') = (cancelled_reason is not null));
-- No money of a cancelled pledge is booked, and none can have been.
alter table pledge add constraint pledge_cancelled_bare check (status <> 'cancelled' or arrived_fen = 0);
