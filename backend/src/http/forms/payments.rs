//! The forms of allocations, payees and payments.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::disbursements::{self, ApprovalRule, NewAllocation, NewDisbursement, Paid, Reject};
use domain::api::payees::{self, EnterPayee, NewPayee, VerifyPayee};
use domain::api::pledges::{self, CancelPledge, Designate};
use domain::api::{ApiError, ErrorCode, needs};
use domain::disbursement::PayeeSnapshot;
use domain::{DisbursementId, PayeeId, PledgeId, Problem};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// The API's field names as the forms spell them.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        if problem.field == "amount_fen" {
            problem.field = "amount".into();
        }
    }
    error
}

/// On a pledge's own page: its giver points it at a need, the charity sets its money aside for that need.
pub async fn pledge_step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let action = form.value("action").to_owned();
    match (id.parse::<PledgeId>(), action.as_str()) {
        (Ok(pledge), "designate") => designate(site, form, pledge).await,
        (Ok(pledge), "cancel") => {
            let why = CancelPledge { reason: form.value("reason").to_owned() };
            match form.page.in_process(&site).call(pledges::cancel(pledge, &why)).await {
                Ok(_) => site.see_other(form.lang(), &format!("/pledges/{pledge}?done=cancelled")),
                Err(error) => form.refused(&site, error).await,
            }
        }
        (Ok(pledge), _) => allocate(site, form, pledge).await,
        _ => site.page(&form.page, None).await,
    }
}

/// By the need's code, as everybody reads it on the need's page.
async fn designate(site: Site, mut form: Form, pledge: PledgeId) -> Response {
    let code = form.value("need_code").trim().to_uppercase();
    let written = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let position = form.value("position").parse().ok();
    let inner = form.page.in_process(&site);
    let found = if written { inner.call(needs::get(&code)).await.ok() } else { None };
    let Some(need) = found else {
        form.problem("need_code", "没有找到这条公开的需求，请照需求页上的编号填写，如 XQ-441424-2026-1");
        return form.refused(&site, invalid(Vec::new())).await;
    };
    match inner.call(pledges::designate(pledge, &Designate { need: need.id, position })).await {
        Ok(_) => site.see_other(form.lang(), &format!("/pledges/{pledge}?done=designated")),
        Err(mut error) => {
            for problem in error.fields.iter_mut().filter(|problem| problem.field == "need") {
                problem.field = "need_code".into();
            }
            form.refused(&site, error).await
        }
    }
}

async fn allocate(site: Site, mut form: Form, pledge: PledgeId) -> Response {
    let amount_fen = amount(&mut form, "amount");
    let (true, Ok(id)) = (form.state.problems.is_empty(), form.value("id").parse()) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let inner = form.page.in_process(&site);
    let code = form.value("need").to_owned();
    let allocated = async {
        let read = inner.call(pledges::get(pledge)).await?;
        let row = read.designations.iter().find(|row| match row.code.as_deref() {
            Some(own) => row.target.need().is_some() && (own == code || code.is_empty()),
            None => false,
        });
        let need = row.and_then(|row| row.target.need());
        let need = need.ok_or_else(|| {
            invalid(vec![Problem { field: "need".into(), message: "请选择分配到哪条需求".into() }])
        })?;
        let new = NewAllocation { id, need, pledge: Some(pledge), campaign: None, amount_fen };
        inner.call(disbursements::allocate(&new)).await
    };
    match allocated.await {
        Ok(_) => site.see_other(form.lang(), &format!("/pledges/{pledge}?done=allocated")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

/// Proposing, entering, verifying and closing an account.
pub async fn payees(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let payee = form.value("payee").parse::<PayeeId>();
    let (result, done) = match (form.value("action"), payee) {
        ("propose", _) => match new_payee(&mut form) {
            Ok(new) => (inner.call(payees::propose(&new)).await, "proposed"),
            Err(error) => (Err(error), ""),
        },
        ("enter", Ok(id)) => {
            let entry = EnterPayee { account_no: form.value("account_no").to_owned() };
            (inner.call(payees::enter(id, &entry)).await, "entered")
        }
        ("verify", Ok(id)) => {
            let no_interest = form.value("no_interest") == "1";
            let how = VerifyPayee { how: form.value("how").to_owned(), no_interest };
            (inner.call(payees::verify(id, &how)).await, "verified")
        }
        ("close", Ok(id)) => (inner.call(payees::close(id)).await, "closed"),
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => {
            // Back to where in the list it was done.
            let query = form.page.uri.query().unwrap_or_default();
            let kept = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("done="));
            let done = format!("done={done}");
            let query: Vec<&str> = std::iter::once(done.as_str()).chain(kept).collect();
            site.see_other(form.lang(), &format!("/work/payees?{}", query.join("&")))
        }
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

fn new_payee(form: &mut Form) -> Result<NewPayee, ApiError> {
    let (id, charity, kind) = (form.value("id").parse(), form.value("charity").parse(), form.value("kind").parse());
    if charity.is_err() {
        form.problem("charity", "请选择付款的慈善组织");
    }
    if kind.is_err() {
        form.problem("kind", "请选择账户类别");
    }
    // The last picture chosen counts; the one of an earlier try is kept until then.
    let document = form.state.all("kept_document").last().and_then(|id| id.parse().ok());
    if document.is_none() {
        form.problem("document", "请上传开户许可证或银行开户证明的照片");
    }
    let typed = |name: &str| form.value(name).trim().to_owned();
    let (name, bank, account_no) = (typed("name"), typed("bank"), typed("account"));
    let sub_account = typed("sub_account");
    match (id, charity, kind, document) {
        (Ok(id), Ok(charity), Ok(kind), Some(document)) => {
            Ok(NewPayee { id, charity, kind, name, bank, account_no, sub_account, document })
        }
        (_, _, kind, _) => {
            let kind = kind.unwrap_or(domain::disbursement::PayeeKind::Own);
            Err(invalid(PayeeSnapshot::new(&name, &bank, &account_no, kind).err().unwrap_or_default()))
        }
    }
}

/// The maker prepares a payment.
pub async fn prepare(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let amount_fen = amount(&mut form, "amount");
    let payee = form.value("payee").parse();
    if payee.is_err() {
        form.problem("payee", "请选择收款账户");
    }
    let purpose = form.value("purpose").trim().to_owned();
    if !(2..=200).contains(&purpose.chars().count()) {
        form.problem("purpose", "请写明这笔款用来付什么（2 至 200 字）");
    }
    let ids = (form.value("id").parse(), form.value("need").parse(), payee);
    let (true, (Ok(id), Ok(need), Ok(payee))) = (form.state.problems.is_empty(), ids) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewDisbursement { id, need, payee, amount_fen, purpose };
    match form.page.in_process(&site).call(disbursements::prepare(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/work/disbursements/{}?done=prepared", made.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

/// The step of each desk, on the payment's own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<DisbursementId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let (result, done) = match form.value("action") {
        "check" => (inner.call(disbursements::check(id)).await, "checked"),
        "approve" => (inner.call(disbursements::approve(id)).await, "approved"),
        "reject" => {
            let why = Reject { reason: form.value("reason").to_owned(), not_paid: form.value("not_paid") == "1" };
            (inner.call(disbursements::reject(id, &why)).await, "rejected")
        }
        "pay" => {
            if let Ok(paid_on) = form.value("paid_on").trim().parse() {
                let bank_account = form.value("bank_account").parse().ok();
                let bank_reference = form.value("bank_reference").to_owned();
                let paid = Paid { paid_on, bank_reference, bank_account };
                (inner.call(disbursements::pay(id, &paid)).await, "paid")
            } else {
                form.problem("paid_on", "请填写银行回单上的付款日期，如 2026-06-30");
                (Err(invalid(Vec::new())), "")
            }
        }
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/disbursements/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// The owner sets from which amount on two people check and approve; an empty field switches the rule off.
pub async fn approval_rule(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let from_fen = if form.value("amount").trim().is_empty() { None } else { Some(amount(&mut form, "amount")) };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    match form.page.in_process(&site).call(disbursements::set_approval_rule(ApprovalRule { from_fen })).await {
        Ok(_) => site.see_other(form.lang(), "/work/approval-rule?done=set"),
        Err(mut error) => {
            for problem in &mut error.fields {
                problem.field = "amount".into();
            }
            form.refused(&site, error).await
        }
    }
}
