//! The routes of the ledger: reading only.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Path;
use crate::http::caller::{Caller, SignedIn};
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::ledger::{ACCOUNT, AccountBook};
use domain::ledger::Account;

pub fn routes() -> Endpoints {
    Endpoints::new("账簿").get(ACCOUNT, "一个科目的余额和明细", account)
}

async fn account(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Json<AccountBook>> {
    let account: Account = account.parse().map_err(|_| Error::NotFound)?;
    Ok(Json(super::book(&app, &caller, &account).await?))
}
