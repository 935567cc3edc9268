//! Bank lines: whose they are guessed to be, how a mistyped one goes, how money of an unknown giver finds its owner.

use crate::money::{matched, new_line, new_pledge, seen};
use domain::api::arrivals::{self, LineQuery, MatchLine, MatchPart, VoidLine};
use domain::api::pledges;
use domain::arrival::{BankLineStatus, Reason};
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

#[tokio::test]
async fn a_mistyped_line_is_voided_and_its_number_entered_again() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let wrong = new_line(1, &charity, "某公司", 100, "");
    let line = charity.maker.call(arrivals::enter(&wrong)).await.unwrap();
    assert!(line.may.void);
    let why = VoidLine { reason: "金额输错，已另行录入".into() };
    let short = VoidLine { reason: "错".into() };
    assert_eq!(charity.maker.call(arrivals::void(line.id, &short)).await.unwrap_err().fields(), ["reason"]);
    let other = test.charity("另一慈善会").await;
    for (client, status) in [(&charity.checker, 403), (&other.maker, 404), (&enterprise, 403)] {
        assert_eq!(client.call(arrivals::void(line.id, &why)).await.unwrap_err().status, status);
    }
    let page = format!("/work/bank-lines/{}", line.id);
    assert!(charity.maker.page(&page).await.text().contains("作废这笔流水"));
    let form = [("action", "void"), ("reason", why.reason.as_str())];
    assert_eq!(charity.maker.form(&page, &form).await.location(), format!("{page}?done=voided"));
    let voided = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!((voided.status, voided.reason.as_deref()), (BankLineStatus::Voided, Some(why.reason.as_str())));
    assert!(!voided.may.match_ && !voided.may.void && voided.suggestions.is_empty());
    assert!(charity.maker.page(&page).await.text().contains("金额输错，已另行录入"));
    let waiting = charity.maker.call(arrivals::list(&LineQuery::default())).await.unwrap();
    let done = charity.maker.call(arrivals::list(&LineQuery { done: true, after: None })).await.unwrap();
    assert_eq!((waiting.items.len(), done.items.len()), (0, 1));

    let mut right = new_line(2, &charity, "某公司", 1_000, "");
    right.line.serial_no.clone_from(&wrong.line.serial_no);
    let right = charity.maker.call(arrivals::enter(&right)).await.unwrap();
    let mut twin = new_line(3, &charity, "某公司", 1_000, "");
    twin.line.serial_no.clone_from(&wrong.line.serial_no);
    assert_eq!(charity.maker.call(arrivals::enter(&twin)).await.unwrap_err().fields(), ["serial_no"]);
    let part = MatchPart { amount_fen: right.line.amount, pledge: Some(pledge.id), campaign: None };
    let matched = charity.maker.call(arrivals::match_(right.id, &MatchLine { parts: vec![part] })).await.unwrap();
    let refused = charity.maker.call(arrivals::void(matched.id, &why)).await.unwrap_err();
    assert_eq!(refused.status, 409, "first the match is taken back");
    test.done().await;
}
