//! The two sides of a charity's reconciliation: money without a pledge, pledges without money, in one moment.
//!
//! Deliberately absent: saying which belongs to which; that is done line by line.

mod sql;

use crate::app::App;
use crate::error::Result;
use crate::http::caller::CharityStaff;
use crate::pledges;
use domain::api::arrivals::Unmatched;

/// Of each side, the oldest that are named.
const OLDEST: i64 = 50;

/// What of lines and of pledges finds no other side.
pub async fn unmatched(app: &App, staff: &CharityStaff) -> Result<Unmatched> {
    let charity = staff.acting.organisation;
    let mut tx = app.snapshot().await?;
    let [lines, matched, unknown] = sql::sums(&mut tx, charity).await?;
    let (outstanding, oldest_pledges) = pledges::unpaid(&mut tx, charity, OLDEST).await?;
    Ok(Unmatched {
        as_of: app.clock.now(),
        lines,
        matched,
        unknown,
        out: sql::out(&mut tx, charity).await?,
        oldest_out: sql::oldest_out(&mut tx, charity, OLDEST).await?,
        outstanding,
        oldest_lines: sql::oldest_lines(&mut tx, charity, OLDEST).await?,
        oldest_unknown: sql::oldest_unknown(&mut tx, charity, OLDEST).await?,
        oldest_pledges,
    })
}
