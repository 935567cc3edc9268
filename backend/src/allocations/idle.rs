//! Reminds givers of arrived money that nobody has pointed at a need: after thirty days, again after ninety, in words that
//! nobody chooses.
//!
//! A reminder is noted in the transaction that sends it. Deliberately absent: anything that moves the money.

mod sql;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::Result;
use crate::http::caller::{Enterprise, Origin};
use crate::mail::letter::fund::{FundNews, FundStep};
use crate::mail::{self, Letter};
use domain::allocation::IdleReminder;
use serde_json::json;

/// Gifts of one round; the next round takes the others.
const ROUND: i64 = 500;

/// Done twice it does nothing the second time.
pub async fn remind(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut connection = app.pool.acquire().await?;
    let idle = sql::idle(&mut connection, now, ROUND).await?;
    drop(connection);
    for gift in idle {
        let Some(reminder) = IdleReminder::due(gift.since, now) else { continue };
        let pledge = gift.pledge;
        if let Err(error) = tell(app, gift, reminder).await {
            tracing::error!(%pledge, %error, "an enterprise is not told of idle money");
        }
    }
    Ok(())
}

async fn tell(app: &App, gift: sql::Idle, reminder: IdleReminder) -> Result<()> {
    let mut tx = app.begin().await?;
    if !sql::set_reminded(&mut tx, &gift, reminder, app.clock.now()).await? {
        return Ok(());
    }
    let letter = FundNews {
        step: FundStep::Idle { days: reminder.days() },
        reference: gift.reference,
        charity: gift.charity_name,
        amount: gift.free,
        from: None,
        to: None,
        reason: None,
        path: format!("/directed-balance#{}", gift.pledge),
    };
    mail::write_to(&mut tx, app, (gift.enterprise, Enterprise::ROLES), &Letter::Fund(letter)).await?;
    let record = Record {
        verb: "idle_reminded",
        subject_kind: "pledge",
        subject: gift.pledge.0,
        before: None,
        after: Some(json!({ "reminder": reminder, "free_fen": gift.free })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    tx.commit().await?;
    Ok(())
}
