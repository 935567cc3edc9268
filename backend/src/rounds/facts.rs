//! Whether what a plan rests on is as it was: by one look at what has changed since it was last compared, and only where
//! something has by reckoning it anew.
//!
//! What a comparison found is kept in this process, with the snapshot that it saw: another process, with another
//! program perhaps, compares once by itself. It holds for its day only, since needs and offers end by the day.
//! Deliberately absent: the rules, which have a version; and sending, which always compares.

mod sql;

use super::input::{self, SetOut};
use super::plan;
use super::runs::Run;
use super::sql::Stored;
use crate::app::{self, App};
use crate::error::{Error, Result};
use anyhow::Context;
use chrono::{Duration, NaiveDate};
use domain::place::PlaceCode;
use domain::round::rule::PairChange;
use domain::{MatchingRoundId, OrganisationId};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

/// Comparisons that are kept at a time.
const KEPT: usize = 100;
/// How long a reader waits for a comparison; of a large round it takes longer, and the page says so.
const READERS_PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);
/// What changed is noted so long; comparisons hold for a day.
const NOTED_FOR: Duration = Duration::days(3);

/// The moment that a reading transaction sees.
#[derive(Debug, Clone)]
pub struct Moment {
    snapshot: String,
    day: NaiveDate,
}

/// The moment of a transaction that reads what a plan is reckoned from.
pub async fn moment(app: &App, tx: &mut PgConnection) -> Result<Moment> {
    // The day first: when it ends meanwhile, what is read holds for none.
    let day = app.clock.today();
    Ok(Moment { snapshot: sql::snapshot(tx).await?, day })
}

/// What of its pairs is not as it was.
pub type Changes = HashMap<(OrganisationId, PlaceCode), Vec<PairChange>>;

/// What a comparison found.
pub struct Compared {
    at: Moment,
    /// None where all is as it was. Some without pairs where none of the plan's is concerned.
    pub changes: Option<Changes>,
}

/// A plan by its round and its number.
type PlanKey = (MatchingRoundId, i32);

/// The latest comparison of each plan, and which are being compared.
#[derive(Default)]
pub struct ComparedPlans {
    known: Mutex<HashMap<PlanKey, Arc<Compared>>>,
    under_way: Mutex<HashSet<PlanKey>>,
}

/// Held by whoever compares a plan: nobody else does meanwhile.
struct UnderWay(App, PlanKey);

impl UnderWay {
    fn begin(app: &App, plan: PlanKey) -> Option<Self> {
        let mut all = app.plans.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(plan).then(|| UnderWay(app.clone(), plan))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.plans.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl ComparedPlans {
    fn known(&self, plan: PlanKey) -> Option<Arc<Compared>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&plan).cloned()
    }

    fn note(&self, plan: PlanKey, compared: Arc<Compared>) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(plan, compared);
    }

    /// Notes a plan that was reckoned from what was read at a moment.
    pub fn computed(&self, plan: PlanKey, at: Moment) {
        self.note(plan, Arc::new(Compared { at, changes: None }));
    }
}

/// How a plan stands to the facts as the transaction sees them, if that is known.
pub async fn known(app: &App, tx: &mut PgConnection, stored: &Stored, run: &Run) -> Result<Option<Arc<Compared>>> {
    let known = app.plans.known((stored.id, run.number)).filter(|known| known.at.day == app.clock.today());
    match known {
        Some(known) if !sql::changed_since(tx, &known.at.snapshot, &stored.place).await? => Ok(Some(known)),
        _ => Ok(None),
    }
}

/// Has a plan compared where that is not known, and waits for it as long as a reader does; it goes on without one.
pub async fn prepare(app: &App, stored: &Stored, run: &Run) -> Result<()> {
    let mut tx = app.snapshot().await?;
    if known(app, &mut tx, stored, run).await?.is_some() {
        return Ok(());
    }
    drop(tx);
    let plan = (stored.id, run.number);
    let Some(under_way) = UnderWay::begin(app, plan) else {
        tokio::time::sleep(READERS_PATIENCE).await;
        return Ok(());
    };
    let (app, stored, run) = (app.clone(), stored.clone(), run.clone());
    let comparing = tokio::spawn(async move {
        let mut tx = app.snapshot().await?;
        let compared = compare(&app, &mut tx, &stored, &run).await?;
        app.plans.note(plan, Arc::new(compared));
        drop(under_way);
        Ok(())
    });
    match tokio::time::timeout(READERS_PATIENCE, comparing).await {
        Ok(done) => done.context("a comparison ended without a report")?,
        Err(_) => Ok(()),
    }
}

/// Reads anew what a plan was reckoned from, with the rules of then, and compares.
pub async fn compare(app: &App, tx: &mut PgConnection, stored: &Stored, run: &Run) -> Result<Compared> {
    sql::be_patient(tx).await?;
    let computed = run.plan.as_ref().ok_or(Error::NotFound)?.input.clone();
    let at = moment(app, tx).await?;
    let set_out = SetOut { place: &stored.place, setup: &run.setup, rules: &run.rules };
    let gathered = input::gather(app, tx, &set_out).await?;
    let pairs = plan::pairs_of(tx, (stored.id, run.number)).await?;
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let changes = app::heavy(turn, move || {
        let ControlFlow::Continue(input) = gathered.input(&mut || ControlFlow::Continue(())) else { return None };
        let same = input.fingerprint == computed && input.broken.is_none();
        Some((!same).then(|| plan::changes(&input, &pairs)))
    });
    let changes = changes.await?.ok_or_else(Error::changed_meanwhile)?;
    Ok(Compared { at, changes })
}

/// Drops what was noted longer ago than any comparison holds.
pub async fn forget_old(app: &App) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::forget_old(&mut connection, app.clock.now() - NOTED_FOR).await?)
}
