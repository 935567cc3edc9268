//! Bank lines: whose they are guessed to be, how a mistyped one goes, how money of an unknown giver finds its owner.

use crate::money::{matched, new_line, new_pledge, seen};
use domain::api::arrivals;
use domain::api::pledges;
use domain::arrival::Reason;
use domain::pledge::PledgeReference;
use tests::TestApp;

#[tokio::test]
async fn a_reference_finds_its_pledge_however_many_are_newer() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    // More than are compared by name, as the database's owner, since no person makes so many.
    let newer: Vec<String> =
        (1_000..3_100).map(|number| PledgeReference::from_number(number).unwrap().to_string()).collect();
    sqlx::query(
        "insert into pledge
         select gen_random_uuid(), newer.reference, campaign, charity, enterprise, need, restriction, amount_fen, status,
                arrived_fen, public_display, show_amount, share_with_recipient, terms_version, pledged_by,
                pledged_at + interval '1 day', changed_at
         from pledge, unnest($1::text[]) as newer (reference)",
    )
    .bind(&newer)
    .execute(&test.app.pool)
    .await
    .unwrap();
    let line = new_line(1, &charity, "张三", 100, &format!("捐款{}", pledge.reference));
    let line = charity.maker.call(arrivals::enter(&line)).await.unwrap();
    assert_eq!(line.suggestions[0].suggestion.pledge, pledge.id);
    assert!(line.suggestions[0].suggestion.reasons.contains(&Reason::ReferenceExact));
    test.done().await;
}

#[tokio::test]
async fn who_pays_more_than_was_promised_is_found_by_the_reference() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 50_000, &pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let more = new_line(2, &charity, "张三", 100, pledge.reference.as_str());
    let more = charity.maker.call(arrivals::enter(&more)).await.unwrap();
    assert_eq!(more.suggestions[0].suggestion.pledge, pledge.id);
    test.done().await;
}
