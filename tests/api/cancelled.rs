//! A pledge is taken back by its maker, before any agreement and before any money.

use crate::accounts::renewed;
use crate::money::{matched, new_line, new_pledge, open_need, seen};
use chrono::Duration;
use domain::Fen;
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::campaigns::{self, PageQuery};
use domain::api::notices::{self, NoticeQuery};
use domain::api::pledges::{self, CancelPledge};
use domain::api::{ErrorCode, money, needs};
use domain::need::NeedStatus;
use domain::organisation::Role;
use domain::person::SURE_FOR;
use domain::pledge::PledgeStatus;
use tests::{Client, TestApp};

fn why() -> CancelPledge {
    CancelPledge { reason: "金额填错，已另行认捐".into() }
}

#[tokio::test]
async fn a_pledge_without_money_is_taken_back_and_counts_nowhere_any_more() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    test.follow().await;
    let code = need.code.clone().unwrap();
    let promised = test.visitor().call(needs::get(&code)).await.unwrap();
    assert_ne!(promised.status, NeedStatus::Open);

    let firm = test.organisation_of(&enterprise).await;
    let donor = test.member("giver", firm, Role::Donor).await;
    let rival = test.enterprise("茶油").await;
    for (client, status) in [(&donor, 403), (&rival, 404), (&charity.maker, 403), (&test.visitor(), 401)] {
        assert_eq!(client.call(pledges::cancel(pledge.id, &why())).await.unwrap_err().status, status);
    }
    let short = CancelPledge { reason: "填错".into() };
    assert_eq!(enterprise.call(pledges::cancel(pledge.id, &short)).await.unwrap_err().fields(), ["reason"]);
    let page = format!("/pledges/{}", pledge.id);
    assert!(enterprise.page(&page).await.text().contains("取消这笔认捐"));
    let sent_off = enterprise.form(&page, &[("action", "cancel"), ("reason", &why().reason)]).await;
    assert_eq!(sent_off.location(), format!("{page}?done=cancelled"));

    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((read.status, read.cancelled_reason), (PledgeStatus::Cancelled, Some(why().reason)));
    let shown = enterprise.page(&page).await.text();
    assert!(shown.contains("金额填错，已另行认捐") && !shown.contains("汇款单"), "{shown}");
    let four = test.visitor().call(money::of_need(need.id)).await.unwrap();
    assert_eq!((four.money.pledged, four.pledges.len()), (Fen::ZERO, 0));
    let whole = test.visitor().call(campaigns::get(campaign)).await.unwrap();
    assert_eq!((whole.money.pledged, whole.pledges), (Fen::ZERO, 0));
    let listed = test.visitor().call(campaigns::pledges(campaign, &PageQuery::default())).await.unwrap();
    assert!(listed.items.is_empty());
    test.follow().await;
    assert_eq!(test.visitor().call(needs::get(&code)).await.unwrap().status, NeedStatus::Open);
    assert_eq!(enterprise.call(pledges::cancel(pledge.id, &why())).await.unwrap_err().status, 409, "once is enough");

    // No money is matched to it any more, and its charity has been told.
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "金柚的单位", 50_000, ""))).await.unwrap();
    let part = MatchPart { amount_fen: line.line.amount, pledge: Some(pledge.id), campaign: None };
    let refused = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap_err();
    assert_eq!(refused.fields(), ["parts"]);
    let notices = charity.maker.call(notices::list(&NoticeQuery::default())).await.unwrap();
    assert!(notices.items.iter().any(|notice| notice.text.contains("认捐已取消")), "{notices:?}");
    test.done().await;
}

#[tokio::test]
async fn a_pledge_of_which_money_came_or_is_being_looked_at_stays() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 20_000, &pledge).await;
    let refused = enterprise.call(pledges::cancel(pledge.id, &why())).await.unwrap_err();
    assert_eq!(refused.status, 409);
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    assert_eq!(enterprise.call(pledges::cancel(pledge.id, &why())).await.unwrap_err().status, 409);
    assert!(!enterprise.page(&format!("/pledges/{}", pledge.id)).await.text().contains("取消这笔认捐"));
    let still = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!(still.status, PledgeStatus::PartlyArrived);
    test.done().await;
}

#[tokio::test]
async fn whoever_takes_a_pledge_back_proves_who_he_is() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let asked = Client { bearer: Some(renewed(&test, &enterprise)), ..enterprise };
    let refused = asked.call(pledges::cancel(pledge.id, &why())).await.unwrap_err();
    assert_eq!((refused.status, refused.error.code), (403, ErrorCode::ProveAgain));
    let again = test.signed_in("金柚").await;
    again.call(pledges::cancel(pledge.id, &why())).await.unwrap();
    test.done().await;
}
