//! “Not for us”: an enterprise sets a need aside, says why, and may take it back.
//!
//! Why is read by its own people and by the federation above the need. Deliberately absent: telling the village, and any
//! count that the public sees.

use super::sql;
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::{Enterprise, Federation};
use crate::{consents, needs};
use domain::api::matching::{Dismissal, NewDismissal, Undone, WhyDismissed};
use domain::api::needs::NeedRow;
use domain::api::{Count, List};
use domain::matching::dismissal::check_note;
use domain::{DismissalId, NeedId};
use serde_json::json;
use sqlx::PgConnection;

/// Rows of one list; read is one more, by which it is known that there are others.
const LIST_MAX: usize = 200;
const READ: i64 = 201;

/// Sets a need of the lists aside. The same again changes nothing; for another reason it has to be taken back first.
pub async fn dismiss(app: &App, enterprise: &Enterprise, new: &NewDismissal) -> Result<Dismissal> {
    check_note(new.why, &new.note)?;
    consents::no_numbers(("note", &new.note))?;
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let need = needs::public_rows(app, &mut tx, &[new.need]).await?.pop().ok_or(Error::NotFound)?;
    let id: DismissalId = app.clock.id();
    if sql::insert_dismissal(&mut tx, id, new, acting, app.clock.now()).await?.rows_affected() == 0 {
        tx.rollback().await?;
        return dismissed_before(app, enterprise, new, need).await;
    }
    record(app, &mut tx, enterprise, "need_dismissed", new.need).await?;
    let said = said(&mut tx, enterprise, new.need).await?;
    tx.commit().await?;
    Ok(said.with(need))
}

async fn dismissed_before(app: &App, enterprise: &Enterprise, new: &NewDismissal, need: NeedRow) -> Result<Dismissal> {
    let mut connection = app.pool.acquire().await?;
    let known = said(&mut connection, enterprise, new.need).await?;
    let same = known.undone_at.is_none() && known.why == new.why && known.note == new.note.trim();
    let other = || Error::Conflict("已经标过“不合适”，要改原因请先撤销".into());
    same.then(|| known.with(need)).ok_or_else(other)
}

/// Takes a need back among those that are recommended, also one that no list shows any more. Twice is as good as once.
pub async fn undo(app: &App, enterprise: &Enterprise, need: NeedId) -> Result<Undone> {
    let mut tx = app.begin().await?;
    if sql::undo_dismissal(&mut tx, need, &enterprise.acting, app.clock.now()).await?.rows_affected() > 0 {
        record(app, &mut tx, enterprise, "need_dismissal_undone", need).await?;
    }
    let undone_at = said(&mut tx, enterprise, need).await?.undone_at.ok_or_else(Error::changed_meanwhile)?;
    tx.commit().await?;
    Ok(Undone { need, undone_at })
}

/// Why is not in the record, which others read too.
async fn record(
    app: &App,
    tx: &mut PgConnection,
    enterprise: &Enterprise,
    verb: &'static str,
    need: NeedId,
) -> Result<()> {
    let record = Record {
        verb,
        subject_kind: "organisation",
        subject: enterprise.acting.organisation.0,
        before: None,
        after: Some(json!({ "need": need })),
        reason: None,
    };
    Ok(audit::record(app, tx, &enterprise.acting, &enterprise.origin, record).await?)
}

/// What this enterprise said last of a need.
async fn said(connection: &mut PgConnection, enterprise: &Enterprise, need: NeedId) -> Result<sql::Said> {
    sql::last_dismissal(connection, enterprise.acting.organisation, need).await?.ok_or(Error::NotFound)
}

/// What this enterprise has set aside, latest first.
pub async fn own(app: &App, enterprise: &Enterprise) -> Result<List<Dismissal>> {
    let mut tx = app.snapshot().await?;
    let mut said = sql::dismissals(&mut tx, enterprise.acting.organisation, READ).await?;
    let read = Count::of_rows(&mut said, LIST_MAX);
    let ids: Vec<_> = said.iter().map(|said| said.need).collect();
    let rows = needs::public_rows(app, &mut tx, &ids).await?;
    // A need that no list shows any more needs no setting aside.
    let pair = |row: NeedRow| Some(said.iter().find(|said| said.need == row.id)?.clone().with(row));
    let items: Vec<_> = rows.into_iter().filter_map(pair).collect();
    let count = Count { number: u32::try_from(items.len()).unwrap_or(u32::MAX), ..read };
    Ok(List { items, next: None, count })
}

/// Why enterprises set a need aside, for the federation above its village.
pub async fn of_need(app: &App, federation: &Federation, need: NeedId) -> Result<List<WhyDismissed>> {
    let mut tx = app.snapshot().await?;
    let village = sql::public_village(&mut tx, need).await?.ok_or(Error::NotFound)?;
    if !federation.acting.place.as_ref().is_some_and(|place| place.contains(&village)) {
        return Err(Error::NotFound);
    }
    let mut items = sql::dismissals_of_need(&mut tx, need, READ).await?;
    let count = Count::of_rows(&mut items, LIST_MAX);
    Ok(List { items, next: None, count })
}
