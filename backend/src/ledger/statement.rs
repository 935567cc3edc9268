//! The statement of an account: its rows in the order of booking, page by page, with the balance after each.
//!
//! Whose money it is reads all of it. Of what is public everybody reads the rows until yesterday: givers as they chose to
//! be shown, hidden amounts left out of the rows and contained in the sums. Deliberately absent: posting.

mod sql;
mod written;

use super::kept::{self, Sums};
use super::{Reader, names};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Caller;
use bytes::Bytes;
use chrono::{Datelike, Days, NaiveDate};
use domain::Fen;
use domain::api::ledger::{AccountEntry, AccountStatement, EntryCause, EntryLot, EntryPlace, EntryQuery, NamedAccount};
use domain::campaign::CampaignYear;
use domain::ledger::{Account, Asset};
use futures::Stream;
use sqlx::PgConnection;

/// Rows of one page.
const PAGE: usize = 50;
/// Of a giver who is not named.
const OTHERS: &str = "其他捐赠";

/// Whether a reader sees an account whole or as everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Full,
    Public,
}

/// A statement that is being read.
struct Reading {
    account: Account,
    asset: Asset,
    reader: Reader,
    access: Access,
    period: Period,
}

/// The rows from `from` on, and before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    from: EntryPlace,
    until: EntryPlace,
    days: (Option<NaiveDate>, Option<NaiveDate>),
}

/// Which rows are asked for: so many before or after a place.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Earlier(EntryPlace),
    Later(EntryPlace),
}

const fn begin(day: NaiveDate) -> EntryPlace {
    EntryPlace { day, seq: 0 }
}

/// Days that every calendar of ours has.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a day");
const LAST: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");

impl Period {
    fn of(query: &EntryQuery, access: Access, today: NaiveDate) -> Result<Self> {
        let days = match (query.year, &query.month) {
            (None, None) => (None, None),
            _ if access == Access::Public => {
                return Err(Error::invalid("month", "公开的账只能整本看，不能按时间挑选"));
            }
            (Some(_), Some(_)) => return Err(Error::invalid("month", "年度和月份请只选一个")),
            (Some(year), None) if (2000..=2999).contains(&year) => {
                let year = CampaignYear::starting_in(year);
                (Some(year.first_day()), Some(year.last_day()))
            }
            (Some(_), None) => return Err(Error::invalid("year", "年度应写成 2026 的样子")),
            (None, Some(month)) => {
                let first =
                    format!("{month}-01").parse::<NaiveDate>().ok().filter(|day| (2000..=2999).contains(&day.year()));
                let first = first.ok_or_else(|| Error::invalid("month", "月份应写成 2026-06 的样子"))?;
                let next = first.checked_add_months(chrono::Months::new(1)).and_then(|day| day.pred_opt());
                (Some(first), next)
            }
        };
        let until = match (access, days.1) {
            // What is of today could tell one gift from the next.
            (Access::Public, _) => today,
            (Access::Full, Some(last)) => last.checked_add_days(Days::new(1)).unwrap_or(LAST),
            (Access::Full, None) => LAST,
        };
        Ok(Period { from: begin(days.0.unwrap_or(FIRST)), until: begin(until), days })
    }
}

impl Reading {
    /// What a caller may read of an account, and in which period.
    async fn of(
        app: &App,
        tx: &mut PgConnection,
        caller: &Caller,
        account: Account,
        query: &EntryQuery,
    ) -> Result<Self> {
        let reader = Reader::of(caller);
        let facts = names::facts(tx, &[account]).await?.remove(&account).unwrap_or_default();
        let kind = account.kind_word();
        let access = if reader.audits || facts.concerns(kind, &reader.organisations) {
            Access::Full
        } else if facts.is_public(kind) {
            Access::Public
        } else {
            return Err(Error::NotFound);
        };
        let period = Period::of(query, access, app.clock.today())?;
        Ok(Reading { account, asset: query.asset.unwrap_or(Asset::Cny), reader, access, period })
    }

    async fn before(&self, tx: &mut PgConnection, place: EntryPlace) -> Result<Sums> {
        kept::before(tx, &self.account, self.asset, place).await
    }

    /// Rows in the order of a statement, newest first, with their balances.
    async fn rows(&self, tx: &mut PgConnection, turn: Turn, limit: usize) -> Result<Vec<AccountEntry>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let Period { from, until, .. } = self.period;
        let numbers = match turn {
            Turn::Earlier(place) => {
                sql::earlier(tx, &self.account, self.asset, (from, place.min(until)), limit).await?
            }
            Turn::Later(place) => {
                let above = EntryPlace { seq: place.seq.saturating_add(1), ..place };
                sql::later(tx, &self.account, self.asset, (above.max(from), until), limit).await?
            }
        };
        let rows = sql::rows(tx, &numbers).await?;
        let mut others: Vec<Account> = rows.iter().map(|row| row.other(&self.account)).collect();
        others.sort_unstable();
        others.dedup();
        let facts = names::facts(tx, &others).await?;
        let mut balance = match (self.access, rows.last()) {
            (Access::Full, Some(oldest)) => Some(self.before(tx, oldest.place).await?.balance()),
            _ => None,
        };
        let in_full = self.access == Access::Full;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows.into_iter().rev() {
            let other = row.other(&self.account);
            let other = names::named(other, facts.get(&other), &self.reader, in_full);
            balance = balance.map(|before| before + row.change(&self.account));
            entries.push(self.entry(row, other, balance)?);
        }
        entries.reverse();
        Ok(entries)
    }

    /// Where a page begins, if the period has newer rows than it.
    async fn newer(&self, tx: &mut PgConnection, page: &[AccountEntry]) -> Result<Option<EntryPlace>> {
        let Some(first) = page.first() else { return Ok(None) };
        let above = EntryPlace { seq: first.place.seq.saturating_add(1), ..first.place };
        let newer = sql::later(tx, &self.account, self.asset, (above, self.period.until), 1).await?;
        Ok((!newer.is_empty()).then_some(first.place))
    }

    fn entry(&self, row: sql::Row, other: NamedAccount, balance: Option<i64>) -> Result<AccountEntry> {
        let in_full = self.access == Access::Full;
        let giver = match (&row.giver, row.display) {
            (Some(name), _) if in_full => name.clone(),
            (Some(name), Some(display)) => names::shown_name(name, display),
            _ => OTHERS.to_owned(),
        };
        let shown = in_full || row.show_amount != Some(false);
        let says = if in_full || !row.says_payer { row.says.clone() } else { String::new() };
        Ok(AccountEntry {
            id: row.id,
            place: row.place,
            effective_on: row.effective_on,
            recorded_at: row.recorded_at,
            code: row.code,
            incoming: row.change(&self.account) > 0,
            other,
            amount_fen: shown.then_some(row.amount),
            balance_fen: balance.map(Fen::new).transpose().map_err(|error| Error::Conflict(error.to_string()))?,
            cause: EntryCause {
                kind: row.code.cause(),
                id: in_full.then_some(row.cause),
                says,
                need_code: row.need_code,
            },
            lot: EntryLot {
                lot: in_full.then_some(row.lot),
                line: row.line.filter(|_| in_full),
                booked_on: row.booked_on.filter(|_| in_full),
                giver,
            },
            corrects: row.corrects,
            corrected_by: row.corrected_by,
        })
    }
}

/// One page of an account's statement, read in one moment.
pub async fn entries(app: &App, caller: &Caller, account: Account, query: &EntryQuery) -> Result<AccountStatement> {
    let mut tx = app.snapshot().await?;
    let reading = Reading::of(app, &mut tx, caller, account, query).await?;
    let Period { from, until, days } = reading.period;
    let turn = match (query.at, query.after, query.before) {
        (Some(at), None, None) => Turn::Earlier(EntryPlace { seq: at.seq.saturating_add(1), ..at }),
        (None, Some(after), None) => Turn::Earlier(after),
        (None, None, Some(before)) => Turn::Later(before),
        (None, None, None) => Turn::Earlier(until),
        _ => return Err(Error::invalid("after", "翻页的位置只能给一个")),
    };
    let mut page = reading.rows(&mut tx, turn, PAGE + 1).await?;
    let more = page.len() > PAGE;
    let (next, previous) = match turn {
        Turn::Earlier(_) => {
            page.truncate(PAGE);
            (page.last().filter(|_| more).map(|last| last.place), reading.newer(&mut tx, &page).await?)
        }
        Turn::Later(_) => {
            if more {
                page.remove(0);
            }
            (page.last().map(|last| last.place), page.first().filter(|_| more).map(|first| first.place))
        }
    };
    let (opening, closing) = (reading.before(&mut tx, from).await?, reading.before(&mut tx, until).await?);
    let facts = names::facts(&mut tx, &[account]).await?;
    let in_full = reading.access == Access::Full;
    let fen = |fen: i64| Fen::new(fen).map_err(|error| Error::Conflict(error.to_string()));
    let kept = |sums: Sums| if in_full { fen(sums.balance()).map(Some) } else { Ok(None) };
    Ok(AccountStatement {
        account: names::named(account, facts.get(&account), &reading.reader, in_full),
        asset: reading.asset,
        from: days.0,
        to: days.1,
        opening_fen: kept(opening)?,
        came_in_fen: fen(closing.came_in - opening.came_in)?,
        went_out_fen: fen(closing.went_out - opening.went_out)?,
        closing_fen: kept(closing)?,
        rows: closing.entries - opening.entries,
        public: !in_full,
        entries: page,
        next,
        previous,
        as_of: app.clock.now(),
    })
}

/// All rows of a statement's period as a table, some hundred in memory at a time.
pub async fn table(
    app: &App,
    caller: &Caller,
    account: Account,
    query: &EntryQuery,
) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
    let mut tx = app.snapshot().await?;
    let reading = Reading::of(app, &mut tx, caller, account, query).await?;
    let closing = reading.before(&mut tx, reading.period.until).await?;
    let opening = reading.before(&mut tx, reading.period.from).await?;
    tx.rollback().await?;
    Ok(written::table(app.clone(), reading, (opening, closing)))
}
