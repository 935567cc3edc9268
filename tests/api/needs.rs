use domain::api::needs::{self, Need, NeedChange, NeedStep, NewNeed, Seen};
use domain::need::{BudgetItem, ContributionKind, Field, NeedContent, NeedStatus};
use domain::{Fen, NeedId};
use tests::{Client, TestApp};
use uuid::Uuid;

pub const VILLAGE: &str = "441424103203";

pub fn content() -> NeedContent {
    NeedContent {
        field: Some(Field::Infrastructure),
        title: "饮水安全巩固工程".into(),
        description: "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。".into(),
        items: vec![
            BudgetItem { name: "水管 2 公里".into(), amount_fen: Fen::yuan(80_000) },
            BudgetItem { name: "蓄水池".into(), amount_fen: Fen::yuan(40_000) },
        ],
        amount_fen: Some(Fen::yuan(100_000)),
        wanted_by: "2026-12-01".parse().ok(),
        outcome: "156 户常年有水".into(),
        outcome_quantity: Some(156),
        outcome_unit: "户".into(),
        ..NeedContent::empty(VILLAGE.parse().unwrap(), ContributionKind::Money)
    }
}

pub fn new_need(n: u128) -> NewNeed {
    NewNeed { id: NeedId(Uuid::from_u128(n)), content: content() }
}

/// One that takes pledges: approved by the federation, its days of objection over.
pub async fn opened(test: &TestApp, federation: &Client<'_>, need: &Need) -> Need {
    federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    test.publicity_passes().await;
    federation.call(needs::get(&need.id.to_string())).await.unwrap()
}

/// A need that waits for the federation.
pub async fn submitted(village: &Client<'_>, n: u128) -> Need {
    let need = village.call(needs::create(&new_need(n))).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap()
}

#[tokio::test]
async fn a_need_goes_from_draft_to_public_by_way_of_one_return() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;

    let need = submitted(&village, 1).await;
    assert_eq!(need.status, NeedStatus::FederationReview);
    let waiting = federation.call(needs::review()).await.unwrap();
    assert_eq!(waiting.items.iter().map(|row| row.id).collect::<Vec<_>>(), [need.id]);

    let decision = NeedStep { version: need.version, reason: "请补一张水池的照片".into() };
    let returned = federation.call(needs::return_(need.id, &decision)).await.unwrap();
    assert_eq!(returned.status, NeedStatus::Returned);
    let seen = village.call(needs::get(&need.id.to_string())).await.unwrap();
    assert_eq!(seen.history.last().unwrap().reason.as_deref(), Some("请补一张水池的照片"));

    let change =
        NeedChange { version: need.version, content: NeedContent { title: "饮水工程".into(), ..content() } };
    let edited = village.call(needs::update(need.id, &change)).await.unwrap();
    let again = village.call(needs::submit(need.id, Seen { version: edited.version })).await.unwrap();
    let shown = federation.call(needs::approve(need.id, Seen { version: again.version })).await.unwrap();
    assert_eq!((shown.status, shown.code.as_deref()), (NeedStatus::Publicized, Some("XQ-441424-2026-1")));

    let public = test.visitor().call(needs::get("XQ-441424-2026-1")).await.unwrap();
    assert_eq!(public.content.title, "饮水工程");
    assert!(public.history.is_empty(), "the public does not read who returned what");
    test.done().await;
}

#[tokio::test]
async fn codes_count_up_by_county_and_year() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    for n in 1..=3_u128 {
        let need = submitted(&village, n).await;
        let open = federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
        assert_eq!(open.code, Some(format!("XQ-441424-2026-{n}")));
    }
    test.done().await;
}

#[tokio::test]
async fn the_same_id_and_content_saves_once_and_other_content_is_a_conflict() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let first = village.call(needs::create(&new_need(1))).await.unwrap();
    let second = village.call(needs::create(&new_need(1))).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(village.call(needs::own()).await.unwrap().items.len(), 1);
    let mut other = new_need(1);
    other.content.title = "另一件事情".into();
    assert_eq!(village.call(needs::create(&other)).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn an_incomplete_need_is_saved_but_not_submitted() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let mut new = new_need(1);
    new.content = NeedContent { field: None, items: Vec::new(), amount_fen: None, ..new.content };
    let draft = village.call(needs::create(&new)).await.unwrap();
    let refused = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap_err();
    assert_eq!(refused.status, 422);
    assert_eq!(refused.fields(), ["field", "items", "amount"]);
    test.done().await;
}

#[tokio::test]
async fn a_village_writes_for_itself_only() {
    let test = TestApp::new().await;
    let other = test.village("441424103204").await;
    let refused = other.call(needs::create(&new_need(1))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["village"]));
    test.done().await;
}

#[tokio::test]
async fn a_need_is_never_of_a_village_of_another_county_than_its_authors() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441481").await);
    let there = NeedContent { village: "441481102200".parse().unwrap(), ..content() };
    let refused = village.call(needs::create(&NewNeed { content: there.clone(), ..new_need(1) })).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["village"]));
    let draft = village.call(needs::create(&new_need(2))).await.unwrap();
    let change = NeedChange { version: draft.version, content: there };
    let refused = village.call(needs::update(draft.id, &change)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["village"]));
    village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
    assert!(federation.call(needs::review()).await.unwrap().items.is_empty());
    test.done().await;
}

#[tokio::test]
async fn what_is_not_public_is_seen_by_its_own_people_only() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let need = submitted(&village, 1).await;
    let id = need.id.to_string();
    for insider in [&village, &test.federation("441424").await, &test.auditor().await] {
        assert_eq!(insider.call(needs::get(&id)).await.unwrap().id, need.id);
    }
    let strangers = [
        test.visitor(),
        test.village("441424103204").await,
        test.federation("441481").await,
        test.enterprise("firm").await,
        test.admin().await,
    ];
    for stranger in &strangers {
        assert_eq!(stranger.call(needs::get(&id)).await.unwrap_err().status, 404);
    }
    test.done().await;
}

#[tokio::test]
async fn only_the_federation_above_the_village_decides() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let need = submitted(&village, 1).await;
    let seen = Seen { version: need.version };
    let reason = NeedStep { version: need.version, reason: "不合适，请重写".into() };
    let strangers = [
        (test.visitor(), 401),
        (test.village("441424103204").await, 403),
        (village.clone(), 403),
        (test.federation("441481").await, 404),
        (test.enterprise("firm").await, 403),
        (test.auditor().await, 403),
        (test.admin().await, 403),
    ];
    for (stranger, status) in &strangers {
        assert_eq!(stranger.call(needs::approve(need.id, seen)).await.unwrap_err().status, *status);
        assert_eq!(stranger.call(needs::return_(need.id, &reason)).await.unwrap_err().status, *status);
    }
    test.done().await;
}

#[tokio::test]
async fn nobody_approves_a_text_that_changed_since_it_was_read() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let need = submitted(&village, 1).await;
    let stale = Seen { version: need.version - 1 };
    assert_eq!(federation.call(needs::approve(need.id, stale)).await.unwrap_err().status, 409);
    let seen = Seen { version: need.version };
    federation.call(needs::approve(need.id, seen)).await.unwrap();
    assert_eq!(federation.call(needs::approve(need.id, seen)).await.unwrap_err().status, 409, "once");
    test.done().await;
}

#[tokio::test]
async fn a_return_needs_a_reason_that_helps() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let need = submitted(&village, 1).await;
    let decision = NeedStep { version: need.version, reason: " 不行 ".into() };
    let refused = federation.call(needs::return_(need.id, &decision)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["reason"]));
    test.done().await;
}

#[tokio::test]
async fn ids_that_do_not_exist_or_are_none_are_not_found() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    for id in ["00000000-0000-0000-0000-000000000009", "XQ-441424-2026-999", "x", "%27%3B--"] {
        assert_eq!(village.call(needs::get(id)).await.unwrap_err().status, 404, "{id}");
    }
    let missing = NeedId(Uuid::from_u128(9));
    assert_eq!(village.call(needs::submit(missing, Seen { version: 1 })).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn what_is_sent_twice_is_saved_once_whatever_its_pictures_are_called() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let mut new = new_need(1);
    new.content.photos = vec![crate::deliveries::picture(&village).await];
    let first = village.call(needs::create(&new)).await.unwrap();
    // A browser that sends a form again uploads its pictures again, and spaces are not stored.
    new.content.photos = vec![crate::deliveries::picture(&village).await];
    new.content.title = format!(" {} ", new.content.title);
    new.content.items[0].name.push(' ');
    assert_eq!(village.call(needs::create(&new)).await.unwrap(), first);

    let mut change = NeedChange { version: 1, content: NeedContent { title: "饮水工程".into(), ..new.content } };
    let edited = village.call(needs::update(first.id, &change)).await.unwrap();
    change.content.photos = vec![crate::deliveries::picture(&village).await];
    assert_eq!(village.call(needs::update(first.id, &change)).await.unwrap(), edited, "and is no conflict");
    let seen = Seen { version: edited.version };
    let sent = village.call(needs::submit(first.id, seen)).await.unwrap();
    assert_eq!(village.call(needs::submit(first.id, seen)).await.unwrap(), sent);
    assert_eq!(sent.history.len(), 2);

    change.content.photos.clear();
    assert_eq!(village.call(needs::update(first.id, &change)).await.unwrap_err().status, 409, "other pictures");
    test.done().await;
}

#[tokio::test]
async fn a_list_is_no_need_on_any_page() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    for path in ["/needs/own", "/needs/review", "/work/needs/own", "/work/needs/own/report"] {
        for client in [&village, &federation, &test.visitor()] {
            let page = client.page(path).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.status);
        }
        assert_eq!(village.page(path).await.status, 404, "{path}");
    }
    assert_eq!(village.form("/needs/own", &[("action", "submit"), ("version", "1")]).await.status, 404);
    test.done().await;
}
