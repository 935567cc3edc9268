//! The demo's matching round: of the county whose federation visitors have, computed and not sent.
//!
//! All invented, through the same doors as those that people make.

use super::acting;
use crate::app::App;
use crate::http::caller::{Federation, Origin, PairingParty};
use crate::needs;
use crate::pairings;
use crate::people;
use crate::rounds;
use anyhow::Context;
use domain::api::pairings::PairingEnterpriseQuery;
use domain::api::rounds::{NewMatchingRound, NewRoundRule, SeenRound};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::round::rule::{RoundRuleInput, RoundRuleKind};
use domain::round::setup::{RoundEnterprises, RoundGroup, RoundSetup, RoundVillages};

const COUNTY: &str = "441424";
/// Enterprises that stand in no county take part by name.
const NAMED: [&str; 2] = ["示例金柚农业有限公司", "示例梅江电器有限公司"];

pub async fn seed(app: &App) -> anyhow::Result<()> {
    // Needs stand as they will a moment later, when what was promised for them is followed.
    needs::promises::catch_up(app).await?;
    let federation = Federation { acting: desk(app).await?, origin: Origin::default() };
    let setup = RoundSetup {
        name: "示例：五华县秋季千企对接".into(),
        places: vec![COUNTY.parse()?],
        fields: Vec::new(),
        villages: RoundVillages::OpenNeed,
        enterprises: RoundEnterprises::All,
        counties: Vec::new(),
        industries: Vec::new(),
        enterprise_capacity: 2,
        enterprise_minimum: 0,
        village_capacity: 1,
        group: RoundGroup::Town,
        floor: 0,
    };
    let made = rounds::start(app, &federation, &NewMatchingRound { id: app.clock.id(), setup }).await?;
    let (id, mut version) = (made.row.id, made.version);
    let party = PairingParty { acting: federation.acting.clone(), origin: Origin::default() };
    for name in NAMED {
        let found = pairings::enterprises(app, &party, &PairingEnterpriseQuery { name: name.into() }).await?.items;
        let enterprise = found.first().with_context(|| format!("no {name}"))?.id;
        let input = RoundRuleInput {
            kind: RoundRuleKind::Enterprise,
            enterprise: Some(enterprise),
            place: None,
            capacity: Some(2),
            minimum: Some(0),
            why: "市里的企业，愿意来五华".into(),
        };
        version = rounds::add_rule(app, &federation, id, &NewRoundRule { id: app.clock.id(), input }).await?.version;
    }
    let asked = rounds::compute(app, &federation, id, SeenRound { version }).await?;
    let number = asked.under_way().context("a computation was asked for")?.number;
    Ok(rounds::solve(app, id, number).await?)
}

/// The federation's reviewer at his desk.
async fn desk(app: &App) -> anyhow::Result<Acting> {
    let people = people::demo_people(app).await?;
    let found = people.iter().find(|demo| demo.account == "federation").context("no federation")?;
    let organisation = found.organisation.context("the federation belongs to nobody")?;
    let acting = acting(found.id, organisation, OrganisationKind::Federation, Role::FederationCounty);
    Ok(Acting { place: Some(COUNTY.parse()?), ..acting })
}
