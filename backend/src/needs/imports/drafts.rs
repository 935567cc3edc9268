//! Rows of a confirmed table become drafts: a few hundred in one transaction, until none is left.
//!
//! Each of these steps is whole: the needs, their events, the note by each row of what became of it. Whoever goes on
//! after a crash finds the next rows. Deliberately absent: whose they are and whether they are right, which was found
//! when the table was read.

mod sql;

use super::sql as rows;
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{OneRow, Result};
use crate::http::caller::Origin;
use anyhow::Context;
use domain::api::need_imports::NeedImportStatus;
use domain::need::NeedStatus;
use domain::{NeedId, NeedImportId};
use serde_json::json;

/// Needs that become drafts in one transaction.
const STEP: i64 = 500;

/// Imports what was confirmed, from where an earlier attempt ended.
pub async fn run(app: &App, id: NeedImportId) -> Result<()> {
    while step(app, id).await? {}
    Ok(())
}

/// The next few hundred needs; whether there may be more.
async fn step(app: &App, id: NeedImportId) -> Result<bool> {
    let mut tx = app.begin().await?;
    // Two tables at once would each look for what the other one is writing.
    sql::one_at_a_time(&mut tx).await?;
    let Some(stored) = rows::lock(&mut tx, id).await?.filter(|stored| stored.status == NeedImportStatus::Importing)
    else {
        return Ok(false);
    };
    let person = stored.confirmed_by.context("who confirmed an import that is under way")?;
    let Some(last) = sql::next(&mut tx, id, STEP).await? else {
        sql::finish(&mut tx, id, app.clock.now()).await?.one_row_or_conflict()?;
        tx.commit().await?;
        return Ok(false);
    };
    rows::mark_present(&mut tx, id, last).await?;
    rows::mark_same_title(&mut tx, id, last).await?;
    let drafts: Vec<(NeedId, sql::Ready)> =
        sql::ready(&mut tx, id, last).await?.into_iter().map(|ready| (app.clock.id(), ready)).collect();
    sql::insert_needs(&mut tx, &drafts, person, app.clock.now()).await?;
    sql::insert_items(&mut tx, &drafts).await?;
    sql::mark_imported(&mut tx, id, &drafts).await?;
    let record = |(need, ready): &(NeedId, sql::Ready)| Record {
        verb: "need_drafted",
        subject_kind: "need",
        subject: need.0,
        before: None,
        after: Some(json!({ "status": NeedStatus::Draft, "version": 1, "import": id, "row": ready.first_row })),
        reason: None,
    };
    let records: Vec<Record<'_>> = drafts.iter().map(record).collect();
    audit::record_all(app, &mut tx, (person, stored.acting_for), &Origin::default(), &records).await?;
    tx.commit().await?;
    Ok(true)
}
