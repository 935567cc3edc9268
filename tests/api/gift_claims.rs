//! A gift that came without an account is claimed by its giver: no try tells what has come, two people agree.

use crate::deliveries::{item, new_report, picture};
use crate::disbursements::{Ready, allocation, approved, paid, ready};
use crate::figures::add_up;
use crate::money::new_line;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::api::PREFIX;
use domain::api::arrivals::{self, ConfirmLine, LineQuery, MatchLine, MatchPart};
use domain::api::campaigns;
use domain::api::deliveries;
use domain::api::disbursements::{self, NewAllocation};
use domain::api::figures::{self, FigureQuery, MoneyOf};
use domain::api::gift_claims::{
    self, GiftClaim, GiftClaimQuery, NewGiftClaim, RefuseGiftClaim, SeenGiftClaim, UnclaimedGift,
};
use domain::api::ledger;
use domain::api::pledges;
use domain::api::rebookings;
use domain::api::returns::{self, SayBack};
use domain::api::todo;
use domain::four::MoneyNumber;
use domain::gift_claim::{GiftClaimStatus, NO_SUCH_GIFT};
use domain::giving_back::BackKind;
use domain::ledger::Account;
use domain::pledge::{DisplayChoice, PLEDGE_TERMS_VERSION, PledgeStatus, PublicDisplay, Restriction};
use domain::todo::TodoKind;
use domain::{CampaignId, Fen, FileId, GiftClaimId};
use std::time::Duration;
use tests::people::Charity;
use tests::{Client, TestApp, jpeg};
use uuid::Uuid;

/// Money whose giver is not known, confirmed by two people: 300 yuan on 30 June.
async fn stray(charity: &Charity<'_>, n: u128) {
    let line = charity.maker.call(arrivals::enter(&new_line(n, charity, "示例过路人", 300, ""))).await.unwrap();
    let part = MatchPart { amount_fen: line.line.amount, pledge: None, campaign: None };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    let lots = line.parts.iter().map(|part| part.lot).collect();
    charity.checker.call(arrivals::confirm(line.id, &ConfirmLine { lots })).await.unwrap();
}

fn new_claim(n: u128, campaign: CampaignId, code: &str, slip: FileId) -> NewGiftClaim {
    NewGiftClaim {
        id: GiftClaimId(Uuid::from_u128(n)),
        code: code.to_owned(),
        amount_fen: Fen::yuan(300),
        booked_on: "2026-06-30".parse().unwrap(),
        campaign,
        restriction: Restriction::Undirected,
        public_display: Some(PublicDisplay::Partial),
        show_amount: true,
        share_with_recipient: false,
        voluntary: true,
        terms_version: PLEDGE_TERMS_VERSION.into(),
        pictures: vec![slip],
    }
}

/// A claim that waits for the charity's maker.
pub async fn claimed(charity: &Charity<'_>, enterprise: &Client<'_>, campaign: CampaignId) -> GiftClaim {
    stray(charity, 0xc1).await;
    let code = charity.maker.call(gift_claims::codes()).await.unwrap().items[0].code.to_string();
    let new = new_claim(0xc2, campaign, &code, picture(enterprise).await);
    enterprise.call(gift_claims::ask(&new)).await.unwrap()
}

async fn waits(client: &Client<'_>, kind: TodoKind) -> u32 {
    let todo = client.call(todo::get()).await.unwrap();
    todo.items.iter().find(|item| item.kind == kind).map_or(0, |item| item.count.number)
}

#[tokio::test]
async fn a_claimed_gift_becomes_its_givers_pledge_when_two_people_of_the_charity_agree() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let claim = claimed(&charity, &enterprise, campaign).await;
    assert_eq!((claim.status, claim.payer.clone(), claim.line), (GiftClaimStatus::Asked, None, None));
    assert_eq!(waits(&charity.maker, TodoKind::NameClaims).await, 1);
    let seen = |version| SeenGiftClaim { version };
    assert_eq!(charity.checker.call(gift_claims::confirm(claim.id, seen(1))).await.unwrap_err().status, 409);
    assert_eq!(charity.maker.call(gift_claims::name(claim.id, seen(9))).await.unwrap_err().status, 409);
    let named = charity.maker.call(gift_claims::name(claim.id, seen(1))).await.unwrap();
    assert_eq!((named.status, named.payer.as_deref()), (GiftClaimStatus::Named, Some("示例过路人")));
    assert_eq!(charity.maker.call(gift_claims::confirm(claim.id, seen(2))).await.unwrap_err().status, 403);
    assert_eq!(waits(&charity.checker, TodoKind::ConfirmClaims).await, 1);
    let (one, two) = tokio::join!(
        charity.checker.call(gift_claims::confirm(claim.id, seen(2))),
        charity.checker.call(gift_claims::confirm(claim.id, seen(2)))
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    let done = enterprise.call(gift_claims::get(claim.id)).await.unwrap();
    let pledge = enterprise.call(pledges::get(done.pledge.unwrap())).await.unwrap();
    assert_eq!((pledge.status, pledge.amount_fen), (PledgeStatus::Fulfilled, Fen::yuan(300)));
    assert_eq!((pledge.public_display, pledge.arrivals.len()), (PublicDisplay::Partial, 1));
    let whole = test.visitor().call(campaigns::get(campaign)).await.unwrap();
    assert_eq!((whole.money.pledged, whole.money.arrived), (Fen::yuan(300), Fen::yuan(300)));
    assert!(charity.maker.call(gift_claims::codes()).await.unwrap().items.is_empty());
    test.done().await;
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same_and_tries_are_counted() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    stray(&charity, 1).await;
    stray(&charity, 2).await;
    let codes = charity.maker.call(gift_claims::codes()).await.unwrap().items;
    assert_ne!(codes[0].code.to_string(), codes[1].code.to_string());
    let slip = picture(&enterprise).await;
    let good = new_claim(1, campaign, &codes[0].code.to_string(), slip);
    let wrong = [
        NewGiftClaim { code: "RL2222222".into(), ..good.clone() },
        NewGiftClaim { amount_fen: Fen::yuan(301), ..good.clone() },
        NewGiftClaim { booked_on: "2026-06-29".parse().unwrap(), ..good.clone() },
    ];
    let mut answers = Vec::new();
    for wrong in &wrong {
        let refused = enterprise.call(gift_claims::ask(wrong)).await.unwrap_err();
        answers.push((refused.status, refused.error.fields[0].field.clone(), refused.error.fields[0].message.clone()));
    }
    assert!(answers.iter().all(|answer| *answer == (422, "code".into(), NO_SUCH_GIFT.into())), "{answers:?}");
    let mut status = 0;
    for _ in 0..20 {
        status = enterprise.call(gift_claims::ask(&wrong[0])).await.unwrap_err().status;
    }
    assert_eq!(status, 429, "guessing is slowed down like a sign-in");
    assert!(enterprise.call(gift_claims::list(&GiftClaimQuery::default())).await.unwrap().items.is_empty());
    test.done().await;
}

#[tokio::test]
async fn a_refused_claim_can_be_made_again_and_strangers_find_nothing() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let claim = claimed(&charity, &enterprise, campaign).await;
    let again = new_claim(0xc2, campaign, &claim.code.to_string(), claim.pictures[0]);
    assert_eq!(enterprise.call(gift_claims::ask(&again)).await.unwrap(), claim, "the same again");
    let twice = new_claim(0xc3, campaign, &claim.code.to_string(), picture(&enterprise).await);
    assert_eq!(enterprise.call(gift_claims::ask(&twice)).await.unwrap_err().status, 409);
    let other = test.charity("另一慈善会").await;
    let rival = test.enterprise("茶油").await;
    for stranger in [&other.maker, &rival] {
        assert_eq!(stranger.call(gift_claims::get(claim.id)).await.unwrap_err().status, 404);
        let file = format!("{PREFIX}/files/{}", claim.pictures[0]);
        let got = stranger.send(Request::get(file).body(Body::empty()).unwrap()).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        other.maker.call(gift_claims::name(claim.id, SeenGiftClaim { version: 1 })).await.unwrap_err().status,
        404
    );
    assert!(other.maker.call(gift_claims::codes()).await.unwrap().items.is_empty());
    let why = RefuseGiftClaim { version: 1, reason: "回单上的付款人是另一家公司".into() };
    let refused = charity.checker.call(gift_claims::refuse(claim.id, &why)).await.unwrap();
    assert_eq!(refused.status, GiftClaimStatus::Refused);
    let read = enterprise.call(gift_claims::get(claim.id)).await.unwrap();
    assert_eq!((read.decision, read.may), (Some(why.reason), Vec::new()));
    let next = enterprise.call(gift_claims::ask(&twice)).await.unwrap();
    let back = enterprise.call(gift_claims::withdraw(next.id, SeenGiftClaim { version: 1 })).await.unwrap();
    assert_eq!(back.status, GiftClaimStatus::Withdrawn);
    test.done().await;
}

#[tokio::test]
async fn the_forms_lead_from_the_code_to_the_pledge() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    stray(&charity, 1).await;
    let code = charity.maker.call(gift_claims::codes()).await.unwrap().items[0].code.to_string();
    assert!(charity.maker.page("/gift-claims").await.text().contains(&code));
    assert!(!enterprise.page("/gift-claims").await.text().contains(&code));
    let page = enterprise.page("/gift-claims/new").await;
    let (id, terms, campaign) = (page.hidden("id"), page.hidden("terms_version"), campaign.to_string());
    let typed = |amount| {
        vec![
            ("id", id.as_str()),
            ("terms_version", terms.as_str()),
            ("code", code.as_str()),
            ("amount", amount),
            ("booked_on", "2026-06-30"),
            ("campaign", campaign.as_str()),
            ("restriction", "undirected"),
            ("public_display", "name"),
            ("voluntary", "1"),
        ]
    };
    let slip = jpeg(80, 60);
    let refused = enterprise.form_with_files("/gift-claims/new", &typed("301"), &[("pictures", "a.jpg", &slip)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("没有对上") && refused.text().contains("已上传 1 张照片"));
    let made = enterprise.form_with_files("/gift-claims/new", &typed("300"), &[("pictures", "a.jpg", &slip)]).await;
    let path = format!("/gift-claims/{id}");
    assert_eq!(made.location(), format!("{path}?done=asked"));
    let named = charity.maker.form(&path, &[("version", "1"), ("action", "name")]).await;
    assert_eq!(named.location(), format!("{path}?done=named"));
    let confirmed = charity.checker.form(&path, &[("version", "2"), ("action", "confirm")]).await;
    assert_eq!(confirmed.location(), format!("{path}?done=confirmed"), "{}", confirmed.text());
    assert!(enterprise.page(&path).await.text().contains("打开这笔认捐"));
    test.done().await;
}

#[tokio::test]
async fn undirected_money_that_came_without_a_pledge_is_claimed_as_such_and_moves_nothing() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "示例过路人", 300, ""))).await.unwrap();
    let part = MatchPart { amount_fen: line.line.amount, pledge: None, campaign: Some(campaign) };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    assert_eq!(line.parts[0].claim_code, None, "nothing to claim before it has arrived");
    let lots = line.parts.iter().map(|part| part.lot).collect();
    let line = charity.checker.call(arrivals::confirm(line.id, &ConfirmLine { lots })).await.unwrap();
    let code = line.parts[0].claim_code.unwrap().to_string();
    let page = format!("/work/bank-lines/{}", line.id);
    assert!(charity.payer.page(&page).await.text().contains(&code), "whoever is asked finds it with the line");
    assert_eq!(enterprise.page(&page).await.status, StatusCode::FORBIDDEN);
    let total = async || test.visitor().call(campaigns::get(campaign)).await.unwrap().money;
    assert_eq!((total().await.pledged, total().await.arrived), (Fen::ZERO, Fen::yuan(300)));

    let new = new_claim(1, campaign, &code, picture(&enterprise).await);
    let directed = NewGiftClaim { restriction: Restriction::Directed, ..new.clone() };
    assert_eq!(enterprise.call(gift_claims::ask(&directed)).await.unwrap_err().fields(), ["restriction"]);
    enterprise.call(gift_claims::ask(&new)).await.unwrap();
    charity.maker.call(gift_claims::name(new.id, SeenGiftClaim { version: 1 })).await.unwrap();
    charity.checker.call(gift_claims::confirm(new.id, SeenGiftClaim { version: 2 })).await.unwrap();
    let done = enterprise.call(gift_claims::get(new.id)).await.unwrap();
    let pledge = enterprise.call(pledges::get(done.pledge.unwrap())).await.unwrap();
    assert_eq!((pledge.status, pledge.arrived_fen), (PledgeStatus::Fulfilled, Fen::yuan(300)));
    assert_eq!((total().await.pledged, total().await.arrived), (Fen::yuan(300), Fen::yuan(300)), "counted once");
    let general = Account::General { campaign, charity: charity.id };
    let book = charity.maker.call(ledger::account(&general)).await.unwrap();
    assert_eq!((book.balance_fen, book.transfers.len()), (Fen::yuan(300), 1), "it lies where it lay");
    let line = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!((line.parts[0].claim_code, line.parts[0].campaign), (None, None));
    test.done().await;
}

/// What is claimed may have been spent already: then its pledge has those rows, and the campaign's numbers stay theirs.
#[tokio::test]
async fn undirected_money_that_was_paid_out_before_it_is_claimed_is_among_the_rows_of_its_pledge() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, village, campaign, need, .. } = &ready;
    let campaign = *campaign;
    let line = charity.maker.call(arrivals::enter(&new_line(0xc1, charity, "示例过路人", 300, ""))).await.unwrap();
    let part = MatchPart { amount_fen: line.line.amount, pledge: None, campaign: Some(campaign) };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    let lots = line.parts.iter().map(|part| part.lot).collect();
    let line = charity.checker.call(arrivals::confirm(line.id, &ConfirmLine { lots })).await.unwrap();
    let arranged = NewAllocation { campaign: Some(campaign), ..allocation(1, need, None, 300) };
    charity.maker.call(disbursements::allocate(&arranged)).await.unwrap();
    let waiting = approved(&ready, 1, 300).await;
    charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap();
    let report = new_report(1, village, waiting.id, vec![item(200, false)]).await;
    village.call(deliveries::report(need.id, &report)).await.unwrap();
    charity.checker.call(deliveries::accept(report.vouchers[0].id, 1)).await.unwrap();
    let numbers = [MoneyNumber::Pledged, MoneyNumber::Arrived, MoneyNumber::Disbursed, MoneyNumber::Spent];
    let of = MoneyOf::Campaign(campaign);
    for number in numbers {
        add_up(&test, &of, number).await;
    }

    let code = line.parts[0].claim_code.unwrap().to_string();
    let new = new_claim(0xc2, campaign, &code, picture(enterprise).await);
    enterprise.call(gift_claims::ask(&new)).await.unwrap();
    charity.maker.call(gift_claims::name(new.id, SeenGiftClaim { version: 1 })).await.unwrap();
    // Who pays from it at the same moment is waited for.
    let mut payer = test.app.pool.begin().await.unwrap();
    let pays = "select from lot where id = $1 for key share";
    sqlx::query(pays).bind(line.parts[0].lot.0).execute(&mut *payer).await.unwrap();
    let mut confirmed = Box::pin(charity.checker.call(gift_claims::confirm(new.id, SeenGiftClaim { version: 2 })));
    assert!(tokio::time::timeout(Duration::from_millis(500), &mut confirmed).await.is_err());
    payer.rollback().await.unwrap();
    confirmed.await.unwrap();
    for number in numbers {
        add_up(&test, &of, number).await;
    }
    let money = test.visitor().call(campaigns::get(campaign)).await.unwrap().money;
    assert_eq!((money.arrived, money.disbursed), (Fen::yuan(50_300), Fen::yuan(300)));
    // And they are its giver's, hidden or shown.
    let firm = MoneyOf::Enterprise(test.organisation_of(enterprise).await);
    let out = async |reader: &Client<'_>| {
        let rows = figures::rows(&firm, MoneyNumber::Disbursed, &FigureQuery::default());
        let money = reader.call(rows).await.unwrap().money;
        (money.disbursed, money.spent)
    };
    let (visitor, whole) = (test.visitor(), (Fen::yuan(300), Fen::yuan(200)));
    assert_eq!((out(&visitor).await, out(enterprise).await), ((Fen::ZERO, Fen::ZERO), whole));
    let claimed = enterprise.call(pledges::own()).await.unwrap().items;
    let claimed = claimed.iter().find(|pledge| pledge.amount_fen == Fen::yuan(300)).unwrap();
    let shows = DisplayChoice { name: PublicDisplay::Name, show_amount: true, share_with_recipient: false };
    enterprise.call(pledges::change_display(claimed.id, &shows)).await.unwrap();
    assert_eq!(out(&visitor).await, whole);
    // What is paid back from now on is paid back of its giver's.
    let back =
        charity.maker.call(arrivals::enter(&new_line(0xc3, charity, "示例镇财政所", 100, "退款"))).await.unwrap();
    let said = SayBack { disbursement: waiting.id, kind: BackKind::PaidBack };
    charity.maker.call(returns::say_back(back.id, &said)).await.unwrap();
    charity.checker.call(returns::confirm_back(back.id, &said)).await.unwrap();
    assert_eq!(out(&visitor).await, (Fen::yuan(200), Fen::yuan(200)));
    for number in numbers {
        add_up(&test, &firm, number).await;
        add_up(&test, &of, number).await;
    }
    test.done().await;
}

#[tokio::test]
async fn what_went_back_or_was_booked_anew_is_nobodys_to_claim() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    stray(&charity, 1).await;
    stray(&charity, 2).await;
    let codes = charity.maker.call(gift_claims::codes()).await.unwrap().items;
    let lines =
        charity.maker.call(arrivals::list(&LineQuery { done: true, ..Default::default() })).await.unwrap().items;
    // One is booked anew as undirected money of the campaign; the other goes back.
    let of = |code: &UnclaimedGift| lines.iter().find(|line| line.id == code.line).unwrap();
    let anew = MatchPart { amount_fen: Fen::yuan(300), pledge: None, campaign: Some(campaign) };
    let rebooking = crate::rebookings::rebooking(1, vec![anew]);
    charity.maker.call(rebookings::propose(codes[0].line, &rebooking)).await.unwrap();
    charity.checker.call(rebookings::confirm(rebooking.id)).await.unwrap();
    let slip = picture(&enterprise).await;
    let claim = async |n, code: String| enterprise.call(gift_claims::ask(&new_claim(n, campaign, &code, slip))).await;
    assert_eq!(claim(1, codes[0].code.to_string()).await.unwrap_err().fields(), ["code"]);
    // Claimed and named, then it goes back before the second person agrees.
    claim(2, codes[1].code.to_string()).await.unwrap();
    let id = GiftClaimId(Uuid::from_u128(2));
    charity.maker.call(gift_claims::name(id, SeenGiftClaim { version: 1 })).await.unwrap();
    let back = crate::returns::new_return(1, None, Some(of(&codes[1]).parts[0].lot), 100);
    crate::returns::goes_back(&charity, &back).await;
    let late = charity.checker.call(gift_claims::confirm(id, SeenGiftClaim { version: 2 })).await.unwrap_err();
    assert_eq!(late.status, 409);
    let left = charity.maker.call(gift_claims::codes()).await.unwrap().items;
    assert_eq!(left.len(), 1, "the new part of the line that was booked anew");
    assert_ne!(left[0].code, codes[0].code);
    test.done().await;
}
