//! Goods on their way: offered by an enterprise on a phone without script, accepted by two people of the charity, and what
//! is lost of them written off by the same two.

use crate::driver::{Browser, PHONE};
use tests::jpeg;

#[tokio::test]
async fn goods_are_offered_accepted_and_written_off_on_a_phone_without_script() {
    let browser = Browser::open(PHONE, false).await;
    let folder = tempfile::tempdir().expect("a folder");
    let photo = folder.path().join("发票.jpg");
    std::fs::write(&photo, jpeg(800, 600)).expect("a photo");

    browser.sign_in("enterprise").await;
    browser.goto("/goods-gifts/new").await;
    browser.choose_first("receiver").await;
    browser.fill("line_0", "折叠课桌（示例）").await;
    browser.fill("line_quantity_0", "１２").await;
    browser.fill("line_unit_0", "张").await;
    browser.fill("line_value_0", "185").await;
    browser.tick("basis-invoice").await;
    browser.fill("basis_note", "增值税发票 20260612 号").await;
    browser.fill("pictures-goods", &photo.to_string_lossy()).await;
    for ticked in ["own_property", "conforms", "voluntary"] {
        browser.tick(ticked).await;
    }
    browser.follow("//button[@value='review']").await;
    browser.sees("请选择怎样公开").await;
    browser.sees("已上传 1 张照片").await;
    browser.tick("public_display-name").await;
    browser.tick("show_value").await;
    browser.follow("//button[@value='review']").await;
    browser.sees("请核对捐赠的物资").await;
    browser.sees("2,220 元").await;
    browser.follow("//button[@value='confirm']").await;
    browser.sees("已提交，慈善组织会收到通知").await;
    let gift = browser.path().await;
    browser.sign_out().await;

    browser.sign_in("maker").await;
    browser.goto(&gift).await;
    browser.fill_today("received_on-inspect").await;
    browser.follow("//button[@value='inspect']").await;
    browser.sees("等另一人复核").await;
    browser.sign_out().await;

    browser.sign_in("checker").await;
    browser.goto(&gift).await;
    browser.follow("//button[@value='confirm']").await;
    browser.sees("已接受，物资已入账").await;
    browser.sign_out().await;

    browser.sign_in("maker").await;
    browser.goto(&gift).await;
    browser.click("//summary[contains(., '报损')]").await;
    browser.fill("line_0-write-off", "2").await;
    browser.tick("cause-spoilt").await;
    browser.fill_today("found_on-write-off").await;
    browser.fill("reason-write-off", "搬运时两张桌腿折断，修不好").await;
    browser.follow("//button[@value='write-off']").await;
    browser.sees("已申请报损，等另一人确认").await;
    browser.sign_out().await;

    browser.sign_in("checker").await;
    browser.goto(&gift).await;
    browser.sees("报损：等另一人确认").await;
    browser.follow("//button[@value='confirm-rest']").await;
    browser.sees("报损：已确认").await;
    browser.sees("370 元").await;
    browser.close().await;
}
