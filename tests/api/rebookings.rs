//! A confirmed line that was booked wrongly: reversed and booked anew by two people, and refused with a list while its
//! money has moved on.

use crate::disbursements::{allocation, ready};
use crate::mail::sent;
use crate::money::{matched, new_line, new_pledge, seen};
use crate::surpluses::{closes, found};
use axum::http::StatusCode;
use backend::jobs;
use domain::api::arrivals::{self, BankLine, MatchLine, MatchPart, PartOwner};
use domain::api::rebookings::{self, NewRebooking, RebookingOutcome};
use domain::api::{campaigns, disbursements, ledger, pledges};
use domain::arrival::BankLineStatus;
use domain::ledger::{Account, TransferCode};
use domain::organisation::Role;
use domain::pledge::PledgeStatus;
use domain::{CampaignId, Fen, PledgeId, RebookingId};
use tests::TestApp;
use uuid::Uuid;

fn part(yuan: i64, pledge: Option<PledgeId>, campaign: Option<CampaignId>) -> MatchPart {
    MatchPart { amount_fen: Fen::yuan(yuan), pledge, campaign }
}

pub fn rebooking(n: u128, parts: Vec<MatchPart>) -> NewRebooking {
    let not_donation = parts.is_empty();
    NewRebooking {
        id: RebookingId(Uuid::from_u128(n)), reason: "附言写错编号，来函说明".into(), not_donation, parts
    }
}

async fn confirmed(charity: &tests::people::Charity<'_>, n: u128, parts: Vec<MatchPart>, yuan: i64) -> BankLine {
    let line = charity.maker.call(arrivals::enter(&new_line(n, charity, "某公司", yuan, ""))).await.unwrap();
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap()
}

#[tokio::test]
async fn the_wrong_part_is_reversed_and_the_others_keep_their_lots() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let (one, two) = (test.enterprise("one").await, test.enterprise("two").await);
    let wrong = one.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let right = two.call(pledges::create(&new_pledge(2, campaign, &charity, None))).await.unwrap();
    let line =
        confirmed(&charity, 1, vec![part(50_000, Some(wrong.id), None), part(300, None, Some(campaign))], 50_300).await;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let total = async || test.visitor().call(campaigns::get(campaign)).await.unwrap().money.arrived;
    assert_eq!(total().await, Fen::yuan(50_300));

    let new = rebooking(1, vec![part(50_000, Some(right.id), None), part(300, None, Some(campaign))]);
    let short = NewRebooking { reason: "错".into(), ..new.clone() };
    assert_eq!(charity.maker.call(rebookings::propose(line.id, &short)).await.unwrap_err().fields(), ["reason"]);
    let less = rebooking(1, vec![part(50_000, Some(right.id), None)]);
    assert_eq!(charity.maker.call(rebookings::propose(line.id, &less)).await.unwrap_err().fields(), ["parts"]);
    let same = rebooking(1, vec![part(300, None, Some(campaign)), part(50_000, Some(wrong.id), None)]);
    assert_eq!(charity.maker.call(rebookings::propose(line.id, &same)).await.unwrap_err().fields(), ["parts"]);
    assert_eq!(charity.checker.call(rebookings::propose(line.id, &new)).await.unwrap_err().status, 403);
    let other = test.charity("另一慈善会").await;
    assert_eq!(other.maker.call(rebookings::propose(line.id, &new)).await.unwrap_err().status, 404);
    let proposed = charity.maker.call(rebookings::propose(line.id, &new)).await.unwrap();
    assert_eq!(proposed, charity.maker.call(rebookings::propose(line.id, &new)).await.unwrap(), "twice is once");
    let changed = NewRebooking { reason: "另外一个原因".into(), ..new.clone() };
    assert_eq!(charity.maker.call(rebookings::propose(line.id, &changed)).await.unwrap_err().status, 409);
    let second = rebooking(2, vec![part(50_300, Some(right.id), None)]);
    assert_eq!(charity.maker.call(rebookings::propose(line.id, &second)).await.unwrap_err().status, 409, "one waits");
    assert_eq!(one.call(pledges::get(wrong.id)).await.unwrap().status, PledgeStatus::Fulfilled, "nothing yet");

    // Whoever proposed it does not confirm it, whatever his roles.
    let me = charity.maker.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(charity.maker.call(rebookings::confirm(new.id)).await.unwrap_err().status, 409);
    assert_eq!(other.checker.call(rebookings::confirm(new.id)).await.unwrap_err().status, 404);
    let checker = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let both =
        tokio::join!(charity.checker.call(rebookings::confirm(new.id)), checker.call(rebookings::confirm(new.id)));
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "two at once");

    let (wrong, right) =
        (one.call(pledges::get(wrong.id)).await.unwrap(), two.call(pledges::get(right.id)).await.unwrap());
    assert_eq!((wrong.status, wrong.arrived_fen, wrong.arrivals.len()), (PledgeStatus::Pledged, Fen::ZERO, 0));
    assert_eq!((right.status, right.arrived_fen), (PledgeStatus::Fulfilled, Fen::yuan(50_000)));
    assert_eq!(total().await, Fen::yuan(50_300));
    let read = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!(read.status, BankLineStatus::Confirmed);
    assert!(read.parts.iter().any(|kept| kept.lot == line.parts[1].lot), "what was right is not touched");
    assert!(read.parts.iter().all(|part| part.lot != line.parts[0].lot));
    let book = one.call(ledger::account(&Account::Directed { pledge: wrong.id })).await.unwrap();
    let codes: Vec<_> = book.transfers.iter().map(|posted| posted.transfer.code).collect();
    assert_eq!((book.balance_fen, codes), (Fen::ZERO, vec![TransferCode::Arrival, TransferCode::Reverse]));
    let known = charity.checker.call(rebookings::of_line(line.id)).await.unwrap();
    assert_eq!((known.items.len(), known.items[0].outcome), (1, Some(RebookingOutcome::Confirmed)));
    assert_eq!(known.items[0].before[0].pledge.as_ref().unwrap().id, wrong.id, "it stays to be read as it was");

    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let subjects = |to: &str| -> Vec<String> {
        let own = letters.iter().filter(|letter| letter.to.starts_with(to));
        own.map(|letter| letter.subject.chars().take_while(|char| *char != '：').collect()).collect()
    };
    assert_eq!(
        (subjects("one"), subjects("two")),
        (vec!["到账更正".into()], vec!["到账更正".into(), "捐款已到账".into()])
    );
    test.done().await;
}

#[tokio::test]
async fn money_that_has_moved_on_is_not_reversed_and_the_refusal_lists_what_followed() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let charity = &ready.charity;
    charity
        .maker
        .call(disbursements::allocate(&allocation(1, &ready.need, Some(&ready.pledge), 40_000)))
        .await
        .unwrap();
    let done = charity.maker.call(arrivals::list(&arrivals::LineQuery { done: true, ..Default::default() })).await;
    let line = done.unwrap().items.remove(0);
    let refused = charity.maker.call(rebookings::propose(line.id, &rebooking(1, vec![]))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("分配 40,000 元"), "{}", refused.error.message);
    let known = charity.maker.call(rebookings::of_line(line.id)).await.unwrap();
    assert_eq!((known.moved_on.len(), known.moved_on[0].code), (1, TransferCode::Allocate));
    let page = charity.maker.page(&format!("/work/bank-lines/{}/rebook", line.id)).await.text();
    assert!(page.contains("这笔款已经继续使用") && page.contains(&format!("/pledges/{}", ready.pledge.id)));

    // Money that moves on between both steps stops the second one.
    let enterprise = test.enterprise("other").await;
    let late =
        enterprise.call(pledges::create(&new_pledge(9, ready.campaign, charity, Some(&ready.need)))).await.unwrap();
    let other = matched(charity, 9, 1_000, &late).await;
    let other = charity.checker.call(arrivals::confirm(other.id, &seen(&other))).await.unwrap();
    charity.maker.call(rebookings::propose(other.id, &rebooking(2, vec![]))).await.unwrap();
    charity.maker.call(disbursements::allocate(&allocation(2, &ready.need, Some(&late), 10))).await.unwrap();
    let stopped = charity.checker.call(rebookings::confirm(RebookingId(Uuid::from_u128(2)))).await.unwrap_err();
    assert_eq!(stopped.status, 409);
    let dropped = charity.maker.call(rebookings::drop(RebookingId(Uuid::from_u128(2)))).await.unwrap();
    assert_eq!(dropped.items[0].outcome, Some(RebookingOutcome::Dropped));
    assert_eq!(enterprise.call(pledges::get(late.id)).await.unwrap().arrived_fen, Fen::yuan(1_000));

    // What became a surplus stays one, and the refusal names no step that nobody can take.
    closes(&test, &ready.need).await;
    let surplus = found(charity, 77, &ready.need, 40_010).await;
    let refused = charity.maker.call(rebookings::propose(line.id, &rebooking(3, vec![]))).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("确认后不能收回"), "{}", refused.error.message);
    let page = charity.maker.page(&format!("/work/bank-lines/{}/rebook", line.id)).await.text();
    assert!(page.contains("确认后不能收回") && page.contains(&format!("/work/surpluses/{}", surplus.id)), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_gift_that_was_none_is_put_aside_and_can_come_back() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    // Of an unknown giver first, found afterwards: both movements are taken back.
    let line = confirmed(&charity, 1, vec![part(700, None, None)], 700).await;
    let owner = PartOwner { lot: line.parts[0].lot, pledge: pledge.id };
    charity.maker.call(arrivals::name_owner(line.id, &owner)).await.unwrap();
    charity.checker.call(arrivals::confirm_owner(line.id, &owner)).await.unwrap();
    let page = format!("/work/bank-lines/{}/rebook", line.id);
    let id = Uuid::from_u128(5).to_string();
    let typed = [("id", id.as_str()), ("not_donation", "1"), ("unnamed", "unknown")];
    let silent = charity.maker.form(&page, &[&typed[..], &[("reason", "")]].concat()).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.text().contains("请写明哪里错了"));
    let said = charity.maker.form(&page, &[&typed[..], &[("reason", "对方付错了账户，来函要求退回")]].concat()).await;
    let of_line = format!("/work/bank-lines/{}", line.id);
    assert_eq!(said.location(), format!("{of_line}?done=rebooking_proposed"));
    assert!(charity.checker.page(&of_line).await.text().contains("核对无误，冲正并重记"));
    let agrees = [("action", "confirm_rebooking"), ("rebooking", id.as_str())];
    assert_eq!(charity.checker.form(&of_line, &agrees).await.location(), format!("{of_line}?done=rebooked"));
    assert_eq!(firm.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::ZERO);
    let aside = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!((aside.status, aside.parts.len()), (BankLineStatus::NotDonation, 0));

    // It was one after all: it goes the whole way again.
    let why = arrivals::VoidLine { reason: "查明确是捐款".into() };
    charity.maker.call(arrivals::donation(line.id, &why)).await.unwrap();
    let parts = MatchLine { parts: vec![part(700, Some(pledge.id), None)] };
    let again = charity.maker.call(arrivals::match_(line.id, &parts)).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&again))).await.unwrap();
    assert_eq!(firm.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::yuan(700));
    test.done().await;
}
