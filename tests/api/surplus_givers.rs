//! Of surpluses whose money it is, and what they keep open: givers' words, forms, campaigns, needs, and rows of a gift.

use crate::designations::{divided, for_need, row};
use crate::disbursements::{Ready, allocation, approved, gift, paid, ready};
use crate::gifts::spends;
use crate::mail::sent;
use crate::money::new_pledge;
use crate::needs::{VILLAGE, opened, submitted};
use crate::returns::{goes_back, new_return};
use crate::surpluses::{closes, found, holds, new_placement, over, second_need, spoil};
use axum::http::StatusCode;
use backend::check::check;
use backend::jobs;
use domain::api::ledger;
use domain::api::needs::{self, Need, NeedStep, Seen};
use domain::api::returns::NewReturn;
use domain::api::surpluses::{self, NewSurplusPlacement};
use domain::api::{disbursements as money_out, gifts, returns};
use domain::campaign::CampaignStage;
use domain::ledger::Account;
use domain::need::{NeedAction, NeedStatus};
use domain::pledge::DesignationTarget;
use domain::surplus::PlacementBasis;
use domain::{Fen, PledgeId};
use tests::TestApp;
use uuid::Uuid;

#[tokio::test]
async fn on_one_givers_word_nobody_elses_money_moves() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, campaign, .. } = &ready;
    let second = test.enterprise("茶油").await;
    let theirs = gift(charity, &second, &new_pledge(2, *campaign, charity, Some(need)), 2, 4_000).await;
    charity.maker.call(money_out::allocate(&allocation(1, need, Some(pledge), 6_000))).await.unwrap();
    charity.maker.call(money_out::allocate(&allocation(2, need, Some(&theirs), 4_000))).await.unwrap();
    closes(&test, need).await;
    let other = second_need(&test, 120).await;
    let surplus = found(charity, 1, need, 10_000).await;
    let of = |n, yuan, pledges: &[PledgeId]| NewSurplusPlacement {
        pledges: pledges.to_vec(),
        ..new_placement(n, &other, yuan, PlacementBasis::Consent)
    };
    let refused =
        async |new: NewSurplusPlacement| charity.maker.call(surpluses::place(surplus.id, &new)).await.unwrap_err();
    assert_eq!(refused(of(1, 4_000, &[])).await.fields(), ["pledges"], "a consent is somebody's");
    assert_eq!(refused(of(1, 4_001, &[theirs.id])).await.fields(), ["amount_fen"], "more than was given by who agreed");
    let unknown = PledgeId(Uuid::from_u128(0xdead));
    assert_eq!(refused(of(1, 1, &[unknown])).await.fields(), ["pledges"]);

    // The second giver agrees, though the first has not answered, and gave earlier.
    let theirs_only = of(1, 4_000, &[theirs.id]);
    let asked = charity.maker.call(surpluses::place(surplus.id, &theirs_only)).await.unwrap();
    assert_eq!(asked, charity.maker.call(surpluses::place(surplus.id, &theirs_only)).await.unwrap(), "twice is once");
    let changed = charity.maker.call(surpluses::place(surplus.id, &of(1, 4_000, &[pledge.id]))).await.unwrap_err();
    assert_eq!(changed.status, 409, "the same id of another giver");
    let left: Vec<_> = asked.parts.iter().map(|part| (part.pledge, part.left_fen)).collect();
    assert_eq!(left, [(Some(pledge.id), Fen::yuan(6_000))], "what is asked for is no longer to be had");
    let of_whom: Vec<_> = asked.placements[0].parts.iter().map(|part| (part.pledge, part.amount_fen)).collect();
    assert_eq!(of_whom, [(Some(theirs.id), Fen::yuan(4_000))]);
    assert_eq!(refused(of(2, 1, &[theirs.id])).await.fields(), ["pledges"], "it is taken");
    let back = NewReturn { surplus: Some(surplus.id), ..new_return(8, Some(theirs.id), None, 1) };
    assert_eq!(charity.maker.call(returns::prepare(&back)).await.unwrap_err().fields(), ["amount_fen"]);
    let firsts = NewReturn { surplus: Some(surplus.id), ..new_return(9, Some(pledge.id), None, 6_000) };
    charity.maker.call(returns::prepare(&firsts)).await.unwrap();
    goes_back(charity, &firsts).await;

    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let done = charity.checker.call(surpluses::confirm_placement(theirs_only.id)).await.unwrap();
    assert_eq!((done.surplus.left_fen, done.parts.len()), (Fen::ZERO, 0));
    holds(&test).await;
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let told: Vec<_> = letters.iter().filter(|letter| letter.subject.starts_with("您捐款的结余已经转用")).collect();
    assert_eq!(told.len(), 1, "only the giver whose money it was: {letters:?}");
    let trail = second.call(gifts::trail(theirs.id)).await.unwrap();
    let moved = trail.needs.iter().find(|one| one.code == other.code).unwrap();
    assert_eq!(moved.set_aside_fen, Fen::yuan(4_000));
    let trail = ready.enterprise.call(gifts::trail(pledge.id)).await.unwrap();
    assert!(trail.needs.iter().all(|one| one.code != other.code), "{trail:?}");
    spoil(&test, "update surplus_placement_take set amount_fen = amount_fen + 1").await;
    let found = check(&test.app.pool).await.unwrap();
    assert!(found.iter().any(|one| one.subject.starts_with("lot of a placement")), "{found:?}");
    spoil(&test, "update surplus_placement_take set amount_fen = amount_fen - 1").await;
    test.done().await;
}

#[tokio::test]
async fn the_form_chooses_whose_money_is_placed_and_the_page_says_whose_it_is() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, campaign, .. } = &ready;
    let second = test.enterprise("茶油").await;
    let theirs = gift(charity, &second, &new_pledge(2, *campaign, charity, Some(need)), 2, 4_000).await;
    for (n, of, yuan) in [(1, pledge, 6_000), (2, &theirs, 4_000)] {
        charity.maker.call(money_out::allocate(&allocation(n, need, Some(of), yuan))).await.unwrap();
    }
    closes(&test, need).await;
    let other = second_need(&test, 120).await;
    let surplus = found(charity, 1, need, 10_000).await;
    let path = format!("/work/surpluses/{}", surplus.id);
    let shown = charity.maker.page(&path).await.text();
    for of in [pledge, &theirs] {
        assert!(shown.contains(&format!("name=\"pledges\" value=\"{}\"", of.id)), "{shown}");
    }
    let (id, code, whose) = (Uuid::from_u128(5).to_string(), other.code.clone().unwrap(), theirs.id.to_string());
    let typed = |amount, whose| {
        [
            ("action", "place"),
            ("id", id.as_str()),
            ("need_code", code.as_str()),
            ("amount", amount),
            ("why_similar", "都是村里的饮水工程"),
            ("basis", "consent"),
            ("basis_reference", "6 月 30 日同意函"),
            ("pledges", whose),
        ]
    };
    let much = charity.maker.form(&path, &typed("4001", whose.as_str())).await;
    assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ticked = format!("value=\"{whose}\" checked");
    assert!(much.text().contains(&ticked), "what was ticked stays: {}", much.text());
    let back = [
        ("id", id.as_str()),
        ("pledge", whose.as_str()),
        ("surplus", "nothing"),
        ("amount", "1"),
        ("ground", "overpaid"),
        ("reason", "多汇一笔，见 6 月 30 日来函"),
        ("to_name", "茶油的单位"),
        ("to_bank", "示例银行梅州分行"),
        ("to_account", "0000 5555 4444"),
    ];
    let wrong = charity.maker.form("/work/returns/new", &back).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "never from another account than was meant");
    assert!(wrong.text().contains("没有认出是哪一笔结余"), "{}", wrong.text());
    let spoilt = charity.maker.form(&path, &typed("4000", "nobody")).await;
    assert!(spoilt.status == StatusCode::UNPROCESSABLE_ENTITY && spoilt.text().contains("请重新勾选用谁的款"));
    let made = charity.maker.form(&path, &typed("4000", whose.as_str())).await;
    assert_eq!(made.location(), format!("{path}?done=proposed"));
    let page = charity.checker.page(&path).await.text();
    assert!(page.contains("同意转用的捐赠") && page.contains(&theirs.reference.to_string()), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_campaign_whose_needs_left_money_is_not_archived() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, need, pledge, campaign, .. } = &ready;
    for stage in [CampaignStage::Collecting, CampaignStage::Settled] {
        backend::campaigns::set_stage(&test.app, *campaign, stage).await.unwrap();
    }
    let archive = async || {
        let set = backend::campaigns::set_stage(&test.app, *campaign, CampaignStage::Archived).await;
        set.map_err(|error| error.to_string())
    };
    assert!(archive().await.unwrap_err().contains("余款没有处理"), "it was not even declared");
    let surplus = found(charity, 1, need, 10_000).await;
    assert!(archive().await.unwrap_err().contains("余款没有处理"), "and lies there");
    let back = NewReturn { surplus: Some(surplus.id), ..new_return(9, Some(pledge.id), None, 9_999) };
    charity.maker.call(returns::prepare(&back)).await.unwrap();
    goes_back(charity, &back).await;
    assert!(archive().await.unwrap_err().contains("余款没有处理"), "one yuan is left");
    let back = NewReturn { surplus: Some(surplus.id), ..new_return(10, Some(pledge.id), None, 1) };
    charity.maker.call(returns::prepare(&back)).await.unwrap();
    goes_back(charity, &back).await;
    archive().await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_need_that_a_surplus_pays_for_is_carried_out_though_nobody_pledged_to_it() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, need, village, .. } = &ready;
    let federation = test.signed_in("federation-441424").await;
    let other = opened(&test, &federation, &submitted(village, 120).await).await;
    let empty = opened(&test, &federation, &submitted(village, 121).await).await;
    let surplus = found(charity, 1, need, 10_000).await;
    let new = new_placement(1, &other, 6_000, PlacementBasis::Consent);
    charity.maker.call(surpluses::place(surplus.id, &new)).await.unwrap();
    charity.checker.call(surpluses::confirm_placement(new.id)).await.unwrap();
    let take = async |action, of: &Need| {
        let version = village.call(needs::get(&of.id.to_string())).await.unwrap().version;
        let step = NeedStep { version, reason: "项目有变，请按实际办理".into() };
        village.call(needs::step(action, of.id, &step)).await
    };
    let kept = take(NeedAction::Withdraw, &other).await.unwrap_err();
    assert!(kept.status == 409 && kept.error.message.contains("把善款安排给这条需求"), "{kept:?}");
    spoil(&test, "update need set wanted_by = wanted_by - 1000 where status = 'open'").await;
    assert_eq!(backend::needs::life::expire(&test.app).await.unwrap(), 1, "the one that nothing was set aside for");
    spoil(&test, "update need set wanted_by = wanted_by + 1000 where status in ('open', 'expired')").await;
    let status = async |of: &Need| village.call(needs::get(&of.id.to_string())).await.unwrap().status;
    assert_eq!((status(&other).await, status(&empty).await), (NeedStatus::Open, NeedStatus::Expired));
    assert_eq!(take(NeedAction::Start, &other).await.unwrap().status, NeedStatus::InProgress);
    let there = Ready { need: other.clone(), ..ready };
    let waiting = approved(&there, 20, 6_000).await;
    there.charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
    spends(&there, 20, waiting.id, &[6_000]).await;
    let version = there.village.call(needs::get(&other.id.to_string())).await.unwrap().version;
    there.village.call(needs::step(NeedAction::Finish, other.id, &Seen { version }.into())).await.unwrap();
    let version = federation.call(needs::get(&other.id.to_string())).await.unwrap().version;
    let closed = federation.call(needs::step(NeedAction::Close, other.id, &Seen { version }.into())).await.unwrap();
    assert_eq!(closed.status, NeedStatus::Closed);
    test.done().await;
}

#[tokio::test]
async fn what_goes_back_of_a_gift_for_two_purposes_hides_nothing_of_its_rest() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, need, campaign, .. } = &ready;
    let village = || row(DesignationTarget::Village { village: VILLAGE.parse().unwrap() }, 4_000);
    let first = [for_need(need, 6_000), village()];
    let last = [village(), for_need(need, 6_000)];
    let mut gifts = Vec::new();
    for (n, rows) in [(11, first), (12, last)] {
        let pledge = gift(charity, enterprise, &divided(n, *campaign, charity, &rows), n, 10_000).await;
        charity.maker.call(money_out::allocate(&allocation(n, need, Some(&pledge), 6_000))).await.unwrap();
        gifts.push(pledge);
    }
    closes(&test, need).await;
    let surplus = found(charity, 1, need, 12_000).await;
    let auditor = test.auditor().await;
    for (n, pledge) in (20..).zip(&gifts) {
        let back = NewReturn { surplus: Some(surplus.id), ..new_return(n, Some(pledge.id), None, 6_000) };
        goes_back(charity, &back).await;
        let rows = enterprise.call(domain::api::allocations::balances()).await.unwrap().items;
        let free = Fen::sum(rows.iter().filter(|row| row.pledge == pledge.id).map(|row| row.free_fen)).unwrap();
        let account = Account::Directed { pledge: pledge.id };
        let lies = auditor.call(ledger::account(&account)).await.unwrap().balance_fen;
        assert_eq!((free, lies), (Fen::yuan(4_000), Fen::yuan(4_000)), "{n}");
    }
    test.done().await;
}
