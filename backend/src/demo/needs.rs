//! The demo's needs: the invented ones by which the search is judged, in real villages, approved but for a few that
//! wait for the federation.

use crate::app::App;
use crate::http::caller::{Federation, Origin, Sure, Village};
use crate::organisations::{self, NewOrganisation};
use crate::{needs, people};
use anyhow::Context;
use chrono::Days;
use domain::api::needs::{NewNeed, Seen};
use domain::need::{BudgetItem, Field, NeedContent};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::place::{PlaceCode, short_village_name};
use domain::{Fen, OrganisationId, PersonId};
use serde::Deserialize;
use std::collections::HashMap;

const GOLDEN: &str = include_str!("../../../search-config/golden/needs.json");

/// Of 五华县 one in so many waits for review, so that the to-do list is not empty.
const WAITS: usize = 15;

#[derive(Deserialize)]
struct Golden {
    needs: Vec<GoldenNeed>,
}

#[derive(Deserialize)]
struct GoldenNeed {
    title: String,
    field: Field,
    county: String,
    county_code: String,
    town: String,
    village: String,
    village_code: PlaceCode,
    description: String,
    budget: Vec<GoldenItem>,
    amount_fen: Fen,
    outcome: GoldenOutcome,
    wanted_by_days: u64,
}

#[derive(Deserialize)]
struct GoldenItem {
    item: String,
    amount_fen: Fen,
}

#[derive(Deserialize)]
struct GoldenOutcome {
    text: String,
    quantity: serde_json::Number,
    unit: String,
}

/// Writes, submits and approves them, as the villages and federations would.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let golden: Golden = serde_json::from_str(GOLDEN).context("search-config/golden/needs.json")?;
    let accounts: HashMap<String, PersonId> =
        people::demo_people(app).await?.into_iter().map(|demo| (demo.account, demo.id)).collect();
    let person = |account: &str| accounts.get(account).copied().with_context(|| format!("no account {account}"));
    let (reporter, reviewer) = (person("village")?, person("federation")?);
    let mut villages: HashMap<PlaceCode, OrganisationId> = HashMap::new();
    let mut federations: HashMap<String, OrganisationId> = HashMap::new();
    let total = golden.needs.len();
    for (n, need) in golden.needs.into_iter().enumerate() {
        let waits = need.county_code == "441424" && n % WAITS == 0;
        let village = village(app, &mut villages, &need).await?;
        let federation = federation(app, &mut federations, &need).await?;
        let village = Village {
            acting: Acting {
                place: Some(need.village_code.clone()),
                ..super::acting(reporter, village, OrganisationKind::Village, Role::VillageReporter)
            },
            origin: Origin::default(),
        };
        let federation = Sure(Federation {
            acting: Acting {
                place: Some(need.county_code.parse()?),
                ..super::acting(reviewer, federation, OrganisationKind::Federation, Role::FederationCounty)
            },
            origin: Origin::default(),
        });
        let new = NewNeed { id: app.clock.id(), content: content(app, need)? };
        let draft = needs::create(app, &village, &new).await?;
        let sent = needs::submit(app, &village, draft.id, Seen { version: draft.version }).await?;
        if !waits {
            needs::approve(app, &federation, sent.id, Seen { version: sent.version }).await?;
        }
        if (n + 1) % 60 == 0 {
            crate::say!("  {} of {total}", n + 1);
        }
    }
    Ok(())
}

/// The village's organisation: the demo's own, or a new one.
async fn village(
    app: &App,
    known: &mut HashMap<PlaceCode, OrganisationId>,
    need: &GoldenNeed,
) -> anyhow::Result<OrganisationId> {
    if let Some(id) = known.get(&need.village_code) {
        return Ok(*id);
    }
    let id = if let Some(id) = organisations::at(app, OrganisationKind::Village, &need.village_code).await? {
        id
    } else {
        let name = format!("{}{}{}", need.county, need.town, short_village_name(&need.village));
        let village = NewOrganisation { kind: OrganisationKind::Village, name: &name, place: Some(&need.village_code) };
        organisations::create(app, &village).await?
    };
    known.insert(need.village_code.clone(), id);
    Ok(id)
}

async fn federation(
    app: &App,
    known: &mut HashMap<String, OrganisationId>,
    need: &GoldenNeed,
) -> anyhow::Result<OrganisationId> {
    if let Some(id) = known.get(&need.county_code) {
        return Ok(*id);
    }
    let place: PlaceCode = need.county_code.parse()?;
    let id = if let Some(id) = organisations::at(app, OrganisationKind::Federation, &place).await? {
        id
    } else {
        let name = format!("示例{}工商联", need.county);
        let federation = NewOrganisation { kind: OrganisationKind::Federation, name: &name, place: Some(&place) };
        organisations::create(app, &federation).await?
    };
    known.insert(need.county_code.clone(), id);
    Ok(id)
}

fn content(app: &App, need: GoldenNeed) -> anyhow::Result<NeedContent> {
    let (quantity, unit) = whole(&need.outcome)?;
    Ok(NeedContent {
        village: need.village_code,
        field: Some(need.field),
        title: need.title,
        description: need.description,
        items: need
            .budget
            .into_iter()
            .map(|item| BudgetItem { name: item.item, amount_fen: item.amount_fen })
            .collect(),
        amount_fen: Some(need.amount_fen),
        wanted_by: Some(app.clock.today() + Days::new(need.wanted_by_days)),
        outcome: need.outcome.text,
        outcome_quantity: Some(quantity),
        outcome_unit: unit,
        photos: Vec::new(),
    })
}

/// A whole number of a unit: 1.3 公里 becomes 1300 米.
fn whole(outcome: &GoldenOutcome) -> anyhow::Result<(i64, String)> {
    if let Some(quantity) = outcome.quantity.as_i64() {
        return Ok((quantity, outcome.unit.clone()));
    }
    let text = outcome.quantity.to_string();
    let (whole, part) = text.split_once('.').context("a decimal number")?;
    let thousandths: i64 = format!("{whole}{part:0<3}").parse().context("at most three decimals")?;
    match outcome.unit.as_str() {
        "公里" => Ok((thousandths, "米".into())),
        "吨" => Ok((thousandths, "公斤".into())),
        unit => Ok(((thousandths + 999) / 1_000, unit.to_owned())),
    }
}
