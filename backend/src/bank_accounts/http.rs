//! The routes of bank accounts.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityApprover, CharityOwner, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::bank_accounts::{
    BANK_ACCOUNTS, BankAccountRecord, CONFIRM_STEP, DROP_STEP, DecideStep, NewAccountStep, NewBankAccount, STEPS,
};
use domain::{AccountStepId, BankAccountId};

pub fn routes() -> Endpoints {
    Endpoints::new("银行账户")
        .get(BANK_ACCOUNTS, "本慈善组织的银行账户", list)
        .post(BANK_ACCOUNTS, "登记一个银行账户", enter)
        .post(STEPS, "提出期初余额、更正期初余额或销户", propose)
        .post(CONFIRM_STEP, "第二个人确认账户的登记或改动", confirm)
        .post(DROP_STEP, "不采用账户的登记或改动", drop_step)
}

async fn list(State(app): State<App>, reader: BooksReader, person: SignedIn) -> Result<Json<List<BankAccountRecord>>> {
    Ok(Json(super::list(&app, &reader, &person.me).await?))
}

async fn enter(
    State(app): State<App>,
    owner: Sure<CharityOwner>,
    Body(new): Body<NewBankAccount>,
) -> Result<(StatusCode, Json<BankAccountRecord>)> {
    Ok((StatusCode::CREATED, Json(super::enter(&app, &owner, &new).await?)))
}

async fn propose(
    State(app): State<App>,
    owner: Sure<CharityOwner>,
    Path(id): Path<BankAccountId>,
    Body(step): Body<NewAccountStep>,
) -> Result<(StatusCode, Json<BankAccountRecord>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &owner, id, &step).await?)))
}

async fn confirm(
    State(app): State<App>,
    second: Sure<CharityApprover>,
    Path(id): Path<AccountStepId>,
    Body(DecideStep {}): Body<DecideStep>,
) -> Result<Json<BankAccountRecord>> {
    Ok(Json(super::confirm(&app, &second, id).await?))
}

async fn drop_step(
    State(app): State<App>,
    person: CharityApprover,
    Path(id): Path<AccountStepId>,
    Body(DecideStep {}): Body<DecideStep>,
) -> Result<Json<BankAccountRecord>> {
    Ok(Json(super::drop_step(&app, &person, id).await?))
}
