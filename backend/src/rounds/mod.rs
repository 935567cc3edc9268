//! Matching rounds (对接轮次): a federation sets out which enterprises and villages take part and which rules hold, has the
//! best plan computed and proven, looks at it with its reasons, fixes and forbids pairs and sees what that costs, and sends
//! a plan as proposals of pairings, to which both sides agree or not.
//!
//! What a plan is computed from is in `input`, the computation in `solving`, whether it is out of date in `facts`, how it is
//! read in `runs` and `plan`, how it goes out in `sending`. A round's row is locked before anything of it is written. Deliberately absent: pairing anybody
//! without being asked, and any amount of money.

mod facts;
mod http;
mod input;
mod plan;
mod runs;
mod sending;
mod solving;
mod sql;

pub use facts::{ComparedPlans, forget_old};
pub use http::routes;
pub use plan::get as plan;
pub use sending::{run as send_on, send};
pub use solving::{give_up, run as solve};

use crate::app::App;
use crate::audit::{self, Record};
use crate::consents;
use crate::error::{Error, OneRow, Result, broken};
use crate::http::caller::{Federation, RoundReader};
use crate::jobs::{self, Job};
use crate::offers::named;
use crate::organisations;
use domain::api::Count;
use domain::api::rounds::{
    MatchingRound, MatchingRoundChange, MatchingRounds, NewMatchingRound, NewRoundRule, RoundParticipants, RoundRights,
    RoundRun, SeenRound,
};
use domain::organisation::{Acting, OrganisationKind, OrganisationStatus, Role};
use domain::place::PlaceCode;
use domain::round::WISHES_MAX;
use domain::round::rule::{RULES_MAX, RoundExclusionKind, RoundRuleInput, RoundRuleKind};
use domain::round::setup::{RoundSetup, RoundStatus, RunStatus};
use domain::{MatchingRoundId, OrganisationId, RoundRuleId};
use input::SetOut;
use runs::Run;
use serde_json::json;
use sql::{Rule, Stored};
use sqlx::PgConnection;

/// Rounds in one list.
const LIST_MAX: usize = 100;
const READ: i64 = 101;

/// Where somebody looks: a federation at its place, the auditor at all of them.
fn scope(acting: &Acting) -> Result<&str> {
    if acting.role == Role::Auditor {
        return Ok("4414");
    }
    acting.place.as_ref().map(PlaceCode::as_str).ok_or(Error::NotFound)
}

/// A round that somebody may read.
async fn seen(tx: &mut PgConnection, acting: &Acting, id: MatchingRoundId) -> Result<Stored> {
    let place = scope(acting)?;
    sql::by_id(tx, id).await?.filter(|stored| stored.place.as_str().starts_with(place)).ok_or(Error::NotFound)
}

/// One that a federation may change, locked until the transaction ends.
async fn lock(tx: &mut PgConnection, acting: &Acting, id: MatchingRoundId) -> Result<Stored> {
    let place = scope(acting)?;
    sql::lock(tx, id).await?.filter(|stored| stored.place.as_str().starts_with(place)).ok_or(Error::NotFound)
}

fn open(stored: &Stored) -> Result<()> {
    let over = || Error::Conflict(format!("这一轮{}，不能再改", stored.status.label()));
    stored.status.is_open().then_some(()).ok_or_else(over)
}

/// The rounds of the caller's place, latest first.
pub async fn list(app: &App, reader: &RoundReader) -> Result<MatchingRounds> {
    let mut connection = app.pool.acquire().await?;
    let mut rounds = sql::latest(&mut connection, scope(&reader.acting)?, READ).await?;
    let count = Count::of_rows(&mut rounds, LIST_MAX);
    Ok(MatchingRounds { items: rounds.iter().map(|stored| stored.row(&app.places)).collect(), count })
}

/// A round with its rules and computations.
pub async fn get(app: &App, reader: &RoundReader, id: MatchingRoundId) -> Result<MatchingRound> {
    one(app, &reader.acting, id).await
}

async fn one(app: &App, acting: &Acting, id: MatchingRoundId) -> Result<MatchingRound> {
    let mut tx = app.snapshot().await?;
    let stored = seen(&mut tx, acting, id).await?;
    let rules = sql::rules(&mut tx, id).await?;
    let inputs: Vec<RoundRuleInput> = rules.iter().map(|rule| rule.input.clone()).collect();
    let set_out = SetOut { place: &stored.place, setup: &stored.setup, rules: &inputs };
    let takes_part = input::participants(app, &mut tx, &set_out).await?;
    let runs = runs::stored(&mut tx, id).await?;
    let computed = runs::of(app, &mut tx, &runs).await?;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(MatchingRound {
        row: stored.row(&app.places),
        version: stored.version,
        places: named(&app.places, &stored.setup.places),
        counties: named(&app.places, &stored.setup.counties),
        rules: rules.into_iter().map(|rule| rule.into_api(&app.places)).collect(),
        takes_part: RoundParticipants {
            enterprises: number(takes_part.enterprises.len()),
            villages: number(takes_part.villages.len()),
        },
        may: rights(acting, &stored, computed.iter().find(|run| run.result.is_some())),
        sent: sending::of(&mut tx, &stored).await?,
        setup: stored.setup,
        computed,
        as_of: app.clock.now(),
    })
}

/// What somebody may do; `planned`: the latest plan. Whether the facts still are as they were the plan's own page says.
fn rights(acting: &Acting, stored: &Stored, planned: Option<&RoundRun>) -> RoundRights {
    let change = Federation::ROLES.contains(&acting.role) && stored.status.is_open();
    let fits = planned.is_some_and(|run| run.version == stored.version);
    let goes_out = planned.and_then(|run| run.result.as_ref()).is_some_and(|result| result.proposals() > 0);
    RoundRights { change, send: change && fits && goes_out }
}

fn checked(app: &App, place: &PlaceCode, setup: &RoundSetup) -> Result<RoundSetup> {
    let setup = setup.tidied();
    setup.check(place, |place| app.places.get(place).is_some())?;
    consents::no_numbers(("name", &setup.name))?;
    Ok(setup)
}

/// Starts a round for the federation's own place. The same id and content again gives the same answer.
pub async fn start(app: &App, federation: &Federation, new: &NewMatchingRound) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let place = acting.place.as_ref().ok_or(Error::NotFound)?;
    let new = NewMatchingRound { id: new.id, setup: checked(app, place, &new.setup)? };
    let mut tx = app.begin().await?;
    let inserted = sql::insert(&mut tx, &new, (place, acting), app.clock.now()).await;
    if broken(&inserted) == Some("matching_round_pkey") {
        tx.rollback().await?;
        let mut connection = app.pool.acquire().await?;
        let known = sql::by_id(&mut connection, new.id).await?;
        let same = known.is_some_and(|known| known.organisation == acting.organisation && known.setup == new.setup);
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if same { one(app, acting, new.id).await } else { Err(other()) };
    }
    inserted?;
    let after = json!({ "status": RoundStatus::Open, "version": 1, "place": place });
    record(app, &mut tx, federation, ("matching_round_started", new.id), after).await?;
    tx.commit().await?;
    one(app, acting, new.id).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    federation: &Federation,
    (verb, id): (&'static str, MatchingRoundId),
    after: serde_json::Value,
) -> Result<()> {
    record_why(app, tx, federation, (verb, id), (after, "")).await
}

/// The same of what somebody gave a reason for, or an empty one.
async fn record_why(
    app: &App,
    tx: &mut PgConnection,
    federation: &Federation,
    (verb, id): (&'static str, MatchingRoundId),
    (after, why): (serde_json::Value, &str),
) -> Result<()> {
    let (after, reason) = (Some(after), Some(why).filter(|why| !why.is_empty()));
    let record = Record { verb, subject_kind: "matching_round", subject: id.0, before: None, after, reason };
    Ok(audit::record(app, tx, &federation.acting, &federation.origin, record).await?)
}

/// Sets out otherwise what the round is about. What is set out so already changes nothing.
pub async fn change(
    app: &App,
    federation: &Federation,
    id: MatchingRoundId,
    change: &MatchingRoundChange,
) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, id).await?;
    let setup = checked(app, &stored.place, &change.setup)?;
    open(&stored)?;
    if stored.setup == setup {
        tx.rollback().await?;
        return one(app, acting, id).await;
    }
    sql::change(&mut tx, id, change.version, &setup).await?.one_row_or_conflict()?;
    let after = json!({ "version": change.version + 1 });
    record(app, &mut tx, federation, ("matching_round_changed", id), after).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Adds a rule. The same id and rule again changes nothing.
pub async fn add_rule(
    app: &App,
    federation: &Federation,
    id: MatchingRoundId,
    new: &NewRoundRule,
) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let input = RoundRuleInput { why: new.input.why.trim().to_owned(), ..new.input.clone() };
    let new = NewRoundRule { id: new.id, input };
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, id).await?;
    new.input.check(&stored.place, &stored.setup, |place| app.places.get(place).is_some())?;
    consents::no_numbers(("why", &new.input.why))?;
    if let Some(known) = sql::rule(&mut tx, new.id).await? {
        tx.rollback().await?;
        let same = known.round == id && known.input == new.input;
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if same { one(app, acting, id).await } else { Err(other()) };
    }
    open(&stored)?;
    let rules = sql::rules(&mut tx, id).await?;
    fits(app, &mut tx, &new.input, &rules).await?;
    let inserted = sql::insert_rule(&mut tx, id, &new, acting, app.clock.now()).await;
    match broken(&inserted) {
        Some("matching_rule_once") => {
            return Err(Error::Conflict("已经有一条同样对象的条件。要改，请先取消原来的那一条".into()));
        }
        Some("matching_rule_enterprise_fkey") => return Err(unknown_enterprise()),
        _ => inserted?,
    }
    sql::raise_version(&mut tx, id).await?.one_row_or_conflict()?;
    let after = json!({ "rule": new.input.kind.label(), "enterprise": new.input.enterprise, "place": new.input.place });
    record_why(app, &mut tx, federation, ("matching_round_rule_added", id), (after, &new.input.why)).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

fn unknown_enterprise() -> Error {
    Error::invalid("enterprise", "没有这家已认证的企业。被停用或还没有认证的企业不能参加")
}

async fn stands(tx: &mut PgConnection, enterprise: OrganisationId) -> Result<bool> {
    let known = organisations::get(tx, enterprise).await?;
    Ok(known.is_some_and(|known| {
        known.kind == OrganisationKind::Enterprise && known.status == OrganisationStatus::Verified
    }))
}

/// Whether a rule can hold at all as things stand.
async fn fits(app: &App, tx: &mut PgConnection, input: &RoundRuleInput, rules: &[Rule]) -> Result<()> {
    if rules.len() >= RULES_MAX {
        return Err(Error::Conflict("这一轮的条件太多，请先取消不再需要的".into()));
    }
    if let Some(enterprise) = input.enterprise
        && input.kind != RoundRuleKind::Forbidden
        && !stands(tx, enterprise).await?
    {
        return Err(unknown_enterprise());
    }
    match (input.kind, input.enterprise, &input.place) {
        (RoundRuleKind::Fixed, Some(enterprise), Some(village)) => {
            match input::left_out(tx, enterprise, village).await? {
                Some(RoundExclusionKind::Paired) => {
                    Err(Error::invalid("place", "这家企业和这个村（社区）已经结对或正在商谈，不用再指定"))
                }
                Some(RoundExclusionKind::Dismissed) => {
                    Err(Error::invalid("place", "这家企业对这个村（社区）的需求标过“不合适”，不能指定"))
                }
                None => Ok(()),
            }
        }
        (RoundRuleKind::Wish, _, Some(town)) => {
            let wishes = rules.iter().filter(|rule| rule.input.kind == RoundRuleKind::Wish).count();
            if wishes >= WISHES_MAX {
                return Err(Error::Conflict(format!("一轮最多 {WISHES_MAX} 个包镇意向")));
            }
            if !app.places.iter().any(|(code, _)| code != town && town.contains(code)) {
                return Err(Error::invalid("place", "这里没有村（社区），不能包镇"));
            }
            if input::is_covered(tx, town).await? {
                return Err(Error::invalid("place", "这个镇（街道）已有连片包镇的协议或正在商谈"));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A rule counts no more. Twice is as good as once.
pub async fn drop_rule(app: &App, federation: &Federation, id: RoundRuleId) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let known = sql::rule(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let stored = lock(&mut tx, acting, known.round).await?;
    if known.dropped {
        tx.rollback().await?;
        return one(app, acting, stored.id).await;
    }
    open(&stored)?;
    sql::drop_rule(&mut tx, id, acting, app.clock.now()).await?.one_row_or_conflict()?;
    sql::raise_version(&mut tx, stored.id).await?.one_row_or_conflict()?;
    let (kind, enterprise, place) = (known.input.kind.label(), known.input.enterprise, known.input.place);
    let after = json!({ "rule": kind, "enterprise": enterprise, "place": place });
    record(app, &mut tx, federation, ("matching_round_rule_dropped", stored.id), after).await?;
    tx.commit().await?;
    one(app, acting, stored.id).await
}

/// Asks for a plan of what is set out now. While one is under way no other one is asked for.
pub async fn compute(
    app: &App,
    federation: &Federation,
    id: MatchingRoundId,
    read: SeenRound,
) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, id).await?;
    open(&stored)?;
    let runs = runs::stored(&mut tx, id).await?;
    if let Some(under_way) = runs.first().filter(|run| !run.status.is_over()) {
        tx.rollback().await?;
        let same = under_way.version == read.version;
        let other = || Error::Conflict("还有一次计算没有结束，请等它算完，或先取消".into());
        return if same { one(app, acting, id).await } else { Err(other()) };
    }
    if stored.version != read.version {
        return Err(Error::changed_meanwhile());
    }
    let rules: Vec<RoundRuleInput> = sql::rules(&mut tx, id).await?.into_iter().map(|rule| rule.input).collect();
    let number = runs::sql::insert_run(&mut tx, (&stored, &rules), acting, app.clock.now()).await?;
    jobs::enqueue(&mut tx, app, &Job::SolveRound { round: id, number }).await?;
    record(app, &mut tx, federation, ("matching_round_computed", id), json!({ "run": number })).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Stops the computation that is under way; its result is not kept.
pub async fn cancel(app: &App, federation: &Federation, id: MatchingRoundId) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, id).await?;
    if runs::sql::cancel_run(&mut tx, id, app.clock.now()).await?.rows_affected() == 0 {
        tx.rollback().await?;
        let runs = under_way_or_last(app, &stored).await?;
        let cancelled = runs.is_some_and(|run| run.status == RunStatus::Cancelled);
        let none = || Error::Conflict("现在没有正在进行的计算".into());
        return if cancelled { one(app, acting, id).await } else { Err(none()) };
    }
    record(app, &mut tx, federation, ("matching_round_cancelled", id), json!({})).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

async fn under_way_or_last(app: &App, stored: &Stored) -> Result<Option<Run>> {
    let mut connection = app.pool.acquire().await?;
    Ok(runs::stored(&mut connection, stored.id).await?.into_iter().next())
}

/// Sets a round aside without sending anything. Twice is as good as once.
pub async fn close(app: &App, federation: &Federation, id: MatchingRoundId, read: SeenRound) -> Result<MatchingRound> {
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, id).await?;
    if stored.status == RoundStatus::Closed {
        tx.rollback().await?;
        return one(app, acting, id).await;
    }
    open(&stored)?;
    if stored.version != read.version {
        return Err(Error::changed_meanwhile());
    }
    runs::sql::cancel_run(&mut tx, id, app.clock.now()).await?;
    sql::close(&mut tx, id, acting, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "status": RoundStatus::Closed });
    record(app, &mut tx, federation, ("matching_round_closed", id), after).await?;
    tx.commit().await?;
    one(app, acting, id).await
}
