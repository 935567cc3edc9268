use crate::deliveries::{advance, item, new_report};
use crate::disbursements::{gift, ready};
use crate::money::new_pledge;
use crate::needs::{VILLAGE, content};
use crate::page_cache::cached;
use crate::place_imports::{CLASSES, import};
use crate::statements::Statements;
use axum::http::{StatusCode, header};
use chrono::Duration;
use domain::api::needs::{self, Need, NeedQuery, NewNeed, Seen};
use domain::api::places::{self, PlaceInFull};
use domain::api::{deliveries, money, pledges};
use domain::need::NeedContent;
use domain::pledge::PledgeInput;
use domain::{Fen, NeedId};
use tests::TestApp;
use uuid::Uuid;

const TOWN: &str = "441424103";
const COUNTY: &str = "441424";

async fn about(test: &TestApp, code: &str) -> PlaceInFull {
    test.visitor().call(places::get(&code.parse().unwrap())).await.unwrap()
}

/// One more public need, in the village with this code.
async fn open_elsewhere(test: &TestApp, n: u128, code: &str) -> Need {
    let village = test.village(code).await;
    let content = NeedContent { village: code.parse().unwrap(), ..content() };
    let need = village.call(needs::create(&NewNeed { id: NeedId(Uuid::from_u128(n)), content })).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    // No code is taken twice.
    test.clock.advance(Duration::seconds(90));
    let federation = test.signed_in("federation-441424").await;
    crate::needs::opened(test, &federation, &need).await
}

#[tokio::test]
async fn a_place_adds_up_its_own_public_needs_and_no_others() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let report = new_report(1, &ready.village, payment.id, vec![item(12_000, false)]).await;
    let report = ready.village.call(deliveries::report(ready.need.id, &report)).await.unwrap();
    ready.charity.checker.call(deliveries::accept(report.items[0].id, 1)).await.unwrap();
    let other = open_elsewhere(&test, 40, "441424125207").await;
    gift(&ready.charity, &ready.enterprise, &new_pledge(41, ready.campaign, &ready.charity, Some(&other)), 41, 20_000)
        .await;
    // A draft is nobody's business.
    let draft = NewNeed { id: NeedId(Uuid::from_u128(42)), content: content() };
    ready.village.call(needs::create(&draft)).await.unwrap();

    let own = test.visitor().call(money::of_need(ready.need.id)).await.unwrap().money;
    for code in [VILLAGE, TOWN] {
        let place = about(&test, code).await;
        assert_eq!((place.money, place.later), (own, 0), "{code}");
        assert_eq!(place.delivered.len(), 1, "{code}");
        let delivered = &place.delivered[0];
        assert_eq!((delivered.quantity_so_far, delivered.goal, delivered.unit.as_str()), (Some(120), Some(156), "户"));
        assert_eq!((delivered.spent_fen, delivered.need), (Fen::yuan(12_000), ready.need.id));
    }
    let county = about(&test, COUNTY).await;
    assert_eq!((county.money.pledged, county.money.arrived), (Fen::yuan(100_000), Fen::yuan(70_000)));
    assert_eq!((county.money.disbursed, county.money.spent), (Fen::yuan(30_000), Fen::yuan(12_000)));
    let counted: Vec<_> =
        county.below.iter().filter(|town| town.needs > 0).map(|town| (town.code.as_str(), town.needs)).collect();
    assert_eq!((county.below.len(), counted), (16, vec![(TOWN, 1), ("441424125", 1)]));
    let town = about(&test, TOWN).await;
    let counted: Vec<_> =
        town.below.iter().filter(|village| village.needs > 0).map(|village| village.code.as_str()).collect();
    assert_eq!(counted, [VILLAGE]);
    assert!(about(&test, VILLAGE).await.below.is_empty());
    let empty = about(&test, "441422").await;
    assert_eq!((empty.money, empty.delivered.len()), (domain::four::FourNumbers::default(), 0));
    test.done().await;
}

#[tokio::test]
async fn a_places_total_tells_no_more_of_a_hidden_amount_than_its_needs_do() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let give = async |n: u128, yuan| {
        let new = new_pledge(n, ready.campaign, &ready.charity, Some(&ready.need));
        let input = PledgeInput { amount: Fen::yuan(yuan), show_amount: false, ..new.input.clone() };
        ready.enterprise.call(pledges::create(&pledges::NewPledge { input, ..new })).await.unwrap();
    };
    for (n, yuan, later) in [(50, 111, 1), (51, 222, 2), (52, 333, 0), (53, 444, 1)] {
        give(n, yuan).await;
        let need = test.visitor().call(money::of_need(ready.need.id)).await.unwrap();
        assert_eq!(need.later, later);
        for code in [VILLAGE, TOWN, COUNTY] {
            let place = about(&test, code).await;
            assert_eq!((place.money, place.later), (need.money, later), "{code}");
        }
    }
    assert_eq!(about(&test, VILLAGE).await.money.pledged, Fen::yuan(50_000 + 666));
    test.clock.advance(Duration::days(1));
    assert_eq!(about(&test, VILLAGE).await.money.pledged, Fen::yuan(50_000 + 666 + 444), "the day is over");
    test.done().await;
}

#[tokio::test]
async fn the_pages_of_places_name_county_and_town_and_lead_on() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let report = new_report(1, &ready.village, payment.id, vec![]).await;
    ready.village.call(deliveries::report(ready.need.id, &report)).await.unwrap();
    test.index().await;
    let code = ready.need.code.clone().unwrap();
    let shown = test.visitor().page(&format!("/villages/{VILLAGE}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    let village = shown.text();
    for part in [
        "<title>五华县转水镇輋𣒍村 · 千村</title>",
        "href=\"/counties/441424\"",
        "href=\"/towns/441424103\"",
        "五华县 · 转水镇",
        "暂无资料（还没有导入名单）",
        "累计成效：120 户",
        "/needs?county=441424&amp;town=441424103&amp;village=441424103203",
    ] {
        assert!(village.contains(part), "{part}: {village}");
    }
    assert!(village.contains(&format!("href=\"/needs/{code}\"")));
    let federation = test.signed_in("federation-441424").await;
    import(&federation, 1, CLASSES).await.unwrap();
    let town = test.visitor().page(&format!("/towns/{TOWN}")).await.text();
    for part in [
        "重点帮扶镇",
        "省直中直驻粤单位",
        "来源：示例文件〔2021〕7号 · 截至 2021年7月1日",
        &format!("href=\"/villages/{VILLAGE}\""),
    ] {
        assert!(town.contains(part), "{part}: {town}");
    }
    let county = test.visitor().page(&format!("/counties/{COUNTY}")).await.text();
    for part in ["href=\"/towns/441424125\"", "巩固提升镇", "暂无资料", "16 个"] {
        assert!(county.contains(part), "{part}: {county}");
    }
    let english = test.visitor().page(&format!("/en/towns/{TOWN}")).await.text();
    assert!(english.contains("Key-assisted town") && english.contains("href=\"/en/counties/441424\""), "{english}");
    // The ways there.
    let need = test.visitor().page(&format!("/needs/{code}")).await.text();
    for part in ["href=\"/counties/441424\"", "href=\"/towns/441424103\"", &format!("href=\"/villages/{VILLAGE}\"")] {
        assert!(need.contains(part), "{part}");
    }
    assert!(test.visitor().page("/").await.text().contains("href=\"/counties/441424\""));
    let only = test.visitor().page(&format!("/needs?county=441424&town={TOWN}&village={VILLAGE}")).await.text();
    assert!(only.contains("只看这一个村（社区）的需求") && only.contains("共 1 条需求"), "{only}");
    let query = NeedQuery { village: Some("441424103200".into()), ..NeedQuery::default() };
    assert_eq!(test.visitor().call(needs::list(&query)).await.unwrap().count.number, 0);
    test.done().await;
}

#[tokio::test]
async fn what_is_no_place_of_that_kind_is_not_found() {
    let test = TestApp::new().await;
    for path in [
        "/villages/441424103",
        "/villages/441424103999",
        "/villages/hello",
        "/towns/441424",
        "/towns/441424999",
        "/towns/441424103203",
        "/counties/4414",
        "/counties/441499",
        "/counties/440100",
        "/villages/441422401598",
    ] {
        assert_eq!(test.visitor().page(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for code in ["4414", "441499", "441424103999"] {
        let refused = test.visitor().call(places::get(&code.parse().unwrap())).await.unwrap_err();
        assert_eq!(refused.status, 404, "{code}");
    }
    assert_eq!(test.visitor().page("/api/v1/places/hello").await.status, StatusCode::NOT_FOUND);
    test.done().await;
}

#[tokio::test]
async fn a_places_page_is_as_many_statements_however_much_is_on_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let mut before = None;
    for n in 1..=3 {
        let report = new_report(n, &ready.village, payment.id, vec![item(1_000, false)]).await;
        ready.village.call(deliveries::report(ready.need.id, &report)).await.unwrap();
        open_elsewhere(&test, 60 + n, &format!("44142412520{n}")).await;
        test.index().await;
        let (page, sent) = Statements::sent_by(test.visitor().page(&format!("/counties/{COUNTY}"))).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!((1..=7).contains(&sent.len()), "{} statements:\n{}", sent.len(), sent.join("\n"));
        assert_eq!(*before.get_or_insert(sent.len()), sent.len());
    }
    test.done().await;
}

#[tokio::test]
async fn pages_of_places_are_kept_as_other_public_pages_are_and_forgotten_with_an_import() {
    let test = cached().await;
    let federation = test.federation("441424").await;
    let path = format!("/towns/{TOWN}");
    let strange = test.visitor().page(&path).await;
    assert_eq!(strange.headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(federation.page(&path).await.headers[header::CACHE_CONTROL], "private, no-store");
    assert!(!strange.text().contains("省直中直驻粤单位"));
    import(&federation, 1, CLASSES).await.unwrap();
    assert!(test.visitor().page(&path).await.text().contains("省直中直驻粤单位"), "at once");
    test.done().await;
}
