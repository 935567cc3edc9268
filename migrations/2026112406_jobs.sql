-- What became of a job, where "done" alone would hide something: a letter to somebody without an address, a last error.
alter table job add column outcome text;
alter table job add constraint job_dead_says_why check (status <> 'dead' or error is not null);
alter table job add constraint job_leased_while_waiting check (status = 'waiting' or leased_until is null);
create index job_dead on job (created_at) where status = 'dead';
