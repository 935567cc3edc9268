//! The SQL on computations: asked for, under way, ended, read.

use super::super::sql::{Stored, json, read_json};
use crate::db::decode::{error, word};
use chrono::{DateTime, Utc};
use domain::MatchingRoundId;
use domain::api::rounds::RunProgress;
use domain::organisation::Acting;
use domain::round::rule::RoundRuleInput;
use domain::round::setup::{RoundSetup, RunStatus};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// A number of the solver's, as a column takes it: no sum of scores is near the end of either.
pub fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_big(column: &str, number: i64) -> sqlx::Result<u64> {
    u64::try_from(number).map_err(|wrong| error(column, wrong))
}

/// Asks for a computation of what is set out now.
pub async fn insert_run(
    connection: &mut PgConnection,
    (stored, rules): (&Stored, &[RoundRuleInput]),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"insert into matching_run (round, number, version, setup, rules, organisation, asked_by, asked_at)
           select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7
           from matching_run
           where round = $1
           returning number"#,
        stored.id.0,
        stored.version,
        json(&stored.setup)?,
        json(&rules)?,
        acting.organisation.0,
        acting.person.0,
        now
    )
    .fetch_one(connection)
    .await
}

/// Ends the computation of a round that waits or is under way.
pub async fn cancel_run(
    connection: &mut PgConnection,
    round: MatchingRoundId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_run set status = 'cancelled', ended_at = $2 where round = $1 and ended_at is null",
        round.0,
        now
    )
    .execute(connection)
    .await
}

/// One computation as it is stored.
#[derive(Clone)]
pub struct Run {
    pub number: i32,
    pub version: i32,
    pub setup: RoundSetup,
    pub rules: Vec<RoundRuleInput>,
    pub status: RunStatus,
    pub by: String,
    pub asked_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub progress: Option<RunProgress>,
    pub plan: Option<Planned>,
    pub conflict: Option<Value>,
    pub says: String,
}

/// What a plan is worth, as it is stored.
#[derive(Clone)]
pub struct Planned {
    pub wishes_value: u64,
    pub pairs_value: u64,
    pub relaxed: u64,
    pub bound: u64,
    pub input: String,
    pub facts: String,
    pub enterprises: i32,
    pub villages: i32,
    pub candidates: i32,
    pub enterprises_left: i32,
    pub villages_left: i32,
    pub nodes: i64,
    pub milliseconds: i64,
    pub wishes: i64,
    pub wishes_taken: i64,
    pub pairs: i64,
}

impl Planned {
    pub fn value(&self) -> u64 {
        self.wishes_value + self.pairs_value
    }
}

struct Row {
    number: i32,
    version: i32,
    setup: Value,
    rules: Value,
    status: String,
    by: String,
    asked_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    phase: Option<String>,
    nodes: Option<i64>,
    best_value: Option<i64>,
    best_bound: Option<i64>,
    input: Option<String>,
    facts: Option<String>,
    wishes_value: Option<i64>,
    pairs_value: Option<i64>,
    relaxed: Option<i64>,
    bound: Option<i64>,
    enterprises: Option<i32>,
    villages: Option<i32>,
    candidates: Option<i32>,
    enterprises_left: Option<i32>,
    villages_left: Option<i32>,
    milliseconds: Option<i64>,
    conflict: Option<Value>,
    says: String,
    wishes: i64,
    wishes_taken: i64,
    pairs: i64,
}

impl Row {
    fn progress(&self) -> sqlx::Result<Option<RunProgress>> {
        let Some(phase) = &self.phase else { return Ok(None) };
        Ok(Some(RunProgress {
            phase: word("matching_run.phase", phase)?,
            nodes: u32::try_from(self.nodes.unwrap_or_default()).unwrap_or(u32::MAX),
            value: self.best_value.map(|value| from_big("matching_run.best_value", value)).transpose()?,
            bound: self.best_bound.map(|bound| from_big("matching_run.best_bound", bound)).transpose()?,
        }))
    }

    /// A constraint keeps all of it together.
    fn planned(&self) -> sqlx::Result<Option<Planned>> {
        let (Some(input), Some(facts), Some(wishes_value)) = (&self.input, &self.facts, self.wishes_value) else {
            return Ok(None);
        };
        let value = |column: &str, value: Option<i64>| from_big(column, value.unwrap_or_default());
        Ok(Some(Planned {
            wishes_value: from_big("matching_run.wishes_value", wishes_value)?,
            pairs_value: value("matching_run.pairs_value", self.pairs_value)?,
            relaxed: value("matching_run.relaxed", self.relaxed)?,
            bound: value("matching_run.bound", self.bound)?,
            input: input.clone(),
            facts: facts.clone(),
            enterprises: self.enterprises.unwrap_or_default(),
            villages: self.villages.unwrap_or_default(),
            candidates: self.candidates.unwrap_or_default(),
            enterprises_left: self.enterprises_left.unwrap_or_default(),
            villages_left: self.villages_left.unwrap_or_default(),
            nodes: self.nodes.unwrap_or_default(),
            milliseconds: self.milliseconds.unwrap_or_default(),
            wishes: self.wishes,
            wishes_taken: self.wishes_taken,
            pairs: self.pairs,
        }))
    }

    fn read(self) -> sqlx::Result<Run> {
        let (progress, plan) = (self.progress()?, self.planned()?);
        Ok(Run {
            number: self.number,
            version: self.version,
            setup: read_json("matching_run.setup", self.setup)?,
            rules: read_json("matching_run.rules", self.rules)?,
            status: word("matching_run.status", &self.status)?,
            by: self.by,
            asked_at: self.asked_at,
            ended_at: self.ended_at,
            progress,
            plan,
            conflict: self.conflict,
            says: self.says,
        })
    }
}

/// The computations of a round, latest first.
pub async fn runs(connection: &mut PgConnection, round: MatchingRoundId, limit: i64) -> sqlx::Result<Vec<Run>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select u.number, u.version, u.setup, u.rules, u.status, o.name as by, u.asked_at, u.ended_at, u.phase, u.nodes,
                  u.best_value, u.best_bound, u.input, u.facts, u.wishes_value, u.pairs_value, u.relaxed, u.bound,
                  u.enterprises, u.villages, u.candidates, u.enterprises_left, u.villages_left, u.milliseconds,
                  u.conflict, u.says,
                  (select count(*) from matching_run_wish w where w.round = u.round and w.number = u.number)
                      as "wishes!",
                  (select count(*) from matching_run_wish w
                   where w.round = u.round and w.number = u.number and w.left_because is null) as "wishes_taken!",
                  (select count(*) from matching_run_pair p where p.round = u.round and p.number = u.number) as "pairs!"
           from matching_run u
           join organisation o on o.id = u.organisation
           where u.round = $1
           order by u.number desc
           limit $2"#,
        round.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}
