//! The steps of a bank statement: a file is uploaded, its columns are told, what is right is taken in; and the steps on
//! many lines at once.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::bank_statements::{
    self, ConfirmMany, DoneWithLines, LineForPledge, MatchMany, NewBankStatement, SeenLine, StatementColumns, TakeIn,
};
use domain::api::{ApiError, ErrorCode};
use domain::{BankAccountId, BankStatementId, TableFileId};

const PATH: &str = "/work/bank-statements";

/// A file comes in and is read.
pub async fn upload(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let account = form.value("bank_account").parse::<BankAccountId>();
    if account.is_err() {
        form.problem("bank_account", "请选择是哪个账户的对账单");
    }
    let table = form.value("kept_table").parse::<TableFileId>();
    if table.is_err() && form.state.problem("table").is_none() {
        form.problem("table", "请选择网上银行导出的流水文件（XLSX 或 CSV）");
    }
    let (Ok(bank_account), Ok(table)) = (account, table) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    // The table's own id: a form that is sent again with the same stored table is the same statement.
    let new = NewBankStatement { id: BankStatementId(table.0), bank_account, table };
    match form.page.in_process(&site).call(bank_statements::read(&new)).await {
        Ok(statement) => site.see_other(form.lang(), &format!("{PATH}/{}", statement.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Its columns are told, or it is taken in.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<BankStatementId>() else { return site.page(&form.page, None).await };
    let api = form.page.in_process(&site);
    let result = match form.value("action") {
        "columns" => {
            let said = form.state.all("column").into_iter().map(str::parse).collect::<Result<Vec<_>, _>>();
            match said {
                Ok(columns) => api.call(bank_statements::set_columns(id, &StatementColumns { columns })).await,
                Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的选项")),
            }
        }
        "take_in" => match form.value("seen").parse() {
            Ok(ready) => api.call(bank_statements::take_in(id, TakeIn { ready })).await,
            Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "请刷新页面再操作")),
        },
        _ => Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("{PATH}/{id}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Many lines are matched as was guessed, looked at together, or confirmed.
pub async fn many(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    form.state.values.retain(|(name, _)| name != "step");
    if form.state.all("line").is_empty() {
        form.problem("lines", "请先选中要办的流水");
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let action = form.value("action").to_owned();
    let (result, desk, what) = match action.as_str() {
        "review" => {
            form.state.set("step", "review");
            return form.next_step(&site).await;
        }
        "match_many" => (match_many(&site, &form).await, "match", "matched"),
        "confirm_many" => (confirm_many(&site, &form).await, "confirm", "confirmed"),
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), "", ""),
    };
    match result {
        Ok(done) => {
            let (did, left) = (done.done, done.left.len());
            let path = format!("/work/bank-lines?desk={desk}&did={did}&left={left}&what={what}");
            site.see_other(form.lang(), &path)
        }
        Err(error) => {
            if action == "confirm_many" {
                form.state.set("step", "review");
            }
            form.refused(&site, error).await
        }
    }
}

fn unread() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请刷新页面再操作")
}

async fn match_many(site: &Site, form: &Form) -> Result<DoneWithLines, ApiError> {
    let one = |chosen: &str| {
        let (line, pledge) = chosen.split_once(':')?;
        Some(LineForPledge { line: line.parse().ok()?, pledge: pledge.parse().ok()? })
    };
    let lines = form.state.all("line").into_iter().map(one).collect::<Option<Vec<_>>>().ok_or_else(unread)?;
    form.page.in_process(site).call(bank_statements::match_many(&MatchMany { lines })).await
}

async fn confirm_many(site: &Site, form: &Form) -> Result<DoneWithLines, ApiError> {
    let one = |chosen: &str| {
        let (line, lots) = chosen.split_once(':')?;
        let lots = lots.split(',').map(|lot| lot.parse().ok()).collect::<Option<Vec<_>>>()?;
        Some(SeenLine { line: line.parse().ok()?, lots })
    };
    let lines = form.state.all("line").into_iter().map(one).collect::<Option<Vec<_>>>().ok_or_else(unread)?;
    form.page.in_process(site).call(bank_statements::confirm_many(&ConfirmMany { lines })).await
}
