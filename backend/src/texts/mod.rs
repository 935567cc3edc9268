//! Texts to telephones. No machine of this house sends any: the one adapter writes a list that staff pass on by hand,
//! by a call or from a telephone of the office.
//!
//! Number and words lie sealed until they have been passed on, then they are gone. Deliberately absent: any network,
//! and counting who read what.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::Inviter;
use chrono::{DateTime, Utc};
use domain::api::texts::TextToPassOn;
use domain::api::{Count, List};
use domain::{OrganisationId, TextId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// Rows of one list.
const LIST_MAX: i64 = 200;

/// A text on its way.
pub struct Outgoing {
    /// Whose people answer for it.
    pub organisation: OrganisationId,
    pub phone: String,
    pub body: String,
    /// Afterwards it need not be passed on any more.
    pub useful_until: DateTime<Utc>,
}

/// A way by which texts leave the house.
pub trait Texts {
    /// Hands one over, as part of the caller's transaction.
    fn hand_over(&self, app: &App, tx: &mut PgConnection, text: &Outgoing) -> impl Future<Output = Result<()>> + Send;
}

/// The way of this installation.
#[must_use]
pub fn way() -> impl Texts {
    ByHand
}

/// A list for the people of an organisation to pass on.
struct ByHand;

#[derive(Serialize, Deserialize)]
struct Sealed {
    phone: String,
    body: String,
}

impl Texts for ByHand {
    async fn hand_over(&self, app: &App, tx: &mut PgConnection, text: &Outgoing) -> Result<()> {
        let plain = Sealed { phone: text.phone.clone(), body: text.body.clone() };
        let plain = serde_json::to_vec(&plain).map_err(anyhow::Error::from)?;
        let sealed = app.keys.seal(&app.clock, &plain)?;
        let id: TextId = app.clock.id();
        let times = (app.clock.now(), text.useful_until);
        sql::forget_useless(tx, text.organisation, app.clock.now()).await?;
        Ok(sql::insert(tx, id, text.organisation, &sealed, times).await?)
    }
}

/// What waits for the people of the caller's organisation, oldest first.
pub async fn list(app: &App, staff: &Inviter) -> Result<List<TextToPassOn>> {
    let mut connection = app.pool.acquire().await?;
    let rows = sql::waiting(&mut connection, staff.acting.organisation, app.clock.now(), LIST_MAX).await?;
    let mut items = Vec::new();
    for row in rows {
        let plain: Sealed = serde_json::from_slice(&app.keys.open(&row.sealed)?).map_err(anyhow::Error::from)?;
        items.push(TextToPassOn { id: row.id, phone: plain.phone, body: plain.body, written_at: row.written_at });
    }
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Somebody has passed it on: number and words are forgotten.
pub async fn passed_on(app: &App, staff: &Inviter, id: TextId) -> Result<()> {
    let Inviter { acting, origin } = staff;
    let mut tx = app.begin().await?;
    if !sql::exists(&mut tx, id, acting.organisation).await? {
        return Err(Error::NotFound);
    }
    sql::set_passed_on(&mut tx, id, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let record =
        Record { verb: "text_passed_on", subject_kind: "text", subject: id.0, before: None, after: None, reason: None };
    audit::record(app, &mut tx, acting, origin, record).await?;
    tx.commit().await?;
    Ok(())
}
