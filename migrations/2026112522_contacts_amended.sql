-- A verified enterprise changes by itself whom to call and its industry; what it was verified by stays as it was read.
alter table verification_step drop constraint verification_step_known;
alter table verification_step add constraint verification_step_known check
    (step in ('submitted', 'resubmitted', 'answered', 'amended', 'verified', 'returned', 'suspended', 'restored', 'lapsed'));
alter table verification_step drop constraint verification_decided_by_another;
alter table verification_step add constraint verification_decided_by_another check
    ((step in ('submitted', 'resubmitted', 'answered', 'amended', 'lapsed')) = (acting_for = organisation));
