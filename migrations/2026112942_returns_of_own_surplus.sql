-- Of which surplus something goes back stays as it was said, and is the same charity's.
alter table surplus add constraint surplus_of_its_charity unique (id, charity);
alter table gift_return drop constraint gift_return_surplus_fkey;
alter table gift_return add constraint gift_return_of_own_surplus
    foreign key (surplus, charity) references surplus (id, charity);
create trigger gift_return_surplus_stays before update of surplus on gift_return
    for each row execute function refuse_change();
