//! A directed pledge that was made without a need is pointed at one by its giver.

use crate::disbursements::{allocation, gift};
use crate::money::{new_pledge, open_need};
use crate::needs::{VILLAGE, new_need};
use axum::http::StatusCode;
use domain::Fen;
use domain::api::pledges::{self, Designate, NewPledge};
use domain::api::{disbursements, money, needs};
use domain::organisation::Role;
use domain::pledge::{PledgeInput, Restriction};
use tests::TestApp;

#[tokio::test]
async fn arrived_money_is_pointed_at_a_need_by_its_giver_and_then_set_aside() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let new = new_pledge(1, campaign, &charity, None);
    let pledge = gift(&charity, &enterprise, &new, 1, 50_000).await;
    let to = Designate { need: need.id, position: None };
    let firm = test.organisation_of(&enterprise).await;
    let donor = test.member("giver", firm, Role::Donor).await;
    let rival = test.enterprise("茶油").await;
    for (client, status) in [(&donor, 403), (&rival, 404), (&charity.maker, 403), (&test.visitor(), 401)] {
        assert_eq!(client.call(pledges::designate(pledge.id, &to)).await.unwrap_err().status, status);
    }
    let (page, code) = (format!("/pledges/{}", pledge.id), need.code.clone().unwrap());
    assert!(enterprise.page(&page).await.text().contains("指定用于哪条需求"));
    let wrong = enterprise.form(&page, &[("action", "designate"), ("need_code", "XQ-441424-2026-99")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("没有找到这条公开的需求"));
    let typed = format!(" {} ", code.to_lowercase());
    let sent = enterprise.form(&page, &[("action", "designate"), ("need_code", &typed)]).await;
    assert_eq!(sent.location(), format!("{page}?done=designated"));

    let read = enterprise.call(pledges::designate(pledge.id, &to)).await.unwrap();
    assert_eq!(read.need.as_ref().map(|of| of.id), Some(need.id), "the same again changes nothing");
    assert!(read.designated_at.is_some());
    assert_eq!(enterprise.call(pledges::create(&new)).await.unwrap().id, pledge.id, "the same pledge, sent again");
    let four = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!((four.pledged, four.arrived), (Fen::yuan(50_000), Fen::yuan(50_000)));
    charity.maker.call(disbursements::allocate(&allocation(1, &need, Some(&pledge), 40_000))).await.unwrap();
    assert!(!enterprise.page(&page).await.text().contains("指定用于哪条需求"));
    test.done().await;
}

#[tokio::test]
async fn a_pledge_is_pointed_once_and_only_at_what_takes_pledges() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let draft = village.call(needs::create(&new_need(2))).await.unwrap();
    let directed = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let refused = enterprise
        .call(pledges::designate(directed.id, &Designate { need: draft.id, position: None }))
        .await
        .unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["need"]));
    let to = Designate { need: need.id, position: None };
    let new = new_pledge(2, campaign, &charity, None);
    let input = PledgeInput { restriction: Restriction::Undirected, ..new.input.clone() };
    let general = enterprise.call(pledges::create(&NewPledge { input, ..new })).await.unwrap();
    let refused = enterprise.call(pledges::designate(general.id, &to)).await.unwrap_err();
    assert_eq!((refused.status, refused.error.message.contains("非定向")), (409, true));
    enterprise.call(pledges::designate(directed.id, &to)).await.unwrap();
    let refused = enterprise
        .call(pledges::designate(directed.id, &Designate { need: draft.id, position: None }))
        .await
        .unwrap_err();
    assert_eq!((refused.status, refused.error.message.contains("已经指定")), (409, true));
    test.done().await;
}
