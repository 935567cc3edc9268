//! An auditor reads a charity's books as its people do, one charity after the other, and changes nothing.

use crate::disbursements::{Ready, paid_out, ready};
use crate::money::new_line;
use axum::http::StatusCode;
use domain::api::accounting::legs_path;
use domain::api::arrivals::{self, LineQuery, LineRights, unmatched_path};
use domain::api::campaigns::PageQuery;
use domain::api::outgoings::{self, OutQuery};
use domain::api::payees::{self, PayeeQuery};
use domain::api::{
    allocations, bank_accounts, bank_statements, charity_books, disbursements, month_ends, purpose_changes, returns,
    sessions,
};
use tests::{Client, TestApp};

/// How many rows of each list somebody reads; without what each may do.
async fn rows(who: &Client<'_>) -> Vec<usize> {
    let page = PageQuery::default();
    let done = LineQuery { done: true, ..LineQuery::default() };
    vec![
        who.call(arrivals::list(&done)).await.unwrap().items.len(),
        who.call(bank_accounts::list()).await.unwrap().items.len(),
        who.call(bank_statements::list()).await.unwrap().items.len(),
        who.call(outgoings::list(&OutQuery::default())).await.unwrap().items.len(),
        who.call(month_ends::list()).await.unwrap().items.len(),
        who.call(returns::list(&page)).await.unwrap().items.len(),
        who.call(allocations::list(&page)).await.unwrap().items.len(),
        who.call(purpose_changes::list(&page)).await.unwrap().items.len(),
        who.call(disbursements::list(&page)).await.unwrap().items.len(),
        who.call(payees::list(&PayeeQuery::default())).await.unwrap().items.len(),
    ]
}

#[tokio::test]
async fn an_auditor_reads_the_books_of_the_charity_that_he_chose_and_changes_nothing() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = paid_out(&ready, 40_000, 30_000).await;
    let Ready { charity, village, .. } = &ready;
    let auditor = test.auditor().await;
    let other = test.charity("另一慈善会").await;

    let before = auditor.call(arrivals::list(&LineQuery::default())).await.unwrap_err();
    assert!(before.status == 409 && before.error.message.contains("慈善组织的账"), "{before:?}");
    let asked = auditor.page("/work/bank-lines?done=1").await.text();
    assert!(asked.contains("看哪个慈善组织") && asked.contains("示例慈善会") && asked.contains("另一慈善会"));
    let one = auditor.page(&format!("/work/disbursements/{}", payment.id)).await;
    assert!(one.status.is_success() && !one.text().contains("看哪个慈善组织"), "one payment says whose it is");
    let known: Vec<_> = auditor.call(charity_books::list()).await.unwrap().items;
    assert_eq!(known.len(), 2);
    for (who, status) in [(&test.visitor(), 401), (&charity.maker, 403), (village, 403), (&ready.enterprise, 403)] {
        assert_eq!(who.call(charity_books::list()).await.unwrap_err().status, status);
        assert_eq!(who.call(charity_books::choose(charity.id)).await.unwrap_err().status, status);
    }
    let no_charity = auditor.call(charity_books::choose(ready.need.organisation)).await.unwrap_err();
    assert_eq!(no_charity.fields(), ["charity"]);

    let id = charity.id.to_string();
    let chosen = auditor.form("/work/charity-books", &[("charity", &id), ("next", "/work/bank-lines?done=1")]).await;
    assert_eq!((chosen.status, chosen.location().as_str()), (StatusCode::SEE_OTHER, "/work/bank-lines?done=1"));
    let page = auditor.page("/work/bank-lines?done=1").await.text();
    assert!(page.contains("正在看示例慈善会的账") && !page.contains("看哪个慈善组织"));
    assert_eq!(rows(&auditor).await, rows(&charity.maker).await, "what its people read");

    let done = LineQuery { done: true, ..LineQuery::default() };
    let line = auditor.call(arrivals::list(&done)).await.unwrap().items.remove(0);
    let none = LineRights::default();
    assert_eq!((line.may, auditor.call(arrivals::get(line.id)).await.unwrap().may), (none, none));
    let payee = auditor.call(payees::list(&PayeeQuery::default())).await.unwrap().items.remove(0);
    assert_eq!(payee.account_no, None, "not the whole number");
    assert!(charity.checker.call(payees::list(&PayeeQuery::default())).await.unwrap().items[0].account_no.is_some());
    let entered = auditor.call(arrivals::enter(&new_line(9, charity, "某公司", 100, "附言"))).await.unwrap_err();
    assert_eq!(entered.status, 403);

    // What he takes out of the house is recorded as his own, of the charity that it is about.
    let legs = auditor.page(&format!("{}?from=2020-01-01&until=2030-12-31", legs_path())).await;
    assert!(legs.status.is_success() && legs.text().lines().count() > 2, "{}", legs.text());
    assert!(auditor.page(&unmatched_path()).await.status.is_success());
    let own = auditor.call(sessions::me()).await.unwrap().acting.unwrap();
    let recorded: Vec<(uuid::Uuid, Option<uuid::Uuid>)> = sqlx::query_as(
        "select subject, organisation from event where verb in ('ledger_exported', 'unmatched_exported')",
    )
    .fetch_all(&test.app.pool)
    .await
    .unwrap();
    assert_eq!(recorded, vec![(charity.id.0, Some(own.0)); 2]);

    // Another charity: other books. Another session has not chosen.
    let me = auditor.call(charity_books::choose(other.id)).await.unwrap();
    assert_eq!(me.books().map(|books| books.id), Some(other.id));
    assert_eq!(rows(&auditor).await, rows(&other.maker).await);
    assert_eq!(auditor.call(arrivals::get(line.id)).await.unwrap_err().status, 404);
    let elsewhere = test.signed_in("auditor").await;
    assert_eq!(elsewhere.call(arrivals::get(line.id)).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn every_page_of_a_charitys_books_is_readable_and_offers_an_auditor_no_form() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = paid_out(&ready, 40_000, 30_000).await;
    let auditor = test.auditor().await;
    auditor.call(charity_books::choose(ready.charity.id)).await.unwrap();
    let line = auditor.call(arrivals::list(&LineQuery { done: true, ..LineQuery::default() })).await.unwrap();
    let line = line.items[0].id;
    let account = ready.charity.account;
    let pages = [
        "/work/charity-books".to_owned(),
        "/work/bank-lines".to_owned(),
        "/work/bank-lines?done=1".to_owned(),
        "/work/bank-lines?desk=match".to_owned(),
        format!("/work/bank-lines/{line}"),
        format!("/work/bank-lines/{line}/rebook"),
        "/work/unmatched".to_owned(),
        "/work/bank-statements".to_owned(),
        "/work/allocations".to_owned(),
        "/purpose-changes".to_owned(),
        "/work/disbursements".to_owned(),
        format!("/work/disbursements/{}", payment.id),
        "/work/spending".to_owned(),
        "/work/surpluses".to_owned(),
        "/work/returns".to_owned(),
        "/work/payees".to_owned(),
        "/work/bank-accounts".to_owned(),
        "/work/outgoings".to_owned(),
        "/work/accounts".to_owned(),
        "/work/reversals".to_owned(),
        "/work/month-ends".to_owned(),
        format!("/work/month-ends?account={account}&month=2026-07"),
        "/work/accounting".to_owned(),
    ];
    for path in pages {
        let page = auditor.page(&path).await;
        let html = page.text();
        assert!(page.status.is_success(), "{path}: {} {html}", page.status);
        // Signing out, reading another charity's books, and asking for rows or a table change nothing.
        let forms = html.split("<form").skip(1).filter(|form| {
            let tag = form.split('>').next().unwrap_or_default();
            let changes = tag.contains("method=\"post\"");
            changes && !tag.contains("/sign-out") && !tag.contains("/work/charity-books")
        });
        assert_eq!(forms.count(), 0, "{path} offers a form: {html}");
    }
    test.done().await;
}
