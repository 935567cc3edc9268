//! Bank lines: whose they are guessed to be, how a mistyped one goes, how money of an unknown giver finds its owner.

use crate::money::{matched, new_line, new_pledge, seen};
use axum::http::StatusCode;
use chrono::Duration;
use domain::Fen;
use domain::api::arrivals::{self, LineQuery, MatchLine, MatchPart, PartOwner, VoidLine};
use domain::api::{campaigns, ledger, pledges, sessions};
use domain::arrival::{BankLineStatus, LineChannel, Reason};
use domain::ledger::{Account, TransferCode};
use domain::organisation::Role;
use domain::pledge::PledgeReference;
use tests::TestApp;

#[tokio::test]
async fn a_reference_finds_its_pledge_however_many_are_newer() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    // More than are compared by name, as the database's owner, since no person makes so many.
    let newer: Vec<String> =
        (1_000..3_100).map(|number| PledgeReference::from_number(number).unwrap().to_string()).collect();
    let sql = format!(
        "insert into pledge (id, reference, campaign, charity, enterprise, restriction, amount_fen, status, public_display,
                             show_amount, share_with_recipient, terms_version, pledged_by, pledged_at, changed_at)
         select gen_random_uuid(), newer.reference, campaign, charity, enterprise, restriction, amount_fen, status,
                public_display, show_amount, share_with_recipient, terms_version, pledged_by,
                pledged_at + interval '1 day', changed_at
         from pledge, unnest(string_to_array('{}', ',')) as newer (reference);
         insert into pledge_designation (pledge, position, kind, amount_fen)
         select id, 1, 'undesignated', amount_fen
         from pledge p
         where not exists (select from pledge_designation d where d.pledge = p.id)",
        newer.join(",")
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
    let line = new_line(1, &charity, "张三", 100, &format!("捐款{}", pledge.reference));
    let line = charity.maker.call(arrivals::enter(&line)).await.unwrap();
    assert_eq!(line.suggestions[0].suggestion.pledge, pledge.id);
    assert!(line.suggestions[0].suggestion.reasons.contains(&Reason::ReferenceExact));
    test.done().await;
}

#[tokio::test]
async fn who_pays_more_than_was_promised_is_found_by_the_reference() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 50_000, &pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let more = new_line(2, &charity, "张三", 100, pledge.reference.as_str());
    let more = charity.maker.call(arrivals::enter(&more)).await.unwrap();
    assert_eq!(more.suggestions[0].suggestion.pledge, pledge.id);
    test.done().await;
}

#[tokio::test]
async fn a_mistyped_line_is_voided_and_its_number_entered_again() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let wrong = new_line(1, &charity, "某公司", 100, "");
    let line = charity.maker.call(arrivals::enter(&wrong)).await.unwrap();
    assert!(line.may.void);
    let why = VoidLine { reason: "金额输错，已另行录入".into() };
    let short = VoidLine { reason: "错".into() };
    assert_eq!(charity.maker.call(arrivals::void(line.id, &short)).await.unwrap_err().fields(), ["reason"]);
    let other = test.charity("另一慈善会").await;
    for (client, status) in [(&charity.checker, 403), (&other.maker, 404), (&enterprise, 403)] {
        assert_eq!(client.call(arrivals::void(line.id, &why)).await.unwrap_err().status, status);
    }
    let page = format!("/work/bank-lines/{}", line.id);
    assert!(charity.maker.page(&page).await.text().contains("作废这笔流水"));
    let form = [("action", "void"), ("reason", why.reason.as_str())];
    assert_eq!(charity.maker.form(&page, &form).await.location(), format!("{page}?done=voided"));
    let voided = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!((voided.status, voided.reason.as_deref()), (BankLineStatus::Voided, Some(why.reason.as_str())));
    assert!(!voided.may.match_ && !voided.may.void && voided.suggestions.is_empty());
    assert!(charity.maker.page(&page).await.text().contains("金额输错，已另行录入"));
    let waiting = charity.maker.call(arrivals::list(&LineQuery::default())).await.unwrap();
    let done = charity.maker.call(arrivals::list(&LineQuery { done: true, ..LineQuery::default() })).await.unwrap();
    assert_eq!((waiting.items.len(), done.items.len()), (0, 1));

    let mut right = new_line(2, &charity, "某公司", 1_000, "");
    right.line.serial_no.clone_from(&wrong.line.serial_no);
    let right = charity.maker.call(arrivals::enter(&right)).await.unwrap();
    let mut twin = new_line(3, &charity, "某公司", 1_000, "");
    twin.line.serial_no.clone_from(&wrong.line.serial_no);
    assert_eq!(charity.maker.call(arrivals::enter(&twin)).await.unwrap_err().fields(), ["serial_no"]);
    let part = MatchPart { amount_fen: right.line.amount, pledge: Some(pledge.id), campaign: None };
    let matched = charity.maker.call(arrivals::match_(right.id, &MatchLine { parts: vec![part] })).await.unwrap();
    let refused = charity.maker.call(arrivals::void(matched.id, &why)).await.unwrap_err();
    assert_eq!(refused.status, 409, "first the match is taken back");
    test.done().await;
}

#[tokio::test]
async fn money_of_an_unknown_giver_finds_its_owner_by_two_people() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let wrong = enterprise.call(pledges::create(&new_pledge(2, campaign, &charity, None))).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "张三", 700, ""))).await.unwrap();
    let part = |yuan| MatchPart { amount_fen: Fen::yuan(yuan), pledge: None, campaign: None };
    let parts = MatchLine { parts: vec![part(500), part(200)] };
    let line = charity.maker.call(arrivals::match_(line.id, &parts)).await.unwrap();
    let lot = line.parts[0].lot;
    let early = charity.maker.call(arrivals::name_owner(line.id, &PartOwner { lot, pledge: pledge.id })).await;
    assert_eq!(early.unwrap_err().status, 409, "first it is confirmed");
    let line = charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let in_transit = async || test.visitor().call(campaigns::get(campaign)).await.unwrap().unmatched_fen;
    assert_eq!(in_transit().await, Fen::ZERO, "not before the day is over");

    let page = format!("/work/bank-lines/{}", line.id);
    let (lot_id, reference) = (lot.to_string(), pledge.reference.to_string());
    let name = [("action", "name_owner"), ("lot", lot_id.as_str())];
    let bad = charity.maker.form(&page, &[name[0], name[1], ("owner_reference", "QC1234567")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    charity.maker.call(arrivals::name_owner(line.id, &PartOwner { lot, pledge: wrong.id })).await.unwrap();
    let named = charity.maker.form(&page, &[name[0], name[1], ("owner_reference", reference.as_str())]).await;
    assert_eq!(named.location(), format!("{page}?done=owner_named"), "a mistake is mended before it is confirmed");
    let owner = PartOwner { lot, pledge: pledge.id };
    let stale = charity.checker.call(arrivals::confirm_owner(line.id, &PartOwner { lot, pledge: wrong.id })).await;
    assert_eq!(stale.unwrap_err().status, 409, "another pledge than the one that was read");
    let me = charity.maker.call(sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(
        charity.maker.call(arrivals::confirm_owner(line.id, &owner)).await.unwrap_err().status,
        409,
        "one person"
    );
    let other = test.charity("另一慈善会").await;
    for (client, status) in [(&other.checker, 404), (&charity.payer, 403), (&enterprise, 403)] {
        assert_eq!(client.call(arrivals::confirm_owner(line.id, &owner)).await.unwrap_err().status, status);
    }
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::ZERO);

    assert!(charity.checker.page(&page).await.text().contains("确认属于这笔认捐"));
    let pledge_id = pledge.id.to_string();
    let confirm = [("action", "confirm_owner"), ("lot", lot_id.as_str()), ("pledge", pledge_id.as_str())];
    let confirmed = charity.checker.form(&page, &confirm).await;
    assert_eq!(confirmed.location(), format!("{page}?done=owner_confirmed"));
    let found = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((found.arrived_fen, found.arrivals[0].lot), (Fen::yuan(500), lot));
    test.clock.advance(Duration::days(1));
    assert_eq!(in_transit().await, Fen::yuan(200));
    let read = test.visitor().page("/campaigns/630-2026").await.text();
    assert!(read.contains("另有在途 200 元"), "{read}");
    test.clock.advance(Duration::days(-1));
    let auditor = test.auditor().await;
    for (account, yuan) in [
        (Account::Unmatched { bank_account: charity.account }, 200),
        (Account::Directed { pledge: pledge.id }, 500),
        (Account::Directed { pledge: wrong.id }, 0),
    ] {
        assert_eq!(auditor.call(ledger::account(&account)).await.unwrap().balance_fen, Fen::yuan(yuan), "{account}");
    }
    let trail = enterprise.call(pledges::trail(pledge.id)).await.unwrap();
    let codes: Vec<_> = trail.steps.iter().map(|step| step.code).collect();
    assert_eq!((codes, trail.now.unallocated_fen), (vec![TransferCode::Arrival, TransferCode::Match], Fen::yuan(500)));
    assert_eq!(charity.checker.call(arrivals::confirm_owner(line.id, &owner)).await.unwrap_err().status, 409, "once");
    backend::jobs::run_due(&test.app).await.unwrap();
    let letters = crate::mail::sent(&test);
    assert_eq!(letters.iter().filter(|letter| letter.subject.starts_with("捐款已到账")).count(), 1);
    test.done().await;
}

#[tokio::test]
async fn money_in_that_is_no_gift_is_put_aside_with_its_reason_and_can_come_back() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "银行", 3, "结息"))).await.unwrap();
    let why = VoidLine { reason: "银行结息，见回单".into() };
    let short = charity.maker.call(arrivals::not_donation(line.id, &VoidLine { reason: "息".into() })).await;
    assert_eq!(short.unwrap_err().fields(), ["reason"]);
    for (client, status) in [(&charity.checker, 403), (&test.charity("另一慈善会").await.maker, 404)] {
        assert_eq!(client.call(arrivals::not_donation(line.id, &why)).await.unwrap_err().status, status);
    }
    let page = format!("/work/bank-lines/{}", line.id);
    let form = [("action", "not_donation"), ("reason", why.reason.as_str())];
    assert_eq!(charity.maker.form(&page, &form).await.location(), format!("{page}?done=not_donation"));
    let aside = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!((aside.status, aside.reason.as_deref()), (BankLineStatus::NotDonation, Some(why.reason.as_str())));
    assert!(aside.may.donation && !aside.may.match_ && !aside.may.void);
    assert!(charity.maker.page(&page).await.text().contains("银行结息，见回单"));
    let back = charity.maker.call(arrivals::donation(line.id, &why)).await.unwrap();
    assert_eq!((back.status, back.reason), (BankLineStatus::Unmatched, None));
    // What is matched is first taken back.
    let gift = matched(&charity, 2, 50_000, &pledge).await;
    assert_eq!(charity.maker.call(arrivals::not_donation(gift.id, &why)).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn who_paid_for_an_enterprise_before_is_remembered() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let first = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let second = enterprise.call(pledges::create(&new_pledge(2, campaign, &charity, None))).await.unwrap();
    let unknown = charity.maker.call(arrivals::enter(&new_line(1, &charity, "张老板", 50_000, ""))).await.unwrap();
    assert!(unknown.suggestions.is_empty(), "nobody knows him yet");
    let part = MatchPart { amount_fen: unknown.line.amount, pledge: Some(first.id), campaign: None };
    let line = charity.maker.call(arrivals::match_(unknown.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let again = charity.maker.call(arrivals::enter(&new_line(2, &charity, "张老板", 50_000, ""))).await.unwrap();
    assert_eq!(again.suggestions[0].suggestion.pledge, second.id);
    assert!(again.suggestions[0].suggestion.reasons.contains(&Reason::PayerPaidBefore));
    test.done().await;
}

#[tokio::test]
async fn both_sides_that_find_no_other_are_on_one_page_with_their_sums() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let open = charity.maker.call(arrivals::enter(&new_line(1, &charity, "过路人", 30, ""))).await.unwrap();
    matched(&charity, 2, 20_000, &pledge).await;
    let stranger = charity.maker.call(arrivals::enter(&new_line(3, &charity, "无名", 7, ""))).await.unwrap();
    let part = MatchPart { amount_fen: stranger.line.amount, pledge: None, campaign: None };
    let stranger = charity.maker.call(arrivals::match_(stranger.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(stranger.id, &seen(&stranger))).await.unwrap();
    let mut cash = new_line(4, &charity, "现场", 5, "");
    cash.line.channel = LineChannel::Cash;
    let cash = charity.maker.call(arrivals::enter(&cash)).await.unwrap();
    assert_eq!(cash.line.channel, LineChannel::Cash);
    let both = charity.maker.call(arrivals::unmatched()).await.unwrap();
    assert_eq!((both.lines.number, both.lines.amount_fen), (2, Fen::yuan(35)));
    assert_eq!((both.matched.number, both.matched.amount_fen), (1, Fen::yuan(20_000)));
    assert_eq!((both.unknown.number, both.unknown.amount_fen), (1, Fen::yuan(7)));
    assert_eq!((both.outstanding.number, both.outstanding.amount_fen), (1, Fen::yuan(50_000)), "nothing is confirmed");
    assert_eq!(both.oldest_lines.len(), 2);
    assert!(both.oldest_lines.iter().any(|line| line.line == open.id));
    assert_eq!((both.oldest_unknown[0].line, both.oldest_pledges[0].pledge), (stranger.id, pledge.id));
    let page = charity.checker.page("/work/unmatched").await.text();
    assert!(page.contains("过路人") && page.contains("20,000") && page.contains(pledge.reference.as_str()), "{page}");
    let other = test.charity("另一慈善会").await.maker.call(arrivals::unmatched()).await.unwrap();
    assert_eq!((other.lines.number, other.outstanding.number), (0, 0));
    assert_eq!(enterprise.call(arrivals::unmatched()).await.unwrap_err().status, 403);
    test.done().await;
}
