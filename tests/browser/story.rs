//! The line through the product as far as it goes, as people walk it.

use crate::driver::{Browser, DESKTOP, PHONE};
use tests::jpeg;

/// A village writes, the federation returns once and then approves, anybody finds and reads.
async fn a_need_becomes_public(browser: &Browser, title: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let photo = folder.path().join("水池.jpg");
    std::fs::write(&photo, jpeg(800, 600)).expect("a photo");

    browser.sign_in("village").await;
    browser.goto("/work/needs/new").await;
    browser.fill("title", title).await;
    browser.follow("//button[@value='submit']").await;
    browser.sees("请选择需求领域").await;
    browser.choose("field", "infrastructure").await;
    browser.fill("description", "村口的老水池漏水，旱季三个自然村一天只来两小时水，想换管修池。").await;
    browser.fill("item_name_0", "水管两公里").await;
    browser.fill("item_amount_0", "8万").await;
    browser.fill("amount", "８万").await;
    browser.fill("outcome", "一百五十六户常年有水").await;
    browser.fill("outcome_quantity", "156").await;
    browser.fill("outcome_unit", "户").await;
    browser.fill("wanted_by", "12312027").await;
    browser.fill("photos", &photo.to_string_lossy()).await;
    browser.follow("//button[@value='submit']").await;
    browser.sees("已提交工商联审核").await;
    let need = browser.path().await;
    browser.sign_out().await;

    browser.sign_in("federation").await;
    browser.sees(title).await;
    browser.goto(&need).await;
    browser.fill("reason", "请补充受益的自然村名称").await;
    browser.follow("//button[@value='return']").await;
    browser.sees("已退回").await;
    browser.sign_out().await;

    browser.sign_in("village").await;
    browser.goto(&need).await;
    browser.sees("请补充受益的自然村名称").await;
    browser.follow("//button[@value='submit']").await;
    browser.sees("已提交工商联审核").await;
    browser.sign_out().await;

    browser.sign_in("federation").await;
    browser.goto(&need).await;
    browser.follow("//button[@value='approve']").await;
    browser.sees("现在所有人都能看到").await;
    browser.sign_out().await;

    browser.goto(&need).await;
    browser.sees("可对接").await;
    browser.sees("XQ-441424-").await;
}

/// The index follows within two seconds.
async fn it_is_found(browser: &Browser, words: &str, title: &str) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(2);
    loop {
        browser.goto(&format!("/needs?q={words}")).await;
        if browser.text().await.contains(title) {
            return;
        }
        assert!(std::time::Instant::now() < until, "{words} does not find {title}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn the_story_on_a_desktop_with_script() {
    let browser = Browser::open(DESKTOP, true).await;
    a_need_becomes_public(&browser, "黄沙村旱季饮水换管").await;
    it_is_found(&browser, "旱季换管", "黄沙村旱季饮水换管").await;
    browser.close().await;
}

#[tokio::test]
async fn the_story_on_a_phone_without_script() {
    let browser = Browser::open(PHONE, false).await;
    assert!(!browser.script);
    a_need_becomes_public(&browser, "黄沙村老水池修补加盖").await;
    it_is_found(&browser, "水池加盖", "黄沙村老水池修补加盖").await;
    browser.close().await;
}
