//! Money that goes back to its giver, and payments that come back.

use crate::disbursements::{Ready, allocation, approved, paid, paid_out, ready};
use crate::figures::add_up;
use crate::mail::sent;
use crate::money::{matched, new_line, new_pledge, seen};
use axum::http::StatusCode;
use backend::check::{Comparison, check};
use backend::jobs;
use domain::api::arrivals::{self, MatchLine, MatchPart, PartOwner};
use domain::api::disbursements::Disbursement;
use domain::api::figures::MoneyOf;
use domain::api::pledges::Pledge;
use domain::api::returns::{self, GiftReturn, NewReturn, RejectReturn, ReturnPaid, SayBack};
use domain::api::{campaigns, disbursements, ledger, money, pledges};
use domain::arrival::BankLineStatus;
use domain::disbursement::DisbursementStatus;
use domain::four::MoneyNumber;
use domain::giving_back::{BackKind, ReturnGround, ReturnInput, ReturnStatus};
use domain::ledger::Account;
use domain::organisation::Role;
use domain::pledge::PledgeStatus;
use domain::{DisbursementId, Fen, LotId, PledgeId, ReturnId};
use serde_json::{Value, json};
use tests::TestApp;
use tests::people::Charity;
use uuid::Uuid;

pub fn new_return(n: u128, pledge: Option<PledgeId>, lot: Option<LotId>, yuan: i64) -> NewReturn {
    NewReturn {
        id: ReturnId(Uuid::from_u128(n)),
        pledge,
        lot,
        surplus: None,
        input: ReturnInput {
            amount: Fen::yuan(yuan),
            ground: ReturnGround::Overpaid,
            reason: "多汇一笔，见 6 月 30 日来函".into(),
            to_name: "金柚的单位".into(),
            to_bank: "示例银行梅州分行".into(),
            to_account: "0000 5555 4444".into(),
        },
    }
}

/// What each call about accounts, returns, money out and months' ends is tried with.
pub fn bodies(charity: &Charity<'_>, pledge: &Pledge, prepared: &Disbursement) -> Vec<(&'static str, Value)> {
    vec![
        ("POST /bank-accounts", json!(crate::bank_accounts::new_account(151))),
        ("POST /bank-accounts/{id}/steps", json!(crate::bank_accounts::balance(152, "2026-06-01", 0, ""))),
        ("POST /bank-lines/{id}/rebookings", json!(crate::rebookings::rebooking(153, vec![]))),
        ("POST /returns", json!(new_return(154, Some(pledge.id), None, 1))),
        ("POST /returns/{id}/reject", json!({ "reason": "再核对一下" })),
        ("POST /returns/{id}/pay", json!({ "paid_on": "2026-06-30", "bank_reference": "T-9" })),
        ("POST /bank-lines/{id}/back", json!({ "disbursement": prepared.id, "kind": "bounced" })),
        ("POST /bank-lines/{id}/back/confirm", json!({ "disbursement": prepared.id, "kind": "bounced" })),
        ("POST /outgoings/{id}/explain", json!({ "kind": "other", "reason": "见 6 月 30 日回单" })),
        ("POST /outgoings/{id}/confirm", json!({ "kind": "other", "reason": "见 6 月 30 日回单" })),
        ("POST /month-ends", json!(crate::month_ends::new_month(155, charity, 1))),
        ("POST /month-ends/{id}/reopen", json!({ "reason": "6 月漏录一笔现金捐款" })),
    ]
}

pub fn return_paid() -> ReturnPaid {
    ReturnPaid { paid_on: "2026-06-30".parse().unwrap(), bank_reference: "T-1".into(), bank_account: None }
}

pub async fn goes_back(charity: &Charity<'_>, new: &NewReturn) -> GiftReturn {
    charity.maker.call(returns::prepare(new)).await.unwrap();
    charity.checker.call(returns::approve(new.id)).await.unwrap();
    charity.payer.call(returns::pay(new.id, &return_paid())).await.unwrap()
}

#[tokio::test]
async fn a_gift_goes_back_over_three_desks_and_has_not_arrived_any_more() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, pledge, need, campaign, .. } = &ready;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let new = new_return(1, Some(pledge.id), None, 20_000);
    let too_much = new_return(2, Some(pledge.id), None, 50_001);
    assert_eq!(charity.maker.call(returns::prepare(&too_much)).await.unwrap_err().fields(), ["amount_fen"]);
    assert_eq!(charity.checker.call(returns::prepare(&new)).await.unwrap_err().status, 403);
    let other = test.charity("另一慈善会").await;
    assert_eq!(other.maker.call(returns::prepare(&new)).await.unwrap_err().fields(), ["pledge"]);
    let prepared = charity.maker.call(returns::prepare(&new)).await.unwrap();
    assert_eq!(prepared, charity.maker.call(returns::prepare(&new)).await.unwrap(), "twice is once");
    let changed = NewReturn { input: ReturnInput { amount: Fen::yuan(1), ..new.input.clone() }, ..new.clone() };
    assert_eq!(charity.maker.call(returns::prepare(&changed)).await.unwrap_err().status, 409);

    // What is promised to go back is not set aside for a need.
    let all = allocation(1, need, Some(pledge), 50_000);
    let refused = charity.maker.call(disbursements::allocate(&all)).await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("30,000"), "{refused:?}");
    assert_eq!(charity.payer.call(returns::pay(new.id, &return_paid())).await.unwrap_err().status, 409, "not approved");
    let me = charity.maker.call(domain::api::sessions::me()).await.unwrap().id;
    for role in [Role::CharityChecker, Role::CharityPayer] {
        backend::organisations::add_member(&test.app, me, charity.id, role).await.unwrap();
    }
    assert_eq!(charity.maker.call(returns::approve(new.id)).await.unwrap_err().status, 409, "three people");
    assert_eq!(other.checker.call(returns::approve(new.id)).await.unwrap_err().status, 404);
    charity.checker.call(returns::approve(new.id)).await.unwrap();
    assert_eq!(charity.maker.call(returns::pay(new.id, &return_paid())).await.unwrap_err().status, 409, "three people");
    let bare = RejectReturn { reason: "再核对一下".into(), not_paid: false };
    assert_eq!(charity.checker.call(returns::reject(new.id, &bare)).await.unwrap_err().fields(), ["not_paid"]);
    let payer = test.member("payer-2", charity.id, Role::CharityPayer).await;
    let both = tokio::join!(
        charity.payer.call(returns::pay(new.id, &return_paid())),
        payer.call(returns::pay(new.id, &return_paid()))
    );
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "two at once");

    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((read.status, read.arrived_fen), (PledgeStatus::PartlyArrived, Fen::yuan(30_000)));
    let of_need = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    let total = test.visitor().call(campaigns::get(*campaign)).await.unwrap().money;
    assert_eq!((of_need.arrived, total.arrived), (Fen::yuan(30_000), Fen::yuan(30_000)));
    for of in [MoneyOf::Need(need.id), MoneyOf::Campaign(*campaign), MoneyOf::Enterprise(pledge.enterprise)] {
        add_up(&test, &of, MoneyNumber::Arrived).await;
    }
    let gone = enterprise.call(returns::of_pledge(pledge.id)).await.unwrap().items;
    assert_eq!((gone.len(), gone[0].amount_fen), (1, Fen::yuan(20_000)));
    assert!(enterprise.page(&format!("/pledges/{}", pledge.id)).await.text().contains("已退回"));
    assert_eq!(other.maker.call(returns::of_pledge(pledge.id)).await.unwrap_err().status, 404);
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert!(letters.iter().any(|letter| letter.to.starts_with("firm") && letter.subject.starts_with("款已退回")));
    test.done().await;
}

#[tokio::test]
async fn a_return_that_is_rejected_frees_its_money() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, pledge, need, .. } = &ready;
    let page = "/work/returns/new";
    let (id, of) = (Uuid::from_u128(3).to_string(), pledge.id.to_string());
    let typed = [("id", id.as_str()), ("pledge", of.as_str()), ("amount", "50000"), ("to_name", "某公司")];
    let bad = charity.maker.form(page, &typed).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text().contains("请选择退回的依据") && bad.text().contains("50000"));
    let rest =
        [("ground", "agreed"), ("reason", "双方书面同意，见协议"), ("to_bank", "示例银行"), ("to_account", "00005555")];
    let made = charity.maker.form(page, &[&typed[..], &rest].concat()).await;
    let one = format!("/work/returns/{id}");
    assert_eq!(made.location(), format!("{one}?done=prepared"));
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 1))).await.unwrap_err();
    let rejected = charity.checker.form(&one, &[("action", "reject"), ("reason", "协议没有盖章，请补齐")]).await;
    assert_eq!(rejected.location(), format!("{one}?done=rejected"));
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 1))).await.unwrap();
    assert!(charity.maker.page("/work/returns").await.text().contains("驳回"));
    test.done().await;
}

#[tokio::test]
async fn money_of_nobody_goes_back_and_finds_no_owner_meanwhile() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "张三", 700, ""))).await.unwrap();
    let part = |yuan, campaign| MatchPart { amount_fen: Fen::yuan(yuan), pledge: None, campaign };
    let parts = MatchLine { parts: vec![part(500, None), part(200, Some(campaign))] };
    let line = charity.maker.call(arrivals::match_(line.id, &parts)).await.unwrap();
    let line = charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let unknown = line.parts[0].lot;
    let new = new_return(1, None, Some(unknown), 500);
    charity.maker.call(returns::prepare(&new)).await.unwrap();
    let owner = PartOwner { lot: unknown, pledge: pledge.id };
    assert_eq!(charity.maker.call(arrivals::name_owner(line.id, &owner)).await.unwrap_err().status, 409);
    charity.checker.call(returns::approve(new.id)).await.unwrap();
    let done = charity.payer.call(returns::pay(new.id, &return_paid())).await.unwrap();
    assert_eq!((done.status, done.line), (ReturnStatus::Paid, Some(line.id)));
    let book =
        charity.maker.call(ledger::account(&Account::Unmatched { bank_account: charity.account })).await.unwrap();
    assert_eq!(book.balance_fen, Fen::ZERO);
    goes_back(&charity, &new_return(2, None, Some(line.parts[1].lot), 50)).await;
    let total = test.visitor().call(campaigns::get(campaign)).await.unwrap().money;
    assert_eq!(total.arrived, Fen::yuan(150), "what went back of a campaign's own lots has not arrived either");
    add_up(&test, &MoneyOf::Campaign(campaign), MoneyNumber::Arrived).await;
    test.done().await;
}

/// A return whose money did not move, and one that is not written down.
#[tokio::test]
async fn a_return_that_is_not_what_moved_is_named() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 1_000, &pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    goes_back(&charity, &new_return(1, Some(pledge.id), None, 400)).await;
    let spoil = "set session_replication_role = replica;
        update gift_return_take set amount_fen = amount_fen + 1;
        set session_replication_role = origin";
    sqlx::raw_sql(spoil).execute(&test.app.pool).await.unwrap();
    let found = check(&test.app.pool).await.unwrap();
    let named: Vec<_> = found.iter().map(|finding| finding.comparison).collect();
    assert_eq!(named, [Comparison::StatesAgainstTransfers, Comparison::NumbersAgainstRows], "{found:?}");
    assert!(found[0].subject.starts_with("return"));
    test.done_with_wrong_books().await;
}

#[tokio::test]
async fn a_payment_that_bounces_is_set_aside_for_its_need_again() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, .. } = &ready;
    let payment = paid_out(&ready, 40_000, 30_000).await;
    let back = |kind| SayBack { disbursement: payment.id, kind };
    let comes = async |n, yuan| {
        charity.maker.call(arrivals::enter(&new_line(n, charity, "示例镇财政所代管户", yuan, "退汇"))).await.unwrap()
    };
    let too_much = comes(8, 30_001).await;
    let refused = charity.maker.call(returns::say_back(too_much.id, &back(BackKind::Bounced))).await.unwrap_err();
    assert_eq!(refused.fields(), ["disbursement"]);
    // A part is paid back first, then the bank sends the rest.
    let part = comes(9, 10_000).await;
    let page = format!("/work/bank-lines/{}", part.id);
    assert!(charity.maker.page(&page).await.text().contains("这笔是退回来的拨付款"));
    let id = payment.id.to_string();
    let form = [("action", "say_back"), ("disbursement", id.as_str()), ("kind", "paid_back")];
    assert_eq!(charity.maker.form(&page, &form).await.location(), format!("{page}?done=back_said"));
    let whole = MatchPart { amount_fen: Fen::yuan(10_000), pledge: Some(pledge.id), campaign: None };
    let gift = charity.maker.call(arrivals::match_(part.id, &MatchLine { parts: vec![whole] })).await;
    assert_eq!(gift.unwrap_err().status, 409, "it is no gift meanwhile");
    let stale = charity.checker.call(returns::confirm_back(part.id, &back(BackKind::Bounced))).await;
    assert_eq!(stale.unwrap_err().status, 409, "another than was read");
    let other = test.charity("另一慈善会").await;
    let confirm = returns::confirm_back(part.id, &back(BackKind::PaidBack));
    assert_eq!(other.checker.call(confirm).await.unwrap_err().status, 404);
    charity.checker.call(returns::confirm_back(part.id, &back(BackKind::PaidBack))).await.unwrap();
    let numbers = async || test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!(numbers().await.disbursed, Fen::yuan(20_000));
    let rest = comes(10, 20_000).await;
    charity.maker.call(returns::say_back(rest.id, &back(BackKind::Bounced))).await.unwrap();
    charity.checker.call(returns::confirm_back(rest.id, &back(BackKind::Bounced))).await.unwrap();
    assert_eq!(numbers().await.disbursed, Fen::ZERO);
    let line = charity.maker.call(arrivals::get(rest.id)).await.unwrap();
    assert_eq!((line.status, line.reason.as_deref()), (BankLineStatus::NotDonation, Some("退汇")));
    let why = arrivals::VoidLine { reason: "查明是捐款".into() };
    assert_eq!(charity.maker.call(arrivals::donation(rest.id, &why)).await.unwrap_err().status, 409);
    let free = charity.maker.call(disbursements::available(need.id)).await.unwrap();
    assert_eq!(free.allocated_fen, Fen::yuan(40_000), "it can be paid anew");
    let read = charity.maker.call(disbursements::get(payment.id)).await.unwrap();
    assert_eq!(read.status, DisbursementStatus::Paid, "not all of it bounced");

    let second = approved(&ready, 2, 5_000).await;
    charity.payer.call(disbursements::pay(second.id, &paid())).await.unwrap();
    let again = comes(11, 5_000).await;
    let whole = SayBack { disbursement: DisbursementId(second.id.0), kind: BackKind::Bounced };
    charity.maker.call(returns::say_back(again.id, &whole)).await.unwrap();
    charity.checker.call(returns::confirm_back(again.id, &whole)).await.unwrap();
    let read = charity.maker.call(disbursements::get(second.id)).await.unwrap();
    assert_eq!(read.status, DisbursementStatus::Bounced);
    test.done().await;
}
