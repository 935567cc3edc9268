-- Jobs that take long have lanes of their own: whoever waits for a letter does not wait until a plan is computed.
alter table job add column lane text not null default 'short' constraint job_lane check
    (lane in ('short', 'long', 'computing'));
update job set lane = case when kind = 'solve_round' then 'computing' else 'long' end
where kind in ('import_needs', 'send_round', 'solve_round');
alter table job alter column lane drop default;
drop index job_due;
create index job_due on job (lane, due_at) where status = 'waiting';

-- Whoever asked for a plan is told when it is there, or why there is none.
alter table notice drop constraint notice_kind;
alter table notice add constraint notice_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'pairing', 'matching_round', 'saved_search',
    'account', 'todo'));
alter table notice_preference drop constraint notice_preference_kind;
alter table notice_preference add constraint notice_preference_kind check (kind in (
    'need_returned', 'need_approved', 'need_moved', 'pledge_made', 'arrival_confirmed', 'disbursement_paid',
    'report_published', 'spending_returned', 'payee_changed', 'commitment', 'pairing', 'matching_round', 'saved_search',
    'account', 'todo'));
