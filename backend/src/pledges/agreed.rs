//! A pledge whose donation agreement is made: it cannot be cancelled any more, and its amount is fixed.
//!
//! Deliberately absent: the agreement itself (`agreements`).

mod sql;

use super::{Locked, instalments};
use crate::app::App;
use crate::error::{OneRow, Result};
use domain::pledge::{Fulfilment, PledgeStatus};
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
