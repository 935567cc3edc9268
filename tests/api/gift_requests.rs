//! An enterprise asks its charity about a pledge: a waiver in hardship, a correction, money back.

use crate::deliveries::picture;
use crate::money::{matched, new_pledge, open_need, seen};
use crate::returns::{goes_back, new_return, return_paid};
use crate::reversals::reversal;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use backend::pledges::instalments::keep_up;
use chrono::Duration;
use domain::api::PREFIX;
use domain::api::arrivals;
use domain::api::campaigns::{self, PageQuery};
use domain::api::gift_requests::{
    self, GiftRequest, GiftRequestAdvice, GiftRequestDecision, GiftRequestQuery, NewGiftRequest, SeenGiftRequest,
    SettledGiftRequest,
};
use domain::api::money;
use domain::api::notices::{self, NoticeQuery};
use domain::api::pledges::{self, NewPledge, Pledge};
use domain::api::returns;
use domain::api::reversals;
use domain::api::todo;
use domain::gift_request::{GiftRequestKind, GiftRequestStatus, GiftRequestStep, GiftReturnGround};
use domain::organisation::Role;
use domain::pledge::{Every, InstalmentStanding, PledgeInput, PledgeStatus, Schedule};
use domain::reversal::ReversalKind;
use domain::todo::TodoKind;
use domain::{Fen, FileId, GiftRequestId};
use tests::people::Charity;
use tests::{Client, TestApp, jpeg};
use uuid::Uuid;

fn new_request(n: u128, kind: GiftRequestKind, picture: FileId) -> NewGiftRequest {
    let returns = kind == GiftRequestKind::Return;
    NewGiftRequest {
        id: GiftRequestId(Uuid::from_u128(n)),
        kind,
        ground: returns.then_some(GiftReturnGround::Overpaid),
        amount_fen: returns.then_some(Fen::yuan(5_000)),
        lot: None,
        reason: "工厂八月受灾停产，见材料照片".into(),
        pictures: vec![picture],
        understood: true,
    }
}

fn says(version: i32, recommends: bool) -> GiftRequestAdvice {
    GiftRequestAdvice { version, recommends, opinion: "到厂里看过，属实".into() }
}

fn decides(version: i32, grants: bool) -> GiftRequestDecision {
    GiftRequestDecision { version, grants, decision: "材料齐全，照此办理".into() }
}

struct Desk<'a> {
    charity: Charity<'a>,
    enterprise: Client<'a>,
    pledge: Pledge,
    need: domain::NeedId,
    campaign: domain::CampaignId,
}

/// A pledge of 50,000 yuan for a need in two parts, of which 20,000 have arrived.
async fn desk(test: &TestApp) -> Desk<'_> {
    let need = open_need(test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let new = new_pledge(1, campaign, &charity, Some(&need));
    let first_due = test.app.clock.today();
    let schedule = Some(Schedule { first_due, parts: 2, every: Every::Month });
    let new = NewPledge { input: PledgeInput { schedule, ..new.input.clone() }, ..new };
    let pledge = enterprise.call(pledges::create(&new)).await.unwrap();
    let line = matched(&charity, 1, 20_000, &pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let pledge = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    Desk { charity, enterprise, pledge, need: need.id, campaign }
}

async fn waits(client: &Client<'_>, kind: TodoKind) -> u32 {
    let todo = client.call(todo::get()).await.unwrap();
    todo.items.iter().find(|item| item.kind == kind).map_or(0, |item| item.count.number)
}

async fn asked(desk: &Desk<'_>, n: u128, kind: GiftRequestKind) -> GiftRequest {
    let new = new_request(n, kind, picture(&desk.enterprise).await);
    desk.enterprise.call(gift_requests::ask(desk.pledge.id, &new)).await.unwrap()
}

#[tokio::test]
async fn a_waiver_asks_for_documents_and_two_people_and_what_arrived_still_counts() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, pledge, need, campaign } = &desk;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let photo = picture(enterprise).await;
    let bare = NewGiftRequest { pictures: Vec::new(), ..new_request(1, GiftRequestKind::Waiver, photo) };
    assert_eq!(enterprise.call(gift_requests::ask(pledge.id, &bare)).await.unwrap_err().fields(), ["pictures"]);
    let new = new_request(1, GiftRequestKind::Waiver, photo);
    let request = enterprise.call(gift_requests::ask(pledge.id, &new)).await.unwrap();
    assert_eq!(request.amount_fen, Some(Fen::yuan(30_000)));
    assert_eq!(enterprise.call(gift_requests::ask(pledge.id, &new)).await.unwrap(), request, "the same again");
    let other = NewGiftRequest { reason: "另外写的一段原因，不是原来那段".into(), ..new.clone() };
    assert_eq!(enterprise.call(gift_requests::ask(pledge.id, &other)).await.unwrap_err().status, 409);
    let twice = new_request(2, GiftRequestKind::Waiver, picture(enterprise).await);
    assert_eq!(enterprise.call(gift_requests::ask(pledge.id, &twice)).await.unwrap_err().status, 409, "one at a time");
    assert_eq!(waits(&charity.maker, TodoKind::RecommendRequests).await, 1);

    let id = request.id;
    // Nobody decides before there is an opinion, and nobody out of turn or of a version that he has not read.
    assert_eq!(charity.checker.call(gift_requests::decide(id, &decides(1, true))).await.unwrap_err().status, 409);
    assert_eq!(charity.checker.call(gift_requests::recommend(id, &says(1, true))).await.unwrap_err().status, 403);
    assert_eq!(charity.maker.call(gift_requests::recommend(id, &says(9, true))).await.unwrap_err().status, 409);
    let recommended = charity.maker.call(gift_requests::recommend(id, &says(1, true))).await.unwrap();
    assert_eq!((recommended.status, recommended.version), (GiftRequestStatus::Recommended, 2));
    let read = enterprise.call(gift_requests::get(id)).await.unwrap();
    assert_eq!((read.opinion, read.may), (None, vec![GiftRequestStep::Withdraw]), "the opinion is the charity's");
    assert_eq!(waits(&charity.checker, TodoKind::DecideRequests).await, 1);
    assert_eq!(charity.maker.call(gift_requests::decide(id, &decides(2, true))).await.unwrap_err().status, 403);

    // Two decide at once: one of them does.
    let (yes, no) = (decides(2, true), decides(2, false));
    let (one, two) =
        tokio::join!(charity.checker.call(gift_requests::decide(id, &yes)), owner.call(gift_requests::decide(id, &no)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    let done = enterprise.call(gift_requests::get(id)).await.unwrap();
    if done.status == GiftRequestStatus::Granted {
        assert_eq!(done.waived_fen, Some(Fen::yuan(30_000)));
        let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
        assert_eq!((read.status, read.arrived_fen), (PledgeStatus::Waived, Fen::yuan(20_000)));
        let four = test.visitor().call(money::of_need(*need)).await.unwrap().money;
        assert_eq!((four.pledged, four.arrived), (Fen::yuan(20_000), Fen::yuan(20_000)));
        let whole = test.visitor().call(campaigns::get(*campaign)).await.unwrap();
        assert_eq!(whole.money.pledged, Fen::yuan(20_000));
    }
    test.done().await;
}

#[tokio::test]
async fn a_waived_pledge_is_not_dunned_not_told_to_the_public_and_late_money_still_fulfils_it() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, pledge, need, campaign } = &desk;
    let request = asked(&desk, 1, GiftRequestKind::Waiver).await;
    charity.maker.call(gift_requests::recommend(request.id, &says(1, true))).await.unwrap();
    let done = charity.checker.call(gift_requests::decide(request.id, &decides(2, true))).await.unwrap();
    assert_eq!((done.status, done.pledge_status), (GiftRequestStatus::Granted, PledgeStatus::Waived));
    assert_eq!(waits(&charity.payer, TodoKind::SettleRequests).await, 0, "a waiver is done at once");
    let told = enterprise.call(notices::list(&NoticeQuery::default())).await.unwrap();
    assert!(told.items.iter().any(|notice| notice.text.contains("申请已同意")), "{told:?}");
    let public = test.visitor().call(campaigns::pledges(*campaign, &PageQuery::default())).await.unwrap();
    assert_eq!(public.items[0].amount_fen, Some(Fen::yuan(20_000)), "what counts, not what was once promised");
    let of_need = test.visitor().call(money::of_need(*need)).await.unwrap();
    assert_eq!(of_need.pledges[0].amount_fen, Some(Fen::yuan(20_000)));
    let page = test.visitor().page("/campaigns/630-2026").await.text();
    assert!(!page.contains("豁免"), "{page}");

    test.clock.advance(Duration::days(40));
    keep_up(&test.app).await.unwrap();
    let enterprise = test.signed_in("金柚").await;
    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    let parts: Vec<_> = read.instalments.iter().map(|part| part.standing).collect();
    assert_eq!((read.status, parts), (PledgeStatus::Waived, vec![InstalmentStanding::Waived; 2]));
    let page = enterprise.page(&format!("/pledges/{}", pledge.id)).await.text();
    assert!(!page.contains("汇款单") && page.contains("已豁免"), "{page}");
    let maker = test.signed_in("示例慈善会-maker").await;
    let checker = test.signed_in("示例慈善会-checker").await;
    let desks = Charity { id: charity.id, account: charity.account, maker, checker, payer: charity.payer.clone() };
    let line = matched(&desks, 2, 30_000, pledge).await;
    desks.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().status, PledgeStatus::Fulfilled);
    let again = new_request(3, GiftRequestKind::Waiver, picture(&enterprise).await);
    assert_eq!(enterprise.call(gift_requests::ask(pledge.id, &again)).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn money_comes_between_the_opinion_and_the_decision_and_only_the_rest_is_waived() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let request = asked(&desk, 1, GiftRequestKind::Waiver).await;
    let charity = &desk.charity;
    charity.maker.call(gift_requests::recommend(request.id, &says(1, true))).await.unwrap();
    let line = matched(charity, 2, 10_000, &desk.pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let done = charity.checker.call(gift_requests::decide(request.id, &decides(2, true))).await.unwrap();
    assert_eq!((done.amount_fen, done.waived_fen), (Some(Fen::yuan(30_000)), Some(Fen::yuan(20_000))));
    test.done().await;
}

#[tokio::test]
async fn a_return_has_a_ground_in_law_and_what_is_granted_waits_for_the_cashier() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, pledge, .. } = &desk;
    let photo = picture(enterprise).await;
    let good = new_request(1, GiftRequestKind::Return, photo);
    for (field, wrong) in [
        ("ground", NewGiftRequest { ground: None, ..good.clone() }),
        ("amount_fen", NewGiftRequest { amount_fen: Some(Fen::yuan(20_001)), ..good.clone() }),
        ("amount_fen", NewGiftRequest { amount_fen: None, ..good.clone() }),
        ("understood", NewGiftRequest { understood: false, ..good.clone() }),
        ("lot", NewGiftRequest { lot: Some(domain::LotId(Uuid::from_u128(9))), ..good.clone() }),
        ("reason", NewGiftRequest { reason: "身份证 11010519491231002X 的人多汇了".into(), ..good.clone() }),
    ] {
        let refused = enterprise.call(gift_requests::ask(pledge.id, &wrong)).await.unwrap_err();
        assert_eq!(refused.fields(), [field]);
    }
    let lot = pledge.arrivals[0].lot;
    let request =
        enterprise.call(gift_requests::ask(pledge.id, &NewGiftRequest { lot: Some(lot), ..good })).await.unwrap();
    charity.maker.call(gift_requests::recommend(request.id, &says(1, true))).await.unwrap();
    let early = SettledGiftRequest { version: 2, booking: None, note: "7 月 3 日退回".into() };
    assert_eq!(charity.payer.call(gift_requests::settle(request.id, &early)).await.unwrap_err().status, 409);
    charity.checker.call(gift_requests::decide(request.id, &decides(2, true))).await.unwrap();
    assert_eq!(waits(&charity.payer, TodoKind::SettleRequests).await, 1);
    let before = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((before.status, before.arrived_fen), (pledge.status, pledge.arrived_fen), "nothing is booked here");
    // What the cashier names is compared with what was asked.
    let said = |booking| SettledGiftRequest { version: 3, booking, ..early.clone() };
    let settle = |booking| gift_requests::settle(request.id, &said(booking));
    let refused = charity.payer.call(settle(None)).await.unwrap_err();
    assert!(refused.fields() == ["booking"] && refused.error.fields[0].message.contains("请选择"), "{refused:?}");
    let less = new_return(31, Some(pledge.id), None, 3_000);
    goes_back(charity, &less).await;
    let refused = charity.payer.call(settle(Some(less.id.0))).await.unwrap_err();
    let says = &refused.error.fields[0].message;
    assert!(says.contains("5,000 元") && says.contains("3,000 元") && says.contains("相差 2,000 元"), "{says}");
    let back = new_return(32, Some(pledge.id), None, 5_000);
    charity.maker.call(returns::prepare(&back)).await.unwrap();
    let refused = charity.payer.call(settle(Some(back.id.0))).await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("还没有办完"), "{refused:?}");
    charity.checker.call(returns::approve(back.id)).await.unwrap();
    charity.payer.call(returns::pay(back.id, &return_paid())).await.unwrap();
    let rival = test.enterprise("茶油").await;
    let theirs = rival.call(pledges::create(&new_pledge(33, desk.campaign, charity, None))).await.unwrap();
    let line = matched(charity, 34, 5_000, &theirs).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let other = new_return(35, Some(theirs.id), None, 5_000);
    goes_back(charity, &other).await;
    let refused = charity.payer.call(settle(Some(other.id.0))).await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("捐赠方"), "{refused:?}");
    let nothing = charity.payer.call(settle(Some(Uuid::from_u128(0xdead)))).await.unwrap_err();
    assert_eq!(nothing.fields(), ["booking"]);
    let page = charity.payer.page(&format!("/gift-requests/{}", request.id)).await.text();
    assert!(page.contains(&back.id.to_string()) && !page.contains(&other.id.to_string()), "only this pledge's: {page}");
    let own = charity.payer.call(gift_requests::get(request.id)).await.unwrap();
    assert_eq!(own.bookings.len(), 2);
    let done = said(Some(back.id.0));
    let settled = charity.payer.call(gift_requests::settle(request.id, &done)).await.unwrap();
    assert_eq!(settled.status, GiftRequestStatus::Settled);
    assert_eq!(charity.payer.call(gift_requests::settle(request.id, &done)).await.unwrap_err().status, 409);
    assert_eq!(waits(&charity.payer, TodoKind::SettleRequests).await, 0);

    // The return turns out not to have been paid: the request waits until it is.
    charity.maker.call(reversals::propose(ReversalKind::Return, back.id.0, &reversal(1))).await.unwrap();
    charity.checker.call(reversals::confirm(reversal(1).id)).await.unwrap();
    let open = charity.payer.call(gift_requests::get(request.id)).await.unwrap();
    assert_eq!((open.status, open.settled), (GiftRequestStatus::Granted, None));
    assert_eq!(waits(&charity.payer, TodoKind::SettleRequests).await, 1);
    charity.payer.call(returns::pay(back.id, &return_paid())).await.unwrap();
    let again = SettledGiftRequest { version: open.version, ..done };
    let settled = charity.payer.call(gift_requests::settle(request.id, &again)).await.unwrap();
    assert_eq!(settled.status, GiftRequestStatus::Settled);
    test.done().await;
}

#[tokio::test]
async fn a_refused_request_keeps_its_words_and_strangers_find_nothing() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, pledge, .. } = &desk;
    let request = asked(&desk, 1, GiftRequestKind::WrongPayer).await;
    let (id, photo) = (request.id, request.pictures[0]);
    let rival = test.enterprise("茶油").await;
    let other = test.charity("另一慈善会").await;
    for stranger in [&rival, &other.maker, &other.checker] {
        assert_eq!(stranger.call(gift_requests::get(id)).await.unwrap_err().status, 404);
        assert!(stranger.call(gift_requests::list(&GiftRequestQuery::default())).await.unwrap().items.is_empty());
        let got = stranger.send(Request::get(format!("{PREFIX}/files/{photo}")).body(Body::empty()).unwrap()).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        rival
            .call(gift_requests::ask(pledge.id, &new_request(5, GiftRequestKind::Return, photo)))
            .await
            .unwrap_err()
            .status,
        404
    );
    assert_eq!(other.maker.call(gift_requests::recommend(id, &says(1, true))).await.unwrap_err().status, 404);
    assert_eq!(other.checker.call(gift_requests::decide(id, &decides(1, true))).await.unwrap_err().status, 404);
    let got = charity.maker.send(Request::get(format!("{PREFIX}/files/{photo}")).body(Body::empty()).unwrap()).await;
    assert_eq!(got.status, StatusCode::OK);

    charity.maker.call(gift_requests::recommend(id, &says(1, false))).await.unwrap();
    let refused = charity.checker.call(gift_requests::decide(id, &decides(2, false))).await.unwrap();
    assert_eq!(refused.status, GiftRequestStatus::Refused);
    let read = enterprise.call(gift_requests::get(id)).await.unwrap();
    assert_eq!((read.reason, read.decision.unwrap().decision), (request.reason, "材料齐全，照此办理".into()));
    assert_eq!(
        enterprise.call(gift_requests::withdraw(id, SeenGiftRequest { version: 3 })).await.unwrap_err().status,
        409
    );
    // Another one can be made, and taken back.
    let next = asked(&desk, 2, GiftRequestKind::WrongPayer).await;
    let back = enterprise.call(gift_requests::withdraw(next.id, SeenGiftRequest { version: 1 })).await.unwrap();
    assert_eq!((back.status, back.may), (GiftRequestStatus::Withdrawn, Vec::new()));
    let all = enterprise.call(gift_requests::list(&GiftRequestQuery::default())).await.unwrap();
    assert_eq!(all.items.len(), 2);
    test.done().await;
}

#[tokio::test]
async fn the_forms_tell_the_law_first_keep_what_was_typed_and_lead_to_the_decision() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, pledge, .. } = &desk;
    let shown = enterprise.page(&format!("/pledges/{}", pledge.id)).await.text();
    let path = format!("/pledges/{}/requests", pledge.id);
    assert!(shown.contains(&path), "{shown}");
    let page = enterprise.page(&path).await;
    assert!(page.text().contains("不因为改变主意或者资金紧张退回") && page.text().contains("不公开"));
    let id = page.hidden("id");
    let typed = |understood| {
        vec![
            ("id", id.as_str()),
            ("kind", "waiver"),
            ("reason", "工厂八月受灾停产，见材料照片"),
            ("understood", understood),
        ]
    };
    let refused = enterprise.form_with_files(&path, &typed(""), &[("pictures", "a.jpg", &jpeg(80, 60))]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = refused.text();
    assert!(
        again.contains("请先阅读并勾选") && again.contains("工厂八月受灾停产") && again.contains("已上传 1 张照片")
    );
    let made = enterprise.form_with_files(&path, &typed("1"), &[("pictures", "a.jpg", &jpeg(80, 60))]).await.location();
    assert_eq!(made, format!("/gift-requests/{id}?done=asked"));
    let own = format!("/gift-requests/{id}");
    let opinion = [("row", "recommend"), ("version", "1"), ("opinion", "属实，建议同意"), ("action", "recommend")];
    let missing = charity.maker.form(&own, &opinion).await;
    assert!(missing.text().contains("请选择同意或不同意") && missing.text().contains("属实，建议同意"));
    let opinion = [&opinion[..], &[("recommends", "yes")]].concat();
    assert_eq!(charity.maker.form(&own, &opinion).await.location(), format!("{own}?done=recommended"));
    let listed = charity.checker.page("/gift-requests?status=recommended").await.text();
    assert!(listed.contains(&own), "{listed}");
    let decision = [
        ("row", "decide"),
        ("version", "2"),
        ("grants", "yes"),
        ("decision", "同意豁免余下部分"),
        ("action", "decide"),
    ];
    assert_eq!(charity.checker.form(&own, &decision).await.location(), format!("{own}?done=decided"));
    assert!(enterprise.page(&own).await.text().contains("豁免了 30,000 元"));
    test.done().await;
}
