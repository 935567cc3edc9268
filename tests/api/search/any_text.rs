//! No text that anybody can type brings an engine down.

use std::sync::LazyLock;

use backend::search::embedded::EmbeddedEngine;
use backend::search::engine::{Engine, NeedQuery};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::support::{analyzer, empty_engine, golden_documents, text};

static ENGINE: LazyLock<(Runtime, TempDir, EmbeddedEngine)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    let (folder, engine) = empty_engine();
    runtime.block_on(engine.upsert(golden_documents())).expect("written");
    (runtime, folder, engine)
});

fn search(query: &NeedQuery) {
    let (runtime, _folder, engine) = &*ENGINE;
    let hits = runtime.block_on(engine.search(query)).expect("an answer");
    assert!(hits.ids.len() <= hits.total);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(words in "\\PC{0,120}", offset in 0_usize..20_000, limit in 0_usize..1_000) {
        search(&NeedQuery { text: words, offset, limit, ..NeedQuery::default() });
    }

    #[test]
    fn no_mixture_of_our_own_words_panics(
        words in proptest::collection::vec("[路灯桥的输𣒍輋a-zA-Z0-9０-９ Ａ-Ｚ\u{3000}\\-=\"'*（）]{0,12}", 0..12)
    ) {
        search(&text(&words.join(" ")));
    }

    #[test]
    fn folding_keeps_the_number_of_characters_and_is_done_once(words in "\\PC{0,60}") {
        let once = analyzer().fold(&words);
        prop_assert_eq!(once.chars().count(), words.chars().count());
        prop_assert_eq!(analyzer().fold(&once), once);
    }
}

#[test]
fn odd_texts_do_no_harm() {
    for words in [
        "",
        " ",
        "\u{0}",
        "------",
        "=路灯",
        "🏮",
        "a\u{301}",
        "ﬁ",
        "İstanbul",
        &"路".repeat(10_000),
        &"a".repeat(10_000),
    ] {
        search(&text(words));
    }
}
