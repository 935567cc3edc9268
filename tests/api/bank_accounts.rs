//! A charity's bank accounts: entered by its owner, confirmed by a second person, closed, and chosen from one list.

use crate::money::new_line;
use axum::http::StatusCode;
use domain::api::arrivals;
use domain::api::bank_accounts::{self, AccountStepOutcome, BankAccountRecord, NewAccountStep, NewBankAccount};
use domain::bank_account::{AccountStepKind, BankAccountInput, BankAccountStatus};
use domain::organisation::Role;
use domain::{AccountStepId, BankAccountId, Fen};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

pub fn new_account(n: u128) -> NewBankAccount {
    NewBankAccount {
        id: BankAccountId(Uuid::from_u128(n)),
        input: BankAccountInput {
            holder: "示例慈善会".into(),
            bank: "示例农商银行梅江支行".into(),
            account_no: "0000 8888 7777 6666".into(),
            opened_on: "2026-06-01".parse().unwrap(),
        },
    }
}

pub fn balance(n: u128, day: &str, yuan: i64, reason: &str) -> NewAccountStep {
    NewAccountStep {
        id: AccountStepId(Uuid::from_u128(n)),
        kind: AccountStepKind::Balance,
        on_day: day.parse().unwrap(),
        amount_fen: Some(Fen::yuan(yuan)),
        reason: reason.into(),
    }
}

/// The account's opening balance, by two people.
pub async fn opens_with(charity: &Charity<'_>, owner: &Client<'_>, n: u128, day: &str, yuan: i64) -> BankAccountRecord {
    let step = balance(n, day, yuan, "");
    owner.call(bank_accounts::propose(charity.account, &step)).await.unwrap();
    charity.checker.call(bank_accounts::confirm(step.id)).await.unwrap()
}

#[tokio::test]
async fn an_account_counts_when_a_second_person_has_confirmed_it() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let new = new_account(1);
    let entered = owner.call(bank_accounts::enter(&new)).await.unwrap();
    assert_eq!((entered.status, entered.account_no.as_str()), (BankAccountStatus::Proposed, "0000888877776666"));
    assert_eq!(entered, owner.call(bank_accounts::enter(&new)).await.unwrap(), "twice is once");
    let other =
        NewBankAccount { input: BankAccountInput { bank: "另一家银行".into(), ..new.input.clone() }, ..new };
    assert_eq!(owner.call(bank_accounts::enter(&other)).await.unwrap_err().status, 409, "another account, one id");
    let again = NewBankAccount { id: BankAccountId(Uuid::from_u128(2)), ..new.clone() };
    assert_eq!(owner.call(bank_accounts::enter(&again)).await.unwrap_err().fields(), ["account_no"]);
    for client in [&charity.maker, &charity.checker, &charity.payer] {
        assert_eq!(client.call(bank_accounts::enter(&new)).await.unwrap_err().status, 403);
    }

    let mut line = new_line(1, &charity, "某公司", 100, "");
    line.bank_account = new.id;
    assert_eq!(charity.maker.call(arrivals::enter(&line)).await.unwrap_err().fields(), ["bank_account"]);
    let step = entered.steps[0].id;
    assert!(!entered.steps[0].may_confirm, "not by whoever proposed it");
    assert_eq!(owner.call(bank_accounts::confirm(step)).await.unwrap_err().status, 409);
    let elsewhere = test.charity("另一慈善会").await;
    assert_eq!(elsewhere.checker.call(bank_accounts::confirm(step)).await.unwrap_err().status, 404);
    assert_eq!(charity.maker.call(bank_accounts::confirm(step)).await.unwrap_err().status, 403);
    // Two at once: one of them confirms.
    let second = test.member("owner-2", charity.id, Role::CharityOwner).await;
    let both =
        tokio::join!(charity.checker.call(bank_accounts::confirm(step)), second.call(bank_accounts::confirm(step)));
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1);
    charity.maker.call(arrivals::enter(&line)).await.unwrap();
    let list = charity.maker.call(bank_accounts::list()).await.unwrap().items;
    assert_eq!(list.len(), 2);
    let one = list.iter().find(|record| record.account.id == new.id).unwrap();
    assert_eq!(one.steps[0].outcome, Some(AccountStepOutcome::Confirmed));
    test.done().await;
}

#[tokio::test]
async fn an_opening_balance_is_set_once_and_corrected_with_a_reason() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let record = opens_with(&charity, &owner, 1, "2026-06-01", 1_000).await;
    assert_eq!(record.opening.unwrap().amount_fen, Fen::yuan(1_000));
    let silent = balance(2, "2026-06-01", 1_200, "");
    assert_eq!(owner.call(bank_accounts::propose(charity.account, &silent)).await.unwrap_err().fields(), ["reason"]);
    let why = balance(3, "2026-06-01", 1_200, "原期初漏计一笔利息");
    owner.call(bank_accounts::propose(charity.account, &why)).await.unwrap();
    let more = balance(4, "2026-06-01", 1_300, "再改一次，看看");
    let waits = owner.call(bank_accounts::propose(charity.account, &more)).await.unwrap_err();
    assert_eq!(waits.status, 409, "one thing at a time");
    let dropped = charity.checker.call(bank_accounts::drop(why.id)).await.unwrap();
    assert_eq!(dropped.opening.unwrap().amount_fen, Fen::yuan(1_000), "nothing that was not confirmed counts");
    assert_eq!(charity.checker.call(bank_accounts::confirm(why.id)).await.unwrap_err().status, 409);
    owner.call(bank_accounts::propose(charity.account, &more)).await.unwrap();
    let corrected = charity.checker.call(bank_accounts::confirm(more.id)).await.unwrap();
    assert_eq!(corrected.opening.unwrap().amount_fen, Fen::yuan(1_300));
    assert_eq!(corrected.steps.len(), 3, "what was said stays to be read");
    test.done().await;
}

#[tokio::test]
async fn a_closed_account_takes_the_lines_of_its_last_days_and_none_of_later_ones() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let page = "/work/bank-accounts";
    let campaign = test.campaign(&[&charity]).await;
    let close = |n: u128, day: &str| NewAccountStep {
        id: AccountStepId(Uuid::from_u128(n)),
        kind: AccountStepKind::Close,
        on_day: day.parse().unwrap(),
        amount_fen: None,
        reason: "换到新的银行，旧户注销".into(),
    };
    let receives = owner.call(bank_accounts::propose(charity.account, &close(1, "2026-06-30"))).await.unwrap_err();
    assert_eq!(receives.status, 409, "a campaign receives on it");
    for stage in [domain::campaign::CampaignStage::Collecting, domain::campaign::CampaignStage::Settled] {
        backend::campaigns::set_stage(&test.app, campaign, stage).await.unwrap();
    }
    let account = charity.account.to_string();
    let id = Uuid::from_u128(2).to_string();
    let typed = [("action", "close"), ("row", account.as_str()), ("id", id.as_str()), ("on_day", "2026-06-29")];
    let short = owner.form(page, &[&typed[..], &[("reason", "换")]].concat()).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("请写明原因和依据"));
    let done = owner.form(page, &[&typed[..], &[("reason", "换到新的银行，旧户注销")]].concat()).await;
    assert_eq!(done.location(), "/work/bank-accounts?done=proposed");
    let line = new_line(1, &charity, "某公司", 100, "");
    let line = charity.maker.call(arrivals::enter(&line)).await.unwrap();
    let step = AccountStepId(Uuid::from_u128(2));
    assert_eq!(charity.checker.call(bank_accounts::confirm(step)).await.unwrap_err().status, 409, "a later line");
    let why = arrivals::VoidLine { reason: "日期输错，另行录入".into() };
    charity.maker.call(arrivals::void(line.id, &why)).await.unwrap();
    assert!(charity.checker.page(page).await.text().contains("核对无误，确认"));
    let id = step.to_string();
    let confirmed = charity.checker.form(page, &[("action", "confirm"), ("step", id.as_str())]).await;
    assert_eq!(confirmed.location(), "/work/bank-accounts?done=confirmed");
    let late = new_line(2, &charity, "某公司", 100, "");
    assert_eq!(charity.maker.call(arrivals::enter(&late)).await.unwrap_err().fields(), ["bank_account"]);
    let mut early = new_line(3, &charity, "某公司", 100, "");
    early.line.booked_on = "2026-06-29".parse().unwrap();
    charity.maker.call(arrivals::enter(&early)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn what_was_typed_of_an_account_survives_a_refusal() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let page = "/work/bank-accounts";
    let id = Uuid::from_u128(7).to_string();
    let typed = [("action", "enter"), ("id", id.as_str()), ("holder", "示例慈善会"), ("bank", "示例银行")];
    let bad = owner.form(page, &[&typed[..], &[("account_no", "12"), ("opened_on", "昨天")]].concat()).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let says = bad.text();
    assert!(says.contains("请填写日期") && says.contains("请填写银行账号") && says.contains("昨天"), "{says}");
    let good = [("account_no", "0000 1111 2222"), ("opened_on", "2026-06-01")];
    assert_eq!(owner.form(page, &[&typed[..], &good].concat()).await.location(), "/work/bank-accounts?done=entered");
    assert!(!charity.maker.page(page).await.text().contains("登记一个银行账户"), "only the owner enters");
    test.done().await;
}
