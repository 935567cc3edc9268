//! A plan as it is read: whole towns, villages with their reasons, who is left, and what has changed since it was computed.
//!
//! Whether it is out of date `facts` tells, and this which of its pairs are concerned. What an enterprise said of itself is read by the federation that may read its profile, and its
//! reasons only by that. Deliberately absent: changing a plan; another one is computed.

mod sql;

use super::facts::{self, Changes};
use super::input::Input;
use super::sql::Rule;
use super::{rights, runs, seen, sending};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::RoundReader;
use domain::api::coverage::CoveragePart;
use domain::api::rounds::{
    PlanQuery, PlanStale, PlannedPair, PlannedWish, RoundExclusion, RoundNeed, RoundPairRule, RoundPlan, RoundRights,
};
use domain::coverage::CoverageCounts;
use domain::organisation::{Acting, Role};
use domain::place::{PlaceCode, PlaceLevel};
use domain::round::rule::PairChange;
use domain::{MatchingRoundId, OrganisationId};
pub use sql::PairKey;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};

/// Pairs on one page of a plan.
const PAGE: i64 = 100;
/// Left out pairs that a page names.
const EXCLUDED_MAX: i64 = 100;

/// All pairs of a plan, with what each was worth.
pub async fn pairs_of(tx: &mut PgConnection, plan: (MatchingRoundId, i32)) -> Result<Vec<PairKey>> {
    Ok(sql::keys(tx, plan).await?)
}

/// Which pairs are not as they were, by what would be reckoned from now.
pub fn changes(input: &Input, pairs: &[PairKey]) -> Changes {
    let enterprises: HashMap<OrganisationId, u32> = input.enterprises.iter().copied().zip(0..).collect();
    let villages: HashMap<&PlaceCode, u32> = input.villages.iter().zip(0..).collect();
    let of = |pair: &PairKey| {
        let mut changes = Vec::new();
        let (enterprise, village) = (enterprises.get(&pair.enterprise), villages.get(&pair.village));
        if enterprise.is_none_or(|enterprise| input.round.enterprises[*enterprise as usize].capacity == 0) {
            changes.push(PairChange::EnterpriseOut);
        }
        if village.is_none() || !input.taking.contains(&pair.village) {
            changes.push(PairChange::VillageOut);
        }
        if input.exclusions.contains_key(&(pair.enterprise, pair.village.clone())) {
            changes.push(PairChange::Excluded);
        }
        if let (Some((enterprise, village)), true) = (enterprise.zip(village), changes.is_empty()) {
            let score = input.worth.get(&(*enterprise, *village)).map_or(0, |scored| scored.score);
            if score != pair.score {
                changes.push(PairChange::Score);
            }
        }
        changes
    };
    let changed = pairs.iter().map(|pair| ((pair.enterprise, pair.village.clone()), of(pair)));
    changed.filter(|(_, changes)| !changes.is_empty()).collect()
}

/// A plan, the latest where no number is asked for.
pub async fn get(app: &App, reader: &RoundReader, id: MatchingRoundId, query: &PlanQuery) -> Result<RoundPlan> {
    let acting = &reader.acting;
    prepare(app, acting, id, query).await?;
    let mut tx = app.snapshot().await?;
    let stored = seen(&mut tx, acting, id).await?;
    let runs = runs::stored(&mut tx, id).await?;
    let latest = runs.iter().find(|run| run.plan.is_some()).map(|run| run.number);
    let number = query.run.or(latest).ok_or(Error::NotFound)?;
    let run = runs.iter().find(|run| run.number == number && run.plan.is_some()).ok_or(Error::NotFound)?;
    let to_compare = stored.status.is_open() && latest == Some(number);
    let compared = if to_compare { facts::known(app, &mut tx, &stored, run).await? } else { None };
    let comparing = to_compare && compared.is_none();
    let changes = compared.as_ref().and_then(|compared| compared.changes.as_ref());
    let rules_changed = to_compare && run.version != stored.version;
    let stale = (rules_changed || changes.is_some()).then(|| PlanStale {
        rules: rules_changed,
        facts: changes.is_some(),
        pairs: changes.map_or(0, |changes| i64::try_from(changes.len()).unwrap_or(i64::MAX)),
    });
    let rules = super::sql::rules(&mut tx, id).await?;
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
    let goes_out = may.send && latest == Some(number) && stale.is_none() && !comparing;
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
        pairs: pairs.into_iter().map(|pair| planned(app, acting, pair, (changes, &rules))).collect(),
        stale,
        comparing,
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

/// Has the latest plan compared with the facts, before the transaction begins in which it is read.
async fn prepare(app: &App, acting: &Acting, id: MatchingRoundId, query: &PlanQuery) -> Result<()> {
    let mut tx = app.snapshot().await?;
    let stored = seen(&mut tx, acting, id).await?;
    let runs = runs::stored(&mut tx, id).await?;
    drop(tx);
    match runs.iter().find(|run| run.plan.is_some()) {
        Some(latest) if stored.status.is_open() && query.run.is_none_or(|asked| asked == latest.number) => {
            facts::prepare(app, &stored, latest).await
        }
        _ => Ok(()),
    }
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

fn planned(
    app: &App,
    acting: &Acting,
    pair: sql::PairRow,
    (changes, rules): (Option<&Changes>, &[Rule]),
) -> PlannedPair {
    let key = (pair.key.enterprise, pair.key.village.clone());
    let changes = changes.and_then(|changes| changes.get(&key)).cloned().unwrap_or_default();
    let rule = rules.iter().find(|rule| rule.input.about_pair() == Some((key.0, &key.1)));
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
        rule: rule.map(|rule| RoundPairRule { kind: rule.input.kind, why: rule.input.why.clone() }),
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
