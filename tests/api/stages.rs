//! What a campaign's stage allows of its money.

use crate::deliveries::{advance, item, new_report};
use crate::disbursements::{Ready, allocation, approved, paid, payment, ready};
use crate::money::{new_line, new_pledge, seen};
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::{deliveries, disbursements, pledges};
use domain::campaign::CampaignStage;
use domain::{CampaignId, Fen};
use tests::{Refused, TestApp};

async fn set_stages(test: &TestApp, campaign: CampaignId, stages: &[CampaignStage]) -> Result<(), String> {
    for stage in stages {
        let set = backend::campaigns::set_stage(&test.app, campaign, *stage).await;
        set.map_err(|error| error.to_string())?;
    }
    Ok(())
}

const TO_THE_ARCHIVE: [CampaignStage; 3] = [CampaignStage::Collecting, CampaignStage::Settled, CampaignStage::Archived];

fn is_archived<T: std::fmt::Debug>(result: Result<T, Refused>) {
    let refused = result.unwrap_err();
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.error.message.contains("活动现在是“归档”，不能记账"), "{}", refused.error.message);
}

#[tokio::test]
async fn money_of_an_archived_campaign_is_neither_matched_nor_confirmed() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let mut lines = Vec::new();
    for n in 1..=3 {
        lines.push(charity.maker.call(arrivals::enter(&new_line(n, &charity, "某公司", 100, ""))).await.unwrap());
    }
    let part = |pledge, campaign| MatchLine { parts: vec![MatchPart { amount_fen: Fen::yuan(100), pledge, campaign }] };
    let to_pledge = part(Some(pledge.id), None);
    let matched = charity.maker.call(arrivals::match_(lines[0].id, &to_pledge)).await.unwrap();
    set_stages(&test, campaign, &TO_THE_ARCHIVE).await.unwrap();
    is_archived(charity.checker.call(arrivals::confirm(matched.id, &seen(&matched))).await);
    is_archived(charity.maker.call(arrivals::match_(lines[1].id, &to_pledge)).await);
    is_archived(charity.maker.call(arrivals::match_(lines[2].id, &part(None, Some(campaign)))).await);
    charity.maker.call(arrivals::unmatch(matched.id)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn money_of_an_archived_campaign_is_neither_allocated_nor_promised_to_a_payee() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, pledge, payee, campaign, .. } = &ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 20_000))).await.unwrap();
    let early = charity.maker.call(disbursements::prepare(&payment(1, need, payee, 100))).await.unwrap();
    charity.checker.call(disbursements::check(early.id)).await.unwrap();
    set_stages(&test, *campaign, &TO_THE_ARCHIVE).await.unwrap();
    is_archived(charity.maker.call(disbursements::allocate(&allocation(2, need, Some(pledge), 100))).await);
    is_archived(charity.maker.call(disbursements::prepare(&payment(2, need, payee, 100))).await);
    is_archived(charity.checker.call(disbursements::approve(early.id)).await);
    test.done().await;
}

/// A bank may be paying what is approved, and a village owes vouchers for what was paid.
#[tokio::test]
async fn a_campaign_is_not_archived_while_its_money_is_on_its_way() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, campaign, .. } = &ready;
    let payment = advance(&ready).await;
    set_stages(&test, *campaign, &TO_THE_ARCHIVE[..2]).await.unwrap();
    let archive = async || set_stages(&test, *campaign, &TO_THE_ARCHIVE[2..]).await;
    assert!(archive().await.unwrap_err().contains("不能归档"), "vouchers are owed");
    let new = new_report(1, village, payment.id, vec![item(30_000, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    charity.checker.call(deliveries::accept(new.vouchers[0].id, 1)).await.unwrap();
    let waiting = approved(&ready, 2, 100).await;
    assert!(archive().await.unwrap_err().contains("不能归档"), "the bank may be paying");
    charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap();
    let new = new_report(2, village, waiting.id, vec![item(100, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    charity.checker.call(deliveries::accept(new.vouchers[0].id, 1)).await.unwrap();
    archive().await.unwrap();
    test.done().await;
}
