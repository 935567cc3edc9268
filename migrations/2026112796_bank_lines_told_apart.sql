-- How money came in, and what of an account's money in is no gift.

-- At a ceremony gifts come in cash, as cheques and over a code, too: each is a line with the number of its own receipt.
alter table bank_line add column channel text not null default 'transfer' constraint bank_line_channel check
    (channel in ('transfer', 'cash', 'cheque', 'qr'));
alter table bank_line alter column channel drop default;

-- Interest, a fee that came back, a payment sent by mistake: put aside with the reason.
alter table bank_line drop constraint bank_line_voided_why;
alter table bank_line add constraint bank_line_aside_why check (status not in ('voided', 'not_donation') or reason <> '');

drop view bank_line_read;
create view bank_line_read as
select l.*, a.charity, a.holder, a.bank, a.account_no, entered.name as entered_by_name, matched.name as matched_by_name,
       confirmed.name as confirmed_by_name
from bank_line l
join bank_account a on a.id = l.bank_account
left join person_private entered on entered.person = l.entered_by
left join person_private matched on matched.person = l.matched_by
left join person_private confirmed on confirmed.person = l.confirmed_by;
