use crate::deliveries::{advance, item, new_report};
use crate::disbursements::{Ready, ready};
use crate::money::{new_pledge, open_need};
use axum::http::StatusCode;
use backend::jobs::{self, ATTEMPTS, LEASE, wait_after};
use backend::mail::message::Outgoing;
use backend::receipts::{self, ConfirmationLetter};
use domain::Fen;
use domain::api::deliveries::{self, ReturnItem};
use domain::api::needs::{self, NeedStep, Seen};
use domain::api::pledges::{self, Pledge};
use tests::{Client, TestApp};

/// The letters that left, and the box emptied.
/// The letters that went out, in the order in which they were handed over: several are sent at once.
pub fn sent(test: &TestApp) -> Vec<Outgoing> {
    let mut mails = std::mem::take(&mut test.mail.lock().unwrap().mails);
    mails.sort_by_key(|mail| mail.id);
    mails
}

async fn pledged(test: &TestApp) -> (Pledge, Client<'_>) {
    let need = open_need(test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    (pledge, enterprise)
}

#[tokio::test]
async fn whoever_pledges_is_written_how_to_pay() {
    let test = TestApp::new().await;
    let (pledge, _) = pledged(&test).await;
    jobs::run_due(&test.app).await.unwrap();
    let letters: Vec<_> = sent(&test).into_iter().filter(|letter| letter.to == "firm@example.com").collect();
    let [letter] = letters.as_slice() else { panic!("{} letters", letters.len()) };
    let reference = pledge.reference.to_string();
    assert!(letter.subject.contains(&reference), "{}", letter.subject);
    let pay_to = pledge.pay_to.unwrap();
    for said in [reference.as_str(), &pay_to.account_no, &pay_to.holder, &pledge.amount_fen.to_capitals(), "/pledges/"]
    {
        assert!(letter.text.contains(said), "the text lacks {said}: {}", letter.text);
        assert!(letter.html.contains(said), "the page lacks {said}");
    }
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 0, "sent once");
    test.done().await;
}

#[tokio::test]
async fn a_village_is_written_what_became_of_its_need() {
    let test = TestApp::new().await;
    let village = test.village(crate::needs::VILLAGE).await;
    let federation = test.federation("441424").await;
    let need = village.call(needs::create(&crate::needs::new_need(1))).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: 1 })).await.unwrap();
    let why = NeedStep { version: 1, reason: "请补充<b>报价</b>单".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("请补充<b>报价</b>单"));
    assert!(letters[0].html.contains("请补充&lt;b&gt;报价&lt;/b&gt;单"), "what people typed is text");
    village.call(needs::submit(need.id, Seen { version: 1 })).await.unwrap();
    let open = federation.call(needs::approve(need.id, Seen { version: 1 })).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!(letters.len(), 1);
    assert!(letters[0].subject.contains(&open.code.unwrap()));
    test.done().await;
}

#[tokio::test]
async fn each_step_of_the_money_is_written_to_whom_it_concerns() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let Ready { charity, village, need, .. } = &ready;
    let new = new_report(1, village, payment.id, vec![item(100, false)]).await;
    village.call(deliveries::report(need.id, &new)).await.unwrap();
    let waiting = charity.checker.call(deliveries::waiting()).await.unwrap().items.remove(0);
    let why = ReturnItem { version: 1, reason: "看不清日期".into() };
    charity.checker.call(deliveries::return_(waiting.spent.id, &why)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let subjects = |to: &str| -> Vec<String> {
        let own = letters.iter().filter(|letter| letter.to.starts_with(to));
        own.map(|letter| letter.subject.chars().take_while(|char| *char != '：').collect()).collect()
    };
    assert_eq!(subjects("firm"), ["认捐已登记，请按此汇款", "捐款已到账", "您支持的需求有了新进展"]);
    assert_eq!(subjects("village"), ["需求已公开", "善款已拨付", "支出登记被退回"]);
    let paid = letters.iter().find(|letter| letter.subject.starts_with("善款已拨付")).unwrap();
    assert!(paid.text.contains(&Fen::yuan(30_000).to_string()), "{}", paid.text);
    assert!(letters.iter().all(|letter| !letter.text.contains("开户银行") || letter.to == "firm@example.com"));
    test.done().await;
}

#[tokio::test]
async fn a_worker_that_dies_between_pledge_and_letter_loses_nothing() {
    let test = TestApp::new().await;
    pledged(&test).await;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    pledge_again(&test).await;
    let job = jobs::take_and_abandon(&test.app).await.unwrap().expect("a letter waits");
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 0, "it is in the dead worker's hands");
    test.clock.advance(LEASE);
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 1);
    let letters = sent(&test);
    assert_eq!((letters.len(), letters[0].id), (1, job));
    // Nobody knows whether the dead worker had sent it: staff read that it may have come twice, and only that one.
    let repeated = jobs::perhaps_twice(&test.app).await.unwrap().items;
    assert_eq!(repeated.iter().map(|letter| (letter.id, letter.attempts)).collect::<Vec<_>>(), [(job, 2)]);
    test.done().await;
}

fn new_pledge_like(pledge: &Pledge) -> pledges::NewPledge {
    pledges::NewPledge {
        id: domain::PledgeId(uuid::Uuid::from_u128(77)),
        campaign: pledge.campaign,
        charity: pledge.charity,
        input: domain::pledge::PledgeInput {
            need: pledge.need.as_ref().map(|need| need.id),
            designations: Vec::new(),
            funding_choice: domain::allocation::FundingChoice::AskMe,
            restriction: pledge.restriction,
            amount: pledge.amount_fen,
            public_display: Some(pledge.public_display),
            show_amount: pledge.show_amount,
            share_with_recipient: pledge.share_with_recipient,
            terms_version: pledge.terms_version.clone(),
            notice_acknowledged: true,
            voluntary: true,
            schedule: None,
        },
    }
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_asked_again_and_a_letter_is_given_up_in_the_end() {
    let test = TestApp::new().await;
    pledged(&test).await;
    test.mail.lock().unwrap().failures = 2;
    let first = jobs::run_due(&test.app).await.unwrap();
    assert_eq!(first, 2, "a letter to the village and one to the enterprise");
    assert!(sent(&test).is_empty());
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 0, "not at once");
    test.clock.advance(wait_after(1));
    jobs::run_due(&test.app).await.unwrap();
    assert_eq!(sent(&test).len(), 2);

    pledge_again(&test).await;
    test.mail.lock().unwrap().failures = u32::MAX;
    for attempt in 1..=ATTEMPTS {
        assert_eq!(jobs::run_due(&test.app).await.unwrap(), 1, "attempt {attempt}");
        test.clock.advance(wait_after(attempt));
    }
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 0);
    let counts = jobs::counts(&test.app).await.unwrap();
    // The letter that the need has opened is from a week ahead, to which the test's clock went for a moment.
    assert_eq!((counts.waiting, counts.dead), (1, 1), "it stays for staff to see");
    test.done().await;
}

async fn pledge_again(test: &TestApp) {
    let enterprise = test.signed_in("firm").await;
    let first = enterprise.call(pledges::own()).await.unwrap().items.remove(0);
    enterprise.call(pledges::create(&new_pledge_like(&first))).await.unwrap();
}

#[tokio::test]
async fn nobody_is_written_to_without_an_address() {
    let test = TestApp::new().await;
    let village = test.village(crate::needs::VILLAGE).await;
    sqlx::query("update person_private set email = null").execute(&test.app.pool).await.unwrap();
    let federation = test.federation("441424").await;
    let need = village.call(needs::create(&crate::needs::new_need(1))).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: 1 })).await.unwrap();
    federation.call(needs::approve(need.id, Seen { version: 1 })).await.unwrap();
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 1);
    assert!(sent(&test).is_empty());
    let outcomes: Vec<_> =
        jobs::latest(&test.app).await.unwrap().into_iter().map(|job| (job.status, job.outcome)).collect();
    assert_eq!(outcomes, [("done".to_owned(), Some("no address".to_owned()))]);
    test.done().await;
}

#[tokio::test]
async fn letters_are_not_on_the_network_outside_a_demo() {
    let test = TestApp::new().await;
    for path in ["/dev/mail", "/dev/mail/x", "/dev/mail/x/html", "/dev/mail/x/attachments/0"] {
        assert_eq!(test.visitor().page(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    test.done().await;
}

/// What a reader of the PDF sees, by Poppler.
pub fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = std::process::Command::new("pdftotext").arg(&path).arg("-").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect()
}

#[tokio::test]
async fn a_confirmed_arrival_is_written_with_a_confirmation_letter_as_pdf() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let letter = letters.iter().find(|letter| letter.subject.starts_with("捐款已到账")).unwrap();
    let [attachment] = letter.attachments.as_slice() else { panic!("one attachment: {:?}", letter.subject) };
    assert_eq!(attachment.mime, "application/pdf");
    assert!(attachment.name.starts_with("捐赠确认函-2026-000001-"), "{}", attachment.name);
    let read = text_of(&attachment.bytes);
    let pledge = ready.enterprise.call(pledges::own()).await.unwrap().items.remove(0);
    let amount = pledge.arrived_fen;
    let said = [
        "捐赠确认函",
        &pledge.enterprise_name,
        &pledge.charity_name,
        &amount.to_capitals(),
        &pledge.reference.to_string(),
        "不是公益事业捐赠票据",
    ];
    for said in said {
        assert!(read.contains(&said.replace(' ', "")), "the letter lacks {said}: {read}");
    }
    assert!(letters.iter().filter(|letter| !letter.attachments.is_empty()).count() == 1);
    test.done().await;
}

#[tokio::test]
async fn a_confirmation_letter_shows_what_its_font_lacks_and_reads_nothing_as_markup() {
    let test = TestApp::new().await;
    let letter = ConfirmationLetter {
        number: "2026-000001-X".into(),
        enterprise: "梅州\u{e123}#pagebreak()*公司*".into(),
        charity: "示例慈善会".into(),
        campaign: "𣒍村的活动".into(),
        reference: "630-X".into(),
        amount: "人民币 1.00 元".into(),
        capitals: "壹元整".into(),
        booked_on: "2026 年 6 月 30 日".into(),
        confirmed_on: "2026 年 6 月 30 日".into(),
        purpose: "非定向".into(),
        follow: "https://qiancun.test/".into(),
        not_an_invoice: "本函不是票据".into(),
        demo: true,
    };
    let pdf = receipts::confirmation_pdf(&test.app.typesetter, &letter).await.unwrap();
    let read = text_of(&pdf);
    assert!(read.contains("梅州[U+E123]#pagebreak()*公司*"), "{read}");
    assert!(read.contains("𣒍村") || read.contains("[U+2348D]村"), "{read}");
    assert!(read.contains("示例"), "{read}");
    let again = receipts::confirmation_pdf(&test.app.typesetter, &letter).await.unwrap();
    assert_eq!(pdf, again, "a letter that is tried again is the same letter");
    test.done().await;
}

/// Whoever has left gets neither the letter that was written for him before nor a new one.
#[tokio::test]
async fn a_person_whose_account_is_disabled_gets_no_letter() {
    let test = TestApp::new().await;
    let village = test.village(crate::needs::VILLAGE).await;
    let federation = test.federation("441424").await;
    let mut submitted = Vec::new();
    for n in 1..=2 {
        let need = village.call(needs::create(&crate::needs::new_need(n))).await.unwrap();
        submitted.push(village.call(needs::submit(need.id, Seen { version: 1 })).await.unwrap());
    }
    federation.call(needs::approve(submitted[0].id, Seen { version: 1 })).await.unwrap();
    let disabled = "update person set disabled_at = created_at where account like 'village-%'";
    sqlx::query(disabled).execute(&test.app.pool).await.unwrap();
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 1, "written before");
    federation.call(needs::approve(submitted[1].id, Seen { version: 1 })).await.unwrap();
    assert_eq!(jobs::run_due(&test.app).await.unwrap(), 0, "none is written any more");
    assert!(sent(&test).is_empty());
    test.done().await;
}
