-- An attempt that ended without a report, or to which no answer came, may have done its work: a letter that is sent after
-- it may come a second time. Staff read which letters those are.
alter table job add column unreported boolean not null default false;
create index job_perhaps_twice on job (done_at desc) where status = 'done' and unreported;
