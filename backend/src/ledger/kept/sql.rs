//! The only SQL on the kept sums of accounts.

use super::Sums;
use crate::db::decode::{fen, texts, word};
use domain::Fen;
use domain::api::ledger::EntryPlace;
use domain::ledger::{Account, Asset};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Transfers of a block, as a power of two; the migration says the same.
const BLOCK_BITS: u32 = 14;

/// The number that was given last, whoever holds it.
pub async fn last_number(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(pg_sequence_last_value(pg_get_serial_sequence('transfer', 'seq')::regclass), 0) as "last!""#
    )
    .fetch_one(connection)
    .await
}

pub async fn kept_until(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select seq from ledger_kept_until").fetch_one(connection).await
}

/// The transactions that may have posted and have not ended.
pub async fn posting(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select distinct virtualtransaction as "one!"
           from pg_locks
           where locktype = 'relation' and relation = 'transfer'::regclass and mode = 'RowExclusiveLock' and granted
             and database = (select oid from pg_database where datname = current_database())"#
    )
    .fetch_all(connection)
    .await
}

/// Adds the next transfers up to `last`, in one statement: whoever reads finds each either in the sums or behind their
/// number, never both. Returns whether there were any.
pub async fn add(connection: &mut PgConnection, last: i64, batch: i64) -> sqlx::Result<u64> {
    let added = sqlx::query!(
        "with until as (
             select seq from ledger_kept_until where seq < $1 for update skip locked
         ),
         taken as (
             select seq as since, least(seq + $2, $1) as upto from until
         ),
         moved as (
             insert into ledger_kept as k (account, asset, booked_day, block, came_in_fen, went_out_fen, entries)
             select m.account, m.asset, m.booked_day, m.seq >> $3, sum(m.came_in), sum(m.went_out), count(*)
             from taken
             cross join lateral (
                 select t.debit as account, t.asset, t.booked_day, t.seq, 0 as came_in, t.amount_fen as went_out
                 from transfer t
                 where t.seq > taken.since and t.seq <= taken.upto and ledger_is_kept(t.debit)
                 union all
                 select t.credit, t.asset, t.booked_day, t.seq, t.amount_fen, 0
                 from transfer t
                 where t.seq > taken.since and t.seq <= taken.upto and ledger_is_kept(t.credit)
             ) m
             group by m.account, m.asset, m.booked_day, m.seq >> $3
             on conflict (account, asset, booked_day, block) do update
             set came_in_fen = k.came_in_fen + excluded.came_in_fen,
                 went_out_fen = k.went_out_fen + excluded.went_out_fen, entries = k.entries + excluded.entries
         )
         update ledger_kept_until set seq = taken.upto from taken",
        last,
        batch,
        BLOCK_BITS.cast_signed()
    )
    .execute(connection)
    .await?;
    Ok(added.rows_affected())
}

pub async fn before(
    connection: &mut PgConnection,
    account: &Account,
    asset: Asset,
    place: EntryPlace,
) -> sqlx::Result<Sums> {
    // What is not in the sums is read by its number alone, whatever the statistics say of the account.
    sqlx::query_as!(
        Sums,
        r#"select coalesce(sum(s.came_in), 0)::bigint as "came_in!", coalesce(sum(s.went_out), 0)::bigint as "went_out!",
                  coalesce(sum(s.entries), 0)::bigint as "entries!"
           from (
               select k.came_in_fen as came_in, k.went_out_fen as went_out, k.entries
               from ledger_kept k
               where k.account = $1 and k.asset = $2
                 and (k.booked_day < $3 or (k.booked_day = $3 and k.block < ($4::bigint >> $5)))
               union all
               select 0, t.amount_fen, 1
               from transfer t
               where ledger_is_kept($1) and t.debit = $1 and t.asset = $2 and t.booked_day = $3
                 and t.seq >= ($4::bigint >> $5) << $5 and t.seq < $4 and t.seq <= (select seq from ledger_kept_until)
               union all
               select t.amount_fen, 0, 1
               from transfer t
               where ledger_is_kept($1) and t.credit = $1 and t.asset = $2 and t.booked_day = $3
                 and t.seq >= ($4::bigint >> $5) << $5 and t.seq < $4 and t.seq <= (select seq from ledger_kept_until)
               union all
               select case when late.credit = $1 then late.amount_fen else 0 end,
                      case when late.debit = $1 then late.amount_fen else 0 end, 1
               from (
                   select debit, credit, asset, amount_fen, booked_day, seq
                   from transfer
                   where seq > (select seq from ledger_kept_until)
                   order by seq
                   offset 0
               ) late
               where ledger_is_kept($1) and (late.debit = $1 or late.credit = $1) and late.asset = $2
                 and (late.booked_day, late.seq) < ($3, $4)
               union all
               select 0, t.amount_fen, 1
               from transfer t
               where not ledger_is_kept($1) and t.debit = $1 and t.asset = $2 and (t.booked_day, t.seq) < ($3, $4)
               union all
               select t.amount_fen, 0, 1
               from transfer t
               where not ledger_is_kept($1) and t.credit = $1 and t.asset = $2 and (t.booked_day, t.seq) < ($3, $4)
           ) s"#,
        account.to_string(),
        asset.as_str(),
        place.day,
        place.seq,
        BLOCK_BITS.cast_signed()
    )
    .fetch_one(connection)
    .await
}

pub async fn balances(
    connection: &mut PgConnection,
    accounts: &[Account],
    asset: Asset,
) -> sqlx::Result<BTreeMap<Account, Fen>> {
    let rows = sqlx::query!(
        r#"select s.account as "account!", sum(s.fen)::bigint as "fen!"
           from (
               select k.account, k.came_in_fen - k.went_out_fen as fen
               from ledger_kept k
               where k.account = any($1) and k.asset = $2
               union all
               select side.account, side.fen
               from (
                   select debit, credit, asset, amount_fen
                   from transfer
                   where seq > (select seq from ledger_kept_until)
                   order by seq
                   offset 0
               ) late
               cross join lateral (values (late.debit, -late.amount_fen), (late.credit, late.amount_fen)) side (account, fen)
               where side.account = any($1) and ledger_is_kept(side.account) and late.asset = $2
               union all
               select b.account, b.amount_fen
               from account_balance b
               where b.account = any($1) and not ledger_is_kept(b.account) and b.asset = $2
           ) s
           group by s.account"#,
        &texts(accounts),
        asset.as_str()
    )
    .fetch_all(connection)
    .await?;
    let mut balances: BTreeMap<Account, Fen> = accounts.iter().map(|account| (*account, Fen::ZERO)).collect();
    for row in rows {
        balances.insert(word("transfer.account", &row.account)?, fen("sum of transfers", row.fen)?);
    }
    Ok(balances)
}
