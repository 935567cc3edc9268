//! Computations as they are read: what a plan is worth against the one before, and which rules conflict.
//!
//! Deliberately absent: how a plan comes about (`solving`), and its pairs (`plan`).

pub mod sql;

use crate::app::App;
use crate::error::Result;
use crate::organisations;
use domain::api::rounds::{RoundConflict, RoundRun, RunAgainst, RunConflict, RunResult};
use domain::place::PlaceCode;
use domain::round::rule::RoundConflictKind;
use domain::{MatchingRoundId, OrganisationId};
use serde::{Deserialize, Serialize};
pub use sql::Run;
use sqlx::PgConnection;
use std::collections::HashMap;

/// Computations that a page of a round lists.
const RUNS_MAX: i64 = 50;

/// Rules that cannot hold together, as they are stored.
#[derive(Serialize, Deserialize)]
pub struct StoredConflict {
    pub rules: Vec<ConflictRule>,
    pub smallest: bool,
}

#[derive(Serialize, Deserialize)]
pub struct ConflictRule {
    pub kind: RoundConflictKind,
    pub enterprise: Option<OrganisationId>,
    pub place: Option<PlaceCode>,
    pub number: Option<u32>,
    pub by_itself: bool,
}

/// The computations of a round as they are stored, latest first.
pub async fn stored(tx: &mut PgConnection, round: MatchingRoundId) -> Result<Vec<Run>> {
    Ok(sql::runs(tx, round, RUNS_MAX).await?)
}

/// The same as they are read.
pub async fn of(app: &App, tx: &mut PgConnection, runs: &[Run]) -> Result<Vec<RoundRun>> {
    let conflicts: Vec<Option<StoredConflict>> = runs.iter().map(conflict).collect::<Result<_>>()?;
    let enterprises: Vec<OrganisationId> =
        conflicts.iter().flatten().flat_map(|one| &one.rules).filter_map(|rule| rule.enterprise).collect();
    let names = organisations::names_of(tx, &enterprises).await?;
    let all = runs.iter().zip(conflicts).enumerate().map(|(at, (run, conflict))| {
        let before = runs[at + 1..].iter().find_map(|before| Some((before.number, before.plan.as_ref()?)));
        let conflict = conflict.map(|conflict| told(app, conflict, &names));
        into_api(run.clone(), before, conflict)
    });
    Ok(all.collect())
}

fn conflict(run: &Run) -> Result<Option<StoredConflict>> {
    let read = |value: &serde_json::Value| serde_json::from_value(value.clone()).map_err(anyhow::Error::from);
    Ok(run.conflict.as_ref().map(read).transpose()?)
}

fn told(app: &App, conflict: StoredConflict, names: &HashMap<OrganisationId, String>) -> RunConflict {
    let rules = conflict.rules.into_iter().map(|rule| RoundConflict {
        kind: rule.kind,
        enterprise: rule.enterprise.map(|id| names.get(&id).cloned().unwrap_or_default()),
        place: rule.place.map(|place| app.places.place(&place)),
        number: rule.number,
        by_itself: rule.by_itself,
    });
    RunConflict { rules: rules.collect(), smallest: conflict.smallest }
}

fn into_api(run: Run, before: Option<(i32, &sql::Planned)>, conflict: Option<RunConflict>) -> RoundRun {
    let result = run.plan.as_ref().map(|plan| RunResult {
        value: plan.value(),
        wishes_value: plan.wishes_value,
        pairs_value: plan.pairs_value,
        relaxed: plan.relaxed,
        bound: plan.bound,
        gap: plan.bound.saturating_sub(plan.value()),
        wishes: plan.wishes,
        wishes_taken: plan.wishes_taken,
        pairs: plan.pairs,
        enterprises: plan.enterprises.into(),
        villages: plan.villages.into(),
        candidates: plan.candidates.into(),
        nodes: plan.nodes,
        milliseconds: plan.milliseconds,
        input: plan.input.clone(),
        against: before.map(|(number, before)| RunAgainst {
            number,
            difference: sql::big(plan.value()) - sql::big(before.value()),
            same_facts: plan.facts == before.facts,
        }),
    });
    RoundRun {
        number: run.number,
        version: run.version,
        status: run.status,
        by: run.by,
        asked_at: run.asked_at,
        ended_at: run.ended_at,
        progress: run.progress,
        result,
        conflict,
        says: run.says,
    }
}
