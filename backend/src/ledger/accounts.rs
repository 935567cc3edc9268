//! The accounts of a charity with what is in them, one kind at a time.
//!
//! Deliberately absent: the world and what was returned, which are nobody's alone.

mod sql;

use super::{Reader, kept, names};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::AccountReader;
use domain::api::ledger::{AccountBalance, AccountList, AccountQuery};
use domain::ledger::{Account, AccountKind, Asset};
use domain::organisation::Role;

/// Accounts on one page.
const PAGE: usize = 50;

/// A page of the accounts of a kind; of all charities where the auditor names none.
pub async fn list(app: &App, reader: &AccountReader, query: &AccountQuery) -> Result<AccountList> {
    let audits = reader.acting.role == Role::Auditor;
    let own = reader.acting.organisation;
    let charity = if audits { query.charity } else { Some(own) };
    let after = query.after.as_deref().map(str::parse::<Account>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut accounts = match query.kind {
        Some(AccountKind::Directed) => sql::directed(&mut tx, charity, after, limit).await?,
        Some(AccountKind::Advance) => sql::advance(&mut tx, charity, after, limit).await?,
        Some(AccountKind::World | AccountKind::Returned) => {
            return Err(Error::invalid("kind", "请选择列表里的一类科目"));
        }
        kind => sql::of_kind(&mut tx, kind, charity, after, limit).await?,
    };
    let more = accounts.len() > PAGE;
    accounts.truncate(PAGE);
    let facts = names::facts(&mut tx, &accounts).await?;
    let balances = kept::balances(&mut tx, &accounts, Asset::Cny).await?;
    let goods = kept::balances(&mut tx, &accounts, Asset::InKind).await?;
    let reader = Reader { audits, organisations: if audits { Vec::new() } else { vec![own] } };
    let next = accounts.last().filter(|_| more).map(ToString::to_string);
    let items = accounts.into_iter().map(|account| AccountBalance {
        account: names::named(account, facts.get(&account), &reader, true),
        balance_fen: balances.get(&account).copied().unwrap_or_default(),
        in_kind_fen: goods.get(&account).copied().unwrap_or_default(),
    });
    Ok(AccountList { items: items.collect(), next, as_of: app.clock.now() })
}
