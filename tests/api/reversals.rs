//! What was confirmed wrongly besides arrivals: taken back as one act by two people, and refused with a list while the
//! money has moved on.

use crate::bank_accounts::opens_with;
use crate::bank_statements::read as read_statement;
use crate::disbursements::{Ready, allocation, approved, paid, payment, ready};
use crate::mail::sent;
use crate::money::{new_line, new_pledge, seen, whole};
use crate::month_ends::new_month;
use crate::outgoings::{OUT, meaning, open, take_in};
use crate::returns::{goes_back, new_return, return_paid};
use axum::http::StatusCode;
use backend::jobs;
use domain::api::arrivals::{self, BankLine, MatchLine, MatchPart};
use domain::api::bank_statements::{self, TakeIn};
use domain::api::disbursements::Disbursement;
use domain::api::returns::{self, RejectReturn, SayBack};
use domain::api::reversals::{self, NewReversal, ReversalOutcome};
use domain::api::{campaigns, disbursements, ledger, money, month_ends, outgoings, pledges, rebookings};
use domain::arrival::BankLineStatus;
use domain::disbursement::DisbursementStatus;
use domain::giving_back::{BackKind, ReturnStatus};
use domain::ledger::{Account, TransferCode};
use domain::organisation::Role;
use domain::outgoing::{OutKind, OutMeaning};
use domain::pledge::PledgeStatus;
use domain::reversal::ReversalKind;
use domain::{Fen, ReversalId};
use serde_json::{Value, json};
use tests::TestApp;
use tests::people::Charity;
use uuid::Uuid;

pub fn reversal(n: u128) -> NewReversal {
    NewReversal { id: ReversalId(Uuid::from_u128(n)), reason: "选错了拨付，见银行回单".into() }
}

/// What each call is tried with.
pub fn bodies() -> Vec<(&'static str, Value)> {
    vec![
        ("POST /bank-lines/{id}/back/reversals", json!(reversal(160))),
        ("POST /outgoings/{id}/reversals", json!(reversal(161))),
        ("POST /returns/{id}/reversals", json!(reversal(162))),
    ]
}

/// A line that two people have said to be this payment coming back.
async fn came_back(charity: &Charity<'_>, n: u128, yuan: i64, payment: &Disbursement, kind: BackKind) -> BankLine {
    let line = new_line(n, charity, "示例镇财政所代管户", yuan, "退汇");
    let line = charity.maker.call(arrivals::enter(&line)).await.unwrap();
    let back = SayBack { disbursement: payment.id, kind };
    charity.maker.call(returns::say_back(line.id, &back)).await.unwrap();
    charity.checker.call(returns::confirm_back(line.id, &back)).await.unwrap();
    charity.maker.call(arrivals::get(line.id)).await.unwrap()
}

/// 30,000 of 40,000 that are set aside, paid.
async fn payment_made(ready: &Ready<'_>) -> Disbursement {
    let all = allocation(1, &ready.need, Some(&ready.pledge), 40_000);
    ready.charity.maker.call(disbursements::allocate(&all)).await.unwrap();
    let payment = approved(ready, 1, 30_000).await;
    ready.charity.payer.call(disbursements::pay(payment.id, &paid())).await.unwrap()
}

#[tokio::test]
async fn a_bounce_is_taken_back_by_two_and_the_line_is_nothing_yet() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, .. } = &ready;
    let payment = payment_made(&ready).await;
    // Two of one payment on one day: what each posted is told apart.
    let right = came_back(charity, 8, 12_000, &payment, BackKind::Bounced).await;
    let wrong = came_back(charity, 9, 18_000, &payment, BackKind::Bounced).await;
    let status = async || charity.maker.call(disbursements::get(payment.id)).await.unwrap().status;
    let disbursed = async || test.visitor().call(money::of_need(need.id)).await.unwrap().money.disbursed;
    assert_eq!((status().await, disbursed().await), (DisbursementStatus::Bounced, Fen::ZERO));
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);

    let new = reversal(1);
    let propose = |new: &NewReversal| reversals::propose(ReversalKind::Back, wrong.id.0, new);
    let short = NewReversal { reason: "错".into(), ..new.clone() };
    assert_eq!(charity.maker.call(propose(&short)).await.unwrap_err().fields(), ["reason"]);
    assert_eq!(charity.checker.call(propose(&new)).await.unwrap_err().status, 403);
    let other = test.charity("另一慈善会").await;
    assert_eq!(other.maker.call(propose(&new)).await.unwrap_err().status, 404);
    assert_eq!(other.maker.call(reversals::of_back(wrong.id)).await.unwrap_err().status, 404);
    let proposed = charity.maker.call(propose(&new)).await.unwrap();
    assert_eq!(proposed, charity.maker.call(propose(&new)).await.unwrap(), "twice is once");
    let changed = NewReversal { reason: "另外一个原因".into(), ..new.clone() };
    assert_eq!(charity.maker.call(propose(&changed)).await.unwrap_err().status, 409);
    let elsewhere = charity.maker.call(reversals::propose(ReversalKind::Back, right.id.0, &new)).await;
    assert_eq!(elsewhere.unwrap_err().status, 409, "the same id for another line");
    assert_eq!(charity.maker.call(propose(&reversal(2))).await.unwrap_err().status, 409, "one waits");
    assert_eq!(status().await, DisbursementStatus::Bounced, "nothing yet");
    let waiting = charity.checker.call(reversals::waiting()).await.unwrap().items;
    assert_eq!((waiting.len(), waiting[0].kind, waiting[0].subject), (1, Some(ReversalKind::Back), wrong.id.0));
    assert!(charity.checker.page("/work/reversals").await.text().contains("选错了拨付，见银行回单"));
    assert!(other.maker.call(reversals::waiting()).await.unwrap().items.is_empty());

    let me = charity.maker.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(charity.maker.call(reversals::confirm(new.id)).await.unwrap_err().status, 409, "two people");
    assert_eq!(other.checker.call(reversals::confirm(new.id)).await.unwrap_err().status, 404);
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let both = tokio::join!(charity.checker.call(reversals::confirm(new.id)), second.call(reversals::confirm(new.id)));
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "two at once");

    assert_eq!((status().await, disbursed().await), (DisbursementStatus::Paid, Fen::yuan(18_000)));
    let line = charity.maker.call(arrivals::get(wrong.id)).await.unwrap();
    assert_eq!((line.status, line.reason.as_ref()), (BankLineStatus::Unmatched, None));
    let advance = charity.maker.call(ledger::account(&Account::Advance { disbursement: payment.id })).await.unwrap();
    assert_eq!(advance.balance_fen, Fen::yuan(18_000));
    let kept = charity.checker.call(reversals::of_back(wrong.id)).await.unwrap();
    assert_eq!((kept.items[0].outcome, kept.stands), (Some(ReversalOutcome::Confirmed), None));
    assert!(charity.maker.call(reversals::of_back(right.id)).await.unwrap().stands.is_some(), "the other one stays");
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).iter().any(|letter| letter.subject.starts_with("更正：拨付款没有退回")));

    // It was a gift after all; and a payment can bounce anew, and be taken back anew.
    charity.maker.call(arrivals::match_(line.id, &whole(&line, pledge.id))).await.unwrap();
    let again = came_back(charity, 10, 18_000, &payment, BackKind::Bounced).await;
    assert_eq!(status().await, DisbursementStatus::Bounced);
    let anew = reversal(3);
    charity.maker.call(reversals::propose(ReversalKind::Back, again.id.0, &anew)).await.unwrap();
    charity.checker.call(reversals::confirm(anew.id)).await.unwrap();
    assert_eq!(charity.checker.call(reversals::confirm(anew.id)).await.unwrap_err().status, 409, "once");
    let nothing = charity.maker.call(reversals::propose(ReversalKind::Back, again.id.0, &reversal(4))).await;
    assert_eq!(nothing.unwrap_err().status, 409, "nothing is booked any more");
    assert_eq!(disbursed().await, Fen::yuan(18_000));
    test.done().await;
}

#[tokio::test]
async fn money_paid_back_that_is_used_again_is_not_taken_back_and_the_refusal_lists_by_what() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, .. } = &ready;
    let first = payment_made(&ready).await;
    let line = came_back(charity, 9, 20_000, &first, BackKind::PaidBack).await;
    let page = format!("/work/reversals/back/{}", line.id);
    assert!(charity.maker.page(&format!("/work/bank-lines/{}", line.id)).await.text().contains(&page));

    // A payment on its way counts on it.
    let counting = approved(&ready, 2, 25_000).await;
    let propose = |n| reversals::propose(ReversalKind::Back, line.id.0, &reversal(n));
    let refused = charity.maker.call(propose(1)).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("25,000 元"), "{}", refused.error.message);
    let known = charity.maker.call(reversals::of_back(line.id)).await.unwrap();
    assert_eq!((known.counted_on.len(), known.counted_on[0].disbursement), (1, counting.id));
    assert!(charity.maker.page(&page).await.text().contains(&format!("/work/disbursements/{}", counting.id)));

    // A payment that was made has taken it.
    charity.payer.call(disbursements::pay(counting.id, &paid())).await.unwrap();
    let refused = charity.maker.call(propose(1)).await.unwrap_err();
    assert!(refused.error.message.contains("拨付 25,000 元"), "{}", refused.error.message);
    let known = charity.maker.call(reversals::of_back(line.id)).await.unwrap();
    assert_eq!((known.moved_on.len(), known.moved_on[0].code), (1, TransferCode::Advance));
    assert!(charity.maker.page(&page).await.text().contains("这笔款已经继续使用"));

    // When that came back too, it can be taken back; what moves on between both steps stops the second one.
    came_back(charity, 10, 25_000, &counting, BackKind::Bounced).await;
    let id = Uuid::from_u128(5).to_string();
    let typed = [("action", "propose"), ("id", id.as_str()), ("reason", "错")];
    let short = charity.maker.form(&page, &typed).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("请写明哪里错了") && short.text().contains(&id));
    let typed = [("action", "propose"), ("id", id.as_str()), ("reason", "村里没有交回，见来函")];
    assert_eq!(charity.maker.form(&page, &typed).await.location(), format!("{page}?done=proposed"));
    let late =
        charity.maker.call(disbursements::prepare(&payment(3, &ready.need, &ready.payee, 20_000))).await.unwrap();
    let step = [("action", "confirm"), ("reversal", id.as_str())];
    let stopped = charity.checker.form(&page, &step).await;
    assert!(stopped.text().contains("退回来的款已有 1 笔拨付申请要用"));
    let reject = disbursements::Reject { reason: "先冲正，再重新申请".into(), not_paid: false };
    charity.checker.call(disbursements::reject(late.id, &reject)).await.unwrap();
    assert_eq!(charity.checker.form(&page, &step).await.location(), format!("{page}?done=confirmed"));
    let numbers = test.visitor().call(money::of_need(ready.need.id)).await.unwrap().money;
    assert_eq!(numbers.disbursed, Fen::yuan(30_000));
    test.done().await;
}

#[tokio::test]
async fn a_fee_is_taken_back_into_undirected_money_and_its_row_is_unexplained() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let line = charity.maker.call(arrivals::enter(&new_line(7, &charity, "张三", 100, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(100), pledge: None, campaign: Some(campaign) };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    take_in(&charity, OUT).await;
    let rows = open(&charity).await;
    let row = rows.iter().find(|row| row.amount_fen == Fen::yuan(15)).unwrap().id;
    let fee = meaning(OutKind::Fee, Some(campaign));
    charity.maker.call(outgoings::explain(row, &fee)).await.unwrap();
    let early = charity.maker.call(reversals::propose(ReversalKind::Fee, row.0, &reversal(1))).await;
    assert_eq!(early.unwrap_err().status, 409, "it is not booked yet");
    charity.checker.call(outgoings::confirm(row, &fee)).await.unwrap();
    let page = format!("/work/reversals/fee/{row}");
    assert!(charity.maker.page("/work/outgoings?all=1").await.text().contains(&page));
    charity.maker.call(reversals::propose(ReversalKind::Fee, row.0, &reversal(1))).await.unwrap();
    let dropped = charity.maker.call(reversals::drop(reversal(1).id)).await.unwrap();
    assert_eq!(dropped.items[0].outcome, Some(ReversalOutcome::Dropped));
    let general = Account::General { campaign, charity: charity.id };
    let balance = async || charity.maker.call(ledger::account(&general)).await.unwrap().balance_fen;
    assert_eq!(balance().await, Fen::yuan(85), "nothing was booked");
    charity.maker.call(reversals::propose(ReversalKind::Fee, row.0, &reversal(2))).await.unwrap();
    charity.checker.call(reversals::confirm(reversal(2).id)).await.unwrap();
    assert_eq!(balance().await, Fen::yuan(100));
    assert!(open(&charity).await.iter().any(|open| open.id == row && open.meaning.is_none()));
    // It can be said to be something else now, or a fee again.
    charity.maker.call(outgoings::explain(row, &fee)).await.unwrap();
    charity.checker.call(outgoings::confirm(row, &fee)).await.unwrap();
    assert_eq!(balance().await, Fen::yuan(85));
    assert_eq!(
        charity.checker.call(reversals::of_fee(row)).await.unwrap().items.len(),
        2,
        "what was, stays to be read"
    );
    test.done().await;
}

#[tokio::test]
async fn a_return_that_was_not_paid_has_arrived_again_and_waits_to_be_paid() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, pledge, need, campaign, .. } = &ready;
    let new = new_return(1, Some(pledge.id), None, 20_000);
    goes_back(charity, &new).await;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let one = format!("/work/returns/{}", new.id);
    let page = format!("/work/reversals/return/{}", new.id);
    assert!(charity.maker.page(&one).await.text().contains(&page));
    charity.maker.call(reversals::propose(ReversalKind::Return, new.id.0, &reversal(1))).await.unwrap();
    charity.checker.call(reversals::confirm(reversal(1).id)).await.unwrap();
    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((read.status, read.arrived_fen), (PledgeStatus::Fulfilled, Fen::yuan(50_000)));
    let of_need = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    let total = test.visitor().call(campaigns::get(*campaign)).await.unwrap().money;
    assert_eq!((of_need.arrived, total.arrived), (Fen::yuan(50_000), Fen::yuan(50_000)));
    assert!(enterprise.call(returns::of_pledge(pledge.id)).await.unwrap().items.is_empty());
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert!(
        letters.iter().any(|letter| letter.to.starts_with("firm") && letter.subject.starts_with("更正：款没有退回"))
    );

    // Its money is reserved again; it is paid, or rejected.
    let all = allocation(1, need, Some(pledge), 50_000);
    charity.maker.call(disbursements::allocate(&all)).await.unwrap_err();
    let waiting = charity.payer.call(returns::get(new.id)).await.unwrap();
    assert_eq!((waiting.status, waiting.paid_on, waiting.paid_by), (ReturnStatus::Approved, None, None));
    charity.payer.call(returns::pay(new.id, &return_paid())).await.unwrap();
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::yuan(30_000));
    charity.maker.call(reversals::propose(ReversalKind::Return, new.id.0, &reversal(2))).await.unwrap();
    charity.checker.call(reversals::confirm(reversal(2).id)).await.unwrap();
    let reject = RejectReturn { reason: "捐赠方不再要求退回".into(), not_paid: true };
    charity.checker.call(returns::reject(new.id, &reject)).await.unwrap();
    charity.maker.call(disbursements::allocate(&all)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_return_that_stands_on_the_statement_was_paid() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, pledge, .. } = &ready;
    let new = new_return(1, Some(pledge.id), None, 200);
    goes_back(charity, &new).await;
    take_in(charity, OUT).await;
    let rows = open(charity).await;
    let row = rows.iter().find(|row| row.amount_fen == Fen::yuan(200)).unwrap().id;
    let said = OutMeaning { gift_return: Some(new.id), ..meaning(OutKind::Return, None) };
    charity.maker.call(outgoings::explain(row, &said)).await.unwrap();
    let propose = reversals::propose(ReversalKind::Return, new.id.0, &reversal(1));
    let refused = charity.maker.call(propose).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("对账单"), "{}", refused.error.message);
    let known = charity.maker.call(reversals::of_return(new.id)).await.unwrap();
    assert_eq!(known.recognised_as, Some(row));
    assert!(
        charity.maker.page(&format!("/work/reversals/return/{}", new.id)).await.text().contains("对账单上有这笔付款")
    );
    charity.maker.call(outgoings::drop(row)).await.unwrap();
    let propose = reversals::propose(ReversalKind::Return, new.id.0, &reversal(1));
    charity.maker.call(propose).await.unwrap();
    // Recognised meanwhile: the second step is stopped as well.
    charity.maker.call(outgoings::explain(row, &said)).await.unwrap();
    assert_eq!(charity.checker.call(reversals::confirm(reversal(1).id)).await.unwrap_err().status, 409);
    test.done().await;
}

const MAY: &str = "交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n\
    2026-05-31,示例银行,,20.00,980.00,手续费,M3\n";

#[tokio::test]
async fn nothing_of_a_signed_month_is_taken_back() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let firm = test.enterprise("firm").await;
    firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    opens_with(&charity, &owner, 1, "2026-05-01", 1_000).await;
    let line = charity.maker.call(arrivals::enter(&new_line(7, &charity, "张三", 100, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(100), pledge: None, campaign: Some(campaign) };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let statement = read_statement(&charity, 1, MAY).await.unwrap();
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 0 })).await.unwrap();
    let row = open(&charity).await[0].id;
    let fee = meaning(OutKind::Fee, Some(campaign));
    charity.maker.call(outgoings::explain(row, &fee)).await.unwrap();
    charity.checker.call(outgoings::confirm(row, &fee)).await.unwrap();
    charity.maker.call(reversals::propose(ReversalKind::Fee, row.0, &reversal(1))).await.unwrap();
    charity.maker.call(month_ends::prepare(&new_month(1, &charity, 980))).await.unwrap();
    charity.checker.call(month_ends::sign(new_month(1, &charity, 980).id)).await.unwrap();
    let sealed = charity.checker.call(reversals::confirm(reversal(1).id)).await.unwrap_err();
    assert!(sealed.status == 409 && sealed.error.message.contains("月结"), "{sealed:?}");
    charity.maker.call(reversals::drop(reversal(1).id)).await.unwrap();
    let sealed = charity.maker.call(reversals::propose(ReversalKind::Fee, row.0, &reversal(2))).await.unwrap_err();
    assert!(sealed.status == 409 && sealed.error.message.contains("月结"), "{sealed:?}");
    // What waits of arrivals stands in the same list.
    let line = charity.maker.call(arrivals::enter(&new_line(8, &charity, "李四", 50, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(50), pledge: None, campaign: Some(campaign) };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let wrong = crate::rebookings::rebooking(9, vec![]);
    charity.maker.call(rebookings::propose(line.id, &wrong)).await.unwrap();
    let waiting = charity.checker.call(reversals::waiting()).await.unwrap().items;
    assert_eq!((waiting.len(), waiting[0].kind, waiting[0].subject), (1, None, line.id.0));
    test.done().await;
}
