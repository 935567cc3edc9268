//! How a pledge is shown: each choice is kept with what was read, its giver alone reads them, and withdrawal counts at once.

use crate::money::{new_pledge, open_need};
use axum::http::StatusCode;
use chrono::Duration;
use domain::api::campaigns::{self, PageQuery};
use domain::api::pledges::{self, ChangeDisplay};
use domain::organisation::Role;
use domain::pledge::{DISPLAY_TEXT_VERSION, DisplayChoice, PLEDGE_TERMS_VERSION, PublicDisplay};
use tests::TestApp;

const SHY: DisplayChoice =
    DisplayChoice { name: PublicDisplay::Anonymous, show_amount: false, share_with_recipient: false };

#[tokio::test]
async fn each_choice_is_kept_with_the_text_that_was_read_and_its_giver_alone_reads_them() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    test.clock.advance(Duration::minutes(1));
    enterprise.call(pledges::change_display(pledge.id, &SHY)).await.unwrap();
    // The same again is no other choice.
    enterprise.call(pledges::change_display(pledge.id, &SHY)).await.unwrap();
    let all = enterprise.call(pledges::displays(pledge.id)).await.unwrap().items;
    let said: Vec<_> = all.iter().map(|one| (one.number, one.choice.name, one.text_version.as_str())).collect();
    assert_eq!(
        said,
        [(2, PublicDisplay::Anonymous, DISPLAY_TEXT_VERSION), (1, PublicDisplay::Name, PLEDGE_TERMS_VERSION)]
    );
    assert!(all[0].chosen_at > all[1].chosen_at);
    let stale = ChangeDisplay {
        choice: DisplayChoice { name: PublicDisplay::Name, ..SHY },
        text_version: Some("2020-1".into()),
    };
    let refused = enterprise.call(pledges::change_display_as_read(pledge.id, &stale)).await.unwrap_err();
    assert_eq!(refused.fields(), ["text_version"]);

    let donor = test.member("giver", test.organisation_of(&enterprise).await, Role::Donor).await;
    assert_eq!(donor.call(pledges::displays(pledge.id)).await.unwrap().items.len(), 2);
    let rival = test.enterprise("茶油").await;
    for (client, status) in [(&rival, 404), (&charity.maker, 403), (&test.visitor(), 401)] {
        assert_eq!(client.call(pledges::displays(pledge.id)).await.unwrap_err().status, status);
    }
    // Two choose at once: both are kept, in some order, and the pledge says what the later one chose.
    let (open, half) =
        (DisplayChoice { name: PublicDisplay::Name, ..SHY }, DisplayChoice { name: PublicDisplay::Partial, ..SHY });
    let (one, two) = tokio::join!(
        enterprise.call(pledges::change_display(pledge.id, &open)),
        enterprise.call(pledges::change_display(pledge.id, &half))
    );
    one.unwrap();
    two.unwrap();
    let all = enterprise.call(pledges::displays(pledge.id)).await.unwrap().items;
    let now = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((all.len(), all[0].choice.name), (4, now.public_display));
    test.done().await;
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_at_once_from_lists_and_kept_pages() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    let pages = [format!("/needs/{}", need.code.clone().unwrap()), "/campaigns/630-2026".to_owned()];
    for page in &pages {
        // Twice: the second one may come out of the page cache.
        for _ in 0..2 {
            assert!(test.visitor().page(page).await.text().contains("金柚的单位"), "{page}");
        }
    }
    let path = format!("/pledges/{}/display", pledge.id);
    let shown = enterprise.page(&path).await;
    assert!(shown.text().contains("历次的选择（1）"), "{}", shown.text());
    let version = shown.hidden("text_version");
    let typed = [("text_version", version.as_str()), ("public_display", "anonymous")];
    let old = [("text_version", "2020-1"), ("public_display", "anonymous")];
    let refused = enterprise.form(&path, &old).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text().contains("说明已更新"));
    assert_eq!(enterprise.form(&path, &typed).await.location(), format!("/pledges/{}?done=display", pledge.id));
    for page in &pages {
        assert!(!test.visitor().page(page).await.text().contains("金柚的单位"), "{page}");
    }
    let listed = test.visitor().call(campaigns::pledges(campaign, &PageQuery::default())).await.unwrap();
    assert_eq!((listed.items[0].name.as_str(), listed.items[0].amount_fen), ("爱心企业", None));
    assert!(enterprise.page(&path).await.text().contains("历次的选择（2）"));
    test.done().await;
}
