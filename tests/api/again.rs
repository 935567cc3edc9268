//! Back, change, send: a form whose id holds something else already.

use crate::deliveries::picture;
use crate::disbursements::{Ready, allocation, new_payee, payment, ready};
use domain::api::disbursements;
use domain::api::payees::{self, PayeeQuery};
use tests::{Answer, Client, TestApp};

/// Sends a form that is accepted, then the same with another value, then what the refused page has for the next try.
async fn send_thrice(client: &Client<'_>, path: &str, fields: &[(&str, &str)], (name, other): (&str, &str)) -> Answer {
    let sent = client.form(path, fields).await;
    assert_eq!(sent.status, 303, "{path}: {}", sent.text());
    let changed = |id: Option<&str>| -> Vec<(String, String)> {
        let value = |field: &str, value: &str| match (field, id) {
            ("id", Some(id)) => id.to_owned(),
            _ if field == name => other.to_owned(),
            _ => value.to_owned(),
        };
        fields.iter().map(|(field, was)| ((*field).to_owned(), value(field, was))).collect()
    };
    let submit = async |fields: Vec<(String, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        client.form(path, &fields).await
    };
    let refused = submit(changed(None)).await;
    assert_eq!(refused.status, 422, "{path}");
    let id = refused.hidden("id");
    assert_ne!(id, fields[0].1, "{path}: the next try has an id of its own");
    let again = submit(changed(Some(&id))).await;
    assert_eq!(again.status, 303, "{path}: {}", again.text());
    refused
}

fn says(answer: &Answer, words: &[&str]) {
    for word in words {
        assert!(answer.text().contains(word), "does not say “{word}”:\n{}", answer.text());
    }
}

#[tokio::test]
async fn a_form_sent_again_with_something_else_shows_what_is_recorded_and_gets_a_new_id() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, pledge, payee, .. } = &ready;
    let (first, account) = ("0190a000-0000-7000-8000-0000000000aa", charity.account.to_string());
    let line = [
        ("id", first),
        ("bank_account", account.as_str()),
        ("booked_on", "2026-06-30"),
        ("payer", "金柚公司"),
        ("amount", "3万"),
        ("remark", ""),
        ("serial_no", "B1"),
    ];
    let refused = send_thrice(&charity.maker, "/work/bank-lines/new", &line, ("serial_no", "B2")).await;
    says(&refused, &["已经保存的一份", "30,000 元", "value=\"B2\"", &format!("/work/bank-lines/{first}")]);

    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let (need_id, payee_id) = (need.id.to_string(), payee.id.to_string());
    let id = payment(7, need, payee, 1).id.to_string();
    let fields =
        [("id", id.as_str()), ("need", &need_id), ("payee", &payee_id), ("amount", "1万"), ("purpose", "水管首付款")];
    let refused = send_thrice(&charity.maker, "/work/disbursements/new", &fields, ("amount", "2万")).await;
    says(&refused, &["已经保存的一份", "10,000 元", "水管首付款", "value=\"2万\""]);

    let document = picture(village).await;
    let (new, receiver) = (new_payee(8, charity, document), charity.id.to_string());
    let (id, document) = (new.id.to_string(), document.to_string());
    let fields = [
        ("id", id.as_str()),
        ("action", "propose"),
        ("charity", &receiver),
        ("kind", "own"),
        ("name", "示例村经济联合社"),
        ("bank", "示例农商银行五华支行"),
        ("account", "0000111122223333"),
        ("kept_document", &document),
    ];
    let refused = send_thrice(village, "/work/payees", &fields, ("account", "0000111122224444")).await;
    says(&refused, &["已经保存的一份", "value=\"0000111122224444\"", "确定停用", "<details"]);
    assert_eq!(village.call(payees::list(&PayeeQuery::default())).await.unwrap().items.len(), 3);
    test.done().await;
}
