use crate::deliveries::picture;
use crate::disbursements::{allocation, new_payee, ready};
use domain::PayeeId;
use domain::api::disbursements;
use domain::api::payees::{self, NewPayee, PayeeQuery, PayeeStatus};
use std::collections::BTreeSet;
use tests::TestApp;
use uuid::Uuid;

/// A charity of a whole city has more payees than fit on a page; the form for a payment shows its village's all the same.
#[tokio::test]
async fn payees_are_paged_and_filtered_and_the_payment_form_shows_the_villages_own() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let charity = &ready.charity;
    let other = test.village("441424103204").await;
    for n in 10..70 {
        test.clock.advance(chrono::Duration::seconds(1));
        let new = NewPayee {
            id: PayeeId(Uuid::from_u128(n)),
            name: "别村代管户".into(),
            ..new_payee(n, charity, picture(&other).await)
        };
        other.call(payees::propose(&new)).await.unwrap();
    }
    let first = charity.maker.call(payees::list(&PayeeQuery::default())).await.unwrap();
    assert_eq!((first.items.len(), first.count.number, first.next.is_some()), (50, 61, true));
    let rest = PayeeQuery { after: first.next.clone(), ..PayeeQuery::default() };
    let rest = charity.maker.call(payees::list(&rest)).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (11, None));
    let all: BTreeSet<_> = first.items.iter().chain(&rest.items).map(|payee| payee.id).collect();
    assert_eq!(all.len(), 61, "none twice, none left out");
    assert_eq!(rest.items.last().unwrap().id, ready.payee.id, "latest first");

    let verified = PayeeQuery { status: Some(PayeeStatus::Verified), ..PayeeQuery::default() };
    let own = PayeeQuery { organisation: Some(ready.need.organisation), ..PayeeQuery::default() };
    for query in [verified, own] {
        let list = charity.maker.call(payees::list(&query)).await.unwrap();
        assert_eq!(list.items.iter().map(|payee| payee.id).collect::<Vec<_>>(), [ready.payee.id]);
    }
    let wrong = PayeeQuery { after: Some("x".into()), ..PayeeQuery::default() };
    assert_eq!(charity.maker.call(payees::list(&wrong)).await.unwrap_err().fields(), ["after"]);

    let allocated = allocation(1, &ready.need, Some(&ready.pledge), 100);
    charity.maker.call(disbursements::allocate(&allocated)).await.unwrap();
    let form = format!("/work/disbursements/new?need={}", ready.need.code.as_ref().unwrap());
    let form = charity.maker.page(&form).await.text();
    assert!(form.contains("示例镇财政所代管户") && !form.contains("别村代管户"), "{form}");
    let page = charity.maker.page("/work/payees").await.text();
    assert!(page.contains("下一页") && page.contains("/work/payees?status=verified"), "{page}");
    // What is done on a later page leads back to it.
    let there = format!("/work/payees?after={}", first.next.unwrap());
    let payee = ready.payee.id.to_string();
    let closed = charity.checker.form(&there, &[("action", "close"), ("payee", payee.as_str())]).await.location();
    assert_eq!(closed, there.replace("?after", "?done=closed&after"));
    test.done().await;
}
