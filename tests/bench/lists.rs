//! List pages over many rows, each asked for the first time and rendered anew.
//!
//! Deliberately absent: kept pages and kept answers. No two requests ask the same.

use super::client::{get, hammer};
use super::stage::{Stage, column};
use super::{CONNECTIONS, load, measured};
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Needs in the lists.
const NEEDS: usize = 100_000;
/// Offers in the lists.
const OFFERS: usize = 20_000;
/// Pages of each list that are walked through.
const PAGES: usize = 40;
/// Pledges for the needs.
const PLEDGES: usize = 150_000;
const FIELDS: [&str; 4] = ["infrastructure", "specialty_industry", "consumption_assistance", "village_landscape"];
const KINDS: [&str; 3] = ["goods", "jobs", "purchase"];
const SORTS: [&str; 4] = ["newest", "amount_asc", "amount_desc", "deadline"];

pub async fn measure(stage: &Stage) {
    load::needs(&stage.database, NEEDS);
    load::offers(&stage.database, OFFERS);
    load::pledges(&stage.database, PLEDGES);
    stage.tell_of_needs(NEEDS).await;
    let places = |length: usize| {
        column(&stage.database, &format!("select code from place where length(code) = {length} order by md5(code)"))
    };
    let (counties, towns, villages) = (places(6), places(9), places(12));
    let uncached = "x-qiancun-uncached: 1\r\n";
    println!(
        "lists over {NEEDS} needs, {OFFERS} offers and {PLEDGES} pledges, {CONNECTIONS} connections, rendered anew; p95 aim: \
         at most 50 ms"
    );

    let of_town = towns.clone();
    let filtered = move |turn: usize| {
        let (town, field) = (&of_town[turn % of_town.len()], FIELDS[turn % FIELDS.len()]);
        // Another least amount each time, so that no answer was given before.
        format!(
            "/needs?county={}&town={town}&field={field}&sort={}&min={turn}",
            &town[..6],
            SORTS[turn / 3 % SORTS.len()]
        )
    };
    let deep = cursors(stage, &counties).await;
    let far_in = move |turn: usize| {
        let (list, after) = &deep[turn % deep.len()];
        format!("/needs?{list}&after={after}&min={turn}")
    };
    let each = |level: &'static str, codes: &[String]| {
        let codes = codes.to_vec();
        move |turn: usize| format!("/{level}/{}", codes[turn % codes.len()])
    };
    let (village, town, county) = (each("villages", &villages), each("towns", &towns), each("counties", &counties));
    let offers = move |turn: usize| {
        let place = &counties[turn % counties.len()];
        format!("/offers?field={}&kind={}&county={place}", FIELDS[turn % FIELDS.len()], KINDS[turn % KINDS.len()])
    };
    let (federation, enterprise) = (stage.visitor("federation").await, stage.visitor("enterprise").await);
    let always = |path: &'static str| move |_| path.to_owned();
    one(stage, "needs of a town and a field, sorted", uncached, filtered).await;
    one(stage, "needs of a county, some pages in", uncached, far_in).await;
    one(stage, "a village's page", uncached, village).await;
    one(stage, "a town's page", uncached, town).await;
    one(stage, "a county's page", uncached, county).await;
    one(stage, "offers by field, kind and county", &federation, offers).await;
    one(stage, "recommendations to an enterprise", &enterprise, always("/recommendations")).await;
    one(stage, "what waits for the federation", &federation, always("/work")).await;
    one(stage, "what waits for a village", &stage.visitor("village").await, always("/work")).await;
}

/// The lists of counties in each order, with where their pages go on.
async fn cursors(stage: &Stage, counties: &[String]) -> Vec<(String, String)> {
    #[derive(Deserialize)]
    struct Listed {
        next: Option<String>,
    }
    let mut all = Vec::new();
    for (turn, county) in counties.iter().enumerate() {
        let list = format!("county={county}&sort={}", SORTS[turn % SORTS.len()]);
        let mut path = format!("/api/v1/needs?{list}");
        for _ in 0..PAGES {
            let listed: Listed = serde_json::from_slice(&stage.body(&path).await).expect("a list of needs");
            let Some(next) = listed.next else { break };
            path = format!("/api/v1/needs?{list}&after={next}");
            all.push((list.clone(), next));
        }
    }
    all
}

async fn one(stage: &Stage, name: &str, headers: &str, path: impl Fn(usize) -> String + Clone + Send + 'static) {
    // Connections start at numbers of their own and count on; the turn that is asked for is one for all of them.
    let (turns, headers) = (Arc::new(AtomicUsize::new(0)), headers.to_owned());
    let anew = move |_| get(&path(turns.fetch_add(1, Ordering::Relaxed)), &headers);
    hammer(stage.port, CONNECTIONS, measured() / 6, &anew).await;
    println!("  {name}: {}", hammer(stage.port, CONNECTIONS, measured(), &anew).await);
}
