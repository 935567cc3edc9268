//! A plan is computed: taken up by a job, solved on a thread of its own, written down as it is proven.
//!
//! Whoever looks at the round reads how far it is; whoever ends the run is heard within half a second, and whoever asked for
//! the plan is written to when it is there, or when there is none. After a crash it is
//! computed anew from what is read then. Deliberately absent: what is solved (`input`) and how (`domain::round`).

mod sql;

use super::facts;
use super::input::{self, Gathered, Input, SetOut};
use super::runs::{ConflictRule, StoredConflict};
use crate::app::{self, App};
use crate::error::{OneRow, Result};
use crate::http::caller::Federation;
use crate::mail::letter::round::{News, RoundNews};
use crate::mail::{self, Letter};
use crate::organisations;
use anyhow::Context;
use domain::matching::reason::FitReason;
use domain::place::PlaceCode;
use domain::round::rule::{RoundConflictKind, WishLeft};
use domain::round::setup::{RunStatus, SECONDS_MAX};
use domain::round::{Limits, Plan, Progress, Rule, Unsolved, solve};
use domain::{MatchingRoundId, NeedId, OrganisationId};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often progress is written down, and looked whether anybody still wants the plan.
const LOOK: Duration = Duration::from_millis(500);

/// What the thread that solves and whoever waits for it tell each other.
#[derive(Default)]
struct Watched {
    progress: Mutex<Option<Progress>>,
    stopped: AtomicBool,
    late: AtomicBool,
}

impl Watched {
    fn progress(&self) -> Option<Progress> {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Notes how far it is; whether to go on.
    fn tell(&self, progress: Option<Progress>, since: Instant) -> ControlFlow<()> {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        if since.elapsed().as_secs() >= SECONDS_MAX {
            self.late.store(true, Ordering::Relaxed);
        }
        let ends = self.stopped.load(Ordering::Relaxed) || self.late.load(Ordering::Relaxed);
        if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Stops the thread when nobody waits for it any more.
struct StopsOnDrop(Arc<Watched>);

impl Drop for StopsOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// What came of a computation.
pub enum Outcome {
    Planned(Box<Solution>),
    Contradiction(StoredConflict),
    /// Over without a plan, with what there is to say.
    Without(RunStatus, String),
    Cancelled,
}

/// A plan with all that is kept of it.
pub struct Solution {
    pub plan: Plan,
    pub pairs: Vec<SolvedPair>,
    pub wishes: Vec<SolvedWish>,
    pub exclusions: Vec<(OrganisationId, PlaceCode, &'static str)>,
    pub towns: Vec<SolvedTown>,
    pub fingerprint: String,
    pub facts: String,
    pub enterprises: usize,
    pub villages: usize,
    pub candidates: usize,
    pub enterprises_left: usize,
    pub villages_left: usize,
    pub milliseconds: u128,
}

pub struct SolvedPair {
    pub enterprise: OrganisationId,
    pub village: PlaceCode,
    pub score: u32,
    pub need: Option<NeedId>,
    pub reasons: Vec<FitReason>,
    pub fixed: bool,
}

pub struct SolvedWish {
    pub enterprise: OrganisationId,
    pub town: PlaceCode,
    pub villages: Vec<PlaceCode>,
    pub score: u64,
    pub left: Option<WishLeft>,
}

/// Villages of a town that take part; with one enterprise, with several.
#[derive(Default, Clone, Copy)]
pub struct TownCounts {
    pub villages: i32,
    pub one: i32,
    pub many: i32,
}

pub struct SolvedTown {
    pub town: PlaceCode,
    pub counts: TownCounts,
}

/// Computes what was asked for, unless it is over.
pub async fn run(app: &App, round: MatchingRoundId, number: i32) -> Result<()> {
    let mut tx = app.begin().await?;
    let Some(asked) = sql::begin(&mut tx, round, number).await? else { return Ok(()) };
    tx.commit().await?;
    let mut tx = app.snapshot().await?;
    let set_out = SetOut { place: &asked.place, setup: &asked.setup, rules: &asked.rules };
    let moment = facts::moment(app, &mut tx).await?;
    let gathered = input::gather(app, &mut tx, &set_out).await?;
    drop(tx);
    let turn = app.solving.clone().acquire_owned().await.context("the app is closing")?;
    let watched = Arc::new(Watched::default());
    let _stops = StopsOnDrop(watched.clone());
    let inside = watched.clone();
    let work = app::heavy(turn, move || outcome(&gathered, &inside));
    tokio::pin!(work);
    let outcome = loop {
        tokio::select! {
            done = &mut work => break done?,
            () = tokio::time::sleep(LOOK) => {
                let mut connection = app.pool.acquire().await?;
                if sql::note(&mut connection, (round, number), watched.progress()).await?.rows_affected() == 0 {
                    watched.stop();
                }
            }
        }
    };
    if matches!(outcome, Outcome::Planned(_)) {
        app.plans.computed((round, number), moment);
    }
    end(app, (round, number), outcome).await
}

/// Ends a computation whose job was given up, so that nobody waits for it.
pub async fn give_up(app: &App, round: MatchingRoundId, number: i32) -> Result<()> {
    let says = "计算没有完成，原因已经记录。请稍后重新计算；再不行，请联系平台管理员".to_owned();
    end(app, (round, number), Outcome::Without(RunStatus::Unsolved, says)).await
}

/// Writes down what came of it, unless somebody ended the run meanwhile.
async fn end(app: &App, id: (MatchingRoundId, i32), outcome: Outcome) -> Result<()> {
    let mut tx = app.begin().await?;
    let Some(asker) = sql::lock(&mut tx, id).await? else { return Ok(()) };
    let (now, news) = (app.clock.now(), news(&outcome));
    let ended = match outcome {
        Outcome::Planned(solution) => {
            sql::insert_pairs(&mut tx, id, &solution.pairs).await?;
            sql::insert_wishes(&mut tx, id, &solution.wishes).await?;
            sql::insert_exclusions(&mut tx, id, &solution.exclusions).await?;
            sql::insert_towns(&mut tx, id, &solution.towns).await?;
            sql::end_planned(&mut tx, id, &solution, now).await?
        }
        Outcome::Contradiction(conflict) => sql::end_contradicted(&mut tx, id, &conflict, now).await?,
        Outcome::Without(status, says) => sql::end_without(&mut tx, id, (status, &says), now).await?,
        Outcome::Cancelled => sql::end_without(&mut tx, id, (RunStatus::Cancelled, ""), now).await?,
    };
    ended.one_row_or_conflict()?;
    if let Some(news) = news {
        tell(app, &mut tx, id, (asker, news)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What there is to tell of how it ended; of a computation that somebody stopped there is nothing.
fn news(outcome: &Outcome) -> Option<News> {
    Some(match outcome {
        Outcome::Planned(solution) => News::Planned {
            pairs: solution.pairs.len(),
            towns: solution.wishes.iter().filter(|wish| wish.left.is_none()).count(),
            value: solution.plan.value(),
        },
        Outcome::Contradiction(conflict) => News::Contradiction { rules: conflict.rules.len() },
        Outcome::Without(_, says) => News::Without { says: says.clone() },
        Outcome::Cancelled => return None,
    })
}

/// Writes to whoever asked for the plan, if he still works for the federation.
async fn tell(
    app: &App,
    tx: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    (asker, news): (sql::Asker, News),
) -> Result<()> {
    let members = organisations::members(tx, asker.organisation, Federation::ROLES).await?;
    let page = if matches!(news, News::Planned { .. }) { format!("/plan?run={number}") } else { String::new() };
    let letter = RoundNews { round: asker.round, number, news, path: format!("/rounds/{round}{page}") };
    let reader: Vec<_> = members.into_iter().filter(|member| *member == asker.person).collect();
    mail::write_to_people(tx, app, &reader, &Letter::Round(letter)).await
}

/// All that keeps a processor busy.
fn outcome(gathered: &Gathered, watched: &Watched) -> Outcome {
    let since = Instant::now();
    let ended = || {
        if watched.late.load(Ordering::Relaxed) {
            Outcome::Without(
                RunStatus::Unsolved,
                format!("计算超过 {SECONDS_MAX} 秒，已停止。请缩小范围或减少包镇意向"),
            )
        } else {
            Outcome::Cancelled
        }
    };
    let ControlFlow::Continue(mut input) = gathered.input(&mut || watched.tell(None, since)) else { return ended() };
    if let Some(rules) = input.broken.take() {
        return Outcome::Contradiction(StoredConflict { rules, smallest: true });
    }
    match solve(&input.round, Limits::default(), &mut |progress| watched.tell(Some(progress), since)) {
        Ok(plan) => Outcome::Planned(Box::new(solution(gathered, input, plan, since))),
        Err(Unsolved::Cancelled) => ended(),
        Err(Unsolved::NoCandidates) => {
            let says = format!(
                "参加的企业 {} 家、村（社区）{} 个，没有一个组合有理由。请扩大地方、领域或企业的范围",
                input.enterprises.len(),
                input.villages.len()
            );
            Outcome::Without(RunStatus::NoCandidates, says)
        }
        Err(Unsolved::Contradiction { rules, smallest }) => {
            let rules = rules.iter().map(|rule| conflict(&input, rule)).collect();
            Outcome::Contradiction(StoredConflict { rules, smallest })
        }
        Err(other @ (Unsolved::Wrong(_) | Unsolved::Unsettled { .. })) => {
            Outcome::Without(RunStatus::Unsolved, other.to_string())
        }
    }
}

/// A rule of the solver with the number that it says, and whose it is.
fn conflict(input: &Input, rule: &Rule) -> ConflictRule {
    let round = &input.round;
    let of_enterprise = |code: &str| round.enterprises.iter().find(|one| one.code == code);
    let of_village = |code: &str| round.villages.iter().find(|one| one.code == code);
    let id = |code: &str| code.parse::<OrganisationId>().ok();
    let place = |code: &str| code.parse::<PlaceCode>().ok();
    let (kind, enterprise, place, number) = match rule {
        Rule::Fixed { enterprise, village } => (RoundConflictKind::Fixed, id(enterprise), place(village), None),
        Rule::Forbidden { enterprise, village } => (RoundConflictKind::Forbidden, id(enterprise), place(village), None),
        Rule::GroupFloor { group } => {
            let floor = round.groups.iter().find(|one| one.code == *group).map(|group| group.floor);
            (RoundConflictKind::GroupFloor, None, place(group), floor)
        }
        Rule::VillageMinimum { village } => {
            (RoundConflictKind::VillageMinimum, None, place(village), of_village(village).map(|one| one.minimum))
        }
        Rule::EnterpriseMinimum { enterprise } => {
            let least = of_enterprise(enterprise).map(|one| one.minimum);
            (RoundConflictKind::EnterpriseMinimum, id(enterprise), None, least)
        }
        Rule::VillageCapacity { village } => {
            (RoundConflictKind::VillageCapacity, None, place(village), of_village(village).map(|one| one.capacity))
        }
        Rule::EnterpriseCapacity { enterprise } => {
            let most = of_enterprise(enterprise).map(|one| one.capacity);
            (RoundConflictKind::EnterpriseCapacity, id(enterprise), None, most)
        }
    };
    let by_itself = kind == RoundConflictKind::Forbidden
        && enterprise.zip(place.clone()).is_some_and(|pair| input.exclusions.contains_key(&pair));
    ConflictRule { kind, enterprise, place, number, by_itself }
}

fn solution(gathered: &Gathered, input: Input, plan: Plan, since: Instant) -> Solution {
    let fixed: BTreeSet<(u32, u32)> = input.round.fixed.iter().map(|pair| (pair.enterprise, pair.village)).collect();
    let mut pairs: Vec<SolvedPair> = plan
        .pairs
        .iter()
        .map(|pair| {
            let scored = input.worth.get(&(pair.enterprise, pair.village));
            SolvedPair {
                enterprise: input.enterprises[pair.enterprise as usize],
                village: input.villages[pair.village as usize].clone(),
                score: pair.score,
                need: scored.map(|scored| gathered.need(scored.need).id),
                reasons: scored.map(|scored| gathered.reasons(pair.enterprise, scored.need)).unwrap_or_default(),
                fixed: fixed.contains(&(pair.enterprise, pair.village)),
            }
        })
        .collect();
    pairs.sort_by(|one, other| (&one.village, one.enterprise).cmp(&(&other.village, other.enterprise)));
    let mut position = 0_u32;
    let mut wishes = Vec::new();
    for wish in input.wishes {
        let mut left = wish.left;
        if left.is_none() {
            left = (!plan.wishes.contains(&position)).then_some(WishLeft::NotBest);
            position += 1;
        }
        let (enterprise, town, villages, score) = (wish.enterprise, wish.town, wish.villages, wish.score);
        wishes.push(SolvedWish { enterprise, town, villages, score, left });
    }
    let taken = || wishes.iter().filter(|wish| wish.left.is_none());
    let mut got: HashMap<&PlaceCode, i32> = HashMap::new();
    for village in pairs.iter().map(|pair| &pair.village).chain(taken().flat_map(|wish| &wish.villages)) {
        *got.entry(village).or_default() += 1;
    }
    // Those of a town that is taken whole take part by that.
    let villages: BTreeSet<&PlaceCode> = input.taking.iter().chain(got.keys().copied()).collect();
    let mut towns: BTreeMap<PlaceCode, TownCounts> = BTreeMap::new();
    for village in &villages {
        let Some(town) = village.parent() else { continue };
        let counts = towns.entry(town).or_default();
        counts.villages += 1;
        match got.get(village) {
            None => {}
            Some(1) => counts.one += 1,
            Some(_) => counts.many += 1,
        }
    }
    let busy: BTreeSet<OrganisationId> =
        pairs.iter().map(|pair| pair.enterprise).chain(taken().map(|wish| wish.enterprise)).collect();
    Solution {
        enterprises: input.enterprises.len(),
        villages: villages.len(),
        candidates: input.round.candidates.len(),
        enterprises_left: input.enterprises.iter().filter(|id| !busy.contains(id)).count(),
        villages_left: villages.len() - got.len(),
        exclusions: input
            .exclusions
            .into_iter()
            .map(|((enterprise, village), kind)| (enterprise, village, kind.as_str()))
            .collect(),
        towns: towns.into_iter().map(|(town, counts)| SolvedTown { town, counts }).collect(),
        fingerprint: input.fingerprint,
        facts: input.facts,
        milliseconds: since.elapsed().as_millis(),
        plan,
        pairs,
        wishes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::round::Phase;

    #[test]
    fn whoever_stops_it_is_heard_and_nobody_is_waited_for() {
        let watched = Arc::new(Watched::default());
        let progress = Progress { phase: Phase::Branching, nodes: 3, value: Some(1), bound: Some(2) };
        let since = Instant::now();
        assert!(watched.tell(Some(progress), since).is_continue());
        assert_eq!(watched.progress(), Some(progress));
        drop(StopsOnDrop(watched.clone()));
        assert!(watched.tell(Some(progress), since).is_break(), "nobody waits any more");
        assert!(!watched.late.load(Ordering::Relaxed));
        let other = Watched::default();
        let long_ago = since.checked_sub(Duration::from_secs(SECONDS_MAX + 1));
        if let Some(long_ago) = long_ago {
            assert!(other.tell(None, long_ago).is_break() && other.late.load(Ordering::Relaxed));
        }
    }
}
