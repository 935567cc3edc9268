//! What the embedded engine owes beyond the contract: its folder, its damage, its speed of being seen.

use std::fs;

use backend::search::embedded::{EmbeddedEngine, Opening};
use backend::search::engine::{AnyEngine, Engine, EngineError, NeedQuery};

use super::contract;
use super::support::{analyzer, empty_engine, golden_documents, text};

#[tokio::test]
async fn the_embedded_engine_keeps_the_contract() {
    let (_folder, engine) = empty_engine();
    contract::holds(&AnyEngine::Embedded(engine)).await;
}

#[tokio::test]
async fn an_index_is_found_again_with_its_cursor() {
    let (folder, engine) = empty_engine();
    engine.upsert(golden_documents()).await.expect("written");
    engine.set_cursor(7).await.expect("kept");
    drop(engine);
    let (engine, opening) = EmbeddedEngine::open(folder.path(), analyzer()).expect("opens");
    assert_eq!(opening, Opening::Found);
    assert_eq!(engine.cursor().await, Ok(Some(7)));
    assert_eq!(engine.document_count().await, Ok(golden_documents().len()));
    assert!(engine.search(&text("路灯")).await.expect("an answer").total > 0);
}

#[tokio::test]
async fn a_damaged_index_starts_over_and_says_so() {
    for ending in [".term", ".idx", ".fast", "meta.json"] {
        let (folder, engine) = empty_engine();
        engine.upsert(golden_documents()).await.expect("written");
        engine.set_cursor(7).await.expect("kept");
        drop(engine);
        damage(folder.path(), ending);
        let (engine, opening) = EmbeddedEngine::open(folder.path(), analyzer()).expect("opens");
        assert!(matches!(opening, Opening::StartedOver { .. }), "{ending}: {opening:?}");
        assert_eq!(engine.document_count().await, Ok(0));
        assert_eq!(engine.cursor().await, Ok(None), "a cursor without its documents would hide that they are gone");
        engine.upsert(golden_documents()).await.expect("it can be filled again");
        assert!(engine.search(&text("路灯")).await.expect("an answer").total > 0);
    }
}

/// Turns a byte in the middle of the first file whose name ends so.
fn damage(folder: &std::path::Path, ending: &str) {
    let file = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().ends_with(ending))
        .expect("such a file");
    let mut bytes = fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&file, bytes).expect("writable");
}

#[tokio::test]
async fn an_index_of_another_version_starts_over() {
    let (folder, engine) = empty_engine();
    engine.upsert(golden_documents()).await.expect("written");
    drop(engine);
    fs::write(folder.path().join("qiancun-search"), "0 0000000000000000").expect("writable");
    let (engine, opening) = EmbeddedEngine::open(folder.path(), analyzer()).expect("opens");
    assert!(matches!(opening, Opening::StartedOver { .. }));
    assert_eq!(engine.document_count().await, Ok(0));
}

#[tokio::test]
async fn a_folder_with_other_files_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("letters.txt"), "dear").expect("writable");
    let refused = EmbeddedEngine::open(folder.path(), analyzer()).map(|(_, opening)| opening);
    assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
    assert!(folder.path().join("letters.txt").exists());
}

#[tokio::test]
async fn two_writers_do_not_share_a_folder() {
    let (folder, engine) = empty_engine();
    engine.upsert(golden_documents()).await.expect("written");
    let second = EmbeddedEngine::open(folder.path(), analyzer()).map(|(_, opening)| opening);
    assert!(matches!(second, Err(EngineError::Refused(_))), "{second:?}");
    assert!(engine.search(&text("路灯")).await.expect("the first goes on").total > 0);
}

#[tokio::test]
async fn many_small_writes_stay_visible_and_countable() {
    let (_folder, engine) = empty_engine();
    for (written, need) in golden_documents().into_iter().take(30).enumerate() {
        engine.upsert(vec![need]).await.expect("written");
        let all = engine.search(&NeedQuery { limit: 1, ..NeedQuery::default() }).await.expect("an answer");
        assert_eq!(all.total, written + 1);
    }
}
