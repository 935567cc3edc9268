//! The forms of months' ends.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::api::month_ends::{self, MonthEnd, NewMonthEnd, ReopenMonth};
use domain::api::{ApiError, ErrorCode};
use domain::{Fen, MonthEndId};

pub async fn step(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let id = form.value("month_end").parse::<MonthEndId>();
    let action = form.value("action").to_owned();
    let (result, done) = match (action.as_str(), id) {
        ("prepare", _) => (prepare(&site, &mut form).await, "prepared"),
        ("sign", Ok(id)) => (inner.call(month_ends::sign(id)).await, "signed"),
        ("drop", Ok(id)) => (inner.call(month_ends::drop(id)).await, "dropped"),
        ("reopen", Ok(id)) => {
            let why = ReopenMonth { reason: form.value("reason").to_owned() };
            (inner.call(month_ends::reopen(id, &why)).await, "reopening")
        }
        ("confirm_reopening", Ok(id)) => (inner.call(month_ends::confirm_reopening(id)).await, "reopened"),
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    let here = format!("account={}&month={}", form.value("account"), form.value("month"));
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/month-ends?{here}&done={done}")),
        Err(mut error) => {
            for problem in error.fields.iter_mut().filter(|problem| problem.field == "bank_closing_fen") {
                problem.field = "bank_closing".into();
            }
            form.refused(&site, error).await
        }
    }
}

async fn prepare(site: &Site, form: &mut Form) -> Result<MonthEnd, ApiError> {
    let typed = form.value("bank_closing").trim().to_owned();
    let bank_closing_fen = match typed.as_str() {
        "0" | "0.00" => Fen::ZERO,
        typed => Fen::parse_yuan(typed).unwrap_or_else(|error| {
            form.problem("bank_closing", error.to_string());
            Fen::ZERO
        }),
    };
    let month = format!("{}-01", form.value("month")).parse();
    let (Ok(id), Ok(bank_account), Ok(month)) = (form.value("id").parse(), form.value("account").parse(), month) else {
        return Err(ApiError::new(ErrorCode::BadRequest, "请先选择账户和月份"));
    };
    if !form.state.problems.is_empty() {
        return Err(invalid(Vec::new()));
    }
    let explanation = form.value("explanation").trim().to_owned();
    let new = NewMonthEnd { id, bank_account, month, bank_closing_fen, explanation };
    form.page.in_process(site).call(month_ends::prepare(&new)).await
}
