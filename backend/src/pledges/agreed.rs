//! A pledge whose donation agreement is made: it cannot be cancelled any more, and its amount is fixed.
//!
//! Deliberately absent: the agreement itself (`agreements`).

mod sql;

use super::{Locked, designations, instalments};
use crate::app::App;
use crate::error::{OneRow, Result};
use domain::pledge::{DesignationKind, Fulfilment, PledgeStatus};
use domain::{Fen, PledgeId};
use sqlx::PgConnection;

/// Says of a locked pledge that its agreement is made; gives its state, which follows from the facts.
pub async fn agree(app: &App, tx: &mut PgConnection, pledge: &Locked) -> Result<PledgeStatus> {
    let due = instalments::due(app, tx, std::iter::once(pledge.id)).await?;
    let past_due = due.get(&pledge.id).is_some_and(|due| *due > pledge.arrived);
    let facts = Fulfilment { amount: pledge.amount, arrived: pledge.arrived, agreed: true, past_due };
    let status = pledge.status.after_money(&facts);
    sql::set_agreed(tx, pledge, status, app.clock.now()).await?.one_row_or_conflict()?;
    Ok(status)
}

/// What a pledge is for, row by row with the amounts, as its agreement says it; empty where all of it is for whatever its
/// giver will choose, or the charity.
pub async fn purposes(app: &App, tx: &mut PgConnection, id: PledgeId) -> Result<Vec<(String, Fen)>> {
    let rows = designations::of(app, tx, &[id]).await?.remove(&id).map(|rows| rows.rows).unwrap_or_default();
    let open = |kind| matches!(kind, DesignationKind::Undesignated | DesignationKind::Undirected);
    if rows.iter().all(|row| open(row.target.kind())) {
        return Ok(Vec::new());
    }
    let said = rows.into_iter().map(|row| {
        let code = row.code.map(|code| format!("{code} ")).unwrap_or_default();
        (format!("{code}{}", row.name), row.amount_fen)
    });
    Ok(said.collect())
}
