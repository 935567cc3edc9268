use crate::disbursements::{Ready, allocation, approved, gift, paid, ready};
use crate::money::new_pledge;
use crate::needs::VILLAGE;
use axum::http::StatusCode;
use domain::api::deliveries::{self, CorrectItem, NewReport, ReturnItem, Voucher};
use domain::api::disbursements::{self, Disbursement, NewAllocation};
use domain::api::files::StoredFile;
use domain::api::ledger;
use domain::api::money;
use domain::api::pledges::{self, NewPledge};
use domain::delivery::{ReportInput, SpendingItem, SpendingKind, SpendingStatus};
use domain::ledger::{Account, TransferCode};
use domain::pledge::{PledgeInput, Restriction};
use domain::{DisbursementId, Fen, FileId, ReportId, SpendingItemId};
use tests::people::SECRET;
use tests::{Client, TestApp, jpeg};
use uuid::Uuid;

pub async fn picture(client: &Client<'_>) -> FileId {
    let sent = client.form_with_files("/api/v1/files", &[], &[("file", "发票.jpg", &jpeg(80, 60))]).await;
    serde_json::from_slice::<StoredFile>(&sent.body).unwrap().id
}

pub fn item(yuan: i64, person: bool) -> SpendingItem {
    SpendingItem {
        kind: if person { SpendingKind::Labour } else { SpendingKind::Material },
        description: "PE 水管 500 米".into(),
        seller: if person { "张三".into() } else { "五华县示例水暖商行".into() },
        seller_is_person: person,
        amount: Fen::yuan(yuan),
        invoice_on: "2026-06-30".parse().unwrap(),
        invoice_no: None,
    }
}

/// A report with these items, all of one payment, each with one picture.
pub async fn new_report(n: u128, village: &Client<'_>, from: DisbursementId, items: Vec<SpendingItem>) -> NewReport {
    let mut vouchers = Vec::new();
    for place in 0..items.len() {
        let id = SpendingItemId(Uuid::from_u128(n * 100 + place as u128));
        vouchers.push(Voucher { id, disbursement: from, pictures: vec![picture(village).await] });
    }
    let report = ReportInput { text: "水管已铺 500 米。".into(), quantity_so_far: Some(120), items };
    NewReport { id: ReportId(Uuid::from_u128(n)), report, photos: vec![picture(village).await], vouchers }
}

/// A payment of 30,000 yuan to the need's village.
pub async fn advance(ready: &Ready<'_>) -> Disbursement {
    let Ready { charity, need, pledge, .. } = ready;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
    let waiting = approved(ready, 1, 30_000).await;
    charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap()
}

#[tokio::test]
async fn what_a_village_spent_counts_when_the_charity_accepted_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, enterprise, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(12_000, false), item(3_000, true)]).await;
    let report = village.call(deliveries::report(need.id, &new)).await.unwrap();
    assert_eq!((report.items.len(), report.photos.len()), (2, 1));
    assert_eq!(village.call(deliveries::report(need.id, &new)).await.unwrap(), report, "sent twice, reported once");
    let numbers = async || test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!(numbers().await.spent, Fen::ZERO);
    let seen = test.visitor().call(deliveries::of_need(need.id)).await.unwrap().items.remove(0);
    assert_eq!((seen.text.as_str(), seen.items.len()), ("水管已铺 500 米。", 0), "nothing is accepted yet");

    let waiting = charity.checker.call(deliveries::waiting()).await.unwrap().items;
    assert_eq!(waiting.len(), 2);
    let (pipes, labour) = (waiting[0].spent.id, waiting[1].spent.id);
    charity.checker.call(deliveries::accept(pipes, 1)).await.unwrap();
    assert_eq!(numbers().await.spent, Fen::yuan(12_000));
    let twice = charity.checker.call(deliveries::accept(pipes, 1)).await.unwrap_err();
    assert_eq!(twice.status, 409, "accepted once");
    let why = ReturnItem { version: 1, reason: "收据上没有签名，请补签".into() };
    let back = charity.checker.call(deliveries::return_(labour, &why)).await.unwrap();
    assert_eq!(back.status, SpendingStatus::Returned);
    let read = village.call(deliveries::of_need(need.id)).await.unwrap().items.remove(0);
    assert_eq!(read.items[1].reason.as_deref(), Some("收据上没有签名，请补签"));
    let correction = CorrectItem { item: item(2_500, true), pictures: vec![picture(village).await] };
    village.call(deliveries::correct(labour, &correction)).await.unwrap();
    charity.checker.call(deliveries::accept(labour, 2)).await.unwrap();
    assert_eq!(numbers().await.spent, Fen::yuan(14_500));

    let public = test.visitor().call(deliveries::of_need(need.id)).await.unwrap().items.remove(0);
    let sellers: Vec<_> = public.items.iter().map(|item| item.seller.as_str()).collect();
    assert_eq!(sellers, ["五华县示例水暖商行", "个人"]);
    assert!(public.items.iter().all(|item| item.pictures.is_empty()), "invoices are not public");
    let giver = enterprise.call(deliveries::of_need(need.id)).await.unwrap().items.remove(0);
    assert_eq!(giver.items.iter().map(|item| item.pictures.len()).collect::<Vec<_>>(), [1, 2]);
    let book = test.auditor().await.call(ledger::account(&Account::Spent { need: need.id })).await.unwrap();
    assert_eq!((book.balance_fen, book.transfers.len()), (Fen::yuan(14_500), 2));
    test.done().await;
}

/// The page was open while the item was sent back and came again with another amount.
#[tokio::test]
async fn nobody_accepts_or_returns_spending_that_he_has_not_seen() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(100, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let id = new.vouchers[0].id;
    let seen = charity.checker.call(deliveries::waiting()).await.unwrap().items.remove(0).spent;
    assert_eq!(seen.version, 1);
    let why = ReturnItem { version: 1, reason: "请补签收据".into() };
    charity.checker.call(deliveries::return_(id, &why)).await.unwrap();
    let correction = CorrectItem { item: item(29_000, false), pictures: vec![] };
    assert_eq!(village.call(deliveries::correct(id, &correction)).await.unwrap().version, 2);
    assert_eq!(charity.checker.call(deliveries::accept(id, 1)).await.unwrap_err().status, 409);
    assert_eq!(charity.checker.call(deliveries::return_(id, &why)).await.unwrap_err().status, 409);
    let item = id.to_string();
    let accept = async |version: &str| {
        let fields = [("action", "accept"), ("item", item.as_str()), ("version", version)];
        charity.checker.form("/work/spending", &fields).await
    };
    let stale = accept("1").await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = stale.text();
    assert!(shown.contains("内容刚刚被改动") && shown.contains("29,000 元"), "the new amount is shown: {shown}");
    assert!(shown.contains("name=\"version\" value=\"2\""), "{shown}");
    assert_eq!(accept("2").await.location(), "/work/spending?done=accepted");
    test.done().await;
}

#[tokio::test]
async fn a_giver_follows_every_fen_from_the_bank_line_to_the_invoice() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, enterprise, need, pledge, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(12_000, false), item(3_000, true)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    for waiting in charity.checker.call(deliveries::waiting()).await.unwrap().items {
        charity.checker.call(deliveries::accept(waiting.spent.id, 1)).await.unwrap();
    }
    let trail = enterprise.call(pledges::trail(pledge.id)).await.unwrap();
    let steps: Vec<_> = trail.steps.iter().map(|step| (step.code, step.amount_fen)).collect();
    let arrived = enterprise.call(pledges::get(pledge.id)).await.unwrap().arrived_fen;
    assert_eq!(
        steps,
        [
            (TransferCode::Arrival, arrived),
            (TransferCode::Allocate, Fen::yuan(40_000)),
            (TransferCode::Advance, Fen::yuan(30_000)),
            (TransferCode::Spend, Fen::yuan(12_000)),
            (TransferCode::Spend, Fen::yuan(3_000)),
        ]
    );
    assert_eq!(trail.steps[2].payee.as_deref(), Some(payment.paid_to.name.as_str()));
    let sellers: Vec<_> =
        trail.steps.iter().filter_map(|step| step.item.as_ref()).map(|item| item.seller.as_str()).collect();
    assert_eq!(sellers, ["五华县示例水暖商行", "个人"], "a person's name is not shown");
    let picture = trail.steps[3].item.as_ref().unwrap().pictures[0];
    assert_eq!(enterprise.page(&format!("/api/v1/files/{picture}")).await.status, StatusCode::OK);
    let now = trail.now;
    assert_eq!(
        (now.spent_fen, now.advanced_fen, now.allocated_fen),
        (Fen::yuan(15_000), Fen::yuan(15_000), Fen::yuan(10_000))
    );
    let sum = [now.unallocated_fen, now.allocated_fen, now.advanced_fen, now.spent_fen, now.elsewhere_fen];
    assert_eq!(sum.iter().map(|fen| fen.get()).sum::<i64>(), arrived.get(), "every fen is somewhere");

    for stranger in [village, &test.visitor()] {
        let refused = stranger.call(pledges::trail(pledge.id)).await.unwrap_err();
        assert!(matches!(refused.status, 401 | 404), "{}", refused.status);
    }
    let other = test.enterprise("别的示例企业").await;
    assert_eq!(other.call(pledges::trail(pledge.id)).await.unwrap_err().status, 404);
    assert_eq!(test.auditor().await.call(pledges::trail(pledge.id)).await.unwrap(), trail);
    assert_eq!(charity.checker.call(pledges::trail(pledge.id)).await.unwrap(), trail);
    test.done().await;
}

/// Undirected money lies with the charity like any other until it is set aside; it is neither returned nor a fee.
#[tokio::test]
async fn a_giver_who_leaves_it_to_the_charity_reads_where_the_money_is() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, enterprise, need, campaign, .. } = &ready;
    let new = new_pledge(2, *campaign, charity, None);
    let input = PledgeInput { restriction: Restriction::Undirected, ..new.input.clone() };
    let general = gift(charity, enterprise, &NewPledge { input, ..new }, 2, 1_000).await;
    let arranged = NewAllocation { campaign: Some(*campaign), ..allocation(1, need, None, 600) };
    charity.maker.call(disbursements::allocate(&arranged)).await.unwrap();
    let now = enterprise.call(pledges::trail(general.id)).await.unwrap().now;
    assert_eq!((now.unallocated_fen, now.allocated_fen), (Fen::yuan(400), Fen::yuan(600)));
    assert_eq!(now.elsewhere_fen, Fen::ZERO);
    let page = enterprise.page(&format!("/pledges/{}", general.id)).await.text();
    assert!(page.contains("在慈善组织，还没有分配") && !page.contains("退回、费用或结余"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn the_picture_of_an_invoice_is_seen_by_those_whose_money_or_work_it_is() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, enterprise, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(100, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    charity.checker.call(deliveries::accept(new.vouchers[0].id, 1)).await.unwrap();
    let invoice = format!("/api/v1/files/{}", new.vouchers[0].pictures[0]);
    let rival = test.enterprise("茶油").await;
    let other = test.charity("另一慈善会").await;
    let federation = test.signed_in("federation-441424").await;
    let auditor = test.auditor().await;
    for (who, client, expected) in [
        ("visitor", &test.visitor(), StatusCode::NOT_FOUND),
        ("another enterprise", &rival, StatusCode::NOT_FOUND),
        ("another charity", &other.checker, StatusCode::NOT_FOUND),
        ("village", village, StatusCode::OK),
        ("charity", &charity.maker, StatusCode::OK),
        ("giver", enterprise, StatusCode::OK),
        ("federation", &federation, StatusCode::OK),
        ("auditor", &auditor, StatusCode::OK),
    ] {
        assert_eq!(client.page(&invoice).await.status, expected, "{who}");
    }
    let photo = format!("/api/v1/files/{}", new.photos[0]);
    assert_eq!(test.visitor().page(&photo).await.status, StatusCode::OK, "photos of the progress are public");
    test.done().await;
}

#[tokio::test]
async fn one_invoice_may_be_paid_by_two_givers_and_each_sees_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, village, need, pledge, enterprise, campaign, .. } = &ready;
    let second = test.enterprise("茶油").await;
    let other = gift(charity, &second, &new_pledge(2, *campaign, charity, Some(need)), 2, 20_000).await;
    charity.maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 10_000))).await.unwrap();
    charity.maker.call(disbursements::allocate(&allocation(2, need, Some(&other), 20_000))).await.unwrap();
    let waiting = approved(&ready, 1, 30_000).await;
    charity.payer.call(disbursements::pay(waiting.id, &paid())).await.unwrap();
    let new = new_report(1, village, waiting.id, vec![item(15_000, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    charity.checker.call(deliveries::accept(new.vouchers[0].id, 1)).await.unwrap();

    let auditor = test.auditor().await;
    let book = auditor.call(ledger::account(&Account::Spent { need: need.id })).await.unwrap();
    let amounts: Vec<_> = book.transfers.iter().map(|posted| posted.transfer.amount).collect();
    assert_eq!(amounts, [Fen::yuan(10_000), Fen::yuan(5_000)], "the older money first, to its end");
    for giver in [enterprise, &second] {
        let report = giver.call(deliveries::of_need(need.id)).await.unwrap().items.remove(0);
        assert_eq!(report.items[0].pictures.len(), 1);
    }
    test.done().await;
}

#[tokio::test]
async fn a_report_that_lacks_something_names_it_and_more_than_was_paid_is_not_spent() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let good = new_report(1, village, payment.id, vec![item(30_001, false)]).await;
    let mut bad = good.clone();
    bad.vouchers[0].pictures.clear();
    bad.report.items[0].seller = String::new();
    bad.report.text = "电话 13800138000".into();
    let refused = village.call(deliveries::report(need.id, &bad)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["text", "items.0.seller", "vouchers.0.pictures"]));
    let mut elsewhere = good.clone();
    elsewhere.vouchers[0].disbursement = DisbursementId(Uuid::from_u128(99));
    let refused = village.call(deliveries::report(need.id, &elsewhere)).await.unwrap_err();
    assert_eq!(refused.fields(), ["vouchers.0.disbursement"]);
    let other = test.village("441424103204").await;
    assert_eq!(other.call(deliveries::report(need.id, &good)).await.unwrap_err().status, 404, "another village");

    village.call(deliveries::report(need.id, &good)).await.unwrap();
    let refused = charity.checker.call(deliveries::accept(good.vouchers[0].id, 1)).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("超过拨付的 30,000 元"), "{}", refused.error.message);
    test.done().await;
}

/// Makes one thing of a report another.
type Change = fn(&mut NewReport);

#[tokio::test]
async fn a_report_sent_again_is_the_same_only_if_every_field_is() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let mut new = new_report(1, village, payment.id, vec![item(100, false), item(200, false)]).await;
    let report = village.call(deliveries::report(need.id, &new)).await.unwrap();
    let changes: &[Change] = &[
        |new| new.report.text.push('。'),
        |new| new.report.quantity_so_far = Some(121),
        |new| new.report.items[1].kind = SpendingKind::Labour,
        |new| new.report.items[1].description.push('。'),
        |new| new.report.items[1].seller = "另一家".into(),
        |new| new.report.items[1].seller_is_person = true,
        |new| new.report.items[1].amount = Fen::yuan(201),
        |new| new.report.items[1].invoice_on = "2026-06-29".parse().unwrap(),
        |new| new.report.items[1].invoice_no = Some("26442000000012345678".into()),
        |new| new.vouchers[1].id = SpendingItemId(Uuid::from_u128(999)),
        |new| new.photos.clear(),
    ];
    for (n, change) in changes.iter().enumerate() {
        let mut other = new.clone();
        change(&mut other);
        let refused = village.call(deliveries::report(need.id, &other)).await.map(|_| ()).unwrap_err();
        assert_eq!(refused.status, 409, "change {n}");
    }
    // Another picture is another voucher; the same picture, uploaded twice, is not.
    let sent = village.form_with_files("/api/v1/files", &[], &[("file", "别的.jpg", &jpeg(40, 60))]).await;
    let mut other = new.clone();
    other.vouchers[1].pictures = vec![serde_json::from_slice::<StoredFile>(&sent.body).unwrap().id];
    assert_eq!(village.call(deliveries::report(need.id, &other)).await.unwrap_err().status, 409);
    new.vouchers[1].pictures = vec![picture(village).await];
    assert_eq!(village.call(deliveries::report(need.id, &new)).await.unwrap(), report);

    // What was corrected since is told as it is now.
    let id = new.vouchers[1].id;
    let why = ReturnItem { version: 1, reason: "请核对金额".into() };
    charity.checker.call(deliveries::return_(id, &why)).await.unwrap();
    let correction = CorrectItem { item: item(150, false), pictures: vec![] };
    village.call(deliveries::correct(id, &correction)).await.unwrap();
    let again = village.call(deliveries::report(need.id, &new)).await.unwrap();
    assert_eq!((again.id, again.items[1].amount_fen), (report.id, Fen::yuan(150)));
    test.done().await;
}

/// A clerk of the village who also checks for the charity is still one person.
#[tokio::test]
async fn nobody_decides_on_spending_that_he_handed_in() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(100, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let me = village.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, domain::organisation::Role::CharityChecker)
        .await
        .unwrap();
    village.call(domain::api::sessions::act_for(charity.id)).await.unwrap();
    // Accepting is serious: as one of the charity he needs his second factor.
    backend::people::second_factor::enrol(&test.app, me, SECRET).await.unwrap();
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    village.call(domain::api::sessions::act_for(charity.id)).await.unwrap();
    let id = new.vouchers[0].id;
    let why = ReturnItem { version: 1, reason: "请补签收据".into() };
    for refused in [village.call(deliveries::accept(id, 1)).await, village.call(deliveries::return_(id, &why)).await] {
        assert_eq!(refused.unwrap_err().status, 409);
    }
    test.done().await;
}

#[tokio::test]
async fn nobody_else_reports_or_decides() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, enterprise, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(100, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let id = new.vouchers[0].id;
    let other = test.charity("另一慈善会").await;
    let status = |result: Result<(), tests::Refused>| result.err().map_or(200, |refused| refused.status);
    let why = ReturnItem { version: 1, reason: "请补充票据".into() };
    for (who, client, expected) in [
        ("visitor", test.visitor(), [401, 401, 401, 401]),
        ("village", village.clone(), [200, 403, 403, 403]),
        ("enterprise", enterprise.clone(), [403, 403, 403, 403]),
        ("federation", test.signed_in("federation-441424").await, [403, 403, 403, 403]),
        ("admin", test.admin().await, [403, 403, 403, 403]),
        ("auditor who has not chosen", test.auditor().await, [403, 409, 403, 403]),
        ("maker", charity.maker.clone(), [403, 200, 403, 403]),
        ("payer", charity.payer.clone(), [403, 200, 403, 403]),
        ("other checker", other.checker.clone(), [403, 200, 404, 404]),
    ] {
        let found = [
            status(client.call(deliveries::report(need.id, &new)).await.map(|_| ())),
            status(client.call(deliveries::waiting()).await.map(|_| ())),
            status(client.call(deliveries::accept(id, 1)).await.map(|_| ())),
            status(client.call(deliveries::return_(id, &why)).await.map(|_| ())),
        ];
        assert_eq!(found, expected, "{who}");
    }
    let theirs = other.checker.call(deliveries::waiting()).await.unwrap();
    assert_eq!(theirs.items.len(), 0);
    test.done().await;
}

/// The ids that stand more than once on a page.
fn repeated_ids(page: &str) -> Vec<&str> {
    let mut seen = std::collections::BTreeSet::new();
    let ids = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    ids.filter(|id| !seen.insert(*id)).collect()
}

#[tokio::test]
async fn each_waiting_item_has_a_form_of_its_own_and_a_refusal_leads_to_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(12_000, false), item(3_000, true)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let page = charity.checker.page("/work/spending").await.text();
    let second = new.vouchers[1].id;
    assert!(page.contains(&format!("id=\"reason-{second}\"")), "{page}");
    assert_eq!(repeated_ids(&page), Vec::<&str>::new());
    let id = second.to_string();
    let refused =
        charity.checker.form("/work/spending", &[("item", &id), ("reason", "不行"), ("action", "return")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    for words in ["请写明退回的原因", &format!("href=\"#reason-{id}\""), &format!("id=\"reason-{id}-problem\"")]
    {
        assert!(page.contains(words), "{words}:\n{page}");
    }
    assert_eq!(repeated_ids(&page), Vec::<&str>::new());
    test.done().await;
}

#[tokio::test]
async fn a_village_corrects_on_the_site_what_the_charity_sent_back() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(3_000, true)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let id = new.vouchers[0].id;
    let path = format!("/work/spending/{id}");
    assert!(!village.page(&path).await.text().contains("提交补正"), "nothing came back yet");
    let why = ReturnItem { version: 1, reason: "收据上没有签名，请补签".into() };
    charity.checker.call(deliveries::return_(id, &why)).await.unwrap();

    let on_the_need = village.page(&format!("/needs/{}", need.id)).await.text();
    assert!(on_the_need.contains(&path), "the need's page leads there");
    let form = village.page(&path).await.text();
    let old = format!("/api/v1/files/{}", new.vouchers[0].pictures[0]);
    for words in ["收据上没有签名", "value=\"张三\"", "value=\"3000\"", "提交补正", old.as_str()] {
        assert!(form.contains(words), "{words}:\n{form}");
    }
    let typed = |amount: &'static str| {
        [
            ("description_0", "铺管人工"),
            ("amount_0", amount),
            ("kind_0", "labour"),
            ("seller_0", "张三"),
            ("seller_kind_0", "person"),
            ("invoice_on_0", "2026-06-30"),
        ]
    };
    let signed = jpeg(90, 60);
    let refused = village.form_with_files(&path, &typed("三千"), &[("invoice_0", "签名.jpg", &signed)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = refused.hidden("kept_invoice_0");
    assert!(refused.text().contains("id=\"amount_0-problem\""), "{}", refused.text());
    let mut fields = typed("2800").to_vec();
    fields.push(("kept_invoice_0", &kept));
    let sent = village.form_with_files(&path, &fields, &[]).await;
    assert_eq!(sent.location(), format!("{path}?done=corrected"), "{}", sent.text());
    let read = village.call(deliveries::to_correct(id)).await.unwrap();
    assert_eq!((read.status, read.item.amount, read.pictures.len()), (SpendingStatus::Submitted, Fen::yuan(2_800), 2));
    charity.checker.call(deliveries::accept(id, 2)).await.unwrap();

    for (who, expected) in [(&test.village("441424103204").await, 404), (&charity.checker, 403)] {
        assert_eq!(who.page(&path).await.status.as_u16(), expected);
        assert_eq!(who.call(deliveries::to_correct(id)).await.unwrap_err().status, expected);
    }
    test.done().await;
}
