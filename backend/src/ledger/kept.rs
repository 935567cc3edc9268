//! Sums that are kept of accounts with many rows, so that a balance at any row reads some hundred sums and some thousand
//! transfers, however many there are.
//!
//! The sums hold every transfer up to a number (`ledger_kept_until`); whoever reads adds the later ones, so both together
//! are right at every moment and no posting waits for them. A number is settled when nobody who may still write one below
//! it is at work. `check` recomputes the sums. Deliberately absent: limits, which `account_balance` keeps.

mod sql;

use crate::app::App;
use crate::error::Result;
use domain::Fen;
use domain::api::ledger::EntryPlace;
use domain::ledger::{Account, Asset};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether there is something to add.
const POLL: Duration = Duration::from_secs(5);
/// Fewer new transfers than that are read as they are.
const LEAST: i64 = 1_000;
/// Transfers that are added at once.
const BATCH: i64 = 50_000;
/// How long those are waited for who are posting.
const PATIENCE: u32 = 40;
const GLANCE: Duration = Duration::from_millis(50);

/// What an account gave and received so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub came_in: i64,
    pub went_out: i64,
    pub entries: i64,
}

impl Sums {
    pub const fn balance(self) -> i64 {
        self.came_in - self.went_out
    }
}

/// Adds up until told to stop.
pub async fn keep_adding_up(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = add_up(&app, LEAST).await {
            tracing::error!(%error, "transfers are not added to the kept sums of accounts");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Adds the transfers that have gathered, if they are at least so many. Several may try at the same time: one adds.
pub async fn add_up(app: &App, least: i64) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    let newest = sql::last_number(&mut connection).await?;
    if newest - sql::kept_until(&mut connection).await? < least.max(1) {
        return Ok(());
    }
    // Whoever begins now posts under later numbers.
    let mut at_work = sql::posting(&mut connection).await?;
    for _ in 0..PATIENCE {
        if at_work.is_empty() {
            while sql::add(&mut connection, newest, BATCH).await? > 0 {}
            return Ok(());
        }
        tokio::time::sleep(GLANCE).await;
        let now = sql::posting(&mut connection).await?;
        at_work.retain(|one| now.contains(one));
    }
    Ok(())
}

/// What the account gave and received in rows that stand before `place`.
pub async fn before(tx: &mut PgConnection, account: &Account, asset: Asset, place: EntryPlace) -> Result<Sums> {
    Ok(sql::before(tx, account, asset, place).await?)
}

/// What each of the accounts holds of an asset.
pub async fn balances(tx: &mut PgConnection, accounts: &[Account], asset: Asset) -> Result<BTreeMap<Account, Fen>> {
    Ok(sql::balances(tx, accounts, asset).await?)
}
