//! The two sides of a charity's reconciliation: money without a pledge, pledges without money, in one moment.
//!
//! The oldest are on a page, all of them in a table to take along. Deliberately absent: saying which belongs to which;
//! that is done line by line.

mod sql;
mod table;

pub use table::table;

use crate::app::App;
use crate::db::decode::word;
use crate::error::Result;
use crate::http::caller::BooksReader;
use domain::api::arrivals::{Unmatched, UnmatchedLine, UnmatchedOut, UnmatchedPledge, UnmatchedSide, UnmatchedSum};
use domain::{BankLineId, OutgoingId, PledgeId};

/// Of each side, the oldest that are named.
const OLDEST: i64 = 50;

/// What of lines and of pledges finds no other side.
pub async fn unmatched(app: &App, reader: &BooksReader) -> Result<Unmatched> {
    let charity = reader.charity;
    let mut tx = app.snapshot().await?;
    let sums = sql::sums(&mut tx, charity).await?;
    let sum = |side| sums.iter().find(|(of, _)| *of == side).map_or_else(UnmatchedSum::default, |(_, sum)| *sum);
    let lines = sql::rows(&mut tx, (charity, UnmatchedSide::Lines), None, OLDEST).await?;
    let unknown = sql::rows(&mut tx, (charity, UnmatchedSide::Unknown), None, OLDEST).await?;
    let out = sql::rows(&mut tx, (charity, UnmatchedSide::Out), None, OLDEST).await?;
    let pledges = sql::rows(&mut tx, (charity, UnmatchedSide::Outstanding), None, OLDEST).await?;
    Ok(Unmatched {
        as_of: app.clock.now(),
        lines: sum(UnmatchedSide::Lines),
        matched: sum(UnmatchedSide::Matched),
        unknown: sum(UnmatchedSide::Unknown),
        out: sum(UnmatchedSide::Out),
        outstanding: sum(UnmatchedSide::Outstanding),
        oldest_lines: lines.into_iter().map(line).collect(),
        oldest_unknown: unknown.into_iter().map(line).collect(),
        oldest_out: out.into_iter().map(money_out).collect(),
        oldest_pledges: pledges.into_iter().map(pledge).collect::<sqlx::Result<_>>()?,
    })
}

fn line(row: sql::Row) -> UnmatchedLine {
    UnmatchedLine {
        line: BankLineId(row.subject),
        booked_on: row.day,
        recorded_on: row.recorded_on,
        payer: row.name,
        amount_fen: row.amount,
        waits: row.step,
    }
}

fn money_out(row: sql::Row) -> UnmatchedOut {
    UnmatchedOut {
        out: OutgoingId(row.subject),
        booked_on: row.day,
        payee: row.name,
        amount_fen: row.amount,
        waits: row.step,
    }
}

fn pledge(row: sql::Row) -> sqlx::Result<UnmatchedPledge> {
    Ok(UnmatchedPledge {
        pledge: PledgeId(row.subject),
        reference: word("pledge.reference", &row.reference)?,
        enterprise_name: row.name,
        pledged_on: row.day,
        outstanding_fen: row.amount,
    })
}
