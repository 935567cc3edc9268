use crate::deliveries::picture;
use crate::mail::sent;
use crate::money::{new_line, new_pledge, open_need, seen};
use crate::needs::VILLAGE;
use axum::http::StatusCode;
use backend::{check, jobs, organisations};
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::campaigns::{self, PageQuery};
use domain::api::disbursements::{self, ApprovalRule, Disbursement, NewAllocation, NewDisbursement, Paid, Reject};
use domain::api::ledger;
use domain::api::money;
use domain::api::needs::Need;
use domain::api::payees::{self, EnterPayee, NewPayee, Payee, PayeeQuery, PayeeStatus, VerifyPayee};
use domain::api::pledges::{self, NewPledge, Pledge};
use domain::disbursement::{Desk, DisbursementStatus, PAYEE_HOLD, PayeeKind};
use domain::ledger::Account;
use domain::organisation::{OrganisationKind, Role};
use domain::pledge::PledgeInput;
use domain::{AllocationId, CampaignId, DisbursementId, Fen, FileId, PayeeId};
use std::collections::BTreeSet;
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

/// A pledge of which `yuan` have arrived.
pub async fn gift(charity: &Charity<'_>, enterprise: &Client<'_>, new: &NewPledge, n: u128, yuan: i64) -> Pledge {
    let pledge = enterprise.call(pledges::create(new)).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(n, charity, "某公司", yuan, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(yuan), pledge: Some(pledge.id), campaign: None };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    pledge
}

pub fn new_payee(n: u128, charity: &Charity<'_>, document: FileId) -> NewPayee {
    NewPayee {
        id: PayeeId(Uuid::from_u128(n)),
        charity: charity.id,
        kind: PayeeKind::TownCustody,
        name: "示例镇财政所代管户".into(),
        bank: "示例农商银行五华支行".into(),
        account_no: "0000 9999 8888 1234".into(),
        sub_account: "示例村专户".into(),
        document,
    }
}

/// One person of the charity enters what a village proposed, another verifies it.
pub async fn enter_and_verify(charity: &Charity<'_>, new: &NewPayee, how: &str) -> Payee {
    let entry = EnterPayee { account_no: new.account_no.clone() };
    charity.maker.call(payees::enter(new.id, &entry)).await.unwrap();
    charity.checker.call(payees::verify(new.id, &VerifyPayee { how: how.into(), no_interest: true })).await.unwrap()
}

pub fn allocation(n: u128, need: &Need, pledge: Option<&Pledge>, yuan: i64) -> NewAllocation {
    NewAllocation {
        id: AllocationId(Uuid::from_u128(n)),
        need: need.id,
        pledge: pledge.map(|pledge| pledge.id),
        campaign: None,
        amount_fen: Fen::yuan(yuan),
    }
}

pub fn payment(n: u128, need: &Need, payee: &Payee, yuan: i64) -> NewDisbursement {
    NewDisbursement {
        id: DisbursementId(Uuid::from_u128(n)),
        need: need.id,
        payee: payee.id,
        amount_fen: Fen::yuan(yuan),
        purpose: "水管首付款".into(),
    }
}

pub fn paid() -> Paid {
    Paid { paid_on: "2026-06-30".parse().unwrap(), bank_reference: "P-1".into(), bank_account: None }
}

/// A need with a gift of 50,000 yuan arrived, and a payee of its village that the charity has verified.
pub struct Ready<'a> {
    pub charity: Charity<'a>,
    pub enterprise: Client<'a>,
    pub village: Client<'a>,
    pub campaign: CampaignId,
    pub need: Need,
    pub pledge: Pledge,
    pub payee: Payee,
}

pub async fn ready(test: &TestApp) -> Ready<'_> {
    let need = open_need(test).await;
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    let pledge = gift(&charity, &enterprise, &new_pledge(1, campaign, &charity, Some(&need)), 1, 50_000).await;
    let payee = new_payee(1, &charity, picture(&village).await);
    village.call(payees::propose(&payee)).await.unwrap();
    let payee = enter_and_verify(&charity, &payee, "回拨镇财政所电话核实").await;
    Ready { charity, enterprise, village, campaign, need, pledge, payee }
}

/// A payment as far as it is approved.
pub async fn approved(ready: &Ready<'_>, n: u128, yuan: i64) -> Disbursement {
    let new = payment(n, &ready.need, &ready.payee, yuan);
    let prepared = ready.charity.maker.call(disbursements::prepare(&new)).await.unwrap();
    ready.charity.checker.call(disbursements::check(prepared.id)).await.unwrap();
    ready.charity.checker.call(disbursements::approve(prepared.id)).await.unwrap()
}

/// So much is set aside for the need, and of it so much is paid out.
pub async fn paid_out(ready: &Ready<'_>, set_aside: i64, yuan: i64) -> Disbursement {
    let part = allocation(1, &ready.need, Some(&ready.pledge), set_aside);
    ready.charity.maker.call(disbursements::allocate(&part)).await.unwrap();
    let waiting = approved(ready, 1, yuan).await;
    ready.charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap()
}

#[tokio::test]
async fn money_leaves_over_three_desks_and_is_counted_when_it_is_paid() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let numbers = async || test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    let waiting = approved(&ready, 1, 30_000).await;
    assert_eq!(waiting.status, DisbursementStatus::Approved);
    assert_eq!(numbers().await.disbursed, Fen::ZERO, "approved is not paid");

    let done = charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap();
    assert_eq!(done.status, DisbursementStatus::Paid);
    assert_eq!(done.paid_to.account_masked, "****1234");
    let after = numbers().await;
    assert_eq!((after.arrived, after.disbursed, after.spent), (Fen::yuan(50_000), Fen::yuan(30_000), Fen::ZERO));
    assert_eq!(after.arranged, Fen::ZERO, "it was pledged to this need");
    let total = test.visitor().call(campaigns::get(ready.campaign)).await.unwrap().money;
    assert_eq!((total.arrived, total.disbursed), (Fen::yuan(50_000), Fen::yuan(30_000)));
    let auditor = test.auditor().await;
    for (account, yuan) in [
        (Account::Directed { pledge: pledge.id }, 10_000),
        (Account::Allocated { need: need.id, charity: charity.id }, 10_000),
        (Account::Advance { disbursement: done.id }, 30_000),
    ] {
        let book = auditor.call(ledger::account(&account)).await.unwrap();
        assert_eq!(book.balance_fen, Fen::yuan(yuan), "{account}");
    }
    let twice = charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap_err();
    assert_eq!(twice.status, 409, "paid once");
    let listed = charity.payer.call(disbursements::list(&PageQuery::default())).await.unwrap();
    assert_eq!(listed.items.iter().map(|row| row.id).collect::<Vec<_>>(), [done.id]);
    test.done().await;
}

#[tokio::test]
async fn everybody_at_a_charity_its_owner_too_reads_its_own_books_and_no_others() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, enterprise, .. } = &ready;
    let done = paid_out(&ready, 40_000, 30_000).await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let other = test.charity("另一慈善会").await;
    let other_owner = test.member("other-owner", other.id, Role::CharityOwner).await;
    let books = [
        (Account::Directed { pledge: pledge.id }, 10_000),
        (Account::Allocated { need: need.id, charity: charity.id }, 10_000),
        (Account::Advance { disbursement: done.id }, 30_000),
        (Account::Unmatched { bank_account: charity.account }, 0),
    ];
    for (account, yuan) in books {
        for reader in [&owner, &charity.maker, &charity.checker, &charity.payer] {
            let book = reader.call(ledger::account(&account)).await.unwrap();
            assert_eq!(book.balance_fen, Fen::yuan(yuan), "{account}");
        }
        for stranger in [&other_owner, &other.maker] {
            assert_eq!(stranger.call(ledger::account(&account)).await.unwrap_err().status, 404, "{account}");
        }
    }
    let advance = enterprise.call(ledger::account(&books[2].0)).await.unwrap_err();
    assert_eq!(advance.status, 404, "the payment is the charity's");
    let others = Account::Unmatched { bank_account: other.account };
    assert_eq!(owner.call(ledger::account(&others)).await.unwrap_err().status, 404);
    assert!(other_owner.call(ledger::account(&others)).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn more_than_there_is_can_neither_be_allocated_nor_paid() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, .. } = &ready;
    let much = allocation(1, need, Some(pledge), 50_001);
    let refused = charity.maker.call(disbursements::allocate(&much)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["amount_fen"]));
    assert!(refused.error.fields[0].message.contains("50,000 元"), "{:?}", refused.error.fields);
    charity.maker.call(disbursements::allocate(&allocation(2, need, Some(pledge), 40_000))).await.unwrap();

    let refused = charity.maker.call(disbursements::prepare(&payment(1, need, payee, 40_001))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["amount_fen"]));
    // What one payment counts on is not there for another, from the first desk on.
    let first = approved(&ready, 2, 30_000).await;
    let available = charity.payer.call(disbursements::available(need.id)).await.unwrap();
    assert_eq!((available.allocated_fen, available.reserved_fen), (Fen::yuan(40_000), Fen::yuan(30_000)));
    let refused = charity.maker.call(disbursements::prepare(&payment(3, need, payee, 10_001))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["amount_fen"]));
    assert!(refused.error.fields[0].message.contains("还能拨付的 10,000 元"), "{:?}", refused.error.fields);
    let second = approved(&ready, 3, 10_000).await;
    for approved in [second, first] {
        let paid = charity.payer.call(disbursements::pay(approved.id, &paid())).await.unwrap();
        assert_eq!(paid.status, DisbursementStatus::Paid, "what was approved can be paid, in any order");
    }
    let available = charity.payer.call(disbursements::available(need.id)).await.unwrap();
    assert_eq!((available.allocated_fen, available.reserved_fen), (Fen::ZERO, Fen::ZERO));
    test.done().await;
}

#[tokio::test]
async fn no_person_takes_two_of_the_three_parts() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let me = async |client: &Client<'_>| client.call(domain::api::sessions::me()).await.unwrap().id;
    let (maker, checker) = (me(&charity.maker).await, me(&charity.checker).await);
    for (person, role) in [(maker, Role::CharityChecker), (maker, Role::CharityPayer), (checker, Role::CharityPayer)] {
        organisations::add_member(&test.app, person, charity.id, role).await.unwrap();
    }
    let prepared = charity.maker.call(disbursements::prepare(&payment(1, need, payee, 100))).await.unwrap();
    let own = charity.maker.call(disbursements::check(prepared.id)).await.unwrap_err();
    assert_eq!((own.status, own.error.message.contains("经办以外")), (409, true));
    let early = charity.checker.call(disbursements::approve(prepared.id)).await.unwrap_err();
    assert_eq!(early.status, 409, "first it is checked");
    charity.checker.call(disbursements::check(prepared.id)).await.unwrap();
    assert_eq!(charity.maker.call(disbursements::approve(prepared.id)).await.unwrap_err().status, 409);
    charity.checker.call(disbursements::approve(prepared.id)).await.unwrap();
    for client in [&charity.maker, &charity.checker] {
        let refused = client.call(disbursements::pay(prepared.id, &paid())).await.unwrap_err();
        assert_eq!((refused.status, refused.error.message.contains("出纳")), (409, true), "{}", refused.error.message);
    }
    charity.payer.call(disbursements::pay(prepared.id, &paid())).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_payee_is_verified_by_the_charity_and_a_changed_one_is_not_paid() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, pledge, payee, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();

    let document = picture(village).await;
    let bad = NewPayee { account_no: "12ab".into(), name: String::new(), ..new_payee(2, charity, document) };
    let refused = village.call(payees::propose(&bad)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["name", "account"]));
    let bad = NewPayee { sub_account: " ".into(), ..new_payee(2, charity, document) };
    assert_eq!(village.call(payees::propose(&bad)).await.unwrap_err().fields(), ["sub_account"]);
    let bad = NewPayee { document: FileId(Uuid::from_u128(0xdead)), ..new_payee(2, charity, document) };
    assert_eq!(village.call(payees::propose(&bad)).await.unwrap_err().fields(), ["document"]);
    let proposed = village.call(payees::propose(&new_payee(2, charity, document))).await.unwrap();
    assert_eq!((proposed.status, proposed.account_no.as_deref()), (PayeeStatus::Proposed, None));
    let how = VerifyPayee { how: "回拨镇财政所电话核实".into(), no_interest: true };
    assert_eq!(charity.checker.call(payees::verify(proposed.id, &how)).await.unwrap_err().status, 409, "not entered");
    for typed in ["", "12ab", "0000 9999 8888 1243"] {
        let entry = EnterPayee { account_no: typed.into() };
        let refused = charity.maker.call(payees::enter(proposed.id, &entry)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["account_no"]), "{typed}");
    }
    let entry = EnterPayee { account_no: "0000-9999-8888-1234".into() };
    let entered = charity.maker.call(payees::enter(proposed.id, &entry)).await.unwrap();
    assert_eq!((entered.status, entered.account_no.as_deref()), (PayeeStatus::Entered, None));
    assert_eq!(charity.maker.call(payees::enter(proposed.id, &entry)).await.unwrap(), entered, "said twice");
    let refused = charity.maker.call(disbursements::prepare(&payment(1, need, &proposed, 100))).await.unwrap_err();
    assert_eq!(refused.fields(), ["payee"], "not verified");
    let empty = VerifyPayee { how: " ".into(), no_interest: false };
    assert_eq!(
        charity.checker.call(payees::verify(proposed.id, &empty)).await.unwrap_err().fields(),
        ["how", "no_interest"]
    );
    let undeclared = format!("update payee set status = 'verified' where id = '{}'", proposed.id);
    let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(undeclared)).execute(&test.app.pool).await.unwrap_err().to_string();
    assert!(refused.contains("declaration of no interest"), "{refused}");
    let unread = new_payee(3, charity, picture(village).await);
    village.call(payees::propose(&unread)).await.unwrap();
    let shown = charity.checker.call(payees::list(&PayeeQuery::default())).await.unwrap();
    let shown = shown.items.iter().find(|payee| payee.id == unread.id).unwrap();
    assert_eq!(shown.account_no, None, "nobody copies it from the page before it is entered");
    village.call(payees::close(unread.id)).await.unwrap();
    let whole = |list: domain::api::List<Payee>| {
        list.items.iter().filter(|payee| payee.status == PayeeStatus::Verified).all(|payee| payee.account_no.is_some())
    };
    assert!(whole(charity.payer.call(payees::list(&PayeeQuery::default())).await.unwrap()));
    assert!(!whole(charity.maker.call(payees::list(&PayeeQuery::default())).await.unwrap()));
    assert!(!whole(village.call(payees::list(&PayeeQuery::default())).await.unwrap()));

    let early = charity.maker.call(disbursements::prepare(&payment(2, need, payee, 100))).await.unwrap();
    village.call(payees::close(payee.id)).await.unwrap();
    charity.checker.call(disbursements::check(early.id)).await.unwrap();
    let refused = charity.checker.call(disbursements::approve(early.id)).await.unwrap_err();
    assert_eq!((refused.status, refused.error.message.contains("收款账户已停用")), (409, true));
    test.done().await;
}

#[tokio::test]
async fn the_same_id_with_anything_else_is_a_conflict_and_a_true_repeat_gets_the_recorded_answer() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, payee, .. } = &ready;
    let proposed = new_payee(2, charity, picture(village).await);
    let known = village.call(payees::propose(&proposed)).await.unwrap();
    assert_eq!(village.call(payees::propose(&proposed)).await.unwrap(), known);
    for other in [
        NewPayee { account_no: "0000 9999 7777 1234".into(), ..proposed.clone() },
        NewPayee { bank: "示例农商银行兴宁支行".into(), ..proposed.clone() },
        NewPayee { name: "示例村民委员会".into(), ..proposed.clone() },
        NewPayee { kind: PayeeKind::Own, sub_account: String::new(), ..proposed.clone() },
    ] {
        assert_eq!(village.call(payees::propose(&other)).await.unwrap_err().status, 409, "{other:?}");
    }
    let waiting = paid_out(&ready, 30_000, 30_000).await;
    let new = payment(1, need, payee, 30_000);
    let again = charity.maker.call(disbursements::prepare(&new)).await.unwrap();
    assert_eq!((again.id, again.status), (waiting.id, DisbursementStatus::Paid), "nothing is left, and it is told");
    let other = NewDisbursement { purpose: "别的用途".into(), ..new };
    assert_eq!(charity.maker.call(disbursements::prepare(&other)).await.unwrap_err().status, 409);
    test.done().await;
}

/// The bank may have paid what is approved, so its money, its payee and its state wait for the payer.
#[tokio::test]
async fn what_is_approved_can_always_be_recorded_as_paid() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, pledge, payee, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let (first, second) = (approved(&ready, 1, 100).await, approved(&ready, 2, 200).await);
    for keeper in [village, &charity.checker] {
        let refused = keeper.call(payees::close(payee.id)).await.unwrap_err();
        assert_eq!((refused.status, refused.error.message.contains("已批准的拨付")), (409, true));
    }
    let unasked = Reject { reason: "金额有误，请重报".into(), not_paid: false };
    let refused = charity.checker.call(disbursements::reject(first.id, &unasked)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["not_paid"]));
    let page = format!("/work/disbursements/{}", first.id);
    let shown = charity.checker.page(&page).await.text();
    assert!(shown.contains("银行还没有付款") && shown.contains("等出纳付款"), "{shown}");
    let reject = [("action", "reject"), ("reason", "金额有误，请重报")];
    let again = charity.checker.form(&page, &reject).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text().contains("请先问明出纳"));
    let ticked = [reject[0], reject[1], ("not_paid", "1")];
    assert_eq!(charity.checker.form(&page, &ticked).await.location(), format!("{page}?done=rejected"));
    let back = charity.checker.call(disbursements::get(first.id)).await.unwrap();
    assert_eq!((back.status, back.reason.is_some()), (DisbursementStatus::Rejected, true));
    assert_eq!(village.call(payees::close(payee.id)).await.unwrap_err().status, 409, "one still waits");
    charity.payer.call(disbursements::pay(second.id, &paid())).await.unwrap();
    village.call(payees::close(payee.id)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_givers_money_goes_where_the_giver_pointed_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, need, campaign, .. } = &ready;
    let undecided = gift(charity, enterprise, &new_pledge(2, *campaign, charity, None), 2, 1_000).await;
    let refused = charity.maker.call(disbursements::allocate(&allocation(1, need, Some(&undecided), 100))).await;
    assert_eq!(refused.unwrap_err().fields(), ["need"], "the giver has not chosen this need");
    let new = new_pledge(3, *campaign, charity, None);
    let input = PledgeInput { restriction: domain::pledge::Restriction::Undirected, ..new.input.clone() };
    let general = gift(charity, enterprise, &NewPledge { input, ..new }, 3, 1_000).await;
    let refused = charity.maker.call(disbursements::allocate(&allocation(1, need, Some(&general), 100))).await;
    assert_eq!(refused.unwrap_err().fields(), ["pledge"]);
    let arranged = NewAllocation { campaign: Some(*campaign), ..allocation(1, need, None, 600) };
    let made = charity.maker.call(disbursements::allocate(&arranged)).await.unwrap();
    assert_eq!(charity.maker.call(disbursements::allocate(&arranged)).await.unwrap(), made, "sent twice, made once");
    let other = NewAllocation { amount_fen: Fen::yuan(1), ..arranged };
    assert_eq!(charity.maker.call(disbursements::allocate(&other)).await.unwrap_err().status, 409);
    let numbers = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!(numbers.arranged, Fen::yuan(600));
    test.done().await;
}

#[tokio::test]
async fn others_neither_see_nor_move_a_charitys_money() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, village, enterprise, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let made = charity.maker.call(disbursements::prepare(&payment(1, need, payee, 100))).await.unwrap();
    let other = test.charity("另一慈善会").await;
    let everybody: Vec<(&str, Client<'_>, [u16; 6])> = vec![
        ("visitor", test.visitor(), [401, 401, 401, 401, 401, 401]),
        ("village", village.clone(), [404, 403, 403, 403, 403, 403]),
        ("enterprise", enterprise.clone(), [404, 403, 403, 403, 403, 403]),
        ("admin", test.admin().await, [404, 403, 403, 403, 403, 403]),
        ("auditor", test.auditor().await, [200, 403, 403, 403, 403, 403]),
        ("federation", test.signed_in("federation-441424").await, [404, 403, 403, 403, 403, 403]),
        ("other maker", other.maker.clone(), [404, 422, 422, 403, 403, 403]),
        ("other checker", other.checker.clone(), [404, 403, 403, 404, 404, 403]),
        ("other payer", other.payer.clone(), [404, 403, 403, 403, 403, 404]),
    ];
    let status = |result: Result<(), tests::Refused>| result.err().map_or(200, |refused| refused.status);
    let how = VerifyPayee { how: "电话核实".into(), no_interest: true };
    for (who, client, expected) in everybody {
        let found = [
            status(client.call(disbursements::get(made.id)).await.map(|_| ())),
            status(client.call(disbursements::allocate(&allocation(9, need, Some(pledge), 1))).await.map(|_| ())),
            status(client.call(disbursements::prepare(&payment(9, need, payee, 1))).await.map(|_| ())),
            status(client.call(payees::verify(payee.id, &how)).await.map(|_| ())),
            status(client.call(disbursements::check(made.id)).await.map(|_| ())),
            status(client.call(disbursements::pay(made.id, &paid())).await.map(|_| ())),
        ];
        assert_eq!(found, expected, "{who}");
    }
    assert_eq!(check::check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

/// Two payments at the same moment: the money is there for one.
#[tokio::test]
async fn two_payments_at_once_cannot_count_on_the_same_money() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let (first, second) = (payment(2, need, payee, 30_000), payment(3, need, payee, 30_000));
    let (one, other) = tokio::join!(
        charity.maker.call(disbursements::prepare(&first)),
        charity.maker.call(disbursements::prepare(&second))
    );
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|done| *done).count(), 1);
    test.done().await;
}

/// Who is both maker and checker of a charity is one person all the same; the database says so too.
#[tokio::test]
async fn who_entered_an_account_does_not_verify_it() {
    let test = TestApp::new().await;
    let Ready { charity, village, .. } = &ready(&test).await;
    let both = test.member("both", charity.id, Role::CharityMaker).await;
    let person = both.call(domain::api::sessions::me()).await.unwrap().id;
    organisations::add_member(&test.app, person, charity.id, Role::CharityChecker).await.unwrap();
    let new = new_payee(2, charity, picture(village).await);
    village.call(payees::propose(&new)).await.unwrap();
    let entry = EnterPayee { account_no: new.account_no.clone() };
    both.call(payees::enter(new.id, &entry)).await.unwrap();
    let how = VerifyPayee { how: "回拨镇财政所电话核实".into(), no_interest: true };
    let refused = both.call(payees::verify(new.id, &how)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("录入以外的人"), "{}", refused.error.message);
    let mut connection = test.app.pool.acquire().await.unwrap();
    let forged = sqlx::query("update payee set status = 'verified', verified_by = entered_by, verified_at = now(), verified_how = 'x', no_interest = true where id = $1")
        .bind(new.id.0)
        .execute(&mut *connection)
        .await;
    assert!(forged.unwrap_err().to_string().contains("payee_verified_by_another"));
    drop(connection);
    charity.checker.call(payees::verify(new.id, &how)).await.unwrap();

    // A village's reporter who is maker of the charity as well types nothing anew.
    let reporter = village.call(domain::api::sessions::me()).await.unwrap();
    let new = new_payee(3, charity, picture(village).await);
    village.call(payees::propose(&new)).await.unwrap();
    organisations::add_member(&test.app, reporter.id, charity.id, Role::CharityMaker).await.unwrap();
    village.call(domain::api::sessions::act_for(charity.id)).await.unwrap();
    let refused = village.call(payees::enter(new.id, &entry)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("登记以外的人录入"), "{}", refused.error.message);
    test.done().await;
}

#[tokio::test]
async fn a_changed_account_is_told_to_all_three_sides_and_waits_three_days() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, pledge, payee, .. } = &ready;
    test.person("town", OrganisationKind::Town, Some(&VILLAGE[..9]), Role::TownReviewer).await;
    assert_eq!(payee.held_until, None, "a first account is no change");
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);

    let new = NewPayee { name: "另一个代管户".into(), ..new_payee(2, charity, picture(village).await) };
    village.call(payees::propose(&new)).await.unwrap();
    let changed = enter_and_verify(charity, &new, "回拨镇财政所公开电话").await;
    assert_eq!(changed.held_until, Some(test.clock.now() + PAYEE_HOLD));
    jobs::run_due(&test.app).await.unwrap();
    let told: BTreeSet<String> = sent(&test).into_iter().map(|letter| letter.to).collect();
    for whom in [format!("village-{VILLAGE}@example.com"), "town@example.com".into()] {
        assert!(told.contains(&whom), "{whom} is not told: {told:?}");
    }

    let waiting = charity.maker.call(disbursements::prepare(&payment(1, need, &changed, 100))).await.unwrap();
    charity.checker.call(disbursements::check(waiting.id)).await.unwrap();
    let refused = charity.checker.call(disbursements::approve(waiting.id)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("2026-07-03 10:00"), "{}", refused.error.message);
    test.clock.advance(PAYEE_HOLD);
    let checker = test.signed_in("示例慈善会-checker").await;
    assert_eq!(checker.call(disbursements::approve(waiting.id)).await.unwrap().status, DisbursementStatus::Approved);
    test.done().await;
}

#[tokio::test]
async fn the_proof_of_an_account_is_seen_by_its_village_its_charity_and_the_auditor() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let document = ready.payee.document.unwrap();
    let path = format!("/api/v1/files/{document}");
    let other = test.charity("另一慈善会").await;
    for (who, client, expected) in [
        ("village", ready.village.clone(), 200),
        ("maker", ready.charity.maker.clone(), 200),
        ("auditor", test.auditor().await, 200),
        ("stranger", test.visitor(), 404),
        ("enterprise", ready.enterprise.clone(), 404),
        ("other charity", other.checker.clone(), 404),
        ("another village", test.village("441424103204").await, 404),
    ] {
        assert_eq!(client.page(&path).await.status.as_u16(), expected, "{who}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_charitys_rule_adds_an_approver_for_what_is_prepared_after_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let before = charity.maker.call(disbursements::prepare(&payment(1, need, payee, 20_000))).await.unwrap();
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let rule = ApprovalRule { from_fen: Some(Fen::yuan(10_000)) };
    assert_eq!(charity.checker.call(disbursements::set_approval_rule(rule)).await.unwrap_err().status, 403);
    owner.call(disbursements::set_approval_rule(rule)).await.unwrap();
    assert_eq!(charity.maker.call(disbursements::approval_rule()).await.unwrap(), rule);

    let small = charity.maker.call(disbursements::prepare(&payment(2, need, payee, 9_999))).await.unwrap();
    let large = charity.maker.call(disbursements::prepare(&payment(3, need, payee, 10_000))).await.unwrap();
    assert_eq!([before.two_approvers, small.two_approvers, large.two_approvers], [false, false, true]);
    for id in [before.id, small.id, large.id] {
        charity.checker.call(disbursements::check(id)).await.unwrap();
    }
    charity.checker.call(disbursements::approve(before.id)).await.unwrap();
    charity.checker.call(disbursements::approve(small.id)).await.unwrap();
    let refused = charity.checker.call(disbursements::approve(large.id)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("须是两个人"));
    owner.call(disbursements::approve(large.id)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_step_for_which_there_is_nobody_says_so() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let me = charity.checker.call(domain::api::sessions::me()).await.unwrap();
    organisations::add_member(&test.app, me.id, charity.id, Role::CharityMaker).await.unwrap();
    let own = charity.checker.call(disbursements::prepare(&payment(1, need, payee, 100))).await.unwrap();
    let seen = charity.maker.call(disbursements::get(own.id)).await.unwrap();
    assert_eq!(seen.nobody_at, Some(Desk::Checker), "its only checker prepared it");
    let page = charity.maker.page(&format!("/work/disbursements/{}", own.id)).await;
    assert!(page.text().contains("现在没有人能办这一步"));
    test.member("second", charity.id, Role::CharityChecker).await;
    assert_eq!(charity.maker.call(disbursements::get(own.id)).await.unwrap().nobody_at, None);
    test.done().await;
}
