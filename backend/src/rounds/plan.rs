//! A plan as it is read: whole towns, villages with their reasons, who is left, and what has changed since it was computed.
//!
//! Whether it is out of date is found by reading everything anew and comparing fingerprints; each pair of the page is then
//! looked at by itself. What an enterprise said of itself is read by the federation that may read its profile, and its
//! reasons only by that. Deliberately absent: changing a plan; another one is computed.

mod sql;

use super::input::{self, Input, SetOut};
use super::runs::Run;
use super::sql::Stored;
use super::{rights, runs, seen, sending};
use crate::app::{self, App};
use crate::error::{Error, Result};
use crate::http::caller::RoundReader;
use anyhow::Context;
use domain::api::coverage::CoveragePart;
use domain::api::rounds::{
    PlanQuery, PlanStale, PlannedPair, PlannedWish, RoundExclusion, RoundNeed, RoundPlan, RoundRights,
};
use domain::coverage::CoverageCounts;
use domain::organisation::{Acting, Role};
use domain::place::{PlaceCode, PlaceLevel};
use domain::round::rule::PairChange;
use domain::{MatchingRoundId, OrganisationId};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

/// Pairs on one page of a plan.
const PAGE: i64 = 100;
/// Left out pairs that a page names.
const EXCLUDED_MAX: i64 = 100;

/// What the plan's rules would be reckoned from today, beside what they were reckoned from.
pub struct Now {
    rules: bool,
    facts: bool,
    input: Input,
    enterprises: HashMap<OrganisationId, u32>,
    villages: HashMap<PlaceCode, u32>,
}

impl Now {
    pub fn stale(&self) -> bool {
        self.rules || self.facts
    }

    /// What of a pair is not as it was.
    fn changes(&self, pair: &sql::PairKey) -> Vec<PairChange> {
        if !self.facts {
            return Vec::new();
        }
        let mut changes = Vec::new();
        let enterprise = self.enterprises.get(&pair.enterprise).copied();
        let village = self.villages.get(&pair.village).copied();
        if enterprise.is_none_or(|enterprise| self.input.round.enterprises[enterprise as usize].capacity == 0) {
            changes.push(PairChange::EnterpriseOut);
        }
        if village.is_none() || !self.input.taking.contains(&pair.village) {
            changes.push(PairChange::VillageOut);
        }
        if self.input.exclusions.contains_key(&(pair.enterprise, pair.village.clone())) {
            changes.push(PairChange::Excluded);
        }
        if let (Some(at), true) = (enterprise.zip(village), changes.is_empty()) {
            let score = self.input.worth.get(&at).map_or(0, |scored| scored.score);
            if score != pair.score {
                changes.push(PairChange::Score);
            }
        }
        changes
    }
}

/// Reads anew what a plan was computed from, with the rules of then.
pub async fn now(app: &App, tx: &mut PgConnection, stored: &Stored, run: &Run) -> Result<Now> {
    let computed = run.plan.as_ref().ok_or(Error::NotFound)?.input.clone();
    let set_out = SetOut { place: &stored.place, setup: &run.setup, rules: &run.rules };
    let gathered = input::gather(app, tx, &set_out).await?;
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let input = app::heavy(turn, move || gathered.input(&mut || ControlFlow::Continue(()))).await?;
    let ControlFlow::Continue(input) = input else { return Err(Error::changed_meanwhile()) };
    Ok(Now {
        rules: run.version != stored.version,
        facts: input.fingerprint != computed || input.broken.is_some(),
        enterprises: input.enterprises.iter().copied().zip(0..).collect(),
        villages: input.villages.iter().cloned().zip(0..).collect(),
        input,
    })
}

/// A plan, the latest where no number is asked for.
pub async fn get(app: &App, reader: &RoundReader, id: MatchingRoundId, query: &PlanQuery) -> Result<RoundPlan> {
    let acting = &reader.acting;
    let mut tx = app.snapshot().await?;
    let stored = seen(&mut tx, acting, id).await?;
    let runs = runs::stored(&mut tx, id).await?;
    let latest = runs.iter().find(|run| run.plan.is_some()).map(|run| run.number);
    let number = query.run.or(latest).ok_or(Error::NotFound)?;
    let run = runs.iter().find(|run| run.number == number && run.plan.is_some()).ok_or(Error::NotFound)?;
    let now = if stored.status.is_open() && latest == Some(number) {
        Some(now(app, &mut tx, &stored, run).await?).filter(Now::stale)
    } else {
        None
    };
    let keys = if now.is_some() { sql::keys(&mut tx, (id, number)).await? } else { Vec::new() };
    let stale = now.as_ref().map(|now| PlanStale {
        rules: now.rules,
        facts: now.facts,
        pairs: i64::try_from(keys.iter().filter(|key| !now.changes(key).is_empty()).count()).unwrap_or(i64::MAX),
    });
    let sent = stored.sent.as_ref().is_some_and(|sent| sent.run == number);
    let mut pairs = sql::pairs(&mut tx, (id, number, sent), query.after.unwrap_or(0), PAGE + 1).await?;
    let more = i64::try_from(pairs.len()).is_ok_and(|read| read > PAGE);
    pairs.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let plan = run.plan.as_ref().ok_or(Error::NotFound)?;
    let towns = sql::towns(&mut tx, (id, number)).await?;
    let (excluded, excluded_count) = sql::exclusions(&mut tx, (id, number), EXCLUDED_MAX).await?;
    let mut computed = runs::of(app, &mut tx, &runs).await?;
    let at = computed.iter().position(|one| one.number == number).ok_or(Error::NotFound)?;
    let may = rights(acting, &stored, computed.iter().find(|run| run.result.is_some()));
    let goes_out = may.send && latest == Some(number) && stale.is_none();
    Ok(RoundPlan {
        round: stored.row(&app.places),
        version: stored.version,
        setup: run.setup.clone(),
        latest: latest == Some(number),
        next: pairs.last().filter(|_| more).map(|last| last.position),
        wishes: sql::wishes(&mut tx, (id, number, sent))
            .await?
            .into_iter()
            .map(|wish| planned_wish(app, wish))
            .collect(),
        pairs: pairs.into_iter().map(|pair| planned(app, acting, pair, now.as_ref())).collect(),
        stale,
        excluded: excluded
            .into_iter()
            .map(|(enterprise_name, village, kind)| RoundExclusion {
                enterprise_name,
                village: app.places.place(&village),
                kind,
            })
            .collect(),
        excluded_count,
        enterprises_left: plan.enterprises_left.into(),
        villages_left: plan.villages_left.into(),
        counties: counties(app, &towns),
        towns: towns.into_iter().map(|(town, counts)| part(app, town, counts)).collect(),
        sent: if sent { sending::of(&mut tx, &stored).await? } else { None },
        may: RoundRights { send: goes_out, ..may },
        run: computed.swap_remove(at),
        as_of: app.clock.now(),
    })
}

fn planned_wish(app: &App, wish: sql::WishRow) -> PlannedWish {
    PlannedWish {
        enterprise: wish.enterprise,
        enterprise_name: wish.enterprise_name,
        town: app.places.place(&wish.town),
        villages: wish.villages,
        score: wish.score,
        left: wish.left,
        proposal: wish.proposal,
    }
}

/// Whether somebody reads what an enterprise said of itself: the auditor, and whoever reads its profile.
fn reads_profile(acting: &Acting, enterprise: Option<&PlaceCode>) -> bool {
    if acting.role == Role::Auditor {
        return true;
    }
    let Some(own) = &acting.place else { return false };
    enterprise.map_or(own.level() == PlaceLevel::City, |enterprise| own.contains(enterprise))
}

fn planned(app: &App, acting: &Acting, pair: sql::PairRow, now: Option<&Now>) -> PlannedPair {
    let changes = now.map(|now| now.changes(&pair.key)).unwrap_or_default();
    let all = pair.reasons.len();
    let mut reasons = pair.reasons;
    if !reads_profile(acting, pair.enterprise_place.as_ref()) {
        reasons.retain(|reason| !reason.kind().is_of_profile());
    }
    PlannedPair {
        position: pair.position,
        enterprise: pair.key.enterprise,
        enterprise_name: pair.enterprise_name,
        village: app.places.place(&pair.key.village),
        score: pair.key.score,
        hidden: u32::try_from(all - reasons.len()).unwrap_or(u32::MAX),
        reasons,
        need: pair.need.map(|(id, title)| RoundNeed { id, title }),
        fixed: pair.fixed,
        changes,
        proposal: pair.proposal,
    }
}

fn part(app: &App, code: PlaceCode, counts: CoverageCounts) -> CoveragePart {
    CoveragePart { name: app.places.get(&code).unwrap_or_default().to_owned(), class: None, code, counts }
}

/// All counties, those without a village of the round too, so that the map is whole.
fn counties(app: &App, towns: &[(PlaceCode, CoverageCounts)]) -> Vec<CoveragePart> {
    let sum = |county: &PlaceCode| -> CoverageCounts {
        towns.iter().filter(|(town, _)| county.contains(town)).map(|(_, counts)| *counts).sum()
    };
    let counties: BTreeSet<PlaceCode> = app.places.counties().into_iter().collect();
    counties.into_iter().map(|county| part(app, county.clone(), sum(&county))).collect()
}
