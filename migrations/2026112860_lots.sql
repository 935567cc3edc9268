-- A lot is what something came in with: a part of a bank line, or an accepted gift of goods. Both have their number here,
-- so that the ledger's rows name either and no number is both.
create table lot (
    id uuid primary key,
    kind text not null constraint lot_kind check (kind in ('money', 'goods'))
);
insert into lot (id, kind) select lot, 'money' from bank_line_part;

-- A part brings its lot, and takes it along as long as nothing was booked on it.
create function bring_lot_of_part() returns trigger language plpgsql as $$
begin
    insert into lot (id, kind) values (new.lot, 'money');
    return new;
end $$;
create trigger bank_line_part_brings_its_lot before insert on bank_line_part
    for each row execute function bring_lot_of_part();
create function drop_lot_of_part() returns trigger language plpgsql as $$
begin
    delete from lot where id = old.lot;
    return null;
end $$;
create trigger bank_line_part_takes_its_lot after delete on bank_line_part
    for each row execute function drop_lot_of_part();
create trigger bank_line_part_keeps_its_lot before update of lot on bank_line_part
    for each row when (old.lot <> new.lot) execute function refuse_change();
create trigger lot_stays before update on lot for each row execute function refuse_change();

alter table bank_line_part add constraint bank_line_part_lot_fkey foreign key (lot) references lot (id);
alter table transfer drop constraint transfer_lot_fkey;
alter table transfer add constraint transfer_lot_fkey foreign key (lot) references lot (id);
alter table account_balance drop constraint account_balance_lot_fkey;
alter table account_balance add constraint account_balance_lot_fkey foreign key (lot) references lot (id);
