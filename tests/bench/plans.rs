//! The page of a large plan: of 2,000 enterprises and all villages, over 100,000 needs.
//!
//! When something has changed the plan is compared with the facts once; after that, and while nothing changes, one look at
//! an index tells that nothing has. Deliberately absent: how long the plan takes by itself, which `round.rs` tells.

use super::client::{get, hammer, post};
use super::stage::{Stage, column, psql};
use super::{load, measured};
use domain::MatchingRoundId;
use domain::api::rounds::{MatchingRound, NewMatchingRound, RoundPlan, SeenRound};
use domain::round::setup::{RoundEnterprises, RoundGroup, RoundSetup, RoundVillages, RunStatus};
use std::time::{Duration, Instant};
use uuid::Uuid;

const NEEDS: usize = 100_000;
const ENTERPRISES: usize = 2_000;

pub async fn measure(stage: &Stage) {
    load::needs(&stage.database, NEEDS);
    load::enterprises(&stage.database, ENTERPRISES);
    psql(
        &stage.database,
        &[
            "-c",
            "update membership set role = 'federation_city'
             where person = (select id from person where account = 'federation')",
            "-c",
            "update organisation set place = '4414'
             where id = (select organisation from membership where role = 'federation_city')",
            "-c",
            "vacuum analyze",
        ],
    );
    let bearer = stage.sign_in("federation").await;
    let id = MatchingRoundId(Uuid::from_u128(1));
    let setup = RoundSetup {
        name: "全市对接".into(),
        places: column(&stage.database, "select code from place where level = 'county' order by code")
            .iter()
            .map(|county| county.parse().expect("a county"))
            .collect(),
        fields: Vec::new(),
        villages: RoundVillages::OpenNeed,
        enterprises: RoundEnterprises::All,
        counties: Vec::new(),
        industries: Vec::new(),
        enterprise_capacity: 1,
        enterprise_minimum: 0,
        village_capacity: 1,
        group: RoundGroup::Town,
        floor: 0,
    };
    let new = serde_json::to_string(&NewMatchingRound { id, setup }).expect("JSON");
    let made = stage.send(&post("/api/v1/rounds", &bearer, &new)).await;
    let made: MatchingRound = serde_json::from_slice(&made).expect("a round");
    println!(
        "a round of {} enterprises and {} villages over {NEEDS} needs",
        made.takes_part.enterprises, made.takes_part.villages
    );
    let seen = serde_json::to_string(&SeenRound { version: made.version }).expect("JSON");
    stage.send(&post(&format!("/api/v1/rounds/{id}/compute"), &bearer, &seen)).await;
    let own = format!("Authorization: Bearer {bearer}\r\n");
    let (round, plan) = (format!("/api/v1/rounds/{id}"), format!("/api/v1/rounds/{id}/plan"));
    loop {
        let round: MatchingRound = serde_json::from_slice(&stage.send(&get(&round, &own)).await).expect("a round");
        match (round.computed[0].status, &round.computed[0].result) {
            (RunStatus::Planned, Some(result)) => {
                println!("  planned: {} pairs, computed in {} ms", result.pairs, result.milliseconds);
                break;
            }
            (status, _) => assert!(!status.is_over(), "{status}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // A profile that says the same again is no change of the facts, but may be one.
    psql(&stage.database, &["-c", "update enterprise_profile set version = version + 1"]);
    for turn in ["the plan after a change somewhere", "  and again, with nothing changed"] {
        let begun = Instant::now();
        let read = stage.send(&get(&plan, &own)).await;
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        let read: RoundPlan = serde_json::from_slice(&read).expect("a plan");
        println!("  {turn}: {took:.0} ms, out of date: {}", read.stale.is_some());
    }
    let often = super::cycle(vec![get(&plan, &own)]);
    println!("  the plan by the API, one at a time: {}", hammer(stage.port, 1, measured() / 6, &often).await);
    let visitor = stage.visitor("federation").await;
    for (name, path) in
        [("the plan's page", format!("/rounds/{id}/plan")), ("the round's page", format!("/rounds/{id}"))]
    {
        let often = super::cycle(vec![get(&path, &visitor)]);
        println!("  {name}, one at a time: {}", hammer(stage.port, 1, measured() / 6, &often).await);
    }
}
