use crate::disbursements::Ready;
use crate::money::{new_line, new_pledge, open_need};
use crate::needs::{VILLAGE, new_need};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::NaiveDate;
use domain::Fen;
use domain::api::arrivals::{self, NewBankLine};
use domain::api::disbursements::{self, Paid};
use domain::api::needs::{self, NewNeed};
use domain::api::pledges::{self, NewPledge};
use domain::api::{campaigns, deliveries, money};
use domain::arrival::BankLineInput;
use domain::delivery::SpendingItem;
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
    for path in [format!("/needs/{}", need.code.unwrap()), "/campaigns/630-2026".to_owned(), "/".to_owned()] {
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

/// PostgreSQL keeps no NUL; whoever sends one is told, at every door.
#[tokio::test]
async fn an_invisible_nul_is_refused_with_a_sentence_and_never_an_error_of_ours() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let village = test.village(VILLAGE).await;
    let says = |text: &str| text.contains("看不见的空字符");
    let new = new_line(1, &charity, "某\0公司", 1, "");
    let refused = charity.maker.call(arrivals::enter(&new)).await.unwrap_err();
    assert_eq!((refused.status, says(&refused.error.message)), (400, true));
    let new = new_need(1);
    let draft = NewNeed { content: NeedContent { title: "饮水\0".into(), ..new.content.clone() }, ..new };
    assert_eq!(village.call(needs::create(&draft)).await.unwrap_err().status, 400);
    // The six characters of the escape, typed as such, are a text like any other.
    let typed = new_line(2, &charity, "\\u0000 公司", 1, "");
    assert_eq!(charity.maker.call(arrivals::enter(&typed)).await.unwrap().line.payer, "\\u0000 公司");

    let account = charity.account.to_string();
    let form = [
        ("id", "0190a000-0000-7000-8000-000000000003"),
        ("bank_account", account.as_str()),
        ("booked_on", "2026-06-30"),
        ("payer", "某\0公司"),
        ("amount", "1"),
        ("serial_no", "S3"),
    ];
    let refused = charity.maker.form("/work/bank-lines/new", &form).await;
    assert_eq!((refused.status, says(&refused.text())), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let sign_in = test.visitor().form("/sign-in", &[("account", "a\0"), ("password", "b\0")]).await;
    assert_eq!(sign_in.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (path, status) in [
        ("/api/v1/needs?q=%00", StatusCode::BAD_REQUEST),
        ("/needs?q=%00", StatusCode::BAD_REQUEST),
        ("/api/v1/needs/XQ%00", StatusCode::NOT_FOUND),
        ("/needs/XQ%00", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(test.visitor().page(path).await.status, status, "{path}");
    }
    test.done().await;
}

/// A calendar ends earlier than a number does.
#[tokio::test]
async fn a_day_that_no_bank_ever_had_is_refused_at_its_field() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let payment = crate::deliveries::advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let waiting = crate::disbursements::approved(&ready, 2, 100).await;
    for day in [NaiveDate::MIN, NaiveDate::MAX, "1999-12-31".parse().unwrap()] {
        let new = new_line(7, charity, "某公司", 1, "");
        let line = NewBankLine { line: BankLineInput { booked_on: day, ..new.line.clone() }, ..new };
        let refused = charity.maker.call(arrivals::enter(&line)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["booked_on"]), "{day}");
        let paid = Paid { paid_on: day, ..crate::disbursements::paid() };
        let refused = charity.payer.call(disbursements::pay(waiting.id, &paid)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["paid_on"]), "{day}");
        let item = SpendingItem { invoice_on: day, ..crate::deliveries::item(1, false) };
        let report = crate::deliveries::new_report(1, village, payment.id, vec![item]).await;
        let refused = village.call(deliveries::report(need.id, &report)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["items.0.invoice_on"]), "{day}");
    }
    let new = new_need(9);
    let content = NeedContent { wanted_by: Some(NaiveDate::MIN), ..new.content.clone() };
    let refused = village.call(needs::create(&NewNeed { content, ..new })).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["wanted_by"]));
    test.done().await;
}

/// What is no JSON at all, or too long, is refused as before.
#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(3 * 1024 * 1024));
    for (kind, body, status) in [
        ("application/json", "{", StatusCode::BAD_REQUEST),
        ("text/plain", "{}", StatusCode::BAD_REQUEST),
        ("application/json", long.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let request = Request::post("/api/v1/needs").header(header::CONTENT_TYPE, kind);
        let answer = village.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(answer.status, status, "{kind}");
    }
    test.done().await;
}
