-- What an account is called in a table for accountants: its kind, and whose it is.
create function ledger_account_name(account text) returns text language sql stable as $$
    select case split_part(account, ':', 1)
        when 'world' then '外部'
        when 'returned' then '退回捐赠方'
        when 'directed' then '定向额度：' || coalesce((
            select o.name || ' ' || p.reference
            from pledge p join organisation o on o.id = p.enterprise
            where p.id = split_part(account, ':', 2)::uuid), '')
        when 'general' then '非定向捐款：' || coalesce((
            select c.name from campaign c where c.id = split_part(account, ':', 2)::uuid), '')
        when 'unmatched' then '来源未明：' || coalesce((
            select b.bank || ' *' || right(b.account_no, 4) from bank_account b
            where b.id = split_part(account, ':', 2)::uuid), '')
        when 'allocated' then '已分配：' || coalesce((
            select n.code || ' ' || n.title from need n where n.id = split_part(account, ':', 2)::uuid), '')
        when 'advance' then '已拨付未核销：' || coalesce((
            select d.payee_name from disbursement d where d.id = split_part(account, ':', 2)::uuid), '')
        when 'spent' then '项目支出：' || coalesce((
            select n.code || ' ' || n.title from need n where n.id = split_part(account, ':', 2)::uuid), '')
        when 'surplus' then '结余：' || coalesce((
            select n.code || ' ' || n.title from need n where n.id = split_part(account, ':', 2)::uuid), '')
        when 'fee' then '手续费'
        else account end
$$;
