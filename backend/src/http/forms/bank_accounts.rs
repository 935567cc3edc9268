//! The forms of a charity's bank accounts.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::Fen;
use domain::api::bank_accounts::{self, BankAccountRecord, NewAccountStep, NewBankAccount};
use domain::api::{ApiError, ErrorCode};
use domain::bank_account::{AccountStepKind, BankAccountInput};

/// The API's field names as the forms spell them.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in error.fields.iter_mut().filter(|problem| problem.field == "amount_fen") {
        problem.field = "amount".into();
    }
    error
}

/// A day as typed; what is wrong with it is noted.
fn day(form: &mut Form, name: &str) -> NaiveDate {
    let typed = form.value(name).trim().parse();
    if typed.is_err() {
        form.problem(name, "请填写日期，如 2026-06-30");
    }
    typed.unwrap_or_default()
}

/// Entering, changing, confirming, dropping: on one page.
pub async fn step(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let step = form.value("step").parse();
    let action = form.value("action").to_owned();
    let (result, done) = match (action.as_str(), step) {
        ("enter", _) => (enter(&site, &mut form).await, "entered"),
        ("balance", _) => (propose(&site, &mut form, AccountStepKind::Balance).await, "proposed"),
        ("close", _) => (propose(&site, &mut form, AccountStepKind::Close).await, "proposed"),
        ("confirm", Ok(id)) => (inner.call(bank_accounts::confirm(id)).await, "confirmed"),
        ("drop", Ok(id)) => (inner.call(bank_accounts::drop(id)).await, "dropped"),
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/bank-accounts?done={done}")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

async fn enter(site: &Site, form: &mut Form) -> Result<BankAccountRecord, ApiError> {
    let input = BankAccountInput {
        holder: form.value("holder").trim().to_owned(),
        bank: form.value("bank").trim().to_owned(),
        account_no: form.value("account_no").to_owned(),
        opened_on: day(form, "opened_on"),
    };
    let (true, Ok(id)) = (form.state.problems.is_empty(), form.value("id").parse()) else {
        return Err(invalid(input.check(site.app.clock.today()).err().unwrap_or_default()));
    };
    form.page.in_process(site).call(bank_accounts::enter(&NewBankAccount { id, input })).await
}

async fn propose(site: &Site, form: &mut Form, kind: AccountStepKind) -> Result<BankAccountRecord, ApiError> {
    let on_day = day(form, "on_day");
    let nothing = matches!(form.value("amount").trim(), "0" | "0.0" | "0.00" | "0元");
    let balance = |form: &mut Form| if nothing { Fen::ZERO } else { amount(form, "amount") };
    let amount_fen = (kind == AccountStepKind::Balance).then(|| balance(form));
    let (Ok(account), Ok(id)) = (form.value("row").parse(), form.value("id").parse()) else {
        return Err(ApiError::new(ErrorCode::BadRequest, "请刷新页面再操作"));
    };
    if !form.state.problems.is_empty() {
        return Err(invalid(Vec::new()));
    }
    let step = NewAccountStep { id, kind, on_day, amount_fen, reason: form.value("reason").trim().to_owned() };
    form.page.in_process(site).call(bank_accounts::propose(account, &step)).await
}
