//! Pairings of the time before this platform (以往的千企帮千村), taken in by the federation from lists: looked at first, then
//! the rows that are right are taken in, and a list can be taken back as a whole.
//!
//! The table waits as its uploader's draft; it is read anew each time, so that what is imported is what was looked at. A
//! county's federation speaks of its own county only. The same row comes in once, from whatever file. A row is history: it
//! has a source and a day, and nothing that is paired now counts it. Whose name is public is `domain::earlier`'s rule.
//! Deliberately absent: amounts of money, persons, and changing one row.

mod columns;
mod http;
mod reading;
mod sql;
mod template;

pub use http::routes;
pub use template::template;

use crate::app::{self, App};
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::files::tables::{self as drafts, Draft};
use crate::http::caller::{EarlierImportReader, Enterprise, Federation, Sure};
use crate::tables;
use crate::tables::written::csv_of;
use anyhow::Context;
use domain::api::earlier_pairings::{
    EarlierDisplay, EarlierImport, EarlierImportInFull, EarlierOfPlace, EarlierPage, EarlierPreview, EarlierProblem,
    EarlierRow, EarlierWithdrawal, NewEarlierImport, OwnEarlierPairings,
};
use domain::api::place_imports::RowProblem;
use domain::api::{Count, List};
use domain::earlier;
use domain::organisation::{Acting, Role};
use domain::place::{PlaceCode, PlaceLevel};
use domain::{EarlierImportId, TableFileId};
use reading::{Found, Reading};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// Imports in one list.
const LIST_MAX: i64 = 100;
/// Rows on one page, of an import and of a place.
const PAGE: i64 = 50;
/// Problems that one answer names.
const PROBLEMS_MAX: usize = 200;
/// Of an enterprise's own.
const OWN_MAX: i64 = 200;
/// No list is paged further.
const PAGED_MAX: i64 = 100_000;

const AGAIN: &str = "这个编号已经导入过别的表，请重新打开页面再导入";

/// What the caller's federation imported, latest first; for the auditor everybody's.
pub async fn list(app: &App, reader: &EarlierImportReader) -> Result<List<EarlierImport>> {
    let mut connection = app.pool.acquire().await?;
    let own = reader.acting.organisation;
    let of = (reader.acting.role != Role::Auditor).then_some(own);
    let stored = sql::latest(&mut connection, of, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(stored.len()).unwrap_or(i64::MAX));
    Ok(List { items: stored.into_iter().map(|one| one.into_api(own)).collect(), next: None, count })
}

/// An import with its rows.
pub async fn get(
    app: &App,
    reader: &EarlierImportReader,
    id: EarlierImportId,
    page: &EarlierPage,
) -> Result<EarlierImportInFull> {
    let acting = &reader.acting;
    let after = passed(page)?;
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, id).await?;
    let stored = stored.filter(|one| acting.role == Role::Auditor || one.acting_for == acting.organisation);
    let stored = stored.ok_or(Error::NotFound)?;
    let mut rows = sql::rows(&mut tx, id, after, PAGE + 1, &app.places).await?;
    let next = next(&mut rows, after);
    Ok(EarlierImportInFull { import: stored.into_api(acting.organisation), rows, next })
}

/// How many rows the pages before had.
fn passed(page: &EarlierPage) -> Result<i64> {
    let Some(after) = &page.after else { return Ok(0) };
    let after = after.parse().ok().filter(|after| (0..=PAGED_MAX).contains(after));
    after.ok_or_else(|| Error::invalid("after", "翻页的位置不对，请从第一页看起"))
}

/// Drops what was read beyond the page, and says where the next one begins.
fn next<T>(rows: &mut Vec<T>, after: i64) -> Option<String> {
    let more = i64::try_from(rows.len()).is_ok_and(|read| read > PAGE);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    more.then(|| (after + PAGE).to_string())
}

/// A table as it would come in now.
struct Looked {
    ready: Vec<Found>,
    present: i64,
    wrong: i64,
    rows: i64,
    problems: Vec<EarlierProblem>,
    /// Verified enterprises by their code.
    enterprises: HashMap<String, String>,
}

/// Compares what was read with what is there.
async fn look(tx: &mut PgConnection, reading: Reading) -> Result<Looked> {
    let (rows, wrong) = (reading.rows, reading.wrong());
    let digests: Vec<Vec<u8>> = reading.right.iter().map(|found| found.digest.clone()).collect();
    let standing: HashSet<Vec<u8>> = sql::standing(tx, &digests).await?.into_iter().collect();
    let codes: Vec<String> =
        reading.right.iter().filter_map(|found| found.pairing.uscc.clone()).map(String::from).collect();
    let enterprises: HashMap<String, String> = sql::enterprises(tx, &codes).await?.into_iter().collect();
    let (present, ready): (Vec<Found>, Vec<Found>) =
        reading.right.into_iter().partition(|found| standing.contains(&found.digest));
    let mut problems = reading.problems;
    problems.extend(ready.iter().filter_map(|found| another_name(found, &enterprises)));
    problems.sort_by_key(|problem| (!problem.stops, problem.at.row));
    let present = i64::try_from(present.len()).unwrap_or(i64::MAX);
    Ok(Looked { ready, present, wrong, rows, problems, enterprises })
}

/// A code that is another enterprise's is worth a look: one of the two may be mistyped.
fn another_name(found: &Found, enterprises: &HashMap<String, String>) -> Option<EarlierProblem> {
    let name = enterprises.get(found.pairing.uscc.as_ref()?.as_str())?;
    (*name != found.pairing.enterprise_name).then(|| {
        let message = format!("这个代码在平台上是“{name}”，和这一行写的名称不同；导入后会连到它，请核对");
        let row = u32::try_from(found.row).ok();
        let column = Some(columns::Column::Uscc.label().to_owned());
        EarlierProblem { at: RowProblem { row, column, message }, stops: false }
    })
}

/// What an uploaded table says and what would become of its rows.
pub async fn preview(app: &App, federation: &Federation, table: TableFileId) -> Result<EarlierPreview> {
    let acting = &federation.acting;
    let draft = drafts::open(app, acting.person, table).await?;
    let reading = read(app, acting, &draft).await?;
    let mut tx = app.snapshot().await?;
    let looked = look(&mut tx, reading).await?;
    let imported_before = sql::imported_before(&mut tx, acting.organisation, &draft.sha256).await?;
    let sample = looked.ready.iter().take(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let row = |found: &Found| EarlierRow {
        row: found.row,
        place: app.places.place(&found.pairing.place),
        enterprise: found.pairing.uscc.as_ref().and_then(|code| looked.enterprises.get(code.as_str()).cloned()),
        pairing: found.pairing.clone(),
    };
    Ok(EarlierPreview {
        table,
        file_name: draft.name,
        rows: looked.rows,
        ready: i64::try_from(looked.ready.len()).unwrap_or(i64::MAX),
        present: looked.present,
        wrong: looked.wrong,
        sample: sample.map(row).collect(),
        problem_count: i64::try_from(looked.problems.len()).unwrap_or(i64::MAX),
        problems: looked.problems.into_iter().take(PROBLEMS_MAX).collect(),
        imported_before,
    })
}

/// All problems of a table as a table for a spreadsheet.
pub async fn problems(app: &App, federation: &Federation, table: TableFileId) -> Result<Vec<u8>> {
    let draft = drafts::open(app, federation.acting.person, table).await?;
    let reading = read(app, &federation.acting, &draft).await?;
    let mut tx = app.snapshot().await?;
    let looked = look(&mut tx, reading).await?;
    let mut rows = vec![["行", "列", "问题", "是否影响导入"].map(str::to_owned).to_vec()];
    rows.extend(looked.problems.into_iter().map(|problem| {
        let RowProblem { row, column, message } = problem.at;
        let row = row.map(|row| row.to_string()).unwrap_or_default();
        let stops = if problem.stops { "改好前不导入" } else { "可以导入，请核对" };
        let texts = [row, column.unwrap_or_default(), message, stops.to_owned()];
        texts.to_vec()
    }));
    csv_of(&rows)
}

/// Takes in the rows that are right and not there yet. Sent twice it is done once.
pub async fn import(app: &App, Sure(federation): &Sure<Federation>, new: &NewEarlierImport) -> Result<EarlierImport> {
    let acting = &federation.acting;
    earlier::check_list(&new.source, new.as_of, &new.published_at, app.clock.today())?;
    let draft = drafts::open(app, acting.person, new.table).await?;
    let reading = read(app, acting, &draft).await?;
    let list = sql::NewList::of(new, &draft);
    let mut tx = app.begin().await?;
    // Two lists at once would each be compared with what the other one is bringing in.
    sql::one_at_a_time(&mut tx).await?;
    if let Some(stored) = sql::by_id(&mut tx, new.id).await? {
        let same = stored.acting_for == acting.organisation && stored.is(&list);
        return if same { Ok(stored.into_api(acting.organisation)) } else { Err(Error::Conflict(AGAIN.into())) };
    }
    let looked = look(&mut tx, reading).await?;
    let ready = i64::try_from(looked.ready.len()).unwrap_or(i64::MAX);
    if ready == 0 {
        return Err(Error::Conflict("表里没有可以导入的行。请改好表格，重新上传".into()));
    }
    if ready != new.ready {
        return Err(Error::Conflict(format!("可以导入的现在是 {ready} 行，请看过再确认")));
    }
    let rows_taken = i32::try_from(ready).context("rows of a table")?;
    sql::insert(&mut tx, &list, rows_taken, acting, app.clock.now()).await?;
    sql::insert_rows(&mut tx, new.id, &looked.ready).await?;
    let after = json!({ "source": list.source, "as_of": list.as_of, "rows_read": looked.rows, "ready": ready });
    let record = Record {
        verb: "earlier_pairings_imported",
        subject_kind: "earlier_import",
        subject: new.id.0,
        before: None,
        after: Some(after),
        reason: None,
    };
    audit::record(app, &mut tx, acting, &federation.origin, record).await?;
    let stored = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    // What everybody reads of these places is another thing now.
    app.pages.forget_all();
    Ok(stored.into_api(acting.organisation))
}

/// Takes an import back as a whole, by the federation that made it.
pub async fn withdraw(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: EarlierImportId,
    why: &EarlierWithdrawal,
) -> Result<EarlierImport> {
    let acting = &federation.acting;
    let reason = why.reason.trim();
    let mut tx = app.begin().await?;
    sql::one_at_a_time(&mut tx).await?;
    let stored = sql::by_id(&mut tx, id).await?.filter(|stored| stored.acting_for == acting.organisation);
    stored.ok_or(Error::NotFound)?;
    earlier::check_withdrawal(reason)?;
    sql::withdraw(&mut tx, id, (acting.person, reason), app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "earlier_pairings_withdrawn",
        subject_kind: "earlier_import",
        subject: id.0,
        before: None,
        after: None,
        reason: Some(reason),
    };
    audit::record(app, &mut tx, acting, &federation.origin, record).await?;
    let stored = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(stored.into_api(acting.organisation))
}

/// The table as a list of whoever looks at it.
async fn read(app: &App, acting: &Acting, draft: &Draft) -> Result<Reading> {
    let own = acting.place.clone().ok_or(Error::NotFound)?;
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let (app, bytes, today) = (app.clone(), draft.bytes.clone(), app.clock.today());
    let read = app::heavy(turn, move || {
        tables::read(&bytes, &reading::LIMITS).map(|table| reading::read(&table, &app.places, &own, today))
    });
    read.await?.map_err(|error| Error::invalid("table", error.to_string()))
}

/// The earlier pairings of a place as everybody reads them.
pub async fn of_place(app: &App, code: &str, page: &EarlierPage) -> Result<EarlierOfPlace> {
    let code: PlaceCode = code.parse().map_err(|_| Error::NotFound)?;
    if app.places.get(&code).is_none() || code.level() == PlaceLevel::City {
        return Err(Error::NotFound);
    }
    let after = passed(page)?;
    let mut tx = app.snapshot().await?;
    let (mut items, counted) = sql::of_place(&mut tx, &code, (after, PAGE + 1), &app.places).await?;
    let next = next(&mut items, after);
    Ok(EarlierOfPlace { items, count: Count::capped(counted), next })
}

/// The earlier pairings of the caller's enterprise.
pub async fn own(app: &App, enterprise: &Enterprise) -> Result<OwnEarlierPairings> {
    let own = enterprise.acting.organisation;
    let mut tx = app.snapshot().await?;
    let (items, counted) = sql::of_enterprise(&mut tx, own, OWN_MAX, &app.places).await?;
    Ok(OwnEarlierPairings { display: sql::display(&mut tx, own).await?, items, count: Count::capped(counted) })
}

/// Names the caller's enterprise otherwise, in all its earlier pairings at once.
pub async fn display(app: &App, enterprise: &Enterprise, choice: EarlierDisplay) -> Result<OwnEarlierPairings> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let before = sql::display(&mut tx, acting.organisation).await?;
    if before != Some(choice.name) {
        sql::choose_display(&mut tx, acting, choice.name, app.clock.now()).await?;
        let record = Record {
            verb: "earlier_display_chosen",
            subject_kind: "organisation",
            subject: acting.organisation.0,
            before: before.map(|before| json!({ "display": before })),
            after: Some(json!({ "display": choice.name })),
            reason: None,
        };
        audit::record(app, &mut tx, acting, &enterprise.origin, record).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    own(app, enterprise).await
}
