//! 定向额度: what of an enterprise's gifts has arrived and where it can go, with needs that fit and the reasons why.
//!
//! Which needs fit is asked of `matching`. Deliberately absent: a need that lies outside what a row is for.

mod sql;

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Enterprise, Giver};
use crate::{matching, needs, pledges};
use domain::api::allocations::{DirectedBalance, DirectedBalances};
use domain::api::matching::Recommendation;
use domain::api::needs::NeedRow;
use domain::matching::judge_need;
use domain::need::{ContributionKind, Field};
use domain::place::PlaceCode;
use domain::pledge::DesignationTarget;
use domain::{Fen, NeedId};
use sqlx::PgConnection;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Gifts of one page, and needs that each row names.
const GIFTS_MAX: i64 = 100;
const FITTING: usize = 5;

/// Latest gift first. Who may point money at needs also reads which fit.
pub async fn balances(app: &App, giver: &Giver) -> Result<DirectedBalances> {
    let enterprise = giver.acting.organisation;
    let mut tx = app.snapshot().await?;
    let rows = sql::of_enterprise(&mut tx, enterprise, GIFTS_MAX).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.pledge).collect();
    let mut named = pledges::designations::rows_of(app, &mut tx, &ids).await?;
    let mut items = Vec::new();
    for row in rows {
        let own = named
            .get_mut(&row.pledge)
            .and_then(|rows| rows.iter().position(|own| own.position == row.position).map(|at| rows.swap_remove(at)));
        let Some(own) = own else { continue };
        let free = row.balance.free();
        items.push(DirectedBalance {
            pledge: row.pledge,
            reference: row.reference,
            charity_name: row.charity_name,
            position: row.position,
            target: own.target,
            name: own.name,
            code: own.code,
            funding_choice: row.funding_choice,
            arrived_fen: row.balance.arrived,
            set_aside_fen: row.balance.set_aside,
            asked_fen: row.balance.asked,
            free_fen: free,
            idle_since: row.last_moved.filter(|_| free.is_positive()),
            fitting: Vec::new(),
        });
    }
    drop(tx);
    if Enterprise::ROLES.contains(&giver.acting.role) {
        let right = Enterprise { acting: giver.acting.clone(), origin: giver.origin.clone() };
        fill_in(app, &right, &mut items).await?;
    }
    Ok(DirectedBalances { items, as_of: app.clock.now() })
}

/// Finds needs for the rows of which something is free.
async fn fill_in(app: &App, enterprise: &Enterprise, items: &mut [DirectedBalance]) -> Result<()> {
    let free = |item: &&mut DirectedBalance| item.free_fen.is_positive();
    let mut anywhere: Option<Vec<Recommendation>> = None;
    for item in items.iter_mut().filter(free) {
        let within = match &item.target {
            DesignationTarget::Need { .. } | DesignationTarget::Undirected => continue,
            DesignationTarget::Village { village } => vec![village.clone()],
            DesignationTarget::Town { town } => villages_of(app, town),
            DesignationTarget::Pairing { pairing } => {
                let mut connection = app.pool.acquire().await?;
                pledges::designations::villages_of_pairing(&mut connection, *pairing).await?
            }
            DesignationTarget::Field { .. } | DesignationTarget::Undesignated => Vec::new(),
        };
        if within.is_empty() {
            if anywhere.is_none() {
                anywhere = Some(matching::recommend(app, enterprise).await?.items);
            }
            let wanted = if let DesignationTarget::Field { field } = &item.target { Some(*field) } else { None };
            let all = anywhere.as_deref().unwrap_or_default();
            item.fitting = all.iter().filter(|one| may_take(one, wanted)).take(FITTING).cloned().collect();
        } else {
            item.fitting = in_villages(app, enterprise, &within).await?;
        }
    }
    Ok(())
}

fn may_take(one: &Recommendation, field: Option<Field>) -> bool {
    let missing = one.missing_fen.is_some_and(Fen::is_positive);
    one.need.kind == ContributionKind::Money && missing && field.is_none_or(|field| one.need.field == Some(field))
}

fn villages_of(app: &App, town: &PlaceCode) -> Vec<PlaceCode> {
    app.places.iter().filter(|(code, _)| code.parent().as_ref() == Some(town)).map(|(code, _)| code.clone()).collect()
}

/// The open needs of these villages that money can still be given for, best first.
async fn in_villages(app: &App, enterprise: &Enterprise, villages: &[PlaceCode]) -> Result<Vec<Recommendation>> {
    let mut tx = app.snapshot().await?;
    let known = matching::enterprises(app, &mut tx, &[enterprise.acting.organisation]).await?;
    let Some(own) = known.first() else { return Ok(Vec::new()) };
    let mut judged: Vec<_> = matching::open_needs(app, &mut tx, villages, &[])
        .await?
        .into_iter()
        .filter(|need| need.facts.kind == ContributionKind::Money && need.facts.missing.is_some_and(Fen::is_positive))
        .map(|need| (judge_need(&own.seeker, &need.facts), need.facts.missing, need.id))
        .collect();
    // Among equals those that have waited longest come first: they were read in that order.
    judged.sort_by_key(|(judged, ..)| Reverse(judged.score.total));
    judged.truncate(FITTING);
    let ids: Vec<NeedId> = judged.iter().map(|(_, _, id)| *id).collect();
    let rows = rows_of(app, &mut tx, &ids).await?;
    let mut rows: HashMap<NeedId, NeedRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let fits = judged.into_iter().filter_map(|(judged, missing_fen, id)| {
        Some(Recommendation { need: rows.remove(&id)?, missing_fen, score: judged.score, reasons: judged.reasons })
    });
    Ok(fits.collect())
}

async fn rows_of(app: &App, tx: &mut PgConnection, ids: &[NeedId]) -> Result<Vec<NeedRow>> {
    needs::public_rows(app, tx, ids).await
}
