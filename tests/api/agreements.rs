//! Donation agreements: both sides confirm one text, or one side's stamped paper is accepted by the other.

use crate::accounts::renewed;
use crate::deliveries::picture;
use crate::mail::{sent, text_of};
use crate::money::{matched, new_pledge, open_need, seen};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use backend::jobs;
use chrono::Duration;
use domain::agreement::{AgreementSide, AgreementWay};
use domain::api::agreements::{
    self, AcceptAgreementPaper, AgreementQuery, ConfirmDonation, GiftAgreement, NewAgreement, NewAgreementPaper,
    WriteAgreement,
};
use domain::api::arrivals;
use domain::api::notices::{self, NoticeQuery};
use domain::api::pledges::{self, CancelPledge, NewPledge, Pledge};
use domain::api::todo;
use domain::api::{ErrorCode, PREFIX};
use domain::organisation::{OrganisationKind, Role};
use domain::person::SURE_FOR;
use domain::pledge::{DisplayChoice, Every, PledgeInput, PledgeStatus, PublicDisplay, Schedule};
use domain::todo::TodoKind;
use domain::{AgreementId, AgreementPaperId, Fen};
use tests::people::Charity;
use tests::{Client, TestApp, jpeg};
use uuid::Uuid;

fn new_agreement(n: u128, pledge: &Pledge, extra: &str) -> NewAgreement {
    NewAgreement { id: AgreementId(Uuid::from_u128(n)), pledge: pledge.id, extra: extra.into() }
}

fn text(read: &GiftAgreement) -> ConfirmDonation {
    ConfirmDonation { hash: read.hash.clone() }
}

/// A charity, an enterprise and its pledge of 50,000 yuan for a need, in four parts.
struct Desk<'a> {
    charity: Charity<'a>,
    enterprise: Client<'a>,
    pledge: Pledge,
}

async fn desk(test: &TestApp) -> Desk<'_> {
    let need = open_need(test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let new = new_pledge(1, campaign, &charity, Some(&need));
    let first_due = test.app.clock.today();
    let schedule = Some(Schedule { first_due, parts: 4, every: Every::Quarter });
    let new = NewPledge { input: PledgeInput { schedule, ..new.input.clone() }, ..new };
    let pledge = enterprise.call(pledges::create(&new)).await.unwrap();
    Desk { charity, enterprise, pledge }
}

async fn waits(client: &Client<'_>) -> u32 {
    let todo = client.call(todo::get()).await.unwrap();
    todo.items.iter().find(|item| item.kind == TodoKind::Agreements).map_or(0, |item| item.count.number)
}

async fn letters(test: &TestApp, told: &str) -> usize {
    jobs::run_due(&test.app).await.unwrap();
    sent(test).iter().filter(|letter| letter.subject.starts_with(told)).count()
}

#[tokio::test]
async fn an_agreement_is_made_when_two_people_confirm_the_same_text_and_then_nothing_is_cancelled() {
    let test = TestApp::new().await;
    let Desk { charity, enterprise, pledge } = desk(&test).await;
    let new = new_agreement(10, &pledge, "项目立牌注明捐赠方");
    let asked = charity.maker.call(agreements::ask(&new)).await.unwrap();
    assert_eq!((asked.side, asked.row.number, asked.may.write), (Some(AgreementSide::Charity), 1, true));
    assert!(!asked.may.confirm, "a maker writes, an owner or checker confirms");
    // The same again is the same; another text under the id, or another agreement on the pledge, is a conflict.
    assert_eq!(charity.maker.call(agreements::ask(&new)).await.unwrap(), asked);
    for other in [new_agreement(10, &pledge, "别的"), new_agreement(11, &pledge, "")] {
        assert_eq!(enterprise.call(agreements::ask(&other)).await.unwrap_err().status, 409);
    }
    assert_eq!(letters(&test, "请签捐赠协议").await, 1, "to the other side");
    assert_eq!((waits(&enterprise).await, waits(&charity.checker).await), (1, 1));

    let pdf = format!("{PREFIX}/agreements/{}/agreement.pdf", asked.row.id);
    let printed = enterprise.send(Request::get(&pdf).body(Body::empty()).unwrap()).await;
    assert_eq!(printed.status, StatusCode::OK);
    let words = text_of(&printed.body);
    for part in [
        "金柚的单位",
        "示例慈善会",
        "50,000",
        "伍万元整",
        "12,500",
        "0000123456789012",
        "摊派",
        "改变用途",
        "项目立牌注明捐赠方",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let id = asked.row.id;
    let stale = ConfirmDonation { hash: "00".into() };
    assert_eq!(enterprise.call(agreements::confirm(id, &stale)).await.unwrap_err().status, 409);
    let half = enterprise.call(agreements::confirm(id, &text(&asked))).await.unwrap();
    assert_eq!((half.confirmed.len(), half.row.agreed_at, half.may.confirm), (1, None, false));
    assert_eq!(
        enterprise.call(agreements::confirm(id, &text(&asked))).await.unwrap(),
        half,
        "twice is as good as once"
    );
    assert_eq!((waits(&enterprise).await, waits(&charity.checker).await), (0, 1));
    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!(read.status, PledgeStatus::Pledged, "one side is no agreement");

    let made = charity.checker.call(agreements::confirm(id, &text(&asked))).await.unwrap();
    assert_eq!(made.row.agreed_way, Some(AgreementWay::Confirmed));
    assert_eq!((made.row.pledge_status, made.may.write), (PledgeStatus::Agreed, false));
    assert_eq!(letters(&test, "捐赠协议已签订").await, 1, "of both sides whoever has an address");
    let told = charity.maker.call(notices::list(&NoticeQuery::default())).await.unwrap();
    assert!(told.items.iter().any(|notice| notice.text.contains("捐赠协议已签订")), "{told:?}");
    let why = CancelPledge { reason: "金额填错，已另行认捐".into() };
    assert_eq!(enterprise.call(pledges::cancel(pledge.id, &why)).await.unwrap_err().status, 409);
    let late = WriteAgreement { number: 1, extra: "改一改".into() };
    assert_eq!(charity.maker.call(agreements::write(id, &late)).await.unwrap_err().status, 409);
    // Money comes and goes: what was agreed is remembered.
    let line = matched(&charity, 1, 20_000, &pledge).await;
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().status, PledgeStatus::PartlyArrived);
    test.done().await;
}

#[tokio::test]
async fn another_text_takes_back_what_was_said_to_the_one_before() {
    let test = TestApp::new().await;
    let Desk { charity, enterprise, pledge } = desk(&test).await;
    let asked = enterprise.call(agreements::ask(&new_agreement(10, &pledge, ""))).await.unwrap();
    let id = asked.row.id;
    enterprise.call(agreements::confirm(id, &text(&asked))).await.unwrap();
    let change = WriteAgreement { number: 1, extra: "完工后办交接仪式".into() };
    let second = charity.maker.call(agreements::write(id, &change)).await.unwrap();
    assert_eq!((second.row.number, second.confirmed.len(), second.texts.len()), (2, 0, 2));
    assert_ne!(second.hash, asked.hash);
    // The same words again change nothing, and who read the first text says nothing of the second.
    assert_eq!(charity.maker.call(agreements::write(id, &change)).await.unwrap().row.number, 2);
    let slow = WriteAgreement { number: 1, extra: "别的".into() };
    assert_eq!(enterprise.call(agreements::write(id, &slow)).await.unwrap_err().status, 409);
    assert_eq!(charity.checker.call(agreements::confirm(id, &text(&asked))).await.unwrap_err().status, 409);

    // The pledge is shown otherwise while the charity reads: nobody confirms what is no longer so.
    charity.checker.call(agreements::confirm(id, &text(&second))).await.unwrap();
    let choice = DisplayChoice { name: PublicDisplay::Anonymous, show_amount: false, share_with_recipient: false };
    enterprise.call(pledges::change_display(pledge.id, &choice)).await.unwrap();
    let refused = enterprise.call(agreements::confirm(id, &text(&second))).await.unwrap_err();
    assert_eq!((refused.status, refused.error.code), (409, ErrorCode::Conflict));
    let third = enterprise.call(agreements::get(id)).await.unwrap();
    assert_eq!((third.row.number, third.confirmed.len(), third.texts[0].by.clone()), (3, 0, None));
    for client in [&enterprise, &charity.checker] {
        client.call(agreements::confirm(id, &text(&third))).await.unwrap();
    }
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().status, PledgeStatus::Agreed);
    // How it is shown stays its giver's choice.
    let shown = DisplayChoice { name: PublicDisplay::Name, ..choice };
    enterprise.call(pledges::change_display(pledge.id, &shown)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn two_who_confirm_at_once_make_one_agreement_and_nobody_confirms_for_both() {
    let test = TestApp::new().await;
    let Desk { charity, enterprise, pledge } = desk(&test).await;
    let asked = enterprise.call(agreements::ask(&new_agreement(10, &pledge, ""))).await.unwrap();
    let id = asked.row.id;
    let (seen_by, seen_too) = (text(&asked), text(&asked));
    let (one, two) = tokio::join!(
        enterprise.call(agreements::confirm(id, &seen_by)),
        charity.checker.call(agreements::confirm(id, &seen_too))
    );
    one.unwrap();
    two.unwrap();
    let made = enterprise.call(agreements::get(id)).await.unwrap();
    assert_eq!((made.confirmed.len(), made.row.agreed_way), (2, Some(AgreementWay::Confirmed)));
    assert_eq!(letters(&test, "捐赠协议已签订").await, 1, "once");

    let rival = test.enterprise("茶油").await;
    let other = test.charity("另一慈善会").await;
    for stranger in [&rival, &other.maker] {
        assert_eq!(stranger.call(agreements::get(id)).await.unwrap_err().status, 404);
        assert_eq!(stranger.call(agreements::ask(&new_agreement(12, &pledge, ""))).await.unwrap_err().status, 404);
    }
    assert_eq!(other.checker.call(agreements::confirm(id, &text(&made))).await.unwrap_err().status, 404);
    let operator = test.member("operator", test.organisation_of(&enterprise).await, Role::EnterpriseOperator).await;
    assert_eq!(operator.call(agreements::confirm(id, &text(&made))).await.unwrap_err().status, 403);
    let village = test.person("v2", OrganisationKind::Village, Some("441424106201"), Role::VillageHead).await;
    assert_eq!(village.call(agreements::list(&AgreementQuery::default())).await.unwrap_err().status, 403);
    let auditor = test.auditor().await;
    assert_eq!(auditor.call(agreements::list(&AgreementQuery::default())).await.unwrap().items.len(), 1);
    assert_eq!(rival.call(agreements::list(&AgreementQuery::default())).await.unwrap().items.len(), 0);
    test.done().await;
}

#[tokio::test]
async fn the_stamped_paper_of_one_side_is_accepted_by_the_other() {
    let test = TestApp::new().await;
    let Desk { charity, enterprise, pledge } = desk(&test).await;
    let asked = enterprise.call(agreements::ask(&new_agreement(10, &pledge, ""))).await.unwrap();
    let id = asked.row.id;
    let photo = picture(&enterprise).await;
    let paper = NewAgreementPaper {
        id: AgreementPaperId(Uuid::from_u128(20)),
        hash: asked.hash.clone(),
        pictures: vec![photo],
    };
    let none = NewAgreementPaper { pictures: Vec::new(), ..paper.clone() };
    assert_eq!(enterprise.call(agreements::send_paper(id, &none)).await.unwrap_err().fields(), ["pictures"]);
    let sent_in = enterprise.call(agreements::send_paper(id, &paper)).await.unwrap();
    assert_eq!(enterprise.call(agreements::send_paper(id, &paper)).await.unwrap(), sent_in);
    assert!(!sent_in.papers[0].may_accept, "not one's own");
    let accept = AcceptAgreementPaper { paper: paper.id };
    assert_eq!(enterprise.call(agreements::accept_paper(id, &accept)).await.unwrap_err().status, 403);
    // Those who are concerned see the picture, and nobody else.
    let file = format!("{PREFIX}/files/{photo}");
    let auditor = test.auditor().await;
    for (client, status) in [
        (&charity.checker, StatusCode::OK),
        (&auditor, StatusCode::OK),
        (&test.enterprise("茶油").await, StatusCode::NOT_FOUND),
        (&test.visitor(), StatusCode::NOT_FOUND),
    ] {
        let got = client.send(Request::get(&file).body(Body::empty()).unwrap()).await;
        assert_eq!(got.status, status);
    }
    // Another text: the paper is of the one before.
    let change = WriteAgreement { number: 1, extra: "完工后办交接仪式".into() };
    let second = charity.maker.call(agreements::write(id, &change)).await.unwrap();
    assert!(!second.papers[0].current);
    assert_eq!(charity.checker.call(agreements::accept_paper(id, &accept)).await.unwrap_err().status, 409);
    let again = NewAgreementPaper {
        id: AgreementPaperId(Uuid::from_u128(21)),
        hash: second.hash.clone(),
        pictures: vec![picture(&enterprise).await],
    };
    enterprise.call(agreements::send_paper(id, &again)).await.unwrap();
    let accept = AcceptAgreementPaper { paper: again.id };
    let made = charity.checker.call(agreements::accept_paper(id, &accept)).await.unwrap();
    assert_eq!((made.row.agreed_way, made.row.pledge_status), (Some(AgreementWay::Paper), PledgeStatus::Agreed));
    assert_eq!(charity.checker.call(agreements::accept_paper(id, &accept)).await.unwrap(), made);
    test.done().await;
}

#[tokio::test]
async fn a_cancelled_pledge_has_no_agreement_and_whoever_confirms_proves_who_he_is() {
    let test = TestApp::new().await;
    let Desk { charity, enterprise, pledge } = desk(&test).await;
    let asked = enterprise.call(agreements::ask(&new_agreement(10, &pledge, ""))).await.unwrap();
    let why = CancelPledge { reason: "金额填错，已另行认捐".into() };
    enterprise.call(pledges::cancel(pledge.id, &why)).await.unwrap();
    let refused = charity.checker.call(agreements::confirm(asked.row.id, &text(&asked))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert_eq!(waits(&charity.checker).await, 0, "nothing waits any more");
    test.clock.advance(SURE_FOR + Duration::seconds(1));
    let unsure = Client { bearer: Some(renewed(&test, &enterprise)), ..enterprise };
    let refused = unsure.call(agreements::confirm(asked.row.id, &text(&asked))).await.unwrap_err();
    assert_eq!((refused.status, refused.error.code), (403, ErrorCode::ProveAgain));
    test.done().await;
}

#[tokio::test]
async fn the_pages_lead_from_the_pledge_to_the_made_agreement_without_script() {
    let test = TestApp::new().await;
    let Desk { charity, enterprise, pledge } = desk(&test).await;
    let page = enterprise.page(&format!("/pledges/{}", pledge.id)).await.text();
    let path = format!("/agreements/new?pledge={}", pledge.id);
    assert!(page.contains(&path), "{page}");
    let blank = enterprise.page(&path).await;
    let (id, own) = (blank.hidden("id"), pledge.id.to_string());
    let long = "字".repeat(1001);
    let refused = enterprise.form("/agreements/new", &[("id", &id), ("pledge", &own), ("extra", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("最多 1000 个字") && refused.text().contains(&long));
    let made = enterprise.form("/agreements/new", &[("id", &id), ("pledge", &own), ("extra", "立牌")]).await.location();
    assert_eq!(made, format!("/agreements/{id}?done=asked"));
    let path = format!("/agreements/{id}");
    let shown = enterprise.page(&path).await;
    let hash = shown.hidden("hash");
    assert!(shown.text().contains("打开协议书（PDF）") && shown.text().contains("立牌"), "{}", shown.text());
    let confirm = [("row", "confirm"), ("hash", hash.as_str()), ("action", "confirm")];
    assert_eq!(enterprise.form(&path, &confirm).await.location(), format!("{path}?done=confirmed"));
    let listed = charity.checker.page("/agreements?waiting=true").await.text();
    assert!(listed.contains(&path) && listed.contains("等您办"), "{listed}");
    let fields =
        [("row", "paper"), ("id", "00000000-0000-0000-0000-000000000031"), ("hash", &hash), ("action", "paper")];
    let sent_in = enterprise.form_with_files(&path, &fields, &[("pictures", "paper.jpg", &jpeg(80, 60))]).await;
    assert_eq!(sent_in.location(), format!("{path}?done=paper-sent"), "{}", sent_in.text());
    assert_eq!(charity.checker.form(&path, &confirm).await.location(), format!("{path}?done=made"));
    let page = enterprise.page(&format!("/pledges/{}", pledge.id)).await.text();
    assert!(page.contains("已签订（双方在线确认）") && !page.contains("取消这笔认捐"), "{page}");
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().amount_fen, Fen::yuan(50_000));
    test.done().await;
}
