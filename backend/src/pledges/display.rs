//! How a pledge is shown and to whom it is told: chosen when it is made, chosen again at any time, and what was chosen before.
//!
//! A choice counts at once, on kept pages too. Each is kept with the version of the text that was read. Deliberately
//! absent: choosing for somebody else.

mod sql;

use super::{Viewer, read};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Enterprise, Giver};
use domain::PledgeId;
use domain::api::pledges::{ChangeDisplay, DisplayChosen, Pledge};
use domain::api::{Count, List};
use domain::pledge::DISPLAY_TEXT_VERSION;
use serde_json::json;

/// The giver wants to be shown otherwise. Counts from now on in every list, old and new; no sum changes. The same choice
/// again changes nothing.
pub async fn change(app: &App, enterprise: &Enterprise, id: PledgeId, asked: &ChangeDisplay) -> Result<Pledge> {
    let version = asked.text_version.as_deref().unwrap_or(DISPLAY_TEXT_VERSION);
    if version != DISPLAY_TEXT_VERSION {
        return Err(Error::invalid("text_version", "这页的说明已更新，请重新打开页面看过再选"));
    }
    let choice = asked.choice;
    let mut tx = app.begin().await?;
    let before = sql::lock_display(&mut tx, id, enterprise.acting.organisation).await?.ok_or(Error::NotFound)?;
    if before == choice {
        tx.rollback().await?;
        return read(app, &Viewer::from(enterprise), id).await;
    }
    sql::set_display(&mut tx, id, choice, app.clock.now()).await?.one_row_or_conflict()?;
    sql::insert(&mut tx, id, (choice, version), enterprise.acting.person, app.clock.now()).await?;
    let record = Record {
        verb: "pledge_display_changed",
        subject_kind: "pledge",
        subject: id.0,
        before: Some(json!(before)),
        after: Some(json!(choice)),
        reason: None,
    };
    audit::record(app, &mut tx, &enterprise.acting, &enterprise.origin, record).await?;
    tx.commit().await?;
    app.pages.forget_all();
    read(app, &Viewer::from(enterprise), id).await
}

/// All that was chosen for a pledge, latest first, for its giver.
pub async fn history(app: &App, giver: &Giver, id: PledgeId) -> Result<List<DisplayChosen>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::history(&mut connection, id, giver.acting.organisation).await?;
    if items.is_empty() {
        return Err(Error::NotFound);
    }
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}
