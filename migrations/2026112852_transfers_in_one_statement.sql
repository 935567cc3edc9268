-- Posts the transfers of one event and moves the balances of limited accounts with them, in one round to the database.
-- Balances are changed one after the other in the order in which they are given, which is the same for everybody: two
-- postings cannot wait for each other. What would go below zero breaks account_balance_not_below_zero.
create function post_transfers(
    ids uuid[], debits text[], credits text[], amounts bigint[], assets text[], codes text[], lots uuid[], causes uuid[],
    corrected uuid[], days date[], now timestamptz,
    accounts text[], account_assets text[], account_lots uuid[], changes bigint[]
) returns void language plpgsql as $$
begin
    for i in 1 .. cardinality(accounts) loop
        if changes[i] > 0 then
            insert into account_balance as b (account, asset, lot, amount_fen)
            values (accounts[i], account_assets[i], account_lots[i], changes[i])
            on conflict (account, asset, lot) do update set amount_fen = b.amount_fen + excluded.amount_fen;
        else
            update account_balance
            set amount_fen = amount_fen + changes[i]
            where account = accounts[i] and asset = account_assets[i] and lot = account_lots[i];
            if not found then
                -- An account that never held this lot cannot give it.
                insert into account_balance (account, asset, lot, amount_fen)
                values (accounts[i], account_assets[i], account_lots[i], changes[i]);
            end if;
        end if;
    end loop;
    insert into transfer (id, debit, credit, amount_fen, asset, code, lot, cause, corrects, effective_on, recorded_at)
    select t.id, t.debit, t.credit, t.amount_fen, t.asset, t.code, t.lot, t.cause, t.corrects, t.effective_on, now
    from unnest(ids, debits, credits, amounts, assets, codes, lots, causes, corrected, days) with ordinality
         as t (id, debit, credit, amount_fen, asset, code, lot, cause, corrects, effective_on, place)
    order by t.place;
end $$;
