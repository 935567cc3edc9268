//! What waits for a second person at a charity's bank desk, and for the campaign office: for those who may do it, and
//! for nobody else.

use crate::bank_accounts::{balance, new_account};
use crate::bank_statements::read as read_statement;
use crate::campaigns::office;
use crate::disbursements::{Ready, ready};
use crate::month_ends::new_month;
use crate::outgoings::{meaning, open};
use crate::rebookings::rebooking;
use crate::returns::{new_return, return_paid};
use crate::reversals::reversal;
use axum::http::StatusCode;
use chrono::Duration;
use domain::api::arrivals::{self, LineQuery};
use domain::api::bank_statements::{self, TakeIn};
use domain::api::campaigns::setup;
use domain::api::month_ends::{self, ReopenMonth};
use domain::api::todo;
use domain::api::{bank_accounts, outgoings, rebookings, returns, reversals};
use domain::campaign::CampaignStage;
use domain::organisation::Role;
use domain::outgoing::OutKind;
use domain::reversal::ReversalKind;
use domain::todo::TodoKind;
use std::collections::BTreeMap;
use tests::{Client, TestApp};

/// What waits, with how many; each leads to a page that this person can open.
async fn waits(client: &Client<'_>) -> BTreeMap<TodoKind, u32> {
    let items = client.call(todo::get()).await.unwrap().items;
    for item in &items {
        let page = client.page(item.path.split('#').next().unwrap()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", item.path);
    }
    items.into_iter().map(|item| (item.kind, item.count.number)).collect()
}

fn just(kinds: &[(TodoKind, u32)]) -> BTreeMap<TodoKind, u32> {
    kinds.iter().copied().collect()
}

#[tokio::test]
async fn returns_reversals_and_rebookings_wait_for_whoever_had_no_part_in_them() {
    use TodoKind::{ApproveReturns, ConfirmReversals, PayReturns};
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, pledge, .. } = &ready;
    let other = test.charity("另一慈善会").await;
    let new = new_return(1, Some(pledge.id), None, 200);
    charity.maker.call(returns::prepare(&new)).await.unwrap();
    // Also the maker who may check has no work of his own.
    let me = charity.maker.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ApproveReturns, 1)]));
    assert_eq!((waits(&charity.maker).await, waits(&charity.payer).await), (just(&[]), just(&[])));
    charity.checker.call(returns::approve(new.id)).await.unwrap();
    assert_eq!((waits(&charity.checker).await, waits(&charity.payer).await), (just(&[]), just(&[(PayReturns, 1)])));
    charity.payer.call(returns::pay(new.id, &return_paid())).await.unwrap();
    assert_eq!(waits(&charity.payer).await, just(&[]));

    charity.maker.call(reversals::propose(ReversalKind::Return, new.id.0, &reversal(1))).await.unwrap();
    let lines = charity.maker.call(arrivals::list(&LineQuery { done: true, ..Default::default() })).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmReversals, 1)]));
    charity.checker.call(reversals::confirm(reversal(1).id)).await.unwrap();
    let reject = returns::RejectReturn { reason: "捐赠方不再要求退回".into(), not_paid: true };
    charity.checker.call(returns::reject(new.id, &reject)).await.unwrap();
    charity.maker.call(rebookings::propose(lines.items[0].id, &rebooking(2, vec![]))).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmReversals, 1)]), "a rebooking stands in the same list");
    assert_eq!(waits(&charity.maker).await, just(&[]), "whoever proposed it does not confirm it");
    for nobody in [&other.maker, &other.checker, &other.payer] {
        assert_eq!(waits(nobody).await, just(&[]));
    }
    test.done().await;
}

const MAY: &str = "交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n\
    2026-05-31,示例印务,,20.00,980.00,印制手册,M3\n";

#[tokio::test]
async fn money_out_accounts_and_months_wait_for_a_second_person() {
    use TodoKind::{ConfirmBankAccounts, ConfirmOutgoings, ExplainOutgoings, SignMonths};
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    owner.call(bank_accounts::propose(charity.account, &balance(1, "2026-05-01", 1_000, ""))).await.unwrap();
    owner.call(bank_accounts::enter(&new_account(2))).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmBankAccounts, 2)]));
    assert_eq!(waits(&owner).await, just(&[]), "they are the owner's own words");
    charity.checker.call(bank_accounts::confirm(balance(1, "2026-05-01", 1_000, "").id)).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmBankAccounts, 1)]));

    let statement = read_statement(&charity, 1, MAY).await.unwrap();
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 0 })).await.unwrap();
    assert_eq!(waits(&charity.maker).await, just(&[(ExplainOutgoings, 1)]));
    let row = open(&charity).await[0].id;
    let own_cost = meaning(OutKind::OwnCost, None);
    charity.maker.call(outgoings::explain(row, &own_cost)).await.unwrap();
    assert_eq!(waits(&charity.maker).await, just(&[]));
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmOutgoings, 1), (ConfirmBankAccounts, 1)]));
    charity.checker.call(outgoings::confirm(row, &own_cost)).await.unwrap();

    let month = new_month(1, &charity, 980);
    charity.maker.call(month_ends::prepare(&month)).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmBankAccounts, 1), (SignMonths, 1)]));
    assert_eq!(waits(&charity.maker).await, just(&[]));
    charity.checker.call(month_ends::sign(month.id)).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmBankAccounts, 1)]));
    let why = ReopenMonth { reason: "5 月漏录一笔现金捐款".into() };
    charity.maker.call(month_ends::reopen(month.id, &why)).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmBankAccounts, 1), (SignMonths, 1)]), "to be opened again");
    charity.checker.call(month_ends::confirm_reopening(month.id)).await.unwrap();
    assert_eq!(waits(&charity.checker).await, just(&[(ConfirmBankAccounts, 1)]));
    assert_eq!(waits(&charity.payer).await, just(&[]));
    test.done().await;
}

#[tokio::test]
async fn a_campaign_whose_day_is_over_waits_for_its_office() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let desk = office(&test).await;
    let stage = desk.call(setup::get(campaign)).await.unwrap().stage;
    assert_eq!(stage, CampaignStage::Live);
    assert_eq!(waits(&desk).await, just(&[]), "it is its day");
    test.clock.advance(Duration::days(1));
    let desk = test.signed_in("office").await;
    assert_eq!(waits(&desk).await, just(&[(TodoKind::MoveCampaigns, 1)]));
    assert_eq!(waits(&test.federation("441424").await).await, just(&[]), "it is the office's");
    let item = desk.call(todo::get()).await.unwrap().items.remove(0);
    assert_eq!(item.since.to_rfc3339(), "2026-06-30T16:00:00+00:00");
    test.done().await;
}
