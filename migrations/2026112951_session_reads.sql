-- Whose books an auditor reads in this session. Beside what he acts for: what he does is recorded as his own.
alter table session add reads uuid references organisation (id);
