use crate::deliveries::picture;
use crate::mail::{sent, text_of};
use crate::members::events;
use axum::http::StatusCode;
use backend::{jobs, organisations};
use domain::api::pairings::{
    self, AcceptPaper, AgreeToTerms, ConfirmAgreement, NewPairing, NewPairingMessage, NewPairingPaper, NewTerms,
    Pairing, PairingQuery, PairingReason,
};
use domain::api::todo;
use domain::need::{Field, JointBuilding, PairingForm, Readiness};
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::pairing::{PairingOrigin, PairingSide, PairingStatus, PairingStep, PairingTerms};
use domain::pledge::PublicDisplay;
use domain::todo::TodoKind;
use domain::{OrganisationId, PairingId, PairingMessageId, PairingPaperId};
use tests::{Client, TestApp};
use uuid::Uuid;

pub const VILLAGE: &str = "441424125207";
/// Of the same town, where nobody has an account.
pub const SILENT: &str = "441424125208";
pub const TOWN: &str = "441424125";

/// Those who sit at the table.
pub struct Table<'a> {
    pub enterprise: Client<'a>,
    pub village: Client<'a>,
    pub federation: Client<'a>,
    pub firm: OrganisationId,
}

pub async fn table(test: &TestApp) -> Table<'_> {
    let enterprise = test.enterprise("金柚").await;
    let firm = test.organisation_of(&enterprise).await;
    let village = test.person("head", OrganisationKind::Village, Some(VILLAGE), Role::VillageHead).await;
    Table { enterprise, village, federation: test.federation("441424").await, firm }
}

pub fn terms() -> PairingTerms {
    PairingTerms {
        form: PairingForm::VillagePairing,
        town: None,
        villages: vec![VILLAGE.parse().unwrap()],
        first_day: "2026-06-30".parse().unwrap(),
        last_day: "2027-06-29".parse().unwrap(),
        purpose: "一年里把柚子卖出去".into(),
        enterprise_does: "派技术员驻村，教管护".into(),
        places_do: "组织农户，提供晒场".into(),
        fields: vec![Field::SpecialtyIndustry],
        notice_days: 0,
        joint: None,
    }
}

pub fn joint() -> JointBuilding {
    JointBuilding {
        village_percent: Some(30),
        village_duties: "提供旱地".into(),
        enterprise_duties: "建大棚并包销".into(),
        land: Some(Readiness::Ready),
        permits: Some(Readiness::NotNeeded),
        note: String::new(),
    }
}

pub fn new_pairing(n: u128, enterprise: OrganisationId, terms: PairingTerms) -> NewPairing {
    NewPairing {
        id: PairingId(Uuid::from_u128(n)),
        enterprise,
        origin: None,
        round: None,
        terms,
        voluntary: true,
        message: String::new(),
    }
}

pub fn seen(read: &Pairing, reason: &str) -> PairingReason {
    PairingReason { version: read.version, reason: reason.into() }
}

pub fn to(read: &Pairing) -> AgreeToTerms {
    let number = read.terms[0].number;
    AgreeToTerms { number, voluntary: true, public_display: None, note: String::new() }
}

pub async fn step(client: &Client<'_>, read: &Pairing, step: PairingStep, reason: &str) -> Pairing {
    client.call(pairings::step(step, read.row.id, &seen(read, reason))).await.unwrap()
}

/// Reviewed and approved by the federation.
pub async fn approved(federation: &Client<'_>, agreed: &Pairing) -> Pairing {
    let taken = step(federation, agreed, PairingStep::TakeUp, "").await;
    step(federation, &taken, PairingStep::Approve, "").await
}

/// Confirmed by all, stamped, and looked at by the federation.
pub async fn signed(table: &Table<'_>, approved: &Pairing, paper: u128) -> Pairing {
    let (id, hash) = (approved.row.id, approved.agreement.clone().unwrap().hash);
    for side in [&table.enterprise, &table.village] {
        let text = ConfirmAgreement { hash: hash.clone(), note: String::new() };
        side.call(pairings::confirm(id, &text)).await.unwrap();
    }
    let pictures = vec![picture(&table.enterprise).await];
    let new = NewPairingPaper { id: PairingPaperId(Uuid::from_u128(paper)), pictures };
    table.enterprise.call(pairings::send_paper(id, &new)).await.unwrap();
    table.federation.call(pairings::accept_paper(id, &AcceptPaper { paper: new.id })).await.unwrap()
}

/// From the proposal of the enterprise to the stamped paper.
pub async fn paired(table: &Table<'_>, n: u128, terms: PairingTerms) -> Pairing {
    let made = table.enterprise.call(pairings::propose(&new_pairing(n, table.firm, terms))).await.unwrap();
    let agreed = table.village.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
    signed(table, &approved(&table.federation, &agreed).await, n).await
}

async fn waits(client: &Client<'_>) -> u32 {
    let items = client.call(todo::get()).await.unwrap().items;
    items.into_iter().find(|item| item.kind == TodoKind::Pairings).map_or(0, |item| item.count.number)
}

fn subjects(test: &TestApp) -> Vec<String> {
    sent(test).into_iter().map(|letter| letter.subject).collect()
}

#[tokio::test]
async fn a_pairing_goes_from_the_intention_to_the_stamped_paper() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let Table { enterprise, village, federation, firm } = &table;
    let new = NewPairing { message: "我们是做柚子的".into(), ..new_pairing(1, *firm, terms()) };
    let made = enterprise.call(pairings::propose(&new)).await.unwrap();
    assert_eq!((made.row.status, made.origin), (PairingStatus::Proposed, PairingOrigin::Enterprise));
    assert!(made.row.reference.starts_with("JD-2026-"), "{}", made.row.reference);
    assert_eq!(enterprise.call(pairings::propose(&new)).await.unwrap(), made, "sent twice, made once");
    let other = NewPairing { terms: PairingTerms { purpose: "另外一件事情".into(), ..terms() }, ..new };
    assert_eq!(enterprise.call(pairings::propose(&other)).await.unwrap_err().status, 409);
    assert_eq!((waits(village).await, waits(enterprise).await, waits(federation).await), (1, 0, 0));

    let id = made.row.id;
    assert!(!made.may.steps.contains(&PairingStep::Agree), "who proposes has agreed");
    let read = village.call(pairings::get(id)).await.unwrap();
    assert!(read.may.steps.contains(&PairingStep::Agree) && read.may.steps.contains(&PairingStep::Decline));
    let agreed = village.call(pairings::agree(id, &to(&made))).await.unwrap();
    assert_eq!(agreed.row.status, PairingStatus::MutuallyAgreed);
    assert_eq!(waits(federation).await, 1);
    let early = federation.call(pairings::step(PairingStep::Approve, id, &seen(&agreed, ""))).await.unwrap_err();
    assert_eq!(early.status, 409, "it is taken up first");
    let approved = approved(federation, &agreed).await;
    assert_eq!(approved.row.status, PairingStatus::Approved);

    let hash = approved.agreement.clone().unwrap().hash;
    let agreed_text = ConfirmAgreement { hash: hash.clone(), note: String::new() };
    let paper = NewPairingPaper { id: PairingPaperId(Uuid::from_u128(11)), pictures: vec![picture(enterprise).await] };
    assert_eq!(enterprise.call(pairings::send_paper(id, &paper)).await.unwrap_err().status, 409, "confirmed first");
    let wrong = ConfirmAgreement { hash: "00".into(), note: String::new() };
    assert_eq!(enterprise.call(pairings::confirm(id, &wrong)).await.unwrap_err().status, 409, "another text");
    enterprise.call(pairings::confirm(id, &agreed_text)).await.unwrap();
    let confirmed = village.call(pairings::confirm(id, &agreed_text)).await.unwrap();
    assert_eq!(village.call(pairings::confirm(id, &agreed_text)).await.unwrap(), confirmed, "twice is as good as once");
    assert!(confirmed.agreement.unwrap().all_confirmed);
    enterprise.call(pairings::send_paper(id, &paper)).await.unwrap();
    let own = enterprise.call(pairings::accept_paper(id, &AcceptPaper { paper: paper.id })).await.unwrap_err();
    assert_eq!(own.status, 403, "not by whoever handed it in");
    let active = village.call(pairings::accept_paper(id, &AcceptPaper { paper: paper.id })).await.unwrap();
    assert_eq!(active.row.status, PairingStatus::Active, "its first day has come");
    assert!(active.papers[0].accepted_at.is_some());
    let scan = format!("/api/v1/files/{}", paper.pictures[0]);
    assert_eq!(village.page(&scan).await.status, StatusCode::OK);
    assert_eq!(federation.page(&scan).await.status, StatusCode::OK);
    assert_eq!(test.visitor().page(&scan).await.status, StatusCode::NOT_FOUND);

    let pdf = village.page(&format!("/api/v1/pairings/{id}/agreement.pdf")).await;
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    let words = text_of(&pdf.body);
    for said in
        ["村企结对协议书", "金柚的单位", "派技术员驻村", "没有任何单位下达或摊派", &made.row.reference, "2027年6月29日"]
    {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(words.contains(&hash[..16]), "{words}");
    jobs::run_due(&test.app).await.unwrap();
    let letters = subjects(&test);
    for told in [
        "有一份结对意向",
        "各方都同意了结对条款",
        "工商联已受理结对",
        "请确认结对协议书",
        "请上传盖章的协议书",
        "请核对盖章的协议书",
        "结对已签约并生效",
    ] {
        assert!(letters.iter().any(|subject| subject.starts_with(told)), "{told}: {letters:?}");
    }
    assert_eq!(events(&test, "pairing_signed").await, 1);
    for client in [enterprise, village, federation] {
        assert_eq!(client.page(&format!("/pairings/{id}")).await.status, StatusCode::OK);
        assert_eq!(client.page("/pairings").await.status, StatusCode::OK);
    }
    test.done().await;
}

#[tokio::test]
async fn a_counter_proposal_takes_back_what_was_agreed_and_is_compared() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let Table { enterprise, village, federation, firm } = &table;
    let made = village.call(pairings::propose(&new_pairing(1, *firm, terms()))).await.unwrap();
    assert_eq!(made.origin, PairingOrigin::Village);
    let id = made.row.id;
    let unwilling = AgreeToTerms { voluntary: false, ..to(&made) };
    assert_eq!(enterprise.call(pairings::agree(id, &unwilling)).await.unwrap_err().fields(), ["voluntary"]);
    let shown = AgreeToTerms { public_display: Some(PublicDisplay::Name), ..to(&made) };
    let agreed = enterprise.call(pairings::agree(id, &shown)).await.unwrap();
    assert_eq!((agreed.row.status, agreed.public_display), (PairingStatus::MutuallyAgreed, PublicDisplay::Name));

    let other = PairingTerms { last_day: "2028-06-29".parse().unwrap(), ..terms() };
    let counter =
        NewTerms { version: agreed.version, terms: other, voluntary: true, message: "两年更合适".into() };
    let countered = enterprise.call(pairings::counter(id, &counter)).await.unwrap();
    assert_eq!((countered.row.status, countered.terms.len()), (PairingStatus::Proposed, 2));
    assert_eq!(countered.changes.len(), 1, "{:?}", countered.changes);
    assert_eq!(enterprise.call(pairings::counter(id, &counter)).await.unwrap(), countered, "sent twice");
    assert_eq!(village.call(pairings::counter(id, &counter)).await.unwrap_err().status, 409, "an old version");
    let village_side = PairingSide::Place(VILLAGE.parse().unwrap());
    assert!(countered.sides.iter().all(|side| (side.side == village_side) == side.agreed_at.is_none()));
    assert_eq!(village.call(pairings::agree(id, &to(&made))).await.unwrap_err().status, 409, "the terms before");
    let same = NewTerms { version: countered.version, terms: countered.terms[0].terms.clone(), ..counter };
    assert_eq!(village.call(pairings::counter(id, &same)).await.unwrap_err().fields(), ["purpose"]);

    let agreed = village.call(pairings::agree(id, &to(&countered))).await.unwrap();
    let taken = step(federation, &agreed, PairingStep::TakeUp, "").await;
    let silent = federation.call(pairings::step(PairingStep::Return, id, &seen(&taken, ""))).await.unwrap_err();
    assert_eq!(silent.fields(), ["reason"]);
    let returned = step(federation, &taken, PairingStep::Return, "请写明晒场在哪里").await;
    assert_eq!(returned.row.status, PairingStatus::Proposed);
    assert!(returned.sides.iter().all(|side| side.agreed_at.is_none()), "all are asked anew");
    // The other order: the village first.
    village.call(pairings::agree(id, &to(&returned))).await.unwrap();
    let agreed = enterprise.call(pairings::agree(id, &to(&returned))).await.unwrap();
    assert_eq!(agreed.row.status, PairingStatus::MutuallyAgreed);
    test.clock.advance(chrono::Duration::seconds(1));
    let message = NewPairingMessage { id: PairingMessageId(Uuid::from_u128(21)), text: "周三见".into() };
    village.call(pairings::write(id, &message)).await.unwrap();
    let thread = village.call(pairings::write(id, &message)).await.unwrap().messages;
    assert_eq!(thread.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["两年更合适", "周三见"]);
    let page = village.page(&format!("/pairings/{id}")).await.text();
    assert!(page.contains("和上一稿比，改了 1 处") && page.contains("2028-06-29"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_village_without_an_account_is_spoken_for_by_its_town_or_the_federation() {
    let test = TestApp::new().await;
    let Table { enterprise, village, federation, firm } = table(&test).await;
    let both = vec![VILLAGE.parse().unwrap(), SILENT.parse().unwrap()];
    let terms = PairingTerms { form: PairingForm::JointBuilding, joint: Some(joint()), villages: both, ..terms() };
    let made = enterprise.call(pairings::propose(&new_pairing(1, firm, terms))).await.unwrap();
    let id = made.row.id;
    let one = village.call(pairings::agree(id, &to(&made))).await.unwrap();
    assert_eq!(one.row.status, PairingStatus::Proposed, "one of two villages");
    let bare = federation.call(pairings::agree(id, &to(&made))).await.unwrap_err();
    assert_eq!(bare.fields(), ["note"], "it says how it knows");
    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await;
    let late = AgreeToTerms { note: "电话问过村主任".into(), ..to(&made) };
    assert_eq!(federation.call(pairings::agree(id, &late)).await.unwrap_err().status, 403, "the town speaks now");
    assert_eq!(waits(&town).await, 1);
    let agreed = town.call(pairings::agree(id, &late)).await.unwrap();
    assert_eq!(agreed.row.status, PairingStatus::MutuallyAgreed);
    let silent = agreed.sides.iter().find(|side| side.side == PairingSide::Place(SILENT.parse().unwrap())).unwrap();
    assert!(silent.spoken_for && silent.note == "电话问过村主任", "{silent:?}");
    let approved = approved(&federation, &agreed).await;
    let pdf = village.page(&format!("/api/v1/pairings/{id}/agreement.pdf")).await;
    let words = text_of(&pdf.body);
    assert!(words.contains("甲方70%，乙方30%") && words.contains("建大棚并包销"), "{words}");
    assert_eq!(approved.sides.len(), 3);
    test.done().await;
}

#[tokio::test]
async fn a_town_is_covered_once_at_a_time_and_its_gaps_and_overlaps_are_seen() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await;
    let villages: Vec<domain::place::PlaceCode> = [VILLAGE, SILENT].map(|code| code.parse().unwrap()).to_vec();
    let cover = PairingTerms {
        form: PairingForm::TownCoverage,
        town: Some(TOWN.parse().unwrap()),
        villages: villages.clone(),
        ..terms()
    };
    let moved = PairingTerms { villages: vec!["441424103203".parse().unwrap()], ..cover.clone() };
    let refused = table.enterprise.call(pairings::propose(&new_pairing(1, table.firm, moved))).await.unwrap_err();
    assert_eq!(refused.fields(), ["villages"], "a village of another town's cover");
    let village = table.village.call(pairings::propose(&new_pairing(1, table.firm, cover.clone()))).await.unwrap_err();
    assert_eq!(village.fields(), ["villages"], "a village does not pair its town");

    let pair = paired(&table, 5, terms()).await;
    assert_eq!(pair.row.status, PairingStatus::Active);
    let mut waiting = Vec::new();
    for (n, name) in [(1, "甲企"), (2, "乙企")] {
        let enterprise = test.enterprise(name).await;
        let firm = test.organisation_of(&enterprise).await;
        let made = enterprise.call(pairings::propose(&new_pairing(n, firm, cover.clone()))).await.unwrap();
        let agreed = town.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
        waiting.push(step(&table.federation, &agreed, PairingStep::TakeUp, "").await);
    }
    assert!(waiting[0].coverage.gaps.len() > 3, "most villages are left out");
    let overlaps: Vec<_> = waiting[0].coverage.overlaps.iter().map(|place| place.code.as_str().to_owned()).collect();
    assert_eq!(overlaps, [VILLAGE]);
    // Two at once.
    let approve = |read: &Pairing| pairings::step(PairingStep::Approve, read.row.id, &seen(read, ""));
    let (first, second) =
        tokio::join!(table.federation.call(approve(&waiting[0])), table.federation.call(approve(&waiting[1])));
    let refused = match (&first, &second) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        other => panic!("one of two: {other:?}"),
    };
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("已经有一份连片包镇协议"), "{}", refused.error.message);
    test.done().await;
}

#[tokio::test]
async fn the_same_enterprise_pairs_a_village_once_in_a_form_and_term() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let first = paired(&table, 1, terms()).await;
    let again = table.enterprise.call(pairings::propose(&new_pairing(2, table.firm, terms()))).await.unwrap();
    let agreed = table.village.call(pairings::agree(again.row.id, &to(&again))).await.unwrap();
    let taken = step(&table.federation, &agreed, PairingStep::TakeUp, "").await;
    let twice = pairings::step(PairingStep::Approve, taken.row.id, &seen(&taken, ""));
    let refused = table.federation.call(twice).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("村企结对"), "{}", refused.error.message);
    // Another form may stand beside it.
    let building = PairingTerms { form: PairingForm::JointBuilding, joint: Some(joint()), ..terms() };
    assert_eq!(paired(&table, 3, building).await.row.status, PairingStatus::Active);
    let ended = step(&table.enterprise, &first, PairingStep::Terminate, "企业停产，无力继续").await;
    assert_eq!(ended.row.status, PairingStatus::Terminated);
    let taken = table.federation.call(pairings::get(taken.row.id)).await.unwrap();
    assert_eq!(step(&table.federation, &taken, PairingStep::Approve, "").await.row.status, PairingStatus::Approved);
    test.done().await;
}

async fn set_status(test: &TestApp, firm: OrganisationId, from: OrganisationStatus, to: OrganisationStatus) {
    let mut tx = test.app.begin().await.unwrap();
    organisations::set_status(&mut tx, firm, from, to).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn with_a_suspended_enterprise_nothing_goes_on_and_the_others_get_out() {
    let test = TestApp::new().await;
    let Table { enterprise, village, federation, firm } = table(&test).await;
    let made = village.call(pairings::propose(&new_pairing(1, firm, terms()))).await.unwrap();
    let second = enterprise.call(pairings::propose(&new_pairing(2, firm, terms()))).await.unwrap();
    let agreed = enterprise.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
    set_status(&test, firm, OrganisationStatus::Verified, OrganisationStatus::Suspended).await;
    let own = enterprise.call(pairings::agree(made.row.id, &to(&made))).await.unwrap_err();
    assert!(own.status == 403 && own.error.message.contains("停用期间不能办"), "{}", own.error.message);
    let taken =
        federation.call(pairings::step(PairingStep::TakeUp, made.row.id, &seen(&agreed, ""))).await.unwrap_err();
    assert!(taken.status == 409 && taken.error.message.contains("没有通过认证"), "{}", taken.error.message);
    let agree = village.call(pairings::agree(second.row.id, &to(&second))).await.unwrap_err();
    assert_eq!(agree.status, 409);
    let read = village.call(pairings::get(second.row.id)).await.unwrap();
    assert!(!read.enterprise_stands && !read.may.steps.contains(&PairingStep::Agree));
    assert!(village.page(&format!("/pairings/{}", second.row.id)).await.text().contains("可能已被停用"));
    let out = step(&village, &read, PairingStep::Decline, "企业停用了，先不结对").await;
    assert_eq!(out.row.status, PairingStatus::Declined);
    let out = step(&village, &agreed, PairingStep::Withdraw, "等不了，另找企业").await;
    assert_eq!(out.row.status, PairingStatus::Withdrawn);
    let stranger = village.call(pairings::propose(&new_pairing(3, firm, terms()))).await.unwrap_err();
    assert_eq!(stranger.fields(), ["enterprise"]);
    test.done().await;
}

#[tokio::test]
async fn who_proposed_withdraws_and_the_others_decline() {
    let test = TestApp::new().await;
    let Table { enterprise, village, federation, firm } = table(&test).await;
    let round = Uuid::from_u128(77);
    let from_round =
        NewPairing { origin: Some(PairingOrigin::Round), round: Some(round), ..new_pairing(1, firm, terms()) };
    let unknown = federation.call(pairings::propose(&from_round)).await.unwrap_err();
    assert_eq!(unknown.fields(), ["round"], "there is no such round");
    let made = federation.call(pairings::propose(&new_pairing(1, firm, terms()))).await.unwrap();
    assert_eq!((made.origin, made.round), (PairingOrigin::Federation, None));
    assert!(made.sides.iter().all(|side| side.agreed_at.is_none()), "a federation agrees for nobody");
    let cannot = enterprise.call(pairings::step(PairingStep::Withdraw, made.row.id, &seen(&made, "不想要了，算了")));
    assert_eq!(cannot.await.unwrap_err().status, 403);
    let gone = step(&enterprise, &made, PairingStep::Decline, "今年没有余力").await;
    assert_eq!(gone.row.status, PairingStatus::Declined);
    let late = village.call(pairings::agree(made.row.id, &to(&made))).await.unwrap_err();
    assert_eq!(late.status, 409);
    let second = enterprise.call(pairings::propose(&new_pairing(2, firm, terms()))).await.unwrap();
    let cannot = enterprise.call(pairings::step(PairingStep::Decline, second.row.id, &seen(&second, "不想要了，算了")));
    assert_eq!(cannot.await.unwrap_err().status, 403);
    step(&enterprise, &second, PairingStep::Withdraw, "条件变了，先撤回").await;
    let own = NewPairing { enterprise: OrganisationId(Uuid::from_u128(9)), ..new_pairing(3, firm, terms()) };
    assert_eq!(enterprise.call(pairings::propose(&own)).await.unwrap_err().fields(), ["enterprise"]);
    let elsewhere = test.federation("441481").await;
    assert_eq!(elsewhere.call(pairings::get(second.row.id)).await.unwrap_err().status, 404);
    let other = test.enterprise("别家").await;
    assert_eq!(other.call(pairings::get(second.row.id)).await.unwrap_err().status, 404);
    let past = PairingQuery { show: Some("past".into()), after: None };
    assert_eq!(village.call(pairings::list(&past)).await.unwrap().items.len(), 2);
    test.done().await;
}
