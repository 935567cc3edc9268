//! Matching rounds: what a federation sets out, computing a plan, looking at it, changing it, sending it as proposals.

mod plan;

pub use plan::*;

use super::needs::Where;
use super::offers::NamedPlace;
use super::{Call, Count};
use crate::round::Phase;
use crate::round::rule::{RoundConflictKind, RoundRuleInput, RoundRuleKind};
use crate::round::setup::{RoundSetup, RoundStatus, RoundTerms, RunStatus};
use crate::{MatchingRoundId, OrganisationId, RoundRuleId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const ROUNDS: &str = "/rounds";
pub const ROUND: &str = "/rounds/{id}";
pub const RULES: &str = "/rounds/{id}/rules";
pub const DROP_RULE: &str = "/rounds/rules/{id}/drop";
pub const COMPUTE: &str = "/rounds/{id}/compute";
pub const CANCEL: &str = "/rounds/{id}/cancel";
pub const CLOSE: &str = "/rounds/{id}/close";
pub const PLAN: &str = "/rounds/{id}/plan";
pub const SEND: &str = "/rounds/{id}/send";

/// The rounds of the caller's place, latest first.
#[must_use]
pub fn list() -> Call<MatchingRounds> {
    Call::get(ROUNDS)
}

/// Starts a round. The id is the client's: sending the same twice makes one round, other content is a conflict.
#[must_use]
pub fn start(new: &NewMatchingRound) -> Call<MatchingRound> {
    Call::post(ROUNDS, new)
}

#[must_use]
pub fn get(id: MatchingRoundId) -> Call<MatchingRound> {
    Call::get(format!("/rounds/{id}"))
}

/// Says otherwise what the round is about, if it is still at `version`.
#[must_use]
pub fn change(id: MatchingRoundId, change: &MatchingRoundChange) -> Call<MatchingRound> {
    Call::post(format!("/rounds/{id}"), change)
}

/// Adds a rule. The id is the client's.
#[must_use]
pub fn add_rule(id: MatchingRoundId, new: &NewRoundRule) -> Call<MatchingRound> {
    Call::post(format!("/rounds/{id}/rules"), new)
}

/// A rule counts no more. Twice is as good as once.
#[must_use]
pub fn drop_rule(rule: RoundRuleId) -> Call<MatchingRound> {
    Call::post(format!("/rounds/rules/{rule}/drop"), &serde_json::json!({}))
}

/// Has a plan computed for what is set out now; it goes on after the answer.
#[must_use]
pub fn compute(id: MatchingRoundId, seen: SeenRound) -> Call<MatchingRound> {
    Call::post(format!("/rounds/{id}/compute"), &seen)
}

/// Stops the computation that is under way.
#[must_use]
pub fn cancel(id: MatchingRoundId) -> Call<MatchingRound> {
    Call::post(format!("/rounds/{id}/cancel"), &serde_json::json!({}))
}

/// Sets a round aside without sending anything.
#[must_use]
pub fn close(id: MatchingRoundId, seen: SeenRound) -> Call<MatchingRound> {
    Call::post(format!("/rounds/{id}/close"), &seen)
}

/// A plan with its reasons, the latest where no number is asked for.
#[must_use]
pub fn plan(id: MatchingRoundId, query: &PlanQuery) -> Call<RoundPlan> {
    Call::get(format!("/rounds/{id}/plan")).query(query)
}

/// Sends a plan as proposals of pairings.
#[must_use]
pub fn send(id: MatchingRoundId, send: &SendRound) -> Call<MatchingRound> {
    Call::post(format!("/rounds/{id}/send"), send)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMatchingRound {
    pub id: MatchingRoundId,
    pub setup: RoundSetup,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchingRoundChange {
    /// Of the round that was read.
    pub version: i32,
    pub setup: RoundSetup,
}

/// The version that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenRound {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRoundRule {
    pub id: RoundRuleId,
    #[serde(flatten)]
    pub input: RoundRuleInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendRound {
    /// The number of the plan that was read.
    pub run: i32,
    /// How many proposals the caller saw that go out.
    pub proposals: i64,
    pub terms: RoundTerms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchingRounds {
    pub items: Vec<MatchingRoundRow>,
    pub count: Count,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchingRoundRow {
    pub id: MatchingRoundId,
    pub name: String,
    /// The place of the federation that started it.
    pub place: Where,
    /// That federation.
    pub by: String,
    pub status: RoundStatus,
    pub made_at: DateTime<Utc>,
    /// How often a plan was asked for.
    pub runs: i32,
    pub latest: Option<RunStatus>,
}

/// A round as its federation reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchingRound {
    #[serde(flatten)]
    pub row: MatchingRoundRow,
    /// Counts what was set out otherwise; a plan is of one version.
    pub version: i32,
    pub setup: RoundSetup,
    pub places: Vec<NamedPlace>,
    pub counties: Vec<NamedPlace>,
    /// Those that count, oldest first.
    pub rules: Vec<RoundRuleRow>,
    /// Who takes part as things stand.
    pub takes_part: RoundParticipants,
    /// Latest first.
    pub computed: Vec<RoundRun>,
    pub sent: Option<RoundSending>,
    pub may: RoundRights,
    pub as_of: DateTime<Utc>,
}

impl MatchingRound {
    /// The computation that waits or is under way.
    #[must_use]
    pub fn under_way(&self) -> Option<&RoundRun> {
        self.computed.first().filter(|run| !run.status.is_over())
    }

    /// The latest plan.
    #[must_use]
    pub fn planned(&self) -> Option<&RoundRun> {
        self.computed.iter().find(|run| run.result.is_some())
    }
}

/// What this caller may do now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundRights {
    /// Set out otherwise, add and drop rules, compute, close.
    pub change: bool,
    pub send: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundParticipants {
    pub enterprises: i64,
    pub villages: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundRuleRow {
    pub id: RoundRuleId,
    pub kind: RoundRuleKind,
    pub enterprise: Option<OrganisationId>,
    pub enterprise_name: Option<String>,
    pub place: Option<Where>,
    pub capacity: Option<u32>,
    pub minimum: Option<u32>,
    pub why: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// One computation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundRun {
    /// Counted from 1 within the round.
    pub number: i32,
    /// Of the round that it was asked for.
    pub version: i32,
    pub status: RunStatus,
    pub by: String,
    pub asked_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// How far it has come.
    pub progress: Option<RunProgress>,
    /// Of a plan.
    pub result: Option<RunResult>,
    /// Rules that cannot hold together.
    pub conflict: Option<RunConflict>,
    /// What else there is to say.
    pub says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunProgress {
    pub phase: Phase,
    /// Networks solved in this phase.
    pub nodes: u32,
    /// Of the best plan so far.
    pub value: Option<u64>,
    /// No plan is worth more, as far as is known.
    pub bound: Option<u64>,
}

/// What a plan is worth, and what went into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunResult {
    /// The sum of all scores.
    pub value: u64,
    /// Of the first step: whole towns.
    pub wishes_value: u64,
    /// Of the second: single villages.
    pub pairs_value: u64,
    /// What the best plan were worth if single villages of a wished town could be taken.
    pub relaxed: u64,
    /// No plan is worth more.
    pub bound: u64,
    /// How much better another plan could be at most; 0 is proven the best.
    pub gap: u64,
    pub wishes: i64,
    pub wishes_taken: i64,
    pub pairs: i64,
    pub enterprises: i64,
    pub villages: i64,
    pub candidates: i64,
    pub nodes: i64,
    pub milliseconds: i64,
    /// SHA-256 of all that was reckoned with, in hexadecimal digits.
    pub input: String,
    /// Against the plan before.
    pub against: Option<RunAgainst>,
}

impl RunResult {
    /// Proposals that go out when it is sent.
    #[must_use]
    pub const fn proposals(&self) -> i64 {
        self.wishes_taken + self.pairs
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunAgainst {
    pub number: i32,
    /// The value less the value before: what other rules cost or bring.
    pub difference: i64,
    /// Enterprises, villages and scores were the same, so that the difference is that of the rules alone.
    pub same_facts: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunConflict {
    pub rules: Vec<RoundConflict>,
    /// Without any one of them the others can hold.
    pub smallest: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundConflict {
    pub kind: RoundConflictKind,
    pub enterprise: Option<String>,
    pub place: Option<Where>,
    /// The most or the least that the rule says.
    pub number: Option<u32>,
    /// The pair was left out by itself and not by the federation.
    pub by_itself: bool,
}

/// How far the sending of a plan is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundSending {
    pub run: i32,
    /// The federation that sent it.
    pub by: String,
    pub at: DateTime<Utc>,
    pub terms: RoundTerms,
    pub proposals: i64,
    /// Those that went out.
    pub made: i64,
    /// Those that could not.
    pub refused: i64,
    pub done_at: Option<DateTime<Utc>>,
}
