//! The routes of bank statements.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityMaker};
use crate::http::download::{Download, FileFormat};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::BankStatementId;
use domain::api::List;
use domain::api::bank_statements::{
    BankStatement, BankStatementInFull, COLUMNS, NewBankStatement, PROBLEMS, STATEMENT, STATEMENTS, StatementColumns,
    StatementPage, TAKE_IN, TakeIn,
};

pub fn routes() -> Endpoints {
    Endpoints::new("银行对账单")
        .get(STATEMENTS, "本慈善组织上传的银行对账单，新的在前", list)
        .post(STATEMENTS, "读取一张上传的银行对账单，还不导入", read)
        .get(STATEMENT, "一张银行对账单：列的含义、问题、每一行的结果", get)
        .get(PROBLEMS, "一张银行对账单的全部问题，表格", problems)
        .post(COLUMNS, "说明各列的含义，重新读取；这家银行下次照此读取", set_columns)
        .post(TAKE_IN, "导入没有错误的收入流水", take_in)
}

async fn list(State(app): State<App>, reader: BooksReader) -> Result<Json<List<BankStatement>>> {
    Ok(Json(super::list(&app, &reader).await?))
}

async fn read(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewBankStatement>,
) -> Result<(StatusCode, Json<BankStatement>)> {
    Ok((StatusCode::CREATED, Json(super::read(&app, &maker, &new).await?)))
}

async fn get(
    State(app): State<App>,
    reader: BooksReader,
    Path(id): Path<BankStatementId>,
    Query(page): Query<StatementPage>,
) -> Result<Json<BankStatementInFull>> {
    Ok(Json(super::get(&app, &reader, id, &page).await?))
}

async fn problems(State(app): State<App>, reader: BooksReader, Path(id): Path<BankStatementId>) -> Result<Download> {
    let bytes = super::problems(&app, &reader, id).await?;
    Ok(Download { format: FileFormat::Csv, name: "problems", bytes })
}

async fn set_columns(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankStatementId>,
    Body(said): Body<StatementColumns>,
) -> Result<Json<BankStatement>> {
    Ok(Json(super::set_columns(&app, &maker, id, &said).await?))
}

async fn take_in(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankStatementId>,
    Body(seen): Body<TakeIn>,
) -> Result<Json<BankStatement>> {
    Ok(Json(super::take_in(&app, &maker, id, seen).await?))
}
