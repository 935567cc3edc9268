//! The outstanding part of a pledge is forgiven: what arrived still counts.
//!
//! Deliberately absent: who asked and who decided (`gift_requests`).

mod sql;

use super::Locked;
use crate::app::App;
use crate::error::{Error, OneRow, Result};
use domain::Fen;
use domain::pledge::PledgeStatus;
use sqlx::PgConnection;

/// Waives what of a locked pledge is still to come; gives how much that is.
pub async fn waive(app: &App, tx: &mut PgConnection, pledge: &Locked) -> Result<Fen> {
    let missing = pledge.amount.saturating_gap(pledge.arrived);
    if !pledge.status.may_become(PledgeStatus::Waived) || missing.is_zero() {
        let says = format!("这笔认捐现在是“{}”，没有可以豁免的部分", pledge.status.label());
        return Err(Error::Conflict(says));
    }
    sql::set_waived(tx, pledge, app.clock.now()).await?.one_row_or_conflict()?;
    Ok(missing)
}
