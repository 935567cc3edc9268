//! The ledger: posts what `domain` says an event moves, keeps the limits, and lets accounts be read.
//!
//! Other rooms post inside their own transaction. Rows are added and never changed. Deliberately absent: any route
//! that posts a transfer, and any accounting rule (`domain::ledger`).

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, OnConstraint, Result};
use crate::http::caller::Caller;
use domain::api::ledger::AccountBook;
use domain::ledger::{Account, Asset, Event, LedgerError, LotBalance, Posted, Transfer, take_lots, transfers_for};
use domain::organisation::{OrganisationStatus, Role};
use domain::{Fen, LotId, TransferId};
use sqlx::PgConnection;

/// Transfers of an account that one answer holds.
const BOOK_MAX: i64 = 500;

/// What `account` holds, lot by lot, locked until the transaction ends.
pub async fn lock(tx: &mut PgConnection, account: &Account, asset: Asset) -> Result<Vec<LotBalance>> {
    Ok(sql::lock_balances(tx, account, asset).await?)
}

/// What `account` holds in CNY, added up from its transfers; nothing is locked.
pub async fn balance(tx: &mut PgConnection, account: &Account) -> Result<Fen> {
    Ok(sql::sum_of(tx, account).await?)
}

/// Locks `account` and takes `amount` from it, oldest lot first.
///
/// # Errors
/// What `refuse` makes of the amount that there is.
pub async fn take(
    tx: &mut PgConnection,
    account: &Account,
    asset: Asset,
    amount: Fen,
    refuse: impl FnOnce(Fen) -> Error,
) -> Result<Vec<(LotId, Fen)>> {
    let held = lock(tx, account, asset).await?;
    take_lots(&held, amount).map_err(|error| refuse(error.held))
}

/// Posts the transfers of `event` in the caller's transaction and keeps the balances of limited accounts.
pub async fn post(app: &App, tx: &mut PgConnection, event: &Event) -> Result<Vec<TransferId>> {
    let transfers = transfers_for(event).map_err(|error| refused(&error))?;
    let now = app.clock.now();
    let ids: Vec<TransferId> = transfers.iter().map(|_| app.clock.id()).collect();
    let gone = || Error::Conflict("余额刚刚变动，请重新打开再操作".into());
    let posted = sql::post(tx, (&ids, &transfers), &changes(&transfers), now).await;
    posted.on_constraint("account_balance_not_below_zero", gone)?;
    Ok(ids)
}

/// By how much each limited account's balance of a lot changes.
fn changes(transfers: &[Transfer]) -> sql::Changes {
    let mut changes = sql::Changes::new();
    for transfer in transfers {
        let fen = transfer.amount.get();
        for (account, change) in [(transfer.debit, -fen), (transfer.credit, fen)] {
            if account.is_limited() {
                *changes.entry((account, transfer.asset, transfer.lot)).or_insert(0) += change;
            }
        }
    }
    changes.retain(|_, change| *change != 0);
    changes
}

/// The transfers that these lots made so far, oldest first.
pub async fn history(tx: &mut PgConnection, lots: &[LotId]) -> Result<Vec<Posted>> {
    Ok(sql::of_lots(tx, lots).await?)
}

/// An event that contradicts itself is refused in the words of the rule.
fn refused(error: &LedgerError) -> Error {
    Error::Conflict(error.to_string())
}

/// One account with its transfers, for those whose money it is, and for the auditor.
pub async fn book(app: &App, caller: &Caller, account: &Account) -> Result<AccountBook> {
    let mut tx = app.snapshot().await?;
    if !may_read(&mut tx, caller, account).await? {
        return Err(Error::NotFound);
    }
    let mut transfers = sql::of_account(&mut tx, account, BOOK_MAX + 1).await?;
    let more = transfers.len() > usize::try_from(BOOK_MAX).unwrap_or(usize::MAX);
    if more {
        // The latest are kept; they are read oldest first.
        transfers.remove(0);
    }
    let balance = sql::sum_of(&mut tx, account).await?;
    Ok(AccountBook { account: *account, balance_fen: balance, transfers, more, as_of: app.clock.now() })
}

/// A charity reads the accounts of its money, an enterprise those of its pledges, the auditor all.
async fn may_read(tx: &mut PgConnection, caller: &Caller, account: &Account) -> Result<bool> {
    let Some(me) = &caller.me else { return Ok(false) };
    let mut organisations = Vec::new();
    for membership in me.acting().filter(|m| m.status == OrganisationStatus::Verified) {
        match membership.role {
            Role::Auditor => return Ok(true),
            Role::CharityOwner
            | Role::CharityMaker
            | Role::CharityChecker
            | Role::CharityPayer
            | Role::EnterpriseOperator
            | Role::EnterpriseOwner => organisations.push(membership.organisation),
            _ => {}
        }
    }
    if let Account::General { charity, .. } | Account::Allocated { charity, .. } | Account::Fee { charity } = account {
        return Ok(organisations.contains(charity));
    }
    Ok(sql::concerns(tx, account, &organisations).await?)
}
