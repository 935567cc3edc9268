//! The Meilisearch engine against a double: what it sends, and what it makes of bad answers.

use std::time::Duration;

use backend::search::engine::{AnyEngine, Engine, EngineError, EngineName, NeedQuery, ask};
use backend::search::meili::{MeiliEngine, Patience};
use backend::search::{self, Search};
use domain::api::needs;
use domain::finding::Facet;
use serde_json::json;
use tests::TestApp;

use crate::money::open_need;

use super::contract;
use super::double::{Double, Manner};
use super::support::{analyzer, empty_engine, golden_documents, text};

fn engine(address: &str) -> MeiliEngine {
    engine_that_waits(address, Duration::from_secs(10))
}

fn engine_that_waits(address: &str, search: Duration) -> MeiliEngine {
    let patience = Patience { search, write: Duration::from_secs(10) };
    MeiliEngine::new(address, Some("key"), "needs", analyzer(), patience).expect("an address")
}

#[tokio::test]
async fn the_server_engine_keeps_the_contract() {
    let double = Double::start(Manner::Faithful).await;
    let engine = engine(&double.address);
    engine.prepare().await.expect("prepared");
    contract::holds(&AnyEngine::Meilisearch(Box::new(engine))).await;
}

/// By hand: `MEILI_URL=… MEILI_KEY=… ./test api a_real_server`.
#[tokio::test]
async fn a_real_server_keeps_the_contract() {
    let Some((url, key)) = tests::search_server() else { return };
    let engine = MeiliEngine::new(&url, key.as_deref(), "qiancun_contract", analyzer(), Patience::default());
    let engine = engine.expect("an address");
    engine.prepare().await.expect("prepared");
    contract::holds(&AnyEngine::Meilisearch(Box::new(engine))).await;
}

#[tokio::test]
async fn settings_come_from_search_config() {
    let double = Double::start(Manner::Faithful).await;
    engine(&double.address).prepare().await.expect("prepared");
    let asked = double.asked();
    let (_, settings) = asked.iter().find(|(path, _)| path == "PATCH /indexes/needs/settings").expect("settings sent");
    let names = |attribute: &str| -> Vec<String> {
        serde_json::from_value(settings[attribute].clone()).unwrap_or_else(|_| panic!("{attribute}: {settings}"))
    };
    assert_eq!(names("searchableAttributes"), ["any"], "the server compares no words");
    let filterable = settings["filterableAttributes"].as_array().expect("attributes");
    assert!(
        Facet::ALL
            .iter()
            .filter(|facet| **facet != Facet::Deadline)
            .all(|facet| filterable.iter().any(|one| *one == facet.as_str()))
    );
    let terms = filterable.iter().find(|one| one.is_object()).expect("terms");
    assert!(terms["attributePatterns"].to_string().contains("*_terms"));
    assert_eq!(
        (&terms["features"]["facetSearch"], &terms["features"]["filter"]["equality"]),
        (&json!(false), &json!(true))
    );
    assert!(names("sortableAttributes").contains(&"wanted_by".to_owned()));
    // The weight of a score counts first, then what is newest.
    assert_eq!(names("rankingRules"), ["words", "sort", "published_at:desc", "id:desc"]);
}

#[tokio::test]
async fn the_server_ranks_as_the_embedded_engine_does() {
    let double = Double::start(Manner::Faithful).await;
    let (server, (_folder, embedded)) = (engine(&double.address), empty_engine());
    server.upsert(golden_documents()).await.expect("written");
    embedded.upsert(golden_documents()).await.expect("written");
    for words in
        ["路灯", "五华 路灯", "桥", "ludeng", "ludneg", "wuhualudeng", "公厕", "茶叶 加工", "饮水 老人 路灯 茶叶"]
    {
        for offset in [0, 7] {
            let query = NeedQuery { offset, ..text(words) };
            let (one, other) = (server.search(&query).await, embedded.search(&query).await);
            let (one, other) = (one.expect("an answer"), other.expect("an answer"));
            assert_eq!((one.ids, one.total, one.facets), (other.ids, other.total, other.facets), "{words}");
            assert_eq!((one.reading, one.widened, one.meant), (other.reading, other.widened, other.meant), "{words}");
        }
    }
}

#[tokio::test]
async fn a_search_of_one_word_asks_the_server_twice() {
    let double = Double::start(Manner::Faithful).await;
    let engine = engine(&double.address);
    engine.upsert(golden_documents()).await.expect("written");
    let before = double.asked().len();
    engine.search(&text("路灯")).await.expect("an answer");
    assert_eq!(double.asked().len(), before + 2);
}

#[tokio::test]
async fn another_process_learns_which_pinyin_there_is() {
    let double = Double::start(Manner::Faithful).await;
    let (writer, reader) = (engine(&double.address), engine(&double.address));
    writer.upsert(golden_documents()).await.expect("written");
    writer.set_cursor(7).await.expect("kept");
    let words = async || reader.search(&text("wuhualudeng")).await.expect("an answer").reading.groups.len();
    assert_eq!(words().await, 1, "nothing is known of an index that was never looked into");
    assert_eq!(reader.cursor().await, Ok(Some(7)));
    assert_eq!(words().await, 2);
}

#[tokio::test]
async fn an_index_of_another_configuration_has_no_cursor() {
    let double = Double::start(Manner::Faithful).await;
    let engine = engine(&double.address);
    engine.set_cursor(7).await.expect("kept");
    double.change("needs_cursor", "needs", "mark", json!("0 0"));
    assert_eq!(engine.cursor().await, Ok(None));
}

#[tokio::test]
async fn a_slow_server_counts_as_down() {
    let double = Double::start(Manner::Slow(Duration::from_secs(5))).await;
    let engine = engine_that_waits(&double.address, Duration::from_millis(300));
    assert_eq!(engine.search(&text("路灯")).await, Err(EngineError::Unavailable));
}

#[tokio::test]
async fn a_server_that_answers_nonsense_counts_as_down() {
    for manner in [Manner::Garbled, Manner::Broken] {
        let double = Double::start(manner).await;
        let engine = engine(&double.address);
        assert_eq!(engine.search(&text("路灯")).await, Err(EngineError::Unavailable), "{manner:?}");
        assert_eq!(engine.upsert(golden_documents()).await, Err(EngineError::Unavailable), "{manner:?}");
        assert_eq!(engine.cursor().await, Err(EngineError::Unavailable), "{manner:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_passed_on_with_its_reason() {
    let double = Double::start(Manner::Refusing).await;
    let refused = engine(&double.address).search(&text("路灯")).await;
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("API key")), "{refused:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_refused_at_once() {
    let refused = MeiliEngine::new("http://127.0.0.1:1", Some("钥匙\n"), "needs", analyzer(), Patience::default());
    assert!(matches!(refused.map(|_| ()), Err(EngineError::Refused(_))));
}

#[tokio::test]
async fn the_standby_answers_for_a_server_that_is_gone_and_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let gone = engine(&address);
    let (_folder, standby) = empty_engine();
    standby.upsert(golden_documents()).await.expect("written");
    let hits = ask(&gone, Some(&standby), &text("路灯")).await.expect("an answer");
    assert!(hits.total > 0);
    assert_eq!((hits.answered_by, hits.stands_in_for), (EngineName::Embedded, Some(EngineName::Meilisearch)));
    assert_eq!(ask(&gone, None::<&MeiliEngine>, &text("路灯")).await, Err(EngineError::Unavailable));
}

#[tokio::test]
async fn a_server_that_comes_back_answers_again() {
    let double = Double::start(Manner::Broken).await;
    let engine = engine(&double.address);
    assert_eq!(engine.search(&text("路灯")).await, Err(EngineError::Unavailable));
    double.behave(Manner::Faithful);
    engine.upsert(golden_documents()).await.expect("written");
    assert!(engine.search(&text("路灯")).await.expect("an answer").total > 0);
}

/// The app with this server configured, and one public need.
async fn app_with(address: &str) -> TestApp {
    let server = engine(address);
    let test = TestApp::with(|parts| {
        let search = std::mem::replace(&mut parts.search, Search::off());
        parts.search = search.with_server(server);
    })
    .await;
    open_need(&test).await;
    test.index().await;
    test
}

/// How many needs are found, and whether another engine stood in; a page says so too.
async fn found(test: &TestApp) -> (usize, bool) {
    // By words: a list without any is read from the index in the process.
    let words = needs::NeedQuery { q: Some("饮水".into()), ..needs::NeedQuery::default() };
    let list = test.visitor().call(needs::list(&words)).await.expect("an answer");
    let page = test.visitor().page("/needs?q=饮水").await.text();
    assert_eq!(page.contains("由备用的搜索代答"), list.stands_in);
    (list.items.len(), list.stands_in)
}

#[tokio::test]
async fn a_configured_server_is_filled_and_asked() {
    let double = Double::start(Manner::Faithful).await;
    let test = app_with(&double.address).await;
    assert_eq!(found(&test).await, (1, true), "before it is filled, the embedded engine answers");
    let searches = || double.asked().iter().filter(|(path, _)| path.contains("multi-search")).count();
    assert_eq!(searches(), 0);
    assert_eq!(search::catch_up_server(&test.app).await.expect("filled"), 1);
    assert_eq!(found(&test).await, (1, false));
    assert!(searches() > 0, "now the server answers");
    assert_eq!(search::catch_up_server(&test.app).await.expect("nothing new"), 0);
    test.done().await;
}

#[tokio::test]
async fn a_site_whose_search_server_is_down_still_finds() {
    let test = app_with("http://127.0.0.1:9").await;
    assert!(search::catch_up_server(&test.app).await.is_err());
    assert_eq!(found(&test).await, (1, true));
    test.done().await;
}

#[tokio::test]
async fn a_server_that_falls_over_is_stood_in_for() {
    let double = Double::start(Manner::Faithful).await;
    let test = app_with(&double.address).await;
    search::catch_up_server(&test.app).await.expect("filled");
    double.behave(Manner::Broken);
    assert_eq!(found(&test).await, (1, true));
    test.done().await;
}
