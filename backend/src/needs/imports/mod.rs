//! Needs taken in from a table: read and looked at first, then imported as drafts of their villages, then handed in by
//! them.
//!
//! A village imports its own, a town and a federation for the villages of their place. What is imported is a draft like
//! any other: its village completes it and hands it in, and whoever reviews it reads it as if the village had typed it;
//! nobody else can take that step. What is right can come in while the rest waits. The rows of a table become drafts a
//! few hundred at a time, by a job, so that a crash costs one of these steps and nobody waits for all of them.
//!
//! The same need of the same village comes in once, whoever imports it, from whatever file, however often: it is known
//! by what it says. A title that its village uses already is not imported a second time. Deliberately absent: pictures,
//! changing a need by a later table, and taking an import back.

mod drafts;
mod http;
mod reading;
mod sql;
mod template;

pub use drafts::run;
pub use http::routes;
pub use template::template;

use super::life;
use crate::app::{self, App};
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::files::tables::{Draft, open};
use crate::http::caller::{NeedImporter, Village};
use crate::jobs::{self, Job};
use crate::tables;
use crate::tables::written::csv_of;
use anyhow::Context;
use domain::api::need_imports::{
    ConfirmImport, HANDED_IN_MAX, HandIn, HandedIn, ImportProblem, ImportedPage, LeftDraft, NeedImport,
    NeedImportInFull, NeedImportStatus, NewNeedImport, PROBLEMS_MAX,
};
use domain::api::needs::NeedStep;
use domain::api::{Count, List};
use domain::need::NeedAction;
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{NeedImportId, OrganisationId};
use reading::{Found, Reader};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// Imports in one list.
const LIST_MAX: i64 = 50;
/// Needs on one page of an import.
const PAGE: i64 = 100;
/// Rows of a table that are written down in one statement.
const WRITTEN_AT_ONCE: usize = 1_000;
/// Every need of an import.
const ALL: i32 = i32::MAX;

const AGAIN: &str = "这个编号已经用过，请重新打开页面再上传";

/// What the caller's organisation read and imported, and what was imported for it, latest first.
pub async fn list(app: &App, importer: &NeedImporter) -> Result<List<NeedImport>> {
    let mut connection = app.pool.acquire().await?;
    let rows = sql::latest(&mut connection, importer.acting.organisation, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let own = importer.acting.organisation;
    Ok(List { items: rows.into_iter().map(|row| row.into_api(own)).collect(), next: None, count })
}

/// Reads an uploaded table and keeps its rows, to be looked at and confirmed. Sent twice it is read once.
pub async fn read(app: &App, importer: &NeedImporter, new: &NewNeedImport) -> Result<NeedImport> {
    let acting = &importer.acting;
    let draft = open(app, acting.person, new.table).await?;
    let found = found(app, acting, &draft).await?;
    let mut tx = app.begin().await?;
    if let Some(stored) = sql::by_id(&mut tx, new.id).await? {
        let same = stored.acting_for == acting.organisation && stored.sha256 == draft.sha256;
        return if same { Ok(stored.into_api(acting.organisation)) } else { Err(Error::Conflict(AGAIN.into())) };
    }
    let problems: usize = found.iter().map(|need| need.problems.len()).sum();
    let size = (i32::try_from(found.len()).context("needs")?, i32::try_from(problems).context("problems")?);
    let written = sql::insert(&mut tx, (new.id, &draft), size, acting, app.clock.now()).await;
    written.on_constraint("need_import_pkey", || Error::Conflict(AGAIN.into()))?;
    let rows: Vec<sql::NewRow> = found.into_iter().map(new_row).collect::<Result<_>>()?;
    for (chunk, from) in rows.chunks(WRITTEN_AT_ONCE).zip((1..).step_by(WRITTEN_AT_ONCE)) {
        sql::insert_rows(&mut tx, new.id, from, chunk).await?;
    }
    sql::mark_present(&mut tx, new.id, ALL).await?;
    sql::mark_same_title(&mut tx, new.id, ALL).await?;
    let record = Record {
        verb: "need_table_read",
        subject_kind: "need_import",
        subject: new.id.0,
        before: None,
        after: Some(json!({ "needs": size.0 })),
        reason: None,
    };
    audit::record(app, &mut tx, acting, &importer.origin, record).await?;
    let stored = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored.into_api(acting.organisation))
}

/// The needs of a table, as it reads for its importer.
async fn found(app: &App, acting: &Acting, draft: &Draft) -> Result<Vec<Found>> {
    let own = acting.place.clone().ok_or(Error::NotFound)?;
    let mut connection = app.pool.acquire().await?;
    let villages = sql::villages(&mut connection, &own).await?.into_iter().collect();
    drop(connection);
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let (inside, bytes, today) = (app.clone(), draft.bytes.clone(), app.clock.today());
    let read = app::heavy(turn, move || {
        let table =
            tables::read(&bytes, &reading::LIMITS).map_err(|error| Error::invalid("table", error.to_string()))?;
        let reader = Reader { names: &inside.places, own, villages, today };
        reading::read(&table, &reader).map_err(Error::Invalid)
    });
    read.await?
}

fn new_row(found: Found) -> Result<sql::NewRow> {
    let problems: Vec<ImportProblem> = found.problems.into_iter().map(ImportProblem::from).collect();
    let right = match found.right {
        None => None,
        Some((content, organisation)) => {
            let bytes = serde_json::to_vec(&content).context("a need is plain data")?;
            Some(sql::Right { content, organisation, digest: Sha256::digest(&bytes).to_vec() })
        }
    };
    Ok(sql::NewRow {
        first_row: i32::try_from(found.first_row).context("a row of a sheet")?,
        title: right.as_ref().map_or(found.title, |right| right.content.title.clone()),
        right,
        problems: serde_json::to_value(problems).context("problems are plain data")?,
    })
}

/// An import that the caller may see, and whose part of it: all where his organisation read it, else his village's.
async fn seen(
    tx: &mut PgConnection,
    acting: &Acting,
    id: NeedImportId,
) -> Result<(sql::Stored, Option<OrganisationId>)> {
    let stored = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
    if stored.acting_for == acting.organisation {
        return Ok((stored, None));
    }
    let concerned = sql::has_drafts_of(tx, id, acting.organisation).await?;
    if concerned { Ok((stored, Some(acting.organisation))) } else { Err(Error::NotFound) }
}

/// An import with what is wrong and what became of each need.
pub async fn get(
    app: &App,
    importer: &NeedImporter,
    id: NeedImportId,
    page: &ImportedPage,
) -> Result<NeedImportInFull> {
    let own = importer.acting.organisation;
    let mut tx = app.snapshot().await?;
    let (stored, part) = seen(&mut tx, &importer.acting, id).await?;
    let mut problems = Vec::new();
    if part.is_none() {
        problems = sql::problems(&mut tx, id, i64::try_from(PROBLEMS_MAX).ok()).await?;
        problems.truncate(PROBLEMS_MAX);
    }
    let mut rows = sql::rows(&mut tx, (id, part), page.after.unwrap_or(0), PAGE + 1).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|read| read > PAGE);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.position);
    Ok(NeedImportInFull {
        problem_count: if part.is_none() { i64::from(stored.problems) } else { 0 },
        problems,
        next,
        rows: rows.into_iter().map(|row| row.into_api(&app.places, own)).collect::<sqlx::Result<_>>()?,
        tally: sql::tally(&mut tx, id, part).await?,
        drafts: sql::count_drafts(&mut tx, id, own).await?,
        imported_before: sql::imported_before(&mut tx, id).await?.filter(|_| part.is_none()),
        import: stored.into_api(own),
    })
}

/// All problems of an import as a table for a spreadsheet, for whoever read it.
pub async fn problems(app: &App, importer: &NeedImporter, id: NeedImportId) -> Result<Vec<u8>> {
    let mut tx = app.snapshot().await?;
    let (_, part) = seen(&mut tx, &importer.acting, id).await?;
    if part.is_some() {
        return Err(Error::NotFound);
    }
    let mut rows = vec![["行", "列", "问题", "是否影响导入"].map(str::to_owned).to_vec()];
    for problem in sql::problems(&mut tx, id, None).await? {
        let stops = if problem.stops { "改好前不导入" } else { "可以导入，提交前补上" };
        let texts = [problem.row.to_string(), problem.column, problem.message, stops.to_owned()];
        rows.push(texts.to_vec());
    }
    csv_of(&rows)
}

/// Takes in what was found right. Confirmed twice it is imported once; the work itself is a job's.
pub async fn confirm(
    app: &App,
    importer: &NeedImporter,
    id: NeedImportId,
    confirmed: ConfirmImport,
) -> Result<NeedImport> {
    let acting = &importer.acting;
    let mut tx = app.begin().await?;
    let stored = sql::lock(&mut tx, id).await?.filter(|stored| stored.acting_for == acting.organisation);
    let stored = stored.ok_or(Error::NotFound)?;
    if stored.status != NeedImportStatus::Read {
        return Ok(stored.into_api(acting.organisation));
    }
    // What was there already when the table was read is not all that may be there by now.
    sql::mark_present(&mut tx, id, ALL).await?;
    sql::mark_same_title(&mut tx, id, ALL).await?;
    let tally = sql::tally(&mut tx, id, None).await?;
    if tally.ready == 0 {
        return Err(Error::Conflict("表里没有可以导入的需求。请改好表格，重新上传".into()));
    }
    if tally.ready != confirmed.ready {
        let says = format!("可以导入的需求现在是 {} 条，请看过再确认", tally.ready);
        return Err(Error::Conflict(says));
    }
    sql::begin_import(&mut tx, id, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    jobs::enqueue(&mut tx, app, &Job::ImportNeeds { import: id }).await?;
    let record = Record {
        verb: "needs_imported",
        subject_kind: "need_import",
        subject: id.0,
        before: None,
        after: Some(json!({ "needs": tally.needs, "ready": tally.ready })),
        reason: None,
    };
    audit::record(app, &mut tx, acting, &importer.origin, record).await?;
    let stored = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(stored.into_api(acting.organisation))
}

/// Hands in the village's drafts of an import, each by the step that hands in one: what lacks something stays.
pub async fn hand_in(app: &App, village: &Village, id: NeedImportId, asked: HandIn) -> Result<HandedIn> {
    let own = village.acting.organisation;
    let mut tx = app.snapshot().await?;
    let (drafts, waiting) =
        (sql::drafts(&mut tx, id, own, HANDED_IN_MAX).await?, sql::count_drafts(&mut tx, id, own).await?);
    drop(tx);
    if waiting == 0 && !handed_in_before(app, village, id).await? {
        return Err(Error::NotFound);
    }
    if waiting != asked.drafts {
        return Err(Error::Conflict(format!("等待提交的草稿现在是 {waiting} 条，请看过再提交")));
    }
    let mut done = HandedIn { handed_in: 0, left: Vec::new() };
    for (need, version, title) in drafts {
        let step = NeedStep { version, reason: String::new() };
        let taken = life::step(app, (&village.acting, &village.origin), (need, NeedAction::Submit), &step).await;
        match taken {
            Ok(_) => done.handed_in += 1,
            Err(Error::Invalid(problems)) => {
                let says: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
                done.left.push(LeftDraft { need, title, says: says.join("；") });
            }
            Err(Error::Conflict(says)) => done.left.push(LeftDraft { need, title, says }),
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Whether this village had drafts of the import at all.
async fn handed_in_before(app: &App, village: &Village, id: NeedImportId) -> Result<bool> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::has_drafts_of(&mut connection, id, village.acting.organisation).await?)
}

/// What waits for a village of what others imported for it.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation).await?)
}

/// Drops what was read and not confirmed within the days that drafts have.
pub async fn drop_old(app: &App) -> Result<()> {
    let mut tx = app.begin().await?;
    sql::drop_unconfirmed(&mut tx, app.clock.now() - crate::files::DRAFT_LIFE).await?;
    tx.commit().await?;
    Ok(())
}
