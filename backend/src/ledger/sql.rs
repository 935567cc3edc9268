//! The only SQL on transfers and balances: adds and reads, and changes nothing but the cached balances.

use crate::db::decode;
use chrono::{DateTime, Utc};
use domain::ledger::{Account, Asset, LotBalance, Posted, Transfer};
use domain::{Fen, LotId, TransferId};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The lots that an account holds, locked in the order of their ids.
pub async fn lock_balances(
    connection: &mut PgConnection,
    account: &Account,
    asset: Asset,
) -> sqlx::Result<Vec<LotBalance>> {
    let rows = sqlx::query!(
        r#"select b.lot, b.amount_fen, l.bank_date as "bank_date!", l.confirmation_no as "confirmation_no!"
           from account_balance b
           join ledger_lot l on l.lot = b.lot
           where b.account = $1 and b.asset = $2 and b.amount_fen > 0
           order by b.lot
           for update of b"#,
        account.to_string(),
        asset.as_str()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LotBalance {
                lot: LotId(row.lot),
                bank_date: row.bank_date,
                confirmation_no: row.confirmation_no,
                amount: Fen::new(row.amount_fen).map_err(|error| decode::error("account_balance", error))?,
            })
        })
        .collect()
}

/// What of an account's lots is promised to go back to their givers.
pub async fn reserved(connection: &mut PgConnection, account: &Account) -> sqlx::Result<HashMap<LotId, Fen>> {
    let rows = sqlx::query!(
        r#"select lot as "lot!", reserved_fen as "reserved_fen!" from lot_reserved where account = $1"#,
        account.to_string()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((LotId(row.lot), decode::fen("lot_reserved", row.reserved_fen)?))).collect()
}

/// By how much the balance of a limited account changes, lot by lot.
pub type Changes = BTreeMap<(Account, Asset, LotId), i64>;

/// Adds transfers, and changes the balances of limited accounts with them, always in the order of the accounts. What would
/// go below zero breaks `account_balance_not_below_zero`.
pub async fn post(
    connection: &mut PgConnection,
    (ids, transfers): (&[TransferId], &[Transfer]),
    changes: &Changes,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let debits: Vec<String> = transfers.iter().map(|transfer| transfer.debit.to_string()).collect();
    let credits: Vec<String> = transfers.iter().map(|transfer| transfer.credit.to_string()).collect();
    let amounts: Vec<i64> = transfers.iter().map(|transfer| transfer.amount.get()).collect();
    let assets: Vec<&str> = transfers.iter().map(|transfer| transfer.asset.as_str()).collect();
    let codes: Vec<&str> = transfers.iter().map(|transfer| transfer.code.as_str()).collect();
    let lots: Vec<Uuid> = transfers.iter().map(|transfer| transfer.lot.0).collect();
    let causes: Vec<Uuid> = transfers.iter().map(|transfer| transfer.cause).collect();
    let corrects: Vec<Option<Uuid>> = transfers.iter().map(|transfer| transfer.corrects.map(|id| id.0)).collect();
    let days: Vec<chrono::NaiveDate> = transfers.iter().map(|transfer| transfer.effective_on).collect();
    let accounts: Vec<String> = changes.keys().map(|(account, ..)| account.to_string()).collect();
    let account_assets: Vec<&str> = changes.keys().map(|(_, asset, _)| asset.as_str()).collect();
    let account_lots: Vec<Uuid> = changes.keys().map(|(.., lot)| lot.0).collect();
    let amounts_changed: Vec<i64> = changes.values().copied().collect();
    sqlx::query!(
        "select post_transfers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &ids,
        &debits,
        &credits,
        &amounts,
        &assets as &[&str],
        &codes as &[&str],
        &lots,
        &causes,
        &corrects as &[Option<Uuid>],
        &days,
        now,
        &accounts,
        &account_assets as &[&str],
        &account_lots,
        &amounts_changed
    )
    .execute(connection)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    debit: String,
    credit: String,
    amount_fen: i64,
    asset: String,
    code: String,
    lot: Uuid,
    cause: Uuid,
    corrects: Option<Uuid>,
    effective_on: chrono::NaiveDate,
}

impl Row {
    fn posted(self) -> sqlx::Result<Posted> {
        let transfer = Transfer {
            debit: self.debit.parse().map_err(|error| decode::error("transfer.debit", error))?,
            credit: self.credit.parse().map_err(|error| decode::error("transfer.credit", error))?,
            amount: Fen::new(self.amount_fen).map_err(|error| decode::error("transfer.amount_fen", error))?,
            asset: self.asset.parse().map_err(|error| decode::error("transfer.asset", error))?,
            code: self.code.parse().map_err(|error| decode::error("transfer.code", error))?,
            lot: LotId(self.lot),
            cause: self.cause,
            corrects: self.corrects.map(TransferId),
            effective_on: self.effective_on,
        };
        Ok(Posted { id: TransferId(self.id), transfer })
    }
}

/// The latest transfers of an account, oldest of them first.
pub async fn of_account(connection: &mut PgConnection, account: &Account, limit: i64) -> sqlx::Result<Vec<Posted>> {
    let mut rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", debit as "debit!", credit as "credit!", amount_fen as "amount_fen!", asset as "asset!",
                code as "code!", lot as "lot!", cause as "cause!", corrects, effective_on as "effective_on!"
         from (
             (select * from transfer where debit = $1 order by booked_day desc, seq desc limit $2)
             union all
             (select * from transfer where credit = $1 order by booked_day desc, seq desc limit $2)
         ) both_sides
         order by booked_day desc, seq desc
         limit $2"#,
        account.to_string(),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.reverse();
    rows.into_iter().map(Row::posted).collect()
}

pub async fn of_lots(connection: &mut PgConnection, lots: &[LotId]) -> sqlx::Result<Vec<Posted>> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let rows = sqlx::query_as!(
        Row,
        "select id, debit, credit, amount_fen, asset, code, lot, cause, corrects, effective_on
         from transfer
         where lot = any($1)
         order by seq",
        &lots
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::posted).collect()
}

/// What payments and spending items moved by rows that stand, all lots together.
pub async fn moved_by(connection: &mut PgConnection, causes: &[Uuid]) -> sqlx::Result<BTreeMap<Uuid, Fen>> {
    let rows = sqlx::query!(
        r#"select t.cause, sum(t.amount_fen)::bigint as "fen!"
           from transfer t
           where t.cause = any($1) and t.code in ('advance', 'spend') and t.asset = 'cny'
             and not exists (select from transfer r where r.corrects = t.id)
           group by t.cause"#,
        causes
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((row.cause, decode::fen("sum of transfers", row.fen)?))).collect()
}
