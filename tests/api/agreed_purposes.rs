//! What a donation agreement says that money is for: it prints the giver's wish for what is left over, and no click changes
//! it afterwards.

use crate::designations::{divided, row};
use crate::mail::text_of;
use crate::money::open_need;
use crate::needs::VILLAGE;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::allocation::FundingChoice;
use domain::api::PREFIX;
use domain::api::agreements::{self, ConfirmDonation, NewAgreement};
use domain::api::pledges::{self, Designate, NewPledge};
use domain::pledge::{DesignationTarget, PledgeInput};
use domain::{AgreementId, Fen};
use tests::TestApp;
use uuid::Uuid;

#[tokio::test]
async fn what_is_agreed_is_not_pointed_elsewhere_and_what_the_agreement_leaves_open_is() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let village = DesignationTarget::Village { village: VILLAGE.parse().unwrap() };
    let new = divided(1, campaign, &charity, &[row(village, 30_000), row(DesignationTarget::Undesignated, 20_000)]);
    let new = NewPledge { input: PledgeInput { funding_choice: FundingChoice::SameField, ..new.input.clone() }, ..new };
    let pledge = enterprise.call(pledges::create(&new)).await.unwrap();
    let asked = NewAgreement { id: AgreementId(Uuid::from_u128(10)), pledge: pledge.id, extra: String::new() };
    let asked = charity.maker.call(agreements::ask(&asked)).await.unwrap();
    let pdf = format!("{PREFIX}/agreements/{}/agreement.pdf", asked.row.id);
    let printed = enterprise.send(Request::get(&pdf).body(Body::empty()).unwrap()).await;
    assert_eq!(printed.status, StatusCode::OK);
    let words: String = text_of(&printed.body).split_whitespace().collect();
    assert!(words.contains("甲方事先同意转给同一领域的其他需求") && words.contains("款用不完"), "{words}");
    let agreed = ConfirmDonation { hash: asked.hash.clone() };
    enterprise.call(agreements::confirm(asked.row.id, &agreed)).await.unwrap();
    charity.checker.call(agreements::confirm(asked.row.id, &agreed)).await.unwrap();

    let to = |position| Designate { need: need.id, position: Some(position) };
    let refused = enterprise.call(pledges::designate(pledge.id, &to(1))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("用途变更") && refused.error.message.contains("定向额度"), "{refused:?}");
    // The database refuses as well, whoever asks; and so does the wish for what is left over.
    for (change, constraint) in [
        (
            "update pledge_designation set kind = 'town', village = null, town = '441424103' where position = 1",
            "designation",
        ),
        ("update pledge_designation set amount_fen = amount_fen - 1 where position = 2", "designation"),
        ("delete from pledge_designation where position = 2", "designation"),
        ("update pledge set funding_choice = 'ask_me'", "pledge"),
    ] {
        let broken = sqlx::raw_sql(change).execute(&test.app.pool).await.unwrap_err();
        let named = broken.as_database_error().and_then(|error| error.constraint().map(str::to_owned));
        assert_eq!(named, Some(format!("{constraint}_agreed_fixed")), "{change}");
    }
    // The agreement leaves the second row to its giver.
    let chosen = enterprise.call(pledges::designate(pledge.id, &to(2))).await.unwrap();
    assert_eq!(chosen.designations[1].target.need(), Some(need.id));
    assert_eq!(chosen.designations[1].amount_fen, Fen::yuan(20_000));
    test.done().await;
}

#[tokio::test]
async fn before_the_agreement_a_row_is_pointed_within_what_it_is_for() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let village = DesignationTarget::Village { village: VILLAGE.parse().unwrap() };
    let new = divided(1, campaign, &charity, &[row(village, 30_000)]);
    let pledge = enterprise.call(pledges::create(&new)).await.unwrap();
    let asked = NewAgreement { id: AgreementId(Uuid::from_u128(10)), pledge: pledge.id, extra: String::new() };
    let asked = charity.maker.call(agreements::ask(&asked)).await.unwrap();
    let agreed = ConfirmDonation { hash: asked.hash.clone() };
    enterprise.call(agreements::confirm(asked.row.id, &agreed)).await.unwrap();
    // One side alone is no agreement; and what was said to the text of before says nothing of the next one.
    enterprise.call(pledges::designate(pledge.id, &Designate { need: need.id, position: None })).await.unwrap();
    assert_eq!(charity.checker.call(agreements::confirm(asked.row.id, &agreed)).await.unwrap_err().status, 409);
    test.done().await;
}
