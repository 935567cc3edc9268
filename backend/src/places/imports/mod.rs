//! What is said of places, taken in from a table: looked at first, as often as one likes, then imported whole or not at
//! all.
//!
//! The table itself waits as its uploader's draft; it is read anew each time, so that what is imported is what was looked
//! at. A county's federation speaks of its own county only. A list that says nothing new changes nothing, and is not
//! written down. Deliberately absent: changing one place by hand, and taking back an import; a later list replaces what it
//! names.

mod columns;
mod gazetteer;
mod reading;
mod sql;
mod template;

pub use template::template;

use crate::app::{self, App};
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, Result};
use crate::files::tables::{self as drafts, Draft};
use crate::http::caller::{Federation, Sure};
use crate::tables::{self, Limits};
use anyhow::Context;
use domain::api::place_imports::{
    ImportEffect, ImportPreview, Imported, NewPlaceImport, PlaceImport, RowProblem, TallyLine,
};
use domain::api::{Count, List};
use domain::organisation::Acting;
use domain::place::{ListSubject, PlaceCode, Tally};
use domain::{PlaceImportId, Problem, TableFileId};
use reading::Reading;
use serde_json::json;
use sqlx::PgConnection;

/// A list names each village once a year at most; ten years of all fit.
const LIMITS: Limits = Limits { rows: 25_000, columns: 30, cell_chars: 500, bytes: 32 * 1024 * 1024 };
/// Problems that one answer names.
const PROBLEMS_MAX: usize = 200;
/// Of a refused import, as many as a person mends at a time.
const REFUSED_MAX: usize = 20;
/// Imports in one list.
const LIST_MAX: i64 = 100;

const AGAIN: &str = "这个编号已经导入过别的表，请重新打开页面再导入";

/// What was imported, latest first.
pub async fn list(app: &App) -> Result<List<PlaceImport>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::latest(&mut connection, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// What an uploaded table says, what it would change, and everything that is wrong with it.
pub async fn preview(app: &App, federation: &Federation, table: TableFileId) -> Result<ImportPreview> {
    let draft = drafts::open(app, federation.acting.person, table).await?;
    let reading = read(app, &federation.acting, &draft).await?;
    let mut tx = app.snapshot().await?;
    let effect = if reading.problems.is_empty() { effect(&mut tx, &reading).await? } else { ImportEffect::default() };
    let imported_before = sql::by_file(&mut tx, &draft.sha256).await?;
    let tallies = Tally::ALL.into_iter().filter_map(|tally| {
        let claimed = reading.claimed.get(&tally).copied();
        let counted = reading.counted.get(&tally).copied();
        let shown = claimed.is_some() || counted.is_some();
        shown.then(|| TallyLine { label: tally.label().to_owned(), claimed, counted: counted.unwrap_or(0) })
    });
    let found = i64::try_from(reading.problems.len()).unwrap_or(i64::MAX);
    Ok(ImportPreview {
        table,
        file_name: draft.name,
        subject: reading.subject,
        tallies: tallies.collect(),
        rows: reading.rows(),
        source: reading.source,
        as_of: reading.as_of,
        effect,
        problems: reading.problems.into_iter().take(PROBLEMS_MAX).collect(),
        problem_count: Count::capped(found),
        imported_before,
    })
}

/// Takes a table in, whole. What the platform says already, from the same source and day, is not said again.
pub async fn import(app: &App, Sure(federation): &Sure<Federation>, new: &NewPlaceImport) -> Result<Imported> {
    let acting = &federation.acting;
    let draft = drafts::open(app, acting.person, new.table).await?;
    let reading = read(app, acting, &draft).await?;
    refuse_problems(&reading)?;
    let (Some(subject), Some(source), Some(as_of)) = (reading.subject, &reading.source, reading.as_of) else {
        return Err(anyhow::anyhow!("a list without problems has a head").into());
    };
    let mut tx = app.begin().await?;
    // Two lists at once would each be compared with what the other one is replacing.
    sql::one_at_a_time(&mut tx).await?;
    if let Some((import, sha256)) = sql::by_id(&mut tx, new.id).await? {
        let same = sha256 == draft.sha256;
        return if same { Ok(recorded(import)) } else { Err(Error::Conflict(AGAIN.into())) };
    }
    let effect = effect(&mut tx, &reading).await?;
    let changed = i32::try_from(effect.added + effect.changed).context("changes of a list")?;
    if changed == 0 {
        return Ok(Imported { import: None, rows_read: reading.rows(), changed });
    }
    let row = sql::NewRow { id: new.id, subject, source, as_of, rows_read: reading.rows(), changed, draft: &draft };
    let written = sql::insert(&mut tx, &row, acting, app.clock.now()).await;
    written.on_constraint("place_import_pkey", || Error::Conflict(AGAIN.into()))?;
    write(&mut tx, new.id, subject, &reading).await?;
    let record = Record {
        verb: "places_imported",
        subject_kind: "place_import",
        subject: new.id.0,
        before: None,
        after: Some(json!({
            "list": subject, "source": source, "as_of": as_of, "rows_read": reading.rows(), "changed": changed,
        })),
        reason: None,
    };
    audit::record(app, &mut tx, acting, &federation.origin, record).await?;
    let (import, _) = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    // What everybody reads of these places is another thing now.
    app.pages.forget_all();
    Ok(recorded(import))
}

fn recorded(import: PlaceImport) -> Imported {
    Imported { rows_read: import.rows_read, changed: import.changed, import: Some(import) }
}

/// The table as a list of whoever looks at it.
async fn read(app: &App, acting: &Acting, draft: &Draft) -> Result<Reading> {
    let own: PlaceCode = acting.place.clone().ok_or(Error::NotFound)?;
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let (app, bytes, today) = (app.clone(), draft.bytes.clone(), app.clock.today());
    let read = app::heavy(turn, move || {
        tables::read(&bytes, &LIMITS).map(|table| reading::read(&table, &app.places, &own, today))
    });
    read.await?.map_err(|error| Error::invalid("table", error.to_string()))
}

fn refuse_problems(reading: &Reading) -> Result<()> {
    if reading.problems.is_empty() {
        return Ok(());
    }
    let shown = reading.problems.iter().take(REFUSED_MAX);
    Err(Error::Invalid(shown.map(|problem| Problem { field: "table".into(), message: sentence(problem) }).collect()))
}

/// A problem as one sentence: where, and what.
fn sentence(problem: &RowProblem) -> String {
    match (problem.row, &problem.column) {
        (Some(row), Some(column)) => format!("第 {row} 行“{column}”：{}", problem.message),
        (Some(row), None) => format!("第 {row} 行：{}", problem.message),
        (None, _) => problem.message.clone(),
    }
}

async fn effect(tx: &mut PgConnection, reading: &Reading) -> Result<ImportEffect> {
    let (Some(source), Some(as_of)) = (&reading.source, reading.as_of) else { return Ok(ImportEffect::default()) };
    let said = (source.as_str(), as_of);
    Ok(match reading.subject {
        Some(ListSubject::TownClass) => sql::effect_of_classes(tx, &reading.classes, said).await?,
        Some(ListSubject::VillageType) => sql::effect_of_types(tx, &reading.types, said).await?,
        Some(ListSubject::PlaceFact) => sql::effect_of_facts(tx, &reading.facts, said).await?,
        None => ImportEffect::default(),
    })
}

async fn write(tx: &mut PgConnection, id: PlaceImportId, subject: ListSubject, reading: &Reading) -> Result<()> {
    match subject {
        ListSubject::TownClass => sql::write_classes(tx, id, &reading.classes).await?,
        ListSubject::VillageType => sql::write_types(tx, id, &reading.types).await?,
        ListSubject::PlaceFact => sql::write_facts(tx, id, &reading.facts).await?,
    }
    Ok(())
}
