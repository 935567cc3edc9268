//! The demo's pairings: one in most states, of the village and the town whose accounts visitors have.
//!
//! All invented, through the same doors as those that people make.

use super::{TOWN, VILLAGE, acting, pictures};
use crate::app::App;
use crate::clock::Clock;
use crate::files;
use crate::http::caller::{Enterprise, Origin, PairingParty, PairingReader, PairingSigner, Sure};
use crate::pairings;
use crate::people;
use anyhow::Context;
use chrono::{Duration, Months, NaiveDate};
use domain::api::pairings::{
    AcceptPaper, AgreeToTerms, ConfirmAgreement, MilestoneReport, NewMilestone, NewPairing, NewPairingContact,
    NewPairingMessage, NewPairingPaper, NewTerms, Pairing, PairingEnterpriseQuery, PairingReason, SeenMilestone,
};
use domain::need::{Field, JointBuilding, PairingForm, Readiness};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pairing::notice::NOTICE_DAYS;
use domain::pairing::{MilestoneInput, PairingPerson, PairingSide, PairingStep, PairingTerms};
use domain::place::PlaceCode;
use domain::pledge::PublicDisplay;
use domain::{OrganisationId, PairingId};

/// When the oldest of them was made.
const AGO_DAYS: i64 = 60;

/// Those who sit at the table.
struct Desks {
    enterprise: Acting,
    other: Acting,
    village: Acting,
    town: Acting,
    federation: Acting,
}

fn party(acting: &Acting) -> PairingParty {
    PairingParty { acting: acting.clone(), origin: Origin::default() }
}

fn signer(acting: &Acting) -> Sure<PairingSigner> {
    Sure(PairingSigner { acting: acting.clone(), origin: Origin::default() })
}

/// Proposes, agrees and signs what the demo's parties would.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let desks = desks(app).await?;
    let earlier = &app.at(Clock::manual(app.clock.now() - Duration::days(AGO_DAYS)));
    active(app, earlier, &desks).await?;
    covered(app, &desks).await?;
    talked_about(app, &desks).await?;
    declined(earlier, &desks).await
}

/// The demo's village and enterprise, since two months ago; one step is done, two are late, and each side says whom to call.
async fn active(app: &App, earlier: &App, desks: &Desks) -> anyhow::Result<()> {
    let terms = terms(earlier, PairingForm::VillagePairing)?;
    let proposed = propose(earlier, &desks.enterprise, &terms, "").await?;
    let signed = signed(earlier, desks, &desks.enterprise, &desks.village, &proposed).await?;
    let id = signed.row.id;
    let soon = earlier.clock.today() + Duration::days(30);
    let later = app.clock.today() + Duration::days(45);
    let village: PlaceCode = VILLAGE.parse()?;
    for (title, owner, due) in [
        ("选好两个农技员并进村", PairingSide::Enterprise, soon),
        ("整理好仓库和晒场", PairingSide::Place(village.clone()), soon + Duration::days(15)),
        ("把第一批有机肥送到村里", PairingSide::Enterprise, soon + Duration::days(20)),
        ("办第一期柚子管护培训", PairingSide::Enterprise, later),
    ] {
        let new =
            NewMilestone { id: earlier.clock.id(), input: MilestoneInput { title: title.into(), owner, due_on: due } };
        pairings::plan(earlier, &party(&desks.enterprise), id, &new).await?;
        pairings::accept_day(earlier, &party(&desks.village), new.id, SeenMilestone { version: 1 }).await?;
    }
    for (by, side, name, position, phone) in [
        (&desks.enterprise, PairingSide::Enterprise, "示例经理", "项目负责人", "0753-0000001"),
        (&desks.village, PairingSide::Place(village), "示例主任", "村主任", "0753-0000002"),
    ] {
        let person = PairingPerson { name: name.into(), position: position.into(), phone: phone.into() };
        let contact = NewPairingContact { side, person: Some(person) };
        pairings::contacts::name(earlier, &party(by), id, &contact).await?;
    }
    let read = pairings::get(app, &reader(&desks.village), id).await?;
    let first = read.plan.first().context("the demo's plan has a first step")?;
    let report = MilestoneReport {
        version: first.version,
        note: "两名农技员已进村，每周三、周六在村委会值班。".into(),
        pictures: Vec::new(),
    };
    let done = pairings::submit(app, &party(&desks.enterprise), first.id, &report).await?;
    let first = done.plan.first().context("the demo's plan has a first step")?;
    let seen = SeenMilestone { version: first.version };
    pairings::verify(app, &party(&desks.village), first.id, seen).await?;
    let said = NewPairingMessage {
        id: app.clock.id(), text: "下周三的培训在村委会二楼，请带上嫁接刀。".into()
    };
    pairings::write(app, &party(&desks.enterprise), id, &said).await?;
    Ok(())
}

/// A town's coverage that waits to be confirmed and stamped: most of its villages, not all.
async fn covered(app: &App, desks: &Desks) -> anyhow::Result<()> {
    let town: PlaceCode = TOWN.parse()?;
    let mut villages: Vec<PlaceCode> = app
        .places
        .iter()
        .map(|(code, _)| code)
        .filter(|code| code.as_str().len() == 12 && town.contains(code))
        .cloned()
        .collect();
    villages.truncate(villages.len().saturating_sub(3));
    let terms = PairingTerms { town: Some(town), villages, ..terms(app, PairingForm::TownCoverage)? };
    let proposed = propose(app, &desks.town, &terms, "镇里想请贵公司把全镇的柚子一起带起来。").await?;
    let agreed = agree(app, &desks.other, &proposed).await?;
    reviewed(app, desks, &agreed).await?;
    Ok(())
}

/// Joint building that is talked about: the village has answered with other terms.
async fn talked_about(app: &App, desks: &Desks) -> anyhow::Result<()> {
    let joint = JointBuilding {
        village_percent: Some(30),
        village_duties: "提供 20 亩旱地，负责日常看护".into(),
        enterprise_duties: "出资建大棚，教技术，包销".into(),
        land: Some(Readiness::UnderWay),
        permits: Some(Readiness::NotNeeded),
        note: "土地流转合同下月签完".into(),
    };
    let terms = PairingTerms { joint: Some(joint.clone()), ..terms(app, PairingForm::JointBuilding)? };
    let proposed = propose(app, &desks.other, &terms, "我们想先做两年，看效果再扩大。").await?;
    let joint = JointBuilding { village_percent: Some(40), ..joint };
    let counter = NewTerms {
        version: proposed.version,
        terms: PairingTerms { joint: Some(joint), ..terms },
        voluntary: false,
        message: "村里出地又出人，希望占四成。".into(),
    };
    pairings::counter(app, &party(&desks.village), proposed.row.id, &counter).await?;
    Ok(())
}

async fn declined(app: &App, desks: &Desks) -> anyhow::Result<()> {
    let terms = terms(app, PairingForm::VillagePairing)?;
    let proposed = propose(app, &desks.village, &terms, "").await?;
    let why = PairingReason { version: proposed.version, reason: "今年人手不够，明年再谈".into() };
    let by = (&desks.enterprise, &Origin::default());
    pairings::step(app, by, (proposed.row.id, PairingStep::Decline), &why).await?;
    Ok(())
}

/// From the proposal to the stamped paper.
async fn signed(
    app: &App,
    desks: &Desks,
    enterprise: &Acting,
    place: &Acting,
    proposed: &Pairing,
) -> anyhow::Result<Pairing> {
    let id = proposed.row.id;
    let agreed = agree(app, place, proposed).await?;
    let approved = reviewed(app, desks, &agreed).await?;
    let hash = approved.agreement.context("an approved pairing has a text")?.hash;
    for side in [enterprise, place] {
        let text = ConfirmAgreement { hash: hash.clone(), note: String::new() };
        pairings::confirm(app, &signer(side), id, &text).await?;
    }
    pairings::change_display(app, &enterprise_right(enterprise), id, PublicDisplay::Name).await?;
    let picture = files::store(app, enterprise.person, pictures::invoice()?).await?.id;
    let paper = NewPairingPaper { id: app.clock.id(), pictures: vec![picture] };
    pairings::send_paper(app, &party(enterprise), id, &paper).await?;
    Ok(pairings::accept_paper(app, &Sure(party(&desks.federation)), id, &AcceptPaper { paper: paper.id }).await?)
}

fn enterprise_right(acting: &Acting) -> Enterprise {
    Enterprise { acting: acting.clone(), origin: Origin::default() }
}

fn reader(acting: &Acting) -> PairingReader {
    PairingReader { acting: acting.clone(), origin: Origin::default() }
}

async fn propose(app: &App, by: &Acting, terms: &PairingTerms, message: &str) -> anyhow::Result<Pairing> {
    let enterprise = match by.kind {
        OrganisationKind::Enterprise => by.organisation,
        _ => other_enterprise(app, by).await?,
    };
    let new = NewPairing {
        id: app.clock.id::<PairingId>(),
        enterprise,
        origin: None,
        round: None,
        terms: terms.clone(),
        voluntary: true,
        message: message.into(),
    };
    Ok(pairings::propose(app, &party(by), &new).await?)
}

/// A town proposes to the large enterprise, a village to the one that visitors have.
async fn other_enterprise(app: &App, by: &Acting) -> anyhow::Result<OrganisationId> {
    let name = if by.kind == OrganisationKind::Town { OTHER } else { "示例金柚农业有限公司" };
    let query = PairingEnterpriseQuery { name: name.into() };
    let found = pairings::enterprises(app, &party(by), &query).await?.items;
    Ok(found.first().with_context(|| format!("no {name}"))?.id)
}

async fn agree(app: &App, by: &Acting, pairing: &Pairing) -> anyhow::Result<Pairing> {
    let number = pairing.terms.first().context("a pairing has terms")?.number;
    let to = AgreeToTerms { number, voluntary: true, public_display: None, note: String::new() };
    Ok(pairings::agree(app, &party(by), pairing.row.id, &to).await?)
}

async fn reviewed(app: &App, desks: &Desks, agreed: &Pairing) -> anyhow::Result<Pairing> {
    let by = (&desks.federation, &Origin::default());
    let id = agreed.row.id;
    let seen = PairingReason { version: agreed.version, reason: String::new() };
    let taken = pairings::step(app, by, (id, PairingStep::TakeUp), &seen).await?;
    let seen = PairingReason { version: taken.version, reason: String::new() };
    Ok(pairings::step(app, by, (id, PairingStep::Approve), &seen).await?)
}

fn terms(app: &App, form: PairingForm) -> anyhow::Result<PairingTerms> {
    let first_day: NaiveDate = app.clock.today();
    let last_day = first_day.checked_add_months(Months::new(24)).context("two years later")?;
    Ok(PairingTerms {
        form,
        town: None,
        villages: vec![VILLAGE.parse()?],
        first_day,
        last_day,
        purpose: "两年里把村里的柚子管好、卖好，让村集体有稳定的收入。".into(),
        enterprise_does: "派两名农技员驻点；每年办四期培训；按市价优先收购。".into(),
        places_do: "组织农户参加培训；提供仓库和晒场；登记种植面积。".into(),
        fields: vec![Field::SpecialtyIndustry, Field::TalentCultivation],
        notice_days: NOTICE_DAYS,
        joint: None,
    })
}

/// The enterprise of the commitments that is not the visitors' own.
const OTHER: &str = "示例梅江电器有限公司";

async fn desks(app: &App) -> anyhow::Result<Desks> {
    let people = people::demo_people(app).await?;
    let find = |account: &str| {
        let found = people.iter().find(|demo| demo.account == account).with_context(|| format!("no {account}"))?;
        anyhow::Ok((found.id, found.organisation.with_context(|| format!("{account} belongs to nobody"))?))
    };
    let ((clerk, enterprise), (head, village)) = (find("enterprise")?, find("village-head")?);
    let ((reviewer, town), (federation_person, federation)) = (find("town-reviewer")?, find("federation")?);
    let at = |place: &str, acting: Acting| anyhow::Ok(Acting { place: Some(place.parse()?), ..acting });
    let town = at(TOWN, acting(reviewer, town, OrganisationKind::Town, Role::TownReviewer))?;
    let query = PairingEnterpriseQuery { name: OTHER.into() };
    let other = pairings::enterprises(app, &party(&town), &query).await?.items;
    let other = other.first().with_context(|| format!("no {OTHER}"))?.id;
    Ok(Desks {
        enterprise: acting(clerk, enterprise, OrganisationKind::Enterprise, Role::EnterpriseOwner),
        other: acting(clerk, other, OrganisationKind::Enterprise, Role::EnterpriseOwner),
        village: at(VILLAGE, acting(head, village, OrganisationKind::Village, Role::VillageHead))?,
        town,
        federation: at(
            "441424",
            acting(federation_person, federation, OrganisationKind::Federation, Role::FederationCounty),
        )?,
    })
}
