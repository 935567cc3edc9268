//! The ledger: posts what `domain` says an event moves, keeps the limits, and lets accounts be read.
//!
//! Other rooms post inside their own transaction. Rows are added and never changed. Deliberately absent: any route
//! that posts a transfer, and any accounting rule (`domain::ledger`).

pub mod accounts;
mod http;
pub mod kept;
mod names;
mod sql;
pub mod statement;

pub use http::routes;
pub use names::shown_name;

use crate::app::App;
use crate::error::{Error, OnConstraint, Result};
use crate::http::caller::Caller;
use domain::api::ledger::{AccountBook, NamedAccount};
use domain::ledger::{Account, Asset, Event, LedgerError, LotBalance, Posted, Transfer, take_lots, transfers_for};
use domain::organisation::{Membership, OrganisationStatus, Role};
use domain::{Fen, LotId, OrganisationId, TransferId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Transfers of an account that one answer holds.
const BOOK_MAX: i64 = 500;

/// What `account` holds, lot by lot, locked until the transaction ends.
pub async fn lock(tx: &mut PgConnection, account: &Account, asset: Asset) -> Result<Vec<LotBalance>> {
    Ok(sql::lock_balances(tx, account, asset).await?)
}

/// What of `account` is not promised to go back to its giver, lot by lot, locked until the transaction ends.
pub async fn free(tx: &mut PgConnection, account: &Account, asset: Asset) -> Result<Vec<LotBalance>> {
    let mut held = lock(tx, account, asset).await?;
    let reserved = sql::reserved(tx, account).await?;
    for lot in &mut held {
        let gone = reserved.get(&lot.lot).copied().unwrap_or_default();
        lot.amount = lot.amount.saturating_gap(gone);
    }
    held.retain(|lot| lot.amount.is_positive());
    Ok(held)
}

/// What `account` holds in CNY, added up from its transfers; nothing is locked.
pub async fn balance(tx: &mut PgConnection, account: &Account) -> Result<Fen> {
    let held = kept::balances(tx, &[*account], Asset::Cny).await?;
    Ok(held.get(account).copied().unwrap_or_default())
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
    let held = free(tx, account, asset).await?;
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

/// What each payment and each spending item moved, less what was taken back by a reversal.
pub async fn moved_by(tx: &mut PgConnection, causes: &[Uuid]) -> Result<BTreeMap<Uuid, Fen>> {
    Ok(sql::moved_by(tx, causes).await?)
}

/// Accounts as the caller calls them, on a page of his own money.
pub async fn named(
    tx: &mut PgConnection,
    caller: &Caller,
    accounts: &[Account],
) -> Result<BTreeMap<Account, NamedAccount>> {
    let (reader, facts) = (Reader::of(caller), names::facts(tx, accounts).await?);
    let name = |account: &Account| (*account, names::named(*account, facts.get(account), &reader, true));
    Ok(accounts.iter().map(name).collect())
}

/// An event that contradicts itself is refused in the words of the rule.
fn refused(error: &LedgerError) -> Error {
    Error::Conflict(error.to_string())
}

/// Who asks: the auditor reads everything, a charity and an enterprise what is theirs.
pub struct Reader {
    audits: bool,
    organisations: Vec<OrganisationId>,
}

impl Reader {
    fn of(caller: &Caller) -> Self {
        let mut reader = Reader { audits: false, organisations: Vec::new() };
        let verified = |membership: &&Membership| membership.status == OrganisationStatus::Verified;
        for membership in caller.me.iter().flat_map(|me| me.acting()).filter(verified) {
            match membership.role {
                Role::Auditor => reader.audits = true,
                Role::CharityOwner
                | Role::CharityMaker
                | Role::CharityChecker
                | Role::CharityPayer
                | Role::EnterpriseOperator
                | Role::EnterpriseOwner => reader.organisations.push(membership.organisation),
                _ => {}
            }
        }
        reader
    }
}

/// One account with its latest transfers, for those whose money it is, and for the auditor.
pub async fn book(app: &App, caller: &Caller, account: &Account) -> Result<AccountBook> {
    let mut tx = app.snapshot().await?;
    let reader = Reader::of(caller);
    let facts = names::facts(&mut tx, &[*account]).await?.remove(account).unwrap_or_default();
    if !reader.audits && !facts.concerns(account.kind_word(), &reader.organisations) {
        return Err(Error::NotFound);
    }
    let mut transfers = sql::of_account(&mut tx, account, BOOK_MAX + 1).await?;
    let more = transfers.len() > usize::try_from(BOOK_MAX).unwrap_or(usize::MAX);
    if more {
        // The latest are kept; they are read oldest first.
        transfers.remove(0);
    }
    let balance = balance(&mut tx, account).await?;
    Ok(AccountBook { account: *account, balance_fen: balance, transfers, more, as_of: app.clock.now() })
}
