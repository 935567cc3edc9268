//! The end of a registration whose address nobody confirmed: the code is free again, and its accounts are closed.
//!
//! Deliberately absent: an end for what somebody with a confirmed address has handed in, however long it waits.

use super::sql;
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::Result;
use crate::http::caller::Origin;
use crate::verifications::{self, Entry};
use crate::{files, links, organisations, people};
use domain::OrganisationId;
use domain::verification::VerificationStep;
use serde_json::json;

/// Registrations of one round; the next round takes the others.
const ROUND: i64 = 200;

/// Ends what has waited too long. Returns how many; one that cannot be ended keeps no other from it.
pub async fn lapse_unconfirmed(app: &App) -> Result<usize> {
    let mut connection = app.pool.acquire().await?;
    let due = sql::unconfirmed(&mut connection, app.clock.now(), ROUND).await?;
    drop(connection);
    let mut ended = 0;
    for id in due {
        match lapse(app, id).await {
            Ok(has_ended) => ended += usize::from(has_ended),
            Err(error) => tracing::error!(organisation = %id, %error, "a registration is not ended"),
        }
    }
    Ok(ended)
}

/// Locks in the order of whoever confirms: links, the organisation, people, what is private of them.
async fn lapse(app: &App, id: OrganisationId) -> Result<bool> {
    let mut tx = app.begin().await?;
    links::end_into(&mut tx, id, app.clock.now()).await?;
    let Some(locked) = sql::lock(&mut tx, id).await? else { return Ok(false) };
    let Some(next) = VerificationStep::Lapsed.leads(locked.status) else { return Ok(false) };
    // Whoever confirms at this very moment is faster or comes too late, and not both.
    let people = organisations::lock_unconfirmed(&mut tx, id).await?;
    if !sql::is_unconfirmed(&mut tx, id, app.clock.now()).await? {
        return Ok(false);
    }
    organisations::lapse(&mut tx, id, locked.status, app.clock.now()).await?;
    for person in &people {
        people::own_data::close_unconfirmed(app, &mut tx, *person).await?;
    }
    let pictures = sql::forget(&mut tx, id).await?;
    files::let_go(&mut tx, &pictures).await?;
    verifications::forget_said(&mut tx, id).await?;
    let entry = Entry::new(id, VerificationStep::Lapsed, locked.version, (None, id));
    verifications::write(app, &mut tx, &entry).await?;
    let record = Record {
        verb: "registration_lapsed",
        subject_kind: "organisation",
        subject: id.0,
        before: Some(json!({ "status": locked.status })),
        after: Some(json!({ "status": next, "accounts_closed": people.len() })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, Some(id), &Origin::default(), record).await?;
    tx.commit().await?;
    Ok(true)
}
