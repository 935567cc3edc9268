-- Of which surplus, or placement of one, the letters to its givers are written: once, however often the job is tried.
create table surplus_told (
    kind text not null constraint surplus_told_kind check (kind in ('found', 'placed')),
    subject uuid not null,
    told_at timestamptz not null,
    primary key (kind, subject)
);
create trigger surplus_told_append_only before update or delete on surplus_told
    for each row execute function refuse_change();
