//! The forms of returns to givers, and of payments that come back.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::returns::{self, NewReturn, RejectReturn, ReturnPaid, SayBack};
use domain::api::{ApiError, ErrorCode};
use domain::giving_back::ReturnInput;
use domain::{BankLineId, ReturnId};

/// The API's field names as the forms spell them.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in error.fields.iter_mut().filter(|problem| problem.field == "amount_fen") {
        problem.field = "amount".into();
    }
    error
}

pub async fn prepare(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let typed = amount(&mut form, "amount");
    let ground = form.value("ground").parse();
    if ground.is_err() {
        form.problem("ground", "请选择退回的依据");
    }
    let surplus = form.value("surplus").parse().ok();
    if surplus.is_none() && !form.value("surplus").is_empty() {
        form.problem("surplus", "没有认出是哪一笔结余，请从结余的页面重新打开这张表");
    }
    let (Ok(ground), Ok(id)) = (ground, form.value("id").parse()) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let input = ReturnInput {
        amount: typed,
        ground,
        reason: form.value("reason").trim().to_owned(),
        to_name: form.value("to_name").trim().to_owned(),
        to_bank: form.value("to_bank").trim().to_owned(),
        to_account: form.value("to_account").to_owned(),
    };
    if !form.state.problems.is_empty() {
        let fields = input.check().err().unwrap_or_default();
        return form.refused(&site, as_in_the_form(invalid(fields))).await;
    }
    let (pledge, lot) = (form.value("pledge").parse().ok(), form.value("lot").parse().ok());
    let new = NewReturn { id, pledge, lot, surplus, input };
    match form.page.in_process(&site).call(returns::prepare(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/work/returns/{}?done=prepared", made.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<ReturnId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let action = form.value("action").to_owned();
    let (result, done) = match action.as_str() {
        "approve" => (inner.call(returns::approve(id)).await, "approved"),
        "reject" => {
            let why = RejectReturn { reason: form.value("reason").to_owned(), not_paid: form.value("not_paid") == "1" };
            (inner.call(returns::reject(id, &why)).await, "rejected")
        }
        "pay" => {
            if let Ok(paid_on) = form.value("paid_on").trim().parse() {
                let bank_account = form.value("bank_account").parse().ok();
                let bank_reference = form.value("bank_reference").to_owned();
                (inner.call(returns::pay(id, &ReturnPaid { paid_on, bank_reference, bank_account })).await, "paid")
            } else {
                form.problem("paid_on", "请填写银行回单上的付款日期，如 2026-06-30");
                (Err(invalid(Vec::new())), "")
            }
        }
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/returns/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// On a bank line's page: that it is a payment coming back.
pub async fn back(site: &Site, form: &mut Form, line: BankLineId) -> (Result<(), ApiError>, &'static str) {
    let inner = form.page.in_process(site);
    if form.value("action") == "drop_back" {
        return (inner.call(returns::drop_back(line)).await.map(|_| ()), "back_dropped");
    }
    let (disbursement, kind) = (form.value("disbursement").parse(), form.value("kind").parse());
    if disbursement.is_err() {
        form.problem("disbursement", "请选择是哪一笔拨付");
    }
    if kind.is_err() {
        form.problem("kind", "请选择怎样退回的");
    }
    let (Ok(disbursement), Ok(kind)) = (disbursement, kind) else { return (Err(invalid(Vec::new())), "") };
    let back = SayBack { disbursement, kind };
    if form.value("action") == "confirm_back" {
        (inner.call(returns::confirm_back(line, &back)).await.map(|_| ()), "back_confirmed")
    } else {
        (inner.call(returns::say_back(line, &back)).await.map(|_| ()), "back_said")
    }
}
