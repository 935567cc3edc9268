//! Gifts followed fen by fen: each giver's own parts and the rest add up at every level.

use crate::deliveries::{item, new_report};
use crate::disbursements::{Ready, allocation, approved, gift, paid, ready};
use crate::money::new_pledge;
use axum::http::StatusCode;
use domain::api::gifts::{self, GiftTrail, LotShare};
use domain::api::pledges::{NewPledge, Pledge};
use domain::api::{arrivals, deliveries, disbursements as money_out};
use domain::ledger::AccountKind;
use domain::pledge::{PledgeInput, PublicDisplay};
use domain::{Fen, SpendingItemId};
use std::collections::BTreeMap;
use tests::{Client, TestApp};

fn sum(amounts: impl IntoIterator<Item = Fen>) -> Fen {
    Fen::sum(amounts).unwrap()
}

fn of_lots(lots: &[LotShare]) -> Fen {
    sum(lots.iter().map(|share| share.amount_fen))
}

/// Every level is what the level below says.
pub fn adds_up(gift: &GiftTrail) {
    assert_eq!(sum(gift.places.iter().map(|place| place.amount_fen)), gift.arrived_fen, "{gift:?}");
    assert_eq!(sum(gift.lots.iter().map(|lot| lot.amount_fen)), gift.arrived_fen, "{gift:?}");
    let outside = gift.places.iter().filter(|place| matches!(place.kind, AccountKind::Directed | AccountKind::General));
    let set_aside = sum(gift.needs.iter().map(|need| need.set_aside_fen));
    assert_eq!(sum(outside.map(|place| place.amount_fen).chain([set_aside])), gift.arrived_fen, "{gift:?}");
    for need in &gift.needs {
        assert_eq!(of_lots(&need.lots), need.set_aside_fen);
        let paid = need.payments.iter().map(|payment| payment.own_fen.checked_sub(payment.came_back_fen).unwrap());
        assert_eq!(sum(paid.chain([need.waiting_fen, need.surplus_fen])), need.set_aside_fen, "{need:?}");
        for payment in &need.payments {
            assert_eq!(of_lots(&payment.lots), payment.own_fen);
            let spent = payment.items.iter().map(|item| item.own_fen);
            assert_eq!(sum(spent.chain([payment.came_back_fen, payment.waiting_fen])), payment.own_fen, "{payment:?}");
            assert!(payment.items.iter().all(|item| of_lots(&item.lots) == item.own_fen), "{payment:?}");
        }
    }
}

/// A further gift to the same need, set aside in part.
async fn joins(ready: &Ready<'_>, giver: &Client<'_>, (n, yuan, aside): (u128, i64, i64), show: bool) -> Pledge {
    let new = new_pledge(n, ready.campaign, &ready.charity, Some(&ready.need));
    let input = PledgeInput { show_amount: show, public_display: Some(PublicDisplay::Name), ..new.input.clone() };
    let pledge = gift(&ready.charity, giver, &NewPledge { input, ..new }, n, yuan).await;
    let part = allocation(n, &ready.need, Some(&pledge), aside);
    ready.charity.maker.call(money_out::allocate(&part)).await.unwrap();
    pledge
}

/// Spends of a payment and has everything accepted.
pub async fn spends(ready: &Ready<'_>, n: u128, from: domain::DisbursementId, yuan: &[i64]) -> Vec<SpendingItemId> {
    let items = yuan.iter().map(|yuan| item(*yuan, false)).collect();
    let new = new_report(n, &ready.village, from, items).await;
    ready.village.call(deliveries::report(ready.need.id, &new)).await.unwrap();
    for voucher in &new.vouchers {
        ready.charity.checker.call(deliveries::accept(voucher.id, 1)).await.unwrap();
    }
    new.vouchers.iter().map(|voucher| voucher.id).collect()
}

/// Three givers, two payments, several items, some numbers: whatever they are, everybody's fen add up, and what is
/// 其他捐赠 for one is the own fen of the others.
#[tokio::test]
async fn for_every_giver_own_fen_and_the_rest_are_each_payment_and_each_item_to_the_fen() {
    for (amounts, payments, items) in [
        ([(20_000, 9_000), (800, 800), (30_000, 12_345)], [10_001, 12_000], [[3_000, 6_999, 2], [11_000, 1, 999]]),
        ([(50_000, 50_000), (1, 1), (2, 2)], [50_003, 0], [[25_000, 25_001, 1], [0, 0, 0]]),
    ] {
        let test = TestApp::new().await;
        let ready = ready(&test).await;
        let [first, second, third] = amounts;
        let part = allocation(100, &ready.need, Some(&ready.pledge), first.1);
        ready.charity.maker.call(money_out::allocate(&part)).await.unwrap();
        let (two, three) = (test.enterprise("二号").await, test.enterprise("三号").await);
        let pledges = [
            ready.pledge.id,
            joins(&ready, &two, (2, second.0, second.1), true).await.id,
            joins(&ready, &three, (3, third.0, third.1), true).await.id,
        ];
        let mut spent: BTreeMap<SpendingItemId, i64> = BTreeMap::new();
        for (n, (yuan, wanted)) in (1..).zip(payments.into_iter().zip(items)).filter(|(_, (yuan, _))| *yuan > 0) {
            let waiting = approved(&ready, n, yuan).await;
            ready.charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
            let wanted: Vec<i64> = wanted.into_iter().filter(|yuan| *yuan > 0).collect();
            spent.extend(spends(&ready, n, waiting.id, &wanted).await.into_iter().zip(wanted));
        }
        let (mut own, mut paid_in_all) = (BTreeMap::<SpendingItemId, Vec<Fen>>::new(), Fen::ZERO);
        for (giver, pledge) in [&ready.enterprise, &two, &three].into_iter().zip(pledges) {
            let gift = giver.call(gifts::trail(pledge)).await.unwrap();
            adds_up(&gift);
            for payment in gift.needs.iter().flat_map(|need| &need.payments) {
                paid_in_all = paid_in_all.checked_add(payment.own_fen).unwrap();
                for item in &payment.items {
                    let whole = item.own_fen.checked_add(item.others_fen).unwrap();
                    assert_eq!(whole, Fen::yuan(spent[&item.item]), "own and others are the item");
                    own.entry(item.item).or_default().push(item.own_fen);
                }
            }
        }
        assert_eq!(paid_in_all, Fen::yuan(payments.iter().sum()), "nobody's fen are missing in the payments");
        for (item, yuan) in &spent {
            assert_eq!(sum(own[item].iter().copied()), Fen::yuan(*yuan), "nor in the items");
        }
        test.done().await;
    }
}

#[tokio::test]
async fn a_gift_in_two_arrivals_tells_each_of_them_and_its_page_shows_the_sums() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, enterprise, .. } = &ready;
    let line = crate::money::matched(charity, 50, 5_000, pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &crate::money::seen(&line))).await.unwrap();
    charity.maker.call(money_out::allocate(&allocation(1, need, Some(pledge), 52_000))).await.unwrap();
    let other = test.enterprise("二号").await;
    joins(&ready, &other, (2, 3_000, 3_000), false).await;
    let waiting = approved(&ready, 1, 53_000).await;
    charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
    let items = spends(&ready, 1, waiting.id, &[51_000, 1_500]).await;
    let gift = enterprise.call(gifts::trail(pledge.id)).await.unwrap();
    adds_up(&gift);
    assert_eq!(
        gift.lots.iter().map(|lot| (lot.number, lot.amount_fen)).collect::<Vec<_>>(),
        [(1, Fen::yuan(50_000)), (2, Fen::yuan(5_000))]
    );
    let payment = &gift.needs[0].payments[0];
    assert_eq!((payment.own_fen, payment.others_fen), (Fen::yuan(52_000), Fen::yuan(1_000)));
    let item = payment.items.iter().find(|one| one.item == items[0]).unwrap();
    let lots: Vec<_> = item.lots.iter().map(|share| (share.number, share.amount_fen)).collect();
    assert_eq!(lots, [(1, Fen::yuan(50_000)), (2, Fen::yuan(1_000))], "oldest first");
    assert_eq!(item.pictures.len(), 1);
    assert_eq!(gift.lots[0].moves.len(), 4, "{:?}", gift.lots[0].moves);

    let page = enterprise.page(&format!("/gifts/{}", pledge.id)).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.text();
    for says in ["这笔捐赠现在在哪里", "整笔 53,000 元 ＝ 这笔捐赠 52,000 元 ＋ 其他捐赠 1,000 元", "第 2 笔 1,000 元"]
    {
        assert!(page.contains(says), "{says}: {page}");
    }
    assert!(!page.contains("二号"), "others are not named");
    assert!(
        enterprise.page(&format!("/pledges/{}", pledge.id)).await.text().contains(&format!("/gifts/{}", pledge.id))
    );
    for stranger in [&other, &ready.village] {
        assert_eq!(stranger.call(gifts::trail(pledge.id)).await.unwrap_err().status, 404);
    }
    assert_eq!(test.visitor().call(gifts::trail(pledge.id)).await.unwrap_err().status, 401);
    for insider in [&charity.maker, &test.auditor().await] {
        assert_eq!(insider.call(gifts::trail(pledge.id)).await.unwrap().arrived_fen, gift.arrived_fen);
    }

    // Everybody reads who shows name and amount; the rest is one sum.
    let sources = test.visitor().call(gifts::sources(items[1])).await.unwrap();
    let told: Vec<_> = sources.shares.iter().map(|share| (share.name.as_str(), share.amount_fen)).collect();
    assert_eq!((told, sources.amount_fen), (vec![("firm的单位", Fen::yuan(1_000))], Fen::yuan(1_500)));
    assert_eq!(sources.others_fen, Fen::yuan(500));
    let page = test.visitor().page(&format!("/spending/{}", items[1])).await.text();
    assert!(page.contains("其他捐赠") && page.contains("500 元") && !page.contains("二号"), "{page}");
    let nothing = SpendingItemId(uuid::Uuid::from_u128(0xdead));
    assert_eq!(test.visitor().call(gifts::sources(nothing)).await.unwrap_err().status, 404);
    test.done().await;
}
