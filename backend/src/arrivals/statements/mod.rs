//! Bank statements: an uploaded table is read and looked at, its columns are told where they were not known, and its new
//! money in becomes bank lines, each with its guesses.
//!
//! What is taken in is what was looked at: the rows are kept. The same row comes in once, from whatever file: it is known
//! by the bank's serial number, or by what it says where the bank gives none. Money out is kept to be
//! explained (`outgoings`).
//! Deliberately absent: whose a line is (`arrivals`), and the columns that nothing is done with, such as account numbers.

mod http;
mod reading;
mod sql;

pub use http::routes;

use super::Guesses;
use crate::app::{self, App};
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::files::tables::{self as drafts, Draft};
use crate::http::caller::{BooksReader, CharityMaker};
use crate::tables;
use anyhow::Context;
use domain::api::bank_statements::{
    BankStatement, BankStatementInFull, BankStatementStatus, NewBankStatement, StatementColumns, StatementOutcome,
    StatementPage, StatementProblem, TakeIn,
};
use domain::api::{Count, List};
use domain::arrival::statement::{Side, StatementColumn, check_columns, plain_heading};
use domain::arrival::{BankLineInput, BankLineStatus};
use domain::{BankLineId, BankStatementId};
use reading::{Layout, Meaning, Reading, RowFound};
use serde_json::json;
use sqlx::PgConnection;

/// Statements in one list.
const LIST_MAX: i64 = 100;
/// Rows on one page of a statement.
const PAGE: i64 = 50;
/// Problems that one answer names.
const PROBLEMS_MAX: usize = 200;
/// Rows that are written in one statement.
const WRITTEN_AT_ONCE: usize = 2_000;

const AGAIN: &str = "这个编号已经用过，请重新打开页面再上传";
const IN_A_SEALED_MONTH: &str =
    "这张对账单里有已完成月结的月份的新记录，不能导入。请先在“月结”申请重开那个月，或另外导出之后的日期";
const TAKEN_IN: &str = "这张对账单已经导入，不能再改";

/// The statements of the caller's charity, latest first.
pub async fn list(app: &App, reader: &BooksReader) -> Result<List<BankStatement>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::latest(&mut connection, reader.charity, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items: items.into_iter().map(|stored| stored.statement).collect(), next: None, count })
}

/// Reads an uploaded table and keeps its rows, to be looked at. Sent twice it is read once.
pub async fn read(app: &App, maker: &CharityMaker, new: &NewBankStatement) -> Result<BankStatement> {
    let acting = &maker.acting;
    let draft = drafts::open(app, acting.person, new.table).await?;
    let mut tx = app.begin().await?;
    let account = sql::account(&mut tx, new.bank_account).await?;
    let account = account.filter(|account| account.charity == acting.organisation && account.status.has_books());
    let bank = account.ok_or_else(|| Error::invalid("bank_account", "请选择本单位的银行账户"))?.bank;
    if let Some(stored) = sql::by_id(&mut tx, acting.organisation, new.id).await? {
        let same = stored.sha256 == draft.sha256 && stored.statement.bank_account.id == new.bank_account;
        return if same { Ok(stored.statement) } else { Err(Error::Conflict(AGAIN.into())) };
    }
    let layout = sql::layout(&mut tx, acting.organisation, &bank).await?;
    let reading = look(app, &draft, move |table, today| reading::read(table, &Meaning::Known(&layout), today)).await?;
    let written = sql::insert(&mut tx, new, &draft, &reading, acting.person, app.clock.now()).await;
    written.on_constraint("bank_statement_pkey", || Error::Conflict(AGAIN.into()))?;
    write_rows(&mut tx, new.id, reading.rows).await?;
    record(app, &mut tx, maker, "bank_statement_read", new.id).await?;
    let stored = sql::by_id(&mut tx, acting.organisation, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored.statement)
}

/// Has the table read on a thread of its own.
async fn look(
    app: &App,
    draft: &Draft,
    read: impl FnOnce(&tables::Table, chrono::NaiveDate) -> std::result::Result<Reading, Vec<domain::Problem>>
    + Send
    + 'static,
) -> Result<Reading> {
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let (bytes, today) = (draft.bytes.clone(), app.clock.today());
    let done = app::heavy(turn, move || {
        let table =
            tables::read(&bytes, &reading::LIMITS).map_err(|error| Error::invalid("table", error.to_string()))?;
        read(&table, today).map_err(Error::Invalid)
    });
    done.await?
}

async fn write_rows(tx: &mut PgConnection, id: BankStatementId, rows: Vec<RowFound>) -> Result<()> {
    for (chunk, from) in rows.chunks(WRITTEN_AT_ONCE).zip((1..).step_by(WRITTEN_AT_ONCE)) {
        sql::insert_rows(tx, id, from, chunk).await?;
    }
    sql::mark_present(tx, id).await?;
    sql::mark_another(tx, id).await?;
    Ok(())
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    maker: &CharityMaker,
    verb: &'static str,
    id: BankStatementId,
) -> Result<()> {
    let tally = sql::tally(tx, id).await?;
    let after = Some(json!({ "rows": tally.rows, "ready": tally.ready, "taken_in": tally.taken_in }));
    let record = Record { verb, subject_kind: "bank_statement", subject: id.0, before: None, after, reason: None };
    Ok(audit::record(app, tx, &maker.acting, &maker.origin, record).await?)
}

/// A statement with its columns, its problems and a page of its rows.
pub async fn get(
    app: &App,
    reader: &BooksReader,
    id: BankStatementId,
    page: &StatementPage,
) -> Result<BankStatementInFull> {
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, reader.charity, id).await?.ok_or(Error::NotFound)?;
    let mut problems = sql::problems(&mut tx, id, i64::try_from(PROBLEMS_MAX).ok()).await?;
    problems.truncate(PROBLEMS_MAX);
    let mut rows = sql::rows(&mut tx, id, page.after.unwrap_or(0), PAGE + 1).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|read| read > PAGE);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(BankStatementInFull {
        columns: stored.columns,
        passed_over: stored.passed_over,
        balances: stored.balances,
        taken_in_before: sql::taken_in_before(&mut tx, id).await?,
        problem_count: sql::count_problems(&mut tx, id).await?,
        problems,
        next: rows.last().filter(|_| more).map(|row| row.position),
        rows,
        statement: stored.statement,
    })
}

/// All problems of a statement as a table for a spreadsheet.
pub async fn problems(app: &App, reader: &BooksReader, id: BankStatementId) -> Result<Vec<u8>> {
    let mut tx = app.snapshot().await?;
    sql::by_id(&mut tx, reader.charity, id).await?.ok_or(Error::NotFound)?;
    let mut rows = vec![["行", "列", "问题"].map(str::to_owned).to_vec()];
    rows.extend(sql::problems(&mut tx, id, None).await?.into_iter().map(
        |StatementProblem { row, column, message }| {
            let column = column.map(StatementColumn::label).unwrap_or_default();
            vec![row.to_string(), column.to_owned(), message]
        },
    ));
    tables::written::csv_of(&rows)
}

/// Says what the columns mean: the table is read anew, and the bank's next one like it.
pub async fn set_columns(
    app: &App,
    maker: &CharityMaker,
    id: BankStatementId,
    said: &StatementColumns,
) -> Result<BankStatement> {
    check_columns(&said.columns)?;
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let stored = sql::lock(&mut tx, acting.organisation, id).await?.ok_or(Error::NotFound)?;
    if stored.statement.status != BankStatementStatus::Read {
        return Err(Error::Conflict(TAKEN_IN.into()));
    }
    let gone = |error| match error {
        Error::NotFound => Error::Conflict("上传的文件是别人的，或已经过了七天，请重新上传".into()),
        other => other,
    };
    let draft = drafts::open(app, acting.person, stored.table).await.map_err(gone)?;
    let columns = said.columns.clone();
    let reading = look(app, &draft, move |table, today| reading::read(table, &Meaning::Said(&columns), today)).await?;
    let layout: Layout = reading.columns.iter().map(|column| (plain_heading(&column.heading), column.column)).collect();
    let bank = &stored.statement.bank_account.bank;
    sql::save_layout(&mut tx, (acting.organisation, bank), &layout, acting.person, app.clock.now()).await?;
    sql::read_anew(&mut tx, id, &reading).await?.one_row_or_conflict()?;
    write_rows(&mut tx, id, reading.rows).await?;
    record(app, &mut tx, maker, "bank_statement_columns_set", id).await?;
    let stored = sql::by_id(&mut tx, acting.organisation, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored.statement)
}

/// Takes in the lines that are right and new. Done twice it is done once.
pub async fn take_in(app: &App, maker: &CharityMaker, id: BankStatementId, seen: TakeIn) -> Result<BankStatement> {
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let stored = sql::lock(&mut tx, acting.organisation, id).await?.ok_or(Error::NotFound)?;
    if stored.statement.status == BankStatementStatus::TakenIn {
        return Ok(stored.statement);
    }
    // Another statement of the same account would be compared with lines that are just coming in.
    sql::lock_account(&mut tx, stored.statement.bank_account.id).await?;
    sql::mark_present(&mut tx, id).await?;
    sql::mark_another(&mut tx, id).await?;
    let ready = sql::ready(&mut tx, id).await?;
    let number = i64::try_from(ready.len()).unwrap_or(i64::MAX);
    if number == 0 && sql::new_out(&mut tx, id).await? == 0 {
        return Err(Error::Conflict("没有可以导入的流水：都已经录入，或有误".into()));
    }
    if number != seen.ready {
        return Err(Error::Conflict(format!("可以导入的流水现在是 {number} 笔，请看过再确认")));
    }
    let lines: Vec<&BankLineInput> = ready.iter().map(|(_, line)| line).collect();
    let guesses = Guesses::read(&mut tx, acting.organisation, &lines).await?;
    // In the order of the file, in which lists of lines then show them.
    let mut ids: Vec<BankLineId> = ready.iter().map(|_| app.clock.id()).collect();
    ids.sort_unstable();
    let new: Vec<sql::NewLine> = ready
        .iter()
        .zip(ids)
        .map(|((position, line), id)| {
            let found = guesses.any(line);
            let status = if found { BankLineStatus::Suggested } else { BankLineStatus::Unmatched };
            sql::NewLine { position: *position, id, status }
        })
        .collect();
    for chunk in new.chunks(WRITTEN_AT_ONCE) {
        let written = sql::insert_lines(&mut tx, &stored.statement, chunk, acting.person, app.clock.now()).await;
        written.on_constraint("bank_day_sealed", || Error::Conflict(IN_A_SEALED_MONTH.into()))?;
    }
    let out = sql::out_rows(&mut tx, id).await?;
    let ids: Vec<domain::OutgoingId> = out.iter().map(|_| app.clock.id()).collect();
    let written = sql::insert_out(&mut tx, id, &out, &ids).await;
    written.on_constraint("bank_day_sealed", || Error::Conflict(IN_A_SEALED_MONTH.into()))?;
    let ended = sql::set_taken_in(&mut tx, id, acting.person, app.clock.now()).await;
    ended
        .on_constraint("bank_statement_file_once", || Error::Conflict("这个文件已经导入过这个账户".into()))?
        .one_row_or_conflict()?;
    record(app, &mut tx, maker, "bank_statement_taken_in", id).await?;
    let stored = sql::by_id(&mut tx, acting.organisation, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored.statement)
}

/// What becomes of a row when it is read.
fn outcome(row: &RowFound) -> StatementOutcome {
    match &row.read {
        None => StatementOutcome::Wrong,
        Some((read, _)) if read.side == Side::Out => StatementOutcome::Out,
        Some(_) => StatementOutcome::Ready,
    }
}

/// Drops what was read and not taken in within the days that drafts have.
pub async fn drop_old(app: &App) -> Result<()> {
    let mut tx = app.begin().await?;
    sql::drop_unconfirmed(&mut tx, app.clock.now() - crate::files::DRAFT_LIFE).await?;
    tx.commit().await?;
    Ok(())
}
