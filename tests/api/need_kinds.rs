use crate::deliveries::picture;
use crate::money::new_pledge;
use crate::needs::{VILLAGE, content, new_need, opened};
use axum::http::StatusCode;
use domain::api::needs::{self, NeedChange, NeedQuery, NewNeed, Seen};
use domain::api::pledges;
use domain::need::asked::PartRule;
use domain::need::{
    AskedLine, ContributionKind, Indicator, JointBuilding, NeedContent, PairingForm, QUOTED_FROM, Readiness,
};
use domain::organisation::{OrganisationKind, Role};
use domain::{Fen, NeedId};
use tests::{Client, TestApp};
use uuid::Uuid;

/// A line of a kind as its examples write it.
fn line(kind: ContributionKind) -> AskedLine {
    let mut line = AskedLine::default();
    for PartRule { part, example, .. } in kind.line_parts() {
        line.set(*part, example).unwrap();
    }
    line
}

pub fn need_of(kind: ContributionKind, n: u128) -> NewNeed {
    let content = NeedContent {
        kind,
        items: Vec::new(),
        amount_fen: None,
        lines: vec![line(kind)],
        indicator: Some(Indicator::ServedPeople),
        ..content()
    };
    NewNeed { id: NeedId(Uuid::from_u128(n)), content }
}

#[tokio::test]
async fn needs_of_every_kind_come_to_the_public_and_only_money_takes_pledges() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    for (n, kind) in ContributionKind::ALL.iter().copied().enumerate() {
        let new = if kind == ContributionKind::Money { new_need(n as u128 + 1) } else { need_of(kind, n as u128 + 1) };
        let draft = village.call(needs::create(&new)).await.unwrap();
        assert_eq!(village.call(needs::create(&new)).await.unwrap(), draft, "sent twice, saved once");
        let sent = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
        let open = opened(&test, &federation, &sent).await;
        let page = test.visitor().page(&format!("/needs/{}", open.code.clone().unwrap())).await.text();
        let pledge = new_pledge(n as u128 + 1, campaign, &charity, Some(&open));
        let pledged = enterprise.call(pledges::create(&pledge)).await;
        if kind == ContributionKind::Money {
            assert!(pledged.is_ok() && page.contains("id=\"funds\""), "{kind}");
        } else {
            assert_eq!(pledged.unwrap_err().status, 422, "{kind}");
            assert!(page.contains(kind.line_parts()[0].example) && !page.contains("id=\"funds\""), "{kind}: {page}");
        }
    }
    test.index().await;
    let rows = test.visitor().call(needs::list(&NeedQuery::default())).await.unwrap().items;
    assert_eq!(rows.len(), ContributionKind::ALL.len());
    let jobs = rows.iter().find(|row| row.kind == ContributionKind::Jobs).unwrap();
    assert_eq!((jobs.asked.as_str(), jobs.amount_fen), ("制衣车工 12 人", None));
    let found =
        test.visitor().call(needs::list(&NeedQuery { q: Some("车工".into()), ..NeedQuery::default() })).await.unwrap();
    assert_eq!(found.items.len(), 1, "what is asked is searched");
    test.done().await;
}

#[tokio::test]
async fn an_incomplete_line_is_named_and_a_kind_stays_what_it_is() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let mut new = need_of(ContributionKind::Purchase, 1);
    new.content.lines[0].minimum = None;
    new.content.lines[0].unit = String::new();
    let draft = village.call(needs::create(&new)).await.unwrap();
    let refused = village.call(needs::submit(draft.id, Seen { version: 1 })).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["line_unit_0", "line_minimum_0"]));
    let change = NeedChange { version: 1, content: content() };
    assert_eq!(village.call(needs::update(draft.id, &change)).await.unwrap_err().fields(), ["kind"]);
    let mixed = NewNeed {
        id: NeedId(Uuid::from_u128(2)),
        content: NeedContent { amount_fen: Some(Fen::yuan(100)), ..new.content },
    };
    assert_eq!(village.call(needs::create(&mixed)).await.unwrap_err().fields(), ["amount"]);
    test.done().await;
}

fn typed(action: &str) -> Vec<(&str, &str)> {
    vec![
        ("id", "00000000-0000-0000-0000-000000000041"),
        ("kind", "jobs"),
        ("field", "low_income_support"),
        ("title", "留守妇女想在家门口做手工"),
        ("description", "村里有二十多位妇女要照顾老人孩子，不能外出，会踩缝纫机，想就近做工。"),
        ("line_name", ""),
        ("line_quantity", ""),
        ("line_price", ""),
        ("line_price_to", ""),
        ("line_place", ""),
        ("line_note", ""),
        ("line_name", "缝纫工"),
        ("line_quantity", "二十"),
        ("line_price", "2000"),
        ("line_price_to", "3500"),
        ("line_place", "村委会二楼"),
        ("line_note", ""),
        ("form", "joint_building"),
        ("village_percent", "30"),
        ("village_duties", "提供场地和水电"),
        ("enterprise_duties", "出设备、派单、包销"),
        ("land", "ready"),
        ("permits", "not_needed"),
        ("outcome", "20 位妇女在家门口有收入"),
        ("indicator", "employed_people"),
        ("outcome_quantity", "20"),
        ("outcome_unit", ""),
        ("wanted_by", "2026-12-01"),
        ("action", action),
    ]
}

#[tokio::test]
async fn a_form_of_another_kind_works_without_script_and_keeps_what_was_typed() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let kinds = village.page("/work/needs/new").await.text();
    for kind in ContributionKind::ALL {
        assert!(kinds.contains(&format!("/work/needs/new?kind={kind}")), "{kinds}");
        let form = village.page(&format!("/work/needs/new?kind={kind}")).await;
        assert!(form.text().contains(&format!("name=\"kind\" value=\"{kind}\"")), "{}", form.text());
    }
    let refused = village.form("/work/needs/new", &typed("submit")).await;
    let page = refused.text();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains("应是大于 0 的整数，不带单位") && page.contains("value=\"二十\""), "{page}");
    assert!(page.contains("id=\"line_quantity_0\""), "the empty row has closed up");
    let mut form = typed("submit");
    for field in &mut form {
        if field.1 == "二十" {
            field.1 = "20";
        }
    }
    let sent = village.form("/work/needs/new", &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let need = village.call(needs::get("00000000-0000-0000-0000-000000000041")).await.unwrap();
    let joint = JointBuilding {
        village_percent: Some(30),
        village_duties: "提供场地和水电".into(),
        enterprise_duties: "出设备、派单、包销".into(),
        land: Some(Readiness::Ready),
        permits: Some(Readiness::NotNeeded),
        note: String::new(),
    };
    assert_eq!((need.content.form, need.content.joint), (Some(PairingForm::JointBuilding), Some(joint)));
    assert_eq!((need.content.outcome_unit.as_str(), need.content.lines.len()), ("人", 1));
    assert_eq!(need.content.lines[0].unit, "人");
    test.done().await;
}

async fn sees(client: &Client<'_>, file: &domain::FileId) -> StatusCode {
    client.page(&format!("/api/v1/files/{file}")).await.status
}

#[tokio::test]
async fn quotes_are_asked_for_above_a_threshold_and_are_for_those_who_review() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let town = test.person("town", OrganisationKind::Town, Some("441424103"), Role::TownReviewer).await;
    let federation = test.federation("441424").await;
    let mut new = new_need(1);
    new.content.items[0].amount_fen = QUOTED_FROM;
    let draft = village.call(needs::create(&new)).await.unwrap();
    let refused = village.call(needs::submit(draft.id, Seen { version: 1 })).await.unwrap_err();
    assert_eq!(refused.fields(), ["price_basis"]);
    let quote = picture(&village).await;
    let content = NeedContent { quotes: vec![quote], ..new.content };
    let edited = village.call(needs::update(draft.id, &NeedChange { version: 1, content })).await.unwrap();
    assert_eq!(sees(&federation, &quote).await, StatusCode::NOT_FOUND, "a draft is the village's own");
    let sent = village.call(needs::submit(draft.id, Seen { version: edited.version })).await.unwrap();
    let passed =
        town.call(needs::step(domain::need::NeedAction::Pass, sent.id, &Seen { version: sent.version }.into()));
    let open = opened(&test, &federation, &passed.await.unwrap()).await;
    let code = open.code.unwrap();
    let (auditor, enterprise, visitor) = (test.auditor().await, test.enterprise("firm").await, test.visitor());
    for insider in [&village, &town, &federation, &auditor] {
        assert_eq!(sees(insider, &quote).await, StatusCode::OK);
        assert_eq!(insider.call(needs::get(&code)).await.unwrap().content.quotes, [quote]);
    }
    for stranger in [&enterprise, &visitor, &test.village("441424103204").await] {
        assert_eq!(sees(stranger, &quote).await, StatusCode::NOT_FOUND);
        assert!(stranger.call(needs::get(&code)).await.unwrap().content.quotes.is_empty());
    }
    test.done().await;
}
