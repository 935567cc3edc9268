//! Who may do what: every endpoint and every page, taken from the API document and from the list of pages, against
//! everybody, with the answer and the rows that each gets. `rights.txt` is the table; a person reads it.

mod booked;
mod everybody;
mod table;

use self::everybody::{ELSEWHERE, everybody, invitation};
use self::table::{block, pages};
use crate::bank_statements::{STATEMENT, read as read_statement};
use crate::campaigns::{new_setup, office, qualified, setup_of};
use crate::commitments::{open, part as new_part, promise};
use crate::deliveries::{advance, item, new_report, picture};
use crate::disbursements::{Ready, allocation, new_payee, payment, ready};
use crate::earlier_pairings::{LIST, import as import_earlier, new_import};
use crate::endpoints::{Operation, operations};
use crate::enquiries::letter;
use crate::fundraising::{giving, platform};
use crate::gift_claims::claimed;
use crate::goods_gifts::brought_for_rights;
use crate::members::id_of;
use crate::money::{new_line, new_pledge, seen};
use crate::need_imports::{read as read_needs, two_needs};
use crate::needs::{VILLAGE, content, new_need, submitted};
use crate::offers::{content as offer_content, new_offer, opened};
use crate::pairings::{approved, new_pairing, terms as pairing_terms, to};
use crate::place_imports::{CLASSES, upload};
use crate::registration::new_registration;
use crate::rounds::{new_round, rule as new_rule, setup as round_setup, terms as round_terms};
use crate::towns::town;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::api::PREFIX;
use domain::api::agreements::{self, NewAgreement};
use domain::api::allocations::{self, NewAllocationRequest};
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::campaigns::setup::{self, CampaignSetupChange, CharityChange};
use domain::api::gift_requests::{self, NewGiftRequest};
use domain::api::invitations::{self, NewInvitation};
use domain::api::need_imports::TemplateFormat;
use domain::api::need_versions::{self, RevisionChange, RevisionStep};
use domain::api::needs::{self, NeedQuery, NewNeed, Seen};
use domain::api::on_behalf::{self, NewOnBehalf};
use domain::api::pairings::{self, NewMilestone, NewTerms, Renewal};
use domain::api::resets::{self, NewReset};
use domain::api::rounds::{self, MatchingRoundChange, SendRound};
use domain::api::saved_searches::{self, NewSavedSearch};
use domain::api::{
    commitments, deliveries, disbursements, enquiries, fundraising, payees, registrations, sessions, texts,
};
use domain::four::MoneyNumber;
use domain::gift_request::GiftRequestKind;
use domain::ledger::Account;
use domain::membership::InvitationWay;
use domain::need::{ContributionKind, Field, NeedContent, RevisionAction};
use domain::organisation::Role;
use domain::pairing::{MilestoneInput, PairingSide, PairingTerms};
use domain::place::ListSubject;
use domain::pledge::PLEDGE_TERMS_VERSION;
use domain::round::rule::RoundRuleKind;
use domain::round::setup::RoundSetup;
use domain::saved_search::Pace;
use domain::{
    AgreementId, AllocationId, Fen, GiftRequestId, MilestoneId, NeedId, OnBehalfId, PairingId, ResetId, SavedSearchId,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{Client, TestApp};
use uuid::Uuid;

const TABLE: &str = include_str!("rights.txt");

/// What exists, by the parameter of a path; and a body that is well formed, by operation.
struct World {
    ids: BTreeMap<&'static str, String>,
    bodies: BTreeMap<&'static str, Value>,
}

/// One of everything, of the village, the county, the enterprise and the charity that are not `other`.
#[expect(clippy::too_many_lines, reason = "one of everything")]
async fn world(test: &TestApp) -> (World, Vec<(&'static str, Client<'_>)>) {
    let ready = ready(test).await;
    let Ready { charity, village, need, pledge, payee, campaign, .. } = &ready;
    // Before there is a town that reads needs first.
    let federation = test.signed_in("federation-441424").await;
    let booked = booked::booked(test, &ready, &federation).await;
    let other_village = test.village(ELSEWHERE).await;
    test.federation("441481").await;
    let there = NeedContent { village: ELSEWHERE.parse().unwrap(), ..content() };
    let there = NewNeed { id: NeedId(Uuid::from_u128(90)), content: there };
    let there = other_village.call(needs::create(&there)).await.unwrap();
    other_village.call(needs::submit(there.id, Seen { version: there.version })).await.unwrap();
    let waiting = submitted(village, 91).await;
    village.call(needs::create(&new_need(92))).await.unwrap();

    let campaigns_desk = office(test).await;
    let dossier = campaigns_desk.call(setup::get(campaign)).await.unwrap();
    let rights = CharityChange { version: dossier.version, charity: qualified(charity) };
    campaigns_desk.call(setup::set_charity(campaign, &rights)).await.unwrap();
    let giving_site = platform(155, "gongyi.example.org");
    let giving_site = campaigns_desk.call(fundraising::list_site(&giving_site)).await.unwrap();
    let new_giving = giving(156, charity.id, &giving_site, "2026-06-20", "2026-09-30");
    let open_giving = campaigns_desk.call(fundraising::open(campaign, &new_giving)).await.unwrap();

    let payment_made = advance(&ready).await;
    let report = new_report(1, village, payment_made.id, vec![item(1_000, false)]).await;
    let report = village.call(deliveries::report(need.id, &report)).await.unwrap();
    let prepared = charity.maker.call(disbursements::prepare(&payment(7, need, payee, 100))).await.unwrap();
    let line = new_line(8, charity, "某公司", 100, pledge.reference.as_str());
    let line = charity.maker.call(arrivals::enter(&line)).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(100), pledge: Some(pledge.id), campaign: None };
    let parts = MatchLine { parts: vec![part] };
    let line = charity.maker.call(arrivals::match_(line.id, &parts)).await.unwrap();
    let pointed = NewAllocationRequest {
        id: AllocationId(Uuid::from_u128(150)),
        pledge: pledge.id,
        position: 1,
        need: need.id,
        amount_fen: Fen::yuan(1),
        beyond: true,
    };
    let pointed = ready.enterprise.call(allocations::request(&pointed)).await.unwrap();
    let device = village.call(sessions::devices()).await.unwrap().items[0].id;
    let photo = picture(village).await;
    let proposed = village.call(payees::propose(&new_payee(3, charity, photo))).await.unwrap();

    let goods = open(test, (village, &federation), ContributionKind::Goods, 120).await;
    let promised = ready.enterprise.call(commitments::create(&promise(121, &goods, 8))).await.unwrap();
    let delivery = new_part(122, &ready.enterprise, 2).await;
    ready.enterprise.call(commitments::report(promised.row.id, &delivery)).await.unwrap();

    let owner = test.member("charity-owner", charity.id, Role::CharityOwner).await;
    let newcomer = invitation(1);
    owner.call(invitations::invite(charity.id, &newcomer)).await.unwrap();
    let (town, _) = town(test).await;
    let reset = NewReset { id: ResetId(Uuid::from_u128(1)), person: id_of(village).await };
    town.call(resets::ask(&reset)).await.unwrap();
    let asked = test.visitor().call(enquiries::ask(&letter(1, Some("441424")))).await.unwrap();
    let by_text = NewInvitation { way: InvitationWay::Text, phone: Some("13812341234".into()), ..invitation(3) };
    owner.call(invitations::invite(charity.id, &by_text)).await.unwrap();
    let to_pass_on = owner.call(texts::list()).await.unwrap().items[0].id;
    let table = upload(&federation, CLASSES).await;
    let statement = read_statement(charity, 140, STATEMENT).await.unwrap();
    let registration = new_registration(0, "五华县长布茶业有限公司", "applicant@example.com");
    test.visitor().call(registrations::enterprise(&registration)).await.unwrap();

    let search = NewSavedSearch {
        id: SavedSearchId(Uuid::from_u128(120)),
        name: "饮水".into(),
        query: NeedQuery::default(),
        pace: Pace::Daily,
    };
    village.call(saved_searches::save(&search)).await.unwrap();
    let list = upload(&federation, LIST).await;
    let earlier = import_earlier(&federation, 130, LIST).await.unwrap();
    let import = read_needs(village, 110, two_needs(VILLAGE)).await.unwrap();
    let offer = opened(&ready.enterprise, 100, offer_content()).await;
    let revised = NeedContent { outcome: "160 户常年有水".into(), ..need.content.clone() };
    let revised = RevisionChange { version: 0, why: "户数重新核过".into(), content: revised };
    let revision = village.call(need_versions::save(need.id, &revised)).await.unwrap();
    let handed_in = RevisionStep { version: revision.version, reason: String::new(), publicize: false };
    village.call(need_versions::step(RevisionAction::Submit, need.id, &handed_in)).await.unwrap();

    let of_village = PairingTerms { villages: vec![VILLAGE.parse().unwrap()], ..pairing_terms() };
    let firm = test.organisation_of(&ready.enterprise).await;
    let proposed_pairing = new_pairing(130, firm, of_village.clone());
    let pairing = ready.enterprise.call(pairings::propose(&proposed_pairing)).await.unwrap();
    let agreed = village.call(pairings::agree(pairing.row.id, &to(&pairing))).await.unwrap();
    let pairing = approved(&federation, &agreed).await;
    let input = MilestoneInput {
        title: "技术员进村".into(),
        owner: PairingSide::Enterprise,
        due_on: "2026-08-01".parse().unwrap(),
    };
    let milestone = NewMilestone { id: MilestoneId(Uuid::from_u128(133)), input };
    ready.enterprise.call(pairings::plan(pairing.row.id, &milestone)).await.unwrap();
    let stale_terms = NewTerms { version: 9, terms: of_village.clone(), voluntary: true, message: String::new() };
    let renewal = Renewal {
        id: PairingId(Uuid::from_u128(132)),
        terms: of_village.clone(),
        voluntary: true,
        message: String::new(),
    };

    let asked_for = NewAgreement { id: AgreementId(Uuid::from_u128(150)), pledge: pledge.id, extra: String::new() };
    let agreement = charity.maker.call(agreements::ask(&asked_for)).await.unwrap();

    let to_correct = NewGiftRequest {
        id: GiftRequestId(Uuid::from_u128(154)),
        kind: GiftRequestKind::WrongPayer,
        ground: None,
        amount_fen: None,
        lot: None,
        reason: "付款人应是分公司，见回单".into(),
        pictures: Vec::new(),
        understood: true,
    };
    let request = ready.enterprise.call(gift_requests::ask(pledge.id, &to_correct)).await.unwrap();
    let claim = claimed(charity, &ready.enterprise, *campaign).await;
    let to_note = NewOnBehalf {
        id: OnBehalfId(Uuid::from_u128(155)),
        campaign: *campaign,
        charity: charity.id,
        enterprise: Some(firm),
        name: "金柚的单位".into(),
        uscc: None,
        email: None,
        amount_fen: Fen::yuan(80_000),
        note: "6 月 30 日现场会上董事长口头表示".into(),
        pictures: Vec::new(),
    };
    let note = federation.call(on_behalf::note(&to_note)).await.unwrap();
    let (given, gift_bodies) =
        brought_for_rights(test, charity, (&ready.enterprise, village), (*campaign, &goods), photo).await;
    let round = federation.call(rounds::start(&new_round(140, round_setup()))).await.unwrap();
    let mut takes_part = new_rule(141, RoundRuleKind::Enterprise, Some(firm), None);
    (takes_part.input.capacity, takes_part.input.minimum) = (Some(1), Some(0));
    let round = federation.call(rounds::add_rule(round.row.id, &takes_part)).await.unwrap();
    federation.call(rounds::compute(round.row.id, crate::rounds::seen(&round))).await.unwrap();
    backend::rounds::solve(&test.app, round.row.id, 1).await.unwrap();
    let other_round = new_round(142, RoundSetup { name: "另一轮".into(), ..round_setup() });
    let stale_round = MatchingRoundChange { version: 9, setup: other_round.setup.clone() };
    let other_rule = new_rule(143, RoundRuleKind::Forbidden, Some(firm), Some(VILLAGE));

    let mut ids = BTreeMap::from([
        ("/rounds/", round.row.id.to_string()),
        ("/rounds/rules/", takes_part.id.to_string()),
        ("/pairings/", pairing.row.id.to_string()),
        ("/pairings/milestones/", milestone.id.to_string()),
        ("/places/{code}/pairings", VILLAGE.to_owned()),
        ("/offers/", offer.id.to_string()),
        ("/commitments/", promised.row.id.to_string()),
        ("/commitment-parts/", delivery.id.to_string()),
        ("/needs/{id}/commitments", goods.id.to_string()),
        ("/needs/{id}/offers", need.id.to_string()),
        ("/needs/{id}/versions", need.id.to_string()),
        ("/needs/{id}/revision", need.id.to_string()),
        ("/work/needs/{id}/revision", need.id.to_string()),
        ("/needs/{id}/dismissals", need.id.to_string()),
        ("/dismissals/", need.id.to_string()),
        ("/profiles/", offer.enterprise.to_string()),
        ("/organisations/", charity.id.to_string()),
        ("{person}", id_of(&charity.maker).await.to_string()),
        ("{invitation}", newcomer.id.to_string()),
        ("/town-resets/", reset.id.to_string()),
        ("/people/", reset.person.to_string()),
        ("/enquiries/", asked.id.to_string()),
        ("/texts/", to_pass_on.to_string()),
        ("/verifications/", registration.id.to_string()),
        ("/needs/", waiting.id.to_string()),
        ("/needs/{id}/money", need.id.to_string()),
        ("/needs/{id}/reports", need.id.to_string()),
        ("/needs/{id}/disbursements", need.id.to_string()),
        ("/gifts/", pledge.id.to_string()),
        ("/enterprises/", pledge.enterprise.to_string()),
        ("/fields/", Field::Infrastructure.to_string()),
        ("{number}", MoneyNumber::Arrived.to_string()),
        ("/pledges/", pledge.id.to_string()),
        ("/agreements/", agreement.row.id.to_string()),
        ("/gift-requests/", request.id.to_string()),
        ("/gift-claims/", claim.id.to_string()),
        ("/on-behalf/", note.id.to_string()),
        ("/needs/{id}/goods-gifts", goods.id.to_string()),
        ("/campaigns/", dossier.setup.code.clone()),
        ("/pledges/{id}/returns", pledge.id.to_string()),
        ("/bank-accounts/", charity.account.to_string()),
        ("/public-giving/", open_giving.link.id.to_string()),
        ("/giving-sites/", giving_site.id.to_string()),
        ("/bank-lines/", line.id.to_string()),
        ("/bank-statements/", statement.id.to_string()),
        ("/work/bank-statements/", statement.id.to_string()),
        ("/ledger/accounts/", Account::Directed { pledge: pledge.id }.to_string()),
        ("/payees/", proposed.id.to_string()),
        ("/allocations/", pointed.id.to_string()),
        ("/disbursements/", prepared.id.to_string()),
        ("/reports/", report.id.to_string()),
        ("/spending/", report.items[0].id.to_string()),
        ("/sessions/", device.to_string()),
        ("/files/", photo.to_string()),
        ("/places/", VILLAGE.to_owned()),
        ("/villages/", VILLAGE.to_owned()),
        ("/towns/", VILLAGE[..9].to_owned()),
        ("/counties/", VILLAGE[..6].to_owned()),
        ("/saved-searches/", Uuid::from_u128(120).to_string()),
        ("/need-imports/", import.id.to_string()),
        ("/need-imports/template/", TemplateFormat::Csv.to_string()),
        ("/needs/imports/", import.id.to_string()),
        ("/place-imports/preview/", table.to_string()),
        ("/place-imports/template/", ListSubject::TownClass.to_string()),
        ("/work/place-imports/", table.to_string()),
        ("/coverage/", VILLAGE[..6].to_owned()),
        ("/earlier-pairings/imports/", earlier.id.to_string()),
        ("/earlier-pairings/preview/", list.to_string()),
        ("/earlier-pairings/problems/", list.to_string()),
        ("/earlier-pairings/template/", TemplateFormat::Csv.to_string()),
        ("/work/earlier-pairings/tables/", list.to_string()),
        ("/work/earlier-pairings/imports/", earlier.id.to_string()),
    ]);
    ids.extend(booked);
    ids.extend(given);
    let version = json!({ "version": waiting.version });
    let why = json!({ "version": waiting.version, "reason": "请补一张水池的照片" });
    // Of a version that nobody read: it takes nothing away from those who try after.
    let stale = json!({ "version": 9, "reason": "请补一张水池的照片" });
    let stale_pairing = stale.clone();
    let mut bodies = BTreeMap::from([
        ("POST /needs", json!(new_need(93))),
        ("POST /needs/{id}", json!({ "version": waiting.version, "content": content() })),
        ("POST /needs/{id}/submit", version.clone()),
        ("POST /needs/{id}/approve", version.clone()),
        ("POST /needs/{id}/return", why.clone()),
        ("POST /needs/{id}/pass", why.clone()),
        ("POST /needs/{id}/take-up", why.clone()),
        ("POST /needs/{id}/pause", why.clone()),
        ("POST /needs/{id}/resume", why.clone()),
        ("POST /needs/{id}/withdraw", why.clone()),
        ("POST /needs/{id}/renew", why.clone()),
        ("POST /needs/{id}/start", why.clone()),
        ("POST /needs/{id}/finish", why.clone()),
        ("POST /needs/{id}/send-back", why.clone()),
        ("POST /needs/{id}/close", why),
        ("POST /needs/{id}/revision", json!(RevisionChange { version: 9, ..revised })),
        ("POST /needs/{id}/revision/submit", stale.clone()),
        ("POST /needs/{id}/revision/pass", stale.clone()),
        ("POST /needs/{id}/revision/take-up", stale.clone()),
        ("POST /needs/{id}/revision/return", stale.clone()),
        ("POST /needs/{id}/revision/approve", stale.clone()),
        ("POST /needs/{id}/revision/drop", stale),
        ("POST /offers", json!(new_offer(101, offer_content()))),
        ("POST /offers/{id}", json!({ "version": offer.version, "content": offer_content() })),
        ("POST /offers/{id}/open", json!({ "version": offer.version })),
        ("POST /offers/{id}/close", json!({ "version": offer.version })),
        ("POST /commitments", json!(promise(123, &goods, 1))),
        ("POST /deductions/estimate", json!({ "years": [{ "year": 2023, "profit_fen": 100 }] })),
        ("POST /commitments/{id}/display", json!({ "name": "anonymous" })),
        ("POST /commitments/{id}/withdraw", json!({ "reason": "仓库受灾，今年给不了" })),
        ("POST /commitments/{id}/waive", json!({ "reason": "余下的由村里自己买" })),
        ("POST /commitments/{id}/parts", json!(delivery)),
        ("POST /commitments/{id}/received", json!(delivery)),
        ("POST /commitment-parts/{id}/dispute", json!({ "reason": "没有收到，请核对" })),
        ("POST /commitment-parts/{id}/take-back", json!({ "id": Uuid::from_u128(124), "reason": "数错了，重新登记" })),
        ("POST /pairings", json!(new_pairing(131, firm, of_village))),
        ("POST /pairings/{id}/terms", json!(stale_terms)),
        ("POST /pairings/{id}/agree", json!({ "number": 9 })),
        ("POST /pairings/{id}/decline", stale_pairing.clone()),
        ("POST /pairings/{id}/withdraw", stale_pairing.clone()),
        ("POST /pairings/{id}/take-up", stale_pairing.clone()),
        ("POST /pairings/{id}/approve", stale_pairing.clone()),
        ("POST /pairings/{id}/return", stale_pairing.clone()),
        ("POST /pairings/{id}/terminate", stale_pairing.clone()),
        ("POST /pairings/{id}/notice/withdraw", stale_pairing.clone()),
        ("POST /pairings/{id}/notice/agree", stale_pairing),
        ("POST /pairings/{id}/contact", json!({ "side": "enterprise" })),
        ("POST /pairings/{id}/messages", json!({ "id": Uuid::from_u128(134), "text": "周三见" })),
        ("POST /pairings/{id}/confirm", json!({ "hash": "00" })),
        ("POST /pairings/{id}/paper", json!({ "id": Uuid::from_u128(135), "pictures": [photo] })),
        ("POST /pairings/{id}/accept-paper", json!({ "paper": Uuid::from_u128(135) })),
        ("POST /pairings/{id}/renew", json!(renewal)),
        (
            "POST /pairings/{id}/hand-over",
            json!({ "version": 9, "id": Uuid::from_u128(136), "enterprise": firm, "cause": "merged", "reason": "两家公司合并" }),
        ),
        ("POST /pairings/{id}/display", json!({ "name": "anonymous" })),
        (
            "POST /pairings/{id}/milestones",
            json!({ "id": Uuid::from_u128(137), "title": "建冷库", "owner": "enterprise", "due_on": "2026-08-01" }),
        ),
        ("POST /pairings/milestones/{id}/move", json!({ "version": 1, "due_on": "2026-08-02" })),
        ("POST /pairings/milestones/{id}/accept-day", json!({ "version": 1 })),
        ("POST /pairings/milestones/{id}/drop-day", json!({ "version": 1 })),
        ("POST /pairings/milestones/{id}/submit", json!({ "version": 1, "note": "技术员到了村里", "pictures": [] })),
        ("POST /pairings/milestones/{id}/verify", json!({ "version": 1 })),
        ("POST /pairings/milestones/{id}/return", json!({ "version": 1, "reason": "只来了一个人" })),
        ("POST /rounds", json!(other_round)),
        ("POST /rounds/{id}", json!(stale_round)),
        ("POST /rounds/{id}/rules", json!(other_rule)),
        ("POST /rounds/{id}/compute", json!({ "version": 9 })),
        ("POST /rounds/{id}/close", json!({ "version": 9 })),
        ("POST /rounds/{id}/send", json!(SendRound { run: 9, proposals: 9, terms: round_terms() })),
        ("POST /profile", json!({ "version": 0, "profile": {} })),
        ("POST /dismissals", json!({ "need": need.id, "why": "too_far" })),
        ("POST /pledges", json!(new_pledge(94, *campaign, charity, Some(need)))),
        ("POST /campaigns", json!(new_setup(151, 2031))),
        ("POST /campaigns/{code}/setup", json!(CampaignSetupChange { version: 9, setup: setup_of(2026) })),
        ("POST /campaigns/{code}/stage", json!({ "from": "draft", "to": "preview" })),
        ("POST /campaigns/{code}/charities", json!(CharityChange { version: 9, charity: qualified(charity) })),
        ("POST /campaigns/{code}/charities/remove", json!({ "version": 9, "charity": charity.id })),
        (
            "POST /campaigns/{code}/partners",
            json!({ "version": 9, "id": Uuid::from_u128(152), "partner": { "name": "示例平台",
                    "agreed_on": "2026-05-01", "agreement": "合 1", "named_in_plan": true } }),
        ),
        ("POST /campaigns/{code}/partners/remove", json!({ "version": 9, "id": Uuid::from_u128(152) })),
        ("POST /campaigns/{code}/needs", json!({ "needs": [need.id] })),
        ("POST /campaigns/{code}/needs/remove", json!({ "needs": [need.id] })),
        ("POST /campaigns/{code}/needs/move", json!({ "need": need.id, "position": 1 })),
        (
            "POST /campaigns/{code}/rehearsal",
            json!({ "id": Uuid::from_u128(153), "name": "演练企业", "amount_fen": 100 }),
        ),
        ("POST /campaigns/{code}/giving", json!(new_giving)),
        ("POST /giving-sites", json!(platform(154, "andere.example.org"))),
        (
            "POST /giving-sites/{id}",
            json!({ "version": 9, "name": "示例募捐平台", "source": "第二批指定", "active": false }),
        ),
        ("POST /agreements", json!({ "id": Uuid::from_u128(151), "pledge": pledge.id, "extra": "" })),
        ("POST /agreements/{id}/text", json!({ "number": 9, "extra": "别的" })),
        ("POST /agreements/{id}/confirm", json!({ "hash": "00" })),
        ("POST /agreements/{id}/paper", json!({ "id": Uuid::from_u128(152), "hash": "00", "pictures": [photo] })),
        ("POST /agreements/{id}/accept-paper", json!({ "paper": Uuid::from_u128(152) })),
        (
            "POST /pledges/{id}/requests",
            json!({ "id": Uuid::from_u128(153), "kind": "wrong_amount", "reason": "金额多记了一位，应是五千元", "understood": true }),
        ),
        ("POST /gift-requests/{id}/recommend", json!({ "version": 9, "recommends": true, "opinion": "核对过，属实" })),
        ("POST /gift-requests/{id}/decide", json!({ "version": 9, "grants": true, "decision": "材料齐全，同意" })),
        ("POST /gift-requests/{id}/withdraw", json!({ "version": 9 })),
        ("POST /gift-requests/{id}/settle", json!({ "version": 9, "note": "7 月 3 日已更正" })),
        ("POST /on-behalf", json!(NewOnBehalf { id: OnBehalfId(Uuid::from_u128(156)), ..to_note.clone() })),
        (
            "POST /gift-claims",
            json!({ "id": Uuid::from_u128(158), "code": "RL2222222", "amount_fen": 7, "booked_on": "2026-06-30",
                "campaign": campaign, "restriction": "undirected", "public_display": "name", "show_amount": true,
                "share_with_recipient": true, "voluntary": true, "terms_version": PLEDGE_TERMS_VERSION,
                "pictures": [photo] }),
        ),
        ("POST /gift-claims/{id}/name", json!({ "version": 9 })),
        ("POST /gift-claims/{id}/confirm", json!({ "version": 9 })),
        ("POST /gift-claims/{id}/refuse", json!({ "version": 9, "reason": "回单对不上" })),
        ("POST /gift-claims/{id}/withdraw", json!({ "version": 9 })),
        ("POST /on-behalf/{id}/claim", json!(new_pledge(157, *campaign, charity, None))),
        ("POST /on-behalf/{id}/decline", json!({ "reason": "当时只是表示关心，没有认捐" })),
        ("POST /pledges/{id}/cancel", json!({ "reason": "金额填错，已另行认捐" })),
        ("POST /pledges/{id}/display", json!({ "name": "name", "show_amount": true, "share_with_recipient": true })),
        ("POST /bank-lines", json!(new_line(95, charity, "某公司", 7, ""))),
        ("POST /bank-lines/{id}/match", json!(parts)),
        ("POST /bank-lines/{id}/not-donation", json!({ "reason": "银行结息，见回单" })),
        ("POST /bank-lines/{id}/donation", json!({ "reason": "查明是捐款" })),
        ("POST /matches", json!({ "lines": [{ "line": line.id, "pledge": pledge.id }] })),
        ("POST /bank-lines/confirm", json!({ "lines": [{ "line": line.id, "lots": [] }] })),
        (
            "POST /bank-statements",
            json!({ "id": Uuid::from_u128(141), "bank_account": charity.account, "table": Uuid::from_u128(142) }),
        ),
        ("POST /bank-statements/{id}/columns", json!({ "columns": ["booked_on", "payer", "amount"] })),
        ("POST /bank-statements/{id}/take-in", json!({ "ready": 9 })),
        ("POST /bank-lines/{id}/confirm", json!(seen(&line))),
        ("POST /allocations", json!(allocation(96, need, Some(pledge), 1))),
        (
            "POST /allocations/requests",
            json!({ "id": Uuid::from_u128(151), "pledge": pledge.id, "position": 1, "need": need.id, "amount_fen": 100,
                    "beyond": true }),
        ),
        ("POST /allocations/{id}/refuse", json!({ "reason": "需求已经暂停" })),
        ("POST /allocations/{id}/release", json!({ "reason": "改给别的需求" })),
        (
            "POST /purpose-changes",
            json!({ "id": Uuid::from_u128(152), "allocation": pointed.id, "pledge": null, "position": null,
                    "amount_fen": null, "to_need": need.id, "reason": "改用于别的需求" }),
        ),
        ("POST /purpose-changes/{id}/filing", json!({ "filing_no": "粤民备 1", "filed_on": "2026-06-01" })),
        ("POST /purpose-changes/{id}/refuse", json!({ "reason": "暂不变更用途" })),
        ("POST /disbursements", json!(payment(97, need, payee, 1))),
        ("POST /disbursements/{id}/reject", json!({ "reason": "请核对收款户名", "not_paid": true })),
        ("POST /disbursements/{id}/pay", json!({ "paid_on": "2026-06-30", "bank_reference": "P-9" })),
        ("POST /payees", json!(new_payee(98, charity, photo))),
        ("POST /payees/{id}/enter", json!({ "account_no": "00000000" })),
        ("POST /payees/{id}/verify", json!({ "how": "回拨镇财政所电话核实", "no_interest": true })),
        ("POST /organisations/{id}/invitations", json!(invitation(2))),
        (
            "POST /organisations/{id}/members/{person}",
            json!({ "seen": ["charity_maker"], "roles": ["charity_maker", "charity_payer"] }),
        ),
        ("POST /organisations/{id}/members/{person}/second", json!({ "role": "charity_checker", "agrees": true })),
        ("POST /town-resets", json!(NewReset { id: ResetId(Uuid::from_u128(2)), ..reset })),
        ("POST /verifications/{id}/verify", json!({ "version": 1 })),
        (
            "POST /verifications/{id}/return",
            json!({ "version": 1, "reasons": ["document_missing"], "said": "请补营业执照照片" }),
        ),
        ("POST /verifications/{id}/suspend", json!({ "said": "请先停用，待核实" })),
        ("POST /verifications/{id}/restore", json!({ "said": "已经核实，恢复" })),
        (
            "POST /saved-searches",
            json!({ "id": Uuid::from_u128(121), "name": "饮水", "query": { "q": "饮水" }, "pace": "daily" }),
        ),
        ("POST /saved-searches/{id}", json!({ "name": "饮水", "pace": "daily", "paused": true })),
        ("POST /saved-searches/stop", json!({ "person": Uuid::from_u128(1), "key": "guess" })),
        ("POST /need-imports", json!({ "id": Uuid::from_u128(111), "table": table })),
        ("POST /need-imports/{id}/confirm", json!({ "ready": 2 })),
        ("POST /need-imports/{id}/hand-in", json!({ "drafts": 0 })),
        ("POST /place-imports", json!({ "id": Uuid::from_u128(99), "table": table })),
        ("POST /earlier-pairings/imports", json!(new_import(131, list, 3))),
        ("POST /earlier-pairings/imports/{id}/withdraw", json!({ "reason": "企业没有同意列入" })),
        ("POST /earlier-pairings/display", json!({ "name": "partial" })),
        ("POST /session/proof", json!({ "password": "guess" })),
        ("POST /session/organisation", json!({ "organisation": charity.id })),
        ("POST /session/charity", json!({ "charity": charity.id })),
    ]);
    bodies.extend(gift_bodies);
    bodies.extend(crate::returns::bodies(charity, pledge, &prepared));
    bodies.extend(crate::reversals::bodies());
    bodies.extend(crate::surpluses::bodies(need));
    let everybody = everybody(test, &ready).await;
    (World { ids, bodies }, everybody)
}

impl World {
    /// The path with what exists in place of its parameter; the longest beginning counts.
    fn path(&self, path: &str) -> String {
        let known = self.ids.iter().filter(|(start, _)| path.starts_with(*start)).max_by_key(|(start, _)| start.len());
        let nothing = Uuid::from_u128(0xdead).to_string();
        let id = known.map_or(nothing.as_str(), |(_, id)| id.as_str());
        let parameter = |part| self.ids.get(part).map_or(id, String::as_str);
        path.split('/')
            .map(|part| if part.starts_with('{') { parameter(part) } else { part })
            .collect::<Vec<_>>()
            .join("/")
    }

    async fn tries(&self, client: &Client<'_>, operation: &Operation) -> String {
        let name = format!("{} {}", operation.method, operation.path);
        let body = self.bodies.get(name.as_str()).cloned().unwrap_or(json!({}));
        let body = if operation.method == Method::GET { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(&operation.method)
            .uri(format!("{PREFIX}{}", self.path(&operation.path)))
            .header(header::CONTENT_TYPE, "application/json");
        let answer = client.send(request.body(body).unwrap()).await;
        assert!(!answer.status.is_server_error(), "{name}: {} {}", answer.status, answer.text());
        match answer.status {
            StatusCode::UNAUTHORIZED => "signs in first".into(),
            StatusCode::FORBIDDEN => "may not".into(),
            StatusCode::NOT_FOUND => "finds nothing".into(),
            StatusCode::TOO_MANY_REQUESTS => "is told to wait".into(),
            _ if operation.method == Method::GET => match serde_json::from_slice::<Value>(&answer.body) {
                Ok(Value::Object(fields)) if fields.contains_key("items") => {
                    format!("reads {} rows", fields["items"].as_array().map_or(0, Vec::len))
                }
                _ => "reads".into(),
            },
            _ => "may".into(),
        }
    }
}

#[tokio::test]
async fn who_may_do_what_is_what_the_table_says() {
    let test = TestApp::new().await;
    let (world, everybody) = Box::pin(world(&test)).await;
    test.index().await;
    let mut table = String::new();
    // What is read comes first: doing something changes what others read.
    let mut operations = operations(&test).await;
    operations.sort_by_key(|operation| (operation.method != Method::GET, operation.path.clone()));
    for operation in &operations {
        // Whoever signs out, or signs everybody else out, is gone for the rest of the table.
        if operation.method == Method::DELETE || operation.path == "/session" {
            continue;
        }
        let mut answers = Vec::new();
        for (who, client) in &everybody {
            answers.push((world.tries(client, operation).await, *who));
        }
        block(&mut table, &format!("{} {}", operation.method, operation.path), answers);
    }
    for page in pages() {
        let mut answers = Vec::new();
        for (who, client) in &everybody {
            let status = client.page(&world.path(&page)).await.status;
            assert!(!status.is_server_error(), "{page} for {who}: {status}");
            let answer = match status {
                StatusCode::SEE_OTHER => "signs in first",
                StatusCode::FORBIDDEN => "may not",
                StatusCode::NOT_FOUND => "finds nothing",
                _ => "reads",
            };
            answers.push((answer.to_owned(), *who));
        }
        block(&mut table, &format!("page {page}"), answers);
    }
    if std::env::var_os("WRITE_RIGHTS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/api/rights.txt"), &table).unwrap();
    }
    let differ = |(new, old): (&str, &str)| (new != old).then(|| format!("  now:   {new}\n  table: {old}"));
    let first = table.lines().zip(TABLE.lines()).find_map(differ);
    assert!(
        table == TABLE,
        "rights have changed. `WRITE_RIGHTS=1 ./test api who_may_do_what` writes the table anew; read every line of \
         its difference before you commit it.\n{}",
        first.unwrap_or_default()
    );
    test.done().await;
}
