//! What of a need was approved: a copy of its text for each time, written with the approval, so that what was approved
//! and what is shown can always be compared.
//!
//! Deliberately absent: what would change it (revisions), and comparing two versions (domain).

mod sql;

use super::{Viewer, stored};
use crate::app::App;
use crate::error::Result;
use crate::needs::revisions;
use domain::api::need_versions::NeedVersions;
use domain::{NeedId, PersonId};
use sqlx::PgConnection;

use chrono::{DateTime, Utc};
pub use sql::latest;

/// Who approved a text, when, and what its village said of it.
pub struct Approval<'a> {
    pub by: Option<PersonId>,
    pub at: DateTime<Utc>,
    pub why: &'a str,
}

/// Keeps the text of a need as it stands in this transaction: everybody reads it from now on.
pub async fn record(app: &App, tx: &mut PgConnection, id: NeedId, approval: &Approval<'_>) -> Result<()> {
    sql::record(tx, id, approval, app.clock.now()).await?;
    Ok(sql::keep_pictures(tx, id).await?)
}

/// Everything that was approved of a need, and what is shown for objections now.
pub async fn list(app: &App, viewer: &Viewer, id_or_code: &str) -> Result<NeedVersions> {
    let mut tx = app.snapshot().await?;
    let (row, insider) = stored(&mut tx, viewer, id_or_code).await?;
    let mut items = sql::list(&mut tx, row.id).await?;
    let mut proposed = revisions::proposed(&mut tx, row.id).await?;
    if !insider {
        // What a seller offered one buyer is nobody else's.
        for content in items.iter_mut().map(|version| &mut version.content) {
            content.quotes.clear();
        }
        if let Some(proposed) = &mut proposed {
            proposed.content.quotes.clear();
        }
    }
    Ok(NeedVersions { id: row.id, code: row.code, place: app.places.place(&row.content.village), items, proposed })
}

/// Public needs whose text is not the one that was approved last. There are none.
pub async fn not_as_approved(app: &App) -> Result<Vec<NeedId>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::not_as_approved(&mut connection).await?)
}
