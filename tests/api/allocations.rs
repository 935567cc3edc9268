//! Arrived money that its giver points at a need, and what happens when somebody else is faster, or the need closes.

use crate::designations::{divided, for_need, row};
use crate::disbursements::{allocation, gift, ready};
use crate::money::open_need;
use crate::needs::{VILLAGE, opened, submitted};
use axum::http::StatusCode;
use domain::allocation::{AllocationStatus, FundingChoice, PurposeChangeStatus};
use domain::api::allocations::{self, AllocationReason, NewAllocationRequest};
use domain::api::campaigns::PageQuery;
use domain::api::needs::{self, Need};
use domain::api::pledges::{NewPledge, Pledge};
use domain::api::purpose_changes::{
    self, CompleteChange, ConsentToChange, NewPurposeChange, RecordFiling, RefuseChange,
};
use domain::api::{disbursements, money, places, todo};
use domain::organisation::Role;
use domain::pledge::{DesignationTarget, PledgeInput};
use domain::todo::TodoKind;
use domain::{AllocationId, Fen, PurposeChangeId};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

fn asking(n: u128, pledge: &Pledge, position: i32, need: &Need, yuan: i64) -> NewAllocationRequest {
    NewAllocationRequest {
        id: AllocationId(Uuid::from_u128(n)),
        pledge: pledge.id,
        position,
        need: need.id,
        amount_fen: Fen::yuan(yuan),
        beyond: false,
    }
}

fn because(reason: &str) -> AllocationReason {
    AllocationReason { reason: reason.into() }
}

/// A gift for the village of an open need, of which 30,000 yuan have arrived.
struct Given<'a> {
    need: Need,
    charity: Charity<'a>,
    enterprise: Client<'a>,
    pledge: Pledge,
}

async fn given(test: &TestApp) -> Given<'_> {
    let need = open_need(test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let rows = [row(DesignationTarget::Village { village: VILLAGE.parse().unwrap() }, 40_000)];
    let pledge = gift(&charity, &enterprise, &divided(1, campaign, &charity, &rows), 1, 30_000).await;
    Given { need, charity, enterprise, pledge }
}

#[tokio::test]
async fn a_giver_points_its_money_at_a_need_and_the_charity_sets_it_aside() {
    let test = TestApp::new().await;
    let Given { need, charity, enterprise, pledge } = given(&test).await;
    let balances = enterprise.call(allocations::balances()).await.unwrap().items;
    assert_eq!((balances[0].free_fen, balances[0].set_aside_fen), (Fen::yuan(30_000), Fen::ZERO));
    assert_eq!(balances[0].fitting[0].need.id, need.id, "it lies in the village");

    let new = asking(10, &pledge, 1, &need, 20_000);
    let made = enterprise.call(allocations::request(&new)).await.unwrap();
    assert_eq!(made.status, AllocationStatus::Requested);
    assert_eq!(enterprise.call(allocations::request(&new)).await.unwrap().id, made.id, "sent twice, asked once");
    let other = NewAllocationRequest { amount_fen: Fen::yuan(1), ..new };
    assert_eq!(enterprise.call(allocations::request(&other)).await.unwrap_err().status, 409);
    let numbers = async || test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!(numbers().await.arranged, Fen::ZERO, "what is asked for has not moved");
    let balance = enterprise.call(allocations::balances()).await.unwrap().items.remove(0);
    assert_eq!((balance.free_fen, balance.asked_fen), (Fen::yuan(10_000), Fen::yuan(20_000)));
    let waits = charity.checker.call(todo::get()).await.unwrap().items;
    assert!(waits.iter().any(|item| item.kind == TodoKind::DecideAllocations));

    let accepted = charity.checker.call(allocations::accept(made.id)).await.unwrap();
    assert_eq!((accepted.status, accepted.arranged), (AllocationStatus::Accepted, true));
    assert_eq!(charity.maker.call(allocations::accept(made.id)).await.unwrap_err().status, 409, "it is accepted once");
    assert_eq!(numbers().await.arranged, Fen::yuan(20_000), "it was pledged to the village, not to the need");
    let village = test.visitor().call(places::get(&VILLAGE.parse().unwrap())).await.unwrap().money;
    assert_eq!(
        (village.pledged, village.arranged),
        (Fen::yuan(40_000), Fen::ZERO),
        "of the village it is no other money"
    );
    let available = charity.maker.call(disbursements::available(need.id)).await.unwrap();
    assert_eq!(available.allocated_fen, Fen::yuan(20_000));

    let released = charity.maker.call(allocations::release(made.id, &because("需求缓办，先收回"))).await.unwrap();
    assert_eq!(released.status, AllocationStatus::Released);
    assert_eq!(numbers().await.arranged, Fen::ZERO);
    let balance = enterprise.call(allocations::balances()).await.unwrap().items.remove(0);
    assert_eq!(balance.free_fen, Fen::yuan(30_000), "it is the giver's to point again");
    test.done().await;
}

#[tokio::test]
async fn more_than_arrived_more_than_is_missing_and_what_lies_elsewhere_is_refused() {
    let test = TestApp::new().await;
    let Given { need, charity, enterprise, pledge } = given(&test).await;
    let refused = async |new: NewAllocationRequest| enterprise.call(allocations::request(&new)).await.unwrap_err();
    let much = refused(asking(10, &pledge, 1, &need, 30_001)).await;
    assert_eq!((much.status, much.fields()), (422, vec!["amount_fen"]));
    assert_eq!(refused(asking(10, &pledge, 2, &need, 1)).await.fields(), ["position"]);
    let elsewhere = "441424104".parse().unwrap();
    let rows = [row(DesignationTarget::Town { town: elsewhere }, 100)];
    let far = gift(&charity, &enterprise, &divided(2, pledge.campaign, &charity, &rows), 2, 100).await;
    let wrong = refused(asking(10, &far, 1, &need, 100)).await;
    assert_eq!((wrong.status, wrong.fields()), (422, vec!["need"]));

    // Another giver fills the need but for some yuan.
    let rival = test.enterprise("茶油").await;
    let asked = need.content.amount_fen.unwrap();
    let most = asked.checked_sub(Fen::yuan(50)).unwrap().get() / 100;
    gift(&charity, &rival, &divided(3, pledge.campaign, &charity, &[for_need(&need, most)]), 3, 10).await;
    let over = refused(asking(10, &pledge, 1, &need, 60)).await;
    assert!(over.error.fields[0].message.contains("还缺"), "{over:?}");
    let beyond = NewAllocationRequest { beyond: true, ..asking(10, &pledge, 1, &need, 60) };
    let made = enterprise.call(allocations::request(&beyond)).await.unwrap();
    assert!(charity.checker.call(allocations::accept(made.id)).await.unwrap().beyond);
    test.done().await;
}

#[tokio::test]
async fn two_requests_at_once_cannot_count_on_the_same_money() {
    let test = TestApp::new().await;
    let Given { need, charity, enterprise, pledge } = given(&test).await;
    let (one, other) = (asking(10, &pledge, 1, &need, 20_000), asking(11, &pledge, 1, &need, 20_000));
    let both = tokio::join!(enterprise.call(allocations::request(&one)), enterprise.call(allocations::request(&other)));
    let made: Vec<_> = [both.0, both.1].into_iter().filter_map(Result::ok).collect();
    assert_eq!(made.len(), 1, "20,000 of 30,000 twice");
    let twice = tokio::join!(
        charity.maker.call(allocations::accept(made[0].id)),
        charity.checker.call(allocations::accept(made[0].id))
    );
    assert_eq!([twice.0.is_ok(), twice.1.is_ok()].iter().filter(|done| **done).count(), 1, "one of both sets it aside");
    test.done().await;
}

#[tokio::test]
async fn a_need_that_closes_between_takes_nothing_and_the_giver_hears_why() {
    let test = TestApp::new().await;
    let Given { need, charity, enterprise, pledge } = given(&test).await;
    let made = enterprise.call(allocations::request(&asking(10, &pledge, 1, &need, 100))).await.unwrap();
    let withdrawn = asking(11, &pledge, 1, &need, 50);
    enterprise.call(allocations::request(&withdrawn)).await.unwrap();
    comes_to(&test, &need, "paused").await;
    let late = charity.checker.call(allocations::accept(made.id)).await.unwrap_err();
    assert_eq!((late.status, late.error.message.contains("现在不能接受款项")), (409, true));
    let short = charity.checker.call(allocations::refuse(made.id, &because("停"))).await.unwrap_err();
    assert_eq!(short.status, 422, "a reason that says nothing");
    let refused = charity.checker.call(allocations::refuse(made.id, &because("需求已经暂停，请另选"))).await.unwrap();
    assert_eq!(refused.status, AllocationStatus::Refused);
    let own = enterprise.call(allocations::get(made.id)).await.unwrap();
    assert_eq!(own.ended_reason.as_deref(), Some("需求已经暂停，请另选"));
    let back = enterprise.call(allocations::release(withdrawn.id, &because("改给别的需求"))).await.unwrap();
    assert_eq!(back.status, AllocationStatus::Released);
    let page = enterprise.page("/directed-balance").await.text();
    assert!(page.contains("需求已经暂停，请另选") && page.contains("30,000"), "{page}");
    test.done().await;
}

/// As the database's owner: the way there, over reports and acceptance, is told elsewhere.
async fn comes_to(test: &TestApp, need: &Need, status: &str) {
    let from = if status == "paused" { "status" } else { "null" };
    let sql = format!("update need set status = '{status}', paused_from = {from} where id = '{}'", need.id.0);
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

#[tokio::test]
async fn only_the_giver_asks_and_only_its_charity_decides() {
    let test = TestApp::new().await;
    let Given { need, charity, enterprise, pledge } = given(&test).await;
    let new = asking(10, &pledge, 1, &need, 100);
    let firm = test.organisation_of(&enterprise).await;
    let donor = test.member("giver", firm, Role::Donor).await;
    let rival = test.enterprise("茶油").await;
    let other = test.charity("另一慈善会").await;
    for (client, status) in [(&donor, 403), (&rival, 422), (&charity.maker, 403), (&test.visitor(), 401)] {
        assert_eq!(client.call(allocations::request(&new)).await.unwrap_err().status, status);
    }
    let made = enterprise.call(allocations::request(&new)).await.unwrap();
    for (client, status) in [(&enterprise, 403), (&other.checker, 404), (&charity.payer, 403), (&test.visitor(), 401)] {
        assert_eq!(client.call(allocations::accept(made.id)).await.unwrap_err().status, status);
        let refused = client.call(allocations::refuse(made.id, &because("不合适的申请"))).await.unwrap_err();
        assert_eq!(refused.status, status);
    }
    for client in [&rival, &other.maker] {
        assert_eq!(client.call(allocations::get(made.id)).await.unwrap_err().status, 404);
        assert!(client.call(allocations::list(&PageQuery::default())).await.unwrap().items.is_empty());
    }
    assert_eq!(
        charity.maker.call(allocations::release(made.id, &because("不是我们提的"))).await.unwrap_err().status,
        409
    );
    let read = donor.call(allocations::get(made.id)).await.unwrap();
    assert_eq!(read.made_by, None, "names of people are the charity's to read");
    assert!(donor.call(allocations::balances()).await.unwrap().items[0].fitting.is_empty());
    test.done().await;
}

#[tokio::test]
async fn the_balance_and_the_desk_work_without_script() {
    let test = TestApp::new().await;
    let Given { need, charity, enterprise, pledge } = given(&test).await;
    let page = enterprise.page("/directed-balance").await;
    let (id, code) = (page.hidden("id"), need.code.clone().unwrap());
    let row = format!("{}-1", pledge.id);
    let pledge_id = pledge.id.to_string();
    let fixed = [("id", id.as_str()), ("row", &row), ("pledge", &pledge_id), ("position", "1"), ("action", "request")];
    let send = async |more: &[(&str, &str)]| {
        let values: Vec<_> = fixed.iter().copied().chain(more.iter().copied()).collect();
        enterprise.form("/directed-balance", &values).await
    };
    let wrong = send(&[("need_code", "XQ-441424-2026-99"), ("amount", "很多")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("没有找到这条公开的需求") && wrong.text().contains("value=\"很多\""));
    let answered = send(&[("need_code", &code), ("amount", "100")]).await;
    assert_eq!(answered.location(), "/directed-balance?done=requested");
    let desk = charity.checker.page("/work/allocations").await;
    assert!(desk.text().contains("受理并分配"));
    let row = desk.hidden("row");
    let refused =
        charity.checker.form("/work/allocations", &[("row", &row), ("action", "refuse"), ("reason", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let accepted = charity.checker.form("/work/allocations", &[("row", &row), ("action", "accept")]).await;
    assert_eq!(accepted.location(), "/work/allocations?done=accepted");
    test.done().await;
}

/// A second need of the village that asks for money.
async fn second_need(test: &TestApp) -> Need {
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let federation = test.signed_in("federation-441424").await;
    let sent = submitted(&village, 120).await;
    opened(test, &federation, &sent).await
}

pub fn changing(n: u128, allocation: u128, to: &Need) -> NewPurposeChange {
    NewPurposeChange {
        id: PurposeChangeId(Uuid::from_u128(n)),
        allocation: Some(AllocationId(Uuid::from_u128(allocation))),
        pledge: None,
        position: None,
        amount_fen: None,
        to_need: to.id,
        reason: "原需求已有其他资金，改用于第二条".into(),
    }
}

#[tokio::test]
async fn a_givers_purpose_changes_only_with_its_consent_and_by_another_person_than_asked() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let (charity, enterprise) = (&ready.charity, &ready.enterprise);
    let other = second_need(&test).await;
    charity
        .maker
        .call(disbursements::allocate(&allocation(10, &ready.need, Some(&ready.pledge), 1_000)))
        .await
        .unwrap();
    let new = changing(20, 10, &other);
    let rival = test.enterprise("茶油").await;
    assert_eq!(rival.call(purpose_changes::request(&new)).await.unwrap_err().status, 422);
    let asked = charity.maker.call(purpose_changes::request(&new)).await.unwrap();
    assert_eq!(asked.status, PurposeChangeStatus::Requested);
    assert_eq!(
        charity.maker.call(purpose_changes::request(&new)).await.unwrap().id,
        asked.id,
        "sent twice, asked once"
    );
    let again = charity.checker.call(purpose_changes::request(&changing(21, 10, &other))).await.unwrap_err();
    assert_eq!(again.status, 409, "one at a time");
    let early = charity.checker.call(purpose_changes::complete(asked.id, &CompleteChange { to_need: None })).await;
    assert_eq!(early.unwrap_err().status, 409, "not without consent");
    let filing = RecordFiling { filing_no: "粤民备 1".into(), filed_on: "2026-06-01".parse().unwrap() };
    assert_eq!(charity.checker.call(purpose_changes::file(asked.id, &filing)).await.unwrap_err().status, 409);
    let consent = ConsentToChange { to_need: None };
    for (client, status) in [(&charity.checker, 403), (&rival, 404), (&test.visitor(), 401)] {
        assert_eq!(client.call(purpose_changes::consent(asked.id, &consent)).await.unwrap_err().status, status);
    }
    let waits = enterprise.call(todo::get()).await.unwrap().items;
    assert!(waits.iter().any(|item| item.kind == TodoKind::ConsentToChanges));
    let agreed = enterprise.call(purpose_changes::consent(asked.id, &consent)).await.unwrap();
    assert_eq!((agreed.status, agreed.by_choice), (PurposeChangeStatus::Consented, false));
    let own = charity.maker.call(purpose_changes::complete(asked.id, &CompleteChange { to_need: None })).await;
    assert_eq!(own.unwrap_err().status, 409, "whoever asked does not carry it out");
    let step = CompleteChange { to_need: None };
    let done = tokio::join!(
        charity.checker.call(purpose_changes::complete(asked.id, &step)),
        charity.checker.call(purpose_changes::complete(asked.id, &step))
    );
    assert_eq!([done.0.is_ok(), done.1.is_ok()].iter().filter(|done| **done).count(), 1, "once");
    let old = enterprise.call(allocations::get(AllocationId(Uuid::from_u128(10)))).await.unwrap();
    assert_eq!(old.status, AllocationStatus::Released);
    let numbers = test.visitor().call(money::of_need(other.id)).await.unwrap().money;
    assert_eq!(numbers.arranged, Fen::yuan(1_000), "set aside for it without having been pledged to it");
    let page = enterprise.page(&format!("/purpose-changes/{}", asked.id)).await.text();
    assert!(page.contains("已变更") && page.contains("原需求已有其他资金"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn what_was_paid_out_keeps_its_purpose_and_the_refusal_lists_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let charity = &ready.charity;
    let other = second_need(&test).await;
    charity
        .maker
        .call(disbursements::allocate(&allocation(10, &ready.need, Some(&ready.pledge), 1_000)))
        .await
        .unwrap();
    let approved = crate::disbursements::approved(&ready, 1, 600).await;
    let locked = charity.maker.call(allocations::get(AllocationId(Uuid::from_u128(10)))).await.unwrap();
    assert_eq!(locked.status, AllocationStatus::Locked);
    charity.payer.call(disbursements::pay(approved.id, &crate::disbursements::paid())).await.unwrap();
    let refused = ready.enterprise.call(purpose_changes::request(&changing(20, 10, &other))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("示例镇财政所代管户"), "{}", refused.error.message);
    let kept = charity.maker.call(allocations::release(locked.id, &because("想把它收回来"))).await.unwrap_err();
    assert_eq!((kept.status, kept.error.message.contains("600")), (409, true));
    test.done().await;
}

#[tokio::test]
async fn a_plan_changes_with_its_filing_and_a_refused_change_leaves_all_as_it_was() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let other = second_need(&test).await;
    let new = crate::money::new_pledge(1, campaign, &charity, None);
    let input = PledgeInput { restriction: domain::pledge::Restriction::Undirected, ..new.input.clone() };
    gift(&charity, &enterprise, &NewPledge { input, ..new }, 1, 5_000).await;
    let general = allocation(10, &need, None, 1_000);
    let general = disbursements::NewAllocation { campaign: Some(campaign), ..general };
    charity.maker.call(disbursements::allocate(&general)).await.unwrap();
    let asked = charity.maker.call(purpose_changes::request(&changing(20, 10, &other))).await.unwrap();
    let state = charity.maker.call(allocations::get(general.id)).await.unwrap().status;
    assert_eq!(state, AllocationStatus::Changing);
    assert_eq!(
        enterprise.call(purpose_changes::get(asked.id)).await.unwrap_err().status,
        404,
        "not its money any more"
    );
    let why = RefuseChange { reason: "暂不变更，原方案继续".into() };
    let refused = charity.checker.call(purpose_changes::refuse(asked.id, &why)).await.unwrap();
    assert_eq!(refused.status, PurposeChangeStatus::Refused);
    let state = charity.maker.call(allocations::get(general.id)).await.unwrap().status;
    assert_eq!(state, AllocationStatus::Accepted);

    let asked = charity.maker.call(purpose_changes::request(&changing(21, 10, &other))).await.unwrap();
    let early = charity.checker.call(purpose_changes::complete(asked.id, &CompleteChange { to_need: None })).await;
    assert_eq!(early.unwrap_err().status, 409, "not without a filing");
    let filing = RecordFiling { filing_no: " ".into(), filed_on: "2036-01-01".parse().unwrap() };
    let bad = charity.checker.call(purpose_changes::file(asked.id, &filing)).await.unwrap_err();
    assert_eq!((bad.status, bad.fields()), (422, vec!["filing_no", "filed_on"]));
    let filing = RecordFiling { filing_no: "粤民备 12".into(), filed_on: "2026-06-01".parse().unwrap() };
    charity.checker.call(purpose_changes::file(asked.id, &filing)).await.unwrap();
    let done = charity.checker.call(purpose_changes::complete(asked.id, &CompleteChange { to_need: None })).await;
    assert_eq!(done.unwrap().filing_no.as_deref(), Some("粤民备 12"));
    test.done().await;
}

#[tokio::test]
async fn what_a_closed_need_leaves_goes_as_its_giver_chose_or_the_giver_is_asked() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let other = second_need(&test).await;
    let mut pledges = Vec::new();
    for (n, choice) in [(1, FundingChoice::SameVillage), (2, FundingChoice::AskMe), (3, FundingChoice::CharityDecides)]
    {
        let new = divided(n, campaign, &charity, &[for_need(&need, 100)]);
        let input = PledgeInput { funding_choice: choice, ..new.input.clone() };
        pledges.push(gift(&charity, &enterprise, &NewPledge { input, ..new }, n, 60).await);
    }
    charity.maker.call(disbursements::allocate(&allocation(10, &need, Some(&pledges[0]), 60))).await.unwrap();
    comes_to(&test, &need, "closed").await;
    for _ in 0..2 {
        backend::purpose_changes::closing::keep_up(&test.app).await.unwrap();
    }
    let list = enterprise.call(purpose_changes::list(&PageQuery::default())).await.unwrap().items;
    assert_eq!(list.len(), 3, "each gift once");
    let of = |pledge: &Pledge| list.iter().find(|change| change.pledge == Some(pledge.id)).unwrap();
    let (village, ask, decides) = (of(&pledges[0]), of(&pledges[1]), of(&pledges[2]));
    assert_eq!((village.status, village.by_choice), (PurposeChangeStatus::Consented, true));
    assert_eq!(village.to.as_ref().map(|to| to.id), Some(other.id), "an open need of the same village");
    assert_eq!((ask.status, ask.to.as_ref()), (PurposeChangeStatus::Requested, None));
    assert_eq!((decides.status, decides.to.as_ref()), (PurposeChangeStatus::Consented, None));

    charity.maker.call(purpose_changes::complete(village.id, &CompleteChange { to_need: None })).await.unwrap();
    let unsaid =
        enterprise.call(purpose_changes::consent(ask.id, &ConsentToChange { to_need: None })).await.unwrap_err();
    assert_eq!(unsaid.fields(), ["to_need"]);
    let to = Some(other.id);
    enterprise.call(purpose_changes::consent(ask.id, &ConsentToChange { to_need: to })).await.unwrap();
    charity.maker.call(purpose_changes::complete(ask.id, &CompleteChange { to_need: None })).await.unwrap();
    charity.maker.call(purpose_changes::complete(decides.id, &CompleteChange { to_need: to })).await.unwrap();
    let numbers = test.visitor().call(money::of_need(other.id)).await.unwrap().money;
    assert_eq!(numbers.arranged, Fen::yuan(180));
    test.done().await;
}

#[tokio::test]
async fn idle_money_is_told_of_after_thirty_days_and_after_ninety_once_each() {
    let test = TestApp::new().await;
    given(&test).await;
    let told = async || {
        backend::allocations::idle::remind(&test.app).await.unwrap();
        let count: i64 = sqlx::query_scalar("select count(*) from event where verb = 'idle_reminded'")
            .fetch_one(&test.app.pool)
            .await
            .unwrap();
        count
    };
    assert_eq!(told().await, 0);
    test.clock.advance(chrono::Duration::days(31));
    assert_eq!((told().await, told().await), (1, 1), "once");
    test.clock.advance(chrono::Duration::days(60));
    assert_eq!((told().await, told().await), (2, 2), "and once more");
    test.done().await;
}

#[tokio::test]
async fn needs_that_are_not_public_take_no_request() {
    let test = TestApp::new().await;
    let Given { enterprise, pledge, .. } = given(&test).await;
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let draft = village.call(needs::create(&crate::needs::new_need(7))).await.unwrap();
    let refused = enterprise.call(allocations::request(&asking(10, &pledge, 1, &draft, 1))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["need"]));
    test.done().await;
}
