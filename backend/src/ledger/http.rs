//! The routes of the ledger: reading only.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{AccountReader, Caller, SignedIn};
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Path, Query};
use axum::Json;
use axum::body::Body as Stream;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::ledger::{
    ACCOUNT, ACCOUNTS, AccountBook, AccountList, AccountQuery, AccountStatement, ENTRIES, ENTRIES_TABLE, EntryQuery,
};
use domain::ledger::Account;

const CSV: &str = "text/csv; charset=utf-8";

pub fn routes() -> Endpoints {
    Endpoints::new("账簿")
        .get(ACCOUNTS, "慈善组织的各个科目和余额，按类别", accounts)
        .get(ACCOUNT, "一个科目的余额和最近的明细", account)
        .get(ENTRIES, "一个科目的对账明细，新的在前；公开的科目人人可看", entries)
        .get(ENTRIES_TABLE, "同样的全部明细，表格（CSV）", table)
}

async fn accounts(
    State(app): State<App>,
    reader: AccountReader,
    Query(query): Query<AccountQuery>,
) -> Result<Json<AccountList>> {
    Ok(Json(super::accounts::list(&app, &reader, &query).await?))
}

fn read(account: &str) -> Result<Account> {
    account.parse().map_err(|_| Error::NotFound)
}

async fn account(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Json<AccountBook>> {
    Ok(Json(super::book(&app, &caller, &read(&account)?).await?))
}

async fn entries(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<String>,
    Query(query): Query<EntryQuery>,
) -> Result<Json<AccountStatement>> {
    Ok(Json(super::statement::entries(&app, &caller, read(&account)?, &query).await?))
}

/// A table on its way.
struct Table(Stream);

impl Answered for Table {
    fn describe(description: &mut Description) {
        description.answer_text(CSV, "表格");
    }
}

impl IntoResponse for Table {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, CSV),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"account.csv\""),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        (headers, self.0).into_response()
    }
}

async fn table(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<String>,
    Query(query): Query<EntryQuery>,
) -> Result<Table> {
    Ok(Table(Stream::from_stream(super::statement::table(&app, &caller, read(&account)?, &query).await?)))
}
