//! Whoever gave of a surplus is told of it by a job: there may be very many, and nothing waits for their letters.

use super::placing;
use super::sql;
use crate::app::App;
use crate::error::Result;
use crate::http::caller::Giver;
use crate::jobs::{self, Job};
use crate::mail::letter::NamedNeed;
use crate::mail::letter::fund::{FundNews, FundStep};
use crate::mail::{self, Letter};
use domain::api::surpluses::SurplusNeed;
use domain::{SurplusId, SurplusPlacementId};
use sqlx::PgConnection;

/// Has the givers of a surplus told that it was found, or where it was placed.
pub async fn later(
    app: &App,
    tx: &mut PgConnection,
    surplus: SurplusId,
    placement: Option<SurplusPlacementId>,
) -> Result<()> {
    jobs::enqueue(tx, app, &Job::TellOfSurplus { surplus, placement }).await
}

/// All letters at once, or none; a second time nothing.
pub async fn tell(app: &App, id: SurplusId, placement: Option<SurplusPlacementId>) -> Result<()> {
    let mut tx = app.begin().await?;
    if !sql::set_told(&mut tx, (id, placement), app.clock.now()).await? {
        return Ok(());
    }
    let Some(known) = sql::by_id(&mut tx, id, app.clock.today()).await? else { return Ok(()) };
    let surplus = known.surplus;
    let (step, takes, to, because) = match placement {
        None => (FundStep::SurplusFound, sql::found_lots(&mut tx, id).await?, None, surplus.reason),
        Some(placement) => {
            let Some((takes, to, basis)) = placing::moved(&mut tx, id, placement).await? else { return Ok(()) };
            // What the basis is written in may name other givers.
            (FundStep::SurplusPlaced, takes, Some(to), basis.label().to_owned())
        }
    };
    for giver in sql::owners(&mut tx, &takes).await? {
        let letter = FundNews {
            step,
            reference: giver.reference,
            charity: surplus.charity_name.clone(),
            amount: giver.amount,
            from: Some(named(&surplus.need)),
            to: to.as_ref().map(named),
            reason: Some(because.clone()),
            path: format!("/gifts/{}", giver.pledge),
        };
        mail::write_to(&mut tx, app, (giver.enterprise, Giver::ROLES), &Letter::Fund(letter)).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn named(need: &SurplusNeed) -> NamedNeed {
    NamedNeed { code: need.code.clone().unwrap_or_default(), title: need.title.clone() }
}
