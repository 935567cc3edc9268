use crate::money::{new_line, new_pledge, open_need};
use crate::needs::{VILLAGE, new_need};
use axum::http::StatusCode;
use domain::Fen;
use domain::api::arrivals::{self, NewBankLine};
use domain::api::needs::{self, NewNeed};
use domain::api::pledges::{self, NewPledge};
use domain::api::{campaigns, money};
use domain::arrival::BankLineInput;
use domain::need::NeedContent;
use domain::pledge::PledgeInput;
use tests::TestApp;

/// The largest single amount: 10 亿元.
const MOST: Fen = Fen::yuan(1_000_000_000);
const MORE: Fen = Fen::yuan(1_000_000_001);

#[tokio::test]
async fn no_pledge_however_large_breaks_a_page_for_everybody() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let of = |n: u128, amount: Fen| {
        let new = new_pledge(n, campaign, &charity, Some(&need));
        NewPledge { input: PledgeInput { amount, ..new.input.clone() }, ..new }
    };
    let refused = enterprise.call(pledges::create(&of(1, MORE))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["amount_fen"]));
    assert!(refused.error.fields[0].message.contains("10 亿元"), "{:?}", refused.error.fields);
    for n in 1..=120 {
        enterprise.call(pledges::create(&of(n, MOST))).await.unwrap();
    }
    let all = Fen::yuan(120_000_000_000);
    assert_eq!(test.visitor().call(money::of_need(need.id)).await.unwrap().money.pledged, all);
    assert_eq!(test.visitor().call(campaigns::get(campaign)).await.unwrap().money.pledged, all);
    for path in [format!("/needs/{}", need.code.unwrap()), format!("/campaigns/{campaign}"), "/".to_owned()] {
        let page = test.visitor().page(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(path == "/" || page.text().contains("120,000,000,000"), "{path}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_bank_line_or_a_need_beyond_the_largest_amount_is_refused_at_its_field() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let new = new_line(1, &charity, "某公司", 1, "");
    let large = NewBankLine { line: BankLineInput { amount: MORE, ..new.line.clone() }, ..new };
    let refused = charity.maker.call(arrivals::enter(&large)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["amount_fen"]));
    let village = test.village(VILLAGE).await;
    for amount in [MORE, Fen::yuan(-1)] {
        let new = new_need(1);
        let draft = NewNeed { content: NeedContent { amount_fen: Some(amount), ..new.content.clone() }, ..new };
        let refused = village.call(needs::create(&draft)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["amount"]), "{amount}");
    }
    test.done().await;
}
