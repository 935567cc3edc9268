//! The line through the product as far as it goes, as people walk it.

use crate::driver::{Browser, DESKTOP, PHONE};
use tests::jpeg;

/// A village writes, the federation returns once and then approves, anybody finds and reads.
async fn a_need_becomes_public(browser: &Browser, title: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let photo = folder.path().join("水池.jpg");
    std::fs::write(&photo, jpeg(800, 600)).expect("a photo");

    browser.sign_in("village").await;
    browser.goto("/work/needs/new").await;
    browser.follow("//a[contains(@href, 'kind=money')]").await;
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
    browser.sees("已提交审核").await;
    let need = browser.path().await;
    browser.sign_out().await;

    the_town_passes_it(browser, &need).await;
    browser.sign_in("federation").await;
    browser.sees(title).await;
    browser.goto(&need).await;
    browser.click("//summary[contains(., '退回这条需求')]").await;
    browser.fill("reason-return", "请补充受益的自然村名称").await;
    browser.follow("//button[@value='return']").await;
    browser.sees("已退回").await;
    browser.sign_out().await;

    browser.sign_in("village").await;
    browser.goto(&need).await;
    browser.sees("请补充受益的自然村名称").await;
    browser.follow("//button[@value='submit']").await;
    browser.sees("已提交审核").await;
    browser.sign_out().await;

    the_town_passes_it(browser, &need).await;
    browser.sign_in("federation").await;
    browser.goto(&need).await;
    browser.follow("//button[@value='approve']").await;
    browser.sees("需求现在向所有人公示").await;
    browser.sign_out().await;

    it_opens(browser, &need).await;
    browser.sees("XQ-441424-").await;
    need
}

async fn the_town_passes_it(browser: &Browser, need: &str) {
    browser.sign_in("town-reviewer").await;
    browser.goto(need).await;
    browser.follow("//button[@value='pass']").await;
    browser.sees("镇审已通过").await;
    browser.sign_out().await;
}

/// Nobody who tries a demo waits for the days of objection: the house opens it in a moment.
async fn it_opens(browser: &Browser, need: &str) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        browser.goto(need).await;
        if browser.text().await.contains("可对接") {
            return;
        }
        assert!(std::time::Instant::now() < until, "the need does not open");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// The enterprise pledges, the charity's maker enters and matches the bank line, the checker confirms it.
async fn money_arrives_for_it(browser: &Browser, need: &str, serial: &str) -> String {
    browser.sign_in("enterprise").await;
    browser.goto(need).await;
    browser.follow("//a[contains(@href, '/pledge?need=')]").await;
    browser.fill("amount", "5万").await;
    browser.send_by_enter("amount").await;
    browser.sees("请选择怎样公开").await;
    browser.sees("捐赠完全自愿").await;
    for ticked in ["public_display-name", "show_amount", "notice_acknowledged", "voluntary"] {
        browser.tick(ticked).await;
    }
    browser.follow("//button[@value='review']").await;
    browser.sees("请核对认捐").await;
    browser.sees("50,000 元").await;
    browser.follow("//button[@value='confirm']").await;
    browser.sees("认捐已记录").await;
    let reference = browser.run("return document.querySelector('.reference code').textContent").await;
    let reference = reference.as_str().expect("a reference").to_owned();
    let pledge = browser.path().await;
    browser.sign_out().await;

    browser.sign_in("maker").await;
    browser.goto("/work/bank-lines/new").await;
    browser.fill_today("booked_on").await;
    browser.fill("payer", "示例金柚农业有限公司").await;
    browser.fill("amount", "50,000.00").await;
    browser.fill("remark", &format!("捐赠 {reference}")).await;
    browser.fill("serial_no", serial).await;
    browser.follow("//main//form//button").await;
    browser.sees("附言中有这笔认捐的编号").await;
    browser.follow("(//button[@value='match'])[1]").await;
    browser.sees("等另一位同事复核").await;
    let line = browser.path().await;
    browser.sign_out().await;
    browser.goto(need).await;
    browser.sees("50,000 元").await;

    browser.sign_in("checker").await;
    browser.goto(&line).await;
    browser.follow("//button[@value='confirm']").await;
    browser.sees("这笔款计入到账").await;
    browser.sign_out().await;

    everybody_reads(browser, need, "arrived", "5 万元").await;
    pledge
}

/// One of the four numbers as a stranger reads it on the need's page, which may be a second old.
async fn everybody_reads(browser: &Browser, need: &str, number: &str, amount: &str) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(2);
    loop {
        browser.goto(need).await;
        let read = browser.run(&format!("return document.querySelector('.four .{number} dd').textContent")).await;
        if read.as_str().map(str::trim) == Some(amount) {
            return;
        }
        assert!(std::time::Instant::now() < until, "{number} is {read}, not {amount}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// The worker sends it, and `/dev/mail` lists it.
async fn a_letter_comes(browser: &Browser, subject: &str) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        browser.goto("/dev/mail").await;
        if browser.text().await.contains(subject) {
            break;
        }
        assert!(std::time::Instant::now() < until, "no letter “{subject}”");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// The letters of a demo can be read, with the confirmation letter.
async fn the_donor_was_written_to(browser: &Browser, pledge: &str) {
    browser.sign_in("enterprise").await;
    browser.goto(pledge).await;
    let reference = browser.run("return document.querySelector('main').textContent.match(/QC[0-9A-Z]{7}/)[0]").await;
    let subject = format!("捐款已到账：50,000 元 {}", reference.as_str().expect("a reference"));
    browser.sign_out().await;
    a_letter_comes(browser, &subject).await;
    browser.follow(&format!("//a[text()='{subject}']")).await;
    browser.sees("捐赠确认函-").await;
    browser.sees("不是公益事业捐赠票据").await;
}

/// The village names an account, two people of the charity enter and verify it; the charity sets the money aside and
/// pays a part of it by three people.
async fn money_leaves_for_it(browser: &Browser, need: &str, pledge: &str) {
    browser.sign_in("village").await;
    browser.goto("/work/payees").await;
    browser.choose_first("charity").await;
    browser.choose("kind", "town_custody").await;
    browser.fill("name", "示例梅林镇代管账户").await;
    browser.fill("bank", "示例农商银行五华支行").await;
    browser.fill("account", "0000 4414 0000 00").await;
    browser.follow("//button[@value='propose']").await;
    browser.sees("请上传开户许可证").await;
    let folder = tempfile::tempdir().expect("a folder");
    let permit = folder.path().join("开户证明.jpg");
    std::fs::write(&permit, jpeg(400, 300)).expect("a photo");
    browser.fill("sub_account", "示例村专户").await;
    browser.fill("document", &permit.to_string_lossy()).await;
    browser.follow("//button[@value='propose']").await;
    browser.sees("等慈善组织录入和核实").await;
    browser.sign_out().await;

    browser.sign_in("maker").await;
    browser.goto("/work/payees?status=proposed").await;
    browser.fill_first("account_no", "0000 4414 0000 01").await;
    browser.follow("(//button[@value='enter'])[1]").await;
    browser.sees("与村里登记的账号不一致").await;
    browser.fill_first("account_no", "0000441400 0000").await;
    browser.follow("(//button[@value='enter'])[1]").await;
    browser.sees("等另一位同事核实").await;
    browser.sign_out().await;

    browser.sign_in("checker").await;
    browser.goto("/work/payees?status=entered").await;
    browser.fill_first("how", "回拨镇政府公开电话，与开户证明一致").await;
    browser.tick_first("no_interest").await;
    browser.follow("(//button[@value='verify'])[1]").await;
    browser.sees("收款账户已核实").await;
    browser.goto("/work/payees?status=verified").await;
    // The village has an account already, so this one is a change; what follows is paid to the one that is known.
    browser.sees("以后才能批准付款").await;
    browser.sign_out().await;

    browser.sign_in("maker").await;
    browser.goto(pledge).await;
    browser.fill("amount", "6万").await;
    browser.follow("//main//form[not(.//textarea)]//button").await;
    browser.sees("可分配的到账款只有 50,000 元").await;
    browser.fill("amount", "4万").await;
    browser.follow("//main//form//button").await;
    browser.sees("已分配到需求").await;
    browser.follow("//a[contains(@href, '/work/disbursements/new')]").await;
    browser.sees("还能申请拨付：40,000 元").await;
    browser.choose_first("payee").await;
    browser.fill("amount", "3万").await;
    browser.fill("purpose", "水管采购首付款").await;
    browser.follow("//main//form//button").await;
    browser.sees("已提交，等复核").await;
    let payment = browser.path().await;
    browser.sign_out().await;

    browser.sign_in("checker").await;
    browser.goto(&payment).await;
    browser.follow("//button[@value='check']").await;
    browser.follow("//button[@value='approve']").await;
    browser.sees("等出纳付款").await;
    browser.sign_out().await;

    browser.sign_in("payer").await;
    browser.goto(&payment).await;
    browser.fill_today("paid_on").await;
    browser.fill("bank_reference", "PAY-1").await;
    browser.follow("//button[@value='pay']").await;
    browser.sees("计入拨付").await;
    browser.sign_out().await;

    everybody_reads(browser, need, "disbursed", "3 万元").await;
}

/// The village reports with a voucher, is refused once with all that it typed, and the charity accepts.
async fn it_is_spent_and_seen(browser: &Browser, (need, title): (&str, &str), pledge: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let photo = folder.path().join("发票.jpg");
    std::fs::write(&photo, jpeg(400, 300)).expect("a photo");
    browser.sign_in("village").await;
    browser.goto(need).await;
    browser.follow("//a[contains(@href, '/report')]").await;
    browser.fill("text", "水管已铺 500 米，两个自然村通水。").await;
    browser.fill("description_0", "PE 水管 500 米").await;
    browser.fill("amount_0", "一万").await;
    browser.fill("invoice_0", &photo.to_string_lossy()).await;
    browser.follow("//main//form//button").await;
    browser.sees("请选择用的是哪一笔拨付").await;
    browser.sees("请填写收款方名称").await;
    browser.sees("已上传 1 张照片").await;
    browser.choose_first("disbursement").await;
    browser.fill("amount_0", "1万").await;
    browser.fill("seller_0", "五华县示例水暖商行").await;
    browser.fill_today("invoice_on_0").await;
    browser.follow("//main//form//button").await;
    browser.sees("报告已提交").await;
    browser.sees("待核").await;
    browser.sign_out().await;
    everybody_reads(browser, need, "spent", "0 元").await;

    browser.sign_in("checker").await;
    browser.goto("/work/spending").await;
    browser.sees("五华县示例水暖商行").await;
    browser.follow("(//button[@value='accept'])[1]").await;
    browser.sees("计入支出").await;
    browser.sign_out().await;

    everybody_reads(browser, need, "spent", "1 万元").await;
    browser.sees("PE 水管 500 米").await;

    browser.sign_in("donor").await;
    browser.goto("/my-gifts").await;
    browser.follow(&format!("//a[contains(@href, '{pledge}')]")).await;
    browser.sees("这笔钱的去向").await;
    browser.sees("已支出并有凭证").await;
    browser.follow("//*[@id='trail']//a[contains(@href, '/api/v1/files/')]").await;
    browser.goto(pledge).await;
    browser.sign_out().await;
    a_letter_comes(browser, &format!("您支持的需求有了新进展：{title}")).await;
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

/// All of it, for a need with this title, whose words find it.
async fn the_story(browser: &Browser, (title, words): (&str, &str), serial: &str) {
    let need = a_need_becomes_public(browser, title).await;
    it_is_found(browser, words, title).await;
    let pledge = money_arrives_for_it(browser, &need, serial).await;
    the_donor_was_written_to(browser, &pledge).await;
    money_leaves_for_it(browser, &need, &pledge).await;
    it_is_spent_and_seen(browser, (&need, title), &pledge).await;
}

#[tokio::test]
async fn the_story_on_a_desktop_with_script() {
    let browser = Browser::open(DESKTOP, true).await;
    the_story(&browser, ("黄沙村旱季饮水换管", "旱季换管"), "STORY1").await;
    browser.close().await;
}

#[tokio::test]
async fn the_story_on_a_phone_without_script() {
    let browser = Browser::open(PHONE, false).await;
    assert!(!browser.script);
    the_story(&browser, ("黄沙村老水池修补加盖", "水池加盖"), "STORY2").await;
    browser.close().await;
}

#[tokio::test]
async fn the_story_by_keyboard() {
    let browser = Browser::open(DESKTOP, true).await.by_keyboard();
    the_story(&browser, ("黄沙村引水渠清淤防渗", "水渠清淤"), "STORY3").await;
    browser.close().await;
}
