//! The SQL of a computation: taking it up, noting how far it is, writing down what came of it.

use super::super::runs::StoredConflict;
use super::super::runs::sql::big;
use super::super::sql::{json, read_json, whole};
use super::{Solution, SolvedPair, SolvedTown, SolvedWish};
use crate::db::decode::{texts, word};
use chrono::{DateTime, Utc};
use domain::place::PlaceCode;
use domain::round::Progress;
use domain::round::rule::{RoundRuleInput, WishLeft};
use domain::round::setup::{RoundSetup, RunStatus};
use domain::{MatchingRoundId, OrganisationId, PersonId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// What was asked for.
pub struct Asked {
    pub place: PlaceCode,
    pub setup: RoundSetup,
    pub rules: Vec<RoundRuleInput>,
}

fn size(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Takes a run up, or up again; none where it is over.
pub async fn begin(connection: &mut PgConnection, round: MatchingRoundId, number: i32) -> sqlx::Result<Option<Asked>> {
    let row = sqlx::query!(
        "update matching_run u
         set status = 'computing', phase = null, nodes = null, best_value = null, best_bound = null
         from matching_round r
         where u.round = $1 and u.number = $2 and u.ended_at is null and r.id = u.round
         returning r.place, u.setup, u.rules",
        round.0,
        number
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Asked {
            place: word("matching_round.place", &row.place)?,
            setup: read_json("matching_run.setup", row.setup)?,
            rules: read_json("matching_run.rules", row.rules)?,
        })
    })
    .transpose()
}

/// Notes how far it is: one row, unless the run is over.
pub async fn note(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    progress: Option<Progress>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_run
         set phase = $3, nodes = $4, best_value = $5, best_bound = $6
         where round = $1 and number = $2 and ended_at is null",
        round.0,
        number,
        progress.map(|progress| progress.phase.as_str()),
        progress.map(|progress| i64::from(progress.nodes)),
        progress.and_then(|progress| progress.value).map(big),
        progress.and_then(|progress| progress.bound).map(big)
    )
    .execute(connection)
    .await
}

/// Who asked for a plan, for which organisation, in a round of which name.
pub struct Asker {
    pub person: PersonId,
    pub organisation: OrganisationId,
    pub round: String,
}

/// Who asked for a run that is still under way; it stays so until the transaction ends.
pub async fn lock(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
) -> sqlx::Result<Option<Asker>> {
    let found = sqlx::query!(
        "select u.asked_by, u.organisation, r.name
         from matching_run u
         join matching_round r on r.id = u.round
         where u.round = $1 and u.number = $2 and u.ended_at is null
         for update of u",
        round.0,
        number
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|row| Asker {
        person: PersonId(row.asked_by),
        organisation: OrganisationId(row.organisation),
        round: row.name,
    }))
}

pub async fn insert_pairs(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    pairs: &[SolvedPair],
) -> sqlx::Result<()> {
    let enterprises: Vec<Uuid> = pairs.iter().map(|pair| pair.enterprise.0).collect();
    let villages: Vec<String> = pairs.iter().map(|pair| pair.village.to_string()).collect();
    let scores: Vec<i32> = pairs.iter().map(|pair| whole(pair.score)).collect();
    let needs: Vec<Option<Uuid>> = pairs.iter().map(|pair| pair.need.map(|need| need.0)).collect();
    let reasons: Vec<Value> = pairs.iter().map(|pair| json(&pair.reasons)).collect::<sqlx::Result<_>>()?;
    let fixed: Vec<bool> = pairs.iter().map(|pair| pair.fixed).collect();
    sqlx::query!(
        "insert into matching_run_pair (round, number, position, enterprise, village, score, need, reasons, fixed)
         select $1, $2, place::integer, enterprise, village, score, need, reasons, fixed
         from unnest($3::uuid[], $4::text[], $5::integer[], $6::uuid[], $7::jsonb[], $8::boolean[])
              with ordinality as row (enterprise, village, score, need, reasons, fixed, place)",
        round.0,
        number,
        &enterprises,
        &villages,
        &scores,
        &needs as &[Option<Uuid>],
        &reasons,
        &fixed
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_wishes(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    wishes: &[SolvedWish],
) -> sqlx::Result<()> {
    // Lists of different lengths do not go into one array.
    for (wish, position) in wishes.iter().zip(1_i32..) {
        sqlx::query!(
            "insert into matching_run_wish (round, number, position, enterprise, town, villages, score, left_because)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            round.0,
            number,
            position,
            wish.enterprise.0,
            wish.town.as_str(),
            &texts(&wish.villages),
            big(wish.score),
            wish.left.map(WishLeft::as_str)
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub async fn insert_exclusions(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    exclusions: &[(OrganisationId, PlaceCode, &'static str)],
) -> sqlx::Result<()> {
    let enterprises: Vec<Uuid> = exclusions.iter().map(|(enterprise, ..)| enterprise.0).collect();
    let villages: Vec<String> = exclusions.iter().map(|(_, village, _)| village.to_string()).collect();
    let kinds: Vec<String> = exclusions.iter().map(|(.., kind)| (*kind).to_owned()).collect();
    sqlx::query!(
        "insert into matching_run_exclusion (round, number, enterprise, village, kind)
         select $1, $2, enterprise, village, kind
         from unnest($3::uuid[], $4::text[], $5::text[]) as row (enterprise, village, kind)",
        round.0,
        number,
        &enterprises,
        &villages,
        &kinds
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_towns(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    towns: &[SolvedTown],
) -> sqlx::Result<()> {
    let codes: Vec<String> = towns.iter().map(|town| town.town.to_string()).collect();
    let count = |of: fn(&SolvedTown) -> i32| towns.iter().map(of).collect::<Vec<i32>>();
    sqlx::query!(
        "insert into matching_run_town (round, number, town, villages, with_one, with_many)
         select $1, $2, town, villages, one, many
         from unnest($3::text[], $4::integer[], $5::integer[], $6::integer[]) as row (town, villages, one, many)",
        round.0,
        number,
        &codes,
        &count(|town| town.counts.villages),
        &count(|town| town.counts.one),
        &count(|town| town.counts.many)
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn end_planned(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    solution: &Solution,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    let plan = &solution.plan;
    sqlx::query!(
        "update matching_run
         set status = 'planned', ended_at = $3, input = $4, facts = $5, wishes_value = $6, pairs_value = $7, relaxed = $8,
             bound = $9, enterprises = $10, villages = $11, candidates = $12, enterprises_left = $13, villages_left = $14,
             nodes = $15, milliseconds = $16
         where round = $1 and number = $2 and ended_at is null",
        round.0,
        number,
        now,
        solution.fingerprint,
        solution.facts,
        big(plan.wishes_value),
        big(plan.pairs_value),
        big(plan.relaxed),
        big(plan.bound),
        size(solution.enterprises),
        size(solution.villages),
        size(solution.candidates),
        size(solution.enterprises_left),
        size(solution.villages_left),
        i64::from(plan.nodes),
        i64::try_from(solution.milliseconds).unwrap_or(i64::MAX)
    )
    .execute(connection)
    .await
}

pub async fn end_contradicted(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    conflict: &StoredConflict,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_run
         set status = 'contradiction', ended_at = $3, conflict = $4
         where round = $1 and number = $2 and ended_at is null",
        round.0,
        number,
        now,
        json(conflict)?
    )
    .execute(connection)
    .await
}

pub async fn end_without(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    (status, says): (RunStatus, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_run set status = $3, says = $4, ended_at = $5 where round = $1 and number = $2 and ended_at is null",
        round.0,
        number,
        status.as_str(),
        says,
        now
    )
    .execute(connection)
    .await
}
