//! What every reversal asks of the books, also that of an arrival: which transfers stand, what takes them back, and the
//! refusal that lists what followed.

use super::sql;
use crate::error::{Error, Result};
use crate::ledger;
use chrono::NaiveDate;
use domain::api::rebookings::MovedOn;
use domain::ledger::{Event, LedgerError, Posted, transfers_for};
use domain::{DisbursementId, EventId, LotId, TransferId};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// To whoever would take a surplus back.
const FINAL: &str = "其中转为结余和使用结余的，确认后不能收回；还在结余里的款，可以从那笔结余退回捐赠方";

/// The transfers of a kind that nobody has taken back.
pub fn standing(history: &[Posted], of_kind: impl Fn(&Posted) -> bool) -> Vec<Posted> {
    let taken_back: BTreeSet<TransferId> = history.iter().filter_map(|posted| posted.transfer.corrects).collect();
    let stands =
        |posted: &&Posted| posted.transfer.corrects.is_none() && !taken_back.contains(&posted.id) && of_kind(posted);
    history.iter().filter(stands).cloned().collect()
}

/// What takes back the standing transfers of a kind, and what stands in the way; then it cannot be posted. Where money
/// came back of a payment, that payment itself is what stands, and not in the way of anything.
pub async fn reversing(
    tx: &mut PgConnection,
    record: EventId,
    lots: &[LotId],
    (of_kind, payment): (impl Fn(&Posted) -> bool, Option<DisbursementId>),
    on: NaiveDate,
) -> Result<(Event, Vec<Posted>)> {
    let history = ledger::history(tx, lots).await?;
    // What came last goes first, so that no account is below zero on the way.
    let transfers = standing(&history, of_kind).iter().rev().map(|posted| posted.id).collect();
    // On the bank's day: on the wrong account the money never was. When it was said is told by the hour of booking.
    let event = Event::Reversed { record, transfers, history, on };
    match transfers_for(&event) {
        Ok(_) => Ok((event, Vec::new())),
        Err(LedgerError::MovedOn(rows)) => {
            let (own, others): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|row| payment.is_some_and(|payment| payment.0 == row.transfer.cause));
            Ok((event, if others.is_empty() { own } else { others }))
        }
        Err(error) => Err(Error::Conflict(error.to_string())),
    }
}

/// As [`reversing`], refused with the list where something stands in the way.
pub async fn reversal(
    tx: &mut PgConnection,
    record: EventId,
    lots: &[LotId],
    of_kind: (impl Fn(&Posted) -> bool, Option<DisbursementId>),
    on: NaiveDate,
) -> Result<Event> {
    let (event, rows) = reversing(tx, record, lots, of_kind, on).await?;
    if rows.is_empty() {
        return Ok(event);
    }
    let lots: BTreeSet<LotId> = rows.iter().map(|row| row.transfer.lot).collect();
    let stays = |posted: &Posted| posted.transfer.code.is_final() && lots.contains(&posted.transfer.lot);
    let stays = matches!(&event, Event::Reversed { history, .. } if !standing(history, stays).is_empty());
    Err(moved_on(tx, &rows, stays).await?)
}

/// What transfers are for, and where that is looked after.
pub async fn named(tx: &mut PgConnection, rows: &[Posted]) -> Result<Vec<MovedOn>> {
    Ok(sql::named(tx, rows).await?)
}

/// The refusal: which transfers followed, and whether some of the money is where nobody can take it back from.
async fn moved_on(tx: &mut PgConnection, rows: &[Posted], partly_final: bool) -> Result<Error> {
    let named = named(tx, rows).await?;
    let list = named.iter().map(|row| {
        let need = row.need_title.as_deref().map(|title| format!("（{title}）")).unwrap_or_default();
        format!("{} {} {}{need}", row.effective_on, row.code.label(), row.amount_fen)
    });
    let list = list.collect::<Vec<_>>().join("；");
    let says = format!("这笔款已继续使用，要先冲正或收回其后的 {} 笔：{list}", rows.len());
    let says = if partly_final { format!("{says}。{FINAL}") } else { says };
    Ok(Error::Conflict(says))
}
