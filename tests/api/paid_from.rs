//! From which of its accounts a charity paid: the payer says it, it is kept, and only an account of its own in use counts.

use crate::bank_accounts::new_account;
use crate::disbursements::{Ready, allocation, approved, paid, ready};
use axum::http::StatusCode;
use domain::api::bank_accounts::{self, NewBankAccount};
use domain::api::disbursements::{self, Paid};
use domain::api::money;
use domain::bank_account::BankAccountInput;
use domain::disbursement::DisbursementStatus;
use domain::organisation::Role;
use domain::{BankAccountId, Fen};
use tests::TestApp;
use tests::people::Charity;
use uuid::Uuid;

/// Another account of the charity, by two people.
async fn second_account(test: &TestApp, charity: &Charity<'_>) -> BankAccountId {
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let entered = owner.call(bank_accounts::enter(&new_account(2))).await.unwrap();
    charity.checker.call(bank_accounts::confirm(entered.steps[0].id)).await.unwrap();
    // A third one that nobody has confirmed.
    let input = BankAccountInput { account_no: "0000 1111 2222 3333".into(), ..new_account(3).input };
    owner.call(bank_accounts::enter(&NewBankAccount { input, ..new_account(3) })).await.unwrap();
    entered.account.id
}

#[tokio::test]
async fn the_only_account_is_chosen_already_and_of_several_the_payer_says_which() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let first = approved(&ready, 1, 1_000).await;
    let page = format!("/work/disbursements/{}", first.id);
    let chosen = format!("value=\"{}\" selected", charity.account);
    assert!(charity.payer.page(&page).await.text().contains(&chosen), "there is no other");
    let done = charity.payer.call(disbursements::pay(first.id, &paid())).await.unwrap();
    assert_eq!(done.status, DisbursementStatus::Paid);
    let read = charity.maker.call(disbursements::get(first.id)).await.unwrap();
    assert_eq!(read.paid_from.map(|account| account.id), Some(charity.account));

    let second = second_account(&test, charity).await;
    let other = test.charity("另一慈善会").await;
    let payment = approved(&ready, 2, 2_000).await;
    let page = format!("/work/disbursements/{}", payment.id);
    let shown = charity.payer.page(&page).await.text();
    assert!(!shown.contains(&chosen) && shown.contains(&second.to_string()), "{shown}");
    let from = |bank_account| Paid { bank_account, ..paid() };
    let unconfirmed = BankAccountId(Uuid::from_u128(3));
    for wrong in [None, Some(other.account), Some(unconfirmed), Some(BankAccountId(Uuid::from_u128(9)))] {
        let refused = charity.payer.call(disbursements::pay(payment.id, &from(wrong))).await.unwrap_err();
        assert_eq!(refused.fields(), ["bank_account"], "{wrong:?}");
    }
    let typed = [("action", "pay"), ("paid_on", "2026-06-30"), ("bank_reference", "P-2")];
    let bare = charity.payer.form(&page, &typed).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text().contains("请选择从哪个账户付的款") && bare.text().contains("P-2"));
    let numbers = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!(numbers.disbursed, Fen::yuan(1_000), "what was refused has not moved");
    let account = second.to_string();
    let said = [&typed[..], &[("bank_account", account.as_str())]].concat();
    assert_eq!(charity.payer.form(&page, &said).await.location(), format!("{page}?done=paid"));
    let read = charity.maker.call(disbursements::get(payment.id)).await.unwrap();
    assert_eq!((read.status, read.paid_from.map(|account| account.id)), (DisbursementStatus::Paid, Some(second)));
    assert!(charity.maker.page(&page).await.text().contains("****6666"));
    test.done().await;
}
