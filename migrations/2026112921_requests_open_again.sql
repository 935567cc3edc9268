-- A request that was settled by a return is open again when that return is reversed: its money was not paid.
drop trigger gift_request_over on gift_request;
create trigger gift_request_over before update on gift_request for each row
    when (old.status in ('refused', 'withdrawn') or (old.status = 'settled' and new.status <> 'granted'))
    execute function refuse_change();
