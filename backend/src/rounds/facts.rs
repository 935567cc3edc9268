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
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

/// Comparisons that are kept at a time.
const KEPT: usize = 100;
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

/// The latest comparison of each plan.
#[derive(Default)]
pub struct ComparedPlans(Mutex<HashMap<(MatchingRoundId, i32), Arc<Compared>>>);

impl ComparedPlans {
    fn known(&self, plan: (MatchingRoundId, i32)) -> Option<Arc<Compared>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&plan).cloned()
    }

    fn note(&self, plan: (MatchingRoundId, i32), compared: Arc<Compared>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(plan, compared);
    }

    /// Notes a plan that was reckoned from what was read at a moment.
    pub fn computed(&self, plan: (MatchingRoundId, i32), at: Moment) {
        self.note(plan, Arc::new(Compared { at, changes: None }));
    }
}

/// How a plan stands to the facts, as the transaction sees them.
pub async fn now(app: &App, tx: &mut PgConnection, stored: &Stored, run: &Run) -> Result<Arc<Compared>> {
    let plan = (stored.id, run.number);
    if let Some(known) = app.plans.known(plan)
        && known.at.day == app.clock.today()
        && !sql::changed_since(tx, &known.at.snapshot, &stored.place).await?
    {
        return Ok(known);
    }
    let compared = Arc::new(compare(app, tx, stored, run).await?);
    app.plans.note(plan, compared.clone());
    Ok(compared)
}

/// Reads anew what a plan was reckoned from, with the rules of then, and compares.
pub async fn compare(app: &App, tx: &mut PgConnection, stored: &Stored, run: &Run) -> Result<Compared> {
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
