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
use domain::api::matching::{Dismissal, NewDismissal, WhyDismissed};
use domain::api::{Count, List};
use domain::matching::dismissal::check_note;
use domain::{DismissalId, NeedId};
use serde_json::json;
use sqlx::PgConnection;

/// Rows of one list.
const LIST_MAX: i64 = 200;

/// Sets a public need aside. The same again changes nothing; for another reason it has to be taken back first.
pub async fn dismiss(app: &App, enterprise: &Enterprise, new: &NewDismissal) -> Result<Dismissal> {
    check_note(new.why, &new.note)?;
    consents::no_numbers(("note", &new.note))?;
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    sql::public_village(&mut tx, new.need).await?.ok_or(Error::NotFound)?;
    let id: DismissalId = app.clock.id();
    if sql::insert_dismissal(&mut tx, id, new, acting, app.clock.now()).await?.rows_affected() == 0 {
        tx.rollback().await?;
        return dismissed_before(app, enterprise, new).await;
    }
    record(app, &mut tx, enterprise, "need_dismissed", new.need).await?;
    tx.commit().await?;
    one(app, enterprise, new.need).await
}

async fn dismissed_before(app: &App, enterprise: &Enterprise, new: &NewDismissal) -> Result<Dismissal> {
    let known = one(app, enterprise, new.need).await?;
    let same = known.undone_at.is_none() && known.why == new.why && known.note == new.note.trim();
    let other = || Error::Conflict("已经标过“不合适”，要改原因请先撤销".into());
    same.then_some(known).ok_or_else(other)
}

/// Takes a need back among those that are recommended. Twice is as good as once.
pub async fn undo(app: &App, enterprise: &Enterprise, need: NeedId) -> Result<Dismissal> {
    let mut tx = app.begin().await?;
    if sql::undo_dismissal(&mut tx, need, &enterprise.acting, app.clock.now()).await?.rows_affected() == 0 {
        tx.rollback().await?;
        return one(app, enterprise, need).await;
    }
    record(app, &mut tx, enterprise, "need_dismissal_undone", need).await?;
    tx.commit().await?;
    one(app, enterprise, need).await
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
async fn one(app: &App, enterprise: &Enterprise, need: NeedId) -> Result<Dismissal> {
    let mut tx = app.snapshot().await?;
    let said = sql::last_dismissal(&mut tx, enterprise.acting.organisation, need).await?.ok_or(Error::NotFound)?;
    let row = needs::public_rows(app, &mut tx, &[need]).await?.pop().ok_or(Error::NotFound)?;
    Ok(said.with(row))
}

/// What this enterprise has set aside, latest first.
pub async fn own(app: &App, enterprise: &Enterprise) -> Result<List<Dismissal>> {
    let mut tx = app.snapshot().await?;
    let said = sql::dismissals(&mut tx, enterprise.acting.organisation, LIST_MAX).await?;
    let ids: Vec<_> = said.iter().map(|said| said.need).collect();
    let rows = needs::public_rows(app, &mut tx, &ids).await?;
    // A need that is not public any more needs no setting aside.
    let pair = |row: domain::api::needs::NeedRow| Some(said.iter().find(|said| said.need == row.id)?.clone().with(row));
    let items: Vec<_> = rows.into_iter().filter_map(pair).collect();
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Why enterprises set a need aside, for the federation above its village.
pub async fn of_need(app: &App, federation: &Federation, need: NeedId) -> Result<List<WhyDismissed>> {
    let mut tx = app.snapshot().await?;
    let village = sql::public_village(&mut tx, need).await?.ok_or(Error::NotFound)?;
    if !federation.acting.place.as_ref().is_some_and(|place| place.contains(&village)) {
        return Err(Error::NotFound);
    }
    let items = sql::dismissals_of_need(&mut tx, need, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}
